#include "budget/log.h"

#include <spdlog/spdlog.h>

#include <cstdlib>

namespace gavel {
namespace {

constexpr int kExitStorageFailed = 70;

}  // namespace

void log_warning(std::string_view line) {
  spdlog::warn("{}", line);
}

void log_error(std::string_view line) {
  spdlog::error("{}", line);
}

void end_process(std::string_view why) {
  spdlog::critical("{}; ending the process", why);
  spdlog::default_logger_raw()->flush();
  std::_Exit(kExitStorageFailed);
}

}  // namespace gavel

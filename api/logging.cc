#include "api/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace gavel {

void start_logging(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("gavel", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level == "error" ? "err" : level));
  spdlog::set_default_logger(std::move(logger));
}

void log_start(const Config& config, const std::string& version) {
  spdlog::info("gaveld {} starts: {}", version, describe(config));
  if (config.api_keys.empty()) {
    spdlog::warn("no api key is configured: serving loopback only, and everybody on this machine is admin");
  }
}

}  // namespace gavel

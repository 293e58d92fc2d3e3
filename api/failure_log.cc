#include "api/failure_log.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace gavel {

void FailureLog::observe(const RequestRecord& record) {
  if (record.status < 500) return;
  const std::optional<std::string> line = line_of(record);
  if (!line) return;
  if (record.status == 500) {
    spdlog::error("{}", *line);
  } else {
    spdlog::warn("{}", *line);
  }
}

std::optional<std::string> FailureLog::line_of(const RequestRecord& record) {
  if (record.status < 500) return std::nullopt;
  std::string line = std::to_string(record.status);
  if (record.route < router_.routes().size()) {
    const Route& route = router_.routes()[record.route];
    line.append(" ").append(method_name(route.method)).append(" ").append(route.pattern);
  } else {
    line += " unmatched";  // what the path was is the client's secret
  }
  line.append(": ").append(record.detail.empty() ? status_phrase(record.status) : record.detail);

  const std::lock_guard lock(mutex_);
  const auto known = causes_.find(line);
  if (known == causes_.end()) {
    if (causes_.size() >= kCausesMax) {
      std::erase_if(causes_, [&](const auto& cause) { return record.at - cause.second.told >= kQuiet; });
    }
    if (causes_.size() >= kCausesMax) return std::nullopt;
    causes_.emplace(line, Cause{record.at, 0});
    return line;
  }
  Cause& cause = known->second;
  if (record.at - cause.told < kQuiet) {
    ++cause.left_out;
    return std::nullopt;
  }
  cause.told = record.at;
  if (const std::uint64_t left_out = std::exchange(cause.left_out, 0); left_out > 0) {
    line.append(" (").append(std::to_string(left_out)).append(" more before it)");
  }
  return line;
}

}  // namespace gavel

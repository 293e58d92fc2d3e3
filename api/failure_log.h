// The log's lines about requests that failed on our side: every status of 500 and more.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/http/server.h"

namespace gavel {

// A failure is told once a second for each cause (route, status and detail), whatever the load, and each line
// says how many like it were left out before it. What clients sent, a query string, a token, a key or a user
// id, is in no line. Thread-safe.
class FailureLog {
 public:
  // So many causes are kept apart within a second; more of them go untold until the next.
  static constexpr std::size_t kCausesMax = 256;
  static constexpr std::chrono::seconds kQuiet{1};

  // `router` outlives this object.
  explicit FailureLog(const Router& router) : router_(router) {}

  // Logs the answer where it is to be told: an error where its status is 500, a warning otherwise.
  void observe(const RequestRecord& record);

  // "503 POST /v1/events: the event could not be made durable; send it again (41 more before it)", or nothing
  // where the answer is no failure or its cause was told less than a second ago. Goes by the record's time.
  std::optional<std::string> line_of(const RequestRecord& record);

 private:
  struct Cause {
    std::chrono::steady_clock::time_point told;
    std::uint64_t left_out = 0;
  };

  const Router& router_;
  std::mutex mutex_;
  std::map<std::string, Cause, std::less<>> causes_;  // protected by mutex_
};

}  // namespace gavel

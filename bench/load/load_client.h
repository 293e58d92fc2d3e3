// An HTTP load client of one thread. Open loop: requests have a time at which they should be sent, whatever
// the server does, and their latency counts from then, so that a server that stalls is charged for all who
// had to wait ("coordinated omission", G. Tene). Closed loop: every connection sends again as soon as it may,
// for the greatest throughput.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/load/loopback.h"
#include "budget/result.h"

namespace gavel {

enum class Arrivals : std::uint8_t { kConstant, kPoisson, kClosed };

struct LoadPlan {
  Arrivals arrivals = Arrivals::kConstant;
  double rate_per_s = 1'000;            // above 0; of no account when closed
  std::chrono::nanoseconds warm_up{0};  // runs before `duration` and is not counted
  std::chrono::nanoseconds duration = std::chrono::seconds(10);
};

struct LoadOptions {
  LoopbackAddress server;
  std::string api_key;
  std::string content_type = "application/json";
  std::size_t connections = 16;  // at least 1
  std::size_t depth = 1;         // requests under way on one connection, at least 1
  std::uint64_t seed = 1;        // of the Poisson arrivals
};

struct LoadResult {
  Histogram latency_ns;
  std::map<int, std::uint64_t> statuses;
  std::map<int, Histogram> latency_of_status_ns;  // of the answers alone
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;  // requests whose connection broke or gave no HTTP
  std::uint64_t unsent = 0;  // requests never sent or never answered; their wait so far is in the latencies
  std::uint64_t bytes_sent = 0, bytes_received = 0;  // with the warm-up
  double seconds = 0;                                // that were counted

  double rate_per_s() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

// The requests of one run, ready as bytes.
std::vector<std::string> make_requests(const LoadOptions& options, const std::string& path,
                                       const std::vector<std::string>& bodies);

// Keeps its connections from run to run. Not thread-safe.
class LoadClient {
 public:
  explicit LoadClient(const LoadOptions& options);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  // Sends `requests` (at least one) in turn, over and over, as the plan says, waits for the last answers (at
  // most five seconds), and gives what was measured; or why the server cannot be reached.
  Result<LoadResult, std::string> run(const LoadPlan& plan, const std::vector<std::string>& requests);

 private:
  struct Connection;
  class Run;

  LoadOptions options_;
  std::vector<std::unique_ptr<Connection>> connections_;
  int epoll_ = -1;
  int timer_ = -1;
};

}  // namespace gavel

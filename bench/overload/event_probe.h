// Impressions of real tokens, sent one after the other while something else loads the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/load/loopback_client.h"

namespace gavel {

// The tokens of the winners in an answer to POST /v1/auctions.
std::vector<std::string> tokens_in(const std::string& answer);

// Sends each token's impression, one after the other, from its making until stop().
class EventProbe {
 public:
  EventProbe(const LoopbackAddress& server, const std::string& api_key, std::vector<std::string> tokens);
  ~EventProbe();

  struct Result {
    std::uint64_t answered = 0;  // 200, and recorded for the first time
    std::uint64_t refused = 0;   // anything else
    std::uint64_t lost = 0;      // answered, and sent again after stop() not known to the server
    Histogram latency_ns;        // of the answered
  };
  // Stops sending. Once.
  void stop();
  // After stop(): sends what was answered once more, and gives what was seen. Once.
  Result check();

 private:
  std::string send(const std::string& token);
  void run();

  LoopbackClient client_;
  const std::vector<std::string> tokens_;
  std::vector<std::string> answered_;
  Result result_;
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace gavel

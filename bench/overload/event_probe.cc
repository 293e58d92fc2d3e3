#include "bench/overload/event_probe.h"

#include <chrono>
#include <string_view>
#include <utility>

namespace gavel {
namespace {

constexpr std::chrono::milliseconds kPause{2};  // between two events, each a commit of its own

}  // namespace

std::vector<std::string> tokens_in(const std::string& answer) {
  constexpr std::string_view kField = "\"token\":\"";
  std::vector<std::string> tokens;
  for (std::size_t at = answer.find(kField); at != std::string::npos; at = answer.find(kField, at)) {
    at += kField.size();
    tokens.push_back(answer.substr(at, answer.find('"', at) - at));
  }
  return tokens;
}

EventProbe::EventProbe(const LoopbackAddress& server, const std::string& api_key,
                       std::vector<std::string> tokens)
    : client_(server, api_key), tokens_(std::move(tokens)), thread_([this] { run(); }) {}

EventProbe::~EventProbe() {
  ends_ = true;
  if (thread_.joinable()) thread_.join();
}

// The status that the event got, or empty.
std::string EventProbe::send(const std::string& token) {
  const std::string body = R"({"events":[{"id":"e","type":"impression","token":")" + token + "\"}]}";
  const auto answer = client_.call({.method = "POST", .target = "/v1/events", .body = body});
  if (!answer || answer->status != 200) return {};
  constexpr std::string_view kField = "\"status\":\"";
  const std::size_t at = answer->body.find(kField);
  if (at == std::string::npos) return {};
  const std::size_t from = at + kField.size();
  return answer->body.substr(from, answer->body.find('"', from) - from);
}

void EventProbe::run() {
  for (std::size_t i = 0; i < tokens_.size() && !ends_; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const std::string status = send(tokens_[i]);
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - began;
    if (status == "counted" || status == "charged" || status == "over_budget") {
      ++result_.answered;
      result_.latency_ns.record(static_cast<std::uint64_t>(took.count()));
      answered_.push_back(tokens_[i]);
    } else {
      ++result_.refused;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void EventProbe::stop() {
  ends_ = true;
  thread_.join();
}

EventProbe::Result EventProbe::check() {
  for (const std::string& token : answered_) {
    if (send(token) != "duplicate") ++result_.lost;
  }
  return result_;
}

}  // namespace gavel

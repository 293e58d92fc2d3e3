// Long work beside auctions.
#pragma once

#include <chrono>
#include <cstdint>
#include <thread>

namespace gavel {

// Cuts the work of a background thread into pieces between which whoever waits for the same core goes first: the
// scheduler alone would let it go on for milliseconds, many auctions' time. Pieces grow with the time that was given away,
// so that the work is also done where the core is never idle. One thread at a time.
class GiveWay {
 public:
  static constexpr std::chrono::microseconds kPiece{50};
  static constexpr int kGrowth = 8;  // a piece grows by this part of what was waited

  // Between two small steps.
  void now_and_then() {
    const auto now = Clock::now();
    if (now - began_ < kPiece + waited_ / kGrowth) return;
    std::this_thread::yield();
    began_ = Clock::now();
    waited_ += began_ - now;
  }

  // The same between steps of less than a microsecond: asks for the time after some of them only.
  void after_tiny_step() {
    if (++tiny_steps_ % kTinySteps == 0) now_and_then();
  }

 private:
  static constexpr std::uint32_t kTinySteps = 16;
  using Clock = std::chrono::steady_clock;
  Clock::time_point began_ = Clock::now();
  Clock::duration waited_{};
  std::uint32_t tiny_steps_ = 0;
};

}  // namespace gavel

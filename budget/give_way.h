// Long work beside auctions.
#pragma once

#include <chrono>
#include <cstdint>
#include <thread>

namespace gavel {

// The clock and the scheduler.
struct ThisMachine {
  static std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }
  static void yield() { std::this_thread::yield(); }
};

// Cuts the work of a background thread into pieces between which whoever waits for the same core goes first: the
// scheduler alone would let it go on for milliseconds, many auctions' time. Pieces grow by what was waited between the
// last of them, so that the work is also done, at half the pace, where the core is never idle. One thread at a time.
template <class Machine>
class BasicGiveWay {
 public:
  static constexpr std::chrono::microseconds kPiece{50};

  // Between two small steps.
  void now_and_then() {
    const auto now = Machine::now();
    if (now - began_ < kPiece + usual_wait_) return;
    Machine::yield();
    began_ = Machine::now();
    usual_wait_ += (began_ - now - usual_wait_) / kWaits;
  }

  // The same between steps of less than a microsecond: asks for the time after some of them only.
  void after_tiny_step() {
    if (++tiny_steps_ % kTinySteps == 0) now_and_then();
  }

 private:
  static constexpr std::uint32_t kTinySteps = 16;
  static constexpr int kWaits = 8;  // about so many waits make the usual one
  std::chrono::steady_clock::time_point began_ = Machine::now();
  std::chrono::steady_clock::duration usual_wait_{};
  std::uint32_t tiny_steps_ = 0;
};

using GiveWay = BasicGiveWay<ThisMachine>;

}  // namespace gavel

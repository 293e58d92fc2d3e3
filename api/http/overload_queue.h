// Requests that wait for their turn on a worker: who is next, and who has to go when there are more than it
// can do.
//
// A burst is served in the order in which it came. A queue that stands (it has not been empty for kStanding,
// and its oldest request has waited for `wait_max`) says that more comes than can be done: then whoever came
// last is served first, since he alone still gets his answer in time, and who has waited longer than
// kShedAfter is told so at once and not when it is too late (K. Nichols and V. Jacobson, "Controlling queue
// delay", CACM 55(7), 2012; adaptive LIFO: B. Maurer, "Fail at scale", CACM 58(11), 2015). It ends when the
// worker has had time to spare: a length or a wait would not tell, as both are small while so much is shed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace gavel {

struct OverloadPolicy {
  std::size_t waiting_max = 1'024;               // beyond it the oldest have to go
  std::chrono::steady_clock::duration wait_max;  // how long the oldest of a queue that stands may have waited
};

// A burst that a worker can serve in so long a time is no overload.
inline constexpr std::chrono::milliseconds kStanding{100};

// An overload that comes back within so long a time need not stand again: a moment without requests is none
// of rest.
inline constexpr std::chrono::seconds kRelapse{1};
// While overloaded: how long a request may wait. One auction's length comes on top, as none is interrupted,
// so who comes during one stays for the next, in case that nobody else comes; at 0 three times the peak would
// leave a worker of auctions of 400 us idle for a fiftieth of its time
// (tests/api/overload_simulation_test.cc).
inline constexpr std::chrono::microseconds kShedAfter{100};
// Overload is over when a worker was idle for one part in kIdleParts of a window.
inline constexpr std::chrono::milliseconds kIdleWindow{100};
inline constexpr int kIdleParts = 20;
// While overloaded: where so many came during one auction beside the one whose turn it is, somebody will come during the
// next one, too. Nobody has to stay for it then: all of them are told at once. Only where auctions are as long as kLong, so
// that staying for one is a wait to speak of: of short ones few come during each, and a queue that is emptied each time looks
// as if the overload were over.
inline constexpr std::size_t kCrowd = 2;
inline constexpr std::chrono::microseconds kLong{700};
// Refusals may take one part in kShedParts of the time that queued requests take. Clients that come back at once would
// otherwise leave a worker no time for anything else; those above wait for their refusal. At three times the peak of auctions
// as long as 20 refusals they need nearly an eighth: with no more, what had come until the overload was noticed hardly went away.
inline constexpr int kShedParts = 6;

// The time that refusals may take. Of one thread.
class RefusalTime {
 public:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr std::chrono::microseconds kSavedMin{25};
  // A refusal during which the process was held up, or a request behind it was answered, owes no more than this.
  static constexpr std::chrono::milliseconds kDebtMax{2};

  // A queued request took so long. What is not used is not saved up beyond that, or kSavedMin.
  void earn(Duration took) {
    left_ = std::min(left_ + took / kShedParts, std::max<Duration>(took / kShedParts, kSavedMin));
  }
  // Whether one more may be refused.
  bool is_left() const { return left_ > Duration{0}; }
  // A refusal took so long: what is too much is taken off what is earned later.
  void spend(Duration took) { left_ = std::max<Duration>(left_ - took, -kDebtMax); }

 private:
  Duration left_{kSavedMin};
};

// Why a request had to go.
enum class Surplus : std::uint8_t { kQueueFull, kOverloaded };

// Of one thread. Allocates only while it grows beyond what it has ever held.
template <class T>
class OverloadQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit OverloadQueue(const OverloadPolicy& policy) : policy_(policy), ring_(64) {}

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  bool overloaded() const { return overloaded_; }

  // Puts a request behind the others. What is over the bound stays until take_surplus() is called.
  void push(T waiter, Time now) {
    if (idle_since_) rest(*std::exchange(idle_since_, std::nullopt), now);
    look_back(now);
    if (size_ == 0) standing_since_ = now;
    if (size_ == ring_.size()) grow();
    ring_[at(size_++)] = {std::move(waiter), now};
  }

  // Takes the request whose turn it is: the oldest, or the newest while overloaded. Requires !empty().
  T next(Time now) {
    const bool is_long = now - std::exchange(last_next_, now) >= kLong;
    crowd_ = overloaded_ && is_long && size_ > kCrowd && now - ring_[at(size_ - 1 - kCrowd)].since < kShedAfter;
    const bool relapse = ended_at_ && now - *ended_at_ < kRelapse;
    const bool stands = relapse || now - standing_since_ >= kStanding;
    const bool waits = now - ring_[first_].since >= policy_.wait_max;
    if ((stands && waits) || size_ > policy_.waiting_max) overload(now);
    look_back(now);
    return overloaded_ ? take_newest() : take_oldest();
  }

  // Takes a request that has to go, the oldest first; nothing where none has to. For calling after next(), so
  // that the one whose turn it is does not go.
  std::optional<std::pair<T, Surplus>> take_surplus(Time now) {
    if (size_ == 0) return std::nullopt;
    if (size_ > policy_.waiting_max) return std::pair(take_oldest(), Surplus::kQueueFull);
    if (!overloaded_ || (!crowd_ && now - ring_[first_].since < kShedAfter)) return std::nullopt;
    return std::pair(take_oldest(), Surplus::kOverloaded);
  }

  // The worker has nothing to do, until the next push().
  void idle(Time now) {
    if (overloaded_ && !idle_since_) idle_since_ = now;
  }

  // A request that waited so long here missed its deadline. Only where it waited as long as the oldest of a queue that
  // stands does that say anything of the worker: clients may set deadlines of a millisecond, and may have been slow
  // themselves.
  void missed_deadline(Time now, std::chrono::steady_clock::duration waited) {
    if (waited >= policy_.wait_max) overload(now);
  }

  // The queue stands, whoever it was that noticed.
  void overload(Time now) {
    if (overloaded_) return;
    overloaded_ = true;
    window_began_ = now;
    idle_ = {};
  }

 private:
  struct Waiting {
    T waiter{};
    Time since{};
  };

  // The worker had nothing to do for so long. Windows end within that time, and not when somebody comes again.
  void rest(Time from, Time to) {
    while (overloaded_ && window_began_ + kIdleWindow <= to) {
      const Time end = std::max<Time>(from, window_began_ + kIdleWindow);
      idle_ += end - std::exchange(from, end);
      look_back(end);
    }
    idle_ += to - from;
  }

  // Ends a window of kIdleWindow, and the overload with it where the worker was idle for enough of it.
  void look_back(Time now) {
    if (!overloaded_ || now - window_began_ < kIdleWindow) return;
    overloaded_ = idle_ * kIdleParts < now - window_began_;
    if (!overloaded_) ended_at_ = now;
    window_began_ = now;
    idle_ = {};
  }

  std::size_t at(std::size_t i) const { return (first_ + i) & (ring_.size() - 1); }

  T take_oldest() {
    T taken = std::exchange(ring_[first_].waiter, T{});
    first_ = at(1);
    --size_;
    return taken;
  }
  T take_newest() { return std::exchange(ring_[at(--size_)].waiter, T{}); }

  void grow() {
    std::vector<Waiting> larger(2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(ring_[at(i)]);
    ring_ = std::move(larger);
    first_ = 0;
  }

  const OverloadPolicy policy_;
  std::vector<Waiting> ring_;  // a power of two of places; `size_` in use, from `first_` on, by age
  std::size_t first_ = 0;
  std::size_t size_ = 0;

  Time standing_since_{};  // when it was empty last
  bool overloaded_ = false;
  bool crowd_ = false;  // when next() was last called
  Time last_next_{};
  Time window_began_{};
  std::chrono::steady_clock::duration idle_{};  // within the window
  std::optional<Time> idle_since_;
  std::optional<Time> ended_at_;  // of the last overload
};

}  // namespace gavel

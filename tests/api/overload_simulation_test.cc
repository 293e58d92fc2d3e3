// What the queue is for, played in made-up time: a worker's loop as in worker.cc, fed at a multiple of what
// it can do. Real runs (gavel-overload) are too noisy on a shared machine to be a test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <vector>

#include "api/http/overload_queue.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using Duration = std::chrono::steady_clock::duration;
using Time = std::chrono::steady_clock::time_point;

constexpr Duration kAuction = 400us, kRead = 6us,
                   kRefuse = 4us;    // C = all three but kRefuse, S = the last two
constexpr double kC = 406, kS = 10;  // microseconds

struct Seen {
  std::vector<double> served_us, shed_us;
  double seconds = 0;
  double goodput() const { return static_cast<double>(served_us.size()) / seconds; }
};

double p(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

class Worker {
 public:
  explicit Worker(Duration auction = kAuction) : auction_(auction) {}
  double c() const { return std::chrono::duration<double, std::micro>(auction_).count() + 6; }

  // Poisson arrivals at `load` times the peak for so long. A client of `connections` sends no more at a time;
  // what it cannot send waits there, and its wait counts.
  Seen open_loop(double load, Duration length, std::size_t connections = 10'000) {
    std::exponential_distribution<double> gap(load / c());
    const Time end = now_ + length;
    std::deque<Time> arrivals;
    for (Time at = now_; at < end;
         at += std::chrono::nanoseconds(static_cast<std::int64_t>(gap(random_) * 1e3)))
      arrivals.push_back(at);
    Seen seen;
    seen.seconds = std::chrono::duration<double>(length).count();
    while (!arrivals.empty() || !queue_.empty()) {
      if (queue_.empty()) {
        queue_.idle(now_);
        now_ = std::max(now_, arrivals.front());
      }
      while (!arrivals.empty() && arrivals.front() <= now_ && queue_.size() < connections) {
        queue_.push(arrivals.front(), now_);
        arrivals.pop_front();
        now_ += kRead;
      }
      turn(seen);
    }
    return seen;
  }

  // Clients that send again when they are answered.
  Seen closed_loop(std::size_t clients, Duration length) {
    const Time end = now_ + length;
    Seen seen;
    seen.seconds = std::chrono::duration<double>(length).count();
    std::size_t answered = clients;
    for (; now_ < end; answered = turn(seen)) {
      for (; answered > 0; --answered) {
        queue_.push(now_, now_);
        now_ += kRead;
      }
    }
    while (!queue_.empty()) turn(seen);
    return seen;
  }

 private:
  // Worker::run_waiting(): one auction, and refusals for a part of its time. Gives how many were answered.
  std::size_t turn(Seen& seen) {
    const Time arrived = queue_.next(now_);
    std::size_t answered = 1;
    for (; refusal_time_.is_left(); ++answered) {
      const auto gone = queue_.take_surplus(now_);
      if (!gone) break;
      now_ += kRefuse;
      refusal_time_.spend(kRefuse);
      note(seen.shed_us, gone->first);
    }
    now_ += auction_;
    refusal_time_.earn(auction_);
    note(seen.served_us, arrived);
    return answered;
  }
  void note(std::vector<double>& latencies, Time arrived) const {
    latencies.push_back(std::chrono::duration<double, std::micro>(now_ - arrived).count());
  }

  const Duration auction_;
  RefusalTime refusal_time_;
  std::mt19937_64 random_{1};
  OverloadQueue<Time> queue_{{.waiting_max = 1'024, .wait_max = 10ms}};
  Time now_{1h};
};

constexpr double kPeak = 1e6 / kC;

TEST(OverloadSimulation, ThreeTimesThePeak) {
  Worker worker;
  const Seen half = worker.open_loop(0.5, 30s);
  EXPECT_TRUE(half.shed_us.empty());

  const Seen triple = worker.open_loop(3, 30s);
  EXPECT_GE(triple.goodput() / kPeak, 0.9 * (kC - 3 * kS) / (kC - kS));
  EXPECT_LE(p(triple.served_us, 0.99), 3 * p(half.served_us, 0.99));
  EXPECT_LE(p(triple.shed_us, 0.98), 1'000) << "all but those of the time until it was noticed";

  worker.open_loop(0.5, 1s);
  const Seen after = worker.open_loop(0.5, 4s);
  EXPECT_TRUE(after.shed_us.empty());
  EXPECT_LE(p(after.served_us, 0.99), 1.2 * p(half.served_us, 0.99));
}

// No auction is interrupted, so a refusal may have to wait for the end of one, and half of one on average.
TEST(OverloadSimulation, RefusalsWaitForOneAuctionWhateverItsLength) {
  for (const Duration auction : {Duration(200us), Duration(400us), Duration(1'400us), Duration(5ms)}) {
    Worker worker(auction);
    worker.open_loop(3, 1s);  // until it is noticed
    const Seen triple = worker.open_loop(3, 30s);
    const double us = worker.c();
    EXPECT_LE(p(triple.shed_us, 0.5), std::max(0.75 * us + 2 * kS, 1'000.0)) << us;
    EXPECT_GE(triple.goodput() * us / 1e6, 0.9 * (us - 3 * kS) / (us - kS)) << us;
  }
}

// To empty the queue after each short auction made the overload end and begin again, with 10 ms of waiting each time.
TEST(OverloadSimulation, AtTwiceThePeakOfShortAuctionsNobodyWaitsLong) {
  for (const Duration auction : {Duration(200us), Duration(400us)}) {
    Worker worker(auction);
    const Seen half = worker.open_loop(0.5, 30s);
    worker.open_loop(2, 1s);
    const Seen twice = worker.open_loop(2, 30s);
    EXPECT_LE(p(twice.served_us, 0.99), 3 * p(half.served_us, 0.99)) << worker.c();
  }
}

TEST(OverloadSimulation, AClientOfFewConnectionsDoesNotHideTheOverload) {
  for (const std::size_t connections : {32U, 128U, 1'000U}) {
    Worker worker;
    const Seen half = worker.open_loop(0.5, 30s, connections);
    const Seen triple = worker.open_loop(3, 30s, connections);
    EXPECT_GE(triple.goodput() / kPeak, 0.9 * (kC - 3 * kS) / (kC - kS)) << connections;
    EXPECT_LE(p(triple.served_us, 0.99), 3 * p(half.served_us, 0.99)) << connections;
  }
}

TEST(OverloadSimulation, SlightOverloadsAndLoadsBelowThePeakLoseLittle) {
  for (const double load : {0.8, 0.9, 1.0, 1.1, 1.3, 2.0, 5.0}) {
    const Seen seen = Worker().open_loop(load, 30s);
    EXPECT_GE(seen.goodput() / kPeak, 0.88 * std::min(load, 1.0)) << load;
    EXPECT_LE(p(seen.served_us, 0.99), 15'000) << load;
    if (load <= 0.9) {
      EXPECT_TRUE(seen.shed_us.empty()) << load;
    }
  }
}

TEST(OverloadSimulation, ABurstIsServedWhole) {
  Worker worker;
  Seen burst = worker.closed_loop(240, 1us);
  EXPECT_EQ(burst.served_us.size(), 240U);
}

TEST(OverloadSimulation, FewClientsThatSendAtOnceAgainAreServed) {
  const Seen seen = Worker().closed_loop(16, 10s);
  EXPECT_TRUE(seen.shed_us.empty());
}

TEST(OverloadSimulation, ClientsThatComeBackAtOnceDoNotLeaveNoTimeForAuctions) {
  for (const std::size_t clients : {100U, 1'000U, 5'000U}) {
    EXPECT_GE(Worker().closed_loop(clients, 10s).goodput() / kPeak, 0.7) << clients;
  }
}

}  // namespace
}  // namespace gavel

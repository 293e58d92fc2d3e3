// Who goes next and who has to go, at every moment of a made-up time.
#include "api/http/overload_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace gavel {
namespace {

using namespace std::chrono_literals;
using Queue = OverloadQueue<int>;
using Time = Queue::Time;

constexpr OverloadPolicy kPolicy{.waiting_max = 8, .wait_max = 10ms};
constexpr Time kStart{1h};

// Takes all that have to go, oldest first, as "1q 2o": who, and whether the queue was full or overloaded.
std::string surplus(Queue& queue, Time now) {
  std::string text;
  while (const auto gone = queue.take_surplus(now)) {
    text += (text.empty() ? "" : " ") + std::to_string(gone->first) +
            (gone->second == Surplus::kQueueFull ? "q" : "o");
  }
  return text;
}

// A queue of the requests 1, 2, 3, the oldest of which has waited so long that it is overloaded.
Queue standing() {
  Queue queue(kPolicy);
  for (int i = 1; i <= 3; ++i) queue.push(i, kStart);
  return queue;
}

TEST(OverloadQueue, ABurstIsServedInItsOrder) {
  Queue queue(kPolicy);
  EXPECT_TRUE(queue.empty());
  for (int i = 1; i <= 8; ++i) queue.push(i, kStart);
  for (int i = 1; i <= 8; ++i) {
    EXPECT_EQ(queue.next(kStart + 99ms), i);
    EXPECT_EQ(surplus(queue, kStart + 99ms), "");
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.overloaded());
}

TEST(OverloadQueue, WhereTheOldestHasWaitedLongTheNewestGoesFirst) {
  Queue queue = standing();
  queue.push(4, kStart + 100ms);
  queue.push(5, kStart + 100ms);
  EXPECT_EQ(queue.next(kStart + 100ms), 5);
  EXPECT_TRUE(queue.overloaded());
  EXPECT_EQ(surplus(queue, kStart + 100ms), "1o 2o 3o") << "4 has only come";
  EXPECT_EQ(queue.size(), 1U);
}

TEST(OverloadQueue, WhoHasComeOnlyNowIsNoSignOfAQueueThatStands) {
  Queue queue(kPolicy);
  queue.push(1, kStart);
  queue.push(2, kStart + 95ms);
  EXPECT_EQ(queue.next(kStart + 99ms), 1);
  queue.push(3, kStart + 99ms);
  EXPECT_EQ(queue.next(kStart + 104ms), 2) << "never empty for long, but nobody has waited for 10 ms";
  EXPECT_EQ(queue.next(kStart + 104ms), 3);
  queue.push(4, kStart + 105ms);
  queue.push(5, kStart + 105ms);
  EXPECT_EQ(queue.next(kStart + 204ms), 4) << "it was empty meanwhile";
  EXPECT_FALSE(queue.overloaded());
}

TEST(OverloadQueue, WhileOverloadedNobodyWaitsLongerThanKShedAfter) {
  Queue queue = standing();
  EXPECT_EQ(queue.next(kStart + 100ms), 3);
  EXPECT_EQ(surplus(queue, kStart + 100ms), "1o 2o");
  queue.push(4, kStart + 101ms);
  queue.push(5, kStart + 101ms);
  EXPECT_EQ(queue.next(kStart + 101ms), 5);
  queue.push(6, kStart + 101ms + 1us);
  EXPECT_EQ(queue.next(kStart + 101ms + 1us), 6);
  EXPECT_EQ(surplus(queue, kStart + 101ms + kShedAfter - 1us), "");
  queue.push(7, kStart + 101ms + 1us);
  EXPECT_EQ(queue.next(kStart + 101ms + kShedAfter + 1us), 7) << "who is next is served, whatever his age";
  EXPECT_EQ(surplus(queue, kStart + 101ms + kShedAfter + 1us), "4o");
}

TEST(OverloadQueue, BeyondTheBoundTheOldestGoAndItIsAnOverload) {
  Queue queue(kPolicy);
  for (int i = 1; i <= 11; ++i) queue.push(i, kStart);
  EXPECT_EQ(queue.next(kStart), 11);
  EXPECT_EQ(surplus(queue, kStart), "1q 2q");
  EXPECT_EQ(queue.size(), 8U);
  EXPECT_TRUE(queue.overloaded());
}

TEST(OverloadQueue, AMissedDeadlineIsAnOverload) {
  Queue queue(kPolicy);
  queue.overload(kStart);
  queue.push(1, kStart);
  queue.push(2, kStart);
  EXPECT_EQ(queue.next(kStart), 2);
}

TEST(OverloadQueue, OverloadEndsWhenTheWorkerHasTimeToSpare) {
  Queue queue = standing();
  Time now = kStart + 100ms;
  EXPECT_EQ(queue.next(now), 3);
  // Windows in which the worker is busy for more than nineteen parts in twenty.
  for (int i = 0; i < 300; ++i) {
    queue.push(10, now);
    now += 1ms;
    queue.next(now);
    surplus(queue, now);
    queue.idle(now);
    now += 50us;
    ASSERT_TRUE(queue.overloaded()) << i;
  }
  // And then for less.
  for (int i = 0; queue.overloaded(); ++i) {
    ASSERT_LT(i, 200);
    queue.push(10, now);
    now += 1ms;
    queue.next(now);
    queue.idle(now);
    now += 100us;
  }
  queue.push(1, now);
  queue.push(2, now);
  EXPECT_EQ(queue.next(now + 1ms), 1);
  EXPECT_EQ(surplus(queue, now + 1ms), "");
}

TEST(OverloadQueue, AnOverloadThatComesBackSoonIsKnownAtOnce) {
  for (const bool soon : {true, false}) {
    Queue queue = standing();
    EXPECT_EQ(queue.next(kStart + 100ms), 3);
    surplus(queue, kStart + 100ms);
    queue.idle(kStart + 101ms);
    const Time ended = kStart + 200ms;  // with the first window that had rest enough
    queue.push(1, kStart + 300ms);
    const Time again = ended + (soon ? kRelapse - 20ms : Queue::Time::duration(kRelapse));
    EXPECT_EQ(queue.next(kStart + 300ms), 1);
    EXPECT_FALSE(queue.overloaded());
    queue.push(2, again);
    queue.push(3, again + 1ms);
    EXPECT_EQ(queue.next(again + 10ms), soon ? 3 : 2);
  }
}

TEST(OverloadQueue, ARequestAfterAPauseFindsNoOverload) {
  Queue queue = standing();
  EXPECT_EQ(queue.next(kStart + 100ms), 3);
  surplus(queue, kStart + 100ms);
  queue.idle(kStart + 101ms);
  queue.push(1, kStart + 10s);
  EXPECT_FALSE(queue.overloaded());
}

// The overload was said to have ended when somebody came again: a burst after a quiet hour was a relapse.
TEST(OverloadQueue, ABurstAfterAPauseIsNoRelapse) {
  Queue queue = standing();
  EXPECT_EQ(queue.next(kStart + 100ms), 3);
  surplus(queue, kStart + 100ms);
  queue.idle(kStart + 101ms);
  const Time later = kStart + 10s;
  for (int i = 1; i <= 3; ++i) queue.push(i, later);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(queue.next(later + 20ms), i);
}

TEST(OverloadQueue, WhereManyWaitNobodyStaysForTheNextTurn) {
  Queue queue = standing();
  EXPECT_EQ(queue.next(kStart + 100ms), 3);
  EXPECT_EQ(surplus(queue, kStart + 100ms), "1o 2o");
  for (int i = 4; i <= 6; ++i) queue.push(i, kStart + 101ms);
  EXPECT_EQ(queue.next(kStart + 101ms), 6);
  EXPECT_EQ(surplus(queue, kStart + 101ms), "4o 5o") << "three came during one auction: others will";
  for (int i = 7; i <= 8; ++i) queue.push(i, kStart + 102ms);
  EXPECT_EQ(queue.next(kStart + 102ms), 8);
  EXPECT_EQ(surplus(queue, kStart + 102ms), "") << "7 may be all that there is";
}

// A refusal was allowed a part of 200 us, or the time of one refusal: between auctions of 20 us more than
// half.
TEST(RefusalTime, IsAPartOfTheTimeOfAuctionsHoweverShort) {
  for (const auto auction : {20us, 400us, 1'400us}) {
    RefusalTime time;
    auto refusing = 0us, running = 0us;
    for (int i = 0; i < 10'000; ++i) {
      for (; time.is_left(); time.spend(4us)) refusing += 4us;
      time.earn(auction);
      running += auction;
    }
    const double left = static_cast<double>(auction.count()) / kShedParts;  // by the last one, at most
    EXPECT_NEAR(static_cast<double>(refusing.count()), static_cast<double>(running.count()) / kShedParts, left + 30);
  }
}

TEST(RefusalTime, IsNotSavedUp) {
  RefusalTime time;
  for (int i = 0; i < 1'000; ++i) time.earn(20us);
  auto refusing = 0us;
  for (; time.is_left(); time.spend(4us)) refusing += 4us;
  EXPECT_LE(refusing, RefusalTime::kSavedMin + 4us);
}

// The process stood for seconds during one refusal, or a request behind it was answered: that is no reason to let a queue
// stand for many times as long.
TEST(RefusalTime, WhatOneTookTooLongIsOwedWithinABound) {
  RefusalTime time;
  time.spend(5s);
  auto auctions = 0us;
  for (; !time.is_left() && auctions < 1s; auctions += 400us) time.earn(400us);
  EXPECT_LE(auctions, RefusalTime::kDebtMax * kShedParts + 400us);
}

// Against lists kept the plain way: nobody is lost, doubled or taken out of turn, whatever comes.
TEST(OverloadQueue, NobodyIsLostOrDoubledOrTakenOutOfTurn) {
  std::mt19937 random(7);
  for (int run = 0; run < 50; ++run) {
    Queue queue({.waiting_max = 1 + random() % 200, .wait_max = 20ms});
    std::deque<int> waiting;
    Time now = kStart;
    int pushed = 0;
    for (int step = 0; step < 2'000; ++step) {
      now += std::chrono::microseconds(random() % 2'000);
      for (unsigned n = random() % 4; n > 0; --n) {
        queue.push(pushed, now);
        waiting.push_back(pushed++);
      }
      ASSERT_EQ(queue.size(), waiting.size());
      if (waiting.empty()) {
        queue.idle(now);
        continue;
      }
      const int next = queue.next(now);
      ASSERT_EQ(next, queue.overloaded() ? waiting.back() : waiting.front());
      queue.overloaded() ? waiting.pop_back() : waiting.pop_front();
      if (random() % 3 == 0) continue;  // the surplus may be left for later
      while (const auto gone = queue.take_surplus(now)) {
        ASSERT_EQ(gone->first, waiting.front());
        waiting.pop_front();
      }
    }
  }
}

}  // namespace
}  // namespace gavel

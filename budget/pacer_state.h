// What the pacer remembers of one campaign. For budget/pacer*.cc alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "budget/pacer.h"

namespace gavel {

// Of one campaign. The atomics are for view(); the rest is the pacer's own.
struct alignas(64) Pacer::State {
  // What its advertiser's step reads, up to the plan's first half, in one cache line.
  std::uint32_t next_of_advertiser = CampaignIx::kNone;
  bool linked = false;           // to the other campaigns of its advertiser
  bool served = false;           // at the last step
  bool resumes = false;          // its target goes on from where it stood: after a restart, or in other traffic
  double gone = 0, left = -1;    // at the last step; `left` where it or its advertiser has a budget to pace, else below 0
  std::optional<gavel::Day> day; // that everything here is of; nothing was stepped before it is set
  PacingPlan plan;
  PacingMemory memory;
  PacingControl own;             // what its own budget allows

  std::int64_t daily = kNoLimit, lifetime = kNoLimit;  // at the last step
  Timestamp stepped_at{};
  double used = 0;               // at the last step
  double elapsed_s = 0, in_budget_s = 0;
  double recent_used = 0, recent_gone = 0;  // fading, for the forecast of the day's spend

  // Where the target rises from.
  Timestamp anchored_at{};
  double anchor_used = 0, anchor_extra = 0, anchor_gone = 0;

  // Counters of the account, which wrap, at the day's begin and at the last minute's.
  std::uint32_t eligible_day = 0, shown_day = 0, eligible_minute = 0, shown_minute = 0;
  Micros spent_minute;

  // Of the account's responses: what was met, and the fading sum of it.
  std::uint32_t responses_met = 0;
  std::uint64_t response_sum_met = 0;
  double response_sum = 0, responses = 0;
  Timestamp least_charge_since{};

  std::atomic<std::int64_t> target{kNoLimit}, forecast{kNoLimit};
  std::atomic<std::int32_t> time_in_budget{kProbabilityOne};
  std::atomic<std::uint32_t> eligible{0}, shown{0};
  std::atomic<bool> by_advertiser{false};
};

// An amount that other threads change.
inline double money(const std::atomic<std::int64_t>& micros) {
  return static_cast<double>(micros.load(std::memory_order_relaxed));
}

}  // namespace gavel

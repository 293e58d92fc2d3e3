// Whether an ad group may be shown at all, told by 64 bytes of it before anything else of it is fetched.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "auction/raised_bids.h"
#include "auction/result.h"
#include "auction/serving.h"
#include "budget/prefetch.h"
#include "budget/stable_vector.h"

namespace gavel {

struct AuctionView;
struct RequestFacts;

// What a group and its campaign ask of a request, as signatures. A request has what is asked where the two share a bit. Names that fall on one bit are
// taken for each other (signature.h), so that a gate lets in some who will be kept out, and never keeps out one who would not be.
struct GroupGate {
  std::uint64_t tags = 0;        // one a clause; 0 = for everyone, and so below
  std::uint32_t regions = 0;
  std::uint32_t times = 0;       // time_bits() of all that the schedule has
  std::uint32_t categories = 0;
  std::uint16_t devices = 0, placements = 0;
  // In one word, so that who meets a part of a newer gate finds these of one time.
  std::uint32_t campaign = 0;    // which pays, and
  std::uint16_t flags = 0;       // how
  std::uint16_t ads = 0;         // how many it has; kAdsMax = as many or more
  RaisedBids raised;             // for whom its bound is less than the lists say

  static constexpr std::uint16_t kPaused = 1;      // the group or its campaign
  static constexpr std::uint16_t kEven = 2;        // a campaign that is paced
  static constexpr std::uint16_t kFestivals = 4;   // and that has joined some
  static constexpr std::uint16_t kAsksAccount = 8; // a campaign of which its account is asked
  static constexpr std::size_t kAdsMax = 1'000;
  bool operator==(const GroupGate&) const = default;
};
static_assert(sizeof(GroupGate) == 56);

// What a campaign asks; of a group with so many ads the group's own as well.
GroupGate gate_of(const CampaignServing& campaign);
GroupGate gate_of(const CampaignServing& campaign, const AdGroupServing& group, std::size_t ads);

// The same of an auction: all that its request has.
GroupGate gate_key(const RequestFacts& facts, PlacementIx placement);

// A reason for which why_group_is_out() keeps the group out, though it may know an earlier one; none where it must be asked.
// A group of kAdsMax ads is never kept out here: nobody knows how many it has.
std::optional<Reason> why_gate_is_shut(const GroupGate& gate, const GroupGate& key);

// And a reason for which none of its ads may be paid for, whatever it bids, told by its campaign's account alone. Not asked of
// campaigns with a flight or a frequency cap, which may be what keeps them out, nor of one of whose charges the pacer knows
// nothing: it learns them from auctions that look at the ads.
std::optional<Reason> why_campaign_cannot_pay(const GroupGate& gate, const AuctionView& auction);

// The gates of all ad groups: one array for all snapshots, since what lies a step away is fetched without waiting, and the rows
// of a snapshot lie four steps away. An auction may so meet a gate of the snapshot to come, or a part of one, which keeps out
// whom that one would; but what it tells of bids holds for its own bounds alone, so that is left out. One thread writes, any
// thread reads what it learned of from a snapshot.
class GroupGates {
 public:
  // For the snapshot of this version (versions.h).
  void set(AdGroupIx group, const GroupGate& gate, std::uint64_t version) {
    gates_.grow_to(std::size_t{group.value} + 1);
    Line& line = gates_[group.value];
    const auto words = std::bit_cast<Words>(gate);
    // Whoever reads one of the words after it reads this version, too.
    std::atomic_ref(line.version).store(version, std::memory_order_relaxed);
    for (std::size_t i = 0; i < words.size(); ++i) std::atomic_ref(line.words[i]).store(words[i], std::memory_order_release);
  }
  // For a reader of the snapshot of this version.
  GroupGate of(AdGroupIx group, std::uint64_t version) const {
    if (group.value >= gates_.size()) return {};
    Line& line = gates_[group.value];
    Words words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = std::atomic_ref(line.words[i]).load(std::memory_order_acquire);
    auto gate = std::bit_cast<GroupGate>(words);
    if (std::atomic_ref(line.version).load(std::memory_order_relaxed) > version) gate.raised = {};
    return gate;
  }
  void prefetch(AdGroupIx group) const {
    if (group.value < gates_.size()) __builtin_prefetch(&gates_[group.value]);
  }

 private:
  using Words = std::array<std::uint64_t, sizeof(GroupGate) / sizeof(std::uint64_t)>;
  struct alignas(kCacheLine) Line {
    Words words;
    std::uint64_t version;
  };
  static_assert(sizeof(Line) == kCacheLine);

  mutable StableVector<Line> gates_;
};

}  // namespace gavel

// What auctions read of campaigns and ad groups: immutable values that snapshots share, packed into one piece of memory each.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <vector>

#include "auction/symbols.h"
#include "auction/packed_list.h"
#include "auction/resources.h"
#include "budget/accounts.h"

namespace gavel {

// A reference-counted immutable value that snapshots share.
template <class T>
struct Shared : T, boost::intrusive_ref_counter<Shared<T>, boost::thread_safe_counter> {
  struct Room {
    std::size_t bytes;
  };
  static void* operator new(std::size_t size) { return ::operator new(size); }
  static void* operator new(std::size_t size, Room behind) { return ::operator new(size + behind.bytes); }
  static void operator delete(void* memory) { ::operator delete(memory); }
  static void operator delete(void* memory, Room) { ::operator delete(memory); }
};
template <class T>
using SharedPtr = boost::intrusive_ptr<const Shared<T>>;

struct SymbolFactor {
  Symbol symbol;
  Factor factor;
};

struct CampaignFestival {
  FestivalIx festival;
  FestivalAccountIx account;
  bool has_budget = false;  // a daily budget was given, be it 0
  Factor bid_multiplier;
};

// What display candidates are listed under: each ad group stands under one kind of attribute that a request must have for
// it to be eligible, the most selective it has: the tags of its audience (one of `all` per clause), else its
// categories, else its placements; and in kEverything where it requires none of these.
enum class TermKind : std::uint8_t { kTag, kCategory, kPlacement, kEverything };
inline constexpr int kTermKinds = 4;
struct Term {
  TermKind kind = TermKind::kEverything;
  std::uint32_t number = 0;  // Symbol of the tag or category, or PlacementIx
  bool operator==(const Term&) const = default;
};

// Each comes in two shapes: with lists of their own, as the editor makes it, and packed, as auctions read it.

struct CampaignScalars {
  AdvertiserIx advertiser;
  Pricing pricing = Pricing::kCpc;
  bool enabled = false;
  PacingMode pacing = PacingMode::kEven;
  PacingMethod pacing_method = PacingMethod::kThrottle;
  std::optional<Timestamp> start, end;
  std::optional<FrequencyCap> frequency_cap;
};
template <template <class> class List>
struct BasicCampaignServing : CampaignScalars {
  List<ScheduleEntry> schedule;  // empty = always
  List<Symbol> regions, devices;  // empty = all
  List<SymbolFactor> device_multipliers, region_multipliers;
  List<SymbolFactor> tag_multipliers;  // by the tag's name in byte order
  List<CampaignFestival> festivals;    // by festival id (external) in byte order
};

template <template <class> class List>
struct BasicClause {
  List<Symbol> all, none;
};
template <template <class> class A, template <class> class B>
bool operator==(const BasicClause<A>& a, const BasicClause<B>& b) {
  return std::ranges::equal(a.all, b.all) && std::ranges::equal(a.none, b.none);
}

struct AdGroupScalars {
  CampaignIx campaign;
  bool enabled = false;
  Micros bid;
};
template <template <class> class List>
struct BasicAdGroupServing : AdGroupScalars {
  List<PlacementIx> placements;         // empty = all
  List<Symbol> categories;              // empty = all
  List<BasicClause<List>> audience;     // empty = everyone
  List<Term> terms;                     // what it is listed under while it is live, each once
};

template <class T>
using OwnList = std::vector<T>;

using CampaignServing = BasicCampaignServing<PackedList>;
using CampaignDraft = BasicCampaignServing<OwnList>;
using ServingClause = BasicClause<PackedList>;
using ClauseDraft = BasicClause<OwnList>;
using AdGroupServing = BasicAdGroupServing<PackedList>;
using AdGroupDraft = BasicAdGroupServing<OwnList>;

SharedPtr<CampaignServing> pack(const CampaignDraft& draft);
SharedPtr<AdGroupServing> pack(const AdGroupDraft& draft);

}  // namespace gavel

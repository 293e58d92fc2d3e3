#include "api/resources/registry.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include "budget/give_way.h"

namespace gavel {

namespace {

std::int64_t limit(const std::optional<Micros>& amount) {
  return amount ? amount->value : kNoLimit;
}

void set(std::atomic<std::int64_t>& where, std::int64_t value) {
  where.store(value, std::memory_order_relaxed);
}

Duration window_of(const CampaignDoc* doc) {
  return doc != nullptr && doc->frequency_cap ? Duration(std::chrono::seconds(doc->frequency_cap->window_s))
                                              : Duration::zero();
}

}  // namespace

Registry::Registry(RegistryParts parts)
    : parts_(std::move(parts)), editor_(parts_.publisher.whole(), parts_.symbols, parts_.accounts, parts_.click_stats.ceilings()) {}

Registry::~Registry() = default;

void Registry::relist_outgrown() {
  if (!has_outgrown()) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock && has_outgrown()) publish();
}

bool Registry::has_outgrown() const {
  return parts_.click_stats.ceilings().outgrown() != 1;
}

void Registry::publish() {
  PctrCeilings& ceilings = parts_.click_stats.ceilings();
  const bool outgrown = has_outgrown();
  if (outgrown) {
    GiveWay give_way;
    for (const AdIx ad : ceilings.raise()) {
      give_way.now_and_then();
      editor_.relist(ad);
    }
  }
  parts_.publisher.publish(editor_.snapshot());
  if (outgrown) ceilings.settle();
}

std::optional<ResourceRecord> Registry::get(ResourceType type, std::string_view id) const {
  const std::uint32_t internal_id = parts_.symbols->of(type).find(id);
  return internal_id == Interner::kAbsent ? std::nullopt : get(type, internal_id);
}

std::optional<ResourceRecord> Registry::get(ResourceType type, std::uint32_t internal_id) const {
  const auto bytes = parts_.store.get(Family::kResources, resource_key(type, internal_id));
  auto record = bytes ? decode_record(*bytes) : std::nullopt;
  if (!record || record->deleted) return std::nullopt;
  return record;
}

ResourceState Registry::state(ResourceType type, std::uint32_t internal_id) const {
  assert(!is_leaf(type));
  const auto& states = states_[static_cast<std::size_t>(type)];
  return internal_id < states.size() ? states[internal_id] : ResourceState{};
}

void Registry::set_state(ResourceType type, std::uint32_t internal_id, ResourceState state) {
  if (is_leaf(type)) return;
  auto& states = states_[static_cast<std::size_t>(type)];
  if (states.size() <= internal_id) states.resize(std::size_t{internal_id} + 1);
  states[internal_id] = state;
}

void Registry::set_limits(const Change& change) {
  if (const auto* advertiser = std::get_if<AdvertiserDoc>(change.doc)) {
    AdvertiserAccount& account = parts_.accounts.open(AdvertiserIx{change.internal_id});
    set(account.daily_budget, limit(advertiser->daily_budget));
    set(account.opening_balance, limit(advertiser->balance));
    return;
  }
  const auto* campaign = std::get_if<CampaignDoc>(change.doc);
  if (campaign == nullptr) return;
  const CampaignIx ix{change.internal_id};
  CampaignAccount& account = parts_.accounts.open(ix, AdvertiserIx{change.record->owner});
  set(account.daily_budget, limit(campaign->daily_budget));
  set(account.lifetime_budget, limit(campaign->lifetime_budget));
  const auto festival_ix = [&](const FestivalEntry& entry) {
    return FestivalIx{parts_.symbols->of(ResourceType::kFestival).find(entry.festival_id)};
  };
  const auto* before = change.before != nullptr ? std::get_if<CampaignDoc>(change.before) : nullptr;
  if (before != nullptr) {
    for (const FestivalEntry& entry : before->festivals) {
      // A budget that stays must not be seen as gone, not even for a moment.
      if (std::ranges::count(campaign->festivals, entry.festival_id, &FestivalEntry::festival_id) > 0)
        continue;
      const FestivalAccountIx left = parts_.accounts.find_festival(ix, festival_ix(entry));
      if (left.exists()) set(parts_.accounts[left].daily_budget, 0);
    }
  }
  for (const FestivalEntry& entry : campaign->festivals) {
    const FestivalAccountIx joined = parts_.accounts.open_festival(ix, festival_ix(entry));
    set(parts_.accounts[joined].daily_budget, entry.daily_budget ? entry.daily_budget->value : 0);
  }
  const Duration window = change.record->deleted ? Duration::zero() : window_of(campaign);
  if (window != (change.was_live ? window_of(before) : Duration::zero())) {
    parts_.frequency.set_window(ix, window, parts_.clock.now());
  }
}

namespace {

struct RowPutter {
  CatalogEditor& editor;
  std::uint32_t ix;
  const ResourceRecord& record;

  void operator()(const AdvertiserDoc& doc) const { editor.put(AdvertiserIx{ix}, doc); }
  void operator()(const CampaignDoc& doc) const { editor.put(CampaignIx{ix}, doc); }
  void operator()(const AdGroupDoc& doc) const { editor.put(AdGroupIx{ix}, doc); }
  void operator()(const AdDoc& doc) const { editor.put(AdIx{ix}, doc, record.landing_revision); }
  void operator()(const KeywordDoc& doc) const { editor.put(KeywordIx{ix}, doc, record.words); }
  void operator()(const PlacementDoc& doc) const { editor.put(PlacementIx{ix}, doc); }
  void operator()(const FestivalDoc& doc) const { editor.put(FestivalIx{ix}, doc); }
};

}  // namespace

void Registry::put_row(const Change& change) {
  std::visit(RowPutter{editor_, change.internal_id, *change.record}, *change.doc);
}

void Registry::erase_row(ResourceType type, std::uint32_t internal_id) {
  switch (type) {
    case ResourceType::kAdvertiser:
      editor_.erase(AdvertiserIx{internal_id});
      break;
    case ResourceType::kCampaign:
      editor_.erase(CampaignIx{internal_id});
      break;
    case ResourceType::kAdGroup:
      editor_.erase(AdGroupIx{internal_id});
      break;
    case ResourceType::kAd:
      editor_.erase(AdIx{internal_id});
      break;
    case ResourceType::kKeyword:
      editor_.erase(KeywordIx{internal_id});
      break;
    case ResourceType::kPlacement:
      editor_.erase(PlacementIx{internal_id});
      break;
    case ResourceType::kFestival:
      editor_.erase(FestivalIx{internal_id});
      break;
  }
}

}  // namespace gavel

#include "auction/catalog.h"

namespace gavel {

Catalog::Catalog(std::shared_ptr<Symbols> symbols) : symbols_(std::move(symbols)) {}

const BoundList& Catalog::groups_under(Term term) const {
  switch (term.kind) {
    case TermKind::kTag:
      return groups_of_tag_.at(term.number);
    case TermKind::kCategory:
      return groups_of_category_.at(term.number);
    case TermKind::kPlacement:
      return groups_of_placement_.at(term.number);
    case TermKind::kEverything:
      break;
  }
  return groups_of_everything_;
}

namespace {

constexpr std::ptrdiff_t kLine = 64;

template <class T>
void prefetch_object(const T* object) {
  const char* const first = reinterpret_cast<const char*>(object);
  for (std::ptrdiff_t offset = 0; offset < static_cast<std::ptrdiff_t>(sizeof(T)); offset += kLine) {
    __builtin_prefetch(first + offset);
  }
}

}  // namespace

void Catalog::prefetch(AdGroupIx group, int step) const {
  if (step == 0) {
    ad_groups_.prefetch(group.value);
    keywords_of_group_.prefetch(group.value);
    return ads_of_group_.prefetch(group.value);
  }
  const AdGroupServing* const serving = (*this)[group].serving.get();
  if (serving == nullptr) return;
  if (step == 1) {
    prefetch_object(serving);
    keywords_of_group_.at(group.value).prefetch();
    return ads_of_group_.at(group.value).prefetch();
  }
  if (step == 2) {
    campaigns_.prefetch(serving->campaign.value);
    __builtin_prefetch(serving->placements.data());
    const std::span<const AdIx> ads = ads_of(group);
    if (!ads.empty()) ads_.prefetch(ads.front().value);  // those of one group are mostly neighbours
    return;
  }
  const CampaignServing* const campaign = (*this)[serving->campaign].serving.get();
  if (campaign == nullptr) return;
  if (step == 3) return prefetch_object(campaign);
  advertisers_.prefetch(campaign->advertiser.value);
}

}  // namespace gavel

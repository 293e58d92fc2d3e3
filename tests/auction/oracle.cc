#include "tests/auction/oracle.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "budget/pacing.h"

namespace gavel {
namespace {

using Big = boost::multiprecision::cpp_int;
using Words = std::vector<std::string>;

Big ceiling(const Big& a, const Big& b) {
  return (a + b - 1) / b;
}

Big nearest_even(const Big& a, const Big& b) {
  const Big floor = a / b, rest = a % b;
  if (2 * rest > b || (2 * rest == b && floor % 2 == 1)) return floor + 1;
  return floor;
}

Words words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool matches(const KeywordDoc& keyword, const Words& query) {
  const Words words = words_of(keyword.text);
  switch (keyword.match) {
    case MatchType::kExact:
      return words == query;
    case MatchType::kPhrase:
      return std::search(query.begin(), query.end(), words.begin(), words.end()) != query.end();
    case MatchType::kBroad:
      break;
  }
  return std::all_of(words.begin(), words.end(), [&query](const std::string& word) {
    return std::find(query.begin(), query.end(), word) != query.end();
  });
}

bool lies_in(std::string_view region, std::string_view area) {
  return region == area || (region.starts_with(area) && region.substr(area.size()).starts_with("-"));
}

bool holds(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// An ad with all that is above it and what the auction finds out about it.
struct Entry {
  std::string id;
  const AdDoc* ad = nullptr;
  const AdGroupDoc* group = nullptr;
  std::string campaign_id;
  const CampaignDoc* campaign = nullptr;
  const AdvertiserDoc* advertiser = nullptr;
  std::string keyword;
  bool negative = false;
  std::string festival;
  Factor boost, festival_multiplier;
  std::int64_t effective_bid = 0, reserve = 0;
  std::int32_t pctr = 0;
  Big weight, score;
  std::optional<Reason> out;
};

class Oracle {
 public:
  Oracle(const AuctionWorld& world, const AuctionRequest& request)
      : world_(world),
        request_(request),
        query_(words_of(request.query)),
        local_(world.calendar.local(world.now)) {}

  std::vector<OracleAuction> run() {
    std::vector<OracleAuction> auctions;
    for (const PlacementRequest& wanted : request_.auctions) auctions.push_back(run_one(wanted));
    return auctions;
  }

 private:
  OracleAuction run_one(const PlacementRequest& wanted) {
    OracleAuction auction;
    placement_id_ = wanted.placement_id;
    const auto placement = world_.placements.find(placement_id_);
    if (placement == world_.placements.end()) {
      auction.unknown_placement = true;
      return auction;
    }
    placement_ = &placement->second;
    slots_ = placement_->position_ctr.size();
    if (wanted.slots != 0) slots_ = std::min<std::size_t>(slots_, wanted.slots);
    by_keyword_ = placement_->kind == PlacementKind::kSearch && !request_.query.empty();

    std::vector<Entry> entries = evaluate_all();
    std::vector<Entry*> ranking;
    std::vector<std::int64_t> prices;
    for (;;) {
      ranking = cut(sorted(entries));
      prices = prices_of(ranking);
      if (hold(ranking, prices)) break;
      ++auction.failed_holds;
    }
    for (std::size_t i = 0; i < prices.size(); ++i) {
      Entry& entry = *ranking[i];
      entry.out = Reason::kWon;
      auction.winners.push_back(
          {entry.id, entry.keyword, entry.festival, entry.effective_bid, prices[i], entry.pctr});
    }
    if (request_.explain) explain(entries, ranking, auction);
    for (std::size_t i = 0; i < prices.size(); ++i) shown_items_.insert(ranking[i]->ad->item_id);
    return auction;
  }

  std::vector<Entry> evaluate_all() {
    std::vector<Entry> entries;
    for (const auto& [id, ad] : world_.ads) {
      Entry& entry = entries.emplace_back();
      entry.id = id;
      entry.ad = &ad;
      entry.group = &world_.ad_groups.at(ad.ad_group_id);
      entry.campaign_id = entry.group->campaign_id;
      entry.campaign = &world_.campaigns.at(entry.campaign_id);
      entry.advertiser = &world_.advertisers.at(entry.campaign->advertiser_id);
      find_keyword(entry);
      find_festival(entry);
      entry.pctr = pctr_of(entry);
      entry.reserve = cpc(entry) ? placement_->reserve_cpc.value : placement_->reserve_cpm.value;
      entry.effective_bid = effective_bid(entry);
      entry.weight = weight_of(entry);
      entry.score = entry.weight * entry.effective_bid;
      entry.out = why_out(entry);
    }
    return entries;
  }

  static bool cpc(const Entry& entry) { return entry.campaign->pricing == Pricing::kCpc; }

  // Exact before phrase before broad, then the higher bid, then the lesser id.
  void find_keyword(Entry& entry) const {
    if (!by_keyword_) return;
    const auto bid_of = [&entry](const KeywordDoc& doc) { return doc.bid.value_or(entry.group->bid); };
    const KeywordDoc* best = nullptr;
    for (const auto& [id, keyword] : world_.keywords) {  // by id
      if (keyword.ad_group_id != entry.ad->ad_group_id || !keyword.enabled || !matches(keyword, query_))
        continue;
      if (keyword.negative) {
        entry.negative = true;
      } else if (best == nullptr || keyword.match < best->match ||
                 (keyword.match == best->match && bid_of(keyword) > bid_of(*best))) {
        best = &keyword;
        entry.keyword = id;
      }
    }
  }

  void find_festival(Entry& entry) const {
    std::set<std::string> joined;
    for (const FestivalEntry& festival : entry.campaign->festivals) joined.insert(festival.festival_id);
    for (const std::string& id : joined) {
      const FestivalDoc& festival = world_.festivals.at(id);
      const std::vector<std::string>& categories = festival.categories;
      if (!categories.empty() && (!entry.ad->category_id || !holds(categories, *entry.ad->category_id)))
        continue;
      for (const FestivalPhase& phase : festival.phases) {
        if (world_.now < phase.start || world_.now >= phase.end) continue;
        if (!entry.festival.empty() && phase.boost <= entry.boost) continue;
        entry.festival = id;
        entry.boost = phase.boost;
      }
    }
    for (const FestivalEntry& festival : entry.campaign->festivals) {
      if (festival.festival_id == entry.festival) entry.festival_multiplier = festival.bid_multiplier;
    }
  }

  std::int32_t pctr_of(const Entry& entry) const {
    std::optional<Probability> predicted;
    for (const Prediction& prediction : request_.predictions) {
      if (prediction.ad_id == entry.id && prediction.pctr) predicted = prediction.pctr;
    }
    if (predicted) return predicted->nano;
    if (entry.ad->pctr) return entry.ad->pctr->nano;
    const ClickCounts seen = world_.click_stats.get(world_.ad(entry.id), world_.placement(placement_id_));
    const bool anything = seen.clicks != 0 || seen.examined_nano != 0;
    return (anything ? smoothed_pctr(seen, placement_->default_pctr) : placement_->default_pctr).nano;
  }

  const ScheduleEntry* on_schedule(const Entry& entry) const {
    for (const ScheduleEntry& slot : entry.campaign->schedule) {
      const bool day = (slot.days & (1 << local_.weekday)) != 0;
      if (day && slot.from_minute <= local_.minute_of_day && local_.minute_of_day < slot.to_minute)
        return &slot;
    }
    return nullptr;
  }

  std::int64_t effective_bid(const Entry& entry) const {
    const KeywordDoc* keyword = entry.keyword.empty() ? nullptr : &world_.keywords.at(entry.keyword);
    Big bid = keyword != nullptr && keyword->bid ? keyword->bid->value : entry.group->bid.value;
    const auto step = [&bid](Factor factor) {
      bid = std::min<Big>(bid * factor.millionths / 1'000'000, 1'000'000'000'000);
    };
    if (const ScheduleEntry* slot = on_schedule(entry)) step(slot->bid_multiplier);
    const BidMultipliers& multipliers = entry.campaign->bid_multipliers;
    for (const auto& [device, factor] : multipliers.device) {
      if (device == request_.user.device) step(factor);
    }
    std::string longest;
    for (const auto& [region, factor] : multipliers.region) {
      if (lies_in(request_.user.region, region) && region.size() > longest.size()) longest = region;
    }
    for (const auto& [region, factor] : multipliers.region) {
      if (!longest.empty() && region == longest) step(factor);
    }
    for (const auto& [tag, factor] : multipliers.tag) {
      const auto& tags = request_.user.tags;
      if (std::find(tags.begin(), tags.end(), tag) != tags.end()) step(factor);
    }
    step(entry.festival_multiplier);
    if (entry.campaign->pacing_method == PacingMethod::kBidShading)
      step({world_.accounts[world_.campaign(entry.campaign_id)].pacing.multiplier});
    return static_cast<std::int64_t>(bid);
  }

  Big weight_of(const Entry& entry) const {
    const Big merit =
        Big(entry.ad->quality.millionths) * entry.advertiser->shop_score.millionths * entry.boost.millionths;
    if (!cpc(entry)) return nearest_even(merit, 1'000'000'000);
    const std::int32_t squash = placement_->squash.millionths;
    Big power = entry.pctr;
    if (squash == 0) {
      power = 1'000'000'000;
    } else if (squash != 1'000'000) {
      power = entry.pctr == 0 ? 0 : std::llrint(std::pow(entry.pctr / 1e9, squash / 1e6) * 1e9);
    }
    return nearest_even(merit * power * 1'000, Big("1000000000000000000"));
  }

  std::int64_t expected(const Entry& entry, std::int64_t price) const {
    return static_cast<std::int64_t>(cpc(entry) ? ceiling(Big(price) * entry.pctr, 1'000'000'000)
                                                : ceiling(price, 1'000));
  }

  std::optional<Reason> why_out(const Entry& entry) const {
    if (!world_.can_charge) return Reason::kLedgerUnavailable;
    if (const std::optional<Reason> reason = why_not_meant(entry)) return reason;
    if (request_.limits_items && std::find(request_.item_ids.begin(), request_.item_ids.end(),
                                           entry.ad->item_id) == request_.item_ids.end()) {
      return Reason::kItem;
    }
    if (const auto& cap = entry.campaign->frequency_cap) {
      if (request_.user_hash == 0) return Reason::kFrequencyCap;
      const std::uint32_t seen =
          world_.frequency->count(world_.campaign(entry.campaign_id), request_.user_hash, world_.now,
                                  std::chrono::seconds{cap->window_s});
      if (seen >= cap->impressions) return Reason::kFrequencyCap;
    }
    if (const std::optional<Reason> reason = no_room(entry, expected(entry, entry.effective_bid)))
      return reason;
    if (paced(entry)) return Reason::kPaced;
    if (entry.effective_bid < entry.reserve || entry.score == 0) return Reason::kBelowReserve;
    if (shown_items_.contains(entry.ad->item_id)) return Reason::kDuplicateItem;
    return std::nullopt;
  }

  std::optional<Reason> why_not_meant(const Entry& entry) const {
    const CampaignDoc& campaign = *entry.campaign;
    if (!entry.advertiser->active) return Reason::kSuspended;
    if (!campaign.enabled || !entry.group->enabled || !entry.ad->enabled) return Reason::kPaused;
    if (campaign.start_time && *campaign.start_time > world_.now) return Reason::kNotStarted;
    if (campaign.end_time && *campaign.end_time <= world_.now) return Reason::kEnded;
    if (!(cpc(entry) ? placement_->accepts_cpc : placement_->accepts_cpm)) return Reason::kPlacement;
    if (!entry.group->placements.empty() && !holds(entry.group->placements, placement_id_)) {
      return Reason::kPlacement;
    }
    const auto meets = [this](const std::string& category) {
      return std::count(request_.category_ids.begin(), request_.category_ids.end(), category) > 0;
    };
    const auto& categories = entry.group->categories;
    if (!categories.empty() && std::none_of(categories.begin(), categories.end(), meets))
      return Reason::kCategory;
    if (!entry.group->audience.empty() && !in_audience(entry.group->audience)) return Reason::kAudience;
    const auto within = [this](const std::string& area) { return lies_in(request_.user.region, area); };
    if (!campaign.regions.empty() && std::none_of(campaign.regions.begin(), campaign.regions.end(), within)) {
      return Reason::kRegion;
    }
    if (!campaign.devices.empty() && !holds(campaign.devices, request_.user.device)) return Reason::kDevice;
    if (!campaign.schedule.empty() && on_schedule(entry) == nullptr) return Reason::kSchedule;
    if (!by_keyword_) return std::nullopt;
    if (entry.negative) return Reason::kNegativeKeyword;
    if (entry.keyword.empty()) return Reason::kNoKeyword;
    return std::nullopt;
  }

  bool in_audience(const std::vector<AudienceClause>& audience) const {
    const auto& tags = request_.user.tags;
    if (tags.empty()) return false;
    const auto has = [&tags](const std::string& tag) {
      return std::find(tags.begin(), tags.end(), tag) != tags.end();
    };
    for (const AudienceClause& clause : audience) {
      const bool all = std::all_of(clause.all.begin(), clause.all.end(), has);
      const bool none = std::none_of(clause.none.begin(), clause.none.end(), has);
      if (all && none) return true;
    }
    return false;
  }

  // Limits less spent less held, the holds of this request included.
  std::optional<Reason> no_room(const Entry& entry, std::int64_t amount) const {
    const CampaignIx campaign_ix = world_.campaign(entry.campaign_id);
    const AdvertiserIx advertiser_ix = world_.advertiser(entry.campaign->advertiser_id);
    const AdvertiserAccount& advertiser = world_.accounts[advertiser_ix];
    const CampaignAccount& campaign = world_.accounts[campaign_ix];
    const std::int64_t by_advertiser = amount + held(entry.campaign->advertiser_id, advertiser.held);
    const std::int64_t by_campaign = amount + held("campaign " + entry.campaign_id, campaign.held);
    const auto left = [](Micros limit, std::int64_t spent) {
      return std::max<std::int64_t>(limit.value - spent, 0);
    };

    if (const auto& balance = entry.advertiser->balance) {
      if (left(*balance, advertiser.charged) + advertiser.deposited < by_advertiser)
        return Reason::kBalanceExhausted;
    }
    const auto& advertisers_day = entry.advertiser->daily_budget;
    if (advertisers_day && left(*advertisers_day, advertiser.today.on(local_.day).value) < by_advertiser) {
      return Reason::kBudgetExhausted;
    }
    if (const auto& lifetime = entry.campaign->lifetime_budget) {
      if (left(*lifetime, campaign.charged) < by_campaign) return Reason::kBudgetExhausted;
    }
    if (const auto& daily = entry.campaign->daily_budget) {
      std::int64_t room = left(*daily, campaign.today_regular.on(local_.day).value);
      if (!entry.festival.empty()) room += left(festival_budget(entry), festival_spent(entry));
      if (room < by_campaign) return Reason::kBudgetExhausted;
    }
    return std::nullopt;
  }

  std::int64_t held(const std::string& account, std::int64_t before) const {
    const auto more = held_.find(account);
    return before + (more == held_.end() ? 0 : more->second);
  }

  Micros festival_budget(const Entry& entry) const {
    for (const FestivalEntry& festival : entry.campaign->festivals) {
      if (festival.festival_id == entry.festival) return festival.daily_budget.value_or(Micros{0});
    }
    return {};
  }

  std::int64_t festival_spent(const Entry& entry) const {
    const FestivalAccountIx ix =
        world_.accounts.find_festival(world_.campaign(entry.campaign_id), world_.festival(entry.festival));
    return world_.accounts[ix].today.on(local_.day).value;
  }

  bool paced(const Entry& entry) const {
    const CampaignIx ix = world_.campaign(entry.campaign_id);
    const CampaignAccount& account = world_.accounts[ix];
    if (entry.campaign->pacing == PacingMode::kAsap) return false;
    const Probability participation =
        participation_at(response_of({entry.pctr}, placement_->default_pctr), account.pacing.usual_response,
                         {account.pacing.participation});
    if (!takes_part(participation, PacingDraws(request_.request_id).of(ix))) return true;
    if (!entry.campaign->daily_budget) return false;
    PacedMoney money;
    money.budget = *entry.campaign->daily_budget;
    money.start = entry.campaign->start_time;
    money.end = entry.campaign->end_time;
    money.used =
        account.today_regular.on(local_.day) + Micros{held("campaign " + entry.campaign_id, account.held)};
    if (!entry.festival.empty()) {
      money.budget += festival_budget(entry);
      money.used += Micros{festival_spent(entry)};
    }
    return is_ahead(account.pacing, money, world_.calendar, world_.now);
  }

  bool goes_before(const Entry& a, const Entry& b) const {
    if (a.score != b.score) return a.score > b.score;
    if (a.pctr != b.pctr) return a.pctr > b.pctr;
    const std::uint64_t a_hash = hash(a.id), b_hash = hash(b.id);
    return a_hash != b_hash ? a_hash < b_hash : a.id < b.id;
  }

  std::uint64_t hash(const std::string& ad) const {
    const std::string text = std::string(request_.request_id) + '\0' + ad;
    std::uint64_t h = 14'695'981'039'346'656'037u;
    for (const char c : text) {
      h ^= static_cast<std::uint8_t>(c);
      h *= 1'099'511'628'211u;
    }
    h ^= h >> 30;
    h *= 13'787'848'793'156'543'929u;
    h ^= h >> 27;
    h *= 10'723'151'780'598'845'931u;
    h ^= h >> 31;
    return h;
  }

  // Whether nothing but a better ad keeps it out.
  bool in_play(const Entry& entry) const {
    if (entry.out == Reason::kDuplicateItem) return !shown_items_.contains(entry.ad->item_id);
    return !entry.out || entry.out == Reason::kWon || entry.out == Reason::kAdvertiserLimit;
  }

  std::vector<Entry*> sorted(std::vector<Entry>& entries) const {
    std::vector<Entry*> order;
    for (Entry& entry : entries) {
      if (!in_play(entry)) continue;
      entry.out.reset();
      order.push_back(&entry);
    }
    std::sort(order.begin(), order.end(),
              [this](const Entry* a, const Entry* b) { return goes_before(*a, *b); });
    return order;
  }

  // Why the ad next in order does not join the ranking, if it does not.
  std::optional<Reason> cut_from(const std::vector<const Entry*>& ranking, const Entry& entry) const {
    const auto same_item = [&entry](const Entry* other) { return other->ad->item_id == entry.ad->item_id; };
    const auto same_owner = [&entry](const Entry* other) { return other->advertiser == entry.advertiser; };
    // Only a shown ad takes its item away from the others.
    const auto shown = static_cast<std::ptrdiff_t>(std::min(slots_, ranking.size()));
    if (std::any_of(ranking.begin(), ranking.begin() + shown, same_item)) return Reason::kDuplicateItem;
    const auto owned = std::count_if(ranking.begin(), ranking.end(), same_owner);
    if (owned >= placement_->max_ads_per_advertiser) return Reason::kAdvertiserLimit;
    return std::nullopt;
  }

  std::vector<Entry*> cut(const std::vector<Entry*>& order) const {
    std::vector<Entry*> ranking;
    for (Entry* entry : order) {
      entry->out = cut_from({ranking.begin(), ranking.end()}, *entry);
      if (!entry->out) ranking.push_back(entry);
    }
    return ranking;
  }

  // Of the shown ones.
  std::vector<std::int64_t> prices_of(const std::vector<Entry*>& ranking) const {
    const std::size_t shown = std::min(slots_, ranking.size());
    const auto ctr = [this](std::size_t j) {
      return j < slots_ ? Big(placement_->position_ctr[j].nano) : Big(0);
    };
    const auto score = [&ranking](std::size_t j) { return j < ranking.size() ? ranking[j]->score : Big(0); };
    std::vector<std::int64_t> prices;
    for (std::size_t i = 0; i < shown; ++i) {
      const Entry& entry = *ranking[i];
      Big price = entry.effective_bid;
      if (placement_->mechanism == Mechanism::kGsp) {
        Big next = 0;
        for (std::size_t j = shown + ranking.size(); j-- > i + 1;) {
          if (j < ranking.size() && ranking[j]->advertiser != entry.advertiser) next = ranking[j]->score;
        }
        price = ceiling(next, entry.weight) +
                (cpc(entry) ? placement_->increment_cpc.value : placement_->increment_cpm.value);
      } else if (placement_->mechanism == Mechanism::kVcg) {
        Big sum = 0;
        for (std::size_t j = i; j < shown; ++j) sum += (ctr(j) - ctr(j + 1)) * score(j + 1);
        price = ctr(i) == 0 ? Big(0) : ceiling(sum, ctr(i) * entry.weight);
      }
      price = std::min<Big>(std::max<Big>(price, entry.reserve), entry.effective_bid);
      prices.push_back(static_cast<std::int64_t>(price));
    }
    return prices;
  }

  bool hold(const std::vector<Entry*>& ranking, const std::vector<std::int64_t>& prices) {
    const std::map<std::string, std::int64_t> before = held_;
    for (std::size_t i = 0; i < prices.size(); ++i) {
      Entry& entry = *ranking[i];
      const std::int64_t amount = expected(entry, prices[i]);
      if (const std::optional<Reason> reason = no_room(entry, amount)) {
        entry.out = reason;
        held_ = before;
        return false;
      }
      held_[entry.campaign->advertiser_id] += amount;
      held_["campaign " + entry.campaign_id] += amount;
    }
    return true;
  }

  void explain(std::vector<Entry>& entries, const std::vector<Entry*>& ranking, OracleAuction& auction) {
    std::vector<Entry*> wanted;
    for (const std::string_view id : request_.explain_ad_ids) {
      for (Entry& entry : entries) {
        if (entry.id == id) wanted.push_back(&entry);
      }
    }
    wanted.insert(wanted.end(), ranking.begin(), ranking.end());
    std::vector<Entry*> rest;
    for (Entry& entry : entries) {
      if (considered(entry)) rest.push_back(&entry);
    }
    std::sort(rest.begin(), rest.end(),
              [this](const Entry* a, const Entry* b) { return world_.ad(a->id) < world_.ad(b->id); });
    wanted.insert(wanted.end(), rest.begin(), rest.end());

    std::set<std::string> done;
    for (Entry* entry : wanted) {
      if (done.contains(entry->id)) continue;
      if (done.size() == 1'000) {
        auction.truncated = true;
        return;
      }
      done.insert(entry->id);
      auction.explain.push_back({entry->id, entry->out.value_or(Reason::kOutranked), entry->score,
                                 entry->effective_bid, price_to_win(*entry, entries)});
    }
  }

  bool considered(const Entry& entry) const {
    if (request_.limits_items) {
      const auto& items = request_.item_ids;
      return std::find(items.begin(), items.end(), entry.ad->item_id) != items.end();
    }
    return !by_keyword_ || !entry.keyword.empty();
  }

  // By halving: the more an ad bids the higher it stands.
  std::optional<std::int64_t> price_to_win(const Entry& entry, const std::vector<Entry>& entries) const {
    const bool ranked = !entry.out || entry.out == Reason::kWon;
    const bool too_low = entry.out == Reason::kBelowReserve && !shown_items_.contains(entry.ad->item_id);
    if (!ranked && !too_low) return std::nullopt;
    std::vector<const Entry*> others;
    for (const Entry& other : entries) {
      if (other.id != entry.id && in_play(other)) others.push_back(&other);
    }
    std::sort(others.begin(), others.end(),
              [this](const Entry* a, const Entry* b) { return goes_before(*a, *b); });
    std::int64_t low = std::max<std::int64_t>(1, entry.reserve), high = 1'000'000'000'000;
    if (!shown_with(entry, others, high)) return std::nullopt;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (shown_with(entry, others, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  bool shown_with(const Entry& entry, std::vector<const Entry*> others, std::int64_t bid) const {
    Entry changed = entry;
    changed.score = changed.weight * bid;
    if (changed.score == 0) return false;
    const auto place = std::find_if(others.begin(), others.end(),
                                    [&](const Entry* other) { return goes_before(changed, *other); });
    others.insert(place, &changed);
    std::vector<const Entry*> ranking;
    for (const Entry* other : others) {
      if (cut_from(ranking, *other)) continue;
      if (ranking.size() == slots_) return false;
      if (other == &changed) return true;
      ranking.push_back(other);
    }
    return false;
  }

  const AuctionWorld& world_;
  const AuctionRequest& request_;
  Words query_;
  LocalTime local_;
  std::set<std::string> shown_items_;
  std::map<std::string, std::int64_t> held_;  // by this request, an account
  // Of the auction that runs.
  std::string placement_id_;
  const PlacementDoc* placement_ = nullptr;
  std::size_t slots_ = 0;
  bool by_keyword_ = false;
};

}  // namespace

std::vector<OracleAuction> oracle(const AuctionWorld& world, const AuctionRequest& request) {
  return Oracle(world, request).run();
}

}  // namespace gavel

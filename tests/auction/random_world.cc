#include "tests/auction/random_world.h"

#include <algorithm>

namespace gavel {
namespace {

constexpr std::string_view kTags[] = {"female", "male", "parent", "student", "tag-é"};
constexpr std::string_view kRegions[] = {"CN", "CN-ZJ", "CN-ZJ-HZ", "CN-BJ", "JP"};
constexpr std::string_view kDevices[] = {"mobile", "desktop", "tablet"};
constexpr std::string_view kCategories[] = {"dress", "shoe", "phone"};
constexpr std::string_view kWordList[] = {"red", "summer", "dress", "silk", "long"};
constexpr std::string_view kPlacementIds[] = {"p0", "p1", "p2", "p3"};
constexpr std::string_view kItems[] = {"i0", "i1", "i2",  "i3",  "i4",  "i5",  "i6",  "i7",
                                       "i8", "i9", "i10", "i11", "i12", "i13", "i14", "i15"};
constexpr std::string_view kRequestIds[] = {"r-0", "r-1", "r-2", "r-3", "r-4", "r-5", "r-6", "r-7"};

// Few values, so that many are equal, and now and then any at all.
Micros random_bid(Dice& dice) {
  if (dice.chance(2)) return kMaxBid;
  if (dice.chance(15)) return {dice.between(1, 5'000'000)};
  return yuan(static_cast<double>(dice.between(1, 4)) * 0.5);
}

Factor random_multiplier(Dice& dice) {
  if (dice.chance(20)) return {static_cast<std::int32_t>(dice.between(100'000, 10'000'000))};
  return {static_cast<std::int32_t>(dice.between(1, 4) * 500'000)};
}

Probability random_pctr(Dice& dice) {
  if (dice.chance(3)) return {0};
  if (dice.chance(20)) return {static_cast<std::int32_t>(dice.between(0, kProbabilityOne))};
  return {static_cast<std::int32_t>(dice.between(1, 3) * 20'000'000)};
}

template <std::size_t N>
std::vector<std::string> some(const std::string_view (&names)[N], Dice& dice) {
  std::vector<std::string> chosen;
  for (const std::string_view name : names) {
    if (dice.chance(40)) chosen.emplace_back(name);
  }
  if (chosen.empty()) chosen.emplace_back(dice.pick(names));
  return chosen;
}

template <std::size_t N>
NamedFactors some_factors(const std::string_view (&names)[N], Dice& dice) {
  NamedFactors factors;
  if (!dice.chance(40)) return factors;
  for (std::string& name : some(names, dice)) factors.emplace_back(std::move(name), random_multiplier(dice));
  std::sort(factors.begin(), factors.end());
  return factors;
}

PlacementDoc random_placement(Dice& dice) {
  PlacementDoc doc;
  doc.kind = dice.chance(50) ? PlacementKind::kSearch : PlacementKind::kDisplay;
  std::int64_t ctr = kProbabilityOne;
  for (std::int64_t n = dice.between(1, 5); n > 0; --n) {
    doc.position_ctr.push_back({static_cast<std::int32_t>(ctr)});
    ctr = dice.between(dice.chance(10) ? 0 : ctr / 2, ctr);
  }
  doc.accepts_cpc = dice.chance(95);
  doc.accepts_cpm = dice.chance(95);
  doc.mechanism = static_cast<Mechanism>(dice.between(0, 2));
  if (dice.chance(50)) doc.reserve_cpc = random_bid(dice);
  if (dice.chance(50)) doc.reserve_cpm = random_bid(dice);
  if (dice.chance(30)) doc.increment_cpc = doc.increment_cpm = {dice.between(0, 300'000)};
  constexpr std::int32_t kSquashes[] = {1'000'000, 1'000'000, 0, 500'000, 2'000'000, 734'561};
  doc.squash = {dice.pick(kSquashes)};
  doc.max_ads_per_advertiser = static_cast<std::uint32_t>(dice.between(1, 3));
  doc.default_pctr = random_pctr(dice);
  return doc;
}

FestivalDoc random_festival(Dice& dice) {
  FestivalDoc doc;
  Timestamp at = kNoon - std::chrono::hours{dice.between(0, 8)};
  for (std::int64_t n = dice.between(1, 3); n > 0; --n) {
    const Timestamp end = at + std::chrono::hours{dice.between(1, 6)};
    doc.phases.push_back({.name = "phase", .start = at, .end = end, .boost = random_multiplier(dice)});
    at = end + std::chrono::hours{dice.between(0, 2)};
  }
  if (dice.chance(50)) doc.categories = some(kCategories, dice);
  return doc;
}

// Dice of its own: other draws do not depend on it.
void leave_as_a_pacer_might(PacingControls& pacing, const std::string& campaign) {
  Dice dice(std::hash<std::string>{}(campaign));
  if (dice.chance(30)) pacing.participation = static_cast<std::int32_t>(dice.between(0, kProbabilityOne));
  if (dice.chance(40)) pacing.multiplier = static_cast<std::int32_t>(dice.between(1, kFactorOne));
  if (dice.chance(50)) pacing.usual_response = static_cast<float>(dice.between(1, 10'000'000));
  if (dice.chance(30)) pacing.share = static_cast<std::int32_t>(dice.between(0, kProbabilityOne));
}

CampaignDoc random_campaign(const AuctionWorld& world, const std::string& advertiser, Dice& dice) {
  CampaignDoc doc;
  doc.advertiser_id = advertiser;
  doc.pricing = dice.chance(60) ? Pricing::kCpc : Pricing::kCpm;
  doc.enabled = dice.chance(97);
  if (dice.chance(40)) doc.daily_budget = Micros{dice.between(1, 1'000'000)};
  if (dice.chance(20)) doc.lifetime_budget = Micros{dice.between(1, 1'000'000)};
  doc.pacing = dice.chance(50) ? PacingMode::kEven : PacingMode::kAsap;
  doc.pacing_method = std::hash<std::string>{}(advertiser) % 3 == 0 ? PacingMethod::kBidShading : PacingMethod::kThrottle;
  if (dice.chance(10)) doc.start_time = kNoon + std::chrono::hours{dice.between(-3, 1)};
  if (dice.chance(10)) doc.end_time = kNoon + std::chrono::hours{dice.between(-1, 3)};
  for (std::int64_t n = dice.chance(25) ? dice.between(1, 3) : 0; n > 0; --n) {
    const auto from = static_cast<std::uint16_t>(dice.between(0, 1'439));
    doc.schedule.push_back({.days = static_cast<std::uint8_t>(dice.between(0, 127) | 4),
                            .from_minute = from,
                            .to_minute = static_cast<std::uint16_t>(dice.between(from + 1, 1'440)),
                            .bid_multiplier = random_multiplier(dice)});
  }
  if (dice.chance(15)) doc.regions = some(kRegions, dice);
  if (dice.chance(15)) doc.devices = some(kDevices, dice);
  doc.bid_multipliers = {some_factors(kDevices, dice), some_factors(kRegions, dice),
                         some_factors(kTags, dice)};
  if (dice.chance(15)) {
    doc.frequency_cap = FrequencyCap{static_cast<std::uint32_t>(dice.between(1, 2)),
                                     static_cast<std::uint32_t>(dice.between(60, 7'200))};
  }
  for (const auto& [id, festival] : world.festivals) {
    if (!dice.chance(30)) continue;
    doc.festivals.push_back({.festival_id = id, .bid_multiplier = random_multiplier(dice)});
    if (dice.chance(50)) doc.festivals.back().daily_budget = Micros{dice.between(1, 200'000)};
  }
  return doc;
}

AdGroupDoc random_group(const std::string& campaign, Dice& dice) {
  AdGroupDoc doc;
  doc.campaign_id = campaign;
  doc.bid = random_bid(dice);
  doc.enabled = dice.chance(97);
  if (dice.chance(25)) doc.placements = {"p0", std::string(dice.pick(kPlacementIds))};
  if (doc.placements.size() == 2 && doc.placements[1] == "p0") doc.placements.pop_back();
  if (dice.chance(25)) doc.categories = some(kCategories, dice);
  for (std::int64_t n = dice.chance(30) ? dice.between(1, 2) : 0; n > 0; --n) {
    AudienceClause clause;
    if (dice.chance(80)) clause.all = some(kTags, dice);
    if (clause.all.empty() || dice.chance(20)) clause.none = {std::string(dice.pick(kTags))};
    doc.audience.push_back(std::move(clause));
  }
  return doc;
}

KeywordDoc random_keyword(const std::string& group, Dice& dice) {
  KeywordDoc doc;
  doc.ad_group_id = group;
  for (std::int64_t n = dice.between(1, 3); n > 0; --n) {
    doc.text += (doc.text.empty() ? "" : " ") + std::string(dice.pick(kWordList));
  }
  doc.match = static_cast<MatchType>(dice.between(0, 2));
  if (dice.chance(50)) doc.bid = random_bid(dice);
  doc.negative = dice.chance(15);
  doc.enabled = dice.chance(95);
  return doc;
}

AdDoc random_ad(const std::string& group, Dice& dice) {
  AdDoc doc;
  doc.ad_group_id = group;
  doc.item_id = std::string(dice.pick(kItems));
  if (dice.chance(70)) doc.category_id = std::string(dice.pick(kCategories));
  if (dice.chance(40)) doc.quality = {static_cast<std::int32_t>(dice.between(1, 3) * 500'000)};
  if (dice.chance(5)) doc.quality = {static_cast<std::int32_t>(dice.between(1, 100'000'000))};
  if (dice.chance(50)) doc.pctr = random_pctr(dice);
  doc.enabled = dice.chance(95);
  return doc;
}

void populate_shop(AuctionWorld& world, const std::string& shop, Dice& dice) {
  AdvertiserDoc doc;
  doc.active = dice.chance(97);
  if (dice.chance(15)) doc.balance = Micros{dice.between(0, 1'000'000)};
  if (dice.chance(15)) doc.daily_budget = Micros{dice.between(1, 1'000'000)};
  if (dice.chance(30)) doc.shop_score = {static_cast<std::int32_t>(dice.between(1, 10'000'000))};
  world.put(shop, doc);
  int serial = 0;
  for (std::int64_t campaigns = dice.between(1, 2); campaigns > 0; --campaigns) {
    const std::string campaign = shop + "-c" + std::to_string(campaigns);
    world.put(campaign, random_campaign(world, shop, dice));
    leave_as_a_pacer_might(world.accounts[world.campaign(campaign)].pacing, campaign);
    for (std::int64_t groups = dice.between(1, 2); groups > 0; --groups) {
      const std::string group = campaign + "-g" + std::to_string(groups);
      world.put(group, random_group(campaign, dice));
      for (std::int64_t n = dice.between(0, 4); n > 0; --n) {
        world.put(group + "-k" + std::to_string(n), random_keyword(group, dice));
      }
      for (std::int64_t n = dice.between(1, 3); n > 0; --n) {
        // Ids out of the order of creation, so that neither order stands in for the other.
        world.put(std::to_string((++serial * 7) % 10) + group + "-a" + std::to_string(n),
                  random_ad(group, dice));
      }
    }
  }
}

}  // namespace

void populate(AuctionWorld& world, Dice& dice) {
  world.now = kNoon + std::chrono::minutes{dice.between(-180, 180)};
  for (const std::string_view id : kPlacementIds) world.put(std::string(id), random_placement(dice));
  for (std::int64_t n = dice.between(0, 3); n > 0; --n) {
    world.put("festival-" + std::to_string(n), random_festival(dice));
  }
  for (std::int64_t n = dice.between(1, 6); n > 0; --n)
    populate_shop(world, "shop-" + std::to_string(n), dice);
}

void tighten(AuctionWorld& world, Dice& dice) {
  for (const auto& [id, placement] : world.placements) {
    world.edit(world.placements, id, [&dice](PlacementDoc& doc) {
      doc.kind = PlacementKind::kDisplay;
      doc.accepts_cpc = doc.accepts_cpm = true;
      doc.reserve_cpc = doc.reserve_cpm = {};
      doc.max_ads_per_advertiser = static_cast<std::uint32_t>(dice.between(1, 4));
      doc.position_ctr.resize(5, doc.position_ctr.back());
    });
  }
  for (const auto& [id, campaign] : world.campaigns) {
    const Pricing pricing = campaign.pricing;
    const std::string advertiser = campaign.advertiser_id;
    CampaignDoc doc;
    doc.advertiser_id = advertiser;
    doc.pricing = pricing;
    doc.pacing = PacingMode::kAsap;
    doc.daily_budget = Micros{dice.between(1'000, pricing == Pricing::kCpc ? 200'000 : 5'000)};
    world.put(id, doc);
  }
  for (const auto& [id, group] : world.ad_groups) {
    world.edit(world.ad_groups, id, [](AdGroupDoc& doc) {
      doc.placements.clear();
      doc.categories.clear();
      doc.audience.clear();
    });
    for (std::int64_t n = dice.between(0, 20); n > 0; --n) {
      world.put("more-" + std::to_string(n) + "-" + id, random_ad(id, dice));
    }
  }
}

void live_a_little(AuctionWorld& world, Dice& dice) {
  for (const auto& [id, campaign] : world.campaigns) {
    if (dice.chance(30)) world.spend(id, Micros{dice.between(0, 300'000)});
    if (campaign.daily_budget && dice.chance(10)) world.spend(id, *campaign.daily_budget);
    CampaignAccount& account = world.accounts[world.campaign(id)];
    if (dice.chance(20)) account.held += dice.between(0, 300'000);
    if (dice.chance(30)) account.pacing.share = static_cast<std::int32_t>(dice.between(0, kProbabilityOne));
    if (dice.chance(40)) account.pacing.participation = static_cast<std::int32_t>(dice.between(0, 20) * kProbabilityOne / 20);
    if (dice.chance(50)) account.pacing.usual_response = static_cast<float>(dice.between(1, 4'000'000));
    if (dice.chance(80)) account.pacing.least_charge = dice.between(1, 1'000);
    for (const FestivalEntry& festival : campaign.festivals) {
      if (dice.chance(30)) world.spend_festival(id, festival.festival_id, Micros{dice.between(0, 100'000)});
    }
    if (campaign.frequency_cap && dice.chance(60)) {
      const Timestamp at = world.now - std::chrono::seconds{dice.between(0, 7'200)};
      world.frequency->record(world.campaign(id), static_cast<std::uint64_t>(dice.between(1, 2)), at);
    }
  }
  for (const auto& [id, ad] : world.ads) {
    if (!dice.chance(30)) continue;
    const auto examined = static_cast<std::uint64_t>(dice.between(0, 2'000'000'000'000));
    world.click_stats.set(
        world.ad(id), world.placement(dice.pick(kPlacementIds)),
        {.examined_nano = examined, .clicks = static_cast<std::uint64_t>(dice.between(0, 50))});
  }
}

AuctionRequest random_request(const AuctionWorld& world, Dice& dice) {
  constexpr std::string_view kQueries[] = {
      "red summer dress", "dress red", "long silk summer dress", "dress", "silk", "unheard of words"};
  AuctionRequest request;
  request.request_id = dice.pick(kRequestIds);
  if (dice.chance(60)) request.query = dice.pick(kQueries);
  const auto choose = [&dice](const auto& names, int percent, std::vector<std::string_view>& chosen) {
    for (const std::string_view name : names) {
      if (dice.chance(percent)) chosen.push_back(name);
    }
  };
  choose(kCategories, 50, request.category_ids);
  choose(kTags, 50, request.user.tags);
  if (dice.chance(20) && !request.user.tags.empty()) request.user.tags.push_back(request.user.tags.front());
  if (dice.chance(10)) request.user.tags.push_back("unheard-of");
  constexpr std::string_view kPlaces[] = {"CN", "CN-ZJ", "CN-ZJ-HZ-1", "CN-ZJX", "JP-13", "US"};
  if (dice.chance(80)) request.user.region = dice.pick(kPlaces);
  if (dice.chance(80)) request.user.device = dice.pick(kDevices);
  if (dice.chance(70)) request.user_hash = static_cast<std::uint64_t>(dice.between(1, 2));
  if (dice.chance(15)) {
    choose(kItems, dice.chance(10) ? 0 : 50, request.item_ids);
    request.limits_items = true;
  }
  for (std::int64_t n = dice.between(1, 4); n > 0; --n) {
    const bool unknown = dice.chance(3);
    request.auctions.push_back({unknown ? "nowhere" : dice.pick(kPlacementIds),
                                static_cast<std::uint32_t>(dice.chance(40) ? 0 : dice.between(1, 6))});
  }
  for (const auto& [id, ad] : world.ads) {
    if (dice.chance(15)) request.predictions.push_back({id, random_pctr(dice), {}});
    if (dice.chance(3)) request.predictions.push_back({id, {}, random_pctr(dice)});
  }
  request.predictions.push_back({"unknown-ad", Probability{1}, {}});
  request.explain = dice.chance(50);
  if (request.explain && dice.chance(40)) {
    request.explain_ad_ids.push_back("unknown-ad");
    for (const auto& [id, ad] : world.ads) {
      if (dice.chance(15)) request.explain_ad_ids.push_back(id);
    }
    request.explain_ad_ids.push_back(request.explain_ad_ids.back());
  }
  return request;
}

}  // namespace gavel

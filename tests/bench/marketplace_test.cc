#include "bench/marketplace/marketplace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "auction/festival_traffic.h"
#include "bench/marketplace/bulk_lines.h"
#include "tests/bench/bulk_checker.h"

namespace gavel {
namespace {

std::string bulk_of(const MarketplaceOptions& options) {
  std::string lines;
  write_marketplace(Marketplace(options), [&](std::string_view some, std::uint64_t) {
    lines += some;
    return true;
  });
  return lines;
}

// FNV-1a of 64 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

// The demo marketplace of 20,000 ads, read once.
struct Demo {
  BulkChecker checker;
  std::vector<CheckedResource> resources = checker.lines(bulk_of({}));

  template <class Doc>
  std::vector<const Doc*> all() const {
    std::vector<const Doc*> found;
    for (const CheckedResource& resource : resources) {
      if (const Doc* doc = std::get_if<Doc>(&resource.doc)) found.push_back(doc);
    }
    return found;
  }
};

const Demo& demo() {
  static const Demo* const kDemo = new Demo;
  return *kDemo;
}

bool is_chinese(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

double share(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

TEST(Marketplace, EveryLineKeepsTheContract) {
  for (std::size_t i = 0; i < std::min<std::size_t>(demo().checker.problems().size(), 5); ++i) {
    ADD_FAILURE() << demo().checker.problems()[i];
  }
  EXPECT_EQ(demo().resources.size(), 136'011u);
}

TEST(Marketplace, DemoHasThePromisedNumbers) {
  const BulkChecker& checker = demo().checker;
  EXPECT_EQ(checker.count(ResourceType::kFestival), 5u);
  EXPECT_EQ(checker.count(ResourceType::kPlacement), 6u);
  EXPECT_EQ(checker.count(ResourceType::kAdvertiser), 1'000u);
  EXPECT_EQ(checker.count(ResourceType::kCampaign), 5'000u);
  EXPECT_EQ(checker.count(ResourceType::kAdGroup), 10'000u);
  EXPECT_EQ(checker.count(ResourceType::kAd), 20'000u);
  EXPECT_EQ(checker.count(ResourceType::kKeyword), 100'000u);
  std::set<std::string> tags;
  for (const AdGroupDoc* group : demo().all<AdGroupDoc>()) {
    for (const AudienceClause& clause : group->audience) tags.insert(clause.all.begin(), clause.all.end());
  }
  EXPECT_GT(tags.size(), 150u);
  EXPECT_LE(tags.size(), 200u);
}

// Counts how many of the documents hold each of the conditions, and expects some, not all, of each.
template <class Doc>
void expect_some(const std::vector<const Doc*>& docs, std::vector<bool (*)(const Doc&)> conditions) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto n =
        std::count_if(docs.begin(), docs.end(), [&](const Doc* doc) { return conditions[i](*doc); });
    EXPECT_GT(n, 0) << typeid(Doc).name() << " condition " << i;
    EXPECT_LT(static_cast<std::size_t>(n), docs.size()) << typeid(Doc).name() << " condition " << i;
  }
}

TEST(Marketplace, DemoUsesEveryFieldAndLeavesEachOut) {
  expect_some<FestivalDoc>(demo().all<FestivalDoc>(),
                           {[](const FestivalDoc& d) { return d.categories.empty(); },
                            [](const FestivalDoc& d) { return !d.phases[2].traffic_curve.empty(); }});
  expect_some<PlacementDoc>(demo().all<PlacementDoc>(),
                            {[](const PlacementDoc& d) { return d.kind == PlacementKind::kSearch; },
                             [](const PlacementDoc& d) { return d.mechanism == Mechanism::kGsp; },
                             [](const PlacementDoc& d) { return d.mechanism == Mechanism::kVcg; },
                             [](const PlacementDoc& d) { return d.mechanism == Mechanism::kFirstPrice; },
                             [](const PlacementDoc& d) { return d.accepts_cpc; },
                             [](const PlacementDoc& d) { return d.squash == Factor{}; },
                             [](const PlacementDoc& d) { return d.max_ads_per_advertiser > 1; }});
  expect_some<AdvertiserDoc>(demo().all<AdvertiserDoc>(),
                             {[](const AdvertiserDoc& d) { return d.active; },
                              [](const AdvertiserDoc& d) { return d.balance.has_value(); },
                              [](const AdvertiserDoc& d) { return d.daily_budget.has_value(); }});
  expect_some<CampaignDoc>(demo().all<CampaignDoc>(),
                           {[](const CampaignDoc& d) { return d.enabled; },
                            [](const CampaignDoc& d) { return d.pricing == Pricing::kCpc; },
                            [](const CampaignDoc& d) { return d.daily_budget.has_value(); },
                            [](const CampaignDoc& d) { return d.lifetime_budget.has_value(); },
                            [](const CampaignDoc& d) { return d.pacing == PacingMode::kAsap; },
                            [](const CampaignDoc& d) { return d.pacing_method == PacingMethod::kThrottle; },
                            [](const CampaignDoc& d) { return d.start_time.has_value(); },
                            [](const CampaignDoc& d) { return d.end_time.has_value(); },
                            [](const CampaignDoc& d) { return d.schedule.empty(); },
                            [](const CampaignDoc& d) { return d.regions.empty(); },
                            [](const CampaignDoc& d) { return d.devices.empty(); },
                            [](const CampaignDoc& d) { return d.bid_multipliers.device.empty(); },
                            [](const CampaignDoc& d) { return d.bid_multipliers.region.empty(); },
                            [](const CampaignDoc& d) { return d.bid_multipliers.tag.empty(); },
                            [](const CampaignDoc& d) { return d.frequency_cap.has_value(); },
                            [](const CampaignDoc& d) { return d.festivals.empty(); }});
  expect_some<AdGroupDoc>(demo().all<AdGroupDoc>(), {[](const AdGroupDoc& d) { return d.enabled; },
                                                     [](const AdGroupDoc& d) { return d.placements.empty(); },
                                                     [](const AdGroupDoc& d) { return d.categories.empty(); },
                                                     [](const AdGroupDoc& d) { return d.audience.empty(); }});
  expect_some<AdDoc>(
      demo().all<AdDoc>(),
      {[](const AdDoc& d) { return d.enabled; }, [](const AdDoc& d) { return d.category_id.has_value(); },
       [](const AdDoc& d) { return d.quality > Factor{}; }, [](const AdDoc& d) { return d.pctr.has_value(); },
       [](const AdDoc& d) { return d.pcvr.has_value(); }});
  expect_some<KeywordDoc>(demo().all<KeywordDoc>(), {[](const KeywordDoc& d) { return d.enabled; },
                                                     [](const KeywordDoc& d) { return d.negative; },
                                                     [](const KeywordDoc& d) { return d.bid.has_value(); }});
}

// What the lines say is what the marketplace holds, for programs that take it without the lines.
TEST(Marketplace, LinesSayWhatTheDocumentsHold) {
  const Marketplace marketplace({.seed = 6, .ads = 500});
  std::vector<CheckedResource> expected;
  const auto add = [&](auto named) { expected.push_back({std::move(named.id), std::move(named.doc)}); };
  const MarketplaceSize& size = marketplace.size();
  for (std::uint64_t i = 0; i < size.festivals; ++i) add(marketplace.festival(i));
  for (std::uint64_t i = 0; i < size.placements; ++i) add(marketplace.placement(i));
  for (std::uint64_t i = 0; i < size.advertisers; ++i) add(marketplace.advertiser(i));
  for (std::uint64_t i = 0; i < size.campaigns; ++i) add(marketplace.campaign(i));
  for (std::uint64_t i = 0; i < size.ad_groups; ++i) add(marketplace.ad_group(i));
  for (std::uint64_t i = 0; i < size.ad_groups; ++i) {
    for (auto& ad : marketplace.ads(i)) add(std::move(ad));
  }
  for (std::uint64_t i = 0; i < size.ad_groups; ++i) {
    for (auto& keyword : marketplace.keywords(i)) add(std::move(keyword));
  }
  BulkChecker checker;
  const std::vector<CheckedResource> read = checker.lines(bulk_of(marketplace.options()));
  ASSERT_EQ(read.size(), expected.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].id, expected[i].id);
    EXPECT_TRUE(read[i].doc == expected[i].doc) << read[i].id;
  }
}

TEST(Marketplace, CampaignsMayBeFewerOrMore) {
  const MarketplaceSize usual = Marketplace({.ads = 1'000}).size();
  EXPECT_EQ(usual.campaigns, 250U);
  const MarketplaceSize fewer = Marketplace({.ads = 1'000, .campaigns = 200}).size();
  EXPECT_EQ(fewer.campaigns, 200U);
  EXPECT_EQ(fewer.ad_groups, 400U);
  EXPECT_EQ(fewer.keywords, usual.keywords);
  EXPECT_EQ(Marketplace({.ads = 10, .campaigns = 50}).size().campaigns, 10U) << "one ad each at least";
  BulkChecker checker;
  const std::vector<CheckedResource> read = checker.lines(bulk_of({.ads = 300, .campaigns = 60}));
  EXPECT_EQ(read.size(), Marketplace({.ads = 300, .campaigns = 60}).size().rows());
}

TEST(Marketplace, BytesFollowFromTheSeedAlone) {
  const std::string lines = bulk_of({.seed = 3, .ads = 200, .year = 2026});
  EXPECT_EQ(lines, bulk_of({.seed = 3, .ads = 200, .year = 2026}));
  EXPECT_NE(lines, bulk_of({.seed = 4, .ads = 200, .year = 2026}));
  EXPECT_NE(lines, bulk_of({.seed = 3, .ads = 200, .year = 2027}));
  // Of these bytes, on any machine and compiler. A change of the generator changes it here too, knowingly.
  EXPECT_EQ(hash_of(lines), 4750345533599395751u);
}

TEST(Marketplace, AnySizeIsWhole) {
  for (std::uint64_t ads : {1ull, 2ull, 3ull, 7ull, 19ull, 20ull, 101ull, 1'237ull}) {
    const MarketplaceOptions options{.seed = ads, .ads = ads};
    BulkChecker checker;
    const std::vector<CheckedResource> read = checker.lines(bulk_of(options));
    EXPECT_TRUE(checker.problems().empty()) << ads << ": " << checker.problems().front();
    EXPECT_EQ(read.size(), Marketplace(options).size().rows());
    EXPECT_EQ(checker.count(ResourceType::kAd), ads);
    EXPECT_EQ(checker.count(ResourceType::kKeyword), 5 * ads);
  }
}

TEST(Marketplace, WritingStopsWhenTheSinkSaysSo) {
  int calls = 0;
  EXPECT_FALSE(
      write_marketplace(Marketplace({}), [&](std::string_view, std::uint64_t) { return ++calls < 3; }));
  EXPECT_EQ(calls, 3);
}

TEST(Marketplace, KeywordsAreHeavyTailed) {
  std::map<std::string, int> by_text;
  for (const KeywordDoc* keyword : demo().all<KeywordDoc>()) ++by_text[keyword->text];
  std::vector<int> counts;
  for (const auto& [text, count] : by_text) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  EXPECT_GT(counts[0], 300);
  EXPECT_LT(counts[0], 1'000);
  EXPECT_LE(counts[counts.size() / 2], 4) << "most terms have few bids";
  EXPECT_GT(counts.size(), 8'000u);
}

TEST(Marketplace, KeywordsAreOfAllMatchesAndBothLanguages) {
  std::map<MatchType, std::size_t> by_match;
  std::size_t negative = 0, chinese = 0;
  std::set<std::tuple<std::string, std::string, MatchType>> seen;
  const auto keywords = demo().all<KeywordDoc>();
  for (const KeywordDoc* keyword : keywords) {
    ++by_match[keyword->match];
    negative += keyword->negative;
    chinese += is_chinese(keyword->text.back());
    EXPECT_TRUE(seen.emplace(keyword->ad_group_id, keyword->text, keyword->match).second) << keyword->text;
  }
  for (const auto& [match, count] : by_match) EXPECT_GT(share(count, keywords.size()), 0.2);
  EXPECT_EQ(by_match.size(), 3u);
  EXPECT_NEAR(share(negative, keywords.size()), 0.05, 0.02);
  EXPECT_NEAR(share(chinese, keywords.size()), 0.72, 0.05);
}

TEST(Marketplace, TitlesAreOfBothLanguages) {
  const auto ads = demo().all<AdDoc>();
  std::size_t chinese = 0;
  for (const AdDoc* ad : ads) chinese += is_chinese(ad->title.front());
  EXPECT_NEAR(share(chinese, ads.size()), 0.7, 0.02);
}

TEST(Marketplace, SomeAdsShareAnItemWithinTheirGroup) {
  std::map<std::string, std::set<std::string>> groups_of_item;
  std::size_t ads = 0;
  for (const AdDoc* ad : demo().all<AdDoc>()) {
    groups_of_item[ad->item_id].insert(ad->ad_group_id);
    ++ads;
  }
  for (const auto& [item, groups] : groups_of_item) EXPECT_EQ(groups.size(), 1u) << item;
  EXPECT_NEAR(share(groups_of_item.size(), ads), 0.94, 0.03);
}

TEST(Marketplace, ParentsOfAGroupAgree) {
  const Marketplace marketplace({.seed = 9, .ads = 2'000});
  std::uint64_t cpc = 0, audiences = 0, display = 0;
  for (std::uint64_t i = 0; i < marketplace.size().ad_groups; ++i) {
    const auto group = marketplace.ad_group(i);
    const auto campaign = marketplace.campaign(i / 2);
    EXPECT_EQ(group.doc.campaign_id, campaign.id);
    cpc += campaign.doc.pricing == Pricing::kCpc;
    // Bids are in the range of their pricing: a click costs fen to yuan, a thousand views some yuan.
    EXPECT_EQ(group.doc.bid.value % (campaign.doc.pricing == Pricing::kCpc ? 10'000 : 100'000), 0);
    for (const auto& ad : marketplace.ads(i)) EXPECT_EQ(ad.doc.ad_group_id, group.id);
    const auto keywords = marketplace.keywords(i);
    for (const auto& keyword : keywords) EXPECT_EQ(keyword.doc.ad_group_id, group.id);
    if (!keywords.empty()) continue;
    ++display;
    audiences += !group.doc.audience.empty();
  }
  const auto groups = static_cast<std::size_t>(marketplace.size().ad_groups);
  EXPECT_NEAR(share(static_cast<std::size_t>(cpc), groups), 0.68, 0.06);
  EXPECT_NEAR(share(static_cast<std::size_t>(display), groups), 0.4, 0.01);
  EXPECT_NEAR(share(static_cast<std::size_t>(audiences), static_cast<std::size_t>(display)), 0.5, 0.08);
}

TEST(Marketplace, TagsAreDifferentIds) {
  const Marketplace large({.ads = 1'000'000});
  EXPECT_EQ(large.size().tags, 5'000u);
  std::set<std::string> tags;
  for (std::uint64_t i = 0; i < large.size().tags; ++i) {
    tags.insert(large.tag(i));
    EXPECT_TRUE(is_id(large.tag(i))) << large.tag(i);
  }
  EXPECT_EQ(tags.size(), 5'000u);
}

TEST(Marketplace, FestivalsRunByShanghaiTime) {
  const auto festival = Marketplace({.year = 2026}).festival(2);
  EXPECT_EQ(festival.id, "double-11");
  ASSERT_EQ(festival.doc.phases.size(), 9u);
  using namespace std::chrono;
  EXPECT_EQ(festival.doc.phases[5].end, sys_days{2026y / 11 / 11} + hours(16));  // midnight of the 12th
  EXPECT_EQ(festival.doc.phases[0].start, sys_days{2025y / 10 / 13} + hours(16));
  EXPECT_EQ(traffic_multiplier_at(festival.doc.phases[5], sys_days{2026y / 11 / 10} + hours(16)), 20)
      << "midnight of the 11th";
}

}  // namespace
}  // namespace gavel

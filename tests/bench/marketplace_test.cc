#include "bench/marketplace/marketplace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

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
const BulkChecker& demo() {
  static const BulkChecker& checker = *[] {
    auto* made = new BulkChecker;
    const std::string lines = bulk_of({});
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = lines.find('\n', at);
      made->line(std::string_view(lines).substr(at, end - at));
      at = end + 1;
    }
    return made;
  }();
  return checker;
}

double share(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

TEST(Marketplace, EveryLineKeepsTheContract) {
  EXPECT_EQ(demo().problems.size(), 0u);
  for (std::size_t i = 0; i < std::min<std::size_t>(demo().problems.size(), 5); ++i) {
    ADD_FAILURE() << demo().problems[i];
  }
}

TEST(Marketplace, DemoHasThePromisedNumbers) {
  const auto count = [](const char* type) { return demo().ids.at(type).size(); };
  EXPECT_EQ(count("festival"), 5u);
  EXPECT_EQ(count("placement"), 6u);
  EXPECT_EQ(count("advertiser"), 1'000u);
  EXPECT_EQ(count("campaign"), 5'000u);
  EXPECT_EQ(count("ad_group"), 10'000u);
  EXPECT_EQ(count("ad"), 20'000u);
  EXPECT_EQ(count("keyword"), 100'000u);
  EXPECT_GT(demo().tags.size(), 150u);
  EXPECT_LE(demo().tags.size(), 200u);
}

// Every field of the contract but the defaulted increments is there in some line.
TEST(Marketplace, DemoUsesEveryField) {
  const std::map<std::string, std::vector<std::string>> expected = {
      {"festival", {"name", "phases", "categories"}},
      {"placement",
       {"kind", "position_ctr", "accepts", "mechanism", "reserve_cpc_micros", "reserve_cpm_micros", "squash",
        "max_ads_per_advertiser", "default_pctr"}},
      {"advertiser", {"name", "status", "balance_micros", "daily_budget_micros", "shop_score"}},
      {"campaign",
       {"advertiser_id", "name", "pricing", "status", "daily_budget_micros", "lifetime_budget_micros",
        "pacing", "start_time", "end_time", "schedule", "regions", "devices", "bid_multipliers",
        "frequency_cap", "festivals"}},
      {"ad_group", {"campaign_id", "name", "bid_micros", "status", "placements", "categories", "audience"}},
      {"ad",
       {"ad_group_id", "item_id", "title", "landing_url", "image_url", "category_id", "quality", "pctr",
        "pcvr", "status"}},
      {"keyword", {"ad_group_id", "text", "match", "bid_micros", "negative", "status"}},
  };
  for (const auto& [type, names] : expected) {
    for (const std::string& name : names)
      EXPECT_TRUE(demo().fields.at(type).contains(name)) << type << " " << name;
  }
}

TEST(Marketplace, BytesFollowFromTheSeedAlone) {
  const std::string lines = bulk_of({.seed = 3, .ads = 200, .year = 2026});
  EXPECT_EQ(lines, bulk_of({.seed = 3, .ads = 200, .year = 2026}));
  EXPECT_NE(lines, bulk_of({.seed = 4, .ads = 200, .year = 2026}));
  EXPECT_NE(lines, bulk_of({.seed = 3, .ads = 200, .year = 2027}));
  // Of these bytes, on any machine and compiler. A change of the generator changes it here too, knowingly.
  EXPECT_EQ(hash_of(lines), 6930087357573078388u);
}

TEST(Marketplace, AnySizeIsWhole) {
  for (std::uint64_t ads : {1ull, 2ull, 3ull, 7ull, 19ull, 20ull, 101ull, 1'237ull}) {
    const MarketplaceOptions options{.seed = ads, .ads = ads};
    const std::string lines = bulk_of(options);
    BulkChecker checker;
    std::uint64_t rows = 0;
    for (std::size_t at = 0; at < lines.size(); ++rows) {
      const std::size_t end = lines.find('\n', at);
      checker.line(std::string_view(lines).substr(at, end - at));
      at = end + 1;
    }
    EXPECT_TRUE(checker.problems.empty()) << ads << ": " << checker.problems.front();
    EXPECT_EQ(rows, Marketplace(options).size().rows());
    EXPECT_EQ(checker.ids["ad"].size(), ads);
    EXPECT_EQ(checker.ids["keyword"].size(), 5 * ads);
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
  for (const CheckedKeyword& keyword : demo().keywords) ++by_text[keyword.text];
  std::vector<int> counts;
  for (const auto& [text, count] : by_text) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  EXPECT_GT(counts[0], 300);
  EXPECT_LT(counts[0], 1'000);
  EXPECT_LE(counts[counts.size() / 2], 4) << "most terms have few bids";
  EXPECT_GT(counts.size(), 8'000u);
}

TEST(Marketplace, KeywordsAreOfAllMatchesAndBothLanguages) {
  std::map<std::string, std::size_t> by_match;
  std::size_t negative = 0, chinese = 0;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (const CheckedKeyword& keyword : demo().keywords) {
    ++by_match[keyword.match];
    negative += keyword.negative;
    chinese += static_cast<unsigned char>(keyword.text.back()) >= 0x80;
    EXPECT_TRUE(seen.emplace(keyword.ad_group_id, keyword.text, keyword.match).second) << keyword.text;
  }
  const std::size_t all = demo().keywords.size();
  for (const char* match : {"exact", "phrase", "broad"}) EXPECT_GT(share(by_match[match], all), 0.2) << match;
  EXPECT_NEAR(share(negative, all), 0.05, 0.02);
  EXPECT_NEAR(share(chinese, all), 0.72, 0.05);
}

TEST(Marketplace, TitlesAreOfBothLanguages) {
  std::size_t chinese = 0;
  for (const std::string& title : demo().titles) chinese += static_cast<unsigned char>(title.front()) >= 0x80;
  EXPECT_NEAR(share(chinese, demo().titles.size()), 0.7, 0.02);
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
}

}  // namespace
}  // namespace gavel

// Snapshots of the catalog: each shows the resources of its moment, whatever comes after, and shares what is
// unchanged.
#include "auction/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/auction/catalog_fixture.h"

namespace gavel {
namespace {

// All live resources as documents, by external id.
struct Twin {
  std::map<std::string, AdvertiserDoc> advertisers;
  std::map<std::string, CampaignDoc> campaigns;
  std::map<std::string, AdGroupDoc> groups;
  std::map<std::string, AdDoc> ads;
  std::map<std::string, KeywordDoc> keywords;
  std::map<std::string, PlacementDoc> placements;
  std::map<std::string, FestivalDoc> festivals;
};

class RandomHistory {
 public:
  explicit RandomHistory(std::uint32_t seed) : random_(seed) {
    // Parents that later resources refer to have been put at least once.
    for (const char* id : {"0", "1", "2", "3"}) {
      world.put_placement(id, twin.placements[id]);
      world.put_festival(id, twin.festivals[id]);
      world.put_advertiser(id, twin.advertisers[id]);
      world.put_campaign(id, twin.campaigns[id] = campaign_doc(id));
    }
    for (std::uint32_t g = 0; g < kGroups; ++g) {
      const std::string id = std::to_string(g);
      world.put_group(id, twin.groups[id] = group_doc(std::to_string(g % 4)));
    }
  }

  void step() {
    switch (pick(10)) {
      case 0:
        return change_advertiser();
      case 1:
        return change_campaign();
      case 2:
      case 3:
        return change_group();
      case 4:
        return change_festival();
      case 5:
        return change_placement();
      case 6:
      case 7:
        return change_keyword();
      default:
        return change_ad();
    }
  }

  CatalogFixture world;
  Twin twin;

 private:
  static constexpr std::uint32_t kGroups = 12;

  std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool erases() { return pick(4) == 0; }
  std::vector<std::string> some(std::uint32_t most) {
    std::set<std::string> names;
    for (std::uint32_t n = pick(most + 1); n > 0; --n) names.insert(std::to_string(pick(4)));
    return {names.begin(), names.end()};
  }

  void change_advertiser() {
    const std::string id = std::to_string(pick(4));
    if (erases()) {
      world.editor.erase(world.advertiser(id));
      twin.advertisers.erase(id);
      return;
    }
    AdvertiserDoc doc;
    doc.active = pick(2) == 0;
    doc.shop_score = {static_cast<std::int32_t>(1 + pick(5))};
    world.put_advertiser(id, twin.advertisers[id] = doc);
  }
  void change_campaign() {
    const std::string id = std::to_string(pick(4));
    if (erases()) {
      world.editor.erase(world.campaign(id));
      twin.campaigns.erase(id);
      return;
    }
    CampaignDoc doc = campaign_doc(id);
    doc.enabled = pick(2) == 0;
    doc.regions = some(2);
    for (const std::string& festival : some(3)) doc.festivals.push_back({festival, {}, {}});
    world.put_campaign(id, twin.campaigns[id] = doc);
  }
  void change_group() {
    const std::uint32_t number = pick(kGroups);
    const std::string id = std::to_string(number);
    if (erases()) {
      world.editor.erase(world.group(id));
      twin.groups.erase(id);
      return;
    }
    AdGroupDoc doc = group_doc(std::to_string(number % 4), {1 + static_cast<std::int64_t>(pick(100))});
    doc.placements = some(2);
    doc.categories = some(2);
    for (std::uint32_t n = pick(3); n > 0; --n) doc.audience.push_back({.all = some(3), .none = some(1)});
    world.put_group(id, twin.groups[id] = doc);
  }
  void change_festival() {
    const std::string id = std::to_string(pick(4));
    if (erases()) {
      world.editor.erase(world.festival(id));
      twin.festivals.erase(id);
      return;
    }
    FestivalDoc doc;
    doc.categories = some(3);
    world.put_festival(id, twin.festivals[id] = doc);
  }
  void change_placement() {
    const std::string id = std::to_string(pick(4));
    if (erases()) {
      world.editor.erase(world.placement(id));
      twin.placements.erase(id);
      return;
    }
    PlacementDoc doc;
    doc.max_ads_per_advertiser = 1 + pick(5);
    world.put_placement(id, twin.placements[id] = doc);
  }
  void change_keyword() {
    const std::uint32_t number = pick(80);
    const std::string id = std::to_string(number);
    if (erases()) {
      world.editor.erase(world.keyword(id));
      twin.keywords.erase(id);
      return;
    }
    KeywordDoc doc = keyword_doc(std::to_string(number % kGroups), "word" + std::to_string(pick(4)));
    doc.enabled = pick(2) == 0;
    world.put_keyword(id, twin.keywords[id] = doc);
  }
  void change_ad() {
    const std::uint32_t number = pick(80);
    const std::string id = std::to_string(number);
    if (erases()) {
      world.editor.erase(world.ad(id));
      twin.ads.erase(id);
      return;
    }
    AdDoc doc = ad_doc(std::to_string(number % kGroups), "item" + std::to_string(pick(6)));
    doc.title = std::to_string(pick(1000));
    world.put_ad(id, twin.ads[id] = doc);
  }

  std::mt19937 random_;
};

// Whether a snapshot shows what the twin has: every row and every list, nothing more.
class Comparison {
 public:
  Comparison(const Catalog& catalog, const Twin& twin)
      : catalog_(catalog), twin_(twin), symbols_(catalog.symbols()) {}

  void run() {
    compare_rows();
    compare_groups();
    compare_lists();
  }

 private:
  template <class Ix>
  Ix ix(ResourceType type, const std::string& id) const {
    return {symbols_.of(type).find(id)};
  }
  template <class Ix, class Docs, class Check>
  void rows(ResourceType type, const Docs& docs, Check check) {
    ASSERT_EQ(catalog_.counts().live[static_cast<std::size_t>(type)], docs.size());
    const Interner& ids = symbols_.of(type);
    for (std::uint32_t number = 0; number < ids.size(); ++number) {
      const auto doc = docs.find(std::string(ids.at(number)));
      const auto& row = catalog_[Ix{number}];
      ASSERT_EQ(row.live, doc != docs.end());
      if (row.live) check(row, doc->second);
    }
  }

  void compare_rows() {
    rows<AdvertiserIx>(ResourceType::kAdvertiser, twin_.advertisers,
                       [](const auto& row, const AdvertiserDoc& doc) {
                         ASSERT_EQ(row.active, doc.active);
                         ASSERT_EQ(row.shop_score, doc.shop_score);
                       });
    rows<CampaignIx>(
        ResourceType::kCampaign, twin_.campaigns, [this](const auto& row, const CampaignDoc& doc) {
          ASSERT_EQ(row.serving->advertiser, ix<AdvertiserIx>(ResourceType::kAdvertiser, doc.advertiser_id));
          ASSERT_EQ(row.serving->enabled, doc.enabled);
          ASSERT_EQ(row.serving->regions.size(), doc.regions.size());
          ASSERT_EQ(row.serving->festivals.size(), doc.festivals.size());
        });
    rows<PlacementIx>(ResourceType::kPlacement, twin_.placements,
                      [](const auto& row, const PlacementDoc& doc) {
                        ASSERT_EQ(static_cast<const PlacementDoc&>(*row.doc), doc);
                      });
    rows<FestivalIx>(ResourceType::kFestival, twin_.festivals, [](const auto& row, const FestivalDoc& doc) {
      ASSERT_EQ(row.serving->categories.size(), doc.categories.size());
    });
    rows<AdIx>(ResourceType::kAd, twin_.ads, [this](const auto& row, const AdDoc& doc) {
      ASSERT_EQ(row.ad_group, ix<AdGroupIx>(ResourceType::kAdGroup, doc.ad_group_id));
      ASSERT_EQ(symbols_.items.at(row.item), doc.item_id);
      ASSERT_EQ(row.text->title(), doc.title);
    });
    rows<KeywordIx>(ResourceType::kKeyword, twin_.keywords, [this](const auto& row, const KeywordDoc& doc) {
      ASSERT_EQ(row.ad_group, ix<AdGroupIx>(ResourceType::kAdGroup, doc.ad_group_id));
      ASSERT_EQ(row.enabled, doc.enabled);
    });
  }

  // A live group stands once in each of the lists of its terms, and its terms cover every user it may be
  // shown to.
  void compare_groups() {
    std::size_t places = 0;
    rows<AdGroupIx>(ResourceType::kAdGroup, twin_.groups, [&](const AdGroupRow& row, const AdGroupDoc& doc) {
      const AdGroupServing& group = *row.serving;
      ASSERT_EQ(group.bid, doc.bid);
      ASSERT_EQ(group.audience.size(), doc.audience.size());
      ASSERT_EQ(group.categories.size(), doc.categories.size());
      for (const Term term : group.terms) {
        const auto listed = postings(catalog_.groups_under(term));
        const auto self = [&](const Posting& p) { return &catalog_[p.group] == &row && p.bound == row.bound; };
        ASSERT_EQ(std::ranges::count_if(listed, self), 1);
      }
      places += group.terms.size();
      compare_terms(group);
    });
    for (const TermKind kind :
         {TermKind::kTag, TermKind::kCategory, TermKind::kPlacement, TermKind::kEverything}) {
      const std::uint32_t numbers = kind == TermKind::kEverything ? 1 : 16;
      for (std::uint32_t n = 0; n < numbers; ++n) places -= catalog_.groups_under({kind, n}).size();
    }
    ASSERT_EQ(places, 0U);
  }

  // By the definition of Term: one of `all` per clause, else the categories, else the placements, else
  // everything.
  void compare_terms(const AdGroupServing& group) {
    std::vector<Term> expected;
    const bool by_tags =
        !group.audience.empty() &&
        std::ranges::none_of(group.audience, [](const ServingClause& c) { return c.all.empty(); });
    if (by_tags) {
      for (const ServingClause& clause : group.audience) {
        ASSERT_TRUE(std::ranges::any_of(group.terms, [&](const Term& t) {
          return t.kind == TermKind::kTag && std::ranges::find(clause.all, t.number) != clause.all.end();
        }));
      }
      ASSERT_LE(group.terms.size(), group.audience.size());
      return;
    }
    for (const Symbol category : group.categories) expected.push_back({TermKind::kCategory, category});
    if (expected.empty()) {
      for (const PlacementIx p : group.placements) expected.push_back({TermKind::kPlacement, p.value});
    }
    if (expected.empty()) expected.push_back({});
    ASSERT_EQ(group.terms, expected);
  }

  void compare_lists() {
    std::map<std::string, std::multiset<std::string>> by_group, by_item, keywords_by_group;
    for (const auto& [id, doc] : twin_.ads) {
      by_group[doc.ad_group_id].insert(id);
      by_item[doc.item_id].insert(id);
    }
    for (const auto& [id, doc] : twin_.keywords) keywords_by_group[doc.ad_group_id].insert(id);
    const auto ids_in = [this](ResourceType type, const auto& list) {
      std::multiset<std::string> ids;
      for (const auto entry : list) ids.emplace(symbols_.of(type).at(entry.value));
      return ids;
    };
    const Interner& groups = symbols_.of(ResourceType::kAdGroup);
    for (std::uint32_t g = 0; g < groups.size(); ++g) {
      ASSERT_EQ(ids_in(ResourceType::kAd, catalog_.ads_of({g})), by_group[std::string(groups.at(g))]);
    }
    for (Symbol item = 0; item < symbols_.items.size(); ++item) {
      ASSERT_EQ(ids_in(ResourceType::kAd, catalog_.ads_of_item(item)),
                by_item[std::string(symbols_.items.at(item))]);
    }
    std::multiset<std::tuple<std::uint32_t, int, float, std::uint32_t>> expected, listed;  // text, match, posting
    for (std::uint32_t g = 0; g < groups.size(); ++g) {
      std::multiset<std::string> ids;
      for (const GroupKeyword& entry : catalog_.keywords_of({g})) {
        const KeywordRow& row = catalog_[entry.keyword];
        ASSERT_EQ(entry.text, row.text);
        ids.emplace(symbols_.of(ResourceType::kKeyword).at(entry.keyword.value));
        if (row.bound != kUnlisted) expected.emplace(row.text.value, static_cast<int>(row.match), row.bound, g);
      }
      ASSERT_EQ(ids, keywords_by_group[std::string(groups.at(g))]);
    }
    for (std::uint32_t text = 0; text < symbols_.texts.text_count(); ++text) {
      for (int match = 0; match < kMatchTypes; ++match) {
        for (const Posting& p : postings(catalog_.groups_with({text}, static_cast<MatchType>(match)))) {
          listed.emplace(text, match, p.bound, p.group.value);
        }
      }
    }
    ASSERT_EQ(listed, expected);
  }

  const Catalog& catalog_;
  const Twin& twin_;
  const Symbols& symbols_;
};

TEST(Catalog, EverySnapshotShowsItsMomentThroughRandomHistories) {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    RandomHistory history(seed);
    std::vector<std::pair<std::shared_ptr<const Catalog>, Twin>> kept;
    for (int step = 0; step < 1500; ++step) {
      history.step();
      if (step % 5 != 0) continue;
      const auto snapshot = history.world.editor.snapshot();
      Comparison(*snapshot, history.twin).run();
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << " step " << step;
      if (step % 50 == 0) kept.emplace_back(snapshot, history.twin);
    }
    for (const auto& [snapshot, twin] : kept) {
      Comparison(*snapshot, twin).run();
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "an old snapshot changed, seed " << seed;
    }
  }
}

TEST(Catalog, AChangeAmongAHundredThousandAdsCopiesAFewPages) {
  constexpr std::uint32_t kAds = 100'000;
  CatalogFixture world;
  const auto name = [](const char* kind, std::uint32_t i) { return kind + std::to_string(i); };
  for (std::uint32_t i = 0; i < kAds; ++i) {
    if (i % 10 == 0) world.put_group(name("g", i / 10), group_doc("c"));
    world.put_ad(name("a", i), ad_doc(name("g", i / 10), name("item", i)));
  }
  const auto before = world.editor.snapshot();
  world.put_group("g500", group_doc("c", {7}));
  world.put_ad("a5005", ad_doc("g500", "item5005"));
  const auto after = world.editor.snapshot();

  std::uint32_t ads_moved = 0, groups_moved = 0, lists_moved = 0, texts_moved = 0;
  for (std::uint32_t i = 0; i < kAds; ++i) {
    ads_moved += &(*before)[AdIx{i}] != &(*after)[AdIx{i}] ? 1 : 0;
    texts_moved += (*before)[AdIx{i}].text != (*after)[AdIx{i}].text ? 1 : 0;
    lists_moved += before->ads_of_item(i).data() != after->ads_of_item(i).data() ? 1 : 0;
  }
  for (std::uint32_t g = 0; g < kAds / 10; ++g) {
    groups_moved += &(*before)[AdGroupIx{g}] != &(*after)[AdGroupIx{g}] ? 1 : 0;
    lists_moved += before->ads_of({g}).data() != after->ads_of({g}).data() ? 1 : 0;
  }
  EXPECT_EQ(ads_moved, 32U);
  EXPECT_EQ(groups_moved, 32U);
  EXPECT_EQ(texts_moved, 1U);
  EXPECT_EQ(lists_moved, 0U);
}

}  // namespace
}  // namespace gavel

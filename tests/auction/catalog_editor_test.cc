#include "auction/catalog_editor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/auction/catalog_fixture.h"

namespace gavel {
namespace {

class CatalogEditorTest : public testing::Test {
 protected:
  std::vector<std::string> names(const Interner& from, std::span<const Symbol> symbols) {
    std::vector<std::string> result;
    for (const Symbol symbol : symbols) result.emplace_back(from.at(symbol));
    return result;
  }
  Term term(TermKind kind, std::string_view name) {
    switch (kind) {
      case TermKind::kTag:
        return {kind, world.symbols->tags.intern(name)};
      case TermKind::kCategory:
        return {kind, world.symbols->categories.intern(name)};
      case TermKind::kPlacement:
        return {kind, world.placement(name).value};
      case TermKind::kEverything:
        break;
    }
    return {};
  }
  // External ids of the groups listed there, sorted.
  std::vector<std::string> listed(TermKind kind, std::string_view name = "") {
    const auto catalog = world.editor.snapshot();
    std::vector<std::string> result;
    for (const Posting& posting : postings(catalog->groups_under(term(kind, name)))) {
      result.emplace_back(world.symbols->of(ResourceType::kAdGroup).at(posting.group.value));
    }
    std::ranges::sort(result);
    return result;
  }
  std::uint32_t live(ResourceType type) {
    return world.editor.snapshot()->counts().live[static_cast<std::size_t>(type)];
  }

  CatalogFixture world;
};

using Names = std::vector<std::string>;

TEST_F(CatalogEditorTest, RowsNeverPutAreNotLive) {
  const auto catalog = world.editor.snapshot();
  EXPECT_FALSE((*catalog)[AdvertiserIx{0}].live);
  EXPECT_FALSE((*catalog)[CampaignIx{0}].live);
  EXPECT_FALSE((*catalog)[AdGroupIx{0}].live);
  EXPECT_FALSE((*catalog)[AdIx{}].live);
  EXPECT_FALSE((*catalog)[KeywordIx{7}].live);
  EXPECT_FALSE((*catalog)[PlacementIx{7}].live);
  EXPECT_FALSE((*catalog)[FestivalIx{7}].live);
  EXPECT_TRUE(catalog->ads_of(AdGroupIx{3}).empty());
  EXPECT_TRUE(catalog->ads_of_item(kNoSymbol).empty());
  EXPECT_TRUE(catalog->keywords_of(AdGroupIx{3}).empty());
  EXPECT_EQ(catalog->groups_with(TextIx{3}, MatchType::kExact).size(), 0U);
  EXPECT_EQ(catalog->groups_under({TermKind::kTag, 3}).size(), 0U);
  EXPECT_EQ(catalog->ad_limit(), 0U);
}

TEST_F(CatalogEditorTest, AnAdvertiser) {
  AdvertiserDoc doc;
  doc.active = false;
  doc.shop_score = {1'200'000};
  world.put_advertiser("shop", doc);
  const auto catalog = world.editor.snapshot();
  const AdvertiserRow& row = (*catalog)[world.advertiser("shop")];
  EXPECT_TRUE(row.live);
  EXPECT_FALSE(row.active);
  EXPECT_EQ(row.shop_score, Factor{1'200'000});
}

TEST_F(CatalogEditorTest, ACampaign) {
  world.put_advertiser("other");
  world.put_advertiser("shop");
  world.put_festival("f-b");
  world.put_festival("f-a");
  CampaignDoc doc = campaign_doc("shop");
  doc.pricing = Pricing::kCpm;
  doc.enabled = false;
  doc.pacing = PacingMode::kAsap;
  doc.pacing_method = PacingMethod::kBidShading;
  doc.start_time = from_micros(5);
  doc.end_time = from_micros(9);
  doc.schedule = {{.days = 3, .from_minute = 60, .to_minute = 120, .bid_multiplier = {1'300'000}}};
  doc.regions = {"CN-ZJ", "CN-SH", "CN-ZJ"};
  doc.devices = {"mobile"};
  doc.bid_multipliers.device = {{"mobile", {1'100'000}}};
  doc.bid_multipliers.region = {{"CN", {900'000}}};
  doc.bid_multipliers.tag = {{"vip", {2'000'000}}, {"female", {1'500'000}}, {"Young", {1'400'000}}};
  doc.frequency_cap = FrequencyCap{.impressions = 3, .window_s = 60};
  doc.festivals = {{"f-b", {1'000'000}, Micros{5}}, {"f-a", {1'600'000}, {}}};
  world.put_campaign("c", doc);

  const auto catalog = world.editor.snapshot();
  const CampaignIx ix = world.campaign("c");
  ASSERT_TRUE((*catalog)[ix].live);
  const CampaignServing& serving = *(*catalog)[ix].serving;
  EXPECT_EQ(serving.advertiser, world.advertiser("shop"));
  EXPECT_EQ(serving.pricing, Pricing::kCpm);
  EXPECT_FALSE(serving.enabled);
  EXPECT_EQ(serving.pacing, PacingMode::kAsap);
  EXPECT_EQ(serving.pacing_method, PacingMethod::kBidShading);
  EXPECT_EQ(serving.start, from_micros(5));
  EXPECT_EQ(serving.end, from_micros(9));
  EXPECT_EQ(serving.schedule, doc.schedule);
  EXPECT_EQ(names(world.symbols->regions, serving.regions), (Names{"CN-ZJ", "CN-SH"}));
  EXPECT_EQ(names(world.symbols->devices, serving.devices), (Names{"mobile"}));
  EXPECT_EQ(serving.device_multipliers[0].factor, Factor{1'100'000});
  EXPECT_EQ(world.symbols->regions.at(serving.region_multipliers[0].symbol), "CN");
  EXPECT_EQ(serving.frequency_cap, doc.frequency_cap);

  Names tags;
  for (const SymbolFactor& f : serving.tag_multipliers) tags.emplace_back(world.symbols->tags.at(f.symbol));
  EXPECT_EQ(tags, (Names{"Young", "female", "vip"})) << "byte order";
  ASSERT_EQ(serving.festivals.size(), 2U);
  EXPECT_EQ(serving.festivals[0].festival, world.festival("f-a"));
  EXPECT_EQ(serving.festivals[0].bid_multiplier, Factor{1'600'000});
  EXPECT_EQ(serving.festivals[1].festival, world.festival("f-b"));
  EXPECT_EQ(serving.festivals[1].account, world.accounts.find_festival(ix, world.festival("f-b")));
  EXPECT_EQ(world.accounts[serving.festivals[1].account].campaign.load(), ix.value);
  EXPECT_EQ(world.accounts[ix].advertiser.load(), world.advertiser("shop").value);
}

TEST_F(CatalogEditorTest, AnAdGroup) {
  world.put_advertiser("shop");
  world.put_campaign("c", campaign_doc("shop"));
  world.put_placement("top");
  world.put_placement("side");
  AdGroupDoc doc = group_doc("c", {777});
  doc.enabled = false;
  doc.placements = {"side", "top"};
  doc.categories = {"dress", "shoes"};
  doc.audience = {{.all = {"female"}, .none = {"minor"}}, {.all = {"vip", "new"}, .none = {}}};
  world.put_group("g", doc);
  const auto catalog = world.editor.snapshot();
  ASSERT_TRUE((*catalog)[world.group("g")].live);
  const AdGroupServing& serving = *(*catalog)[world.group("g")].serving;
  EXPECT_EQ(serving.campaign, world.campaign("c"));
  EXPECT_EQ(serving.bid, Micros{777});
  EXPECT_FALSE(serving.enabled);
  EXPECT_EQ(serving.placements, (std::vector{world.placement("side"), world.placement("top")}));
  EXPECT_EQ(names(world.symbols->categories, serving.categories), (Names{"dress", "shoes"}));
  ASSERT_EQ(serving.audience.size(), 2U);
  EXPECT_EQ(names(world.symbols->tags, serving.audience[0].none), (Names{"minor"}));
  EXPECT_EQ(names(world.symbols->tags, serving.audience[1].all), (Names{"vip", "new"}));
}

TEST_F(CatalogEditorTest, AnAd) {
  world.put_group("g", group_doc("c"));
  AdDoc doc = ad_doc("g", "item");
  doc.title = "title";
  doc.landing_url = "https://shop.example/1";
  doc.quality = {2'000'000};
  world.editor.put(world.ad("a"), doc, 3);
  {
    const auto catalog = world.editor.snapshot();
    const AdRow& row = (*catalog)[world.ad("a")];
    EXPECT_TRUE(row.live);
    EXPECT_TRUE(row.enabled);
    EXPECT_EQ(row.ad_group, world.group("g"));
    EXPECT_EQ(row.item, world.symbols->items.find("item"));
    EXPECT_EQ(row.category, kNoSymbol);
    EXPECT_EQ(row.quality, Factor{2'000'000});
    EXPECT_EQ(row.pctr_nano, -1);
    EXPECT_EQ(row.pcvr_nano, -1);
    EXPECT_EQ(row.landing_revision, 3U);
    EXPECT_EQ(row.text->title(), "title");
    EXPECT_EQ(row.text->landing_url(), "https://shop.example/1");
    EXPECT_EQ(row.text->image_url(), "");
    EXPECT_EQ(catalog->ad_limit(), 1U);
  }
  doc.category_id = "dress";
  doc.image_url = "https://img.example/1";
  doc.pctr = Probability{0};
  doc.pcvr = Probability{9};
  doc.enabled = false;
  world.editor.put(world.ad("a"), doc, 3);
  const auto catalog = world.editor.snapshot();
  const AdRow& row = (*catalog)[world.ad("a")];
  EXPECT_FALSE(row.enabled);
  EXPECT_EQ(row.category, world.symbols->categories.find("dress"));
  EXPECT_EQ(row.pctr_nano, 0);
  EXPECT_EQ(row.pcvr_nano, 9);
  EXPECT_EQ(row.text->image_url(), "https://img.example/1");
  EXPECT_EQ(catalog->ads_of(world.group("g")).size(), 1U) << "listed once";
}

TEST_F(CatalogEditorTest, AKeyword) {
  world.put_group("g", group_doc("c"));
  KeywordDoc doc = keyword_doc("g", "Red Dress", MatchType::kPhrase);
  doc.negative = true;
  doc.bid = Micros{12};
  world.put_keyword("k", doc);
  const auto catalog = world.editor.snapshot();
  const KeywordRow& row = (*catalog)[world.keyword("k")];
  EXPECT_TRUE(row.live);
  EXPECT_TRUE(row.enabled);
  EXPECT_TRUE(row.negative);
  EXPECT_EQ(row.match, MatchType::kPhrase);
  EXPECT_EQ(row.ad_group, world.group("g"));
  EXPECT_EQ(row.bid(), Micros{12});
  ASSERT_EQ(catalog->keywords_of(row.ad_group).size(), 1U);
  EXPECT_EQ(catalog->keywords_of(row.ad_group)[0], (GroupKeyword{row.text, world.keyword("k")}));
}

TEST_F(CatalogEditorTest, APlacementAndAFestival) {
  PlacementDoc placement;
  placement.kind = PlacementKind::kDisplay;
  placement.position_ctr = {{kProbabilityOne}, {5}};
  world.put_placement("p", placement);
  FestivalDoc festival;
  festival.phases = {{.name = "peak",
                      .start = from_micros(1),
                      .end = from_micros(2),
                      .boost = {1'500'000},
                      .traffic_multiplier = {2'000'000},
                      .traffic_curve = {{.at_s = 60, .multiplier = {20'000'000}}}}};
  festival.categories = {"dress", "shoes"};
  world.put_festival("f", festival);
  const auto catalog = world.editor.snapshot();
  ASSERT_TRUE((*catalog)[world.placement("p")].live);
  EXPECT_EQ(static_cast<const PlacementDoc&>(*(*catalog)[world.placement("p")].doc), placement);
  ASSERT_TRUE((*catalog)[world.festival("f")].live);
  EXPECT_EQ((*catalog)[world.festival("f")].serving->phases, festival.phases);
  EXPECT_EQ(names(world.symbols->categories, (*catalog)[world.festival("f")].serving->categories),
            festival.categories);
}

TEST_F(CatalogEditorTest, ListsFollowAnItemAndATextThatChange) {
  world.put_group("g", group_doc("c"));
  world.put_ad("a", ad_doc("g", "old"));
  world.put_ad("a", ad_doc("g", "new"));
  world.put_keyword("k", keyword_doc("g", "old"));
  world.put_keyword("k", keyword_doc("g", "new"));
  const auto catalog = world.editor.snapshot();
  EXPECT_TRUE(catalog->ads_of_item(world.symbols->items.find("old")).empty());
  EXPECT_EQ(catalog->ads_of_item(world.symbols->items.find("new")).size(), 1U);
  const TextIx text{world.symbols->texts.intern(Names{"new"})};
  EXPECT_EQ(catalog->groups_with(world.symbols->texts.intern(Names{"old"}), MatchType::kBroad).size(), 0U);
  EXPECT_EQ(catalog->groups_with(text, MatchType::kBroad).size(), 1U);
  ASSERT_EQ(catalog->keywords_of(world.group("g")).size(), 1U);
  EXPECT_EQ(catalog->keywords_of(world.group("g"))[0].text, text);
}

TEST_F(CatalogEditorTest, AGroupStandsUnderWhatARequestMustHave) {
  world.put_placement("top");
  AdGroupDoc doc = group_doc("c");
  world.put_group("everything", doc);
  doc.placements = {"top"};
  world.put_group("placed", doc);
  doc.categories = {"dress", "shoes"};
  world.put_group("sorted", doc);
  doc.audience = {{.all = {"female"}, .none = {}}};
  world.put_group("aimed", doc);
  doc.audience = {{.all = {"female"}, .none = {}}, {.all = {}, .none = {"minor"}}};
  world.put_group("half-aimed", doc);

  EXPECT_EQ(listed(TermKind::kEverything), (Names{"everything"}));
  EXPECT_EQ(listed(TermKind::kPlacement, "top"), (Names{"placed"}));
  EXPECT_EQ(listed(TermKind::kCategory, "dress"), (Names{"half-aimed", "sorted"}));
  EXPECT_EQ(listed(TermKind::kCategory, "shoes"), (Names{"half-aimed", "sorted"}));
  EXPECT_EQ(listed(TermKind::kTag, "female"), (Names{"aimed"}));
  EXPECT_EQ(listed(TermKind::kTag, "minor"), Names{});
}

TEST_F(CatalogEditorTest, OfAClausesTagsTheOneWithTheFewestGroupsIsTaken) {
  AdGroupDoc doc = group_doc("c");
  doc.audience = {{.all = {"female"}, .none = {}}};
  world.put_group("g1", doc);
  doc.audience = {{.all = {"female", "vip"}, .none = {}}};
  world.put_group("g2", doc);
  EXPECT_EQ(listed(TermKind::kTag, "female"), (Names{"g1"}));
  EXPECT_EQ(listed(TermKind::kTag, "vip"), (Names{"g2"}));
  doc.audience = {{.all = {"vip", "new"}, .none = {}}, {.all = {"new"}, .none = {"minor"}}};
  world.put_group("g3", doc);
  EXPECT_EQ(listed(TermKind::kTag, "new"), (Names{"g3"})) << "both clauses, once";
}

TEST_F(CatalogEditorTest, AGroupLeavesTheListsItWasPutIn) {
  AdGroupDoc doc = group_doc("c");
  doc.audience = {{.all = {"female", "vip"}, .none = {}}};
  world.put_group("g1", doc);
  EXPECT_EQ(listed(TermKind::kTag, "female"), (Names{"g1"}));
  // Now "vip" is the rarer one, and still the group stands where it was put.
  doc.audience = {{.all = {"female"}, .none = {}}};
  world.put_group("g2", doc);
  doc.audience = {{.all = {"female", "vip"}, .none = {}}};
  doc.bid = {5};
  world.put_group("g1", doc);
  EXPECT_EQ(listed(TermKind::kTag, "female"), (Names{"g1", "g2"}));

  doc.audience.clear();
  world.put_group("g1", doc);
  EXPECT_EQ(listed(TermKind::kTag, "female"), (Names{"g2"}));
  EXPECT_EQ(listed(TermKind::kEverything), (Names{"g1"}));
  world.editor.erase(world.group("g1"));
  EXPECT_EQ(listed(TermKind::kEverything), Names{});
  world.put_group("g1", doc);
  EXPECT_EQ(listed(TermKind::kEverything), (Names{"g1"}));
}

TEST_F(CatalogEditorTest, AnotherEditorGoesOnFromASnapshot) {
  AdGroupDoc doc = group_doc("c");
  doc.audience = {{.all = {"female", "vip"}, .none = {}}};
  world.put_group("g", doc);
  world.put_ad("a", ad_doc("g", "item"));
  const auto base = world.editor.snapshot();
  CatalogEditor next(base, world.symbols, world.accounts, world.ceilings);
  next.erase(world.group("g"));
  EXPECT_EQ(next.snapshot()->groups_under(term(TermKind::kTag, "female")).size(), 0U);
  EXPECT_EQ(base->groups_under(term(TermKind::kTag, "female")).size(), 1U);
}

TEST_F(CatalogEditorTest, WhatIsErasedStandsInNoListAndItsParentIsKnown) {
  world.put_advertiser("shop");
  world.put_campaign("c", campaign_doc("shop"));
  world.put_group("g", group_doc("c"));
  world.put_ad("a", ad_doc("g", "item"));
  world.put_keyword("k", keyword_doc("g", "red"));
  world.put_placement("p");
  world.put_festival("f");
  for (int t = 0; t < kResourceTypes; ++t) EXPECT_EQ(live(static_cast<ResourceType>(t)), 1U);

  for (int round = 0; round < 2; ++round) {  // the second erases what is no longer there
    world.editor.erase(world.keyword("k"));
    world.editor.erase(world.ad("a"));
    world.editor.erase(world.group("g"));
    world.editor.erase(world.campaign("c"));
    world.editor.erase(world.advertiser("shop"));
    world.editor.erase(world.placement("p"));
    world.editor.erase(world.festival("f"));
    for (int t = 0; t < kResourceTypes; ++t) EXPECT_EQ(live(static_cast<ResourceType>(t)), 0U);
  }
  const auto catalog = world.editor.snapshot();
  const AdRow& ad = (*catalog)[world.ad("a")];
  const KeywordRow& keyword = (*catalog)[world.keyword("k")];
  EXPECT_FALSE(ad.live);
  EXPECT_FALSE(keyword.live);
  EXPECT_FALSE((*catalog)[world.advertiser("shop")].live);
  EXPECT_FALSE((*catalog)[world.placement("p")].live);
  EXPECT_FALSE((*catalog)[world.festival("f")].live);
  EXPECT_TRUE(catalog->ads_of(ad.ad_group).empty());
  EXPECT_TRUE(catalog->ads_of_item(ad.item).empty());
  EXPECT_TRUE(catalog->keywords_of(keyword.ad_group).empty());
  EXPECT_EQ(catalog->groups_with(keyword.text, keyword.match).size(), 0U);
  EXPECT_EQ(ad.ad_group, world.group("g"));
  EXPECT_EQ((*catalog)[ad.ad_group].serving->campaign, world.campaign("c"));
  EXPECT_EQ((*catalog)[world.campaign("c")].serving->advertiser, world.advertiser("shop"));
}

}  // namespace
}  // namespace gavel

// Keys of the index: one entry stands in the lists of all its ancestors, and says where it stands.
#include "api/resources/index_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gavel {
namespace {

Ancestry ancestry(const std::vector<std::uint32_t>& ids) {
  Ancestry out;
  for (const std::uint32_t id : ids) out.add(id);
  return out;
}

// Of the resource with internal id n the parent is n / 10.
std::uint32_t tenth(ResourceType, std::uint32_t internal_id) {
  return internal_id / 10;
}

std::uint32_t size_of_id(ResourceType, std::string_view id) {
  return static_cast<std::uint32_t>(id.size());
}

TEST(IndexKeys, APlaceStandsInTheListsOfAllItsAncestors) {
  const std::vector<std::string> keys = index_keys("k-1", 345, KeywordDoc{}, tenth, size_of_id);
  ASSERT_EQ(keys.size(), 1U);
  for (const std::vector<std::uint32_t>& above :
       std::vector<std::vector<std::uint32_t>>{{}, {3}, {3, 34}, {3, 34, 345}}) {
    EXPECT_TRUE(keys[0].starts_with(place_prefix(ResourceType::kKeyword, ancestry(above)))) << above.size();
  }
  EXPECT_EQ(keys[0], place_prefix(ResourceType::kKeyword, ancestry({3, 34, 345})) + "k-1");
  EXPECT_FALSE(keys[0].starts_with(place_prefix(ResourceType::kKeyword, ancestry({3, 35}))));
  EXPECT_FALSE(keys[0].starts_with(place_prefix(ResourceType::kAd)));
}

// Internal ids sort as numbers, whatever their bytes.
TEST(IndexKeys, OneAncestorsListIsInOnePiece) {
  EXPECT_LT(place_prefix(ResourceType::kAd, ancestry({255})) + "z",
            place_prefix(ResourceType::kAd, ancestry({256})) + "a");
  EXPECT_LT(place_prefix(ResourceType::kAd, ancestry({1, 0xFFFFFFFF})) + "z",
            place_prefix(ResourceType::kAd, ancestry({2, 0})) + "a");
}

TEST(IndexKeys, ReferencesAreEntriesOfTheirOwn) {
  CampaignDoc campaign;
  campaign.festivals.resize(2);
  campaign.festivals[0].festival_id = "ffff";
  campaign.festivals[1].festival_id = "ff";
  EXPECT_EQ(index_keys("c", 7, campaign, tenth, size_of_id),
            (std::vector{reference_prefix(ResourceType::kCampaign, ResourceType::kFestival, 2) + "c",
                         reference_prefix(ResourceType::kCampaign, ResourceType::kFestival, 4) + "c",
                         place_prefix(ResourceType::kCampaign, ancestry({7})) + "c"}));
  AdGroupDoc group;
  group.placements = {"p"};
  EXPECT_EQ(index_keys("g", 71, group, tenth, size_of_id),
            (std::vector{reference_prefix(ResourceType::kAdGroup, ResourceType::kPlacement, 1) + "g",
                         place_prefix(ResourceType::kAdGroup, ancestry({7, 71})) + "g"}));
}

TEST(IndexKeys, DocumentsWithTheSameReferencesReferAlike) {
  const auto group = [](const std::vector<std::string>& placements, std::int64_t bid) {
    AdGroupDoc doc;
    doc.placements = placements;
    doc.bid = {bid};
    return doc;
  };
  EXPECT_TRUE(refer_alike(group({"p", "q"}, 1), group({"p", "q"}, 2)));
  EXPECT_FALSE(refer_alike(group({"p", "q"}, 1), group({"p"}, 1)));
  EXPECT_FALSE(refer_alike(group({"p"}, 1), group({"q"}, 1)));
  CampaignDoc joined;
  joined.festivals.push_back({.festival_id = "f"});
  CampaignDoc renamed = joined;
  renamed.name = "n";
  EXPECT_TRUE(refer_alike(joined, renamed));
  EXPECT_FALSE(refer_alike(joined, CampaignDoc{}));
  EXPECT_TRUE(refer_alike(AdDoc{}, AdDoc{}));
}

TEST(IndexKeys, AreReadBack) {
  for (const auto& [type, ids] : std::vector<std::pair<ResourceType, std::vector<std::uint32_t>>>{
           {ResourceType::kAdvertiser, {}},
           {ResourceType::kPlacement, {}},
           {ResourceType::kFestival, {}},
           {ResourceType::kCampaign, {0xFFFFFFFF}},
           {ResourceType::kAdGroup, {0, 256}},
           {ResourceType::kAd, {1, 2, 3}},
           {ResourceType::kKeyword, {3, 2, 1}}}) {
    EXPECT_EQ(depth_of(type), ids.size());
    const std::string key = place_prefix(type, ancestry(ids)) + "an.id";
    const auto read = read_index_key(key);
    ASSERT_TRUE(read) << type_name(type);
    EXPECT_EQ(read->type, type);
    EXPECT_FALSE(read->refers_to);
    ASSERT_EQ(read->ids.depth(), ids.size());
    for (std::size_t level = 0; level < ids.size(); ++level) EXPECT_EQ(read->ids[level], ids[level]);
    EXPECT_EQ(read->id, "an.id");
  }
  const std::string key = reference_prefix(ResourceType::kAdGroup, ResourceType::kPlacement, 9) + "g";
  const auto read = read_index_key(key);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->refers_to, ResourceType::kPlacement);
  EXPECT_EQ(read->ids[0], 9U);
  EXPECT_EQ(read->id, "g");
}

TEST(IndexKeys, WhatIsNoneIsNotRead) {
  const std::string key = place_prefix(ResourceType::kAd, ancestry({1, 2, 3}));
  for (std::size_t size = 0; size < key.size(); ++size)
    EXPECT_FALSE(read_index_key(key.substr(0, size))) << size;
  EXPECT_TRUE(read_index_key(key)) << "without an id, but whole";
  EXPECT_FALSE(read_index_key("\x07\xFFid")) << "no such type";
  EXPECT_FALSE(read_index_key(std::string("\x01\x07\0\0\0\1id", 8))) << "refers to no type";
}

}  // namespace
}  // namespace gavel

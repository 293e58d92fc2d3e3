#include "budget/ledger_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "budget/big_endian.h"

namespace gavel {
namespace {

TEST(BigEndian, OrderedNumbersSortAsBytes) {
  const std::vector<std::int64_t> numbers = {INT64_MIN, -1'000, -1, 0, 1, 255, 256, 1'000'000, INT64_MAX};
  std::vector<std::string> keys;
  for (const std::int64_t n : numbers) {
    std::string key;
    append_ordered(key, n);
    BigEndianReader in(key);
    EXPECT_EQ(in.read_ordered64(), n);
    EXPECT_TRUE(in.complete());
    keys.push_back(std::move(key));
  }
  EXPECT_TRUE(std::ranges::is_sorted(keys));
}

TEST(BigEndian, AReaderKnowsWhenBytesWereMissingOrLeft) {
  BigEndianReader too_short("abc");
  EXPECT_EQ(too_short.read<std::uint32_t>(), 0u);
  EXPECT_FALSE(too_short.complete());
  BigEndianReader too_long("abcde");
  EXPECT_EQ(too_long.read<std::uint32_t>(), 0x61626364u);
  EXPECT_FALSE(too_long.complete());
}

TEST(LedgerCodec, RecordsComeBackAsTheyWere) {
  const CampaignRecord c = decode_campaign(encode(CampaignRecord{.advertiser = {1},
                                                                 .day = -2,
                                                                 .today = 3,
                                                                 .regular = 4,
                                                                 .uncharged = 5,
                                                                 .charged = INT64_MAX,
                                                                 .carry = 999}));
  EXPECT_EQ(c.advertiser, AdvertiserIx{1});
  EXPECT_EQ(c.day, -2);
  EXPECT_EQ(c.today, 3);
  EXPECT_EQ(c.regular, 4);
  EXPECT_EQ(c.uncharged, 5);
  EXPECT_EQ(c.charged, INT64_MAX);
  EXPECT_EQ(c.carry, 999);
  const AdvertiserRecord a =
      decode_advertiser(encode(AdvertiserRecord{.day = 1, .today = 2, .charged = 3, .deposited = 4}));
  EXPECT_EQ(a.day + a.today * 10 + a.charged * 100 + a.deposited * 1'000, 4'321);
  const FestivalRecord f = decode_festival(encode(FestivalRecord{.day = 20'000, .spent = 7}));
  EXPECT_EQ(f.day, 20'000);
  EXPECT_EQ(f.spent, 7);
  EXPECT_EQ(decode_account_key(account_key(AdvertiserIx{8})).advertiser, AdvertiserIx{8});
  EXPECT_EQ(decode_account_key(account_key(CampaignIx{8})).campaign, CampaignIx{8});
  EXPECT_EQ(decode_account_key(account_key(CampaignIx{8}, FestivalIx{9})).festival, FestivalIx{9});
}

TEST(LedgerCodec, EveryFieldOfARecordedEventComesBack) {
  const RecordedEvent e{.type = EventType::kConversion,
                        .status = EventStatus::kOverBudget,
                        .pricing = Pricing::kCpm,
                        .committed_at = from_micros(1),
                        .reported_at = from_micros(-2),
                        .charged = {3},
                        .from_festival = {4},
                        .uncharged = {5},
                        .value = {6},
                        .price = {7},
                        .advertiser = {8},
                        .campaign = {9},
                        .ad_group = {10},
                        .ad = {11},
                        .keyword = {},
                        .placement = {13},
                        .festival = {14},
                        .examination = {15}};
  const std::string bytes = encode(e);
  EXPECT_EQ(bytes.size(), 4u + 7 * 8 + 7 * 4 + 4);
  EXPECT_EQ(encode(decode_event(bytes)), bytes);
  const RecordedEvent back = decode_event(bytes);
  EXPECT_EQ(back.type, e.type);
  EXPECT_EQ(back.pricing, e.pricing);
  EXPECT_EQ(back.reported_at, e.reported_at);
  EXPECT_EQ(back.value, e.value);
  EXPECT_FALSE(back.keyword.exists());
  EXPECT_EQ(back.festival, e.festival);
  EXPECT_EQ(back.examination, e.examination);
}

TEST(LedgerCodec, DedupeKeysTellTokensTypesAndConversionsApartAndBeginWithTheIssueDay) {
  LedgerEvent event;
  event.claims.id = {1, 2};
  event.claims.issued_at = from_micros(86'400'000'000 * 3 + 5);
  const std::string impression = dedupe_key(event);
  EXPECT_TRUE(impression.starts_with(day_prefix(3)));
  event.conversion_id = "ignored";
  EXPECT_EQ(dedupe_key(event), impression);
  event.type = EventType::kClick;
  EXPECT_NE(dedupe_key(event), impression);
  event.type = EventType::kConversion;
  const std::string conversion = dedupe_key(event);
  event.conversion_id = "other";
  EXPECT_NE(dedupe_key(event), conversion);
  event.claims.id.serial = 3;
  EXPECT_NE(dedupe_key(event).substr(0, 17), conversion.substr(0, 17));
}

TEST(LedgerCodec, ReportKeysSortAsTheStructDoes) {
  std::mt19937_64 random(4);
  std::vector<ReportKey> keys;
  for (int i = 0; i < 500; ++i) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    keys.push_back({.advertiser = {below(3)},
                    .hour = from_micros(static_cast<std::int64_t>(below(5)) - 2),
                    .campaign = {below(3)},
                    .ad_group = {below(1'000)},
                    .ad = {below(3)},
                    .keyword = {},
                    .placement = {below(3)},
                    .festival = {below(3)}});
  }
  std::ranges::sort(keys, {}, report_key);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  for (const ReportKey& key : keys) EXPECT_EQ(decode_report_key(report_key(key)), key);
}

}  // namespace
}  // namespace gavel

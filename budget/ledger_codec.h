// What the ledger keeps on disk, byte by byte. All integers are big endian; ids are their 32 bits, none is
// 0xFFFFFFFF; a day is its number since 1970-01-01, a time its microseconds since then. In keys, days and
// times have their sign bit flipped, so that the order of keys is the order of time.
//
//   kMeta         "clock"         time u64: of the last commit
//                 "dedupe_floor"  day: the first issue day whose dedupe keys are all there
//                 "token_lives"   of impressions, clicks, conversions: the longest life served with, i64 each
//                 "click_delay"   DelayCounts that are known: version u8 (1), then of each bucket that is not
//                                 empty: pricing u8, bucket u8, count u32
//   kAccounts     'a' advertiser           day i32, today i64, charged i64, deposited i64, as of
//                 'c' campaign             advertiser, day i32, today i64, regular i64, uncharged i64, charged i64,
//                                          carry u16, as of
//                 'f' campaign festival    day i32, spent i64, as of
//   kDeposits     advertiser, deposit id   amount i64, time i64
//   kDedupe       issue day (UTC), token epoch u32, token serial u64, event type u8, conversion id
//                                          RecordedEvent, see there
//   kReports      advertiser, hour, campaign, ad group, ad, keyword, placement, festival
//                                          the six counters of ReportCounters, i64 each, as of
//   kClickStats   ad, placement            examined u64, clicks u64, as of
//   kFrequency    day (UTC), campaign, user hash u64, time i64, token epoch u32, token serial u64
//                                          nothing
//
// "As of" is the u64 ordinal up to which the counters count, exclusive (redo_log.h). Those that were last written before
// data format 4 do not have it: 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "budget/claims.h"
#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/ids.h"
#include "budget/ledger.h"
#include "budget/money.h"
#include "budget/redo_log.h"
#include "budget/reports.h"
#include "budget/time.h"

namespace gavel {

// Under these, microseconds: the last business times that are known; the latest counts. A manual clock's first is of who
// moves it, and the second of the ledger, which may be at an earlier time, or at a later one that had no space.
inline constexpr std::string_view kClockKey = "clock";
inline constexpr std::string_view kLedgerClockKey = "ledger_clock";
inline constexpr std::string_view kDedupeFloorKey = "dedupe_floor";
inline constexpr std::string_view kTokenLivesKey = "token_lives";

// How long after its auction an event of each type was recorded at most, in all the time of a data directory: an event
// recorded at t has its dedupe key under an issue day not before t less this.
struct TokenLives {
  Duration impression{0}, click{0}, conversion{0};
  bool operator==(const TokenLives&) const = default;
};
inline constexpr TokenLives kLongestTokenLives{std::chrono::hours{24 * 31}, std::chrono::hours{24 * 31},
                                               std::chrono::hours{24 * 31}};
inline constexpr std::string_view kClickDelayKey = "click_delay";

// What is durable about one account; amounts "today" are of `day`.
struct AdvertiserRecord {
  std::int32_t day = 0;
  std::int64_t today = 0;
  std::int64_t charged = 0;
  std::int64_t deposited = 0;
  RedoOrdinal as_of = 0;
};

struct CampaignRecord {
  AdvertiserIx advertiser;
  std::int32_t day = 0;
  std::int64_t today = 0;      // festival budgets included
  std::int64_t regular = 0;    // of it, charged to the campaign's own daily budget
  std::int64_t uncharged = 0;  // today
  std::int64_t charged = 0;    // lifetime
  std::uint16_t carry = 0;     // thousandths of a micro that CPM impressions still owe, 0 .. 999
  RedoOrdinal as_of = 0;
};

struct FestivalRecord {
  std::int32_t day = 0;
  std::int64_t spent = 0;
  RedoOrdinal as_of = 0;
};

// The value of a dedupe key: everything needed to add the event to accounts and reports again, and so to
// verify both offline. In order: version u8 (1), event type u8, status u8, pricing u8, committed_at i64,
// reported_at i64, charged i64, from_festival i64, uncharged i64, value i64, price i64, advertiser, campaign,
// ad group, ad, keyword, placement, festival, examination i32.
struct RecordedEvent {
  EventType type = EventType::kImpression;
  EventStatus status = EventStatus::kCounted;
  Pricing pricing = Pricing::kCpc;
  Timestamp committed_at, reported_at;
  Micros charged, from_festival, uncharged;  // from_festival: what of `charged` a festival's budget paid
  Micros value, price;
  AdvertiserIx advertiser;
  CampaignIx campaign;
  AdGroupIx ad_group;
  AdIx ad;
  KeywordIx keyword;
  PlacementIx placement;
  FestivalIx festival;
  Probability examination;
};

// What the event adds to its report row.
ReportCounters counters_of(const RecordedEvent& event);

// The day of UTC that holds t, by its number.
std::int32_t utc_day(Timestamp t);

std::string account_key(AdvertiserIx ix);
std::string account_key(CampaignIx ix);
std::string account_key(CampaignIx campaign, FestivalIx festival);
std::string deposit_key(AdvertiserIx advertiser, std::string_view id);
std::string dedupe_key(const LedgerEvent& event);
std::string day_prefix(std::int32_t utc_day);  // begins the keys of a day in kDedupe and kFrequency
std::string report_key(const ReportKey& key);
std::string report_prefix(AdvertiserIx advertiser, Timestamp hour);
std::string click_stats_key(AdIx ad, PlacementIx placement);
std::string frequency_prefix(std::int32_t utc_day, CampaignIx campaign);
std::string frequency_key(Timestamp at, const Claims& claims);

// Puts the ledger's time where it belongs on such a clock: whatever is stamped with it is never in the future of a restart.
void put_ledger_clock(WriteBatch& out, const BusinessClock& clock, Timestamp now);

std::string encode(const AdvertiserRecord& record);
std::string encode(const CampaignRecord& record);
std::string encode(const FestivalRecord& record);
std::string encode(const RecordedEvent& event);
std::string encode(const ReportCounters& counters, RedoOrdinal as_of = 0);
std::string encode(const ClickCounts& counts, RedoOrdinal as_of = 0);
std::string encode(const TokenLives& lives);
std::string encode(const DelayCounts& counts);

// Reading back. Bytes of the wrong size end the process, as a failed read does: the store's checksums hold,
// so they were written by a version that we do not know.
AdvertiserRecord decode_advertiser(std::string_view value);
CampaignRecord decode_campaign(std::string_view value);
FestivalRecord decode_festival(std::string_view value);
RecordedEvent decode_event(std::string_view value);
ReportKey decode_report_key(std::string_view key);
ReportCounters decode_counters(std::string_view value, RedoOrdinal* as_of = nullptr);
ClickCounts decode_click_counts(std::string_view value, RedoOrdinal* as_of = nullptr);
// Of an unknown version: nothing is known. Delays are learned again.
DelayCounts decode_delays(std::string_view value);
Micros decode_deposit(std::string_view value);
TokenLives decode_token_lives(std::string_view value);
std::int32_t decode_day(std::string_view value);  // what day_prefix() wrote

struct DedupeKey {
  std::int32_t issue_day = 0;  // UTC
  TokenId token;
  EventType type = EventType::kImpression;
};
DedupeKey decode_dedupe_key(std::string_view key);  // without the conversion id at its end

AdvertiserIx decode_deposit_key(std::string_view key);  // without the deposit id at its end

struct AccountKey {
  char kind = 0;  // 'a', 'c' or 'f'
  AdvertiserIx advertiser;
  CampaignIx campaign;
  FestivalIx festival;
};
AccountKey decode_account_key(std::string_view key);

struct FrequencyKey {
  std::uint64_t user_hash = 0;
  Timestamp at;
};
FrequencyKey decode_frequency_key(std::string_view key);

struct ClickStatsKey {
  AdIx ad;
  PlacementIx placement;
};
ClickStatsKey decode_click_stats_key(std::string_view key);

}  // namespace gavel

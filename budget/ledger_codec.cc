#include "budget/ledger_codec.h"

#include <string>

#include "budget/big_endian.h"
#include "budget/log.h"

namespace gavel {
namespace {

constexpr std::uint8_t kEventVersion = 1;
constexpr std::uint8_t kDelaysVersion = 1;  // another division into buckets is another version
static_assert(kDelayBuckets <= 256);

template <class... Ints>
std::string join(Ints... values) {
  std::string out;
  out.reserve((sizeof(values) + ...));
  (append_big_endian(out, values), ...);
  return out;
}

void require(bool complete, const char* what) {
  if (complete) return;
  end_process("a stored " + std::string(what) + " is not of this version's size");
}

template <class Ix>
Ix read_ix(BigEndianReader& in) {
  return Ix{in.read<std::uint32_t>()};
}

Micros read_micros(BigEndianReader& in) {
  return {in.read<std::int64_t>()};
}

// Before data format 4 counters ended here.
RedoOrdinal read_as_of(BigEndianReader& in) {
  return in.at_end() ? 0 : in.read<RedoOrdinal>();
}

}  // namespace

ReportCounters counters_of(const RecordedEvent& e) {
  return {.impressions = e.type == EventType::kImpression,
          .clicks = e.type == EventType::kClick,
          .conversions = e.type == EventType::kConversion,
          .cost_micros = e.charged.value,
          .uncharged_micros = e.uncharged.value,
          .value_micros = e.value.value};
}

std::int32_t utc_day(Timestamp t) {
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(t).time_since_epoch().count());
}

std::string account_key(AdvertiserIx ix) {
  return join('a', ix.value);
}
std::string account_key(CampaignIx ix) {
  return join('c', ix.value);
}
std::string account_key(CampaignIx campaign, FestivalIx festival) {
  return join('f', campaign.value, festival.value);
}

std::string deposit_key(AdvertiserIx advertiser, std::string_view id) {
  return join(advertiser.value).append(id);
}

std::string dedupe_key(const LedgerEvent& event) {
  std::string key = day_prefix(utc_day(event.claims.issued_at));
  append_big_endian(key, event.claims.id.epoch);
  append_big_endian(key, event.claims.id.serial);
  append_big_endian(key, static_cast<std::uint8_t>(event.type));
  if (event.type == EventType::kConversion) key.append(event.conversion_id);
  return key;
}

std::string day_prefix(std::int32_t day) {
  std::string key;
  append_ordered(key, day);
  return key;
}

std::string report_prefix(AdvertiserIx advertiser, Timestamp hour) {
  std::string key = join(advertiser.value);
  append_ordered(key, to_micros(hour));
  return key;
}

std::string report_key(const ReportKey& k) {
  return report_prefix(k.advertiser, k.hour)
      .append(join(k.campaign.value, k.ad_group.value, k.ad.value, k.keyword.value, k.placement.value,
                   k.festival.value));
}

std::string click_stats_key(AdIx ad, PlacementIx placement) {
  return join(ad.value, placement.value);
}

std::string frequency_prefix(std::int32_t day, CampaignIx campaign) {
  return day_prefix(day).append(join(campaign.value));
}

std::string frequency_key(Timestamp at, const Claims& claims) {
  std::string key = frequency_prefix(utc_day(at), claims.campaign);
  append_big_endian(key, claims.user_hash);
  append_ordered(key, to_micros(at));
  return key.append(join(claims.id.epoch, claims.id.serial));
}

void put_ledger_clock(WriteBatch& out, const BusinessClock& clock, Timestamp now) {
  std::string time;
  append_big_endian(time, to_micros(now));
  out.put(Family::kMeta, clock.is_manual() ? kLedgerClockKey : kClockKey, time);
}

std::string encode(const AdvertiserRecord& r) {
  return join(r.day, r.today, r.charged, r.deposited, r.as_of);
}

std::string encode(const CampaignRecord& r) {
  return join(r.advertiser.value, r.day, r.today, r.regular, r.uncharged, r.charged, r.carry, r.as_of);
}

std::string encode(const FestivalRecord& r) {
  return join(r.day, r.spent, r.as_of);
}

std::string encode(const RecordedEvent& e) {
  return join(kEventVersion, static_cast<std::uint8_t>(e.type), static_cast<std::uint8_t>(e.status),
              static_cast<std::uint8_t>(e.pricing), to_micros(e.committed_at), to_micros(e.reported_at),
              e.charged.value, e.from_festival.value, e.uncharged.value, e.value.value, e.price.value,
              e.advertiser.value, e.campaign.value, e.ad_group.value, e.ad.value, e.keyword.value,
              e.placement.value, e.festival.value, e.examination.nano);
}

std::string encode(const ReportCounters& c, RedoOrdinal as_of) {
  return join(c.impressions, c.clicks, c.conversions, c.cost_micros, c.uncharged_micros, c.value_micros,
              as_of);
}

std::string encode(const ClickCounts& c, RedoOrdinal as_of) {
  return join(c.examined_nano, c.clicks, as_of);
}

std::string encode(const TokenLives& l) {
  return join(l.impression.count(), l.click.count(), l.conversion.count());
}

std::string encode(const DelayCounts& c) {
  std::string out = join(kDelaysVersion);
  for (std::size_t pricing = 0; pricing < kPricings; ++pricing) {
    for (std::size_t bucket = 0; bucket < kDelayBuckets; ++bucket) {
      const std::uint32_t count = c.counts[pricing][bucket];
      if (count == 0) continue;
      out += join(static_cast<std::uint8_t>(pricing), static_cast<std::uint8_t>(bucket), count);
    }
  }
  return out;
}

AdvertiserRecord decode_advertiser(std::string_view value) {
  BigEndianReader in(value);
  AdvertiserRecord r;
  r.day = in.read<std::int32_t>();
  r.today = in.read<std::int64_t>();
  r.charged = in.read<std::int64_t>();
  r.deposited = in.read<std::int64_t>();
  r.as_of = read_as_of(in);
  require(in.complete(), "advertiser's account");
  return r;
}

CampaignRecord decode_campaign(std::string_view value) {
  BigEndianReader in(value);
  CampaignRecord r;
  r.advertiser = read_ix<AdvertiserIx>(in);
  r.day = in.read<std::int32_t>();
  r.today = in.read<std::int64_t>();
  r.regular = in.read<std::int64_t>();
  r.uncharged = in.read<std::int64_t>();
  r.charged = in.read<std::int64_t>();
  r.carry = in.read<std::uint16_t>();
  r.as_of = read_as_of(in);
  require(in.complete(), "campaign's account");
  return r;
}

FestivalRecord decode_festival(std::string_view value) {
  BigEndianReader in(value);
  FestivalRecord r;
  r.day = in.read<std::int32_t>();
  r.spent = in.read<std::int64_t>();
  r.as_of = read_as_of(in);
  require(in.complete(), "festival's account");
  return r;
}

RecordedEvent decode_event(std::string_view value) {
  BigEndianReader in(value);
  const auto version = in.read<std::uint8_t>();
  RecordedEvent e;
  e.type = static_cast<EventType>(in.read<std::uint8_t>());
  e.status = static_cast<EventStatus>(in.read<std::uint8_t>());
  e.pricing = static_cast<Pricing>(in.read<std::uint8_t>());
  e.committed_at = from_micros(in.read<std::int64_t>());
  e.reported_at = from_micros(in.read<std::int64_t>());
  e.charged = read_micros(in);
  e.from_festival = read_micros(in);
  e.uncharged = read_micros(in);
  e.value = read_micros(in);
  e.price = read_micros(in);
  e.advertiser = read_ix<AdvertiserIx>(in);
  e.campaign = read_ix<CampaignIx>(in);
  e.ad_group = read_ix<AdGroupIx>(in);
  e.ad = read_ix<AdIx>(in);
  e.keyword = read_ix<KeywordIx>(in);
  e.placement = read_ix<PlacementIx>(in);
  e.festival = read_ix<FestivalIx>(in);
  e.examination = {in.read<std::int32_t>()};
  require(in.complete() && version == kEventVersion, "event");
  return e;
}

ReportKey decode_report_key(std::string_view key) {
  BigEndianReader in(key);
  ReportKey k;
  k.advertiser = read_ix<AdvertiserIx>(in);
  k.hour = from_micros(in.read_ordered64());
  k.campaign = read_ix<CampaignIx>(in);
  k.ad_group = read_ix<AdGroupIx>(in);
  k.ad = read_ix<AdIx>(in);
  k.keyword = read_ix<KeywordIx>(in);
  k.placement = read_ix<PlacementIx>(in);
  k.festival = read_ix<FestivalIx>(in);
  require(in.complete(), "report key");
  return k;
}

ReportCounters decode_counters(std::string_view value, RedoOrdinal* as_of) {
  BigEndianReader in(value);
  ReportCounters c;
  for (std::int64_t* counter :
       {&c.impressions, &c.clicks, &c.conversions, &c.cost_micros, &c.uncharged_micros, &c.value_micros}) {
    *counter = in.read<std::int64_t>();
  }
  const RedoOrdinal until = read_as_of(in);
  if (as_of != nullptr) *as_of = until;
  require(in.complete(), "report row");
  return c;
}

ClickCounts decode_click_counts(std::string_view value, RedoOrdinal* as_of) {
  BigEndianReader in(value);
  ClickCounts c;
  c.examined_nano = in.read<std::uint64_t>();
  c.clicks = in.read<std::uint64_t>();
  const RedoOrdinal until = read_as_of(in);
  if (as_of != nullptr) *as_of = until;
  require(in.complete(), "click count");
  return c;
}

DelayCounts decode_delays(std::string_view value) {
  BigEndianReader in(value);
  DelayCounts c;
  if (in.read<std::uint8_t>() != kDelaysVersion) return c;
  while (!in.complete()) {
    const auto pricing = in.read<std::uint8_t>();
    const auto bucket = in.read<std::uint8_t>();
    const auto count = in.read<std::uint32_t>();
    require(!in.failed() && pricing < kPricings && bucket < kDelayBuckets, "delay of clicks");
    c.counts[pricing][bucket] = count;
  }
  return c;
}

Micros decode_deposit(std::string_view value) {
  BigEndianReader in(value);
  const Micros amount = read_micros(in);
  in.read<std::int64_t>();  // when it was made
  require(in.complete(), "deposit");
  return amount;
}

TokenLives decode_token_lives(std::string_view value) {
  BigEndianReader in(value);
  TokenLives l;
  for (Duration* life : {&l.impression, &l.click, &l.conversion}) *life = Duration{in.read<std::int64_t>()};
  require(in.complete(), "lives of tokens");
  return l;
}

std::int32_t decode_day(std::string_view value) {
  BigEndianReader in(value);
  const std::int32_t day = in.read_ordered32();
  require(in.complete(), "day");
  return day;
}

DedupeKey decode_dedupe_key(std::string_view key) {
  constexpr std::size_t kFixedBytes = 4 + 4 + 8 + 1;
  BigEndianReader in(key.substr(0, kFixedBytes));
  DedupeKey k;
  k.issue_day = in.read_ordered32();
  k.token.epoch = in.read<std::uint32_t>();
  k.token.serial = in.read<std::uint64_t>();
  k.type = static_cast<EventType>(in.read<std::uint8_t>());
  require(in.complete(), "dedupe key");
  return k;
}

AdvertiserIx decode_deposit_key(std::string_view key) {
  BigEndianReader in(key.substr(0, 4));
  const auto advertiser = read_ix<AdvertiserIx>(in);
  require(in.complete(), "deposit key");
  return advertiser;
}

AccountKey decode_account_key(std::string_view key) {
  BigEndianReader in(key);
  AccountKey k;
  k.kind = in.read<char>();
  if (k.kind == 'a') k.advertiser = read_ix<AdvertiserIx>(in);
  if (k.kind == 'c' || k.kind == 'f') k.campaign = read_ix<CampaignIx>(in);
  if (k.kind == 'f') k.festival = read_ix<FestivalIx>(in);
  require(in.complete(), "account key");
  return k;
}

FrequencyKey decode_frequency_key(std::string_view key) {
  BigEndianReader in(key);
  in.read_ordered32();       // day
  in.read<std::uint32_t>();  // campaign
  FrequencyKey k;
  k.user_hash = in.read<std::uint64_t>();
  k.at = from_micros(in.read_ordered64());
  in.read<std::uint32_t>();  // token epoch and serial, which only keep keys apart
  in.read<std::uint64_t>();
  require(in.complete(), "frequency key");
  return k;
}

ClickStatsKey decode_click_stats_key(std::string_view key) {
  BigEndianReader in(key);
  ClickStatsKey k;
  k.ad = read_ix<AdIx>(in);
  k.placement = read_ix<PlacementIx>(in);
  require(in.complete(), "click count key");
  return k;
}

}  // namespace gavel

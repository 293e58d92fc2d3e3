// What accounts should hold, summed up from report rows, events and deposits, beside what they do hold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "budget/calendar.h"
#include "budget/ledger_codec.h"
#include "budget/money.h"
#include "budget/reports.h"
#include "budget/store.h"

namespace gavel {

struct AdvertiserSums {
  std::optional<AdvertiserRecord> account;
  std::int64_t charged = 0, today = 0;  // by report rows; of the account's day
  std::int64_t deposited = 0;           // by deposits
};
struct CampaignSums {
  std::optional<CampaignRecord> account;
  std::int64_t charged = 0, today = 0, uncharged_today = 0;  // by report rows
  std::int64_t from_festivals_today = 0;                     // by events
  Int128 cpm_prices = 0;   // by events: what CPM impressions cost, in thousandths
  Int128 cpm_amounts = 0;  // of it, charged and uncharged
};
struct FestivalSums {
  std::optional<FestivalRecord> account;
  std::int64_t spent = 0;  // by events of the account's day
};

// Not thread-safe.
class MoneySums {
 public:
  // Reads all accounts and deposits.
  MoneySums(const StoreSnapshot& store, const Calendar& calendar);

  void add_row(const ReportKey& key, const ReportCounters& row);
  void add_event(const RecordedEvent& event);

  std::unordered_map<std::uint32_t, AdvertiserSums> advertisers;
  std::unordered_map<std::uint32_t, CampaignSums> campaigns;
  std::map<std::pair<std::uint32_t, std::uint32_t>, FestivalSums> festivals;  // by campaign and festival
  std::uint64_t deposits = 0;                                                 // how many there are

 private:
  bool is_of_day(Timestamp t, std::int32_t day) const;
  const Calendar& calendar_;
};

}  // namespace gavel

// What the ledger's writer keeps from one batch to the next, beside the accounts. The writer's alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "budget/ledger.h"
#include "budget/reports.h"
#include "budget/time.h"

namespace gavel {

// Report rows of the present hour in memory, so that most events need no read. Beyond this many they are
// dropped.
inline constexpr std::size_t kReportRowsCached = 65'536;

struct LedgerState {
  std::vector<std::uint16_t> carries;  // by campaign: thousandths of a micro owed, see charge_cpm()
  Timestamp hour;                      // of `report_rows`
  std::unordered_map<std::string, ReportCounters> report_rows;  // by report_key()
  std::int32_t dedupe_floor = INT32_MIN;     // dedupe keys of earlier issue days (UTC) may be gone
  std::int32_t frequency_floor = INT32_MIN;  // frequency records of earlier days (UTC) were dropped

  std::uint16_t carry(CampaignIx campaign) const {
    return campaign.value < carries.size() ? carries[campaign.value] : std::uint16_t{0};
  }
  void set_carry(CampaignIx campaign, std::uint16_t carry) {
    if (campaign.value >= carries.size()) carries.resize(std::size_t{campaign.value} + 1);
    carries[campaign.value] = carry;
  }
};

// Fills accounts, click statistics and the state from the store, opening every account that occurs there, and
// makes durable the clock's time if it is later than the one stored, and the longest lives that tokens have had.
// Throws std::runtime_error where that cannot be written.
void load_ledger(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state);

}  // namespace gavel

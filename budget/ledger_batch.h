// One group commit of the ledger: events are decided one after another on top of what is staged before them,
// then all that changed is written at once, then published. Nothing outside changes before publish(), so a
// batch whose write failed is simply dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "budget/click_delay.h"
#include "budget/ledger.h"
#include "budget/ledger_charge.h"
#include "budget/ledger_codec.h"
#include "budget/ledger_state.h"
#include "budget/reports.h"

namespace gavel {

// The writer's alone. `parts`, `options` and `state` outlive it.
class LedgerBatch {
 public:
  // `now` is the time of commit of everything in the batch.
  LedgerBatch(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state, Timestamp now);

  // Decides the event and stages what it changes.
  EventOutcome record(const LedgerEvent& event);
  // Stages the deposit. The balance after it, or after those before where the id is known.
  Result<Micros, DepositError> deposit(AdvertiserIx advertiser, std::string_view id, Micros amount);

  // Whether anything was staged.
  bool empty() const { return recorded_.empty() && deposits_.empty(); }
  bool has_frequency() const { return !seen_.empty(); }
  // Appends everything staged, as absolute values.
  void write_to(WriteBatch& out) const;
  // The write is durable: shows it to everybody and releases the holds of what was charged.
  void publish();

 private:
  struct Decision {
    EventStatus status = EventStatus::kCounted;
    Charge charge;
  };
  bool is_expired(const LedgerEvent& event) const;
  Decision charge(const Claims& claims, Micros amount);
  Decision decide(const LedgerEvent& event);
  ChargeRoom room_of(const Claims& claims, FestivalAccountIx festival);
  void count(const LedgerEvent& event, const Decision& decision);
  void learn_delay(const Claims& claims);
  void write_accounts(WriteBatch& out) const;
  void publish_accounts();

  // What is staged of an account, or what the account holds today.
  AdvertiserRecord current(AdvertiserIx ix) const;
  CampaignRecord& stage(CampaignIx ix, AdvertiserIx advertiser);
  FestivalRecord& stage(FestivalAccountIx ix);

  // Constant after construction.
  const LedgerParts& parts_;
  const LedgerOptions& options_;
  LedgerState& state_;
  const Timestamp now_;
  const Day today_;
  const Timestamp hour_;

  // Staged.
  std::unordered_map<std::string, std::string> recorded_;  // dedupe key -> value
  std::unordered_map<std::string, Micros> deposits_;
  std::unordered_map<std::uint32_t, AdvertiserRecord> advertisers_;
  std::unordered_map<std::uint32_t, CampaignRecord> campaigns_;
  std::unordered_map<std::uint32_t, FestivalRecord> festivals_;
  std::unordered_map<std::string, ReportCounters> reports_;
  std::unordered_map<std::string, ClickCounts> clicks_;  // by click_stats_key()
  std::vector<Claims> seen_;                             // impressions of known users
  std::vector<TokenId> released_;
  std::optional<DelayLearning> delays_;  // where something was charged
  bool delays_changed_ = false;          // what is known of them
};

}  // namespace gavel

// One group commit of the ledger: events are decided one after another on top of what is staged before them,
// then all that was recorded is written at once, then counted and published. Nothing outside changes before
// publish(), so a batch whose write failed is simply dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "budget/click_delay.h"
#include "budget/give_way.h"
#include "budget/ledger.h"
#include "budget/ledger_charge.h"
#include "budget/ledger_codec.h"
#include "budget/ledger_state.h"

namespace gavel {

// The writer's alone. `parts`, `options` and `state` outlive it.
class LedgerBatch {
 public:
  // `now` is the time of commit of everything in the batch.
  LedgerBatch(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state, Timestamp now);

  // Decides the events one after the other, stages what they change and appends what came of each.
  void record(std::span<const LedgerEvent> events, std::vector<EventOutcome>& outcomes);
  // Stages the deposit. The balance after it, or after those before where the id is known.
  Result<Micros, DepositError> deposit(AdvertiserIx advertiser, std::string_view id, Micros amount);

  // Whether anything was staged.
  bool empty() const { return recorded_.empty() && deposits_.empty(); }
  bool has_frequency() const { return !seen_.empty(); }
  // Appends everything staged, and the counters whose turn it is.
  void write_to(WriteBatch& out);
  // The write is durable: counts it, shows that to everybody and releases the holds of what was charged.
  void publish();

 private:
  struct Decision {
    EventStatus status = EventStatus::kCounted;
    Charge charge;
  };
  // The event with this dedupe key; `stored`: the key is on the disk.
  EventOutcome record(const LedgerEvent& event, std::string key, bool stored);
  bool is_expired(const LedgerEvent& event) const;
  Decision charge(const Claims& claims, Micros amount);
  Decision decide(const LedgerEvent& event);
  ChargeRoom room_of(const Claims& claims, FestivalAccountIx festival);
  void learn_delay(const Claims& claims);

  // What decisions ask of an account, those before them in this batch included.
  struct StagedAdvertiser {
    std::int64_t today = 0, charged = 0, deposited = 0;
  };
  struct StagedCampaign {
    std::int64_t regular_today = 0, charged = 0;
    std::uint16_t carry = 0;
  };
  StagedAdvertiser& stage(AdvertiserIx ix);
  StagedCampaign& stage(CampaignIx ix);
  std::int64_t& stage(FestivalAccountIx ix);  // spent today

  // Constant after construction.
  const LedgerParts& parts_;
  const LedgerOptions& options_;
  LedgerState& state_;
  const Timestamp now_;
  const Day today_;
  const Timestamp hour_;

  // Staged.
  struct Recorded {
    std::string key;  // dedupe key
    RecordedEvent event;
  };
  struct Deposited {
    std::string key;
    AdvertiserIx advertiser;
    Micros amount;
  };
  std::vector<Recorded> recorded_;                           // in order
  std::unordered_set<std::string> keys_;                     // of them
  std::vector<Deposited> deposits_;                          // in order
  std::unordered_map<std::string, Micros> deposit_amounts_;  // by key
  std::unordered_map<std::uint32_t, StagedAdvertiser> advertisers_;
  std::unordered_map<std::uint32_t, StagedCampaign> campaigns_;
  std::unordered_map<std::uint32_t, std::int64_t> festivals_;
  std::vector<Claims> seen_;  // impressions of known users
  std::vector<TokenId> released_;
  std::optional<DelayLearning> delays_;  // where something was charged
  bool delays_changed_ = false;          // what is known of them
  GiveWay give_way_;
};

}  // namespace gavel

// What a client of the crash test knows: everything it sent, and what it was told about it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gavel {

inline constexpr int kCampaigns = 6;               // c0 .. c5, each with one ad
inline constexpr const char* kFirstTitle = "new";  // of every ad

// One event that was sent at least once.
struct SentEvent {
  int campaign = 0;
  std::string token;
  std::string type;             // "impression", "click", "conversion"
  std::string id;               // counts for conversions only
  std::int64_t charge_max = 0;  // what it can cost at most
  bool answered = false;        // so it is on the disk, once
  bool amount_known = false;    // `charged` is what it cost
  std::int64_t charged = 0;
};

// A value that was set: the last one acknowledged, or one that was sent after it and not answered.
struct SetValue {
  std::string acknowledged;
  std::vector<std::string> unanswered;
  bool allows(const std::string& value) const;
};

struct Deposit {
  std::string id;
  std::int64_t amount = 0;
  bool answered = false;
};

// Of one client thread; the test reads it between rounds.
struct Journal {
  std::vector<SentEvent> events;
  std::vector<std::size_t> unanswered;           // places in `events`
  std::vector<Deposit> deposits;                 // only the last one may be unanswered
  std::map<std::string, SetValue> titles;        // of ads
  std::vector<std::string> keywords;             // ids whose creation was acknowledged
  std::map<int, std::int64_t> daily_budget_max;  // of campaigns: the highest that was ever sent
  std::vector<std::string> violations;           // of what was promised, in words
  std::uint64_t answers = 0;                     // of all kinds
  std::uint64_t over_budget = 0;                 // charges that a limit cut
};

}  // namespace gavel

// How much of an event's price is charged: exact integer rules, without accounts or disk.
#pragma once

#include <cstdint>

#include "budget/money.h"

namespace gavel {

// What one charge may take. No member is negative; "no limit" is kMaxTotal, which nothing can take whole.
struct ChargeRoom {
  std::int64_t total = 0;     // least of what lifetime, the advertiser's day and the balance leave
  std::int64_t festival = 0;  // what is left of the festival's daily budget
  std::int64_t regular = 0;   // what is left of the campaign's own daily budget
};

struct Charge {
  Micros from_festival, from_regular;
  Micros uncharged;  // what did not fit
  Micros charged() const { return from_festival + from_regular; }
};

// The part of `amount` that fits, the festival's money first. Requires amount >= 0.
Charge fit_charge(Micros amount, const ChargeRoom& room);

// What is left of a limit (kNoLimit = none), never negative: one that was lowered below what is spent leaves
// nothing.
std::int64_t left_of(std::int64_t limit, std::int64_t spent);

// One CPM impression at `price` a thousand, with the thousandths of a micro that earlier ones still owe:
// floor((carry + price) / 1000) is charged and the rest carried on, so that a thousand impressions cost their
// prices exactly.
struct CpmCharge {
  Micros amount;
  std::uint16_t carry = 0;  // 0 .. 999
};
CpmCharge charge_cpm(Micros price, std::uint16_t carry);

}  // namespace gavel

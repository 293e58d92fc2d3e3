#include "budget/ledger_charge.h"

#include <algorithm>

#include "budget/accounts.h"

namespace gavel {
namespace {

constexpr std::int64_t kMille = 1'000;

}  // namespace

Charge fit_charge(Micros amount, const ChargeRoom& room) {
  // Neither part is above kMaxTotal, so their sum does not overflow.
  const std::int64_t fits = std::min({amount.value, room.total, room.festival + room.regular});
  const std::int64_t from_festival = std::min(fits, room.festival);
  return {.from_festival = {from_festival},
          .from_regular = {fits - from_festival},
          .uncharged = {amount.value - fits}};
}

std::int64_t left_of(std::int64_t limit, std::int64_t spent) {
  return limit == kNoLimit ? kMaxTotal.value : std::max<std::int64_t>(limit - spent, 0);
}

CpmCharge charge_cpm(Micros price, std::uint16_t carry) {
  const std::int64_t owed = carry + price.value;
  return {.amount = {owed / kMille}, .carry = static_cast<std::uint16_t>(owed % kMille)};
}

}  // namespace gavel

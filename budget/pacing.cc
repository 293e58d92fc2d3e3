#include "budget/pacing.h"

#include <algorithm>

namespace gavel {
namespace {

// How far above its share of the day a budget may be: a twentieth.
constexpr std::int64_t kSlackDivisor = 20;

constexpr double kResponseMax = 1e12;
// Nobody is kept out, or let in, for one surprising prediction: the odds change by this factor at most.
constexpr double kTiltMax = 16;

// Of a participation from 0 to 1, whose odds are changed by `tilt`.
Probability tilted(Probability participation, double tilt) {
  if (participation.nano <= 0 || participation.nano >= kProbabilityOne) return participation;
  const double share = static_cast<double>(participation.nano) / kProbabilityOne;
  return {static_cast<std::int32_t>(kProbabilityOne * (share * tilt / (1 - share + share * tilt)))};
}

bool is_above(const PacedMoney& money, Probability share) {
  const std::int64_t budget = std::max<std::int64_t>(money.budget.value, 0);
  const auto allowed = static_cast<std::int64_t>(static_cast<Int128>(budget) * share.nano / kProbabilityOne);
  return money.used.value > allowed + budget / kSlackDivisor;
}

}  // namespace

PacingDraws::PacingDraws(std::string_view request_id) : request_(0xCBF29CE484222325u) {
  for (const char c : request_id) request_ = (request_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;  // FNV-1a
}

Probability day_gone(std::optional<Timestamp> start, std::optional<Timestamp> end, const Calendar& calendar,
                     Timestamp now) {
  const Day today = calendar.day_of(now);
  Timestamp begin = calendar.day_begin(today), close = calendar.day_end(today);
  if (start) begin = std::max(begin, *start);
  if (end) close = std::min(close, *end);
  if (now >= close) return {kProbabilityOne};
  if (now <= begin) return {0};
  const Int128 gone = (now - begin).count();
  return {static_cast<std::int32_t>(gone * kProbabilityOne / (close - begin).count())};
}

std::optional<PacedMoney> paced_money(const CampaignAccount& account, Day today) {
  std::int64_t budget = account.daily_budget.load(std::memory_order_relaxed);
  if (budget == kNoLimit) budget = account.pacing.flight_budget.load(std::memory_order_relaxed);
  if (budget == kNoLimit) return std::nullopt;
  return PacedMoney{.budget = {budget},
                    .used = account.today_regular.on(today) + Micros{account.held.load(std::memory_order_relaxed)},
                    .start = {},
                    .end = {}};
}

bool is_ahead(const PacingControls& controls, const PacedMoney& money, const Calendar& calendar, Timestamp now) {
  const std::int32_t share = controls.share.load(std::memory_order_relaxed);
  if (share != PacingControls::kNotPacedYet) return is_above(money, {share});
  return is_above(money, day_gone(money.start, money.end, calendar, now));
}

bool must_wait(const CampaignAccount& account, Day today, Probability draw) {
  const Probability participation{account.pacing.participation.load(std::memory_order_relaxed)};
  const Probability most{tilted(participation, kTiltMax).nano + 1};  // and what rounding may add to a little less
  if (!takes_part(most, draw)) return true;
  const std::int32_t share = account.pacing.share.load(std::memory_order_relaxed);
  if (share == PacingControls::kNotPacedYet) return false;
  const std::optional<PacedMoney> money = paced_money(account, today);
  return money && is_above(*money, {share});
}

std::uint64_t response_of(Probability pctr, Probability default_pctr) {
  if (default_pctr.nano <= 0) return kFactorOne;
  const double times = static_cast<double>(pctr.nano) / default_pctr.nano;
  return static_cast<std::uint64_t>(std::min(times * times * kFactorOne, kResponseMax));
}

Probability participation_at(std::uint64_t response, float usual_response, Probability participation) {
  if (usual_response <= 0) return participation;
  return tilted(participation, std::clamp(static_cast<double>(response) / static_cast<double>(usual_response), 1 / kTiltMax, kTiltMax));
}

}  // namespace gavel

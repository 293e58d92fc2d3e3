#include "budget/pacing.h"

#include <algorithm>

#include "budget/mix.h"

namespace gavel {
namespace {

// How far above its share of the day a budget may be: a twentieth.
constexpr std::int64_t kSlackDivisor = 20;

constexpr double kResponseMax = 1e12;
// Nobody is kept out, or let in, for one surprising prediction: the odds change by this factor at most.
constexpr double kTiltMax = 16;

}  // namespace

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

bool is_ahead(const PacingControls& controls, const PacedMoney& money, const Calendar& calendar, Timestamp now) {
  std::int64_t share = controls.share.load(std::memory_order_relaxed);
  if (share == PacingControls::kNotPacedYet) share = day_gone(money.start, money.end, calendar, now).nano;
  const std::int64_t budget = std::max<std::int64_t>(money.budget.value, 0);
  const auto allowed = static_cast<std::int64_t>(static_cast<Int128>(budget) * share / kProbabilityOne);
  return money.used.value >=
         allowed + budget / kSlackDivisor + std::max<std::int64_t>(money.expected_charge.value, 1);
}

std::uint64_t response_of(Probability pctr, Probability default_pctr) {
  if (default_pctr.nano <= 0) return kFactorOne;
  const double times = static_cast<double>(pctr.nano) / default_pctr.nano;
  return static_cast<std::uint64_t>(std::min(times * times * kFactorOne, kResponseMax));
}

Probability participation_at(std::uint64_t response, float usual_response, Probability participation) {
  if (usual_response <= 0) return participation;
  const double share = std::clamp(static_cast<double>(participation.nano) / kProbabilityOne, 0.0, 1.0);
  const double tilt =
      std::clamp(static_cast<double>(response) / static_cast<double>(usual_response), 1 / kTiltMax, kTiltMax);
  return {static_cast<std::int32_t>(kProbabilityOne * (share * tilt / (1 - share + share * tilt)))};
}

bool takes_part(Probability participation, std::string_view request_id, CampaignIx campaign) {
  if (participation.nano >= kProbabilityOne) return true;
  std::uint64_t h = mix(0x9E3779B97F4A7C15u + campaign.value);
  for (const char c : request_id) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3u;  // FNV-1a
  const std::uint64_t draw = (mix(h) >> 32) * kProbabilityOne >> 32;                         // 0 .. one - 1
  return draw < static_cast<std::uint64_t>(std::max(participation.nano, 0));
}

}  // namespace gavel

#include "budget/pacing.h"

#include <algorithm>

namespace gavel {
namespace {

// The part of the budget above target in which participation falls: a twentieth.
constexpr std::int64_t kPacingSlackDivisor = 20;

struct Span {
  Timestamp begin, end;
};

// When the campaign can serve today: the day, cut by its flight. Empty where they do not meet.
Span serving_span(const PacingInput& input, const Calendar& calendar, Timestamp now) {
  const Day today = calendar.day_of(now);
  Span span{calendar.day_begin(today), calendar.day_end(today)};
  if (input.start) span.begin = std::max(span.begin, *input.start);
  if (input.end) span.end = std::min(span.end, *input.end);
  return span;
}

std::int64_t target_of(std::int64_t budget, Span span, Timestamp now) {
  if (now >= span.end) return budget;
  if (now <= span.begin) return 0;
  const Int128 gone = (now - span.begin).count();
  const Int128 length = (span.end - span.begin).count();
  return static_cast<std::int64_t>(budget * gone / length);  // rounded down: both are positive
}

// Avalanche of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

PacingDecision pace(const PacingInput& input, const Calendar& calendar, Timestamp now) {
  if (input.mode == PacingMode::kAsap || !input.daily_budget) return {};
  const std::int64_t budget = std::max<std::int64_t>(input.daily_budget->value, 0);
  const std::int64_t target = target_of(budget, serving_span(input, calendar, now), now);
  const std::int64_t share = budget / kPacingSlackDivisor;
  const std::int64_t none_from = target + share + std::max<std::int64_t>(input.expected_charge.value, 1);
  // Early in the day target is next to nothing; the slack is free until target has passed it, or a campaign
  // would stop after each charge.
  const std::int64_t all_until = std::max(target, share);
  const std::int64_t used = input.used.value;
  PacingDecision decision{.participation = {kProbabilityOne}, .target = Micros{target}};
  if (used >= none_from) {
    decision.participation = {0};
  } else if (used > all_until) {
    const Int128 left = none_from - used;
    decision.participation = {static_cast<std::int32_t>(left * kProbabilityOne / (none_from - all_until))};
  }
  return decision;
}

bool takes_part(Probability participation, std::string_view request_id, CampaignIx campaign) {
  if (participation.nano >= kProbabilityOne) return true;
  std::uint64_t h = mix(0x9E3779B97F4A7C15u + campaign.value);
  for (const char c : request_id) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3u;  // FNV-1a
  const std::uint64_t draw = (mix(h) >> 32) * kProbabilityOne >> 32;                         // 0 .. one - 1
  return draw < static_cast<std::uint64_t>(std::max(participation.nano, 0));
}

}  // namespace gavel

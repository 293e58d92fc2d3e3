#include "auction/weight.h"

#include <cmath>

namespace gavel {
namespace {

UInt128 wide(std::int32_t value) {
  return static_cast<UInt128>(value);
}

}  // namespace

Probability squashed(Probability pctr, Factor squash) {
  if (squash.millionths == kFactorOne) return pctr;
  if (squash.millionths == 0) return {kProbabilityOne};
  if (pctr.nano == 0) return {0};
  const double power = std::pow(pctr.nano / 1e9, squash.millionths / 1e6);
  return {static_cast<std::int32_t>(std::nearbyint(power * 1e9))};
}

std::uint64_t rank_weight(const WeightInputs& inputs) {
  const UInt128 merit =  // at 1e-18, at most 1e22
      wide(inputs.quality.millionths) * wide(inputs.shop_score.millionths) * wide(inputs.boost.millionths);
  if (inputs.pricing == Pricing::kCpm) return static_cast<std::uint64_t>(half_even_div(merit, 1'000'000'000));
  const UInt128 exact =
      1'000 * wide(squashed(inputs.pctr, inputs.squash).nano) * merit;  // at 1e-27, at most 1e34
  return static_cast<std::uint64_t>(half_even_div(exact, 1'000'000'000'000'000'000));
}

Micros expected_charge(Pricing pricing, Probability pctr, Micros price) {
  const UInt128 micros = static_cast<UInt128>(price.value);
  const UInt128 charge = pricing == Pricing::kCpc ? ceil_div(micros * wide(pctr.nano), kProbabilityOne)
                                                  : ceil_div(micros, 1'000);
  return {static_cast<std::int64_t>(charge)};
}

}  // namespace gavel

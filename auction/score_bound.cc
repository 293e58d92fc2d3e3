#include "auction/score_bound.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "budget/click_stats.h"

namespace gavel {
namespace {

// Many times what the roundings of a few operations on doubles can sum up to.
constexpr double kSlack = 1 + 1e-9;

}  // namespace

float round_up(double value) {
  const auto nearest = static_cast<float>(value * kSlack);
  return static_cast<double>(nearest) >= value
             ? nearest
             : std::nextafter(nearest, std::numeric_limits<float>::infinity());
}

double weight_bound(Pricing pricing, const AdRow& ad, double estimate) {
  const double quality = ad.quality.millionths / 1e6;
  if (pricing == Pricing::kCpm) return quality;
  return 1'000 * quality * (ad.pctr_nano >= 0 ? ad.pctr_nano / 1e9 : estimate);
}

float group_factor(double weight, Factor shop_score, double targeting) {
  if (weight <= 0) return 0;
  // A weight is rounded to its unit, which may lift it by half a one.
  const double factor = (weight * (shop_score.millionths / 1e6) * 1e9 + 1) * targeting;
  constexpr std::uint32_t kDropped = (1u << 19) - 1;  // of the 23 bits of a float's mantissa
  const auto bits = std::bit_cast<std::uint32_t>(round_up(factor));
  return std::bit_cast<float>((bits + kDropped) & ~kDropped);
}

float bare_bound(float greatest_bid, const CampaignServing& campaign, Factor shop_score) {
  const double weight = campaign.pricing == Pricing::kCpm ? 1 : 1'000;
  // No multiplier takes a bid beyond kMaxBid.
  const double bid = std::min(static_cast<double>(greatest_bid) * targeting_stretch(campaign).all(), static_cast<double>(kMaxBid.value));
  return round_up(bid * kSlack * static_cast<double>(group_factor(weight, shop_score, 1)));
}

ScoreLift::ScoreLift(const RunningFestivals& festivals, const PlacementDoc& placement, double outgrown, double score_ceiling)
    : factor_(festivals.stretch * std::max(1.0, static_cast<double>(placement.default_pctr.nano) / kCeilingPrior.nano) * outgrown),
      squash_(std::min(1.0, placement.squash.millionths / 1e6)),
      ceiling_part_(std::pow(score_ceiling, 1 - squash_)),
      rounding_(score_ceiling * 1e-9) {}  // a squashed pCTR is rounded to 1e-9, up by half of that at most

float ScoreLift::operator()(float bound) const {
  // Then even a pCTR of zero counts as one, which no list bounds.
  if (squash_ == 0 || std::isinf(bound)) return std::numeric_limits<float>::infinity();
  if (squash_ == 1) return round_up(static_cast<double>(bound) * factor_);
  return round_up((ceiling_part_ * std::pow(static_cast<double>(bound), squash_) + rounding_) * factor_);
}

}  // namespace gavel

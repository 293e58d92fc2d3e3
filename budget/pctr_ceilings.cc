#include "budget/pctr_ceilings.h"

#include <algorithm>

namespace gavel {
namespace {

double ratio(Probability estimate, Probability ceiling) {
  return static_cast<double>(estimate.nano) / ceiling.nano;
}

}  // namespace

Probability PctrCeilings::known(AdIx ad) const {
  const auto found = ceilings_.find(ad.value);
  return found == ceilings_.end() ? kCeilingPrior : found->second;
}

Probability PctrCeilings::in_force(AdIx ad) const {
  const auto found = replaced_.find(ad.value);
  return found == replaced_.end() ? known(ad) : found->second;
}

Probability PctrCeilings::of(AdIx ad) const {
  const std::lock_guard lock(mutex_);
  return known(ad);
}

void PctrCeilings::observe(AdIx ad, Probability estimate) {
  if (estimate <= kCeilingPrior) return;
  const std::lock_guard lock(mutex_);
  outgrown_.store(std::max(outgrown_.load(std::memory_order_relaxed), ratio(estimate, in_force(ad))),
                  std::memory_order_release);
  if (estimate <= known(ad)) return;
  Probability& above = above_[ad.value];
  above = std::max(above, estimate);
}

std::vector<AdIx> PctrCeilings::raise() {
  const std::lock_guard lock(mutex_);
  std::vector<AdIx> raised;
  for (const auto& [ad, estimate] : above_) {
    const std::int64_t wanted = std::min(kHeadroomPercent * estimate.nano / 100, std::int64_t{kProbabilityOne});
    const Probability ceiling{static_cast<std::int32_t>(wanted)};
    replaced_.try_emplace(ad, known(AdIx{ad}));
    ceilings_[ad] = ceiling;
    raised.push_back(AdIx{ad});
  }
  above_.clear();
  return raised;
}

void PctrCeilings::settle() {
  const std::lock_guard lock(mutex_);
  replaced_.clear();
  double outgrown = 1;
  for (const auto& [ad, estimate] : above_) outgrown = std::max(outgrown, ratio(estimate, known(AdIx{ad})));
  outgrown_.store(outgrown, std::memory_order_release);
}

}  // namespace gavel

// The pacer's memory as bytes: a block of campaigns at a time.
#include <bit>

#include "budget/big_endian.h"
#include "budget/pacer.h"
#include "budget/pacer_state.h"

namespace gavel {
namespace {

constexpr std::uint8_t kVersion = 1;

std::uint32_t bits(double value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}
double number(std::uint32_t bits) {
  return static_cast<double>(std::bit_cast<float>(bits));
}

}  // namespace

std::uint32_t Pacer::block_count() const {
  return static_cast<std::uint32_t>((states_.size() + kPacingBlock - 1) / kPacingBlock);
}

std::string Pacer::encode_block(std::uint32_t block) const {
  std::string out;
  const std::size_t begin = std::size_t{block} * kPacingBlock;
  for (std::size_t ix = begin; ix < std::min(begin + kPacingBlock, states_.size()); ++ix) {
    const State& state = states_[ix];
    if (!state.day || !state.plan.paced) continue;
    const PacingControls& controls = accounts_[CampaignIx{static_cast<std::uint32_t>(ix)}].pacing;
    if (out.empty()) out.push_back(static_cast<char>(kVersion));
    append_big_endian(out, static_cast<std::uint8_t>(ix - begin));
    append_ordered(out, static_cast<std::int32_t>(state.day->time_since_epoch().count()));
    append_big_endian(out, static_cast<std::uint8_t>(state.served));
    append_big_endian(out, state.daily);
    append_big_endian(out, state.lifetime);
    append_big_endian(out, state.target.load(std::memory_order_relaxed));
    append_big_endian(out, controls.participation.load(std::memory_order_relaxed));
    append_big_endian(out, controls.multiplier.load(std::memory_order_relaxed));
    append_big_endian(out, controls.share.load(std::memory_order_relaxed));
    append_big_endian(out, state.eligible.load(std::memory_order_relaxed));
    append_big_endian(out, state.shown.load(std::memory_order_relaxed));
    append_big_endian(out, bits(state.elapsed_s));
    append_big_endian(out, bits(state.in_budget_s));
    for (const float value : state.memory.value) append_big_endian(out, std::bit_cast<std::uint32_t>(value));
  }
  return out;
}

void Pacer::restore_block(std::uint32_t block, std::string_view bytes) {
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != kVersion) return;
  BigEndianReader in(bytes.substr(1));
  while (!in.at_end()) {
    const CampaignIx campaign{block * kPacingBlock + in.read<std::uint8_t>()};
    if (!accounts_.contains(campaign)) return;
    states_.grow_to(std::size_t{campaign.value} + 1);
    State& state = states_[campaign.value];
    PacingControls& controls = accounts_[campaign].pacing;
    state.day = gavel::Day{std::chrono::days{in.read_ordered32()}};
    state.resumes = true;
    state.served = in.read<std::uint8_t>() != 0;
    state.daily = in.read<std::int64_t>();
    state.lifetime = in.read<std::int64_t>();
    state.target = in.read<std::int64_t>();
    controls.participation = in.read<std::int32_t>();
    controls.multiplier = in.read<std::int32_t>();
    controls.share = in.read<std::int32_t>();
    // The account's own counters begin at 0 with the process, and wrap.
    state.eligible_day = 0 - in.read<std::uint32_t>();
    state.shown_day = 0 - in.read<std::uint32_t>();
    state.elapsed_s = number(in.read<std::uint32_t>());
    state.in_budget_s = number(in.read<std::uint32_t>());
    for (float& value : state.memory.value) value = std::bit_cast<float>(in.read<std::uint32_t>());
  }
}

std::vector<std::pair<CampaignIx, PacingMinute>> Pacer::take_minute(std::uint32_t block) {
  std::vector<std::pair<CampaignIx, PacingMinute>> minutes;
  const std::size_t begin = std::size_t{block} * kPacingBlock;
  for (std::size_t ix = begin; ix < std::min(begin + kPacingBlock, states_.size()); ++ix) {
    State& state = states_[ix];
    if (!state.day) continue;
    const CampaignIx campaign{static_cast<std::uint32_t>(ix)};
    const CampaignAccount& account = accounts_[campaign];
    const std::uint32_t eligible = account.pacing.eligible.load(std::memory_order_relaxed);
    const std::uint32_t shown = account.pacing.shown.load(std::memory_order_relaxed);
    const Micros spent = account.today.on(*state.day);
    if (eligible == state.eligible_minute && shown == state.shown_minute && spent == state.spent_minute) continue;
    const std::int64_t target = state.target.load(std::memory_order_relaxed);
    const std::int32_t part = account.pacing.participation.load(std::memory_order_relaxed);
    const std::int32_t multiplier = account.pacing.multiplier.load(std::memory_order_relaxed);
    const auto shaded = static_cast<std::int32_t>(std::int64_t{multiplier} * kProbabilityOne / kFactorOne);
    minutes.emplace_back(campaign, PacingMinute{.target = {std::max<std::int64_t>(target, 0)},
                                                .spent = spent,
                                                .participation = {std::min(part, shaded)},
                                                .eligible = eligible - state.eligible_minute,
                                                .shown = shown - state.shown_minute});
    state.eligible_minute = eligible;
    state.shown_minute = shown;
    state.spent_minute = spent;
  }
  return minutes;
}

}  // namespace gavel

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "budget/big_endian.h"
#include "budget/click_delay.h"
#include "budget/ledger_codec.h"
#include "budget/ledger_state.h"

namespace gavel {
namespace {

// On a manual clock the time that a restart begins with must be known even if no jump was ever made.
void stage_start_time(const LedgerParts& parts, WriteBatch& batch) {
  const Timestamp now = parts.clock.now();
  if (const auto stored = parts.store.get(Family::kMeta, kClockKey)) {
    BigEndianReader in(*stored);
    if (from_micros(static_cast<std::int64_t>(in.read<std::uint64_t>())) >= now) return;
  }
  std::string value;
  append_big_endian(value, to_micros(now));
  batch.put(Family::kMeta, kClockKey, value);
}

// A directory that was served before this was recorded may hold events of any life.
void stage_token_lives(const LedgerParts& parts, const LedgerOptions& options, WriteBatch& batch) {
  const auto stored = parts.store.get(Family::kMeta, kTokenLivesKey);
  TokenLives before;
  if (stored) {
    before = decode_token_lives(*stored);
  } else if (parts.store.get(Family::kMeta, kClockKey)) {
    before = kLongestTokenLives;
  }
  const TokenLives lives{std::max(before.impression, options.impression_ttl),
                         std::max(before.click, options.click_ttl),
                         std::max(before.conversion, options.conversion_ttl)};
  if (!stored || lives != before) batch.put(Family::kMeta, kTokenLivesKey, encode(lives));
}

}  // namespace

void load_ledger(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state) {
  state.counters.load();
  if (const auto delays = parts.store.get(Family::kMeta, kClickDelayKey)) {
    parts.click_delay.set({.known = decode_delays(*delays)});
  }
  if (const auto floor = parts.store.get(Family::kMeta, kDedupeFloorKey)) {
    state.dedupe_floor = decode_day(*floor);
  }
  WriteBatch batch;
  stage_start_time(parts, batch);
  stage_token_lives(parts, options, batch);
  if (batch.empty()) return;
  if (const auto error = parts.store.write(batch)) throw std::runtime_error(error->message);
}

}  // namespace gavel

// From when on every event is still recorded: dedupe keys of old days are dropped, report rows and accounts
// never.
#pragma once

#include <algorithm>
#include <optional>

#include "budget/ledger_codec.h"
#include "budget/store.h"
#include "budget/time.h"

namespace gavel {

struct KeptEvents {
  std::optional<std::int32_t>
      floor;  // the first issue day (UTC) that is whole; none = nothing was ever dropped
  TokenLives lives;

  static KeptEvents of(const Store& store) {
    KeptEvents kept;
    if (const auto floor = store.get(Family::kMeta, kDedupeFloorKey)) kept.floor = decode_day(*floor);
    const auto lives = store.get(Family::kMeta, kTokenLivesKey);
    kept.lives = lives ? decode_token_lives(*lives) : kLongestTokenLives;
    return kept;
  }

  // Whether all events of the type that were recorded at `begin` or later are there.
  bool all_since(Timestamp begin, EventType type) const {
    if (!floor) return true;
    const Duration life = type == EventType::kImpression ? lives.impression
                          : type == EventType::kClick    ? lives.click
                                                         : lives.conversion;
    return begin >= Timestamp{std::chrono::days{*floor}} + life;
  }
  // Whether all events that can be charged are.
  bool all_charges_since(Timestamp begin) const {
    return all_since(begin, EventType::kImpression) && all_since(begin, EventType::kClick);
  }
};

}  // namespace gavel

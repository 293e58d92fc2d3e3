// The words of the demo marketplace's ads: the keywords of an ad group, and titles.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "auction/resources.h"
#include "bench/marketplace/prng.h"
#include "bench/marketplace/vocabulary.h"

namespace gavel {

// Draws the keywords of one ad group, none of them twice with the same match.
class KeywordMaker {
 public:
  KeywordMaker(Prng& random, std::uint32_t kind, std::uint32_t modifiers)
      : random_(random), kind_(kind), modifiers_(modifiers) {}

  // All but ad_group_id and bid.
  KeywordDoc next();

 private:
  KeywordDoc positive();
  KeywordDoc negative();

  Prng& random_;
  std::uint32_t kind_;
  std::uint32_t modifiers_;
  std::uint32_t made_ = 0;
  std::set<std::pair<std::string, MatchType>> seen_;  // a few dozen at most
};

// A title in Chinese, English or both: brand, praise, audience, product, ending.
std::string make_title(Prng& random, std::uint32_t kind);

// Seven of ten terms are Chinese.
Language draw_language(Prng& random);

}  // namespace gavel

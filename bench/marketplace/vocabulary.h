// The search terms of the demo marketplace, numbered, so that keywords and queries draw from the same ones.
#pragma once

#include <cstdint>
#include <string>

namespace gavel {

enum class Language : std::uint8_t { kChinese, kEnglish };

// A kind of product with words before it. Modifier 0 is the bare noun ("连衣裙"), then come one word
// ("夏季连衣裙"), two, and so on: the higher the number, the rarer the term.
struct SearchTerm {
  std::uint32_t kind = 0;      // of product_kinds()
  std::uint32_t modifier = 0;  // below modifiers_max()
  Language language = Language::kChinese;
};

// How many modifiers there are for every kind of product.
std::uint32_t modifiers_max();

// Appends the term's text. Chinese words stand side by side, or `spaced`; English ones are always spaced.
void append_term(std::string& out, SearchTerm term, bool spaced);

// The id of the leaf of the tree of categories ("women.dress") where products of this kind stand. Its parent
// is the kind's department.
std::string category_id(std::uint32_t kind);

}  // namespace gavel

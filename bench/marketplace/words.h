// The words of the demo marketplace: what is sold there, to whom, and how it is praised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gavel {

// A word in the marketplace's two languages.
struct WordPair {
  std::string_view zh, en;
};

// A kind of product, a leaf of the tree of categories. `department` is its parent's id, `slug` the last part
// of its own: the leaf's id is "department.slug".
struct ProductKind {
  std::string_view department, slug;
  WordPair noun;
};

std::span<const ProductKind> product_kinds();
std::span<const WordPair> adjectives();
// For whom or for what: "女士", "for women"; the English word stands before the noun like an adjective.
std::span<const WordPair> audiences();
// Phrases that end a title.
std::span<const WordPair> title_endings();
// Words that no keyword has, for queries of the long tail.
std::span<const WordPair> rare_words();

// Invented brand names: brand i is the same in both languages.
inline constexpr std::size_t kBrands = 24 * 24;
struct BrandName {
  std::string_view zh_first, zh_second, en_first, en_second;
};
// Requires brand < kBrands.
BrandName brand_name(std::size_t brand);

// A province-level division of China, with its ISO 3166-2 code and a weight near its population in millions.
struct Province {
  std::string_view code;
  std::uint32_t weight;
};
std::span<const Province> provinces();

// Persona tags that have a name; larger marketplaces go on with numbered segments.
std::span<const std::string_view> persona_tags();

}  // namespace gavel

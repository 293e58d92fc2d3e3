#include "bench/marketplace/vocabulary.h"

#include <string_view>

#include "bench/marketplace/words.h"

namespace gavel {
namespace {

void append_word(std::string& out, std::string_view word, bool spaced) {
  if (spaced && !out.empty() && out.back() != ' ') out += ' ';
  out += word;
}

void append_brand(std::string& out, std::uint32_t brand, Language language, bool spaced) {
  const BrandName name = brand_name(brand % kBrands);
  append_word(out, language == Language::kChinese ? name.zh_first : name.en_first, spaced);
  out += language == Language::kChinese ? name.zh_second : name.en_second;
}

// What a modifier's number means: its words, each absent (-1) or an index into its list.
struct ModifierWords {
  std::int32_t brand = -1, audience = -1, adjective = -1;
};

ModifierWords modifier_words(std::uint32_t modifier) {
  const auto adjective_count = static_cast<std::uint32_t>(adjectives().size());
  const auto audience_count = static_cast<std::uint32_t>(audiences().size());
  const auto brand_count = static_cast<std::uint32_t>(kBrands);
  const auto at = [](std::uint32_t i) { return static_cast<std::int32_t>(i); };
  if (modifier == 0) return {};
  std::uint32_t m = modifier - 1;
  if (m < adjective_count) return {.adjective = at(m)};
  m -= adjective_count;
  if (m < audience_count) return {.audience = at(m)};
  m -= audience_count;
  if (m < adjective_count * audience_count) {
    return {.audience = at(m % audience_count), .adjective = at(m / audience_count)};
  }
  m -= adjective_count * audience_count;
  if (m < brand_count) return {.brand = at(m)};
  m -= brand_count;
  return {.brand = at(m % brand_count), .adjective = at(m / brand_count)};
}

}  // namespace

std::uint32_t modifiers_max() {
  const std::size_t pairs = adjectives().size() * (audiences().size() + kBrands);
  return static_cast<std::uint32_t>(1 + adjectives().size() + audiences().size() + kBrands + pairs);
}

void append_term(std::string& out, SearchTerm term, bool spaced) {
  const bool chinese = term.language == Language::kChinese;
  const bool apart = spaced || !chinese;
  const auto word = [chinese](const WordPair& pair) { return chinese ? pair.zh : pair.en; };
  const ModifierWords words = modifier_words(term.modifier);
  if (words.brand >= 0) append_brand(out, static_cast<std::uint32_t>(words.brand), term.language, apart);
  if (words.audience >= 0)
    append_word(out, word(audiences()[static_cast<std::size_t>(words.audience)]), apart);
  if (words.adjective >= 0) {
    append_word(out, word(adjectives()[static_cast<std::size_t>(words.adjective)]), apart);
  }
  append_word(out, word(product_kinds()[term.kind].noun), apart);
}

std::string category_id(std::uint32_t kind) {
  const ProductKind& product = product_kinds()[kind];
  std::string id(product.department);
  id += '.';
  id += product.slug;
  return id;
}

}  // namespace gavel

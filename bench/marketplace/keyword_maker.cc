#include "bench/marketplace/keyword_maker.h"

#include <algorithm>

#include "bench/marketplace/words.h"

namespace gavel {

Language draw_language(Prng& random) {
  return random.chance(700) ? Language::kChinese : Language::kEnglish;
}

KeywordDoc KeywordMaker::next() {
  KeywordDoc doc = made_ >= 3 && random_.chance(60) ? negative() : positive();
  // Where the drawn one is there already, look at rarer terms: there are always enough.
  for (std::uint32_t tries = 0; !seen_.emplace(doc.text, doc.match).second; ++tries) {
    if (tries > 8) modifiers_ = std::min(modifiers_ * 2, modifiers_max());
    made_ = std::max(made_, 3u);
    doc = positive();
  }
  ++made_;
  return doc;
}

KeywordDoc KeywordMaker::positive() {
  KeywordDoc doc;
  SearchTerm term{kind_, 0, draw_language(random_)};
  const std::uint64_t choice = random_.below(100);
  doc.match = choice < 25 ? MatchType::kExact : choice < 50 ? MatchType::kPhrase : MatchType::kBroad;
  if (made_ == 0) {
    // Nearly everyone bids on the bare noun, which makes it a head word.
    term.language = Language::kChinese;
    doc.match = MatchType::kBroad;
  } else if (made_ == 1) {
    doc.match = random_.chance(500) ? MatchType::kExact : MatchType::kPhrase;
  } else {
    term.modifier = 1 + static_cast<std::uint32_t>(random_.heavy_tailed(modifiers_ - 1, 8));
  }
  append_term(doc.text, term, random_.chance(300));
  return doc;
}

KeywordDoc KeywordMaker::negative() {
  KeywordDoc doc;
  const WordPair& word = random_.pick(rare_words());
  const WordPair& noun = product_kinds()[kind_].noun;
  const bool chinese = random_.chance(700);
  doc.text = chinese ? word.zh : word.en;
  doc.match = MatchType::kPhrase;
  if (random_.chance(400)) {
    doc.text += " ";
    doc.text += chinese ? noun.zh : noun.en;
    doc.match = random_.chance(700) ? MatchType::kBroad : MatchType::kExact;
  }
  doc.negative = true;
  return doc;
}

std::string make_title(Prng& random, std::uint32_t kind) {
  const BrandName brand = brand_name(static_cast<std::size_t>(random.below(kBrands)));
  const WordPair& adjective = random.pick(adjectives());
  const WordPair& audience = random.pick(audiences());
  const WordPair& ending = random.pick(title_endings());
  const WordPair& noun = product_kinds()[kind].noun;
  std::string title;
  if (random.chance(700)) {
    title.append(brand.zh_first).append(brand.zh_second);
    if (random.chance(300)) title.append(" ").append(brand.en_first).append(brand.en_second);
    title.append(" ").append(adjective.zh).append(audience.zh).append(noun.zh);
    if (random.chance(600)) title.append(" ").append(ending.zh);
  } else {
    title.append(brand.en_first).append(brand.en_second).append(" ");
    title.append(adjective.en).append(" ").append(noun.en).append(", ").append(audience.en);
    if (random.chance(600)) title.append(" - ").append(ending.en);
  }
  return title;
}

}  // namespace gavel

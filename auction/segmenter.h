// Text to words: NFKC, case folding, and ICU's word boundaries (Chinese and Japanese by its dictionary).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "budget/result.h"

namespace gavel {

enum class SegmentError { kInvalidUtf8 };

// Not thread-safe: one a thread. Words are segments of the root locale's word break iterator over the normalised,
// case-folded text that are not only punctuation, space or symbols.
class Segmenter {
 public:
  Segmenter();
  ~Segmenter();
  Segmenter(Segmenter&&) noexcept;

  // Replaces `words` by the words of `text`, reusing its strings. At most `words_max` of them.
  Result<void, SegmentError> cut(std::string_view text, std::size_t words_max, std::vector<std::string>& words);

  // ICU's and Unicode's versions, by which the words of stored keywords were cut, such as "icu-72.1/unicode-15.0".
  static std::string version();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel

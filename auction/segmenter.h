// Text to words: NFKC, case folding, and ICU's word boundaries (Chinese and Japanese by its dictionary).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auction/word_list.h"
#include "budget/result.h"

namespace gavel {

inline constexpr std::size_t kAllWords = static_cast<std::size_t>(-1);

enum class SegmentError { kInvalidUtf8 };

// Not thread-safe: one a thread. Words are segments of the root locale's word break iterator over the normalised,
// case-folded text that are not only punctuation, space or invisible characters; symbols such as "+" are words. Text of
// ASCII letters, digits and blanks is cut without ICU, to the same words.
class Segmenter {
 public:
  Segmenter();  // throws std::runtime_error where ICU's data is missing: made at start-up
  ~Segmenter();
  Segmenter(Segmenter&&) noexcept;

  // Replaces `words` by the words of `text`, in order, the first `words_max` of them. On failure `words` is empty. Time
  // linear in the text, whatever `words_max` is.
  Result<void, SegmentError> cut(std::string_view text, std::size_t words_max, WordList& words);

  // Whether `text` is cut without ICU: ASCII letters, digits and blanks alone.
  static bool is_plain(std::string_view text);

  // ICU's and Unicode's versions, by which the words of stored keywords were cut, such as "icu-72.1/unicode-15.0".
  static std::string version();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel

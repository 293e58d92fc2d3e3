#include "auction/segmenter.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace gavel {

namespace {

struct CloseBreaker {
  void operator()(UBreakIterator* breaker) const { ubrk_close(breaker); }
};

// Text in UTF-16 whose memory is kept from call to call.
class Utf16Buffer {
 public:
  // Calls `fill(memory, capacity, status)`, which gives the length it needs, again with more room where it
  // needs it. False where it fails.
  template <class Fill>
  bool fill(std::size_t expected, Fill&& fill) {
    if (memory_.size() < expected) memory_.resize(expected);
    for (;;) {
      UErrorCode status = U_ZERO_ERROR;
      const std::int32_t needed = fill(memory_.data(), static_cast<std::int32_t>(memory_.size()), status);
      if (status == U_BUFFER_OVERFLOW_ERROR) {
        memory_.resize(static_cast<std::size_t>(needed));
        continue;
      }
      length_ = U_SUCCESS(status) ? needed : 0;
      return U_SUCCESS(status);
    }
  }
  const UChar* data() const { return memory_.data(); }
  std::int32_t length() const { return length_; }

 private:
  std::u16string memory_;
  std::int32_t length_ = 0;
};

bool is_dropped(UChar32 c) {
  return u_ispunct(c) || u_isUWhiteSpace(c) || u_iscntrl(c);
}

// A segment is a word unless it is all punctuation, white space or invisible control and format characters.
// Symbols
// ("+", emoji) are words: "c++" is not "c".
bool is_word(const UChar* text, std::int32_t begin, std::int32_t end) {
  while (begin < end) {
    UChar32 c = 0;
    U16_NEXT(text, begin, end, c);
    if (!is_dropped(c)) return true;
  }
  return false;
}

constexpr bool is_ascii_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char ascii_folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void cut_plain(std::string_view text, std::size_t words_max, WordList& words) {
  for (std::size_t i = 0; i < text.size() && words.size() < words_max;) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    for (; i < text.size() && text[i] != ' '; ++i) words.open_word().push_back(ascii_folded(text[i]));
    words.end_word();
  }
}

// Appends UTF-16 without lone surrogates as UTF-8.
void append_utf8(const UChar* text, std::int32_t length, std::string& out) {
  const std::size_t before = out.size();
  const std::int32_t room = length * 3;
  out.resize(before + static_cast<std::size_t>(room));
  std::int32_t written = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(out.data() + before, room, &written, text, length, &status);
  assert(U_SUCCESS(status));
  out.resize(before + static_cast<std::size_t>(written));
}

}  // namespace

struct Segmenter::Impl {
  Impl() {
    UErrorCode status = U_ZERO_ERROR;
    normalizer = unorm2_getNFKCInstance(&status);
    breaker.reset(ubrk_open(UBRK_WORD, "", nullptr, 0, &status));  // "" is the root locale
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU's data: ") + u_errorName(status));
  }

  bool fold(std::string_view text);
  void cut_folded(std::size_t words_max, WordList& words);

  const UNormalizer2* normalizer = nullptr;
  std::unique_ptr<UBreakIterator, CloseBreaker> breaker;
  Utf16Buffer decoded, normalized, folded;
};

// NFKC first, then default case folding (Unicode, section 3.13, D144). False where `text` is not UTF-8.
bool Segmenter::Impl::fold(std::string_view text) {
  const bool valid =
      decoded.fill(text.size() + 1, [&](UChar* out, std::int32_t capacity, UErrorCode& status) {
        std::int32_t length = 0;
        u_strFromUTF8(out, capacity, &length, text.data(), static_cast<std::int32_t>(text.size()), &status);
        return length;
      });
  if (!valid) return false;
  const auto room = static_cast<std::size_t>(decoded.length()) + 1;
  return normalized.fill(room, [&](UChar* out, std::int32_t capacity, UErrorCode& status) {
    return unorm2_normalize(normalizer, decoded.data(), decoded.length(), out, capacity, &status);
  }) && folded.fill(room, [&](UChar* out, std::int32_t capacity, UErrorCode& status) {
    return u_strFoldCase(out, capacity, normalized.data(), normalized.length(), U_FOLD_CASE_DEFAULT, &status);
  });
}

void Segmenter::Impl::cut_folded(std::size_t words_max, WordList& words) {
  UErrorCode status = U_ZERO_ERROR;
  ubrk_setText(breaker.get(), folded.data(), folded.length(), &status);
  assert(U_SUCCESS(status));
  std::int32_t begin = ubrk_first(breaker.get());
  while (words.size() < words_max) {
    const std::int32_t end = ubrk_next(breaker.get());
    if (end == UBRK_DONE) break;
    if (is_word(folded.data(), begin, end)) {
      append_utf8(folded.data() + begin, end - begin, words.open_word());
      words.end_word();
    }
    begin = end;
  }
}

Segmenter::Segmenter() : impl_(std::make_unique<Impl>()) {}
Segmenter::~Segmenter() = default;
Segmenter::Segmenter(Segmenter&&) noexcept = default;

// Of ASCII letters, digits and blanks alone the words are the runs between blanks: no rule of UAX #29 breaks
// between letters and digits, normalisation changes nothing, and folding is lower case.
bool Segmenter::is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_ascii_alphanumeric(c) || c == ' '; });
}

Result<void, SegmentError> Segmenter::cut(std::string_view text, std::size_t words_max, WordList& words) {
  words.clear();
  if (is_plain(text)) {
    cut_plain(text, words_max, words);
    return {};
  }
  if (!impl_->fold(text)) return SegmentError::kInvalidUtf8;
  impl_->cut_folded(words_max, words);
  return {};
}

std::string Segmenter::version() {
  UVersionInfo unicode;
  u_getUnicodeVersion(unicode);
  return "icu-" U_ICU_VERSION "/unicode-" + std::to_string(unicode[0]) + "." + std::to_string(unicode[1]);
}

}  // namespace gavel

#include "api/http/accept.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>

#include "api/http/ascii.h"

namespace gavel {
namespace {

// Takes the text up to the next `mark` off the front, and the mark.
std::string_view take_until(std::string_view& rest, char mark) {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// "0.25" in thousandths: a digit and at most three decimals, at most 1.
std::optional<int> read_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[1] != '.')) return std::nullopt;
  int thousandths = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    if (i == 1) continue;
    const char digit = i < text.size() ? text[i] : '0';
    if (digit < '0' || digit > '9') return std::nullopt;
    thousandths = thousandths * 10 + (digit - '0');
  }
  return thousandths <= 1'000 ? std::optional(thousandths) : std::nullopt;
}

// How exactly a range such as "text/*" names the type; 0 = not at all.
int exactness(std::string_view range, std::string_view type) {
  if (equals_ignoring_case(range, type)) return 3;
  if (range.ends_with("/*") &&
      equals_ignoring_case(range.substr(0, range.size() - 1), type.substr(0, type.find('/') + 1))) {
    return 2;
  }
  return range == "*/*" ? 1 : 0;
}

// What the header says of one type: of the most exact range that names it.
struct Wish {
  int quality = 0;  // in thousandths
  int exactness = 0;
  std::ptrdiff_t earliness = 0;  // the later the range stands, the less
};

Wish wish_for(std::string_view accept, std::string_view type) {
  Wish wish;
  for (std::ptrdiff_t place = 0; !accept.empty(); ++place) {
    std::string_view range = take_until(accept, ',');
    const int exact = exactness(take_until(range, ';'), type);
    std::optional<int> quality = 1'000;
    while (!range.empty()) {
      const std::string_view parameter = take_until(range, ';');
      if (parameter.size() >= 2 && ascii_lower(parameter[0]) == 'q' && parameter[1] == '=') {
        quality = read_quality(parameter.substr(2));
      }
    }
    if (exact > wish.exactness && quality) wish = {*quality, exact, -place};
  }
  return wish;
}

}  // namespace

bool prefers(std::string_view accept, std::string_view type, std::string_view otherwise) {
  const Wish a = wish_for(accept, type);
  const Wish b = wish_for(accept, otherwise);
  return a.quality > 0 &&
         std::tie(a.quality, a.exactness, a.earliness) > std::tie(b.quality, b.exactness, b.earliness);
}

}  // namespace gavel

// What an answer is expected to hold, compared with what it holds.
#pragma once

#include <string>
#include <vector>

#include "tests/support/json_tree.h"

namespace gavel {

// Compares and appends one line to `differences` for each place where `actual` does not hold what `expected`
// asks:
//   - an object holds at least the expected members; an array has the same length and matches item by item;
//   - an integer is matched by that integer only, written as one; a number with a point by any equal number;
//   - an object with a single member whose name begins with `$` is a matcher:
//       {"$any": true}            anything that is there
//       {"$absent": true}         the member is not there
//       {"$optional": x}          the member is not there, or is null, or matches x
//       {"$between": [lo, hi]}    a number, both ends included
//       {"$contains": "text"}     a string in which the text stands
//       {"$size": n}              an array or object of n members
//       {"$unordered": [...]}     an array of as many items, each matched by another item
//       {"$has": [...]}           an array in which each expected item is matched by some item
//       {"$not": x}               there, and does not match x
// `pointer` is where both stand, for the messages.
void match_json(const JsonTree& expected, const JsonTree& actual, const std::string& pointer,
                std::vector<std::string>& differences);

}  // namespace gavel

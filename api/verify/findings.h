// What a verification found: what was looked at, what disagrees, and what could not be compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gavel {

// One of two figures that should be equal, and where it comes from. std::monostate: there is none.
struct Figure {
  std::string_view source;  // a literal: "account", "reports"
  std::variant<std::monostate, std::int64_t, std::string> value;
};

struct Disagreement {
  std::string subject;  // names the thing by its id: "campaign c1"
  std::string field;    // "charged_micros"
  Figure first, second;
};

// All are counted, so many are listed.
inline constexpr std::size_t kDisagreementsListed = 1'000;

// Not thread-safe.
class Findings {
 public:
  // Whether one more would be listed: who must read the disk for a name asks before.
  bool wants_more() const { return listed_.size() < kDisagreementsListed; }
  void add(Disagreement disagreement);
  // Adds a disagreement where the two numbers differ. `subject()` makes its name.
  template <class Subject>
  void compare(const Subject& subject, std::string_view field, std::string_view first_source,
               std::int64_t first, std::string_view second_source, std::int64_t second) {
    if (first == second) return;
    add({wants_more() ? subject() : std::string(),
         std::string(field),
         {first_source, first},
         {second_source, second}});
  }
  void checked(std::string_view what, std::uint64_t count) { checked_.emplace_back(what, count); }
  // One sentence on what could not be compared, and why.
  void skipped(std::string what) { skipped_.push_back(std::move(what)); }

  bool all_agree() const { return disagreements_ == 0; }
  std::uint64_t disagreements() const { return disagreements_; }

  // For a person: a line for each disagreement, what was skipped, and last what was checked.
  std::string text() const;
  // {"ok", "disagreements", "listed": [{"subject", "field", "first": {"source", "value"}, "second"}],
  // "skipped": [...], "checked": {"events": 3, ...}} on one line.
  std::string json() const;

 private:
  std::vector<Disagreement> listed_;
  std::uint64_t disagreements_ = 0;
  std::vector<std::pair<std::string_view, std::uint64_t>> checked_;
  std::vector<std::string> skipped_;
};

}  // namespace gavel

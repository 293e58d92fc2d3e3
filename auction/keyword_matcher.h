// From a query to the ad groups whose keywords match it, and those that a negative keyword removes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auction/catalog.h"
#include "auction/query_cache.h"
#include "auction/segmenter.h"

namespace gavel {

struct GroupMatch {
  AdGroupIx group;
  KeywordIx keyword;      // the best that matches: exact before phrase before broad, then the higher bid, then the lesser
                          // external id; none where only negative keywords matched
  Micros bid;             // that keyword's, or the ad group's where it has none (or where there is none)
  bool negative = false;  // a negative keyword matches: the group is out
};

// Not thread-safe: one a worker; reuses its memory. No allocation in the steady state but what ICU takes to cut Chinese and
// Japanese by its dictionary, where the query is not among the recent ones.
class KeywordMatcher {
 public:
  // The ad groups with at least one enabled, live keyword that matches the query, sorted by group, valid until the next
  // call. A query that is not UTF-8 or has no words matches nothing.
  std::span<const GroupMatch> match(std::string_view query, const Catalog& catalog);

 private:
  // One keyword that matches.
  struct Hit {
    AdGroupIx group;
    bool negative = false;
    MatchType match = MatchType::kBroad;
    Micros bid;  // the keyword's or the ad group's
    KeywordIx keyword;
  };

  bool cut(std::string_view query);
  void find_texts(const Catalog& catalog);
  void add_hits(const TextMatch& text, const Catalog& catalog);
  void best_of_groups(const Catalog& catalog);

  Segmenter segmenter_;
  QueryCache recent_;  // of those that ICU cuts
  WordList words_;
  QueryWords query_;
  std::vector<TextMatch> texts_;
  std::vector<Hit> hits_;
  std::vector<GroupMatch> groups_;
};

}  // namespace gavel

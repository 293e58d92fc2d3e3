// From a query to the ad groups whose keywords match it, best first, and what exactly matches of one of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auction/catalog.h"
#include "auction/group_cursor.h"
#include "auction/query_cache.h"
#include "auction/segmenter.h"
#include "auction/sieve.h"

namespace gavel {

struct GroupMatch {
  AdGroupIx group;
  KeywordIx keyword;      // of the best that match: exact before phrase before broad, then the higher bid; none where
                          // only negative keywords matched
  Micros bid;             // that keyword's, or the ad group's where it has none (or where there is none)
  bool negative = false;  // a negative keyword matches: the group is out
};

// Not thread-safe: one a worker; reuses its memory. No allocation in the steady state but what ICU takes to cut Chinese and
// Japanese by its dictionary, where the query is not among the recent ones.
class KeywordMatcher {
 public:
  // Finds the texts that the query's words match; the other calls are about this query until the next find().
  // A query that is not UTF-8 or has no words matches nothing.
  void find(std::string_view query, const Catalog& catalog);

  // Adds the lists of the ad groups with an enabled keyword that matches and is not negative, and can win with it.
  void list(const Catalog& catalog, GroupCursor& groups) const;

  // What matches of one ad group; none where no enabled, live keyword of it does. Looks at each of its keywords.
  std::optional<GroupMatch> match(AdGroupIx group, const Catalog& catalog) const;
  // The same, where its keywords, or those that sift() leaves of them, and its bid are at hand.
  std::optional<GroupMatch> match(AdGroupIx group, std::span<const GroupKeyword> keywords, Micros group_bid,
                                  const Catalog& catalog) const;
  // Appends all that match, and few others. Reads nothing but `keywords`.
  void sift(std::span<const GroupKeyword> keywords, std::vector<GroupKeyword>& likely) const;

  // Of the keywords as good as match(group)->keyword, the one with the least external id: the one to be named. Which one
  // it is makes no difference to an auction, and reading their names takes long, so only who won is asked for it.
  KeywordIx keyword_to_name(AdGroupIx group, const Catalog& catalog) const;

 private:
  bool cut(std::string_view query);
  const KeywordRow* matching(const GroupKeyword& entry, const Catalog& catalog) const;

  Segmenter segmenter_;
  QueryCache recent_;  // of those that ICU cuts
  WordList words_;
  std::vector<std::string_view> word_views_;
  std::vector<WordId> word_ids_;
  QueryWords query_;
  std::vector<TextMatch> texts_;
  ScratchMap found_;  // text -> its place in texts_
  Sieve sieve_;       // of the texts found: of a group's ten keywords one or two match
};

}  // namespace gavel

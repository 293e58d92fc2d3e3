// A strict reader of the demo marketplace's bulk lines: the contract's fields and bounds, and nothing
// referred to before it was made.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"

namespace gavel {

// What a test wants to know of a keyword.
struct CheckedKeyword {
  std::string ad_group_id, text, match;
  bool negative = false;
};

class BulkChecker {
 public:
  // Reads one line; what is wrong with it is added to `problems` with the line.
  void line(std::string_view text);

  std::vector<std::string> problems;
  std::map<std::string, std::set<std::string>> ids;          // by type
  std::map<std::string, std::map<std::string, int>> fields;  // by type: how often each field was given
  std::vector<CheckedKeyword> keywords;
  std::vector<std::string> titles;
  std::set<std::string> tags;

 private:
  void operation(ObjectReader& operation);
  void body(std::string_view type, ObjectReader& body);
  void festival(ObjectReader& body);
  void placement(ObjectReader& body);
  void advertiser(ObjectReader& body);
  void campaign(ObjectReader& body);
  void campaign_targeting(ObjectReader& body);
  void ad_group(ObjectReader& body);
  void ad(ObjectReader& body);
  void keyword(ObjectReader& body);
  void reference(ObjectReader& body, std::string_view field, const std::string& type);
  void reference_to(const std::string& type, std::string_view id);
  void enumeration(ObjectReader& body, std::string_view field, Need need,
                   std::vector<std::string_view> names);
  void names(ObjectReader& body, std::string_view field, Need need, std::set<std::string>* into);
  void multiplier(ObjectReader& body, std::string_view field, Need need);

  JsonParser parser_;
  std::string_view line_;
};

}  // namespace gavel

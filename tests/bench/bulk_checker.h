// Reads the demo marketplace's bulk lines as the service does, and checks that nothing is referred to before
// it was made.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/resource_reader.h"

namespace gavel {

struct CheckedResource {
  std::string id;
  ResourceDoc doc;
};

class BulkChecker {
 public:
  // Reads one line without its newline. Nothing where it is wrong; what is wrong is added to problems().
  std::optional<CheckedResource> line(std::string_view text);
  // Reads all lines of `text`.
  std::vector<CheckedResource> lines(std::string_view text);

  const std::vector<std::string>& problems() const { return problems_; }
  std::size_t count(ResourceType type) const { return ids_[static_cast<std::size_t>(type)].size(); }

 private:
  void check_references(std::string_view line, const ResourceDoc& doc);
  void check_reference(std::string_view line, ResourceType type, std::string_view id);

  JsonParser parser_;
  std::array<std::set<std::string, std::less<>>, kResourceTypes> ids_;
  std::vector<std::string> problems_;
};

}  // namespace gavel

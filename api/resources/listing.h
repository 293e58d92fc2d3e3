// Pages of a collection, in the order of the index (index_keys.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/resources/registry.h"

namespace gavel {

inline constexpr std::size_t kPageSizeDefault = 100;
inline constexpr std::size_t kPageSizeMax = 1'000;
inline constexpr std::size_t kRowsLookedAtMax = 10'000;  // for one page: a filter may match few
inline constexpr std::size_t kPageBytesMax = 8 * 1024 * 1024;

struct ListQuery {
  ResourceType type = ResourceType::kAdvertiser;
  // Ids of parents at any level above; all of them must be above. Asked only of types that have them.
  std::optional<std::string> advertiser_id, campaign_id, ad_group_id;
  std::optional<bool> enabled;         // by status
  std::optional<std::uint32_t> owner;  // only below this advertiser (an advertiser's key)
  std::size_t page_size = kPageSizeDefault;
  std::string_view page_token;  // empty = the first page
};

enum class ListError : std::uint8_t { kBadToken };

// Appends {"items": [...], "next_page_token": "..." or null}. Items as GET shows them, by where they stand: by advertiser,
// campaign and ad group, each in the order they were first made, then by id. A resource that is neither made nor deleted
// while pages are read is on exactly one of them. A page may be
// short, even empty, and still have a next one. A filter that names nothing matches nothing. kBadToken: it
// was not made for this query. Any thread, no lock.
Result<void, ListError> append_page(std::string& out, const Registry& registry, const ListQuery& query);

}  // namespace gavel

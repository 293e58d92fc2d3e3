// Resources as a verification knows them: who stands below whom, by internal id.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/resources/registry.h"
#include "api/resources/resource_record.h"
#include "budget/ids.h"
#include "budget/store.h"

namespace gavel {

// The ids that an event or a report row names.
struct NamedIds {
  AdvertiserIx advertiser;
  CampaignIx campaign;
  AdGroupIx ad_group;
  AdIx ad;
  KeywordIx keyword;  // none where there was none
  PlacementIx placement;
  FestivalIx festival;  // none where there was none
};

class StoredResources {
 public:
  explicit StoredResources(const Store& store) : store_(store) {}

  void set(ResourceType type, std::uint32_t internal_id, ResourceState state);
  // Whether it was ever made.
  bool contains(ResourceType type, std::uint32_t internal_id) const;
  // A state without parent, owner and life where it was never made.
  ResourceState state(ResourceType type, std::uint32_t internal_id) const;

  // "campaign c1", read from the disk; "campaign #7" where internal id 7 was never made.
  std::string name(ResourceType type, std::uint32_t internal_id) const;
  template <class Ix>
  std::string name(ResourceType type, Ix ix) const {
    return name(type, ix.value);
  }

  // What is wrong with the ids together: the field of the first that was never made or does not stand below
  // the one before it ("ad_id"); empty where nothing is.
  std::string_view wrong_id(const NamedIds& ids) const;

 private:
  struct Entry {
    ResourceState state;
    bool made = false;
  };
  const Store& store_;
  std::array<std::vector<Entry>, kResourceTypes> entries_;
};

}  // namespace gavel

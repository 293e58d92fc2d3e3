// Landing URLs against the ads that they are of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/resources/resource_record.h"
#include "api/verify/stored_resources.h"
#include "api/verify/verify.h"

namespace gavel {

// First every ad is told, by ascending internal id, then all URLs are read once, in the same order. Not thread-safe;
// keeps 16 bytes an ad.
class LandingUrlCheck {
 public:
  LandingUrlCheck(const VerifyContext& context, const StoredResources& resources)
      : context_(context), resources_(resources) {}

  void expect(AdIx ad, const ResourceRecord& record, const AdDoc& doc);
  void run();

 private:
  struct Expected {
    std::uint64_t in_force = 0;  // the last one's hash
    std::uint32_t revisions = 0;
  };
  // A landing URL's key: (ad, revision).
  using Place = std::pair<std::uint32_t, std::uint32_t>;

  void check(std::string_view key, std::string_view url);
  void miss_until(Place end);
  void complain(Place at, Figure kept);

  const VerifyContext& context_;
  const StoredResources& resources_;
  std::vector<Expected> ads_;
  Place next_{0, 1};  // all before were found or complained of
};

}  // namespace gavel

#include "api/verify/check_landing_urls.h"

#include <functional>
#include <optional>

#include "api/json/json_reader.h"
#include "api/resources/transaction.h"

namespace gavel {
namespace {

std::uint64_t hash(std::string_view url) {
  return std::hash<std::string_view>{}(url);
}

}  // namespace

void LandingUrlCheck::expect(AdIx ad, const ResourceRecord& record, const AdDoc& doc) {
  if (ads_.size() <= ad.value) ads_.resize(std::size_t{ad.value} + 1);
  ads_[ad.value] = {hash(doc.landing_url), record.landing_revision};
}

void LandingUrlCheck::run() {
  std::uint64_t rows = 0;
  context_.store.read_through(Family::kLandingUrls, "", "", [&](std::string_view key, std::string_view url) {
    context_.count("landing URLs", rows);
    check(key, url);
    return true;
  });
  miss_until({static_cast<std::uint32_t>(ads_.size()), 1});
  context_.findings.checked("landing URLs", rows);
}

void LandingUrlCheck::check(std::string_view key, std::string_view url) {
  const Place at{decode_internal_id(key.substr(0, 4)), decode_internal_id(key.substr(4))};
  miss_until(at);
  if (!resources_.contains(ResourceType::kAd, at.first)) {
    context_.findings.add({resources_.name(ResourceType::kAd, at.first),
                           "landing_url " + std::to_string(at.second),
                           {"landing URLs", std::string(url)},
                           {"resources", {}}});
    return;
  }
  const Expected& ad = ads_[at.first];
  if (at.second == ad.revisions && hash(url) != ad.in_force) complain(at, {"landing URLs", std::string(url)});
  next_ = {at.first, at.second + 1};
}

// Complains of all that should have come before.
void LandingUrlCheck::miss_until(Place end) {
  while (next_ < end && next_.first < ads_.size()) {
    if (next_.second > ads_[next_.first].revisions) {
      next_ = {next_.first + 1, 1};
    } else {
      complain(next_, {"landing URLs", {}});
      ++next_.second;
    }
  }
}

void LandingUrlCheck::complain(Place at, Figure kept) {
  const auto& [ad, revision] = at;
  Figure wanted{"record", "a URL of that time"};
  if (revision == ads_[ad].revisions) {
    const auto bytes = context_.store.get(Family::kResources, resource_key(ResourceType::kAd, ad));
    const auto record = bytes ? decode_record(*bytes) : std::nullopt;
    JsonParser parser;
    const auto doc = record ? read_stored(parser, ResourceType::kAd, *record) : std::nullopt;
    if (doc) wanted.value = std::get<AdDoc>(*doc).landing_url;
  }
  context_.findings.add({resources_.name(ResourceType::kAd, ad), "landing_url " + std::to_string(revision),
                         std::move(wanted), std::move(kept)});
}

}  // namespace gavel

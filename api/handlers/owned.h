// What a path names and its caller may see.
#pragma once

#include <optional>

#include "api/http/request.h"
#include "api/http/response.h"
#include "auction/catalog.h"

namespace gavel {

// The live advertiser or campaign of the path's {id}, where the caller may see it; none, answered with 404, where there
// is no such: another's looks like none.
std::optional<AdvertiserIx> find_advertiser(const Request& request, const Catalog& catalog, ResponseWriter& writer);
std::optional<CampaignIx> find_campaign(const Request& request, const Catalog& catalog, ResponseWriter& writer);

}  // namespace gavel

// The demo marketplace as operations for POST /v1/bulk: one line of NDJSON a resource, fields at their
// defaults left out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "auction/resources.h"
#include "bench/marketplace/marketplace.h"

namespace gavel {

// Each appends one "put" with its newline.
void append_bulk_line(std::string& out, const Named<FestivalDoc>& festival);
void append_bulk_line(std::string& out, const Named<PlacementDoc>& placement);
void append_bulk_line(std::string& out, const Named<AdvertiserDoc>& advertiser);
void append_bulk_line(std::string& out, const Named<CampaignDoc>& campaign);
void append_bulk_line(std::string& out, const Named<AdGroupDoc>& ad_group);
void append_bulk_line(std::string& out, const Named<AdDoc>& ad);
void append_bulk_line(std::string& out, const Named<KeywordDoc>& keyword);

// Takes whole lines; false stops the writing.
using LineSink = std::function<bool(std::string_view lines, std::uint64_t rows)>;

// Gives the whole marketplace to `sink`, some tens of kilobytes at a time, in such order that each line
// refers only to lines before it. False if the sink stopped it. Memory does not grow with the marketplace.
bool write_marketplace(const Marketplace& marketplace, const LineSink& sink);

}  // namespace gavel

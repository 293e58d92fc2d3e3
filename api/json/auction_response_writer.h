// The answer of POST /v1/auctions as JSON.
#pragma once

#include <string>

#include "api/tokens/token_sealer.h"
#include "auction/catalog.h"
#include "auction/request.h"
#include "auction/result.h"

namespace gavel {

// Appends the answer to `out`: one entry an auction of the request, in order, with a fresh token sealed for
// each winner. Requires the catalog that the result was made with. Allocates only to grow `out`.
void write_auction_response(const AuctionRequest& request, const AuctionResult& result,
                            const Catalog& catalog, TokenSealer& sealer, std::string& out);

}  // namespace gavel

// The last stage: what the shown ads are expected to cost is held in their accounts, all of it or nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "auction/auction.h"
#include "auction/candidate.h"

namespace gavel {

// Holds the expected charge of every shown ad at its price; nothing is returned when all fit. Otherwise
// nothing stays held, and the place of the first ad whose hold failed is returned: it is no longer admitted,
// its reason being the limit that it met.
std::optional<std::size_t> hold_all(std::span<Candidate* const> shown, std::span<const Micros> prices,
                                    Day today, const AuctionContext& context);

// Enters the hold that hold_all() made for `ad` in the worker's book, until the hold's time or the token's is
// over; gives the winner's token id.
TokenId place_hold(const Candidate& ad, Micros price, const AuctionContext& context);

}  // namespace gavel

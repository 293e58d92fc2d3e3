// POST /yardstick: what HTTP alone costs, for benchmarks to hold auctions against.
#pragma once

#include <cstddef>

#include "api/http/router.h"

namespace gavel {

// Answers every body with the same JSON string of `bytes` bytes (at least 2), on the worker that read the request, by
// the same way that an auction's answer takes. Only where the configuration asks for it.
void add_yardstick_route(Router& router, std::size_t bytes);

}  // namespace gavel

// Recorded events against themselves and against the report rows they were counted in.
#pragma once

#include "api/verify/kept_events.h"
#include "api/verify/money_sums.h"
#include "api/verify/stored_resources.h"
#include "api/verify/verify.h"

namespace gavel {

// How many report rows are held at a time: all events are read once for that many.
inline constexpr std::size_t kReportRowsPerPass = 4'000'000;

// Adds every row and every event to `sums`.
void check_events(const VerifyContext& context, const StoredResources& resources, const KeptEvents& kept,
                  MoneySums& sums, std::size_t rows_per_pass = kReportRowsPerPass);

}  // namespace gavel

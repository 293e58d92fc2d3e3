// Accounts against what report rows, events and deposits add up to.
#pragma once

#include "api/verify/kept_events.h"
#include "api/verify/money_sums.h"
#include "api/verify/stored_resources.h"
#include "api/verify/verify.h"

namespace gavel {

void check_accounts(const VerifyContext& context, const StoredResources& resources, const KeptEvents& kept,
                    const MoneySums& sums);

}  // namespace gavel

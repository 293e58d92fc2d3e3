// Resources against what is kept beside them: their index, the log of changes, the landing URLs.
#pragma once

#include "api/verify/stored_resources.h"
#include "api/verify/verify.h"

namespace gavel {

// Reads every resource, deleted ones too, into `resources` and compares.
void check_resources(const VerifyContext& context, StoredResources& resources);

}  // namespace gavel

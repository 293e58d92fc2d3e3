// The HTTP routes of resources: /v1/{advertisers,...}[/{id}], /v1/bulk and /v1/changes.
#pragma once

#include <string>

#include "api/http/router.h"
#include "api/resources/executor.h"
#include "api/resources/registry.h"

namespace gavel {

struct ResourceServices {
  Registry& registry;
  Executor& executor;           // writes, lists and imports run there
  std::string spool_directory;  // for answers of bulk imports; must exist
};

// What `services` refers to must outlive the router, and the executor must be stopped before the router ends.
void add_resource_routes(Router& router, const ResourceServices& services);

}  // namespace gavel

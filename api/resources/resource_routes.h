// The HTTP routes of resources: /v1/{advertisers,...}[/{id}], /v1/bulk and /v1/changes.
#pragma once

#include <string>

#include "api/http/router.h"
#include "api/resources/executor.h"
#include "api/resources/registry.h"

namespace gavel {

struct ResourceServices {
  Registry& registry;
  Executor& executor;                        // writes, lists and imports run there
  std::string spool_directory;               // for what bulk imports keep; must exist
  std::size_t body_bytes_max = 1024 * 1024;  // of a PUT: a bulk line takes as much, and its envelope
};

// What `services` refers to must outlive the router, and the executor must be stopped before the router ends.
void add_resource_routes(Router& router, const ResourceServices& services);

}  // namespace gavel

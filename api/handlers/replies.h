// Answers that several handlers give.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/http/request.h"
#include "api/http/response.h"

namespace gavel {

// A writer that a std::function, which must be copyable, can carry to the thread that answers.
using SharedWriter = std::shared_ptr<ResponseWriter>;
inline SharedWriter share(ResponseWriter writer) {
  return std::make_shared<ResponseWriter>(std::move(writer));
}

// 503 with Retry-After: what was asked is fine and may be asked again.
inline void send_unavailable(ResponseWriter& writer, std::string_view detail) {
  writer.header("Retry-After", "1");
  writer.send_problem(503, detail);
}

// Whether the caller may see what belongs to this advertiser.
inline bool may_see(const Request& request, std::string_view advertiser_id) {
  const Principal* const principal = request.principal;
  return principal == nullptr || principal->role != Role::kAdvertiser ||
         principal->advertiser_id == advertiser_id;
}

}  // namespace gavel

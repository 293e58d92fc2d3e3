// From the head of a request to its route: everything that can be refused before the body is looked at.
#pragma once

#include <optional>
#include <string_view>

#include "api/auth.h"
#include "api/http/request.h"
#include "api/http/request_reader.h"
#include "api/http/response.h"
#include "api/http/router.h"

namespace gavel {

struct Admission {
  const Route* route = nullptr;       // null where none was found
  std::optional<Response> rejection;  // what to answer instead of calling the handler
};

// Fills `request` from the head, but for the members that tell of the connection. Refused are, in this order:
// unknown methods (501), malformed targets (400), unknown paths (404), wrong methods (405), no or a wrong key
// (401), the wrong role (403), the wrong media type of a body (415; a body without a Content-Type is taken
// for the right one), an If-Match or If-None-Match of nothing (400), and malformed, repeated or unknown query
// parameters (400). Allocates nothing on the way
// to a handler once the request's strings have grown.
Admission admit(const RequestReader::Header& header, const Router& router, const Authenticator& authenticator,
                Request& request);

}  // namespace gavel

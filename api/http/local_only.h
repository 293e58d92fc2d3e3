// What guards a server that asks for no key: it listens on loopback only, but every web page that is open in
// a browser on the same machine can send requests there. A page gives itself away by its Origin, or, where
// its name was made to resolve to 127.0.0.1 (DNS rebinding), by the Host.
#pragma once

#include <string_view>

#include "api/http/request_reader.h"

namespace gavel {

bool is_ipv4(std::string_view host);
bool is_ipv6(std::string_view host);  // without brackets
// A numeric loopback address (of version 6 without brackets), or localhost.
bool is_loopback(std::string_view host);

// Why the request is refused: its Host is no loopback one, or its Origin another than its Host. Empty where
// it may go on. A request without a Host (HTTP/1.0) or an Origin comes from no page.
std::string_view foreign_reason(const RequestReader::Header& header);

}  // namespace gavel

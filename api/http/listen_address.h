// Where the server listens, as the configuration writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gavel {

// "HOST:PORT" with a numeric IPv4 address, an IPv6 one in brackets, or localhost.
struct ListenAddress {
  std::string host;  // without brackets
  std::uint16_t port = 0;
  bool loopback = false;
};
std::optional<ListenAddress> parse_listen(std::string_view listen);
// The text again: what parse_listen() reads and a URL may hold.
std::string format_listen(std::string_view host, std::uint16_t port);

}  // namespace gavel

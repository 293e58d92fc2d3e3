// Where the tools connect: this machine and no other.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

namespace gavel {

struct LoopbackAddress {
  sockaddr_storage address{};
  socklen_t length = 0;
  std::string host;  // "127.0.0.1:8080": for the Host header
};

// Reads "http://127.0.0.1:8080", with or without scheme and last slash; "localhost" stands for 127.0.0.1, and
// IPv6 is
// "[::1]:8080". Nothing where the text is none of these or the address is not a loopback one: these tools
// make load, and other people's servers are not to be loaded.
std::optional<LoopbackAddress> parse_loopback(std::string_view url);

// A connected TCP socket without Nagle's delay; -1 where the connection fails, errno says why. The caller
// closes it.
int connect_loopback(const LoopbackAddress& to);

}  // namespace gavel

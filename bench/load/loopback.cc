#include "bench/load/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace gavel {

std::optional<LoopbackAddress> parse_loopback(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with(kScheme)) url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t colon = url.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::uint16_t port = 0;
  const char* const end = url.data() + url.size();
  const auto [rest, error] = std::from_chars(url.data() + colon + 1, end, port);
  if (error != std::errc{} || rest != end || port == 0) return std::nullopt;

  std::string host(url.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  LoopbackAddress found;
  found.host = host + ":" + std::to_string(port);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    if ((ntohl(v4.sin_addr.s_addr) >> 24) != 127) return std::nullopt;
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&found.address, &v4, sizeof v4);
    found.length = sizeof v4;
    return found;
  }
  if (host != "[::1]") return std::nullopt;
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_port = htons(port);
  std::memcpy(&found.address, &v6, sizeof v6);
  found.length = sizeof v6;
  return found;
}

int connect_loopback(const LoopbackAddress& to) {
  const int fd = socket(to.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      connect(fd, reinterpret_cast<const sockaddr*>(&to.address), to.length) != 0) {
    const int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

}  // namespace gavel

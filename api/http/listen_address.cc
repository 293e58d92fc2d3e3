#include "api/http/listen_address.h"

#include <charconv>

#include "api/http/local_only.h"

namespace gavel {

std::optional<ListenAddress> parse_listen(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  ListenAddress address;
  const std::string_view port = listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;

  const std::string_view host = listen.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  address.host = bracketed ? host.substr(1, host.size() - 2) : host;
  if (!(bracketed ? is_ipv6(address.host) : address.host == "localhost" || is_ipv4(address.host))) {
    return std::nullopt;
  }
  address.loopback = is_loopback(address.host);
  return address;
}

std::string format_listen(std::string_view host, std::uint16_t port) {
  const bool bracketed = host.find(':') != std::string_view::npos;
  std::string text = bracketed ? "[" + std::string(host) + "]" : std::string(host);
  return text + ":" + std::to_string(port);
}

}  // namespace gavel

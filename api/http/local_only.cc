#include "api/http/local_only.h"

#include <arpa/inet.h>

#include <string>

#include "api/http/ascii.h"

namespace gavel {
namespace {

// "::1" of "[::1]:8080", "localhost" of "localhost:8080".
std::string_view without_port(std::string_view authority) {
  if (!authority.starts_with('[')) return authority.substr(0, authority.find(':'));
  const std::size_t end = authority.find(']');
  return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
}

// "localhost:8080" of "http://localhost:8080"; empty for an opaque origin ("null").
std::string_view authority_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

bool is_ipv4(std::string_view host) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

bool is_ipv6(std::string_view host) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

bool is_loopback(std::string_view host) {
  if (equals_ignoring_case(host, "localhost")) return true;
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) != 0 || (IN6_IS_ADDR_V4MAPPED(&v6) != 0 && v6.s6_addr[12] == 127);
}

std::string_view foreign_reason(const RequestReader::Header& header) {
  if (!header.host.empty() && !is_loopback(without_port(header.host))) {
    return "without api keys only requests to localhost or a loopback address are served: see Host";
  }
  if (!header.origin.empty() && !equals_ignoring_case(authority_of(header.origin), header.host)) {
    return "without api keys requests of other web pages are not served: see Origin";
  }
  return {};
}

}  // namespace gavel

#include "api/http/etag.h"

#include <sodium.h>

#include "api/json/json_writer.h"

namespace gavel {

std::string revision_etag(std::uint32_t revision) {
  std::string etag = "\"";
  append_unsigned(etag, revision);
  etag += '"';
  return etag;
}

std::string content_etag(std::string_view text) {
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return '"' + std::string(hex) + '"';
}

namespace {

void skip_spaces_and_commas(std::string_view& text) {
  const std::size_t end = text.find_first_not_of(" \t,");
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
}

}  // namespace

bool names_etag(std::string_view header, std::string_view etag, EtagComparison comparison) {
  std::string_view rest = header;
  for (skip_spaces_and_commas(rest); !rest.empty(); skip_spaces_and_commas(rest)) {
    if (rest.starts_with('*')) return true;
    const bool weak = rest.starts_with("W/");
    if (weak) rest.remove_prefix(2);
    const std::size_t end = rest.find('"', 1);
    if (!rest.starts_with('"') || end == std::string_view::npos) return false;
    if (rest.substr(0, end + 1) == etag && (!weak || comparison == EtagComparison::kWeak)) return true;
    rest.remove_prefix(end + 1);
  }
  return false;
}

bool preconditions_hold(std::string_view if_match, std::string_view if_none_match, std::string_view etag) {
  const bool exists = !etag.empty();
  if (!if_match.empty() && !(exists && names_etag(if_match, etag, EtagComparison::kStrong))) return false;
  return if_none_match.empty() || !exists || !names_etag(if_none_match, etag, EtagComparison::kWeak);
}

}  // namespace gavel

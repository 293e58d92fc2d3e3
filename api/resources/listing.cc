#include "api/resources/listing.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/json/json_writer.h"
#include "api/resources/index_keys.h"

namespace gavel {

namespace {

// A token is a hash of the query it goes on with, then the rest of the last key that was looked at, after the list's prefix.
constexpr std::size_t kFingerprintBytes = crypto_shorthash_BYTES;
constexpr std::string_view kLayout = "place/";  // of the keys, so that tokens of another are none

// How many ancestors ancestry_of() gives.
std::size_t depth_asked(const ListQuery& query) {
  if (query.ad_group_id) return depth_of(ResourceType::kAdGroup) + 1;
  if (query.campaign_id) return depth_of(ResourceType::kCampaign) + 1;
  return query.advertiser_id || (query.owner && depth_of(query.type) > 0) ? 1 : 0;
}

std::string fingerprint(const ListQuery& query) {
  std::string text(kLayout);
  text += type_name(query.type);
  for (const auto* id : {&query.advertiser_id, &query.campaign_id, &query.ad_group_id}) {
    text += '/';
    if (*id) text += **id;
  }
  text += query.enabled ? (*query.enabled ? "/+" : "/-") : "/";
  text += std::to_string(depth_asked(query));  // what a key's rest begins with
  constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES>
      kKey{};  // no secret: it only tells queries apart
  std::string hash(kFingerprintBytes, '\0');
  crypto_shorthash(reinterpret_cast<unsigned char*>(hash.data()),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), kKey.data());
  return hash;
}

constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string make_token(const std::string& print, std::string_view last) {
  const std::string plain = print + std::string(last);
  std::string token(sodium_base64_encoded_len(plain.size(), kBase64), '\0');
  sodium_bin2base64(token.data(), token.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                    plain.size(), kBase64);
  token.pop_back();  // the terminating zero
  return token;
}

// The rest of a key with an external id at `id_at`.
std::optional<std::string> read_token(std::string_view token, const std::string& print, std::size_t id_at) {
  std::array<char, kFingerprintBytes + Ancestry::kBytesMax + kIdBytesMax> plain{};
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), token.data(),
                        token.size(), nullptr, &size, &end, kBase64) != 0 ||
      end != token.data() + token.size()) {
    return std::nullopt;
  }
  std::string_view text(plain.data(), size);
  if (!text.starts_with(print)) return std::nullopt;
  text.remove_prefix(print.size());
  if (text.size() < id_at || !is_id(text.substr(id_at))) return std::nullopt;
  return std::string(text);
}

// What stands above everything that the query asks for, as far down as its filters say. Nothing where one of these was never
// made or is deleted, or where they do not stand below each other.
std::optional<Ancestry> ancestry_of(const Registry& registry, const ListQuery& query) {
  Ancestry ancestry;
  // From the lowest up; the first one says what stands above it.
  for (const auto& [type, id] : {std::pair{ResourceType::kAdGroup, &query.ad_group_id},
                                 {ResourceType::kCampaign, &query.campaign_id},
                                 {ResourceType::kAdvertiser, &query.advertiser_id}}) {
    if (!*id) continue;
    const std::size_t level = depth_of(type);
    const std::uint32_t internal_id = registry.symbols().of(type).find(**id);
    if (ancestry.depth() == 0) {
      const auto record = internal_id == Interner::kAbsent ? std::nullopt : registry.get(type, internal_id);
      if (!record) return std::nullopt;
      if (level > 0) ancestry.add(record->owner);
      if (level > 1) ancestry.add(record->parent);
      ancestry.add(internal_id);
    } else if (ancestry[level] != internal_id) {
      return std::nullopt;
    }
  }
  if (query.owner && depth_of(query.type) > 0) {
    if (ancestry.depth() == 0) ancestry.add(*query.owner);
    if (ancestry[0] != *query.owner) return std::nullopt;
  }
  return ancestry;
}

// The external id; empty, which no advertiser has, where it was never made.
std::string own_id(const Registry& registry, std::uint32_t owner) {
  return owner == kNoInternalId ? std::string() : std::string(registry.symbols().of(ResourceType::kAdvertiser).at(owner));
}

class PageWriter {
 public:
  PageWriter(std::string& out, const Registry& registry, const ListQuery& query)
      : out_(out), registry_(registry), query_(query), begin_(out.size()) {}

  // `rest`: of the key, after the list's prefix. Returns false where the page is full.
  bool visit(std::string_view rest, std::uint32_t internal_id) {
    if (items_ >= query_.page_size || looked_at_ >= kRowsLookedAtMax ||
        out_.size() - begin_ >= kPageBytesMax) {
      more_ = true;
      return false;
    }
    ++looked_at_;
    last_ = rest;
    const auto record = registry_.get(query_.type, internal_id);
    if (!record || (query_.enabled && record->enabled != *query_.enabled)) return true;
    if (items_++ > 0) out_ += ',';
    append_shown(out_, *record);
    return true;
  }
  bool more() const { return more_; }
  const std::string& last() const { return last_; }

 private:
  std::string& out_;
  const Registry& registry_;
  const ListQuery& query_;
  const std::size_t begin_;
  std::size_t items_ = 0, looked_at_ = 0;
  bool more_ = false;
  std::string last_;
};

}  // namespace

Result<void, ListError> append_page(std::string& out, const Registry& registry, const ListQuery& query) {
  const std::string print = fingerprint(query);
  std::string after;
  if (!query.page_token.empty()) {
    const std::size_t below = depth_of(query.type) - depth_asked(query);
    auto read = read_token(query.page_token, print, below * sizeof(std::uint32_t));
    if (!read) return ListError::kBadToken;
    after = std::move(*read);
  }
  std::string token;
  out += "{\"items\":[";
  if (const auto ancestry = ancestry_of(registry, query)) {
    const std::string prefix = place_prefix(query.type, *ancestry);
    PageWriter page(out, registry, query);
    // The next key after one: itself and a zero byte.
    std::string begin = after.empty() ? prefix : prefix + after + '\0';
    std::string end = prefix_end(prefix);
    if (query.type == ResourceType::kAdvertiser && query.owner) {
      // An advertiser's key sees one row, which need not be looked for among all.
      const std::string own = prefix + own_id(registry, *query.owner);
      begin = std::max(begin, own);
      end = own + '\0';
    }
    const auto visit = [&](std::string_view key, std::string_view value) {
      return page.visit(key.substr(prefix.size()), decode_internal_id(value));
    };
    if (begin < end) registry.store().scan(Family::kChildren, begin, end, visit);
    if (page.more()) token = make_token(print, page.last());
  }
  out += "],\"next_page_token\":";
  if (token.empty()) {
    out += "null}";
  } else {
    append_json_string(out, token);
    out += '}';
  }
  return {};
}

}  // namespace gavel

#include "api/resources/listing.h"

#include <sodium.h>

#include <array>

#include "api/json/json_writer.h"

namespace gavel {

namespace {

// A token is a hash of the query it goes on with, then the last id that was looked at.
constexpr std::size_t kFingerprintBytes = crypto_shorthash_BYTES;

std::string fingerprint(const ListQuery& query) {
  std::string text(type_name(query.type));
  for (const auto* id : {&query.advertiser_id, &query.campaign_id, &query.ad_group_id}) {
    text += '/';
    if (*id) text += **id;
  }
  text += query.enabled ? (*query.enabled ? "/+" : "/-") : "/";
  constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES>
      kKey{};  // no secret: it only tells queries apart
  std::string hash(kFingerprintBytes, '\0');
  crypto_shorthash(reinterpret_cast<unsigned char*>(hash.data()),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), kKey.data());
  return hash;
}

constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string make_token(const std::string& print, std::string_view last_id) {
  const std::string plain = print + std::string(last_id);
  std::string token(sodium_base64_encoded_len(plain.size(), kBase64), '\0');
  sodium_bin2base64(token.data(), token.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                    plain.size(), kBase64);
  token.pop_back();  // the terminating zero
  return token;
}

std::optional<std::string> read_token(std::string_view token, const std::string& print) {
  std::array<char, kFingerprintBytes + kIdBytesMax> plain{};
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), token.data(),
                        token.size(), nullptr, &size, &end, kBase64) != 0 ||
      end != token.data() + token.size()) {
    return std::nullopt;
  }
  const std::string_view text(plain.data(), size);
  if (!text.starts_with(print) || !is_id(text.substr(print.size()))) return std::nullopt;
  return std::string(text.substr(print.size()));
}

struct Ancestor {
  ResourceType type;
  std::uint32_t internal_id;
};

// The ancestors that the query asks for, lowest first; nothing where one of them was never made.
std::optional<std::vector<Ancestor>> ancestors_of(const Registry& registry, const ListQuery& query) {
  std::vector<Ancestor> ancestors;
  const auto add = [&](ResourceType type, const std::optional<std::string>& id) {
    if (!id) return true;
    const std::uint32_t found = registry.symbols().of(type).find(*id);
    ancestors.push_back({type, found});
    return found != Interner::kAbsent;
  };
  if (!add(ResourceType::kAdGroup, query.ad_group_id) || !add(ResourceType::kCampaign, query.campaign_id) ||
      !add(ResourceType::kAdvertiser, query.advertiser_id)) {
    return std::nullopt;
  }
  if (query.owner && query.type != ResourceType::kPlacement && query.type != ResourceType::kFestival) {
    ancestors.push_back({ResourceType::kAdvertiser, *query.owner});
  }
  return ancestors;
}

// Whether the resource stands below all of them, by the index.
bool stands_below(const Registry& registry, ResourceType type, std::string_view id, std::uint32_t internal_id,
                  const std::vector<Ancestor>& ancestors) {
  for (const Ancestor& ancestor : ancestors) {
    if (type == ResourceType::kAdvertiser) {
      if (internal_id != ancestor.internal_id) return false;
    } else if (!registry.store().get(Family::kChildren,
                                     child_key(type, ancestor.type, ancestor.internal_id, id))) {
      return false;
    }
  }
  return true;
}

// The external id; empty, which no advertiser has, where it was never made.
std::string own_id(const Registry& registry, std::uint32_t owner) {
  return owner == kNoInternalId ? std::string() : std::string(registry.symbols().of(ResourceType::kAdvertiser).at(owner));
}

class PageWriter {
 public:
  PageWriter(std::string& out, const Registry& registry, const ListQuery& query,
             std::vector<Ancestor> ancestors)
      : out_(out), registry_(registry), query_(query), ancestors_(std::move(ancestors)), begin_(out.size()) {}

  // Returns false where the page is full.
  bool visit(std::string_view id, std::uint32_t internal_id) {
    if (items_ >= query_.page_size || looked_at_ >= kRowsLookedAtMax ||
        out_.size() - begin_ >= kPageBytesMax) {
      more_ = true;
      return false;
    }
    ++looked_at_;
    last_id_ = id;
    if (!stands_below(registry_, query_.type, id, internal_id, ancestors_)) return true;
    const auto record = registry_.get(query_.type, internal_id);
    if (!record || (query_.enabled && record->enabled != *query_.enabled)) return true;
    if (items_++ > 0) out_ += ',';
    append_shown(out_, *record);
    return true;
  }
  bool more() const { return more_; }
  const std::string& last_id() const { return last_id_; }

 private:
  std::string& out_;
  const Registry& registry_;
  const ListQuery& query_;
  const std::vector<Ancestor> ancestors_;
  const std::size_t begin_;
  std::size_t items_ = 0, looked_at_ = 0;
  bool more_ = false;
  std::string last_id_;
};

}  // namespace

Result<void, ListError> append_page(std::string& out, const Registry& registry, const ListQuery& query) {
  const std::string print = fingerprint(query);
  std::string after;
  if (!query.page_token.empty()) {
    auto read = read_token(query.page_token, print);
    if (!read) return ListError::kBadToken;
    after = std::move(*read);
  }
  std::string token;
  out += "{\"items\":[";
  if (auto ancestors = ancestors_of(registry, query)) {
    // Walk the list of the lowest ancestor; the others are looked up for each row.
    std::string prefix = child_key_prefix(query.type);
    if (!ancestors->empty() && query.type != ResourceType::kAdvertiser) {
      prefix = child_key_prefix(query.type, ancestors->front().type, ancestors->front().internal_id);
      ancestors->erase(ancestors->begin());
    }
    PageWriter page(out, registry, query, std::move(*ancestors));
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
    if (page.more()) token = make_token(print, page.last_id());
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

#include "api/resources/resource_record.h"

#include "api/json/json_writer.h"

namespace gavel {

namespace {

constexpr unsigned char kRecordVersion = 1;
constexpr char kNoParent = '\xFF';

constexpr unsigned char kDeletedFlag = 1;
constexpr unsigned char kEnabledFlag = 2;

void put_be(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

std::uint64_t get_be(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void put_text(std::string& out, std::string_view text) {
  put_be(out, text.size(), 4);
  out += text;
}

// Takes bytes from the front; a short read leaves ok false and gives zeros.
struct Reader {
  std::string_view rest;
  bool ok = true;

  std::string_view bytes(std::size_t count) {
    if (rest.size() < count) {
      ok = false;
      return {};
    }
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  std::uint64_t number(std::size_t size) { return get_be(bytes(size)); }
  std::uint32_t number32() { return static_cast<std::uint32_t>(number(4)); }
  std::string text() { return std::string(bytes(number(4))); }
};

std::string type_byte(ResourceType type) {
  return std::string(1, static_cast<char>(type));
}

}  // namespace

// Version, flags, created_at, updated_at (micros, 8 bytes each), revision, landing revision, parent, owner (4
// each), last change (8), then id, json and the words, each with its length (4) before it.
std::string encode_record(const ResourceRecord& record) {
  std::string out;
  out.reserve(64 + record.id.size() + record.json.size());
  out += static_cast<char>(kRecordVersion);
  out += static_cast<char>((record.deleted ? kDeletedFlag : 0) | (record.enabled ? kEnabledFlag : 0));
  put_be(out, static_cast<std::uint64_t>(to_micros(record.created_at)), 8);
  put_be(out, static_cast<std::uint64_t>(to_micros(record.updated_at)), 8);
  for (const std::uint32_t n : {record.revision, record.landing_revision, record.parent, record.owner}) {
    put_be(out, n, 4);
  }
  put_be(out, record.last_change, 8);
  put_text(out, record.id);
  put_text(out, record.json);
  put_be(out, record.words.size(), 4);
  for (const std::string& word : record.words) put_text(out, word);
  return out;
}

std::optional<ResourceRecord> decode_record(std::string_view bytes) {
  Reader in{bytes};
  if (in.number(1) != kRecordVersion) return std::nullopt;
  ResourceRecord record;
  const std::uint64_t flags = in.number(1);
  record.deleted = (flags & kDeletedFlag) != 0;
  record.enabled = (flags & kEnabledFlag) != 0;
  record.created_at = from_micros(static_cast<std::int64_t>(in.number(8)));
  record.updated_at = from_micros(static_cast<std::int64_t>(in.number(8)));
  record.revision = in.number32();
  record.landing_revision = in.number32();
  record.parent = in.number32();
  record.owner = in.number32();
  record.last_change = in.number(8);
  record.id = in.text();
  record.json = in.text();
  const std::uint32_t words = in.number32();
  for (std::uint32_t i = 0; in.ok && i < words; ++i) record.words.push_back(in.text());
  if (!in.ok || !in.rest.empty() || record.json.size() < 2) return std::nullopt;
  return record;
}

void append_shown(std::string& out, const ResourceRecord& record) {
  out += "{\"id\":";
  append_json_string(out, record.id);
  out += ",\"created_at\":\"";
  append_timestamp(out, record.created_at);
  out += "\",\"updated_at\":\"";
  append_timestamp(out, record.updated_at);
  out += "\",";
  out += std::string_view(record.json).substr(1);
}

std::string resource_key(ResourceType type, std::uint32_t internal_id) {
  std::string key = type_byte(type);
  put_be(key, internal_id, 4);
  return key;
}
std::string resource_key_prefix(ResourceType type) {
  return type_byte(type);
}
std::uint32_t internal_id_of_key(std::string_view key) {
  return static_cast<std::uint32_t>(get_be(key.substr(1)));
}

std::string child_key_prefix(ResourceType child, ResourceType parent, std::uint32_t parent_id) {
  std::string key = type_byte(child) + type_byte(parent);
  put_be(key, parent_id, 4);
  return key;
}
std::string child_key_prefix(ResourceType child) {
  return type_byte(child) + kNoParent;
}
std::string child_key(ResourceType child, ResourceType parent, std::uint32_t parent_id, std::string_view id) {
  return child_key_prefix(child, parent, parent_id).append(id);
}
std::string child_key(ResourceType child, std::string_view id) {
  return child_key_prefix(child).append(id);
}

std::string encode_internal_id(std::uint32_t internal_id) {
  std::string bytes;
  put_be(bytes, internal_id, 4);
  return bytes;
}
std::uint32_t decode_internal_id(std::string_view bytes) {
  return static_cast<std::uint32_t>(get_be(bytes));
}

std::string change_key(std::uint64_t sequence) {
  std::string key;
  put_be(key, sequence, 8);
  return key;
}
std::uint64_t sequence_of_key(std::string_view key) {
  return get_be(key);
}

std::string landing_url_key(AdIx ad, std::uint32_t landing_revision) {
  std::string key;
  put_be(key, ad.value, 4);
  put_be(key, landing_revision, 4);
  return key;
}

}  // namespace gavel

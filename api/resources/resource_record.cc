#include "api/resources/resource_record.h"

#include "api/json/json_writer.h"
#include "budget/big_endian.h"

namespace gavel {

namespace {

constexpr unsigned char kRecordVersion = 1;

constexpr unsigned char kDeletedFlag = 1;
constexpr unsigned char kEnabledFlag = 2;

void put_text(std::string& out, std::string_view text) {
  append_big_endian(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string get_text(BigEndianReader& in) {
  return std::string(in.read_bytes(in.read<std::uint32_t>()));
}

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
  append_big_endian(out, to_micros(record.created_at));
  append_big_endian(out, to_micros(record.updated_at));
  for (const std::uint32_t n : {record.revision, record.landing_revision, record.parent, record.owner}) {
    append_big_endian(out, n);
  }
  append_big_endian(out, record.last_change);
  put_text(out, record.id);
  put_text(out, record.json);
  append_big_endian(out, static_cast<std::uint32_t>(record.words.size()));
  for (const std::string& word : record.words) put_text(out, word);
  return out;
}

std::optional<ResourceRecord> decode_record(std::string_view bytes) {
  BigEndianReader in(bytes);
  if (in.read<std::uint8_t>() != kRecordVersion) return std::nullopt;
  ResourceRecord record;
  const auto flags = in.read<std::uint8_t>();
  record.deleted = (flags & kDeletedFlag) != 0;
  record.enabled = (flags & kEnabledFlag) != 0;
  record.created_at = from_micros(in.read<std::int64_t>());
  record.updated_at = from_micros(in.read<std::int64_t>());
  record.revision = in.read<std::uint32_t>();
  record.landing_revision = in.read<std::uint32_t>();
  record.parent = in.read<std::uint32_t>();
  record.owner = in.read<std::uint32_t>();
  record.last_change = in.read<std::uint64_t>();
  record.id = get_text(in);
  record.json = get_text(in);
  const auto words = in.read<std::uint32_t>();
  for (std::uint32_t i = 0; !in.failed() && i < words; ++i) record.words.push_back(get_text(in));
  if (!in.complete() || record.json.size() < 2) return std::nullopt;
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
  append_big_endian(key, internal_id);
  return key;
}
std::string resource_key_prefix(ResourceType type) {
  return type_byte(type);
}
std::uint32_t internal_id_of_key(std::string_view key) {
  return BigEndianReader(key.substr(1)).read<std::uint32_t>();
}

std::string encode_internal_id(std::uint32_t internal_id) {
  std::string bytes;
  append_big_endian(bytes, internal_id);
  return bytes;
}

std::uint32_t decode_internal_id(std::string_view bytes) {
  return BigEndianReader(bytes).read<std::uint32_t>();
}

std::string change_key(std::uint64_t sequence) {
  std::string key;
  append_big_endian(key, sequence);
  return key;
}
std::uint64_t sequence_of_key(std::string_view key) {
  return BigEndianReader(key).read<std::uint64_t>();
}

std::string landing_url_key(AdIx ad, std::uint32_t landing_revision) {
  std::string key;
  append_big_endian(key, ad.value);
  append_big_endian(key, landing_revision);
  return key;
}

}  // namespace gavel

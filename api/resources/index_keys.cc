#include "api/resources/index_keys.h"

#include <utility>

#include "budget/big_endian.h"

namespace gavel {
namespace {

constexpr char kPlace = '\xFF';

std::string key_begin(ResourceType type, char second) {
  return {static_cast<char>(type), second};
}

std::optional<ResourceType> type_of_byte(char byte) {
  const auto number = static_cast<unsigned char>(byte);
  if (number >= kResourceTypes) return std::nullopt;
  return static_cast<ResourceType>(number);
}

}  // namespace

std::size_t depth_of(ResourceType type) {
  const auto above = parent_type(type);
  return above ? depth_of(*above) + 1 : 0;
}

bool refer_alike(const ResourceDoc& a, const ResourceDoc& b) {
  const auto references = [](const ResourceDoc& doc) {
    std::vector<std::pair<ResourceType, std::string_view>> all;
    visit_references(doc, [&](ResourceType to, std::string_view named) { all.emplace_back(to, named); });
    return all;
  };
  return references(a) == references(b);
}

std::string place_prefix(ResourceType type, const Ancestry& ancestry) {
  std::string key = key_begin(type, kPlace);
  for (std::size_t level = 0; level < ancestry.depth(); ++level) append_big_endian(key, ancestry[level]);
  return key;
}

std::string reference_prefix(ResourceType type, ResourceType to, std::uint32_t to_id) {
  std::string key = key_begin(type, static_cast<char>(to));
  append_big_endian(key, to_id);
  return key;
}

std::optional<IndexKey> read_index_key(std::string_view key) {
  if (key.size() < 2) return std::nullopt;
  IndexKey read;
  const auto type = type_of_byte(key[0]);
  if (!type) return std::nullopt;
  read.type = *type;
  std::size_t ids = depth_of(*type);
  if (key[1] != kPlace) {
    read.refers_to = type_of_byte(key[1]);
    if (!read.refers_to) return std::nullopt;
    ids = 1;
  }
  key.remove_prefix(2);
  if (key.size() < ids * sizeof(std::uint32_t)) return std::nullopt;
  BigEndianReader in(key);
  for (std::size_t i = 0; i < ids; ++i) read.ids.add(in.read<std::uint32_t>());
  read.id = key.substr(ids * sizeof(std::uint32_t));
  return read;
}

}  // namespace gavel

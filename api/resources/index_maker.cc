#include "api/resources/index_maker.h"

#include <string_view>

#include "api/resources/index_keys.h"

namespace gavel {
namespace {

constexpr std::string_view kNoteKey = "index_unfinished";
constexpr std::string_view kAfterAllKeys = "\xFF";  // they begin with a type's number

}  // namespace

bool index_is_whole(const Store& store) {
  return !store.get(Family::kMeta, kNoteKey);
}

void forget_index(WriteBatch& batch) {
  batch.erase_range(Family::kChildren, "", kAfterAllKeys);
  batch.put(Family::kMeta, kNoteKey, "1");
}

std::optional<StoreError> IndexMaker::add(const std::vector<std::string>& keys, std::uint32_t internal_id) {
  for (const std::string& key : keys) piece_.put(Family::kChildren, key, encode_internal_id(internal_id));
  if (piece_.bytes() < piece_bytes_) return std::nullopt;
  const auto failed = store_.write(piece_);
  piece_.clear();
  return failed;
}

std::optional<StoreError> IndexMaker::finish() {
  piece_.erase(Family::kMeta, kNoteKey);
  return store_.write(piece_);
}

}  // namespace gavel

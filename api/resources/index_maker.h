// The index of resources as a whole: forgotten by a migration, and made anew while a start reads all
// resources.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "budget/store.h"

namespace gavel {

// Whether kChildren has all that index_keys() asks for. Otherwise it is of no use before an IndexMaker has
// gone through all resources.
bool index_is_whole(const Store& store);

// Erases the index with the batch, and notes that it is not whole.
void forget_index(WriteBatch& batch);

// Writes an index in pieces. A start that ends half way through leaves the note, and the next begins again.
// Not thread-safe.
class IndexMaker {
 public:
  explicit IndexMaker(Store& store, std::size_t piece_bytes = kPieceBytes)
      : store_(store), piece_bytes_(piece_bytes) {}

  // Of each live resource once: its keys as index_keys() gives them. kNoSpace as Store::write().
  std::optional<StoreError> add(const std::vector<std::string>& keys, std::uint32_t internal_id);
  // When all have been added: the index is whole.
  std::optional<StoreError> finish();

 private:
  static constexpr std::size_t kPieceBytes = 1024 * 1024;

  Store& store_;
  const std::size_t piece_bytes_;
  WriteBatch piece_;
};

}  // namespace gavel

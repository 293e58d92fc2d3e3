// What a WriteBatch is made of. A batch is filled before it meets a store, so it keeps its operations in a
// form of its own and Store::write() turns them into RocksDB's: a batch needs no open store, and its copy
// costs little beside a sync. Only store.cc and store_batch.cc look in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "budget/store.h"

namespace gavel {

// The key and value of a put, the key of an erase, the begin and end of an erased range.
struct BatchOp {
  enum class Kind : std::uint8_t { kPut, kErase, kEraseRange } kind;
  Family family;
  std::size_t first_size, second_size;
};

struct WriteBatch::Impl {
  std::vector<BatchOp> ops;
  std::string text;  // the strings of all operations, one after another

  void add(BatchOp::Kind kind, Family family, std::string_view first, std::string_view second);
};

}  // namespace gavel

// Stored resources of one type, read and parsed by a thread of its own, ahead of whoever puts them to use.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/json/json_reader.h"
#include "api/json/resource_doc.h"
#include "api/resources/resource_record.h"
#include "budget/ids.h"
#include "budget/store.h"

namespace gavel {

struct StoredRow {
  std::uint32_t internal_id = kNoInternalId;
  ResourceRecord record;
  ResourceDoc doc;
};

// For one thread, beside its own. At a start reading and parsing are half of the work.
class RowReader {
 public:
  // Begins to read, by internal id from the least. The store outlives it.
  RowReader(const Store& store, ResourceType type);
  ~RowReader();  // at any time: what was not asked for is not read
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // The next rows, empty at the end and at the first that cannot be read. They are the caller's until the
  // next call.
  std::span<StoredRow> next();

  // After the end: what is wrong with the row there, one line for a person that names it; empty where all was
  // read.
  const std::string& error() const { return error_; }

 private:
  static constexpr std::size_t kBatchRows = 256;
  static constexpr std::size_t kBatches = 4;  // at most so many are in memory
  struct Batch {
    std::array<StoredRow, kBatchRows> rows;
    std::size_t size = 0;
  };

  void run(const Store& store);
  void read_all(const Store& store);
  bool read(std::uint32_t internal_id, std::string_view value, JsonParser& parser);
  bool begin_batch();
  void hand_over();

  const ResourceType type_;
  std::array<Batch, kBatches> batches_;  // a ring
  Batch* batch_ = nullptr;               // the reading thread's: the one it fills
  bool lent_ = false;                    // the caller's: it has batch taken_
  std::string error_;                    // the reading thread's until done_
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t filled_ = 0, taken_ = 0;   // under mutex_: batches ever
  bool done_ = false, abandoned_ = false;  // under mutex_
  std::thread thread_;                     // last: it begins when all else is there
};

}  // namespace gavel

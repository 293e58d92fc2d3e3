// The data directory: opening it for this process alone, what it records about itself, and its migration.
//
//   DIR/db              RocksDB
//   DIR/tokens.key      the token keys, where the configuration names no secret file (mode 0600)
//   DIR/tmp             spooled answers of bulk imports, emptied at every start
//   DIR/checkpoints     copies made while serving
//   DIR/listen_address  HOST:PORT while the server listens
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/tokens/token_epochs.h"
#include "api/tokens/token_keys.h"
#include "budget/result.h"
#include "budget/store.h"
#include "budget/time.h"

namespace gavel {

// 1: development snapshots without a recorded currency (it was CNY) and without a salt for user hashes.
// 2: records both.
// 3: has an id, and the epochs of its tokens. Tokens of before are not accepted any more. Keeps what pacing has
// learned.
// 4: has a redo log; accounts, report rows and click statistics may lack what it names, and say up to where they count.
// 5: lists resources by where they stand (index_keys.h); the index of before is erased, and made by the first start.
inline constexpr int kDataFormat = 5;

// What stored data depends on. A directory made with another value of one of these is refused by name.
struct DataTraits {
  std::string time_zone;
  std::string currency;
  std::string segmenter;
};

struct DataDirectory {
  std::string path;
  std::unique_ptr<Store> store;
  std::uint32_t epoch = 0;                    // of this start, durable and among `epochs`
  TokenEpochs epochs;                         // whose tokens are accepted
  DirectoryId id{};                           // its copies have the same
  std::array<unsigned char, 16> user_salt{};  // key of the hash that stands for a user id
  std::optional<Timestamp> last_clock;        // the last business time the directory knows

  std::string tmp() const { return path + "/tmp"; }
  std::string checkpoints() const { return path + "/checkpoints"; }
};

struct DataDirectoryError {
  std::string message;
};

// Opens `path`, made with all folders where it is absent, migrated where it is older. The error is one line
// for a person: held by another process, damaged, made by a newer format or for other traits.
Result<DataDirectory, DataDirectoryError> open_data_directory(const std::string& path,
                                                              const DataTraits& traits);

// Makes a fresh copy of a data directory's database know where it parted: its newest epoch ends below `next_serials`, by
// worker, which were read before the copy was made. Opens the copy, which shows that it can be opened.
std::optional<StoreError> end_epoch_of_copy(const std::string& database,
                                            std::vector<std::uint64_t> next_serials);

// What a database says of the directory it is of; nothing is changed. The error names `path`: none or an unknown
// format.
struct DataRecord {
  int format = 0;
  std::string time_zone;
  std::optional<Timestamp> last_clock;
  bool has_index = false;  // of resources, whole and as this program keeps it; the next start makes one otherwise
};
Result<DataRecord, DataDirectoryError> read_data_record(const Store& store, const std::string& path);

// Makes the business time durable: a restart does not begin before it.
std::optional<StoreError> store_clock(Store& store, Timestamp now);
// The same with a change of resources, which comes beside the ledger's batches: it has a place of its own, so that
// neither puts an earlier time over the other's later one.
void put_change_clock(WriteBatch& batch, Timestamp now);

}  // namespace gavel

#include "api/data_directory.h"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "api/resources/index_maker.h"
#include "api/sync.h"
#include "budget/big_endian.h"

namespace gavel {
namespace {

constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kTimeZoneKey = "time_zone";
constexpr std::string_view kCurrencyKey = "currency";
constexpr std::string_view kSegmenterKey = "segmenter";
constexpr std::string_view kEpochsKey = "epochs";
constexpr std::string_view kDirectoryIdKey = "directory_id";
constexpr std::string_view kUserSaltKey = "user_salt";
constexpr std::string_view kClockKey = "clock";  // by the ledger in every batch, or by who moves a manual clock
constexpr std::string_view kLedgerClockKey = "ledger_clock";  // by the ledger on a manual clock
constexpr std::string_view kChangeClockKey = "change_clock";
constexpr std::string_view kFirstCurrency = "CNY";
constexpr int kIndexFormat = 5;  // from which on the index is as it is

std::string encode_time(Timestamp time) {
  std::string bytes;
  append_big_endian(bytes, to_micros(time));
  return bytes;
}

std::string cannot_sync(const std::filesystem::path& path) {
  return "data directory " + path.string() + " cannot be synced: " + std::strerror(errno);
}

// Where the directory itself is new, its name and those on the way to it are made to last; the names in it
// are synced when the database is open.
std::optional<std::string> make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::path made = std::filesystem::absolute(path).lexically_normal();
  std::vector<std::filesystem::path> parents_of_new;
  for (; !std::filesystem::exists(made, error) && made.has_relative_path(); made = made.parent_path()) {
    parents_of_new.push_back(made.parent_path());
  }
  for (const std::string& folder : {path, path + "/checkpoints"}) {
    std::filesystem::create_directories(folder, error);
    if (error) return "data directory " + folder + " cannot be made: " + error.message();
  }
  for (const auto& parent : parents_of_new) {
    if (!sync_path(parent)) return cannot_sync(parent);
  }
  return std::nullopt;
}

// What a crashed import left there is of no use to anyone. Only after the database's lock is held.
std::optional<std::string> make_tmp_folder(const std::string& tmp) {
  std::error_code error;
  std::filesystem::remove_all(tmp, error);
  std::filesystem::create_directories(tmp, error);
  if (error) return "data directory " + tmp + " cannot be made: " + error.message();
  return std::nullopt;
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}
constexpr std::size_t kSaltBytes = sizeof(DataDirectory::user_salt);

// Adds to `batch` what is missing in a directory of format `from`.
void migrate(int from, const Store& store, WriteBatch& batch) {
  if (from < 2) {
    if (!store.get(Family::kMeta, kCurrencyKey)) batch.put(Family::kMeta, kCurrencyKey, kFirstCurrency);
    if (!store.get(Family::kMeta, kUserSaltKey))
      batch.put(Family::kMeta, kUserSaltKey, random_bytes(kSaltBytes));
  }
  if (from < 3) batch.put(Family::kMeta, kDirectoryIdKey, random_bytes(sizeof(DirectoryId)));
  if (from < kIndexFormat) forget_index(batch);
  batch.put(Family::kMeta, kFormatKey, std::to_string(kDataFormat));
}

void record_traits(const DataTraits& traits, WriteBatch& batch) {
  batch.put(Family::kMeta, kFormatKey, std::to_string(kDataFormat));
  batch.put(Family::kMeta, kTimeZoneKey, traits.time_zone);
  batch.put(Family::kMeta, kCurrencyKey, traits.currency);
  batch.put(Family::kMeta, kSegmenterKey, traits.segmenter);
  batch.put(Family::kMeta, kUserSaltKey, random_bytes(kSaltBytes));
  batch.put(Family::kMeta, kDirectoryIdKey, random_bytes(sizeof(DirectoryId)));
}

// Says why a directory of format `from` was not made for these traits, if it was not.
std::optional<std::string> refuse_other(int from, const Store& store, const std::string& path,
                                        const DataTraits& traits) {
  struct Trait {
    std::string_view key, name;
    const std::string& wanted;
  };
  for (const auto& [key, name, wanted] :
       {Trait{kTimeZoneKey, "time zone", traits.time_zone}, Trait{kCurrencyKey, "currency", traits.currency},
        Trait{kSegmenterKey, "word segmenter", traits.segmenter}}) {
    auto recorded = store.get(Family::kMeta, key);
    if (!recorded && key == kCurrencyKey && from < 2) recorded = kFirstCurrency;
    if (!recorded || *recorded == wanted) continue;
    return "data directory " + path + " was made for " + std::string(name) + " " + *recorded + ", not " +
           wanted;
  }
  return std::nullopt;
}

// The recorded format, at most this program's.
Result<int, std::string> known_format(const std::string& recorded, const std::string& path) {
  int number = 0;
  const auto parsed = std::from_chars(recorded.data(), recorded.data() + recorded.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != recorded.data() + recorded.size() || number < 1) {
    return "data directory " + path + " has an unreadable format version";
  }
  if (number > kDataFormat) {
    return "data directory " + path + " has format " + recorded + ", newer than this program's " +
           std::to_string(kDataFormat);
  }
  return number;
}

// Makes the directory's record of itself agree with this program, or says why that cannot be; then nothing is
// written, and the program that it was made with goes on with it.
std::optional<std::string> settle_format(Store& store, const std::string& path, const DataTraits& traits) {
  WriteBatch batch;
  const auto format = store.get(Family::kMeta, kFormatKey);
  if (!format) {
    record_traits(traits, batch);
  } else {
    const auto number = known_format(*format, path);
    if (!number) return number.error();
    if (auto no = refuse_other(*number, store, path, traits)) return no;
    if (*number < kDataFormat) migrate(*number, store, batch);
  }
  if (!batch.empty()) {
    if (const auto failed = store.write(batch)) return failed->message;
  }
  return std::nullopt;
}

template <std::size_t kSize>
bool read_bytes(const Store& store, std::string_view key, std::array<std::uint8_t, kSize>& out) {
  const auto stored = store.get(Family::kMeta, key);
  if (!stored || stored->size() != kSize) return false;
  std::memcpy(out.data(), stored->data(), kSize);
  return true;
}

std::optional<Timestamp> last_clock(const Store& store) {
  std::optional<Timestamp> last;
  for (const std::string_view key : {kClockKey, kLedgerClockKey, kChangeClockKey}) {
    const auto clock = store.get(Family::kMeta, key);
    if (!clock) continue;
    const Timestamp known = from_micros(BigEndianReader(*clock).read<std::int64_t>());
    last = std::max(last.value_or(known), known);
  }
  return last;
}

// Makes an epoch of this start's own durable before any token is made in it.
std::optional<std::string> begin_epoch(DataDirectory& directory) {
  auto epochs = TokenEpochs::decode(directory.store->get(Family::kMeta, kEpochsKey).value_or(""));
  if (!epochs) return "data directory " + directory.path + " has an unreadable list of epochs";
  do {
    directory.epoch = randombytes_random();
  } while (!epochs->begin(directory.epoch));
  WriteBatch batch;
  batch.put(Family::kMeta, kEpochsKey, epochs->encode());
  if (const auto failed = directory.store->write(batch)) return failed->message;
  directory.epochs = std::move(*epochs);
  return std::nullopt;
}

}  // namespace

Result<DataDirectory, DataDirectoryError> open_data_directory(const std::string& path,
                                                              const DataTraits& traits) {
  if (auto failed = make_folders(path)) return DataDirectoryError{*failed};
  auto store = Store::open(path + "/db", Compaction::kLater);
  if (!store) {
    std::string message = store.error().message;
    if (store.error().code == StoreError::Code::kCorrupt) {
      message += "; put a checkpoint in its place: gaveld --restore DIR --data-dir " + path +
                 " (README.md, \"When a disk fails\")";
    }
    return DataDirectoryError{std::move(message)};
  }
  DataDirectory directory;
  directory.path = path;
  directory.store = std::move(*store);
  if (auto failed = make_tmp_folder(directory.tmp())) return DataDirectoryError{*failed};
  if (!sync_path(path)) return DataDirectoryError{cannot_sync(path)};
  if (auto failed = settle_format(*directory.store, path, traits)) return DataDirectoryError{*failed};

  if (auto failed = begin_epoch(directory)) return DataDirectoryError{*failed};

  if (!read_bytes(*directory.store, kUserSaltKey, directory.user_salt)) {
    return DataDirectoryError{"data directory " + path + " has no salt for user hashes"};
  }
  if (!read_bytes(*directory.store, kDirectoryIdKey, directory.id)) {
    return DataDirectoryError{"data directory " + path + " has no id"};
  }
  directory.last_clock = last_clock(*directory.store);
  return directory;
}

std::optional<StoreError> end_epoch_of_copy(const std::string& database,
                                            std::vector<std::uint64_t> next_serials) {
  const auto copy = Store::open(database, Compaction::kLater);
  if (!copy) return copy.error();
  auto epochs = TokenEpochs::decode((*copy)->get(Family::kMeta, kEpochsKey).value_or(""));
  if (!epochs) return StoreError{StoreError::Code::kCorrupt, database + " has an unreadable list of epochs"};
  epochs->end_newest(std::move(next_serials));
  WriteBatch batch;
  batch.put(Family::kMeta, kEpochsKey, epochs->encode());
  return (*copy)->write(batch);
}

Result<DataRecord, DataDirectoryError> read_data_record(const Store& store, const std::string& path) {
  const auto format = store.get(Family::kMeta, kFormatKey);
  if (!format)
    return DataDirectoryError{"data directory " + path + " has no format version: it was never served from"};
  const auto number = known_format(*format, path);
  if (!number) return DataDirectoryError{number.error()};
  return DataRecord{*number, store.get(Family::kMeta, kTimeZoneKey).value_or(""), last_clock(store),
                    *number >= kIndexFormat && index_is_whole(store)};
}

std::optional<StoreError> store_clock(Store& store, Timestamp now) {
  WriteBatch batch;
  batch.put(Family::kMeta, kClockKey, encode_time(now));
  return store.write(batch);
}

void put_change_clock(WriteBatch& batch, Timestamp now) {
  batch.put(Family::kMeta, kChangeClockKey, encode_time(now));
}

}  // namespace gavel

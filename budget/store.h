// The one door to RocksDB: column families by kind of data, synced batches, prefix scans, checkpoints.
// No other header or source outside budget/store*.cc sees RocksDB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budget/result.h"

namespace gavel {

// One column family a kind of data. The names on disk are in store.cc; a new one is added at the end.
enum class Family : std::uint8_t {
  kMeta,         // format version, time zone, currency, segmenter version, boot epoch, salts, clock
  kResources,    // (type, internal id) -> resource record
  kChildren,     // (type, internal ids above or of what is referred to, external id) -> internal id
  kChanges,      // sequence number -> change
  kLandingUrls,  // (ad, revision) -> landing URL of that time
  kAccounts,     // spend of campaigns, advertisers and festival budgets
  kDeposits,     // (advertiser, deposit id) -> amount
  kDedupe,       // (expiry bucket, token id, event type, conversion id) -> what was recorded
  kReports,      // (advertiser, hour, ad, keyword, placement, festival) -> counters
  kClickStats,   // (ad, placement) -> impressions weighted by position, clicks
  kFrequency,    // (day bucket, campaign, user hash, time, token id) -> empty
  kPacing,       // the traffic forecast, the pacer's memory, campaigns' minutes (pacing_store.cc)
  kRedo,         // ordinal -> what a commit recorded whose counters are not all written yet (redo_log.h)
};
inline constexpr int kFamilyCount = 13;

struct StoreError {
  enum class Code { kLocked, kCorrupt, kNoSpace, kIo } code;
  std::string message;  // one line for a person, names the path
};

// Writes that reach the disk together or not at all. Not thread-safe. Movable.
class WriteBatch {
 public:
  WriteBatch();
  ~WriteBatch();
  WriteBatch(WriteBatch&&) noexcept;
  WriteBatch& operator=(WriteBatch&&) noexcept;

  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  // Erases every key in [begin, end).
  void erase_range(Family family, std::string_view begin, std::string_view end);
  void clear();
  bool empty() const;
  std::size_t bytes() const;

 private:
  friend class Store;
  friend class StoreSnapshot;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What a store held at one moment, while it goes on changing. Keeps what is overwritten or erased meanwhile on the disk: not
// for long. All const members are thread-safe; ends before its store.
class StoreSnapshot {
 public:
  ~StoreSnapshot();
  StoreSnapshot(const StoreSnapshot&) = delete;
  StoreSnapshot& operator=(const StoreSnapshot&) = delete;
  // As Store::scan(), of that moment.
  void scan(Family family, std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

  // As scan() from `begin` to the family's end, but `visit` says where to go on: at the next key (an empty string), at
  // the first key not before the one it returns (which must lie after `key`), or nowhere (nullopt).
  void skip_scan(Family family, std::string_view begin,
                 const std::function<std::optional<std::string>(std::string_view key, std::string_view value)>&
                     visit) const;

  // From now on this looks as if what the batch puts had been written before that moment. The store stays as it is. Once, of
  // a batch that erases no ranges.
  void lay_over(const WriteBatch& batch);

 private:
  friend class Store;
  struct Impl;
  explicit StoreSnapshot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// When tables are merged in the background.
enum class Compaction : std::uint8_t { kAtOnce, kLater };

// An open data directory, held by this process alone. All members are thread-safe.
class Store {
 public:
  // Opens `path`, creating it with all families where absent. A torn tail of the log is cut; damage elsewhere is
  // kCorrupt; a directory that another process holds is kLocked. With kLater nothing is compacted before compact(): for who
  // reads everything first, or goes again soon.
  static Result<std::unique_ptr<Store>, StoreError> open(const std::string& path, Compaction compaction = Compaction::kAtOnce);
  // Opens `path` without changing anything in it, for who only looks; write() and checkpoint() must not be called. The
  // same errors, and kCorrupt where there is no database. A family that an older version did not make is empty.
  static Result<std::unique_ptr<Store>, StoreError> open_read_only(const std::string& path);
  ~Store();

  // nullopt where the key is absent. A read error ends the process: what it would answer cannot be trusted.
  std::optional<std::string> get(Family family, std::string_view key) const;
  // Whether each key is there, in their order; a read error as in get(). For many at once, most of them absent.
  std::vector<bool> contains(Family family, std::span<const std::string> keys) const;

  // Calls `visit(key, value)` for the keys in [begin, end) in byte order (end empty = to the family's end) until it
  // returns false. The views live only during the call. A consistent snapshot.
  void scan(Family family, std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

  // As scan(), for one walk over much that will not be read again: what is read does not stay in the cache.
  void read_through(Family family, std::string_view begin, std::string_view end,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

  // The greatest key that begins with `prefix`; nullopt where there is none.
  std::optional<std::string> last_key(Family family, std::string_view prefix) const;

  // Compacts in the background from now on, where it was put off.
  void compact();

  std::unique_ptr<StoreSnapshot> snapshot() const;

  // Applies the batch atomically and waits until it is on the disk. kNoSpace leaves everything as it was and may be
  // tried again; any other failure to sync ends the process, since what is on the disk is no longer known.
  std::optional<StoreError> write(const WriteBatch& batch);

  // From now on no write is begun (kNoSpace) that would leave less than `bytes` free on the disk, or less than an eighth of
  // it: what RocksDB does in the background then finds its room. 0, as at first: writes go on until the disk is full.
  void keep_free(std::uint64_t bytes);

  // Reads every file of the database and compares what is in it with its checksums. nullopt = all is well.
  std::optional<StoreError> check_files() const;

  // A consistent copy of everything, made while serving, in a new directory `directory` (its parent must exist).
  std::optional<StoreError> checkpoint(const std::string& directory);

  // RocksDB's own figures for /metrics: (property name such as "rocksdb.estimate-live-data-size", value).
  std::vector<std::pair<std::string, std::uint64_t>> properties() const;

 private:
  friend class StoreSnapshot;
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The key just after every key that begins with `prefix`: the end of its range. Empty if there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace gavel

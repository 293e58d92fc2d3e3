#include "budget/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <system_error>

#include "budget/disk_room.h"
#include "budget/failpoint.h"
#include "budget/log.h"
#include "budget/store_batch.h"
#include "budget/store_log_tail.h"
#include "budget/store_options.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::Slice;
using rocksdb::Status;

constexpr std::size_t kMiB = 1024 * 1024;
// What tables, compactions and the next log may need beside what memory holds while there is no space.
constexpr std::uint64_t kFlushSlackBytes = kMiB;
// So much is read from a file at once by read_through().
constexpr std::size_t kReadThroughBytes = 2 * kMiB;
constexpr std::chrono::seconds kResumePatience{60};

Slice slice(std::string_view s) {
  return {s.data(), s.size()};
}
std::string_view view(const Slice& s) {
  return {s.data(), s.size()};
}

// What is on the disk, or what it would have said, is no longer known. Only a restart, which reads the log
// again, can tell; to go on could answer for a charge that is not there.
[[noreturn]] void end_process(const std::string& path, const char* doing, const Status& s) {
  gavel::end_process(std::string(doing) + " in " + path + " failed: " + s.ToString());
}

StoreError open_error(const std::string& path, const Status& s) {
  const std::string text = s.ToString();
  if (text.find("While lock file") != std::string::npos ||
      text.find("lock hold by current process") != std::string::npos) {
    return {StoreError::Code::kLocked, "data directory " + path + " is in use by another process"};
  }
  if (is_no_space(s)) return {StoreError::Code::kNoSpace, "no space left for data directory " + path};
  if (s.IsCorruption() || s.IsInvalidArgument() || s.IsNotFound()) {
    return {StoreError::Code::kCorrupt, "data directory " + path + " is damaged: " + text};
  }
  return {StoreError::Code::kIo, "cannot open data directory " + path + ": " + text};
}

// RocksDB would take a directory whose CURRENT file is lost for a new one, and the money in it for nothing.
std::optional<StoreError> prepare_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    const bool full = error == std::errc::no_space_on_device;
    return StoreError{full ? StoreError::Code::kNoSpace : StoreError::Code::kIo,
                      "cannot create data directory " + path + ": " + error.message()};
  }
  if (fs::exists(path + "/CURRENT", error)) return std::nullopt;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".sst" || extension == ".log") {
      return StoreError{StoreError::Code::kCorrupt,
                        "data directory " + path + " is damaged: it has data but no CURRENT file"};
    }
  }
  if (error) {
    return StoreError{StoreError::Code::kIo, "cannot read data directory " + path + ": " + error.message()};
  }
  return std::nullopt;
}

// Our families, and any that a newer version has made: whoever checks the format version can then refuse it
// by name.
std::vector<ColumnFamilyDescriptor> descriptors(const std::string& path, const rocksdb::DBOptions& options,
                                                const std::shared_ptr<rocksdb::Cache>& cache, Compaction compaction) {
  std::vector<ColumnFamilyDescriptor> all;
  for (const char* name : kFamilyNames) all.emplace_back(name, family_options(name, cache, compaction));
  std::vector<std::string> present;
  if (!rocksdb::DB::ListColumnFamilies(options, path, &present).ok()) return all;
  for (const std::string& name : present) {
    const bool ours = std::ranges::any_of(kFamilyNames, [&](const char* n) { return name == n; });
    if (!ours) all.emplace_back(name, family_options(name, cache, compaction));
  }
  return all;
}

}  // namespace

using Visit = std::function<bool(std::string_view key, std::string_view value)>;

struct Store::Impl {
  explicit Impl(const std::string& path_in) : path(path_in), room(path_in) {}

  // Constant after opening; RocksDB and the room provide their own synchronisation.
  const std::string path;
  DiskRoom room;
  std::shared_ptr<rocksdb::Cache> cache;
  rocksdb::FileLock* read_lock = nullptr;  // of a store that is only read: RocksDB takes none then
  std::unique_ptr<rocksdb::DB> db;
  std::vector<ColumnFamilyHandle*> families;  // nullptr: not there in a store that is only read
  // Set when a write or work in the background found no space: RocksDB refuses writes, at once or in the
  // end, until Resume() succeeds.
  const std::shared_ptr<std::atomic<bool>> out_of_space = std::make_shared<std::atomic<bool>>(false);
  std::mutex resume_mutex;

  ~Impl() {
    if (db) {
      for (ColumnFamilyHandle* family : families) {
        if (family != nullptr) db->DestroyColumnFamilyHandle(family);
      }
      db->Close().PermitUncheckedError();
    }
    if (read_lock != nullptr) rocksdb::Env::Default()->UnlockFile(read_lock).PermitUncheckedError();
  }
  ColumnFamilyHandle* handle(Family f) const { return families[static_cast<std::size_t>(f)]; }
  void translate(const WriteBatch::Impl& batch, rocksdb::WriteBatchBase& out) const;
  void fill_memtable();
  bool has_room_to_flush() const;
  bool resume();
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>, StoreError> Store::open(const std::string& path, Compaction compaction) {
  if (auto error = prepare_directory(path)) return *error;
  auto impl = std::make_unique<Impl>(path);
  impl->cache = block_cache();
  // Compactions after a large import go on for minutes: they take what auctions leave.
  rocksdb::Env::Default()->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow);
  const rocksdb::DBOptions options = db_options(impl->out_of_space);
  rocksdb::DB* db = nullptr;
  const auto families = descriptors(path, options, impl->cache, compaction);
  Status s = rocksdb::DB::Open(options, path, families, &impl->families, &db);
  if (s.IsCorruption()) {
    const auto cuts = cut_torn_batches(path);
    for (const std::string& cut : cuts) log_warning(cut);
    if (!cuts.empty()) s = rocksdb::DB::Open(options, path, families, &impl->families, &db);
  }
  if (!s.ok()) return open_error(path, s);
  impl->db.reset(db);
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

void Store::compact() {
  const Status s = impl_->db->EnableAutoCompaction(impl_->families);
  if (!s.ok()) log_warning("some tables in " + impl_->path + " may not be merged until the next start: " + s.ToString());
}

Result<std::unique_ptr<Store>, StoreError> Store::open_read_only(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path + "/CURRENT", error)) {
    return StoreError{StoreError::Code::kCorrupt, "there is no database in " + path};
  }
  auto impl = std::make_unique<Impl>(path);
  // A copy has no lock file, and none is left behind in it. Where the file may not be written nobody writes
  // here.
  if (fs::exists(path + "/LOCK", error)) {
    const Status locked = rocksdb::Env::Default()->LockFile(path + "/LOCK", &impl->read_lock);
    if (!locked.ok()) {
      StoreError in_use = open_error(path, locked);
      if (in_use.code == StoreError::Code::kLocked) return in_use;
    }
  }
  impl->cache = block_cache();
  rocksdb::DBOptions options = db_options(impl->out_of_space);
  options.create_if_missing = options.create_missing_column_families = false;
  std::vector<std::string> present;
  Status s = rocksdb::DB::ListColumnFamilies(options, path, &present);
  if (!s.ok()) return open_error(path, s);
  std::vector<ColumnFamilyDescriptor> all;
  for (const std::string& name : present) all.emplace_back(name, family_options(name, impl->cache, Compaction::kLater));
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  s = rocksdb::DB::OpenForReadOnly(options, path, all, &handles, &db);
  if (!s.ok()) return open_error(path, s);
  impl->db.reset(db);
  // In the order of Family, then those of a newer version.
  impl->families.resize(kFamilyNames.size());
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const auto* const ours = std::ranges::find(kFamilyNames, present[i]);
    if (ours == kFamilyNames.end()) {
      impl->families.push_back(handles[i]);
    } else {
      impl->families[static_cast<std::size_t>(ours - kFamilyNames.begin())] = handles[i];
    }
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

std::optional<std::string> Store::get(Family family, std::string_view key) const {
  if (impl_->handle(family) == nullptr) return std::nullopt;
  rocksdb::PinnableSlice value;
  const Status s = impl_->db->Get(rocksdb::ReadOptions(), impl_->handle(family), slice(key), &value);
  if (s.IsNotFound()) return std::nullopt;
  if (!s.ok()) end_process(impl_->path, "a read", s);
  return value.ToString();
}

// In pieces: what holds the keys found stays in memory until a piece is answered.
std::vector<bool> Store::contains(Family family, std::span<const std::string> keys) const {
  constexpr std::size_t kPiece = 256;
  std::vector<bool> there(keys.size(), false);
  if (impl_->handle(family) == nullptr) return there;
  for (std::size_t begin = 0; begin < keys.size(); begin += kPiece) {
    const std::span<const std::string> piece = keys.subspan(begin, std::min(kPiece, keys.size() - begin));
    const std::vector<Slice> slices(piece.begin(), piece.end());
    std::vector<rocksdb::PinnableSlice> values(piece.size());
    std::vector<Status> statuses(piece.size());
    impl_->db->MultiGet(rocksdb::ReadOptions(), impl_->handle(family), piece.size(), slices.data(), values.data(),
                        statuses.data());
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!statuses[i].ok() && !statuses[i].IsNotFound()) end_process(impl_->path, "a read", statuses[i]);
      there[begin + i] = statuses[i].ok();
    }
  }
  return there;
}

void Store::scan(Family family, std::string_view begin, std::string_view end, const Visit& visit) const {
  snapshot()->scan(family, begin, end, visit);
}

void Store::read_through(Family family, std::string_view begin, std::string_view end,
                         const Visit& visit) const {
  if (impl_->handle(family) == nullptr) return;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = kReadThroughBytes;
  const Slice bound = slice(end);
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(impl_->db->NewIterator(options, impl_->handle(family)));
  for (it->Seek(slice(begin)); it->Valid(); it->Next()) {
    if (!visit(view(it->key()), view(it->value()))) return;
  }
  if (!it->status().ok()) end_process(impl_->path, "a scan", it->status());
}

std::optional<std::string> Store::last_key(Family family, std::string_view prefix) const {
  if (impl_->handle(family) == nullptr) return std::nullopt;
  const std::string end = prefix_end(prefix);
  rocksdb::ReadOptions options;
  const Slice bound = slice(end);
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(impl_->db->NewIterator(options, impl_->handle(family)));
  it->SeekToLast();
  if (!it->status().ok()) end_process(impl_->path, "a scan", it->status());
  if (!it->Valid() || !it->key().starts_with(slice(prefix))) return std::nullopt;
  return it->key().ToString();
}

struct StoreSnapshot::Impl {
  explicit Impl(const Store::Impl& store_) : store(store_), moment(store_.db->GetSnapshot()) {}
  ~Impl() { store.db->ReleaseSnapshot(moment); }
  std::unique_ptr<rocksdb::Iterator> iterator(const rocksdb::ReadOptions& options, Family family) const;

  const Store::Impl& store;
  const rocksdb::Snapshot* const moment;
  std::unique_ptr<rocksdb::WriteBatchWithIndex> laid_over;  // or null
};

std::unique_ptr<rocksdb::Iterator> StoreSnapshot::Impl::iterator(const rocksdb::ReadOptions& options,
                                                                 Family family) const {
  rocksdb::Iterator* const below = store.db->NewIterator(options, store.handle(family));
  return std::unique_ptr<rocksdb::Iterator>(
      laid_over ? laid_over->NewIteratorWithBase(store.handle(family), below, &options) : below);
}

StoreSnapshot::StoreSnapshot(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StoreSnapshot::~StoreSnapshot() = default;

std::unique_ptr<StoreSnapshot> Store::snapshot() const {
  return std::unique_ptr<StoreSnapshot>(new StoreSnapshot(std::make_unique<StoreSnapshot::Impl>(*impl_)));
}

void StoreSnapshot::lay_over(const WriteBatch& batch) {
  impl_->laid_over = std::make_unique<rocksdb::WriteBatchWithIndex>(rocksdb::BytewiseComparator(), 0, true);
  impl_->store.translate(*batch.impl_, *impl_->laid_over);
}

void StoreSnapshot::scan(Family family, std::string_view begin, std::string_view end,
                         const Visit& visit) const {
  if (impl_->store.handle(family) == nullptr) return;
  rocksdb::ReadOptions options;
  options.snapshot = impl_->moment;
  const Slice bound = slice(end);
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const auto it = impl_->iterator(options, family);
  for (it->Seek(slice(begin)); it->Valid(); it->Next()) {
    if (!end.empty() && view(it->key()) >= end) return;  // what is laid over knows no bound
    if (!visit(view(it->key()), view(it->value()))) return;
  }
  if (!it->status().ok()) end_process(impl_->store.path, "a scan", it->status());
}

void StoreSnapshot::skip_scan(
    Family family, std::string_view begin,
    const std::function<std::optional<std::string>(std::string_view, std::string_view)>& visit) const {
  if (impl_->store.handle(family) == nullptr) return;
  rocksdb::ReadOptions options;
  options.snapshot = impl_->moment;
  const auto it = impl_->iterator(options, family);
  it->Seek(slice(begin));
  while (it->Valid()) {
    const std::optional<std::string> next = visit(view(it->key()), view(it->value()));
    if (!next) return;
    if (next->empty()) {
      it->Next();
    } else {
      it->Seek(*next);
    }
  }
  if (!it->status().ok()) end_process(impl_->store.path, "a scan", it->status());
}

void Store::Impl::translate(const WriteBatch::Impl& batch, rocksdb::WriteBatchBase& out) const {
  std::string_view rest = batch.text;
  for (const BatchOp& op : batch.ops) {
    const Slice first = slice(rest.substr(0, op.first_size));
    const Slice second = slice(rest.substr(op.first_size, op.second_size));
    rest.remove_prefix(op.first_size + op.second_size);
    Status s;
    switch (op.kind) {
      case BatchOp::Kind::kPut:
        s = out.Put(handle(op.family), first, second);
        break;
      case BatchOp::Kind::kErase:
        s = out.Delete(handle(op.family), first);
        break;
      case BatchOp::Kind::kEraseRange:
        s = out.DeleteRange(handle(op.family), first, second);
        break;
    }
    if (!s.ok()) end_process(path, "making a batch", s);
  }
}

// Makes the meta data's memtable non-empty. Resume() leaves the log in which a write failed, and half of that
// write may lie, only if there is something to flush; without it, the next write went on in that log.
void Store::Impl::fill_memtable() {
  std::uint64_t entries = 0;
  if (db->GetIntProperty(handle(Family::kMeta), "rocksdb.num-entries-active-mem-table", &entries) &&
      entries > 0)
    return;
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  // A failure here is one of a state that the write that follows meets and reports.
  db->Delete(options, handle(Family::kMeta), "memtable_is_not_empty").PermitUncheckedError();
}

bool Store::Impl::has_room_to_flush() const {
  std::uint64_t in_memory = 0;
  db->GetAggregatedIntProperty("rocksdb.cur-size-all-mem-tables", &in_memory);
  return room.free_bytes() > in_memory + kFlushSlackBytes;
}

// Whether writes are possible again after there was no space. Resume() flushes everything to tables and
// begins a new log first, so that what is left of the failed batch is never read again. It is not asked
// before there is room for that, and not waited for for ever: a flush that was due when a write failed is
// lost now and then (7.8.3 takes it off its count and leaves it in its queue), and Resume() waits for it
// without end. A restart needs no Resume().
bool Store::Impl::resume() {
  const std::lock_guard lock(resume_mutex);
  if (!out_of_space->load()) return true;
  if (!has_room_to_flush()) return false;
  out_of_space->store(false);  // first, since what fails meanwhile sets it anew
  std::future<Status> resumed = std::async(std::launch::async, [this] { return db->Resume(); });
  if (resumed.wait_for(kResumePatience) != std::future_status::ready) {
    end_process(path, "going on after there was no space", Status::TimedOut());
  }
  const Status s = resumed.get();
  if (s.ok()) return true;
  out_of_space->store(true);
  if (is_no_space(s) || s.IsBusy()) return false;
  end_process(path, "going on after there was no space", s);
}

std::optional<StoreError> Store::write(const WriteBatch& batch) {
  const StoreError no_space{StoreError::Code::kNoSpace, "no space left in data directory " + impl_->path};
  if (!impl_->room.has(batch.bytes())) return no_space;
  if (impl_->out_of_space->load() && !impl_->resume()) return no_space;
  impl_->fill_memtable();
  rocksdb::WriteBatch translated(batch.bytes() + 16 * batch.impl_->ops.size() + 64);
  impl_->translate(*batch.impl_, translated);
  rocksdb::WriteOptions options;
  options.sync = !GAVEL_FAULT("unsynced-writes");
  const Status s = impl_->db->Write(options, &translated);
  if (s.ok()) return std::nullopt;
  // Incomplete: nothing was written, since too much waits to be flushed and an error holds that up. Which
  // one, Resume() tells.
  if (!is_no_space(s) && !s.IsIncomplete()) end_process(impl_->path, "a synced write", s);
  impl_->out_of_space->store(true);
  return no_space;
}

void Store::keep_free(std::uint64_t bytes) {
  impl_->room.keep_free(bytes);
}

std::optional<StoreError> Store::check_files() const {
  const Status s = impl_->db->VerifyChecksum();
  if (s.ok()) return std::nullopt;
  return StoreError{s.IsCorruption() ? StoreError::Code::kCorrupt : StoreError::Code::kIo,
                    "a file of " + impl_->path + " is damaged: " + s.ToString()};
}

std::optional<StoreError> Store::checkpoint(const std::string& directory) {
  GAVEL_FAILPOINT("checkpoint-begin");
  const StoreError no_space{StoreError::Code::kNoSpace, "no space left for checkpoint " + directory};
  // A checkpoint flushes first, and waits for that without end where RocksDB has stopped flushing.
  if (!impl_->room.has(0) || (impl_->out_of_space->load() && !impl_->resume())) return no_space;
  rocksdb::Checkpoint* made = nullptr;
  Status s = rocksdb::Checkpoint::Create(impl_->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (s.ok()) s = checkpoint->CreateCheckpoint(directory);
  GAVEL_FAILPOINT("checkpoint-end");
  if (s.ok()) return std::nullopt;
  if (is_no_space(s)) return no_space;
  return StoreError{StoreError::Code::kIo, "cannot make checkpoint " + directory + ": " + s.ToString()};
}

std::vector<std::pair<std::string, std::uint64_t>> Store::properties() const {
  // Figures of a family are added up; these two are of the whole database.
  static constexpr std::array kOfDatabase = {"rocksdb.block-cache-usage", "rocksdb.background-errors"};
  static constexpr std::array kOfFamilies = {
      "rocksdb.estimate-live-data-size",    "rocksdb.total-sst-files-size",
      "rocksdb.estimate-num-keys",          "rocksdb.cur-size-all-mem-tables",
      "rocksdb.num-immutable-mem-table",    "rocksdb.compaction-pending",
      "rocksdb.num-running-compactions",    "rocksdb.num-running-flushes",
      "rocksdb.estimate-table-readers-mem", "rocksdb.estimate-pending-compaction-bytes"};
  std::vector<std::pair<std::string, std::uint64_t>> all;
  std::uint64_t value = 0;
  for (const char* name : kOfDatabase) {
    if (impl_->db->GetIntProperty(name, &value)) all.emplace_back(name, value);
  }
  for (const char* name : kOfFamilies) {
    if (impl_->db->GetAggregatedIntProperty(name, &value)) all.emplace_back(name, value);
  }
  return all;
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace gavel

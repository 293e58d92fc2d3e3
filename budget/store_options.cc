#include "budget/store_options.h"

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "budget/failpoint.h"
#include "budget/give_way.h"
#include "budget/log.h"
#include "budget/thread_priority.h"

namespace gavel {
namespace {

using rocksdb::Status;

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kBlockCacheBytes = 64 * kMiB;
// By default RocksDB divides it into 64 parts of a megabyte, and what is larger than a part is not kept: each
// look-up in a file of a million keys read that file's whole filter from the disk again, half a millisecond
// of it. Filters are divided as well (see family_options()); files of before have them in one piece.
constexpr int kBlockCachePartsLog2 = 2;
constexpr std::size_t kMemtableBytes = 32 * kMiB;
constexpr std::size_t kAllMemtablesBytes = 128 * kMiB;
// A table of the first level holds keys from all of a family's range, as rows of an import come in no order, so that merging some
// into the next level rewrites all of that. Eight large ones at a time instead of four small: a third of the work,
// measured with an import of a million ads.
constexpr int kTablesMergedAtOnce = 8;
// Families that are seldom written would otherwise keep old logs alive for ever.
constexpr std::uint64_t kLogBytesMax = 128 * kMiB;

rocksdb::CompressionType compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  return std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end() ? rocksdb::kLZ4Compression
                                                                                   : rocksdb::kNoCompression;
}

// RocksDB's own log file stands on the same disk: when that was full, its next line failed an assertion
// inside Debian's library (which is built with them) and took the process along. Its errors go to
// ours instead.
class ErrorLogger : public rocksdb::Logger {
 public:
  ErrorLogger() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1'024> line;
    std::vsnprintf(line.data(), line.size(), format, arguments);
    log_error(std::string("rocksdb: ") + line.data());
  }
};

// RocksDB's own recovery from a full disk looks every five seconds and wants room for a whole memtable.
// Store::write() asks for Resume() instead, whenever somebody wants to write.
class StoreListener : public rocksdb::EventListener {
 public:
  explicit StoreListener(std::shared_ptr<std::atomic<bool>> out_of_space)
      : out_of_space_(std::move(out_of_space)) {}
  // On the flushing thread, which RocksDB could only give the least share of a core: writes wait for flushes that fall behind.
  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    let_others_go_first();
    GAVEL_FAILPOINT("flush-begin");
  }
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { GAVEL_FAILPOINT("flush-end"); }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
  // After a compaction that found no space writes go on, but nothing is flushed any more until Resume(): in
  // the end they would be refused with another error.
  void OnBackgroundError(rocksdb::BackgroundErrorReason, Status* error) override {
    if (is_no_space(*error)) out_of_space_->store(true);
  }

 private:
  const std::shared_ptr<std::atomic<bool>> out_of_space_;
};

// RocksDB tells it each key of a table that a flush or a compaction writes, on the thread that does: what the table
// is made of is of no interest, but between two keys others may go first (see GiveWay). The scheduler alone let a flush
// go on for four milliseconds at a time beside auctions, for a fifth of a second.
class GivesWay : public rocksdb::TablePropertiesCollector {
 public:
  Status AddUserKey(const rocksdb::Slice&, const rocksdb::Slice&, rocksdb::EntryType, rocksdb::SequenceNumber,
                    std::uint64_t) override {
    give_way_.after_tiny_step();
    return Status::OK();
  }
  Status Finish(rocksdb::UserCollectedProperties*) override { return Status::OK(); }
  rocksdb::UserCollectedProperties GetReadableProperties() const override { return {}; }
  const char* Name() const override { return "GivesWay"; }

 private:
  GiveWay give_way_;
};

class GivesWayInEachTable : public rocksdb::TablePropertiesCollectorFactory {
 public:
  rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context) override { return new GivesWay; }
  const char* Name() const override { return "GivesWayInEachTable"; }
};

}  // namespace

bool is_no_space(const Status& s) {
  return s.IsNoSpace() || s.subcode() == Status::kNoSpace;
}

rocksdb::DBOptions db_options(std::shared_ptr<std::atomic<bool>> out_of_space) {
  rocksdb::DBOptions o;
  o.create_if_missing = true;
  o.create_missing_column_families = true;
  // A write that was cut short by a crash was never answered and is dropped. Damage anywhere else must not
  // be: the default mode would open without the acknowledged writes that follow it.
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  o.track_and_verify_wals_in_manifest = true;
  o.paranoid_checks = true;
  o.max_background_jobs = 2;
  o.max_total_wal_size = kLogBytesMax;
  o.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(kAllMemtablesBytes);
  o.listeners = {std::make_shared<StoreListener>(std::move(out_of_space))};
  o.info_log = std::make_shared<ErrorLogger>();
  o.info_log_level = rocksdb::ERROR_LEVEL;
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
  o.skip_stats_update_on_db_open = true;
  return o;
}

rocksdb::ColumnFamilyOptions family_options(const std::string& name, const std::shared_ptr<rocksdb::Cache>& cache,
                                            Compaction compaction) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions o;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  o.write_buffer_size = kMemtableBytes;
  o.compression = compression();
  o.level_compaction_dynamic_level_bytes = true;
  o.level0_file_num_compaction_trigger = kTablesMergedAtOnce;
  o.level0_slowdown_writes_trigger = 5 * kTablesMergedAtOnce;  // RocksDB's own proportions
  o.level0_stop_writes_trigger = 9 * kTablesMergedAtOnce;
  o.table_properties_collector_factories = {std::make_shared<GivesWayInEachTable>()};
  o.disable_auto_compactions = compaction == Compaction::kLater;
  const auto is = [&name](Family family) { return name == kFamilyNames[static_cast<std::size_t>(family)]; };
  if (is(Family::kDedupe) || is(Family::kResources)) {
    // Nearly every look-up of a dedupe key is for one that is absent, and a resource that is changed was as a rule written long ago.
    o.memtable_prefix_bloom_size_ratio = 0.1;
    o.memtable_whole_key_filtering = true;
  }
  return o;
}

std::shared_ptr<rocksdb::Cache> block_cache() {
  return rocksdb::NewLRUCache(kBlockCacheBytes, kBlockCachePartsLog2);
}

}  // namespace gavel

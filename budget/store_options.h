// How RocksDB is set up. For store.cc alone.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "budget/store.h"

namespace gavel {

// The names on disk, in the order of Family. RocksDB insists on a family named "default": it holds the meta
// data.
inline constexpr std::array<const char*, kFamilyCount> kFamilyNames = {
    "default", "resources", "children",    "changes",   "landing_urls", "accounts", "deposits",
    "dedupe",  "reports",   "click_stats", "frequency", "pacing",       "redo"};

bool is_no_space(const rocksdb::Status& s);

// `out_of_space` is set where something in the background found no space.
rocksdb::DBOptions db_options(std::shared_ptr<std::atomic<bool>> out_of_space);
// `name`: as on disk.
rocksdb::ColumnFamilyOptions family_options(const std::string& name, const std::shared_ptr<rocksdb::Cache>& cache,
                                            Compaction compaction);
std::shared_ptr<rocksdb::Cache> block_cache();  // a new one, for all families

}  // namespace gavel

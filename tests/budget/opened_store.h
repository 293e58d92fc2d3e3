// A store that must open, one row into it, and what is in it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "budget/store.h"

namespace gavel {

inline std::unique_ptr<Store> open_store(const std::string& path) {
  auto opened = Store::open(path);
  EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
  return opened ? std::move(*opened) : nullptr;
}

inline std::uint64_t property(const Store& store, std::string_view name) {
  for (const auto& [its_name, value] : store.properties()) {
    if (its_name == name) return value;
  }
  return 0;
}

// Until RocksDB has flushed and merged what it has begun to.
inline void wait_for_background_work(const Store& store) {
  for (const char* busy : {"rocksdb.num-immutable-mem-table", "rocksdb.num-running-flushes",
                           "rocksdb.compaction-pending", "rocksdb.num-running-compactions"}) {
    while (property(store, busy) > 0) std::this_thread::yield();
  }
}

inline void put(Store& store, Family family, std::string_view key, std::string_view value) {
  WriteBatch batch;
  batch.put(family, key, value);
  ASSERT_FALSE(store.write(batch));
}

inline std::vector<std::pair<std::string, std::string>> rows(const Store& store, Family family,
                                                      std::string_view begin, std::string_view end) {
  std::vector<std::pair<std::string, std::string>> out;
  store.scan(family, begin, end, [&](std::string_view k, std::string_view v) {
    out.emplace_back(k, v);
    return true;
  });
  return out;
}

}  // namespace gavel

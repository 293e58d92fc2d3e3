// A store that must open, one row into it, and what is in it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budget/store.h"

namespace gavel {

inline std::unique_ptr<Store> open_store(const std::string& path) {
  auto opened = Store::open(path);
  EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
  return opened ? std::move(*opened) : nullptr;
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

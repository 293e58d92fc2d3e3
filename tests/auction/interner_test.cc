#include "auction/interner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace gavel {
namespace {

TEST(Interner, GivesNumbersInTheOrderOfFirstAppearance) {
  Interner names;
  EXPECT_EQ(names.size(), 0U);
  EXPECT_EQ(names.intern("red"), 0U);
  EXPECT_EQ(names.intern("blue"), 1U);
  EXPECT_EQ(names.intern("red"), 0U);
  EXPECT_EQ(names.size(), 2U);
  EXPECT_EQ(names.at(0), "red");
  EXPECT_EQ(names.at(1), "blue");
  EXPECT_EQ(names.find("blue"), 1U);
  EXPECT_EQ(names.find("green"), Interner::kAbsent);
}

TEST(Interner, ANameIsAnyBytes) {
  Interner names;
  const std::string zeros(3, '\0');
  EXPECT_EQ(names.intern(""), 0U);
  EXPECT_EQ(names.intern(zeros), 1U);
  EXPECT_EQ(names.intern("\xFF"), 2U);
  EXPECT_EQ(names.find(""), 0U);
  EXPECT_EQ(names.find(zeros), 1U);
  EXPECT_EQ(names.find(std::string(2, '\0')), Interner::kAbsent);
  EXPECT_EQ(names.at(1), zeros);
  EXPECT_EQ(names.at(2), "\xFF");
}

TEST(Interner, ReservedNumbersHaveNoName) {
  Interner names;
  names.intern("first");
  names.reserve(10);
  EXPECT_EQ(names.size(), 10U);
  EXPECT_TRUE(names.at(5).empty());
  EXPECT_TRUE(names.at(10).empty());
  EXPECT_TRUE(names.at(Interner::kAbsent).empty());
  EXPECT_EQ(names.find(""), Interner::kAbsent);
  EXPECT_EQ(names.intern("tenth"), 10U);
  names.reserve(3);
  EXPECT_EQ(names.size(), 11U);
}

TEST(Interner, ExpectingNamesChangesNoAnswer) {
  Interner names;
  names.intern("first");
  names.expect(10'000);
  EXPECT_EQ(names.size(), 1U);
  EXPECT_EQ(names.find("first"), 0U);
  EXPECT_EQ(names.find("second"), Interner::kAbsent);
  const std::size_t expected = names.memory_bytes();
  names.expect(5);  // fewer than there is room for
  for (int i = 1; i < 10'000; ++i) ASSERT_EQ(names.intern(std::to_string(i)), static_cast<std::uint32_t>(i));
  EXPECT_EQ(names.find("9999"), 9'999U);
  // Only names and their places were added: 4 bytes of length, up to 4 of digits, 4 of place; both grow by doubling.
  EXPECT_LT(names.memory_bytes(), expected + std::size_t{10'000} * 2 * 12);
}

TEST(Interner, LongNamesKeepTheirPlace) {
  Interner names;
  const std::string large(1'000'000, 'x');
  names.intern("before");
  EXPECT_EQ(names.at(names.intern(large)), large);
  const std::string_view view = names.at(0);
  for (int i = 0; i < 10'000; ++i) names.intern(std::to_string(i));
  EXPECT_EQ(names.at(0).data(), view.data());
  EXPECT_EQ(view, "before");
}

TEST(Interner, AgreesWithAMap) {
  Interner names;
  std::unordered_map<std::string, std::uint32_t> twin;
  std::mt19937 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const std::string name = std::to_string(random() % 30'000);
    if (random() % 2 == 0) {
      const auto known = twin.find(name);
      ASSERT_EQ(names.find(name), known == twin.end() ? Interner::kAbsent : known->second);
    } else {
      const auto [place, added] = twin.try_emplace(name, static_cast<std::uint32_t>(twin.size()));
      ASSERT_EQ(names.intern(name), place->second);
    }
  }
  ASSERT_EQ(names.size(), twin.size());
  for (const auto& [name, number] : twin) ASSERT_EQ(names.at(number), name);
}

TEST(Interner, ManyAreFoundAsOneByOne) {
  std::mt19937 random(3);
  Interner names;
  for (int i = 0; i < 20'000; ++i) names.intern("n" + std::to_string(random() % 50'000));
  names.reserve(names.size() + 3);
  for (std::size_t count = 0; count < 70; ++count) {
    std::vector<std::string> wanted;
    for (std::size_t i = 0; i < count; ++i)
      wanted.push_back(i == 5 ? "" : "n" + std::to_string(random() % 50'000));
    const std::vector<std::string_view> views(wanted.begin(), wanted.end());
    std::vector<std::uint32_t> found(count, 7);
    names.find(views, found);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(found[i], names.find(views[i])) << views[i];
  }
}

TEST(Interner, MemoryIsInProportionToTheNames) {
  Interner names;
  EXPECT_LT(names.memory_bytes(), 16U * 1024);
  constexpr std::uint32_t kNames = 100'000;
  for (std::uint32_t i = 0; i < kNames; ++i) names.intern("item-" + std::to_string(i));
  EXPECT_GT(names.memory_bytes(), kNames * 20U);
  EXPECT_LT(names.memory_bytes(), kNames * 80U);
}

// Under TSan: names are found and read while the table doubles many times over.
TEST(Interner, ReadersFindWhatWasPublishedWhileItGrows) {
  constexpr std::uint32_t kNames = 100'000;
  const auto name_of = [](std::uint32_t i) { return "name:" + std::to_string(i); };
  Interner names;
  std::atomic<std::uint32_t> published{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (std::uint32_t seed = 1; seed <= 2; ++seed) {
    readers.emplace_back([&, seed] {
      std::mt19937 random(seed);
      while (published.load(std::memory_order_acquire) < kNames) {
        const std::uint32_t known = published.load(std::memory_order_acquire);
        const auto i = static_cast<std::uint32_t>(random() % kNames);
        const std::string name = name_of(i);
        const std::uint32_t found = names.find(name);
        // What was published before must be found; what was not may be, and then is right.
        if (i < known ? found != i : (found != i && found != Interner::kAbsent)) ++wrong;
        if (found != Interner::kAbsent && names.at(found) != name) ++wrong;
        if (names.find("absent") != Interner::kAbsent) ++wrong;
        if (names.size() < known) ++wrong;
      }
    });
  }
  for (std::uint32_t i = 0; i < kNames; ++i) {
    names.intern(name_of(i));
    published.store(i + 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace gavel

// Strings given dense numbers in the order of their first appearance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace gavel {

// Grow-only. find() and at() never wait and may run on any thread; intern(), reserve(), expect() and
// memory_bytes() are for one thread at a time. Views stay valid for the life of the interner and are aligned
// to 4 bytes. A name is any bytes.
class Interner {
 public:
  static constexpr std::uint32_t kAbsent = 0xFFFFFFFF;

  Interner();
  ~Interner();

  std::uint32_t find(std::string_view name) const;  // kAbsent where it was never interned
  // find() of each of `names`, of which there are as many in `numbers`: what they lead to is waited for together.
  void find(std::span<const std::string_view> names, std::span<std::uint32_t> numbers) const;
  std::uint32_t intern(std::string_view name);  // the number it has or now gets
  std::string_view at(std::uint32_t number) const;  // empty where no name has this number
  // Asks the processor to fetch what at() reads: step 0 where the name is, step 1 the name. Only for numbers
  // given.
  void prefetch(std::uint32_t number, int step) const;
  // And where find() and intern() look first for this name.
  void prefetch(std::string_view name) const;
  std::uint32_t size() const;  // one more than the greatest number given or reserved
  // Makes the next number at least `number`: those skipped have no name (they were given and never stored).
  void reserve(std::uint32_t number);
  // Makes room for so many names in all, where the number is known beforehand: growing step by step costs
  // time.
  void expect(std::uint32_t names);
  std::size_t memory_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel

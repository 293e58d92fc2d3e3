#include "auction/interner.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <vector>

#include "auction/string_arena.h"
#include "budget/stable_vector.h"

namespace gavel {

namespace {

// A slot of the table: the name's hash above, its number plus one below; 0 is a free slot. With the hash at
// hand an absent name is told from others without following a pointer, and the table grows without reading
// any name.
using Slot = std::uint64_t;
constexpr Slot kFree = 0;

constexpr std::uint32_t hash_in(Slot slot) {
  return static_cast<std::uint32_t>(slot >> 32);
}
constexpr std::uint32_t number_in(Slot slot) {
  return static_cast<std::uint32_t>(slot) - 1;
}
constexpr Slot make_slot(std::uint32_t hash, std::uint32_t number) {
  return static_cast<Slot>(hash) << 32 | (number + 1);
}

std::uint32_t hash_of(std::string_view name) {
  const auto wide = static_cast<std::uint64_t>(std::hash<std::string_view>{}(name));
  return static_cast<std::uint32_t>(wide ^ wide >> 32);
}

// Open addressing with linear probing. Slots go from free to taken once.
struct Table {
  explicit Table(std::size_t capacity) : mask(capacity - 1), slots(new std::atomic<Slot>[capacity]()) {}
  std::size_t capacity() const { return mask + 1; }

  std::size_t mask;
  std::unique_ptr<std::atomic<Slot>[]> slots;
};

constexpr std::size_t kFirstCapacity = 64;

}  // namespace

// Readers go table -> slot -> names -> arena. Each is published with release after what it leads to: a name
// is written before its slot, a table is filled before it becomes the current one. A table that was left
// stays until the end, since a reader may still be in it; all that were left take together no more room than
// the current one.
struct Interner::Impl {
  Impl() { start_table(kFirstCapacity); }

  void start_table(std::size_t capacity) {
    tables.push_back(std::make_unique<Table>(capacity));
    Table& next = *tables.back();
    if (const Table* last = table.load(std::memory_order_relaxed)) {
      for (std::size_t i = 0; i < last->capacity(); ++i) {
        const Slot slot = last->slots[i].load(std::memory_order_relaxed);
        if (slot != kFree) take_slot(next, slot);
      }
    }
    table.store(&next, std::memory_order_release);
  }

  static void take_slot(Table& into, Slot slot) {
    std::size_t i = hash_in(slot) & into.mask;
    while (into.slots[i].load(std::memory_order_relaxed) != kFree) i = (i + 1) & into.mask;
    into.slots[i].store(slot, std::memory_order_release);
  }

  std::uint32_t find(std::string_view name, std::uint32_t hash) const {
    const Table& in = *table.load(std::memory_order_acquire);
    for (std::size_t i = hash & in.mask;; i = (i + 1) & in.mask) {
      const Slot slot = in.slots[i].load(std::memory_order_acquire);
      if (slot == kFree) return kAbsent;
      if (hash_in(slot) == hash && StringArena::view(names[number_in(slot)]) == name) return number_in(slot);
    }
  }

  std::vector<std::unique_ptr<Table>> tables;  // the writer's
  std::atomic<Table*> table{nullptr};
  StableVector<const char*> names;  // by number; null for a reserved one
  StringArena arena;
  std::atomic<std::uint32_t> size{0};
  std::size_t named = 0;  // the writer's: taken slots
};

Interner::Interner() : impl_(std::make_unique<Impl>()) {}
Interner::~Interner() = default;

std::uint32_t Interner::find(std::string_view name) const {
  return impl_->find(name, hash_of(name));
}

std::uint32_t Interner::intern(std::string_view name) {
  Impl& my = *impl_;
  const std::uint32_t hash = hash_of(name);
  if (const std::uint32_t known = my.find(name, hash); known != kAbsent) return known;

  // Kept at most three quarters full: there an absent name is probed 8.5 slots far on average, about one
  // cache line.
  Table* table = my.table.load(std::memory_order_relaxed);
  if ((my.named + 1) * 4 > table->capacity() * 3) {
    my.start_table(table->capacity() * 2);
    table = my.table.load(std::memory_order_relaxed);
  }
  const std::uint32_t number = my.size.load(std::memory_order_relaxed);
  my.names.grow_to(std::size_t{number} + 1);
  my.names[number] = my.arena.store(name);
  my.size.store(number + 1, std::memory_order_release);
  Impl::take_slot(*table, make_slot(hash, number));
  ++my.named;
  return number;
}

std::string_view Interner::at(std::uint32_t number) const {
  if (number >= size()) return {};
  const char* stored = impl_->names[number];
  return stored == nullptr ? std::string_view{} : StringArena::view(stored);
}

void Interner::prefetch(std::uint32_t number, int step) const {
  const char* const& stored = impl_->names[number];
  if (step == 0) {
    __builtin_prefetch(&stored);
  } else {
    __builtin_prefetch(stored);
  }
}

std::uint32_t Interner::size() const {
  return impl_->size.load(std::memory_order_acquire);
}

void Interner::reserve(std::uint32_t number) {
  if (number <= size()) return;
  impl_->names.grow_to(number);
  impl_->size.store(number, std::memory_order_release);
}

std::size_t Interner::memory_bytes() const {
  std::size_t bytes = sizeof(Impl) + impl_->arena.memory_bytes() + impl_->names.size() * sizeof(const char*);
  for (const auto& table : impl_->tables) bytes += table->capacity() * sizeof(Slot);
  return bytes;
}

}  // namespace gavel

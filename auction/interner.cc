#include "auction/interner.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <vector>

#include "auction/string_arena.h"
#include "budget/stable_vector.h"
#include "budget/zero_pages.h"

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

// Open addressing with linear probing. Slots go from free to taken once, and back all at once when the table
// is left.
struct Table {
  explicit Table(std::size_t size) : capacity(size), slots(size) {}

  // Where a name of this hash is looked for first. In the order of hashes, so that growing reads one table and writes the
  // other from front to back.
  std::size_t first(std::uint32_t hash) const { return (std::uint64_t{hash} * capacity) >> 32; }
  std::size_t after(std::size_t i) const { return i + 1 == capacity ? 0 : i + 1; }

  std::size_t capacity;  // below 2^32
  ZeroPages<std::atomic<Slot>> slots;
};

constexpr std::size_t kFirstCapacity = 64;

}  // namespace

// Readers go table -> slot -> names -> arena. Each is published with release after what it leads to: a name
// is written before its slot, a table is filled before it becomes the current one. A reader may still be in a
// table that was left: its addresses stay, its memory is given back, and who finds a name absent looks
// whether the table is still the current one.
struct Interner::Impl {
  Impl() { start_table(kFirstCapacity); }

  void start_table(std::size_t capacity) {
    tables.push_back(std::make_unique<Table>(capacity));
    Table& next = *tables.back();
    if (const Table* last = table.load(std::memory_order_relaxed)) {
      for (std::size_t i = 0; i < last->capacity; ++i) {
        const Slot slot = last->slots[i].load(std::memory_order_relaxed);
        if (slot != kFree) take_slot(next, slot);
      }
    }
    const Table* last = table.exchange(&next, std::memory_order_acq_rel);
    if (last != nullptr) last->slots.give_back();
  }

  std::string_view name_of(std::uint32_t number) const { return arena.view(names[number] - 1); }

  // For `names_wanted` names in all. Kept at most three quarters full: there an absent name is probed 8.5
  // slots far on average, about one cache line.
  void make_room(std::size_t names_wanted) {
    std::size_t capacity = table.load(std::memory_order_relaxed)->capacity;
    if (names_wanted * 4 <= capacity * 3) return;
    // Half as much again at least, so that growing is amortised; no more than that where so many are known to come.
    start_table(std::max(capacity + capacity / 2, names_wanted * 4 / 3 + 1));
  }

  static void take_slot(Table& into, Slot slot) {
    std::size_t i = into.first(hash_in(slot));
    while (into.slots[i].load(std::memory_order_relaxed) != kFree) i = into.after(i);
    into.slots[i].store(slot, std::memory_order_release);
  }

  std::uint32_t find(std::string_view name, std::uint32_t hash) const {
    const Table* in = table.load(std::memory_order_acquire);
    while (true) {
      const std::uint32_t found = find_in(*in, name, hash);
      if (found != kAbsent) return found;
      const Table* now = table.load(std::memory_order_acquire);
      if (now == in) return kAbsent;
      in = now;
    }
  }

  void prefetch_slot(std::uint32_t hash) const {
    const Table& in = *table.load(std::memory_order_acquire);
    __builtin_prefetch(&in.slots[in.first(hash)]);
  }
  // The first number with this hash; kAbsent where there is none.
  std::uint32_t likely(std::uint32_t hash) const {
    const Table& in = *table.load(std::memory_order_acquire);
    for (std::size_t i = in.first(hash);; i = in.after(i)) {
      const Slot slot = in.slots[i].load(std::memory_order_acquire);
      if (slot == kFree) return kAbsent;
      if (hash_in(slot) == hash) return number_in(slot);
    }
  }

  std::uint32_t find_in(const Table& in, std::string_view name, std::uint32_t hash) const {
    for (std::size_t i = in.first(hash);; i = in.after(i)) {
      const Slot slot = in.slots[i].load(std::memory_order_acquire);
      if (slot == kFree) return kAbsent;
      if (hash_in(slot) == hash && name_of(number_in(slot)) == name) return number_in(slot);
    }
  }

  std::vector<std::unique_ptr<Table>> tables;  // the writer's
  std::atomic<Table*> table{nullptr};
  StableVector<StringArena::Ref> names;  // by number, plus one; 0 for a reserved one
  StringArena arena;
  std::atomic<std::uint32_t> size{0};
  std::size_t named = 0;  // the writer's: taken slots
};

Interner::Interner() : impl_(std::make_unique<Impl>()) {}
Interner::~Interner() = default;

std::uint32_t Interner::find(std::string_view name) const {
  return impl_->find(name, hash_of(name));
}

void Interner::find(std::span<const std::string_view> names, std::span<std::uint32_t> numbers) const {
  constexpr std::size_t kAtOnce = 16;
  const Impl& my = *impl_;
  for (std::size_t from = 0; from < names.size(); from += kAtOnce) {
    const auto some = names.subspan(from, std::min(kAtOnce, names.size() - from));
    std::array<std::uint32_t, kAtOnce> hashes;
    for (std::size_t i = 0; i < some.size(); ++i) {
      hashes[i] = hash_of(some[i]);
      my.prefetch_slot(hashes[i]);
    }
    for (const int step : {0, 1}) {
      for (std::size_t i = 0; i < some.size(); ++i) {
        const std::uint32_t likely = my.likely(hashes[i]);
        if (likely != kAbsent) prefetch(likely, step);
      }
    }
    for (std::size_t i = 0; i < some.size(); ++i) numbers[from + i] = my.find(some[i], hashes[i]);
  }
}

std::uint32_t Interner::intern(std::string_view name) {
  Impl& my = *impl_;
  const std::uint32_t hash = hash_of(name);
  if (const std::uint32_t known = my.find(name, hash); known != kAbsent) return known;

  my.make_room(my.named + 1);
  const std::uint32_t number = my.size.load(std::memory_order_relaxed);
  my.names.grow_to(std::size_t{number} + 1);
  my.names[number] = my.arena.store(name) + 1;
  my.size.store(number + 1, std::memory_order_release);
  Impl::take_slot(*my.table.load(std::memory_order_relaxed), make_slot(hash, number));
  ++my.named;
  return number;
}

std::string_view Interner::at(std::uint32_t number) const {
  if (number >= size()) return {};
  return impl_->names[number] == 0 ? std::string_view{} : impl_->name_of(number);
}

void Interner::prefetch(std::uint32_t number, int step) const {
  const StringArena::Ref& stored = impl_->names[number];
  if (step == 0) {
    __builtin_prefetch(&stored);
  } else if (stored != 0) {
    impl_->arena.prefetch(stored - 1);
  }
}

void Interner::prefetch(std::string_view name) const {
  impl_->prefetch_slot(hash_of(name));
}

std::uint32_t Interner::size() const {
  return impl_->size.load(std::memory_order_acquire);
}

void Interner::reserve(std::uint32_t number) {
  if (number <= size()) return;
  impl_->names.grow_to(number);
  impl_->size.store(number, std::memory_order_release);
}

void Interner::expect(std::uint32_t names) {
  impl_->make_room(names);
}

std::size_t Interner::memory_bytes() const {
  std::size_t bytes =
      sizeof(Impl) + impl_->arena.memory_bytes() + impl_->names.size() * sizeof(StringArena::Ref);
  return bytes + impl_->tables.back()->capacity * sizeof(Slot);
}

}  // namespace gavel

#include "budget/click_stats.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <vector>

#include "budget/stable_vector.h"

namespace gavel {
namespace {

constexpr std::uint64_t kEmpty = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kFirstCapacity = 1'024;

struct Counters {
  std::atomic<std::uint64_t> examined_nano{0};
  std::atomic<std::uint64_t> clicks{0};
};

// Open addressing with linear probing; never more than half full, nothing is ever removed.
struct Table {
  struct Entry {
    std::atomic<std::uint64_t> key{kEmpty};
    std::atomic<std::uint32_t> index{0};  // into the counters; written before the key
  };
  explicit Table(std::size_t capacity_)
      : capacity(capacity_), entries(std::make_unique<Entry[]>(capacity_)) {}

  // The entry of this key, or the empty one where it belongs.
  Entry& find(std::uint64_t key) const {
    std::uint64_t h = key * 0x9E3779B97F4A7C15u;
    h ^= h >> 32;
    for (std::size_t i = h & (capacity - 1);; i = (i + 1) & (capacity - 1)) {
      const std::uint64_t seen = entries[i].key.load(std::memory_order_acquire);
      if (seen == key || seen == kEmpty) return entries[i];
    }
  }
  void insert(std::uint64_t key, std::uint32_t index) {
    Entry& entry = find(key);
    entry.index.store(index, std::memory_order_relaxed);
    entry.key.store(key, std::memory_order_release);
  }

  std::size_t capacity;
  std::unique_ptr<Entry[]> entries;
};

std::uint64_t key_of(AdIx ad, PlacementIx placement) {
  return std::uint64_t{ad.value} << 32 | placement.value;
}

}  // namespace

Probability smoothed_pctr(ClickCounts seen, Probability prior) {
  const UInt128 one = kProbabilityOne;
  const UInt128 weight = kPctrPriorImpressions;
  const UInt128 clicks_nano = seen.clicks * one;
  const UInt128 examined_nano = std::max<UInt128>(seen.examined_nano, clicks_nano);
  const UInt128 numerator = clicks_nano + static_cast<UInt128>(prior.nano) * weight;
  return {static_cast<std::int32_t>(half_even_div(numerator * one, examined_nano + weight * one))};
}

// A full table is replaced by one of twice the size; readers may still be in the old ones, which are kept:
// together they are no larger than the one in use.
struct ClickStats::Impl {
  PctrCeilings ceilings;
  StableVector<Counters> counters;
  std::vector<std::unique_ptr<Table>> tables;
  std::atomic<Table*> table{nullptr};

  Impl() { publish(std::make_unique<Table>(kFirstCapacity)); }
  void publish(std::unique_ptr<Table> next) {
    table.store(next.get(), std::memory_order_release);
    tables.push_back(std::move(next));
  }
  void grow() {
    const Table& old = *table.load(std::memory_order_relaxed);
    auto next = std::make_unique<Table>(2 * old.capacity);
    for (std::size_t i = 0; i < old.capacity; ++i) {
      const std::uint64_t key = old.entries[i].key.load(std::memory_order_relaxed);
      if (key != kEmpty) next->insert(key, old.entries[i].index.load(std::memory_order_relaxed));
    }
    publish(std::move(next));
  }
};

ClickStats::ClickStats() : impl_(std::make_unique<Impl>()) {}
ClickStats::~ClickStats() = default;

ClickCounts ClickStats::get(AdIx ad, PlacementIx placement) const {
  const std::uint64_t key = key_of(ad, placement);
  const Table::Entry& entry = impl_->table.load(std::memory_order_acquire)->find(key);
  if (entry.key.load(std::memory_order_acquire) != key) return {};
  const Counters& counters = impl_->counters[entry.index.load(std::memory_order_relaxed)];
  return {.examined_nano = counters.examined_nano.load(std::memory_order_acquire),
          .clicks = counters.clicks.load(std::memory_order_acquire)};
}

void ClickStats::set(AdIx ad, PlacementIx placement, ClickCounts counts) {
  impl_->ceilings.observe(ad, smoothed_pctr(counts, kCeilingPrior));
  const std::uint64_t key = key_of(ad, placement);
  const std::size_t size = impl_->counters.size();
  if (2 * (size + 1) > impl_->table.load(std::memory_order_relaxed)->capacity) impl_->grow();
  Table& table = *impl_->table.load(std::memory_order_relaxed);
  Table::Entry& entry = table.find(key);
  const bool known = entry.key.load(std::memory_order_relaxed) == key;
  const std::uint32_t index =
      known ? entry.index.load(std::memory_order_relaxed) : static_cast<std::uint32_t>(size);
  if (!known) impl_->counters.grow_to(size + 1);
  // Released, so that who sees them sees what the ceilings were told of them.
  impl_->counters[index].examined_nano.store(counts.examined_nano, std::memory_order_release);
  impl_->counters[index].clicks.store(counts.clicks, std::memory_order_release);
  if (!known) table.insert(key, index);
}

PctrCeilings& ClickStats::ceilings() {
  return impl_->ceilings;
}
const PctrCeilings& ClickStats::ceilings() const {
  return impl_->ceilings;
}

std::size_t ClickStats::size() const {
  return impl_->counters.size();
}

}  // namespace gavel

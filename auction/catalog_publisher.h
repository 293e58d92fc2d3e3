// Hands the newest snapshot to every worker.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "auction/catalog.h"

namespace gavel {

// Thread-safe. What a snapshot alone had is freed by who publishes, at a publication after its last use: a
// worker should not do that between two auctions. Workers say what they use by hazard pointers (Michael, IEEE
// TPDS 2004), so that one that sleeps between auctions keeps nothing.
class CatalogPublisher {
 public:
  explicit CatalogPublisher(std::shared_ptr<const Catalog> first)
      : whole_(std::move(first)), current_(without_lists(*whole_)), newest_(whole_.get()) {}

  void publish(std::shared_ptr<const Catalog> next) {
    std::vector<std::shared_ptr<const Catalog>> left;  // freed after the lock
    auto rows = without_lists(*next);
    const std::lock_guard lock(mutex_);
    // Workers hold no reference to what they use, so nothing may throw once it is not the newest any more.
    left.reserve(old_.size());
    old_.reserve(old_.size() + 2);
    whole_.swap(next);
    current_.swap(rows);
    newest_.store(whole_.get(), std::memory_order_seq_cst);
    version_.fetch_add(1, std::memory_order_release);
    // Nobody comes to read an old snapshot any more, so one that only this holds stays so.
    const auto used =
        std::partition(old_.begin(), old_.end(), [this](const auto& old) { return is_used(old); });
    left.assign(std::make_move_iterator(used), std::make_move_iterator(old_.end()));
    old_.erase(used, old_.end());
    old_.push_back(std::move(next));
    old_.push_back(std::move(rows));
  }
  // The newest snapshot, without the lists that auctions read. May be kept: it costs what of its rows has
  // changed since.
  std::shared_ptr<const Catalog> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  // With the lists, to be let go of at once: all that is replaced in them meanwhile is kept (versions.h).
  std::shared_ptr<const Catalog> whole() const {
    const std::lock_guard lock(mutex_);
    return whole_;
  }
  // Goes up with each publication.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  friend class CatalogReader;
  struct alignas(64) Hazard {  // alone on its cache line
    std::atomic<const Catalog*> used{nullptr};
  };

  static std::shared_ptr<const Catalog> without_lists(const Catalog& catalog) {
    return std::make_shared<const Catalog>(catalog.without_lists());
  }
  bool is_used(const std::shared_ptr<const Catalog>& snapshot) const {
    return snapshot.use_count() > 1 || std::ranges::any_of(hazards_, [&](const Hazard& hazard) {
             return hazard.used.load(std::memory_order_seq_cst) == snapshot.get();
           });
  }
  std::list<Hazard>::iterator add_reader() const {
    const std::lock_guard lock(mutex_);
    return hazards_.emplace(hazards_.end());
  }
  void remove_reader(std::list<Hazard>::iterator hazard) const {
    const std::lock_guard lock(mutex_);
    hazards_.erase(hazard);
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const Catalog> whole_, current_;
  std::atomic<const Catalog*> newest_;               // whole_, for who has no lock
  std::vector<std::shared_ptr<const Catalog>> old_;  // the last ones, and those that were in use then
  mutable std::list<Hazard> hazards_;                // of the readers
  std::atomic<std::uint64_t> version_{1};
};

// Announces in `hazard` what load() gives, again until load() still gives what was announced: only then is
// whoever takes a thing out of load()'s reach and looks at the hazards after that sure to find it. `load` is
// sequentially consistent.
template <class T, class Load>
T* announce(std::atomic<T*>& hazard, const Load& load) {
  for (T* found = load();;) {
    hazard.store(found, std::memory_order_seq_cst);
    T* const now = load();
    if (now == found) return now;
    found = now;
  }
}

// One worker's way to the newest snapshot: two uncontended stores. Not thread-safe; ends before the
// publisher.
class CatalogReader {
 public:
  explicit CatalogReader(const CatalogPublisher& publisher)
      : publisher_(publisher), hazard_(publisher.add_reader()) {}
  ~CatalogReader() { publisher_.remove_reader(hazard_); }
  CatalogReader(const CatalogReader&) = delete;
  CatalogReader& operator=(const CatalogReader&) = delete;

  // While it lives the snapshot does. One at a time.
  class Use {
   public:
    ~Use() { use_.store(nullptr, std::memory_order_release); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    const Catalog& operator*() const { return catalog_; }

   private:
    friend class CatalogReader;
    Use(std::atomic<const Catalog*>& use, const Catalog& catalog) : use_(use), catalog_(catalog) {}
    std::atomic<const Catalog*>& use_;
    const Catalog& catalog_;
  };

  // The newest snapshot.
  Use use() {
    const auto newest = [this] { return publisher_.newest_.load(std::memory_order_seq_cst); };
    return Use(hazard_->used, *announce(hazard_->used, newest));
  }

 private:
  const CatalogPublisher& publisher_;
  const std::list<CatalogPublisher::Hazard>::iterator hazard_;
};

}  // namespace gavel

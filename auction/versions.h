// The versions of what all snapshots of the catalog share: which of them a snapshot sees, and when what
// nobody sees any more is freed.
//
// Multiversion concurrency control with one writer (Bernstein and Goodman, ACM Computing Surveys 1981; Wu et
// al., VLDB 2017, append-only, newest to oldest): a place in a shared table leads to the newest of its
// versions and each version to the one before it. Who reads a snapshot goes on until it meets one that was
// made no later. So a change touches what it changes, and neither copies nor counts its neighbours.
#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <utility>
#include <vector>

namespace gavel {

class Version;
void intrusive_ptr_add_ref(const Version* version);
void intrusive_ptr_release(const Version* version);
using VersionPtr = boost::intrusive_ptr<Version>;

// What a snapshot holds on to. Things that it or an older one may see and the next does not are freed when
// nobody holds any of these, by who lets go last: so whoever keeps a snapshot for long keeps all that has
// been replaced since.
class Version {
 public:
  // The first: before anything was put.
  static VersionPtr first() { return VersionPtr(new Version(0)); }

  std::uint64_t number() const { return number_; }

 private:
  friend class VersionWriter;
  friend void intrusive_ptr_add_ref(const Version* version);
  friend void intrusive_ptr_release(const Version* version);
  struct Retired {
    void* thing;
    void (*free)(void*);
  };

  explicit Version(std::uint64_t number) : number_(number) {}
  ~Version() {
    for (const Retired& retired : retired_) retired.free(retired.thing);
  }

  const std::uint64_t number_;
  mutable std::atomic<std::uint32_t> references_{0};
  std::vector<Retired> retired_;  // replaced by the next version
  VersionPtr next_;               // so that it ends after this one
};

// The version that is being made. Not thread-safe.
class VersionWriter {
 public:
  // Goes on from the newest version; there is no other writer that has changed anything since.
  explicit VersionWriter(VersionPtr newest) : last_(std::move(newest)), now_(next_of(*last_)) {}

  std::uint64_t number() const { return now_->number_; }
  const VersionPtr& now() const { return now_; }

  // What a place led to and does not any more: seen by who holds the versions before, or, of the version that
  // is being made, by who just passes. T is freed with `delete`.
  template <class T>
  void retire(T* thing) {
    if (last_->number_ == 0) {  // whose readers look at nothing
      delete thing;
    } else {
      last_->retired_.push_back({thing, [](void* retired) { delete static_cast<T*>(retired); }});
    }
  }

  // Ends the version: nothing of it changes any more. Begins the next.
  void turn() {
    last_ = now_;
    now_ = next_of(*last_);
  }

 private:
  static VersionPtr next_of(Version& version) {
    if (!version.next_) version.next_ = VersionPtr(new Version(version.number_ + 1));
    return version.next_;
  }

  VersionPtr last_, now_;
};

inline void intrusive_ptr_add_ref(const Version* version) {
  version->references_.fetch_add(1, std::memory_order_relaxed);
}

// Lets go of one after the other: there may be thousands behind one that was held for long.
inline void intrusive_ptr_release(const Version* version) {
  while (version != nullptr && version->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    const Version* const next = const_cast<Version*>(version)->next_.detach();
    delete version;
    version = next;
  }
}

}  // namespace gavel

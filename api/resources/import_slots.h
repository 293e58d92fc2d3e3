// How many bulk imports run at a time, so that no one key keeps the others out.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/auth.h"

namespace gavel {

inline constexpr int kImportsMax = 8;
inline constexpr int kImportsOfAdvertisersMax = 6;  // of all of them together: the rest is kept for admin
inline constexpr int kImportsPerAdvertiserMax = 2;  // whichever of its keys it uses

// Thread-safe. Slots may outlive it.
class ImportSlots {
 public:
  // A place for an import of this caller, taken as long as the pointer lives; null where none is free for it.
  std::shared_ptr<void> take(const Principal& principal);

 private:
  struct Counts {
    std::mutex mutex;
    // Protected by mutex.
    int all = 0, of_advertisers = 0;
    std::map<std::string, int> by_advertiser;  // those that run any
  };
  class Slot;

  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace gavel

#include "api/resources/import_slots.h"

#include <utility>

namespace gavel {

// Gives back what was counted when it ends.
class ImportSlots::Slot {
 public:
  Slot(std::shared_ptr<Counts> counts, std::string advertiser)
      : counts_(std::move(counts)), advertiser_(std::move(advertiser)) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    const std::lock_guard lock(counts_->mutex);
    --counts_->all;
    if (advertiser_.empty()) return;
    --counts_->of_advertisers;
    const auto own = counts_->by_advertiser.find(advertiser_);
    if (--own->second == 0) counts_->by_advertiser.erase(own);
  }

 private:
  const std::shared_ptr<Counts> counts_;
  const std::string advertiser_;  // empty for admin
};

std::shared_ptr<void> ImportSlots::take(const Principal& principal) {
  const bool of_advertiser = principal.role == Role::kAdvertiser;
  const std::lock_guard lock(counts_->mutex);
  if (counts_->all >= kImportsMax) return nullptr;
  if (of_advertiser) {
    if (counts_->of_advertisers >= kImportsOfAdvertisersMax) return nullptr;
    const auto own = counts_->by_advertiser.find(principal.advertiser_id);
    if (own != counts_->by_advertiser.end() && own->second >= kImportsPerAdvertiserMax) return nullptr;
    ++counts_->by_advertiser[principal.advertiser_id];
    ++counts_->of_advertisers;
  }
  ++counts_->all;
  return std::make_shared<Slot>(counts_, of_advertiser ? principal.advertiser_id : std::string());
}

}  // namespace gavel

// Who may run how many imports at a time.
#include "api/resources/import_slots.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gavel {
namespace {

Principal shop(const std::string& id) {
  return {.role = Role::kAdvertiser, .advertiser_id = id, .actor = "advertiser:x"};
}
const Principal kAdmin{.role = Role::kAdmin, .advertiser_id = {}, .actor = "admin:x"};

TEST(ImportSlots, NoAdvertiserHoldsThemAll) {
  ImportSlots slots;
  std::vector<std::shared_ptr<void>> held;
  for (int i = 0; i < kImportsPerAdvertiserMax; ++i) {
    held.push_back(slots.take(shop("a")));
    EXPECT_NE(held.back(), nullptr);
  }
  EXPECT_EQ(slots.take(shop("a")), nullptr);
  EXPECT_NE(slots.take(shop("b")), nullptr);
  held.pop_back();
  EXPECT_NE(slots.take(shop("a")), nullptr);
}

TEST(ImportSlots, SomeAreKeptForAdmin) {
  ImportSlots slots;
  std::vector<std::shared_ptr<void>> held;
  for (int i = 0; i < kImportsOfAdvertisersMax; ++i) {
    held.push_back(slots.take(shop(std::to_string(i))));
    EXPECT_NE(held.back(), nullptr);
  }
  EXPECT_EQ(slots.take(shop("another")), nullptr);
  for (int i = kImportsOfAdvertisersMax; i < kImportsMax; ++i) {
    held.push_back(slots.take(kAdmin));
    EXPECT_NE(held.back(), nullptr);
  }
  EXPECT_EQ(slots.take(kAdmin), nullptr);
  held.clear();
  for (int i = 0; i < kImportsMax; ++i) held.push_back(slots.take(kAdmin));
  EXPECT_NE(held.back(), nullptr) << "admin may have them all";
  EXPECT_EQ(slots.take(shop("a")), nullptr);
}

TEST(ImportSlots, ASlotMayOutliveThem) {
  std::shared_ptr<void> slot;
  {
    ImportSlots slots;
    slot = slots.take(shop("a"));
  }
  EXPECT_NE(slot, nullptr);
}

}  // namespace
}  // namespace gavel

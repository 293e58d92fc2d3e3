#include "budget/disk_room.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "budget/failpoint.h"

namespace gavel {

void DiskRoom::keep_free(std::uint64_t bytes) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(path_, error);
  reserve_.store(error ? bytes : std::min(bytes, space.capacity / kReserveShareOfDisk),
                 std::memory_order_relaxed);
}

std::uint64_t DiskRoom::free_bytes() const {
  if (GAVEL_FAULT("disk-full")) return 0;
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(path_, error);
  return error ? UINT64_MAX : space.available;
}

bool DiskRoom::has(std::uint64_t bytes) const {
  const std::uint64_t kept = reserve();
  if (kept == 0) return true;
  const std::uint64_t free = free_bytes();
  return free >= kept && free - kept >= bytes;
}

}  // namespace gavel

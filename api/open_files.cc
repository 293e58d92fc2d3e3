#include "api/open_files.h"

#include <sys/resource.h>

#include <algorithm>

#include "api/http/server.h"

namespace gavel {

std::uint64_t raise_open_files_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  const rlim_t before = files.rlim_cur;
  files.rlim_cur = files.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : before;
}

std::uint64_t connections_within(std::uint64_t open_files_limit, std::uint64_t wanted) {
  const std::uint64_t others = std::min(kOtherFiles + kRefusalsMax, open_files_limit / 2);
  return std::min(wanted, std::max<std::uint64_t>(open_files_limit - others, 1));
}

}  // namespace gavel

#include "budget/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace gavel {
namespace {

struct Armed {
  std::string name;
  std::uint64_t nth = 0;  // 0: a fault
  std::string file;       // of a fault that is on while there is such a file
  std::atomic<std::uint64_t> passed{0};

  Armed() {
    const char* const text = std::getenv("GAVEL_FAILPOINTS");
    if (text == nullptr) return;
    name = text;
    if (const auto at = name.find('@'); at != std::string::npos) {
      file = name.substr(at + 1);
      name.resize(at);
      return;
    }
    const auto colon = name.find(':');
    if (colon == std::string::npos) return;
    nth = std::strtoull(name.c_str() + colon + 1, nullptr, 10);
    name.resize(colon);
  }
};

Armed& armed() {
  static Armed the_one;
  return the_one;
}

}  // namespace

void pass_failpoint(const char* name) {
  if (armed().nth == 0 || armed().name != name) return;
  if (armed().passed.fetch_add(1) + 1 != armed().nth) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();  // other threads may go on for a moment, this one not
}

bool is_fault_armed(const char* name) {
  return armed().nth == 0 && armed().name == name &&
         (armed().file.empty() || access(armed().file.c_str(), F_OK) == 0);
}

}  // namespace gavel

// Named places at which a test kills the process or makes it err. The server has none of them: they are
// compiled into `gaveld_failpoints` alone (tests/failpoints), the same program as the crash tests see it.
//
// The environment arms them: GAVEL_FAILPOINTS="NAME:N" kills the process (SIGKILL) when it passes NAME for
// the Nth time, GAVEL_FAILPOINTS="NAME" switches the fault NAME on, GAVEL_FAILPOINTS="NAME@FILE" does while
// there is such a file. A new point needs its source in tests/CMakeLists.txt and its name in
// tests/crash/failpoint_test.cc; a test there tells when one is forgotten.
#pragma once

#ifdef GAVEL_FAILPOINTS
namespace gavel {
void pass_failpoint(const char* name);  // thread-safe
bool is_fault_armed(const char* name);  // thread-safe
}  // namespace gavel
#define GAVEL_FAILPOINT(name) ::gavel::pass_failpoint(name)
#define GAVEL_FAULT(name) ::gavel::is_fault_armed(name)
#else
#define GAVEL_FAILPOINT(name) static_cast<void>(0)
#define GAVEL_FAULT(name) false
#endif

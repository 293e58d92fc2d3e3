// What a fuzzer does where something is not as it must be.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace gavel {

// Ends the program, which libFuzzer reports together with the input, where `holds` is false.
inline void fuzz_check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace gavel

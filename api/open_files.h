// How many files this process may have open, and how many of them connections may take.
#pragma once

#include <cstdint>

namespace gavel {

// What stays for others than connections: the database's tables and logs, its directories, the log.
inline constexpr std::uint64_t kOtherFiles = 2'000;

// Raises this process's limit on open files (RLIMIT_NOFILE) to what the system lets it, and gives it. Many
// systems start programs with 1,024 and allow far more.
std::uint64_t raise_open_files_limit();

// How many of `wanted` connections there is room for under that limit: kOtherFiles and those of kRefusalsMax connections
// stay free, or half of it where it is less than twice that. A database that can open no file fails, while a connection that is turned
// away may come again.
std::uint64_t connections_within(std::uint64_t open_files_limit, std::uint64_t wanted);

}  // namespace gavel

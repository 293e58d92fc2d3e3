// Making files and their names durable.
#pragma once

#include <filesystem>

namespace gavel {

// Waits until the bytes of a file, or the names in a directory, are on the disk: a new file, directory or
// name lasts only when the directory that it stands in was synced, too. False with errno set on failure.
// Thread-safe.
bool sync_path(const std::filesystem::path& path);

}  // namespace gavel

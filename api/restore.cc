#include "api/restore.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

#include "api/data_directory.h"
#include "api/json/json_writer.h"
#include "api/sync.h"
#include "budget/store.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using Failure = std::optional<std::string>;

constexpr std::string_view kAddressFile = "listen_address";  // of a running server, not of its data

// The first of "<path>-1", "<path>-2", ... that is free.
fs::path free_name(const fs::path& path) {
  for (int i = 1;; ++i) {
    fs::path name = path;
    name += "-" + std::to_string(i);
    if (!fs::exists(name)) return name;
  }
}

Failure sync(const fs::path& path) {
  if (sync_path(path)) return std::nullopt;
  return path.string() + " cannot be made durable: " + std::strerror(errno);
}

Failure copy_durably(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);  // its mode is copied, too
  if (error) return from.string() + " cannot be copied to " + to.string() + ": " + error.message();
  return sync(to);
}

Failure copy_database(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directory(to, error);
  if (error) return to.string() + " cannot be made: " + error.message();
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const fs::path name = entry.path().filename();
    if (!entry.is_regular_file() || name == "LOCK") continue;
    if (auto failed = copy_durably(entry.path(), to / name)) return failed;
  }
  if (error) return from.string() + " cannot be read: " + error.message();
  return sync(to);
}

bool same_content(const fs::path& a, const fs::path& b) {
  std::ifstream x(a, std::ios::binary), y(b, std::ios::binary);
  return x && y && std::equal(std::istreambuf_iterator<char>(x), {}, std::istreambuf_iterator<char>(y), {});
}

// One file beside the database; one that is there and another is kept.
Failure restore_file(const fs::path& from, const fs::path& to) {
  if (fs::exists(to) && same_content(from, to)) return std::nullopt;
  fs::path fresh = to;
  fresh += ".restoring";
  std::error_code error;
  fs::remove(fresh, error);  // a copy of our own that a crash left
  if (auto failed = copy_durably(from, fresh)) return failed;
  if (fs::exists(to)) {
    fs::path kept = to;
    fs::rename(to, free_name(kept += ".replaced"), error);
  }
  if (!error) fs::rename(fresh, to, error);
  if (error) return to.string() + " cannot be replaced: " + error.message();
  return std::nullopt;
}

Failure restore_files(const fs::path& checkpoint, const fs::path& data_dir) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(checkpoint, error)) {
    const fs::path name = entry.path().filename();
    if (!entry.is_regular_file() || name == kAddressFile) continue;
    if (auto failed = restore_file(entry.path(), data_dir / name)) return failed;
  }
  if (error) return checkpoint.string() + " cannot be read: " + error.message();
  return std::nullopt;
}

// Puts `fresh` in the place of `db`, which becomes `kept` (empty: there is none). Where the file system can,
// they are exchanged in one step, so that at no moment a server could start on a directory without a
// database.
Failure exchange(const fs::path& fresh, const fs::path& db, const fs::path& kept) {
  std::error_code error;
  if (kept.empty()) {
    fs::remove(db, error);  // an empty directory, if anything
  } else {
    if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, db.c_str(), RENAME_EXCHANGE) == 0) {
      fs::rename(fresh, kept, error);
      if (!error) return sync(db.parent_path());
      return db.string() + " is restored, but what was there could not be renamed to " + kept.string() +
             ": " + error.message();
    }
    fs::rename(db, kept, error);
  }
  if (!error) fs::rename(fresh, db, error);
  if (error) return fresh.string() + " cannot take the place of " + db.string() + ": " + error.message();
  return sync(db.parent_path());
}

// What the checkpoint says of itself, once it has been opened and every file of it read.
Result<DataRecord, RestoreError> examine(const fs::path& path) {
  const auto store = Store::open_read_only((path / "db").string());
  if (!store) return RestoreError{store.error().message};
  if (const auto damaged = (*store)->check_files()) return RestoreError{damaged->message};
  const auto record = read_data_record(**store, path.string());
  if (!record) return RestoreError{record.error().message};
  return *record;
}

std::string describe(const DataRecord& record) {
  std::string text = "format " + std::to_string(record.format);
  if (!record.last_clock) return text;
  text += ", business time ";
  append_timestamp(text, std::chrono::floor<std::chrono::seconds>(*record.last_clock));
  return text;
}

// Sets `kept` to the name under which the present database is to be kept, empty where there is none; or says
// why it must stay.
std::optional<RestoreError> choose_name(const RestoreOptions& options, fs::path& kept) {
  const fs::path db = fs::path(options.data_dir) / "db";
  if (!fs::exists(db) || fs::is_empty(db)) return std::nullopt;
  auto present = Store::open_read_only(db.string());
  // A server would start where only the last write was torn by a power cut, and drop it.
  if (!present && present.error().code == StoreError::Code::kCorrupt) present = Store::open(db.string());
  if (!present && present.error().code != StoreError::Code::kCorrupt)
    return RestoreError{present.error().message};
  if (present && !options.force) {
    return RestoreError{
        options.data_dir +
        " holds a database that opens and may know more than the checkpoint; to put the checkpoint in "
        "its place all the same, add --force (it is kept beside it)"};
  }
  kept = free_name(db.string() + (present ? ".replaced" : ".damaged"));
  return std::nullopt;
}

}  // namespace

Result<Restored, RestoreError> restore_checkpoint(const RestoreOptions& options) {
  const fs::path checkpoint = options.checkpoint, data_dir = options.data_dir, db = data_dir / "db";
  if (const auto source = examine(checkpoint); !source) return source.error();
  std::error_code error;
  fs::create_directories(data_dir, error);
  if (error) return RestoreError{options.data_dir + " cannot be made: " + error.message()};
  fs::path kept;
  if (auto refused = choose_name(options, kept)) return *refused;

  const fs::path fresh = data_dir / "db.restoring";
  if (fs::exists(fresh)) fs::rename(fresh, free_name(data_dir / "db.unfinished"), error);
  if (auto failed = copy_database(checkpoint / "db", fresh)) return RestoreError{*failed};
  const auto copied = Store::open_read_only(fresh.string());
  if (!copied) return RestoreError{"the copy of the checkpoint does not open: " + copied.error().message};
  const auto record = read_data_record(**copied, fresh.string());
  if (!record) return RestoreError{record.error().message};
  if (auto failed = restore_files(checkpoint, data_dir)) return RestoreError{*failed};
  if (auto failed = exchange(fresh, db, kept)) return RestoreError{*failed};

  std::string done =
      options.data_dir + " restored from " + options.checkpoint + " (" + describe(*record) + ")";
  if (!kept.empty()) done += "; what was there is kept as " + kept.string();
  return Restored{std::move(done)};
}

}  // namespace gavel

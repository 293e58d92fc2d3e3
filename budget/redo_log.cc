#include "budget/redo_log.h"

#include <optional>
#include <stdexcept>

#include "budget/big_endian.h"

namespace gavel {
namespace {

[[noreturn]] void fail(RedoOrdinal at, const std::string& what) {
  throw std::runtime_error("the redo log is damaged: commit " + std::to_string(at) + " " + what);
}

RedoOrdinal read_ordinal(std::string_view bytes) {
  return BigEndianReader(bytes).read<RedoOrdinal>();
}

// Visits what one entry names; the ordinal after the last.
RedoOrdinal read_entry(const Store& store, RedoOrdinal commit, std::string_view bytes,
                       const std::function<void(const RedoItem&)>& visit) {
  constexpr std::size_t kHead = 3;
  RedoOrdinal ordinal = commit;
  while (!bytes.empty()) {
    if (bytes.size() < kHead) fail(commit, "ends too early");
    const bool is_deposit = bytes[0] == 'd';
    const std::size_t length = BigEndianReader(bytes.substr(1)).read<std::uint16_t>();
    if (bytes.size() < kHead + length) fail(commit, "ends too early");
    const std::string_view key = bytes.substr(kHead, length);
    const auto value = store.get(is_deposit ? Family::kDeposits : Family::kDedupe, key);
    if (!value)
      fail(commit, std::string("names ") + (is_deposit ? "a deposit" : "an event") + " that is lost");
    visit({.commit = commit, .ordinal = ordinal, .is_deposit = is_deposit, .key = key, .value = *value});
    ++ordinal;
    bytes.remove_prefix(kHead + length);
  }
  return ordinal;
}

}  // namespace

std::string redo_key(RedoOrdinal first) {
  std::string key;
  append_big_endian(key, first);
  return key;
}

void RedoEntry::add(char kind, std::string_view key) {
  bytes_.push_back(kind);
  append_big_endian(bytes_, static_cast<std::uint16_t>(key.size()));
  bytes_.append(key);
}

RedoOrdinal redo_floor(const Store& store) {
  const auto floor = store.get(Family::kMeta, kRedoFloorKey);
  return floor ? read_ordinal(*floor) : 0;
}

RedoOrdinal redo_begin(const Store& store) {
  RedoOrdinal begin = redo_floor(store);
  store.scan(Family::kRedo, redo_key(begin), "", [&](std::string_view key, std::string_view) {
    begin = read_ordinal(key);
    return false;
  });
  return begin;
}

RedoOrdinal read_redo_log(const Store& store, const std::function<void(const RedoItem&)>& visit) {
  const RedoOrdinal floor = redo_floor(store);
  std::optional<RedoOrdinal> next;
  store.scan(Family::kRedo, redo_key(floor), "", [&](std::string_view key, std::string_view value) {
    const RedoOrdinal commit = read_ordinal(key);
    if (next && *next != commit) fail(commit, "does not follow " + std::to_string(*next));
    next = read_entry(store, commit, value, visit);
    return true;
  });
  return next.value_or(floor);
}

}  // namespace gavel

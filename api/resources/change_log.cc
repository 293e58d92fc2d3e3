#include "api/resources/change_log.h"

#include <limits>

#include "api/json/json_writer.h"

namespace gavel {

namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = 1 + 4;  // version, owner

const char* name_of(OperationKind kind) {
  switch (kind) {
    case OperationKind::kPut:
      return "put";
    case OperationKind::kPatch:
      return "patch";
    case OperationKind::kDelete:
      break;
  }
  return "delete";
}

}  // namespace

// The header, then the entry's JSON object without its number.
void append_change(std::string& out, const ChangeEntry& entry) {
  const ResourceRecord& record = entry.after;
  out += kVersion;
  out += encode_internal_id(record.owner);
  JsonWriter json(out);
  json.begin_object().field("at", entry.at).field("actor", entry.actor).field("type", type_name(entry.type));
  json.field("id", record.id).field("op", name_of(entry.kind)).key("after");
  if (record.deleted) {
    json.null();
  } else {
    append_shown(json.raw(), record);
  }
  json.end_object();
}

void append_changes(std::string& out, const Store& store, const ChangesQuery& query) {
  std::uint64_t shown = 0, scanned = 0, last = query.after;
  const std::size_t begin_bytes = out.size();
  out += "{\"changes\":[";
  const auto visit = [&](std::string_view key, std::string_view value) {
    last = sequence_of_key(key);
    ++scanned;
    const bool wanted = value.size() > kHeaderBytes && value.front() == kVersion &&
                        (!query.owner || decode_internal_id(value.substr(1, 4)) == *query.owner);
    if (wanted) {
      if (shown++ > 0) out += ',';
      out += "{\"seq\":";
      append_unsigned(out, last);
      out += ',';
      out += value.substr(kHeaderBytes + 1);  // past the entry's own brace
    }
    return shown < query.limit && scanned < kChangesScannedMax &&
           out.size() - begin_bytes < kChangesPageBytesMax;
  };
  if (query.limit > 0 && query.after < std::numeric_limits<std::uint64_t>::max()) {
    store.scan(Family::kChanges, change_key(query.after + 1), {}, visit);
  }
  out += "],\"next_after\":";
  append_unsigned(out, last);
  out += '}';
}

}  // namespace gavel

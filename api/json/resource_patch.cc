#include "api/json/resource_patch.h"

#include <string_view>
#include <utility>

#include "api/json/json_writer.h"

namespace gavel {

namespace {

// Calls `visit` for each member of that name; an object may have several.
void for_each_named(const JsonValue& object, std::string_view name,
                    CallableRef<void(const JsonValue&)> visit) {
  for_each_member({object, {}}, [&](std::string_view key, const JsonNode& member) {
    if (key == name) visit(member.value);
  });
}

bool has_member(const JsonValue& object, std::string_view name) {
  bool found = false;
  for_each_named(object, name, [&](const JsonValue&) { found = true; });
  return found;
}

}  // namespace

void append_merged(std::string& out, const JsonValue& target, const JsonValue& patch) {
  // A patch that is no object replaces; one that meets no object is merged with the empty one, that is,
  // copied.
  if (patch.type() != JsonType::kObject || target.type() != JsonType::kObject) {
    patch.append_to(out);
    return;
  }
  char separator = '{';
  const auto begin_member = [&](std::string_view key) {
    out += std::exchange(separator, ',');
    append_json_string(out, key);
    out += ':';
  };
  for_each_member({target, {}}, [&](std::string_view key, const JsonNode& member) {
    bool patched = false;
    for_each_named(patch, key, [&](const JsonValue& change) {
      begin_member(key);
      append_merged(out, member.value, change);
      patched = true;
    });
    if (patched) return;
    begin_member(key);
    member.value.append_to(out);
  });
  for_each_member({patch, {}}, [&](std::string_view key, const JsonNode& member) {
    if (has_member(target, key)) return;
    begin_member(key);
    member.value.append_to(out);
  });
  out += separator == '{' ? "{}" : "}";
}

}  // namespace gavel

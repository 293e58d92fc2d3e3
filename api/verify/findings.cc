#include "api/verify/findings.h"

#include "api/json/json_writer.h"

namespace gavel {
namespace {

void append_figure(std::string& out, const Figure& figure) {
  out.append(figure.source).append(" ");
  if (const auto* number = std::get_if<std::int64_t>(&figure.value)) {
    append_integer(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&figure.value)) {
    out += *text;
  } else {
    out += "nothing";
  }
}

void write_figure(JsonWriter& json, std::string_view key, const Figure& figure) {
  json.key(key).begin_object().field("source", figure.source).key("value");
  if (const auto* number = std::get_if<std::int64_t>(&figure.value)) {
    json.value(*number);
  } else if (const auto* text = std::get_if<std::string>(&figure.value)) {
    json.value(*text);
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace

void Findings::add(Disagreement disagreement) {
  ++disagreements_;
  if (wants_more()) listed_.push_back(std::move(disagreement));
}

std::string Findings::text() const {
  std::string out;
  for (const Disagreement& d : listed_) {
    out.append(d.subject).append(", ").append(d.field).append(": ");
    append_figure(out, d.first);
    out += ", ";
    append_figure(out, d.second);
    out += '\n';
  }
  if (disagreements_ > listed_.size()) {
    out += "and " + std::to_string(disagreements_ - listed_.size()) + " more\n";
  }
  for (const std::string& what : skipped_) out.append("not compared: ").append(what).append("\n");
  out += "checked";
  for (std::string_view comma = " "; const auto& [what, count] : checked_) {
    out.append(comma).append(std::to_string(count)).append(" ").append(what);
    comma = ", ";
  }
  out += disagreements_ == 0 ? ": all agree\n" : ": " + std::to_string(disagreements_) + " disagreements\n";
  return out;
}

std::string Findings::json() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("ok", all_agree()).field("disagreements", disagreements_);
  json.key("listed").begin_array();
  for (const Disagreement& d : listed_) {
    json.begin_object().field("subject", d.subject).field("field", d.field);
    write_figure(json, "first", d.first);
    write_figure(json, "second", d.second);
    json.end_object();
  }
  json.end_array().key("skipped").begin_array();
  for (const std::string& what : skipped_) json.value(what);
  json.end_array().key("checked").begin_object();
  for (const auto& [what, count] : checked_) json.field(what, count);
  json.end_object().end_object();
  out += '\n';
  return out;
}

}  // namespace gavel

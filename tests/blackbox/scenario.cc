#include "tests/blackbox/scenario.h"

#include <utility>

#include "tests/blackbox/answer_check.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

// The first part of a text, for messages.
std::string shortened(const std::string& text) {
  constexpr std::size_t kShown = 3'000;
  return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

std::string text_of(const JsonTree& value) {
  return value.as_string() ? *value.as_string() : value.dump();
}

// The body of a request step as it is sent, and in `content_type` what it is.
std::string body_of(const JsonTree& step, std::string& content_type) {
  if (const auto* text = step.find("text")) return text->text_or_empty();
  if (const auto* lines = step.find("lines")) {
    content_type = "application/x-ndjson";
    std::string out;
    for (const auto& line : lines->items()) out += text_of(line) + "\n";
    if (step["last_newline"] == JsonTree(false) && !out.empty()) out.pop_back();
    return out;
  }
  const auto* body = step.find("body");
  return body ? body->dump() : std::string();
}

}  // namespace

bool Scenario::fail(const std::string& place, const std::string& what) {
  failures_.push_back(file_.filename().string() + ", " + place + ": " + what);
  return false;
}

void Scenario::play() {
  std::string why;
  const auto scenario = JsonTree::parse(read_file(file_), &why);
  if (!scenario || !(*scenario)["steps"].as_array()) {
    fail("file", "is not a scenario: " + why);
    return;
  }
  headers_ = (*scenario)["headers"];
  const auto* config = scenario->find("config");
  server_ = std::make_unique<GaveldProcess>(config ? *config : JsonTree::Object());
  variables_["data_dir"] = server_->data_dir();
  if (!server_->start()) {
    fail("start", "the server is not ready; its log:\n" + shortened(server_->log()));
    return;
  }
  client_ = std::make_unique<HttpClient>(server_->port());
  if (!play_steps((*scenario)["steps"], "step ") && server_->running()) {
    failures_.back() += "\n  log:      " + shortened(server_->log());
  }
  if (server_->running() && server_->terminate() != 0) {
    fail("end", "SIGTERM did not end the server with 0; its log:\n" + shortened(server_->log()));
  }
  const std::string report = server_->sanitizer_report();
  if (!report.empty()) fail("end", "a sanitizer reports:\n" + report);
}

bool Scenario::play_steps(const JsonTree& steps, const std::string& place) {
  for (std::size_t i = 0; i < steps.items().size(); ++i) {
    if (!play_step(steps[i], place + std::to_string(i + 1))) return false;
  }
  return true;
}

bool Scenario::play_step(const JsonTree& step, const std::string& place) {
  if (step.find("use")) return play_fixture(step, place);
  if (step.find("repeat")) return play_repeat(step, place);
  if (step.find("restart")) return play_restart(step, place);
  if (const auto* now = step.find("clock")) {
    const JsonTree call(
        JsonTree::Object{{"request", "POST /v1/admin/clock"}, {"body", JsonTree::Object{{"now", *now}}}});
    return play_request(call, place);
  }
  if (step.find("request")) return play_request(step, place);
  return fail(place, "is no step: " + step.dump());
}

bool Scenario::play_fixture(const JsonTree& step, const std::string& place) {
  const std::string name = step["use"].text_or_empty();
  const auto fixture = JsonTree::parse(read_file(file_.parent_path() / "fixtures" / (name + ".json")));
  if (!fixture) return fail(place, "there is no fixture " + name);
  if (const auto* defaults = (*fixture)["variables"].as_object()) {
    for (const auto& [key, value] : *defaults) variables_[key] = value;
  }
  if (const auto* given = step["with"].as_object()) {
    for (const auto& [key, value] : *given) variables_[key] = filled(value, place);
  }
  return play_steps((*fixture)["steps"], place + " (" + name + ") step ");
}

bool Scenario::play_repeat(const JsonTree& step, const std::string& place) {
  for (std::int64_t i = 1; i <= step["repeat"].int_or_zero(); ++i) {
    variables_["i"] = i;
    if (!play_steps(step["steps"], place + " round " + std::to_string(i) + " step ")) return false;
  }
  return true;
}

bool Scenario::play_restart(const JsonTree& step, const std::string& place) {
  if (step["restart"] == JsonTree("kill")) {
    server_->kill_hard();
  } else if (const auto code = server_->terminate(); code != 0) {
    return fail(place, "SIGTERM did not end the server with 0; its log:\n" + shortened(server_->log()));
  }
  if (!server_->start()) return fail(place, "no start again; the log:\n" + shortened(server_->log()));
  client_ = std::make_unique<HttpClient>(server_->port());
  return true;
}

bool Scenario::play_request(const JsonTree& raw_step, const std::string& place) {
  const JsonTree step = filled(raw_step, place);
  const std::string request = step["request"].text_or_empty();
  const auto space = request.find(' ');
  const AskedFor asked{request.substr(0, space), request.substr(space + 1)};

  std::string content_type = "application/json";
  const std::string body = body_of(step, content_type);
  JsonTree headers = filled(headers_, place);
  if (!body.empty() || step.find("body")) headers.set("Content-Type", content_type);
  if (const auto* given = step["headers"].as_object()) {
    for (const auto& [name, value] : *given) headers.set(name, value);
  }
  ClientHeaders sent;
  if (const auto* all = headers.as_object()) {
    for (const auto& [name, value] : *all) {
      if (!value.is_null()) sent.emplace_back(name, value.text_or_empty());
    }
  }

  const ClientResponse answer = client_->request(asked.method, asked.target, body, sent);
  if (answer.status == 0)
    return fail(place, request + " was not answered; the log:\n" + shortened(server_->log()));
  if (header_value(answer, "Connection") == JsonTree("close")) {
    client_ = std::make_unique<HttpClient>(server_->port());
  }
  std::vector<std::string> differences;
  check_always(asked, answer, differences);
  check_answer(step.find("expect") ? step["expect"] : JsonTree(200), answer, differences);
  if (!differences.empty()) {
    std::string what = step["why"].text_or_empty();
    for (const auto& difference : differences) what += "\n  differs:  " + difference;
    what += "\n  request:  " + request + " " + shortened(body);
    what += "\n  answer:   " + std::to_string(answer.status) + " " + shortened(answer.body);
    return fail(place, what);
  }
  return save(step, answer, place);
}

bool Scenario::save(const JsonTree& step, const ClientResponse& answer, const std::string& place) {
  if (const auto* headers = step["save_headers"].as_object()) {
    for (const auto& [variable, name] : *headers) {
      const JsonTree value = header_value(answer, name.text_or_empty());
      if (value.is_null()) return fail(place, "the answer has no header " + name.dump());
      variables_[variable] = value;
    }
  }
  const auto* pointers = step["save"].as_object();
  if (!pointers) return true;
  const auto body = JsonTree::parse(answer.body);
  for (const auto& [variable, pointer] : *pointers) {
    const auto* value = body ? body->at(pointer.text_or_empty()) : nullptr;
    if (!value)
      return fail(place, "the answer has nothing at " + pointer.dump() + ": " + shortened(answer.body));
    variables_[variable] = *value;
  }
  return true;
}

JsonTree Scenario::filled(const JsonTree& value, const std::string& place) {
  if (const auto* text = value.as_string()) {
    const bool whole = text->starts_with("${") && text->find('}') == text->size() - 1;
    if (whole) {
      const auto found = variables_.find(text->substr(2, text->size() - 3));
      if (found != variables_.end()) return found->second;
    }
    return filled_text(*text, place);
  }
  if (value.as_array()) {
    JsonTree::Array items;
    for (const auto& item : value.items()) items.push_back(filled(item, place));
    return items;
  }
  if (const auto* members = value.as_object()) {
    JsonTree::Object out;
    for (const auto& [name, member] : *members)
      out.emplace_back(filled_text(name, place), filled(member, place));
    return out;
  }
  return value;
}

std::string Scenario::filled_text(const std::string& text, const std::string& place) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t open; (open = text.find("${", begin)) != std::string::npos;) {
    const auto close = text.find('}', open);
    if (close == std::string::npos) break;
    const std::string name = text.substr(open + 2, close - open - 2);
    const auto found = variables_.find(name);
    if (found == variables_.end()) fail(place, "there is no variable " + name);
    out += text.substr(begin, open - begin);
    if (found != variables_.end()) out += text_of(found->second);
    begin = close + 1;
  }
  return out + text.substr(begin);
}

}  // namespace gavel

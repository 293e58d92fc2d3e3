#include "tests/crash/client.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gavel {
namespace {

constexpr std::size_t kBatch = 200;     // events sent again in one request
constexpr std::size_t kShownKept = 24;  // so that some charges come when a limit is met

JsonTree auction_of_all_placements() {
  JsonTree::Array auctions;
  for (int c = 0; c < kCampaigns; ++c) {
    auctions.push_back(JsonTree::Object{{"placement_id", "p" + std::to_string(c)}});
  }
  return JsonTree::Object{{"auctions", std::move(auctions)}};
}

}  // namespace

bool SetValue::allows(const std::string& value) const {
  return value == acknowledged || std::ranges::find(unanswered, value) != unanswered.end();
}

void CrashClient::work(std::uint16_t port) {
  try {
    HttpClient http(port);
    if (!resend_unanswered(http)) return;
    while (step(http)) ++journal_.answers;
  } catch (const std::runtime_error&) {
    // It was killed before the connection stood.
  }
}

bool CrashClient::step(HttpClient& http) {
  switch (below(16)) {
    case 0:
      return deposit(http);
    case 1:
      return change_title(http);
    case 2:
      return create_keyword(http);
    case 3:
      return raise_budget(http);
    case 4:
    case 5:
      return follow_link(http);
    case 6:
    case 7:
    case 8:
    case 9:
      return run_auction(http);
    default:
      return report_events(http);
  }
}

bool CrashClient::run_auction(HttpClient& http) {
  const auto answer = http.request("POST", "/v1/auctions", auction_of_all_placements().dump());
  if (answer.status == 0) return false;
  const auto body = JsonTree::parse(answer.body);
  if (answer.status != 200 || !body) {
    violation("an auction was answered " + std::to_string(answer.status) + ": " + answer.body);
    return true;
  }
  for (const auto& auction : (*body)["auctions"].items()) {
    for (const auto& winner : auction["winners"].items()) {
      const std::int64_t price = winner["price_micros"].int_or_zero();
      const bool cpc = winner["pricing"] == JsonTree("cpc");
      const int campaign = std::stoi(winner["campaign_id"].text_or_empty().substr(1));
      shown_.push_back(
          {campaign, winner["token"].text_or_empty(), cpc ? price : 0, cpc ? 0 : price / 1000 + 1});
    }
  }
  return true;
}

std::size_t CrashClient::add(const Shown& shown, const std::string& type) {
  const std::int64_t charge_max = type == "click"        ? shown.click_charge
                                  : type == "impression" ? shown.impression_charge_max
                                                         : 0;
  journal_.events.push_back({.campaign = shown.campaign,
                             .token = shown.token,
                             .type = type,
                             .id = std::to_string(number_) + "-" + std::to_string(made_++),
                             .charge_max = charge_max});
  return journal_.events.size() - 1;
}

bool CrashClient::report_events(HttpClient& http) {
  std::vector<std::size_t> places;
  while (shown_.size() > kShownKept && places.size() < 12) {
    std::swap(shown_[below(shown_.size())], shown_.back());
    const Shown shown = std::move(shown_.back());
    shown_.pop_back();
    places.push_back(add(shown, "impression"));
    if (below(5) != 0) places.push_back(add(shown, "click"));
    if (below(5) == 0) places.push_back(add(shown, "conversion"));
  }
  // Duplicates: of what was answered long ago, and of an event of this very request.
  if (!journal_.events.empty()) places.push_back(below(journal_.events.size()));
  if (!places.empty() && below(2) == 0) places.push_back(places[below(places.size())]);
  return places.empty() || send(http, places);
}

bool CrashClient::send(HttpClient& http, const std::vector<std::size_t>& places) {
  JsonTree::Array events;
  for (const std::size_t place : places) {
    const SentEvent& event = journal_.events[place];
    JsonTree entry(JsonTree::Object{{"id", event.id}, {"type", event.type}, {"token", event.token}});
    if (event.type == "conversion") entry.set("value_micros", 1'000);
    events.push_back(std::move(entry));
  }
  const JsonTree body(JsonTree::Object{{"events", std::move(events)}});
  const auto answer = http.request("POST", "/v1/events", body.dump());
  const auto results = JsonTree::parse(answer.body);
  if (answer.status == 200 && results && (*results)["results"].items().size() == places.size()) {
    for (std::size_t i = 0; i < places.size(); ++i) take_result(places[i], (*results)["results"][i]);
    return true;
  }
  if (answer.status != 0 && answer.status != 503) {
    violation("events were answered " + std::to_string(answer.status) + ": " + answer.body);
  }
  for (const std::size_t place : places) {
    const bool waits = std::ranges::find(journal_.unanswered, place) != journal_.unanswered.end();
    if (!journal_.events[place].answered && !waits) journal_.unanswered.push_back(place);
  }
  return answer.status != 0;
}

// Judges one result. An event that was answered before must be a duplicate now; one that was never answered
// may be either, since it may have been recorded without our hearing of it.
void CrashClient::take_result(std::size_t place, const JsonTree& result) {
  SentEvent& event = journal_.events[place];
  const std::string status = result["status"].text_or_empty();
  const std::int64_t charged = result["charged_micros"].int_or_zero();
  const bool was_unanswered = std::erase(journal_.unanswered, place) > 0;
  if (status == "duplicate") {
    if (charged != 0) violation("a duplicate charged " + std::to_string(charged));
    if (!event.answered && !was_unanswered) violation("an event sent for the first time is a duplicate");
    if (!event.answered) event.amount_known = event.charge_max == 0;
  } else if (status == "charged" || status == "counted" || status == "over_budget") {
    if (event.answered) violation("a " + event.type + " that was answered before is " + status + " again");
    if (charged < 0 || charged > event.charge_max)
      violation("a " + event.type + " charged " + std::to_string(charged));
    if (status == "charged" && event.type == "click" && charged != event.charge_max) {
      violation("a charged click cost less than its price");
    }
    event.amount_known = true;
    event.charged = charged;
    journal_.over_budget += status == "over_budget";
  } else {
    violation("a " + event.type + " with a good token is " + status);
  }
  event.answered = true;
}

// The two GETs tell that the event is recorded, but not what it cost.
bool CrashClient::follow_link(HttpClient& http) {
  if (shown_.empty()) return true;
  const Shown shown = std::move(shown_.back());
  shown_.pop_back();
  const bool click = below(2) == 0;
  const std::string type = click ? "click" : "impression";
  const std::size_t place = add(shown, type);
  const auto answer = http.get("/v1/" + type + "?t=" + shown.token);
  SentEvent& event = journal_.events[place];
  if (answer.status == (click ? 302 : 204)) {
    event.answered = true;
    event.amount_known = event.charge_max == 0;
    return true;
  }
  if (answer.status != 0 && answer.status != 503)
    violation(type + " was answered " + std::to_string(answer.status));
  journal_.unanswered.push_back(place);
  return answer.status != 0;
}

bool CrashClient::deposit(HttpClient& http) {
  if (journal_.deposits.empty() || journal_.deposits.back().answered) {
    journal_.deposits.push_back({"d" + std::to_string(number_) + "-" + std::to_string(made_++),
                                 static_cast<std::int64_t>(1 + below(8'000))});
  }
  Deposit& last = journal_.deposits.back();
  const JsonTree body(JsonTree::Object{{"id", last.id}, {"amount_micros", last.amount}});
  const auto answer = http.request("POST", "/v1/advertisers/v0/deposits", body.dump());
  last.answered = answer.status == 200 || answer.status == 201;
  if (!last.answered && answer.status != 0 && answer.status != 503) {
    violation("a deposit was answered " + std::to_string(answer.status));
  }
  return answer.status != 0;
}

bool CrashClient::change_title(HttpClient& http) {
  const std::string ad = "a" + std::to_string(number_);
  const std::string title = "title " + std::to_string(made_++);
  SetValue& value = journal_.titles.try_emplace(ad, SetValue{kFirstTitle, {}}).first->second;
  value.unanswered.push_back(title);
  const JsonTree body(JsonTree::Object{{"title", title}});
  const auto answer = http.request("PATCH", "/v1/ads/" + ad, body.dump());
  if (answer.status == 200) value = {title, {}};
  return answer.status != 0;
}

bool CrashClient::create_keyword(HttpClient& http) {
  const std::string id = "k" + std::to_string(number_) + "-" + std::to_string(made_++);
  const JsonTree body(JsonTree::Object{{"ad_group_id", "g0"}, {"text", "word " + id}, {"match", "broad"}});
  const auto answer = http.request("PUT", "/v1/keywords/" + id, body.dump());
  if (answer.status == 201) journal_.keywords.push_back(id);
  return answer.status != 0;
}

bool CrashClient::raise_budget(HttpClient& http) {
  if (number_ != 3) return true;  // one client alone, so that it knows the highest budget
  std::int64_t& budget = journal_.daily_budget_max[3];
  budget += 100;
  const JsonTree body(JsonTree::Object{{"daily_budget_micros", budget}});
  return http.request("PATCH", "/v1/campaigns/c3", body.dump()).status != 0;
}

bool CrashClient::resend_unanswered(HttpClient& http) {
  while (!journal_.unanswered.empty()) {
    const auto waiting = journal_.unanswered.size();
    const auto count = std::min(waiting, kBatch);
    const std::vector<std::size_t> places(journal_.unanswered.begin(),
                                          journal_.unanswered.begin() + static_cast<std::ptrdiff_t>(count));
    if (!send(http, places)) return false;
    if (journal_.unanswered.size() == waiting) break;  // 503: later
  }
  return true;
}

void CrashClient::settle(std::uint16_t port) {
  HttpClient http(port);
  if (!resend_unanswered(http) || !journal_.unanswered.empty()) violation("a server at rest did not answer");
  if (!journal_.deposits.empty() && !journal_.deposits.back().answered && !deposit(http)) {
    violation("a server at rest did not answer a deposit");
  }
}

void CrashClient::replay(std::uint16_t port, std::size_t count) {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < journal_.events.size(); ++place) {
    if (journal_.events[place].answered) places.push_back(place);
  }
  std::shuffle(places.begin(), places.end(), rng_);
  places.resize(std::min(places.size(), count));
  HttpClient http(port);
  for (std::size_t begin = 0; begin < places.size(); begin += kBatch) {
    const auto end = std::min(begin + kBatch, places.size());
    if (!send(http, {places.begin() + static_cast<std::ptrdiff_t>(begin),
                     places.begin() + static_cast<std::ptrdiff_t>(end)})) {
      violation("a server at rest did not answer");
    }
  }
}

}  // namespace gavel

#include "tests/crash/crash_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/http_client.h"

namespace gavel {
namespace {

constexpr int kClients = 4;
constexpr std::int64_t kOpeningBalance = 20'700;   // of v0, who has c0 and c1
constexpr std::int64_t kAdvertiserDaily = 12'300;  // of v1, who has c2 and c3
constexpr std::int64_t kCampaignDaily = 5'100;     // of c3 (raised under load) and c5
constexpr std::int64_t kFestivalDaily = 2'700;     // of c3, on top
constexpr std::int64_t kLifetime = 30'400;         // of c4
constexpr std::chrono::sys_seconds kStart = std::chrono::sys_days(std::chrono::year(2024) / 11 / 1);
constexpr std::chrono::seconds kMidnight = std::chrono::hours(16);  // of Asia/Shanghai, in UTC
constexpr int kTtlDays = 30;  // tokens live as long as the world, so that each can be sent again at any time

std::string rfc3339(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

// Counters are written early in one world, and in the next one left to the redo log.
JsonTree config(std::uint64_t seed) {
  constexpr int kTtl = kTtlDays * 24 * 3'600;
  return JsonTree::Object{{"impression_ttl_s", kTtl},
                          {"click_ttl_s", kTtl},
                          {"conversion_ttl_s", kTtl},
                          {"threads", 2},
                          {"ledger", JsonTree::Object{{"redo_events_max", seed % 2 == 0 ? 65'536 : 50}}},
                          {"log_level", "warn"}};
}

}  // namespace

CrashWorld::CrashWorld(std::uint64_t seed)
    : rng_(seed), server_(config(seed)), now_(kStart), answered_(kStart) {
  for (int i = 0; i < kClients; ++i) clients_.emplace_back(i, rng_());
  clients_[3].journal().daily_budget_max[3] = kCampaignDaily;
}

bool CrashWorld::open(std::vector<std::string> environment) {
  if (!(environment.empty() ? recover() : start_with_failpoints(std::move(environment)))) return false;
  make_market();
  return true;
}

bool CrashWorld::recover() {
  server_.set_program(GaveldProcess::Program::kServer);
  const bool started = server_.start();
  EXPECT_TRUE(started) << server_.log();
  return started;
}

bool CrashWorld::start_with_failpoints(std::vector<std::string> environment) {
  server_.kill_hard();
  server_.set_program(GaveldProcess::Program::kWithFailpoints, std::move(environment));
  return server_.start();
}

void CrashWorld::load_until(const std::function<void()>& end_server) {
  std::vector<std::thread> threads;
  for (auto& client : clients_) threads.emplace_back([&client, port = server_.port()] { client.work(port); });
  end_server();
  for (auto& thread : threads) thread.join();
}

int CrashWorld::post(const std::string& target, const JsonTree& body) {
  try {
    HttpClient http(server_.port());
    return http.request("POST", target, body.dump()).status;
  } catch (const std::runtime_error&) {
    return 0;  // it was gone before the connection stood
  }
}

bool CrashWorld::advance(std::chrono::seconds by) {
  now_ += by;
  const int status = post("/v1/admin/clock", JsonTree::Object{{"now", rfc3339(now_)}});
  if (status == 200) answered_ = now_;
  EXPECT_TRUE(status == 200 || status == 0) << "the clock was answered " << status;
  return status == 200;
}

bool CrashWorld::jump_over_midnight() {
  const auto since = (now_ - kStart - kMidnight) % std::chrono::days(1);
  return advance(std::chrono::days(since >= std::chrono::seconds(0) ? 1 : 0) - since);
}

bool CrashWorld::is_old() const {
  return now_ > kStart + std::chrono::days(kTtlDays - 2);
}

CrashTotals CrashWorld::totals() const {
  CrashTotals totals;
  for (const auto& client : clients_) {
    totals.answers += client.journal().answers;
    totals.events += client.journal().events.size();
    totals.over_budget += client.journal().over_budget;
  }
  return totals;
}

JsonTree CrashWorld::get(const std::string& target) {
  HttpClient http(server_.port());
  const auto answer = http.get(target);
  const auto body = JsonTree::parse(answer.body);
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
  return body ? *body : JsonTree();
}

void CrashWorld::put(const std::string& target, JsonTree body) {
  HttpClient http(server_.port());
  const auto answer = http.request("PUT", "/v1/" + target, body.dump());
  ASSERT_EQ(answer.status, 201) << target << ": " << answer.body;
}

void CrashWorld::make_campaign(int number, const std::string& advertiser, const std::string& pricing,
                               JsonTree::Object limits) {
  const std::string n = std::to_string(number);
  put("placements/p" + n,
      JsonTree::Object{
          {"kind", "display"}, {"position_ctr", JsonTree::Array{1}}, {"mechanism", "first_price"}});
  limits.emplace_back("advertiser_id", advertiser);
  limits.emplace_back("name", "Campaign " + n);
  limits.emplace_back("pricing", pricing);
  limits.emplace_back("pacing", "asap");
  put("campaigns/c" + n, std::move(limits));
  put("ad_groups/g" + n, JsonTree::Object{{"campaign_id", "c" + n},
                                          {"name", "Group " + n},
                                          {"bid_micros", pricing == "cpc" ? 1'000 : 150'500},
                                          {"placements", JsonTree::Array{"p" + n}}});
  put("ads/a" + n, JsonTree::Object{{"ad_group_id", "g" + n},
                                    {"item_id", "i" + n},
                                    {"title", kFirstTitle},
                                    {"landing_url", "https://shop.example/" + n},
                                    {"pctr", 0.05}});
}

void CrashWorld::make_market() {
  const JsonTree phase(JsonTree::Object{
      {"name", "all"}, {"start", "2024-01-01T00:00:00Z"}, {"end", "2026-01-01T00:00:00Z"}, {"boost", 1}});
  put("festivals/f0", JsonTree::Object{{"name", "Festival"}, {"phases", JsonTree::Array{phase}}});
  put("advertisers/v0", JsonTree::Object{{"name", "Prepaid"}, {"balance_micros", kOpeningBalance}});
  put("advertisers/v1", JsonTree::Object{{"name", "Daily"}, {"daily_budget_micros", kAdvertiserDaily}});
  put("advertisers/v2", JsonTree::Object{{"name", "On account"}});
  make_campaign(0, "v0", "cpc", {});
  make_campaign(1, "v0", "cpm", {});
  make_campaign(2, "v1", "cpc", {});
  const JsonTree joined(JsonTree::Object{
      {"festival_id", "f0"}, {"bid_multiplier", 1}, {"daily_budget_micros", kFestivalDaily}});
  make_campaign(3, "v1", "cpc",
                {{"daily_budget_micros", kCampaignDaily}, {"festivals", JsonTree::Array{joined}}});
  make_campaign(4, "v2", "cpc", {{"lifetime_budget_micros", kLifetime}});
  make_campaign(5, "v2", "cpm", {{"daily_budget_micros", kCampaignDaily}});
}

// Requires that no client is at work.
void CrashWorld::verify(std::size_t replayed) {
  for (auto& client : clients_) {
    client.settle(server_.port());
    client.replay(server_.port(), replayed);
    for (const auto& violation : client.journal().violations) ADD_FAILURE() << violation;
    client.journal().violations.clear();
  }
  for (int c = 0; c < kCampaigns; ++c) budgets_[c] = get("/v1/campaigns/c" + std::to_string(c) + "/budget");
  verify_limits();
  verify_ledger();
  verify_reports();
  verify_resources();
  verify_clock();
  EXPECT_EQ(server_.sanitizer_report(), "");
}

void CrashWorld::verify_limits() {
  const auto today = [this](int c) { return budgets_[c]["spent_today_micros"].int_or_zero(); };
  EXPECT_LE(today(2) + today(3), kAdvertiserDaily);
  EXPECT_LE(today(3), clients_[3].journal().daily_budget_max[3] + kFestivalDaily);
  EXPECT_LE(today(5), kCampaignDaily);
  EXPECT_LE(budgets_[4]["spent_lifetime_micros"].int_or_zero(), kLifetime);
  EXPECT_LE(budgets_[3]["festivals"][0]["spent_today_micros"].int_or_zero(), kFestivalDaily);

  std::int64_t paid_in = 0;
  for (auto& client : clients_) {
    for (const auto& deposit : client.journal().deposits) paid_in += deposit.answered ? deposit.amount : 0;
  }
  const JsonTree balance = get("/v1/advertisers/v0/balance");
  const std::int64_t charged = balance["charged_micros"].int_or_zero();
  EXPECT_EQ(balance["deposited_micros"], JsonTree(paid_in)) << "every deposit is there once";
  EXPECT_EQ(balance["balance_micros"], JsonTree(kOpeningBalance + paid_in - charged));
  EXPECT_LE(charged, kOpeningBalance + paid_in);
}

// The charges that were answered, and those whose amount we never heard, make what was spent.
void CrashWorld::verify_ledger() {
  std::int64_t known[kCampaigns] = {}, unknown_max[kCampaigns] = {};
  for (auto& client : clients_) {
    for (const auto& event : client.journal().events) {
      known[event.campaign] += event.charged;
      unknown_max[event.campaign] += event.amount_known ? 0 : event.charge_max;
    }
  }
  for (int c = 0; c < kCampaigns; ++c) {
    const std::int64_t spent = budgets_[c]["spent_lifetime_micros"].int_or_zero();
    EXPECT_GE(spent, known[c]) << "campaign c" << c << ": an answered charge is lost";
    EXPECT_LE(spent, known[c] + unknown_max[c]) << "campaign c" << c << ": something was charged twice";
    EXPECT_GE(spent, spent_before_[c]) << "campaign c" << c;
    spent_before_[c] = spent;
  }
  const std::pair<const char*, std::int64_t> advertisers[] = {{"v0", spent_before_[0] + spent_before_[1]},
                                                              {"v1", spent_before_[2] + spent_before_[3]},
                                                              {"v2", spent_before_[4] + spent_before_[5]}};
  for (const auto& [id, spent] : advertisers) {
    const JsonTree balance = get(std::string("/v1/advertisers/") + id + "/balance");
    EXPECT_EQ(balance["charged_micros"], JsonTree(spent)) << id;
  }
}

// Everything is answered now, so every event that was sent is in the reports, once.
void CrashWorld::verify_reports() {
  const std::string range = "/v1/reports?from=2024-10-31T16:00:00Z&to=2024-12-31T16:00:00Z";
  std::int64_t sent[kCampaigns][3] = {};
  const std::string types[] = {"impression", "click", "conversion"};
  for (auto& client : clients_) {
    for (const auto& event : client.journal().events) {
      ++sent[event.campaign][std::ranges::find(types, event.type) - types];
    }
  }
  std::int64_t cost = 0;
  const JsonTree by_campaign = get(range + "&group_by=campaign");
  std::set<std::string> seen;
  for (const auto& row : by_campaign["rows"].items()) {
    const std::string id = row["campaign_id"].text_or_empty();
    const int c = std::stoi(id.substr(1));
    seen.insert(id);
    EXPECT_EQ(row["cost_micros"], JsonTree(spent_before_[c])) << id << ": report and ledger differ";
    EXPECT_EQ(row["impressions"], JsonTree(sent[c][0])) << id;
    EXPECT_EQ(row["clicks"], JsonTree(sent[c][1])) << id;
    EXPECT_EQ(row["conversions"], JsonTree(sent[c][2])) << id;
    EXPECT_EQ(row["value_micros"], JsonTree(1'000 * sent[c][2])) << id;
    cost += row["cost_micros"].int_or_zero();
  }
  for (int c = 0; c < kCampaigns; ++c) {
    const bool in_report = seen.contains("c" + std::to_string(c));
    EXPECT_TRUE(in_report || sent[c][0] + sent[c][1] + sent[c][2] == 0)
        << "campaign c" << c << " is in no row";
  }
  std::int64_t cost_by_day = 0;
  const JsonTree by_day = get(range + "&group_by=day,placement&page_size=1000");
  for (const auto& row : by_day["rows"].items()) {
    cost_by_day += row["cost_micros"].int_or_zero();
  }
  EXPECT_EQ(cost_by_day, cost);
  EXPECT_EQ(get(range)["rows"][0]["cost_micros"], JsonTree(cost));
}

void CrashWorld::verify_resources() {
  for (auto& client : clients_) {
    for (auto& [ad, title] : client.journal().titles) {
      const std::string now = get("/v1/ads/" + ad)["title"].text_or_empty();
      EXPECT_TRUE(title.allows(now)) << ad << " has the title '" << now << "', not '" << title.acknowledged
                                     << "'";
      title = {now, {}};
    }
  }
  std::set<std::string> keywords;
  std::string page;
  do {
    const std::string from = page.empty() ? "" : "&page_token=" + page;
    const JsonTree list = get("/v1/keywords?page_size=1000" + from);
    for (const auto& item : list["items"].items()) keywords.insert(item["id"].text_or_empty());
    page = list["next_page_token"].text_or_empty();
  } while (!page.empty());
  for (auto& client : clients_) {
    for (const auto& id : client.journal().keywords) EXPECT_TRUE(keywords.contains(id)) << id << " is gone";
  }
}

// What was answered holds: business time does not go back behind it.
void CrashWorld::verify_clock() {
  const JsonTree before(JsonTree::Object{{"now", rfc3339(answered_ - std::chrono::seconds(1))}});
  EXPECT_EQ(post("/v1/admin/clock", before), 409) << "the clock went back behind " << rfc3339(answered_);
}

}  // namespace gavel

#include "api/handlers/account_handlers.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "api/handlers/campaign_budget.h"
#include "api/handlers/campaign_festivals.h"
#include "api/handlers/day_text.h"
#include "api/handlers/owned.h"
#include "api/handlers/replies.h"
#include "api/json/json_reader.h"
#include "api/json/json_writer.h"

namespace gavel {
namespace {

// Whose daily budget holds the campaign back more; empty where none does.
std::string_view paced_by_of(const CampaignBudget& budget) {
  if (budget.pacing.by_advertiser) return "advertiser";
  return budget.pacing.target ? "campaign" : std::string_view{};
}

void write_budget(const CampaignBudget& budget, bool can_charge, const Symbols& symbols, std::string& out) {
  const std::string_view paced_by = paced_by_of(budget);
  JsonWriter json(out);
  json.begin_object();
  json.field("day", day_text(budget.today));
  json.field("status", campaign_status_name(budget.status));
  json.field("daily_budget_micros", budget.daily_budget);
  json.field("spent_today_micros", budget.spent_today);
  json.field("held_micros", budget.held);
  json.field("remaining_today_micros", budget.remaining_today);
  json.field("lifetime_budget_micros", budget.lifetime_budget);
  json.field("spent_lifetime_micros", budget.spent_lifetime);
  json.field("uncharged_today_micros", budget.uncharged_today);
  json.key("festivals").begin_array();
  for (const FestivalBudget& festival : budget.festivals) {
    json.begin_object();
    json.field("festival_id", symbols.of(ResourceType::kFestival).at(festival.festival.value));
    json.field("daily_budget_micros", festival.daily_budget);
    json.field("spent_today_micros", festival.spent_today);
    json.end_object();
  }
  json.end_array();
  json.key("pacing").begin_object();
  json.field("participation", budget.pacing.participation);
  json.field("target_spent_micros", budget.pacing.target);
  json.field("method", budget.pacing.method == PacingMethod::kThrottle ? "throttle" : "bid_shading");
  json.field("multiplier", budget.pacing.multiplier);
  json.field("forecast_spent_today_micros", budget.pacing.forecast_spend);
  json.field("time_in_budget", Factor{static_cast<std::int32_t>(budget.pacing.time_in_budget * kFactorOne)});
  json.field("eligible_today", budget.pacing.eligible_today);
  json.field("shown_today", budget.pacing.shown_today);
  json.key("paced_by");
  paced_by.empty() ? json.null() : json.value(paced_by);
  const std::string_view reason = not_delivering_reason(budget, can_charge);
  json.key("not_delivering_reason");
  reason.empty() ? json.null() : json.value(reason);
  json.end_object();
  json.end_object();
}

void get_budget(const AccountServices& services, const Request& request, ResponseWriter writer) {
  const std::shared_ptr<const Catalog> catalog = services.catalog.current();
  const std::optional<CampaignIx> campaign = find_campaign(request, *catalog, writer);
  if (!campaign) return;
  const Timestamp now = services.clock.now();
  const CampaignBudget budget = campaign_budget(*catalog, services.accounts, services.calendar,
                                                services.pacing.view(*campaign), *campaign, now);
  write_budget(budget, services.ledger.can_charge(now), catalog->symbols(), writer.buffer());
  writer.send(200);
}

void write_festivals(const std::vector<JoinedFestival>& festivals, const Symbols& symbols, std::string& out) {
  JsonWriter json(out);
  json.begin_object().key("festivals").begin_array();
  for (const JoinedFestival& joined : festivals) {
    json.begin_object();
    json.field("festival_id", symbols.of(ResourceType::kFestival).at(joined.festival.value));
    json.field("daily_budget_micros", joined.daily_budget);
    json.field("bid_multiplier", joined.bid_multiplier);
    json.key("phases").begin_array();
    for (const CampaignPhase& phase : joined.phases) {
      json.begin_object();
      json.field("name", phase.name).field("from", phase.from).field("to", phase.to);
      json.field("boost", phase.boost);
      json.field("effective_daily_budget_micros", phase.effective_daily_budget);
      json.field("bid_multiplier", joined.bid_multiplier);
      json.field("state", phase_state_name(phase.state)).field("in_force", phase.in_force);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

void get_festivals(const AccountServices& services, const Request& request, ResponseWriter writer) {
  const std::shared_ptr<const Catalog> catalog = services.catalog.current();
  const std::optional<CampaignIx> campaign = find_campaign(request, *catalog, writer);
  if (!campaign) return;
  write_festivals(campaign_festivals(*catalog, services.accounts, *campaign, services.clock.now()),
                  catalog->symbols(), writer.buffer());
  writer.send(200);
}

// The members of a balance, into an object that is begun.
void write_balance(const AdvertiserAccount& account, JsonWriter& json) {
  const std::int64_t opening = account.opening_balance.load(std::memory_order_acquire);
  const Micros charged{account.charged.load(std::memory_order_acquire)};
  const Micros deposited{account.deposited.load(std::memory_order_acquire)};
  if (opening == kNoLimit) {
    json.key("balance_micros").null().key("opening_balance_micros").null().key("deposited_micros").null();
  } else {
    json.field("balance_micros", Micros{opening} + deposited - charged);
    json.field("opening_balance_micros", opening);
    json.field("deposited_micros", deposited);
  }
  json.field("charged_micros", charged);
  json.field("held_micros", account.held.load(std::memory_order_acquire));
}

void get_balance(const AccountServices& services, const Request& request, ResponseWriter writer) {
  const std::shared_ptr<const Catalog> catalog = services.catalog.current();
  const std::optional<AdvertiserIx> advertiser = find_advertiser(request, *catalog, writer);
  if (!advertiser) return;
  JsonWriter json(writer.buffer());
  json.begin_object();
  write_balance(services.accounts[*advertiser], json);
  json.end_object();
  writer.send(200);
}

// What its daily budget has been spent to, and how that holds its campaigns back.
void get_advertiser_budget(const AccountServices& services, const Request& request, ResponseWriter writer) {
  const std::shared_ptr<const Catalog> catalog = services.catalog.current();
  const std::optional<AdvertiserIx> advertiser = find_advertiser(request, *catalog, writer);
  if (!advertiser) return;
  const AdvertiserAccount& account = services.accounts[*advertiser];
  const Day today = services.calendar.day_of(services.clock.now());
  const Micros spent = account.today.on(today);
  const std::int64_t daily = account.daily_budget.load(std::memory_order_acquire);
  const auto amount_or_null = [](std::int64_t value) {
    return value == kNoLimit ? std::nullopt : std::optional(Micros{value});
  };
  JsonWriter json(writer.buffer());
  json.begin_object();
  json.field("day", day_text(today));
  json.field("daily_budget_micros", amount_or_null(daily));
  json.field("spent_today_micros", spent);
  json.field("held_micros", account.held.load(std::memory_order_acquire));
  json.field("remaining_today_micros",
             daily == kNoLimit ? std::nullopt : std::optional(std::max(Micros{daily} - spent, Micros{0})));
  json.key("pacing").begin_object();
  json.field("participation", Probability{account.pacing.participation.load(std::memory_order_relaxed)});
  json.field("multiplier", Factor{account.pacing.multiplier.load(std::memory_order_relaxed)});
  json.field("target_spent_micros", amount_or_null(account.pacing.target.load(std::memory_order_relaxed)));
  json.end_object();
  json.end_object();
  writer.send(200);
}

struct Deposit {
  std::string id;
  Micros amount;
};

std::optional<Deposit> read_deposit(std::string_view body, ErrorList& errors) {
  JsonParser parser;
  const Result<JsonValue, FieldError> document = parser.parse(body);
  if (!document) {
    errors.add(document.error().field, document.error().reason);
    return std::nullopt;
  }
  const JsonNode node{*document, {}};
  ObjectReader root(node, errors);
  std::string_view id;
  Micros amount;
  root.take_id("id", Need::kRequired, id);
  root.take_micros("amount_micros", Need::kRequired, Micros{1}, kMaxAmount, amount);
  root.finish();
  if (!errors.empty()) return std::nullopt;
  return Deposit{std::string(id), amount};
}

void refuse_deposit(DepositError error, ResponseWriter& writer) {
  switch (error) {
    case DepositError::kOnAccount:
      return writer.send_problem(409, "the advertiser is on account: it has no balance to pay into");
    case DepositError::kOtherAmount:
      return writer.send_problem(409, "a deposit of this id was made with another amount",
                                 {{"/amount_micros", "is not that of the deposit already made"}});
    case DepositError::kTotalTooLarge:
      return writer.send_problem(409, "the balance would be larger than this server can hold",
                                 {{"/amount_micros", "is too large on top of what was paid in before"}});
    case DepositError::kNotDurable:
    case DepositError::kStopped:
      return send_unavailable(writer, "the deposit could not be made durable; send it again");
  }
}

void post_deposit(const AccountServices& services, const Request& request, ResponseWriter given_writer) {
  const std::optional<AdvertiserIx> advertiser =
      find_advertiser(request, *services.catalog.current(), given_writer);
  if (!advertiser) return;
  ErrorList errors;
  const std::optional<Deposit> deposit = read_deposit(request.body, errors);
  if (!deposit) return given_writer.send_problem(400, "the deposit is not valid", errors.take());
  const SharedWriter writer = share(std::move(given_writer));
  services.ledger.deposit(
      *advertiser, deposit->id, deposit->amount,
      [&accounts = services.accounts, writer, advertiser = *advertiser,
       deposit = *deposit](const Result<Micros, DepositError>& done) {
        if (!done) return refuse_deposit(done.error(), *writer);
        JsonWriter json(writer->buffer());
        json.begin_object().field("id", deposit.id).field("amount_micros", deposit.amount);
        write_balance(accounts[advertiser], json);
        json.end_object();
        writer->send(200);
      });
}

}  // namespace

void add_account_routes(Router& router, const AccountServices& services) {
  const auto add = [&](Method method, std::string pattern, RoleSet roles,
                       void (*handle)(const AccountServices&, const Request&, ResponseWriter)) {
    router.add(simple_route(method, std::move(pattern), roles, RouteClass::kResource,
                            [services, handle](Request& request, ResponseWriter writer) {
                              handle(services, request, std::move(writer));
                            }));
  };
  add(Method::kGet, "/v1/campaigns/{id}/budget", kAdminAndAdvertiser, get_budget);
  add(Method::kGet, "/v1/campaigns/{id}/festivals", kAdminAndAdvertiser, get_festivals);
  add(Method::kGet, "/v1/advertisers/{id}/balance", kAdminAndAdvertiser, get_balance);
  add(Method::kGet, "/v1/advertisers/{id}/budget", kAdminAndAdvertiser, get_advertiser_budget);
  add(Method::kPost, "/v1/advertisers/{id}/deposits", kAdminOnly, post_deposit);
}

}  // namespace gavel

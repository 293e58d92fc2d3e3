#include "api/handlers/campaign_budget.h"

#include <algorithm>

#include "auction/bid.h"
#include "auction/festival.h"

namespace gavel {
namespace {

std::optional<Micros> limit_of(const std::atomic<std::int64_t>& limit) {
  const std::int64_t value = limit.load(std::memory_order_acquire);
  return value == kNoLimit ? std::nullopt : std::optional(Micros{value});
}

Micros amount_of(const std::atomic<std::int64_t>& amount) {
  return {amount.load(std::memory_order_acquire)};
}

// The joined festivals with a phase running now, whatever categories they are for, the largest boost first.
std::vector<const CampaignFestival*> running_festivals(const Catalog& catalog,
                                                       const CampaignServing& campaign, Timestamp now) {
  std::vector<std::pair<Factor, const CampaignFestival*>> running;
  for (const CampaignFestival& joined : campaign.festivals) {
    const FestivalRow& row = catalog[joined.festival];
    const FestivalPhase* const phase = row.live ? phase_at(*row.serving, now) : nullptr;
    if (phase != nullptr) running.emplace_back(phase->boost, &joined);
  }
  std::ranges::stable_sort(running, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const CampaignFestival*> festivals;
  for (const auto& [boost, joined] : running) festivals.push_back(joined);
  return festivals;
}

// The least that its auctions expected lately; the least there is where they say nothing yet.
Micros least_charge(const PacingControls& pacing) {
  const Micros now = amount_of(pacing.least_charge), before = amount_of(pacing.least_charge_before);
  const Micros least = now.value > 0 && before.value > 0 ? std::min(now, before) : std::max(now, before);
  return std::max(least, Micros{1});
}

// Whether the least charge that its auctions expect can still be paid, by the campaign's own budget or by that of a
// festival now running.
Funds funds_left(const Accounts& accounts, AdvertiserIx advertiser, CampaignIx campaign,
                 const std::vector<const CampaignFestival*>& running, Day today) {
  const Micros least = least_charge(accounts[campaign].pacing);
  Funds funds =
      accounts.check({.advertiser = advertiser, .campaign = campaign, .festival = {}}, today, least);
  for (const CampaignFestival* joined : running) {
    if (funds != Funds::kBudgetExhausted) break;
    funds = accounts.check({.advertiser = advertiser, .campaign = campaign, .festival = joined->account},
                           today, least);
  }
  return funds;
}

// What a campaign is paced by today, as the auction sees it for an ad of the festival in force.
std::optional<PacedMoney> paced_money(const Accounts& accounts, const CampaignServing& serving,
                                      const CampaignBudget& budget, const CampaignAccount& account,
                                      const std::vector<const CampaignFestival*>& running) {
  const std::optional<Micros> own =
      budget.daily_budget ? budget.daily_budget : limit_of(account.pacing.flight_budget);
  if (serving.pacing == PacingMode::kAsap || !own) return std::nullopt;
  PacedMoney money{.budget = *own,
                   .used = account.today_regular.on(budget.today) + budget.held,
                   .start = serving.start,
                   .end = serving.end};
  if (!running.empty()) {
    const FestivalAccount& extra = accounts[running.front()->account];
    money.budget += amount_of(extra.daily_budget);
    money.used += extra.today.on(budget.today);
  }
  return money;
}

// A campaign that the pacer has not met yet is paced by the clock alone.
PacingState pacing_of(const CampaignServing& serving, const CampaignAccount& account, const PacingView& view,
                      const std::optional<PacedMoney>& money, const Calendar& calendar, Timestamp now) {
  PacingState pacing{.method = serving.pacing_method,
                     .participation = {kProbabilityOne},
                     .multiplier = {},
                     .target = view.target,
                     .forecast_spend = view.forecast_spend,
                     .time_in_budget = view.time_in_budget,
                     .by_advertiser = view.by_advertiser && serving.pacing == PacingMode::kEven,
                     .eligible_today = view.eligible,
                     .shown_today = view.shown};
  if (money || pacing.by_advertiser) {
    pacing.participation = {account.pacing.participation.load(std::memory_order_relaxed)};
    if (serving.pacing_method == PacingMethod::kBidShading)
      pacing.multiplier = {account.pacing.multiplier.load(std::memory_order_relaxed)};
  }
  if (!money) {
    pacing.target.reset();
    pacing.forecast_spend.reset();
    return pacing;
  }
  if (!pacing.target) {
    const Int128 gone = day_gone(serving.start, serving.end, calendar, now).nano;
    pacing.target = Micros{static_cast<std::int64_t>(money->budget.value * gone / kProbabilityOne)};
  }
  if (is_ahead(account.pacing, *money, calendar, now)) pacing.participation = {0};
  return pacing;
}

CampaignStatus status_of(const Catalog& catalog, const CampaignServing& serving, Funds funds,
                         const LocalTime& local, Timestamp now, Probability participation) {
  if (!catalog[serving.advertiser].active) return CampaignStatus::kSuspended;
  if (serving.end && now >= *serving.end) return CampaignStatus::kEnded;
  if (serving.start && now < *serving.start) return CampaignStatus::kNotStarted;
  if (!serving.enabled) return CampaignStatus::kPaused;
  if (funds == Funds::kBalanceExhausted) return CampaignStatus::kNoBalance;
  if (funds == Funds::kBudgetExhausted) return CampaignStatus::kExhausted;
  if (!serving.schedule.empty() && schedule_entry(serving.schedule, local) == nullptr) {
    return CampaignStatus::kOffSchedule;
  }
  return participation.nano < kProbabilityOne ? CampaignStatus::kPaced : CampaignStatus::kDelivering;
}

}  // namespace

std::string_view campaign_status_name(CampaignStatus status) {
  switch (status) {
    case CampaignStatus::kSuspended:
      return "suspended";
    case CampaignStatus::kEnded:
      return "ended";
    case CampaignStatus::kNotStarted:
      return "not_started";
    case CampaignStatus::kPaused:
      return "paused";
    case CampaignStatus::kNoBalance:
      return "no_balance";
    case CampaignStatus::kExhausted:
      return "exhausted";
    case CampaignStatus::kOffSchedule:
      return "off_schedule";
    case CampaignStatus::kPaced:
      return "paced";
    case CampaignStatus::kDelivering:
      return "delivering";
  }
  return "delivering";
}

std::string_view not_delivering_reason(const CampaignBudget& budget, bool can_charge) {
  if (budget.status != CampaignStatus::kDelivering && budget.status != CampaignStatus::kPaced)
    return campaign_status_name(budget.status);
  if (!can_charge) return "ledger_unavailable";
  if (budget.pacing.participation.nano == 0) return campaign_status_name(CampaignStatus::kPaced);
  if (budget.pacing.shown_today > 0) return {};
  return budget.pacing.eligible_today == 0 ? "no_eligible_auctions" : "not_winning";
}

CampaignBudget campaign_budget(const Catalog& catalog, const Accounts& accounts, const Calendar& calendar,
                               const PacingView& paced, CampaignIx campaign, Timestamp now) {
  const CampaignServing& serving = *catalog[campaign].serving;
  const CampaignAccount& account = accounts[campaign];
  const LocalTime local = calendar.local(now);
  CampaignBudget budget;
  budget.today = local.day;
  budget.daily_budget = limit_of(account.daily_budget);
  budget.lifetime_budget = limit_of(account.lifetime_budget);
  budget.spent_today = account.today.on(local.day);
  budget.held = amount_of(account.held);
  if (budget.daily_budget)
    budget.remaining_today = std::max(*budget.daily_budget - budget.spent_today, Micros{0});
  budget.spent_lifetime = amount_of(account.charged);
  budget.uncharged_today = account.uncharged_today.on(local.day);
  for (const CampaignFestival& joined : serving.festivals) {
    const FestivalAccount& extra = accounts[joined.account];
    const Micros daily = amount_of(extra.daily_budget);
    budget.festivals.push_back({.festival = joined.festival,
                                .daily_budget = joined.has_budget ? std::optional(daily) : std::nullopt,
                                .spent_today = extra.today.on(local.day)});
  }
  const auto running = running_festivals(catalog, serving, now);
  const auto money = paced_money(accounts, serving, budget, account, running);
  budget.pacing = pacing_of(serving, account, paced, money, calendar, now);
  const Funds funds = funds_left(accounts, serving.advertiser, campaign, running, local.day);
  budget.status = status_of(catalog, serving, funds, local, now, budget.pacing.participation);
  return budget;
}

}  // namespace gavel

#include "bench/pacing/day.h"

#include <algorithm>
#include <cmath>

#include "auction/weight.h"

namespace gavel::pacing_sim {
namespace {

// A Monday; days of other weekdays and festivals alike are taken from that week.
constexpr Day kMonday{std::chrono::year{2026} / std::chrono::June / 1};
constexpr int kExpireSeconds = 10;

std::size_t busiest_auctions(const std::vector<Arrival>& arrivals) {
  const auto window = static_cast<std::uint32_t>(std::chrono::seconds(std::chrono::minutes{10}).count());
  std::size_t most = 0;
  for (std::size_t first = 0, next = 0; next < arrivals.size(); ++next) {
    while (arrivals[next].second - arrivals[first].second > window + kExpireSeconds) ++first;
    most = std::max(most, next - first + 1);
  }
  return most;
}

float score_of_winner(const Winner& winner) {
  const std::uint64_t weight = rank_weight({.pricing = winner.claims.pricing, .pctr = winner.pctr});
  return static_cast<float>(static_cast<double>(winner.effective_bid.value) * static_cast<double>(weight) /
                            1e9);
}

// The last price shown tells the score below it, up to the increment.
float score_below(const Winner& winner) {
  const bool cpc = winner.claims.pricing == Pricing::kCpc;
  const std::int64_t increment = (cpc ? PlacementDoc{}.increment_cpc : PlacementDoc{}.increment_cpm).value;
  const std::uint64_t weight = rank_weight({.pricing = winner.claims.pricing, .pctr = winner.pctr});
  const std::int64_t next = std::max<std::int64_t>(winner.claims.price.value - increment, 0);
  return static_cast<float>(static_cast<double>(next) * static_cast<double>(weight) / 1e9);
}

class DayPlayer {
 public:
  DayPlayer(Market& market, const Landscape& landscape, Timestamp begin, const DayOptions& options)
      : market_(market), begin_(begin), options_(options), due_(kDaySeconds) {
    record_.campaigns.resize(landscape.campaigns.size());
    record_.charged.resize(landscape.campaigns.size() * kSteps);
  }

  void begin_second(int second) {
    const Timestamp now = begin_ + std::chrono::seconds{second};
    charge(second, now);
    if (second % kExpireSeconds == 0) market_.expire_holds(now);
  }

  void auction(std::uint64_t request, const Arrival& arrival) {
    const Timestamp now = begin_ + std::chrono::seconds{arrival.second};
    const AuctionResult& result = market_.auction(request, arrival.cell, now);
    LoggedAuction& log = record_.auctions.emplace_back();
    for (const Winner& winner : result.winners) {
      log.score[log.shown] = score_of_winner(winner);
      log.winner[log.shown++] = winner.claims.campaign.value;
      show(request, static_cast<int>(arrival.second), winner);
    }
    if (log.shown == kSlots) log.score[kSlots] = score_below(result.winners.back());
  }

  DayRecord finish() {
    for (std::size_t i = 0; i < record_.charged.size(); ++i) {
      if (i % kSteps != 0) record_.charged[i] += record_.charged[i - 1];
    }
    record_.holds_evicted = market_.holds_evicted();
    return std::move(record_);
  }

 private:
  void charge(int second, Timestamp now) {
    std::vector<LedgerEvent>& events = due_[static_cast<std::size_t>(second)];
    if (events.empty()) return;
    const std::vector<EventOutcome> outcomes = market_.record(events, now);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const CampaignNumber c = events[i].claims.campaign.value;
      CampaignDay& campaign = record_.campaigns[c];
      campaign.charged += outcomes[i].charged;
      campaign.uncharged += outcomes[i].uncharged;
      const bool paid = outcomes[i].charged > Micros{0};
      campaign.charges += paid ? 1 : 0;
      campaign.clicks += paid && events[i].type == EventType::kClick ? 1 : 0;
      record_.charged[c * kSteps + static_cast<std::size_t>(second / kStepSeconds)] +=
          outcomes[i].charged.value;
    }
    events = {};
  }

  // Chance hangs on the request and the campaign alone, so that all laws meet the same users.
  void show(std::uint64_t request, int second, const Winner& winner) {
    const Claims& claims = winner.claims;
    CampaignDay& campaign = record_.campaigns[claims.campaign.value];
    const double ctr = winner.pctr.nano / 1e9 * (claims.examination.nano / 1e9);
    const auto price = static_cast<double>(claims.price.value);
    const bool cpc = claims.pricing == Pricing::kCpc;
    campaign.expected_clicks += ctr;
    campaign.expected_cost += cpc ? ctr * price : price / 1'000;
    campaign.shown += 1;
    Draws draws(mix64(options_.seed ^ request * 0x9E3779B97F4A7C15) ^ claims.campaign.value);
    const bool clicked = draws.uniform() < ctr;
    if (!cpc) campaign.clicks += clicked ? 1 : 0;
    if (cpc && !clicked) return;
    const double delay = draws.exponential(cpc ? options_.click_delay_s : options_.impression_delay_s);
    const auto at = static_cast<std::size_t>(second + 1 + static_cast<int>(std::min(delay, 86'400.0)));
    if (at >= due_.size()) return;
    due_[at].push_back({.type = cpc ? EventType::kClick : EventType::kImpression, .claims = claims});
  }

  Market& market_;
  const Timestamp begin_;
  const DayOptions options_;
  std::vector<std::vector<LedgerEvent>> due_;  // by second
  DayRecord record_;
};

}  // namespace

DayRecord play_day(const Foundation& foundation, const Landscape& landscape, const TrafficDay& day,
                   const std::vector<Arrival>& arrivals, std::span<const CampaignMoney> money,
                   const Contender& contender, const DayOptions& options) {
  std::vector<Micros> budgets;
  for (const CampaignMoney& m : money) budgets.push_back(m.budget);
  const Timestamp begin = foundation.calendar().day_begin(kMonday + std::chrono::days{day.weekday()});
  const MarketRules rules{.pacing = contender.mode,
                          .method = contender.method,
                          .advertisers_pay = contender.advertisers_pay,
                          .festival = day.announced(begin)};
  Market market(foundation, landscape, budgets, rules, begin, busiest_auctions(arrivals));
  DayPlayer player(market, landscape, begin, options);
  const std::unique_ptr<PacingDriver> driver =
      make_driver(contender, market, landscape, money, day, options.pacer_step_s);
  std::size_t next = 0;
  for (int second = 0; second < kDaySeconds; ++second) {
    player.begin_second(second);
    if (driver) driver->tick(second, begin + std::chrono::seconds{second});
    for (; next < arrivals.size() && arrivals[next].second == static_cast<std::uint32_t>(second); ++next) {
      if (driver) driver->saw(arrivals[next].cell);
      player.auction(next, arrivals[next]);
    }
  }
  return player.finish();
}

std::vector<CampaignMoney> allot_money(const Landscape& landscape, const DayRecord& unpaced) {
  std::vector<CampaignMoney> money;
  for (CampaignNumber c = 0; c < landscape.campaigns.size(); ++c) {
    const SimCampaign& campaign = landscape.campaigns[c];
    const CampaignDay& day = unpaced.campaigns[c];
    const bool cpc = campaign.pricing == Pricing::kCpc;
    const auto bid = static_cast<double>(campaign.bid.value);
    double charge = cpc ? bid : bid / 1'000;
    const double charges = cpc ? day.expected_clicks : static_cast<double>(day.shown);
    if (charges > 0) charge = day.expected_cost / charges;
    const double budget = std::max(campaign.budget_share * day.expected_cost, cpc ? bid : bid / 100);
    money.push_back({.budget = Micros{std::llround(budget)}, .charge = charge});
  }
  return money;
}

}  // namespace gavel::pacing_sim

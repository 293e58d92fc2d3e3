// Random streams of events through the ledger and through a slow twin that keeps nothing but the list of what
// happened and works every sum out from it again.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "budget/ledger_codec.h"
#include "budget/reports.h"
#include "tests/budget/ledger_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kShops = 3;
constexpr std::uint32_t kCampaigns = 6;  // campaign c is shop c % kShops's
constexpr std::uint32_t kFestivals = 2;
constexpr std::int64_t kNo = kNoLimit;

struct Limits {
  std::int64_t opening[kShops] = {kNo, 40'000, kNo};  // the second shop pays in advance
  std::int64_t shop_daily[kShops] = {kNo, kNo, kNo};
  std::int64_t daily[kCampaigns] = {1'000, 2'000, kNo, 3'000, kNo, 500};
  std::int64_t lifetime[kCampaigns] = {kNo, kNo, kNo, kNo, kNo, kNo};
  std::int64_t festival[kCampaigns][kFestivals] = {};  // kNo: never joined
};

struct Happened {
  LedgerEvent event;
  Timestamp at;
  Day day;
  std::int64_t from_festival = 0, from_regular = 0, uncharged = 0;
  std::int64_t charged() const { return from_festival + from_regular; }
};

class Twin {
 public:
  Limits limits;
  std::map<std::pair<std::uint32_t, std::string>, std::int64_t> deposits;
  std::vector<Happened> history;

  EventOutcome record(const LedgerEvent& event, Timestamp now, Day today) {
    const Claims& c = event.claims;
    if (!seen_.insert({c.id, event.type, event.conversion_id}).second)
      return {.status = EventStatus::kDuplicate};
    const Duration ttl = event.type == EventType::kImpression ? 1h
                         : event.type == EventType::kClick    ? 24h
                                                              : 720h;
    if (now >= c.issued_at + ttl) {
      seen_.erase({c.id, event.type, event.conversion_id});
      return {.status = EventStatus::kExpired};
    }
    Happened h{.event = event, .at = now, .day = today};
    const bool charges =
        event.type == (c.pricing == Pricing::kCpc ? EventType::kClick : EventType::kImpression);
    if (charges) {
      const std::int64_t amount = c.pricing == Pricing::kCpc ? c.price.value : cpm_amount(c);
      charge(h, amount);
    }
    history.push_back(h);
    const EventStatus status = !charges          ? EventStatus::kCounted
                               : h.uncharged > 0 ? EventStatus::kOverBudget
                                                 : EventStatus::kCharged;
    return {.status = status, .charged = {h.charged()}, .uncharged = {h.uncharged}};
  }

  template <class Of, class Amount>
  std::int64_t sum(Of of, Amount amount) const {
    std::int64_t total = 0;
    for (const Happened& h : history) total += of(h) ? amount(h) : 0;
    return total;
  }
  std::int64_t deposited(std::uint32_t shop) const {
    std::int64_t total = 0;
    for (const auto& [key, amount] : deposits) total += key.first == shop ? amount : 0;
    return total;
  }

 private:
  // What all impressions of the campaign cost together, rounded down once, less what those before cost.
  std::int64_t cpm_amount(const Claims& c) const {
    const std::int64_t before = sum(
        [&](const Happened& h) {
          return h.event.claims.campaign == c.campaign && h.event.claims.pricing == Pricing::kCpm &&
                 h.event.type == EventType::kImpression;
        },
        [](const Happened& h) { return h.event.claims.price.value; });
    return (before + c.price.value) / 1'000 - before / 1'000;
  }

  void charge(Happened& h, std::int64_t amount) {
    const Claims& c = h.event.claims;
    const std::uint32_t shop = c.advertiser.value;
    const std::uint32_t campaign = c.campaign.value;
    const auto of_shop = [&](const Happened& x) { return x.event.claims.advertiser == c.advertiser; };
    const auto of_campaign = [&](const Happened& x) { return x.event.claims.campaign == c.campaign; };
    const auto charged = [](const Happened& x) { return x.charged(); };
    std::int64_t fits = amount;
    const auto limit = [&](std::int64_t most, std::int64_t spent) {
      if (most != kNo) fits = std::min(fits, std::max<std::int64_t>(most - spent, 0));
    };
    limit(limits.lifetime[campaign], sum(of_campaign, charged));
    limit(limits.shop_daily[shop],
          sum([&](const Happened& x) { return of_shop(x) && x.day == h.day; }, charged));
    if (limits.opening[shop] != kNo) limit(limits.opening[shop] + deposited(shop), sum(of_shop, charged));
    std::int64_t festival_left = 0;
    if (c.festival.exists() && limits.festival[campaign][c.festival.value] > 0) {
      const std::int64_t spent = sum(
          [&](const Happened& x) {
            return of_campaign(x) && x.day == h.day && x.event.claims.festival == c.festival;
          },
          [](const Happened& x) { return x.from_festival; });
      festival_left = std::max<std::int64_t>(limits.festival[campaign][c.festival.value] - spent, 0);
    }
    h.from_festival = std::min(fits, festival_left);
    fits -= h.from_festival;
    limit(limits.daily[campaign], sum([&](const Happened& x) { return of_campaign(x) && x.day == h.day; },
                                      [](const Happened& x) { return x.from_regular; }));
    h.from_regular = fits;
    h.uncharged = amount - h.charged();
  }

  std::set<std::tuple<TokenId, EventType, std::string>> seen_;
};

class LedgerTwinTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  LedgerTwinTest() : random_(GetParam()) {
    for (std::uint32_t c = 0; c < kCampaigns; ++c) {
      for (std::uint32_t f = 0; f < kFestivals; ++f)
        twin_.limits.festival[c][f] = c % 2 == 0 ? 500 * (f + 1) : kNo;
    }
    apply_limits();
  }
  std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>(random_() % n); }
  std::int64_t amount(std::uint64_t n) { return static_cast<std::int64_t>(random_() % n); }

  void apply_limits() {
    Accounts& accounts = *world_.accounts;
    for (std::uint32_t s = 0; s < kShops; ++s) {
      AdvertiserAccount& shop = accounts.open(AdvertiserIx{s});
      shop.opening_balance = twin_.limits.opening[s];
      shop.daily_budget = twin_.limits.shop_daily[s];
    }
    for (std::uint32_t c = 0; c < kCampaigns; ++c) {
      CampaignAccount& campaign = accounts.open(CampaignIx{c}, AdvertiserIx{c % kShops});
      campaign.daily_budget = twin_.limits.daily[c];
      campaign.lifetime_budget = twin_.limits.lifetime[c];
      for (std::uint32_t f = 0; f < kFestivals; ++f) {
        const std::int64_t budget = twin_.limits.festival[c][f];
        if (budget != kNo)
          accounts[accounts.open_festival(CampaignIx{c}, FestivalIx{f})].daily_budget = budget;
      }
    }
  }

  void change_a_limit() {
    Limits& l = twin_.limits;
    const std::int64_t to = below(4) == 0 ? kNo : amount(20'000);  // often below what is spent
    switch (below(4)) {
      case 0:
        l.shop_daily[below(kShops)] = to;
        break;
      case 1:
        l.daily[below(kCampaigns)] = to;
        break;
      case 2:
        l.lifetime[below(kCampaigns)] = to == kNo ? kNo : 10 * to;
        break;
      case 3: {
        std::int64_t& budget = l.festival[below(kCampaigns)][below(kFestivals)];
        if (budget != kNo) budget = amount(3'000);
        break;
      }
    }
    apply_limits();
  }

  LedgerEvent random_event() {
    if (tokens_.empty() || below(3) == 0) {
      const CampaignIx campaign{below(kCampaigns)};
      const Pricing pricing = below(2) == 0 ? Pricing::kCpc : Pricing::kCpm;
      const std::int64_t price = 1 + (pricing == Pricing::kCpc ? amount(1'500) : amount(1'000'000));
      Claims c = world_.claims(AdvertiserIx{campaign.value % kShops}, campaign, pricing, price);
      c.ad = {below(4)};
      c.placement = {below(2)};
      if (below(2) == 0) c.keyword = {below(3)};
      if (below(2) == 0) c.festival = {below(kFestivals)};
      c.user_hash = below(3);
      c.examination = {static_cast<std::int32_t>(below(kProbabilityOne)) + 1};
      tokens_.push_back(c);
    }
    const std::size_t recent = std::min<std::size_t>(tokens_.size(), 30);
    const Claims& c = tokens_[tokens_.size() - 1 - below(below(5) == 0 ? tokens_.size() : recent)];
    LedgerEvent event{.type = static_cast<EventType>(below(3)), .claims = c};
    if (event.type == EventType::kConversion) {
      event.conversion_id = std::string(1, static_cast<char>('a' + below(2)));
      event.value = {amount(100'000)};
    }
    return event;
  }

  void submit_and_compare() {
    std::vector<LedgerEvent> events;
    std::generate_n(std::back_inserter(events), 1 + below(25), [&] { return random_event(); });
    const auto outcomes = world_.submit(events);
    ASSERT_TRUE(outcomes);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const EventOutcome expected = twin_.record(events[i], world_.clock->now(), world_.today());
      const EventOutcome& got = (*outcomes)[i];
      ASSERT_EQ(got.status, expected.status) << "event " << twin_.history.size();
      ASSERT_EQ(got.charged, expected.charged) << "event " << twin_.history.size();
      ASSERT_EQ(got.uncharged, expected.uncharged) << "event " << twin_.history.size();
    }
  }

  void deposit_and_compare() {
    const std::uint32_t shop = below(kShops);
    const std::string id = std::to_string(below(20));
    const std::int64_t sum = 1'000 * (1 + below(2));
    const auto balance = world_.deposit(AdvertiserIx{shop}, id, sum);
    if (twin_.limits.opening[shop] == kNo) {
      ASSERT_EQ(balance.error(), DepositError::kOnAccount);
      return;
    }
    const auto [known, is_new] = twin_.deposits.try_emplace({shop, id}, sum);
    if (known->second != sum) {
      ASSERT_EQ(balance.error(), DepositError::kOtherAmount);
      return;
    }
    const std::int64_t charged =
        twin_.sum([&](const Happened& h) { return h.event.claims.advertiser.value == shop; },
                  [](const Happened& h) { return h.charged(); });
    ASSERT_EQ(balance->value, twin_.limits.opening[shop] + twin_.deposited(shop) - charged);
  }

  void compare_accounts();
  void compare_reports();
  void compare_learning();

  std::mt19937_64 random_;
  LedgerWorld world_;
  Twin twin_;
  std::vector<Claims> tokens_;
};

void LedgerTwinTest::compare_accounts() {
  const Day today = world_.today();
  const auto charged = [](const Happened& h) { return h.charged(); };
  for (std::uint32_t s = 0; s < kShops; ++s) {
    const AdvertiserAccount& shop = (*world_.accounts)[AdvertiserIx{s}];
    const auto of_shop = [&](const Happened& h) { return h.event.claims.advertiser.value == s; };
    ASSERT_EQ(shop.charged.load(), twin_.sum(of_shop, charged));
    ASSERT_EQ(shop.today.on(today).value,
              twin_.sum([&](const Happened& h) { return of_shop(h) && h.day == today; }, charged));
    ASSERT_EQ(shop.deposited.load(), twin_.deposited(s));
    if (twin_.limits.opening[s] != kNo) {
      ASSERT_LE(shop.charged.load(), twin_.limits.opening[s] + twin_.deposited(s));
    }
  }
  for (std::uint32_t c = 0; c < kCampaigns; ++c) {
    const CampaignAccount& campaign = (*world_.accounts)[CampaignIx{c}];
    const auto of_campaign = [&](const Happened& h) { return h.event.claims.campaign.value == c; };
    const auto on_today = [&](const Happened& h) { return of_campaign(h) && h.day == today; };
    ASSERT_EQ(campaign.charged.load(), twin_.sum(of_campaign, charged));
    ASSERT_EQ(campaign.today.on(today).value, twin_.sum(on_today, charged));
    ASSERT_EQ(campaign.today_regular.on(today).value,
              twin_.sum(on_today, [](const Happened& h) { return h.from_regular; }));
    ASSERT_EQ(campaign.uncharged_today.on(today).value,
              twin_.sum(on_today, [](const Happened& h) { return h.uncharged; }));
    for (std::uint32_t f = 0; f < kFestivals; ++f) {
      const FestivalAccountIx ix = world_.accounts->find_festival(CampaignIx{c}, FestivalIx{f});
      if (!ix.exists()) continue;
      ASSERT_EQ(
          (*world_.accounts)[ix].today.on(today).value,
          twin_.sum([&](const Happened& h) { return on_today(h) && h.event.claims.festival.value == f; },
                    [](const Happened& h) { return h.from_festival; }));
    }
  }
}

void LedgerTwinTest::compare_reports() {
  std::map<ReportKey, ReportCounters> expected;
  for (const Happened& h : twin_.history) {
    const Claims& c = h.event.claims;
    ReportCounters& row = expected[{c.advertiser, world_.calendar.hour_begin(h.at), c.campaign, c.ad_group,
                                    c.ad, c.keyword, c.placement, c.festival}];
    row.impressions += h.event.type == EventType::kImpression ? 1 : 0;
    row.clicks += h.event.type == EventType::kClick ? 1 : 0;
    row.conversions += h.event.type == EventType::kConversion ? 1 : 0;
    row.cost_micros += h.charged();
    row.uncharged_micros += h.uncharged;
    row.value_micros += h.event.value.value;
  }
  ReportCounters sum;
  scan_reports(*world_.ledger->snapshot_with_reports({}), {},
               [&](const ReportKey& key, const ReportCounters& row) {
                 EXPECT_EQ(encode(row), encode(expected[key]));
                 sum.add(row);
                 expected.erase(key);
               });
  EXPECT_TRUE(expected.empty());
  std::int64_t charged = 0;
  for (std::uint32_t s = 0; s < kShops; ++s) charged += (*world_.accounts)[AdvertiserIx{s}].charged.load();
  EXPECT_EQ(sum.cost_micros, charged);
}

void LedgerTwinTest::compare_learning() {
  std::map<std::pair<std::uint32_t, std::uint32_t>, ClickCounts> clicks;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> views;
  const Timestamp now = world_.clock->now();
  for (const Happened& h : twin_.history) {
    const Claims& c = h.event.claims;
    if (h.event.type == EventType::kClick) clicks[{c.ad.value, c.placement.value}].clicks += 1;
    if (h.event.type != EventType::kImpression) continue;
    clicks[{c.ad.value, c.placement.value}].examined_nano += static_cast<std::uint64_t>(c.examination.nano);
    if (c.user_hash != 0 && h.at > now - 48h) views[{c.campaign.value, c.user_hash}] += 1;
  }
  for (const auto& [key, counts] : clicks) {
    const ClickCounts seen = world_.click_stats->get(AdIx{key.first}, PlacementIx{key.second});
    EXPECT_EQ(seen.clicks, counts.clicks);
    EXPECT_EQ(seen.examined_nano, counts.examined_nano);
  }
  EXPECT_EQ(world_.click_stats->size(), clicks.size());
  for (std::uint32_t c = 0; c < kCampaigns; ++c) {
    for (std::uint64_t user = 1; user < 3; ++user) {
      EXPECT_EQ(world_.frequency->count(CampaignIx{c}, user, now, 48h), (views[{c, user}]));
    }
  }
}

TEST_P(LedgerTwinTest, AgreesOnEveryOutcomeAndSum) {
  const auto set_caps = [&] {
    for (std::uint32_t c = 0; c < kCampaigns; ++c) {
      world_.frequency->set_window(CampaignIx{c}, 48h, world_.clock->now());
    }
  };
  // From counters that are written with the next commit to ones that never are.
  world_.set_options({.redo_events_max = std::array<std::size_t, 3>{0, 40, 65'536}[below(3)]});
  world_.restart();
  apply_limits();
  set_caps();
  for (int step = 0; step < 150; ++step) {
    switch (below(10)) {
      case 0:
        change_a_limit();
        break;
      case 1:
        world_.advance(Duration{amount(40 * 60'000'000ull)});
        break;
      case 2:
        if (below(4) == 0) world_.advance(1h * below(60));
        break;
      case 3:
        ASSERT_NO_FATAL_FAILURE(deposit_and_compare());
        break;
      case 4:
        world_.ledger->drop_expired(world_.clock->now());
        break;
      case 5:
        if (below(4) != 0) break;
        below(2) == 0 ? world_.restart() : world_.crash();
        apply_limits();
        set_caps();
        break;
      default:
        ASSERT_NO_FATAL_FAILURE(submit_and_compare());
        break;
    }
    ASSERT_NO_FATAL_FAILURE(compare_accounts()) << "step " << step;
  }
  compare_reports();
  world_.crash();
  apply_limits();
  set_caps();
  compare_accounts();
  compare_reports();
  world_.restart();
  apply_limits();
  set_caps();
  compare_accounts();
  compare_reports();
  compare_learning();
  // The stream met what it is for.
  const auto over_budget =
      std::ranges::count_if(twin_.history, [](const Happened& h) { return h.uncharged > 0; });
  const auto paid_by_festival =
      std::ranges::count_if(twin_.history, [](const Happened& h) { return h.from_festival > 0; });
  EXPECT_GT(twin_.history.size(), 200u);
  EXPECT_GT(over_budget, 5);
  EXPECT_GT(paid_by_festival, 5);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LedgerTwinTest, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace gavel

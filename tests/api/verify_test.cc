// --verify: a directory that was served from agrees with itself, and each thing that is bent is named with
// both figures.
#include "api/verify/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <future>
#include <memory>

#include "api/data_directory.h"
#include "api/resources/index_keys.h"
#include "api/verify/check_events.h"
#include "api/verify/check_resources.h"
#include "api/verify/index_digest.h"
#include "budget/big_endian.h"
#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/holds.h"
#include "budget/ledger.h"
#include "budget/ledger_codec.h"
#include "tests/support/resource_world.h"

namespace gavel {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

// A small marketplace that has traded for a moment, on a manual clock that begins at 2024-11-01T00:00:00Z.
class TradedWorld {
 public:
  explicit TradedWorld(const std::string& data_dir) {
    EXPECT_TRUE(open_data_directory(data_dir, {"Asia/Shanghai", "CNY", "icu-72"}));
    world = std::make_unique<ResourceWorld>(data_dir + "/db");
    put_samples(*world);
    put("advertiser", "s2", R"({"name":"Prepaid","balance_micros":5000})");
    put("campaign", "c2", R"({"advertiser_id":"s2","name":"M","pricing":"cpm","daily_budget_micros":100})");
    put("ad_group", "g2", R"({"campaign_id":"c2","name":"G","bid_micros":1000000})");
    put("ad", "a2",
        R"({"ad_group_id":"g2","item_id":"i2","title":"T","landing_url":"https://shop.example/2"})");
    world->patch("ad", "a2", R"({"landing_url":"https://shop.example/3"})");
    put("placement", "p2", R"({"kind":"display","position_ctr":[1]})");
    world->remove("placement", "p2");
    ledger = std::make_unique<Ledger>(LedgerParts{*world->store, world->clock, calendar, world->accounts,
                                                  holds_, click_stats_, click_delay_, *world->frequency},
                                      LedgerOptions{});
    trade();
  }

  Claims claims(const std::string& n, Pricing pricing, std::int64_t price) {
    Claims c;
    c.id = {.epoch = 1, .serial = ++serial_};
    c.issued_at = world->clock.now();
    c.ad = ix<AdIx>("ad", "a" + n);
    c.ad_group = ix<AdGroupIx>("ad_group", "g" + n);
    c.campaign = ix<CampaignIx>("campaign", "c" + n);
    c.advertiser = ix<AdvertiserIx>("advertiser", "s" + n);
    c.placement = ix<PlacementIx>("placement", "p1");
    c.pricing = pricing;
    c.price = {price};
    return c;
  }
  void record(EventType type, const Claims& claims, std::string conversion = {}, std::int64_t value = 0) {
    std::promise<void> done;
    ledger->submit(
        {{.type = type, .claims = claims, .conversion_id = std::move(conversion), .value = {value}}},
        [&](const auto& outcomes) {
          EXPECT_TRUE(outcomes);
          done.set_value();
        });
    done.get_future().wait();
  }

  const Calendar calendar = *Calendar::load("Asia/Shanghai");
  std::unique_ptr<ResourceWorld> world;

 private:
  void put(std::string_view type, std::string_view id, std::string_view body) {
    EXPECT_EQ(summary(world->put(type, id, body)), "201") << type << " " << id;
  }
  template <class Ix>
  Ix ix(std::string_view type, std::string_view id) {
    return Ix{world->internal_id(type, id)};
  }
  // Clicks with a keyword and in a festival, CPM impressions that leave a carry and pass a budget, a
  // conversion.
  void trade() {
    Claims click = claims("1", Pricing::kCpc, 1'000);
    click.keyword = ix<KeywordIx>("keyword", "k1");
    record(EventType::kImpression, click);
    record(EventType::kClick, click);
    record(EventType::kConversion, click, "order-1", 77);
    Claims festive = claims("1", Pricing::kCpc, 20);
    festive.festival = ix<FestivalIx>("festival", "f1");
    record(EventType::kClick, festive);  // 7 of it from the festival's budget
    for (int i = 0; i < 3; ++i) record(EventType::kImpression, claims("2", Pricing::kCpm, 45'500));
    std::promise<void> deposited;
    ledger->deposit(ix<AdvertiserIx>("advertiser", "s2"), "d1", {250}, [&](const auto& balance) {
      EXPECT_TRUE(balance);
      deposited.set_value();
    });
    deposited.get_future().wait();
  }

  Accounts unused_;
  Holds holds_{1, 1, 1'024, unused_};
  ClickStats click_stats_;
  ClickDelay click_delay_;
  std::uint64_t serial_ = 0;

 public:
  std::unique_ptr<Ledger> ledger;  // ends before what it works on
};

std::string ad_place(std::uint32_t advertiser, std::uint32_t campaign, std::uint32_t group, std::string_view id) {
  Ancestry above;
  for (const std::uint32_t ix : {advertiser, campaign, group}) above.add(ix);
  return place_prefix(ResourceType::kAd, above).append(id);
}

// Each test has a copy of what one world left behind.
class VerifyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    traded_ = std::make_unique<TempDir>();
    TradedWorld world(traded_->file("data"));
  }
  static void TearDownTestSuite() { traded_.reset(); }
  void SetUp() override {
    std::filesystem::copy(traded_->file("data"), data_dir_, std::filesystem::copy_options::recursive);
  }

  std::string database() const { return data_dir_ + "/db"; }

  // Changes the database behind everybody's back.
  void bend(const std::function<void(const Store&, WriteBatch&)>& change) {
    auto store = Store::open(database());
    ASSERT_TRUE(store) << store.error().message;
    WriteBatch batch;
    change(**store, batch);
    ASSERT_FALSE((*store)->write(batch));
  }
  std::string verify() {
    const auto findings = verify_data_directory(data_dir_, {});
    EXPECT_TRUE(findings) << findings.error();
    return findings ? findings->text() : "";
  }

  TempDir directory_;
  const std::string data_dir_ = directory_.file("data");

 private:
  static inline std::unique_ptr<TempDir> traded_;
};

std::pair<std::string, std::string> first_row(const Store& store, Family family) {
  std::pair<std::string, std::string> row;
  store.scan(family, "", "", [&](std::string_view key, std::string_view value) {
    row = {std::string(key), std::string(value)};
    return false;
  });
  return row;
}

TEST_F(VerifyTest, WhatWasServedAgrees) {
  EXPECT_EQ(verify(),
            "checked 12 resources, 13 index entries, 14 changes, 3 landing URLs, 7 events, 3 report rows, "
            "2 advertisers' accounts, 2 campaigns' accounts, 1 festival budgets, 1 deposits: all agree\n");
}

TEST_F(VerifyTest, NothingIsChanged) {
  const auto files = [&] {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(database())) {
      all += entry.path().filename().string() + read_file(entry.path());
    }
    return all;
  };
  const std::string before = files();
  verify();
  EXPECT_EQ(files(), before);
}

TEST_F(VerifyTest, ADirectoryInUseIsRefused) {
  const auto server = Store::open(database());
  ASSERT_TRUE(server);
  const auto findings = verify_data_directory(data_dir_, {});
  ASSERT_FALSE(findings);
  EXPECT_THAT(findings.error(), HasSubstr("in use"));
}

TEST_F(VerifyTest, WhatIsNoDataDirectoryIsRefused) {
  EXPECT_FALSE(verify_data_directory(directory_.file("nowhere"), {}));
  bend([](const Store&, WriteBatch& batch) { batch.put(Family::kMeta, "format", "99"); });
  const auto newer = verify_data_directory(data_dir_, {});
  ASSERT_FALSE(newer);
  EXPECT_THAT(newer.error(), HasSubstr("format 99, newer"));
}

struct Bent {
  const char* name;
  void (*change)(const Store& store, WriteBatch& batch);
  const char* said;  // a line of the list
};
void PrintTo(const Bent& bent, std::ostream* out) {
  *out << bent.name;
}

class VerifyBentTest : public VerifyTest, public testing::WithParamInterface<Bent> {};

TEST_P(VerifyBentTest, IsNamedWithBothFigures) {
  bend(GetParam().change);
  EXPECT_THAT(verify(), HasSubstr(GetParam().said));
}

// The samples' internal ids are those in which they were put, from 0.
constexpr CampaignIx kC1{0}, kC2{1};
constexpr AdvertiserIx kS1{0}, kS2{1};

template <class Record, class Decode>
void change_account(const Store& store, WriteBatch& batch, const std::string& key, Decode decode,
                    std::int64_t Record::*field, std::int64_t by) {
  Record record = decode(*store.get(Family::kAccounts, key));
  record.*field += by;
  batch.put(Family::kAccounts, key, encode(record));
}
void change_campaign(const Store& store, WriteBatch& batch, CampaignIx ix,
                     std::int64_t CampaignRecord::*field) {
  change_account(store, batch, account_key(ix), decode_campaign, field, 5);
}
void change_advertiser(const Store& store, WriteBatch& batch, AdvertiserIx ix,
                       std::int64_t AdvertiserRecord::*field, std::int64_t by = 5) {
  change_account(store, batch, account_key(ix), decode_advertiser, field, by);
}
void change_first_event(const Store& store, WriteBatch& batch, void (*change)(RecordedEvent&)) {
  const auto [key, value] = first_row(store, Family::kDedupe);
  RecordedEvent event = decode_event(value);
  change(event);
  batch.put(Family::kDedupe, key, encode(event));
}

const Bent kBents[] = {
    {"CampaignCharged",
     [](const Store& s, WriteBatch& b) { change_campaign(s, b, kC1, &CampaignRecord::charged); },
     "campaign c1, spent_lifetime_micros: account 1025, reports 1020\n"},
    {"CampaignToday",
     [](const Store& s, WriteBatch& b) { change_campaign(s, b, kC1, &CampaignRecord::today); },
     "campaign c1, spent today: account 1025, reports 1020\n"},
    {"CampaignOwnBudget",
     [](const Store& s, WriteBatch& b) { change_campaign(s, b, kC1, &CampaignRecord::regular); },
     "campaign c1, spent today of its own budget: account 1018, account less festivals 1013\n"},
    {"CampaignUncharged",
     [](const Store& s, WriteBatch& b) { change_campaign(s, b, kC2, &CampaignRecord::uncharged); },
     "campaign c2, uncharged today: account 41, reports 36\n"},
    {"CampaignCarry",
     [](const Store& s, WriteBatch& b) {
       CampaignRecord record = decode_campaign(*s.get(Family::kAccounts, account_key(kC2)));
       record.carry = 7;
       b.put(Family::kAccounts, account_key(kC2), encode(record));
     },
     "campaign c2, thousandths of a micro owed: account 7, events 500\n"},
    {"CampaignsAccountLost",
     [](const Store&, WriteBatch& b) { b.erase(Family::kAccounts, account_key(kC1)); },
     "campaign c1, spent_lifetime_micros: account 0, reports 1020\n"},
    {"CampaignsPayer",
     [](const Store& s, WriteBatch& b) {
       CampaignRecord record = decode_campaign(*s.get(Family::kAccounts, account_key(kC1)));
       record.advertiser = kS2;
       b.put(Family::kAccounts, account_key(kC1), encode(record));
     },
     "campaign c1, advertiser_id: account advertiser s2, resources advertiser s1\n"},
    {"AdvertiserCharged",
     [](const Store& s, WriteBatch& b) { change_advertiser(s, b, kS1, &AdvertiserRecord::charged); },
     "advertiser s1, charged_micros: account 1025, reports 1020\n"},
    {"AdvertiserDeposited",
     [](const Store& s, WriteBatch& b) { change_advertiser(s, b, kS2, &AdvertiserRecord::deposited); },
     "advertiser s2, deposited_micros: account 255, deposits 250\n"},
    {"DepositLost", [](const Store&, WriteBatch& b) { b.erase(Family::kDeposits, deposit_key(kS2, "d1")); },
     "advertiser s2, deposited_micros: account 250, deposits 0\n"},
    {"ChargedPastTheBalance",
     [](const Store& s, WriteBatch& b) { change_advertiser(s, b, kS2, &AdvertiserRecord::charged, 9'000); },
     "advertiser s2, balance_micros: paid in 5250, charged 9100\n"},
    {"FestivalSpent",
     [](const Store&, WriteBatch& b) { b.erase(Family::kAccounts, account_key(kC1, FestivalIx{0})); },
     "campaign c1 in festival f1, spent today: account 0, events 7\n"},
    {"EventLost",
     [](const Store& s, WriteBatch& b) { b.erase(Family::kDedupe, first_row(s, Family::kDedupe).first); },
     "report row 2024-11-01T00:00:00Z campaign c1 ad a1 keyword k1 placement p1 no festival, impressions: "
     "report row 1, events 0\n"},
    {"EventOfAnotherPrice",
     [](const Store& s, WriteBatch& b) {
       change_first_event(s, b, [](RecordedEvent& e) { e.charged = {3}; });
     },
     "impression of token 1/1, charged_micros and uncharged_micros: event 3, price 1000\n"},
    {"EventOfTheFuture",
     [](const Store& s, WriteBatch& b) {
       change_first_event(s, b, [](RecordedEvent& e) { e.committed_at += hours{24}; });
     },
     "impression of token 1/1, time of commit: event 1730505600000000, clock 1730419200000000\n"},
    {"EventWithoutItsRow",
     [](const Store& s, WriteBatch& b) {
       change_first_event(s, b, [](RecordedEvent& e) { e.placement = PlacementIx{7}; });
     },
     "ad a1 keyword k1 placement #7 no festival, events: events one or more, reports nothing\n"},
    {"EventUnderAnotherType",
     [](const Store& s, WriteBatch& b) {
       change_first_event(s, b, [](RecordedEvent& e) { e.type = EventType::kConversion; });
     },
     "conversion of token 1/1, type: dedupe key 0, event 2\n"},
    {"RowTooLarge",
     [](const Store& s, WriteBatch& b) {
       const auto [key, value] = first_row(s, Family::kReports);
       ReportCounters row = decode_counters(value);
       row.cost_micros += 1;
       b.put(Family::kReports, key, encode(row));
     },
     "cost_micros: report row 1001, events 1000\n"},
    {"RowOfAnAdOfAnotherGroup",
     [](const Store& s, WriteBatch& b) {
       const auto [key, value] = first_row(s, Family::kReports);
       ReportKey k = decode_report_key(key);
       k.ad = AdIx{1};
       b.put(Family::kReports, report_key(k), value);
     },
     "campaign c1 ad a2 keyword k1 placement p1 no festival, ad_id: report row names it, resources no such "
     "one"},
    {"IndexEntryLost",
     [](const Store&, WriteBatch& b) {
       b.erase(Family::kChildren, ad_place(0, 0, 0, "a1"));
     },
     "ad a1, entry in the ads of advertiser s1, campaign c1, ad_group g1: resources 0, index nothing\n"},
    {"IndexEntryTooMany",
     [](const Store&, WriteBatch& b) {
       b.put(Family::kChildren, ad_place(0, 1, 0, "a1"), encode_internal_id(0));
     },
     "index, entry in the ads of advertiser s1, campaign c2, ad_group g1: index 0, resources nothing\n"},
    {"IndexEntryOfNoId",
     [](const Store&, WriteBatch& b) {
       b.put(Family::kChildren, ad_place(0, 0, 0, "a1"), encode_internal_id(0) + "x");
     },
     "ad a1, entry in the ads of advertiser s1, campaign c1, ad_group g1: resources 0, index 4294967295\n"},
    {"IdOfAnother",
     [](const Store& s, WriteBatch& b) {
       auto record = *decode_record(*s.get(Family::kResources, resource_key(ResourceType::kAd, 1)));
       record.id = "a1";
       b.put(Family::kResources, resource_key(ResourceType::kAd, 1), encode_record(record));
     },
     "ad a1, id: resources 0, resources 1\n"},
    {"KeyWithMoreBehind",
     [](const Store& s, WriteBatch& b) {
       const std::string key = resource_key(ResourceType::kAd, 1);
       b.put(Family::kResources, key + "x", *s.get(Family::kResources, key));
     },
     "ad #4294967295, key: resources 4294967295, needed an id that was ever given\n"},
    {"IndexEntryOfAnother",
     [](const Store&, WriteBatch& b) {
       b.put(Family::kChildren, ad_place(1, 1, 1, "a2"), encode_internal_id(0));
     },
     "ad a2, entry in the ads of advertiser s2, campaign c2, ad_group g2: resources 1, index 0\n"},
    {"ChangeLost", [](const Store&, WriteBatch& b) { b.erase(Family::kChanges, change_key(5)); },
     "log of changes, seq: expected 5, log 6\n"},
    {"LastChangeLost", [](const Store&, WriteBatch& b) { b.erase(Family::kChanges, change_key(14)); },
     "placement p2, last change: record 14, changes nothing\n"},
    {"LastChangeLostInTheMiddle",
     [](const Store&, WriteBatch& b) {
       for (const int lost : {3, 4, 6}) {
         b.erase(Family::kChanges, change_key(static_cast<std::uint64_t>(lost)));
       }
     },
     ", last change: record 6, changes nothing\n"},
    {"LandingUrlInForceLost",
     [](const Store&, WriteBatch& b) { b.erase(Family::kLandingUrls, landing_url_key(AdIx{1}, 2)); },
     "ad a2, landing_url 2: record https://shop.example/3, landing URLs nothing\n"},
    {"LandingUrlOfNoAd",
     [](const Store&, WriteBatch& b) {
       b.put(Family::kLandingUrls, landing_url_key(AdIx{7}, 1), "https://other.example/");
     },
     "ad #7, landing_url 1: landing URLs https://other.example/, resources nothing\n"},
    {"LandingUrlLost",
     [](const Store&, WriteBatch& b) { b.erase(Family::kLandingUrls, landing_url_key(AdIx{1}, 1)); },
     "ad a2, landing_url 1: record a URL of that time, landing URLs nothing\n"},
    {"LandingUrlOfAnother",
     [](const Store&, WriteBatch& b) {
       b.put(Family::kLandingUrls, landing_url_key(AdIx{1}, 2), "https://other.example/");
     },
     "ad a2, landing_url 2: record https://shop.example/3, landing URLs https://other.example/\n"},
    {"ParentLost",
     [](const Store&, WriteBatch& b) {
       b.erase(Family::kResources, resource_key(ResourceType::kCampaign, 0));
     },
     "ad_group g1, campaign_id: record campaign #0, resources deleted or never made\n"},
    {"KeyBeyondAllIds",
     [](const Store& s, WriteBatch& b) {
       b.put(Family::kResources, resource_key(ResourceType::kAd, 0xFFFFFFF0),
             *s.get(Family::kResources, resource_key(ResourceType::kAd, 1)));
     },
     "ad #4294967280, key: resources 4294967280, needed an id that was ever given\n"},
    {"RecordUnreadable",
     [](const Store&, WriteBatch& b) { b.put(Family::kResources, resource_key(ResourceType::kAd, 1), "?"); },
     "ad #1, record: resources cannot be read, needed a document of this version\n"},
};
INSTANTIATE_TEST_SUITE_P(Verify, VerifyBentTest, testing::ValuesIn(kBents),
                         [](const auto& row) { return std::string(row.param.name); });

// A flip in a table is not the database's own business to find before somebody reads there.
TEST_F(VerifyTest, ADamagedFileIsNamed) {
  bend([](const Store&, WriteBatch& batch) { batch.put(Family::kMeta, "bulk", std::string(100'000, 'b')); });
  { auto flushed = Store::open(database()); }  // the log becomes a table
  for (const auto& entry : std::filesystem::directory_iterator(database())) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file.put('\x5A');
  }
  const auto findings = verify_data_directory(data_dir_, {});
  ASSERT_FALSE(findings);
  EXPECT_THAT(findings.error(), HasSubstr("damaged"));
}

TEST_F(VerifyTest, RowsOfDroppedEventsMayOnlyBeLarger) {
  std::filesystem::remove_all(data_dir_);
  {
    TradedWorld traded(data_dir_);
    BusinessClock& clock = traded.world->clock;
    ASSERT_TRUE(clock.advance(clock.now() + hours{24 * 40}));
    ASSERT_FALSE(store_clock(*traded.world->store, clock.now()));
    traded.ledger->drop_expired(clock.now());
    traded.record(EventType::kClick, traded.claims("1", Pricing::kCpc, 300));
  }
  const std::string text = verify();
  EXPECT_THAT(text, HasSubstr("not compared: the events of 3 report rows are no longer all kept"));
  EXPECT_THAT(text, HasSubstr(": all agree\n"));

  // What is kept is compared as before.
  bend([](const Store& store, WriteBatch& batch) {
    change_first_event(store, batch, [](RecordedEvent& e) { e.charged = {299}; });
  });
  EXPECT_THAT(verify(), HasSubstr("cost_micros: report row 300, events 299\n"));
}

TEST_F(VerifyTest, ARowAtATimeFindsTheSame) {
  bend([](const Store& store, WriteBatch& batch) {
    const auto [key, value] = first_row(store, Family::kReports);
    batch.erase(Family::kReports, key);
    change_first_event(store, batch, [](RecordedEvent& e) { e.placement = PlacementIx{0}; });
  });
  const auto store = Store::open_read_only(database());
  ASSERT_TRUE(store);
  const Calendar calendar = *Calendar::load("Asia/Shanghai");
  std::string texts[2];
  for (const std::size_t rows : {std::size_t{1}, kReportRowsPerPass}) {
    Findings findings;
    const VerifyProgress no_progress;
    const auto snapshot = (*store)->snapshot();
    const VerifyContext context{**store, *snapshot, calendar, findings, no_progress, true};
    StoredResources resources(**store);
    check_resources(context, resources);
    MoneySums sums(*snapshot, calendar);
    check_events(context, resources, KeptEvents::of(**store), sums, rows);
    EXPECT_FALSE(findings.all_agree());
    texts[rows == 1] = findings.text();
  }
  EXPECT_EQ(texts[0], texts[1]);
}

// What a kill leaves: counters that only the redo log knows.
class VerifyKilledTest : public VerifyTest {
 protected:
  void SetUp() override {
    const TempDir traded;
    const TradedWorld world(traded.file("data"));
    std::filesystem::create_directories(data_dir_);
    ASSERT_FALSE(world.world->store->checkpoint(database()));
  }
};

TEST_F(VerifyKilledTest, CountersAreThoseThatTheRedoLogMakes) {
  EXPECT_FALSE((*Store::open_read_only(database()))->get(Family::kAccounts, account_key(kC1)));
  EXPECT_THAT(verify(), HasSubstr(": all agree\n"));
  bend([](const Store&, WriteBatch& b) {
    b.put(Family::kAccounts, account_key(kC1), encode(CampaignRecord{.advertiser = kS1, .charged = 5}));
  });
  EXPECT_THAT(verify(), HasSubstr("campaign c1, spent_lifetime_micros: account 1025, reports 1020\n"));
}

TEST_F(VerifyKilledTest, ALostEventOfTheRedoLogIsSaid) {
  bend([](const Store& s, WriteBatch& b) { b.erase(Family::kDedupe, first_row(s, Family::kDedupe).first); });
  const auto findings = verify_data_directory(data_dir_, {});
  ASSERT_FALSE(findings);
  EXPECT_THAT(findings.error(), HasSubstr("the redo log is damaged: commit 0 names an event that is lost"));
}

TEST_F(VerifyTest, ForMachinesItIsOneLine) {
  bend([](const Store& s, WriteBatch& b) { change_campaign(s, b, kC1, &CampaignRecord::charged); });
  const auto findings = verify_data_directory(data_dir_, {});
  ASSERT_TRUE(findings);
  const auto json = JsonTree::parse(findings->json());
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["ok"], JsonTree(false));
  EXPECT_EQ((*json)["disagreements"], JsonTree(1));
  EXPECT_EQ(
      (*json)["listed"][0].dump(),
      R"({"subject":"campaign c1","field":"spent_lifetime_micros","first":{"source":"account","value":1025},)"
      R"("second":{"source":"reports","value":1020}})");
  EXPECT_EQ((*json)["checked"]["events"], JsonTree(7));
}

}  // namespace
}  // namespace gavel

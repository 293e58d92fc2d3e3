#include "auction/catalog_publisher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "auction/keyword_matcher.h"
#include "tests/auction/catalog_fixture.h"

namespace gavel {
namespace {

TEST(CatalogPublisher, AReaderSeesWhatIsPublishedAndItsUseKeepsThatSnapshot) {
  CatalogFixture world;
  auto empty = world.editor.snapshot();
  const Catalog* const first = empty.get();
  CatalogPublisher publisher(std::move(empty));
  CatalogReader reader(publisher);
  {
    const CatalogReader::Use use = reader.use();
    EXPECT_EQ(&*use, first);
    world.put_advertiser("shop");
    for (int i = 0; i < 3; ++i) publisher.publish(world.editor.snapshot());
    EXPECT_EQ(&*use, first);
    EXPECT_FALSE((*use)[world.advertiser("shop")].live) << "as it was then";
  }
  const CatalogReader::Use use = reader.use();
  EXPECT_EQ(&*use, publisher.whole().get());
  EXPECT_TRUE((*use)[world.advertiser("shop")].live);
}

// Whoever has looked once and announced what was there may be too late: it may have been freed between the two.
TEST(CatalogPublisher, OnlyWhatIsStillTheNewestOnceItWasAnnouncedIsUsed) {
  const int a = 1, b = 2, c = 3;
  std::vector<const int*> newest{&c, &b, &b, &a};  // from the last
  std::atomic<const int*> hazard{nullptr};
  const int* const used = announce(hazard, [&] {
    const int* const now = newest.back();
    if (newest.size() > 1) newest.pop_back();
    return now;
  });
  EXPECT_EQ(used, &b) << "a was no longer the newest when it had been announced";
  EXPECT_EQ(hazard.load(), &b);
}

// Rows are for everybody to keep: a report waits for its turn for long, while thousands of bids change.
TEST(CatalogPublisher, WhoKeepsTheRowsKeepsNoLists) {
  CatalogFixture world;
  world.put_advertiser("shop");
  world.put_campaign("c", campaign_doc("shop"));
  world.put_group("g", group_doc("c", {1}));
  world.put_ad("a", ad_doc("g", "item"));
  world.put_keyword("k", keyword_doc("g", "red dress"));
  CatalogPublisher publisher(world.editor.snapshot());
  const auto rows = publisher.current();
  const TextIx text{world.symbols->texts.intern(std::vector<std::string>{"red", "dress"})};
  EXPECT_EQ(publisher.whole()->groups_with(text, MatchType::kBroad).size(), 1U);
  EXPECT_EQ(rows->groups_with(text, MatchType::kBroad).size(), 0U);
  EXPECT_EQ(rows->groups_under({TermKind::kEverything, 0}).size(), 0U);

  std::weak_ptr<const Catalog> before;
  for (int bid = 2; bid < 6; ++bid) {
    world.put_group("g", group_doc("c", {bid}));
    before = publisher.whole();
    publisher.publish(world.editor.snapshot());
  }
  publisher.publish(world.editor.snapshot());
  EXPECT_TRUE(before.expired());
  EXPECT_EQ((*rows)[world.group("g")].serving->bid, Micros{1});
}

// By who publishes, not by the reader that left it last; and a reader that sleeps keeps none.
TEST(CatalogPublisher, AnOldSnapshotEndsWithAPublicationAfterItsLastUse) {
  CatalogFixture world;
  auto first = world.editor.snapshot();
  const std::weak_ptr<const Catalog> watched = first;
  CatalogPublisher publisher(std::move(first));
  CatalogReader reader(publisher), sleeping(publisher);
  sleeping.use();
  auto use = std::unique_ptr<CatalogReader::Use>(new CatalogReader::Use(reader.use()));
  const auto publish = [&](const char* name) {
    world.put_advertiser(name);
    auto next = world.editor.snapshot();
    const std::weak_ptr<const Catalog> published = next;
    publisher.publish(std::move(next));
    return published;
  };
  const auto unread = publish("a");
  publish("b");
  EXPECT_FALSE(watched.expired()) << "the reader has it still";
  const auto last = publish("c");
  EXPECT_TRUE(unread.expired()) << "nobody ever had it";
  EXPECT_FALSE(watched.expired());
  use.reset();
  EXPECT_FALSE(watched.expired()) << "freed on the reader's thread";
  publish("d");
  EXPECT_TRUE(watched.expired());
  EXPECT_FALSE(last.expired());
}

// Under TSan: workers match queries in the newest snapshot while resources change, names and words grow and
// pages are changed in place as soon as their last reader has left them. In every snapshot all groups have
// the bid of one round.
TEST(CatalogPublisher, WorkersSeeWholeSnapshotsWhileResourcesChange) {
  constexpr int kGroups = 70;
  constexpr int kRounds = 150;
  CatalogFixture world;
  world.put_advertiser("shop");
  world.put_campaign("c", campaign_doc("shop"));
  const auto put_round = [&](int round) {
    for (int g = 0; g < kGroups; ++g) {
      const std::string id = std::to_string(g);
      world.put_group(id, group_doc("c", {round}));
      world.put_ad(id, ad_doc(id, "item" + std::to_string(round % 7)));
      world.put_keyword(id, keyword_doc(id, g % 2 == 0 ? "red dress" : "dress"));
    }
    // New words and texts, and a keyword that moves from one to the next.
    world.put_keyword("mover", keyword_doc("0", "dress number" + std::to_string(round)));
  };
  put_round(1);
  CatalogPublisher publisher(world.editor.snapshot());
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0}, looks{0};

  std::vector<std::thread> workers;
  for (int w = 0; w < 2; ++w) {
    workers.emplace_back([&] {
      CatalogReader reader(publisher);
      KeywordMatcher matcher;
      GroupCursor cursor;
      do {
        const CatalogReader::Use use = reader.use();
        const Catalog& catalog = *use;
        std::size_t groups = 0;
        const Micros bid = catalog[AdGroupIx{0}].serving->bid;
        matcher.find("red dress", catalog);
        cursor.clear();
        matcher.list(catalog, cursor);
        cursor.start(catalog);
        while (const auto group = cursor.next()) {
          const auto match = matcher.match(*group, catalog);
          if (!match || match->bid != bid || catalog.ads_of(*group).size() != 1) ++wrong;
          ++groups;
        }
        if (groups != kGroups) ++wrong;
        const Symbol item = catalog.symbols().items.find("item" + std::to_string(bid.value % 7));
        if (catalog.ads_of_item(item).size() != kGroups) ++wrong;
        matcher.find("dress number" + std::to_string(bid.value), catalog);
        if (!matcher.match(AdGroupIx{0}, catalog)) ++wrong;
        ++looks;
      } while (!done.load());
    });
  }
  for (int round = 2; round <= kRounds; ++round) {
    put_round(round);
    publisher.publish(world.editor.snapshot());
  }
  done = true;
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_GE(looks.load(), 2);
}

}  // namespace
}  // namespace gavel

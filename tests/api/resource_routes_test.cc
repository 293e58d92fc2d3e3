#include "api/resources/resource_routes.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/resource_world.h"
#include "tests/support/test_server.h"

namespace gavel {
namespace {

struct ResourceRoutesTest : testing::Test {
  TempDir directory;
  ResourceWorld world{directory.file("db")};
  Executor executor{"management", 1'000};
  TestServer server;

  void SetUp() override {
    add_resource_routes(server.router, {*world.registry, executor, directory.path().string()});
    server.start();
  }
  void TearDown() override {
    server.server->stop();
    executor.stop();
  }

  ClientResponse send(std::string_view method, std::string_view target, std::string_view body = {},
                      const ClientHeaders& headers = {}) {
    return server.client().request(method, target, body, headers);
  }
  JsonTree get(std::string_view target) {
    const ClientResponse response = send("GET", target);
    EXPECT_EQ(response.status, 200) << target << " " << response.body;
    return JsonTree::parse(response.body).value_or(JsonTree());
  }
  // The ids of all pages of a list.
  std::vector<std::string> ids(const std::string& target, int* pages = nullptr) {
    std::vector<std::string> out;
    std::string token;
    do {
      const JsonTree page = get(target + (token.empty() ? "" : "&page_token=" + token));
      for (const JsonTree& item : page["items"].items()) out.push_back(item["id"].text_or_empty());
      token = page["next_page_token"].text_or_empty();
      if (pages != nullptr) ++*pages;
    } while (!token.empty());
    return out;
  }
};

TEST_F(ResourceRoutesTest, AnswersAsTheContractSays) {
  ClientResponse r = send("PUT", "/v1/advertisers/s1", R"({"name":"a"})");
  EXPECT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.header("etag"), "\"1\"");
  EXPECT_EQ(r.header("content-type"), "application/json");
  const std::string shown = r.body;
  r = send("GET", "/v1/advertisers/s1");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.body, shown);
  EXPECT_EQ(r.header("etag"), "\"1\"");
  EXPECT_EQ(send("PUT", "/v1/advertisers/s1", shown).status, 200);
  r = send("PATCH", "/v1/advertisers/s1", R"({"name":"b"})",
           {{"Content-Type", "application/merge-patch+json"}});
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.header("etag"), "\"2\"");
  EXPECT_EQ(send("PATCH", "/v1/advertisers/s1", R"({"name":"c"})", {{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(send("PUT", "/v1/advertisers/s1", R"({"name":"c"})", {{"If-None-Match", "*"}}).status, 412);
  EXPECT_EQ(send("PATCH", "/v1/advertisers/s1", R"({"name":"c"})", {{"If-Match", "\"2\""}}).status, 200);
  r = send("DELETE", "/v1/advertisers/s1");
  EXPECT_EQ(r.status, 204);
  EXPECT_EQ(r.body, "");
  r = send("GET", "/v1/advertisers/s1");
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(r.header("content-type"), "application/problem+json");
  EXPECT_EQ(send("DELETE", "/v1/advertisers/s1").status, 404);
}

TEST_F(ResourceRoutesTest, NamesWhatIsWrong) {
  ClientResponse r =
      send("PUT", "/v1/campaigns/c1", R"({"advertiser_id":"s1","name":"n","pricing":"cpc","dayly":1})");
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.header("content-type"), "application/problem+json");
  EXPECT_EQ(JsonTree::parse(r.body)->at("/errors/0/field")->text_or_empty(), "/dayly");
  EXPECT_EQ(send("PUT", "/v1/advertisers/s1", R"({"name":"a")").status, 400);
  EXPECT_EQ(send("PUT", "/v1/advertisers/s1").status, 400);
  EXPECT_EQ(send("PUT", "/v1/advertisers/a%20b", R"({"name":"a"})").status, 400);
  EXPECT_EQ(send("PUT", "/v1/advertisers/" + std::string(65, 'a'), R"({"name":"a"})").status, 400);
  EXPECT_EQ(send("PATCH", "/v1/advertisers/a%20b", R"({"name":"a"})").status, 404);
  EXPECT_EQ(send("GET", "/v1/advertisers/a%20b").status, 404);
  EXPECT_EQ(send("PUT", "/v1/advertisers/s1", R"({"name":"a"})", {{"Content-Type", "text/plain"}}).status,
            415);
  EXPECT_EQ(
      send("PUT", "/v1/advertisers/s1", R"({"name":"a"})", {{"Content-Type", "application/merge-patch+json"}})
          .status,
      415);
  EXPECT_EQ(send("DELETE", "/v1/advertisers/s1?cascade=yes").status, 400);
  EXPECT_EQ(send("DELETE", "/v1/advertisers/s1?force=true").status, 400);
  EXPECT_EQ(send("POST", "/v1/advertisers/s1", R"({"name":"a"})").status, 405);
  EXPECT_EQ(send("GET", "/v1/shops").status, 404);
}

TEST_F(ResourceRoutesTest, DeletesWithWhatPointsThere) {
  put_samples(world);
  ClientResponse r = send("DELETE", "/v1/advertisers/s1");
  EXPECT_EQ(r.status, 409);
  EXPECT_NE(r.body.find("c1"), std::string::npos) << r.body;
  EXPECT_EQ(send("DELETE", "/v1/advertisers/s1?cascade=true").status, 204);
  EXPECT_EQ(send("GET", "/v1/keywords/k1").status, 404);
}

TEST_F(ResourceRoutesTest, ListsByParentAndStatus) {
  put_samples(world);
  ASSERT_EQ(world.put("advertiser", "s2", R"({"name":"b","status":"suspended"})").status, 201);
  ASSERT_EQ(
      world.put("campaign", "c2", R"({"advertiser_id":"s1","name":"n","pricing":"cpc","status":"paused"})")
          .status,
      201);
  ASSERT_EQ(world.put("ad_group", "g2", R"({"campaign_id":"c2","name":"n","bid_micros":1})").status, 201);
  for (const char* id : {"k0", "k2", "k3"}) {
    ASSERT_EQ(world
                  .put("keyword", id,
                       R"({"ad_group_id":")" + std::string(id == std::string("k3") ? "g2" : "g1") +
                           R"(","text":"x","match":"exact"})")
                  .status,
              201);
  }
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids("/v1/keywords?page_size=1000"), (Ids{"k0", "k1", "k2", "k3"}));
  EXPECT_EQ(ids("/v1/keywords?ad_group_id=g1"), (Ids{"k0", "k1", "k2"}));
  EXPECT_EQ(ids("/v1/keywords?campaign_id=c2"), (Ids{"k3"}));
  EXPECT_EQ(ids("/v1/keywords?advertiser_id=s1&page_size=1"), (Ids{"k0", "k1", "k2", "k3"}));
  EXPECT_EQ(ids("/v1/keywords?advertiser_id=s2"), Ids{});
  EXPECT_EQ(ids("/v1/keywords?advertiser_id=nobody"), Ids{});
  EXPECT_EQ(ids("/v1/keywords?campaign_id=c2&ad_group_id=g1"), Ids{});
  EXPECT_EQ(ids("/v1/keywords?campaign_id=c1&ad_group_id=g1&advertiser_id=s1&page_size=2"),
            (Ids{"k0", "k1", "k2"}));
  EXPECT_EQ(ids("/v1/campaigns?status=paused"), Ids{"c2"});
  EXPECT_EQ(ids("/v1/campaigns?advertiser_id=s1&status=enabled"), Ids{"c1"});
  EXPECT_EQ(ids("/v1/advertisers?status=active"), Ids{"s1"});
  EXPECT_EQ(ids("/v1/advertisers?status=suspended"), Ids{"s2"});
  EXPECT_EQ(ids("/v1/placements?page_size=5"), Ids{"p1"});
  const ClientResponse r = send("GET", "/v1/festivals");
  EXPECT_FALSE(r.header("etag").empty());
  EXPECT_EQ(JsonTree::parse(r.body)->at("/items/0")->dump(), world.tree("festival", "f1").dump());
  EXPECT_TRUE(JsonTree::parse(r.body)->at("/next_page_token")->is_null());
}

// Advertiser by advertiser, in the order they were made, and so on down; by id where one stands beside the other.
TEST_F(ResourceRoutesTest, ListsGoAncestorByAncestor) {
  const auto put = [&](const char* type, const std::string& id, const std::string& body) {
    ASSERT_EQ(world.put(type, id, body).status, 201) << id;
  };
  for (const char* shop : {"z", "y"}) put("advertiser", shop, R"({"name":"n"})");
  for (const auto& [campaign, shop] : {std::pair{"c2", "y"}, {"c3", "z"}, {"c1", "z"}}) {
    put("campaign", campaign, R"({"name":"n","pricing":"cpc","advertiser_id":")" + std::string(shop) + "\"}");
  }
  int groups = 0;
  for (const char* campaign : {"c1", "c3", "c2", "c1"}) {
    const std::string group = "g" + std::to_string(groups++);
    put("ad_group", group, R"({"name":"n","bid_micros":1,"campaign_id":")" + std::string(campaign) + "\"}");
    for (const char* id : {"b", "a"}) {
      put("keyword", group + id, R"({"text":"x","match":"exact","ad_group_id":")" + group + "\"}");
    }
  }
  using Ids = std::vector<std::string>;
  for (const std::string size : {"1", "2", "3", "1000"}) {
    const std::string page = "page_size=" + size;
    EXPECT_EQ(ids("/v1/campaigns?" + page), (Ids{"c1", "c3", "c2"}));
    EXPECT_EQ(ids("/v1/ad_groups?" + page), (Ids{"g1", "g0", "g3", "g2"}));
    EXPECT_EQ(ids("/v1/keywords?" + page), (Ids{"g1a", "g1b", "g0a", "g0b", "g3a", "g3b", "g2a", "g2b"}));
    EXPECT_EQ(ids("/v1/keywords?advertiser_id=z&" + page), (Ids{"g1a", "g1b", "g0a", "g0b", "g3a", "g3b"}));
    EXPECT_EQ(ids("/v1/keywords?campaign_id=c1&" + page), (Ids{"g0a", "g0b", "g3a", "g3b"}));
    EXPECT_EQ(ids("/v1/keywords?campaign_id=c1&advertiser_id=y&" + page), Ids{});
    EXPECT_EQ(ids("/v1/keywords?ad_group_id=g3&advertiser_id=z&" + page), (Ids{"g3a", "g3b"}));
    EXPECT_EQ(ids("/v1/keywords?ad_group_id=g3&campaign_id=c3&" + page), Ids{});
    EXPECT_EQ(ids("/v1/keywords?ad_group_id=g3&advertiser_id=y&" + page), Ids{});
  }
  // A token holds the longest id below all its ancestors.
  const std::string longest(64, 'k');
  put("keyword", longest, R"({"text":"x","match":"exact","ad_group_id":"g2"})");
  put("keyword", "last", R"({"text":"x","match":"exact","ad_group_id":"g2"})");
  EXPECT_EQ(ids("/v1/keywords?page_size=1").size(), 10U);
  ASSERT_EQ(send("DELETE", "/v1/keywords/" + longest).status, 204);
  ASSERT_EQ(send("DELETE", "/v1/keywords/last").status, 204);
  // What is deleted between two pages is an end, not an error.
  const std::string list = "/v1/keywords?campaign_id=c1&page_size=1";
  const std::string token = get(list)["next_page_token"].text_or_empty();
  ASSERT_EQ(send("DELETE", "/v1/campaigns/c1?cascade=true").status, 204);
  EXPECT_EQ(ids(list + "&page_token=" + token), Ids{});
  EXPECT_EQ(ids("/v1/ad_groups?campaign_id=c1"), Ids{});
  EXPECT_EQ(ids("/v1/keywords?page_size=3"), (Ids{"g1a", "g1b", "g2a", "g2b"}));
}

TEST_F(ResourceRoutesTest, RefusesBadListQueries) {
  put_samples(world);
  ASSERT_EQ(world.put("advertiser", "s2", R"({"name":"b"})").status, 201);
  const std::string token = get("/v1/advertisers?page_size=1")["next_page_token"].text_or_empty();
  ASSERT_FALSE(token.empty());
  EXPECT_EQ(send("GET", "/v1/advertisers?page_size=2&page_token=" + token).status, 200)
      << "a page may have another size";
  for (const std::string query :
       {"advertisers?page_size=0", "advertisers?page_size=1001", "advertisers?page_size=x",
        "advertisers?page_size=1.0", "advertisers?page_size=", "advertisers?page_token=x",
        "advertisers?page_token=AAAA", "advertisers?status=paused", "campaigns?status=active",
        "campaigns?status=", "placements?status=enabled", "advertisers?advertiser_id=s1",
        "campaigns?campaign_id=c1", "keywords?ad_id=a1", "keywords?campaign_id=a%20b", "changes?limit=0",
        "changes?limit=1001", "changes?after=-1", "changes?since=1"}) {
    EXPECT_EQ(send("GET", "/v1/" + query).status, 400) << query;
  }
  EXPECT_EQ(send("GET", "/v1/campaigns?page_token=" + token).status, 400) << "of another list";
  EXPECT_EQ(send("GET", "/v1/advertisers?status=active&page_token=" + token).status, 400)
      << "of another filter";
  EXPECT_EQ(send("GET", "/v1/advertisers?page_token=" + token + "A").status, 400);
}

// Whoever is there all the time is on exactly one page, whatever comes and goes between the pages.
TEST_F(ResourceRoutesTest, ListsAreStableUnderWrites) {
  const auto name = [](int i) { return "s" + std::to_string(100 + i); };
  for (int i = 0; i < 100; i += 2)
    ASSERT_EQ(world.put("advertiser", name(i), R"({"name":"stays"})").status, 201);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int round = 0; !stop; ++round) {
      const std::string id = name(round * 14 % 100 + 1);
      if (round % 2 == 0) {
        world.put("advertiser", id, R"({"name":"comes"})");
      } else {
        world.remove("advertiser", name((round - 1) * 14 % 100 + 1));
      }
    }
  });
  for (int round = 0; round < 10; ++round) {
    int pages = 0;
    const std::vector<std::string> seen = ids("/v1/advertisers?page_size=7", &pages);
    EXPECT_GT(pages, 7);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    const std::set<std::string> distinct(seen.begin(), seen.end());
    EXPECT_EQ(distinct.size(), seen.size());
    for (int i = 0; i < 100; i += 2) EXPECT_TRUE(distinct.contains(name(i))) << name(i);
  }
  stop = true;
  writer.join();
}

TEST_F(ResourceRoutesTest, WritesOfManyClientsAreAllThere) {
  constexpr int kClients = 4, kEach = 25;
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      HttpClient client(server.server->port());
      for (int i = 0; i < kEach; ++i) {
        const std::string id = "s" + std::to_string(c) + "-" + std::to_string(i);
        EXPECT_EQ(client.request("PUT", "/v1/advertisers/" + id, R"({"name":"n"})").status, 201);
        EXPECT_EQ(client.get("/v1/advertisers/" + id).status, 200) << "what is answered can be read";
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(ids("/v1/advertisers?page_size=50").size(), std::size_t{kClients * kEach});
  const JsonTree log = get("/v1/changes?limit=1000");
  EXPECT_EQ(log["next_after"].int_or_zero(), kClients * kEach);
}

// Of clients that change one resource by its tag, one at a time wins: nothing is overwritten unseen.
TEST_F(ResourceRoutesTest, IfMatchLosesNoUpdate) {
  ASSERT_EQ(world.put("advertiser", "s1", R"({"name":"n","daily_budget_micros":0})").status, 201);
  constexpr int kClients = 4, kEach = 10;
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&] {
      HttpClient client(server.server->port());
      for (int done = 0; done < kEach;) {
        const ClientResponse now = client.get("/v1/advertisers/s1");
        const std::int64_t budget = (*JsonTree::parse(now.body))["daily_budget_micros"].int_or_zero();
        const ClientResponse r = client.request(
            "PATCH", "/v1/advertisers/s1", R"({"daily_budget_micros":)" + std::to_string(budget + 1) + "}",
            {{"If-Match", now.header("etag")}});
        ASSERT_TRUE(r.status == 200 || r.status == 412) << r.status;
        done += r.status == 200;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(world.tree("advertiser", "s1")["daily_budget_micros"].int_or_zero(), kClients * kEach);
}

// At most so many changes wait as `background_queue_max` says, whatever else waits for the same thread.
TEST(ResourceQueueTest, AChangeTooManyIsTurnedAway) {
  constexpr std::size_t kQueueMax = 3;
  const TempDir directory;
  ResourceWorld world{directory.file("db")};
  Executor executor{"management", kQueueMax};
  TestServer server;
  server.options.workers = 1;
  add_resource_routes(server.router, {*world.registry, executor, directory.path().string()});
  server.start();

  std::promise<void> go_on;
  ASSERT_TRUE(executor.submit([done = go_on.get_future().share()] { done.wait(); }));
  while (executor.queued() > 0) std::this_thread::yield();  // it runs by now, and holds everything up
  std::deque<HttpClient> waiting;
  for (std::size_t i = 0; i < kQueueMax; ++i) {
    const std::string body = R"({"name":"a"})";
    waiting.emplace_back(server.server->port())
        .send("PUT /v1/advertisers/s" + std::to_string(i) +
              " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  while (server.server->stats().deferred.load() < kQueueMax) std::this_thread::yield();
  const ClientResponse refused = server.client().request("PUT", "/v1/advertisers/s9", R"({"name":"a"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_NE(refused.body.find("too many changes are waiting"), std::string::npos) << refused.body;

  go_on.set_value();
  for (HttpClient& client : waiting) EXPECT_EQ(client.read_response()->status, 201);
  EXPECT_EQ(world.get("advertiser", "s9"), "");
  waiting.clear();
  server.server->stop();
  executor.stop();
}

struct ResourceRolesTest : testing::Test {
  TempDir directory;
  ResourceWorld world{directory.file("db")};
  Executor executor{"management", 1'000};
  TestServer server;

  void SetUp() override {
    put_samples(world);
    ASSERT_EQ(world.put("advertiser", "s2", R"({"name":"b"})").status, 201);
    ASSERT_EQ(world.put("campaign", "c2", R"({"advertiser_id":"s2","name":"n","pricing":"cpc"})").status,
              201);
    add_resource_routes(server.router, {*world.registry, executor, directory.path().string()});
    for (const Role role : {Role::kAdmin, Role::kPlatform, Role::kAdvertiser}) {
      KeyHash hash{};
      const std::string key = role == Role::kAdmin ? "admin" : role == Role::kPlatform ? "platform" : "shop";
      crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
      server.keys.push_back({hash, role, role == Role::kAdvertiser ? "s1" : ""});
    }
    server.start();
  }
  void TearDown() override {
    server.server->stop();
    executor.stop();
  }
  ClientResponse as(const std::string& key, std::string_view method, std::string_view target,
                    std::string_view body = {}) {
    return server.client().request(method, target, body, {{"Authorization", "Bearer " + key}});
  }
};

TEST_F(ResourceRolesTest, AdvertisersSeeTheirOwn) {
  EXPECT_EQ(server.client().get("/v1/campaigns").status, 401);
  EXPECT_EQ(as("nobody", "GET", "/v1/campaigns").status, 401);
  EXPECT_EQ(as("platform", "GET", "/v1/campaigns").status, 403);
  EXPECT_EQ(as("platform", "PUT", "/v1/advertisers/s9", R"({"name":"x"})").status, 403);
  EXPECT_EQ(as("shop", "GET", "/v1/campaigns/c1").status, 200);
  EXPECT_EQ(as("shop", "GET", "/v1/campaigns/c2").status, 404);
  EXPECT_EQ(as("shop", "GET", "/v1/advertisers/s2").status, 404);
  EXPECT_EQ(as("shop", "GET", "/v1/placements/p1").status, 200);
  EXPECT_EQ(as("shop", "GET", "/v1/festivals/f1").status, 200);
  const auto ids = [&](const std::string& key, const std::string& target) {
    const ClientResponse r = as(key, "GET", target);
    EXPECT_EQ(r.status, 200) << target;
    std::string out;
    const JsonTree page = *JsonTree::parse(r.body);
    for (const JsonTree& item : page["items"].items()) out += item["id"].text_or_empty() + " ";
    return out;
  };
  EXPECT_EQ(ids("admin", "/v1/campaigns"), "c1 c2 ");
  EXPECT_EQ(ids("shop", "/v1/campaigns"), "c1 ");
  EXPECT_EQ(ids("shop", "/v1/advertisers"), "s1 ");
  EXPECT_EQ(ids("shop", "/v1/campaigns?advertiser_id=s2"), "");
  EXPECT_EQ(ids("shop", "/v1/keywords?campaign_id=c1"), "k1 ");
  EXPECT_EQ(ids("shop", "/v1/placements"), "p1 ");
  EXPECT_EQ(as("shop", "PATCH", "/v1/campaigns/c2", R"({"name":"x"})").status, 404);
  const ClientResponse denied = as("shop", "PATCH", "/v1/ads/a1", R"({"quality":3})");
  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(JsonTree::parse(denied.body)->at("/errors/0/field")->text_or_empty(), "/quality");
  EXPECT_EQ(as("shop", "PATCH", "/v1/ads/a1", R"({"title":"new"})").status, 200);
}

TEST_F(ResourceRolesTest, AdvertisersSeeTheirOwnChanges) {
  const auto log = [&](const std::string& key) {
    return *JsonTree::parse(as(key, "GET", "/v1/changes").body);
  };
  EXPECT_EQ(log("admin")["changes"].items().size(), 9U);
  const JsonTree own = log("shop");
  EXPECT_EQ(own["changes"].items().size(), 5U);
  EXPECT_EQ(own["next_after"].int_or_zero(), 9);
  for (const JsonTree& entry : own["changes"].items()) EXPECT_NE(entry["id"].text_or_empty(), "c2");
  EXPECT_EQ(as("shop", "PATCH", "/v1/campaigns/c1", R"({"name":"mine"})").status, 200);
  const std::string actor = (*JsonTree::parse(as("shop", "GET", "/v1/changes?after=9").body))
                                .at("/changes/0/actor")
                                ->text_or_empty();
  EXPECT_TRUE(actor.starts_with("advertiser:")) << actor;
  EXPECT_EQ(as("platform", "GET", "/v1/changes").status, 403);
}

TEST_F(ResourceRolesTest, BulkHasTheRightsOfItsKey) {
  const ClientResponse r = server.client().request(
      "POST", "/v1/bulk",
      "{\"op\":\"patch\",\"type\":\"campaign\",\"id\":\"c1\",\"body\":{\"name\":\"x\"}}\n"
      "{\"op\":\"patch\",\"type\":\"campaign\",\"id\":\"c2\",\"body\":{\"name\":\"x\"}}\n"
      "{\"op\":\"patch\",\"type\":\"ad\",\"id\":\"a1\",\"body\":{\"pcvr\":0.5}}\n",
      {{"Authorization", "Bearer shop"}, {"Content-Type", "application/x-ndjson"}});
  EXPECT_EQ(r.status, 200);
  EXPECT_NE(r.body.find(R"("line":1,"status":200)"), std::string::npos) << r.body;
  EXPECT_NE(r.body.find(R"("line":2,"status":404)"), std::string::npos) << r.body;
  EXPECT_NE(r.body.find(R"("line":3,"status":403,"errors":[{"field":"/body/pcvr")"), std::string::npos)
      << r.body;
}

}  // namespace
}  // namespace gavel

// A marketplace with its ledger behind the real HTTP server, on a manual clock, for tests of handlers.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/handlers/account_handlers.h"
#include "api/handlers/auction_handlers.h"
#include "api/handlers/event_handlers.h"
#include "api/handlers/operation_handlers.h"
#include "api/handlers/pacing_handlers.h"
#include "api/handlers/report_handlers.h"
#include "api/tokens/token_sealer.h"
#include "budget/click_delay.h"
#include "budget/ledger.h"
#include "budget/store.h"
#include "tests/support/auction_world.h"
#include "tests/support/json_tree.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

namespace gavel {

inline constexpr std::string_view kAdminKey = "admin-key", kPlatformKey = "platform-key",
                                  kShopKey = "shop-key";

// Put resources into `market`, then publish() them. Tasks for the background run at once, on the worker.
class HandlersWorld {
 public:
  HandlersWorld() {
    auto opened = Store::open(directory.file("db"));
    if (!opened) throw std::runtime_error(opened.error().message);
    store = std::move(*opened);
    ledger.emplace(LedgerParts{*store, clock, market.calendar, market.accounts, holds, market.click_stats,
                               click_delay, *market.frequency},
                   LedgerOptions{});
    pacing.emplace(PacingParts{*store, market.calendar, market.accounts, publisher}, kWorkers);
    const Background background = [this](const std::function<void()>& task) {
      if (!background_busy) task();
      return !background_busy;
    };
    add_auction_routes(server.router, {.catalog = publisher,
                                       .calendar = market.calendar,
                                       .clock = clock,
                                       .ledger = *ledger,
                                       .accounts = market.accounts,
                                       .holds = holds,
                                       .pacing = *pacing,
                                       .click_stats = market.click_stats,
                                       .frequency = *market.frequency,
                                       .metrics = metrics,
                                       .keys = keys,
                                       .user_salt = {1, 2, 3},
                                       .impression_ttl = std::chrono::hours{1},
                                       .click_ttl = std::chrono::hours{24},
                                       .hold_ttl = std::chrono::minutes{10},
                                       .workers = kWorkers,
                                       .steady_clock = [this] {
                                         return std::chrono::steady_clock::now() + auctions_begin_late.load();
                                       }});
    add_event_routes(server.router, {.keys = keys,
                                     .epochs = epochs,
                                     .ledger = *ledger,
                                     .catalog = publisher,
                                     .store = *store,
                                     .metrics = metrics,
                                     .workers = kWorkers,
                                     .events_max = 1'000});
    add_account_routes(server.router, {.catalog = publisher,
                                       .accounts = market.accounts,
                                       .calendar = market.calendar,
                                       .clock = clock,
                                       .ledger = *ledger,
                                       .pacing = *pacing});
    add_pacing_routes(server.router, {.catalog = publisher,
                                      .calendar = market.calendar,
                                      .clock = clock,
                                      .store = *store,
                                      .background = background});
    add_report_routes(
        server.router,
        {.catalog = publisher, .calendar = market.calendar, .ledger = *ledger, .background = background});
    add_operation_routes(server.router, {.metrics = metrics,
                                         .store = *store,
                                         .clock = clock,
                                         .checkpoints = directory.path().string(),
                                         .started_at = kNoon,
                                         .ready = [this] { return ready.load(); },
                                         .jump = [this](Timestamp to) { return jump(to); },
                                         .token_keys = directory.file("tokens.key"),
                                         .next_serials = [this] { return holds.next_numbers(); },
                                         .background = background});
    write_file(directory.file("tokens.key"), "secret");
    server.options.workers = kWorkers;
    server.keys = {{*parse_key_hash("69a5265506c94c77b787a7d7377b7685a0eff82e33920a71e7ee22cd6154953e"),
                    Role::kAdmin, ""},
                   {*parse_key_hash("e75390981221aacccfa975cd11ebea289217120269f33b1b4f9f67cd5af67c54"),
                    Role::kPlatform, ""},
                   {*parse_key_hash("44cfdcdd88354fa1412781f5a01a901c9112db33bfa8b165fbec9b618d9cf112"),
                    Role::kAdvertiser, "shop-a"}};
    server.start();
  }
  ~HandlersWorld() {
    ledger->stop();
    server.server->stop();
  }

  void publish() { publisher.publish(std::make_shared<const Catalog>(market.catalog())); }
  void advance(Duration by) { ASSERT_TRUE(clock.advance(clock.now() + by)); }

  ClientResponse get(std::string_view target, std::string_view key = kAdminKey, ClientHeaders headers = {}) {
    return request("GET", target, {}, key, std::move(headers));
  }
  ClientResponse post(std::string_view target, std::string_view body, std::string_view key = kAdminKey) {
    return request("POST", target, body, key);
  }
  ClientResponse request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view key, ClientHeaders headers = {}) {
    if (!key.empty()) headers.emplace_back("Authorization", "Bearer " + std::string(key));
    return server.client().request(method, target, body, headers);
  }

  static JsonTree json(const ClientResponse& response) {
    std::string why;
    const std::optional<JsonTree> tree = JsonTree::parse(response.body, &why);
    EXPECT_TRUE(tree) << why << "\n" << response.body;
    return tree.value_or(JsonTree());
  }
  // The fields that a problem names, separated by blanks.
  static std::string fields(const ClientResponse& response) {
    const JsonTree problem = json(response);
    std::string names;
    for (const JsonTree& error : problem["errors"].items()) {
      names += (names.empty() ? "" : " ") + error["field"].text_or_empty();
    }
    return names;
  }
  // The first winner of an auction on this placement.
  JsonTree winner(std::string_view placement_id) {
    const ClientResponse response =
        post("/v1/auctions", R"({"auctions":[{"placement_id":")" + std::string(placement_id) + "\"}]}");
    EXPECT_EQ(response.status, 200) << response.body;
    return json(response)["auctions"][0]["winners"][0];
  }
  // A token of these claims, of no auction.
  std::string seal(const Claims& claims) {
    std::string token(kTokenChars, ' ');
    sealer.seal(claims, std::span<char, kTokenChars>(token.data(), kTokenChars));
    return token;
  }

  static constexpr std::size_t kWorkers = 2;
  TempDir directory;
  AuctionWorld market;
  BusinessClock clock = BusinessClock::manual(kNoon);
  CatalogPublisher publisher{std::make_shared<const Catalog>(market.catalog())};
  Holds holds{2, kWorkers, 1 << 10, market.accounts};
  ClickDelay click_delay;
  Metrics metrics{kWorkers};
  const TokenKeys keys{TokenKey::of({1, 2, 3})};
  TokenSealer sealer{keys};
  // Of tests' own tokens, and of the auctions'.
  const TokenEpochs epochs = [] {
    TokenEpochs known;
    known.begin(1);
    known.begin(2);
    return known;
  }();
  std::unique_ptr<Store> store;
  std::optional<Ledger> ledger;
  std::optional<PacingService> pacing;
  // How much older than they are requests are when their auctions begin.
  std::atomic<std::chrono::steady_clock::duration> auctions_begin_late{};
  std::atomic<bool> ready = true, background_busy = false;
  TestServer server;

 private:
  Result<Timestamp, Maintenance::JumpError> jump(Timestamp to) {
    const auto moved = clock.advance(to);
    if (!moved) return Maintenance::JumpError::kBackwards;
    return *moved;
  }
};

}  // namespace gavel

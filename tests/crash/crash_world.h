// One marketplace of the crash tests, which dies again and again, and all that is known of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/client.h"
#include "tests/support/gaveld_process.h"
#include "tests/support/json_tree.h"

namespace gavel {

struct CrashTotals {
  std::uint64_t answers = 0;      // of all kinds, under load
  std::uint64_t events = 0;       // that were sent
  std::uint64_t over_budget = 0;  // charges that a limit cut
};

// A server on a data directory of its own, on the manual clock, with campaigns of every kind of limit, and
// clients with journals. What goes wrong is a failure of the test that runs. Not thread-safe.
class CrashWorld {
 public:
  explicit CrashWorld(std::uint64_t seed);

  // Starts the server, or with an environment the one with failpoints, and makes the marketplace. False where
  // it did not start, as of the next two.
  bool open(std::vector<std::string> environment = {});
  // Starts the server again after it died.
  bool recover();
  // Ends the server and starts the one with failpoints, with this in its environment. False also where it
  // died of one in its first moments.
  bool start_with_failpoints(std::vector<std::string> environment);

  // All clients work while `end_server` runs, after which no server may be left, and until they have noticed.
  void load_until(const std::function<void()>& end_server);
  // The status of the answer, 0 where none came.
  int post(const std::string& target, const JsonTree& body);
  // Moves the business clock; false where the server died of it. Each day may be entered once.
  bool advance(std::chrono::seconds by);
  bool jump_over_midnight();  // to the first moment of the next day
  // Whether its tokens soon expire, so that another world should be opened.
  bool is_old() const;

  // Sends what was left unanswered, and `replayed` answered events of each client again; then holds
  // everything that the server shows against the journals. Requires that no client is at work.
  void verify(std::size_t replayed);

  GaveldProcess& server() { return server_; }
  std::mt19937_64& rng() { return rng_; }
  CrashTotals totals() const;
  JsonTree get(const std::string& target);

 private:
  void put(const std::string& target, JsonTree body);
  void make_campaign(int number, const std::string& advertiser, const std::string& pricing,
                     JsonTree::Object limits);
  void make_market();
  void verify_limits();
  void verify_ledger();
  void verify_reports();
  void verify_resources();
  void verify_clock();

  std::mt19937_64 rng_;
  GaveldProcess server_;
  std::chrono::sys_seconds now_, answered_;  // the latest time asked for, and the latest one answered
  std::vector<CrashClient> clients_;
  JsonTree budgets_[kCampaigns];  // as of the last verify()
  std::int64_t spent_before_[kCampaigns] = {};
};

}  // namespace gavel

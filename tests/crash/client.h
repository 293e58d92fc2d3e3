// One client of the crash test: auctions, events, deposits and changes until the server is gone.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/journal.h"
#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"

namespace gavel {

// Every thread of the test has one, which lives through all restarts. Not thread-safe.
class CrashClient {
 public:
  CrashClient(int number, std::uint64_t seed) : number_(number), rng_(seed) {}

  // Works until an answer does not come. What was left unanswered by a round before is sent again first.
  void work(std::uint16_t port);

  // Sends what is unanswered again until everything is answered. Requires a server that is left alone.
  void settle(std::uint16_t port);
  // Sends answered events again, `count` of them at random (all where there are not more): each must be a
  // duplicate.
  void replay(std::uint16_t port, std::size_t count);

  Journal& journal() { return journal_; }
  const Journal& journal() const { return journal_; }

 private:
  struct Shown {
    int campaign = 0;
    std::string token;
    std::int64_t click_charge = 0, impression_charge_max = 0;
  };

  bool step(HttpClient& http);
  bool run_auction(HttpClient& http);
  bool report_events(HttpClient& http);
  bool follow_link(HttpClient& http);
  bool deposit(HttpClient& http);
  bool change_title(HttpClient& http);
  bool create_keyword(HttpClient& http);
  bool raise_budget(HttpClient& http);

  std::size_t add(const Shown& shown, const std::string& type);
  // Sends the events at these places in one request; false where no answer came.
  bool send(HttpClient& http, const std::vector<std::size_t>& places);
  void take_result(std::size_t place, const JsonTree& result);
  bool resend_unanswered(HttpClient& http);
  void violation(const std::string& what) { journal_.violations.push_back(what); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_() % n); }

  int number_;
  std::mt19937_64 rng_;
  Journal journal_;
  std::vector<Shown> shown_;  // and not reported yet
  std::uint64_t made_ = 0;    // makes ids and values unique
};

}  // namespace gavel

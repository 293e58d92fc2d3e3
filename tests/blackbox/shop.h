// One shop with one ad behind a running server, for tests that look at what becomes of its charges.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/gaveld_process.h"
#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"

namespace gavel {

// Every click costs kPrice. Requires that the server runs whenever a member is called.
class Shop {
 public:
  static constexpr std::int64_t kPrice = 1'000;

  explicit Shop(GaveldProcess& server) : server_(server) {}

  // Puts placement p, advertiser v, campaign c (members of `limits` are added to it), ad group g and ad a.
  void open(const std::string& limits = "");

  JsonTree get(const std::string& target) const;
  // The value of a metric's first sample without labels; -1 where there is none.
  double metric(const std::string& name) const;

  // The tokens of this many auctions, one each; an auction without a winner gives none.
  std::vector<std::string> tokens(int auctions) const;
  // The status of GET /v1/click.
  int click(const std::string& token) const;
  ClientResponse send_click(const std::string& token) const;  // by POST /v1/events
  std::int64_t spent() const;                                 // of campaign c, in its life

 private:
  GaveldProcess& server_;
};

}  // namespace gavel

// Limits on the size of bodies: each is the one that its key says, to the byte.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/gaveld_process.h"
#include "tests/support/http_client.h"

namespace gavel {
namespace {

// `json`, an object, with as many blanks in it as make it so long.
std::string padded(std::string json, std::size_t size) {
  json.insert(1, std::string(size - json.size(), ' '));
  return json;
}

TEST(Limits, EachBodyHasTheOneOfItsKey) {
  GaveldProcess server(JsonTree::Object{{"http", JsonTree::Object{{"body_bytes_max", 2'000},
                                                                  {"auction_body_bytes_max", 3'000},
                                                                  {"events_body_bytes_max", 4'000}}}});
  ASSERT_TRUE(server.start()) << server.log();
  const struct {
    const char *method, *target, *json;
    std::size_t bytes_max;
    int status;
  } rows[] = {
      {"PUT", "/v1/advertisers/v", R"({"name": "V", "balance_micros": 1})", 2'000, 201},
      {"PATCH", "/v1/advertisers/v", R"({"name": "W"})", 2'000, 200},
      {"POST", "/v1/advertisers/v/deposits", R"({"id": "d", "amount_micros": 1})", 2'000, 200},
      {"POST", "/v1/admin/clock", R"({"now": "2024-11-02T00:00:00Z"})", 2'000, 200},
      {"POST", "/v1/auctions", R"({"auctions": [{"placement_id": "p"}]})", 3'000, 200},
      {"POST", "/v1/events", R"({"events": [{"id": "e", "type": "click", "token": "t"}]})", 4'000, 200},
  };
  for (const auto& row : rows) {
    const auto status = [&](std::size_t bytes) {
      return HttpClient(server.port()).request(row.method, row.target, padded(row.json, bytes)).status;
    };
    EXPECT_EQ(status(row.bytes_max + 1), 413) << row.method << " " << row.target;
    EXPECT_EQ(status(row.bytes_max), row.status) << row.method << " " << row.target;
  }
}

}  // namespace
}  // namespace gavel

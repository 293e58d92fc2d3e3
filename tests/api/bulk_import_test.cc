#include "api/resources/bulk_import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "api/resources/line_splitter.h"
#include "api/resources/resource_routes.h"
#include "tests/support/resource_world.h"
#include "tests/support/test_server.h"

namespace gavel {
namespace {

std::string line(std::string_view op, std::string_view type, std::string_view id,
                 std::string_view body = {}) {
  std::string out = R"({"op":")" + std::string(op) + R"(","type":")" + std::string(type) + R"(","id":")" +
                    std::string(id) + "\"";
  if (!body.empty()) out += R"(,"body":)" + std::string(body);
  return out + "}\n";
}

// So many new advertisers, s1, s2...
std::string advertisers(int rows) {
  std::string out;
  for (int i = 1; i <= rows; ++i) out += line("put", "advertiser", "s" + std::to_string(i), R"({"name":"a"})");
  return out;
}

constexpr int kRowsOfLongAnswers = 3'000;  // more than kSpoolMemoryBytes, and so are the lines themselves

struct BulkImportTest : testing::Test {
  TempDir directory;
  ResourceWorld world{directory.file("db")};
  Executor executor{"management", 1'000};
  TestServer server;

  static constexpr std::size_t kBodyBytesMax = 300'000;
  static constexpr std::size_t kLineBytesMax = kBodyBytesMax + kBulkEnvelopeBytesMax;

  void SetUp() override {
    std::filesystem::create_directory(directory.path() / "spool");
    server.options.body_bytes_max = kBodyBytesMax;
    add_resource_routes(server.router, {*world.registry, executor, directory.file("spool"), kBodyBytesMax});
    server.start();
  }
  void TearDown() override {
    server.server->stop();
    executor.stop();
  }

  ClientResponse post(std::string_view body, const std::string& query = {}) {
    return server.client().request("POST", "/v1/bulk" + query, body,
                                   {{"Content-Type", "application/x-ndjson"}});
  }
  // "1:201 2:400/body/name" of the answer's lines.
  std::string statuses(std::string_view body, const std::string& query = {}) {
    const ClientResponse response = post(body, query);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.header("content-type"), "application/x-ndjson");
    std::string out;
    std::size_t begin = 0;
    while (begin < response.body.size()) {
      const std::size_t end = response.body.find('\n', begin);
      EXPECT_NE(end, std::string::npos);
      if (end == std::string::npos) break;
      const auto tree = JsonTree::parse(response.body.substr(begin, end - begin));
      begin = end + 1;
      EXPECT_TRUE(tree.has_value());
      if (!tree) break;
      if (!out.empty()) out += ' ';
      out += (*tree)["line"].dump() + ":" + (*tree)["status"].dump();
      for (const JsonTree& error : (*tree)["errors"].items()) out += error["field"].text_or_empty();
    }
    return out;
  }
  static std::string samples() {
    std::string out;
    for (const char* type :
         {"advertiser", "placement", "festival", "campaign", "ad_group", "ad", "keyword"}) {
      out += line("put", type, sample_id(type), sample_body(type));
    }
    return out;
  }
};

TEST_F(BulkImportTest, AppliesLinesInOrder) {
  EXPECT_EQ(statuses(samples() + line("patch", "campaign", "c1", R"({"name":"x"})") +
                     line("put", "advertiser", "s1", R"({"name":"y"})") + line("delete", "keyword", "k1") +
                     line("delete", "keyword", "k1")),
            "1:201 2:201 3:201 4:201 5:201 6:201 7:201 8:200 9:200 10:204 11:404");
  EXPECT_EQ(world.tree("campaign", "c1")["name"].text_or_empty(), "x");
  EXPECT_EQ(world.get("keyword", "k1"), "");
  EXPECT_EQ(world.catalog().counts().live[static_cast<int>(ResourceType::kAd)], 1U);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "spool")) << "spooled answers have no name";
}

TEST_F(BulkImportTest, OneBadLineFailsAlone) {
  const std::string good = line("put", "advertiser", "s1", R"({"name":"a"})");
  const std::pair<std::string, std::string> bad[] = {
      {"{\n", "400"},
      {"[]\n", "400"},
      {"{}\n", "400/op/type/id"},
      {line("upsert", "advertiser", "s1", R"({"name":"a"})"), "400/op"},
      {line("put", "shop", "s1", R"({"name":"a"})"), "400/type"},
      {line("put", "advertisers", "s1", R"({"name":"a"})"), "400/type"},
      {line("put", "advertiser", "s 1", R"({"name":"a"})"), "400/id"},
      {line("put", "advertiser", "s1"), "400/body"},
      {line("put", "advertiser", "s1", "null"), "400/body"},
      {line("put", "advertiser", "s1", "5"), "400/body"},
      {line("delete", "advertiser", "s1", "{}"), "400/body"},
      {line("put", "advertiser", "s1", R"({"name":"a","nmae":1})"), "400/body/nmae"},
      {line("put", "advertiser", "s1", R"({"id":"s2","name":"a"})"), "400/body/id"},
      {line("patch", "advertiser", "s1", R"({"name":5})"), "400/body/name"},
      {line("put", "campaign", "c1", R"({"advertiser_id":"s9","name":"a","pricing":"cpc"})"),
       "400/body/advertiser_id"},
      {line("patch", "advertiser", "s9", R"({"name":"a"})"), "404"},
      {R"({"op":"delete","type":"advertiser","id":"s1","cascade":true})"
       "\n",
       "400/cascade"},
      {R"({"op":"put","op":"put","type":"advertiser","id":"s1","body":{"name":"a"}})"
       "\n",
       "400/op"}};
  for (const auto& [text, status] : bad) {
    EXPECT_EQ(
        statuses(good + text + line("patch", "advertiser", "s1", "{}")),
        "1:" + std::string(world.get("advertiser", "s1").empty() ? "201" : "200") + " 2:" + status + " 3:200")
        << text;
  }
}

TEST_F(BulkImportTest, ConflictsNameTheirField) {
  ASSERT_EQ(statuses(samples()), "1:201 2:201 3:201 4:201 5:201 6:201 7:201");
  EXPECT_EQ(
      statuses(line("patch", "campaign", "c1", R"({"pricing":"cpm"})") + line("delete", "ad_group", "g1")),
      "1:409/body/pricing 2:409");
}

TEST_F(BulkImportTest, CountsBlankLinesAndNeedsNoLastNewline) {
  std::string body = "\n  \t\r\n" + line("put", "advertiser", "s1", R"({"name":"a"})") + "\r\n" +
                     line("put", "advertiser", "s2", R"({"name":"a"})");
  body.pop_back();
  EXPECT_EQ(statuses(body), "3:201 5:201");
  EXPECT_EQ(statuses(""), "");
  EXPECT_EQ(statuses("\n\n"), "");
  const std::string crlf = R"({"op":"delete","type":"advertiser","id":"s1"})"
                           "\r\n";
  EXPECT_EQ(statuses(crlf), "1:204");
}

TEST_F(BulkImportTest, ALineThatIsTooLongFailsAlone) {
  const std::string text = line("put", "advertiser", "s1", R"({"name":"a"})");
  const std::string longest = std::string(kLineBytesMax - (text.size() - 1), ' ') + text;  // but for the newline
  const std::string longer = " " + longest;
  EXPECT_EQ(statuses(longer + line("put", "advertiser", "s3", R"({"name":"a"})")), "1:413 2:201");
  EXPECT_EQ(world.get("advertiser", "s1"), "");
  EXPECT_EQ(statuses(longest), "1:201");
}

// What a PUT takes, a line takes.
TEST_F(BulkImportTest, ALineHoldsTheLargestBody) {
  const std::string body = R"({"name":"a")" + std::string(kBodyBytesMax - 12, ' ') + "}";
  ASSERT_EQ(body.size(), kBodyBytesMax);
  EXPECT_EQ(server.client().request("PUT", "/v1/advertisers/s1", body).status, 201);
  const std::string id(64, 'i');
  EXPECT_EQ(statuses(line("put", "advertiser", id, body)), "1:201");
  EXPECT_EQ(statuses(line("patch", "advertiser", id, body), "?atomic=true"), "1:200");
}

TEST_F(BulkImportTest, AtomicIsAllOrNothing) {
  EXPECT_EQ(statuses(samples() + line("put", "campaign", "c1", R"({"name":1})"), "?atomic=true"),
            "1:409 2:409 3:409 4:409 5:409 6:409 7:409 8:400/body/advertiser_id/body/name/body/pricing");
  EXPECT_EQ(world.get("advertiser", "s1"), "");
  EXPECT_EQ(world.changes().items().size(), 0U);
  EXPECT_EQ(statuses(samples(), "?atomic=true"), "1:201 2:201 3:201 4:201 5:201 6:201 7:201");
  EXPECT_EQ(world.changes().items().size(), 7U);
  const ClientResponse response =
      post(line("put", "advertiser", "s2", R"({"name":"a"})") + "x\n", "?atomic=true");
  EXPECT_NE(response.body.find("not applied: line 2 failed"), std::string::npos) << response.body;
}

TEST_F(BulkImportTest, AtomicTakesTenThousandLines) {
  std::string body;
  for (std::uint64_t i = 0; i < kAtomicLinesMax; ++i)
    body += line("put", "advertiser", "s" + std::to_string(i), R"({"name":"a"})");
  const ClientResponse refused =
      post(body + line("put", "advertiser", "t", R"({"name":"a"})"), "?atomic=true");
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_EQ(world.changes().items().size(), 0U);
  EXPECT_EQ(post(body, "?atomic=true").status, 200);
  EXPECT_EQ(world.changes().items().size(), kAtomicLinesMax);
}

// More text than was ever kept in memory: only the number of lines and what they change count.
TEST_F(BulkImportTest, AtomicAndValidateOnlyTakeAnyLengthOfText) {
  std::string body;
  for (int i = 0; i < 180; ++i) {
    body += std::string(200'000, ' ') + line("put", "advertiser", "s" + std::to_string(i), R"({"name":"a"})");
  }
  for (const char* query : {"?validate_only=true", "?atomic=true"}) {
    const ClientResponse response = post(body, query);
    EXPECT_EQ(response.status, 200) << query << response.body;
    EXPECT_TRUE(response.body.ends_with("{\"line\":180,\"status\":201,\"errors\":[]}\n")) << query;
  }
  EXPECT_EQ(world.changes().items().size(), 180U);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "spool"));
}

// Files are for what is long: a worker that makes one waits for the file system's journal, and auctions for the worker.
TEST_F(BulkImportTest, ShortImportsNeedNoFile) {
  std::filesystem::remove(directory.path() / "spool");
  EXPECT_EQ(statuses(line("put", "advertiser", "s1", R"({"name":"a"})")), "1:201");
  EXPECT_EQ(statuses(line("put", "advertiser", "s2", R"({"name":"a"})"), "?atomic=true"), "1:201");
  EXPECT_EQ(statuses(line("put", "advertiser", "s3", R"({"name":"a"})"), "?validate_only=true"), "1:201");

  const std::string lines = advertisers(kRowsOfLongAnswers);
  const ClientResponse kept_nowhere = post(lines, "?atomic=true");
  EXPECT_EQ(kept_nowhere.status, 503) << kept_nowhere.body;
  EXPECT_EQ(world.changes().items().size(), 2U);
  const ClientResponse answered_nowhere = post(lines);
  EXPECT_EQ(answered_nowhere.status, 500) << answered_nowhere.body;
}

TEST_F(BulkImportTest, AnswersOfAnyLengthComeWhole) {
  for (const int rows : {1, 1'000, kRowsOfLongAnswers}) {
    const ClientResponse response = post(advertisers(rows));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(std::ranges::count(response.body, '\n'), rows);
    EXPECT_TRUE(response.body.ends_with("{\"line\":" + std::to_string(rows) + ",\"status\":201,\"errors\":[]}\n")) << rows;
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "spool"));
}

TEST_F(BulkImportTest, ValidateOnlyWritesNothing) {
  EXPECT_EQ(statuses(samples() + line("delete", "ad_group", "g1") + line("delete", "keyword", "k1") +
                         line("put", "ad", "a1", "{}"),
                     "?validate_only=true"),
            "1:201 2:201 3:201 4:201 5:201 6:201 7:201 8:409 9:204 "
            "10:400/body/ad_group_id/body/item_id/body/title/body/landing_url")
      << "each line sees those before it";
  EXPECT_EQ(world.changes().items().size(), 0U);
  EXPECT_EQ(world.internal_id("advertiser", "s1"), Interner::kAbsent);
  EXPECT_EQ(statuses(samples() + "x\n", "?validate_only=true&atomic=true"),
            "1:409 2:409 3:409 4:409 5:409 6:409 7:409 8:400");
  EXPECT_EQ(statuses(samples(), "?validate_only=true&atomic=true"),
            "1:201 2:201 3:201 4:201 5:201 6:201 7:201");
  EXPECT_EQ(world.changes().items().size(), 0U);
}

TEST_F(BulkImportTest, RefusesWrongParametersAndTypes) {
  EXPECT_EQ(post("", "?atomic=1").status, 400);
  EXPECT_EQ(post("", "?dry_run=true").status, 400);
  EXPECT_EQ(server.client().request("POST", "/v1/bulk", "{}", {{"Content-Type", "application/json"}}).status,
            415);
  EXPECT_EQ(server.client().get("/v1/bulk").status, 405);
}

// More than what is read ahead, with lines across all borders of pieces, and each answered.
TEST_F(BulkImportTest, TakesBodiesOfAnyLength) {
  constexpr int kLines = 16'000;
  const std::string filler(200, 'n');
  std::string body;
  for (int i = 0; i < kLines; ++i) {
    body += line("put", "advertiser", "s" + std::to_string(i),
                 R"({"name":")" + filler.substr(0, static_cast<std::size_t>(i % 200) + 1) + "\"}");
  }
  ASSERT_GT(body.size(), 2 * kBulkBufferedBytes);
  const ClientResponse response = post(body);
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(std::ranges::count(response.body, '\n'), kLines);
  EXPECT_EQ(response.body.find("\"status\":4"), std::string::npos);
  EXPECT_TRUE(response.body.ends_with("{\"line\":16000,\"status\":201,\"errors\":[]}\n"));
  EXPECT_EQ(world.catalog().counts().live[0], static_cast<std::uint32_t>(kLines));
}

// A patch of a hundred bytes stages a whole document, and that again for the log: what is staged is bounded, not what arrives.
TEST_F(BulkImportTest, ManyPatchesOfALargeDocumentAreWrittenInParts) {
  constexpr int kPatches = 900;  // fewer lines than a commit takes, in fewer pieces than those bytes make
  std::string regions;
  for (int i = 0; i < 1'000; ++i) regions += (i == 0 ? "\"" : ",\"") + std::string(60, 'r') + std::to_string(i) + "\"";
  post(samples());
  ASSERT_EQ(statuses(line("patch", "campaign", sample_id("campaign"), "{\"regions\":[" + regions + "]}")), "1:200");
  std::string body;
  for (int i = 0; i < kPatches; ++i) {
    body += line("patch", "campaign", sample_id("campaign"), R"({"name":"name )" + std::to_string(i) + "\"}");
  }
  const std::uint64_t before = world.publisher->version();
  const ClientResponse response = post(body);
  EXPECT_EQ(std::ranges::count(response.body, '\n'), kPatches);
  EXPECT_EQ(response.body.find("\"status\":4"), std::string::npos) << response.body.substr(0, 500);
  const std::uint64_t staged = kPatches * 2 * regions.size();
  EXPECT_GE(world.publisher->version() - before, staged / kBulkStagedBytesPerCommit);
}

// What has been read of a body whose client went away is applied up to the last whole line; the service goes
// on.
TEST_F(BulkImportTest, SurvivesAClientThatGoesAway) {
  {
    HttpClient client = HttpClient(server.server->port());
    ASSERT_TRUE(
        client.send("POST /v1/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: "
                    "application/x-ndjson\r\nContent-Length: 1000000\r\n\r\n" +
                    line("put", "advertiser", "s1", R"({"name":"a"})") + R"({"op":"put","type":"adv)"));
    client.close();
  }
  EXPECT_EQ(statuses(line("put", "advertiser", "s2", R"({"name":"a"})")), "1:201");
}

TEST(LineSplitter, CutsTheSameLinesFromPiecesOfAnySize) {
  const std::string text = "a\n\nbb\r\n   \nccccc\nd\n\n\neeeeeeee\nf";
  const auto split = [&](std::size_t piece) {
    LineSplitter lines(4);
    std::string out;
    const auto visit = [&](std::uint64_t number, std::string_view l, bool too_long) {
      out += std::to_string(number) + (too_long ? "!" : "=") + std::string(l) + ";";
    };
    for (std::size_t i = 0; i < text.size(); i += piece)
      lines.feed(std::string_view(text).substr(i, piece), visit);
    lines.finish(visit);
    return out;
  };
  const std::string expected = "1=a;3=bb\r;5!;6=d;9!;10=f;";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(split(piece), expected) << piece;
}

}  // namespace
}  // namespace gavel

// The rooms link only downward, and each large library is seen by the files named here and by no other.
#include "tests/structure/include_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

// A library, by the beginning of its headers' names, and who may see it: files, or folders ending in a slash.
struct Seen {
  const char* headers;
  std::vector<std::string> by;
};

const std::vector<Seen>& table() {
  static const std::vector<Seen> kTable = {
      {"rocksdb/",
       {"budget/store.cc", "budget/store_batch.cc", "budget/store_options.h", "budget/store_options.cc"}},
      {"simdjson", {"api/json/json_document.cc", "tests/support/json_tree.cc"}},
      {"boost/beast/", {"api/http/", "bench/load/", "tests/support/http_client.cc"}},
      {"boost/asio/", {"api/http/", "bench/load/", "tests/support/http_client.cc"}},
      {"boost/asio.hpp", {"api/http/", "bench/load/"}},
      {"prometheus/", {"api/metrics.cc"}},
      {"unicode/", {"budget/calendar.cc", "auction/segmenter.cc"}},
      {"spdlog/", {"api/", "budget/log.cc"}},
      {"toml++/", {"api/config.cc"}},
      {"CLI/",
       {"api/command_line.cc", "bench/marketplace/generate_main.cc", "bench/load/load_main.cc",
        "bench/overload/overload_main.cc", "bench/pacing/pacing_main.cc", "bench/shopper/shopper_main.cc"}},
  };
  return kTable;
}

const IncludeGraph& sources() {
  static const IncludeGraph kGraph =
      IncludeGraph::read(GAVEL_SOURCE_DIR, {"budget", "auction", "api", "bench", "tests"});
  return kGraph;
}

bool may_see(const Seen& row, const std::string& file) {
  return std::ranges::any_of(row.by, [&](const std::string& who) {
    return who.ends_with('/') ? file.starts_with(who) : file == who;
  });
}

std::string room_of(const std::string& file) {
  return file.substr(0, file.find('/'));
}

TEST(IncludeGraph, RoomsIncludeOnlyDownward) {
  const std::map<std::string, std::set<std::string>> may_include = {
      {"budget", {"budget"}},
      {"auction", {"auction", "budget"}},
      {"api", {"api", "auction", "budget"}},
      {"bench", {"bench", "api", "auction", "budget", "tests"}},
      {"tests", {"tests", "bench", "api", "auction", "budget"}},
  };
  for (const auto& [file, includes] : sources().project) {
    for (const auto& header : includes) {
      EXPECT_TRUE(may_include.at(room_of(file)).contains(room_of(header))) << file << " includes " << header;
    }
  }
}

TEST(IncludeGraph, EveryIncludeIsRootedAtTheRepository) {
  for (const auto& [file, includes] : sources().project) {
    for (const auto& header : includes) {
      EXPECT_TRUE(sources().project.contains(header))
          << file << " includes " << header << ", which is not there";
    }
  }
}

TEST(IncludeGraph, HasNoCircle) {
  const auto circle = sources().find_circle();
  std::string text;
  for (const auto& file : circle) text += file + " -> ";
  EXPECT_TRUE(circle.empty()) << text;
}

TEST(IncludeGraph, LibrariesAreSeenByTheFilesNamedHereAlone) {
  for (const auto& [file, includes] : sources().project) {
    for (const auto& header : sources().seen_by(file)) {
      for (const auto& row : table()) {
        EXPECT_TRUE(!header.starts_with(row.headers) || may_see(row, file)) << file << " sees " << header;
      }
    }
  }
}

// So that the tests above cannot pass by seeing nothing.
TEST(IncludeGraph, FindsWhatIsThere) {
  EXPECT_TRUE(sources().project.at("auction/auction.h").contains("auction/request.h"));
  EXPECT_TRUE(sources().system.at("budget/store.cc").contains("rocksdb/db.h"));

  const TempDir directory;
  std::filesystem::create_directories(directory.path() / "x");
  write_file(directory.path() / "x/a.h", "#include \"x/b.h\"\n");
  write_file(directory.path() / "x/b.h", "#include <rocksdb/db.h>\n#include \"x/c.h\"\n");
  write_file(directory.path() / "x/c.h", "// nothing\n");
  const auto line = IncludeGraph::read(directory.path(), {"x"});
  EXPECT_TRUE(line.find_circle().empty());
  EXPECT_TRUE(line.seen_by("x/a.h").contains("rocksdb/db.h"));
  EXPECT_FALSE(line.seen_by("x/c.h").contains("rocksdb/db.h"));

  write_file(directory.path() / "x/c.h", "#include \"x/a.h\"\n");
  EXPECT_EQ(IncludeGraph::read(directory.path(), {"x"}).find_circle().size(), 4U);
}

}  // namespace
}  // namespace gavel

// gavel-generate: writes the demo marketplace as operations for POST /v1/bulk, or queries for POST
// /v1/auctions.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "bench/marketplace/bulk_lines.h"
#include "bench/marketplace/queries.h"

namespace gavel {
namespace {

// Tells on stderr how far the work has come, once a second.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown) {}

  void add(std::uint64_t rows, std::uint64_t total) {
    rows_ += rows;
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || (rows_ != total && now - told_ < std::chrono::seconds(1))) return;
    told_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "%llu of %llu rows, %.0f rows/s\n", static_cast<unsigned long long>(rows_),
                 static_cast<unsigned long long>(total),
                 static_cast<double>(rows_) / (seconds > 0 ? seconds : 1));
  }

 private:
  bool shown_;
  std::uint64_t rows_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = start_;
};

struct QueryArguments {
  std::uint64_t count = 0;
  std::vector<std::string> placements = {"search-top"};
  std::uint32_t slots = 4;
};

bool write_queries(const Marketplace& marketplace, const QueryArguments& arguments, std::FILE* out,
                   Progress& progress) {
  QueryGenerator queries(marketplace, marketplace.options().seed);
  std::string line;
  for (std::uint64_t i = 0; i < arguments.count; ++i) {
    line.clear();
    append_auction_body(line, queries.next(), arguments.placements, arguments.slots);
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), out) != line.size()) return false;
    progress.add(1, arguments.count);
  }
  return true;
}

bool write_bulk(const Marketplace& marketplace, std::FILE* out, Progress& progress) {
  return write_marketplace(marketplace, [&](std::string_view lines, std::uint64_t rows) {
    progress.add(rows, marketplace.size().rows());
    return std::fwrite(lines.data(), 1, lines.size(), out) == lines.size();
  });
}

int run(int argc, char** argv) {
  MarketplaceOptions options;
  QueryArguments queries;
  std::string out_path;
  bool progress_wanted = false;
  CLI::App app{"Writes a demo marketplace of any size, the same for the same seed."};
  app.add_option("--ads", options.ads, "Ads; shops, campaigns and keywords follow")
      ->check(CLI::Range(1, 9'999'999));
  app.add_option("--campaigns", options.campaigns, "Campaigns of two ad groups each (default: a quarter of the ads)")
      ->check(CLI::Range(1, 9'999'999));
  app.add_option("--seed", options.seed, "Seed of everything random");
  app.add_option("--year", options.year, "The year of the festivals")->check(CLI::Range(1971, 9998));
  app.add_option("--queries", queries.count,
                 "Instead write this many bodies for POST /v1/auctions, one a line");
  app.add_option("--placements", queries.placements, "Placements of each query (default search-top)")
      ->delimiter(',')
      ->expected(1, 8);
  app.add_option("--slots", queries.slots, "Slots of each placement")->check(CLI::Range(1, 40));
  app.add_option("--out", out_path, "File to write (default: standard output)");
  app.add_flag("--progress", progress_wanted, "Tell the progress on stderr even where that is no terminal");
  CLI11_PARSE(app, argc, argv);

  std::FILE* out = out_path.empty() ? stdout : std::fopen(out_path.c_str(), "wb");
  if (out == nullptr) {
    std::perror(out_path.c_str());
    return 1;
  }
  Progress progress(progress_wanted || isatty(STDERR_FILENO) == 1);
  const Marketplace marketplace(options);
  bool written = queries.count > 0 ? write_queries(marketplace, queries, out, progress)
                                   : write_bulk(marketplace, out, progress);
  if ((out == stdout ? std::fflush(out) : std::fclose(out)) != 0) written = false;
  if (!written) std::perror("gavel-generate: cannot write");
  return written ? 0 : 1;
}

}  // namespace
}  // namespace gavel

int main(int argc, char** argv) {
  return gavel::run(argc, argv);
}

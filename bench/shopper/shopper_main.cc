// gavel-shopper: modest synthetic traffic against a server with the demo marketplace, until SIGINT or
// SIGTERM.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "bench/load/loopback.h"
#include "bench/shopper/shopper.h"

namespace gavel {
namespace {

using Clock = std::chrono::steady_clock;

// Blocks the signals that end the program, so that they wait to be asked for.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Waits until `when`; true if a signal came that ends the program.
bool ended_before(const sigset_t& signals, Clock::time_point when) {
  for (;;) {
    const auto left = std::max(when - Clock::now(), Clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), (left - seconds).count()};
    if (sigtimedwait(&signals, nullptr, &timeout) > 0) return true;
    if (errno != EINTR) return false;
  }
}

void tell(const ShopperTotals& t) {
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("auctions %llu, ads %llu, impressions %llu, clicks %llu, conversions %llu, errors %llu\n",
              number(t.auctions), number(t.ads), number(t.impressions), number(t.clicks),
              number(t.conversions), number(t.errors));
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  std::string url = "http://127.0.0.1:8080";
  std::string api_key;
  double rate = 20;
  MarketplaceOptions options;
  std::uint64_t seed = 1;
  CLI::App app{"Visits pages, looks at ads, clicks and buys, at a modest rate, until it is stopped."};
  app.add_option("--url", url, "The server; loopback only");
  app.add_option("--api-key", api_key, "Bearer key of a platform or admin");
  app.add_option("--rate", rate, "Pages a second")->check(CLI::Range(0.01, 1'000.0));
  app.add_option("--ads", options.ads, "Size of the server's marketplace, as for gavel-generate")
      ->check(CLI::Range(1, 9'999'999));
  app.add_option("--seed", seed, "Seed of the visits");
  CLI11_PARSE(app, argc, argv);
  const std::optional<LoopbackAddress> server = parse_loopback(url);
  if (!server) {
    std::fprintf(stderr, "gavel-shopper: --url must be http://HOST:PORT of a loopback address, not %s\n",
                 url.c_str());
    return 1;
  }

  const sigset_t signals = block_end_signals();
  LoopbackClient client(*server, api_key);
  Shopper shopper(client, Marketplace(options), seed);
  const auto between = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / rate));
  constexpr auto kTellEvery = std::chrono::seconds(10);
  auto next_visit = Clock::now();
  auto next_tell = next_visit + kTellEvery;
  while (!ended_before(signals, next_visit)) {
    shopper.visit(std::chrono::floor<Duration>(std::chrono::system_clock::now()));
    // A server slower than the rate is not chased: visits missed are not made up for.
    next_visit = std::max(next_visit + between, Clock::now());
    if (Clock::now() < next_tell) continue;
    next_tell += kTellEvery;
    tell(shopper.totals());
  }
  tell(shopper.totals());
  return 0;
}

}  // namespace
}  // namespace gavel

int main(int argc, char** argv) {
  return gavel::run(argc, argv);
}

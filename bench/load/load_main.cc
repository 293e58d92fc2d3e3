// gavel-load: sends POST bodies from a file to a server on this machine and tells how long the answers took.
#include <sched.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/load_client.h"
#include "bench/load/load_report.h"

namespace gavel {
namespace {

struct Arguments {
  std::string url = "http://127.0.0.1:8080";
  std::string path = "/v1/auctions";
  std::string yardstick;
  std::string bodies;
  std::string arrivals = "constant";
  double rate = 1'000;
  double duration_s = 10;
  double warm_up_s = 2;
  int rounds = 5;
  int cpu = -1;
  bool closed = false;
  bool json = false;
  LoadOptions load;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--url", a.url, "The server; loopback only");
  app.add_option("--path", a.path, "Path to POST to");
  app.add_option("--bodies", a.bodies, "File with a body a line, sent in turn")->required();
  app.add_option("--yardstick", a.yardstick,
                 "A second path, in rounds between those of the first, to compare with");
  app.add_option("--rounds", a.rounds, "Rounds of each path where there is a yardstick")
      ->check(CLI::Range(1, 1000));
  app.add_option("--rate", a.rate, "Requests a second (open loop)")->check(CLI::Range(0.001, 1e7));
  app.add_option("--arrivals", a.arrivals, "constant or poisson")
      ->check(CLI::IsMember({"constant", "poisson"}));
  app.add_flag("--closed", a.closed, "Closed loop: every connection sends again at once");
  app.add_option("--connections", a.load.connections, "Connections")->check(CLI::Range(1, 10'000));
  app.add_option("--depth", a.load.depth, "Requests under way on one connection")
      ->check(CLI::Range(1, 1'000));
  app.add_option("--duration", a.duration_s, "Seconds that count, of all rounds of a path")
      ->check(CLI::Range(0.01, 86'400.0));
  app.add_option("--warmup", a.warm_up_s, "Seconds before, that do not")->check(CLI::Range(0.0, 3'600.0));
  app.add_option("--api-key", a.load.api_key, "Bearer key");
  app.add_option("--content-type", a.load.content_type, "Of the bodies");
  app.add_option("--seed", a.load.seed, "Of Poisson arrivals");
  app.add_option("--cpu", a.cpu, "Run on this processor only")->check(CLI::Range(0, CPU_SETSIZE - 1));
  app.add_flag("--json", a.json, "Report as JSON");
}

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

bool pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

int fail(const std::string& why) {
  std::fprintf(stderr, "gavel-load: %s\n", why.c_str());
  return 1;
}

// Warms up each path, then measures them in turn.
int measure(const Arguments& a, const std::vector<std::string>& bodies) {
  std::vector<LoadRounds> paths = {{a.path, {}}};
  if (!a.yardstick.empty()) paths.push_back({a.yardstick, {}});
  std::vector<std::vector<std::string>> requests;
  for (const LoadRounds& path : paths) requests.push_back(make_requests(a.load, path.path, bodies));
  const int rounds = a.yardstick.empty() ? 1 : a.rounds;
  const auto seconds = [](double s) { return std::chrono::nanoseconds(static_cast<std::int64_t>(s * 1e9)); };
  LoadPlan plan;
  plan.rate_per_s = a.rate;
  plan.arrivals = a.closed                  ? Arrivals::kClosed
                  : a.arrivals == "poisson" ? Arrivals::kPoisson
                                            : Arrivals::kConstant;

  LoadClient client(a.load);
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      plan.warm_up = seconds(round == 0 ? a.warm_up_s : 0);
      plan.duration = seconds(a.duration_s / rounds);
      auto result = client.run(plan, requests[i]);
      if (!result) return fail(result.error());
      paths[i].rounds.push_back(std::move(*result));
    }
  }
  const LoadRounds* const yardstick = paths.size() > 1 ? &paths[1] : nullptr;
  std::fputs((a.json ? load_report_json : load_report_text)(paths[0], yardstick).c_str(), stdout);
  return 0;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{
      "Open-loop HTTP load over loopback, with latencies counted from the time a request should be sent."};
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  const std::optional<LoopbackAddress> server = parse_loopback(arguments.url);
  if (!server) return fail("--url must be http://HOST:PORT of a loopback address, not " + arguments.url);
  arguments.load.server = *server;
  const std::vector<std::string> bodies = read_lines(arguments.bodies);
  if (bodies.empty()) return fail("no bodies in " + arguments.bodies);
  if (arguments.cpu >= 0 && !pin(arguments.cpu))
    return fail("cannot run on processor " + std::to_string(arguments.cpu));
  return measure(arguments, bodies);
}

}  // namespace
}  // namespace gavel

int main(int argc, char** argv) {
  return gavel::run(argc, argv);
}

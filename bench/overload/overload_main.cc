// gavel-overload: what a server does when three times as much comes as it can do, under many idle and slow
// connections, and while somebody imports: a table of targets and what was measured.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/load_client.h"
#include "bench/load/loopback_client.h"
#include "bench/overload/event_probe.h"
#include "bench/overload/held_connections.h"

namespace gavel {
namespace {

struct Arguments {
  std::string url = "http://127.0.0.1:8080";
  std::string bodies, import;
  double seconds = 30;
  std::size_t idle = 10'000, slow = 1'000;
  LoadOptions load;
};

// A figure of the server's /metrics, of a metric without labels; 0 where it has none.
double metric(LoopbackClient& client, const std::string& name) {
  const auto answer = client.call({.method = "GET", .target = "/metrics"});
  const std::size_t at = answer ? answer->body.find("\n" + name + " ") : std::string::npos;
  return at == std::string::npos ? 0 : std::atof(answer->body.c_str() + at + name.size() + 2);
}

double us(const Histogram& latency, std::uint64_t per_100k) {
  return static_cast<double>(latency.quantile(per_100k)) / 1'000;
}

// One run, with the server's processor time.
struct Measured {
  LoadResult load;
  double cpu_s = 0;
  double seconds = 0;  // all of it, the wait for the last answers included

  std::uint64_t count(int status) const {
    const auto found = load.statuses.find(status);
    return found == load.statuses.end() ? 0 : found->second;
  }
  double rate(int status) const { return static_cast<double>(count(status)) / load.seconds; }
  double share() const { return cpu_s / seconds; }  // of a processor
  double p(int status, std::uint64_t per_100k) const {
    const auto found = load.latency_of_status_ns.find(status);
    return found == load.latency_of_status_ns.end() ? 0 : us(found->second, per_100k);
  }
};

class Experiment {
 public:
  Experiment(const Arguments& a, std::vector<std::string> bodies)
      : a_(a), bodies_(std::move(bodies)), metrics_(a.load.server, a.load.api_key) {}

  // Gives what went wrong, if anything did.
  std::optional<std::string> run() {
    std::puts("| what | target | measured | |\n|---|---|---|---|");
    calibrate();
    triple();
    held();
    if (!a_.import.empty()) imports();
    return error_;
  }

 private:
  Measured measure(const LoadPlan& plan, std::size_t connections, const std::string& content_type) {
    LoadOptions options = a_.load;
    options.connections = connections;
    options.content_type = content_type;
    const auto requests = make_requests(options, "/v1/auctions", bodies_);
    Measured measured;
    const double before = cpu();
    const auto began = std::chrono::steady_clock::now();
    LoadClient client(options);
    auto result = client.run(plan, requests);
    if (!result) {
      error_ = result.error();
      return measured;
    }
    measured.load = std::move(*result);
    measured.cpu_s = cpu() - before;
    measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return measured;
  }
  Measured open_loop(double rate, double seconds) {
    const auto length = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
    return measure({.arrivals = Arrivals::kPoisson, .rate_per_s = rate, .duration = length},
                   a_.load.connections, "application/json");
  }
  Measured closed_loop(double seconds, const std::string& content_type) {
    const auto length = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
    return measure({.arrivals = Arrivals::kClosed, .duration = length}, kClosedConnections, content_type);
  }
  // Waits, ten seconds at most, until the server has taken or let go of connections: that is no part of the
  // figures.
  void settle(bool many) {
    const auto half = static_cast<double>(a_.idle + a_.slow) / 2;
    const double all = static_cast<double>(a_.idle) + static_cast<double>(a_.slow) * 0.9;
    for (int i = 0; i < 100; ++i) {
      const double open = metric(metrics_, "gavel_http_connections");
      if (many ? open >= all : open < std::min(half, 500.0)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  double cpu() { return metric(metrics_, "gavel_process_cpu_seconds_total"); }
  double short_run() const { return std::max(a_.seconds / 6, 0.5); }

  void calibrate();
  void triple();
  void held();
  void imports();

  static constexpr std::size_t kClosedConnections = 8;
  static constexpr double kEventsPerSecond = 300;  // more than the probe sends
  const Arguments& a_;
  const std::vector<std::string> bodies_;
  LoopbackClient metrics_;
  std::optional<std::string> error_;
  double peak_ = 0, c_ = 0, s_ = 0;
  double half_p99_us_ = 0;
};

// A row of the table.
template <class... Args>
void row(const char* what, const std::string& target, bool good, const char* format, Args... args) {
  std::array<char, 256> measured{};
  std::snprintf(measured.data(), measured.size(), format, args...);
  std::printf("| %s | %s | %s | %s |\n", what, target.c_str(), measured.data(), good ? "met" : "**missed**");
  std::fflush(stdout);
}

std::string text(const char* format, double value) {
  std::array<char, 128> out{};
  std::snprintf(out.data(), out.size(), format, value);
  return out.data();
}

double auction_us(const Measured& measured) {
  return measured.cpu_s / static_cast<double>(std::max<std::uint64_t>(measured.count(200), 1)) * 1e6;
}

// The peak in closed loop; C, the processor time of an auction, there; and S, that of an answer that is
// refused after its body was read (415), which goes the way of one that is shed.
void Experiment::calibrate() {
  // Warms up, and fills budgets with holds: auctions that look further for an ad that is still paid for are dearer.
  closed_loop(a_.seconds / 2, "application/json");
  const Measured peak = closed_loop(short_run(), "application/json");
  const Measured refused = closed_loop(short_run() / 2, "text/plain");
  peak_ = peak.rate(200);
  c_ = auction_us(peak);
  s_ = refused.cpu_s / static_cast<double>(std::max<std::uint64_t>(refused.count(415), 1)) * 1e6;
  row("C, an auction's processor time", "20 S at least", c_ >= 20 * s_, "%.0f us, S %.1f us", c_, s_);
  const Measured half = open_loop(peak_ / 2, short_run());
  half_p99_us_ = half.p(200, 99'000);
  row("half the peak", "no 503", half.count(503) == 0,
      "peak %.0f a second with %.0f %% of a processor; at half p50 %.1f ms, p99 %.1f ms, %llu 503", peak_,
      100 * peak.share(), half.p(200, 50'000) / 1000, half_p99_us_ / 1000,
      static_cast<unsigned long long>(half.count(503)));
}

void Experiment::triple() {
  std::vector<std::string> tokens;
  const auto wanted = static_cast<std::size_t>(a_.seconds * kEventsPerSecond);
  for (std::size_t i = 0; i < wanted && tokens.size() < wanted; ++i) {
    const auto answer =
        metrics_.call({.method = "POST", .target = "/v1/auctions", .body = bodies_[i % bodies_.size()]});
    for (std::string& token : tokens_in(answer ? answer->body : "")) tokens.push_back(std::move(token));
  }
  const double memory = metric(metrics_, "gavel_process_resident_memory_bytes");
  EventProbe probe(a_.load.server, a_.load.api_key, std::move(tokens));
  const Measured triple = open_loop(3 * peak_, a_.seconds);
  const double grown = metric(metrics_, "gavel_process_resident_memory_bytes") - memory;
  probe.stop();
  const Measured after = open_loop(peak_ / 2, 5);
  const EventProbe::Result events = probe.check();
  const Measured again = closed_loop(short_run(), "application/json");  // more is held now: the peak between is the mean
  const double peak = (peak_ + again.rate(200)) / 2, c = (c_ + auction_us(again)) / 2;

  const double ideal = 0.9 * (c - 3 * s_) / (c - s_);
  const double goodput = triple.rate(200) / peak;
  const double per_cpu = static_cast<double>(triple.count(200)) / triple.cpu_s * c / 1e6;
  row("goodput at three times the peak", text("%.2f of the peak", ideal), goodput >= ideal,
      "%.2f of the peak (%.0f a second before, %.0f after; %.2f for the same processor time; the server had %.0f %% of one)", goodput,
      peak_, again.rate(200), per_cpu, 100 * triple.share());
  row("p99 of the admitted", text("%.1f ms", 3 * half_p99_us_ / 1000),
      triple.p(200, 99'000) <= 3 * half_p99_us_, "%.1f ms, p50 %.1f ms", triple.p(200, 99'000) / 1000,
      triple.p(200, 50'000) / 1000);
  row("shed answers", "1 ms", triple.p(503, 50'000) <= 1'000, "p50 %.2f ms, p99 %.2f ms, %llu of them",
      triple.p(503, 50'000) / 1000, triple.p(503, 99'000) / 1000,
      static_cast<unsigned long long>(triple.count(503)));
  row("events meanwhile", "none refused or lost", events.refused + events.lost == 0,
      "%llu answered, %llu refused, %llu lost; p50 %.1f ms, p99 %.1f ms",
      static_cast<unsigned long long>(events.answered), static_cast<unsigned long long>(events.refused),
      static_cast<unsigned long long>(events.lost), us(events.latency_ns, 50'000) / 1000,
      us(events.latency_ns, 99'000) / 1000);
  row("memory", "bounded", grown < 64e6, "%+.1f MB", grown / 1e6);
  const std::uint64_t not_200 = after.load.answered - after.count(200) + after.load.errors + after.load.unsent;
  row("the 5 s after, at half the peak", text("%.1f ms", half_p99_us_ * 1.2 / 1000),
      not_200 == 0 && after.p(200, 99'000) <= 1.2 * half_p99_us_, "p99 %.1f ms, %llu not 200", after.p(200, 99'000) / 1000,
      static_cast<unsigned long long>(not_200));
}

// Runs at half the peak without and with something beside, three times in turn: what comes from elsewhere on
// a shared machine comes to both.
struct Beside {
  double without_us = 0, with_us = 0;
  std::uint64_t not_200 = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Experiment::held() {
  std::vector<double> without, with;
  std::uint64_t bad = 0;
  double open = 0;
  const std::string slow =
      http_request({"POST", "/v1/auctions", bodies_.front()}, a_.load.server.host, a_.load.api_key);
  for (int round = 0; round < 3; ++round) {
    settle(false);
    without.push_back(open_loop(peak_ / 2, short_run()).p(200, 99'000));
    const IdleConnections idle(a_.load.server, a_.idle);
    const SlowConnections slows(a_.load.server, a_.slow, slow);
    settle(true);
    const Measured measured = open_loop(peak_ / 2, short_run());
    open = std::max(open, metric(metrics_, "gavel_http_connections"));
    with.push_back(measured.p(200, 99'000));
    bad += measured.load.answered - measured.count(200) + measured.load.errors;
  }
  row("p99 with idle and slow connections", text("%.1f ms", 1.2 * median(without) / 1000),
      median(with) <= 1.2 * median(without) && bad == 0,
      "%.1f ms with %.0f connections, without %.1f; %llu not 200", median(with) / 1000, open,
      median(without) / 1000, static_cast<unsigned long long>(bad));
}

// POST /v1/bulk of the whole file, again and again.
void Experiment::imports() {
  std::ifstream file(a_.import);
  const std::string body((std::istreambuf_iterator<char>(file)), {});
  std::vector<double> without, with;
  std::uint64_t bad = 0, imported = 0;
  for (int round = 0; round < 3; ++round) {
    without.push_back(open_loop(peak_ / 2, short_run()).p(200, 99'000));
    std::atomic<bool> ends{false};
    std::thread importing([&] {
      LoopbackClient client(a_.load.server, a_.load.api_key);
      while (!ends) {
        const auto answer = client.call(
            {.method = "POST", .target = "/v1/bulk", .body = body, .content_type = "application/x-ndjson"});
        imported += answer && answer->status == 200 ? 1 : 0;
      }
    });
    const Measured measured = open_loop(peak_ / 2, short_run());
    ends = true;
    importing.join();
    with.push_back(measured.p(200, 99'000));
    bad += measured.load.answered - measured.count(200) + measured.load.errors;
  }
  row("p99 with a bulk import", "no 503", bad == 0, "%.1f ms during %llu imports, without %.1f; %llu not 200",
      median(with) / 1000, static_cast<unsigned long long>(imported), median(without) / 1000,
      static_cast<unsigned long long>(bad));
}

int fail(const std::string& why) {
  std::fprintf(stderr, "gavel-overload: %s\n", why.c_str());
  return 1;
}

int run(int argc, char** argv) {
  Arguments a;
  a.load.connections = 128;
  CLI::App app{
      "Loads a server on this machine with three times what it can do, and more; takes some two minutes."};
  app.add_option("--url", a.url, "The server; loopback only");
  app.add_option("--bodies", a.bodies,
                 "File with a body for POST /v1/auctions a line, sent in turn: heavy ones")
      ->required();
  app.add_option("--import", a.import, "File for POST /v1/bulk, imported again and again meanwhile");
  app.add_option("--seconds", a.seconds, "Of overload; other runs are a sixth of it")
      ->check(CLI::Range(1.0, 600.0));
  app.add_option("--connections", a.load.connections, "That send auctions")->check(CLI::Range(1, 10'000));
  app.add_option("--idle", a.idle, "Idle connections")->check(CLI::Range(0, 60'000));
  app.add_option("--slow", a.slow, "Connections that send a byte a second")->check(CLI::Range(1, 60'000));
  app.add_option("--api-key", a.load.api_key, "Bearer key of an admin");
  CLI11_PARSE(app, argc, argv);
  const std::optional<LoopbackAddress> server = parse_loopback(a.url);
  if (!server) return fail("--url must be http://HOST:PORT of a loopback address, not " + a.url);
  a.load.server = *server;
  std::vector<std::string> bodies;
  std::ifstream file(a.bodies);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) bodies.push_back(line);
  }
  if (bodies.empty()) return fail("no bodies in " + a.bodies);
  Experiment experiment(a, std::move(bodies));
  if (const auto error = experiment.run()) return fail(*error);
  return 0;
}

}  // namespace
}  // namespace gavel

int main(int argc, char** argv) {
  return gavel::run(argc, argv);
}

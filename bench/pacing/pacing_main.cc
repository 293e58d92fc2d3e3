// gavel-pacing: plays days through the engine under several ways of pacing and tells how well each one paced.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/pacing/plot.h"
#include "bench/pacing/report.h"

namespace gavel::pacing_sim {
namespace {

struct Arguments {
  std::uint64_t first_seed = 1;
  std::size_t seeds = 20;
  std::vector<std::string> scenarios, contenders;  // empty = all
  std::string out;
  std::string traffic_shares = "traffic_share.csv";
  unsigned jobs = 1;
  bool quick = false;
  Experiment experiment;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--seeds", a.seeds, "How many landscapes and days")->check(CLI::Range(1, 10'000));
  app.add_option("--first-seed", a.first_seed, "The first of them; the others follow");
  app.add_option("--auctions", a.experiment.auctions, "Expected on a normal day")
      ->check(CLI::Range(100.0, 1e7));
  app.add_option("--campaigns", a.experiment.campaigns, "That compete")->check(CLI::Range(1, 100'000));
  app.add_option("--scenario", a.scenarios,
                 "normal, festival_midnight, festival_unforeseen, half, double, outage (default: all)")
      ->delimiter(',');
  app.add_option("--pacing", a.contenders,
                 "none, linkedin, pid, throttle, adaptive_pacing, dual_ftrl, bid_shading (default: all)")
      ->delimiter(',');
  app.add_option("--click-delay", a.experiment.click_delay_s,
                 "Mean seconds from an auction to its click (default: 30, on festival days 120)")
      ->check(CLI::Range(0.0, 86'400.0));
  app.add_option(
         "--pacer-step", a.experiment.pacer_step_s,
         "Seconds between two steps of the service's pacer, which itself takes one a second: longer ones are "
         "played faster and pace no better")
      ->check(CLI::Range(1, 60));
  app.add_option(
      "--traffic-shares", a.traffic_shares,
      "CSV with shares of a week's traffic by region and hour; our own curve where it is not there");
  app.add_option("--out", a.out,
                 "Directory for report.md, report.json and the plots; made where it is absent");
  app.add_option("--jobs", a.jobs, "Days played at a time")->check(CLI::Range(1, 64));
  app.add_flag("--quick", a.quick, "One seed of 30,000 auctions");
}

int fail(const std::string& why) {
  std::fprintf(stderr, "gavel-pacing: %s\n", why.c_str());
  return 1;
}

// Fills the experiment in; what is wrong with the arguments, or nothing.
std::string prepare(Arguments& a) {
  for (const std::string& name : a.scenarios) {
    const std::optional<Scenario> scenario = scenario_of(name);
    if (!scenario) return "--scenario: there is no " + name;
    a.experiment.scenarios.push_back(*scenario);
  }
  if (a.scenarios.empty()) a.experiment.scenarios.assign(std::begin(kScenarios), std::end(kScenarios));
  for (const std::string& name : a.contenders) {
    const Contender* const contender = contender_of(name);
    if (contender == nullptr) return "--pacing: there is no " + name;
    a.experiment.contenders.push_back(*contender);
  }
  if (a.contenders.empty()) a.experiment.contenders = all_contenders();
  if (a.quick) {
    a.seeds = 1;
    a.experiment.auctions = 30'000;
  }
  a.experiment.week = read_week_shares(a.traffic_shares).value_or(own_week_shares());
  return {};
}

// Each job takes the next seed that nobody has taken.
std::vector<SeedOutcomes> run_all(const Arguments& a) {
  const Foundation foundation;
  const std::size_t days = a.seeds * a.experiment.scenarios.size() * a.experiment.contenders.size();
  std::vector<SeedOutcomes> all(a.seeds);
  std::atomic<std::size_t> next{0}, done{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < a.seeds; i = next++) {
      const std::uint64_t seed = a.first_seed + i;
      all[i] = {seed, run_seed(foundation, a.experiment, seed,
                               [&] { std::fprintf(stderr, "\r%zu of %zu days", ++done, days); })};
    }
  };
  std::vector<std::jthread> jobs;
  for (unsigned i = 1; i < a.jobs; ++i) jobs.emplace_back(work);
  work();
  jobs.clear();
  std::fprintf(stderr, "\n");
  return all;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void write_results(const Arguments& a, const ReportHead& head, const std::vector<SeedOutcomes>& seeds) {
  const std::filesystem::path out(a.out);
  std::filesystem::create_directories(out);
  write_file(out / "report.md", report_table(head, seeds));
  write_file(out / "report.json", report_json(head, seeds));
  for (const Scenario scenario : a.experiment.scenarios) {
    std::vector<const Outcome*> contenders;
    for (const Outcome& outcome : seeds[0].outcomes) {
      if (outcome.scenario == scenario) contenders.push_back(&outcome);
    }
    write_file(out / (std::string(name_of(scenario)) + ".svg"), plot_svg(contenders));
  }
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{
      "Plays days through the engine under several ways of pacing and tells how well each one paced."};
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  if (const std::string wrong = prepare(arguments); !wrong.empty()) return fail(wrong);
  ReportHead head{.command = "gavel-pacing", .traffic_source = arguments.experiment.week.source};
  for (int i = 1; i < argc; ++i) head.command += std::string(" ") + argv[i];
  try {
    const std::vector<SeedOutcomes> seeds = run_all(arguments);
    std::fputs(report_table(head, seeds).c_str(), stdout);
    if (!arguments.out.empty()) write_results(arguments, head, seeds);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  return 0;
}

}  // namespace
}  // namespace gavel::pacing_sim

int main(int argc, char** argv) {
  return gavel::pacing_sim::run(argc, argv);
}

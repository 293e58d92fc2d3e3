#include "bench/pacing/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>

#include "api/json/json_writer.h"
#include "bench/pacing/medians.h"
#include "bench/pacing/verdicts.h"

namespace gavel::pacing_sim {
namespace {

constexpr std::string_view kSizeNames[kSizes] = {"hundreds", "about_15", "about_5"};

template <class... Args>
void print(std::string& out, const char* format, Args... args) {
  std::array<char, 512> line{};
  std::snprintf(line.data(), line.size(), format, args...);
  out += line.data();
}

// Against LinkedIn's throttle, in %.
std::string lead_of(const std::vector<SeedOutcomes>& seeds, std::size_t place) {
  const std::optional<double> lead = lead_over_linkedin(seeds, place);
  if (!lead) return "-";
  std::string out;
  print(out, "%+.1f", 100 * *lead);
  return out;
}

void print_row(std::string& out, const std::vector<SeedOutcomes>& seeds, std::size_t place) {
  const Outcome& first = seeds[0].outcomes[place];
  const auto share = [&](auto figure) { return 100 * median_of(seeds, place, figure); };
  const auto of_size = [&](int size, auto figure) {
    return share([=](const DayMeasures& m) { return (m.sizes[size].*figure)(); });
  };
  std::int64_t past = 0;
  for (const SeedOutcomes& seed : seeds) past += seed.outcomes[place].measures.past_budget;
  print(out, "| %s | %s | %lld | %.2f, %.1f, %.1f | %.2f, %.1f, %.1f | %.1f | %.1f | %s | %.3f, %.3f |\n",
        std::string(name_of(first.scenario)).c_str(), first.contender.c_str(), static_cast<long long>(past),
        of_size(0, &SizeMeasures::spent_share), of_size(1, &SizeMeasures::spent_share),
        of_size(2, &SizeMeasures::spent_share), of_size(0, &SizeMeasures::distance_share),
        of_size(1, &SizeMeasures::distance_share), of_size(2, &SizeMeasures::distance_share),
        of_size(0, &SizeMeasures::of_multiplier), of_size(0, &SizeMeasures::of_threshold),
        lead_of(seeds, place).c_str(), of_size(0, &SizeMeasures::given_away),
        share([](const DayMeasures& m) { return m.given_away(); }));
}

void write_share(JsonWriter& json, std::string_view name, double value) {
  json.key(name).decimal(std::llround(value * 1e6), 6);
}

void write_size(JsonWriter& json, const SizeMeasures& size) {
  json.begin_object().field("campaigns", size.campaigns).field("able", size.able);
  json.field("budget_micros", std::llround(size.able_budget));
  json.field("charged_micros", std::llround(size.able_charged));
  json.field("uncharged_micros", std::llround(size.uncharged));
  write_share(json, "spent", size.spent_share());
  write_share(json, "distance", size.distance_share());
  write_share(json, "clicks", size.able_clicks);
  write_share(json, "multiplier_clicks", size.multiplier_clicks);
  write_share(json, "threshold_clicks", size.threshold_clicks);
  json.end_object();
}

void write_outcome(JsonWriter& json, std::uint64_t seed, const Outcome& outcome) {
  const DayMeasures& m = outcome.measures;
  json.begin_object()
      .field("seed", seed)
      .field("scenario", name_of(outcome.scenario))
      .field("contender", outcome.contender);
  json.field("auctions", m.auctions).field("clicks", m.clicks).field("past_budget_micros", m.past_budget);
  json.field("charged_micros", std::llround(m.charged)).field("uncharged_micros", std::llround(m.uncharged));
  json.field("holds_evicted", m.holds_evicted);
  for (int size = 0; size < kSizes; ++size) {
    json.key(kSizeNames[size]);
    write_size(json, m.sizes[size]);
  }
  json.end_object();
}

}  // namespace

std::string report_table(const ReportHead& head, const std::vector<SeedOutcomes>& seeds) {
  std::string out = "# Pacing, simulated\n\n`" + head.command + "`\n\n";
  print(out, "Traffic: %s. Medians over %zu seeds, the first of them %llu.\n\n", head.traffic_source.c_str(),
        seeds.size(), static_cast<unsigned long long>(seeds[0].seed));
  out += verdict_table(verdicts(seeds));
  out +=
      "\nOf the campaigns that could have spent 1.2 budgets (taking part always, against the competition as "
      "recorded), as\n"
      "sums over them: those whose budget buys 100 charges or more; where three figures stand, then those "
      "with about 15 and\n"
      "about 5. Distance: mean over 15-minute steps of |spent - target|. Clicks: bought per budget, of what "
      "the best\n"
      "constant multiplier, and the cheapest auctions at full bid, would have bought in hindsight; and "
      "against LinkedIn's\n"
      "throttle. Given away: uncharged, of spend, by campaigns with 100 charges and by all.\n\n"
      "| scenario | pacing | charged past budgets, micros | spent, % | distance, % | clicks of best "
      "multiplier, % | "
      "of cheapest auctions, % | clicks against linkedin, % | given away, % |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (std::size_t place = 0; place < seeds[0].outcomes.size(); ++place) print_row(out, seeds, place);
  return out;
}

std::string report_json(const ReportHead& head, const std::vector<SeedOutcomes>& seeds) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("command", head.command).field("traffic", head.traffic_source);
  json.key("days").begin_array();
  for (const SeedOutcomes& seed : seeds) {
    for (const Outcome& outcome : seed.outcomes) {
      out += '\n';
      write_outcome(json, seed.seed, outcome);
    }
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

}  // namespace gavel::pacing_sim

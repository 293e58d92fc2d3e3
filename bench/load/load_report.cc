#include "bench/load/load_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string_view>

#include "api/json/json_writer.h"

namespace gavel {
namespace {

struct Quantile {
  std::string_view name;
  std::uint64_t per_100k;
};
constexpr std::array<Quantile, 5> kQuantiles = {
    {{"p50", 50'000}, {"p90", 90'000}, {"p99", 99'000}, {"p99.9", 99'900}, {"max", 100'000}}};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::array<double, kQuantiles.size()> median_quantiles(const std::vector<const Histogram*>& histograms) {
  std::array<double, kQuantiles.size()> medians{};
  for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
    std::vector<double> values;
    for (const Histogram* histogram : histograms) {
      values.push_back(static_cast<double>(histogram->quantile(kQuantiles[q].per_100k)));
    }
    medians[q] = median(values);
  }
  return medians;
}

struct Summary {
  std::array<double, kQuantiles.size()> latency_ns{};
  double rate_per_s = 0;
  std::map<int, std::uint64_t> statuses;
  std::map<int, std::array<double, kQuantiles.size()>> latency_of_status_ns;
  std::uint64_t answered = 0, errors = 0, unsent = 0, bytes_sent = 0, bytes_received = 0;
};

Summary summarise(const LoadRounds& rounds) {
  Summary summary;
  std::vector<double> rates;
  for (const LoadResult& round : rounds.rounds) {
    rates.push_back(round.rate_per_s());
    for (const auto& [status, count] : round.statuses) summary.statuses[status] += count;
    summary.answered += round.answered;
    summary.errors += round.errors;
    summary.unsent += round.unsent;
    summary.bytes_sent += round.bytes_sent;
    summary.bytes_received += round.bytes_received;
  }
  summary.rate_per_s = median(rates);
  std::vector<const Histogram*> latencies;
  std::map<int, std::vector<const Histogram*>> by_status;
  for (const LoadResult& round : rounds.rounds) {
    latencies.push_back(&round.latency_ns);
    for (const auto& [status, latency] : round.latency_of_status_ns) by_status[status].push_back(&latency);
  }
  summary.latency_ns = median_quantiles(latencies);
  for (const auto& [status, of] : by_status) summary.latency_of_status_ns[status] = median_quantiles(of);
  return summary;
}

double ratio(double a, double b) {
  return b > 0 ? a / b : 0;
}

template <class... Args>
void print(std::string& out, const char* format, Args... args) {
  std::array<char, 256> line{};
  std::snprintf(line.data(), line.size(), format, args...);
  out += line.data();
}

void print_one(std::string& out, const LoadRounds& rounds, const Summary& summary) {
  print(out, "%s (%zu round%s)\n", rounds.path.c_str(), rounds.rounds.size(),
        rounds.rounds.size() == 1 ? "" : "s");
  print(out, "  rate      %.1f/s\n", summary.rate_per_s);
  for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
    print(out, "  %-8s  %.1f us\n", kQuantiles[q].name.data(), summary.latency_ns[q] / 1000);
  }
  for (const auto& [status, count] : summary.statuses) {
    const std::array<double, kQuantiles.size()>& latency = summary.latency_of_status_ns.at(status);
    print(out, "  %d       %llu (p50 %.1f us, p99 %.1f us)\n", status, static_cast<unsigned long long>(count),
          latency[0] / 1000, latency[2] / 1000);
  }
  print(out, "  errors    %llu\n  unsent    %llu\n", static_cast<unsigned long long>(summary.errors),
        static_cast<unsigned long long>(summary.unsent));
  print(out, "  bytes     %llu sent, %llu received\n", static_cast<unsigned long long>(summary.bytes_sent),
        static_cast<unsigned long long>(summary.bytes_received));
}

void write_decimal(JsonWriter& json, std::string_view name, double value) {
  json.key(name).decimal(std::llround(value * 1000), 3);
}

void write_one(JsonWriter& json, std::string_view name, const LoadRounds& rounds, const Summary& summary) {
  json.key(name).begin_object().field("path", rounds.path).field("rounds", rounds.rounds.size());
  write_decimal(json, "rate_per_s", summary.rate_per_s);
  json.key("latency_ns").begin_object();
  for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
    json.field(kQuantiles[q].name, static_cast<std::int64_t>(std::llround(summary.latency_ns[q])));
  }
  json.end_object().key("statuses").begin_object();
  for (const auto& [status, count] : summary.statuses) json.field(std::to_string(status), count);
  json.end_object().key("latency_of_status_ns").begin_object();
  for (const auto& [status, latency] : summary.latency_of_status_ns) {
    json.key(std::to_string(status)).begin_object();
    for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
      json.field(kQuantiles[q].name, static_cast<std::int64_t>(std::llround(latency[q])));
    }
    json.end_object();
  }
  json.end_object();
  json.field("answered", summary.answered).field("errors", summary.errors).field("unsent", summary.unsent);
  json.field("bytes_sent", summary.bytes_sent).field("bytes_received", summary.bytes_received).end_object();
}

}  // namespace

std::string load_report_text(const LoadRounds& target, const LoadRounds* yardstick) {
  std::string out;
  const Summary summary = summarise(target);
  print_one(out, target, summary);
  if (yardstick == nullptr) return out;
  const Summary other = summarise(*yardstick);
  print_one(out, *yardstick, other);
  print(out, "ratio\n  rate      %.3f\n", ratio(summary.rate_per_s, other.rate_per_s));
  for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
    print(out, "  %-8s  %.3f\n", kQuantiles[q].name.data(),
          ratio(summary.latency_ns[q], other.latency_ns[q]));
  }
  return out;
}

std::string load_report_json(const LoadRounds& target, const LoadRounds* yardstick) {
  std::string out;
  JsonWriter json(out);
  const Summary summary = summarise(target);
  json.begin_object();
  write_one(json, "target", target, summary);
  if (yardstick != nullptr) {
    const Summary other = summarise(*yardstick);
    write_one(json, "yardstick", *yardstick, other);
    json.key("ratio").begin_object();
    write_decimal(json, "rate_per_s", ratio(summary.rate_per_s, other.rate_per_s));
    for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
      write_decimal(json, kQuantiles[q].name, ratio(summary.latency_ns[q], other.latency_ns[q]));
    }
    json.end_object();
  }
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace gavel

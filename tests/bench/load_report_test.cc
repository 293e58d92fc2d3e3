#include "bench/load/load_report.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

// A round of one answer with that latency.
LoadResult round_of(std::uint64_t latency_ns, std::uint64_t answered, int status = 200) {
  LoadResult result;
  result.latency_ns.record(latency_ns);
  result.latency_of_status_ns[status].record(latency_ns);
  result.statuses[status] = answered;
  result.answered = answered;
  result.seconds = 2;
  result.bytes_sent = 10;
  return result;
}

TEST(LoadReport, MediansOverRoundsSumsOfCountsAndRatios) {
  const LoadRounds target{"/a", {round_of(100, 10), round_of(140, 30, 503), round_of(120, 20)}};
  const LoadRounds yardstick{"/b", {round_of(50, 40), round_of(70, 40)}};
  EXPECT_EQ(load_report_json(target, &yardstick),
            "{\"target\":{\"path\":\"/a\",\"rounds\":3,\"rate_per_s\":10,"
            "\"latency_ns\":{\"p50\":120,\"p90\":120,\"p99\":120,\"p99.9\":120,\"max\":120},"
            "\"statuses\":{\"200\":30,\"503\":30},\"latency_of_status_ns\":{\"200\":{\"p50\":110,\"p90\":110,"
            "\"p99\":110,\"p99.9\":110,\"max\":110},"
            "\"503\":{\"p50\":140,\"p90\":140,\"p99\":140,\"p99.9\":140,\"max\":140}},\"answered\":60,"
            "\"errors\":0,\"unsent\":0,"
            "\"bytes_sent\":30,\"bytes_received\":0},"
            "\"yardstick\":{\"path\":\"/b\",\"rounds\":2,\"rate_per_s\":20,"
            "\"latency_ns\":{\"p50\":60,\"p90\":60,\"p99\":60,\"p99.9\":60,\"max\":60},"
            "\"statuses\":{\"200\":80},\"latency_of_status_ns\":{\"200\":{\"p50\":60,\"p90\":60,\"p99\":60,"
            "\"p99.9\":60,\"max\":60}},"
            "\"answered\":80,\"errors\":0,\"unsent\":0,"
            "\"bytes_sent\":20,\"bytes_received\":0},"
            "\"ratio\":{\"rate_per_s\":0.5,\"p50\":2,\"p90\":2,\"p99\":2,\"p99.9\":2,\"max\":2}}\n");
}

TEST(LoadReport, TextNamesEveryFigure) {
  const LoadRounds target{"/a", {round_of(123'400, 10)}};
  EXPECT_EQ(
      load_report_text(target, nullptr),
      "/a (1 round)\n  rate      5.0/s\n  p50       123.4 us\n  p90       123.4 us\n  p99       123.4 us\n"
      "  p99.9     123.4 us\n  max       123.4 us\n  200       10 (p50 123.4 us, p99 123.4 us)\n"
      "  errors    0\n  unsent    0\n"
      "  bytes     10 sent, 0 received\n");
}

}  // namespace
}  // namespace gavel

#include "api/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "api/metrics_sources.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Router two_routes() {
  Router router;
  router.add({.method = Method::kGet,
              .pattern = "/v1/ads/{id}",
              .handler = Handler(),
              .route_class = RouteClass::kResource});
  router.add({.method = Method::kPost,
              .pattern = "/v1/auctions",
              .handler = Handler(),
              .route_class = RouteClass::kAuction});
  return router;
}

TEST(Metrics, CountsRequestsOfAllWorkers) {
  const Router router = two_routes();
  Metrics metrics(2);
  metrics.count_requests_of(router);
  const RequestObserver observe = metrics.request_observer();
  observe({.worker = 0, .route = 0, .method = Method::kGet, .status = 200, .took = 60us});
  observe({.worker = 1, .route = 0, .method = Method::kGet, .status = 200, .took = 3ms});
  observe({.worker = 1, .route = 1, .method = Method::kPost, .status = 503, .took = 20s});
  observe({.worker = 0, .method = Method::kOther, .status = 404, .took = 1us});
  observe({.worker = 0, .route = 0, .method = Method::kGet, .status = 299, .took = 1us});
  const std::string text = metrics.render();
  EXPECT_THAT(text,
              HasSubstr(R"(gavel_http_requests_total{method="GET",route="/v1/ads/{id}",status="200"} 2)"));
  EXPECT_THAT(text,
              HasSubstr(R"(gavel_http_requests_total{method="POST",route="/v1/auctions",status="503"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(gavel_http_requests_total{method="any",route="unmatched",status="404"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(gavel_http_requests_total{method="GET",route="/v1/ads/{id}",status="other"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(gavel_http_request_duration_seconds_bucket{class="resource",le="0.0001"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(gavel_http_request_duration_seconds_bucket{class="resource",le="+Inf"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(gavel_http_request_duration_seconds_count{class="auction"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(gavel_http_request_duration_seconds_bucket{class="auction",le="10"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(gavel_http_request_duration_seconds_sum{class="auction"} 20)"));
}

TEST(Metrics, CountsAuctions) {
  Metrics metrics(2);
  PlacementResult sold;
  sold.winner_count = 2;
  sold.candidates = 10;
  sold.eligible = 5;
  sold.filtered[static_cast<std::size_t>(Reason::kPaced)] = 5;
  metrics.worker(0).observe_auction(sold);
  PlacementResult unsold;
  unsold.candidates = 3;
  unsold.filtered[static_cast<std::size_t>(Reason::kPaced)] = 1;
  unsold.filtered[static_cast<std::size_t>(Reason::kBelowReserve)] = 2;
  metrics.worker(1).observe_auction(unsold);
  metrics.worker(1).observe_auction(PlacementResult());
  PlacementResult unknown;
  unknown.unknown_placement = true;
  metrics.worker(1).observe_auction(unknown);
  metrics.worker(1).observe_auction_time(7us);
  metrics.worker(0).observe_auction_time(1s);

  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("gavel_auctions_total 4\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_winners_total 2\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_eligible_total 5\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_filtered_total{reason=\"paced\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_no_fill_total{reason=\"below_reserve\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_no_fill_total{reason=\"paced\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_no_fill_total{reason=\"no_candidates\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_no_fill_total{reason=\"unknown_placement\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("reason=\"won\"")));
  EXPECT_THAT(text, HasSubstr("gavel_auction_candidates_bucket{le=\"3\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_candidates_count 3\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_candidates_sum 13\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_duration_seconds_bucket{le=\"1e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_duration_seconds_bucket{le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_auction_duration_seconds_count 2\n"));
}

TEST(Metrics, ScrapesWhileWorkersCount) {
  const Router router = two_routes();
  Metrics metrics(2);
  metrics.count_requests_of(router);
  const RequestObserver observe = metrics.request_observer();
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < 2; ++worker) {
    workers.emplace_back([&, worker] {
      for (int i = 0; i < 5'000; ++i)
        observe({.worker = worker, .route = 1, .method = Method::kPost, .status = 200, .took = 1us});
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(metrics.render().empty());
  for (std::thread& worker : workers) worker.join();
  EXPECT_THAT(metrics.render(), HasSubstr(R"(route="/v1/auctions",status="200"} 10000)"));
}

std::string render(MetricSource source) {
  Metrics metrics(1);
  metrics.add_source(std::move(source));
  return metrics.render();
}

TEST(MetricSources, ShowTheLedger) {
  LedgerMetrics ledger;
  ledger.events[1][0] = 7;
  ledger.events[2][4] = 1;
  ledger.charged_micros = 1'234'567;
  ledger.uncharged_micros = 9;
  ledger.commits = 3;
  ledger.failed_commits = 1;
  ledger.commit_us_buckets[0] = 1;   // under 32 us
  ledger.commit_us_buckets[5] = 2;   // under 1,024 us
  ledger.commit_us_buckets[15] = 1;  // the rest
  ledger.commit_us_sum = 2'500'000;
  ledger.batch_size_buckets[0] = 1;
  ledger.batch_size_buckets[3] = 2;
  ledger.batch_size_sum = 17;
  Metrics workers(2);
  workers.worker(0).observe_invalid_token(EventType::kClick);
  workers.worker(1).observe_invalid_token(EventType::kClick);
  const std::string text = render(ledger_metrics(ledger, workers));
  EXPECT_THAT(text, HasSubstr("gavel_events_total{type=\"click\",status=\"charged\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("gavel_events_total{type=\"conversion\",status=\"over_budget\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_events_total{type=\"click\",status=\"invalid_token\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("gavel_events_total{type=\"impression\",status=\"invalid_token\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("gavel_charged_micros_total 1234567\n"));
  EXPECT_THAT(text, HasSubstr("gavel_uncharged_micros_total 9\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_failed_commits_total 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_commit_duration_seconds_bucket{le=\"3.2e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_commit_duration_seconds_bucket{le=\"0.001024\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_commit_duration_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_commit_duration_seconds_sum 2.5\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_batch_events_bucket{le=\"8\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("gavel_ledger_batch_events_sum 17\n"));
}

TEST(MetricSources, ShowServerBuildProcessDiskAndCatalog) {
  ServerStats stats;
  stats.connections = 4;
  stats.shed[static_cast<std::size_t>(ShedCause::kOverloaded)] = 2;
  stats.queued = 3;
  const std::string server = render(server_metrics(stats));
  EXPECT_THAT(server, HasSubstr("gavel_http_connections 4\n"));
  EXPECT_THAT(server, HasSubstr("gavel_http_requests_shed_total{cause=\"overloaded\"} 2\n"));
  EXPECT_THAT(server, HasSubstr("gavel_http_requests_shed_total{cause=\"deadline\"} 0\n"));
  EXPECT_THAT(server, HasSubstr("gavel_http_queued_requests 3\n"));
  EXPECT_THAT(render(build_metrics("1.2.3")), HasSubstr("gavel_build_info{version=\"1.2.3\",compiler="));
  const std::string process = render(process_metrics(std::chrono::system_clock::time_point(5s)));
  EXPECT_THAT(process, HasSubstr("gavel_process_start_time_seconds 5\n"));
  EXPECT_THAT(process, Not(HasSubstr("gavel_process_resident_memory_bytes 0\n")));
  EXPECT_THAT(process, Not(HasSubstr("gavel_process_open_files 0\n")));
  EXPECT_THAT(render(disk_metrics("/")), HasSubstr("gavel_data_dir_free_bytes "));
  EXPECT_THAT(render(catalog_metrics([] { return CatalogSizes{.ads = 20'000}; })),
              HasSubstr("gavel_catalog_resources{type=\"ad\"} 20000\n"));
  EXPECT_THAT(render(single_metric(MetricKind::kGauge, "gavel_x", "X.", [] { return 1.5; })),
              HasSubstr("# HELP gavel_x X.\n# TYPE gavel_x gauge\ngavel_x 1.5\n"));
}

std::vector<Metric> metrics_of_all_sources() {
  static const LedgerMetrics ledger;
  static const ServerStats stats;
  static const Metrics workers(1);
  std::vector<Metric> all;
  for (const MetricSource& source :
       {ledger_metrics(ledger, workers), server_metrics(stats), build_metrics("1"), disk_metrics("/"),
        process_metrics({}), clock_metrics([] { return Duration::zero(); }),
        catalog_metrics([] { return CatalogSizes(); })}) {
    source(all);
  }
  return all;
}

// Prometheus' conventions: our prefix, counters end in _total, times in seconds, a help text, no metric
// twice.
TEST(Metrics, NamesFollowTheConventions) {
  std::set<std::string> names;
  for (const Metric& metric : metrics_of_all_sources()) {
    EXPECT_TRUE(metric.name.starts_with("gavel_")) << metric.name;
    EXPECT_EQ(metric.kind == MetricKind::kCounter, metric.name.ends_with("_total")) << metric.name;
    EXPECT_FALSE(metric.help.empty()) << metric.name;
    EXPECT_EQ(metric.name.find("_ms"), std::string::npos) << metric.name;
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
  }
  EXPECT_GT(names.size(), 20U);
}

// An alert on a metric that nobody sends never fires.
TEST(Metrics, AlertsAskForMetricsThatExist) {
  const Router router = two_routes();
  Metrics metrics(1);
  metrics.count_requests_of(router);
  metrics.request_observer()({.worker = 0, .route = 0, .method = Method::kGet, .status = 200});
  // Of holds and frequency counts, whose sources want real ones.
  std::set<std::string> known{"gavel_holds_evicted_total", "gavel_held_micros",
                              "gavel_frequency_evicted_total"};
  for (const Metric& metric : metrics_of_all_sources()) known.insert(metric.name);
  std::istringstream text(metrics.render());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# TYPE ")) known.insert(line.substr(7, line.find(' ', 7) - 7));
  }
  std::ifstream file(std::string(GAVEL_CONFIG_DIR) + "/alerts.yml");
  const std::string alerts(std::istreambuf_iterator<char>(file), {});
  std::size_t found = 0;
  for (std::size_t at = alerts.find("gavel_"); at != std::string::npos;
       at = alerts.find("gavel_", at + 1), ++found) {
    std::string asked = alerts.substr(at, alerts.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at) - at);
    if (asked.ends_with("_bucket")) asked.resize(asked.size() - 7);
    EXPECT_TRUE(known.contains(asked)) << asked;
  }
  EXPECT_GT(found, 15U);
}

}  // namespace
}  // namespace gavel

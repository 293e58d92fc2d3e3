#include "api/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

namespace gavel {
namespace {

// The statuses that answers have; the last stands for all others.
constexpr std::array<int, 29> kStatuses{200, 201, 202, 204, 302, 304, 400, 401, 403, 404,
                                        405, 406, 408, 409, 410, 412, 413, 414, 415, 417,
                                        422, 429, 431, 500, 501, 503, 505, 507, 0};

std::size_t status_index(int status) {
  const auto* const found = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  return static_cast<std::size_t>(found - kStatuses.begin());
}

std::string status_label(std::size_t index) {
  return kStatuses[index] == 0 ? "other" : std::to_string(kStatuses[index]);
}

// A sum over the workers of what `counter` picks of each.
template <class Pick>
double total(const std::vector<std::unique_ptr<WorkerMetrics>>& workers, Pick counter) {
  std::uint64_t sum = 0;
  for (const auto& worker : workers) sum += counter(*worker).get();
  return static_cast<double>(sum);
}

// Adds up histograms of one shape; `units` of theirs make one of the metric's. (Dividing gives the double
// next to 0.0001 where multiplying by 1e-6 does not.)
class HistogramSum {
 public:
  explicit HistogramSum(double units) : units_(units) {}

  template <std::size_t N>
  void add(const LocalHistogram<N>& histogram) {
    if (value_.bounds.empty()) {
      for (const std::uint64_t bound : histogram.bounds())
        value_.bounds.push_back(static_cast<double>(bound) / units_);
      value_.counts.resize(N + 1);
    }
    for (std::size_t i = 0; i <= N; ++i) value_.counts[i] += histogram.count(i);
    value_.sum += static_cast<double>(histogram.sum()) / units_;
  }
  HistogramValue take() { return std::move(value_); }

 private:
  const double units_;
  HistogramValue value_;
};

Metric counter(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = MetricKind::kCounter, .samples = {}};
}
Metric histogram(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = MetricKind::kHistogram, .samples = {}};
}

prometheus::MetricType type_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return prometheus::MetricType::Counter;
    case MetricKind::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram to_prometheus(const HistogramValue& value) {
  prometheus::ClientMetric::Histogram out;
  out.sample_sum = value.sum;
  for (std::size_t i = 0; i < value.bounds.size(); ++i) {
    out.sample_count += value.counts[i];
    out.bucket.push_back({out.sample_count, value.bounds[i]});
  }
  out.sample_count += value.counts.back();
  out.bucket.push_back({out.sample_count, std::numeric_limits<double>::infinity()});
  return out;
}

prometheus::MetricFamily to_prometheus(const Metric& metric) {
  prometheus::MetricFamily family;
  family.name = metric.name;
  family.help = metric.help;
  family.type = type_of(metric.kind);
  for (const MetricSample& sample : metric.samples) {
    prometheus::ClientMetric& out = family.metric.emplace_back();
    for (const auto& [name, value] : sample.labels) out.label.push_back({name, value});
    out.counter.value = out.gauge.value = sample.value;
    if (sample.histogram) out.histogram = to_prometheus(*sample.histogram);
  }
  return family;
}

}  // namespace

WorkerMetrics::WorkerMetrics() {
  request_micros_.reserve(kRouteClassCount);
  for (int i = 0; i < kRouteClassCount; ++i) {
    request_micros_.push_back(std::make_unique<RequestHistogram>(kRequestMicrosBounds));
  }
}

void WorkerMetrics::observe_auction(const PlacementResult& result) {
  auctions_.add();
  winners_.add(result.winner_count);
  eligible_.add(result.eligible);
  if (!result.unknown_placement) candidates_.observe(result.candidates);
  std::size_t foremost = kNoCandidates;  // the reason that took the most candidates out
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < result.filtered.size(); ++i) {
    if (result.filtered[i] == 0) continue;
    filtered_[i].add(result.filtered[i]);
    if (result.filtered[i] > most) {
      most = result.filtered[i];
      foremost = i;
    }
  }
  if (result.winner_count == 0) no_fill_[result.unknown_placement ? kUnknownPlacement : foremost].add();
}

void WorkerMetrics::observe_auction_time(std::chrono::steady_clock::duration took) {
  auction_nanos_.observe(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
}

// What Prometheus collects: everything at once.
class Metrics::Collector final : public prometheus::Collectable {
 public:
  explicit Collector(const Metrics& metrics) : metrics_(metrics) {}
  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<Metric> collected;
    metrics_.collect_requests(collected);
    metrics_.collect_auctions(collected);
    for (const MetricSource& source : metrics_.sources_) source(collected);
    std::vector<prometheus::MetricFamily> families;
    families.reserve(collected.size());
    for (const Metric& metric : collected) families.push_back(to_prometheus(metric));
    return families;
  }

 private:
  const Metrics& metrics_;
};

Metrics::Metrics(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<WorkerMetrics>());
}

Metrics::~Metrics() = default;

void Metrics::count_requests_of(const Router& router) {
  router_ = &router;
  // One row more for requests that no route was found for.
  const std::size_t rows = router.routes().size() + 1;
  for (const auto& worker : workers_)
    worker->requests_ = std::make_unique<LocalCounter[]>(rows * kStatuses.size());
}

RequestObserver Metrics::request_observer() {
  return [this](const RequestRecord& record) {
    WorkerMetrics& worker = *workers_[record.worker];
    const std::size_t routes = router_->routes().size();
    const bool matched = record.route < routes;
    worker.requests_[(matched ? record.route : routes) * kStatuses.size() + status_index(record.status)]
        .add();
    if (!matched) return;
    const auto route_class = static_cast<std::size_t>(router_->routes()[record.route].route_class);
    worker.request_micros_[route_class]->observe(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(record.took).count()));
  };
}

std::uint64_t Metrics::invalid_tokens(EventType type) const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->invalid_tokens_[static_cast<std::size_t>(type)].get();
  return sum;
}

void Metrics::add_source(MetricSource source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

std::string Metrics::render() const {
  const std::lock_guard lock(mutex_);
  return prometheus::TextSerializer().Serialize(Collector(*this).Collect());
}

void Metrics::collect_requests(std::vector<Metric>& out) const {
  if (router_ == nullptr) return;
  const std::vector<Route>& routes = router_->routes();
  Metric requests = counter("gavel_http_requests_total", "Answered requests by route and status.");
  for (std::size_t row = 0; row <= routes.size(); ++row) {
    for (std::size_t status = 0; status < kStatuses.size(); ++status) {
      const std::size_t at = row * kStatuses.size() + status;
      const double count = total(
          workers_, [&](const WorkerMetrics& worker) -> auto& { return worker.requests_[at]; });
      if (count == 0) continue;
      const bool matched = row < routes.size();
      requests.samples.push_back({{{"method", std::string(matched ? method_name(routes[row].method) : "any")},
                                   {"route", matched ? routes[row].pattern : "unmatched"},
                                   {"status", status_label(status)}},
                                  count,
                                  std::nullopt});
    }
  }
  out.push_back(std::move(requests));

  Metric took = histogram("gavel_http_request_duration_seconds",
                          "From a request's first byte to its answer's last, by kind of route.");
  for (std::size_t i = 0; i < kRouteClassCount; ++i) {
    HistogramSum sum(1e6);
    for (const auto& worker : workers_) sum.add(*worker->request_micros_[i]);
    const auto route_class = static_cast<RouteClass>(i);
    took.samples.push_back({{{"class", std::string(route_class_name(route_class))}}, 0, sum.take()});
  }
  out.push_back(std::move(took));
}

void Metrics::collect_auctions(std::vector<Metric>& out) const {
  const auto add_counter = [&](std::string name, std::string help, LocalCounter WorkerMetrics::*member) {
    Metric metric = counter(std::move(name), std::move(help));
    metric.samples.push_back({{},
                              total(
                                  workers_, [&](const WorkerMetrics& w) -> auto& { return w.*member; }),
                              std::nullopt});
    out.push_back(std::move(metric));
  };
  add_counter("gavel_auctions_total", "Auctions run, one a placement of a request.",
              &WorkerMetrics::auctions_);
  add_counter("gavel_auction_winners_total", "Ads shown.", &WorkerMetrics::winners_);
  add_counter("gavel_auction_eligible_total", "Candidates that passed all filters.",
              &WorkerMetrics::eligible_);

  Metric filtered = counter("gavel_auction_filtered_total", "Candidates that a filter took out, by reason.");
  Metric no_fill = counter("gavel_auction_no_fill_total",
                           "Auctions that showed no ad, by the reason that took most candidates out.");
  for (std::size_t i = 0; i < WorkerMetrics::kNoFillReasons; ++i) {
    const std::string reason = i == WorkerMetrics::kNoCandidates ? "no_candidates"
                               : i == WorkerMetrics::kUnknownPlacement
                                   ? "unknown_placement"
                                   : std::string(name_of(static_cast<Reason>(i)));
    const bool won_or_outranked =
        i == static_cast<std::size_t>(Reason::kWon) || i == static_cast<std::size_t>(Reason::kOutranked);
    if (won_or_outranked) continue;
    no_fill.samples.push_back({{{"reason", reason}},
                               total(
                                   workers_, [&](const WorkerMetrics& w) -> auto& { return w.no_fill_[i]; }),
                               std::nullopt});
    if (i >= kReasonCount) continue;
    filtered.samples.push_back(
        {{{"reason", reason}},
         total(
             workers_, [&](const WorkerMetrics& w) -> auto& { return w.filtered_[i]; }),
         std::nullopt});
  }
  out.push_back(std::move(filtered));
  out.push_back(std::move(no_fill));

  HistogramSum candidates(1);
  HistogramSum nanos(1e9);
  for (const auto& worker : workers_) {
    candidates.add(worker->candidates_);
    nanos.add(worker->auction_nanos_);
  }
  Metric looked_at = histogram("gavel_auction_candidates", "Candidates looked at in one auction.");
  looked_at.samples.push_back({{}, 0, candidates.take()});
  out.push_back(std::move(looked_at));
  Metric took = histogram("gavel_auction_duration_seconds", "Time to decide all auctions of one request.");
  took.samples.push_back({{}, 0, nanos.take()});
  out.push_back(std::move(took));
}

}  // namespace gavel

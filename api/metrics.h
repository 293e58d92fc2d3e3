// What /metrics shows: counters of the workers, and figures asked of their owners when they are scraped.
//
// Each worker counts in its own memory with plain relaxed stores; a scrape sums them up. Labels have values
// from fixed sets only (routes, statuses, reasons): none grows with users, campaigns or keywords.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/server.h"
#include "auction/result.h"
#include "budget/claims.h"

namespace gavel {

// Written by one thread, read by any.
class LocalCounter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A histogram over fixed upper bounds (inclusive, ascending), written by one thread. One more bucket holds
// the rest.
template <std::size_t N>
class LocalHistogram {
 public:
  explicit LocalHistogram(const std::array<std::uint64_t, N>& bounds) : bounds_(bounds) {}
  void observe(std::uint64_t value) {
    std::size_t bucket = 0;
    while (bucket < N && value > bounds_[bucket]) ++bucket;
    counts_[bucket].add();
    sum_.add(value);
  }
  std::span<const std::uint64_t, N> bounds() const { return bounds_; }
  std::uint64_t count(std::size_t bucket) const { return counts_[bucket].get(); }
  std::uint64_t sum() const { return sum_.get(); }

 private:
  const std::array<std::uint64_t, N>& bounds_;
  std::array<LocalCounter, N + 1> counts_;
  LocalCounter sum_;
};

inline constexpr std::array<std::uint64_t, 14> kAuctionNanosBounds{
    5'000,     10'000,    20'000,    50'000,     100'000,    200'000,    500'000,
    1'000'000, 2'000'000, 5'000'000, 10'000'000, 20'000'000, 50'000'000, 100'000'000};
inline constexpr std::array<std::uint64_t, 11> kCandidatesBounds{0,   1,     3,     10,     30,    100,
                                                                 300, 1'000, 3'000, 10'000, 30'000};
inline constexpr std::array<std::uint64_t, 16> kRequestMicrosBounds{
    50,     100,    250,     500,     1'000,   2'500,     5'000,     10'000,
    25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

// One worker's counters. Everything here is called on that worker alone; scrapes read it from elsewhere.
class alignas(64) WorkerMetrics {
 public:
  WorkerMetrics();

  // One placement's auction: who was looked at, who won, and why nobody did.
  void observe_auction(const PlacementResult& result);
  // How long run_auction() took for a whole request.
  void observe_auction_time(std::chrono::steady_clock::duration took);
  // An event was reported with a token that is not ours: the ledger never sees it.
  void observe_invalid_token(EventType type) { invalid_tokens_[static_cast<std::size_t>(type)].add(); }

 private:
  friend class Metrics;
  using RequestHistogram = LocalHistogram<kRequestMicrosBounds.size()>;
  // Beside the reasons of filtered ads: why an auction had nobody to filter.
  static constexpr std::size_t kNoCandidates = kReasonCount;
  static constexpr std::size_t kUnknownPlacement = kReasonCount + 1;
  static constexpr std::size_t kNoFillReasons = kReasonCount + 2;

  LocalCounter auctions_;
  LocalCounter winners_;
  LocalCounter eligible_;
  std::array<LocalCounter, kReasonCount> filtered_;
  std::array<LocalCounter, kNoFillReasons> no_fill_;
  std::array<LocalCounter, kEventTypeCount> invalid_tokens_;
  LocalHistogram<kCandidatesBounds.size()> candidates_{kCandidatesBounds};
  LocalHistogram<kAuctionNanosBounds.size()> auction_nanos_{kAuctionNanosBounds};
  std::vector<std::unique_ptr<RequestHistogram>> request_micros_;  // by RouteClass
  std::unique_ptr<LocalCounter[]> requests_;                       // [route][status], see metrics.cc
};

// A metric as a source gives it. Names and units follow Prometheus' conventions: seconds, bytes, _total.
struct HistogramValue {
  std::vector<double> bounds;         // upper, inclusive, ascending
  std::vector<std::uint64_t> counts;  // one a bound, not cumulative, and one for the rest
  double sum = 0;
};
struct MetricSample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  std::optional<HistogramValue> histogram;  // of histograms, instead of the value
};
enum class MetricKind : std::uint8_t { kCounter, kGauge, kHistogram };
struct Metric {
  std::string name;
  std::string help;
  MetricKind kind = MetricKind::kGauge;
  std::vector<MetricSample> samples;
};
// Appends its metrics; called at each scrape, by one thread at a time, any thread.
using MetricSource = std::function<void(std::vector<Metric>&)>;

class Metrics {
 public:
  explicit Metrics(std::size_t workers);
  ~Metrics();

  // Names the routes whose requests are counted. Once, before the server starts; `router` outlives this
  // object.
  void count_requests_of(const Router& router);
  // For Server: counts each request for its worker. Valid as long as this object.
  RequestObserver request_observer();

  WorkerMetrics& worker(std::size_t worker) { return *workers_[worker]; }

  // Events of this type whose token was not ours, by all workers. Thread-safe.
  std::uint64_t invalid_tokens(EventType type) const;

  // Adds a source; what it uses outlives this object or the last scrape. Thread-safe.
  void add_source(MetricSource source);

  // The text of /metrics in the Prometheus exposition format. Thread-safe.
  std::string render() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  class Collector;
  void collect_requests(std::vector<Metric>& out) const;
  void collect_auctions(std::vector<Metric>& out) const;

  std::vector<std::unique_ptr<WorkerMetrics>> workers_;
  const Router* router_ = nullptr;
  mutable std::mutex mutex_;  // protects sources_ and makes scrapes take turns
  std::vector<MetricSource> sources_;
};

}  // namespace gavel

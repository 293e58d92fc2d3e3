#include "api/handlers/auction_handlers.h"

#include <sodium.h>

#include <array>
#include <charconv>
#include <memory>
#include <vector>

#include "api/json/auction_request_reader.h"
#include "api/json/auction_response_writer.h"
#include "api/tokens/token_sealer.h"
#include "auction/auction.h"

namespace gavel {
namespace {

// Ids for requests that came without one: 16 random hex digits drawn at the start, and a count.
class RequestIds {
 public:
  RequestIds() {
    std::array<std::uint8_t, 8> random;
    randombytes_buf(random.data(), random.size());
    sodium_bin2hex(text_.data(), text_.size(), random.data(), random.size());
    text_[kPrefix - 1] = '-';
  }
  // Valid until the next call.
  std::string_view next() {
    const auto end = std::to_chars(text_.data() + kPrefix, text_.data() + text_.size(), ++count_).ptr;
    return {text_.data(), static_cast<std::size_t>(end - text_.data())};
  }

 private:
  static constexpr std::size_t kPrefix = 17;
  std::array<char, kPrefix + 20> text_{};
  std::uint64_t count_ = 0;
};

// One worker's memory.
class AuctionWorker {
 public:
  AuctionWorker(const AuctionServices& services, std::size_t worker)
      : services_(services),
        holds_(services.holds.book(static_cast<std::uint8_t>(worker))),
        traffic_(services.pacing.traffic(worker)),
        metrics_(services.metrics.worker(worker)),
        catalog_(services.catalog),
        sealer_(services.keys) {}

  void handle(const Request& http, ResponseWriter writer) {
    ErrorList errors;
    if (!reader_.read(http.body, request_, errors)) {
      writer.send_problem(400, "the auction request is not valid", errors.take());
      return;
    }
    const auto began = services_.steady_clock();
    const std::chrono::milliseconds tmax =
        request_.tmax_ms > 0 ? std::chrono::milliseconds(request_.tmax_ms) : services_.tmax;
    if (began - http.received_at > tmax) return writer.send_too_late();
    if (request_.request_id.empty()) request_.request_id = ids_.next();
    request_.user_hash = hash_user(services_.user_salt, request_.user.id);
    const double outgrown = services_.click_stats.ceilings().outgrown();  // before the catalog
    {
      const CatalogReader::Use catalog = catalog_.use();
      run(*catalog, outgrown, began);
      write_auction_response(request_, result_, *catalog, sealer_, writer.buffer());
    }
    writer.send(200);
  }

 private:
  void run(const Catalog& catalog, double outgrown, std::chrono::steady_clock::time_point began) {
    const Timestamp now = services_.clock.now();
    const AuctionContext context{.catalog = catalog,
                                 .calendar = services_.calendar,
                                 .accounts = services_.accounts,
                                 .holds = holds_,
                                 .traffic = traffic_,
                                 .click_stats = services_.click_stats,
                                 .frequency = services_.frequency,
                                 .now = now,
                                 .impression_ttl = services_.impression_ttl,
                                 .click_ttl = services_.click_ttl,
                                 .hold_ttl = services_.hold_ttl,
                                 .can_charge = services_.ledger.can_charge(now),
                                 .outgrown = outgrown};
    run_auction(request_, context, scratch_, result_);
    metrics_.observe_auction_time(services_.steady_clock() - began);
    for (const PlacementResult& placement : result_.placements) metrics_.observe_auction(placement);
  }

  const AuctionServices& services_;
  HoldBook& holds_;
  TrafficCounts& traffic_;
  WorkerMetrics& metrics_;
  CatalogReader catalog_;
  TokenSealer sealer_;
  RequestIds ids_;
  AuctionRequestReader reader_;
  AuctionRequest request_;
  AuctionScratch scratch_;
  AuctionResult result_;
};

// Workers lie on their own cache lines and refer to the services, which live beside them.
struct AuctionWorkers {
  explicit AuctionWorkers(const AuctionServices& given) : services(given) {
    for (std::size_t i = 0; i < services.workers; ++i) {
      workers.push_back(std::make_unique<AuctionWorker>(services, i));
    }
  }
  AuctionServices services;
  std::vector<std::unique_ptr<AuctionWorker>> workers;
};

}  // namespace

void add_auction_routes(Router& router, const AuctionServices& services) {
  router.add(
      {.method = Method::kPost,
       .pattern = "/v1/auctions",
       .handler =
           [all = std::make_shared<AuctionWorkers>(services)](Request& request, ResponseWriter writer) {
             all->workers[request.worker]->handle(request, std::move(writer));
           },
       .route_class = RouteClass::kAuction,
       .roles = kAdminAndPlatform,
       .media_types = {std::string(kJson)},
       .query_parameters = {},
       .body_bytes_max = services.body_bytes_max,
       .deferred = false,
       .queued = true});
}

}  // namespace gavel

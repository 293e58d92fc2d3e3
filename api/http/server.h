// The HTTP/1.1 server: one thread a worker, each with its own event loop, listening socket and connections.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/auth.h"
#include "api/http/router.h"
#include "budget/result.h"
#include "budget/time.h"

namespace gavel {

struct ServerOptions {
  std::string host = "127.0.0.1";  // a numeric address, or localhost
  std::uint16_t port = 8080;       // 0 = any free one
  std::size_t workers = 1;

  // Refuses what web pages may have sent (403): for a server that asks for no key.
  bool local_only = false;

  std::size_t header_bytes_max = 16 * 1024;    // request line and fields: 431
  std::size_t target_bytes_max = 8 * 1024;     // 414
  std::uint64_t body_bytes_max = 1024 * 1024;  // where the route names no limit of its own: 413
  std::size_t connections_max = 15'000;        // of all workers: 503 and close
  std::size_t deferred_requests_max = 10'000;  // requests waiting for their answer: 503 and Retry-After
  // Of each worker, about routes that are `queued`: see overload_queue.h. Shed with 503 and Retry-After.
  std::size_t queued_requests_max = 1'024;
  std::chrono::milliseconds queue_wait_max{10};

  std::chrono::milliseconds header_deadline{10'000};  // from the first byte: 408
  std::chrono::milliseconds body_deadline{30'000};    // from the header; a stream's bytes put it off: 408
  std::uint64_t stream_bytes_per_s_min =
      1'024;  // what a byte of a stream puts it off by, to body_deadline at most
  std::chrono::milliseconds idle_timeout{75'000};    // between requests: closed
  std::chrono::milliseconds write_deadline{30'000};  // without progress: closed
  std::chrono::milliseconds linger{2'000};           // for the client to read an error: then closed
  std::chrono::milliseconds drain_timeout{10'000};   // stop() waits so long for what is in flight

  // For the Date header, which is left out where there is none.
  std::function<Timestamp()> wall_clock{};
  // What ages and deadlines are measured with. Thread-safe.
  std::function<std::chrono::steady_clock::time_point()> steady_clock = std::chrono::steady_clock::now;
};

// Why a request was not served though nothing was wrong with it.
enum class ShedCause : std::uint8_t {
  kDeferredFull,  // over deferred_requests_max
  kQueueFull,     // over queued_requests_max
  kOverloaded,    // its worker gets more than it can do
  kDeadline,      // its handler found it too old: ResponseWriter::send_too_late()
};
inline constexpr std::size_t kShedCauseCount = 4;
std::string_view shed_cause_name(ShedCause cause);

// Connections over the limit get a polite 503 until there are so many more of them.
inline constexpr std::size_t kRefusalsMax = 256;

// Counted by all workers; read at any time.
struct ServerStats {
  std::atomic<std::uint64_t> connections{0};  // open now
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};  // over connections_max
  // Requests answered 503 for want of time or room, by ShedCause.
  std::array<std::atomic<std::uint64_t>, kShedCauseCount> shed{};
  std::atomic<std::uint64_t> queued{0};        // requests waiting for their turn now
  std::atomic<std::uint64_t> deferred{0};      // requests waiting for their answer now
  std::atomic<std::uint64_t> bad_requests{0};  // that were no HTTP
  std::atomic<std::uint64_t> timeouts{0};      // connections closed by a deadline
};

// What is told of each answered request, on its worker.
struct RequestRecord {
  std::size_t worker = 0;
  std::size_t route = Router::kUnmatched;  // index in Router::routes()
  Method method = Method::kOther;
  int status = 0;
  std::string_view detail{};                   // of a problem; ends with the observer's call
  std::chrono::steady_clock::time_point at{};  // the last byte was given to the kernel
  std::chrono::steady_clock::duration took{};  // since the first byte was read
};
using RequestObserver = std::function<void(const RequestRecord&)>;

class Server {
 public:
  // `router` and `authenticator` outlive the server; `observer` may be empty.
  Server(ServerOptions options, const Router& router, const Authenticator& authenticator,
         RequestObserver observer);
  ~Server();  // stop()

  // Listens and starts the workers. Fails with one line for a person that names the address: not an address,
  // already in use, and so on. Ignores SIGPIPE in this process from then on.
  Result<std::uint16_t, std::string> start();

  // Lets requests through to all routes. Until then those answer 503 with Retry-After that do not answer
  // while loading. What was done before is seen by every handler called after. Thread-safe.
  void open();
  // Whether all routes take requests: open, and not draining.
  bool ready() const;

  // Stops accepting, closes idle connections, answers what is in flight for at most drain_timeout, then ends
  // the workers. Blocks; idempotent; not for a worker's thread. Writers still held afterwards answer into the
  // void.
  void stop();
  bool draining() const;

  std::uint16_t port() const;  // after start()
  const ServerStats& stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel

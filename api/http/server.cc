#include "api/http/server.h"

#include <boost/asio/ip/address.hpp>
#include <csignal>
#include <thread>
#include <vector>

#include "api/http/listen_address.h"
#include "api/http/worker.h"

namespace gavel {
namespace {

// SO_REUSEPORT would let a second server share the port in silence: without it a bind shows whether one
// listens there.
boost::system::error_code probe(const net::ip::tcp::endpoint& endpoint) {
  net::io_context io;
  net::ip::tcp::acceptor acceptor(io);
  boost::system::error_code ec;
  if (acceptor.open(endpoint.protocol(), ec)) return ec;
  if (acceptor.set_option(net::socket_base::reuse_address(true), ec)) return ec;
  acceptor.bind(endpoint, ec);
  return ec;
}

}  // namespace

std::string_view shed_cause_name(ShedCause cause) {
  switch (cause) {
    case ShedCause::kDeferredFull:
      return "deferred_full";
    case ShedCause::kQueueFull:
      return "queue_full";
    case ShedCause::kOverloaded:
      return "overloaded";
    case ShedCause::kDeadline:
      return "deadline";
  }
  return "overloaded";
}

struct Server::Impl {
  Impl(ServerOptions options, const Router& router, const Authenticator& authenticator,
       RequestObserver observer)
      : shared(
            std::make_shared<ServerShared>(std::move(options), router, authenticator, std::move(observer))) {}

  std::shared_ptr<ServerShared> shared;
  std::vector<std::shared_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
};

Server::Server(ServerOptions options, const Router& router, const Authenticator& authenticator,
               RequestObserver observer)
    : impl_(std::make_unique<Impl>(std::move(options), router, authenticator, std::move(observer))) {}

Server::~Server() {
  stop();
}

Result<std::uint16_t, std::string> Server::start() {
  const ServerOptions& options = impl_->shared->options;
  const std::string shown = format_listen(options.host, options.port);
  boost::system::error_code ec;
  const auto address = net::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, ec);
  if (ec) return "cannot listen on " + shown + ": not a numeric address";
  net::ip::tcp::endpoint endpoint(address, options.port);
  if (options.port != 0) ec = probe(endpoint);
  if (ec) return "cannot listen on " + shown + ": " + ec.message();

  std::vector<std::shared_ptr<Worker>> workers;
  for (std::size_t i = 0; i < options.workers; ++i) {
    workers.push_back(std::make_shared<Worker>(i, impl_->shared));
    const auto port = workers.back()->listen(endpoint);
    if (!port) return "cannot listen on " + shown + ": " + port.error();
    endpoint.port(*port);  // where any port would do, all workers share the first one's
  }
  std::signal(SIGPIPE, SIG_IGN);  // sendfile() has no flag against it
  impl_->port = endpoint.port();
  impl_->workers = std::move(workers);
  for (const auto& worker : impl_->workers) impl_->threads.emplace_back([worker] { worker->run(); });
  return impl_->port;
}

void Server::open() {
  impl_->shared->open.store(true, std::memory_order_release);
}

bool Server::ready() const {
  return impl_->shared->open.load(std::memory_order_acquire) && !draining();
}

void Server::stop() {
  if (impl_->shared->draining.exchange(true)) return;
  for (const auto& worker : impl_->workers) worker->drain();
  for (std::thread& thread : impl_->threads) thread.join();
}

bool Server::draining() const {
  return impl_->shared->draining.load(std::memory_order_relaxed);
}

std::uint16_t Server::port() const {
  return impl_->port;
}

const ServerStats& Server::stats() const {
  return impl_->shared->stats;
}

}  // namespace gavel

// A server on an ephemeral loopback port, with the routes that a test gives it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "api/auth.h"
#include "api/http/server.h"
#include "tests/support/http_client.h"

namespace gavel {

// Add routes to `router` and change `options`, then start().
struct TestServer {
  Router router;
  ServerOptions options{.port = 0, .workers = 2, .linger = std::chrono::milliseconds(1'000)};
  std::vector<ApiKey> keys;
  RequestObserver observer;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<Server> server;

  void start() {
    authenticator = std::make_unique<Authenticator>(keys);
    server = std::make_unique<Server>(options, router, *authenticator, observer);
    const auto port = server->start();
    ASSERT_TRUE(port.has_value()) << port.error();
    server->open();
  }
  HttpClient client() { return HttpClient(server->port()); }
  ClientResponse get(std::string_view target, const ClientHeaders& headers = {}) {
    return client().get(target, headers);
  }
};

}  // namespace gavel

// Connections that a server has to bear: idle ones, and ones that send a byte a second.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/loopback.h"

namespace gavel {

// Connections over which nothing is ever sent, until the end of this object.
class IdleConnections {
 public:
  // Opens as many of them as it can. Sees no answer: a server that turns some away is asked for its metrics.
  IdleConnections(const LoopbackAddress& server, std::size_t count);
  ~IdleConnections();
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;

  std::size_t size() const { return sockets_.size(); }

 private:
  std::vector<int> sockets_;
};

// Connections each of which sends `request` a byte a second, and begins anew when it is closed or at the end
// of it.
class SlowConnections {
 public:
  SlowConnections(const LoopbackAddress& server, std::size_t count, std::string request);
  ~SlowConnections();
  SlowConnections(const SlowConnections&) = delete;
  SlowConnections& operator=(const SlowConnections&) = delete;

 private:
  struct Slow {
    int socket = -1;
    std::size_t sent = 0;
  };
  void run();
  void step(Slow& slow);

  const LoopbackAddress server_;
  const std::string request_;
  std::vector<Slow> all_;
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace gavel

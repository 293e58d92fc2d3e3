// Single PUTs, PATCHes and DELETEs: those that wait at the same time share one synced write.
#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include "api/http/request.h"
#include "api/http/response.h"
#include "api/resources/executor.h"
#include "api/resources/registry.h"
#include "api/resources/transaction.h"

namespace gavel {

inline constexpr std::size_t kWritesPerCommit = 64;

// Thread-safe. Must not end while one of its tasks waits in the executor: stop that first.
class WriteQueue {
 public:
  WriteQueue(Registry& registry, Executor& executor) : registry_(registry), executor_(executor) {}

  // Applies the request in its turn on the executor and answers it. 503 where as many wait as tasks may wait
  // for the executor (`background_queue_max`): all that wait here are one task there.
  void submit(OperationKind kind, ResourceType type, bool cascade, Request& request, ResponseWriter writer);

 private:
  struct Waiting {
    OperationKind kind;
    ResourceType type;
    bool cascade;
    const Request* request;
    ResponseWriter writer;
    OperationOutcome outcome = {};
  };
  void drain();
  std::vector<Waiting> take_some();
  void apply(Transaction& transaction, Waiting& waiting);
  static void answer(Waiting& waiting, bool durable);

  Registry& registry_;
  Executor& executor_;
  JsonParser parser_;  // used on the executor only
  std::mutex mutex_;
  // Protected by mutex_.
  std::deque<Waiting> waiting_;
  bool scheduled_ = false;
};

}  // namespace gavel

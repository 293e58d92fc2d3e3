// One thread that does what must not hold up a worker: writes to the catalog, lists, reports, checkpoints.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace gavel {

// Runs tasks one after the other in the order they came. Thread-safe.
class Executor {
 public:
  using Task = std::function<void()>;

  // `name` is the thread's (at most 15 bytes). At most `queue_max` tasks wait.
  Executor(std::string name, std::size_t queue_max);
  ~Executor();  // stop()

  // False where queue_max tasks wait already or stop() was called: the task is dropped, and its caller
  // answers 503.
  bool submit(Task task);
  // The same without the limit, for the continuation of work that was admitted before and is bounded itself.
  bool submit_continuation(Task task);

  // Runs what is queued, then ends the thread. Idempotent. Not for a task.
  void stop();
  std::size_t queued() const;
  std::size_t queue_max() const { return queue_max_; }

 private:
  bool push(Task task, std::size_t limit);
  void run();

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Protected by mutex_.
  std::deque<Task> tasks_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace gavel

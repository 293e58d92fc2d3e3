#include "api/resources/executor.h"

#include <pthread.h>

#include <limits>
#include <utility>

namespace gavel {

Executor::Executor(std::string name, std::size_t queue_max)
    : queue_max_(queue_max), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

Executor::~Executor() {
  stop();
}

bool Executor::submit(Task task) {
  return push(std::move(task), queue_max_);
}

bool Executor::submit_continuation(Task task) {
  return push(std::move(task), std::numeric_limits<std::size_t>::max());
}

bool Executor::push(Task task, std::size_t limit) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= limit) return false;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void Executor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::size_t Executor::queued() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void Executor::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it held goes before the next wait
    lock.lock();
  }
}

}  // namespace gavel

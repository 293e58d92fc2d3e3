#include "api/resources/write_queue.h"

#include <algorithm>
#include <utility>

namespace gavel {

void WriteQueue::submit(OperationKind kind, ResourceType type, bool cascade, Request& request,
                        ResponseWriter writer) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() < executor_.queue_max() && (scheduled_ || executor_.submit([this] { drain(); }))) {
    scheduled_ = true;
    waiting_.push_back({kind, type, cascade, &request, std::move(writer)});
    return;
  }
  writer.header("Retry-After", "1");
  writer.send_problem(503, "too many changes are waiting");
}

// A cascade stands alone; others go together up to the next one.
std::vector<WriteQueue::Waiting> WriteQueue::take_some() {
  const std::lock_guard lock(mutex_);
  std::vector<Waiting> some;
  while (!waiting_.empty() && some.size() < kWritesPerCommit) {
    const bool alone = waiting_.front().cascade;
    if (alone && !some.empty()) break;
    some.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (alone) break;
  }
  if (some.empty()) scheduled_ = false;
  return some;
}

void WriteQueue::drain() {
  std::vector<Waiting> some = take_some();
  if (some.empty()) return;
  bool durable = true;
  {
    Transaction transaction(registry_);
    for (Waiting& waiting : some) apply(transaction, waiting);
    durable = !transaction.commit();
  }
  for (Waiting& waiting : some) answer(waiting, durable);
  // Goes to the end of the executor's queue, so that lists and imports have their turn.
  if (!executor_.submit_continuation([this] { drain(); })) {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    waiting_.clear();  // the server stops: their writers answer that nothing was done
  }
}

void WriteQueue::apply(Transaction& transaction, Waiting& waiting) {
  const Request& request = *waiting.request;
  OperationOutcome& outcome = waiting.outcome;
  const std::string_view id = request.path_parameter("id");
  ResourceOperation operation{waiting.kind,     waiting.type,         id, nullptr, waiting.cascade,
                              request.if_match, request.if_none_match};
  if (waiting.kind == OperationKind::kDelete) {
    outcome = transaction.apply(operation, *request.principal);
    return;
  }
  if (!is_id(id)) {
    outcome.status = waiting.kind == OperationKind::kPut ? 400 : 404;
    outcome.detail = "an id is 1 to 64 of A-Z a-z 0-9 . _ : -";
    return;
  }
  const auto root = parser_.parse_padded(request.body);
  if (!root) {
    outcome.status = 400;
    outcome.errors = {root.error()};
    return;
  }
  const JsonNode body{*root, {}};
  operation.body = &body;
  outcome = transaction.apply(operation, *request.principal);
}

void WriteQueue::answer(Waiting& waiting, bool durable) {
  const OperationOutcome& outcome = waiting.outcome;
  ResponseWriter& writer = waiting.writer;
  if (!outcome.ok()) {
    if (outcome.status == 503) writer.header("Retry-After", "1");
    writer.send_problem(outcome.status, outcome.detail, outcome.errors);
    return;
  }
  if (!durable) {
    writer.header("Retry-After", "1");
    writer.send_problem(503, "no space to write; nothing was changed");
    return;
  }
  if (!outcome.etag.empty()) writer.header("ETag", outcome.etag);
  writer.buffer() = outcome.body;
  writer.send(outcome.status);
}

}  // namespace gavel

#include "budget/ledger.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "budget/failpoint.h"
#include "budget/frequency.h"
#include "budget/ledger_batch.h"
#include "budget/ledger_codec.h"
#include "budget/ledger_drop.h"
#include "budget/ledger_state.h"

namespace gavel {
namespace {

constexpr std::int64_t kNotRefused = INT64_MAX;

struct EventsJob {
  std::vector<LedgerEvent> events;
  Ledger::Completion done;
  std::vector<EventOutcome> outcomes = {};
};
struct DepositJob {
  AdvertiserIx advertiser;
  std::string id;
  Micros amount;
  Ledger::DepositCompletion done;
  std::optional<Result<Micros, DepositError>> outcome = {};
};
// What who reads reports asks for and is given: the report rows that the disk does not have, beside what it
// has.
struct ReportView {
  ReportScope scope;
  std::unique_ptr<StoreSnapshot> disk = {};
  std::vector<CountedRow> unwritten = {};
};
// Done, or begun, after the batch that it is taken with; `drop_at` is a drop_expired()'s, `view` of who reads
// reports.
struct BarrierJob {
  enum class Kind : std::uint8_t { kFlush, kDrop, kProbe, kView } kind;
  std::promise<void>* reached = nullptr;
  Timestamp drop_at = {};
  ReportView* view = nullptr;
};
using Job = std::variant<EventsJob, DepositJob, BarrierJob>;

// How much of the queue's bound a job takes.
std::size_t weight_of(const Job& job) {
  if (const auto* events = std::get_if<EventsJob>(&job)) return events->events.size();
  return std::holds_alternative<DepositJob>(job) ? 1 : 0;
}

template <std::size_t kBuckets>
void observe(std::atomic<std::uint64_t> (&buckets)[kBuckets], std::size_t bucket) {
  buckets[std::min(bucket, kBuckets - 1)].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

struct Ledger::Impl {
  Impl(LedgerParts parts_in, LedgerOptions options_in)
      : parts(parts_in), options(options_in), state(parts, options), dropping(parts, options, state) {}

  // Constant after construction; the objects in `parts` provide their own synchronisation.
  const LedgerParts parts;
  const LedgerOptions options;
  LedgerMetrics metrics;

  LedgerState state;  // the writer's alone
  LedgerDrop dropping;
  // Business time of the first refused commit since the last that was not, in microseconds.
  std::atomic<std::int64_t> refused_since{kNotRefused};

  // Protected by `mutex`.
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue;
  std::size_t queued = 0;
  bool stopping = false;

  std::thread writer;
  std::once_flag joined;

  enum class Push { kDone, kFull, kStopped };
  Push push(Job job);
  bool wait_for(BarrierJob barrier);
  std::vector<Job> take();
  void run();
  void process(std::vector<Job>& jobs);
  bool commit(LedgerBatch& batch, std::size_t operations, Timestamp now);
  bool write(const WriteBatch& writes, Timestamp now);
  void probe(Timestamp now);
  void answer(std::vector<Job>& jobs, bool durable, Timestamp now);
  void reach(const BarrierJob& barrier, Timestamp now);
  void count(const EventsJob& job);
  void write_all_counters();
};

// ---- Any thread.

// The job is moved from only where the result is kDone.
Ledger::Impl::Push Ledger::Impl::push(Job job) {
  {
    const std::lock_guard lock(mutex);
    if (stopping) return Push::kStopped;
    const std::size_t weight = weight_of(job);
    if (queued + weight > options.queue_events_max && weight > 0) return Push::kFull;
    queued += weight;
    metrics.queued_events.store(queued, std::memory_order_relaxed);
    queue.push_back(std::move(job));
  }
  wake.notify_one();
  return Push::kDone;
}

// False where the ledger is stopped.
bool Ledger::Impl::wait_for(BarrierJob barrier) {
  std::promise<void> reached;
  barrier.reached = &reached;
  if (push(barrier) != Push::kDone) return false;
  reached.get_future().wait();
  return true;
}

Ledger::Ledger(LedgerParts parts, LedgerOptions options) : impl_(std::make_unique<Impl>(parts, options)) {
  assert(options.batch_events_max > 0);
  load_ledger(impl_->parts, impl_->options, impl_->state);
  impl_->writer = std::thread([impl = impl_.get()] { impl->run(); });
}

Ledger::~Ledger() {
  stop();
}

void Ledger::submit(std::vector<LedgerEvent> events, Completion done) {
  // A copy of `done`: the job that holds the other is gone where it is refused.
  switch (impl_->push(EventsJob{std::move(events), done})) {
    case Impl::Push::kDone:
      return;
    case Impl::Push::kFull:
      return done(LedgerError::kQueueFull);
    case Impl::Push::kStopped:
      return done(LedgerError::kStopped);
  }
}

void Ledger::deposit(AdvertiserIx advertiser, std::string id, Micros amount, DepositCompletion done) {
  switch (impl_->push(DepositJob{advertiser, std::move(id), amount, done})) {
    case Impl::Push::kDone:
      return;
    case Impl::Push::kFull:
      return done(DepositError::kNotDurable);
    case Impl::Push::kStopped:
      return done(DepositError::kStopped);
  }
}

void Ledger::flush() {
  impl_->wait_for({.kind = BarrierJob::Kind::kFlush});
}

void Ledger::drop_expired(Timestamp now) {
  if (!impl_->dropping.is_due(now)) return;
  impl_->wait_for({.kind = BarrierJob::Kind::kDrop, .drop_at = now});
}

bool Ledger::can_charge(Timestamp now) const {
  const std::int64_t since = impl_->refused_since.load(std::memory_order_relaxed);
  return since == kNotRefused || now - from_micros(since) < impl_->options.disk_full_grace;
}

void Ledger::probe() {
  if (impl_->refused_since.load(std::memory_order_relaxed) == kNotRefused) return;
  impl_->wait_for({.kind = BarrierJob::Kind::kProbe});
}

void Ledger::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  std::call_once(impl_->joined, [this] { impl_->writer.join(); });
}

std::unique_ptr<const StoreSnapshot> Ledger::snapshot_with_reports(const ReportScope& scope) {
  ReportView view{.scope = scope};
  if (!impl_->wait_for({.kind = BarrierJob::Kind::kView, .view = &view})) return nullptr;
  WriteBatch rows;
  for (const auto& [key, counters] : view.unwritten) {
    rows.put(Family::kReports, report_key(key), encode(counters));
  }
  view.disk->lay_over(rows);
  return std::move(view.disk);
}

const LedgerMetrics& Ledger::metrics() const {
  return impl_->metrics;
}

// ---- The writer.

void Ledger::Impl::run() {
  for (;;) {
    std::vector<Job> jobs = take();
    if (jobs.empty() && !dropping.under_way()) break;
    if (!jobs.empty()) process(jobs);
    if (dropping.under_way()) dropping.step(parts.clock.now());
  }
  write_all_counters();
}

// Takes as many jobs as make a batch, and waits for one where nothing else is under way. None then:
// everything is done and the ledger stops.
std::vector<Job> Ledger::Impl::take() {
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return stopping || !queue.empty() || dropping.under_way(); });
  std::vector<Job> jobs;
  std::size_t taken = 0;
  while (!queue.empty() && taken < options.batch_events_max) {
    taken += weight_of(queue.front());
    jobs.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  queued -= taken;
  metrics.queued_events.store(queued, std::memory_order_relaxed);
  return jobs;
}

void Ledger::Impl::process(std::vector<Job>& jobs) {
  const Timestamp now = parts.clock.now();
  LedgerBatch batch(parts, options, state, now);
  std::size_t operations = 0;
  for (Job& job : jobs) {
    operations += weight_of(job);
    if (auto* events = std::get_if<EventsJob>(&job)) {
      batch.record(events->events, events->outcomes);
    } else if (auto* deposit = std::get_if<DepositJob>(&job)) {
      deposit->outcome = batch.deposit(deposit->advertiser, deposit->id, deposit->amount);
    }
  }
  std::unique_lock<std::mutex> frequency_lock;
  if (batch.has_frequency()) frequency_lock = parts.frequency.lock_commit();
  const bool recorded = !batch.empty();
  const bool durable = !recorded || commit(batch, operations, now);
  if (durable) batch.publish();
  if (frequency_lock) frequency_lock.unlock();
  if (recorded && durable && parts.counted) parts.counted();
  answer(jobs, durable, now);
}

bool Ledger::Impl::commit(LedgerBatch& batch, std::size_t operations, Timestamp now) {
  WriteBatch writes;
  batch.write_to(writes);
  // Real time, for the metric alone.
  const auto begin = std::chrono::steady_clock::now();
  GAVEL_FAILPOINT("ledger-before-write");
  const bool durable = write(writes, now);
  GAVEL_FAILPOINT("ledger-after-write");
  state.counters.settle(durable);
  const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
  if (!durable) {
    metrics.failed_commits.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  const auto us = static_cast<std::uint64_t>(took.count());
  metrics.commits.fetch_add(1, std::memory_order_relaxed);
  observe(metrics.commit_us_buckets, us < 32 ? 0 : static_cast<std::size_t>(std::bit_width(us)) - 5);
  metrics.commit_us_sum.fetch_add(us, std::memory_order_relaxed);
  observe(metrics.batch_size_buckets, static_cast<std::size_t>(std::bit_width(operations - 1)));
  metrics.batch_size_sum.fetch_add(operations, std::memory_order_relaxed);
  return true;
}

// Writes, and keeps count of since when that is refused.
bool Ledger::Impl::write(const WriteBatch& writes, Timestamp now) {
  const bool durable = !parts.store.write(writes);
  if (durable) {
    refused_since.store(kNotRefused, std::memory_order_relaxed);
  } else if (refused_since.load(std::memory_order_relaxed) == kNotRefused) {
    refused_since.store(to_micros(now), std::memory_order_relaxed);
  }
  metrics.disk_full.store(!durable, std::memory_order_relaxed);
  return durable;
}

void Ledger::Impl::probe(Timestamp now) {
  if (refused_since.load(std::memory_order_relaxed) == kNotRefused) return;  // a batch was taken meanwhile
  WriteBatch writes;
  put_ledger_clock(writes, parts.clock, now);
  write(writes, now);
}

void Ledger::Impl::answer(std::vector<Job>& jobs, bool durable, Timestamp now) {
  for (Job& job : jobs) {
    if (auto* events = std::get_if<EventsJob>(&job)) {
      if (!durable) {
        events->done(LedgerError::kNotDurable);
        continue;
      }
      GAVEL_FAILPOINT("ledger-before-answer");
      count(*events);
      events->done(std::move(events->outcomes));
    } else if (auto* deposit = std::get_if<DepositJob>(&job)) {
      deposit->done(durable ? *deposit->outcome : DepositError::kNotDurable);
    } else if (auto* barrier = std::get_if<BarrierJob>(&job)) {
      reach(*barrier, now);
    }
  }
}

void Ledger::Impl::reach(const BarrierJob& barrier, Timestamp now) {
  if (barrier.kind == BarrierJob::Kind::kDrop) return dropping.begin(barrier.drop_at, barrier.reached);
  if (barrier.kind == BarrierJob::Kind::kProbe) probe(now);
  if (barrier.kind == BarrierJob::Kind::kView) {
    barrier.view->disk = parts.store.snapshot();
    barrier.view->unwritten = state.counters.unwritten_rows(barrier.view->scope);
  }
  barrier.reached->set_value();
}

void Ledger::Impl::count(const EventsJob& job) {
  for (std::size_t i = 0; i < job.events.size(); ++i) {
    const EventOutcome& outcome = job.outcomes[i];
    metrics.events[static_cast<int>(job.events[i].type)][static_cast<int>(outcome.status)].fetch_add(
        1, std::memory_order_relaxed);
    metrics.charged_micros.fetch_add(static_cast<std::uint64_t>(outcome.charged.value),
                                     std::memory_order_relaxed);
    metrics.uncharged_micros.fetch_add(static_cast<std::uint64_t>(outcome.uncharged.value),
                                       std::memory_order_relaxed);
  }
}

void Ledger::Impl::write_all_counters() {
  const RedoOrdinal end = state.counters.next();
  while (state.counters.logs_before(end) && write_slice(parts, options, state.counters, end)) {
  }
}

}  // namespace gavel

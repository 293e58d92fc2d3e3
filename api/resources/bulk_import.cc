#include "api/resources/bulk_import.h"

#include <algorithm>
#include <utility>

#include "budget/log.h"

namespace gavel {

namespace {

constexpr std::string_view kNoSpace = "no space to keep the lines; nothing was applied";

OperationOutcome failure(int status, std::string detail) {
  OperationOutcome outcome;
  outcome.status = status;
  outcome.detail = std::move(detail);
  return outcome;
}

}  // namespace

BulkImport::BulkImport(const BulkServices& services, BulkOptions options, const Principal& principal,
                       ResponseWriter writer, std::shared_ptr<void> slot)
    : services_(services),
      options_(options),
      principal_(principal),
      slot_(std::move(slot)),
      answers_(services.spool_directory),
      writer_(std::move(writer)),
      lines_(services.line_bytes_max) {}

void BulkImport::on_data(std::string_view piece, Resume resume) {
  {
    const std::lock_guard lock(mutex_);
    if (!answered_) {
      arrived_ += piece;
      schedule();
      if (arrived_.size() >= kBulkBufferedBytes) {
        held_.emplace(std::move(resume));
        return;
      }
    }
  }
  resume();
}

void BulkImport::on_end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  schedule();
}

void BulkImport::schedule() {
  if (scheduled_) return;
  // Where the executor has stopped, the server is stopping too: the writer answers when this is destroyed.
  scheduled_ = services_.executor.submit_continuation([self = shared_from_this()] { self->run(); });
}

void BulkImport::run() {
  std::string text;
  std::optional<Resume> resume;
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    text.swap(arrived_);
    if (held_) resume.emplace(std::move(*held_));
    held_.reset();
    last = ended_;
  }
  if (resume) (*resume)();
  if (!writer_) return;
  const auto visit = [this](std::uint64_t number, std::string_view line, bool too_long) {
    if (writer_) take_line(number, line, too_long);
  };
  lines_.feed(text, visit);
  if (last) lines_.finish(visit);
  commit_group();
  if (last && writer_) finish();
}

void BulkImport::take_line(std::uint64_t number, std::string_view line, bool too_long) {
  if (options_.atomic || options_.validate_only) {
    keep_line(number, line, too_long);
    return;
  }
  if (!transaction_) transaction_ = std::make_unique<Transaction>(services_.registry);
  group_.push_back({number, apply(line, too_long, *transaction_)});
  group_bytes_ += line.size();
  if (group_.size() >= kBulkLinesPerCommit || group_bytes_ >= kBulkBytesPerCommit ||
      transaction_->staged_bytes() >= kBulkStagedBytesPerCommit) {
    commit_group();
  }
}

void BulkImport::keep_line(std::uint64_t number, std::string_view line, bool too_long) {
  const std::uint64_t lines_max = options_.atomic ? kAtomicLinesMax : kValidateLinesMax;
  if (kept_.size() >= lines_max) return refuse(413, "more than " + std::to_string(lines_max) + " lines");
  if (!kept_text_) kept_text_.emplace(services_.spool_directory);
  kept_.push_back({number, kept_text_->length(), line.size(), too_long});
  kept_text_->append(line);
}

OperationOutcome BulkImport::apply(std::string_view line, bool too_long, Transaction& transaction) {
  if (too_long) {
    return failure(413, "a line is at most " + std::to_string(services_.line_bytes_max) + " bytes long");
  }
  return apply_bulk_line(parser_, line, transaction, principal_);
}

void BulkImport::commit_group() {
  if (!transaction_) return;
  const bool durable = !transaction_->commit();
  transaction_.reset();
  const OperationOutcome lost = failure(503, "no space to write; this line was not applied");
  for (const Applied& applied : group_) {
    answer_line(applied.line, durable || !applied.outcome.ok() ? applied.outcome : lost);
  }
  group_.clear();
  group_bytes_ = 0;
}

// False where the import was refused instead.
bool BulkImport::apply_whole() {
  Transaction transaction(services_.registry);
  std::vector<OperationOutcome> outcomes;  // of an atomic import: which line fails is known at the end only
  std::string line;
  for (const KeptLine& kept : kept_) {
    if (!kept_text_->read(kept.begin, kept.size, line)) return refuse(503, kNoSpace), false;
    OperationOutcome outcome = apply(line, kept.too_long, transaction);
    if (transaction.staged_bytes() > kStagedBytesMax) {
      const std::string most = std::to_string(kStagedBytesMax);
      refuse(413, "the documents up to line " + std::to_string(kept.number) + " take more than " + most + " bytes");
      return false;
    }
    if (options_.atomic) {
      outcomes.push_back(std::move(outcome));
    } else {
      answer_line(kept.number, outcome);
    }
  }
  if (options_.atomic) answer_atomic(outcomes, transaction);
  return true;
}

void BulkImport::answer_atomic(const std::vector<OperationOutcome>& outcomes, Transaction& transaction) {
  const auto failed = std::ranges::find_if_not(outcomes, &OperationOutcome::ok);
  std::optional<OperationOutcome> undone;  // in place of what would have been done
  if (failed != outcomes.end()) {
    const KeptLine& line = kept_[static_cast<std::size_t>(failed - outcomes.begin())];
    undone = failure(409, "not applied: line " + std::to_string(line.number) + " failed");
  } else if (!options_.validate_only && transaction.commit()) {
    undone = failure(503, "no space to write; nothing was applied");
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    answer_line(kept_[i].number, undone && outcomes[i].ok() ? *undone : outcomes[i]);
  }
}

void BulkImport::answer_line(std::uint64_t number, const OperationOutcome& outcome) {
  answer_.clear();
  append_bulk_answer(answer_, number, outcome);
  if (outcome.status >= 500) ++lines_failed_;
  answers_.append(answer_);
}

void BulkImport::finish() {
  if ((options_.atomic || options_.validate_only) && !apply_whole()) return;
  kept_text_.reset();  // a file that goes takes its time: not on the worker, which may be the last to hold this
  if (lines_failed_ > 0) {
    log_warning("bulk import: " + std::to_string(lines_failed_) +
                " lines were not applied for want of space");
  }
  ResponseWriter writer = std::move(*writer_);
  writer_.reset();
  auto answers = answers_.finish();
  if (!answers) {
    writer.send_problem(500, "the answers could not be kept (no space, or no file could be made); lines may have been applied");
  } else if (answers->file >= 0) {
    writer.send_file(200, kNdjson, answers->file, answers->length);
  } else {
    writer.buffer() = std::move(answers->text);
    writer.send(200, kNdjson);
  }
}

void BulkImport::refuse(int status, std::string_view detail) {
  ResponseWriter writer = std::move(*writer_);
  writer_.reset();
  {
    const std::lock_guard lock(mutex_);
    answered_ = true;
  }
  kept_.clear();
  kept_text_.reset();
  if (status == 503) writer.header("Retry-After", "1");
  writer.send_problem(status, detail);
}

}  // namespace gavel

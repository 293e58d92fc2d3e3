#include "api/resources/bulk_import.h"

#include <algorithm>
#include <utility>

namespace gavel {

namespace {

OperationOutcome failure(int status, std::string detail) {
  OperationOutcome outcome;
  outcome.status = status;
  outcome.detail = std::move(detail);
  return outcome;
}

}  // namespace

BulkImport::BulkImport(const BulkServices& services, BulkOptions options, const Principal& principal,
                       SpoolFile spool, ResponseWriter writer, std::shared_ptr<void> slot)
    : services_(services),
      options_(options),
      principal_(principal),
      slot_(std::move(slot)),
      spool_(std::move(spool)),
      writer_(std::move(writer)) {}

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
  if (group_.size() >= kBulkLinesPerCommit || group_bytes_ >= kBulkBytesPerCommit) commit_group();
}

void BulkImport::keep_line(std::uint64_t number, std::string_view line, bool too_long) {
  const std::uint64_t lines_max = options_.atomic ? kAtomicLinesMax : kValidateLinesMax;
  if (kept_.size() >= lines_max) {
    refuse("more than " + std::to_string(lines_max) + " lines");
  } else if (kept_text_.size() + line.size() > kWholeBytesMax) {
    refuse("more than " + std::to_string(kWholeBytesMax) + " bytes");
  } else {
    kept_.push_back({number, kept_text_.size(), line.size(), too_long});
    kept_text_ += line;
  }
}

OperationOutcome BulkImport::apply(std::string_view line, bool too_long, Transaction& transaction) {
  if (too_long) return failure(413, "a line is at most " + std::to_string(kBulkLineBytesMax) + " bytes long");
  return apply_bulk_line(parser_, line, transaction, principal_);
}

void BulkImport::commit_group() {
  if (!transaction_) return;
  const bool durable = !transaction_->commit();
  transaction_.reset();
  std::string text;
  for (const Applied& applied : group_) {
    if (durable || !applied.outcome.ok()) {
      append_bulk_answer(text, applied.line, applied.outcome);
    } else {
      append_bulk_answer(text, applied.line, failure(503, "no space to write; this line was not applied"));
    }
  }
  spool_.append(text);
  group_.clear();
  group_bytes_ = 0;
}

void BulkImport::apply_whole() {
  Transaction transaction(services_.registry);
  std::vector<OperationOutcome> outcomes;
  outcomes.reserve(kept_.size());
  std::uint64_t failed_line = 0;
  for (const KeptLine& line : kept_) {
    outcomes.push_back(
        apply(std::string_view(kept_text_).substr(line.begin, line.size), line.too_long, transaction));
    outcomes.back().body.clear();
    if (failed_line == 0 && !outcomes.back().ok()) failed_line = line.number;
  }
  std::string reason;
  int status = 409;
  if (options_.atomic && failed_line != 0) {
    reason = "not applied: line " + std::to_string(failed_line) + " failed";
  } else if (!options_.validate_only && transaction.commit()) {
    reason = "no space to write; nothing was applied";
    status = 503;
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const bool undone = !reason.empty() && outcomes[i].ok();
    std::string text;
    append_bulk_answer(text, kept_[i].number, undone ? failure(status, reason) : outcomes[i]);
    spool_.append(text);
  }
}

void BulkImport::finish() {
  if (options_.atomic || options_.validate_only) apply_whole();
  ResponseWriter writer = std::move(*writer_);
  writer_.reset();
  if (const auto spooled = spool_.finish()) {
    writer.send_file(200, kNdjson, spooled->file, spooled->length);
  } else {
    writer.send_problem(500, "the answers could not be kept (no space); lines before may have been applied");
  }
}

void BulkImport::refuse(std::string_view detail) {
  ResponseWriter writer = std::move(*writer_);
  writer_.reset();
  {
    const std::lock_guard lock(mutex_);
    answered_ = true;
  }
  kept_.clear();
  kept_text_.clear();
  writer.send_problem(413, detail);
}

}  // namespace gavel

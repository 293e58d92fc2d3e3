// POST /v1/bulk: operations line by line, applied while the body is still coming, in bounded memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/response.h"
#include "api/resources/bulk_line.h"
#include "api/resources/executor.h"
#include "api/resources/line_splitter.h"
#include "api/resources/registry.h"
#include "api/resources/spool.h"

namespace gavel {

inline constexpr std::size_t kBulkEnvelopeBytesMax =
    1'024;  // what a line may hold around a body of its own limit
inline constexpr std::size_t kBulkLinesPerCommit = 1'000;
inline constexpr std::size_t kBulkBytesPerCommit = 2 * 1024 * 1024;
inline constexpr std::size_t kBulkStagedBytesPerCommit = 8 * 1024 * 1024;  // a short patch stages a whole document, twice
inline constexpr std::size_t kBulkBufferedBytes = 1024 * 1024;  // read ahead of what is applied
inline constexpr std::uint64_t kAtomicLinesMax = 10'000;
inline constexpr std::uint64_t kValidateLinesMax = 100'000;
// What the documents of one transaction may take of memory, as JSON: far more than so many lines of any real
// catalog.
inline constexpr std::size_t kStagedBytesMax = 512 * 1024 * 1024;

struct BulkOptions {
  bool atomic = false;
  bool validate_only = false;
};

struct BulkServices {
  Registry& registry;
  Executor& executor;
  std::string spool_directory;
  std::size_t line_bytes_max;  // a longer line fails alone with 413
};

// Plain imports: each stretch of lines that has arrived, at most kBulkLinesPerCommit, is one synced write,
// and the answers are spooled until the body has ended. Lines of atomic and validate_only ones are spooled,
// too, until their end, and are then applied in one transaction, which commits only where every line is fine
// and not at all for validate_only. on_data() and on_end() as BodyConsumer says; everything else happens on
// the executor.
class BulkImport : public BodyConsumer, public std::enable_shared_from_this<BulkImport> {
 public:
  // `slot` is kept as long as the import lives: it counts imports.
  BulkImport(const BulkServices& services, BulkOptions options, const Principal& principal, ResponseWriter writer,
             std::shared_ptr<void> slot);

  void on_data(std::string_view piece, Resume resume) override;
  void on_end() override;

 private:
  struct Applied {
    std::uint64_t line;
    OperationOutcome outcome;
  };
  struct KeptLine {
    std::uint64_t number;
    std::uint64_t begin;  // in kept_text_
    std::size_t size;
    bool too_long;
  };

  void schedule();  // requires mutex_
  void run();
  void take_line(std::uint64_t number, std::string_view line, bool too_long);
  void keep_line(std::uint64_t number, std::string_view line, bool too_long);
  OperationOutcome apply(std::string_view line, bool too_long, Transaction& transaction);
  void commit_group();
  bool apply_whole();
  void answer_atomic(const std::vector<OperationOutcome>& outcomes, Transaction& transaction);
  void answer_line(std::uint64_t number, const OperationOutcome& outcome);
  void finish();
  void refuse(int status, std::string_view detail);

  BulkServices services_;
  const BulkOptions options_;
  const Principal& principal_;
  const std::shared_ptr<void> slot_;

  std::mutex mutex_;
  // Protected by mutex_.
  std::string arrived_;
  std::optional<Resume> held_;  // where enough has arrived for now
  bool ended_ = false;
  bool scheduled_ = false;
  bool answered_ = false;

  // Used on the executor only, but for their beginning and end.
  Spool answers_;
  std::optional<ResponseWriter> writer_;
  JsonParser parser_;
  LineSplitter lines_;
  std::unique_ptr<Transaction> transaction_;  // of the group; never beyond one run()
  std::vector<Applied> group_;
  std::size_t group_bytes_ = 0;
  std::optional<Spool> kept_text_;
  std::vector<KeptLine> kept_;
  std::uint64_t lines_failed_ = 0;  // on our side
  std::string answer_;              // to a line; reused
};

}  // namespace gavel

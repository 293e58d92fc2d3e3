#include "api/resources/row_reader.h"

#include <exception>
#include <utility>

#include "api/resources/transaction.h"

namespace gavel {

RowReader::RowReader(const Store& store, ResourceType type)
    : type_(type), thread_([this, &store] { run(store); }) {}

RowReader::~RowReader() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::span<StoredRow> RowReader::next() {
  std::unique_lock lock(mutex_);
  if (lent_) {
    lent_ = false;
    ++taken_;
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return done_ || filled_ > taken_; });
  if (filled_ == taken_) return {};
  lent_ = true;
  Batch& batch = batches_[taken_ % kBatches];
  return std::span(batch.rows).first(batch.size);
}

// What is thrown here (no memory, most likely) must reach whoever waits for rows, not end the process.
void RowReader::run(const Store& store) {
  try {
    read_all(store);
  } catch (const std::exception& error) {
    error_ = "reading the stored " + std::string(collection_name(type_)) + " failed: " + error.what();
  }
  hand_over();
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void RowReader::read_all(const Store& store) {
  JsonParser parser;
  const std::string prefix = resource_key_prefix(type_);
  store.read_through(Family::kResources, prefix, prefix_end(prefix),
                     [&](std::string_view key, std::string_view value) {
                       return read(internal_id_of_key(key), value, parser);
                     });
}

// False where the reading ends.
bool RowReader::read(std::uint32_t internal_id, std::string_view value, JsonParser& parser) {
  auto record = decode_record(value);
  if (!record) {
    error_ = "the stored " + std::string(type_name(type_)) + " with internal id " +
             std::to_string(internal_id) + " cannot be read";
    return false;
  }
  auto doc = read_stored(parser, type_, *record);
  if (!doc) {
    error_ = "the stored " + std::string(type_name(type_)) + " " + record->id + " cannot be read";
    return false;
  }
  if (batch_ == nullptr && !begin_batch()) return false;
  batch_->rows[batch_->size++] = {internal_id, std::move(*record), std::move(*doc)};
  if (batch_->size == kBatchRows) hand_over();
  return true;
}

// Waits until there is one that the caller has done with; false where the caller wants no more.
bool RowReader::begin_batch() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || filled_ < taken_ + kBatches; });
  if (abandoned_) return false;
  batch_ = &batches_[filled_ % kBatches];
  batch_->size = 0;
  return true;
}

void RowReader::hand_over() {
  if (batch_ == nullptr) return;
  batch_ = nullptr;
  const std::lock_guard lock(mutex_);
  ++filled_;
  changed_.notify_all();
}

}  // namespace gavel

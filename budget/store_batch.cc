#include "budget/store_batch.h"

namespace gavel {

WriteBatch::WriteBatch() : impl_(std::make_unique<Impl>()) {}
WriteBatch::~WriteBatch() = default;
WriteBatch::WriteBatch(WriteBatch&&) noexcept = default;
WriteBatch& WriteBatch::operator=(WriteBatch&&) noexcept = default;

void WriteBatch::put(Family family, std::string_view key, std::string_view value) {
  impl_->add(BatchOp::Kind::kPut, family, key, value);
}

void WriteBatch::erase(Family family, std::string_view key) {
  impl_->add(BatchOp::Kind::kErase, family, key, {});
}

void WriteBatch::erase_range(Family family, std::string_view begin, std::string_view end) {
  impl_->add(BatchOp::Kind::kEraseRange, family, begin, end);
}

void WriteBatch::clear() {
  impl_->ops.clear();
  impl_->text.clear();
}

bool WriteBatch::empty() const {
  return impl_->ops.empty();
}

std::size_t WriteBatch::bytes() const {
  return impl_->text.size();
}

void WriteBatch::Impl::add(BatchOp::Kind kind, Family family, std::string_view first,
                           std::string_view second) {
  ops.push_back({.kind = kind, .family = family, .first_size = first.size(), .second_size = second.size()});
  text.append(first).append(second);
}

}  // namespace gavel

#include "auction/word_listings.h"

#include <algorithm>
#include <memory>
#include <new>

namespace gavel {
namespace {

constexpr std::uint32_t kBlockCapacityMax = 4096;
constexpr std::size_t kBytesAListing = sizeof(std::uint32_t) + sizeof(Listing);

bool is_made_so(const TextShape& shape, std::span<const WordId> text, std::span<const WordId> rarest) {
  if (shape.size != text.size() || shape.size != rarest.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != rarest[shape.words[i]]) return false;
  }
  return true;
}

}  // namespace

std::uint32_t shape_of(std::span<const WordId> text, std::span<const WordId> rarest) {
  std::uint32_t best = 0;
  for (std::uint32_t i = 1; i < kTextShapes.size(); ++i) {
    const TextShape& shape = kTextShapes[i];
    if (is_made_so(shape, text, rarest)) return i;
    if (shape.size == 0 && shape.distinct <= rarest.size()) best = i;
  }
  return best;
}

WordListings::Block::Block(Block* before, std::uint32_t size) : older(before), capacity(size) {
  std::uninitialized_default_construct_n(seconds(), size);
  std::uninitialized_default_construct_n(listings(), size);
}

void* WordListings::Block::operator new(std::size_t header, std::uint32_t size) {
  return ::operator new(header + size * kBytesAListing);
}

WordListings::~WordListings() {
  for (const Block* block = newest_.load(std::memory_order_relaxed); block != nullptr;) {
    const Block* const older = block->older;
    delete block;
    block = older;
  }
}

void WordListings::append(TextIx text, WordId second, WordId third, std::uint32_t shape) {
  Block* block = newest_.load(std::memory_order_relaxed);
  if (block == nullptr || block->count.load(std::memory_order_relaxed) == block->capacity) {
    const std::uint32_t capacity = block == nullptr ? 1 : std::min(block->capacity * 2, kBlockCapacityMax);
    block = new (capacity) Block(block, capacity);
    newest_.store(block, std::memory_order_release);
  }
  const std::uint32_t count = block->count.load(std::memory_order_relaxed);
  block->seconds()[count] = second | (shape & 3) * kWordsMax;
  block->listings()[count] = {text, third | shape / 4 * kWordsMax};
  block->count.store(count + 1, std::memory_order_release);
}

std::size_t WordListings::memory_bytes() const {
  std::size_t bytes = 0;
  for (const Block* block = newest_.load(std::memory_order_acquire); block != nullptr; block = block->older)
    bytes += sizeof(Block) + block->capacity * kBytesAListing;
  return bytes;
}

}  // namespace gavel

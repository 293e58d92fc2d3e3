#include "auction/word_listings.h"

#include <memory>
#include <new>

namespace gavel {
namespace {

constexpr std::uint32_t kBlockCapacityMax = 4096;
constexpr std::size_t kBytesAText = sizeof(std::uint32_t) + sizeof(Listing);

}  // namespace

WordListings::Block::Block(Block* before, std::uint32_t size) : older(before), capacity(size) {
  std::uninitialized_default_construct_n(signatures(), size);
  std::uninitialized_default_construct_n(listings(), size);
}

void* WordListings::Block::operator new(std::size_t header, std::uint32_t size) {
  return ::operator new(header + size * kBytesAText);
}

WordListings::~WordListings() {
  for (const Block* block = newest_.load(std::memory_order_relaxed); block != nullptr;) {
    const Block* const older = block->older;
    delete block;
    block = older;
  }
}

void WordListings::append(const Listing& listing, std::uint32_t words) {
  Block* block = newest_.load(std::memory_order_relaxed);
  if (block == nullptr || block->count.load(std::memory_order_relaxed) == block->capacity) {
    const std::uint32_t capacity = block == nullptr ? 1 : std::min(block->capacity * 2, kBlockCapacityMax);
    block = new (capacity) Block(block, capacity);
    newest_.store(block, std::memory_order_release);
  }
  const std::uint32_t count = block->count.load(std::memory_order_relaxed);
  block->signatures()[count] = words;
  block->listings()[count] = listing;
  block->count.store(count + 1, std::memory_order_release);
}

std::size_t WordListings::memory_bytes() const {
  std::size_t bytes = 0;
  for (const Block* block = newest_.load(std::memory_order_acquire); block != nullptr; block = block->older)
    bytes += sizeof(Block) + block->capacity * kBytesAText;
  return bytes;
}

}  // namespace gavel

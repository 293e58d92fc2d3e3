// Names that requests and resources use, each given a number once and for ever (of this process).
#pragma once

#include <array>
#include <cstdint>

#include "auction/interner.h"
#include "auction/resources.h"
#include "auction/text_index.h"

namespace gavel {

using Symbol = std::uint32_t;
inline constexpr Symbol kNoSymbol = 0xFFFFFFFF;

// Grow-only and shared by every snapshot of the catalog. Look-ups never wait, on any thread; growth is for the one
// thread that changes resources.
struct Symbols {
  std::array<Interner, kResourceTypes> ids;  // external id -> internal id (the Index of that type)
  Interner tags, regions, devices, categories, items;
  TextIndex texts;                           // words, keyword texts, and word -> texts

  Interner& of(ResourceType type) { return ids[static_cast<std::size_t>(type)]; }
  const Interner& of(ResourceType type) const { return ids[static_cast<std::size_t>(type)]; }
};

}  // namespace gavel

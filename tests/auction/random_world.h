// Random small marketplaces and requests for comparing fast code with its slow twin.
#pragma once

#include <iterator>
#include <map>
#include <random>
#include <string>

#include "tests/support/auction_world.h"

namespace gavel {

// Draws from a seeded engine in a way that is the same with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  // Uniform enough in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(std::size(list)) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

// Fills an empty world: three or four placements of every kind and mechanism, festivals, and some shops with
// up to about thirty ads between them, with everything that a resource can have. Many bids, click rates and
// qualities are equal, so that ties, cuts and shared prices are common.
void populate(AuctionWorld& world, Dice& dice);

// Makes money tight and ads many: budgets for a few clicks, and nothing else that keeps an ad out, so that
// holds fail one after the other while an auction is decided.
void tighten(AuctionWorld& world, Dice& dice);

// Spends, holds, paces, shows and clicks something, so that budgets, caps and the engine's own estimates come in.
void live_a_little(AuctionWorld& world, Dice& dice);

// Changes one document of a kind with `change(doc)` and puts it again; nothing where there is none.
template <class Doc, class Change>
void edit_any(AuctionWorld& world, Dice& dice, std::map<std::string, Doc>& docs, const Change& change) {
  if (docs.empty()) return;
  const auto at = std::next(docs.begin(), dice.between(0, static_cast<std::int64_t>(docs.size()) - 1));
  world.edit(docs, at->first, change);
}

// A request in such a world, with one to four auctions. Its views point into the world and into literals.
AuctionRequest random_request(const AuctionWorld& world, Dice& dice);

}  // namespace gavel

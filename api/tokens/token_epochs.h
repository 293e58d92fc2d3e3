// Which tokens a data directory has issued, so that those of another future of it are told apart.
//
// Every start of the server issues tokens under an epoch of its own, drawn at random: two copies of one directory never
// share an epoch, even if they start in the same moment. A directory accepts the tokens of the epochs that it knows; in a
// checkpoint the epoch in which it was made ends with the serial numbers of that moment, since what was issued
// afterwards may speak of resources that the copy gives the same internal ids as others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "budget/claims.h"

namespace gavel {

// As many starts are remembered; the tokens of earlier ones are no longer accepted.
inline constexpr std::size_t kTokenEpochsMax = 4'096;

// Immutable once the server runs: safe to share.
class TokenEpochs {
 public:
  // Nothing where the bytes are not those of encode().
  static std::optional<TokenEpochs> decode(std::string_view bytes);
  std::string encode() const;

  // Adds `epoch` as the newest. False, and nothing happens, where it is known already.
  bool begin(std::uint32_t epoch);
  // Of the newest epoch, only the tokens below these serial numbers (by worker) were issued here. Requires at least one
  // worker. Nothing happens where there is no epoch.
  void end_newest(std::vector<std::uint64_t> next_serials);

  // Whether the token was issued by this directory or, before it was copied, by the one that it is a copy of.
  bool issued(TokenId id) const;

 private:
  struct Epoch {
    std::uint32_t number = 0;
    std::vector<std::uint64_t> next_serials;  // by worker; empty: all of the epoch's tokens are ours
  };
  std::vector<Epoch> epochs_;  // in the order of their starts
};

}  // namespace gavel

#include "api/tokens/token_epochs.h"

#include <algorithm>
#include <ranges>

#include "budget/big_endian.h"

namespace gavel {

// Each epoch: number u32, workers u8 (0 = not ended), the next serial of each u64.
std::string TokenEpochs::encode() const {
  std::string bytes;
  for (const Epoch& epoch : epochs_) {
    append_big_endian(bytes, epoch.number);
    append_big_endian(bytes, static_cast<std::uint8_t>(epoch.next_serials.size()));
    for (const std::uint64_t serial : epoch.next_serials) append_big_endian(bytes, serial);
  }
  return bytes;
}

std::optional<TokenEpochs> TokenEpochs::decode(std::string_view bytes) {
  TokenEpochs read;
  BigEndianReader in(bytes);
  while (!in.complete()) {
    Epoch epoch{.number = in.read<std::uint32_t>(), .next_serials = {}};
    epoch.next_serials.resize(in.read<std::uint8_t>());
    for (std::uint64_t& serial : epoch.next_serials) serial = in.read<std::uint64_t>();
    if (in.failed()) return std::nullopt;
    read.epochs_.push_back(std::move(epoch));
  }
  return read;
}

bool TokenEpochs::begin(std::uint32_t epoch) {
  if (std::ranges::find(epochs_, epoch, &Epoch::number) != epochs_.end()) return false;
  if (epochs_.size() == kTokenEpochsMax) epochs_.erase(epochs_.begin());
  epochs_.push_back({.number = epoch, .next_serials = {}});
  return true;
}

void TokenEpochs::end_newest(std::vector<std::uint64_t> next_serials) {
  if (!epochs_.empty()) epochs_.back().next_serials = std::move(next_serials);
}

bool TokenEpochs::issued(TokenId id) const {
  // Nearly all tokens are of the newest epochs.
  const auto epoch = std::find_if(epochs_.rbegin(), epochs_.rend(),
                                  [id](const Epoch& known) { return known.number == id.epoch; });
  if (epoch == epochs_.rend()) return false;
  if (epoch->next_serials.empty()) return true;
  const std::uint8_t worker = worker_of(id);
  return worker < epoch->next_serials.size() && number_of(id) < epoch->next_serials[worker];
}

}  // namespace gavel

// The ends of RocksDB's log and manifest after a power cut, read without RocksDB.
//
// A batch that was being synced when the power went was never answered, and may be on the disk in part. Where
// it ends too early RocksDB drops it. But a disk writes sectors in any order, so a batch of several sectors
// may also have holes: sectors of zeros with good bytes behind them. RocksDB takes that for damage and does
// not open, with everything that was answered in it. Since every write is synced before the next begins, such
// a batch can only be the last one of the newest log, and that is how it is told from damage. The same holds
// for the manifest, which has the same format: what an edit allows is done after it was synced.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gavel {

// Where the content of a log must be cut because its last batch has holes: where that batch begins. Nothing
// where no batch is damaged, where a batch begins after the damaged one (then that one had been synced, and
// may have been answered), or where no sector of it is missing (then its bytes were changed, which no power
// cut does).
std::optional<std::size_t> find_torn_batch(std::string_view log);

// Cuts the newest log that is not empty and the current manifest in this RocksDB directory there, and syncs
// them. What was done, a line for a person each; empty where nothing had to be done, or could be.
std::vector<std::string> cut_torn_batches(const std::string& directory);

}  // namespace gavel

#include "budget/pacing_store.h"

#include <string>
#include <string_view>

#include "budget/big_endian.h"

namespace gavel {
namespace {

// Keys: 'c' placement, region, 0, device -> a cell of the forecast; 'm' block -> the pacer's memory of its campaigns;
// 'a' advertiser -> what the pacer remembers of its budget; 't' minute, block -> the minutes of its campaigns.
constexpr char kCell = 'c', kMemory = 'm', kAdvertiser = 'a', kMinute = 't';
constexpr std::int64_t kMinuteMicros = 60'000'000;

std::string cell_key(const TrafficCell& cell) {
  std::string key(1, kCell);
  append_big_endian(key, cell.placement.value);
  key += cell.region;
  key.push_back('\0');
  return key += cell.device;
}

std::string memory_key(std::uint32_t block) {
  std::string key(1, kMemory);
  append_big_endian(key, block);
  return key;
}

std::string advertiser_key(AdvertiserIx advertiser) {
  std::string key(1, kAdvertiser);
  append_big_endian(key, advertiser.value);
  return key;
}

std::string minute_key(std::int64_t minute, std::uint32_t block) {
  std::string key(1, kMinute);
  append_ordered(key, minute);
  append_big_endian(key, block);
  return key;
}

// Seven bits a byte, the lowest first: most figures are small.
void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  std::uint64_t read() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

 private:
  std::string_view rest_;
};

std::string encode_minutes(const std::vector<std::pair<CampaignIx, PacingMinute>>& minutes) {
  std::string out;
  for (const auto& [campaign, minute] : minutes) {
    append_varint(out, campaign.value % Pacer::kPacingBlock);
    append_varint(out, static_cast<std::uint64_t>(minute.target.value));
    append_varint(out, static_cast<std::uint64_t>(minute.spent.value));
    append_varint(out, static_cast<std::uint64_t>(minute.participation.nano));
    append_varint(out, minute.eligible);
    append_varint(out, minute.shown);
  }
  return out;
}

std::optional<PacingMinute> find_minute(std::string_view bytes, std::uint32_t place) {
  VarintReader in(bytes);
  while (!in.at_end()) {
    const bool wanted = in.read() == place;
    PacingMinute minute;
    minute.target.value = static_cast<std::int64_t>(in.read());
    minute.spent.value = static_cast<std::int64_t>(in.read());
    minute.participation.nano = static_cast<std::int32_t>(in.read());
    minute.eligible = static_cast<std::uint32_t>(in.read());
    minute.shown = static_cast<std::uint32_t>(in.read());
    if (wanted) return minute;
  }
  return std::nullopt;
}

// One large write would hold up the ledger's for as long as it takes.
constexpr std::size_t kSliceBytes = 256 * 1024;

// Puts and erases in slices that are each written whole. After the first that is refused nothing is written.
class SlicedWrite {
 public:
  explicit SlicedWrite(Store& store) : store_(store) {}
  WriteBatch& batch() { return batch_; }
  // Between two entries that may part.
  void cut() {
    if (batch_.bytes() >= kSliceBytes) write();
  }
  std::optional<StoreError> finish() {
    write();
    return error_;
  }

 private:
  void write() {
    if (!error_ && !batch_.empty()) error_ = store_.write(batch_);
    batch_.clear();
  }

  Store& store_;
  WriteBatch batch_;
  std::optional<StoreError> error_;
};

}  // namespace

void load_forecast(const Store& store, TrafficForecast& forecast) {
  store.scan(Family::kPacing, std::string(1, kCell), std::string(1, kCell + 1),
             [&](std::string_view, std::string_view value) {
               forecast.restore(value);
               return true;
             });
}

void load_pacer(const Store& store, Pacer& pacer) {
  store.scan(Family::kPacing, std::string(1, kMemory), std::string(1, kMemory + 1),
             [&](std::string_view key, std::string_view value) {
               BigEndianReader in(key.substr(1));
               pacer.restore_block(in.read<std::uint32_t>(), value);
               return true;
             });
  store.scan(Family::kPacing, std::string(1, kAdvertiser), std::string(1, kAdvertiser + 1),
             [&](std::string_view key, std::string_view value) {
               BigEndianReader in(key.substr(1));
               pacer.advertisers().restore({in.read<std::uint32_t>()}, value);
               return true;
             });
}

std::optional<StoreError> save_pacing(Store& store, Pacer& pacer, const TrafficForecast& forecast,
                                      const std::vector<std::uint32_t>& learned, Timestamp now,
                                      bool drop_old) {
  const std::int64_t minute = to_micros(now) / kMinuteMicros;
  SlicedWrite out(store);
  WriteBatch& batch = out.batch();
  for (std::uint32_t block = 0; block < pacer.block_count(); ++block) {
    const auto minutes = pacer.take_minute(block);
    // A block in which nothing moves keeps the memory that it has.
    if (minutes.empty()) continue;
    batch.put(Family::kPacing, minute_key(minute, block), encode_minutes(minutes));
    if (const std::string memory = pacer.encode_block(block); !memory.empty())
      batch.put(Family::kPacing, memory_key(block), memory);
    out.cut();
  }
  for (const auto& [advertiser, memory] : pacer.advertisers().take_moved()) {
    if (memory.empty()) {
      batch.erase(Family::kPacing, advertiser_key(advertiser));
    } else {
      batch.put(Family::kPacing, advertiser_key(advertiser), memory);
    }
    out.cut();
  }
  for (const std::uint32_t cell : learned)
    batch.put(Family::kPacing, cell_key(forecast[cell]), forecast.encode(cell));
  const std::int64_t oldest = to_micros(now - kPacingMinutesKept) / kMinuteMicros;
  if (drop_old) batch.erase_range(Family::kPacing, std::string(1, kMinute), minute_key(oldest, 0));
  return out.finish();
}

std::vector<TimedPacingMinute> read_pacing_minutes(const Store& store, CampaignIx campaign, Timestamp from,
                                                   Timestamp to) {
  std::vector<TimedPacingMinute> minutes;
  const std::uint32_t block = campaign.value / Pacer::kPacingBlock;
  store.snapshot()->skip_scan(
      Family::kPacing, minute_key(to_micros(from) / kMinuteMicros + 1, block),
      [&](std::string_view key, std::string_view value) -> std::optional<std::string> {
        BigEndianReader in(key.substr(1));
        const std::int64_t minute = in.read_ordered64();
        const auto here = in.read<std::uint32_t>();
        const Timestamp end = from_micros(minute * kMinuteMicros);
        if (key.front() != kMinute || end > to) return std::nullopt;
        if (here < block) return minute_key(minute, block);
        if (here == block) {
          if (const auto figures = find_minute(value, campaign.value % Pacer::kPacingBlock))
            minutes.push_back({end, *figures});
        }
        return minute_key(minute + 1, block);
      });
  return minutes;
}

}  // namespace gavel

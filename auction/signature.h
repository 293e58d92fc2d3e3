// Sets of names as a few bits: each name is one of them, so that sets that share a name share a bit (a Bloom filter with one hash
// function, CACM 1970). Names that fall on one bit are taken for each other.
#pragma once

#include <cstdint>

#include "auction/symbols.h"

namespace gavel {

// So many bits of a field from the first on. Names are numbered in the order in which they came, which spreads them evenly.
template <class Field, unsigned kCount = sizeof(Field) * 8, unsigned kFirst = 0>
struct SignatureBits {
  static constexpr Field of(std::uint32_t number) { return static_cast<Field>(Field{1} << (kFirst + number % kCount)); }
  static constexpr Field kMask = static_cast<Field>((~std::uint64_t{0} >> (64 - kCount)) << kFirst);

  template <class List>
  static Field signature(const List& symbols) {
    Field signature = 0;
    for (const Symbol symbol : symbols) signature |= of(symbol);
    return signature;
  }
};

using TagBits = SignatureBits<std::uint64_t, 63>;
using RegionBits = SignatureBits<std::uint32_t>;
using CategoryBits = SignatureBits<std::uint32_t>;
using DeviceBits = SignatureBits<std::uint16_t>;
using PlacementBits = SignatureBits<std::uint16_t>;
// Of the local time, in one field: two hours of the day, those of workdays and of weekends apart, and the weekday. Most
// schedules are one for the days of work and one for the others: of hours for all days together neither would keep anybody out.
using SlotBits = SignatureBits<std::uint32_t, 24>;
using WeekdayBits = SignatureBits<std::uint32_t, 7, 24>;

inline constexpr std::uint32_t kSaturday = 5;  // 0 = Monday
inline constexpr std::uint32_t kWorkdays = (1u << kSaturday) - 1;
inline constexpr std::uint32_t kSlotMinutes = 120;

inline std::uint32_t slot_of(std::uint32_t day, std::uint32_t minute_of_day) {
  return minute_of_day / kSlotMinutes + (day < kSaturday ? 0 : 24 * 60 / kSlotMinutes);
}

inline std::uint32_t time_bits(std::uint32_t day, std::uint32_t minute_of_day) {
  return SlotBits::of(slot_of(day, minute_of_day)) | WeekdayBits::of(day);
}

// All that a schedule's entry touches (resources.h).
inline std::uint32_t time_bits(std::uint8_t days, std::uint16_t from_minute, std::uint16_t to_minute) {
  std::uint32_t times = 0;
  for (std::uint32_t day = 0; day < 7; ++day) {
    if ((days >> day & 1) != 0) times |= WeekdayBits::of(day);
  }
  for (std::uint32_t minute = from_minute / kSlotMinutes * kSlotMinutes; minute < to_minute; minute += kSlotMinutes) {
    if ((days & kWorkdays) != 0) times |= SlotBits::of(slot_of(0, minute));
    if ((days & ~kWorkdays) != 0) times |= SlotBits::of(slot_of(kSaturday, minute));
  }
  return times;
}

// Whether one of these times may be that of `now`, time_bits() of a day and a minute.
inline bool may_be_at(std::uint32_t times, std::uint32_t now) {
  return (times & now & SlotBits::kMask) != 0 && (times & now & WeekdayBits::kMask) != 0;
}

}  // namespace gavel

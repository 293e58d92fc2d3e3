// The seven kinds of resources as their owners write them: plain data, external ids, defaults as in the contract.
// What auctions read is made from these by CatalogEditor (catalog.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budget/ids.h"
#include "budget/money.h"
#include "budget/pacing.h"
#include "budget/pacing_law.h"
#include "budget/time.h"

namespace gavel {

enum class ResourceType : std::uint8_t { kAdvertiser, kCampaign, kAdGroup, kAd, kKeyword, kPlacement, kFestival };
inline constexpr int kResourceTypes = 7;

struct AdvertiserDoc {
  std::string name{};
  bool active = true;                    // status: active | suspended
  std::optional<Micros> balance{};         // opening balance; none = on account
  std::optional<Micros> daily_budget{};
  Factor shop_score{};                     // (0, 10]
  bool operator==(const AdvertiserDoc&) const = default;
};

struct ScheduleEntry {
  std::uint8_t days = 0;                 // bit 0 = Monday .. bit 6 = Sunday
  std::uint16_t from_minute = 0;         // 0 .. 1439
  std::uint16_t to_minute = 1440;        // from_minute + 1 .. 1440
  Factor bid_multiplier{};
  bool operator==(const ScheduleEntry&) const = default;
};

using NamedFactors = std::vector<std::pair<std::string, Factor>>;  // by name, ascending in byte order

struct BidMultipliers {
  NamedFactors device{}, region{}, tag{};
  bool operator==(const BidMultipliers&) const = default;
};

struct FrequencyCap {
  std::uint32_t impressions = 0;         // 1 .. kFrequencyImpressionsMax
  std::uint32_t window_s = 0;            // 1 .. kFrequencyWindowMax
  bool operator==(const FrequencyCap&) const = default;
};

struct FestivalEntry {
  std::string festival_id{};
  Factor bid_multiplier{};
  std::optional<Micros> daily_budget{};    // extra money a day; none = no extra money
  bool operator==(const FestivalEntry&) const = default;
};

struct CampaignDoc {
  std::string advertiser_id{};
  std::string name{};
  Pricing pricing = Pricing::kCpc;
  bool enabled = true;                   // status: enabled | paused
  std::optional<Micros> daily_budget{}, lifetime_budget{};
  PacingMode pacing = PacingMode::kEven;
  PacingMethod pacing_method = PacingMethod::kThrottle;
  std::optional<Timestamp> start_time{}, end_time{};  // [start, end)
  std::vector<ScheduleEntry> schedule{};   // empty = always
  std::vector<std::string> regions{}, devices{};      // empty = all
  BidMultipliers bid_multipliers{};
  std::optional<FrequencyCap> frequency_cap{};
  std::vector<FestivalEntry> festivals{};
  bool operator==(const CampaignDoc&) const = default;
};

struct AudienceClause {
  std::vector<std::string> all{}, none{};    // holds for a user with all of `all` and none of `none`
  bool operator==(const AudienceClause&) const = default;
};

struct AdGroupDoc {
  std::string campaign_id{};
  std::string name{};
  Micros bid{};
  bool enabled = true;
  std::vector<std::string> placements{}, categories{};  // empty = all
  std::vector<AudienceClause> audience{};             // empty = everyone; else any clause
  bool operator==(const AdGroupDoc&) const = default;
};

struct AdDoc {
  std::string ad_group_id{};
  std::string item_id{};
  std::string title{};
  std::string landing_url{};
  std::optional<std::string> image_url{};
  std::optional<std::string> category_id{};
  Factor quality{};                        // (0, 100]
  std::optional<Probability> pctr{}, pcvr{};
  bool enabled = true;
  bool operator==(const AdDoc&) const = default;
};

enum class MatchType : std::uint8_t { kExact, kPhrase, kBroad };  // best first
inline constexpr int kMatchTypes = 3;

struct KeywordDoc {
  std::string ad_group_id{};
  std::string text{};
  MatchType match = MatchType::kBroad;
  std::optional<Micros> bid{};             // none = the ad group's
  bool negative = false;
  bool enabled = true;
  bool operator==(const KeywordDoc&) const = default;
};

enum class PlacementKind : std::uint8_t { kSearch, kDisplay };
enum class Mechanism : std::uint8_t { kGsp, kVcg, kFirstPrice };

struct PlacementDoc {
  PlacementKind kind = PlacementKind::kSearch;
  std::vector<Probability> position_ctr{};  // 1 .. kPositionsMax of them, the first is one, non-increasing
  bool accepts_cpc = true, accepts_cpm = true;
  Mechanism mechanism = Mechanism::kGsp;
  Micros reserve_cpc{0}, reserve_cpm{0};
  Micros increment_cpc{10'000}, increment_cpm{100'000};
  Factor squash{};                          // [0, 2]
  std::uint32_t max_ads_per_advertiser = 1;
  Probability default_pctr{20'000'000};   // 0.02
  bool operator==(const PlacementDoc&) const = default;
};

// A corner of a traffic curve.
struct TrafficPoint {
  std::uint32_t at_s = 0;                // from the phase's start, 0 .. kTrafficPointSecondsMax
  Factor multiplier{};                   // [0.01, 1000]
  bool operator==(const TrafficPoint&) const = default;
};

struct FestivalPhase {
  std::string name{};
  Timestamp start{}, end{};                   // [start, end)
  Factor boost{};
  // How many times the usual traffic is expected (festival_traffic.h).
  Factor traffic_multiplier{};              // [0.1, 100]
  std::vector<TrafficPoint> traffic_curve{};  // by at_s, ascending; empty = the same all through the phase
  bool operator==(const FestivalPhase&) const = default;
};

struct FestivalDoc {
  std::string name{};
  std::vector<FestivalPhase> phases{};      // in order, not overlapping
  std::vector<std::string> categories{};    // empty = all
  bool operator==(const FestivalDoc&) const = default;
};

inline constexpr std::size_t kPositionsMax = 40;
inline constexpr std::size_t kTrafficPointsMax = 240;  // of one phase
inline constexpr std::uint32_t kTrafficPointSecondsMax = 366 * 86'400;

}  // namespace gavel

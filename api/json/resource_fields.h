// The kinds of fields that resource documents are made of, read into plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"
#include "auction/resources.h"

namespace gavel {

enum class ReadMode : std::uint8_t {
  kRequest,  // all rules hold
  kStored,   // a document that was accepted once: types must fit, but bounds that may have been tightened
             // since do not count
};

// Bounds of documents beyond those of the contract; lengths in characters.
inline constexpr std::size_t kNameLengthMax = 256;  // names and titles
inline constexpr std::size_t kUrlLengthMax = 2'048;
inline constexpr std::size_t kKeywordTextLengthMax = 256;
inline constexpr std::size_t kAttributeLengthMax = 64;  // a region, device or tag
inline constexpr std::size_t kRegionsMax = 1'000;
inline constexpr std::size_t kDevicesMax = 32;
inline constexpr std::size_t kScheduleEntriesMax = 168;
inline constexpr std::size_t kBidMultipliersMax = 1'000;  // of one kind
inline constexpr std::size_t kCampaignFestivalsMax = 32;
inline constexpr std::size_t kAdGroupPlacementsMax = 100;
inline constexpr std::size_t kCategoriesMax = 1'000;
inline constexpr std::size_t kAudienceClausesMax = 32;
inline constexpr std::size_t kClauseTagsMax = 64;  // of `all` and of `none`
inline constexpr std::size_t kFestivalPhasesMax = 32;

inline constexpr Factor kSmallestFactor{1};
inline constexpr Factor kShopScoreMax{10'000'000};
inline constexpr Factor kQualityMax{100'000'000};
inline constexpr Factor kSquashMax{2'000'000};
inline constexpr Factor kTrafficMultiplierMin{100'000};      // of a phase: 0.1
inline constexpr Factor kTrafficMultiplierMax{100'000'000};  // 100
inline constexpr Factor kTrafficPointMin{10'000};            // of a point of its curve: 0.01
inline constexpr Factor kTrafficPointMax{1'000'000'000};     // 1,000

// Whether a URL names its scheme, or may leave it to the page that shows it ("//host/path", RFC 3986,
// section 4.2).
enum class UrlScheme : std::uint8_t { kRequired, kOptional };

// Reads fields of one object. What is absent or null keeps its default.
class FieldReader {
 public:
  FieldReader(ObjectReader& in, ReadMode mode) : in_(in), mode_(mode) {}

  ObjectReader& in() { return in_; }
  bool strict() const { return mode_ == ReadMode::kRequest; }
  ReadMode mode() const { return mode_; }

  void text(std::string_view name, Need need, std::size_t length_max, std::string& out);
  void id(std::string_view name, Need need, std::string& out);
  void optional_id(std::string_view name, std::optional<std::string>& out);
  void url(std::string_view name, Need need, UrlScheme scheme, std::string& out);
  void optional_url(std::string_view name, UrlScheme scheme, std::optional<std::string>& out);
  void amount(std::string_view name, Need need, Micros min, Micros max, Micros& out);
  void optional_amount(std::string_view name, Micros min, Micros max, std::optional<Micros>& out);
  void optional_probability(std::string_view name, std::optional<Probability>& out);
  void optional_timestamp(std::string_view name, std::optional<Timestamp>& out);
  void multiplier(std::string_view name, Factor& out);
  // Wall-clock minutes of "HH:MM", 24:00 included.
  void minute(std::string_view name, std::uint16_t& out);

  // Lists of distinct strings; an empty one is an error.
  void ids(std::string_view name, std::size_t max, std::vector<std::string>& out);
  void attributes(std::string_view name, std::size_t max, std::vector<std::string>& out);
  // A list of whatever `visit` reads.
  bool list(std::string_view name, Need need, std::size_t max, CallableRef<void(const JsonNode&)> visit);

 private:
  ListRule list_rule(std::size_t max) const { return strict() ? ListRule{1, max} : ListRule{0, SIZE_MAX}; }
  StringRule string_rule(std::size_t length_max) const {
    return strict() ? StringRule{1, length_max, false} : StringRule{0, SIZE_MAX, true};
  }
  void strings(std::string_view name, std::size_t max, bool are_ids, std::vector<std::string>& out);
  friend void read_named_factors(FieldReader& fields, std::string_view name, NamedFactors& out);

  ObjectReader& in_;
  ReadMode mode_;
};

// {"mobile": 1.1, ...}: sorted by name; members that are null are left out, as a merge patch leaves them.
void read_named_factors(FieldReader& fields, std::string_view name, NamedFactors& out);

// http or https, with a host, without spaces and control characters.
bool is_web_url(std::string_view text, UrlScheme scheme);

}  // namespace gavel

// GET /v1/reports as asked: what to group by, the hours, the filters, the page.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/field_error.h"
#include "api/http/request.h"
#include "auction/symbols.h"
#include "budget/calendar.h"
#include "budget/reports.h"
#include "budget/result.h"

namespace gavel {

// What rows can be grouped by; those after kHour are ids, null where a row has none.
enum class ReportColumn : std::uint8_t {
  kDay,
  kHour,
  kAdvertiser,
  kCampaign,
  kAdGroup,
  kAd,
  kKeyword,
  kPlacement,
  kFestival
};
inline constexpr std::size_t kReportColumns = 9;

struct ReportColumnInfo {
  std::string_view group;             // as group_by calls it
  std::string_view name;              // of the column, and of the filter where it has one
  std::optional<ResourceType> id_of;  // whose ids it holds
};
const ReportColumnInfo& info_of(ReportColumn column);

inline constexpr std::size_t kReportPageDefault = 1'000;
inline constexpr std::size_t kReportPageMax = 10'000;
inline constexpr std::chrono::hours kReportSpanMax{24 * 400};

// A row's place in the order of rows: the text of each group column, empty for null.
using ReportRowKey = std::vector<std::string>;

struct ReportQuery {
  std::vector<ReportColumn> group_by;
  Timestamp from, to;  // whole hours of the zone, from < to
  // By ReportColumn: the only internal id to look at. kNoSuchId where no such id was ever given: no row has
  // it.
  std::array<std::optional<std::uint32_t>, kReportColumns> filters;
  std::optional<std::size_t> page_size;  // none: the default for JSON, everything for CSV
  std::optional<ReportRowKey> after;     // from the page token: rows after this one
  bool csv = false;

  static constexpr std::uint32_t kNoSuchId = 0xFFFFFFFE;

  bool keeps(const ReportKey& key) const;
};

// The names of the query parameters that a report knows, for the router.
std::vector<std::string> report_parameters();

// Reads the request's parameters. An advertiser's key limits the report to its own rows. All that is wrong is
// told at once, by the parameter's name.
Result<ReportQuery, FieldErrors> parse_report_query(const Request& request, const Calendar& calendar,
                                                    const Symbols& symbols);

// The token that asks for the rows after `last` of the same report.
std::string report_page_token(const ReportQuery& query, const ReportRowKey& last);

}  // namespace gavel

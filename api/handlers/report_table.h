// Report rows summed up by group, in bounded memory, and written as JSON or CSV.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/handlers/report_query.h"

namespace gavel {

// Groups of one report, about 150 bytes each; a report of more is refused.
inline constexpr std::size_t kReportGroupsMax = 1'000'000;

// The group columns of one sum: days since 1970, seconds since 1970 or internal ids; unused places are 0.
using ReportGroup = std::array<std::int64_t, kReportColumns>;

// One row of the answer.
struct ReportRow {
  ReportRowKey key;
  ReportCounters counters;
};

class ReportTable {
 public:
  // `query`, `calendar` and `symbols` outlive the table. Without group columns there is one row from the
  // start.
  ReportTable(const ReportQuery& query, const Calendar& calendar, const Symbols& symbols,
              std::size_t groups_max = kReportGroupsMax);

  // Adds what is counted under `key` where the query keeps it. False where that would make a group too many:
  // the table is of no use then.
  bool add(const ReportKey& key, const ReportCounters& counters);

  struct Page {
    std::vector<ReportRow>
        rows;  // by the group columns in their order: null first, times ascending, ids by bytes
    bool more = false;
  };
  // The rows after query.after, at most `size` of them.
  Page page(std::size_t size) const;

 private:
  struct GroupHash {
    std::size_t operator()(const ReportGroup& group) const noexcept;
  };
  ReportGroup group_of(const ReportKey& key);
  ReportRowKey key_of(const ReportGroup& group) const;
  bool before(const ReportGroup& a, const ReportGroup& b) const;
  std::int64_t day_of(Timestamp hour);

  const ReportQuery& query_;
  const Calendar& calendar_;
  const Symbols& symbols_;
  std::size_t groups_max_;
  std::unordered_map<ReportGroup, ReportCounters, GroupHash> sums_;
  Timestamp last_hour_ = Timestamp::min();  // rows come by the hour: the day is looked up once for each
  std::int64_t last_day_ = 0;
};

// {"rows": [...], "next_page_token": token or null}
void write_report_json(const ReportQuery& query, const ReportTable::Page& page, std::string& out);

// RFC 4180: a header line, then a line a row, each ended by CRLF; null is an empty field. No value needs
// quotes: times, numbers and ids hold neither commas nor quotes nor line ends.
void write_report_csv(const ReportQuery& query, const ReportTable::Page& page, std::string& out);

}  // namespace gavel

#include "api/handlers/report_query.h"

#include <algorithm>
#include <charconv>

#include "api/http/accept.h"
#include "api/json/json_reader.h"
#include "api/json/timestamp.h"

namespace gavel {
namespace {

constexpr std::array<ReportColumnInfo, kReportColumns> kColumns{{
    {"day", "day", std::nullopt},
    {"hour", "hour", std::nullopt},
    {"advertiser", "advertiser_id", ResourceType::kAdvertiser},
    {"campaign", "campaign_id", ResourceType::kCampaign},
    {"ad_group", "ad_group_id", ResourceType::kAdGroup},
    {"ad", "ad_id", ResourceType::kAd},
    {"keyword", "keyword_id", ResourceType::kKeyword},
    {"placement", "placement_id", ResourceType::kPlacement},
    {"festival", "festival_id", ResourceType::kFestival},
}};

constexpr char kTokenSeparator = '~';  // stands in no id and needs no escape in a URL

// Names the report that a token belongs to: everything but the page.
std::uint64_t fingerprint(const ReportQuery& query) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;  // FNV-1a, 64 bits
  const auto add = [&hash](std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) hash = (hash ^ (number >> shift & 0xFF)) * 1'099'511'628'211U;
  };
  add(static_cast<std::uint64_t>(to_micros(query.from)));
  add(static_cast<std::uint64_t>(to_micros(query.to)));
  for (const ReportColumn column : query.group_by) add(static_cast<std::uint64_t>(column) + 1);
  for (const auto& filter : query.filters) add(filter ? *filter + std::uint64_t{1} : 0);
  return hash;
}

std::string fingerprint_text(const ReportQuery& query) {
  std::array<char, 16> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), fingerprint(query), 16).ptr;
  return {text.data(), end};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

class QueryReader {
 public:
  QueryReader(const Request& request, const Calendar& calendar, const Symbols& symbols)
      : request_(request), calendar_(calendar), symbols_(symbols) {}

  Result<ReportQuery, FieldErrors> read() {
    read_group_by();
    read_times();
    read_filters();
    read_page_size();
    if (errors_.empty()) read_page_token();
    if (!errors_.empty()) return errors_;
    return std::move(query_);
  }

 private:
  void refuse(std::string_view parameter, std::string reason) {
    errors_.push_back({std::string(parameter), std::move(reason)});
  }

  void read_group_by() {
    const auto text = request_.query("group_by");
    if (!text || text->empty()) return;
    for (const std::string_view name : split(*text, ',')) {
      const auto column = std::ranges::find(kColumns, name, &ReportColumnInfo::group);
      if (column == kColumns.end()) {
        return refuse(
            "group_by",
            "is a list of day, hour, advertiser, campaign, ad_group, ad, keyword, placement, festival");
      }
      const auto value = static_cast<ReportColumn>(column - kColumns.begin());
      if (std::ranges::find(query_.group_by, value) != query_.group_by.end()) {
        return refuse("group_by", "names " + std::string(name) + " twice");
      }
      query_.group_by.push_back(value);
    }
  }

  bool read_hour(std::string_view name, Timestamp& out) {
    const auto text = request_.query(name);
    if (!text) {
      refuse(name, "is required");
    } else if (!parse_timestamp(*text, out)) {
      refuse(name, "is not an RFC 3339 time");
    } else if (calendar_.hour_begin(out) != out) {
      refuse(name, "is not a whole hour of the platform's time zone");
    } else {
      return true;
    }
    return false;
  }

  void read_times() {
    const bool from = read_hour("from", query_.from);
    const bool to = read_hour("to", query_.to);
    if (!from || !to) return;
    if (query_.from >= query_.to) return refuse("to", "is not after from");
    if (query_.to - query_.from > kReportSpanMax) refuse("to", "is more than 400 days after from");
  }

  void read_filters() {
    for (std::size_t i = 0; i < kReportColumns; ++i) {
      if (!kColumns[i].id_of) continue;
      const auto id = request_.query(kColumns[i].name);
      if (!id) continue;
      if (!is_id(*id)) {
        refuse(kColumns[i].name, "is not an id");
        continue;
      }
      query_.filters[i] = internal_id(*kColumns[i].id_of, *id);
    }
    const Principal* const caller = request_.principal;
    if (caller == nullptr || caller->role != Role::kAdvertiser) return;
    auto& advertiser = query_.filters[static_cast<std::size_t>(ReportColumn::kAdvertiser)];
    const std::uint32_t own = internal_id(ResourceType::kAdvertiser, caller->advertiser_id);
    advertiser = advertiser.value_or(own) == own ? own : ReportQuery::kNoSuchId;
  }

  std::uint32_t internal_id(ResourceType type, std::string_view id) const {
    const std::uint32_t number = symbols_.of(type).find(id);
    return number == Interner::kAbsent ? ReportQuery::kNoSuchId : number;
  }

  void read_page_size() {
    const auto text = request_.query("page_size");
    if (!text) return;
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (error != std::errc() || end != text->data() + text->size() || size < 1 || size > kReportPageMax) {
      return refuse("page_size", "is not an integer from 1 to " + std::to_string(kReportPageMax));
    }
    query_.page_size = size;
  }

  void read_page_token() {
    const auto text = request_.query("page_token");
    if (!text) return;
    const std::vector<std::string_view> parts = split(*text, kTokenSeparator);
    if (parts.size() != query_.group_by.size() + 1 || parts[0] != fingerprint_text(query_)) {
      return refuse("page_token", "is not a token of this report");
    }
    query_.after.emplace(parts.begin() + 1, parts.end());
  }

  const Request& request_;
  const Calendar& calendar_;
  const Symbols& symbols_;
  ReportQuery query_;
  FieldErrors errors_;
};

}  // namespace

const ReportColumnInfo& info_of(ReportColumn column) {
  return kColumns[static_cast<std::size_t>(column)];
}

bool ReportQuery::keeps(const ReportKey& key) const {
  const std::array<std::uint32_t, kReportColumns> ids{0,
                                                      0,
                                                      key.advertiser.value,
                                                      key.campaign.value,
                                                      key.ad_group.value,
                                                      key.ad.value,
                                                      key.keyword.value,
                                                      key.placement.value,
                                                      key.festival.value};
  for (std::size_t i = 0; i < kReportColumns; ++i) {
    if (filters[i] && *filters[i] != ids[i]) return false;
  }
  return true;
}

std::vector<std::string> report_parameters() {
  std::vector<std::string> names{"from", "to", "group_by", "page_size", "page_token"};
  for (const ReportColumnInfo& column : kColumns) {
    if (column.id_of) names.emplace_back(column.name);
  }
  return names;
}

Result<ReportQuery, FieldErrors> parse_report_query(const Request& request, const Calendar& calendar,
                                                    const Symbols& symbols) {
  Result<ReportQuery, FieldErrors> query = QueryReader(request, calendar, symbols).read();
  if (query) query->csv = prefers(request.accept, "text/csv", "application/json");
  return query;
}

std::string report_page_token(const ReportQuery& query, const ReportRowKey& last) {
  std::string token = fingerprint_text(query);
  for (const std::string& value : last) token.append(1, kTokenSeparator).append(value);
  return token;
}

}  // namespace gavel

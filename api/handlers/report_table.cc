#include "api/handlers/report_table.h"

#include <algorithm>
#include <optional>

#include "api/handlers/day_text.h"
#include "api/json/json_writer.h"

namespace gavel {
namespace {

constexpr std::int64_t kNull = 0xFFFFFFFF;  // as Index::kNone
constexpr int kCtrDecimals = 9, kRoasDecimals = 6;

// numerator x scale / denominator, rounded half to even; nothing over zero.
std::optional<Int128> ratio(std::int64_t numerator, std::int64_t denominator, std::int64_t scale) {
  if (denominator <= 0) return std::nullopt;
  const UInt128 scaled = static_cast<UInt128>(numerator) * static_cast<UInt128>(scale);
  return static_cast<Int128>(half_even_div(scaled, static_cast<UInt128>(denominator)));
}

// Calls `visit(name, value or nothing, decimals)` for the figures of a row in the order of the contract.
template <class Visit>
void visit_figures(const ReportCounters& c, Visit&& visit) {
  const auto count = [&](std::string_view name, std::int64_t value) {
    visit(name, std::optional<Int128>(value), 0);
  };
  count("impressions", c.impressions);
  count("clicks", c.clicks);
  count("conversions", c.conversions);
  count("cost_micros", c.cost_micros);
  count("uncharged_micros", c.uncharged_micros);
  count("value_micros", c.value_micros);
  visit("ctr", ratio(c.clicks, c.impressions, 1'000'000'000), kCtrDecimals);
  visit("average_cpc_micros", ratio(c.cost_micros, c.clicks, 1), 0);
  visit("average_cpm_micros", ratio(c.cost_micros, c.impressions, 1'000), 0);
  visit("roas", ratio(c.value_micros, c.cost_micros, 1'000'000), kRoasDecimals);
}

std::int64_t seconds_of(Timestamp t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

}  // namespace

std::size_t ReportTable::GroupHash::operator()(const ReportGroup& group) const noexcept {
  std::uint64_t hash = 0;
  for (const std::int64_t value : group) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9E37'79B9'7F4A'7C15U;
    hash ^= hash >> 32;
  }
  return hash;
}

ReportTable::ReportTable(const ReportQuery& query, const Calendar& calendar, const Symbols& symbols,
                         std::size_t groups_max)
    : query_(query), calendar_(calendar), symbols_(symbols), groups_max_(groups_max) {
  if (query.group_by.empty()) sums_.try_emplace(ReportGroup{});
}

bool ReportTable::add(const ReportKey& key, const ReportCounters& counters) {
  if (!query_.keeps(key)) return true;
  const auto [sum, made] = sums_.try_emplace(group_of(key));
  sum->second.add(counters);
  return !made || sums_.size() <= groups_max_;
}

std::int64_t ReportTable::day_of(Timestamp hour) {
  if (hour != last_hour_) {
    last_hour_ = hour;
    last_day_ = calendar_.day_of(hour).time_since_epoch().count();
  }
  return last_day_;
}

ReportGroup ReportTable::group_of(const ReportKey& key) {
  ReportGroup group{};
  // An id that nothing here has is shown like none at all.
  const auto named = [this](ResourceType type, auto ix) -> std::int64_t {
    return symbols_.of(type).at(ix.value).empty() ? kNull : ix.value;
  };
  for (std::size_t i = 0; i < query_.group_by.size(); ++i) {
    switch (query_.group_by[i]) {
      case ReportColumn::kDay:
        group[i] = day_of(key.hour);
        break;
      case ReportColumn::kHour:
        group[i] = seconds_of(key.hour);
        break;
      case ReportColumn::kAdvertiser:
        group[i] = named(ResourceType::kAdvertiser, key.advertiser);
        break;
      case ReportColumn::kCampaign:
        group[i] = named(ResourceType::kCampaign, key.campaign);
        break;
      case ReportColumn::kAdGroup:
        group[i] = named(ResourceType::kAdGroup, key.ad_group);
        break;
      case ReportColumn::kAd:
        group[i] = named(ResourceType::kAd, key.ad);
        break;
      case ReportColumn::kKeyword:
        group[i] = named(ResourceType::kKeyword, key.keyword);
        break;
      case ReportColumn::kPlacement:
        group[i] = named(ResourceType::kPlacement, key.placement);
        break;
      case ReportColumn::kFestival:
        group[i] = named(ResourceType::kFestival, key.festival);
        break;
    }
  }
  return group;
}

ReportRowKey ReportTable::key_of(const ReportGroup& group) const {
  ReportRowKey key(query_.group_by.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    const ReportColumn column = query_.group_by[i];
    if (column == ReportColumn::kDay) {
      key[i] = day_text(Day(std::chrono::days(group[i])));
    } else if (column == ReportColumn::kHour) {
      append_timestamp(key[i], Timestamp(std::chrono::seconds(group[i])));
    } else if (group[i] != kNull) {
      key[i] = symbols_.of(*info_of(column).id_of).at(static_cast<std::uint32_t>(group[i]));
    }
  }
  return key;
}

bool ReportTable::before(const ReportGroup& a, const ReportGroup& b) const {
  for (std::size_t i = 0; i < query_.group_by.size(); ++i) {
    if (a[i] == b[i]) continue;
    const std::optional<ResourceType> ids = info_of(query_.group_by[i]).id_of;
    if (!ids) return a[i] < b[i];
    if (a[i] == kNull || b[i] == kNull) return a[i] == kNull;
    const Interner& names = symbols_.of(*ids);
    return names.at(static_cast<std::uint32_t>(a[i])) < names.at(static_cast<std::uint32_t>(b[i]));
  }
  return false;
}

ReportTable::Page ReportTable::page(std::size_t size) const {
  std::vector<const ReportGroup*> order;
  order.reserve(sums_.size());
  for (const auto& [group, counters] : sums_) order.push_back(&group);
  std::ranges::sort(order, [this](const auto* a, const auto* b) { return before(*a, *b); });
  auto first = order.begin();
  if (query_.after) {
    // Times as text are in the order of time, so that keys compare as groups do.
    first = std::ranges::partition_point(
        order, [this](const auto* group) { return key_of(*group) <= *query_.after; });
  }
  Page page;
  const auto left = static_cast<std::size_t>(order.end() - first);
  page.more = left > size;
  const auto last = first + static_cast<std::ptrdiff_t>(std::min(size, left));
  page.rows.reserve(static_cast<std::size_t>(last - first));
  for (auto row = first; row != last; ++row) page.rows.push_back({key_of(**row), sums_.at(**row)});
  return page;
}

void write_report_json(const ReportQuery& query, const ReportTable::Page& page, std::string& out) {
  JsonWriter json(out);
  json.begin_object().key("rows").begin_array();
  for (const ReportRow& row : page.rows) {
    json.begin_object();
    for (std::size_t i = 0; i < row.key.size(); ++i) {
      json.key(info_of(query.group_by[i]).name);
      if (row.key[i].empty()) {
        json.null();
      } else {
        json.value(row.key[i]);
      }
    }
    visit_figures(row.counters, [&](std::string_view name, std::optional<Int128> value, int decimals) {
      json.key(name);
      if (value) {
        json.decimal(*value, decimals);
      } else {
        json.null();
      }
    });
    json.end_object();
  }
  json.end_array().key("next_page_token");
  if (page.more) {
    json.value(report_page_token(query, page.rows.back().key));
  } else {
    json.null();
  }
  json.end_object();
}

void write_report_csv(const ReportQuery& query, const ReportTable::Page& page, std::string& out) {
  for (const ReportColumn column : query.group_by) out.append(info_of(column).name).append(",");
  const char* separator = "";
  visit_figures({}, [&](std::string_view name, std::optional<Int128>, int) {
    out.append(separator).append(name);
    separator = ",";
  });
  out += "\r\n";
  for (const ReportRow& row : page.rows) {
    for (const std::string& value : row.key) out.append(value).append(",");
    separator = "";
    visit_figures(row.counters, [&](std::string_view, std::optional<Int128> value, int decimals) {
      out += separator;
      separator = ",";
      if (value) append_decimal(out, *value, decimals);
    });
    out += "\r\n";
  }
}

}  // namespace gavel

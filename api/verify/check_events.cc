#include "api/verify/check_events.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "api/json/json_writer.h"
#include "budget/big_endian.h"

namespace gavel {
namespace {

constexpr std::size_t kReportKeyBytes = 36;
using ReportKeyBytes = std::array<char, kReportKeyBytes>;

// What the row holds, and what its events add up to.
struct RowSums {
  ReportKeyBytes key;
  ReportCounters row, events;
};

NamedIds ids_of(const ReportKey& k) {
  return {k.advertiser, k.campaign, k.ad_group, k.ad, k.keyword, k.placement, k.festival};
}

bool is_chargeable(const RecordedEvent& e) {
  return e.type == (e.pricing == Pricing::kCpc ? EventType::kClick : EventType::kImpression);
}

// Whether the amounts are such that this version could have recorded them. A CPM impression costs its
// thousandth, and at most one micro more that earlier ones owed.
bool amounts_fit(const RecordedEvent& e) {
  const std::int64_t amount = e.charged.value + e.uncharged.value;
  if (e.charged < Micros{0} || e.uncharged < Micros{0} || e.from_festival < Micros{0} ||
      e.from_festival > e.charged) {
    return false;
  }
  if (!is_chargeable(e)) return amount == 0 && e.status == EventStatus::kCounted;
  if (e.status != (e.uncharged > Micros{0} ? EventStatus::kOverBudget : EventStatus::kCharged)) return false;
  if (e.pricing == Pricing::kCpc) return amount == e.price.value;
  const std::int64_t thousandth = e.price.value / 1'000;
  return amount == thousandth || amount == thousandth + 1;
}

class EventCheck {
 public:
  EventCheck(const VerifyContext& context, const StoredResources& resources, const KeptEvents& kept,
             MoneySums& sums, std::size_t rows_per_pass)
      : context_(context), resources_(resources), kept_(kept), sums_(sums), rows_per_pass_(rows_per_pass) {
    for (const std::string_view key : {kClockKey, kLedgerClockKey}) {
      const auto clock = context.store.get(Family::kMeta, key);
      if (!clock) continue;
      BigEndianReader in(*clock);
      clock_ = std::max(clock_, from_micros(in.read<std::int64_t>()));
    }
  }

  void run() {
    std::string begin;
    do {
      const std::string end = load_rows(begin);
      add_events(begin, end);
      compare_rows();
      begin = end;
      first_pass_ = false;
    } while (!begin.empty());
    context_.findings.checked("events", events_);
    context_.findings.checked("report rows", row_count_);
    if (rows_not_whole_ > 0) {
      context_.findings.skipped(
          "the events of " + std::to_string(rows_not_whole_) +
          " report rows are no longer all kept: the rows may only be larger than their sums");
    }
  }

 private:
  // Loads the rows from `begin` on; where the next pass begins, empty after the last.
  std::string load_rows(const std::string& begin) {
    rows_.clear();
    std::string end;
    context_.counters.scan(Family::kReports, begin, "", [&](std::string_view key, std::string_view value) {
      if (rows_.size() == rows_per_pass_) {
        end = key;
        return false;
      }
      context_.count("report rows", row_count_);
      const ReportKey k = decode_report_key(key);
      RowSums& row = rows_.emplace_back();
      std::memcpy(row.key.data(), key.data(), kReportKeyBytes);
      row.row = decode_counters(value);
      sums_.add_row(k, row.row);
      if (const std::string_view wrong = resources_.wrong_id(ids_of(k)); !wrong.empty()) {
        add(row_name(k), std::string(wrong), {"report row", "names it"}, {"resources", "no such one there"});
      }
      return true;
    });
    return end;
  }

  // Reads all events: those whose rows are loaded are added up.
  void add_events(std::string_view begin, std::string_view end) {
    std::uint64_t read = 0;
    context_.store.scan(Family::kDedupe, "", "", [&](std::string_view key, std::string_view value) {
      context_.count("events", read);
      const RecordedEvent event = decode_event(value);
      if (first_pass_) {
        check_event(decode_dedupe_key(key), event);
        sums_.add_event(event);
      }
      const ReportKey row_key{event.advertiser, context_.calendar.hour_begin(event.committed_at),
                              event.campaign,   event.ad_group,
                              event.ad,         event.keyword,
                              event.placement,  event.festival};
      const std::string bytes = report_key(row_key);
      if (bytes >= begin && (end.empty() || bytes < end)) add_to_row(row_key, bytes, event);
      return true;
    });
    events_ = read;
  }

  void add_to_row(const ReportKey& key, std::string_view bytes, const RecordedEvent& event) {
    const auto row = std::ranges::lower_bound(
        rows_, bytes, {}, [](const RowSums& r) { return std::string_view(r.key.data(), r.key.size()); });
    if (row != rows_.end() && std::string_view(row->key.data(), row->key.size()) == bytes) {
      row->events.add(counters_of(event));
    } else {
      add(row_name(key), "events", {"events", "one or more"}, {"reports", {}});
    }
  }

  void compare_rows() {
    for (const RowSums& row : rows_) compare_row(row);
  }

  void compare_row(const RowSums& row) {
    const ReportKey key = decode_report_key({row.key.data(), row.key.size()});
    bool whole = true;
    const auto compare = [&](std::string_view field, bool exact, std::int64_t recorded, std::int64_t summed) {
      whole = whole && exact;
      if (recorded == summed || (!exact && recorded > summed)) return;
      add(row_name(key), std::string(field), {"report row", recorded}, {"events", summed});
    };
    const bool impressions = kept_.all_since(key.hour, EventType::kImpression);
    const bool clicks = kept_.all_since(key.hour, EventType::kClick);
    const bool conversions = kept_.all_since(key.hour, EventType::kConversion);
    compare("impressions", impressions, row.row.impressions, row.events.impressions);
    compare("clicks", clicks, row.row.clicks, row.events.clicks);
    compare("conversions", conversions, row.row.conversions, row.events.conversions);
    compare("cost_micros", impressions && clicks, row.row.cost_micros, row.events.cost_micros);
    compare("uncharged_micros", impressions && clicks, row.row.uncharged_micros, row.events.uncharged_micros);
    compare("value_micros", conversions, row.row.value_micros, row.events.value_micros);
    if (!whole) ++rows_not_whole_;
  }

  void check_event(const DedupeKey& key, const RecordedEvent& e) {
    const auto complain = [&](std::string field, Figure first, Figure second) {
      add(event_name(key, e), std::move(field), std::move(first), std::move(second));
    };
    if (key.type != e.type) {
      complain("type", {"dedupe key", static_cast<int>(key.type)}, {"event", static_cast<int>(e.type)});
    }
    if (!amounts_fit(e)) {
      complain("charged_micros and uncharged_micros", {"event", e.charged.value + e.uncharged.value},
               {"price", e.price.value});
    }
    if (e.committed_at > clock_) {
      complain("time of commit", {"event", to_micros(e.committed_at)}, {"clock", to_micros(clock_)});
    }
    if (kept_.floor && key.issue_day < *kept_.floor) {
      complain("day of issue", {"dedupe key", key.issue_day}, {"first day kept", *kept_.floor});
    }
  }

  static std::string event_name(const DedupeKey& key, const RecordedEvent& e) {
    static constexpr std::array<std::string_view, 3> kTypes{"impression", "click", "conversion"};
    const auto type = static_cast<std::size_t>(e.type);
    return std::string(type < kTypes.size() ? kTypes[type] : "event") + " of token " +
           std::to_string(key.token.epoch) + "/" + std::to_string(key.token.serial);
  }

  // "report row 2024-11-01T00:00:00Z campaign c1 ad a1 no keyword placement p1 no festival"
  std::string row_name(const ReportKey& key) const {
    if (!context_.findings.wants_more()) return {};
    std::string name = "report row ";
    append_timestamp(name, key.hour);
    return name + " " + resources_.name(ResourceType::kCampaign, key.campaign) + " " +
           resources_.name(ResourceType::kAd, key.ad) + " " +
           resources_.name(ResourceType::kKeyword, key.keyword) + " " +
           resources_.name(ResourceType::kPlacement, key.placement) + " " +
           resources_.name(ResourceType::kFestival, key.festival);
  }

  void add(std::string subject, std::string field, Figure first, Figure second) {
    context_.findings.add({std::move(subject), std::move(field), std::move(first), std::move(second)});
  }

  const VerifyContext& context_;
  const StoredResources& resources_;
  const KeptEvents& kept_;
  MoneySums& sums_;
  const std::size_t rows_per_pass_;
  Timestamp clock_{};
  bool first_pass_ = true;
  std::vector<RowSums> rows_;  // of this pass, by key
  std::uint64_t events_ = 0, row_count_ = 0, rows_not_whole_ = 0;
};

}  // namespace

void check_events(const VerifyContext& context, const StoredResources& resources, const KeptEvents& kept,
                  MoneySums& sums, std::size_t rows_per_pass) {
  EventCheck(context, resources, kept, sums, rows_per_pass).run();
}

}  // namespace gavel

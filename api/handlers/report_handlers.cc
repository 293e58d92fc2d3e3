#include "api/handlers/report_handlers.h"

#include <limits>
#include <memory>

#include "api/handlers/replies.h"
#include "api/handlers/report_table.h"
#include "budget/reports.h"

namespace gavel {
namespace {

constexpr std::string_view kCsv = "text/csv; charset=utf-8";

// Runs on the background's thread.
void answer_report(const ReportServices& services, const Catalog& catalog, const ReportQuery& query,
                   ResponseWriter& writer) {
  const auto advertiser = query.filters[static_cast<std::size_t>(ReportColumn::kAdvertiser)];
  const ReportScope scope{.advertiser = advertiser ? std::optional(AdvertiserIx{*advertiser}) : std::nullopt,
                          .from = query.from,
                          .to = query.to};
  const auto store = services.ledger.snapshot_with_reports(scope);
  if (!store) return send_unavailable(writer, "the server is stopping");
  ReportTable table(query, services.calendar, catalog.symbols());
  bool fits = true;
  scan_reports(*store, scope, [&](const ReportKey& key, const ReportCounters& counters) {
    fits = fits && table.add(key, counters);
  });
  if (!fits) {
    writer.send_problem(400, "the report has too many rows",
                        {{"group_by", "gives more than " + std::to_string(kReportGroupsMax) +
                                          " rows: ask for fewer hours, columns or ids"}});
    return;
  }
  const std::size_t everything = std::numeric_limits<std::size_t>::max();
  const ReportTable::Page page =
      table.page(query.page_size.value_or(query.csv ? everything : kReportPageDefault));
  if (!query.csv) {
    write_report_json(query, page, writer.buffer());
    return writer.send(200);
  }
  if (page.more) writer.header("Next-Page-Token", report_page_token(query, page.rows.back().key));
  write_report_csv(query, page, writer.buffer());
  writer.send(200, kCsv);
}

void get_report(const std::shared_ptr<const ReportServices>& services, const Request& request,
                ResponseWriter given) {
  std::shared_ptr<const Catalog> catalog = services->catalog.current();
  Result<ReportQuery, FieldErrors> parsed =
      parse_report_query(request, services->calendar, catalog->symbols());
  if (!parsed) return given.send_problem(400, "the report asked for is not valid", parsed.error());
  const SharedWriter writer = share(std::move(given));
  const bool taken = services->background([services, catalog = std::move(catalog), query = std::move(*parsed),
                                           writer] { answer_report(*services, *catalog, query, *writer); });
  if (!taken) send_unavailable(*writer, "too many reports are waiting");
}

}  // namespace

void add_report_routes(Router& router, const ReportServices& services) {
  router.add({.method = Method::kGet,
              .pattern = "/v1/reports",
              .handler = [kept = std::make_shared<const ReportServices>(services)](
                             Request& request,
                             ResponseWriter writer) { get_report(kept, request, std::move(writer)); },
              .route_class = RouteClass::kReport,
              .roles = kAdminAndAdvertiser,
              .media_types = {},
              .query_parameters = report_parameters(),
              .body_bytes_max = 0,
              .deferred = true});
}

}  // namespace gavel

"""The plots of a run, from its series."""
from room.plots import plot


def write_plots(out, series):
    """Writes what there is something to draw of; what was not measured leaves an older plot alone."""
    for name, svg in (("latency.svg", _latency(series)), ("cost_by_catalog.svg", _cost_by_catalog(series)),
                      ("cost_by_candidates.svg", _cost_by_candidates(series)), ("events.svg", _events(series))):
        if svg:
            (out / name).write_text(svg, encoding="utf-8")


def _latency(series):
    lines = {}
    for path, points in series.get("latency_ns_by_load", {}).items():
        name = "auctions" if path == "/v1/auctions" else "fixed body"
        for quantile in ("p50", "p99", "p99.9"):
            lines[f"{name} {quantile}"] = [(100 * point["share"], point[quantile] / 1000) for point in points
                                           if point[quantile] > 0]
    return plot("Latency against load", "load, % of the peak of each", "microseconds", lines, log_y=True)


def _cost_by_catalog(series):
    lines = {}
    for point in series.get("cold_auction", []):
        lines.setdefault(f"{point['matched']:,} match", []).append((point["ads"], point["cpu_us"]))
    return plot("One auction against the size of the catalog", "ads", "microseconds of processor time", lines, log_x=True)


def _cost_by_candidates(series):
    points = series.get("cold_auction", [])
    points = [point for point in points if point["ads"] == max(p["ads"] for p in points)]
    return plot("One auction against matching ads", "ads that match", "microseconds of processor time",
                {"run_auction": [(p["matched"], p["cpu_us"]) for p in points],
                 "gather of a line each": [(p["matched"], p["gather_us"]) for p in points]}, log_x=True, log_y=True)


def _events(series):
    points = series.get("events", [])
    return plot("Durable events", "events a request", "events a second",
                {"ledger": [(p["batch"], p["events_per_s"]) for p in points],
                 "append + fdatasync": [(p["batch"], p["append_and_sync_per_s"]) for p in points]}, log_x=True, log_y=True)

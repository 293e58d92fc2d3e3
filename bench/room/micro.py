"""Rows from the microbenchmarks: an auction from cold memory, and durable events."""
import json

from room.processes import Failure
from room.report import Row, Target, number

_MATCHED = 1000
_BATCH = 100


def parse_benchmarks(text):
    """Google Benchmark's JSON as (name, arguments) -> its entry with times in microseconds; a Failure for one that failed."""
    found = {}
    for entry in json.loads(text)["benchmarks"]:
        if entry.get("error_occurred"):
            raise Failure(f"{entry['name']}: {entry.get('error_message', 'failed')}")
        name, *arguments = entry["name"].split("/")
        scale = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}[entry["time_unit"]]
        key = (name, tuple(int(argument) for argument in arguments if argument.isdigit()))
        found[key] = {**entry, "cpu_us": entry["cpu_time"] * scale, "real_us": entry["real_time"] * scale}
    return found


def _run(stage, program, pattern):
    out = stage.processes.run([stage.build / program, f"--benchmark_filter={pattern}", "--benchmark_format=json",
                               f"--benchmark_min_time={stage.scale.micro_seconds}"], stage.server_core, timeout=600,
                              cwd=stage.directory)
    return parse_benchmarks(out)


def measure_cold(stage):
    """run_auction() in synthetic catalogs whose queries go round all ads, against one line of memory a candidate."""
    largest = stage.scale.catalogs[-1]
    found = {}
    for ads in stage.scale.catalogs:
        stage.tell(f"auctions from cold memory, {ads:,} ads")
        found.update(_run(stage, "bench-cold_auction_bench", f"/{ads}/"))
    auction = {key[1]: entry for key, entry in found.items() if key[0] == "cold_auction"}
    gather = {key[1]: entry for key, entry in found.items() if key[0] == "gather"}
    cold, lines = auction[largest, _MATCHED], gather[largest, _MATCHED]
    rows = [Row("cold", f"run_auction, {_MATCHED:,} of {largest:,} ads match, against a gather",
                f"{number(cold['cpu_us'])} us, {number(cold['looked_at'])} looked at, against {number(lines['cpu_us'])} us",
                Target(at_most=4), cold["cpu_us"] / lines["cpu_us"])]
    of_all = found["cold_auction_of_all", (largest, _MATCHED)]
    rows.append(Row("cold", f"the same where bounds say nothing (squash 0): all {_MATCHED:,} looked at",
                    f"{number(of_all['cpu_us'])} us", compared=of_all["cpu_us"] / lines["cpu_us"]))
    for (ads, matched), entry in sorted(auction.items()):
        if ads == largest:
            rows.append(Row("cold", f"{matched:,} ads match",
                            f"{number(entry['looked_at'])} looked at, {number(entry['cpu_us'])} us"))
    small = auction[stage.scale.catalogs[0], _MATCHED]
    rows.append(Row("cold", f"run_auction, {_MATCHED:,} match, {stage.scale.catalogs[0]:,} ads -> {largest:,}",
                    f"{number(small['cpu_us'])} us -> {number(cold['cpu_us'])} us",
                    compared=cold["cpu_us"] / small["cpu_us"]))
    stage.series["cold_auction"] = [
        {"ads": key[0], "matched": key[1], "cpu_us": entry["cpu_us"], "looked_at": entry["looked_at"],
         "gather_us": gather[key]["cpu_us"]} for key, entry in sorted(auction.items())]
    return rows


def measure_events(stage):
    """Events made durable by the ledger, one request at a time, against as many bytes appended to a file and synced."""
    stage.tell("durable events")
    found = _run(stage, "bench-ledger_bench", "BM_(Clicks|AppendAndSync)/")
    rows, series = [], []
    for name, arguments in sorted(found):
        yardstick = found.get(("BM_AppendAndSync", arguments))
        if name != "BM_Clicks" or yardstick is None:
            continue
        ours, raw = found[name, arguments]["items_per_second"], yardstick["items_per_second"]
        batch = arguments[0]
        rows.append(Row("events", f"durable events a second, batches of {batch:,}",
                        f"{number(round(ours))} against {number(round(raw))}",
                        Target(at_least=0.5) if batch == _BATCH else None, ours / raw))
        series.append({"batch": batch, "events_per_s": ours, "append_and_sync_per_s": raw})
    if not series:
        raise Failure("bench-ledger_bench has no pair of BM_Clicks and BM_AppendAndSync")
    stage.series["events"] = series
    return rows

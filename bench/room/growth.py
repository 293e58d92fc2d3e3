"""What an auction costs in a small and in a large catalog, with as many matching ads."""
import pathlib
import statistics

from room.equal_catalog import ADS_OF_A_WORD
from room.processes import Failure
from room.report import Row, Target, number
from room.stage import post_auctions, read_lines, winners_of

_MAKER = pathlib.Path(__file__).with_name("equal_catalog.py")
_QUERIES = 5000
_CHECKED = 50
_SLOTS = 4


def measure_growth(stage):
    """User and system time of the worker for an auction over HTTP, at the peak, in turn."""
    sizes = stage.scale.catalogs[0], stage.scale.catalogs[-1]
    servers = {ads: _server_of(stage, ads) for ads in sizes}
    cost = {ads: [] for ads in sizes}
    try:
        for turn in range(stage.scale.rounds):
            for ads, (server, queries) in servers.items():
                stage.tell(f"growth, round {turn + 1} of {stage.scale.rounds}: {ads:,} ads")
                seconds = stage.scale.round_seconds / 2
                before = server.worker_cpu_seconds()
                rate = stage.client.closed_loop(server.url, "/v1/auctions", queries, seconds)["rate_per_s"]
                cost[ads].append((server.worker_cpu_seconds() - before) / (rate * seconds) * 1e6)
    finally:
        for server, _ in servers.values():
            server.stop()
    small, large = (statistics.median(cost[ads]) for ads in sizes)
    stage.series["growth"] = {"cpu_us": cost}
    return [Row("growth", f"user + sys an auction, {ADS_OF_A_WORD:,} match, {sizes[0]:,} ads -> {sizes[1]:,}",
                f"{number(small)} us -> {number(large)} us", Target(at_most=1.6), large / small)]


def _server_of(stage, ads):
    """A server with the catalog after a restart, and the file with queries that fit it."""
    server = stage.new_server(f"growth-{ads}")
    server.start(pinned=False)
    server.import_rows(["python3", _MAKER, "--ads", ads], stage.client_core, lambda line: stage.tell(f"growth: {line}"))
    server.stop()
    server.start()
    path = stage.path(f"growth-{ads}.ndjson")
    with open(path, "wb") as file:
        file.write(stage.processes.run(["python3", _MAKER, "--ads", ads, "--queries", _QUERIES]))
    for answer in post_auctions(server, read_lines(path, _CHECKED)):
        if len(winners_of(answer)) != _SLOTS:
            raise Failure(f"a slot is empty though {ADS_OF_A_WORD:,} ads match: {answer[:300]!r}")
    return server, path

"""Two workers with two clients against one worker with one client, each pair on a core of its own."""
import statistics

from room.processes import cores
from room.report import Row, Target, number, skipped

_CONNECTIONS = 32  # of each client


def measure_workers(stage):
    """Auctions a second of a server with two workers on two cores, a client on each, against one with a worker that shares
    its core with its client."""
    first, second = cores()
    if first == second:
        return [skipped("workers", "two workers against one", "needs two cores")]
    servers = {1: _served(stage, 1, {first}), 2: _served(stage, 2, {first, second})}
    bodies = stage.make_bodies("search-top", stage.scale.queries)
    rates = {1: [], 2: []}
    for turn in range(stage.scale.rounds):
        for workers, server in servers.items():
            stage.tell(f"workers, round {turn + 1} of {stage.scale.rounds}: {workers}")
            clients = [stage.client.start_closed_loop(server.url, "/v1/auctions", bodies, stage.scale.round_seconds, core,
                                                      _CONNECTIONS) for core in (first, second)[:workers]]
            rates[workers].append(sum(stage.client.finish(client, "/v1/auctions")["rate_per_s"] for client in clients))
    for server in servers.values():
        server.stop()
    one, two = (statistics.median(rates[workers]) for workers in (1, 2))
    stage.series["workers"] = rates
    return [Row("workers", "two workers and two clients against one of each", f"{number(round(two))} against {number(round(one))}",
                Target(at_least=1.6), two / one, note=f"{stage.scale.memory_ads[0]:,} ads")]


def _served(stage, workers, on):
    server = stage.new_server(f"workers-{workers}", threads=workers, cores=on)
    server.start()
    server.import_rows(stage.import_command(stage.scale.memory_ads[0]), stage.client_core,
                       lambda line: stage.tell(f"workers: {line}"))
    return server

"""Requests made to be dear: what they cost against usual ones."""
import collections
import json

from room.report import Row, number
from room.stage import read_lines

_QUERIES_READ = 20_000
_WORDS = 100
_QUERY_BYTES = 10_000
_TAGS = 200
_AUCTIONS = "/v1/auctions"


def measure_hostile(stage):
    """Processor time of the worker for a request: a hundred head words, a query of 10 kB, two hundred tags, against the mean of
    the usual ones."""
    server = stage.server()
    usual = _cost(stage, server, stage.bodies(), "usual queries")
    costs = {}
    for name, bodies in _hostile_bodies(stage).items():
        path = stage.path(f"hostile-{len(costs)}.ndjson")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(body, ensure_ascii=False) + "\n" for body in bodies)
        costs[name] = _cost(stage, server, path, name)
    stage.series["hostile_us"] = {"usual": usual, **costs}
    return [Row("hostile", f"a request with {name}, against usual ones", f"{number(cost)} us against {number(usual)} us",
                note=f"{cost / usual:.1f} times") for name, cost in costs.items()]


def _cost(stage, server, bodies, name):
    stage.tell(f"hostile: {name}")
    before = server.worker_cpu_seconds()
    report = stage.client.closed_loop(server.url, _AUCTIONS, bodies, max(1, stage.scale.round_seconds / 2))
    return (server.worker_cpu_seconds() - before) / report["answered"] * 1e6


def _hostile_bodies(stage):
    """Made of what the usual queries are made of, the most frequent words and tags first."""
    words, tags, displays = collections.Counter(), collections.Counter(), []
    usual = [json.loads(line) for line in read_lines(stage.bodies(), _QUERIES_READ)]
    for body in usual:
        words.update(body.get("query", "").split())
        tags.update(body.get("user", {}).get("tags", []))
    for body in usual[:50]:
        displays.append({**body, "auctions": [{"placement_id": "home-banner", "slots": 4}]})
    head = [word for word, _ in words.most_common(_WORDS)]
    long_query = ""
    for body in usual:
        longer = f"{long_query} {body.get('query', '')}"
        if len(longer.encode()) > _QUERY_BYTES:
            break
        long_query = longer
    many_tags = [tag for tag, _ in tags.most_common(_TAGS)]
    return {
        f"{len(head)} head words": [{**body, "query": " ".join(head)} for body in usual[:50]],
        f"a query of {len(long_query.encode()):,} bytes": [{**body, "query": long_query} for body in usual[:50]],
        f"{len(many_tags)} tags, on search": [{**body, "user": {**body.get("user", {}), "tags": many_tags}} for body in usual[:50]],
        "no more than its own tags, on display": displays,
        f"{len(many_tags)} tags, on display": [{**body, "user": {**body.get("user", {}), "tags": many_tags}} for body in displays],
    }

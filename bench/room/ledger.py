"""The ledger's work beside the auctions: 2,000 events a second whose tokens auctions gave, and what must come of them."""
import datetime
import itertools
import json

from room.processes import Failure
from room.stage import post_auctions, winners_of

EVENTS_PER_S = 2000
EVENTS_OF_A_REQUEST = 100
_PLACEMENTS = "search-top,home-banner"
_GOOD = {"charged", "counted", "over_budget"}


class LedgerLoad:
    """Fresh events for every round: an impression and a click of each token, none of them twice."""

    def __init__(self, stage, seconds):
        self._stage = stage
        self._server = stage.server()
        self._round = 0
        self._bodies = iter(self._make_bodies(int(seconds * EVENTS_PER_S)))

    def _make_bodies(self, events):
        self._stage.tell(f"collecting tokens for {events:,} events")
        queries = self._stage.make_bodies(_PLACEMENTS, events // 8 + 1000, seed=2)
        requests, batch = [], []
        with open(queries, encoding="utf-8") as lines:
            for answer in post_auctions(self._server, (line.strip() for line in lines)):
                for winner in winners_of(answer):
                    batch += [{"id": f"{kind}-{len(requests)}-{len(batch)}", "type": kind, "token": winner["token"]}
                              for kind in ("impression", "click")]
                    if len(batch) == EVENTS_OF_A_REQUEST:
                        requests.append(json.dumps({"events": batch}))
                        batch = []
                if len(requests) * EVENTS_OF_A_REQUEST >= events:
                    break
        return requests

    def start(self, seconds):
        """Begins to send events for so long; give what it returns to finish()."""
        rate = EVENTS_PER_S / EVENTS_OF_A_REQUEST
        self._round += 1
        path = self._stage.path(f"events-{self._round}.ndjson")
        bodies = list(itertools.islice(self._bodies, int(rate * seconds) + 1))
        if len(bodies) < rate * seconds:
            raise Failure("the events are used up: auctions gave fewer tokens than expected")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(bodies) + "\n")
        return self._stage.client.start_open_loop(self._server.url, "/v1/events", path, rate, seconds, connections=4,
                                                  arrivals="constant")

    def finish(self, process):
        self._stage.client.finish(process, "/v1/events")


def check_ledger(server):
    """Holds the reports against the metrics of a server that was started before its first event; gives events and cost."""
    metrics = server.metrics()
    events = {}
    for name, value in metrics.items():
        if name.startswith("gavel_events_total{") and value > 0:
            status = name.rpartition('status="')[2].rstrip('"}')
            events[status] = events.get(status, 0) + int(value)
    if not set(events) <= _GOOD:
        raise Failure(f"events were answered otherwise than expected: {events}")
    charged = int(metrics["gavel_charged_micros_total"])
    for grouping in ("", "hour", "placement"):
        counted, cost = report_sums(server, grouping)
        if counted != sum(events.values()) or cost != charged:
            raise Failure(f"the report by {grouping or 'nothing'} has {counted} events that cost {cost} micros, "
                          f"the ledger {sum(events.values())} and {charged}")
    return sum(events.values()), charged


def report_sums(server, grouping):
    """Events and cost over all rows of the last two days' report."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    begin, end = now - datetime.timedelta(days=1), now + datetime.timedelta(days=1)
    path = f"/v1/reports?from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
    rows = server.get_json(path + (f"&group_by={grouping}" if grouping else ""))["rows"]
    return sum(row["impressions"] + row["clicks"] for row in rows), sum(row["cost_micros"] for row in rows)

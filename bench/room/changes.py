"""Changes of bids while auctions run: what they cost the auctions."""
import json
import statistics
import threading
import time

from room.auctions import ensure_peak
from room.processes import Failure
from room.report import Row, Target, number

_CHANGES_PER_S = 1000
_CHANGES_OF_A_REQUEST = 100


class BidChanges:
    """Sends bids of ad groups, 1,000 a second in bulk requests, on a thread of its own until it is stopped."""

    def __init__(self, server, groups):
        self._server = server
        self._groups = groups
        self._stopped = threading.Event()
        self._error = None
        self.sent = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        connection = self._server.connect()
        due = time.monotonic()
        try:
            while not self._stopped.wait(max(0, due - time.monotonic())):
                due += _CHANGES_OF_A_REQUEST / _CHANGES_PER_S
                connection.request("POST", "/v1/bulk", self._next_body(), {"Content-Type": "application/x-ndjson"})
                answer = connection.getresponse().read()
                if answer.count(b'"status":200') != _CHANGES_OF_A_REQUEST:
                    raise Failure(f"a change of a bid was refused: {answer[:300]!r}")
                self.sent += _CHANGES_OF_A_REQUEST
        except (OSError, Failure) as error:
            self._error = error
        finally:
            connection.close()

    def _next_body(self):
        lines = []
        for i in range(self.sent, self.sent + _CHANGES_OF_A_REQUEST):
            group, bid = self._groups[i % len(self._groups)]
            lines.append(json.dumps({"op": "patch", "type": "ad_group", "id": group, "body": {"bid_micros": bid + 1 + i % 7}}))
        return "\n".join(lines) + "\n"

    def stop(self):
        self._stopped.set()
        self._thread.join()
        if self._error:
            raise Failure(str(self._error))


def measure_changes(stage):
    """p99 of auctions at half the peak with and without 1,000 changed bids a second, in turn."""
    server, scale = stage.server(), stage.scale
    rate = ensure_peak(stage) / 2
    page = server.get_json("/v1/ad_groups?page_size=1000")["items"]
    groups = [(item["id"], item["bid_micros"]) for item in page]
    found = {False: [], True: []}
    sent = 0
    for turn in range(scale.rounds):
        for changing in (False, True):
            stage.tell(f"changes, round {turn + 1} of {scale.rounds}: {'with' if changing else 'without'} them")
            changes = BidChanges(server, groups) if changing else None
            try:
                found[changing].append(stage.client.open_loop(server.url, "/v1/auctions", stage.bodies(), rate,
                                                              scale.round_seconds, scale.round_seconds / 4))
            finally:
                if changes:
                    changes.stop()
                    sent += changes.sent
    still, busy = (statistics.median(report["latency_ns"]["p99"] for report in found[changing]) / 1000
                   for changing in (False, True))
    return [Row("changes", f"p99 at half the peak, {_CHANGES_PER_S:,} changed bids a second, above none",
                f"{number(busy)} us against {number(still)} us", Target(at_most=100, unit="us"), busy - still,
                note=f"{sent:,} changes")]

"""Changes of the catalog while auctions run: what they cost the auctions."""
import json
import statistics
import threading
import time

from room.auctions import ensure_peak
from room.processes import Failure
from room.report import Row, Target, number

_CHANGES_PER_S = 1000
_CHANGES_OF_A_REQUEST = 10
_ROWS_OF_NEW_ADS_A_REQUEST = 105
_KEYWORDS_OF_A_NEW_AD = 20


class Changes:
    """Sends changes, 1,000 rows a second in bulk requests, on a thread of its own until it is stopped. `make(first, count)` gives
    the lines of the rows from the first one on, about as many as asked for: a request. Where not `applied`, the same
    requests go to the fixed body and change nothing: what they cost the client, which has one core, remains."""

    def __init__(self, server, make, rows_of_a_request, applied):
        self._server = server
        self._make = make
        self._rows = rows_of_a_request
        self._applied = applied
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
                lines = self._make(self.sent, self._rows)
                due += len(lines) / _CHANGES_PER_S
                path, kind = ("/v1/bulk", "application/x-ndjson") if self._applied else ("/yardstick", "application/json")
                connection.request("POST", path, "\n".join(lines).encode() + b"\n", {"Content-Type": kind})
                response = connection.getresponse()
                answer = response.read()
                if response.status != 200 or self._applied and answer.count(b'"status":20') != len(lines):
                    raise Failure(f"a change was refused: {response.status} {answer[:300]!r}")
                self.sent += len(lines)
        except (OSError, Failure) as error:
            self._error = error
        finally:
            connection.close()

    def stop(self):
        self._stopped.set()
        self._thread.join()
        if self._error:
            raise Failure(str(self._error))


def _changed_bids(groups):
    def make(first, count):
        lines = []
        for i in range(first, first + count):
            group, bid = groups[i % len(groups)]
            lines.append(json.dumps({"op": "patch", "type": "ad_group", "id": group, "body": {"bid_micros": bid + 1 + i % 7}}))
        return lines
    return make


def _new_ads(server):
    """New ads of ad groups on search, each with 20 new keywords that begin with words of others."""
    keywords = server.get_json("/v1/keywords?page_size=1000")["items"]
    texts = [keyword["text"] for keyword in keywords]
    groups = sorted({keyword["ad_group_id"] for keyword in keywords})
    run = time.time_ns()

    def make(first, count):
        lines, rows = [], 1 + _KEYWORDS_OF_A_NEW_AD
        for n in range(first // rows, (first + count) // rows):
            group = groups[n % len(groups)]
            ad = {"ad_group_id": group, "item_id": f"i{n}", "title": f"{texts[n % len(texts)]} {n}",
                  "landing_url": f"https://shop.example/{n}"}
            lines.append(json.dumps({"op": "put", "type": "ad", "id": f"new-{run}-{n}", "body": ad}, ensure_ascii=False))
            for k in range(_KEYWORDS_OF_A_NEW_AD):
                text = f"{texts[(n * 7 + k * 31) % len(texts)]} n{n % 500} k{k}"
                lines.append(json.dumps({"op": "put", "type": "keyword", "id": f"new-{run}-{n}-{k}",
                                         "body": {"ad_group_id": group, "text": text, "match": "broad"}}, ensure_ascii=False))
        return lines
    return make


def measure_changes(stage):
    """p99 of auctions at half the peak beside 1,000 changed rows a second and beside the same requests that change nothing, in
    turn."""
    server, scale = stage.server(), stage.scale
    rate = ensure_peak(stage) / 2
    page = server.get_json("/v1/ad_groups?page_size=1000")["items"]
    kinds = {"changed bids": (_changed_bids([(item["id"], item["bid_micros"]) for item in page]), _CHANGES_OF_A_REQUEST),
             "rows of new ads with 20 keywords": (_new_ads(server), _ROWS_OF_NEW_ADS_A_REQUEST)}
    found = {(kind, applied): [] for kind in kinds for applied in (False, True)}
    sent = dict.fromkeys(kinds, 0)
    for turn in range(scale.rounds):
        for kind, applied in found:
            stage.tell(f"changes, round {turn + 1} of {scale.rounds}: {kind}" + ("" if applied else ", not applied"))
            changes = Changes(server, *kinds[kind], applied)
            try:
                found[kind, applied].append(stage.client.open_loop(server.url, "/v1/auctions", stage.bodies(), rate,
                                                                   scale.round_seconds, scale.round_seconds / 4))
            finally:
                changes.stop()
            if applied:
                sent[kind] += changes.sent
    p99 = {key: statistics.median(report["latency_ns"]["p99"] for report in reports) / 1000 for key, reports in found.items()}
    stage.series["changes_p99_us"] = {kind: {"applied": p99[kind, True], "not applied": p99[kind, False]} for kind in kinds}
    return [Row("changes", f"p99 at half the peak, {_CHANGES_PER_S:,} {kind} a second, above the same not applied",
                f"{number(p99[kind, True])} us against {number(p99[kind, False])} us", Target(at_most=100, unit="us"),
                p99[kind, True] - p99[kind, False], note=f"{sent[kind]:,} rows") for kind in kinds]

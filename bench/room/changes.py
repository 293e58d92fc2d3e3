"""Changes of the catalog while auctions run: what they cost the auctions."""
import contextlib
import json
import os
import statistics
import threading
import time

from room.auctions import ensure_peak
from room.processes import Failure, cores
from room.report import Row, Target, number

_CHANGES_PER_S = 1000
_CHANGES_OF_A_REQUEST = 10
_ROWS_OF_NEW_ADS_A_REQUEST = 105
_START_SECONDS = 2  # that the load's client may take until it sends
_KEYWORDS_OF_A_NEW_AD = 20


class Changes:
    """Sends changes, 1,000 rows a second in bulk requests, on a thread of its own until it is stopped, at the latest after so many
    seconds. `make(first, count)` gives the lines of the rows from the first one on, about as many as asked for: a request. `first`
    goes on from what was applied before, or nothing would change. Where not `applied`, the same requests go to the fixed body and
    change nothing: what they cost the client, which has one core, remains. That is little: they are made before, and sent on that core
    while the client that measures has nothing to do."""

    def __init__(self, server, make, rows_of_a_request, applied, first, seconds):
        self._server = server
        self._applied = applied
        self._stopped = threading.Event()
        self._error = None
        self.next = first
        self.seconds = 0  # for which it sent
        self._requests, made = [], first
        while made < first + seconds * _CHANGES_PER_S:
            lines = make(made, rows_of_a_request)
            self._requests.append((len(lines), "\n".join(lines).encode() + b"\n"))
            made += len(lines)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        # Of this thread alone.
        os.sched_setaffinity(0, {cores()[1]})
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        connection = self._server.connect()
        path, kind = ("/v1/bulk", "application/x-ndjson") if self._applied else ("/yardstick", "application/json")
        began = due = time.monotonic()
        try:
            for rows, body in self._requests:
                if self._stopped.wait(max(0, due - time.monotonic())):
                    return
                due += rows / _CHANGES_PER_S
                connection.request("POST", path, body, {"Content-Type": kind})
                response = connection.getresponse()
                answer = response.read()
                if response.status != 200 or self._applied and answer.count(b'"status":20') != rows:
                    raise Failure(f"a change was refused: {response.status} {answer[:300]!r}")
                self.next += rows
        except (OSError, Failure) as error:
            self._error = error
        finally:
            self.seconds = time.monotonic() - began
            connection.close()

    def stop(self):
        self._stopped.set()
        self._thread.join()
        if self._error:
            raise Failure(str(self._error))


def _spread(server, collection, letter, count, wanted=1000):
    """Resources from all over the marketplace, of which there are about `count`, by the names that the generator gives them:
    lists go shop by shop."""
    connection = server.connect()
    found = []
    for number in range(0, count, max(1, count // wanted)):
        connection.request("GET", f"/v1/{collection}/{letter}{number:07d}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            found.append(json.loads(body))
    connection.close()
    if not found:
        raise Failure(f"the marketplace has no {collection}")
    return found


def _changed_rows(server, ads):
    """A bid of an ad group, a status of an ad, a daily budget of a campaign, and so on. An ad that is paused is enabled again by the
    next status."""
    bids = [(item["id"], item["bid_micros"]) for item in _spread(server, "ad_groups", "g", ads // 2)]
    shown = [item["id"] for item in _spread(server, "ads", "a", ads) if item["status"] == "enabled"]
    budgets = [(item["id"], item["daily_budget_micros"]) for item in _spread(server, "campaigns", "c", ads // 4)
               if item["daily_budget_micros"]]

    def row(i):
        turn = i // 3
        if i % 3 == 0:
            group, bid = bids[turn % len(bids)]
            return "ad_group", group, {"bid_micros": bid + 1 + turn // len(bids) % 7}
        if i % 3 == 1:
            return "ad", shown[turn // 2 % len(shown)], {"status": ("paused", "enabled")[turn % 2]}
        campaign, budget = budgets[turn % len(budgets)]
        return "campaign", campaign, {"daily_budget_micros": budget + 1 + turn // len(budgets) % 7}

    def make(first, count):
        rows = (row(i) for i in range(first, first + count))
        return [json.dumps({"op": "patch", "type": kind, "id": name, "body": body}) for kind, name, body in rows]
    return make


def _new_ads(server, ads):
    """New ads of ad groups on search, each with 20 new keywords that begin with words of others."""
    keywords = _spread(server, "keywords", "k", 5 * ads)
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
    turn; and what a row costs the thread that applies it."""
    server, scale = stage.server(), stage.scale
    rate = ensure_peak(stage) / 2
    kinds = {"changed bids, statuses and budgets": (_changed_rows(server, scale.ads), _CHANGES_OF_A_REQUEST),
             "rows of new ads with 20 keywords": (_new_ads(server, scale.ads), _ROWS_OF_NEW_ADS_A_REQUEST)}
    found = {(kind, applied): [] for kind in kinds for applied in (False, True)}
    sent = dict.fromkeys(kinds, 0)
    seconds_sent = dict.fromkeys(kinds, 0)
    times = {kind: (0, 0) for kind in kinds}
    waited = {key: [] for key in found}  # by the worker, ms a second
    # Three times as many rounds of half the time, an even number: what disturbs the machine disturbs few of them.
    rounds, seconds = 3 * scale.rounds // 2 * 2, scale.round_seconds / 2
    for turn in range(rounds):
        # Every other round the other way round: what comes second may find the machine otherwise.
        for kind, applied in list(found)[::(1, -1)[turn % 2]]:
            stage.tell(f"changes, round {turn + 1} of {rounds}: {kind}" + ("" if applied else ", not applied"))
            before, waited_before, began = server.changes_times(), server.worker_waited_seconds(), time.monotonic()
            changes = Changes(server, *kinds[kind], applied, first=sent[kind], seconds=2 * seconds + _START_SECONDS)
            try:
                found[kind, applied].append(stage.client.open_loop(server.url, "/v1/auctions", stage.bodies(), rate,
                                                                   seconds, seconds / 4))
            finally:
                changes.stop()
            if waited_before is not None:
                waited[kind, applied].append(1000 * (server.worker_waited_seconds() - waited_before) / (time.monotonic() - began))
            if applied:
                sent[kind] = changes.next
                seconds_sent[kind] += changes.seconds
                times[kind] = tuple(t + now - then for t, now, then in zip(times[kind], server.changes_times(), before))
    p99 = {key: [report["latency_ns"]["p99"] / 1000 for report in reports] for key, reports in found.items()}
    stage.series["changes_p99_us"] = {kind: {"applied": p99[kind, True], "not applied": p99[kind, False]} for kind in kinds}
    return [_latency_row(kind, p99[kind, True], p99[kind, False], sent[kind], seconds_sent[kind]) for kind in kinds] + \
        [_waiting_row(kind, waited[kind, True], waited[kind, False]) for kind in kinds if waited[kind, True]] + \
        [_cost_row(kind, times[kind], sent[kind]) for kind in kinds]


def _latency_row(kind, applied, not_applied, sent, seconds):
    """Judged is the median of the rounds' differences, which has less of the machine's slower swings in it than that of medians."""
    differences = [a - b for a, b in zip(applied, not_applied)]
    low, middle, high = statistics.quantiles(differences, n=4, method="inclusive")
    return Row("changes", f"p99 at half the peak, {_CHANGES_PER_S:,} {kind} a second, above the same not applied",
               f"{number(statistics.median(applied))} us against {number(statistics.median(not_applied))} us; half of the rounds "
               f"{number(low)} to {number(high)} above", Target(at_most=100, unit="us"), middle,
               note=f"{sent:,} rows, {sent / seconds:,.0f} a second")


def _waiting_row(kind, applied, not_applied):
    """How long the worker could run and did not: what changes hold it up, without the machine's hiccups that make p99."""
    with_them, without = statistics.median(applied), statistics.median(not_applied)
    return Row("changes", f"the worker waits for its core beside {_CHANGES_PER_S:,} {kind} a second",
               f"{number(with_them)} ms a second, {number(without)} where they are not applied")


def _cost_row(kind, times, sent):
    """System time is the disk's and the scheduler's; user time has the cutting of words in it, too."""
    user, system = (1e6 * t / max(sent, 1) for t in times)
    return Row("changes", f"user time of the thread that applies {kind}, a row", f"{number(user)} us, and {number(system)} us in the kernel",
               Target(at_most=50, unit="us"), user)

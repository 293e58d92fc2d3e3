"""Changes of the catalog while auctions run: what they cost the auctions."""
import contextlib
import enum
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
        self.seconds = 0  # for which what it sent was due
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
            self.seconds = due - began
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


class _Way(enum.Enum):
    """What becomes of requests of changes."""
    NOT_APPLIED = "not applied"
    ELSEWHERE = "applied on another core"  # than that of auctions: the client's, which goes first there
    SHARING = "applied on the core of auctions"


class _Found:
    """What the rounds of one kind of changes and one way told."""

    def __init__(self):
        self.p99_us = []
        self.waited_ms = []  # by the worker, of a second
        self.rows = self.seconds = self.user_us = self.system_us = 0


def measure_changes(stage):
    """p99 of auctions at half the peak beside 1,000 changed rows a second, applied on another core than that of auctions and on
    theirs, and beside the same requests that change nothing, in turn; and what a row costs the thread that applies it."""
    server, scale = stage.server(), stage.scale
    rate = ensure_peak(stage) / 2
    kinds = {"changed bids, statuses and budgets": (_changed_rows(server, scale.ads), _CHANGES_OF_A_REQUEST),
             "rows of new ads with 20 keywords": (_new_ads(server, scale.ads), _ROWS_OF_NEW_ADS_A_REQUEST)}
    found = {(kind, way): _Found() for kind in kinds for way in _Way}
    first = dict.fromkeys(kinds, 0)
    # Many short rounds, of an even number: what disturbs the machine disturbs few of them.
    rounds, seconds = 2 * (scale.rounds + 1), scale.round_seconds / 2
    try:
        for turn in range(rounds):
            # Every other round the other way round: what comes later may find the machine otherwise.
            for kind, way in list(found)[::(1, -1)[turn % 2]]:
                stage.tell(f"changes, round {turn + 1} of {rounds}: {kind}, {way.value}")
                server.move_changes(stage.client_core if way is _Way.ELSEWHERE else stage.server_core)
                first[kind] = _run_round(stage, rate, seconds, *kinds[kind], way is not _Way.NOT_APPLIED, first[kind], found[kind, way])
    finally:
        server.move_changes(stage.server_core)
    stage.series["changes_p99_us"] = {kind: {way.value: found[kind, way].p99_us for way in _Way} for kind in kinds}
    rows = []
    for kind in kinds:
        rows += _rows_of(kind, *(found[kind, way] for way in _Way))
    return rows


def _run_round(stage, rate, seconds, make, rows_of_a_request, applied, first, found):
    """One round, of which the row that the next one begins with is returned."""
    server = stage.server()
    before, waited, began = server.changes_times(), server.worker_waited_seconds(), time.monotonic()
    changes = Changes(server, make, rows_of_a_request, applied, first, seconds=2 * seconds + _START_SECONDS)
    try:
        report = stage.client.open_loop(server.url, "/v1/auctions", stage.bodies(), rate, seconds, seconds / 4)
    finally:
        changes.stop()
    found.p99_us.append(report["latency_ns"]["p99"] / 1000)
    if waited is not None:
        found.waited_ms.append(1000 * (server.worker_waited_seconds() - waited) / (time.monotonic() - began))
    if not applied:
        return first
    user, system = (1e6 * (now - then) for now, then in zip(server.changes_times(), before))
    found.user_us, found.system_us = found.user_us + user, found.system_us + system
    found.rows, found.seconds = found.rows + changes.next - first, found.seconds + changes.seconds
    return changes.next


def _rows_of(kind, not_applied, elsewhere, sharing):
    """p99 where auctions and changes share the catalog and the core, and where they share no core, as far as that is there: the client
    that measures has to share its own, where it goes first. What a row costs is judged where it costs more."""
    what = f"p99 at half the peak, {_CHANGES_PER_S:,} {kind} a second"
    rows = [_latency_row(f"{what}, above the same not applied", sharing, not_applied),
            _latency_row(f"{what}, applied on another core", elsewhere, not_applied)]
    if sharing.waited_ms:
        shared, other, none = (number(statistics.median(found.waited_ms)) for found in (sharing, elsewhere, not_applied))
        rows.append(Row("changes", f"the worker waits for its core beside {_CHANGES_PER_S:,} {kind} a second",
                        f"{shared} ms a second, {other} where they are applied on another core, {none} where they are not"))
    user, system = _cost(sharing)
    elsewhere_user, elsewhere_system = map(number, _cost(elsewhere))
    rows.append(Row("changes", f"user time of the thread that applies {kind}, a row",
                    f"{number(user)} us, and {number(system)} us in the kernel; on another core than auctions {elsewhere_user} and {elsewhere_system}",
                    Target(at_most=50, unit="us"), user))
    return rows


def _latency_row(name, applied, not_applied):
    """The median of the rounds' differences has less of the machine's slower swings in it than the difference of medians."""
    differences = [a - b for a, b in zip(applied.p99_us, not_applied.p99_us)]
    low, middle, high = statistics.quantiles(differences, n=4, method="inclusive")
    return Row("changes", name, f"{number(statistics.median(applied.p99_us))} us against {number(statistics.median(not_applied.p99_us))} us; half of the rounds "
               f"{number(low)} to {number(high)} above", Target(at_most=100, unit="us"), middle,
               note=f"{applied.rows:,} rows, {applied.rows / applied.seconds:,.0f} a second")


def _cost(found):
    """User and system time of a row, us. System time is the disk's and the scheduler's; user time has the cutting of words in it, too."""
    return found.user_us / max(found.rows, 1), found.system_us / max(found.rows, 1)

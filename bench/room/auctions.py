"""Rows about auctions over HTTP: are they right, how many a second, how long they take."""
import json
import statistics

from room.ledger import LedgerLoad, check_ledger
from room.processes import Failure, children_cpu_seconds
from room.report import Row, Target, number, skipped
from room.stage import post_auctions, read_lines, winners_of

_CHECKED_QUERIES = 300
_ASKED_AT_MOST = 3
_LEDGER_LEAD_SECONDS = 0.5  # events flow before and after a round, too
_CLIENT_BUSY = 0.9  # above it the client may be what binds
_AUCTIONS, _FIXED = "/v1/auctions", "/yardstick"


def measure_answers(stage):
    """Sampled auctions, asked plainly and explained, which looks at everything: winners and prices are equal."""
    server = stage.server()
    stage.tell("comparing auctions with explained ones")
    bodies = read_lines(stage.bodies(), _CHECKED_QUERIES)
    shown = 0
    for body in bodies:
        winners = _agreed_winners(server, body)
        if any(not 0 < w["price_micros"] <= w["effective_bid_micros"] for w in winners):
            raise Failure(f"a price is not within its bid: {body}")
        if [w["position"] for w in winners] != list(range(1, len(winners) + 1)):
            raise Failure(f"positions are not in order: {body}")
        shown += len(winners)
    if shown == 0:
        raise Failure("no auction had a winner")
    measured = f"{len(bodies)} queries, {shown / len(bodies):.2f} winners, {stage.answer_bytes:,} bytes an answer"
    return [Row("answers", "same winners as explained auctions", measured)]


def _agreed_winners(server, body):
    """The winners on which the plain and the explained auction agree. A hold of the first may take the last of a budget, and a
    step of pacing may come between the two, so they are asked again where they differ."""
    explained = json.dumps({**json.loads(body), "explain": True})
    for _ in range(_ASKED_AT_MOST):
        fast, slow = (winners_of(answer) for answer in post_auctions(server, [body, explained]))
        if [(w["ad_id"], w["price_micros"]) for w in fast] == [(w["ad_id"], w["price_micros"]) for w in slow]:
            return fast
    raise Failure(f"winners differ from those of the explained auction: {body}")


class Contender:
    """Something that answers the auctions' bodies."""

    def __init__(self, name, url, path, host, with_ledger):
        self.name, self.url, self.path, self.host, self.with_ledger = name, url, path, host, with_ledger
        self.rates, self.cpu_us, self.worker_us, self.client_shares = [], [], [], []

    def as_json(self):
        return {"answers_per_s": self.rates, "cpu_us": self.cpu_us, "worker_us": self.worker_us,
                "client_shares": self.client_shares}

    @property
    def rate(self):
        return statistics.median(self.rates)

    @property
    def cpu(self):
        return statistics.median(self.cpu_us)

    @property
    def worker(self):
        return statistics.median(self.worker_us)


def _run_round(stage, contender, ledger, seconds):
    events = ledger.start(seconds + 2 * _LEDGER_LEAD_SECONDS) if contender.with_ledger else None
    before, worker_before = contender.host.cpu_seconds(), contender.host.worker_cpu_seconds()
    client_before = children_cpu_seconds()
    rate = stage.client.peak(contender.url, contender.path, stage.bodies(), seconds)
    contender.client_shares.append((children_cpu_seconds() - client_before) / seconds)
    contender.rates.append(rate)
    contender.cpu_us.append((contender.host.cpu_seconds() - before) / (rate * seconds) * 1e6)
    contender.worker_us.append((contender.host.worker_cpu_seconds() - worker_before) / (rate * seconds) * 1e6)
    if events is not None:
        ledger.finish(events)


def measure_peak(stage):
    """Answers a second of 64 connections that ask at once again: ours, our fixed body, nginx's, and nginx with Lua and
    Redis, in turn."""
    server, peers, scale = stage.server(), stage.peers(), stage.scale
    ours = Contender("gaveld", server.url, _AUCTIONS, server, True)
    fixed = Contender("gaveld's fixed body", server.url, _FIXED, server, True)
    contenders = [ours, fixed]
    if peers:
        contenders += [Contender("nginx's fixed body", peers.url, "/fixed", peers, False),
                       Contender("nginx+Lua+Redis", peers.url, "/auction", peers, False)]
    ledger = LedgerLoad(stage, (scale.rounds + 1) * 2 * (scale.round_seconds + 2 * _LEDGER_LEAD_SECONDS))
    looked_at = server.metrics()
    for turn in range(scale.rounds):
        for contender in contenders:
            stage.tell(f"peak, round {turn + 1} of {scale.rounds}: {contender.name}")
            _run_round(stage, contender, ledger, scale.round_seconds)
    stage.facts.update(peak=ours.rate, fixed_peak=fixed.rate, peak_program=stage.client.peak_program)
    stage.series["peak"] = {c.name: c.as_json() for c in contenders}
    rows = [_ratio_row(ours, fixed, Target(at_least=0.65, stretch=0.8))]
    if peers:
        rows.insert(0, _ratio_row(ours, contenders[2], Target(at_least=0.7, stretch=0.9)))
        rows.append(_ratio_row(ours, contenders[3], Target(at_least=6, stretch=10)))
    else:
        rows += [skipped("peak", f"auctions a second against {name}", "scripts/bootstrap --bench installs it")
                 for name in ("nginx's fixed body", "nginx+Lua+Redis")]
    for contender in contenders:
        measured = f"{number(contender.cpu)} us"
        if contender.with_ledger:
            measured = f"{number(contender.worker)} us, {measured} with all threads"
        rows.append(Row("peak", f"user + sys a request, {contender.name}", measured))
    return rows + [_looked_at(looked_at, server.metrics()), _ledger_row("peak", server)]


def _ratio_row(ours, other, target):
    return Row("peak", f"auctions a second against {other.name}",
               f"{number(round(ours.rate))} against {number(round(other.rate))}", target, ours.rate / other.rate,
               _client_note(other))


def _client_note(contender):
    """Where the client has no time left, the yardstick may be faster than it looks."""
    share = statistics.median(contender.client_shares)
    return f"the client was {share:.0%} busy" if share > _CLIENT_BUSY else ""


def _looked_at(before, after):
    def grown(name):
        return after[name] - before.get(name, 0)

    mean = grown("gavel_auction_candidates_sum") / max(1, grown("gavel_auction_candidates_count"))
    return Row("peak", "candidates looked at in an auction", f"{number(mean)} on average")


def _ledger_row(group, server):
    events, cost = check_ledger(server)
    return Row(group, "reports agree with the ledger", f"{events:,} events, {cost:,} micros")


def ensure_peak(stage):
    """The auctions' peak. Where its row was left out it is measured in short, after as many auctions as that row asks for:
    budgets fill with holds meanwhile, so that the first seconds would tell of another marketplace."""
    if "peak" not in stage.facts:
        stage.tell("peak, in short")
        stage.client.peak(stage.server().url, _AUCTIONS, stage.bodies(), stage.scale.rounds * stage.scale.round_seconds)
        for name, path in (("peak", _AUCTIONS), ("fixed_peak", _FIXED)):
            stage.facts[name] = stage.client.peak(stage.server().url, path, stage.bodies(), stage.scale.round_seconds)
    return stage.facts["peak"]


def _busy(stage, path, rate):
    """The share of the server's core that requests at this rate take in open loop, with what else the server does meanwhile."""
    server = stage.server()
    before = server.cpu_seconds()
    report = stage.client.open_loop(server.url, path, stage.bodies(), rate, stage.scale.round_seconds / 2, 0)
    return (server.cpu_seconds() - before) / report["answered"] * rate


def measure_latency(stage):
    """p99 and p99.9 at half the peak, open loop with Poisson arrivals, against the fixed body at half of its own. In open loop each
    answer leaves alone and wakes the client, so that the core is more than half busy, with auctions and with the fixed body: how
    busy is noted. Where the fixed body kept it as busy as auctions do, the client would be what binds."""
    server, scale = stage.server(), stage.scale
    ensure_peak(stage)
    paths = ((_AUCTIONS, stage.facts["peak"]), (_FIXED, stage.facts["fixed_peak"]))
    stage.tell("latency: how busy the core is")
    shares = [_busy(stage, path, peak / 2) for path, peak in paths]
    seconds = scale.round_seconds
    warm_up = seconds / 4
    ledger = LedgerLoad(stage, (scale.rounds + 1) * 2 * (seconds + warm_up))
    found = {path: [] for path, _ in paths}
    for turn in range(scale.rounds):
        for path, peak in paths:
            stage.tell(f"latency, round {turn + 1} of {scale.rounds}: {path} at {peak / 2:,.0f}/s")
            events = ledger.start(seconds + warm_up)
            found[path].append(stage.client.open_loop(server.url, path, stage.bodies(), peak / 2, seconds, warm_up))
            ledger.finish(events)
    note = "without events the core is {:.0%} busy, {:.0%} with the fixed body".format(*shares)
    rows = [_latency_row(found, quantile, more, note) for quantile, more in (("p99", 50), ("p99.9", 300))]
    _sweep(stage, server, paths)
    return rows + [_ledger_row("latency", server)]


def _latency_row(found, quantile, more_us, note):
    ours, fixed = (statistics.median(r["latency_ns"][quantile] for r in found[path]) / 1000 for path in (_AUCTIONS, _FIXED))
    return Row("latency", f"{quantile} at half the peak, above the fixed body's", f"{number(ours)} us against {number(fixed)} us",
               Target(at_most=more_us, unit="us"), ours - fixed, note)


def _sweep(stage, server, paths):
    series = {}
    for path, peak in paths:
        for share in stage.scale.loads:
            stage.tell(f"latency against load: {path} at {share:.0%} of its peak")
            report = stage.client.open_loop(server.url, path, stage.bodies(), peak * share, stage.scale.round_seconds / 2,
                                            stage.scale.round_seconds / 8)
            series.setdefault(path, []).append({"share": share, "rate_per_s": report["rate_per_s"], **report["latency_ns"]})
    stage.series["latency_ns_by_load"] = series

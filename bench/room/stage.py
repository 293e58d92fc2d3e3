"""What the measures of one run share: the servers, the client, the marketplace, and how large all of it is."""
import dataclasses
import json
import os
import shutil
import statistics
import tempfile
import time

from room import peers as peers_module
from room.gaveld import Gaveld
from room.load import Client
from room.processes import Failure, Processes, cores

_PLANNED_SECONDS = 7  # until every campaign is planned and paced
YEAR = "2026"
ADS_OF_A_CAMPAIGN = 5
SAMPLED_ANSWERS = 200


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much is measured."""
    name: str
    ads: int                  # of the marketplace
    queries: int              # different ones, sent in turn
    rounds: int               # interleaved, of each contender
    round_seconds: float
    catalogs: tuple           # numbers of ads of the synthetic catalogs, the last one the largest
    micro_seconds: float      # of each microbenchmark
    memory_ads: tuple         # two numbers of ads; the difference is what an ad takes
    redis_sets: int           # of 1,000 ads each
    loads: tuple              # shares of the peak

    def with_ads(self, ads):
        return dataclasses.replace(self, ads=ads)


FULL = Scale("full", 1_000_000, 50_000, 5, 4, (10_000, 100_000, 1_000_000), 0.5, (20_000, 200_000), 200,
             (0.1, 0.3, 0.5, 0.7, 0.8, 0.9))
QUICK = Scale("quick", 20_000, 5_000, 2, 0.5, (10_000, 20_000), 0.02, (2_000, 10_000), 10, (0.2, 0.5))


class Stage:
    """Everything is made when it is first asked for, and lives until close(). What could not be made the first time fails
    every time."""

    def __init__(self, scale, build, directory, tell):
        self.scale = scale
        self.build = build
        self.directory = directory
        self.tell = tell
        self.series = {}
        self.facts = {}
        self.processes = Processes()
        self.server_core, self.client_core = cores()
        self.client = Client(self.processes, build, self.client_core)
        self.answer_bytes = None
        self._made = {}
        # For Redis' socket, whose path may have few characters.
        self._short_directory = tempfile.mkdtemp(prefix="gavel-peers-")

    def close(self):
        self.processes.stop_all()
        shutil.rmtree(self._short_directory, ignore_errors=True)

    def _once(self, name, make):
        if name not in self._made:
            try:
                self._made[name] = make()
            except Failure as failure:
                self._made[name] = failure
        if isinstance(self._made[name], Failure):
            raise self._made[name]
        return self._made[name]

    # The demo marketplace's server, with all of it imported and a yardstick of the auctions' size.
    def server(self):
        return self._once("server", self._make_server)

    # The file with the bodies of auctions.
    def bodies(self):
        return self._once("bodies", lambda: self.make_bodies("search-top", self.scale.queries))

    # nginx and Redis, filled; None where they are not installed.
    def peers(self):
        return self._once("peers", self._make_peers)

    def path(self, name):
        return os.path.join(self.directory, name)

    def make_bodies(self, placements, count, seed=1):
        path = self.path(f"queries-{placements.replace(',', '-')}-{seed}.ndjson")
        self.processes.run([*self._generator(self.scale.ads), "--queries", count, "--placements", placements, "--slots", 4,
                            "--out", path, "--seed", seed])
        return path

    def _generator(self, ads):
        return [self.build / "gavel-generate", "--year", YEAR, "--ads", ads, "--campaigns", max(1, ads // ADS_OF_A_CAMPAIGN)]

    def import_command(self, ads, keywords=True):
        command = [str(word) for word in [*self._generator(ads), "--progress"]]
        return command if keywords else ["bash", "-o", "pipefail", "-c", "\"$@\" | grep -v '\"type\":\"keyword\"'", "-", *command]

    def new_server(self, name, **options):
        return Gaveld(self.processes, self.build, self.path(name), self.server_core, **options)

    def _make_server(self):
        server = self.new_server("marketplace")
        server.start(pinned=False)
        self.facts["empty_bytes"] = server.resident_bytes()
        rows, seconds, cpu = server.import_rows(self.import_command(self.scale.ads), self.client_core,
                                                lambda line: self.tell(f"importing: {line}"))
        self.facts.update(import_rows=rows, import_seconds=seconds, import_cpu_seconds=cpu, imported_bytes=server.resident_bytes())
        self.tell("restarting")
        self.answer_bytes = server.yardstick_bytes = self._mean_answer(server)
        server.stop()
        self.facts.update(restart_seconds=server.start(), merge_seconds=server.merge_seconds)
        time.sleep(_PLANNED_SECONDS)
        self.facts.update(resident_bytes=server.resident_bytes(),
                          catalog={key.partition('"')[2].rstrip('"}'): int(value) for key, value in server.metrics().items()
                                   if key.startswith("gavel_catalog_resources{")})
        return server

    def _mean_answer(self, server):
        sizes = [len(answer) for answer in post_auctions(server, read_lines(self.bodies(), SAMPLED_ANSWERS))]
        return round(statistics.mean(sizes))

    def _make_peers(self):
        if peers_module.missing_programs():
            return None
        self.server()  # tells how large an answer is
        self.tell("filling Redis")
        made = peers_module.Peers(self.processes, self._short_directory, self.server_core)
        made.start(self.scale.redis_sets, self.answer_bytes)
        return made


def read_lines(path, count):
    """The first so many lines of a file."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line, _ in zip(file, range(count))]


def post_auctions(server, bodies):
    """Yields the answer to each body, over one connection. Every one must be a 200."""
    connection = server.connect()
    try:
        for body in bodies:
            connection.request("POST", "/v1/auctions", body.encode(), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise Failure(f"an auction was answered {answer.status}: {text[:300]!r}")
            yield text
    finally:
        connection.close()


def winners_of(answer):
    """The winners of all placements of an answer."""
    return [winner for auction in json.loads(answer)["auctions"] for winner in auction["winners"]]

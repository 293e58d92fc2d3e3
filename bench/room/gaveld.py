"""The server under measurement."""
import http.client
import json
import os
import subprocess
import time

from room.processes import (Failure, cpu_seconds, pin_threads, resident_bytes, thread_cpu_seconds, thread_times,
                            thread_waited_seconds, wait_until)

READY_SECONDS = 300
_MERGED_SECONDS_MAX = 120  # then what is measured is measured beside it
# The queue's limit is that of configs/production.toml. Holds of the default 10 minutes would fill the budgets all through the run:
# an auction would be dearer at its end than where its peak was taken.
_SHEDDING = "hold_ttl_s = 5\n[auction]\nqueue_wait_max_ms = 10\n"
_PATIENCE_MS = 60_000
_CHANGES_THREAD = "gavel-changes"
_HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # as README.md advises


class Gaveld:
    """gaveld with one worker on one core, or as many as asked for on as many, on a port of its own choosing, with its data in `directory`."""

    def __init__(self, processes, build, directory, core, yardstick_bytes=4000, threads=1, cores=None):
        self._processes = processes
        self._build = build
        self._directory = directory
        self._core = cores or core
        self._threads = threads
        self._process = None
        self.yardstick_bytes = yardstick_bytes
        self.sheds = False  # whether it has limits of waiting, and short holds; a peak is measured without them
        self.address = None
        self.merge_seconds = None  # after the last start for good
        os.makedirs(directory, exist_ok=True)

    @property
    def url(self):
        return f"http://{self.address}"

    @property
    def pid(self):
        return self._process.pid

    def start(self, pinned=True):
        """Starts it, on all cores until it is at rest or for good, and gives the seconds until /readyz says so."""
        config = os.path.join(self._directory, "gaveld.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'listen = "127.0.0.1:0"\ndata_dir = "{self._directory}/data"\nthreads = {self._threads}\n'
                       f'log_level = "warn"\nyardstick_body_bytes = {self.yardstick_bytes}\n')
            file.write(_SHEDDING if self.sheds else self._patience())
        told = os.path.join(self._directory, "data", "listen_address")
        if os.path.exists(told):
            os.remove(told)
        began = time.monotonic()
        with open(os.path.join(self._directory, "gaveld.log"), "ab") as log:
            self._process = self._processes.start([self._build / "gaveld", "--config", config], stdout=log, stderr=log,
                                                  env={**os.environ, **_HUGE_PAGES})
        wait_until(lambda: self._is_ready(told), self._process, "gaveld", READY_SECONDS)
        seconds = time.monotonic() - began
        if pinned:
            self.merge_seconds = self._wait_until_merged()
            pin_threads(self.pid, self._core)
        return seconds

    def _wait_until_merged(self):
        """For how long RocksDB still merged tables: what that reads and writes takes caches from auctions."""
        began, last = time.monotonic(), 0
        while last < _MERGED_SECONDS_MAX and self._merges():
            last = time.monotonic() - began
            time.sleep(0.25)
        return last

    def _merges(self):
        metrics = self.metrics()
        return any(metrics[f"gavel_rocksdb_{name}"] for name in ("compaction_pending", "num_running_compactions"))

    def _patience(self):
        """Configuration by which no auction is shed for having waited, as it would be where 64 clients ask as fast as they can;
        of the keys that this server has."""
        known = self._processes.run([self._build / "gaveld", "--help-config"]).decode()
        keys = [key for key in ("tmax_ms", "queue_wait_max_ms") if f"\nauction.{key} = " in known]
        return "[auction]\n" + "".join(f"{key} = {_PATIENCE_MS}\n" for key in keys) if keys else ""

    def _is_ready(self, told):
        try:
            with open(told, encoding="utf-8") as file:
                self.address = file.read().strip()
            return self.address != "" and self.get("/readyz", ok=(200, 503))[0] == 200
        except OSError:
            return False

    def stop(self):
        """SIGTERM, and the drain that follows."""
        if self._process is None:
            return
        status = self._processes.stop(self._process)
        self._process = None
        if status != 0:
            raise Failure(f"gaveld ended with {status}")

    def verify(self):
        """Compares everything in its data directory with everything, and gives the outcome; requires that it is stopped."""
        config = os.path.join(self._directory, "gaveld.toml")
        return self._processes.run([self._build / "gaveld", "--config", config, "--verify"]).decode().strip().rpartition(": ")[2]

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def worker_cpu_seconds(self):
        return thread_cpu_seconds(self.pid, "gavel-http-")

    def worker_waited_seconds(self):
        return thread_waited_seconds(self.pid, "gavel-http-")

    def changes_times(self):
        """User and system time of the thread that applies changes."""
        return thread_times(self.pid, _CHANGES_THREAD)

    def move_changes(self, core):
        """Has changes applied on this core from now on."""
        if pin_threads(self.pid, core, _CHANGES_THREAD) == 0:
            raise Failure(f"gaveld has no thread {_CHANGES_THREAD}")

    def resident_bytes(self):
        return resident_bytes(self.pid)

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=60)

    def get(self, path, ok=(200,)):
        """Status and body; a Failure for any status but those of `ok`."""
        connection = self.connect()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status not in ok:
            raise Failure(f"GET {path}: {answer.status} {body[:200]!r}")
        return answer.status, body

    def get_json(self, path):
        return json.loads(self.get(path)[1])

    def metrics(self):
        """Every sample of /metrics by its name with labels, as it is written there."""
        samples = {}
        for line in self.get("/metrics")[1].decode().splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def import_rows(self, command, core, tell):
        """Pipes what the command writes into POST /v1/bulk; gives rows, seconds, and the server's of processor time. Every row
        must be taken.

        `tell` is called with each line of progress that the command writes."""
        maker = self._processes.start(command, core, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        began, cpu = time.monotonic(), self.cpu_seconds()
        results = os.path.join(self._directory, "import.ndjson")
        sender = self._processes.start(
            ["curl", "-sSf", "-X", "POST", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:", "-T", "-", "-o", results,
             f"{self.url}/v1/bulk"], core, stdin=maker.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        maker.stdout.close()
        for line in maker.stderr:
            tell(line.decode(errors="replace").strip())
        self._processes.finish(sender, 900)
        seconds, cpu = time.monotonic() - began, self.cpu_seconds() - cpu
        if self._processes.stop(maker) != 0:
            raise Failure(f"{command[0]} ended with {maker.returncode}")
        return check_import(results), seconds, cpu


def check_import(results):
    """How many rows a bulk answer took; a Failure that shows the first that it refused."""
    rows = 0
    with open(results, encoding="utf-8") as file:
        for line in file:
            rows += 1
            if '"status":20' not in line:
                raise Failure(f"the import was refused: {line.strip()[:300]}")
    os.remove(results)
    if rows == 0:
        raise Failure("the import answered nothing")
    return rows

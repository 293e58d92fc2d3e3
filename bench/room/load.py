"""Load from the client's core: gavel-load for latencies, wrk for the peak. Every answer must be a 200."""
import json
import pathlib
import shutil
import subprocess

from room.processes import Failure

CONNECTIONS = 64
_BODIES_LUA = pathlib.Path(__file__).with_name("bodies.lua")


def check_load(side, path):
    """What gavel-load reports of one path; a Failure where an answer was no 200 or a connection broke."""
    others = {status: count for status, count in side["statuses"].items() if status != "200"}
    if others or side["errors"] or not side["answered"]:
        raise Failure(f"{path}: statuses {side['statuses']}, {side['errors']} errors")
    return side


def parse_wrk(output):
    """Requests a second of wrk's report by bodies.lua; a Failure where anything went wrong."""
    for line in output.splitlines():
        if line.startswith("JSON "):
            report = json.loads(line[5:])
            if report["errors"] or not report["requests"]:
                raise Failure(f"wrk: {report['requests']} answers, {report['errors']} errors")
            return report["requests"] / report["seconds"]
    raise Failure("wrk gave no report")


class Client:
    def __init__(self, processes, build, core):
        self._processes = processes
        self._build = build
        self._core = core
        self._wrk = shutil.which("wrk")

    @property
    def peak_program(self):
        return "wrk" if self._wrk else "gavel-load"

    def _command(self, url, path, bodies, seconds, connections, warm_up):
        return [self._build / "gavel-load", "--url", url, "--path", path, "--bodies", bodies, "--duration", seconds,
                "--connections", connections, "--warmup", warm_up, "--json"]

    def start_open_loop(self, url, path, bodies, rate, seconds, connections=CONNECTIONS, warm_up=0, arrivals="poisson",
                        first=False):
        command = self._command(url, path, bodies, seconds, connections, warm_up)
        return self._processes.start(command + ["--rate", rate, "--arrivals", arrivals], self._core, first=first,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process, path, timeout=120):
        return check_load(json.loads(self._processes.finish(process, timeout))["target"], path)

    def open_loop(self, url, path, bodies, rate, seconds, warm_up):
        return self.finish(self.start_open_loop(url, path, bodies, rate, seconds, warm_up=warm_up, first=True), path)

    def peak(self, url, path, bodies, seconds):
        """Answers a second with 64 connections that each ask again at once."""
        if self._wrk and seconds >= 1:
            out = self._processes.run([self._wrk, "-t1", f"-c{CONNECTIONS}", f"-d{int(seconds)}s", "-s", _BODIES_LUA, url + path,
                                       "--", bodies], self._core, timeout=60)
            return parse_wrk(out.decode())
        return self.closed_loop(url, path, bodies, seconds)["rate_per_s"]

    def closed_loop(self, url, path, bodies, seconds):
        """gavel-load's report of the same."""
        return self.finish(self.start_closed_loop(url, path, bodies, seconds, self._core), path)

    def start_closed_loop(self, url, path, bodies, seconds, core, connections=CONNECTIONS):
        command = self._command(url, path, bodies, seconds, connections, 0) + ["--closed"]
        return self._processes.start(command, core, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

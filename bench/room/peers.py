"""The yardsticks that others wrote: nginx with a fixed body, and an auction in nginx, Lua and Redis."""
import glob
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

from room.processes import Failure, cpu_seconds, wait_until

PEERS = pathlib.Path(__file__).parent.parent / "peers"
READY_SECONDS = 60
_CHUNK = 2000


def missing_programs():
    """What `scripts/bootstrap --bench` would install of it."""
    missing = [name for name in ("nginx", "redis-server", "redis-cli") if find_program(name) is None]
    if nginx_modules() is None:
        missing.append("libnginx-mod-http-lua")
    if not glob.glob("/usr/lib/*/lua/5.1/cjson.so"):
        missing.append("lua-cjson")
    return missing


def find_program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def nginx_modules():
    found = glob.glob("/usr/lib/nginx/modules/ngx_http_lua_module.so")
    return os.path.dirname(found[0]) if found else None


def fill_in(template, values):
    """The template with every @NAME@ replaced."""
    return re.sub(r"@([A-Z_]+)@", lambda match: str(values[match[1]]), template)


def fixed_body(size):
    """nginx's directives for a body of so many bytes, and the expression that stands for it."""
    chunks = [min(_CHUNK, size - at) for at in range(0, size, _CHUNK)]
    directives = [f'set $body{i} "{"x" * length}";' for i, length in enumerate(chunks)]
    return "\n      ".join(directives), '"' + "".join(f"$body{i}" for i in range(len(chunks))) + '"'


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Peers:
    """nginx and Redis together on one core; requires that no program is missing."""

    def __init__(self, processes, directory, core):
        self._processes = processes
        self._directory = directory
        self._core = core
        self._nginx = self._redis = None
        self._port = free_port()
        os.makedirs(directory, exist_ok=True)
        self._socket = os.path.join(directory, "redis.sock")

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def start(self, sets, answer_bytes):
        set_body, body = fixed_body(answer_bytes)
        values = {"DIR": self._directory, "PEERS": PEERS, "PORT": self._port, "SETS": sets, "MODULES": nginx_modules(),
                  "LUA_MODULES": os.path.dirname(glob.glob("/usr/lib/*/lua/5.1/cjson.so")[0]), "SET_BODY": set_body,
                  "BODY": body}
        for name in ("nginx.conf", "redis.conf"):
            template = (PEERS / f"{name}.in").read_text(encoding="utf-8")
            pathlib.Path(self._directory, name).write_text(fill_in(template, values), encoding="utf-8")
        self._start_redis(sets, answer_bytes)
        self._start_nginx()
        self.check()

    def _start_redis(self, sets, answer_bytes):
        self._redis = self._processes.start([find_program("redis-server"), f"{self._directory}/redis.conf"], self._core)
        wait_until(lambda: os.path.exists(self._socket), self._redis, "redis-server", READY_SECONDS)
        filler = self._processes.start(["python3", PEERS / "fill_redis.py", "--sets", sets, "--answer-bytes", answer_bytes],
                                       stdout=subprocess.PIPE)
        said = self._processes.run([find_program("redis-cli"), "-s", self._socket, "--pipe"], stdin=filler.stdout)
        if self._processes.stop(filler) != 0 or b"errors: 0" not in said:
            raise Failure(f"Redis refused what it was filled with: {said[-200:]!r}")

    def _start_nginx(self):
        log = os.path.join(self._directory, "nginx.start.log")
        with open(log, "wb") as out:
            self._nginx = self._processes.start([find_program("nginx"), "-p", self._directory, "-c",
                                                 f"{self._directory}/nginx.conf", "-e", log], self._core, stderr=out)
        wait_until(self._answers, self._nginx, "nginx", READY_SECONDS)

    def _answers(self):
        try:
            return self.post("/fixed", {})[0] == 200
        except OSError:
            return False

    def post(self, path, document):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def check(self):
        """Holds its auctions against the rules of generalised second prices, and its budgets against its prices."""
        spent = 0
        before = self._budgets_left()
        for i in range(50):
            winners = self._winners(f"word {i}")
            spent += sum(w["price_micros"] for w in winners)
        if before - self._budgets_left() != spent:
            raise Failure("nginx, Lua and Redis did not take their prices from the budgets")
        poor = winners[0]["campaign_id"]
        budget = self._redis_cli("HGET", "budgets", poor)
        self._redis_cli("HSET", "budgets", poor, 1)
        if poor in {w["campaign_id"] for w in self._winners("word 49")} or int(self._redis_cli("HGET", "budgets", poor)) != 1:
            raise Failure("nginx, Lua and Redis showed an ad without budget")
        self._redis_cli("HSET", "budgets", poor, budget)

    def _winners(self, query):
        request = {"request_id": "r", "query": query, "auctions": [{"placement_id": "search-top", "slots": 4}]}
        status, body = self.post("/auction", request)
        winners = json.loads(body)["auctions"][0]["winners"] if status == 200 else []
        if len(winners) != 4 or len({w["advertiser_id"] for w in winners}) != 4:
            raise Failure(f"nginx, Lua and Redis answered {status} {body[:300]!r}")
        if any(w["price_micros"] > w["effective_bid_micros"] for w in winners):
            raise Failure(f"nginx, Lua and Redis ask more than was bid: {body[:300]!r}")
        return winners

    def _redis_cli(self, *command):
        return self._processes.run([find_program("redis-cli"), "-s", self._socket, *command]).decode().strip()

    def _budgets_left(self):
        return sum(int(value) for value in self._redis_cli("HVALS", "budgets").split())

    def answer_bytes(self, bodies):
        """The mean size of its answers to the first bodies."""
        sizes = [len(self.post("/auction", json.loads(body))[1]) for body in bodies[:200]]
        return sum(sizes) / len(sizes)

    def cpu_seconds(self):
        """Of nginx and Redis together."""
        return cpu_seconds(self._nginx.pid) + cpu_seconds(self._redis.pid)

    worker_cpu_seconds = cpu_seconds  # they have no other threads to speak of

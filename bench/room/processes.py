"""The processes that a run starts: each pinned to its cores, none left behind whatever happens."""
import contextlib
import ctypes
import os
import signal
import subprocess
import time

TERMINATION_SECONDS = 20
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """Something that a run needs did not work; the message is for people."""


class TimeIsUp(BaseException):
    """The run's deadline has passed. Not an Exception, so that no row takes it for its own failure."""


def cores():
    """The server's core and the client's; the same one on a machine with a single core."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[min(1, len(allowed) - 1)]


class Processes:
    """Owns every process of a run. Not thread-safe."""

    def __init__(self):
        self._running = []

    def start(self, argv, core=None, first=False, **popen):
        """Starts a process, on one core or a set of them, that lives until it is stopped, at the latest with the run. `first`: before
        others of its core, if that is permitted; for who measures latencies."""
        parent = os.getpid()

        def prepare():
            # Even a killed run leaves nothing behind: the kernel ends the child with it.
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            if core is not None:
                os.sched_setaffinity(0, as_set(core))
            if first:
                with contextlib.suppress(PermissionError):
                    os.setpriority(os.PRIO_PROCESS, 0, -20)

        try:
            process = subprocess.Popen([str(word) for word in argv], preexec_fn=prepare, **popen)
        except OSError as error:
            raise Failure(f"cannot start {argv[0]}: {error.strerror}") from None
        self._running.append(process)
        return process

    def run(self, argv, core=None, timeout=300, **popen):
        """Runs a program to its end and gives its standard output as bytes. Anything but success is a Failure."""
        process = self.start(argv, core, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen)
        return self.finish(process, timeout)

    def finish(self, process, timeout=300):
        """Waits for a process that was started with pipes; as run()."""
        name = os.path.basename(str(process.args[0]))
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"{name} did not end within {timeout} s") from None
        finally:
            self.stop(process)
        if process.returncode != 0:
            said = (err or out or b"").decode(errors="replace").strip().splitlines()
            raise Failure(f"{name} ended with {process.returncode}: {said[-1] if said else 'and said nothing'}")
        return out

    def stop(self, process):
        """Asks a process to end, makes it end, and gives its status. Nothing happens where it has ended."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(TERMINATION_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        if process in self._running:
            self._running.remove(process)
        return process.returncode

    def stop_all(self):
        for process in reversed(list(self._running)):
            self.stop(process)


def as_set(core):
    return core if isinstance(core, set) else {core}


def pin_threads(pid, core, prefix=""):
    """Moves those threads of a process whose names begin so, and those that they start later, to a core or a set of them. Their number."""
    moved = 0
    for thread in _threads(pid, prefix):
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(int(os.path.basename(thread)), as_set(core))
            moved += 1
    return moved


def cpu_seconds(pid):
    """User and system time that all threads of a process have used so far."""
    return _cpu_seconds_of(f"/proc/{pid}/stat")


def children_cpu_seconds():
    """User and system time of all children that have ended and were waited for."""
    times = os.times()
    return times.children_user + times.children_system


def thread_cpu_seconds(pid, prefix):
    """User and system time of those of its threads whose names begin so."""
    return sum(thread_times(pid, prefix))


def thread_times(pid, prefix):
    """As above, user and system time apart."""
    user = system = 0
    for thread in _threads(pid, prefix):
        times = _times_of(f"{thread}/stat")
        user, system = user + times[0], system + times[1]
    return user, system


def thread_waited_seconds(pid, prefix):
    """How long they could have run and did not: others had the core. None where the kernel does not count it."""
    if not os.path.exists("/proc/self/schedstat"):
        return None
    waited = 0
    for thread in _threads(pid, prefix):
        with open(f"{thread}/schedstat", encoding="utf-8") as file:
            waited += int(file.read().split()[1]) / 1e9
    return waited


def _threads(pid, prefix):
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            with open(f"/proc/{pid}/task/{thread}/comm", encoding="utf-8") as file:
                name = file.read()
            if name.startswith(prefix):
                yield f"/proc/{pid}/task/{thread}"


def _cpu_seconds_of(stat):
    return sum(_times_of(stat))


def _times_of(stat):
    with open(stat, encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return tuple(int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[11:13])


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise Failure(f"process {pid} has no resident memory")


def wait_until(condition, process, what, seconds):
    """Returns once condition() holds; a Failure where the process ends first or it takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            raise Failure(f"{what} ended with {process.returncode} instead of getting ready")
        if time.monotonic() > end:
            raise Failure(f"{what} was not ready within {seconds} s")
        time.sleep(0.005)

"""What ran, where and when: without it no figure means anything."""
import datetime
import os
import subprocess
import time

_BUSY_AT_MOST = 0.1


def busy_share(seconds):
    """How busy the machine's processors are with others' work, from 0 to 1."""

    def sample():
        with open("/proc/stat", encoding="utf-8") as file:
            ticks = [int(field) for field in file.readline().split()[1:]]
        return sum(ticks), ticks[3] + ticks[4]  # all, idle and waiting for the disk

    total, idle = sample()
    time.sleep(seconds)
    total_then, idle_then = sample()
    return round(1 - (idle_then - idle) / max(1, total_then - total), 3)


def describe(stage, root):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = {line.partition(":")[2].strip() for line in file if line.startswith("model name")}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    commit = subprocess.run(["git", "-C", root, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit.stdout.strip(),
        "mode": stage.scale.name,
        "ads": stage.scale.ads,
        "processors": f"{os.cpu_count()} x {', '.join(sorted(models))}",
        "memory_gib": round(memory / 2**30, 1),
        "kernel": os.uname().release,
        "server_core": stage.server_core,
        "client_core": stage.client_core,
        "facts": stage.facts,
    }


def headline(facts):
    busy = facts["facts"].get("busy_before", 1)
    return (f"{facts['mode']} run of {facts['commit'] or 'no commit'}, {facts['at']}, {facts['ads']:,} ads; "
            f"{facts['processors']}, {facts['memory_gib']} GiB, Linux {facts['kernel']}; processors {busy:.0%} busy "
            f"with other work before it" + (": take no figure from it" if busy > _BUSY_AT_MOST else ""))

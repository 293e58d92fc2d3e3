"""Rows of gavel-overload: three times the peak, idle and slow connections."""
import re

from room.processes import Failure
from room.report import MISSED, REACHED, Row, skipped

_PROGRAM = "gavel-overload"


def measure_overload(stage):
    """gavel-overload on the marketplace with limits of waiting and short holds, each request for a page of results with a banner: auctions have
    to be heavy for shedding to be worth it. The server keeps these limits afterwards."""
    if not (stage.build / _PROGRAM).exists():
        return [skipped("overload", "overload and fairness", f"{_PROGRAM} is not there")]
    server = stage.server()
    quick = stage.scale.name == "quick"
    stage.tell("overload")
    server.stop()
    server.sheds = True
    server.start()
    bodies = stage.make_bodies("search-top,home-banner", 1000, seed=3)
    amount = ["--seconds", 1, "--idle", 50, "--slow", 20] if quick else ["--seconds", 30]
    out = stage.processes.run([stage.build / _PROGRAM, "--url", server.url, "--bodies", bodies, *amount], stage.client_core,
                              timeout=280)
    return parse_table(out.decode())


def parse_table(text):
    """Rows of the program's table, | what | target | measured | met or **missed** |."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 4 or cells[0] == "what" or re.fullmatch(r"[-| ]+", line):
            continue
        name, target, measured, verdict = cells
        rows.append(Row("overload", name, f"{measured} (target: {target})", verdict=REACHED if verdict == "met" else MISSED))
    if not rows:
        raise Failure(f"{_PROGRAM} printed no table: {text[-200:]!r}")
    return rows

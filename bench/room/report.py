"""What a run found: rows with target, measure and verdict, as a table and as JSON."""
import dataclasses
import json

REACHED, STRETCH, MISSED = "reached", "stretch reached", "missed"
FIGURE, SKIPPED, FAILED, NOT_JUDGED = "figure", "skipped", "FAILED", "not judged"


@dataclasses.dataclass
class Target:
    """A bound of a row's `compared` figure. `stretch` is where one would like to be."""
    at_least: float = None
    at_most: float = None
    stretch: float = None
    unit: str = "x"

    def __str__(self):
        sign, bound = (">=", self.at_least) if self.at_least is not None else ("<=", self.at_most)
        text = f"{sign} {number(bound)} {self.unit}"
        return text + f" ({number(self.stretch)})" if self.stretch is not None else text

    def verdict(self, compared):
        if self.at_least is not None:
            if self.stretch is not None and compared >= self.stretch:
                return STRETCH
            return REACHED if compared >= self.at_least else MISSED
        return REACHED if compared <= self.at_most else MISSED


@dataclasses.dataclass
class Row:
    """One line of the table. `compared` is what the target bounds: a ratio, a difference, or the measure itself."""
    group: str
    name: str
    measured: str
    target: Target = None
    compared: float = None
    note: str = ""
    verdict: str = ""

    def __post_init__(self):
        if not self.verdict:
            self.verdict = self.target.verdict(self.compared) if self.target else FIGURE

    def as_json(self):
        row = dataclasses.asdict(self)
        row["target"] = dataclasses.asdict(self.target) if self.target else None
        return row


def skipped(group, name, why):
    return Row(group, name, "", note=why, verdict=SKIPPED)


def failed(group, name, why):
    return Row(group, name, "", note=why, verdict=FAILED)


def not_judged(row):
    """The same row without a word on its target: a quick run is too short and too small for that."""
    return dataclasses.replace(row, verdict=NOT_JUDGED) if row.verdict in (REACHED, STRETCH, MISSED) else row


def number(value):
    """A figure as people like to read it: three digits that count, thousands set apart."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def table(rows):
    """The rows as text, a line each, with columns as wide as they must be."""
    lines = [("row", "target", "measured", "compared", "verdict")]
    for row in rows:
        compared = f"{number(row.compared)} {row.target.unit if row.target else 'x'}" if row.compared is not None else ""
        lines.append((row.name, str(row.target) if row.target else "", row.measured, compared, row.verdict))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = []
    for i, line in enumerate(lines):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
        note = rows[i - 1].note if i > 0 else ""
        out.append(text + (f"  ({note})" if note else ""))
        if i == 0:
            out.append("  ".join("-" * width for width in widths))
    return "\n".join(out) + "\n"


def as_json(about, rows, series):
    """One object: what the run was and on which machine, the rows, and the series that the plots are drawn from."""
    return json.dumps({"about": about, "rows": [row.as_json() for row in rows], "series": series}, indent=1,
                      ensure_ascii=False) + "\n"

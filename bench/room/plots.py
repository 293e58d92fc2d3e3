"""Plots as SVG, without a library: lines over one another, axes linear or logarithmic."""
import html
import math

from room.report import number

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 60
_NAMES_A_ROW, _ROW_HEIGHT = 3, 16  # of the legend
_COLOURS = ("#1b6ca8", "#c8553d", "#4f8a4c", "#8a5aa8", "#7a7a7a", "#b08d00")


class Axis:
    """Maps values to places between `begin` and `end`."""

    def __init__(self, values, begin, end, logarithmic):
        self.logarithmic = logarithmic
        self._begin, self._end = begin, end
        if logarithmic:
            self.low, self.high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
        else:
            self.low, self.high = 0, rounded_up(max(values))
        if self.low == self.high:
            self.high = self.low * 10 or 1

    def place(self, value):
        if self.logarithmic:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self._begin + share * (self._end - self._begin)

    def ticks(self):
        if self.logarithmic:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**power for power in range(first, last + 1)]
        return [self.low + (self.high - self.low) * i / 5 for i in range(6)]


def rounded_up(value):
    """The least of 1, 2, 2.5, 5 times a power of ten that is no less."""
    if value <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * (1 - 1e-12))


def plot(title, x_label, y_label, lines, log_x=False, log_y=False):
    """`lines`: name -> [(x, y)...], in order of x; above 0 where an axis is logarithmic. Gives the SVG, or None where
    there is no point at all."""
    lines = {name: points for name, points in lines.items() if points}
    if not lines:
        return None
    points = [point for line in lines.values() for point in line]
    x = Axis([p[0] for p in points], _LEFT, _WIDTH - _RIGHT, log_x)
    y = Axis([p[1] for p in points], _HEIGHT - _BOTTOM, _TOP, log_y)
    height = _HEIGHT + (len(lines) - 1) // _NAMES_A_ROW * _ROW_HEIGHT
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{_WIDTH}" height="{height}" fill="white"/>', _text(_WIDTH / 2, 20, title, "middle", 14),
           _text(_WIDTH / 2, _HEIGHT - 25, x_label, "middle"),
           f'<g transform="rotate(-90 14 {_HEIGHT / 2})">{_text(14, _HEIGHT / 2, y_label, "middle")}</g>']
    for tick in x.ticks():
        out.append(_line(x.place(tick), _TOP, x.place(tick), _HEIGHT - _BOTTOM))
        out.append(_text(x.place(tick), _HEIGHT - _BOTTOM + 15, number(tick), "middle"))
    for tick in y.ticks():
        out.append(_line(_LEFT, y.place(tick), _WIDTH - _RIGHT, y.place(tick)))
        out.append(_text(_LEFT - 5, y.place(tick) + 4, number(tick), "end"))
    share = (_WIDTH - _LEFT) / min(len(lines), _NAMES_A_ROW)
    for i, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[i % len(_COLOURS)]
        path = " ".join(f"{x.place(px):.1f},{y.place(py):.1f}" for px, py in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x.place(px):.1f}" cy="{y.place(py):.1f}" r="3" fill="{colour}"/>' for px, py in line]
        left, base = _LEFT + i % _NAMES_A_ROW * share, _HEIGHT - 8 + i // _NAMES_A_ROW * _ROW_HEIGHT
        out.append(f'<rect x="{left:.0f}" y="{base - 9}" width="10" height="10" fill="{colour}"/>')
        out.append(_text(left + 14, base, name, "start"))
    return "\n".join(out + ["</svg>"]) + "\n"


def _text(x, y, text, anchor, size=11):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{html.escape(text)}</text>'


def _line(x1, y1, x2, y2):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'

"""Quiet charts 图表: where the lines, dots, bars and words of a chart stand. Pure; the partials only draw it.

``points`` are (label, value) pairs, of bars also (label, value, what it is a share of, the address of what it counts).
A value of None is a gap and prints as ``—``. Values may be Decimal or float. ``targets`` are (name, value) pairs: lines
that carry their names.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from students.metrics import NO_RATE

LEFT, RIGHT = 6, 94  # the line keeps this far from the sides, in per cent of the width, so that end labels fit
TOP, BOTTOM = 26, 168  # pixels of a chart 200 high: room for a label above, for the names of the points below
MAX_NAMES = 4  # names of points that fit side by side on a phone
LINE = 17  # pixels that a line of words needs
LETTER, GAP = 13, 5  # pixels that the letters of a name reach above its foot, and that lie between it and a line


def share(value, low, high) -> float:
    """Where ``value`` lies between ``low`` and ``high``, 0 to 1; an empty span puts everything at its foot."""
    return float(value - low) / float(high - low) if high > low else 0.0


def figure(value) -> str:
    """A value as text, without the zeros a Decimal drags along."""
    if value is None:
        return NO_RATE
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:g}"


def bars(points, target=None) -> list[dict]:
    """Bars as a share of the longest one or of the target, whichever is longer; the baseline is always zero.

    >>> bars([("甲", 2), ("乙", 4)])[0]["width"]
    50.0
    """
    longest = longest_of(points, target)
    return [
        {
            "label": label,
            "text": figure(value),
            "of": more[0] if more else "",
            "url": more[1] if more[1:] and value else "",
            "width": round(share(value or 0, 0, longest) * 100, 2),
            "over": target is not None and value is not None and value > target,
        }
        for label, value, *more in points
    ]


def longest_of(points, target=None):
    """What a bar of full width stands for."""
    return max([value for _, value, *_ in points if value is not None] + [target or 0], default=0)


def line_geometry(series: Sequence[tuple[str, Sequence]], targets=(), floor=0) -> dict:
    """Dots, segments and targets of a line chart: x in per cent of the width, y in pixels from the top.

    ``series``: (name, points) of each line, all over the same labels. ``floor``: the value of the baseline. Leave 0
    for rates of loss; for rates near 100 give what the page names.
    """
    known = [value for _, points in series for _, value in points if value is not None]
    top = max([*known, *(value for _, value in targets)], default=floor)

    def height(value):
        return round(BOTTOM - share(max(value, floor), floor, top) * (BOTTOM - TOP), 1)

    alone = len(series) == 1
    lines = [_line(name, list(points), height, with_peak=alone) for name, points in series]
    drawn = [{"name": name, "text": figure(value), "y": height(value)} for name, value in targets]
    _place_names(drawn)
    heights = [target["y"] for target in drawn]
    _name_clear(lines, heights)
    if not alone:
        _name_ends(lines, heights)
    return {"lines": lines, "base_y": BOTTOM, "targets": drawn}


def _line(name: str, points: list, height, *, with_peak: bool) -> dict:
    """One line; ``with_peak``: its highest point is named beside its last."""
    step = (RIGHT - LEFT) / (len(points) - 1) if len(points) > 1 else 0
    every = -(-len(points) // MAX_NAMES)
    highest = max((value for _, value in points if value is not None), default=None)
    last = len(points) - 1
    dots = []
    for place, (label, value) in enumerate(points):
        x = round(LEFT + place * step, 2)
        y = None if value is None else height(value)
        dots.append({
            "x": x, "y": y, "label": label, "text": figure(value),
            "named": value is not None and (place == last or (with_peak and value == highest)),
            "last": place == last,
            "minor": place != last and (last - place) % every != 0,
        })  # fmt: skip
        # A label stands above its dot, but below where the line comes down from the left and there is room.
        before = next((dot["y"] for dot in dots[-2::-1] if dot["y"] is not None), None)
        falls = y is not None and before is not None and before < y < BOTTOM - 24
        dots[-1]["name_y"] = 0 if y is None else y + 22 if falls else y - 10
    # Two equal peaks would be named twice, and a peak beside the last point would write over its label.
    peaks = [dot for dot in dots if dot["named"] and not dot["last"]]
    for dot in peaks:
        dot["named"] = dot is peaks[0] and last - dots.index(dot) > 1
    segments = [pair for pair in pairwise(dots) if None not in (pair[0]["y"], pair[1]["y"])]
    return {"name": name, "dots": dots, "segments": segments}


def _name_clear(lines: Iterable[dict], heights: Sequence[float]) -> None:
    """No target strikes the name of a point through: it stands above the line that would."""
    for dot in (dot for line in lines for dot in line["dots"] if dot["named"]):
        for height in sorted(heights, reverse=True):
            if _strikes(height, dot):
                dot["name_y"] = height - GAP


def _strikes(height: float, dot: dict) -> bool:
    return dot["name_y"] - LETTER < height < dot["name_y"] + GAP


def _name_ends(lines: Iterable[dict], heights: Sequence[float]) -> None:
    """The last points of several lines carry the names of their lines, one under the other where they are close, and
    below a target that would strike them through there."""
    ends = [line["dots"][-1] for line in lines if line["dots"] and line["dots"][-1]["named"]]
    ends.sort(key=lambda dot: dot["name_y"])
    for upper, lower in pairwise(ends):
        lower["name_y"] = max(lower["name_y"], upper["name_y"] + LINE)
        for height in sorted(heights):
            if _strikes(height, lower):
                lower["name_y"] = height + LETTER


def _place_names(targets: list[dict]) -> None:
    """The name of a target stands above its line, below it where another line is close above."""
    for target in targets:
        above = [other["y"] for other in targets if other["y"] < target["y"]]
        crowded = above and target["y"] - max(above) < LINE
        target["name_y"] = target["y"] + 14 if crowded else target["y"] - 6

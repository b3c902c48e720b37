"""Quiet charts (图表): the geometry is computed here, the partials only draw it.

``points`` are (label, value) pairs; a value of None is a gap and prints as ``—``. Values may be Decimal or float, in
the unit that ``unit`` names. ``table_url`` leads to the same figures as a table: every chart has one.
"""

from decimal import Decimal

from django import template

from students.templatetags.chinese import MISSING

register = template.Library()

LEFT, RIGHT = 6, 94  # the line keeps this far from the sides, in per cent of the width, so that end labels fit
TOP, BOTTOM = 26, 168  # pixels of a chart 200 high: room for a label above, for the names of the points below
MAX_NAMES = 4  # names of points that fit side by side on a phone


def share(value, low, high) -> float:
    """Where ``value`` lies between ``low`` and ``high``, 0 to 1; an empty span puts everything at its foot."""
    return float(value - low) / float(high - low) if high > low else 0.0


def figure(value) -> str:
    """A value as text, without the zeros a Decimal drags along."""
    if value is None:
        return MISSING
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:g}"


def bars(points, target=None) -> list[dict]:
    """Bars as a share of the longest one or of the target, whichever is longer; the baseline is always zero.

    >>> bars([("甲", 2), ("乙", 4)])[0]["width"]
    50.0
    """
    longest = max([value for _, value in points if value is not None] + [target or 0], default=0)
    return [
        {
            "label": label,
            "text": figure(value),
            "width": round(share(value or 0, 0, longest) * 100, 2),
            "over": target is not None and value is not None and value > target,
        }
        for label, value in points
    ]


def line_geometry(points, target=None, floor=0) -> dict:
    """Dots, path and target of a line chart: x in per cent of the width, y in pixels from the top.

    ``floor``: the value of the baseline. Leave 0 for rates of loss; for rates near 100 give what the page names.
    """
    points = list(points)
    known = [value for _, value in points if value is not None]
    top = max([*known, target if target is not None else floor], default=floor)
    step = (RIGHT - LEFT) / (len(points) - 1) if len(points) > 1 else 0
    every = -(-len(points) // MAX_NAMES)

    def height(value):
        return round(BOTTOM - share(max(value, floor), floor, top) * (BOTTOM - TOP), 1)

    last = len(points) - 1
    dots, path = [], ""
    for place, (label, value) in enumerate(points):
        x = round(LEFT + place * step, 2)
        y = None if value is None else height(value)
        if y is not None:
            path += f"{'L' if path and dots[-1]['y'] is not None else 'M'}{x} {y}"
        dots.append({
            "x": x, "y": y, "label": label, "text": figure(value),
            "named": bool(known) and value is not None and (place == last or value == max(known)),
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
    return {"dots": dots, "path": path, "base_y": BOTTOM, "target_y": None if target is None else height(target)}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(title, points, *, unit="", target=None, target_name="", table_url=""):
    """Compare places (条形图). What exceeds ``target`` is marked; the target is drawn and named."""
    rows = bars(list(points), target)
    longest = max([1e-9, *(value for _, value in points if value is not None), target or 0])
    return {
        "title": title, "rows": rows, "unit": unit, "table_url": table_url, "target": figure(target),
        "target_x": None if target is None else round(share(target, 0, longest) * 100, 2), "target_name": target_name,
    }  # fmt: skip


@register.inclusion_tag("components/line_chart.html")
def line_chart(title, points, *, unit="", target=None, target_name="", floor=0, table_url=""):
    """Show a course over time (折线图), the last point and the highest named."""
    shape = line_geometry(points, target, floor)
    return {
        "title": title, **shape, "unit": unit, "floor": figure(floor), "target": figure(target),
        "target_name": target_name, "target_name_y": (shape["target_y"] or 0) - 6, "table_url": table_url,
    }  # fmt: skip

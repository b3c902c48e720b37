"""Quiet charts (图表) as components: ``students.charts`` says where everything stands, the partials draw it.

``unit`` names the unit of the values. ``table_url`` leads to the same figures as a table: every chart has one.
"""

from django import template

from students.charts import bars, figure, line_geometry, longest_of, share

register = template.Library()


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(title, points, *, unit="", target=None, target_name="", table_url=""):
    """Compare places (条形图). What exceeds ``target`` is marked; the target is drawn and named."""
    points = list(points)
    longest = longest_of(points, target) or 1
    return {
        "title": title, "rows": bars(points, target), "unit": unit, "table_url": table_url, "target": figure(target),
        "target_x": None if target is None else round(share(target, 0, longest) * 100, 2), "target_name": target_name,
    }  # fmt: skip


@register.inclusion_tag("components/line_chart.html")
def line_chart(title, points=(), *, series=(), unit="", target=None, target_name="", targets=(), floor=0, table_url="",
               unfinished=""):  # fmt: skip
    """Show a course over time (折线图), the last point and the highest named.

    ``series`` instead of ``points``: several lines, each named at its end. ``targets``: several lines that carry their
    names, instead of ``target`` and ``target_name``. ``unfinished``: what is said of a last point that may still
    change; it is drawn hollow, at the end of dashes.
    """
    named = [*targets] if target is None else [(target_name, target), *targets]
    shape = line_geometry([*series] or [("", list(points))], named, floor)
    return {"title": title, **shape, "unit": unit, "floor": figure(floor), "table_url": table_url,
            "unfinished": unfinished}  # fmt: skip

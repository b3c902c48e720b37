"""What pages of a list have in common: the tabs above it, and addresses that ask for the same children."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.urls import reverse


def tabs(request, labels: Mapping[str, str], *, name: str, shown: str, counts: Mapping[str, int]) -> list[dict]:
    """标签页: the parts of a list under the query's ``name``, each with its count where it has one.

    They keep what the list is narrowed down to, as the counts do, and never the page number.
    """
    items = []
    for key, label in labels.items():
        query = _narrowing(request)
        query[name] = key
        tab = {"label": label, "url": f"?{query.urlencode()}", "current": key == shown}
        items.append(tab | ({"count": counts[key]} if key in counts else {}))
    return items


def box_shown(asked: str, boxes: Mapping[str, QuerySet]) -> tuple[str, dict[str, int]]:
    """The box of a list that is shown, and the count of each: the one asked for, else the first that holds anything,
    else the first."""
    counts = {name: rows.count() for name, rows in boxes.items()}
    filled = (name for name, number in counts.items() if number)
    return asked if asked in boxes else next(filled, next(iter(boxes))), counts


def same_filters(request, name: str, *args, **more) -> str:
    """The address ``name``, narrowed down as the page at hand is, and by ``more``: the file of a list, or the way back
    to it."""
    narrowing = _narrowing(request)
    for key, value in more.items():
        narrowing[key] = value
    query = narrowing.urlencode()
    return f"{reverse(name, args=args)}?{query}" if query else reverse(name, args=args)


def _narrowing(request):
    query = request.GET.copy()
    query.pop("page", None)
    return query

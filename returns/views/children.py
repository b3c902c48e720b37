"""The children behind a number of a return, as it was filed or as the facts stand; searched, and as a file."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.views.figure_children import page_of, send_children
from returns.queries.behind import TITLES, KeptChildren, kept_children
from returns.views.grid import return_pages_for
from returns.views.period import found, period_found
from students.views.lists import same_filters


@require_safe
@return_pages_for
def return_children(request, pk: int, code: str, figure: str):
    """By name those whom the reader may see, and how many others there are."""
    kept = _asked(request, pk, code, figure)
    page, form = page_of(request, kept.behind)
    context = {
        "title": TITLES[figure],
        "note": "　".join(kept.words),
        "changed": f"另有{kept.unseen}人现在不在你能查看的范围内，没有列名。" if kept.unseen else "",
        "form": form,
        "page": page,
        "lines": kept.behind.lines(page),
        "back_url": reverse("returns:school_return", args=[pk, code]),
        "back_label": kept.words[1],
        "file_url": same_filters(request, "returns:return_children_file", pk, code, figure),
    }
    return render(request, "reports/figure_children.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@return_pages_for
def return_children_file(request, pk: int, code: str, figure: str):
    """The same children as a file."""
    kept = _asked(request, pk, code, figure)
    return send_children(
        request,
        kept.behind,
        name="return_children",
        title=TITLES[figure],
        words=kept.words,
        back_url=same_filters(request, "returns:return_children", pk, code, figure),
        asked={"figure": figure, "period": code},
    )


def _asked(request, pk: int, code: str, figure: str) -> KeptChildren:
    """What the address asks for; 404 for a figure, an edition or a period that there is not."""
    if figure not in TITLES:
        raise Http404
    school = found(request, pk)
    period = period_found(code, school)
    asked = {name: request.GET.get(name, "") for name in ("edition", "grade")}
    kept = kept_children(school, period, figure, scope=request.scope, today=request.today, **asked)
    if kept is None:
        raise Http404
    return kept

"""The children behind a number of a month: by name, searched, and as a file with the rules of every list of children.

``stage`` in the address keeps one 学段; ``night`` those who were counted last night, where the number is one of the
boards' (``KeptFigures``).
"""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.figures import LABELS
from reports.forms import ChildSearch
from reports.queries import figure_children as queries
from reports.queries.figure_children import Behind
from reports.queries.kept_figures import number_kept
from reports.tables import searched
from reports.views.downloads import MONTH_MISSED, send_table
from reports.views.figures import AskedFigures, asked_figures, figures_page, kept_part
from students.models import SchoolClass
from students.views.lists import same_filters

PAGE_SIZE = 60
STAGES = {each.value: each.label for each in SchoolClass.Stage}


@require_safe
@figures_page
def figure_children(request, code: str):
    """The children behind a number, by name."""
    asked = _asked(request, code)
    found = _behind(request, asked, code)
    page, form = page_of(request, found)
    context = {
        "title": LABELS[code],
        "note": "　".join(_words(request, asked)),
        "changed": "" if form.cleaned_data.get("q") else _changed(request, asked, code, page.paginator.count),
        "missed": asked.month.month.label if asked.is_missed else "",
        "form": form,
        "page": page,
        "lines": found.lines(page),
        **_back(request, asked),
        "file_url": same_filters(request, "reports:figure_children_file", code),
    }
    return render(request, "reports/figure_children.html", context, status=422 if asked.is_missed else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@figures_page
def figure_children_file(request, code: str):
    """The same children as a file."""
    asked = _asked(request, code)
    return send_children(
        request,
        _behind(request, asked, code),
        name="figure_children",
        title=LABELS[code],
        words=_words(request, asked),
        back_url=same_filters(request, "reports:figure_children", code),
        asked={"figure": code, "month": asked.month.month.code},
        missed=MONTH_MISSED if asked.is_missed else "",
    )


def page_of(request, behind: Behind):
    """A page of the children that the search of the address finds, and the search."""
    form = ChildSearch(request.GET)
    form.full_clean()
    found = behind.found(form.cleaned_data.get("q", ""))
    return Paginator(found.pairs, PAGE_SIZE).get_page(request.GET.get("page")), form


def send_children(
    request, behind: Behind, *, name: str, title: str, words: tuple[str, ...], back_url: str, asked, missed: str = ""
):
    """The children that a page lists as a file. What was searched for is a child's name or number: the log keeps only
    that there was a search. ``missed``: as ``DownloadForm`` has it."""
    form = ChildSearch(request.GET)
    form.full_clean()
    q = form.cleaned_data.get("q", "")
    found, filters = behind.found(q), (*words, *searched(q))
    return send_table(
        request,
        name=name,
        build=lambda reveal: found.table(title, filters=filters, reveal=reveal),
        back_url=back_url,
        asked=asked | ({"q": q} if q else {}),
        missed=missed,
    )


def _asked(request, code: str) -> AskedFigures:
    if code not in LABELS:
        raise Http404
    return asked_figures(request)


def _behind(request, asked: AskedFigures, code: str) -> Behind:
    classes = queries.classes_of(asked.census, asked.schools, grade=_grade(request), stage=_stage(request))
    return queries.behind(asked.census, code, classes, scope=asked.scope)


def _grade(request) -> int | None:
    grade = request.GET.get("grade", "")
    return int(grade) if queries.is_grade(grade) else None


def _stage(request) -> str:
    stage = request.GET.get("stage", "")
    return stage if stage in STAGES else ""


def _words(request, asked: AskedFigures) -> tuple[str, ...]:
    """Whose children of which month."""
    stage, grade = _stage(request), request.GET.get("grade", "")
    month = f"{asked.month.month.label}（{asked.month.days}）"
    return (month, *asked.words, *([STAGES[stage]] if stage else []), *queries.grade_words(grade))


def _back(request, asked: AskedFigures) -> dict[str, str]:
    """To the board that the number stands on, or to the page of figures."""
    if "night" in request.GET:
        return {
            "back_url": reverse("reports:county", query={"month": asked.month.month.code}),
            "back_label": "控辍看板",
        }
    return {"back_url": same_filters(request, "reports:figures"), "back_label": "月报数字"}


def _changed(request, asked: AskedFigures, code: str, number: int) -> str:
    """What is said where a list of ``number`` children is not what was counted last night."""
    if not asked.kept:
        return ""
    counted = number_kept(
        asked.kept, code, asked.schools, part=kept_part(asked.form.cleaned_data), grade=_grade(request),
        stage=_stage(request),
    )  # fmt: skip
    return "" if counted == number else f"昨晚算的是{counted}人。后来的登记和更正已经算进这份名单，今晚再算一次。"

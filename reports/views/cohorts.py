"""三年、六年巩固率: the entry cohorts of the schools, a cohort at a time, and the file."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.on_page import page_table
from reports.queries import cohorts as queries
from reports.queries.county import place_name
from reports.queries.figure_children import Behind
from reports.tables import Column, Table
from reports.views.county import county_page
from reports.views.downloads import send_table
from reports.views.figure_children import page_of, send_children
from students.models import SchoolClass
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50


@dataclass(frozen=True)
class AskedCohorts:
    """The cohorts of a scope, and the one that the address asks for."""

    rows: list[queries.CohortRow]
    names: dict[str, str]
    name: str
    place: str

    @property
    def shown(self) -> list[queries.CohortRow]:
        """Those asked for, the lowest rate first; who has none yet stands in the order of the schools."""
        rows = [row for row in self.rows if name_of(row) == self.name]
        return sorted(rows, key=lambda row: row.rate.percent if row.rate and row.rate.denominator else 101)

    def table(self, as_of) -> Table:
        filters = (self.place, self.names.get(self.name, ""))
        return queries.cohorts_table(self.shown, as_of=as_of, filters=filters, with_total=True)


def name_of(row: queries.CohortRow) -> str:
    """A cohort as the address names it: junior-2024."""
    return f"{row.stage}-{row.cohort}"


def asked_cohorts(request) -> AskedCohorts:
    """The cohort asked for, else the last that is over, else the one that is next."""
    rows = queries.cohort_rows(request.scope, request.today)
    order = sorted(rows, key=lambda row: (row.stage == SchoolClass.Stage.PRIMARY, -row.cohort))
    names = {name_of(row): f"{row.stage_member.label}{row.label}" for row in order}
    over = [name_of(row) for row in order if row.is_over]
    coming = [name for name in names if name.startswith(order[0].stage)][-1:]
    usual = next(iter(over or coming), "")
    asked = request.GET.get("cohort", "")
    return AskedCohorts(rows, names, asked if asked in names else usual, place_name(request.scope))


def _behind(name: str):
    """Row and column → the children whom the cell counts."""

    def address(row: queries.CohortRow, column: Column) -> str:
        if column.key not in queries.COUNTS or not getattr(row, column.key):
            return ""
        of = {"school": row.school.pk} if row.school else {}
        return reverse("reports:cohort_children", args=[column.key], query={"cohort": name, **of})

    return address


@require_safe
@county_page
def cohorts(request):
    """A cohort at a time: how many entered, came, left, graduated, school by school."""
    asked = asked_cohorts(request)
    page = Paginator(asked.shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "shown": page_table(asked.table(request.today), page, _behind(asked.name)),
        "page": page,
        "tabs": tabs(request, asked.names, name="cohort", shown=asked.name, counts={}),
        "caption": asked.names.get(asked.name, ""),
        "place": asked.place,
        "file_url": same_filters(request, "reports:cohorts_file"),
    }
    return render(request, "reports/cohorts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@county_page
def cohorts_file(request):
    """The same as a file."""
    asked = asked_cohorts(request)
    return send_table(
        request,
        name="cohort_retention",
        build=lambda reveal: asked.table(request.today),
        back_url=same_filters(request, "reports:cohorts"),
        asked={"cohort": asked.name},
        has_numbers=False,
    )


@require_safe
@county_page
def cohort_children(request, what: str):
    """The children behind a number of a cohort."""
    asked, found = _children(request, what)
    page, form = page_of(request, found)
    context = {
        "title": queries.COUNT_LABELS[what],
        "note": "　".join(_words(request, asked, found)),
        "changed": "",
        "form": form,
        "page": page,
        "lines": found.lines(page),
        "back_url": reverse("reports:cohorts", query={"cohort": asked.name}),
        "back_label": "三年、六年巩固率",
        "file_url": same_filters(request, "reports:cohort_children_file", what),
    }
    return render(request, "reports/figure_children.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@county_page
def cohort_children_file(request, what: str):
    """The same children as a file."""
    asked, found = _children(request, what)
    return send_children(
        request,
        found,
        name="cohort_children",
        title=queries.COUNT_LABELS[what],
        words=_words(request, asked, found),
        back_url=same_filters(request, "reports:cohort_children", what),
        asked={"figure": what, "cohort": asked.name},
    )


def _children(request, what: str) -> tuple[AskedCohorts, Behind]:
    asked = asked_cohorts(request)
    if what not in queries.COUNTS:
        raise Http404
    if not asked.name:  # a school without classes
        return asked, Behind([], {}, request.today, request.scope)
    stage, cohort = asked.name.split("-")
    schools = {str(row.school.pk): row.school.pk for row in asked.rows}
    pairs, classes = queries.cohort_children(
        what, scope=request.scope, as_of=request.today, stage=stage, cohort=int(cohort),
        school=schools.get(request.GET.get("school", "")),
    )  # fmt: skip
    return asked, Behind(pairs, classes, request.today, request.scope)


def _words(request, asked: AskedCohorts, found: Behind) -> tuple[str, ...]:
    """Whose cohort."""
    schools = {row.school.name for row in found.classes.values()}
    place = schools.pop() if request.GET.get("school") and len(schools) == 1 else asked.place
    return (*([asked.names[asked.name]] if asked.name else []), place)

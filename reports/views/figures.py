"""月报数字: the figures of a month by school and grade, and the children behind each of them."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.forms import FiguresFilter
from reports.models import ALL
from reports.on_page import page_table
from reports.queries import figure_children as behind
from reports.queries import monthly_return as queries
from reports.queries.county import place_name
from reports.queries.figures import Census
from reports.queries.kept_figures import KeptMonth, month_kept, months_kept
from reports.queries.return_months import month_in_hand, months_on_record
from reports.tables import Column
from reports.templatetags.behind import children_address
from reports.views.downloads import MONTH_MISSED, send_table
from students.access import OFFICE_ROLES, Scope
from students.calendar import school_year_label
from students.models import School
from students.months import Month
from students.queries.months import CountedMonth
from students.views.audience import only_for, whole_schools
from students.views.lists import same_filters, tabs

PAGE_SIZE = 60
figures_page = only_for(OFFICE_ROLES, "月报数字由学校管理人员和主管部门查看")
KEPT_WORDS = "昨晚算好的，今天的登记和更正没有算进去。"
ALL_SCHOOLS = "全部学校"
PARTS = {"school": "按学校", "row": "按学校和年级", "grade": "按年级"}
TOGETHER = {"school": (queries.by_school, (queries.SCHOOL,)), "grade": (queries.by_grade, (queries.GRADE,))}


@dataclass(frozen=True)
class AskedFigures:
    """What the address asks for: a month, and whose figures in which parts; of many schools as they were counted last
    night, unless it asks for this moment.

    ``months``: those on record, the latest first; ``is_missed``: the address asks for another.
    """

    form: FiguresFilter
    month: CountedMonth
    schools: list[School]
    part: str
    census: Census
    scope: Scope
    kept: KeptMonth | None
    months: list[Month]
    is_missed: bool

    @property
    def words(self) -> tuple[str, ...]:
        """Whose figures they are, and what they were narrowed down to."""
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        labels = [dict(self.form.fields[name].choices)[value] for name, value in chosen.items()]
        return tuple(labels if chosen.keys() & {"school", "township"} else [self.place, *labels])

    @cached_property
    def place(self) -> str:
        """All schools of the county, or those that the reader looks after."""
        if len(self.schools) == 1:
            return self.schools[0].name
        return ALL_SCHOOLS if self.scope.county else place_name(self.scope)

    @property
    def notice(self) -> str:
        """What is said above the figures of a month that goes on, and of what was counted last night."""
        said = [self.month.provisional_words] if self.month.is_provisional else []
        return "。".join([*said, KEPT_WORDS] if self.kept else said)

    def rows(self) -> list[queries.ReturnRow]:
        """The figures by school and grade."""
        if not self.kept:
            return queries.rows_of(self.census, self.schools)
        return queries.rows_kept(self.kept, self.schools, scope=self.scope, part=kept_part(self.form.cleaned_data))

    def table(self):
        """The figures as a table."""
        rows = self.rows()
        taken_together, heads = TOGETHER.get(self.part, (list, ()))
        filters = (*self.words, *(["夜间算好，后来的登记和更正没有算进去"] if self.kept else []))
        return queries.table_of(taken_together(rows), period=self.month, filters=filters, heads=heads)


@require_safe
@figures_page
def figures(request):
    """A row a school, a grade, or both; every number opens its children."""
    asked = asked_figures(request)
    table = asked.table()
    page = Paginator(list(table.rows()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": asked.form,
        "asked": asked,
        "month": asked.month,
        "months": month_tabs(request, asked),
        "page": page,
        "stats": queries.stats_of(table.total.figures),
        "shown": page_table(table, page, _addresses(request, asked.month.month.code)),
        "parts": tabs(request, PARTS, name="part", shown=asked.part, counts={}) if len(asked.schools) > 1 else [],
        "file_url": same_filters(request, "reports:figures_file"),
        "now_url": same_filters(request, "reports:figures", now=1),
    }
    return render(request, "reports/figures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@figures_page
def figures_file(request):
    """The figures that the page shows as a file."""
    asked = asked_figures(request)
    return send_table(
        request,
        name="monthly_return",
        build=lambda reveal: asked.table(),
        back_url=same_filters(request, "reports:figures"),
        asked={"month": asked.month.month.code, "filters": "、".join(asked.words)},
        has_numbers=False,
        missed=MONTH_MISSED if asked.is_missed else "",
    )


def asked_figures(request) -> AskedFigures:
    """What the address asks for, within the scope; of a month that is none the one in hand."""
    schools = list(whole_schools(request))
    today, code = request.today, request.GET.get("month", "")
    form = FiguresFilter(request.GET, schools=schools)
    form.full_clean()
    chosen = form.cleaned_data
    months = months_on_record(today)
    named = next((each for each in months if each.code == code), None)
    shown = named or month_in_hand(months, today)
    month = CountedMonth(shown, min(shown.cut_off, today))
    wanted = [
        school
        for school in schools
        if chosen.get("school") in (None, school.pk) and chosen.get("township") in (None, school.township_id)
    ]
    part = request.GET.get("part", "")
    part = "row" if len(wanted) == 1 else part if part in PARTS else "school"
    kept = None if kept_part(chosen) is None else _kept(request, month.month.code, of_one=len(wanted) == 1)
    month = CountedMonth(month.month, kept.day) if kept else month
    only = None if request.scope.county and len(wanted) == len(schools) else frozenset(school.pk for school in wanted)
    census = Census(month.month.first, month.day, behind.students_of(chosen, month.day), only)
    return AskedFigures(form, month, wanted, part, census, request.scope, kept, months, bool(code) and named is None)


def month_tabs(request, asked: AskedFigures) -> list[dict]:
    """The months of the school year, the latest first, between the school years beside it."""
    year = asked.month.month.school_year
    labels = {each.code: each.short for each in asked.months if each.school_year == year}
    later = [each for each in asked.months if each.school_year > year][-1:]
    earlier = [each for each in asked.months if each.school_year < year][:1]
    beside = [{each.code: school_year_label(each.school_year) for each in found} for found in (later, earlier)]
    return tabs(request, beside[0] | labels | beside[1], name="month", shown=asked.month.month.code, counts={})


def _kept(request, code: str, *, of_one: bool) -> KeptMonth | None:
    """The month as it was counted last night; None where the address wants this moment. Of one school it does, unless
    it comes from a board (``night``), which has no other figures."""
    if "night" in request.GET:
        return next((month for month in months_kept() if month.code == code), None)
    return None if of_one or "now" in request.GET else month_kept(code, today=request.today)


def kept_part(chosen) -> str | None:
    """Of which children figures are kept that answer these filters; None where nothing is kept of them."""
    asked = [value for value in (chosen.get("sex"), chosen.get("group")) if value]
    return None if len(asked) > 1 else asked[0] if asked else ALL


def _addresses(request, month: str):
    """Row and column → the children behind the cell; a 0 and a rate of nothing have none."""
    query = {name: value for name, value in request.GET.items() if name != "page"} | {"month": month}

    def address(row, column: Column) -> str:
        if column.key == "school" and row.school and row.grade is None:
            return f"{reverse('reports:figures')}?{urlencode(query | {'school': row.school.pk})}"
        narrowed = {"school": row.school.pk} if row.school else {}
        narrowed |= {"grade": row.grade} if row.grade is not None else {}
        return children_address(row.figures, column.key, **query | narrowed)

    return address

"""名册与台账 as of any day: what there is, each of them on the screen, and as a file."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from reports.forms import DayFilter, RosterFilter
from reports.queries import ledgers, roster_pages
from reports.queries.rosters import ROSTERS, Roster, RosterList, Wanted
from reports.views.downloads import DAY_MISSED, send_table
from students.metrics import ENTRY_RATE
from students.models import School
from students.queries.people import unit_line
from students.views.lists import same_filters

PAGE_SIZE = 50


@dataclass(frozen=True)
class AskedRoster:
    """A roster as the address asks for it."""

    form: RosterFilter
    day: date
    wanted: Wanted


@require_safe
def rosters(request):
    """Every roster with what it means and how many children stand on it."""
    form = DayFilter(request.GET, today=request.today)
    form.full_clean()
    day = form.cleaned_data.get("day") or request.today
    context = {
        "form": form,
        "day": day,
        "groups": roster_pages.overview(request.scope, day),
        "query": _query(day=day if day != request.today else None),
    }
    return render(request, "reports/rosters.html", context)


@require_safe
def roster(request, code):
    """One roster, a page at a time, with its definition; the ledger of school age with 入学率 by place."""
    listed, asked = _listed(request, code)
    page = Paginator(RosterList(listed, asked.wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    rates = []
    if listed.has_entry_rate and page.number == 1 and not asked.wanted.q:
        rates = ledgers.entry_rates(request.scope, asked.day, township=_one_township(request, asked))
    context = {
        "roster": listed,
        "form": asked.form,
        "day": asked.day,
        "page": page,
        "headers": roster_pages.headers(listed),
        "lines": roster_pages.lines(listed, page.object_list),
        "notes": ledgers.notes_of(listed, asked.wanted),
        "rates": rates,
        "metric": ENTRY_RATE,
        "beside": _beside(rates, page.paginator.count) if not asked.wanted.school else "",
        "file_url": same_filters(request, "reports:roster_file", code) if request.scope.may_reveal else "",
        "back": f"{reverse('reports:rosters')}{_query(day=asked.day if asked.day != request.today else None)}",
    }
    return render(request, "reports/roster.html", context)


def _beside(rates: list[ledgers.PlaceRate], listed: int) -> str:
    """Why a list is longer than the children its rate is taken of."""
    at_home = rates[-1].children if rates else listed
    if listed <= at_home:
        return ""
    return (
        f"上面按户籍计{at_home}人。名单另有{listed - at_home}名户籍不在这里、在本县学校在籍的适龄学生，共{listed}人。"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def roster_file(request, code):
    """Exactly what the page shows with the same filters, as the bureau's form."""
    listed, asked = _listed(request, code)
    unit_name = unit_line(request.user.postings_today)
    narrowed = {name: str(asked.form.cleaned_data.get(name) or "") for name in ("school", "township", "q")}
    return send_table(
        request,
        missed=DAY_MISSED if asked.form.has_error("day") else "",
        name=f"roster.{code}",
        build=lambda reveal: ledgers.roster_table(listed, asked.wanted, unit_name=unit_name, reveal=reveal),
        back_url=same_filters(request, "reports:roster", code),
        asked={key: value for key, value in narrowed.items() if value},
    )


def _listed(request, code) -> tuple[Roster, AskedRoster]:
    if code not in ROSTERS:
        raise Http404
    form, day, narrowed = _narrowed(request)
    wanted = ledgers.wanted_of(ROSTERS[code], as_of=day, scope=request.scope, **narrowed)
    return ROSTERS[code], AskedRoster(form, day, wanted)


def _narrowed(request) -> tuple[RosterFilter, date, dict]:
    """The filter as sent, the day it names (today where it makes no sense), and what it narrows a roster down to."""
    schools = list(School.objects.visible_to(request.scope).select_related("township"))
    townships = {school.township_id: school.township for school in schools}.values()
    form = RosterFilter(request.GET, schools=schools, townships=townships, today=request.today)
    form.full_clean()
    given = form.cleaned_data
    school = next((school for school in schools if school.pk == given.get("school")), None)
    return (
        form,
        given.get("day") or request.today,
        {"school": school, "township": given.get("township"), "q": given.get("q", "").strip()},
    )


def _one_township(request, asked: AskedRoster) -> int | None:
    """The township whose villages are compared: the one chosen, or the only one that the person answers for."""
    only = request.scope.townships if not request.scope.county and len(request.scope.townships) == 1 else ()
    return asked.wanted.township or next(iter(only), None)


def _query(**given) -> str:
    query = urlencode({name: value for name, value in given.items() if value})
    return f"?{query}" if query else ""

"""校历改动: what to change, what would follow, carrying it out, taking it back; patterns and terms."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import jobs
from casework.actions import calendar_changes as actions
from casework.queries import calendar_pages as pages
from students.access import OFFICE_ROLES, SCHOOL_ROLES
from students.actions.calendar_rows import overrides_at
from students.calendar import school_year_label, school_year_of
from students.day_plans import PlanRefused
from students.days import Slot
from students.forms.calendar import PATTERNS, DaysForm, LinesForm, TermForm
from students.models import School, SchoolClass, Term
from students.queries.calendar import current_calendar
from students.queries.calendar_months import Place, term_lines
from students.views.attendance import READERS
from students.views.audience import only_for

PAGE_SIZE = 30
SLOTS = frozenset(Slot)
PATTERN_PAGES = {"weeks": "casework:big_and_small_weeks", "holidays": "casework:monthly_holidays"}
COUNTYS = "全县校历和学期由县教育局修改"
SCHOOLS = "学校和班级的校历由本校学籍管理员和校领导修改，你可以查看"
reader_page = only_for(READERS, "校历由教师、学校和主管部门使用，系统管理员只管账号")
preview_later = jobs.preview_calendar_change.enqueue
apply_later = jobs.apply_calendar_change.enqueue


# ---- what to change ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def change_county(request):
    """Days of the county."""
    return _days(request, _may(request, Place()))


@require_http_methods(["GET", "HEAD", "POST"])
def change_school(request, pk: int):
    """Days of a school."""
    return _days(request, _may(request, _school(request, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
def change_class(request, pk: int):
    """Days of a class."""
    classes = SchoolClass.objects.visible_to(request.scope).select_related("school")
    return _days(request, _may(request, Place.of_class(get_object_or_404(classes, pk=pk))))


@require_safe
@only_for(SCHOOL_ROLES, SCHOOLS)
def close_today(request):
    """今天停课: to the form of the reader's school, filled in as far as it goes."""
    own = request.scope.clerk_of | request.scope.led
    if len(own) != 1:
        return redirect("students:calendar")
    address = reverse("casework:change_school", args=[*own])
    return redirect(f"{address}?first={request.today.isoformat()}&what=closed")


def _days(request, place: Place):
    asked = {name: request.GET.get(name, "") for name in ("first", "last", "what")}
    form = DaysForm(request.POST if request.method == "POST" else None, initial=asked)
    if form.is_valid():
        own = frozenset(overrides_at(**place.ids).values_list("day", flat=True))
        try:
            plans = form.plans(current_calendar(), own, place.ids)
            return _planned(request, place, plans)
        except PlanRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "place": place}
    return render(request, "casework/calendar_days.html", context, status=422 if form.is_bound else 200)


def _planned(request, place: Place, plans):
    change = actions.plan_days(by=request.user, place=place, plans=plans, today=request.today, then=preview_later)
    return redirect(_address(change, request.GET.get("slot", "")))


def _address(change, slot: str) -> str:
    """Of a change; ``slot``: of the register that waits for it."""
    address = reverse("casework:calendar_change", args=[change.pk])
    return f"{address}?slot={slot}" if slot in SLOTS else address


@require_http_methods(["GET", "HEAD", "POST"])
def pattern(request, pk: int, kind: str):
    """大小周 or 月假: the days that follow from a few figures, line by line, to be looked at and changed."""
    place = _may(request, _school(request, pk))
    label, made_from = PATTERNS[kind]
    asked = made_from(request.GET if "first" in request.GET else None, initial=_term_now(request.today))
    lines = LinesForm(request.POST) if request.method == "POST" else None
    if lines is not None and (answer := _lines_sent(request, place, lines)):
        return answer
    if lines is None and asked.is_valid():
        try:
            lines = LinesForm(plans=asked.plans(current_calendar(), place.ids))
        except PlanRefused as refused:
            asked.add_error(None, str(refused))
    context = {"place": place, "form": asked, "lines": lines, "label": label}
    context["tabs"] = [
        {"label": name, "url": reverse(PATTERN_PAGES[key], args=[pk]), "current": key == kind}
        for key, (name, _) in PATTERNS.items()
    ]
    return render(request, "casework/calendar_pattern.html", context, status=_status(asked, lines))


def _status(*forms) -> int:
    return 422 if any(form is not None and form.is_bound and form.errors for form in forms) else 200


def _lines_sent(request, place: Place, lines: LinesForm):
    """Where the lines are sound: on to the change that they make."""
    if not lines.is_valid():
        return None
    try:
        return _planned(request, place, lines.plans())
    except PlanRefused as refused:
        lines.add_error(None, str(refused))
        return None


def _term_now(today) -> dict:
    """From today to the end of the term, or of the next one."""
    term = Term.objects.filter(end__gte=today).order_by("start").first()
    return {"first": max(today, term.start), "last": term.end} if term else {}


@require_http_methods(["GET", "HEAD", "POST"])
def edit_change(request, pk: int):
    """The days of a change line by line: other days for one that waits, or a further change of one carried out."""
    change = _change(request, pk)
    place = _may(request, pages.place_of(change))
    lines = LinesForm(request.POST or None, plans=[line.plan for line in change.days.all()])
    if request.method == "POST" and (answer := _lines_sent(request, place, lines)):
        if change.state == pages.State.PREVIEWED:
            with suppress(actions.ChangeRefused):  # somebody has meanwhile carried it out: then both stand
                actions.give_up(by=request.user, change=change)
        return answer
    context = {"place": place, "lines": lines, "change": change}
    return render(request, "casework/calendar_lines.html", context, status=_status(lines))


@require_http_methods(["GET", "HEAD", "POST"])
@reader_page
def terms(request):
    """学期: their days and how many are taught; the bureau enters and moves them."""
    may_edit = request.scope.keeps_calendar_of(None)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(COUNTYS)
    now = school_year_of(request.today)
    years = [(year, school_year_label(year)) for year in (now, now + 1)]
    form = TermForm(request.POST if request.method == "POST" else None, years=years, initial=_term_asked(request))
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("start", "end")}
        given |= {name: int(form.cleaned_data[name]) for name in ("school_year", "number")}
        try:
            change = actions.plan_term(by=request.user, today=request.today, then=preview_later, **given)
            return redirect("casework:calendar_change", change.pk)
        except PlanRefused as refused:
            form.add_error(None, str(refused))
    lines = term_lines(Place(), Term.objects.order_by("-start"), current_calendar())
    context = {"form": form, "lines": lines, "may_edit": may_edit, "first_year": now}
    return render(request, "casework/calendar_terms.html", context, status=422 if form.is_bound else 200)


def _term_asked(request) -> dict:
    """The term whose days are to be moved, from ``?term=``."""
    text = request.GET.get("term", "")
    term = Term.objects.filter(pk=text).first() if text.isdecimal() and len(text) < 10 else None
    return {name: getattr(term, name) for name in ("school_year", "number", "start", "end")} if term else {}


# ---- what would follow, and doing it -------------------------------------------------------------


@require_safe
@only_for(OFFICE_ROLES, "校历改动由学校管理人员和主管部门查看")
def calendar_changes(request):
    """Every change within the reader's scope, the newest first."""
    page = Paginator(pages.changes_seen(request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [{"change": row, "place": pages.place_of(row), "tone": pages.TONES.get(row.state, "warn")} for row in page]
    return render(request, "casework/calendar_changes.html", {"page": page, "lines": lines})


@require_safe
def calendar_change(request, pk: int):
    """One change: what it would do, or has done, and to whom."""
    shown = pages.change_page(_change(request, pk), request.scope)
    context = {"shown": shown, "change": shown.change, "slot": request.GET.get("slot", "")}
    if shown.progress:
        return render(request, "casework/calendar_progress.html", context | {"progress": shown.progress})
    return render(request, "casework/calendar_change.html", context)


@require_safe
def calendar_progress(request, pk: int):
    """The bar alone, for the page to draw anew; once the work is done, the whole page again."""
    change = _change(request, pk)
    if change.state not in (pages.State.PREVIEWING, pages.State.APPLYING):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "casework/calendar_bar.html", {"change": change, "progress": pages.progress_of(change)})


@require_POST
def confirm_change(request, pk: int):
    """Carry out what was shown; back to the register that waited for it."""
    change = _change(request, pk)
    _may(request, pages.place_of(change))
    slot = request.POST.get("slot", "")
    try:
        actions.confirm(
            by=request.user, change=change, seen=request.POST.get("seen", ""), today=request.today, then=apply_later
        )
    except actions.ChangeRefused as refused:
        messages.error(request, str(refused))
        return redirect(_address(change, slot))
    first = change.days.first()
    if slot in SLOTS and change.school_class_id and first is not None:
        messages.success(request, "校历已改，现在可以点名。")
        return redirect("students:register", change.school_class_id, first.day, slot)
    return redirect(_address(change, ""))


@require_POST
def give_up_change(request, pk: int):
    """Throw away what was only looked at."""
    return _done(request, pk, lambda change: actions.give_up(by=request.user, change=change), "已放弃，校历没有改动。")


@require_POST
def go_on_change(request, pk: int):
    """Go on where the carrying out was broken off."""
    return _done(
        request, pk, lambda change: actions.go_on(change=change, today=request.today, then=apply_later), "接着执行。"
    )


def _done(request, pk: int, act, told: str):
    change = _change(request, pk)
    _may(request, pages.place_of(change))
    try:
        act(change)
        messages.success(request, told)
    except actions.ChangeRefused as refused:
        messages.error(request, str(refused))
    return redirect("casework:calendar_change", pk)


@require_POST
def take_back_change(request, pk: int):
    """To the change that would undo this one, which is looked at first like any other."""
    change = _change(request, pk)
    _may(request, pages.place_of(change))
    try:
        made = actions.take_back(by=request.user, change=change, today=request.today, then=preview_later)
    except actions.ChangeRefused as refused:
        messages.error(request, str(refused))
        return redirect("casework:calendar_change", pk)
    return redirect("casework:calendar_change", made.pk)


def _change(request, pk: int):
    return get_object_or_404(pages.changes_seen(request.scope), pk=pk)


def _school(request, pk: int) -> Place:
    return Place(get_object_or_404(School.objects.visible_to(request.scope).distinct(), pk=pk))


def _may(request, place: Place) -> Place:
    if not request.scope.keeps_calendar_of(place.ids["school"]):
        raise PermissionDenied(SCHOOLS if place.school else COUNTYS)
    return place

"""学年交替: the plan of a school, its preview, carrying it out, taking it back, confirming it."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.access import AREA_ROLES, OFFICE_ROLES
from students.actions import year_turn as turns
from students.calendar import school_year_label
from students.forms.year import ApartForm, PlanForm, PreviewFilter, RosterSearch, TurnsFilter
from students.models import School, SchoolClass, Student, YearTurn
from students.queries import turn_pages
from students.queries import year_turn as reading
from students.turning import TurnRefused, first_day_to_carry_out, turning_year
from students.views.audience import only_for
from students.views.lists import same_filters

PAGE_SIZE = 50
NOT_YOURS = "学年交替由学籍管理员制定，学籍管理员或校领导执行，校领导确认"
turn_page = only_for(OFFICE_ROLES, "学年交替由学籍管理员和校领导办理，乡镇、县教育局和督学查看")


@require_safe
@turn_page
def year_turns(request):
    """How far each school has come; whoever belongs to one school is led to its page."""
    schools = School.objects.visible_to(request.scope).order_by("code")
    school_year = _year(request.GET.get("year"), request.today)
    if not request.scope.roles & AREA_ROLES and len(own := list(schools[:2])) == 1:
        return redirect("students:year_turn", own[0].pk, school_year)
    form = TurnsFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    context = turn_pages.schools_page(schools, school_year, **wanted)
    page = Paginator(context.pop("schools"), PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {
        "form": form,
        "page": page,
        "lines": turn_pages.school_lines(page, school_year),
        "years": turn_pages.years(_years(request.today), school_year, "?year={}".format),
        "school_year": school_year,
        "year": school_year_label(school_year),
    }
    return render(request, "students/year_turns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@turn_page
def year_turn(request, school: int, school_year: int):
    """The plan of a school: every class, from which grade to which, and who does not go with their class."""
    school = get_object_or_404(School.objects.visible_to(request.scope).distinct(), pk=school)
    if school_year not in _years(request.today):
        raise Http404
    found = reading.standing_turn(school, school_year)
    if request.method != "POST":
        return _show(request, school, school_year, found)
    _may(school.pk in request.scope.clerk_of)
    if found is None:
        turns.begin(by=request.user, school=school, school_year=school_year)
        messages.success(request, "已按常规制定计划，请逐班核对。")
        return redirect("students:year_turn", school.pk, school_year)
    return _choose(request, school, school_year, found)


def _show(request, school, school_year, found, *, form=None, status=200):
    context = {"school": school, "school_year": school_year, "year": school_year_label(school_year), "turn": found}
    context |= _rights(request, school.pk)
    context |= {"state": reading.state_of(found), "may_begin": found is None and school.pk in request.scope.clerk_of}
    context["years"] = turn_pages.years(
        _years(request.today), school_year, lambda year: reverse("students:year_turn", args=[school.pk, year])
    )
    if found:
        outcome = reading.outcome_of(found)
        context |= turn_pages.plan_page(found, outcome) | {"form": form or _plan_form(found, outcome)}
    return render(request, "students/year_turn.html", context, status=status)


def _plan_form(found: YearTurn, outcome, data=None) -> PlanForm:
    return PlanForm(
        data,
        lines=reading.class_lines(outcome, found),
        schools=reading.receiving_schools(),
        school_year=found.school_year,
        initial={"graduation_day": found.graduation_day, "seen": reading.mark_of_plan(found)},
    )


def _choose(request, school, school_year, found):
    form = _plan_form(found, reading.outcome_of(found), request.POST)
    if not form.is_valid():
        return _show(request, school, school_year, found, form=form, status=422)
    try:
        turns.choose(
            by=request.user,
            year_turn=found,
            graduation_day=form.cleaned_data["graduation_day"],
            into=form.into(),
            receivers=form.receivers(),
            seen=form.cleaned_data["seen"],
        )
        messages.success(request, "已保存各班安排。")
    except (turns.TurnChanged, TurnRefused) as refused:
        messages.error(request, str(refused))
    return redirect("students:year_turn", school.pk, school_year)


@require_safe
def year_turn_children(request, pk: int):
    """Find a child that does not go with its class."""
    found = _visible(request, pk)
    form = RosterSearch(request.GET)
    q = form.cleaned_data["q"].strip() if form.is_valid() else ""
    lines = turn_pages.found_children(reading.outcome_of(found), q) if q else []
    context = {"turn": found, "form": form, "q": q, "lines": lines} | _rights(request, found.school_id)
    return render(request, "students/year_turn_children.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def year_turn_child(request, pk: int, student: int):
    """留级, 跳级 or 转班 of one child, or with its class after all."""
    found = _visible(request, pk)
    _may(found.school_id in request.scope.clerk_of)
    outcome = reading.outcome_of(found)
    line = next((line for line in outcome.lines if line.student == student), None)
    if line is None:
        raise Http404
    own, child = outcome.plan.classes[line.from_class], Student.objects.get(pk=student)
    initial = {"to_class": outcome.plan.apart.get(student, "")}
    form = ApartForm(request.POST or None, choices=reading.classes_for(outcome, own), initial=initial)
    if request.method == "POST" and form.is_valid() and _place_apart(request, found, child, form):
        return redirect("students:year_turn", found.school_id, found.school_year)
    context = {"turn": found, "child": child, "own": own, "form": form}
    return render(request, "students/year_turn_child.html", context, status=422 if form.is_bound else 200)


def _place_apart(request, found, child, form) -> bool:
    chosen = form.cleaned_data["to_class"]
    to_class = SchoolClass.objects.get(pk=chosen) if chosen else None
    try:
        kind = turns.place_apart(by=request.user, year_turn=found, student=child, to_class=to_class)
    except (turns.TurnChanged, TurnRefused) as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, f"{child.name}：{f'{kind.label}到{to_class}' if kind else '随班'}。")
    return True


@require_safe
def year_turn_preview(request, pk: int):
    """A dry run: every child, what would become of it, and why some stay. Nothing is written."""
    found = _visible(request, pk)
    outcome = reading.outcome_of(found)
    classes = [line.own for line in reading.class_lines(outcome, found)]
    form = PreviewFilter(request.GET, classes=classes)
    wanted = form.cleaned_data if form.is_valid() else {}
    chosen = turn_pages.chosen_lines(outcome, **wanted)
    page = Paginator(chosen, PAGE_SIZE).get_page(request.GET.get("page"))
    first = first_day_to_carry_out(found.school_year)
    context = {
        "turn": found,
        "form": form,
        "page": page,
        "rows": turn_pages.preview_rows(page, outcome),
        "counts": turn_pages.counted(outcome),
        "outcome": outcome,
        "file_url": same_filters(request, "reports:year_turn_file", pk),
        "too_early": first if request.today < first else None,
        "year": school_year_label(found.school_year),
    }
    return render(request, "students/year_turn_preview.html", context | _rights(request, found.school_id))


@require_POST
def carry_out(request, pk: int):
    """Write what the preview showed."""
    found = _visible(request, pk)
    _may(found.school_id in request.scope.clerk_of | request.scope.led)
    try:
        turns.carry_out(by=request.user, year_turn=found, seen=request.POST.get("seen", ""), today=request.today)
    except (turns.TurnChanged, TurnRefused) as refused:
        messages.error(request, str(refused))
        return redirect("students:year_turn_preview", pk)
    messages.success(request, "学年交替已执行。校领导核对后确认；确认以前可以撤回。")
    return redirect("students:year_turn", found.school_id, found.school_year)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back_year_turn(request, pk: int):
    """Ask first, and list who stands in the way."""
    found = _visible(request, pk)
    _may(found.school_id in request.scope.clerk_of | request.scope.led)
    if request.method != "POST":
        context = {"turn": found, "events": reading.later_events(found), "year": school_year_label(found.school_year)}
        return render(request, "students/year_turn_take_back.html", context)
    try:
        turns.take_back(by=request.user, year_turn=found, today=request.today)
        messages.success(request, "已撤回，学生都回到原来的班，移交名单一并撤回。计划还在，改好后可以再执行。")
    except (turns.TurnChanged, TurnRefused) as refused:
        messages.error(request, str(refused))
    return redirect("students:year_turn", found.school_id, found.school_year)


@require_POST
def confirm_year_turn(request, pk: int):
    """The head says that it is right; from then on it is final."""
    found = _visible(request, pk)
    _may(found.school_id in request.scope.led)
    try:
        turns.confirm(by=request.user, year_turn=found)
        messages.success(request, "学年交替已确认，不能再撤回。")
    except turns.TurnChanged as refused:
        messages.error(request, str(refused))
    return redirect("students:year_turn", found.school_id, found.school_year)


def _visible(request, pk: int) -> YearTurn:
    """A turn within the scope; one that was taken back has no pages, but whoever sends something is told so."""
    seen = YearTurn.objects.visible_to(request.scope).select_related("school", "carried_out_by", "confirmed_by")
    return get_object_or_404(seen if request.method == "POST" else seen.filter(taken_back_at=None), pk=pk)


def _may(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied(NOT_YOURS)


def _rights(request, school: int) -> dict[str, bool]:
    scope = request.scope
    return {
        "may_plan": school in scope.clerk_of,
        "may_carry_out": school in scope.clerk_of | scope.led,
        "may_confirm": school in scope.led,
    }


def _years(today: date) -> list[int]:
    """The turn people are busy with, the one before and the one to come."""
    now = turning_year(today)
    return [now + 1, now, now - 1]


def _year(text: str | None, today: date) -> int:
    return int(text) if text in {str(year) for year in _years(today)} else turning_year(today)

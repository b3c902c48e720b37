"""整班移交: lists of children on their way to a school, their arrival, and who has not come."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.access import Scope
from students.actions import classes as class_actions
from students.actions import hand_over as arriving
from students.calendar import school_year_label, school_year_start
from students.forms.year import (
    AnswerForm,
    DrawForm,
    DrawForSchoolForm,
    HandOversFilter,
    ListFilter,
    NewClassesForm,
    NotArrivedFilter,
    ReceiveForm,
)
from students.models import HandOver, HandOverChild, School, SchoolClass
from students.queries import hand_over as reading
from students.queries.year_turn import usual_due_day
from students.turning import turning_year
from students.views.audience import hand_over_page
from students.views.filed_days import say_filed

PAGE_SIZE = 50


@require_safe
@hand_over_page
def hand_overs(request):
    """Every list that concerns the reader's schools, and how many have arrived."""
    form = HandOversFilter(request.GET)
    rows = reading.hand_overs(request.scope)
    rows = reading.narrowed(rows, **(form.cleaned_data if form.is_valid() else {}))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "not_arrived": reading.not_arrived(request.scope, request.today).count(),
        "may_draw": reading.entering_schools(request.scope).exists() if _draws(request.scope) else False,
        "own": School.objects.filter(pk__in=request.scope.clerk_of).order_by("code"),
        "school_year": turning_year(request.today),
    }
    return render(request, "students/hand_overs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request, pk: int):
    """One list: who has arrived; everybody still awaited can be received with one press."""
    found = _visible(request, pk)
    if request.method != "POST":
        return _show(request, found)
    _may_receive(request.scope, found)
    form = _receive_form(request, found, request.POST)
    if not form.is_valid():
        return _show(request, found, form=form, status=422)
    try:
        received = arriving.receive_all(
            by=request.user,
            hand_over=found,
            school_class=SchoolClass.objects.get(pk=form.cleaned_data["school_class"]),
            day=form.cleaned_data["day"],
            today=request.today,
        )
    except arriving.HandOverRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, found, form=form, status=422)
    _say_received(request, received)
    if received.arrived:
        say_filed(request, int(form.cleaned_data["school_class"]), form.cleaned_data["day"])
    return redirect("students:hand_over", pk)


def _show(request, found, *, form=None, status=200):
    filters = ListFilter(request.GET)
    wanted = filters.cleaned_data if filters.is_valid() else {"q": "", "state": ""}
    rows = reading.search_children(reading.children_of_hand_over(found), wanted["q"])
    rows = rows.filter(reading.COUNTED_AS[wanted["state"]]) if wanted["state"] else rows
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    classes = reading.target_classes(found)
    context = {
        "hand_over": found,
        "filters": filters,
        "page": page,
        "lines": reading.child_lines(page, request.today),
        "form": form or _receive_form(request, found),
        "classes": classes,
        "may_receive": _receives(request.scope, found),
        "may_withdraw": _sends(request.scope, found),
        "late": found.due_on < request.today,
        "year": school_year_label(found.school_year),
        "open_yet": request.today >= school_year_start(found.school_year),
    }
    return render(request, "students/hand_over.html", context, status=status)


def _receive_form(request, found, data=None) -> ReceiveForm:
    first = school_year_start(found.school_year)
    return ReceiveForm(data, classes=reading.target_classes(found), initial={"day": min(first, request.today)})


def _say_received(request, received: arriving.Received) -> None:
    if received.arrived:
        messages.success(request, f"已登记{received.arrived}人报到入学。")
    elif not received.left:
        messages.info(request, "没有未报到的孩子了，没有再登记。")
    if received.left:
        reasons = "；".join(f"{reading.name_of(child)}：{reason}" for child, reason in received.left[:5])
        more = f"等{len(received.left)}人" if len(received.left) > 5 else ""
        messages.warning(request, f"有{len(received.left)}人没有登记：{reasons}{more}。")


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_child(request, pk: int):
    """One child: arrived, elsewhere, or missing."""
    child = _visible_child(request, pk)
    _may_receive(request.scope, child.hand_over)
    initial = {"seen": child.state, "state": child.state, "whereabouts": child.whereabouts}
    initial["day"] = min(max(school_year_start(child.hand_over.school_year), request.today), request.today)
    form = AnswerForm(request.POST or None, classes=reading.target_classes(child.hand_over), initial=initial)
    if request.method == "POST" and form.is_valid() and _answer(request, child, form):
        return redirect("students:hand_over", child.hand_over_id)
    context = {"child": child, "line": reading.child_lines([child], request.today)[0], "form": form}
    return render(request, "students/hand_over_child.html", context, status=422 if form.is_bound else 200)


def _answer(request, child: HandOverChild, form: AnswerForm) -> bool:
    given = form.cleaned_data
    try:
        answered = arriving.answer(
            by=request.user,
            child=child,
            state=given["state"],
            seen=given["seen"],
            school_class=form.chosen_class,
            day=given["day"],
            whereabouts=given["whereabouts"].strip(),
            today=request.today,
        )
    except (arriving.HandOverRefused, arriving.HandOverChanged) as refused:
        form.add_error(None, str(refused))
        return False
    undo = reverse("students:undo_arrival", args=[child.pk])
    text = f"{reading.name_of(answered)}已登记为“{answered.get_state_display()}”。"
    messages.success(request, text, extra_tags=f"undo={undo}")
    say_filed(request, form.chosen_class and form.chosen_class.pk, given["day"])
    return True


@require_POST
def undo_arrival(request, pk: int):
    """Take back an answer of the same day."""
    child = _visible_child(request, pk)
    _may_receive(request.scope, child.hand_over)
    try:
        arriving.undo(by=request.user, child=child, today=request.today)
        messages.success(request, f"已撤销{reading.name_of(child)}的登记，回到“未报到”。")
    except arriving.HandOverRefused as refused:
        messages.error(request, str(refused))
    return redirect("students:hand_over", child.hand_over_id)


@require_POST
def withdraw_hand_over(request, pk: int):
    """Take a list of first-graders back."""
    found = _visible(request, pk)
    if not _sends(request.scope, found):
        raise PermissionDenied("这份名单由接收学校的学籍管理员或县教育局撤回")
    try:
        arriving.withdraw(by=request.user, hand_over=found)
        messages.success(request, "名单已撤回，名单上的孩子可以重新分配。")
    except arriving.HandOverRefused as refused:
        messages.error(request, str(refused))
        return redirect("students:hand_over", pk)
    return redirect("students:hand_overs")


@require_safe
@hand_over_page
def not_arrived(request):
    """Whose day of arrival has passed, and who is not enrolled."""
    form = NotArrivedFilter(request.GET)
    rows = reading.not_arrived(request.scope, request.today)
    rows = reading.search_children(rows, form.cleaned_data["q"] if form.is_valid() else "")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [
        {"line": line, "days": (request.today - line.row.hand_over.due_on).days}
        for line in reading.child_lines(page, request.today)
    ]
    return render(request, "students/not_arrived.html", {"form": form, "page": page, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
def expected_children(request):
    """幼升小: children of school age who are in no registry, by village or kindergarten; draw their lists."""
    if not _draws(request.scope):
        raise PermissionDenied("适龄儿童名单由县教育局或接收学校的学籍管理员生成")
    schools = list(reading.entering_schools(request.scope))
    school_year = turning_year(request.today)
    choice = DrawForSchoolForm(request.GET or None, schools=schools, initial={"way": "village"})
    school, way = _chosen(choice, schools)
    context = {"choice": choice, "school": school, "year": school_year_label(school_year), "groups": []}
    if school is None:
        if request.method == "POST":
            raise Http404
        return render(request, "students/expected_children.html", context)
    residents = reading.within_reach(reading.expected_residents(school_year), request.scope, school)
    groups = reading.GROUPINGS[way](residents)
    form = _draw_form(request, groups, way, school_year)
    if request.method == "POST" and form.is_valid():
        return _draw(request, form, residents, school, school_year, way)
    context |= {"form": form, "groups": groups, "total": sum(count for *_, count in groups)}
    return render(request, "students/expected_children.html", context, status=422 if form.is_bound else 200)


def _chosen(choice: DrawForSchoolForm, schools: list[School]) -> tuple[School | None, str]:
    """The school and the way that the address names; the only school needs no naming."""
    if choice.is_bound and choice.is_valid():
        wanted = choice.cleaned_data
        return next(school for school in schools if str(school.pk) == wanted["school"]), wanted["way"]
    return (schools[0], "village") if len(schools) == 1 and not choice.is_bound else (None, "")


def _draw_form(request, groups, way: str, school_year: int) -> DrawForm:
    label = dict(DrawForSchoolForm.WAYS)[way].removeprefix("按")
    data = request.POST if request.method == "POST" else None
    named = {"groups": groups, "label": label, "school_year": school_year}
    return DrawForm(data, **named, initial={"due_on": usual_due_day(school_year)})


def _draw(request, form, residents, school, school_year: int, way: str):
    made = arriving.draw(
        by=request.user,
        residents=residents,
        to_school=school,
        school_year=school_year,
        way=way,
        chosen=form.cleaned_data["chosen"],
        due_on=form.cleaned_data["due_on"],
    )
    if made:
        messages.success(request, f"已生成{len(made)}份名单，移交给{school}。")
        return redirect("students:hand_overs")
    messages.warning(request, "这些孩子已在别的名单上，没有再生成。")
    query = urlencode({"school": school.pk, "way": way})
    return redirect(f"{reverse('students:expected_children')}?{query}")


@require_http_methods(["GET", "HEAD", "POST"])
def new_classes(request, school: int, cohort: int):
    """The classes of the cohort that enters a school."""
    school = get_object_or_404(School.objects.visible_to(request.scope).distinct(), pk=school)
    if school.pk not in request.scope.clerk_of:
        raise PermissionDenied("新班级由本校学籍管理员建立")
    now = turning_year(request.today)
    if cohort not in (now, now + 1):
        raise Http404
    existing = list(reading.entering_classes(school, cohort))
    stages = reading.stages_of(school)
    initial = {"stage": stages[0], "first": reading.next_number(existing), "count": 1}
    form = NewClassesForm(request.POST or None, stages=stages, initial=initial)
    if request.method == "POST" and form.is_valid() and _open(request, school, cohort, form):
        return redirect("students:new_classes", school.pk, cohort)
    context = {"school": school, "cohort": cohort, "classes": existing, "form": form}
    return render(request, "students/new_classes.html", context, status=422 if form.is_bound else 200)


def _open(request, school, cohort: int, form) -> bool:
    try:
        made = class_actions.open_classes(by=request.user, school=school, cohort=cohort, **form.cleaned_data)
    except class_actions.ClassesRefused as refused:
        form.add_error("first", str(refused))
        return False
    messages.success(request, f"已建{len(made)}个班：{'、'.join(row.name for row in made)}。")
    return True


# ---- who may -----------------------------------------------------------------------------------


def _visible(request, pk: int) -> HandOver:
    return get_object_or_404(reading.hand_overs(request.scope), pk=pk)


def _visible_child(request, pk: int) -> HandOverChild:
    rows = HandOverChild.objects.select_related("hand_over", "student", "resident__village", "event__corrected_by")
    seen = HandOver.objects.visible_to(request.scope).filter(withdrawn_at=None)
    return get_object_or_404(rows, pk=pk, hand_over__in=seen.values("pk"))


def _receives(scope: Scope, found: HandOver) -> bool:
    return found.to_school_id in scope.clerk_of | scope.led


def _may_receive(scope: Scope, found: HandOver) -> None:
    if not _receives(scope, found):
        raise PermissionDenied("报到由接收学校的学籍管理员或校领导登记")


def _draws(scope: Scope) -> bool:
    return scope.is_bureau or bool(scope.clerk_of)


def _sends(scope: Scope, found: HandOver) -> bool:
    """Whoever may withdraw a list of first-graders."""
    is_list = found.kind == HandOver.Kind.TO_PRIMARY
    return is_list and (scope.is_bureau or found.to_school_id in scope.clerk_of)

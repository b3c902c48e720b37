"""三包, step by step: assign children and villages, hand over, end, take back the same day."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from scoring.actions import assignments as actions
from scoring.assigning import Kind
from scoring.bundle_forms import AssignStudentsForm, AssignVillagesForm, EndForm, HandOverForm
from scoring.models import Assignment
from scoring.queries import bundles as queries
from scoring.queries.assignments import people_for, with_state
from scoring.views.bundles import bundle_page, school_to_run
from students.models import Area


@require_http_methods(["GET", "HEAD", "POST"])
@bundle_page
def assign_students(request, pk: int):
    """教师包学生: some of the children whom nobody answers for, to one person; ``?student=`` comes chosen."""
    school = school_to_run(request, pk)
    children = queries.assignable(school, request.today, sent=request.POST.getlist("students"))
    people = people_for(Kind.STUDENT, school, request.today)
    chosen = {"students": request.GET.getlist("student")}
    form = AssignStudentsForm(
        request.POST or None, children=children, people=people, today=request.today, initial=chosen
    )
    if form.is_valid():
        told = {"students": [int(each) for each in form.cleaned_data["students"]], "since": form.cleaned_data["since"]}
        made = _done(request, form, actions.assign_students, school=school, person=form.chosen_person, **told)
        if made is not None:
            return _said(request, f"已安排{form.chosen_person.name}包{len(made)}名学生。", school, made, "people")
    context = {"form": form, "school": school, "nobody": not children}
    return render(request, "scoring/assign_students.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@bundle_page
def assign_villages(request, pk: int):
    """领导包片包村: some of the township's villages to one head."""
    school = school_to_run(request, pk)
    villages = Area.objects.filter(level=Area.Level.VILLAGE, parent=school.township_id).order_by("code")
    people = people_for(Kind.VILLAGE, school, request.today)
    chosen = {"villages": request.GET.getlist("village")}
    form = AssignVillagesForm(
        request.POST or None, villages=villages, people=people, today=request.today, initial=chosen
    )
    if form.is_valid():
        told = {"villages": list(form.cleaned_data["villages"]), "since": form.cleaned_data["since"]}
        made = _done(request, form, actions.assign_villages, school=school, person=form.chosen_person, **told)
        if made is not None:
            return _said(request, f"已安排{form.chosen_person.name}包{len(made)}个村。", school, made, "villages")
    context = {"form": form, "school": school, "nobody": not people}
    return render(request, "scoring/assign_villages.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@bundle_page
def hand_over(request, pk: int, person: int):
    """移交 everything that somebody has at the school, or some of it, to another."""
    school = school_to_run(request, pk)
    giver = get_object_or_404(queries.ever_assigned(school), pk=person)
    held = queries.held_by(school, giver, sent=request.POST.getlist("rows"))
    people = [each for each in people_for(Kind.STUDENT, school, request.today) if each[0] != giver.pk]
    form = HandOverForm(request.POST or None, held=held, people=people)
    if form.is_valid():
        rows = [int(each) for each in form.cleaned_data["rows"]]
        told = {"giver": giver, "taker": form.chosen_person, "rows": rows, "note": form.cleaned_data["note"]}
        made = _done(request, form, actions.hand_over, school=school, **told)
        if made is not None:
            return _said(request, f"已移交{len(made)}项给{form.chosen_person.name}。", school, [], "people")
    context = {"form": form, "school": school, "giver": giver}
    return render(request, "scoring/hand_over.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@bundle_page
def end_assignment(request, pk: int):
    """结束 one assignment, with the reason."""
    row = _row(request, pk)
    form = EndForm(request.POST or None)
    if form.is_valid() and _done(request, form, actions.end, row=row, note=form.cleaned_data["note"]) is not None:
        messages.success(request, f"已结束{_named(row)}的{row.get_kind_display()}，记录在“经过”里。")
        return redirect(_back(row))
    context = {"form": form, "row": row, "named": _named(row), "back": _back(row)}
    return render(request, "scoring/end_assignment.html", context, status=_status(form))


@require_POST
@bundle_page
def take_back(request, pk: int):
    """撤销 what was assigned by mistake today."""
    row = _row(request, pk)
    try:
        actions.take_back(by=request.user, scope=request.scope, row=row, today=request.today)
        messages.success(request, f"已撤销{_named(row)}的{row.get_kind_display()}。")
    except actions.AssignmentRefused as refused:
        messages.error(request, str(refused))
    return redirect(_back(row))


def _row(request, pk: int) -> Assignment:
    """An assignment of a school in the scope, for whoever assigns there."""
    rows = with_state(Assignment.objects.visible_to(request.scope), request.today)
    row = rows.select_related("school__township", "person", "student", "village").filter(pk=pk).first()
    if row is None:
        raise Http404
    if row.kind == Kind.LIAISON and not request.scope.is_bureau:
        raise PermissionDenied("联点由县教育局安排，你可以查看")
    if row.kind != Kind.LIAISON:
        school_to_run(request, row.school_id)
    return row


def _done(request, form, action, **told):
    """What the action has made; None where it refuses, which the form then says."""
    try:
        return action(by=request.user, scope=request.scope, today=request.today, **told)
    except actions.AssignmentRefused as refused:
        for fault in refused.faults:
            form.add_error(None, fault)
        return None


def _said(request, text: str, school, made: list[Assignment], tab: str):
    """The way back to the school's page; a single assignment can be undone from there at once."""
    undo = f"undo={reverse('scoring:take_back_assignment', args=[made[0].pk])} for=60" if len(made) == 1 else ""
    messages.success(request, text, extra_tags=undo)
    return redirect(f"{reverse('scoring:school_bundles', args=[school.pk])}?tab={tab}")


def _named(row: Assignment) -> str:
    return f"{row.person.name}：{row.student or row.village or row.school}"


def _back(row: Assignment) -> str:
    if row.kind == Kind.LIAISON:
        return reverse("scoring:liaisons")
    tab = "people" if row.kind == Kind.STUDENT else "villages"
    return f"{reverse('scoring:school_bundles', args=[row.school_id])}?tab={tab}"


def _status(form) -> int:
    return 422 if form.is_bound else 200

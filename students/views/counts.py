"""班级清点: which classes have been counted, counting one on a phone, what a count found."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from students.actions import counts
from students.forms.counts import HeadCountFilter, HeadCountForm, OpeningAbsenceForm
from students.models import HeadCount, HeadCountMissing, OpeningAbsence, School, SchoolClass, Student, Term
from students.opening import Presence
from students.queries import head_counts as queries
from students.queries.opening import look_at, opening_of
from students.views.lists import same_filters

PAGE_SIZE = 40
STATES = {
    "differs": lambda line: line.differs,
    "owed": lambda line: line.owed > 0,
    "complete": lambda line: line.owed == 0,
}


@require_safe
def head_counts(request):
    """The classes in the scope and their counts in a term, differences first."""
    refuse_onlookers(request.scope)
    form, board = asked_board(request)
    wanted = STATES.get(form.cleaned_data.get("state"), bool)
    listed = Paginator([line for line in board.lines if wanted(line)] if board else [], PAGE_SIZE)
    page = listed.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "board": board,
        "page": page,
        "rows": [_row(request, board, line) for line in page],
        "names_schools": len({line.school_class.school_id for line in page}) > 1,
        "file_url": same_filters(request, "reports:head_counts_file"),
    }
    return render(request, "students/head_counts.html", context)


def asked_board(request):
    """The filter as sent, and the board that it asks for: None where there is no term yet."""
    schools = list(School.objects.visible_to(request.scope.without_lessons))
    form = HeadCountFilter(request.GET, terms=Term.objects.filter(start__lte=request.today), schools=schools)
    form.full_clean()
    term, school = form.cleaned_data.get("term"), form.cleaned_data.get("school")
    term = Term.objects.get(pk=term) if term else queries.latest_term(request.today)
    classes = SchoolClass.objects.visible_to(request.scope.without_lessons)
    classes = classes.filter(school=school) if school else classes
    return form, queries.count_board(classes, term, day=request.today) if term else None


@require_http_methods(["GET", "HEAD", "POST"])
def count_class(request, pk):
    """Count one class in person: the number in the room, and who on the roll is not there."""
    target = get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=pk)
    if refusal := queries.refusal_to_count(request.scope, target):
        raise PermissionDenied(refusal)
    if request.method == "POST":
        return _save(request, target)
    page = _page(request, target)
    standing = page.standing
    form = HeadCountForm(
        initial={
            "on_roll": page.on_roll,
            "seen": standing.recorded_at.isoformat() if standing else "",
            # Nothing is suggested: a number that already stood there would be saved without going to the room.
            "present": standing.present if standing else None,
            "note": standing.note if standing else "",
        }
    )
    return _show(request, page, form)


def _save(request, target: SchoolClass):
    form = HeadCountForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data | {"missing": form.missing()}
        try:
            made = counts.record_head_count(
                by=request.user, scope=request.scope, school_class=target, today=request.today, **values
            )
        except counts.CountRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已登记{target}的清点：在校{made.on_roll}人，实到{made.present}人。")
            return redirect("students:head_count", made.pk)
    return _show(request, _page(request, target, missing=form.ticked), form, status=422)


def _page(request, target: SchoolClass, **ticked) -> queries.CountPage:
    above = queries.counts_from_above(request.scope, target.school_id)
    return queries.count_page(target, request.today, is_from_above=above, **ticked)


def _show(request, page: queries.CountPage, form: HeadCountForm, *, status=200):
    standing = page.standing
    context = {
        "count": page,
        "form": form,
        "reasons": HeadCountMissing.Reason.choices,
        "by_another": standing if standing and standing.counted_by_id != request.user.pk else None,
    }
    return render(request, "students/head_count_form.html", context, status=status)


@require_safe
def head_count(request, pk):
    """One count: who counted, what was found, and what the registers of that day say."""
    refuse_onlookers(request.scope)
    visible = HeadCount.objects.visible_to(request.scope.without_lessons)
    row = get_object_or_404(visible.select_related("school_class__school", "counted_by", "term"), pk=pk)
    missing = queries.found_missing(row)
    context = {
        "counted": queries.Counted(row, len(missing)),
        "missing": missing,
        "may_correct": row.counted_by_id == request.user.pk and row.counted_on == request.today,
    }
    return render(request, "students/head_count.html", context)


def _row(request, board: queries.CountBoard, line: queries.ClassLine) -> dict:
    """A line of the board with its counts, and whether the person may count the class now."""
    is_current = board.term.start <= request.today <= board.term.end
    may_count = is_current and not queries.refusal_to_count(request.scope, line.school_class)
    return {"line": line, "places": board.places(line), "may_count": may_count}


def refuse_onlookers(scope) -> None:
    """科任教师 and 系统管理员 have no business with these lists."""
    if not scope.may_reveal:
        raise PermissionDenied("班级清点给班主任、学校和上级部门的管理岗位查看")


@require_http_methods(["GET", "HEAD", "POST"])
def opening_absence(request, term, pk):
    """Note why a child is not back at the start of a term and where it is."""
    student = get_object_or_404(Student.objects.visible_to(request.scope.without_lessons), pk=pk)
    term = get_object_or_404(Term, pk=term)
    school_class = _missed_in(request, student, term)
    standing = OpeningAbsence.objects.filter(student=student, term=term).first()
    form = OpeningAbsenceForm(request.POST if request.method == "POST" else None, initial=_noted(standing))
    if form.is_valid():
        try:
            place = {"student": student, "term": term, "school_class": school_class}
            counts.note_opening_absence(by=request.user, **place, **form.cleaned_data)
        except counts.CountRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已登记{student.name}的未到原因。")
            return redirect(f"{reverse('casework:opening')}?term={term.pk}&list=absent")
    context = {"form": form, "student": student, "school_class": school_class, "term": term}
    return render(request, "students/opening_absence.html", context, status=422 if form.is_bound else 200)


def _missed_in(request, student: Student, term: Term) -> SchoolClass:
    """The class that misses the child; refused where it is not missed, or the person does not answer for the class."""
    found = look_at([student.pk], opening_of(term, request.today))[student.pk]
    if found.presence is not Presence.ABSENT or found.due_class is None:
        raise PermissionDenied("这名学生不在这个学期的开学未到名单里，不用登记原因")
    school_class = get_object_or_404(SchoolClass.objects.visible_to(request.scope), pk=found.due_class)
    if not request.scope.may_answer_for(school_class):
        raise PermissionDenied("未到原因由班主任、教务处和校领导登记，你可以查看")
    return school_class


def _noted(standing: OpeningAbsence | None) -> dict:
    if standing is None:
        return {}
    return {
        "reason": standing.reason,
        "whereabouts": standing.whereabouts,
        "seen": standing.recorded_at.isoformat(),
    }

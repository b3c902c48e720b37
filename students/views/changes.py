"""学籍变动 of a child: what happened, recording what happens next, putting right what was written wrongly."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from students.actions import corrections, dropouts, enrolment, newcomers, transfers
from students.enrolment import REPORTED_CHANGES, EventKind, ImpossibleEvent
from students.forms.changes import ChangeForm, CorrectionForm, NewChildForm, SentOnceForm
from students.models import EnrolmentEvent, School, SchoolClass, Student
from students.queries import changes
from students.templatetags.chinese import cdate
from students.views.filed_days import say_filed

REFUSALS = (
    ImpossibleEvent, transfers.TransferRefused, newcomers.NewcomerRefused, corrections.CorrectionRefused,
    dropouts.DropoutRefused,
)  # fmt: skip
ONLY_THE_CLERK = "学籍变动由学籍管理员登记，你可以查看"


@require_safe
def changes_of(request, pk):
    """Every event of a child, and what may be recorded now."""
    student = child_seen_by(request, pk)
    school_class = changes.class_of(student)
    may_record = changes.may_record(request.scope, school_class)
    context = {
        "student": student,
        "school_class": school_class,
        "standing": changes.standing_of(student),
        "lines": changes.change_lines(student, request.scope),
        "kinds": changes.kinds_offered(student, request.scope) if may_record else [],
        "may_record": may_record,
        "evidenced": REPORTED_CHANGES,
    }
    return render(request, "students/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record_change(request, pk, kind):
    """One event, with the fields of its kind."""
    student, school_class, kind = _recordable(request, pk, kind)
    if elsewhere := _elsewhere(request, student, kind):
        return redirect(elsewhere)
    last = changes.last_event(student)
    form = ChangeForm(
        *_sent(request),
        kind=kind,
        classes=changes.classes_to_join(kind, school_class, request.today),
        last_class=school_class.pk,
        earliest=last.happened_on,
        today=request.today,
        seen=changes.last_seen(student),
    )
    status = 200
    if form.is_bound and (status := _recorded(request, form, student, kind)) == 302:
        say_filed(request, school_class.pk, form.cleaned_data["happened_on"])
        return redirect("students:changes_of", pk)
    context = {"form": form, "student": student, "kind": kind, "school_class": school_class, "schools": _schools(kind)}
    return render(request, "students/change_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def correct_change(request, pk):
    """更正 or 作废 of an event."""
    events = EnrolmentEvent.objects.visible_to(request.scope).select_related("student", "school_class__school")
    event = get_object_or_404(events, pk=pk)
    school_class = changes.class_of_event(event)
    if not changes.may_correct(request.scope, event, school_class):
        raise PermissionDenied("这项变动不由你登记或认定，不能更正；休学和辍学由县教育局更正")
    if _sent_before(request, event.student):
        return redirect("students:changes_of", event.student_id)
    school = event.school_class and event.school_class.school_id
    form = CorrectionForm(
        *_sent(request),
        event=event,
        classes=SchoolClass.objects.filter(school=school).order_by("stage", "-cohort", "number"),
        today=request.today,
        seen=changes.last_seen(event.student),
    )
    status = 200
    if form.is_bound and (status := _corrected(request, form, event)) == 302:
        say_filed(request, school_class.pk, event.happened_on, form.cleaned_data.get("happened_on"))
        return redirect("students:changes_of", event.student_id)
    return render(request, "students/change_correction.html", {"form": form, "event": event}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def new_child(request):
    """新增学生: who comes for the first time, and who comes back."""
    if not request.scope.clerk_of:
        raise PermissionDenied("新增学生由学校的学籍管理员登记")
    classes = changes.classes_of(request.scope.clerk_of, request.today)
    form = NewChildForm(*_sent(request), classes=classes, today=request.today)
    known, status = [], 200
    if form.is_valid():
        try:
            event = _entered(request, form)
            messages.success(request, f"已登记{event.get_kind_display()}：{event.student.name}。")
            say_filed(request, event.school_class_id, event.happened_on)
            return redirect("students:changes_of", event.student_id)
        except newcomers.AlreadyKnown as taken:
            known, status = changes.whose(taken.children), 409
        except REFUSALS as refused:
            form.add_error(None, _sentence(refused))
    if form.errors:
        status = 422
    return render(request, "students/change_new_child.html", {"form": form, "known": known}, status=status)


def child_seen_by(request, pk) -> Student:
    """A child in the scope, for whoever may look at its papers."""
    student = get_object_or_404(Student.objects.visible_to(request.scope), pk=pk)
    if not changes.may_look(request.scope, student):
        raise PermissionDenied("学籍变动由班主任和学校管理人员查看，任课教师不看")
    return student


def _recordable(request, pk, kind: str) -> tuple[Student, SchoolClass, EventKind]:
    student = child_seen_by(request, pk)
    if kind not in set(EventKind) - {EventKind.VOID}:
        raise Http404
    school_class = changes.class_of(student)
    if not changes.may_record(request.scope, school_class):
        raise PermissionDenied(ONLY_THE_CLERK)
    if kind in changes.BY_THE_BUREAU and not request.scope.is_bureau:
        raise PermissionDenied("辍学由县教育局认定：学校交《学生流失报告》，认定后由教育局登记")
    return student, school_class, EventKind(kind)


def _elsewhere(request, student: Student, kind: EventKind) -> str:
    """The address of where the change is recorded instead, or of why it is not; blank where it is recorded here."""
    events = reverse("students:changes_of", args=[student.pk])
    if _sent_before(request, student):
        return events
    if kind not in changes.kinds_offered(student, request.scope):
        messages.error(request, f"现在不能登记{kind.label}，没有保存。请看下面的最新记录。")
        return events
    if kind is EventKind.SUSPEND:
        return reverse("students:ask_suspension", args=[student.pk])
    if kind is EventKind.DROP_OUT and (door := dropouts.door_of(student, request.today)):
        messages.add_message(request, messages.INFO if door.address else messages.ERROR, door.words)
        return door.address or events
    return ""


def _recorded(request, form: ChangeForm, student: Student, kind: EventKind) -> int:
    """302 where it was recorded, else the status of the page that says why not."""
    if not form.is_valid():
        return _told_of_others(form, student)
    values = {name: value for name, value in form.cleaned_data.items() if name not in ("submission", "seen")}
    values |= {"by": request.user, "student": student, "today": request.today} | form.sending
    try:
        if kind is EventKind.TRANSFER_OUT:
            transfers.send_out(**values)
        elif kind is EventKind.DROP_OUT:
            dropouts.record_dropout(**values)
        else:
            enrolment.record_event(kind=kind, **values)
    except (enrolment.EventsChanged, *REFUSALS) as refused:
        return _refused(form, refused)
    day = cdate(form.cleaned_data["happened_on"])
    messages.success(request, f"已登记{kind.label}：{student.name}，{day}。")
    return 302


def _told_of_others(form: SentOnceForm, student: Student) -> int:
    """The status of a form with errors: somebody else's change comes first, for it may be why they are errors."""
    try:
        enrolment.refuse_unseen(student, form.cleaned_data.get("seen"))
    except enrolment.EventsChanged as changed:
        return _refused(form, changed)
    return 422


def _refused(form: SentOnceForm, refused: Exception) -> int:
    """Say it on the form; the status is 409 where somebody else was quicker."""
    was_overtaken = isinstance(refused, enrolment.EventsChanged)
    form.add_error(None, str(refused) if was_overtaken else _sentence(refused))
    return 409 if was_overtaken else 422


def _corrected(request, form: CorrectionForm, event: EnrolmentEvent) -> int:
    """302 where it was corrected, else the status of the page that says why not."""
    if not form.is_valid():
        return _told_of_others(form, event.student)
    sent = {"by": request.user, "event": event, "reason": form.cleaned_data["reason"], "today": request.today}
    try:
        if form.cleaned_data["do"] == "void":
            corrections.void(**sent, **form.sending)
        else:
            day, school_class = form.cleaned_data["happened_on"], form.cleaned_data.get("school_class")
            corrections.correct(happened_on=day, school_class=school_class, **sent, **form.sending)
    except (enrolment.EventsChanged, *REFUSALS) as refused:
        return _refused(form, refused)
    messages.success(
        request, f"{'已作废' if form.cleaned_data['do'] == 'void' else '已更正'}：{event.get_kind_display()}。"
    )
    return 302


def _entered(request, form: NewChildForm) -> EnrolmentEvent:
    """Take the child in: the one in the registry that the clerk has recognised, or a new one."""
    names = ("happened_on", "school_class", "note", "paper", "submission")
    values = {name: form.cleaned_data[name] for name in names} | {"by": request.user, "today": request.today}
    numbers = {name: form.identity[name] for name in ("id_number", "student_number")}
    for child in changes.known_children(**numbers):
        if request.POST.get("take_in") == str(child.pk):
            return newcomers.take_in(student=child, **values)
    return newcomers.enter(identity=form.identity, kind=EventKind(form.cleaned_data["kind"]), **values)


def _sent_before(request, student: Student) -> bool:
    """Whether this very form was recorded before: a second press is told nothing new."""
    try:
        submission = UUID(request.POST.get("submission", ""))
    except ValueError:
        return False
    return EnrolmentEvent.objects.filter(student=student, submission=submission).exists()


def _sent(request) -> tuple:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _sentence(refused: Exception) -> str:
    """An event that cannot stand, told with the promise that nothing was written."""
    return f"{refused}。没有保存。" if isinstance(refused, ImpossibleEvent) else str(refused)


def _schools(kind: EventKind):
    """The names offered where a school of the county is to be named."""
    return School.objects.select_related("township") if kind is EventKind.TRANSFER_OUT else []

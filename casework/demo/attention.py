"""关注学生 of the demonstration county: of every school some 动摇生 and 学困生 are in care, and some are proposed."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from casework.actions import watches
from casework.causes import Reason
from casework.models import Case, Watch
from casework.queries.watches import latest_review
from casework.watching import WatchKind
from students.access import in_force, scope_of
from students.models import Person, Posting, RegistryLine, Role, School, SpecialGroup
from students.queries.homeroom import homeroom_teachers

CONFIRMED, PROPOSED = 4, 2  # children a school
SOON = timedelta(days=3)  # the first review of a school
GROUNDS = {
    WatchKind.WAVERING: "两次说读不下去，想跟亲戚出去干活；上课常趴着，作业不交。",
    WatchKind.LEARNING_DIFFICULTY: "语文、数学连续三次测验不及格，课上跟不上。",
    WatchKind.HARDSHIP: "父亲久病，家里靠母亲打零工，伙食费常拖欠。",
}


def give_attention(today: date) -> None:
    """Through the actions, as the teachers and the clerk of each school would do it."""
    for school in School.objects.order_by("code"):
        posts = Posting.objects.filter(role=Role.REGISTRY_CLERK, school=school)
        if posting := in_force(posts, today).select_related("person").order_by("pk").first():
            _in_school(school, posting.person, today)


def _in_school(school: School, clerk: Person, today: date) -> None:
    lines = RegistryLine.objects.filter(school=school, standing="attending").select_related("student", "school_class")
    teachers = homeroom_teachers(set(lines.order_by().values_list("school_class", flat=True)), today)
    groups = SpecialGroup.objects.filter(student__line__school=school, kind__in=SpecialGroup.PROPOSED, until=None)
    # A case that has been closed stays closed: the demonstration shows one of every stage.
    groups = groups.exclude(student__in=Case.objects.order_by().values("student"))
    kinds = dict(
        groups.filter(student__line__standing="attending").order_by("-kind", "pk").values_list("student", "kind")
    )
    known = [line for pk in list(kinds)[:CONFIRMED] for line in lines.filter(pk=pk)]
    others = list(lines.exclude(pk__in=groups.order_by().values("student"))[:PROPOSED])
    for number, line in enumerate(known):
        if row := _propose(line, WatchKind(kinds[line.pk]), teachers, today):
            review = today + SOON if number == 0 else latest_review(today)
            watches.confirm(
                by=clerk, scope=_scope(clerk, today), watch=row, responsible=row.proposed_by, review_on=review,
                version=row.version, today=today,
            )  # fmt: skip
    for line in others:
        _propose(line, WatchKind.HARDSHIP, teachers, today)
    _forget_unproposed(school)


def _forget_unproposed(school: School) -> None:
    """Nobody is a 动摇生 or 学困生 whom nobody has confirmed as one."""
    confirmed = Watch.objects.filter(student=OuterRef("student"), kind=OuterRef("kind"))
    rows = SpecialGroup.objects.filter(student__line__school=school, kind__in=SpecialGroup.PROPOSED)
    rows.exclude(Exists(confirmed)).delete()


def _propose(line: RegistryLine, kind: WatchKind, teachers, today: date) -> Watch | None:
    homeroom = teachers.get(line.school_class_id)
    if homeroom is None or homeroom.regular is None:
        return None
    teacher, reason = homeroom.regular, Reason.WORK if kind is WatchKind.WAVERING else None
    told = {"student": line.student, "kind": kind, "reason": reason, "grounds": GROUNDS[kind], "today": today}
    return watches.propose(by=teacher, scope=_scope(teacher, today), **told)


def _scope(person: Person, today: date):
    return scope_of(person, in_force(person.postings.all(), today))

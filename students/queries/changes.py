"""学籍变动 of a child as a page shows them: what happened, what may be recorded next, and by whom."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, Q

from students.access import Scope
from students.enrolment import LEADS_TO, MAY_FOLLOW, MOVES, OUTS, EventKind, Standing
from students.models import (
    Certificate,
    Enrolment,
    EnrolmentEvent,
    FormerNumber,
    SchoolClass,
    Student,
    Transfer,
)

LAST_GRADE = {SchoolClass.Stage.PRIMARY: 6, SchoolClass.Stage.JUNIOR: 9}
BY_THE_BUREAU = frozenset({EventKind.DROP_OUT})  # 辍学认定
NOT_SINGLY = frozenset({EventKind.PROMOTE})  # belongs to the year's turn
ORDER = (
    EventKind.CLASS_MOVE,
    EventKind.TRANSFER_OUT,
    EventKind.SUSPEND,
    EventKind.RESUME,
    EventKind.RETURN,
    EventKind.ENROL,
    EventKind.TRANSFER_IN,
    EventKind.REPEAT,
    EventKind.SKIP,
    EventKind.GRADUATE,
    EventKind.LEAVE_COUNTRY,
    EventKind.DROP_OUT,
    EventKind.DECEASE,
    EventKind.OTHER_IN,
    EventKind.OTHER_OUT,
)


@dataclass
class ChangeLine:
    """One event as written: what it corrects or what corrected it, and the papers and transfers that hang on it."""

    event: EnrolmentEvent
    school_class: SchoolClass | None
    replaced_by: EnrolmentEvent | None
    certificates: list[Certificate] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    may_correct: bool = False
    may_hand_in: bool = False

    @property
    def stands(self) -> bool:
        return self.replaced_by is None and self.event.kind != EventKind.VOID

    @property
    def is_unconfirmed(self) -> bool:
        """转出 that nobody has confirmed."""
        return self.stands and self.event.kind == EventKind.TRANSFER_OUT and self.event.confirmed_on is None


def class_of(student: Student) -> SchoolClass | None:
    """The class that a child is in, or was last in."""
    places = Enrolment.objects.filter(student=student).order_by("-since").select_related("school_class__school")
    return place.school_class if (place := places.first()) else None


def standing_of(student: Student) -> Standing:
    """Where a child stands after its last event."""
    last = last_event(student)
    return LEADS_TO[EventKind(last.kind)] if last else Standing.NONE


def last_event(student: Student) -> EnrolmentEvent | None:
    """The last event that stands."""
    return EnrolmentEvent.objects.effective().filter(student=student).order_by("happened_on", "order").last()


def last_seen(student: Student) -> int:
    """The newest row about the child: what a page shows when it is made (``seen`` of the actions)."""
    return EnrolmentEvent.objects.filter(student=student).aggregate(last=Max("pk"))["last"] or 0


def may_look(scope: Scope, student: Student) -> bool:
    """Whoever answers or answered for the child, and who oversees the school; a subject teacher sees no papers."""
    if scope.county or scope.townships:
        return True
    held = Q(school_class__in=scope.homeroom) | Q(school_class__school__in=scope.schools)
    return Enrolment.objects.filter(held, student=student).exists()


def may_record(scope: Scope, school_class: SchoolClass | None) -> bool:
    """学籍管理员 of the school, and 县教育局."""
    return scope.is_bureau or (school_class is not None and school_class.school_id in scope.clerk_of)


def kinds_offered(student: Student, scope: Scope) -> list[EventKind]:
    """What may follow now and may be recorded by ``scope``, the usual first."""
    possible = MAY_FOLLOW[standing_of(student)] - NOT_SINGLY
    if not scope.is_bureau:
        possible -= BY_THE_BUREAU
    return [kind for kind in ORDER if kind in possible]


def classes_of(schools, day: date):
    """The classes of these schools that are in one of their grades on ``day``, and so may take a child."""
    cohorts = Q()
    for stage, last_grade in LAST_GRADE.items():
        newest = _cohort_in(stage, SchoolClass.FIRST_GRADE[stage], day)
        cohorts |= Q(stage=stage, cohort__gte=_cohort_in(stage, last_grade, day), cohort__lte=newest)
    rows = SchoolClass.objects.filter(cohorts, school__in=schools).select_related("school")
    return rows.order_by("school", "stage", "-cohort", "number")


def classes_to_join(kind: EventKind, school_class: SchoolClass, day: date):
    """The classes of its school that an event of ``kind`` may lead into from ``school_class``."""
    rows = classes_of([school_class.school_id], day)
    if kind in MOVES:
        rows = rows.exclude(pk=school_class.pk).filter(stage=school_class.stage)
    if kind is EventKind.REPEAT:
        rows = rows.filter(cohort__gt=school_class.cohort)
    if kind is EventKind.SKIP:
        rows = rows.filter(cohort__lt=school_class.cohort)
    return rows


def _cohort_in(stage: str, grade: int, day: date) -> int:
    """The cohort 级 that is in ``grade`` on ``day``."""
    return SchoolClass(stage=stage, cohort=0).grade_on(day) - grade


def change_lines(student: Student, scope: Scope) -> list[ChangeLine]:
    """Every event that the scope may see, newest first; five queries."""
    events = EnrolmentEvent.objects.visible_to(scope).filter(student=student)
    events = list(events.select_related("school_class__school", "recorded_by", "corrects"))
    replaced = {event.corrects_id: event for event in events if event.corrects_id}
    enrolments = list(Enrolment.objects.filter(student=student).select_related("school_class__school"))
    papers, transfers = defaultdict(list), defaultdict(list)
    for paper in Certificate.objects.filter(event__in=events).defer("content").select_related("uploaded_by"):
        papers[paper.event_id].append(paper)
    for transfer in Transfer.objects.filter(out_event__in=events).select_related("to_school"):
        transfers[transfer.out_event_id].append(transfer)
    result = []
    for event in sorted(events, key=lambda event: (event.happened_on, event.order, event.pk), reverse=True):
        line = ChangeLine(event, class_at(event, enrolments), replaced.get(event.pk))
        line.certificates, line.transfers = papers[event.pk], transfers[event.pk]
        line.may_correct = line.stands and may_correct(scope, event, line.school_class)
        line.may_hand_in = line.stands and may_hand_in(scope, line.school_class)
        result.append(line)
    return result


def class_at(event: EnrolmentEvent, enrolments: list[Enrolment]) -> SchoolClass | None:
    """The class that an event speaks of: the one joined, or the one that the child was in until then."""
    if event.school_class_id:
        return event.school_class
    leaves = event.kind in OUTS
    held = [
        each
        for each in enrolments
        if each.since < event.happened_on or (each.since == event.happened_on and not leaves)
    ]
    return max(held, key=lambda each: each.since).school_class if held else None


def class_of_event(event: EnrolmentEvent) -> SchoolClass | None:
    """``class_at`` for one event."""
    enrolments = Enrolment.objects.filter(student=event.student_id).select_related("school_class__school")
    return class_at(event, list(enrolments))


def may_correct(scope: Scope, event: EnrolmentEvent, school_class: SchoolClass | None) -> bool:
    """Whoever may record it; what the bureau or the township has decided only the bureau takes back."""
    if event.kind in BY_THE_BUREAU | {EventKind.SUSPEND}:
        return scope.is_bureau
    return may_record(scope, school_class)


def may_hand_in(scope: Scope, school_class: SchoolClass | None) -> bool:
    """班主任 of the class and the clerk of the school; 县教育局 on their behalf."""
    return may_record(scope, school_class) or (school_class is not None and school_class.pk in scope.homeroom)


def certificate_seen_by(scope: Scope, pk: int) -> Certificate | None:
    """A paper that the scope may open: one of its time, or of a change that it may see."""
    paper = Certificate.objects.filter(pk=pk).select_related("event", "student").first()
    if paper is None:
        return None
    own = Certificate.objects.visible_to(scope).filter(pk=pk).exists()
    of_event = paper.event_id and EnrolmentEvent.objects.visible_to(scope).filter(pk=paper.event_id).exists()
    return paper if own or of_event else None


def narrowed(rows, school_path: str, *, text: str, school):
    """Of rows about children those of a child that ``text`` finds, and of a school by ``school_path``."""
    if text.strip():
        rows = rows.filter(student__in=Student.objects.search(text))
    return rows.filter(**{school_path: school}) if school else rows


def known_children(*, id_number: str | None, student_number: str | None) -> list[Student]:
    """The children who have one of these numbers, or had the 学籍号 before; two where the numbers are of two."""
    wanted = Q()
    if id_number:
        wanted |= Q(id_number=id_number)
    if student_number:
        former = FormerNumber.objects.filter(number=student_number).values("student")
        wanted |= Q(student_number=student_number) | Q(pk__in=former)
    return list(Student.objects.filter(wanted)) if wanted else []


def way_in(student: Student) -> EventKind | None:
    """How a known child may come in: 转入 after it left, 入学 after 毕业; None where it is registered or deceased."""
    possible = MAY_FOLLOW[standing_of(student)]
    return next((kind for kind in (EventKind.TRANSFER_IN, EventKind.ENROL) if kind in possible), None)


def whose(children: list[Student]) -> list[dict]:
    """The other side of a number that is taken: who has it, where, and whether that child may be taken in."""
    return [
        {
            "student": child,
            "school_class": class_of(child),
            "standing": standing_of(child),
            "way_in": way_in(child),
        }
        for child in children
    ]

"""疑似失联: children who should be in a class and of whom nobody has shown where they are (domain.md §6, §7).

Each list is a queryset that an own list, a ledger or a count can start from, as of a day: what was recorded for later
days, and confirmations of later days, do not count.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Exists, Min, OuterRef, Q

from students.access import Scope
from students.enrolment import EventKind
from students.models import (
    Enrolment,
    EnrolmentEvent,
    HandOver,
    HandOverChild,
    School,
    SchoolClass,
    Student,
    standing_on,
)
from students.policy import Policy
from students.queries.changes import narrowed
from students.queries.suspensions import suspended
from students.templatetags.chinese import cdate


class List(StrEnum):
    """Why a child is listed."""

    UNCONFIRMED = "unconfirmed"
    OTHER_OUT = "other_out"
    OVERSTAYED = "overstayed"
    NOT_ARRIVED = "not_arrived"
    NUMBERLESS = "numberless"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    List.UNCONFIRMED: "转出未确认",
    List.OTHER_OUT: "其他减少",
    List.OVERSTAYED: "休学期满未复学",
    List.NOT_ARRIVED: "移交未报到",
    List.NUMBERLESS: "无学籍号",
}
TO_ACT = {
    List.UNCONFIRMED: "原校学籍管理员催办接收确认，查实去向",
    List.OTHER_OUT: "原校查实去向，能返校的登记其他增加",
    List.OVERSTAYED: "班主任联系家长，学籍管理员办复学或延期",
    List.NOT_ARRIVED: "接收学校联系家长，毕业学校协查",
    List.NUMBERLESS: "学籍管理员在全国系统建籍后补登学籍号",
}


def definition(kind: List, policy: Policy) -> str:
    """Who stands on a list, in a sentence under it."""
    return {
        List.UNCONFIRMED: f"转出满{policy.unconfirmed_days}天仍没有确认接收的，从次日起列入。",
        List.OTHER_OUT: "登记为其他减少的，当天列入，查明去向后再登记新的变动。",
        List.OVERSTAYED: "批准的休学期满，次日仍没有复学或延期的。",
        List.NOT_ARRIVED: "整班移交后，过了报到截止日期仍没有报到的。",
        List.NUMBERLESS: f"入学满{policy.numberless_days}天仍没有学籍号的待建籍和借读学生，从次日起列入。",
    }[kind]


def last_events(events, kinds: Collection[EventKind], day: date):
    """Of ``events`` those of ``kinds`` after which nothing has happened to the child by ``day``."""
    later = EnrolmentEvent.objects.effective().filter(
        Q(happened_on__gt=OuterRef("happened_on"))
        | Q(happened_on=OuterRef("happened_on"), order__gt=OuterRef("order")),
        student=OuterRef("student"),
        happened_on__lte=day,
    )
    return events.effective().filter(~Exists(later), kind__in=kinds, happened_on__lte=day)


def finished() -> Q:
    """Whether an event is the 毕业 of a junior class: it ends compulsory education, that of a primary one does not."""
    junior = Enrolment.objects.filter(
        student=OuterRef("student"), until=OuterRef("happened_on"), school_class__stage=SchoolClass.Stage.JUNIOR
    )
    return Q(Exists(junior), kind=EventKind.GRADUATE)


def unconfirmed_transfers(events, *, day: date, policy: Policy):
    """转出 that nobody has confirmed more than ``unconfirmed_days`` after it: listed from the 31st day on."""
    latest = day - timedelta(days=policy.unconfirmed_days + 1)
    return last_events(events, [EventKind.TRANSFER_OUT], day).filter(
        Q(confirmed_on=None) | Q(confirmed_on__gt=day), happened_on__lte=latest
    )


def others_out(events, *, day: date):
    """其他减少: listed at once."""
    return last_events(events, [EventKind.OTHER_OUT], day)


def overstayed(enrolments, *, day: date):
    """Suspended past the approved end and not resumed: listed from the day after it, on which they attend again."""
    return suspended(enrolments, day).filter(ends_on__lt=day)


def not_arrived(hand_overs, *, day: date):
    """Handed over and not arrived by the due day: listed from the day after it."""
    lost = [HandOverChild.State.AWAITED, HandOverChild.State.MISSING]
    return HandOverChild.objects.filter(
        hand_over__in=hand_overs.filter(withdrawn_at=None, due_on__lt=day).values("pk"), state__in=lost
    )


def numberless(enrolments, *, day: date, policy: Policy):
    """待建籍 and 借读 children on the roll without a 学籍号 more than ``numberless_days`` after they entered."""
    latest = day - timedelta(days=policy.numberless_days + 1)
    return (
        enrolments.on(day)
        .filter(student__student_number=None)
        .annotate(entered_on=Min("student__enrolments__since"), entitlement=standing_on(day, "student"))
        .filter(entered_on__lte=latest)
    )


def shown_list(wanted: str, counts: Mapping[List, int]) -> List:
    """The list ``wanted``; where there is no such one, the first that has somebody on it."""
    return List(wanted) if wanted in set(List) else next((kind for kind in List if counts[kind]), List.UNCONFIRMED)


@dataclass(frozen=True)
class Line:
    """One child on a list: since when it is lost sight of, and how many days that is. ``student`` is None for a child
    of a hand-over who is in no registry yet; ``number`` and ``phone`` are in full, for whoever prints them."""

    student: Student | None
    name: str
    number: str
    phone: str
    school_class: SchoolClass | None
    place: str
    since: date
    days: int
    fact: str
    event: EnrolmentEvent | None = None


@dataclass(frozen=True)
class Listing:
    """One of the lists: its rows, in the order of urgency, and how a page of them becomes lines."""

    rows: object
    lines: Callable[[list, date], list[Line]]


def listings(
    scope: Scope, *, day: date, policy: Policy, text: str = "", school: School | None = None
) -> dict[List, Listing]:
    """Every list of a scope, by its kind; nothing is read before a list is counted or shown.

    ``text`` and ``school`` look for a child and for the school that it last stood in.
    """

    def narrow(rows, school_path="student__line__school"):
        return narrowed(rows, school_path, text=text, school=school)

    events = EnrolmentEvent.objects.visible_to(scope)
    enrolments = Enrolment.objects.visible_to(scope)
    with_student = ("student", "school_class__school")
    gone = unconfirmed_transfers(events, day=day, policy=policy).order_by("happened_on", "pk")
    other = others_out(events, day=day).order_by("happened_on", "pk")
    staying = overstayed(enrolments, day=day).select_related(*with_student).order_by("ends_on", "pk")
    awaited = not_arrived(HandOver.objects.visible_to(scope), day=day).order_by("hand_over__due_on", "pk")
    without = numberless(enrolments, day=day, policy=policy).select_related(*with_student)
    people = ("student", "resident", "hand_over__from_class__school", "hand_over__to_school")
    return {
        List.UNCONFIRMED: Listing(narrow(gone.select_related("student")), _event_lines),
        List.OTHER_OUT: Listing(narrow(other.select_related("student")), _event_lines),
        List.OVERSTAYED: Listing(narrow(staying), _staying_lines),
        List.NOT_ARRIVED: Listing(narrow(awaited.select_related(*people), "hand_over__to_school"), _awaited_lines),
        List.NUMBERLESS: Listing(narrow(without.order_by("entered_on", "pk")), _numberless_lines),
    }


def _event_lines(rows: list[EnrolmentEvent], day: date) -> list[Line]:
    """Who went: with the class left and, of a transfer, where to."""
    classes = classes_left(rows)
    told = {event.pk: event.transfers.all() for event in _with_transfers(rows)}
    return [
        _line(event.student, classes.get(event.pk), event.happened_on, day, _fact(event, told[event.pk]), event)
        for event in rows
    ]


def _with_transfers(rows: list[EnrolmentEvent]):
    chosen = EnrolmentEvent.objects.filter(pk__in=[event.pk for event in rows])
    return chosen.prefetch_related("transfers__to_school")


def _fact(event: EnrolmentEvent, transfers) -> str:
    words = f"{cdate(event.happened_on)}{event.get_kind_display()}"
    if transfers:
        last = max(transfers, key=lambda transfer: transfer.pk)
        answer = f"，对方答复“{last.get_answer_display()}”" if last.answer else "，还没有答复"
        return f"{words}，去向{last.to_school or last.to_place}{answer}"
    return f"{words}，{event.note}" if event.note else words


def classes_left(rows: list[EnrolmentEvent]) -> dict[int, SchoolClass]:
    """Event → the class that the child was in before it; one query."""
    before = Enrolment.objects.filter(student__in=[event.student_id for event in rows]).order_by("since")
    places: dict[int, list[Enrolment]] = {}
    for place in before.select_related("school_class__school"):
        places.setdefault(place.student_id, []).append(place)
    found = {}
    for event in rows:
        held = [each for each in places.get(event.student_id, []) if each.since < event.happened_on]
        if held:
            found[event.pk] = held[-1].school_class
    return found


def _staying_lines(rows: list[Enrolment], day: date) -> list[Line]:
    return [
        _line(row.student, row.school_class, row.ends_on, day, f"休学期满日{cdate(row.ends_on)}，没有复学")
        for row in rows
    ]


def _numberless_lines(rows: list[Enrolment], day: date) -> list[Line]:
    return [
        _line(
            row.student,
            row.school_class,
            row.entered_on,
            day,
            f"{cdate(row.entered_on)}入学，{'借读' if row.entitlement == Student.Standing.GUEST else '待建籍'}",
        )
        for row in rows
    ]


def _awaited_lines(rows: list[HandOverChild], day: date) -> list[Line]:
    lines = []
    for row in rows:
        over = row.hand_over
        whence = f"{over.from_class.school}{over.from_class}" if over.from_class else over.source
        fact = f"由{whence}移交{over.to_school}，{cdate(over.due_on)}前应报到，{row.get_state_display()}"
        child = row.student or row.resident
        number = row.student.number if row.student else row.resident.id_number
        days = (day - over.due_on).days
        lines.append(
            Line(row.student, child.name, number, child.phone, over.from_class, whence, over.due_on, days, fact)
        )
    return lines


def _line(student: Student, school_class, since: date, day: date, fact: str, event=None) -> Line:
    place = f"{school_class.school}{school_class}" if school_class else ""
    return Line(
        student,
        student.name,
        student.number,
        student.phone,
        school_class,
        place,
        since,
        (day - since).days,
        fact,
        event,
    )

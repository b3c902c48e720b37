"""Reads the facts from which the reasons for a head count follow: the registers of a year, of all classes at once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from inspections.suspicion import (
    ClassFacts,
    Past,
    Register,
    RegisteredDay,
    Unverified,
    past_of,
    pooled,
    shared_minutes,
    window,
)
from students.calendar import Calendar
from students.days import ABSENT, MarkKind, Slot
from students.models import AbsenceMark, AuditRow, Leave, RollCall, SchoolClass, Term
from students.policy import Policy
from students.queries.calendar import current_calendar
from students.queries.listing import current_classes
from students.queries.registers import expected_on

YEAR = timedelta(days=365)
CHUNK = 5000


def class_facts(day: date, policy: Policy) -> Iterator[tuple[SchoolClass, ClassFacts]]:
    """Every class that has children, with what its registers say as seen on ``day``; seven queries whatever their
    number."""
    first, last = window(day, policy)
    calendar = current_calendar()
    classes = {row.pk: row for row in SchoolClass.objects.filter(current_classes(day)).select_related("school")}
    sizes = expected_on(SchoolClass.objects.order_by().values("pk"), day)
    days = _registered_days(day - YEAR, last)
    registers = _registers(first, last)
    shared = shared_minutes((each for taken in registers.values() for each in taken), policy)
    unverified = _unverified(day, classes, calendar)
    neighbours = _Neighbours(classes, sizes, days, _term_start(day))
    for pk, row in classes.items():
        if pk in sizes:
            facts = ClassFacts(sizes[pk], days[pk], registers[pk], shared[pk], unverified[pk], neighbours.of(row))
            yield row, facts


def _term_start(day: date) -> date:
    """The first day of the term that holds ``day``, or of the one before."""
    return Term.objects.filter(start__lte=day).values_list("start", flat=True).last() or day - YEAR


def _registered_days(first: date, last: date) -> dict[int, list[RegisteredDay]]:
    """Class → its registered days in order. A county has a few hundred different ones, each kept once."""
    absent = AbsenceMark.objects.filter(kind__in=ABSENT, roll_call__day__range=(first, last)).order_by()
    with_absence = set(absent.values_list("roll_call__school_class", "roll_call__day").distinct().iterator(CHUNK))
    rows = RollCall.objects.filter(day__range=(first, last)).order_by("day")
    known: dict[RegisteredDay, RegisteredDay] = {}
    found = defaultdict(list)
    for school_class, day, slot in rows.values_list("school_class", "day").annotate(one=Min("slot")).iterator(CHUNK):
        each = RegisteredDay(day, slot, (school_class, day) not in with_absence)
        found[school_class].append(known.setdefault(each, each))
    return found


def _registers(first: date, last: date) -> dict[int, list[Register]]:
    """Class → its registers of the window in order. What no device sent by itself, a month from paper or a workbook,
    has no sending of its own in the audit log."""
    sent = AuditRow.objects.filter(subject=RollCall._meta.label_lower, subject_id=OuterRef("pk"))
    rows = RollCall.objects.filter(day__range=(first, last)).order_by("day", "slot")
    rows = rows.annotate(is_sent=Exists(sent.filter(action="register.submit")))
    slots, found = {slot.value: slot for slot in Slot}, defaultdict(list)
    columns = ("school_class", "day", "slot", "taken_by", "taken_at", "is_sent")
    for school_class, day, slot, by, taken_at, is_sent in rows.values_list(*columns).iterator(CHUNK):
        moment = timezone.localtime(taken_at)
        found[school_class].append(Register(school_class, day, slots[slot], by, moment, not is_sent))
    return found


def _unverified(day: date, classes: dict[int, SchoolClass], calendar: Calendar) -> dict[int, list[Unverified]]:
    """Class → its 待核实 of the last year that no leave covers, on days that are still school days; one a child and
    day."""
    leave = Leave.objects.filter(student=OuterRef("student")).covering(OuterRef("roll_call__day"))
    marks = AbsenceMark.objects.filter(kind=MarkKind.UNVERIFIED, roll_call__day__range=(day - YEAR, day))
    marks = marks.filter(~Exists(leave)).order_by()
    rows = marks.values_list("student", "roll_call__school_class", "roll_call__day").annotate(
        one=Min("roll_call__slot")
    )
    found = defaultdict(list)
    for _, of, on, slot in rows.iterator(CHUNK):
        row = classes.get(of)
        if row is None:
            continue
        school_days = calendar.school_days(school=row.school_id, school_class=row.pk)
        if on in school_days:
            waited = len(school_days.between(on + timedelta(days=1), day))
            found[of].append(Unverified(on, slot, waited))
    return found


class _Neighbours:
    """What the other classes of a grade say of this term: those of the school, then those of the county."""

    def __init__(self, classes: dict[int, SchoolClass], sizes: dict[int, int], days, since: date):
        self.pasts = {
            pk: past_of("", (each for each in days[pk] if each.day >= since), sizes.get(pk, 0)) for pk in classes
        }
        self.of_grade, self.in_school = defaultdict(list), defaultdict(list)
        for pk, row in classes.items():
            self.of_grade[row.stage, row.cohort].append(pk)
            self.in_school[row.school_id, row.stage, row.cohort].append(pk)
        self.county = {grade: pooled("", (self.pasts[pk] for pk in pks)) for grade, pks in self.of_grade.items()}

    def of(self, row: SchoolClass) -> list[Past]:
        own = self.pasts[row.pk]
        beside = self.in_school[row.school_id, row.stage, row.cohort]
        near = pooled("本校同年级其他班本学期", (self.pasts[pk] for pk in beside if pk != row.pk))
        return [near, _without(self.county[row.stage, row.cohort], own, "全县同年级其他班本学期")]


def _without(whole: Past, one: Past, label: str) -> Past:
    """``whole`` less one of the classes that it is made of."""
    if not (one.days and one.size):
        return Past(label, whole.days, whole.with_absence, whole.full, whole.again, whole.size)
    days = whole.days - one.days
    return Past(
        label,
        days,
        whole.with_absence - one.with_absence,
        whole.full - one.full,
        whole.again - one.again,
        (whole.size * whole.days - one.size * one.days) / days if days else 0,
    )

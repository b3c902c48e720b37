"""开学到校情况: the opening of a term for every class of a scope, and for the children who need to be named.

Nearly every child simply came. Those are counted a class at a time; only children whose marks, moves or absence since
last term may say something else are looked at one by one (``students.opening``).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from students.calendar import Term as TermDays
from students.days import ABSENT
from students.enrolment import OUTS, EventKind, Place, Standing
from students.models import AbsenceMark, Enrolment, EnrolmentEvent, Leave, OpeningAbsence, RollCall, SchoolClass, Term
from students.opening import ChildFacts, ChildOpening, Departure, Opening, Presence, look
from students.queries.calendar import current_calendar
from students.queries.policy import policy_of
from students.runs import ClassDays

CHUNK = 500


@dataclass
class Figures:
    """The counts of one class, or of several together."""

    before: int = 0
    due: int = 0
    arrived: int = 0
    absent: int = 0
    unknown: int = 0
    lost: int = 0
    in_order: int = 0
    returned: int = 0

    def add(self, other: "Figures") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class ClassOpening:
    """A class at the opening of a term: the days that have come, how many have no register, and its counts."""

    school_class: SchoolClass
    days: tuple[date, ...]
    unregistered: int
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True)
class Board:
    """The opening of a term: a line a class, and the children who are not simply there."""

    term: Term
    opening: Opening
    classes: list[ClassOpening]
    children: dict[int, ChildOpening]

    @property
    def total(self) -> Figures:
        total = Figures()
        for line in self.classes:
            total.add(line.figures)
        return total

    @property
    def unregistered(self) -> int:
        """Days without any register, of all classes together."""
        return sum(line.unregistered for line in self.classes)

    def of(self, which: str) -> list[tuple[int, ChildOpening, int]]:
        """Child, what was found and the class it counts in: ``absent``, ``lost`` or ``returned``."""
        shown = {line.school_class.pk: position for position, line in enumerate(self.classes)}
        found = [(pk, child, _class_of(child, which)) for pk, child in self.children.items()]
        return sorted((row for row in found if row[2] in shown), key=lambda row: (shown[row[2]], row[0]))


def _class_of(child: ChildOpening, which: str) -> int | None:
    """The class in which a child belongs to a list; None where it does not."""
    if which == "absent":
        return child.due_class if child.presence is Presence.ABSENT else None
    if which == "lost":
        return child.gone_class if child.gone and child.gone.is_lost else None
    return child.returned_class


def opening_of(term: Term, day: date) -> Opening:
    """The opening of ``term`` as it stood on ``day``; two queries."""
    before = Term.objects.filter(end__lt=term.start).last()
    return Opening(
        term=TermDays(term.start, term.end),
        before=TermDays(before.start, before.end) if before else None,
        days=policy_of(max(term.start, min(day, term.end))).opening_days,
        as_of=day,
    )


def opening_board(classes, term: Term, day: date) -> Board:
    """The opening of ``term`` for ``classes`` (a queryset), as of ``day``; as many queries for one as for a county."""
    opening, calendar = opening_of(term, day), current_calendar()
    rows = list(classes.select_related("school"))
    days_of = {
        each.pk: opening.days_of(calendar.school_days(school=each.school_id, school_class=each.pk)) for each in rows
    }
    last = max((days[-1] for days in days_of.values() if days), default=term.start)
    within = classes.order_by().values("pk")
    taken = _slots_taken(within, days_of, term.start, last)
    lines = {
        each.pk: ClassOpening(each, days_of[each.pk], len(days_of[each.pk]) - len(taken[each.pk])) for each in rows
    }
    settled = _settled(within, term.start, last)
    named = _not_seen(settled, days_of, taken, term.start, last)
    named |= _moved(within, opening, last)
    children = look_at(named, opening)
    _count(lines, settled, children, within, opening, taken)
    return Board(term, opening, [line for line in lines.values() if any(vars(line.figures).values())], children)


def _slots_taken(within, days_of, first: date, last: date) -> Mapping[int, dict[date, int]]:
    """Class → opening day → how many registers were taken."""
    taken: dict[int, dict[date, int]] = defaultdict(dict)
    calls = RollCall.objects.filter(school_class__in=within, day__gte=first, day__lte=last).order_by()
    for school_class, day, number in calls.values_list("school_class", "day").annotate(Count("pk")):
        if day in days_of[school_class]:
            taken[school_class][day] = number
    return taken


def _settled(within, first: date, last: date):
    """The enrolments of children who attend one of the classes from before the term through the opening days."""
    throughout = Enrolment.objects.attending().filter(Q(until=None) | Q(until__gt=last), since__lte=first)
    return throughout.filter(school_class__in=within)


def _not_seen(settled, days_of, taken, first: date, last: date) -> set[int]:
    """Children who stay in their class and whom every one of its registers has absent; and those who have marks in
    the registers of another class, since such a day has to be looked at."""
    missed: dict[tuple[int, int], int] = defaultdict(int)
    elsewhere = set()
    marks = AbsenceMark.objects.filter(
        kind__in=ABSENT, roll_call__day__gte=first, roll_call__day__lte=last, student__enrolments__in=settled
    ).order_by()
    for student, own, of_class, day in marks.values_list(
        "student", "student__enrolments__school_class", "roll_call__school_class", "roll_call__day"
    ):
        if own != of_class:
            elsewhere.add(student)
        elif day in days_of[own]:
            missed[student, own] += 1
    every = {school_class: sum(slots.values()) for school_class, slots in taken.items()}
    return {student for (student, own), number in missed.items() if number == every[own]} | elsewhere


def _moved(within, opening: Opening, last: date) -> set[int]:
    """Children who joined or left in the opening days, or have gone or come back since the last term."""
    first = opening.term.start
    here = Enrolment.objects.filter(school_class__in=within).order_by()
    turned = here.filter(Q(since__gt=first, since__lte=last) | Q(until__gt=first, until__lte=last))
    moved = set(turned.values_list("student", flat=True))
    if opening.before is None:
        return moved
    mine = Enrolment.objects.filter(student=OuterRef("student"))
    now = mine.attending().filter(Q(until=None) | Q(until__gt=first), since__lte=last)
    then = mine.attending().on(opening.before.end)
    gone = here.attending().on(opening.before.end).filter(~Exists(now))
    back = (
        _settled(within, first, last)
        .order_by()
        .filter(~Exists(then), Exists(mine.filter(since__lte=opening.before.end)))
    )
    return moved | set(gone.values_list("student", flat=True)) | set(back.values_list("student", flat=True))


def look_at(students: Collection[int], opening: Opening) -> dict[int, ChildOpening]:
    """Look at these children one by one; seven queries for five hundred of them."""
    found, ordered = {}, sorted(students)
    for start in range(0, len(ordered), CHUNK):
        facts = _facts(ordered[start : start + CHUNK], opening)
        classes = _class_days({place.school_class for child in facts.values() for place in child.places}, opening)
        found |= {student: look(child, opening, classes) for student, child in facts.items()}
    return found


def _facts(students: list[int], opening: Opening) -> dict[int, ChildFacts]:
    places, departures = defaultdict(list), defaultdict(list)
    marks, leaves = defaultdict(lambda: defaultdict(dict)), defaultdict(list)
    mine = {"student__in": students}
    for student, *row in Enrolment.objects.filter(**mine).values_list(
        "student", "school_class", "standing", "since", "until", "spell"
    ):
        school_class, standing, *rest = row
        places[student].append(Place(school_class, Standing(standing), *rest))
    outs = EnrolmentEvent.objects.effective().filter(**mine, kind__in=OUTS).order_by("happened_on", "order")
    for student, day, kind, confirmed_on in outs.values_list("student", "happened_on", "kind", "confirmed_on"):
        departures[student].append(Departure(day, EventKind(kind), confirmed_on))
    of_the_term = {"roll_call__day__gte": opening.term.start, "roll_call__day__lte": opening.as_of}
    for student, day, slot, kind in AbsenceMark.objects.filter(**mine, **of_the_term).values_list(
        "student", "roll_call__day", "roll_call__slot", "kind"
    ):
        marks[student][day][slot] = kind
    standing = Leave.objects.filter(**mine, cancelled_at=None, last_day__gte=opening.term.start)
    for student, first, last in standing.values_list("student", "first_day", "last_day"):
        leaves[student].append((first, last))
    return {pk: ChildFacts(places[pk], departures[pk], marks[pk], leaves[pk]) for pk in students}


def _class_days(classes: Collection[int], opening: Opening) -> dict[int, ClassDays]:
    calendar, registers = current_calendar(), defaultdict(lambda: defaultdict(set))
    calls = RollCall.objects.filter(school_class__in=classes, day__gte=opening.term.start, day__lte=opening.as_of)
    if opening.before is not None:
        calls = calls.filter(day__gt=opening.before.end)
    for school_class, day, slot in calls.order_by().values_list("school_class", "day", "slot"):
        registers[school_class][day].add(slot)
    return {
        pk: ClassDays(
            school,
            calendar.school_days(school=school, school_class=pk),
            {day: frozenset(slots) for day, slots in registers[pk].items()},
        )
        for pk, school in SchoolClass.objects.filter(pk__in=classes).order_by().values_list("pk", "school")
    }


def _count(lines, settled, children: dict[int, ChildOpening], within, opening: Opening, taken) -> None:
    """Everybody who simply stayed in the class came, if any register was taken; the named are counted by what was
    found."""
    stayed = dict(settled.order_by().values_list("school_class").annotate(Count("pk")))
    for school_class in settled.filter(student__in=children).order_by().values_list("school_class", flat=True):
        stayed[school_class] -= 1
    for school_class, number in stayed.items():
        line = lines[school_class]
        if line.days:
            line.figures.due += number
            if taken[school_class]:
                line.figures.arrived += number
            else:
                line.figures.unknown += number
    for child in children.values():
        _count_child(lines, child)
    if opening.before is not None:
        attended = Enrolment.objects.attending().on(opening.before.end).filter(school_class__in=within).order_by()
        for school_class, number in attended.values_list("school_class").annotate(Count("pk")):
            lines[school_class].figures.before = number


def _count_child(lines, child: ChildOpening) -> None:
    if line := lines.get(child.due_class):
        line.figures.due += 1
        setattr(line.figures, child.presence, getattr(line.figures, child.presence) + 1)
    if line := lines.get(child.gone_class):
        name = "lost" if child.gone.is_lost else "in_order"
        setattr(line.figures, name, getattr(line.figures, name) + 1)
    if line := lines.get(child.returned_class):
        line.figures.returned += 1


def absences_noted(term: Term, students: Iterable[int]) -> dict[int, OpeningAbsence]:
    """Child → why it is not back, as far as somebody has noted it."""
    rows = OpeningAbsence.objects.filter(term=term, student__in=students).select_related("recorded_by")
    return {row.student_id: row for row in rows}

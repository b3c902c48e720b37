"""A key child as 三包 lists it: why it is key, whose it is, what that person has done for it, what comes next."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from casework.contacts import UNMET, VISITS
from casework.models import Case, Contact, VisitPlan
from casework.queries.next_steps import next_steps
from casework.wording import named_day
from scoring.models import Assignment
from scoring.queries.assignments import cases_on, lapse_of
from students.models import RegistryLine, SpecialGroup, Student
from students.queries.listing import groups_on


@dataclass(frozen=True)
class Deeds:
    """What the person has done for the child since it was theirs: ``contacts`` in all, ``visits`` that met somebody,
    ``month`` of them in this calendar month; ``last``: the latest contact, None where there is none."""

    contacts: int = 0
    visits: int = 0
    month: int = 0
    last: Contact | None = None


@dataclass
class BundledChild:
    """A child as 三包 lists it: where it stands, why it is key, whose it is, what was done, what comes next."""

    line: RegistryLine
    why: str
    row: Assignment | None = None
    deeds: Deeds = field(default_factory=Deeds)
    next_words: str = ""
    late: str = ""
    today: date | None = None
    may_open: bool = True

    @property
    def student(self) -> Student:
        return self.line.student

    @property
    def lapse(self) -> str:
        return lapse_of(self.row) if self.row else ""

    @property
    def is_held(self) -> bool:
        return self.row is not None and not self.lapse

    @property
    def may_work(self) -> bool:
        """Whether its person can call and visit: the child is still here."""
        return self.is_held

    @property
    def last_words(self) -> str:
        """9月7日家访：已联系上，承诺返校."""
        last = self.deeds.last
        return f"{named_day(last.day, self.today)}{last.get_method_display()}：{last.result}" if last else ""

    @property
    def days_since(self) -> int | None:
        """Days since the last contact; since the child was assigned, where there was none."""
        if self.row is None:
            return None
        return (self.today - (self.deeds.last.day if self.deeds.last else self.row.since)).days

    @property
    def silence(self) -> str:
        """还没有联系，已过3天, of a child for whom nothing was done; without days where it is theirs from today."""
        return f"还没有联系，已过{self.days_since}天" if self.days_since else "还没有联系"

    @property
    def was_met_this_month(self) -> bool:
        return self.deeds.month > 0


def reasons(students: Collection[int], day: date) -> dict[int, str]:
    """Child → why it is key on a day, in words: 缺课个案、动摇生; two queries. Who is not is left out.

    A case that has been closed since says no more than that it stood open.
    """
    words: dict[int, list[str]] = defaultdict(list)
    for case in cases_on(day).filter(student__in=students).order_by("pk"):
        words[case.student_id] = [f"{case.get_stage_display()}个案" if case.is_open else "个案"]
    groups = groups_on(day).filter(student__in=students, kind__in=SpecialGroup.PROPOSED)
    for student, kind in groups.values_list("student", "kind"):
        words[student].append(SpecialGroup.Kind(kind).label)
    return {student: "、".join(each) for student, each in words.items()}


def deeds_of(rows: Iterable[Assignment], today: date) -> dict[int, Deeds]:
    """Assignment → what its person has done for its child; one query."""
    rows = {row.student_id: row for row in rows if row.student_id}
    told = Contact.objects.filter(cancelled_at=None, student__in=rows, day__lte=today)
    told = told.filter(recorded_by__in={row.person_id for row in rows.values()})
    own: dict[int, list[Contact]] = defaultdict(list)
    for contact in told.order_by("day", "pk"):
        row = rows[contact.student_id]
        if contact.recorded_by_id == row.person_id and contact.day >= row.since:
            own[row.pk].append(contact)
    first = today.replace(day=1)
    found = {}
    for pk, contacts in own.items():
        visits = [each for each in contacts if each.method in VISITS and each.outcome not in UNMET]
        found[pk] = Deeds(len(contacts), len(visits), sum(each.day >= first for each in visits), contacts[-1])
    return found


def next_of(students: Collection[int], today: date) -> dict[int, tuple[str, str]]:
    """Child → what comes next, in words, and how late it is (逾期3天): the visit planned, else the next step of its
    case. Five queries at most."""
    words: dict[int, tuple[str, str]] = {}
    cases = Case.objects.open().filter(student__in=students)
    for step in next_steps(cases, today).values():
        late = f"逾期{(today - step.on).days}天" if step.on < today else ""
        words[step.student] = f"{step.words}，最迟{named_day(step.on, today)}（{step.short_who}）", late
    plans = VisitPlan.objects.filter(student__in=students, on__gte=today).select_related("visitor").order_by("-on")
    for plan in plans:
        words[plan.student_id] = f"{named_day(plan.on, today)}家访（{plan.visitor.name}）", ""
    return words


def bundled(lines: Iterable[RegistryLine], rows: Iterable[Assignment], today: date) -> list[BundledChild]:
    """Children in the order given, each with its row among ``rows`` and all that a list says of it."""
    lines, held = list(lines), {row.student_id: row for row in rows}
    students = [line.pk for line in lines]
    why, deeds, coming = reasons(students, today), deeds_of(held.values(), today), next_of(students, today)
    return [
        BundledChild(
            line,
            why.get(line.pk, ""),
            row,
            deeds.get(row.pk, Deeds()) if row else Deeds(),
            *coming.get(line.pk, ("", "")),
            today,
        )
        for line in lines
        for row in [held.get(line.pk)]
    ]

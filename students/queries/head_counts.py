"""班级清点: which classes have been counted in a term, what was found, and the roll that a count is held against."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db.models import Subquery

from students.access import AREA_ROLES, Scope
from students.days import ABSENT, SLOT_ORDER, MarkKind, Slot
from students.models import AbsenceMark, HeadCount, HeadCountMissing, RollCall, SchoolClass, Student, Term
from students.queries.policy import policy_of
from students.queries.registers import expected_on, roster

Reason = HeadCountMissing.Reason


def term_on(day: date) -> Term | None:
    """The term that holds ``day``."""
    return Term.objects.filter(start__lte=day, end__gte=day).first()


def latest_term(day: date) -> Term | None:
    """The term that holds ``day``, or between terms the one before; the first one where none has begun."""
    return Term.objects.filter(start__lte=day).last() or Term.objects.first()


def term_start(day: date) -> Subquery:
    """The first day of ``latest_term`` as a part of a query; no day where no term has begun."""
    return Subquery(Term.objects.filter(start__lte=day).order_by("-start").values("start")[:1])


def counts_from_above(scope: Scope, school: int) -> bool:
    """Whether a person counts the classes of a school as somebody from above; in a school that they run they do not."""
    return bool(scope.roles & AREA_ROLES) and not scope.runs(school)


def refusal_to_count(scope: Scope, school_class: SchoolClass) -> str:
    """Why the person may not count a class that they see; blank where they may."""
    if school_class.pk in scope.homeroom:
        return "清点是核对点名的，自己带的班由别人清点：请分管领导、教务处或上级来班里点。"
    keeps_school = school_class.school_id in scope.clerk_of | scope.led
    if keeps_school or scope.roles & AREA_ROLES:
        return ""
    return "清点由分管领导、校长、教务处、乡镇、督学或县教育局来做，任课教师不清点。"


@dataclass(frozen=True)
class Counted:
    """One count of a class, beside the roll of its day."""

    count: HeadCount
    missing: int

    @property
    def difference(self) -> int:
        return self.count.present - self.count.on_roll

    @property
    def differs(self) -> bool:
        return bool(self.difference or self.missing)

    @property
    def words(self) -> str:
        """账实相符; 少1人; 多2人; 人数相符，有1人不在."""
        if self.difference < 0:
            return f"少{-self.difference}人"
        if self.difference > 0:
            return f"多{self.difference}人"
        return f"人数相符，有{self.missing}人不在" if self.missing else "相符"


@dataclass(frozen=True)
class ClassLine:
    """A class in a term: how many attend it, its counts in order, and how many are asked for.

    What school and those above count on one day is one count of what the class owes, and shown side by side.
    """

    school_class: SchoolClass
    expected: int
    counted: list[Counted]
    rounds: int

    @property
    def days(self) -> list[list[Counted]]:
        """The counts, those of a day together."""
        return [list(each) for _, each in groupby(self.counted, key=attrgetter("count.counted_on"))]

    @property
    def owed(self) -> int:
        return max(0, self.rounds - len(self.days))

    @property
    def differs(self) -> bool:
        return any(each.differs for each in self.counted)

    @property
    def order(self) -> tuple:
        """Differences first, then what is owed most."""
        return not self.differs, -self.owed, self.school_class.school.code, self.school_class.number


@dataclass(frozen=True)
class CountBoard:
    """The head counts of a term: a line a class, the most telling first."""

    term: Term
    rounds: int
    lines: list[ClassLine]

    @property
    def columns(self) -> list[int]:
        """1, 2, …: as many as are asked for, or as some class has."""
        return list(range(1, max([self.rounds, *(len(line.days) for line in self.lines)]) + 1))

    def places(self, line: ClassLine) -> list[Sequence[Counted]]:
        """The counts of a class, those of a day a column; none where it was not counted."""
        return [*line.days, *[()] * (len(self.columns) - len(line.days))]

    @property
    def differing(self) -> int:
        return sum(line.differs for line in self.lines)

    @property
    def owing(self) -> int:
        return sum(line.owed > 0 for line in self.lines)

    @property
    def complete(self) -> int:
        return len(self.lines) - self.owing


def count_board(classes, term: Term, *, day: date) -> CountBoard:
    """The counts of ``classes`` (a queryset) in ``term``; five queries whatever their number.

    Classes without a child on the day asked for, or the last day of a term that is over, are left out unless counted.
    """
    day, rounds = min(day, term.end), policy_of(min(day, term.end)).head_counts
    expected = expected_on(classes.order_by().values("pk"), day)
    counts = HeadCount.objects.filter(term=term, school_class__in=classes.order_by().values("pk"), counted_on__lte=day)
    missing: dict[int, int] = defaultdict(int)
    for head_count in HeadCountMissing.objects.filter(head_count__in=counts.order_by().values("pk")).values_list(
        "head_count", flat=True
    ):
        missing[head_count] += 1
    of_class: dict[int, list[Counted]] = defaultdict(list)
    for count in counts.select_related("counted_by").order_by("counted_on", "-is_from_above"):
        of_class[count.school_class_id].append(Counted(count, missing[count.pk]))
    lines = [
        ClassLine(each, expected.get(each.pk, 0), of_class[each.pk], rounds)
        for each in classes.select_related("school")
        if each.pk in expected or of_class[each.pk]
    ]
    return CountBoard(term, rounds, sorted(lines, key=lambda line: line.order))


@dataclass(frozen=True)
class RollChild:
    """A child on the roll: what the register says of it today, and what the count says; blank = in the room."""

    student: Student
    mark: str
    missing: str

    @property
    def suggested(self) -> str:
        """The reason offered first: what the register says."""
        if self.missing or self.mark not in ABSENT:
            return self.missing or Reason.UNKNOWN
        return Reason.ABSENT if self.mark in (MarkKind.UNEXCUSED, MarkKind.UNVERIFIED) else Reason.LEAVE


@dataclass(frozen=True)
class CountPage:
    """What the page of a count shows: the roll of the day beside the latest register taken."""

    school_class: SchoolClass
    standing: HeadCount | None
    children: list[RollChild]
    register: str  # 上午, or blank where none was taken today

    @property
    def on_roll(self) -> int:
        return len(self.children)

    @property
    def registered_absent(self) -> int:
        return sum(child.mark in ABSENT for child in self.children)

    @property
    def registered_present(self) -> int:
        return self.on_roll - self.registered_absent

    @property
    def ticked(self) -> int:
        return sum(bool(child.missing) for child in self.children)


def count_page(
    school_class: SchoolClass, day: date, *, is_from_above: bool, missing: dict[int, str] | None = None
) -> CountPage:
    """The page of a count of the one side or the other; five queries. ``missing``: what was ticked on a page that could
    not be saved."""
    counts = HeadCount.objects.filter(school_class=school_class, counted_on=day, is_from_above=is_from_above)
    standing = counts.select_related("counted_by").first()
    if missing is None:
        missing = dict(standing.missing.values_list("student", "reason")) if standing else {}
    slot, marks = _latest_register(school_class, day)
    return CountPage(
        school_class,
        standing,
        [
            RollChild(row.student, marks.get(row.student_id, ""), missing.get(row.student_id, ""))
            for row in roster(school_class.pk, day)
        ],
        slot,
    )


def _latest_register(school_class: SchoolClass, day: date) -> tuple[str, dict[int, str]]:
    """The last slot whose register was taken that day, and its marks."""
    calls = sorted(
        RollCall.objects.filter(school_class=school_class, day=day), key=lambda call: SLOT_ORDER[Slot(call.slot)]
    )
    if not calls:
        return "", {}
    marks = AbsenceMark.objects.filter(roll_call=calls[-1]).values_list("student", "kind")
    return calls[-1].get_slot_display(), dict(marks)


@dataclass(frozen=True)
class FoundMissing:
    """A child whom a count did not find, and what the registers of that day say of it."""

    row: HeadCountMissing
    marks: list[AbsenceMark]
    registers: int

    @property
    def contradicts(self) -> bool:
        """Not in the room, while some register of the day has it present."""
        absent = sum(mark.kind in ABSENT for mark in self.marks)
        return self.row.reason != Reason.ELSEWHERE and absent < self.registers


def found_missing(count: HeadCount) -> list[FoundMissing]:
    """The children of a count who were not there, each beside the day's registers; three queries."""
    rows = list(count.missing.select_related("student"))
    registers = RollCall.objects.filter(school_class=count.school_class, day=count.counted_on).count()
    marks: dict[int, list[AbsenceMark]] = defaultdict(list)
    found = AbsenceMark.objects.filter(
        roll_call__school_class=count.school_class,
        roll_call__day=count.counted_on,
        student__in=[row.student_id for row in rows],
    )
    for mark in found.select_related("roll_call"):
        marks[mark.student_id].append(mark)
    return [FoundMissing(row, marks[row.student_id], registers) for row in rows]

"""The grid in which a month is entered from paper: which registers may be filled in, and what stands in the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from students.access import Scope
from students.actions.registers import marks_at
from students.attendance_year import Stay
from students.days import MARK_LABELS, Slot
from students.models import RollCall, SchoolClass, Student
from students.month_entry import PRESENT_SIGN, SIGN_OF, Column, Place, UnknownSign, read_cell
from students.month_sheet import next_month
from students.queries.month_sheets import children_of, school_days_of
from students.queries.policy import policy_of

MOST_CELLS = 4000  # that are sent at once; Django takes no form of more than 5000 fields


@dataclass(frozen=True)
class EntryColumn:
    """A register of the grid. ``call``: the one that stands; ``open``: it may be filled in or changed here.

    ``needs_reason``: changing it is a late correction. ``typed``: what the page shows in it.
    """

    place: Place
    call: RollCall | None
    open: bool
    needs_reason: bool
    typed: Column

    @property
    def key(self) -> str:
        """As it stands in the names of fields: ``07-AM``."""
        return f"{self.place.day:%d}-{self.place.slot}"

    @property
    def label(self) -> str:
        return label_of(self.place)

    @property
    def short(self) -> str:
        """One character for the head of a narrow column: 上, 下, 晚, or the number of the period."""
        return self.place.slot if self.place.slot.isdecimal() else self.place.slot.label[0]


@dataclass(frozen=True)
class EntryPage:
    """The grid of a month, or of a piece of it where the month does not fit one form."""

    school_class: SchoolClass
    month: date
    columns: list[EntryColumn]
    children: list[Student]
    stays: Mapping[int, list[Stay]]
    piece: int
    pieces: list[tuple[date, date]]

    @cached_property
    def days(self) -> list[tuple[date, list[EntryColumn]]]:
        """The columns by day."""
        days: dict[date, list[EntryColumn]] = {}
        for column in self.columns:
            days.setdefault(column.place.day, []).append(column)
        return list(days.items())

    @property
    def missing(self) -> int:
        return sum(column.call is None for column in self.columns)

    @property
    def has_open(self) -> bool:
        return any(column.open for column in self.columns)

    @property
    def needs_reason(self) -> bool:
        """Whether there is a register whose change has to be explained."""
        return any(column.open and column.needs_reason for column in self.columns)

    def is_here(self, student: int, day: date) -> bool:
        return any(stay.holds(day) for stay in self.stays[student])


def label_of(place: Place) -> str:
    return f"{place.day.month}月{place.day.day}日{place.slot.label}"


def entry_page(
    target: SchoolClass,
    month: date,
    *,
    scope: Scope,
    today: date,
    piece: int = 0,
    typed: Mapping[Place, Column] | None = None,
    changed: Mapping[Place, Collection[int]] | None = None,
) -> EntryPage:
    """The grid of a class with its school; six queries.

    ``typed``: what was typed on a page that could not be saved; ``changed``: the registers in which somebody else has
    meanwhile said otherwise: they show both, and are sent again on what stands now.
    """
    students, stays = children_of(target, month, next_month(month))
    days = [day for day in school_days_of(target, month) if day <= today]
    slots = target.school.slot_list
    pieces = _pieces(days, max(1, MOST_CELLS // max(1, len(students) * len(slots))))
    piece = min(piece, max(0, len(pieces) - 1))
    first, last = pieces[piece] if pieces else (month, month)
    calls = RollCall.objects.filter(school_class=target, day__gte=first, day__lte=last).prefetch_related("marks")
    standing = {Place(call.day, Slot(call.slot)): call for call in calls}
    allowed = timedelta(days=policy_of(today).correction_days)
    is_clerk = target.school_id in scope.clerk_of
    columns = []
    for place in (Place(day, slot) for day in days if first <= day <= last for slot in slots):
        call, is_late = standing.get(place), today - place.day > allowed
        is_open = call is None or is_clerk or not is_late
        shown = (
            _shown(call, (typed or {}).get(place), changed is not None and place in changed) if is_open else Column(0)
        )
        columns.append(EntryColumn(place, call, is_open, call is not None and is_late, shown))
    return EntryPage(target, month, columns, students, stays, piece, pieces)


def _pieces(days: list[date], length: int) -> list[tuple[date, date]]:
    """Stretches of school days that fit one form each, as even as they can be."""
    if not days:
        return []
    number = -(-len(days) // length)
    size = -(-len(days) // number)
    return [(chunk[0], chunk[-1]) for chunk in (days[start : start + size] for start in range(0, len(days), size))]


def _shown(call: RollCall | None, typed: Column | None, is_changed: bool) -> Column:
    """What the page shows in a register that may be filled in: what was typed, else what stands.

    Where somebody else has changed it, what was meant is shown upon what stands now, presence in so many words.
    """
    if call is None:
        return replace(typed, version=0) if typed else Column(0)
    now = {mark.student_id: mark.kind for mark in call.marks.all()}
    if typed is None:
        return Column(call.version, True, {student: SIGN_OF[kind] for student, kind in now.items()})
    if not is_changed:
        return typed
    mine = _kinds(typed)
    seen = marks_at(call, typed.version, now=now) if typed.version >= call.first_version else None
    cells = {}
    for student in now.keys() | typed.cells.keys():
        meant, before = mine.get(student, ""), now.get(student, "") if seen is None else seen.get(student, "")
        kind = meant if meant != before else now.get(student, "")
        cells[student] = SIGN_OF[kind] if kind else PRESENT_SIGN if kind != now.get(student, "") else ""
    return Column(call.version, True, cells)


def _kinds(typed: Column) -> dict[int, str]:
    """The kinds of a column as typed; what cannot be read is none."""
    kinds = {}
    for student, text in typed.cells.items():
        try:
            kinds[student] = read_cell(text)[1] or ""
        except UnknownSign:
            kinds[student] = ""
    return kinds


@dataclass(frozen=True)
class EntryDifference:
    """A child of whom two people say different things in a register."""

    student: Student
    column: EntryColumn
    theirs: str
    mine: str


def differences(page: EntryPage, typed: Mapping[Place, Column], changed: Mapping[Place, Collection[int]]):
    """What stands beside what was typed, register by register."""
    words = {"": "出勤"} | {kind.value: label for kind, label in MARK_LABELS.items()}
    found = []
    for column in page.columns:
        if column.place not in changed:
            continue
        theirs, mine = {mark.student_id: mark.kind for mark in column.call.marks.all()}, _kinds(typed[column.place])
        found += [
            EntryDifference(child, column, words[theirs.get(child.pk, "")], words[mine.get(child.pk, "")])
            for child in page.children
            if child.pk in changed[column.place]
        ]
    return found

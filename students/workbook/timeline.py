"""学籍变动 of one child: what is known and what a workbook says, merged into one course of events. Pure.

The rules are those of contract.md: who has no entry of their own enters by the sheet 学生; the same event again is the
same event; events of a day stand in their order, those of a file after those that are known.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from students.enrolment import ENTRIES, MOVES, OUTS, Event, EventKind, ImpossibleEvent, Place, places

CLASS_NEEDED = (ENTRIES | MOVES) - {EventKind.ENROL}


class Known(NamedTuple):
    """An event in the database; ``is_effective`` unless corrected or taken back."""

    pk: int
    kind: EventKind
    day: date
    order: int
    school_class: int | None
    confirmed_on: date | None
    note: str
    is_effective: bool


class Filed(NamedTuple):
    """A sound row of 学籍变动; ``school`` and ``number`` are the codes it names, ``place`` where it stands."""

    day: date
    sequence: int
    kind: EventKind
    school: str | None
    number: str | None
    confirmed_on: date | None
    note: str
    place: tuple[str, int]  # file, row


class Entering(NamedTuple):
    """How the sheet 学生 has the child enter. ``former_day``: the 入学年月 known before, where the row changes it."""

    school_class: int
    day: date
    former_day: date | None = None


class Classes(NamedTuple):
    """The classes that events may name."""

    by_code: Mapping[tuple[str, str], int]  # (school code, class number) → class
    codes: Mapping[int, tuple[str, str]]
    school_of: Mapping[int, int]


class NewEvent(NamedTuple):
    """An event to write; ``corrects`` names the one that it takes the place of."""

    event: Event
    filed: Filed | None = None
    corrects: int | None = None


class Refusal(Exception):
    """The rows of a child cannot stand. ``filed`` is the row to tell, None for the row of 学生."""

    def __init__(self, filed: Filed | None, header: str, message: str, remedy: str = "", missing: tuple | None = None):
        super().__init__(message)
        self.filed, self.header, self.remedy, self.missing = filed, header, remedy, missing


@dataclass
class Course:
    """The outcome for one child: events to write, those known that a row adds to, rows that changed nothing."""

    places: list[Place] = field(default_factory=list)
    new: list[NewEvent] = field(default_factory=list)
    amended: list[tuple[Known, Filed]] = field(default_factory=list)
    unchanged: int = 0
    entry_corrected: bool = False


class _Step(NamedTuple):
    """One event in its place; exactly one of the sources is set, both None for the entry by 学生."""

    event: Event
    known: Known | None = None
    filed: Filed | None = None


def merge(
    known: Sequence[Known],
    filed: Sequence[Filed],
    entering: Entering | None,
    classes: Classes,
    first_mark: date | None,
    last_register: date | None = None,
) -> Course:
    """Merge the events of one child; raises ``Refusal``.

    ``first_mark``: the day of the child's first 缺勤; ``last_register``: of the last register of the class entered.
    """
    if entering and not known and not filed:  # nearly every row of a first import
        entry = Event(entering.day, 0, EventKind.ENROL, entering.school_class)
        return Course(places([entry], school_of=classes.school_of), [NewEvent(entry)])
    return _Merger(known, filed, entering, classes, first_mark, last_register).merge()


class _Merger:
    def __init__(self, known, filed, entering, classes, first_mark, last_register):
        self.known = sorted(known, key=lambda event: (event.day, event.order))
        self.filed = sorted(filed, key=lambda row: (row.day, row.sequence))
        self.entering: Entering | None = entering
        self.classes: Classes = classes
        self.first_mark: date | None = first_mark
        self.last_register: date | None = last_register
        self.effective = [event for event in self.known if event.is_effective]
        # The class that 学生 names, now or when the child was first entered.
        self.class_of_registry: int | None = (
            entering.school_class if entering else self.effective[0].school_class if self.effective else None
        )
        self.course = Course()
        self.next_order: dict[date, int] = defaultdict(int)
        for event in self.known:
            self.next_order[event.day] = max(self.next_order[event.day], event.order + 1)

    def merge(self) -> Course:
        added = self._unmatched()
        replaced = self._replaced_entry(added)
        standing = [event for event in self.effective if event is not replaced]
        steps = self._steps(standing, added)
        self._check(steps)
        for step in steps:
            if step.known is None:
                is_replacement = replaced is not None and step.filed is added[0]
                self.course.new.append(NewEvent(step.event, step.filed, replaced.pk if is_replacement else None))
        if self.entering and standing and not self._enters_by_own_event():
            self._compare_entry(steps)
        return self.course

    # -- which rows are known already ------------------------------------------------------------------------------

    def _unmatched(self) -> list[Filed]:
        """The rows that are new. One that repeats an event, even one corrected since, is known."""
        left = sorted(self._with_class_in_effect(), key=lambda pair: not pair[0].is_effective)
        added = []
        for row in self.filed:
            match = next((pair for pair in left if self._is_same(row, *pair)), None)
            if match is None:
                added.append(row)
                continue
            left.remove(match)
            event = match[0]
            if event.is_effective and self._adds_to(row, event):
                self.course.amended.append((event, row))
            else:
                self.course.unchanged += 1
        return added

    def _with_class_in_effect(self) -> list[tuple[Known, int | None]]:
        """Known events with the class that they lead to, also where they do not name it."""
        result, current = [], None
        for event in self.known:
            if event.is_effective:
                current = event.school_class or current
            result.append((event, event.school_class or current))
        return result

    def _is_same(self, row: Filed, event: Known, school_class: int | None) -> bool:
        if (row.day, row.kind) != (event.day, event.kind):
            return False
        if row.kind in OUTS or row.number is None or school_class is None:
            return True
        school, number = self.classes.codes[school_class]
        return row.number == number and row.school in (None, school)

    @staticmethod
    def _adds_to(row: Filed, event: Known) -> bool:
        """Whether a known event's row now has a confirmation or a note that it did not have."""
        return row.confirmed_on not in (None, event.confirmed_on) or row.note not in ("", event.note)

    # -- how the child enters --------------------------------------------------------------------------------------

    def _replaced_entry(self, added: list[Filed]) -> Known | None:
        """The entry made from 学生 alone, where 学籍变动, given later, says how the child really entered."""
        if len(self.effective) != 1 or self.effective[0].kind is not EventKind.ENROL:
            return None
        if not added or added[0] is not self.filed[0] or added[0].kind not in ENTRIES:
            return None
        was_there_before = self.first_mark is not None and self.first_mark < added[0].day
        return None if was_there_before else self.effective[0]

    def _enters_by_own_event(self) -> bool:
        return (
            bool(self.filed)
            and self.filed[0].kind in ENTRIES
            and not any(event.day < self.filed[0].day for event in self.effective)
        )

    def _steps(self, standing: list[Known], added: list[Filed]) -> list[_Step]:
        """All events in order, with the classes they lead to."""
        sources: list[tuple[tuple, Known | Filed | None]] = [((e.day, 1, e.order), e) for e in standing]
        sources += [((row.day, 2, row.sequence), row) for row in added]
        sources.sort(key=lambda source: source[0])
        needs_entry = not sources or sources[0][1].kind not in ENTRIES
        if self.entering and not standing and needs_entry:
            sources.append(((self.entering.day, 0, 0), None))
            sources.sort(key=lambda source: source[0])
        steps, current = [], None
        for _, source in sources:
            step = self._step(source, current)
            steps.append(step)
            current = step.event.school_class or current
        return steps

    def _step(self, source: Known | Filed | None, current: int | None) -> _Step:
        if isinstance(source, Known):
            return _Step(Event(source.day, source.order, source.kind, source.school_class), known=source)
        if source is None:
            day, kind, school_class = self.entering.day, EventKind.ENROL, self.entering.school_class
        else:
            day, kind, school_class = source.day, source.kind, self._class_joined(source, current)
        order = self.next_order[day]
        self.next_order[day] += 1
        return _Step(Event(day, order, kind, school_class), filed=source)

    def _class_joined(self, row: Filed, current: int | None) -> int | None:
        if row.kind in OUTS:
            return None
        if row.number is None:
            if row.kind is not EventKind.ENROL:
                return None
            if current is None and self.class_of_registry:
                return self.class_of_registry
            raise Refusal(row, "班号", "入学没有写明进入哪个班", "请补上班号")
        here = current or self.class_of_registry
        school = row.school or (here and self.classes.codes[here][0])
        if not school:
            raise Refusal(row, "学校标识码", "写了班号，但看不出是哪所学校的班", "请补上学校标识码")
        found = self.classes.by_code.get((school, row.number))
        if found is None:
            raise Refusal(
                row, "班号", "这所学校没有这个班", "请核对班号，或在《班级》表中加上它", missing=(school, row.number)
            )
        return found

    # -- whether it can be so --------------------------------------------------------------------------------------

    def _check(self, steps: list[_Step]) -> None:
        try:
            self.course.places = places([step.event for step in steps], school_of=self.classes.school_of)
        except ImpossibleEvent as refusal:
            step = steps[refusal.position]
            if step.filed:
                raise Refusal(step.filed, "变动类型", str(refusal), "请核对该生此前的学籍变动") from None
            nearby = [other.filed for other in reversed(steps[: refusal.position])] + [other.filed for other in steps]
            row = next((filed for filed in nearby if filed), None)
            what = f"{_written(step.event.happened_on)}的{step.event.kind.label}"
            raise Refusal(
                row, "变动类型" if row else "入学年月", f"与{what}对不上：{refusal}", "请核对该生的学籍变动和日期"
            ) from None

    def _compare_entry(self, steps: list[_Step]) -> None:
        """The class that 学生 names must be the one entered or the present one; else the entry itself was wrong."""
        entry, entering = steps[0], self.entering
        last = next((step.event.school_class for step in reversed(steps) if step.event.school_class), None)
        wrong_class = entering.school_class not in (entry.event.school_class, last)
        wrong_day = entering.former_day == entry.event.happened_on and entry.event.kind is EventKind.ENROL
        if not (wrong_class or wrong_day):
            return
        has_begun = len(steps) > 1 or entry.known is None or self.first_mark is not None
        # Who is in a class when its register is taken has been judged by it, present children as well as absent ones.
        was_called = self.last_register is not None and self.last_register >= entry.event.happened_on
        if has_begun or (wrong_class and was_called):
            if wrong_class:
                message = f"系统中该生在{self.classes.codes[last][1]}班，与本表不同"
                raise Refusal(None, "班号", message, "请在《学籍变动》中登记转班")
            message = f"系统中该生的入学年月是{_month(entering.former_day)}，与本表不同"
            raise Refusal(None, "入学年月", message, "该生已有考勤或学籍变动，入学年月不能再改，请核对")
        event = entry.event._replace(
            school_class=entering.school_class if wrong_class else entry.event.school_class,
            happened_on=entering.day if wrong_day else entry.event.happened_on,
        )
        self.course.new.append(NewEvent(event, corrects=entry.known.pk))
        self.course.places = places([event], school_of=self.classes.school_of)
        self.course.entry_corrected = True


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"

"""校历改动 rehearsed: which runs and duties would change, from the real engine on a calendar that does not hold yet.

The same differences that a recomputation writes are counted here and thrown away. Carrying a change out counts them
once more while it writes them, so that both can be compared.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256

from django.db.models import Q

from casework import wording
from casework.engine import Difference, differences
from casework.facts import CHUNK, Surroundings, students_with_a_ladder
from casework.ruleset import RuleSet, Tier
from students.calendar import Calendar, SchoolDays
from students.calendar import Term as TermDays
from students.memory import rare_collections
from students.models import CalendarChange, Enrolment, EnrolmentEvent, RollCall, SchoolClass, Student, Term
from students.queries.calendar import current_calendar

SHOWN_CHILDREN = 50
Watch = Callable[[str, int, int], object]


def hypothetical(change: CalendarChange) -> Calendar:
    """The calendar as it stands, with the change."""
    days = {each.day: each.said for each in change.days.all()}
    term = getattr(change, "term", None)
    terms = None
    if term is not None:
        rows = Term.objects.exclude(school_year=term.school_year, number=term.number)
        terms = [TermDays(start, end) for start, end in rows.values_list("start", "end")]
        terms += [TermDays(term.after_start, term.after_end)] if term.after_start else []
        terms = tuple(terms)
    return current_calendar().changed(days, school=change.school_id, school_class=change.school_class_id, terms=terms)


def classes_of(change: CalendarChange):
    """The classes that a change speaks to."""
    classes = SchoolClass.objects.order_by("pk")
    if change.school_class_id:
        return classes.filter(pk=change.school_class_id)
    return classes.filter(school=change.school_id) if change.school_id else classes


def children_of(change: CalendarChange):
    """Ids of the children from whose facts something else may follow, in order: whoever is or was in its classes."""
    if change.school_id is None:
        return students_with_a_ladder()
    return children_who_were_in(classes_of(change))


def children_who_were_in(classes, *, asking: RuleSet | None = None):
    """Ids of the children from whose facts anything may follow, in order, of those who are or were in these classes;
    ``asking``: a rule set that nobody has adopted yet."""
    classes = classes.order_by().values("pk")
    been = Enrolment.objects.filter(school_class__in=classes).order_by().values("student")
    moved = EnrolmentEvent.objects.filter(school_class__in=classes).order_by().values("student")
    return students_with_a_ladder(Student.objects.filter(Q(pk__in=been) | Q(pk__in=moved)), asking=asking)


def chunks_of(change: CalendarChange) -> Iterator[list[int]]:
    """The children of a change, a thousand at a time."""
    return in_chunks(children_of(change))


def in_chunks(ids) -> Iterator[list[int]]:
    """Children by id in order, a thousand at a time."""
    after = 0
    while chunk := list(ids.filter(pk__gt=after)[:CHUNK]):
        yield chunk
        after = chunk[-1]


@dataclass
class Tally:
    """What a change does, counted: runs 连续缺课 by their days, duties 待办 by what becomes of them."""

    children: int = 0
    longer: int = 0
    shorter: int = 0
    begun: int = 0
    vanished: int = 0
    added: int = 0
    withdrawn: int = 0
    moved: int = 0


@dataclass
class Findings:
    """A rehearsal or a recomputation as it goes on; ``mark`` is the same where the same follows."""

    today: date
    tally: Tally = field(default_factory=Tally)
    shown: list[dict] = field(default_factory=list)
    _digest: object = field(default_factory=sha256)

    def note(self, found: Difference) -> None:
        """Count one child's difference. What time alone has brought (days without a register) is not counted."""
        words = [*_runs(found, self.tally), *_duties(found, self.tally, self.today)]
        if not words:
            return
        self.tally.children += 1
        self._digest.update(f"{found.student}:{words}\n".encode())
        if len(self.shown) < SHOWN_CHILDREN:
            self.shown.append({"student": found.student, "words": words})

    @property
    def mark(self) -> str:
        return self._digest.hexdigest()


def _runs(found: Difference, tally: Tally) -> Iterator[str]:
    for row, run in _matched(found.runs):
        if row is None:
            tally.begun += 1
            yield f"新的连续缺课{run.days}天（{wording.short_day(run.started_on)}起）"
        elif run is None:
            tally.vanished += 1
            yield f"连续缺课{row.days}天（{wording.short_day(row.started_on)}起）不再算"
        elif run.days != row.days:
            tally.longer += run.days > row.days
            tally.shorter += run.days < row.days
            yield f"连续缺课由{row.days}天变为{run.days}天（{wording.short_day(run.started_on)}起）"


def _matched(pairs) -> list[tuple]:
    """A run that begins on another day by now is the same run, where it ends on the same absent day."""
    gone = {row.last_absent_on: row for row, run in pairs if run is None}
    matched = [(row or gone.pop(run.last_absent_on, None), run) for row, run in pairs if run is not None]
    return matched + [(row, None) for row in gone.values()]


def _duties(found: Difference, tally: Tally, today: date) -> Iterator[str]:
    for row, duty in found.duties:
        tier = Tier(row.tier if duty is None else duty.tier)
        what, day = tier.label, wording.short_day(row.triggered_on if duty is None else duty.triggered_on)
        if duty is None:
            tally.withdrawn += 1
            yield f"撤销{what}（{day}）" + ("，已经办过" if row.done_on else "")
        elif row is None or row.withdrawn_at:
            tally.added += 1
            yield f"新增{what}（{day}），{wording.short_day(duty.due_on)}到期"
        elif row.due_on != duty.due_on:
            tally.moved += 1
            yield f"{what}（{day}）由{wording.short_day(row.due_on)}改为{wording.short_day(duty.due_on)}到期"
        elif row.triggered_on != duty.triggered_on:
            tally.moved += 1
            yield f"{what}由{wording.short_day(row.triggered_on)}改为{day}触发"


@dataclass(frozen=True)
class Outcome:
    """What a change would do: the tally, the classes whose school days change and the children in them, registers
    that no longer count and that count again, the first children; ``mark`` tells whether it is still the same."""

    tally: Tally
    classes: int
    children: int
    registers_lost: int
    registers_regained: int
    shown: list[dict]
    mark: str

    def as_json(self) -> dict:
        return asdict(self)


@rare_collections()
def rehearse(change: CalendarChange, *, today: date, watch: Watch | None = None) -> Outcome:
    """Let the engine say what would follow if ``change`` held; nothing is written, whatever its size memory stays."""
    before, after = current_calendar(), hypothetical(change)
    surroundings, findings = Surroundings(calendar=after), Findings(today)
    total = children_of(change).count() if watch else 0
    done = 0
    for chunk in chunks_of(change):
        if watch:
            watch("预演", done, total)
        for found in differences(chunk, surroundings, through=today):
            findings.note(found)
        done += len(chunk)
    groups = _classes_by_changed_days(change, before, after)
    touched = [pk for classes in groups.values() for pk in classes]
    lost, regained = _registers(groups)
    digest = sha256(f"{findings.mark} {lost} {regained} {len(touched)}".encode()).hexdigest()
    return Outcome(
        tally=findings.tally,
        classes=len(touched),
        children=_attending(groups, today),
        registers_lost=lost,
        registers_regained=regained,
        shown=findings.shown,
        mark=digest,
    )


Groups = dict[tuple[frozenset[date], frozenset[date]], list[int]]


def _classes_by_changed_days(change: CalendarChange, before: Calendar, after: Calendar) -> Groups:
    """(days lost, days gained) → the classes to which that happens. Most classes share their days, so this is quick."""
    compared: dict[tuple[int, int], tuple[frozenset[date], frozenset[date]]] = {}
    groups: Groups = defaultdict(list)
    for pk, school in classes_of(change).values_list("pk", "school"):
        old, new = (each.school_days(school=school, school_class=pk) for each in (before, after))
        key = (id(old), id(new))
        if key not in compared:
            compared[key] = _changed(old, new)
        if any(compared[key]):
            groups[compared[key]].append(pk)
    return groups


def _changed(old: SchoolDays, new: SchoolDays) -> tuple[frozenset[date], frozenset[date]]:
    return old.members - new.members, new.members - old.members


def _registers(groups: Groups) -> tuple[int, int]:
    """Registers that were taken on days lost, and on days gained."""
    counted = [0, 0]
    for days, classes in groups.items():
        for position, each in enumerate(days):
            counted[position] += sum(
                RollCall.objects.filter(day__in=each, school_class__in=part).count() for part in _parts(classes)
            )
    return counted[0], counted[1]


def _attending(groups: Groups, today: date) -> int:
    """Children who attend the classes concerned."""
    classes = [pk for each in groups.values() for pk in each]
    attending = Enrolment.objects.attending().on(today)
    return sum(attending.filter(school_class__in=part).count() for part in _parts(classes))


def _parts(ids: Collection[int], size: int = CHUNK) -> Iterator[list[int]]:
    ids = list(ids)
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

"""我报的预警: what became of the concerns that a person has raised, as far as whoever teaches a child may know it."""

from dataclasses import dataclass
from datetime import date

from casework.models import Case, ConcernReport
from casework.stages import CaseStage
from students.access import Scope
from students.models import Notice, Person

# What a teacher of the class sees of the case: whether somebody is at it, and nothing of what was said and found.
BECAME = {
    CaseStage.WATCH: ("跟进中", "note", "已列入关注，班主任和学校在跟进"),
    CaseStage.ABSENT: ("劝返中", "warn", "孩子没有到校，学校在劝返"),
    CaseStage.REPORTED_LOST: ("劝返中", "warn", "孩子没有到校，学校在劝返"),
    CaseStage.DROPPED_OUT: ("劝返中", "warn", "孩子没有到校，学校在劝返"),
    CaseStage.RETURNED: ("已返校", "ok", "孩子已返校，学校在核实是否稳定"),
    CaseStage.CLOSED: ("已办结", "mute", "学校已办结"),
}
TAKEN_BACK = ("已撤回", "mute", "你撤回了这条预警")
RECEIVED = ("已收到", "note", "班主任和分管领导已收到")


@dataclass(frozen=True)
class ConcernLine:
    """A concern of the reader's: the word of its badge with a tone, what became of it, and who has read of it."""

    concern: ConcernReport
    state: str
    tone: str
    words: str
    read_by: str

    @property
    def student(self):
        return self.concern.student

    @property
    def place(self) -> str:
        return f"{self.student.line.school_class.school} {self.student.line.school_class}"


def concerns_of(person: Person, scope: Scope):
    """The concerns that ``person`` has raised about children who are still in the scope, the latest first."""
    rows = ConcernReport.objects.visible_to(scope).filter(recorded_by=person)
    return rows.select_related("student__line__school_class__school").order_by("-day", "-pk")


def concern_lines(concerns: list[ConcernReport], person: Person) -> list[ConcernLine]:
    """Concerns as rows; two queries."""
    children = {row.student_id for row in concerns}
    # a child's cases from the first to the last: the last one tells how things stand
    cases = dict(Case.objects.filter(student__in=children).order_by("since", "pk").values_list("student", "stage"))
    read = _readers(children, person)
    return [_line(row, cases.get(row.student_id), read.get((row.student_id, row.day), [])) for row in concerns]


def _line(row: ConcernReport, stage: str | None, readers: list[str]) -> ConcernLine:
    said = TAKEN_BACK if row.cancelled_at else BECAME[CaseStage(stage)] if stage else RECEIVED
    return ConcernLine(row, *said, read_by="、".join(readers))


def _readers(children: set[int], person: Person) -> dict[tuple[int, date], list[str]]:
    """(Child, day) → who has put the notice of it aside."""
    told = Notice.objects.filter(kind=Notice.Kind.CONCERN, sent_by=person, student__in=children)
    found: dict[tuple[int, date], list[str]] = {}
    for student, day, name in told.exclude(seen_at=None).order_by("pk").values_list("student", "day", "seen_by__name"):
        if name not in found.setdefault((student, day), []):
            found[student, day].append(name)
    return found

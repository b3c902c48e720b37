"""控辍保学责任书: who of a school's teachers has one for the school year, and who has not signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from casework.document_kinds import DocumentKind
from casework.documents import DocumentState
from casework.models import Document, SignedCopy
from students.access import Scope, in_force
from students.calendar import school_year_start
from students.models import Person, Posting, Role, School, SchoolClass

LAST_GRADE = {SchoolClass.Stage.PRIMARY: 6, SchoolClass.Stage.JUNIOR: 9}
SIGNED = Q(state=DocumentState.CONFIRMED) | Q(has_copy=True)


@dataclass
class PledgeLine:
    """A teacher of a class, what they do there, and their 责任书, if there is one."""

    school_class: SchoolClass
    person: Person
    duty: str
    document: Document | None = None

    @property
    def is_signed(self) -> bool:
        return self.document is not None and (
            self.document.state == DocumentState.CONFIRMED or self.document.has_copy
        )  # fmt: skip

    @property
    def state(self) -> tuple[str, str]:
        """In words, with the tone."""
        if self.document is None:
            return "没有生成", "mute"
        if self.document.state == DocumentState.CONFIRMED:
            return "已签字", "ok"
        if self.document.has_copy:
            return "有签字件", "ok"
        return ("待签字", "warn") if self.document.state == DocumentState.WAITING else ("正在编号", "mute")


def pledges(school_year: int):
    """The standing 责任书 of a school year, with whether a signed copy is kept."""
    copies = SignedCopy.objects.filter(document=OuterRef("pk"))
    rows = Document.objects.standing().filter(kind=DocumentKind.PLEDGE, school_year=school_year)
    return rows.annotate(has_copy=Exists(copies))


def teachers_of(school: School, school_year: int, today: date) -> list[PledgeLine]:
    """Every 班主任 and 科任教师 of the classes of a school year; three queries. A 代班 signs none."""
    first = school_year_start(school_year)
    classes = [each for each in school.classes.select_related("school") if _is_taught(each, first)]
    rows = Posting.objects.filter(
        role__in=(Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER), school_class__in=classes, is_substitute=False,
        person__is_active=True,
    )  # fmt: skip
    held = in_force(rows, max(today, first)).select_related("person").order_by("school_class__number", "pk")
    lines: dict[tuple[int, int], PledgeLine] = {}
    by_class = {each.pk: each for each in classes}
    for posting in sorted(held, key=lambda row: row.role != Role.HOMEROOM_TEACHER):
        words = "班主任" if posting.role == Role.HOMEROOM_TEACHER else f"{posting.subject}教学"
        key = posting.school_class_id, posting.person_id
        if line := lines.get(key):
            line.duty = f"{line.duty}、{words}"
        else:
            lines[key] = PledgeLine(by_class[posting.school_class_id], posting.person, words)
    for document in pledges(school_year).filter(school_class__in=classes).select_related("person", "school_class"):
        key = document.school_class_id, document.person_id
        line = lines.setdefault(
            key, PledgeLine(by_class[document.school_class_id], document.person, document.values.get("duty", ""))
        )
        line.document = document
    return sorted(
        lines.values(), key=lambda line: (line.school_class.number, "班主任" not in line.duty, line.person.pk)
    )


def _is_taught(school_class: SchoolClass, first: date) -> bool:
    """Whether the class is at school in the year that begins on ``first``."""
    return SchoolClass.FIRST_GRADE[school_class.stage] <= school_class.grade_on(first) <= LAST_GRADE[school_class.stage]


@dataclass(frozen=True)
class PledgeCounts:
    """How many 责任书 a school has, and how many are not signed."""

    total: int
    unsigned: int
    undrawn: int = 0

    @property
    def signed(self) -> int:
        return self.total - self.unsigned


def counts_of(lines: Iterable[PledgeLine]) -> PledgeCounts:
    """The counts of a school's page."""
    lines = list(lines)
    drawn = [line for line in lines if line.document]
    return PledgeCounts(len(drawn), sum(not line.is_signed for line in drawn), len(lines) - len(drawn))


def by_school(scope: Scope, school_year: int):
    """Each school of the scope with its numbers of 责任书 drawn up and not signed; one query."""
    rows = pledges(school_year).filter(school_class__school__in=School.objects.visible_to(scope).values("pk"))
    total, signed = Count("pk"), Count("pk", filter=SIGNED)
    named = rows.order_by("school_class__school__code").values("school_class__school", "school_class__school__name")
    return [
        {
            "pk": row["school_class__school"],
            "name": row["school_class__school__name"],
            "counts": PledgeCounts(row["total"], row["total"] - row["signed"]),
        }
        for row in named.annotate(total=total, signed=signed)
    ]

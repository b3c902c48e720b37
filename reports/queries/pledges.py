"""The table of 控辍保学责任书: who owes one, in which layer, and how far it has come."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils import timezone

from reports.tables import Column, Kind, Table
from scoring.pledges import PledgeLine, PledgeState
from scoring.queries.pledge_pages import whole_of
from scoring.queries.pledges import PledgeBook, ShownPledge
from students.calendar import school_year_label, school_year_of
from students.models import School

CHUNK = 2000  # lines read at a time


def pledges_of_schools(*, as_of: date, school: School | None = None) -> Table:
    """Those of every school, or of one, in the school year of ``as_of``, the day on which they are told."""
    schools = School.objects.filter(pk=school.pk) if school else School.objects.all()
    book = PledgeBook(schools, school_year_of(as_of), as_of)
    return pledges_table(book, book.lines, as_of=as_of, filters=[school.name] if school else [])


def pledges_table(book: PledgeBook, lines: Sequence[PledgeLine], *, as_of: date, filters: Sequence[str]) -> Table:
    """These lines of a book, with names; ``filters`` say which they are."""
    counts = whole_of(lines)
    return Table(
        title="控辍保学责任书",
        columns=COLUMNS,
        rows=lambda: _rows(book, lines),
        count=len(lines),
        unit="份",
        as_of=as_of,
        filters=(school_year_label(book.school_year), *(filters or ["全部责任书"])),
        tally={
            "已签字": counts.signed,
            "待签字": counts.issued - counts.signed,
            "待签发": counts.drawn - counts.issued,
            "没有生成": counts.undrawn,
            "已离岗": len(lines) - counts.owed,
        },
        notes=("在网上签字，或者上传了签字件的，算已签字；已离岗的不计入应签。",),
        fixed_columns=2,
    )


def _rows(book: PledgeBook, lines: Sequence[PledgeLine]) -> Iterator[ShownPledge]:
    for start in range(0, len(lines), CHUNK):
        yield from book.shown(lines[start : start + CHUNK])


def _issued_on(row: ShownPledge) -> date | None:
    return timezone.localdate(row.document.issued_at) if row.document and row.document.issued_at else None


def _signed_on(row: ShownPledge) -> date | None:
    at = row.document.signed_at if row.document and row.line.state is PledgeState.SIGNED else None
    return timezone.localdate(at) if at else None


COLUMNS = (
    Column("school", "学校", Kind.TEXT, 8, lambda row: row.school.code, lambda row: row.school.name),
    Column("person", "责任人", Kind.TEXT, 5, lambda row: row.person.staff_number, lambda row: row.person.name),
    Column("layer", "层级", Kind.WORD, 8, lambda row: row.line.kind, lambda row: row.layer),
    Column(
        "class",
        "班级",
        Kind.TEXT,
        6,
        lambda row: row.school_class.number if row.school_class else None,
        lambda row: row.place,
    ),
    Column("duty", "承担的工作", Kind.TEXT, 9, lambda row: row.duty),
    Column(
        "state",
        "状态",
        Kind.WORD,
        6,
        lambda row: row.line.state,
        lambda row: row.state,
        stressed=frozenset({PledgeState.UNDRAWN, PledgeState.WAITING, PledgeState.RETURNED}),
    ),
    Column(
        "is_past",
        "在岗",
        Kind.WORD,
        3,
        lambda row: row.line.is_past,
        lambda row: "离岗" if row.line.is_past else "在岗",
    ),
    Column("reference", "文号", Kind.TEXT, 10, lambda row: row.document.reference if row.document else None),
    Column("issued_on", "签发", Kind.DATE, 5.5, _issued_on),
    Column("signed_on", "签字", Kind.DATE, 5.5, _signed_on),
)

"""控辍保学责任书: drawn up for all who owe one, with the targets of the scheme in force, and renewed.

Then they are issued one by one, as every document is (``casework.actions.documents``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from casework.actions.documents import DocumentRefused, NotYourDocument, issue
from casework.actions.progress import Watch
from casework.document_kinds import DocumentKind
from casework.documents import UNISSUED
from casework.models import Document
from scoring.pledges import PledgeLine, PledgeState
from scoring.queries.pledge_terms import has_scheme
from scoring.queries.pledges import PledgeBook, kinds_by
from students.access import Scope
from students.actions import audit
from students.calendar import school_year_label, school_year_start
from students.models import Person, School

SIGNS_WITH_THE_HEAD = frozenset({DocumentKind.PLEDGE_POST, DocumentKind.PLEDGE_HOMEROOM})
QUEUED, ISSUING = "排队等待编号、定稿", "正在编号、定稿"  # how an issuing stands
NAMED = 5  # schools named in a sentence before the rest is counted


@dataclass
class DrawnUp:
    """How many have been drawn up, and in Chinese sentences what could not be."""

    count: int = 0
    left_out: list[str] = field(default_factory=list)


@transaction.atomic
def draw_up(*, by, scope: Scope, schools: QuerySet[School], school_year: int, today: date) -> DrawnUp:
    """A draft for everybody who owes one in the layers that the person draws up. Pressed again it adds what is missing.

    Raises ``DocumentRefused``, also where nothing could be drawn up for a reason that somebody can remove.
    """
    book, kinds = _held(scope, schools, school_year, today)
    made = DrawnUp(left_out=[*_gaps(book, kinds)])
    rows = Document.objects.bulk_create(_drafts(book, _missing(book, kinds), by=by))
    made.count = len(rows)
    if rows:
        _audit(by, "draw_up_pledges", book, count=len(rows))
    elif made.left_out:
        raise DocumentRefused(f"{''.join(made.left_out)}没有生成。")
    return made


@transaction.atomic
def renew(*, by, scope: Scope, schools: QuerySet[School], school_year: int, today: date) -> int:
    """Let the drafts of these layers say the targets that are in force now; how many have changed. What is issued
    stays as it is. Raises ``DocumentRefused``."""
    book, kinds = _held(scope, schools, school_year, today)
    older = [each.pk for each in book.older(kinds)]
    # What somebody has issued meanwhile is no draft any more and stays as it is.
    rows = Document.objects.select_for_update(no_key=True).filter(pk__in=older, state__in=sorted(UNISSUED))
    changed = list(rows.order_by("pk"))
    for row in changed:
        school = row.of_school_id or book.classes[row.school_class_id].school_id
        row.values |= book.terms.of(DocumentKind(row.kind), school, row.school_class_id)
        row.version += 1
        row.save(update_fields=["values", "version"])
    if changed:
        _audit(by, "renew_pledges", book, count=len(changed))
    return len(changed)


def job_of(scope: Scope, schools: Collection[int], school_year: int) -> str:
    """The name under which the issuing tells how far it is: one for the bureau's layer, one for those of a school."""
    place = "bureau" if scope.is_bureau else "-".join(map(str, sorted(schools)))
    return f"pledges-{school_year}-{place}"


def issue_drafts(
    *, by: Person, scope: Scope, schools: QuerySet[School], school_year: int, today: date, watch: Watch | None = None
) -> int:
    """Number and print the drafts of the person's layers, each in its own transaction; how many. One whose targets are
    older than what is in force stays a draft. Broken off and begun again it goes on where it stopped."""
    done = 0
    rows = drafts_of(scope, PledgeBook(schools, school_year, today))
    for number, row in enumerate(rows):
        if watch:
            watch(ISSUING, number, len(rows))
        try:
            issue(by=by, scope=scope, document=row, version=row.version, today=today)
            done += 1
        except DocumentRefused:  # somebody has issued, changed or voided it meanwhile, or it is to be renewed first
            continue
    return done


def drafts_of(scope: Scope, book: PledgeBook) -> list[Document]:
    """The drafts that the person issues, in the order of their numbers."""
    lines = [line for line in book.lines if line.state is PledgeState.DRAFT and not line.is_past]
    lines = [line for line in lines if line.kind in kinds_by(scope, book.schools[line.school])]
    rows = Document.objects.in_bulk([line.document for line in lines])
    return [rows[line.document] for line in lines]


def _held(scope: Scope, schools, school_year: int, today: date) -> tuple[PledgeBook, frozenset[DocumentKind]]:
    """The schools, held until the transaction ends, with the layers that the person draws up there."""
    list(School.objects.select_for_update(no_key=True).filter(pk__in=schools.order_by().values("pk")).order_by("pk"))
    book = PledgeBook(schools, school_year, today)
    layers = [kinds_by(scope, school) for school in book.schools.values()]
    if not layers or not all(layers):
        raise NotYourDocument("局校责任书由县教育局办理，本校的责任书由教务处、校长或分管领导办理。没有保存。")
    if not has_scheme(school_year):
        year = school_year_label(school_year)
        raise DocumentRefused(f"{year}还没有采用的考核办法，目标没有依据。没有保存，请县教育局先采用考核办法。")
    return book, frozenset(layers[0])


def _gaps(book: PledgeBook, kinds: Collection[DocumentKind]) -> Iterable[str]:
    """Why some cannot be drawn up, in sentences."""
    if book.classless:
        yield f"{_names(book.classless)}本学年没有班级，目标没有依据，请先登记班级。"
    headless = [school for school in book.headless if school not in book.classless]
    if headless and DocumentKind.PLEDGE_SCHOOL in kinds:
        yield f"{_names(headless)}没有登记在任的校长，没有人和县教育局签，请先在账号里登记校长的任职。"
    elif headless:
        yield f"{_names(headless)}没有登记在任的校长，副职、中层和班主任没有人可以对签，请先登记校长的任职。"


def _names(schools: list[School]) -> str:
    named = "、".join(school.name for school in schools[:NAMED])
    return f"{named}等{len(schools)}所学校" if len(schools) > NAMED else named


def _missing(book: PledgeBook, kinds: Collection[DocumentKind]) -> list[PledgeLine]:
    classless = {school.pk for school in book.classless}
    headless = {school.pk for school in book.headless}
    return [
        line
        for line in book.lines
        if line.state is PledgeState.UNDRAWN
        and line.kind in kinds
        and line.school not in classless
        and not (line.school in headless and line.kind in SIGNS_WITH_THE_HEAD)
    ]


def _drafts(book: PledgeBook, lines: Iterable[PledgeLine], *, by) -> Iterable[Document]:
    now, year = timezone.now(), book.school_year
    until = date(year + 1, 8, 31)
    for line in lines:
        values = {"duty": line.duty, **book.terms.of(line.kind, line.school, line.school_class)}
        values |= {"since": school_year_start(year).isoformat(), "until": until.isoformat()}
        place = {"school_class_id": line.school_class} if line.school_class else {"of_school_id": line.school}
        yield Document(
            kind=line.kind, person_id=line.person, school_year=year, values=values, submission=uuid4(),
            drafted_at=now, drafted_by=by, **place,
        )  # fmt: skip


def _audit(by, what: str, book: PledgeBook, **details) -> None:
    schools = [*book.schools.values()]
    subject = schools[0] if len(schools) == 1 else "pledges"
    audit.record(
        by=by, action=f"document.{what}", subject=subject, school_year=book.school_year, schools=len(schools), **details
    )

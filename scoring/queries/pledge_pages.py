"""What the pages of 责任书 show: counts by layer and by school, and what the reader may do now."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from casework.actions.progress import standing_of
from casework.document_kinds import DocumentKind
from casework.documents import DocumentState
from casework.models import Document, IssuedPaper
from casework.queries.uploads import Progress
from scoring.actions.pledges import job_of
from scoring.pledges import LAYERS, Counts, PledgeLine, PledgeState, counts_of
from scoring.queries.pledges import PledgeBook, kinds_by
from students.access import Scope
from students.models import School

OLDER = "考核办法或学年初人数改动过，有的草稿还是以前的目标"
NAMED = 8  # schools named in a notice before the rest is counted


@dataclass(frozen=True)
class LayerCounts:
    """A layer of the table on top."""

    kind: DocumentKind
    label: str
    counts: Counts


@dataclass(frozen=True)
class SchoolCounts:
    """A school of the bureau's table."""

    school: School
    counts: Counts


def by_layer(lines: Collection[PledgeLine]) -> list[LayerCounts]:
    """The counts of each layer."""
    return [LayerCounts(kind, LAYERS[kind], counts) for kind, counts in counts_of(lines).items()]


def whole_of(lines: Collection[PledgeLine]) -> Counts:
    """All layers together."""
    return sum(counts_of(lines).values(), Counts())


def by_school(book: PledgeBook, lines: Collection[PledgeLine]) -> list[SchoolCounts]:
    """The schools of these lines with all their layers taken together."""
    found: dict[int, list[PledgeLine]] = {}
    for line in lines:
        found.setdefault(line.school, []).append(line)
    return [SchoolCounts(book.schools[school], whole_of(own)) for school, own in found.items()]


class Desk:
    """What the reader may do with the 责任书 of a book: their own layers, those who hold their post still."""

    def __init__(self, scope: Scope, book: PledgeBook, *, is_current: bool):
        self.scope, self.book, self.is_current = scope, book, is_current

    @cached_property
    def kinds(self) -> frozenset[DocumentKind]:
        """The layers that the reader draws up in every school of the book; none in a year that is over."""
        layers = [frozenset(kinds_by(self.scope, school)) for school in self.book.schools.values()]
        return frozenset.intersection(*layers) if layers and self.is_current else frozenset()

    @cached_property
    def progress(self) -> Progress | None:
        """How the issuing under way stands, for the bar; None where none is, or it has long said nothing."""
        if not self.kinds:
            return None
        standing = standing_of(job_of(self.scope, self.book.schools, self.book.school_year))
        if standing is None or standing.is_silent:
            return None
        return Progress(standing.work, standing.done, standing.total)

    def _number(self, state: PledgeState) -> int:
        mine = (line for line in self.book.lines if line.kind in self.kinds and not line.is_past)
        return sum(line.state is state for line in mine)

    @property
    def undrawn(self) -> int:
        return self._number(PledgeState.UNDRAWN)

    @cached_property
    def _older(self) -> list[Document]:
        return self.book.older(self.kinds)

    @property
    def older(self) -> int:
        """Drafts whose targets are older than what is in force."""
        return len(self._older)

    @property
    def drafts(self) -> int:
        """Drafts that can be issued as they stand."""
        held = self._number(PledgeState.DRAFT)
        return held - sum(row.state == DocumentState.DRAFT for row in self._older)

    @property
    def waiting(self) -> int:
        """Issued, and to be signed."""
        return self._number(PledgeState.WAITING)

    draw_up_label = property(lambda self: f"生成责任书（{self.undrawn}份）")
    renew_label = property(lambda self: f"更新目标（{self.older}份）")
    issue_label = property(lambda self: f"签发（{self.drafts}份）")
    print_label = property(lambda self: f"打印待签字的（{self.waiting}份）")

    @property
    def older_words(self) -> str:
        return f"{OLDER}（{self.older}份）。更新以后才能签发；已签发的不变。"

    @property
    def trouble(self) -> str:
        """Why some owe one and none can be drawn up, in a Chinese sentence; blank where nothing is in the way."""
        return "".join([*self._troubles()])

    def _troubles(self) -> Iterator[str]:
        classless = set(self.book.classless)
        if classless:
            yield f"{_names([*self.book.classless])}本学年没有班级，不能生成责任书。"
        if headless := [school for school in self.book.headless if school not in classless]:
            yield f"{_names(headless)}没有登记在任的校长，要和校长签的责任书不能生成。"


def _names(schools: list[School]) -> str:
    named = "、".join(school.name for school in schools[:NAMED])
    return f"{named}等{len(schools)}所学校" if len(schools) > NAMED else named


def to_print(book: PledgeBook, kinds: Collection[DocumentKind]) -> bytes | None:
    """The issued papers that wait for a signature, as they were kept, in one PDF; None where there is none."""
    lines = [line for line in book.lines if line.state is PledgeState.WAITING and not line.is_past]
    wanted = [line.document for line in lines if line.kind in kinds]
    if not wanted:
        return None
    papers = IssuedPaper.objects.filter(document__in=wanted).order_by("document", "revision")
    latest = dict(papers.values_list("document", "pk"))  # the last of each stays
    writer = PdfWriter()
    for document in wanted:
        writer.append(PdfReader(BytesIO(bytes(IssuedPaper.objects.only("pdf").get(pk=latest[document]).pdf))))
    file = BytesIO()
    writer.write(file)
    return file.getvalue()

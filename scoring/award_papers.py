"""Awards on paper: the list 表彰名单 (A4) and the certificates 荣誉证书 and 奖状 (A4 landscape), set once for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from weasyprint.document import Document, Page

from casework.papers import set_in_type
from scoring.award_rules import AwardKind

CSS_DIR = settings.BASE_DIR / "static" / "css"
LIST_STYLE, CERTIFICATE_STYLE = CSS_DIR / "papers.css", CSS_DIR / "award_papers.css"
# What each award says of what was done, and what the paper is called: a 奖状 hangs on a wall, a 荣誉证书 is kept.
DEEDS = {
    AwardKind.CLASS: ("没有流失学生", "奖状", "特发此状，以资鼓励。"),
    AwardKind.GRADE: ("没有流失学生", "奖状", "特发此状，以资鼓励。"),
    AwardKind.SCHOOL: ("成绩突出", "荣誉证书", "特发此证，以资鼓励。"),
    AwardKind.PERSON: ("成绩突出", "荣誉证书", "特发此证，以资鼓励。"),
}


@dataclass(frozen=True)
class Honoured:
    """Whoever is on the list. ``whole``: how a certificate calls them (东坪小学2023级1班, 东坪小学 沈明老师)."""

    number: int
    school_key: int
    school: str
    name: str
    whole: str


@dataclass(frozen=True)
class AwardSheet:
    """All that is printed of a list. ``changes``: how often it was changed by then."""

    kind: AwardKind
    issuer: str
    reference: str
    term: str
    day: date
    honoured: Sequence[Honoured]
    changes: int = 0

    @property
    def deed(self) -> str:
        return DEEDS[self.kind][0]

    @property
    def title(self) -> str:
        return DEEDS[self.kind][1]

    @property
    def wish(self) -> str:
        return DEEDS[self.kind][2]

    @property
    def count(self) -> str:
        return f"{len(self.honoured)}{self.kind.unit}"


@dataclass(frozen=True)
class Set:
    """Pages as bytes."""

    pdf: bytes
    pages: int


def list_paper(sheet: AwardSheet) -> Set:
    """表彰名单."""
    return _whole(set_in_type("papers/award_list.html", {"sheet": sheet}, LIST_STYLE))


def certificates(sheet: AwardSheet) -> tuple[Set, dict[int, Set]]:
    """Every certificate of the list in one paper, a page each; and those of each school."""
    document = set_in_type("papers/certificates.html", {"sheet": sheet}, CERTIFICATE_STYLE)
    pages: dict[int, list[Page]] = {}
    for each, page in zip(sheet.honoured, document.pages, strict=True):  # one page each: a longer one breaks here
        pages.setdefault(each.school_key, []).append(page)
    return _whole(document), {school: _whole(document.copy(those)) for school, those in pages.items()}


def _whole(document: Document) -> Set:
    return Set(document.write_pdf(), len(document.pages))


def term_words(school_year: int, number: str) -> str:
    """2026—2027学年第一学期, as papers write it."""
    return f"{school_year}—{school_year + 1}学年{number}"

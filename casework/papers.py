"""Documents on paper 文书版式: A4 after GB/T 9704, from the templates in ``templates/papers``, one body a kind.

WeasyPrint sets them, as it sets every letter and form here: a page of running text with a fixed grid of lines is what
its CSS is made for, and one takes a third of a second. What is printed is escaped text; nothing is fetched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.document import Document

from casework.document_kinds import KINDS, DocumentKind, Input, PaperField, shown
from casework.documents import SignStep

STYLE = settings.BASE_DIR / "static" / "css" / "papers.css"
NUMERALS = "一二三四五六七八九十"
_styles: dict[Path, CSS] = {}


class Section(NamedTuple):
    """A numbered part of a report: 一、缺课情况, and its paragraphs."""

    heading: str
    paragraphs: list[str]


@dataclass(frozen=True)
class Sheet:
    """All that is printed of one document. ``facts``: who it is about; ``signed``: who signs it, in words;
    ``printed``: who printed a draft and when, blank on what is issued; ``replaces``: the draft it stands in for."""

    kind: DocumentKind
    issuer: str
    facts: Mapping[str, str]
    values: Mapping[str, object]
    reference: str = ""
    day: date | None = None
    signed: str = ""
    author: str = ""
    printed: str = ""
    replaces: str = ""
    chain: Sequence[SignStep] = field(default_factory=tuple)

    @property
    def is_draft(self) -> bool:
        return bool(self.printed)

    @property
    def label(self) -> str:
        return KINDS[self.kind].label

    @property
    def to(self) -> str:
        return KINDS[self.kind].addressee

    @property
    def shown(self) -> dict[str, str]:
        return shown(self.kind, self.values)

    @property
    def whom(self) -> str:
        """Who a report is about: 2023级1班学生高东（男，2014年5月6日出生，学籍号G6299**********007X）."""
        of = self.facts
        number = f"{of['number_label']}{of['number']}"
        return f"{of['school_class']}学生{of['name']}（{of['sex']}，{of['born']}出生，{number}）"

    @property
    def sections(self) -> list[Section]:
        """The longer answers, numbered; what was left out has no number."""
        long = [
            each for each in KINDS[self.kind].fields if each.input in (Input.TEXT, Input.CHOICE) and not each.in_line
        ]
        said = [(each.label, _sentence(each, self.shown[each.name])) for each in long if self.shown[each.name]]
        return [Section(f"{NUMERALS[number]}、{label}", _paragraphs(text)) for number, (label, text) in enumerate(said)]

    @property
    def note_paragraphs(self) -> list[str]:
        """What a letter says besides, in the writer's own words."""
        return _paragraphs(self.shown.get("note", ""))

    @property
    def rows(self) -> list[tuple[str, list[str], bool]]:
        """Every field as a row of a form: its label, its paragraphs, and whether it wants room."""
        return [
            (each.label, _paragraphs(self.shown[each.name]) or [""], each.input is Input.TEXT)
            for each in KINDS[self.kind].fields
        ]


@dataclass(frozen=True)
class Printed:
    """A document that has been set: its PDF, and how many pages it has."""

    pdf: bytes
    pages: int


def typeset(sheet: Sheet) -> Printed:
    """Set a document in type."""
    context = {"sheet": sheet, "facts": sheet.facts, "shown": sheet.shown}
    document = set_in_type(f"papers/{sheet.kind}.html", context, STYLE)
    return Printed(document.write_pdf(), len(document.pages))


def set_in_type(template: str, context: Mapping, style: Path) -> Document:
    """A page of ours with its style, laid out and not yet written."""
    if style not in _styles:
        _styles[style] = CSS(filename=style)
    page = render_to_string(template, context)
    return HTML(string=page, url_fetcher=_fetch_nothing).render(stylesheets=[_styles[style]])


def printed_words(name: str, at: datetime) -> str:
    """What stands in the foot of a draft: 草稿，沈明，2026年9月7日 7:40打印."""
    return render_to_string("papers/printed.txt", {"name": name, "at": at}).strip()


def _sentence(each: PaperField, text: str) -> str:
    """What was chosen from a list stands as a sentence of its own."""
    return f"{text}。" if each.input is Input.CHOICE else text


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _fetch_nothing(url: str, *args, **kwargs):
    raise ValueError("a document fetches nothing")

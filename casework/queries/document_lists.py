"""Documents as lists: the boxes of the desk, and the register of numbers."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from casework.documents import DocumentState
from casework.queries.documents import documents_seen_by, to_write, waiting_for
from students.access import Scope
from students.models import Person, Student

BOXES = {"sign": "待我签", "write": "草稿和退回", "open": "在办", "done": "已确认", "voided": "已作废"}


def boxes(scope: Scope, day: date, wanted: Mapping[str, str]) -> dict[str, object]:
    """The documents of the reader's places, by what is to be done with them; narrowed down as ``wanted`` asks."""
    seen = documents_seen_by(scope)
    rows = {
        "sign": waiting_for(scope, day),
        "write": to_write(scope),
        "open": seen.filter(state=DocumentState.WAITING),
        "done": seen.filter(state=DocumentState.CONFIRMED),
        "voided": seen.filter(state=DocumentState.VOIDED),
    }
    return {name: narrowed(each, wanted).for_page().order_by("-drafted_at", "-pk") for name, each in rows.items()}


def narrowed(documents, wanted: Mapping[str, str]):
    """The documents that a filter asks for."""
    if kind := wanted.get("kind"):
        documents = documents.filter(kind=kind)
    if state := wanted.get("state"):
        documents = documents.filter(state=state)
    if year := wanted.get("year"):
        documents = documents.filter(year=year)
    if school := wanted.get("school"):
        documents = documents.filter(Q(school_class__school=school) | Q(of_school=school))
    if text := wanted.get("q", "").strip():
        named = Q(student__in=Student.objects.search(text)) | Q(person__in=Person.objects.filter(name__contains=text))
        documents = documents.filter(named | Q(reference__contains=text))
    return documents


def register(scope: Scope, wanted: Mapping[str, str]):
    """发文登记: every number that was given, also of what was voided since, the latest first."""
    given = documents_seen_by(scope).filter(number__isnull=False)
    return narrowed(given, wanted).for_page().order_by("-year", "school__code", "area__code", "-number")


def years_of(scope: Scope) -> list[int]:
    """The years in which a number was given."""
    given = documents_seen_by(scope).filter(number__isnull=False).order_by()
    return sorted(given.values_list("year", flat=True).distinct(), reverse=True)


def to_sign(scope: Scope, day: date) -> int:
    """How many documents wait for the reader's signature."""
    return waiting_for(scope, day).count()


def sent_back(scope: Scope) -> int:
    """How many documents came back to where the reader writes."""
    return to_write(scope).filter(state=DocumentState.RETURNED).count()


def to_do(scope: Scope, day: date) -> int:
    """How many documents wait for the reader: to be signed, or written anew after they were sent back."""
    return to_sign(scope, day) + sent_back(scope)

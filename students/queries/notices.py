"""Notices as sentences: what happened, where it leads, and which have settled themselves."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from students.access import Scope
from students.days import Slot
from students.models import Notice, Person, RollCall
from students.templatetags.chinese import cdate_short, ctime

# Kinds that the app above sends: (notice, who and when) → the sentence, where it leads, and what the link says.
WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = {}
Taken = dict[tuple[int, date], set[str]]  # (class, day) → slots taken
MOST_WAITING = 200  # of one person; more are seen once these have been put aside


@dataclass(frozen=True)
class NoticeLine:
    """A notice in one sentence, and where it leads. ``is_settled``: what it asks for has been done."""

    notice: Notice
    sentence: str
    url: str
    label: str
    is_settled: bool


def waiting_notices(scope: Scope, person: Person | int, *, without: Collection[str] = ()) -> list[NoticeLine]:
    """What a person has neither put aside nor done, the newest first; two queries. ``without``: kinds left out."""
    return [line for line in _lines(_waiting(scope, person, without)) if not line.is_settled]


def past_notices(person: Person, *, waiting: Collection[NoticeLine]):
    """Every other notice of a person."""
    rows = Notice.objects.filter(person=person).exclude(pk__in=[line.notice.pk for line in waiting])
    return rows.select_related("sent_by", "school_class__school", "student").order_by("-sent_at", "-pk")


def past_lines(notices) -> list[NoticeLine]:
    """Notices of a page of ``past_notices``; one query."""
    return _lines(notices)


def _waiting(scope: Scope, person: Person | int, without: Collection[str]):
    rows = Notice.objects.visible_to(scope).unseen_by(person).exclude(kind__in=without)
    return rows.select_related("sent_by", "school_class__school", "student")[:MOST_WAITING]


def _lines(notices) -> list[NoticeLine]:
    notices = list(notices)
    taken = _taken(notice for notice in notices if notice.kind == Notice.Kind.REGISTER_MISSING)
    return [_line(notice, taken.get((notice.school_class_id, notice.day), set())) for notice in notices]


def _taken(notices) -> Taken:
    asked = {(notice.school_class_id, notice.day) for notice in notices}
    if not asked:
        return {}
    taken: Taken = {}
    calls = RollCall.objects.filter(school_class__in={each for each, _ in asked}, day__in={day for _, day in asked})
    for school_class, day, slot in calls.order_by().values_list("school_class", "day", "slot"):
        taken.setdefault((school_class, day), set()).add(slot)
    return taken


def _line(notice: Notice, taken: set[str]) -> NoticeLine:
    place = f"{notice.school_class}{cdate_short(notice.day)}{notice.get_slot_display()}"
    who = f"{notice.sent_by.name} {ctime(notice.sent_at)} "
    if notice.kind == Notice.Kind.REGISTER_MISSING:
        slots = [Slot(notice.slot)] if notice.slot else notice.school_class.school.slot_list
        missing = [slot for slot in slots if slot not in taken]
        register = reverse("students:register", args=[notice.school_class_id, notice.day, (missing or slots)[0]])
        words = f"{place}还没有点名，{who}催点名。" if missing else f"{place}已点名。{who}催过。"
        return NoticeLine(notice, words, register, "去点名" if missing else "看点名", not missing)
    if notice.kind == Notice.Kind.SCHOOL_MISSING:
        board = reverse("students:school_registers", args=[notice.school_class.school_id])
        words = f"{notice.school_class.school}到{cdate_short(notice.day)}有班级缺点名，{who}催学校。"
        return NoticeLine(notice, words, board, "看缺哪些", is_settled=False)
    if notice.kind in WORDING:
        return NoticeLine(notice, *WORDING[notice.kind](notice, who), is_settled=False)
    words = f"{who}报告{notice.student.name}不在，{place}。"
    return NoticeLine(notice, words, reverse("students:alerts"), "看报告", is_settled=False)

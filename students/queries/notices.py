"""Notices as sentences: what happened, where it leads, and which have settled themselves."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone

from students.access import Scope
from students.models import Notice, Person, RollCall, School, SchoolClass
from students.templatetags.chinese import cdate_short, ctime, local

# Kinds that the app above sends: (notice, who and when) → the sentence, where it leads, and what the link says.
WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = {}
# Kinds about a matter of the person's own, which name nobody: read also by who has left the class since.
OWN: set[str] = set()
# Kinds whose matter may be over without anybody's putting them aside: kind → a condition of the notice's row, made anew
# for every query, that says so.
OVER: dict[str, Callable[[], Exists | Q]] = {
    Notice.Kind.REGISTER_MISSING: lambda: Exists(
        RollCall.objects.filter(**{name: OuterRef(name) for name in ("school_class", "day", "slot")})
    )
}
SHOWN_AT_HOME = 5
FIRST = ("number", "pk")  # which class of a school stands for it
MOST_WAITING = 200  # of one person; more are seen once these have been put aside or done


@dataclass(frozen=True)
class NoticeLine:
    """A notice in one sentence, and where it leads. ``is_settled``: what it asks for has been done."""

    notice: Notice
    sentence: str
    url: str
    label: str
    is_settled: bool

    @property
    def is_due(self) -> bool:
        """A register is to be taken now; everything else is first to be read."""
        return self.notice.kind == Notice.Kind.REGISTER_MISSING and not self.is_settled


def class_for(school: School | int) -> SchoolClass | None:
    """The class on which a notice about a whole school hangs, as one has to: its first. None where it has none."""
    return SchoolClass.objects.filter(school=school).order_by(*FIRST).first()


def classes_for(schools: Collection[int]) -> dict[int, SchoolClass]:
    """``class_for`` many schools; one query."""
    rows = SchoolClass.objects.filter(school__in=schools).order_by(*FIRST)
    return {room.school_id: room for room in rows.reverse()}


def waiting_notices(scope: Scope, person: Person | int, *, without: Collection[str] = ()) -> list[NoticeLine]:
    """What a person has neither put aside nor done, the newest first; one query. ``without``: kinds left out."""
    seen = Notice.objects.visible_to(scope) | Notice.objects.filter(kind__in=OWN)
    rows = _read(seen.unseen_by(person).exclude(kind__in=without))
    # What is done is left out before the rest is counted out, or it would keep newer ones from being seen.
    return lines(rows.filter(is_over=False)[:MOST_WAITING])


@dataclass(frozen=True)
class HomeNotices:
    """The newest notices on somebody's first page, and how many others wait."""

    first: list[NoticeLine]
    others: int


def home_notices(scope: Scope, person: Person, *, without: Collection[str] = ()) -> HomeNotices:
    """What of ``waiting_notices`` a first page shows, so that a busy week does not push the day's work away."""
    waiting = waiting_notices(scope, person, without=without)
    return HomeNotices(waiting[:SHOWN_AT_HOME], len(waiting[SHOWN_AT_HOME:]))


def past_notices(person: Person, *, waiting: Collection[NoticeLine]):
    """Every other notice of a person."""
    rows = Notice.objects.filter(person=person).exclude(pk__in=[line.notice.pk for line in waiting])
    return _read(rows).order_by("-sent_at", "-pk")


def lines(notices) -> list[NoticeLine]:
    """Notices of a page of ``past_notices`` in words."""
    return [_line(notice) for notice in notices]


def _read(notices):
    """With all that a sentence names, and ``is_over``: whether what a notice asks for has been done."""
    over = [When(Q(kind=kind) & Q(says()), then=True) for kind, says in OVER.items()]
    notices = notices.annotate(is_over=Case(*over, default=False, output_field=BooleanField()))
    return notices.select_related("sent_by", "school_class__school", "student")


def _moment(sent_at: datetime) -> str:
    """7:40; of an earlier day 9月7日7:40."""
    day = local(sent_at).date()
    return ctime(sent_at) if day == timezone.localdate() else f"{cdate_short(day)}{ctime(sent_at)}"


def _line(notice: Notice) -> NoticeLine:
    place = f"{notice.school_class}{cdate_short(notice.day)}{notice.get_slot_display()}"
    who = f"{notice.sent_by.name} {_moment(notice.sent_at)} " if notice.sent_by else ""
    if notice.kind == Notice.Kind.REGISTER_MISSING:
        register = reverse("students:register", args=[notice.school_class_id, notice.day, notice.slot])
        words = f"{place}已点名。{who}催过。" if notice.is_over else f"{place}还没有点名，{who}催点名。"
        return NoticeLine(notice, words, register, "看点名" if notice.is_over else "去点名", notice.is_over)
    if notice.kind == Notice.Kind.SCHOOL_MISSING:
        board = reverse("students:school_registers", args=[notice.school_class.school_id])
        words = f"{notice.school_class.school}截至{cdate_short(notice.day)}还有班级没点名，{who}催学校补点。"
        return NoticeLine(notice, words, board, "看缺哪些", is_settled=notice.is_over)
    if notice.kind in WORDING:
        return NoticeLine(notice, *WORDING[notice.kind](notice, who), is_settled=notice.is_over)
    words = f"{who}报告{notice.student.name}不在，{place}。"
    return NoticeLine(notice, words, reverse("students:alerts"), "看报告", is_settled=notice.is_over)

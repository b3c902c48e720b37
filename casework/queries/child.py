"""What a child's page shows above its timeline: who it is, where it stands, its family, groups and what is owed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from casework.models import Case, Obligation, Watch
from casework.queries import duties
from casework.queries.case_facts import last_case, may_raise
from casework.queries.signs import SignLine, signs_of
from casework.queries.timeline import certificates
from casework.queries.watches import open_of
from students.access import Scope
from students.enrolment import LEADS_TO, REGISTERED, EventKind, Standing
from students.identity import RESIDENT_ID, masked_number, masked_phone
from students.models import (
    Area,
    Enrolment,
    EnrolmentEvent,
    FormerNumber,
    FormerStanding,
    Guardian,
    SpecialGroup,
    Student,
)
from students.queries.child import Rights, present_place, rights_over
from students.templatetags.chinese import cdate

SHOWN_DUTIES = 3
LONG_NUMBER = re.compile(r"[0-9A-Za-z]*\d{7,}[\dXx]?")  # a document or telephone number among the other columns
TONES = {Standing.ATTENDING: "ok", Standing.SUSPENDED: "warn", Standing.DROPPED_OUT: "alarm"}


@dataclass(frozen=True)
class Stand:
    """Where a child stands on the two axes 学籍 and 在校, in words with tones, and since when."""

    registered: tuple[str, str]
    attending: tuple[str, str] | None
    since: str


@dataclass
class ChildPage:
    """One child as the reader may see it; ``revealed``: numbers in full."""

    student: Student
    rights: Rights
    place: Enrolment | None  # the latest one that the reader sees
    stand: Stand
    enrolments: list[Enrolment]
    home_area: str
    age: int
    former_numbers: list[FormerNumber] = field(default_factory=list)
    former_standings: list[FormerStanding] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    groups: list[SpecialGroup] = field(default_factory=list)
    case: Case | None = None
    may_raise: bool = False
    cards: list[duties.DutyCard] = field(default_factory=list)
    papers: list = field(default_factory=list)
    signs: list[SignLine] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    revealed: bool = False

    @property
    def present_groups(self) -> list[SpecialGroup]:
        return [group for group in self.groups if group.until is None]

    @property
    def watched_groups(self) -> set[int]:
        """Those that end with the attention given to the child, not by themselves."""
        return {row.group_id for row in self.watches if row.group_id}

    @property
    def note(self) -> str:
        """The line under the name: school and class."""
        return f"{self.place.school_class.school} {self.place.school_class}" if self.place else ""

    @property
    def number_disagrees(self) -> bool:
        """A formal 学籍号 that no longer follows the identity number, after that was corrected."""
        child = self.student
        formal = (child.student_number or "").startswith("G") and child.id_type == RESIDENT_ID
        return bool(formal and child.id_number and child.student_number[1:] != child.id_number)

    @property
    def extra(self) -> list[tuple[str, str]]:
        """The other columns of the national template, as they came; long numbers masked like the rest."""
        values = ((name, str(value)) for name, value in self.student.extra.items() if value not in (None, ""))
        return [(name, value if self.revealed else LONG_NUMBER.sub(_masked, value)) for name, value in values]


def _masked(found: re.Match) -> str:
    number = found[0]
    return masked_number(number) if len(number) > 12 else masked_phone(number)


def child_page(student: Student, *, scope: Scope, today: date, revealed: bool = False) -> ChildPage:
    """Everything but attendance and timeline; the same number of queries for every child."""
    enrolments = list(
        Enrolment.objects.visible_to(scope)
        .filter(student=student)
        .select_related("school_class__school")
        .order_by("since")
    )
    rights = rights_over(present_place(student), scope)
    page = ChildPage(
        student=student,
        rights=rights,
        place=enrolments[-1] if enrolments else None,
        stand=_stand(student, enrolments, scope, today),
        enrolments=enrolments,
        home_area=_area_words(student.home_area_code),
        age=_age(student.birth_date, today),
        case=last_case(student.pk, scope),
        cards=_cards(student, scope, today),
        papers=list(certificates(student, scope)),
        revealed=revealed,
    )
    if rights.here:
        page.may_raise = may_raise(scope, page.place)
        page.former_numbers = list(FormerNumber.objects.filter(student=student).order_by("-replaced_at"))
        page.former_standings = list(FormerStanding.objects.held().filter(student=student).order_by("-until"))
        page.guardians = list(Guardian.objects.filter(student=student).select_related("phone_checked_by"))
        page.signs = signs_of(student, scope, today)
        page.watches = open_of(student.pk, scope)
        page.groups = list(SpecialGroup.objects.filter(student=student).order_by("-since", "pk"))
    return page


def _cards(student: Student, scope: Scope, today: date) -> list[duties.DutyCard]:
    """What is owed for the child now, the longest overdue first."""
    owed = Obligation.objects.visible_to(scope).filter(student=student).undone_on(today).folded(today)
    return duties.cards(owed.order_by("due_on", "tier", "key")[:SHOWN_DUTIES], scope=scope, today=today)


def _stand(student: Student, enrolments: Sequence[Enrolment], scope: Scope, today: date) -> Stand:
    """From the intervals that the reader sees; of a child who is gone, by the event that ended the last one."""
    holding = [row for row in enrolments if row.since <= today]
    if not holding:
        since = f"将于{cdate(enrolments[0].since)}入学" if enrolments else ""
        return Stand((Standing.NONE.label, "mute"), None, since)
    last = holding[-1]
    events = EnrolmentEvent.objects.visible_to(scope).effective().filter(student=student, happened_on__lte=today)
    if last.until is None or last.until > today:
        standing = Standing(last.standing)
        first = _first_of(holding, last)
        words = f"{cdate(holding_since(holding))}起在籍"
        if first.since != holding_since(holding):
            words += f"，{cdate(first.since)}起{standing.label}"
        return Stand((student.get_standing_display(), "ok"), (standing.label, TONES[standing]), words)
    kinds = events.filter(happened_on=last.until).order_by("order").values_list("kind", flat=True)
    ended = [kind for kind in kinds if LEADS_TO.get(EventKind(kind)) not in REGISTERED]
    label = LEADS_TO[EventKind(ended[-1])].label if ended else Standing.GONE.label
    how = EventKind(ended[-1]).label if ended else ""
    return Stand(("不在籍", "mute"), (label, "mute"), f"{cdate(last.until)}{how}")


def holding_since(rows: Sequence[Enrolment]) -> date:
    """The first day of the unbroken time in the registry that the last of ``rows`` belongs to."""
    since = rows[-1].since
    for row in reversed(rows):
        if row.until is None or row.until >= since:
            since = row.since
        else:
            break
    return since


def _first_of(rows: Sequence[Enrolment], last: Enrolment) -> Enrolment:
    """The first of the unbroken intervals with the standing of ``last``: a change of class begins nothing."""
    first = last
    for row in reversed(rows):
        if row.standing != last.standing or (row.until is not None and row.until < first.since):
            break
        first = row
    return first


def _area_words(code: str) -> str:
    """东坪镇 石桥村; what lies outside the county is said so, not shown as a code."""
    if not code:
        return ""
    area = Area.objects.filter(code=code).select_related("parent").first()
    if area is None:
        return "县外"
    return f"{area.parent.name}{area.name}" if area.parent and area.level == Area.Level.VILLAGE else area.name


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

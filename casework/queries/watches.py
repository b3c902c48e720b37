"""关注学生 as they are read: who stands how to a proposal, who can have the child in care, the lists, one's history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from casework.models import Case, Watch, WatchEvent
from casework.steps import POSTS
from casework.watching import (
    DUE_AHEAD,
    Part,
    ReviewState,
    WatchAction,
    WatchKind,
    WatchState,
    last_review,
    open_actions,
    review_state,
)
from casework.wording import named_day
from students.access import REGISTRY_ROLES, SCHOOL_ROLES, Scope, in_force
from students.enrolment import REGISTERED, STANDING_LABELS, Standing
from students.models import Notice, Person, Posting, RegistryLine, Role, SearchKey
from students.queries.calendar import current_calendar
from students.queries.listing import classes_of_grade
from students.templatetags.chinese import cdate

PROPOSED, CONFIRMED, DUE, CLOSED = "proposed", "confirmed", "due", "closed"
TABS = {PROPOSED: "待确认", CONFIRMED: "关注中", DUE: "待复核", CLOSED: "已结束"}
MINE, NOBODYS = "mine", "left"
CARES = {MINE: "我负责的", NOBODYS: "责任人已离任"}
TONES = {"proposed": "warn", "confirmed": "note", "refused": "mute", "withdrawn": "mute", "ended": "ok"}
ORDERS = {
    PROPOSED: ("proposed_on", "pk"),
    CONFIRMED: ("student__line__place_key", "student", "kind"),
    DUE: ("review_on", "pk"),
    CLOSED: ("-settled_at", "-pk"),
}
NEAREST = ("homeroom_teacher", "subject_teacher", "registry_clerk", "deputy_head", "principal")


def parts_of(scope: Scope, line: RegistryLine, watch: Watch | None) -> frozenset[Part]:
    """What the reader is to a child whose registry line is ``line``, and to a proposal of it."""
    held = {
        Part.TEACHER: line.school_class_id in scope.classes,
        Part.PROPOSER: watch is not None and watch.proposed_by_id == scope.person,
        Part.SCHOOL: scope.runs(line.school_id),
    }
    return frozenset(part for part, holds in held.items() if holds)


def latest_review(today: date) -> date:
    """The day to which a review may be put at most: the end of the term."""
    return last_review(current_calendar().terms, today)


def offices_of(line: RegistryLine, day: date) -> list[Person]:
    """Who decides at the child's school: its clerks; where it has none, its heads."""
    held = Posting.objects.filter(school=line.school_id, role__in=SCHOOL_ROLES, person__is_active=True)
    rows = list(in_force(held, day).select_related("person").order_by("pk"))
    clerks = [row.person for row in rows if row.role == Role.REGISTRY_CLERK]
    return clerks or [row.person for row in rows]


def staff_of_child(line: RegistryLine, day: date) -> list[tuple[int, str]]:
    """Who can be the 责任人: everybody at the child's school, the nearest to it first; id, and name with that post."""
    posted = Posting.objects.filter(_at_work(), school=line.school_id, person__is_active=True)
    rows = in_force(posted, day).select_related("person", "school_class")
    found: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: (*_distance(row, line), row.person.name, row.person_id)):
        place = "" if row.school_class_id in (None, line.school_class_id) else row.school_class.name
        found.setdefault(row.person_id, f"{row.person.name}（{place}{POSTS[row.role]}）")
    return list(found.items())


def _at_work() -> Q:
    """With a class or an office: whoever has neither sees no child."""
    return Q(school_class__isnull=False) | Q(role__in=SCHOOL_ROLES)


def _distance(row: Posting, line: RegistryLine) -> tuple[bool, int]:
    elsewhere = row.school_class_id not in (None, line.school_class_id)
    return elsewhere, NEAREST.index(row.role) if row.role in NEAREST else len(NEAREST)


def with_care(rows: QuerySet[Watch], today: date) -> QuerySet[Watch]:
    """With ``is_cared_for``: whether the 责任人 is still posted where the child now is."""
    posted = Posting.objects.filter(
        _at_work(), person=OuterRef("responsible"), school=OuterRef("student__line__school"), person__is_active=True
    )
    return rows.annotate(is_cared_for=Exists(in_force(posted, today)))


def due_by(today: date) -> Q:
    """Confirmed, and the review is near or overdue."""
    return Q(state=WatchState.CONFIRMED, review_on__lte=today + DUE_AHEAD)


def boxes(scope: Scope, wanted: Mapping, today: date) -> dict[str, QuerySet[Watch]]:
    """Tab → what it lists, narrowed down by the cleaned values of a filter."""
    rows = _narrowed(with_care(Watch.objects.seen_by(scope), today), wanted, scope, today)
    return {
        PROPOSED: rows.filter(state=WatchState.PROPOSED),
        CONFIRMED: rows.filter(state=WatchState.CONFIRMED),
        DUE: rows.filter(due_by(today)),
        CLOSED: rows.exclude(state__in=(WatchState.PROPOSED, WatchState.CONFIRMED)),
    }


def in_order(rows: QuerySet[Watch], shown: str) -> QuerySet[Watch]:
    """The rows of a tab, with all that a line names."""
    if shown == CLOSED:
        rows = rows.annotate(settled_at=Coalesce("closed_at", "decided_at"))
    people = ("proposed_by", "decided_by", "responsible", "closed_by")
    return rows.select_related("student__line__school_class__school", *people).order_by(*ORDERS[shown])


def _narrowed(rows: QuerySet[Watch], wanted: Mapping, scope: Scope, today: date) -> QuerySet[Watch]:
    plain = {"school": "student__line__school", "school_class": "student__line__school_class", "kind": "kind"}
    rows = rows.filter(**{field: wanted[name] for name, field in plain.items() if wanted.get(name)})
    if grade := wanted.get("grade"):
        rows = rows.filter(student__line__school_class__in=classes_of_grade(int(grade), today))
    if wanted.get("care") == MINE:
        rows = rows.filter(responsible=scope.person)
    elif wanted.get("care") == NOBODYS:
        rows = rows.filter(state=WatchState.CONFIRMED, is_cared_for=False)
    if q := (wanted.get("q") or "").strip():
        rows = rows.filter(student__in=SearchKey.objects.found_by(q))
    return rows


@dataclass(frozen=True)
class WatchLine:
    """A proposal as the reader may deal with it. ``actions``: their buttons; ``gone``: 休学 … where the child does not
    attend; ``review``: how near the review is."""

    row: Watch
    actions: tuple[WatchAction, ...]
    gone: str
    review: ReviewState | None
    is_cared_for: bool

    @property
    def line(self) -> RegistryLine:
        return self.row.student.line

    @property
    def tone(self) -> str:
        return TONES[self.row.state]

    @property
    def lacks_person(self) -> bool:
        """Whether the 责任人 has left the school, and another is wanted."""
        return self.row.state == WatchState.CONFIRMED and not self.is_cared_for

    @property
    def steps(self) -> list[WatchAction]:
        """The buttons that lead to a form."""
        return [action for action in self.actions if action is not WatchAction.WITHDRAW]

    @property
    def may_withdraw(self) -> bool:
        return WatchAction.WITHDRAW in self.actions

    @property
    def waits(self) -> bool:
        """Whether it waits for the reader to decide or to review."""
        due = self.review in (ReviewState.DUE, ReviewState.OVERDUE)
        return WatchAction.CONFIRM in self.actions or (WatchAction.REVIEW in self.actions and due)


def line_of(row: Watch, scope: Scope, today: date) -> WatchLine:
    """One row of ``in_order`` or ``found`` as the reader may deal with it."""
    line, state = row.student.line, WatchState(row.state)
    gone = "" if line.standing == Standing.ATTENDING else STANDING_LABELS[Standing(line.standing)]
    review = review_state(row.review_on, today) if state is WatchState.CONFIRMED else None
    return WatchLine(row, open_actions(state, parts_of(scope, line, row)), gone, review, row.is_cared_for)


def found(scope: Scope, today: date) -> QuerySet[Watch]:
    """Where one proposal is looked for, with all that its page names."""
    rows = with_care(Watch.objects.seen_by(scope), today)
    people = ("proposed_by", "decided_by", "responsible", "closed_by")
    return rows.select_related("student__line__school_class__school", "student__line__school", "group", *people)


def history(row: Watch, today: date) -> list[dict]:
    """What was done with a proposal, as entries of a timeline; the newest first, one query."""
    events = WatchEvent.objects.filter(watch=row).select_related("by", "responsible").order_by("-pk")
    return [_entry(event, today) for event in events]


def _entry(event: WatchEvent, today: date) -> dict:
    care = {WatchAction.CONFIRM, WatchAction.REVIEW, WatchAction.ASSIGN}
    words = [event.note] if event.note else []
    if event.action in care:
        words.append(f"责任人{event.responsible.name}，{cdate(event.review_on)}前复核")
    return {
        "when": named_day(event.day, today) if event.day.year == today.year else cdate(event.day),
        "title": event.get_action_display(),
        "text": "；".join(words),
        "by": event.by.name if event.by else "系统",
    }


def open_of(student: int, scope: Scope) -> list[Watch]:
    """What is open of a child, for its page; one query."""
    rows = Watch.objects.seen_by(scope).open().filter(student=student)
    return list(rows.select_related("responsible", "proposed_by").order_by("pk"))


def case_of(row: Watch, scope: Scope) -> Case | None:
    """The open case of a 动摇生, where the reader may open cases."""
    if row.kind != WatchKind.WAVERING or not scope.roles & REGISTRY_ROLES:
        return None
    return Case.objects.visible_to(scope.without_lessons).open().filter(student=row.student_id).first()


def wavering_of(case: Case) -> Watch | None:
    """The confirmed 动摇生 of a case's child; one query."""
    rows = Watch.objects.confirmed().filter(student=case.student_id, kind=WatchKind.WAVERING)
    return rows.select_related("responsible").first()


def rows_to_follow(today: date) -> QuerySet[Watch]:
    """By the clock: of children who have left, 动摇生 without a case, those whose review nobody has been told of."""
    stands = Case.objects.open().filter(student=OuterRef("student"))
    told = Notice.objects.filter(kind=Notice.Kind.WATCH_REVIEW, student=OuterRef("student"), day=OuterRef("review_on"))
    caseless = Q(state=WatchState.CONFIRMED, kind=WatchKind.WAVERING) & ~Exists(stands)
    untold = due_by(today) & ~Exists(told)
    left = ~Q(student__line__standing__in=sorted(REGISTERED))
    return Watch.objects.open().filter(left | caseless | untold).order_by("student", "pk")


@dataclass(frozen=True)
class WatchCard:
    """What a home page says: what the reader has to decide on, the reviews that are near, children nobody cares for."""

    mine: int
    due: int
    overdue: int
    to_decide: int = 0
    nobodys: int = 0

    @property
    def words(self) -> str:
        """待确认2人，待复核3人（逾期1人）; what there is of it."""
        late = f"（逾期{self.overdue}人）" if self.overdue else ""
        parts = [
            (self.to_decide, f"待确认{self.to_decide}人"),
            (self.due, f"待复核{self.due}人{late}"),
            (self.nobodys, f"责任人已离任{self.nobodys}人"),
            (self.mine, f"我负责{self.mine}人"),
        ]
        return "，".join(text for number, text in parts if number) or "没有要办的"

    @property
    def tone(self) -> str:
        return "warn" if self.to_decide or self.due or self.nobodys else ""


def watch_card(scope: Scope, today: date) -> WatchCard:
    """One query."""
    mine, schools = Q(responsible=scope.person, state=WatchState.CONFIRMED), scope.clerk_of | scope.led
    own = Q(student__line__school__in=schools)
    due = due_by(today) & (own | mine if schools else mine)
    tallies = {"mine": mine, "due": due, "overdue": due & Q(review_on__lt=today)}
    if schools:
        lacks_person = Q(state=WatchState.CONFIRMED, is_cared_for=False)
        tallies |= {"to_decide": own & Q(state=WatchState.PROPOSED), "nobodys": own & lacks_person}
    rows = with_care(Watch.objects.seen_by(scope).open(), today).order_by()
    return WatchCard(**rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in tallies.items()}))


def waiting(scope: Scope, today: date) -> int:
    """How many wait for the reader to decide or to review; one query."""
    rows = Watch.objects.seen_by(scope).filter(student__line__school__in=scope.clerk_of | scope.led)
    return rows.filter(Q(state=WatchState.PROPOSED) | due_by(today)).count()

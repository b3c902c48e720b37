"""What is known of a child in a case: who may do something, whose the next step is, what proves an end."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q

from casework.facts import Surroundings, days_in, days_since
from casework.models import Case, ConcernReport, Obligation, Watch
from casework.ruleset import Tier
from casework.stages import Actor, CaseStage, ChildNow
from casework.steps import CHAIN, POSTS, Concern, responsible_for
from casework.watching import WatchKind
from students.access import Scope, in_force
from students.days import DayState
from students.enrolment import EventKind, Standing
from students.models import Certificate, EnrolmentEvent, Person, Posting, RegistryLine, Role
from students.queries.policy import policy_of

SCHOOL_POSTS = (Role.REGISTRY_CLERK, Role.PRINCIPAL, Role.DEPUTY_HEAD)


def actors_over(scope: Scope, line: RegistryLine) -> frozenset[Actor]:
    """As what the reader stands to a child whose registry line is ``line``."""
    held = {
        Actor.TEACHER: line.school_class_id in scope.classes,
        Actor.HOMEROOM: line.school_class_id in scope.homeroom,
        Actor.SCHOOL: scope.runs(line.school_id),
        Actor.BUREAU: scope.is_bureau,
    }
    return frozenset(actor for actor, holds in held.items() if holds)


def last_case(student: int, scope: Scope) -> Case | None:
    """The child's open case, else its last one, where the reader sees it; lessons alone open none."""
    rows = Case.objects.visible_to(scope.without_lessons).filter(student=student)
    return rows.order_by("-since", "-pk").first()


def may_raise(scope: Scope, place) -> bool:
    """Whether the reader may report a concern about a child of the class where ``place`` (an enrolment or a line of the
    registry) is: whoever teaches there, and the school."""
    return place.school_class_id in scope.classes or scope.runs(place.school_class.school_id)


def may_work_on(scope: Scope, line: RegistryLine) -> bool:
    """Whether the reader has a part in the child's case: 班主任, 教务处 and heads, 乡镇干部, 县教育局."""
    mine = actors_over(scope, line) & {Actor.HOMEROOM, Actor.SCHOOL, Actor.BUREAU}
    return bool(mine) or line.school.township_id in scope.officer_of


def may_assign(scope: Scope, line: RegistryLine) -> bool:
    """Whether the reader may give the case to somebody: 教务处 and heads, 县教育局."""
    return bool(actors_over(scope, line) & {Actor.SCHOOL, Actor.BUREAU})


def people_around(line: RegistryLine, day: date) -> list[tuple[int, str]]:
    """Everybody to whom the case can be given: id, and name with post; the nearest to the child first."""
    posts: dict[int, tuple[str, list[str]]] = {}
    order = (*CHAIN, Role.DEPUTY_HEAD)
    for posting in sorted(postings_around(line, day), key=lambda row: order.index(row.role)):
        posts.setdefault(posting.person_id, (posting.person.name, []))[1].append(POSTS[posting.role])
    return [(pk, f"{name}（{'、'.join(dict.fromkeys(labels))}）") for pk, (name, labels) in posts.items()]


class Place(NamedTuple):
    """Where a child stands: the class, its school, and the township of that."""

    school_class: int
    school: int
    township: int | None


def place_of(line: RegistryLine) -> Place:
    return Place(line.school_class_id, line.school_id, line.school.township_id)


def postings_around(line: RegistryLine, day: date):
    """The postings in force of everybody to whom a child's case can fall, with the people."""
    return postings_at([place_of(line)], day).select_related("person")


def postings_at(places: Iterable[Place], day: date):
    """The same around many children: the 班主任 and the school's posts, township and bureau; the substitute stands
    before the 班主任, else whoever was posted first."""
    classes, schools, townships = (set(column) for column in zip(*places, strict=True))
    around = (
        Q(role=Role.HOMEROOM_TEACHER, school_class__in=classes)
        | Q(role__in=SCHOOL_POSTS, school__in=schools)
        | Q(role=Role.TOWNSHIP_OFFICER, township__in=townships - {None})
        | Q(role=Role.BUREAU_OFFICER)
    )
    return in_force(Posting.objects.filter(around, person__is_active=True), day).order_by("-is_substitute", "pk")


def responsible_people(line: RegistryLine, day: date, *, roles: Collection[str]) -> list[Person]:
    """Those who hold ``roles`` around a child; for a post that nobody holds whoever stands in up the chain."""
    by_role: dict[str, list[Person]] = {}
    for posting in postings_around(line, day):
        by_role.setdefault(posting.role, []).append(posting.person)
    posts = {responsible_for(role, by_role.keys()) for role in roles}
    return [person for post in (*CHAIN, Role.DEPUTY_HEAD) if post in posts for person in by_role.get(post, [])]


def is_wavering(case: Case) -> bool:
    """Whether the child is a confirmed 动摇生."""
    return Watch.objects.confirmed().filter(student=case.student_id, kind=WatchKind.WAVERING).exists()


def evidence_of(case: Case):
    """The papers on file for the case since it was opened."""
    kind = Certificate.Kind.CASE
    return Certificate.objects.filter(
        student=case.student_id, kind=kind, handed_in_on__gte=case.since, cancelled_at=None
    )


def last_day_to_plan(today: date) -> date:
    """The last day on which a next step can be planned today, so that no plan hides a child."""
    return today + timedelta(days=policy_of(today).case_plan_most_days)


def standing_concern(case: Case) -> str:
    """The concern that a case is named by: 已离校 where somebody has reported it, else the latest that stands."""
    rows = ConcernReport.objects.filter(student=case.student_id, cancelled_at=None, day__gte=case.since)
    kinds = list(rows.order_by("day", "pk").values_list("kind", flat=True))
    return Concern.LEFT.value if Concern.LEFT in kinds else kinds[-1] if kinds else ""


def child_now(case: Case, line: RegistryLine, today: date) -> ChildNow:
    """What has to be proven before the case may end."""
    present = present_days(case, today) if case.stage == CaseStage.RETURNED else 0
    last = EnrolmentEvent.objects.effective().filter(student=case.student_id).order_by("-happened_on", "-order").first()
    confirmed = last is not None and last.kind == EventKind.TRANSFER_OUT and last.confirmed_on is not None
    left_country = last is not None and last.kind == EventKind.LEAVE_COUNTRY
    matters = list(Obligation.objects.of_cases(today).filter(student=case.student_id))
    unfiled = (each for each in matters if each.tier == Tier.LOSS_REPORT and each.done_on is None)
    return ChildNow(
        Standing(line.standing), present, confirmed, left_country,
        is_away=any(each.seen_on is None for each in matters),
        owes_loss_report=any(each.triggered_on >= case.opened_on for each in unfiled),
    )  # fmt: skip


def present_days(case: Case, today: date) -> int:
    """Days on which the child was seen since it returned, that day included."""
    return present_days_of([case], today)[case.pk]


def present_days_of(cases: Collection[Case], today: date) -> dict[int, int]:
    """Case → days on which its child was seen since it returned; as many queries for many cases as for one."""
    if not cases:
        return {}
    since = {case.student_id: case.returned_on for case in cases}
    lived = days_since(since, Surroundings(), today)
    seen = {student: sum(1 for _ in days_in(days, DayState.PRESENT)) for student, days in lived}
    return {case.pk: seen[case.student_id] for case in cases}

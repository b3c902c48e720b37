"""Who may answer for whom, and which assignments still hold: people leave their posts, children their school.

Whether an assignment holds is read and never written: where the person or the child has left, it is "要重新安排" from
that day on, and the row stays open until somebody puts another in its place.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import BigIntegerField, BooleanField, Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from casework.models import Case as ChildCase
from casework.steps import POSTS
from scoring.assigning import Kind
from scoring.models import Assignment
from students.access import HEAD_ROLES, SCHOOL_ROLES, Scope, in_force
from students.enrolment import REGISTERED
from students.models import (
    Area,
    Person,
    Posting,
    RegistryLine,
    Resident,
    Role,
    School,
    SchoolClass,
    SpecialGroup,
    Student,
)
from students.queries.listing import groups_on
from students.queries.notices import classes_for

OFFICERS = (Role.TOWNSHIP_OFFICER, Role.BUREAU_OFFICER)
NEAREST = (Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER, Role.REGISTRY_CLERK, Role.DEPUTY_HEAD, Role.PRINCIPAL)
POST_NAMES = POSTS | {Role.TOWNSHIP_OFFICER: "乡镇干部"}


# ---- key children ------------------------------------------------------------------------------


def cases_on(day: date) -> QuerySet[ChildCase]:
    """The cases that stood open on a day."""
    return ChildCase.objects.filter(Q(closed_on=None) | Q(closed_on__gt=day), opened_on__lte=day)


def key_children(day: date) -> QuerySet[Student]:
    """重点生 of a day, as a queryset of ids: with a case that stands open, and 动摇生, 贫困生, 学困生."""
    groups = groups_on(day).filter(kind__in=SpecialGroup.PROPOSED)
    return Student.objects.filter(
        Q(pk__in=cases_on(day).order_by().values("student")) | Q(pk__in=groups.order_by().values("student"))
    ).values("pk")


def key_lines(day: date) -> QuerySet[RegistryLine]:
    """Where the key children stand who are registered at a school, also those who are suspended or dropped out."""
    return RegistryLine.objects.filter(pk__in=key_children(day), standing__in=REGISTERED)


def with_village(lines: QuerySet[RegistryLine]) -> QuerySet[RegistryLine]:
    """With ``village``, the id of the village that a child's household belongs to: by the police's list where the
    child has been found on it, else by the registry; None where neither says."""
    resident = Resident.objects.filter(student=OuterRef("pk")).values("village")[:1]
    registered = Area.objects.filter(code=OuterRef("student__home_area_code"), level=Area.Level.VILLAGE).values("pk")
    return lines.annotate(
        village=Coalesce(Subquery(resident), Subquery(registered[:1]), output_field=BigIntegerField())
    )


# ---- who may be chosen -------------------------------------------------------------------------


def at_work() -> Q:
    """With a class or an office at a school."""
    return Q(school_class__isnull=False) | Q(role__in=SCHOOL_ROLES)


def candidates(kind: Kind, school: School | OuterRef, day: date, *, township=None) -> QuerySet[Posting]:
    """The postings that let somebody have an assignment of a kind at a school on a day."""
    posts = in_force(Posting.objects.filter(person__is_active=True), day)
    match kind:
        case Kind.STUDENT:
            return posts.filter(at_work(), school=school)
        case Kind.VILLAGE:
            return posts.filter(school=school, role__in=HEAD_ROLES)
    township = school.township_id if isinstance(school, School) else township
    return posts.filter(Q(role=Role.BUREAU_OFFICER) | Q(role=Role.TOWNSHIP_OFFICER, township=township))


def people_for(kind: Kind, school: School, day: date) -> list[tuple[int, str]]:
    """Who may be chosen: id, and name with the posts, those nearest to the children first; one query."""
    rows = candidates(kind, school, day).select_related("person", "school_class").order_by("person__name", "person")
    order = {role: number for number, role in enumerate(NEAREST)}
    found: dict[int, str] = {}
    posts: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: (order.get(row.role, len(order)), row.person.name, row.person_id)):
        found[row.person_id] = row.person.name
        where = f"{row.school_class.name if row.school_class_id else ''}{POST_NAMES[row.role]}"
        if where not in posts.setdefault(row.person_id, []):
            posts[row.person_id].append(where)
    return [(pk, f"{name}（{'、'.join(posts[pk][:2])}）") for pk, name in found.items()]


def person_at_fault(kind: Kind, school: School, person: Person, days: Iterable[date]) -> str:
    """Why somebody cannot have an assignment of a kind from the first of ``days`` until the last; blank: they can."""
    for day in days:
        if candidates(kind, school, day).filter(person=person).exists():
            continue
        on = f"{day.year}年{day.month}月{day.day}日"
        match kind:
            case Kind.STUDENT:
                return f"{person.name}{on}不在{school.name}任职"
            case Kind.VILLAGE:
                return f"{person.name}{on}不是{school.name}的校长或分管领导，不能包村"
        return f"{person.name}{on}不是县教育局或{school.township.name}的干部，不能联点"
    return ""


# ---- what holds --------------------------------------------------------------------------------


def with_state(rows: QuerySet[Assignment], today: date) -> QuerySet[Assignment]:
    """With ``is_posted``: whether the person still has a post for it; ``is_here``: whether the child is still at the
    school; ``is_due``: whether a 联点 has run out."""
    own = {
        kind: Exists(
            candidates(kind, OuterRef("school"), today, township=OuterRef("school__township")).filter(
                person=OuterRef("person")
            )
        )
        for kind in Kind
    }
    line = RegistryLine.objects.filter(pk=OuterRef("student"), school=OuterRef("school"), standing__in=REGISTERED)
    return rows.annotate(
        is_posted=Case(
            When(kind=Kind.STUDENT, then=own[Kind.STUDENT]),
            When(kind=Kind.VILLAGE, then=own[Kind.VILLAGE]),
            default=own[Kind.LIAISON],
            output_field=BooleanField(),
        ),
        is_here=Case(When(student=None, then=True), default=Exists(line), output_field=BooleanField()),
        is_due=Case(When(planned_until__lt=today, then=True), default=False, output_field=BooleanField()),
    )


def holding(rows: QuerySet[Assignment], today: date) -> QuerySet[Assignment]:
    """Those that hold today: the person has the post, the child is at the school, no planned day has passed."""
    return with_state(rows.on(today), today).filter(is_posted=True, is_here=True, is_due=False)


def lapse_of(row: Assignment) -> str:
    """Why an open row ``with_state`` no longer holds, in words; blank where it does."""
    if not row.is_here:
        return "学生已离开学校"
    if not row.is_posted:
        return "责任人已离任"
    return "联点已到期" if row.is_due else ""


def in_charge_of(scope: Scope, today: date) -> QuerySet[Student]:
    """The children for whom a person answers by name, as ids, whether or not they teach them."""
    held = holding(Assignment.objects.filter(kind=Kind.STUDENT, person=scope.person), today)
    return Student.objects.filter(pk__in=held.order_by().values("student")).values("pk")


def in_charge_now(scope: Scope) -> QuerySet[Student]:
    """``in_charge_of`` on the day that it is."""
    return in_charge_of(scope, timezone.localdate())


def class_to_tell_of(person: Person, school: School, today: date) -> SchoolClass | None:
    """A class of the school that the person sees, to which a notice can hang: their own before any other."""
    return dict(classes_to_tell_of([(person, school)], today)).get(person)


def classes_to_tell_of(pairs: Iterable[tuple[Person, School]], today: date) -> list[tuple[Person, SchoolClass]]:
    """For many persons, each with a school, the class to which a notice can hang; two queries."""
    pairs = list(pairs)
    people, schools = {person.pk for person, _ in pairs}, {school.pk for _, school in pairs}
    held = Posting.objects.filter(person__in=people, school__in=schools, school_class__isnull=False)
    own: dict[tuple[int, int], SchoolClass] = {}
    for row in in_force(held, today).select_related("school_class").order_by("pk"):
        own.setdefault((row.person_id, row.school_id), row.school_class)
    first = classes_for(schools)
    found = ((person, own.get((person.pk, school.pk)) or first.get(school.pk)) for person, school in pairs)
    return [(person, room) for person, room in found if room]

"""核对: our side of a comparison as of its day, and what a finished one shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from students.access import Scope
from students.comparing import (
    COMPARED,
    DISABILITY,
    IN_REGULAR_CLASS,
    LEFT_BEHIND,
    MIGRANT,
    ORPHAN,
    YES,
    Change,
    OurChild,
    TheirChild,
    in_words,
)
from students.enrolment import ENTRIES, EventKind
from students.models import (
    Comparison,
    Difference,
    Enrolment,
    EnrolmentEvent,
    FormerNumber,
    School,
    SpecialGroup,
    Student,
    standing_on,
)
from students.queries.calendar import statutory_days
from students.queries.policy import policy_of
from students.working_days import last_day_to_act

CHUNK = 500  # numbers asked for at a time: a database takes a limited number of them
Group = SpecialGroup.Kind
GONE = frozenset(
    {
        EventKind.TRANSFER_OUT,
        EventKind.DECEASE,
        EventKind.LEAVE_COUNTRY,
        EventKind.GRADUATE,
        EventKind.OTHER_OUT,
    }
)
SETTLED, GONE_SINCE = "settled", "gone"
VIEWS = {kind.value: kind.label for kind in Difference.Kind} | {SETTLED: "已处理", GONE_SINCE: "上次有、这次没有"}
FIELDS = {
    "姓名": "name",
    "性别": "sex",
    "出生日期": "birth_date",
    "学籍号": "student_number",
    "身份证件类型": "id_type",
    "身份证件号": "id_number",
    "民族": "ethnicity",
    "入学年月": "admitted_on",
    "就读方式": "attendance_mode",
    "户口所在地行政区划": "home_area_code",
    "现住址": "address",
}


def comparable_schools(scope: Scope) -> QuerySet[School]:
    """The schools whose registry the person keeps: those of the clerk, or all of the county's for its bureau."""
    if scope.is_bureau:
        return School.objects.all()
    return School.objects.filter(pk__in=scope.clerk_of)


def our_children(schools: Collection[int], theirs: Iterable[TheirChild], as_of: date) -> list[OurChild]:
    """The children 在籍 in these schools on the day, then others whom the export names by their numbers."""
    here = Enrolment.objects.on(as_of).filter(school_class__school__in=schools)
    ours = _children(here.order_by("school_class__school__code", "school_class__number", "student"), as_of)
    known = {number for child in ours for number in _numbers(child)}
    strange = [child for child in theirs if not {child.number, child.identity} & known]
    return ours + _named_by(strange, {child.key for child in ours}, as_of)


def _numbers(child: OurChild) -> set[str]:
    numbers = {child.fields["学籍号"], child.fields["身份证件号"], *child.former}
    return numbers - {""}


def _named_by(theirs: list[TheirChild], ours: set[int], as_of: date) -> list[OurChild]:
    """Children whom the registry knows, but not in these schools on the day."""
    found: list[OurChild] = []
    for start in range(0, len(theirs), CHUNK):
        chunk = theirs[start : start + CHUNK]
        numbers = {child.number for child in chunk} | {f"G{child.identity}" for child in chunk}
        identities = {child.identity for child in chunk} | {child.number[1:] for child in chunk}
        students = Student.objects.filter(
            Q(student_number__in=numbers - {"", "G"}) | Q(id_number__in=identities - {""})
        ).exclude(pk__in=ours)
        students = students.order_by("pk")
        places = Enrolment.objects.on(as_of).filter(student__in=students).select_related("school_class__school")
        held = {place.student_id: place.school_class for place in places}
        found += [_child(student, held.get(student.pk), [], expected=False) for student in students]
    return found


def _children(enrolments: QuerySet[Enrolment], as_of: date) -> list[OurChild]:
    """The children of these enrolments, of whom 借读 on the day are not expected over there; three queries."""
    students = enrolments.order_by().values("student")
    groups: dict[int, list] = {}
    for group in SpecialGroup.objects.on(as_of).filter(student__in=students).order_by("pk"):
        groups.setdefault(group.student_id, []).append(group)
    former: dict[int, set[str]] = {}
    for student, number in FormerNumber.objects.filter(student__in=students).values_list("student", "number"):
        former.setdefault(student, set()).add(number)
    return [
        _child(
            row.student,
            row.school_class,
            groups.get(row.student_id, []),
            former=former.get(row.student_id, set()),
            expected=row.entitlement != Student.Standing.GUEST,
        )
        for row in enrolments.annotate(entitlement=standing_on(as_of, "student")).select_related(
            "student", "school_class__school"
        )
    ]


def _child(student: Student, school_class, groups, *, expected: bool, former=frozenset()) -> OurChild:
    kinds = {group.kind: group.detail for group in groups}
    values = {header: getattr(student, name) for header, name in FIELDS.items()}
    values |= {
        "班号": school_class.number if school_class else "",
        LEFT_BEHIND: bool({Group.LEFT_BEHIND_ONE, Group.LEFT_BEHIND_BOTH} & kinds.keys()),
        ORPHAN: Group.ORPHAN in kinds,
        MIGRANT: Group.MIGRANT in kinds,
        DISABILITY: kinds.get(Group.DISABLED),
        IN_REGULAR_CLASS: student.extra.get(IN_REGULAR_CLASS) == YES,
    }
    return OurChild(
        key=student.pk,
        school=school_class.school.code if school_class else "",
        school_name=school_class.school.name if school_class else "",
        fields={header: in_words(header, values[header]) for header in COMPARED},
        former=frozenset(former),
        expected=expected,
    )


def changes_of(students: Collection[int], as_of: date) -> tuple[dict[int, Change], dict[int, Change]]:
    """(student → how it left, student → how it came), each the last by ``as_of``, with the last day to do so there."""
    days, statutory = policy_of(as_of).national_working_days, statutory_days()
    left: dict[int, Change] = {}
    arrived: dict[int, Change] = {}
    ids = sorted(students)
    for start in range(0, len(ids), CHUNK):
        events = EnrolmentEvent.objects.effective().filter(
            student__in=ids[start : start + CHUNK], happened_on__lte=as_of, kind__in=GONE | ENTRIES
        )
        for event in events.order_by("student", "happened_on", "order"):
            kind = EventKind(event.kind)
            due = last_day_to_act(event.happened_on, days, statutory)
            (left if kind in GONE else arrived)[event.student_id] = Change(kind, event.happened_on, due)
    return left, arrived


@dataclass(frozen=True)
class Earlier:
    """What became of the comparison before: ``gone`` are its differences that no longer are."""

    comparison: Comparison | None
    gone: QuerySet[Difference]


def same_difference() -> Q:
    """Whether a difference is the one of the outer query, found in another comparison."""
    return Q(**{name: OuterRef(name) for name in ("kind", "school", "field", "name", "number")})


def earlier_of(comparison: Comparison, scope: Scope) -> Earlier:
    """The last comparison of the same schools before this one."""
    schools = comparison.schools.all()
    before = Comparison.objects.filter(pk__lt=comparison.pk, schools__in=schools).order_by("-pk").first()
    rows = Difference.objects.visible_to(scope).filter(comparison=before, school__in=schools)
    still = comparison.differences.filter(same_difference())
    return Earlier(before, rows.exclude(Exists(still)).order_by("kind", "school", "pk"))


def settled_before(rows: Collection[Difference]) -> dict[int, Difference]:
    """Difference → the last time that it had been dealt with in an earlier comparison; one query."""
    keys = {(row.kind, row.school_id, row.field, row.name, row.number): row for row in rows}
    earlier = Difference.objects.filter(
        comparison__lt=min((row.comparison_id for row in rows), default=0),
        name__in={row.name for row in rows},
        settled_at__isnull=False,
    )
    found: dict[int, Difference] = {}
    for each in earlier.select_related("settled_by").order_by("settled_at"):
        if row := keys.get((each.kind, each.school_id, each.field, each.name, each.number)):
            found[row.pk] = each
    return found


def counts_of(differences: QuerySet[Difference]) -> dict[str, int]:
    """Kind → how many are still to be dealt with; "settled" → how many have been; one query."""
    rows = (
        differences.order_by()
        .values("kind")
        .annotate(open=Count("pk", filter=Q(settled_at=None)), settled=Count("pk", filter=Q(settled_at__isnull=False)))
    )
    counts = dict.fromkeys(Difference.Kind.values, 0) | {row["kind"]: row["open"] for row in rows}
    return counts | {SETTLED: sum(row["settled"] for row in rows)}


def filtered(differences: QuerySet[Difference], wanted: dict) -> QuerySet[Difference]:
    """Those that a filter asks for."""
    if q := (wanted.get("q") or "").strip():
        differences = differences.filter(Q(name__startswith=q) | Q(number__endswith=q.upper()))
    if school := wanted.get("school"):
        differences = differences.filter(school=school)
    if header := wanted.get("field"):
        differences = differences.filter(field=header)
    return differences


def open_in(scope: Scope) -> Q:
    """Which differences of a comparison are the reader's and still to be dealt with; for a count over comparisons."""
    visible = Difference.objects.visible_to(scope).filter(settled_at=None)
    return Q(differences__settled_at=None) if scope.county else Q(differences__in=visible)


def view_of(asked: str | None, counts: dict[str, int]) -> str:
    """The tab that is asked for, else the first that holds something."""
    if asked in VIEWS:
        return asked
    return next((kind for kind in VIEWS if counts[kind]), Difference.Kind.ONLY_THERE.value)


def in_view(found: QuerySet[Difference], earlier: Earlier, view: str) -> QuerySet[Difference]:
    """What a tab shows: an open kind, all that has been settled, or what has gone since the comparison before."""
    if view == GONE_SINCE:
        return earlier.gone
    if view == SETTLED:
        return found.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")
    return found.filter(settled_at=None, kind=view).order_by("school__code", "pk")


def headers_of(found: QuerySet[Difference]) -> list[str]:
    """The columns that differ somewhere, in the order of the export."""
    differing = set(found.exclude(field="").order_by().values_list("field", flat=True).distinct())
    return [header for header in COMPARED if header in differing]


@dataclass(frozen=True)
class Line:
    """A difference on the page. ``student``: the child, where the reader may see it; ``before``: settled last time."""

    row: Difference
    student: int | None
    before: Difference | None
    is_gone: bool


def lines(rows: Collection[Difference], *, scope: Scope, is_gone: bool) -> list[Line]:
    """The lines of a page; two queries whatever their number."""
    rows = list(rows)
    visible = Student.objects.visible_to(scope).filter(pk__in=[row.student_id for row in rows if row.student_id])
    seen = set(visible.values_list("pk", flat=True))
    before = {} if is_gone else settled_before(rows)
    return [Line(row, row.student_id if row.student_id in seen else None, before.get(row.pk), is_gone) for row in rows]

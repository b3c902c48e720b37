"""预警 as a reader sees them: who is listed, in which order, why, and what to do next."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet
from django.forms import Form
from django.urls import reverse

from casework.models import EarlySign, Obligation, SignComputation, SignDismissal
from casework.ruleset import Tier
from casework.sign_words import ADVICE, reason
from casework.signs import SignCode
from students.access import OFFICE_ROLES, Scope
from students.models import RegistryLine, School, SearchKey, Student
from students.queries.listing import classes_of_grade

PUT_OFF = "put_off"  # the tab of what somebody knows already
TONES = {SignCode.UNSEEN: "alarm", SignCode.UNEXCUSED: "alarm", SignCode.FAMILY: "warn", SignCode.ATTENDANCE: "warn"}
RELATED = frozenset({SignCode.FAMILY, SignCode.VILLAGE})
# Where on the child's page the next step is taken: at the family's numbers, or at the year's attendance.
TO_VISIT = frozenset({SignCode.UNSEEN, SignCode.UNEXCUSED, SignCode.FAMILY, SignCode.VILLAGE})
AT_FAMILY, AT_YEAR = "family", "year"
SHOWN_ON_A_CARD = 5


def signs_in(scope: Scope) -> QuerySet[EarlySign]:
    """Every sign of the children whom the reader answers for or oversees; lessons alone open none."""
    return EarlySign.objects.visible_to(scope.without_lessons).of_attending()


def waiting(scope: Scope, today: date) -> QuerySet[EarlySign]:
    """Those that nobody has put off. From heads and offices 多日未见 cannot be put off at all."""
    return signs_in(scope).waiting_on(today, lists_unseen=bool(scope.roles & OFFICE_ROLES))


def put_off(scope: Scope, today: date) -> QuerySet[EarlySign]:
    return signs_in(scope).put_off_on(today)


def children_waiting(scope: Scope, today: date) -> int:
    """How many children have a sign that waits; one query."""
    return _how_many(waiting(scope, today))


def narrowed(signs: QuerySet[EarlySign], wanted: Mapping, *, today: date) -> QuerySet[EarlySign]:
    """The signs of the children whom the cleaned values of a filter ask for."""
    if school := wanted.get("school"):
        signs = signs.filter(student__line__school=school)
    if school_class := wanted.get("school_class"):
        signs = signs.filter(student__line__school_class=school_class)
    if grade := wanted.get("grade"):
        signs = signs.filter(student__line__school_class__in=classes_of_grade(int(grade), today))
    if q := (wanted.get("q") or "").strip():
        signs = signs.filter(student__in=SearchKey.objects.found_by(q))
    return signs


def children(signs: QuerySet[EarlySign], code: str = "") -> QuerySet:
    """One row a child, the most urgent first: whoever has most signs, then whoever has not been seen for longest.

    ``code``: only those with this sign; their other signs count all the same.
    """
    if code:
        signs = signs.filter(student__in=signs.filter(code=code).order_by().values("student"))
    rows = signs.order_by().values("student").annotate(number=Count("pk"), unseen=Max("unseen_days"))
    return rows.order_by("-number", "-unseen", "student").values_list("student", flat=True)


def counts_by_code(signs: QuerySet[EarlySign]) -> dict[str, int]:
    """Sign → children who have it; one query."""
    return dict(signs.order_by().values_list("code").annotate(Count("pk")))


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the filter, the tab, the signs and the children behind it, the count of every tab."""

    form: Form
    shown: str
    signs: QuerySet[EarlySign]
    children: QuerySet
    counts: dict[str, int]


def asked(scope: Scope, form: Form, shown: str, *, today: date) -> Asked:
    """The signs that a cleaned filter and a tab ask for; three queries for the counts of the tabs."""
    open_signs, known = (narrowed(rows(scope, today), form.cleaned_data, today=today) for rows in (waiting, put_off))
    signs = known if shown == PUT_OFF else open_signs
    counts = dict.fromkeys(SignCode, 0) | counts_by_code(open_signs)
    counts |= {"": _how_many(open_signs), PUT_OFF: _how_many(known)}
    return Asked(form, shown, signs, children(signs, "" if shown == PUT_OFF else shown), counts)


def _how_many(signs: QuerySet[EarlySign]) -> int:
    return signs.aggregate(children=Count("student", distinct=True))["children"]


@dataclass(frozen=True)
class SignLine:
    """One sign of a child: in a word, why, where the next step is taken, and who has put it off until when."""

    code: SignCode
    reason: str
    url: str
    dismissal: SignDismissal | None

    @property
    def label(self) -> str:
        return self.code.label

    @property
    def tone(self) -> str:
        return TONES.get(self.code, "note")

    @property
    def advice(self) -> str:
        return ADVICE[self.code]


@dataclass(frozen=True)
class SignedChild:
    """A child with its signs, the gravest first."""

    line: RegistryLine
    signs: list[SignLine]
    unseen_days: int
    may_answer: bool

    @property
    def student(self) -> Student:
        return self.line.student

    @property
    def codes(self) -> str:
        return ",".join(sign.code for sign in self.signs)

    @property
    def dismissals(self) -> list[SignDismissal]:
        """Who has put signs off, once where it was one press."""
        told = {(row.dismissed_at, row.until): row for sign in self.signs if (row := sign.dismissal)}
        return list(told.values())


def signed_children(
    students: Sequence[int], signs: QuerySet[EarlySign], *, scope: Scope, today: date
) -> list[SignedChild]:
    """Children in the order given with those of ``signs`` that they have; five queries, however many there are."""
    rows = defaultdict(list)
    for row in signs.filter(student__in=students).order_by():
        rows[row.student_id].append(row)
    if not rows:
        return []
    lines = RegistryLine.objects.select_related("student", "school_class__school").in_bulk(students)
    dismissals = _dismissals(students, today)
    contacts = _open_contacts(students, scope, today)
    names = _names(rows.values(), scope)
    order = list(SignCode)
    return [
        SignedChild(
            line=lines[pk],
            signs=[
                _line(row, names, contacts.get(pk), dismissals.get((pk, row.code)))
                for row in sorted(rows[pk], key=lambda row: order.index(row.code))
            ],
            unseen_days=max(row.unseen_days for row in rows[pk]),
            may_answer=scope.may_answer_for(lines[pk].school_class),
        )
        for pk in students
        if rows[pk]
    ]


def signs_of(student: Student, scope: Scope, today: date) -> list[SignLine]:
    """A child's signs for its page, those that are put off included; one query where it has none."""
    found = signed_children([student.pk], signs_in(scope), scope=scope, today=today)
    return found[0].signs if found else []


def _line(row: EarlySign, names: Mapping[int, str], contact: int | None, dismissal: SignDismissal | None) -> SignLine:
    others = row.details.get("others", ())
    named = [names[pk] for pk in others if pk in names]
    code = SignCode(row.code)
    if code is SignCode.UNEXCUSED and contact:
        url = reverse("casework:contact", args=[contact])
    else:
        url = f"{reverse('casework:child', args=[row.student_id])}#{AT_FAMILY if code in TO_VISIT else AT_YEAR}"
    return SignLine(code, reason(code, row.details, named=named, unnamed=len(others) - len(named)), url, dismissal)


def _names(rows: Iterable[Sequence[EarlySign]], scope: Scope) -> dict[int, str]:
    """Names of the other children, with their classes, whom the reader has to do with; of all others only a number."""
    others = {pk for each in rows for row in each if row.code in RELATED for pk in row.details["others"]}
    seen = RegistryLine.objects.visible_to(scope.without_lessons).filter(pk__in=others)
    told = seen.values_list("pk", "student__name", "school_class__name")
    return {pk: f"{name}（{school_class}）" for pk, name, school_class in told}


def _dismissals(students: Collection[int], today: date) -> dict[tuple[int, str], SignDismissal]:
    rows = SignDismissal.objects.filter(student__in=students, until__gte=today, taken_back_at=None)
    return {(row.student_id, row.code): row for row in rows.select_related("dismissed_by").order_by("until", "pk")}


def _open_contacts(students: Collection[int], scope: Scope, today: date) -> dict[int, int]:
    """Child → the oldest 联系家长 that is open and that the reader has to answer for."""
    mine = Q(school_class__in=scope.homeroom) | Q(school_class__school__in=scope.clerk_of | scope.led)
    owed = Obligation.objects.undone_on(today).filter(mine, student__in=students, tier=Tier.CONTACT)
    return dict(owed.order_by("-triggered_on", "-pk").values_list("student", "pk"))


def computed_at(scope: Scope) -> datetime | None:
    """When the oldest of what the reader sees was computed; None where nothing has been yet."""
    return SignComputation.objects.visible_to(scope.without_lessons).aggregate(first=Min("computed_at"))["first"]


@dataclass(frozen=True)
class SchoolLine:
    """A school: its children with a sign, and how many have each."""

    school: School
    children: int
    by_code: list[int]


def by_school(scope: Scope, today: date) -> list[SchoolLine]:
    """One line a school of the scope, the most children first; two queries."""
    tallies = {code.value: Count("pk", filter=Q(code=code)) for code in SignCode}
    rows = waiting(scope, today).order_by().values("student__line__school")
    found = {row["student__line__school"]: row for row in rows.annotate(n=Count("student", distinct=True), **tallies)}
    lines = [
        SchoolLine(
            school=school,
            children=found.get(school.pk, {}).get("n", 0),
            by_code=[found.get(school.pk, {}).get(code.value, 0) for code in SignCode],
        )
        for school in School.objects.visible_to(scope)
    ]
    return sorted(lines, key=lambda line: (-line.children, line.school.code))


@dataclass(frozen=True)
class SignsCard:
    """What a home page shows: how many children wait, and the most urgent of them."""

    count: int
    children: list[SignedChild]

    @property
    def note(self) -> str:
        return f"共 {self.count} 人" if self.count else ""


def signs_card(scope: Scope, today: date) -> SignsCard:
    """The card of a teacher's home and of a school's board; at most seven queries, one where there is no sign."""
    signs = waiting(scope, today)
    first = list(children(signs)[:SHOWN_ON_A_CARD])
    count = _how_many(signs) if len(first) == SHOWN_ON_A_CARD else len(first)
    return SignsCard(count, signed_children(first, signs, scope=scope, today=today))

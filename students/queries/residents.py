"""户籍儿童 as lists: who is linked to a student, who waits for a person's word, who stands alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, Q, Value, When

from students.access import Scope
from students.identity import masked_number, masked_phone
from students.matching import CONFIDENCES, Confidence
from students.models import Area, Guardian, ProposedMatch, RegistryLine, Resident, ResidentKey, Student
from students.queries.policy import policy_of
from students.school_age import full_years, school_age_births
from students.templatetags.chinese import MISSING, cdate

LINKED, PROPOSED, ALONE = "linked", "proposed", "alone"
BEFORE, DUE, AFTER = "before", "due", "after"
TONES = {Confidence.HIGH: "ok", Confidence.MEDIUM: "note", Confidence.LOW: "warn"}


@dataclass(frozen=True)
class ResidentLine:
    """A resident in a list: age on the day, and in words how the matching stands."""

    resident: Resident
    age: int
    state: str
    tone: str
    place: str


def births_due(day: date) -> tuple[date, date]:
    """First and last birth date of the children of school age on ``day``, by the county's rules; one query."""
    policy = policy_of(day)
    return school_age_births(day, entry_age=policy.entry_age, last_age=policy.last_age)


def filtered(residents, chosen: Mapping, *, today: date):
    """Residents as a filter form asks for them, by village and birth date."""
    if q := (chosen.get("q") or "").strip():
        residents = residents.filter(pk__in=ResidentKey.objects.found_by(q))
    if township := chosen.get("township"):
        residents = residents.filter(township=township)
    if village := chosen.get("village"):
        residents = residents.filter(village=village)
    if state := chosen.get("state"):
        residents = residents.filter(_in_state(state))
    if age := chosen.get("age"):
        first, last = births_due(today)
        after, before = Q(birth_date__lt=first), Q(birth_date__gt=last)
        residents = residents.filter({BEFORE: before, AFTER: after}.get(age, ~before & ~after))
    # by the id of the village: its rows stand together, and no other table has to be sorted with them
    return residents.order_by("village_id", "birth_date", "pk")


def _in_state(state: str) -> Q:
    alone = Q(student=None)
    return {LINKED: ~alone, PROPOSED: alone & Q(proposed_match__isnull=False)}.get(
        state, alone & Q(proposed_match=None)
    )


def lines(residents, *, today: date) -> list[ResidentLine]:
    """The lines of a page; two queries whatever their number."""
    rows = list(residents.select_related("village", "township", "proposed_match"))
    places = places_of({row.student_id for row in rows} - {None})
    return [
        ResidentLine(row, full_years(row.birth_date, today), *_state(row), places.get(row.student_id, ""))
        for row in rows
    ]


def _state(resident: Resident) -> tuple[str, str]:
    if resident.student_id:
        return ("号码一致", "ok") if resident.match == Resident.Match.ID else ("人工确认", "ok")
    return ("待确认", "warn") if hasattr(resident, "proposed_match") else ("未比对上", "mute")


def places_of(students) -> dict[int, str]:
    """Student → school, class and state in words; one query."""
    rows = RegistryLine.objects.filter(student__in=students).select_related("school", "school_class")
    return {row.student_id: f"{row.school} {row.school_class}，{row.get_standing_display()}" for row in rows}


@dataclass(frozen=True)
class Counts:
    """How the matching stands: all residents, those linked, those of school age who are not."""

    total: int
    linked: int
    due_alone: int


def counts(residents, *, today: date) -> Counts:
    """Two queries."""
    due_alone = Count("pk", filter=Q(student=None, birth_date__range=births_due(today)))
    return Counts(**residents.order_by().aggregate(total=Count("pk"), linked=Count("student"), due_alone=due_alone))


# ---- pairs that a person looks at --------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """One thing that both lists say of a child."""

    label: str
    resident: str
    student: str

    @property
    def differs(self) -> bool:
        return MISSING not in (self.resident, self.student) and self.resident != self.student


@dataclass(frozen=True)
class PairCard:
    """A proposed pair side by side, its numbers masked. ``may_decide``: whether the reader may say yes or no."""

    proposal: ProposedMatch
    may_decide: bool
    tone: str
    reasons: str
    rivals: str
    place: str
    rows: list[Comparison]


def proposals(visible):
    """Proposed pairs, the surest first."""
    ranks = Case(
        *(When(confidence=each, then=Value(rank)) for rank, each in enumerate(CONFIDENCES)),
        output_field=IntegerField(),
    )
    return visible.order_by(ranks, "pk")


def confidence_counts(visible) -> dict[str, int]:
    """The proposals by confidence, and under "" all of them; one query."""
    numbers = dict(visible.order_by().values_list("confidence").annotate(Count("pk")))
    return {"": sum(numbers.values())} | {each.value: numbers.get(each, 0) for each in CONFIDENCES}


def pair_cards(page, *, scope: Scope) -> list[PairCard]:
    """The pairs of a page; three queries whatever their number."""
    rows = list(page.select_related("resident__village", "resident__township", "student"))
    students = {row.student_id for row in rows}
    places, families = places_of(students), _families(students)
    return [
        PairCard(
            row,
            may_decide=scope.may_manage_in(row.resident.township_id),
            tone=TONES[Confidence(row.confidence)],
            reasons="，".join(row.reasons),
            rivals=f"另有{row.rivals}对同样相像，请仔细核对" if row.rivals else "",
            place=places.get(row.student_id, "没有学籍记录"),
            rows=_compared(row, families.get(row.student_id, [])),
        )
        for row in rows
    ]


def _families(students) -> dict[int, list[Guardian]]:
    families: dict[int, list[Guardian]] = {}
    for member in Guardian.objects.filter(student__in=students).order_by("student", "position"):
        families.setdefault(member.student_id, []).append(member)
    return families


def _compared(pair: ProposedMatch, family: list[Guardian]) -> list[Comparison]:
    resident, student = pair.resident, pair.student
    guardian, phone = _named_guardian(resident, family), _shared_phone(resident, student, family)
    return [
        Comparison("姓名", resident.name, student.name),
        Comparison("性别", resident.get_sex_display(), student.get_sex_display()),
        Comparison("出生日期", cdate(resident.birth_date), cdate(student.birth_date)),
        Comparison("身份证件号", masked_number(resident.id_number), _masked(masked_number, student.id_number)),
        Comparison("监护人", resident.guardian_name or MISSING, guardian or MISSING),
        Comparison("联系电话", _masked(masked_phone, resident.phone), _masked(masked_phone, phone)),
    ]


def _masked(mask, number: str | None) -> str:
    return mask(number) if number else MISSING


def _named_guardian(resident: Resident, family: list[Guardian]) -> str:
    """The family member of the resident's guardian's name; else whoever is the guardian, else the first."""
    same = [member for member in family if member.name == resident.guardian_name]
    guardians = [member for member in family if member.is_guardian]
    return next((member.name for member in [*same, *guardians, *family]), "")


def _shared_phone(resident: Resident, student: Student, family: list[Guardian]) -> str:
    """The telephone number that both have, else the first."""
    phones = [phone for phone in [*(member.phone for member in family), student.phone] if phone]
    return next((phone for phone in phones if phone == resident.phone), phones[0] if phones else "")


# ---- places to choose from ---------------------------------------------------------------------


def areas_of(scope: Scope) -> tuple[list[Area], list[Area]]:
    """The townships of a scope, and their villages; two queries."""
    townships = Area.objects.filter(level=Area.Level.TOWNSHIP)
    townships = list(townships if scope.county else townships.filter(pk__in=scope.townships))
    villages = Area.objects.filter(level=Area.Level.VILLAGE, parent__in=townships).select_related("parent")
    return townships, list(villages)

"""户籍儿童: who is registered in the county's villages by the police's list, from newborn to seventeen."""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from casework.demo.acts import at
from casework.demo.names import COMPOUND_SURNAMES, FEMALE, HAN, MALE, adult_name, child_name
from casework.demo.papers import Papers
from casework.demo.plan import COUNTY_NAME, CountyPlan
from casework.demo.staff import USERNAMES
from students.actions.listing import index_residents
from students.actions.residents import confirm_match, match_residents
from students.calendar import DAY
from students.enrolment import EventKind
from students.identity import RESIDENT_ID, check_character
from students.matching import Confidence
from students.models import (
    Area,
    Enrolment,
    EnrolmentEvent,
    Guardian,
    Person,
    ProposedMatch,
    Resident,
    Role,
    SpecialGroup,
    Student,
)
from students.school_age import births_of_ages

LISTED_SINCE = 60  # days: the police's list came in before the sweep
NOT_LISTED = 0.01  # students of the villages who are registered elsewhere
WITH_A_SIBLING = 0.14  # of the children of the list: a brother or sister who is too young for school
OLDER = 0.1  # youths of sixteen and seventeen, a child of the list each
SLIPS = (3, 2)  # numbers with one digit wrong, in the township of the printed log-ins and in the others
UNENROLLED = (5, 4)  # of school age and on no register, likewise
YOUTHS_ARE_AT = (f"{COUNTY_NAME}第一中学", f"{COUNTY_NAME}职业技术学校", "")
SAID_TO_BE_AT = ("", "随父母在外省就读", "", "省城寄宿学校", "")
ORDER_SLIP = 14  # position in an identity number of the digit that is written wrong


class Known(NamedTuple):
    """A student of the registry as the list of residents sees it."""

    pk: int
    name: str
    number: str | None
    sex: str
    born: date
    ethnicity: str
    village: Area
    guardian: str
    phone: str
    school: str
    is_poor: bool


def write_residents(plan: CountyPlan, papers: Papers, rng: Random) -> None:
    """The list of residents, matched with the registry; one proposal has been looked at."""
    known = _known()
    home = [child for child in known if child.village.parent_id == plan.shown_school.township.pk]
    others = [child for child in known if child.village.parent_id != plan.shown_school.township.pk]
    slipped = {child.pk for own, wanted in zip((home, others), SLIPS, strict=True) for child in rng.sample(own, wanted)}
    rows = [_resident(child, papers, child.pk in slipped) for child in known if rng.random() >= NOT_LISTED]
    rows += _too_young(known, plan, papers, rng) + _too_old(known, plan, papers, rng)
    for own, wanted in zip((home, others), UNENROLLED, strict=True):
        rows += _unenrolled(own, wanted, plan, papers, rng)
    index_residents([row.pk for row in Resident.objects.bulk_create(rows, batch_size=2000)])
    officer = Person.objects.get(username=USERNAMES[Role.BUREAU_OFFICER])
    match_residents(by=officer)
    if likely := ProposedMatch.objects.filter(confidence=Confidence.HIGH).order_by("resident").last():
        confirm_match(by=officer, proposal=likely.pk)
    listed = at(plan.span.today - timedelta(days=LISTED_SINCE), 10)
    Resident.objects.exclude(student=None).update(matched_at=listed)


def _known() -> list[Known]:
    """The students registered in a village of the county, in order."""
    villages = {area.code: area for area in Area.objects.filter(level=Area.Level.VILLAGE)}
    firsts = Guardian.objects.filter(position=1).values_list("student", "name", "phone")
    guardians = {student: (name, phone) for student, name, phone in firsts}
    schools = dict(Enrolment.objects.filter(until=None).values_list("student", "school_class__school__name"))
    poor = SpecialGroup.objects.filter(kind=SpecialGroup.Kind.OUT_OF_POVERTY, until=None)
    poor = set(poor.values_list("student", flat=True))
    dead = EnrolmentEvent.objects.effective().filter(kind=EventKind.DECEASE).values("student")
    rows = Student.objects.filter(home_area_code__in=villages).exclude(pk__in=dead).order_by("pk")
    fields = ("pk", "name", "id_number", "sex", "birth_date", "ethnicity", "home_area_code", "id_type")
    return [
        Known(
            pk,
            name,
            number if kind == RESIDENT_ID else None,
            sex,
            born,
            ethnicity,
            villages[code],
            *guardians[pk],
            schools.get(pk, ""),
            pk in poor,
        )
        for pk, name, number, sex, born, ethnicity, code, kind in rows.values_list(*fields)
    ]


def _resident(child: Known, papers: Papers, is_slipped: bool) -> Resident:
    """A student as the police know it: a child whom the registry knows without a number has one after all."""
    number = child.number or papers.identity_number(child.village.code[:6], child.born, child.sex)
    return Resident(
        name=child.name,
        id_number=_slip(number) if is_slipped else number,
        sex=child.sex,
        birth_date=child.born,
        village=child.village,
        township_id=child.village.parent_id,
        guardian_name=child.guardian,
        phone=child.phone,
        is_out_of_poverty=child.is_poor,
        current_school=child.school,
    )


def _slip(number: str) -> str:
    """The number with one digit copied wrong, on paper as sound as the right one."""
    wrong = f"{number[:ORDER_SLIP]}{(int(number[ORDER_SLIP]) + 5) % 10}{number[ORDER_SLIP + 1 : 17]}"
    return wrong + check_character(wrong)


def _too_young(known: list[Known], plan: CountyPlan, papers: Papers, rng: Random) -> list[Resident]:
    """Brothers and sisters who do not go to school yet, at the same home and with the same guardian."""
    first, last = date(plan.span.school_year - 6, 9, 1), plan.span.today - DAY
    return [
        _another(child, _sibling_name(child, sex, rng), sex, _day_between(first, last, rng), papers)
        for child in known
        if child.ethnicity == HAN and child.name[:2] not in COMPOUND_SURNAMES and rng.random() < WITH_A_SIBLING
        for sex in [rng.choice((MALE, FEMALE))]
    ]


def _sibling_name(child: Known, sex: str, rng: Random) -> str:
    named = child_name(rng, sex)
    while named.nationality != HAN:
        named = child_name(rng, sex)
    return child.name[0] + named.full[len(named.family) :]


def _too_old(known: list[Known], plan: CountyPlan, papers: Papers, rng: Random) -> list[Resident]:
    """Youths of sixteen and seventeen, most of them at the next school."""
    today = plan.span.today
    first, last = births_of_ages(today, 16, 17)[0], births_of_ages(today - timedelta(days=LISTED_SINCE), 16, 17)[1]
    rows = []
    for child in rng.sample(known, round(len(known) * OLDER)):
        sex = rng.choice((MALE, FEMALE))
        row = _another(child, child_name(rng, sex).full, sex, _day_between(first, last, rng), papers)
        row.guardian_name, row.phone = adult_name(rng, MALE).full, papers.phone()
        row.current_school = rng.choice(YOUTHS_ARE_AT)
        rows.append(row)
    return rows


def _unenrolled(known: list[Known], wanted: int, plan: CountyPlan, papers: Papers, rng: Random) -> list[Resident]:
    """Children of school age whom no register of the county has; of some it is said where they are."""
    year, rows = plan.span.school_year, []
    for number, neighbour in enumerate(rng.sample(known, wanted)):
        sex = rng.choice((MALE, FEMALE))
        born = _day_between(date(year - 14, 9, 1), date(year - 7, 8, 31), rng)
        row = _another(neighbour, child_name(rng, sex).full, sex, born, papers)
        row.guardian_name, row.phone = adult_name(rng, MALE).full, papers.phone()
        row.is_out_of_poverty, row.current_school = number == 0, SAID_TO_BE_AT[number]
        rows.append(row)
    return rows


def _another(child: Known, name: str, sex: str, born: date, papers: Papers) -> Resident:
    """A child of the same village and guardian who is no student here."""
    return Resident(
        name=name,
        id_number=papers.identity_number(child.village.code[:6], born, sex),
        sex=sex,
        birth_date=born,
        village=child.village,
        township_id=child.village.parent_id,
        guardian_name=child.guardian,
        phone=child.phone,
        is_out_of_poverty=child.is_poor,
    )


def _day_between(first: date, last: date, rng: Random) -> date:
    return first + rng.randrange((last - first).days + 1) * DAY

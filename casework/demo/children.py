"""The children of a school: who they are, their families and the groups they belong to."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from casework.contacts import ContactMethod, ContactOutcome
from casework.demo.names import FEMALE, MALE, Named, adult_name, child_name, father_name
from casework.demo.papers import NEIGHBOURS, Papers
from casework.demo.plan import JUNIOR, ClassPlan, SchoolPlan
from students.enrolment import EventKind
from students.identity import RESIDENT_ID
from students.models import SpecialGroup, Student

Group = SpecialGroup.Kind
UNREGISTERED_FIRST_GRADERS = 0.12  # 待建籍: their 学籍号 takes weeks
GUESTS = 0.01  # 借读
BOARDERS = 0.7  # of a boarding school
A_YEAR_LATE = 0.06
FORMAL, WITHOUT_ID, TEMPORARY, NONE_YET = "G", "J", "L", ""

LEFT_BEHIND = {Group.LEFT_BEHIND_ONE: 0.22, Group.LEFT_BEHIND_BOTH: 0.18}
FREQUENT = {
    Group.OUT_OF_POVERTY: 0.12,
    Group.LOW_INCOME: 0.05,
    Group.SINGLE_PARENT: 0.06,
    Group.IN_NEED: 0.012,
    Group.MIGRANT: 0.02,
    Group.LEARNING_DIFFICULTY: 0.03,
    Group.DISABLED: 0.008,
    Group.UNCARED: 0.003,
    Group.ORPHAN: 0.002,
}
JUNIOR_ONLY = {Group.WAVERING: 0.015, Group.LAW_CASE: 0.001}
DISABILITIES = ("肢体残疾", "听力残疾", "智力残疾", "视力残疾")


class Relative(NamedTuple):
    """A family member; the first one answers for the child."""

    name: str
    relation: str
    phone: str
    is_guardian: bool


class Happening(NamedTuple):
    """An enrolment event to come; ``joined`` is the class entered. ``undone``: recorded by mistake and voided."""

    kind: EventKind
    day: date
    joined: ClassPlan | None = None
    confirmed_on: date | None = None
    note: str = ""
    undone: bool = False


class Act(NamedTuple):
    """A contact that a story tells of: how, what came of it, and what was said."""

    day: date
    method: ContactMethod
    outcome: ContactOutcome
    talk: str


class Excuse(NamedTuple):
    """A leave; ``belated`` where it was approved after the engine had already followed the absence."""

    first: date
    last: date
    kind: str
    belated: bool = False


class Correction(NamedTuple):
    """A change of a register after the engine had followed it; blank = present."""

    day: date
    slot: str
    old: str
    new: str
    reason: str


@dataclass(eq=False)
class Child:
    """A child with everything that will be written of it. ``story`` is the case it stands for, if any."""

    row: Student
    named: Named
    of: ClassPlan
    letter: str = FORMAL
    relatives: list[Relative] = field(default_factory=list)
    groups: dict[str, tuple[str, date]] = field(default_factory=dict)  # kind → detail, since
    happenings: list[Happening] = field(default_factory=list)
    marks: dict[date, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    leaves: list[Excuse] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    habit: dict[str, int | None] = field(default_factory=dict)  # tier → days after the trigger, None = never
    former_number: str = ""
    story: str = ""


def children_of(school: SchoolPlan, papers: Papers, rng: Random) -> list[Child]:
    """All children who are or were in the school's classes, class by class, without any absence yet."""
    return [_child(of, papers, rng) for of in school.classes for _ in range(of.size)]


def _child(of: ClassPlan, papers: Papers, rng: Random) -> Child:
    sex = MALE if rng.random() < 0.53 else FEMALE
    named = child_name(rng, sex)
    admitted_on = date(of.row.cohort, 9, 1)
    village = rng.choice(of.school.villages)
    row = Student(
        id_type=RESIDENT_ID,
        name=named.full,
        sex=sex,
        birth_date=_birth_date(of, rng),
        ethnicity=named.nationality,
        admitted_on=admitted_on,
        standing=Student.Standing.GUEST if rng.random() < GUESTS else Student.Standing.REGISTERED,
        attendance_mode="住校" if of.school.row.is_boarding and rng.random() < BOARDERS else "走读",
        home_area_code=village.code,
        address=f"{of.school.township.name}{village.name}{rng.randint(1, 160)}号",
        extra={"国籍/地区": "中国", "健康状况": "健康或良好", "户口性质": "农业户口"},
    )
    child = Child(row, named, of)
    _join_groups(child, rng)
    if Group.DISABLED in child.groups:
        row.extra["随班就读"] = "是"
    if Group.MIGRANT in child.groups:
        row.home_area_code = f"{rng.choice(NEIGHBOURS)}1{rng.randint(10, 29)}2{rng.randint(10, 49)}"
    row.id_number = papers.identity_number(row.home_area_code[:6], row.birth_date, sex)
    if of.grade == 1 and rng.random() < UNREGISTERED_FIRST_GRADERS:
        child.letter = NONE_YET
    child.relatives = _family(child, papers, rng)
    row.phone = child.relatives[0].phone
    child.happenings.append(Happening(EventKind.ENROL, admitted_on, joined=of))
    return child


def _birth_date(of: ClassPlan, rng: Random) -> date:
    """Six on 31 August of the year of entry, twelve at the junior school; some start a year late."""
    age = 12 if of.grade >= 7 else 6
    oldest = date(of.row.cohort - age - 1, 9, 1)
    return oldest + timedelta(days=rng.randrange(365) - (365 if rng.random() < A_YEAR_LATE else 0))


def _join_groups(child: Child, rng: Random) -> None:
    since = child.row.admitted_on
    chance, below = rng.random(), 0.0
    for kind, share in LEFT_BEHIND.items():
        if below <= chance < below + share:
            child.groups[kind] = ("", since)
        below += share
    for kind, share in FREQUENT.items():
        if rng.random() < share:
            child.groups[kind] = (rng.choice(DISABILITIES) if kind == Group.DISABLED else "", since)
    if child.of.school.part.key == JUNIOR:
        for kind, share in JUNIOR_ONLY.items():
            if rng.random() < share:
                child.groups[kind] = ("", since)
    if Group.MIGRANT in child.groups:  # whoever has come with the parents has not been left behind
        for kind in LEFT_BEHIND:
            child.groups.pop(kind, None)


def _family(child: Child, papers: Papers, rng: Random) -> list[Relative]:
    """Who answers for the child, and a second one to call."""
    groups, named = child.groups, child.named
    father = Relative(father_name(rng, named), "父亲", papers.phone(), True)
    mother = Relative(adult_name(rng, FEMALE, nationality=named.nationality).full, "母亲", papers.phone(), True)
    if groups.keys() & {Group.LEFT_BEHIND_BOTH, Group.ORPHAN, Group.UNCARED}:
        elder = Relative(father_name(rng, named), "祖父", papers.phone(), True)
        if rng.random() < 0.5:
            elder = elder._replace(name=adult_name(rng, FEMALE, nationality=named.nationality).full, relation="祖母")
        if groups.keys() & {Group.ORPHAN, Group.UNCARED}:
            return [elder]
        return [elder, father._replace(is_guardian=False)]
    first, second = (father, mother) if rng.random() < 0.45 else (mother, father)
    if Group.SINGLE_PARENT in groups:
        return [first]
    return [first, second._replace(phone="" if rng.random() < 0.1 else second.phone)]

"""Townships, villages, schools and classes of the county, sized by the number of children."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count, cycle, islice, product

from casework import presets
from casework.demo.papers import COUNTY
from casework.demo.terms import Span
from students.calendar import SchoolDays
from students.models import Area, Person, School, SchoolClass

COUNTY_NAME = "青禾县"
CLASS_SIZE = 45
PRIMARY_SIZE = 600  # children of the county for each primary school, children of other schools included
JUNIOR_SIZE = 3000
TWO_JUNIORS = 1000  # children of the county from which a second, smaller junior school takes transfers
TOWNSHIP_SCHOOLS = 7
FEWEST_CHILDREN = 200  # with fewer, the stories would fill the classes

TOWNSHIPS = ("柳沟镇", "石门镇", "白杨乡", "红崖乡")
VILLAGES = (
    "上柳", "下柳", "柳沟口", "马家湾", "杨树坪", "石门", "后石", "大坪", "何家庄", "白杨", "前白杨", "杏树湾",
    "红崖", "崖头", "单家川",
)  # fmt: skip
TOWNSHIP_PARTS = ("青榆松桦杏梨桃枣麦谷粟黍", "川岭湾岔峪塬滩坡")
VILLAGE_PARTS = ("上下前后东西南北新老大小", "王李张刘陈杨马赵黄周", ("家庄", "家湾", "家坪", "家沟", "家川"))


@dataclass(frozen=True)
class Part:
    """What a school plays in the county: its share of the children in primary grades, its rules and its grades."""

    key: str
    share: float
    kind: School.Kind = School.Kind.PRIMARY
    rules: str = presets.DEFAULT
    grades: tuple[int, ...] = (1, 2, 3, 4, 5, 6)


CENTRAL, STRICT, THREE_DAY, VILLAGE, POINT, JUNIOR = "central", "strict", "three_day", "village", "point", "junior"
PRIMARIES = (
    Part(CENTRAL, 0.33),
    Part(STRICT, 0.27, rules="strict"),
    Part(THREE_DAY, 0.22, rules="three_day"),
    Part(VILLAGE, 0.155),
    Part(POINT, 0.025, School.Kind.TEACHING_POINT, grades=(1, 2, 3)),
)
JUNIORS = Part(JUNIOR, 1.0, School.Kind.JUNIOR, grades=(7, 8, 9))


@dataclass(eq=False)
class ClassPlan:
    """A class, its school days so far and its registers: day → slots taken.

    ``care`` (0–1) says how reliably its 班主任 answers duties. ``is_shown`` marks the class of the printed log-in: its
    register of today has not been taken.
    """

    row: SchoolClass
    school: "SchoolPlan"
    grade: int
    size: int
    takes_today: bool
    is_shown: bool = False
    care: float = 0.9
    days: Sequence[date] = ()
    school_days: SchoolDays | None = None
    registers: dict[date, tuple[str, ...]] = field(default_factory=dict)
    roll_calls: dict[tuple[date, str], int] = field(default_factory=dict)
    teacher: Person | None = None
    stories: int = 0

    @property
    def taken(self) -> list[date]:
        """The days with a register, in order."""
        return [day for day in self.days if self.registers[day]]


@dataclass(eq=False)
class SchoolPlan:
    """A school with its classes, the villages its children come from, and its staff."""

    row: School
    part: Part
    township: Area
    villages: list[Area]
    classes: list[ClassPlan] = field(default_factory=list)
    principal: Person | None = None
    deputy: Person | None = None
    clerk: Person | None = None
    teachers: list[Person] = field(default_factory=list)


@dataclass(eq=False)
class CountyPlan:
    """The whole county before its children come."""

    span: Span
    townships: list[Area]
    schools: list[SchoolPlan]

    @property
    def shown_school(self) -> SchoolPlan:
        """The school of the printed log-ins: the first junior school, where most dropouts happen."""
        return next(school for school in self.schools if school.part.key == JUNIOR)

    @property
    def shown_class(self) -> ClassPlan:
        return next(of for of in self.shown_school.classes if of.is_shown)


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """``total`` split by ``weights`` into whole numbers that add up to it (largest remainders)."""
    exact = [total * weight / sum(weights) for weight in weights]
    result = [int(number) for number in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: result[i] - exact[i])
    for position in by_remainder[: total - sum(result)]:
        result[position] += 1
    return result


def lay_out(*, students: int, span: Span) -> CountyPlan:
    """Make areas, schools with their rule sets, and classes for exactly ``students`` children."""
    juniors = round(students / JUNIOR_SIZE)
    weights = [1] * juniors if juniors > 1 else [3, 1] if students >= TWO_JUNIORS else [1]
    parts = list(islice(cycle(PRIMARIES), max(3, round(students / PRIMARY_SIZE))))
    sizes = shares(students - students // 3, [part.share for part in parts]) + shares(students // 3, weights)
    parts += [JUNIORS] * len(weights)
    townships = _townships(len(parts))
    villages = _villages(townships, len(parts))
    plan = CountyPlan(span, townships, _schools(parts, townships, villages))
    for school, size in zip(plan.schools, sizes, strict=True):
        school.classes = _classes(school, size, span.school_year)
    # In the middle year of the junior school: nobody is new there, and nobody is taking the final examination.
    shown = next(of for of in plan.shown_school.classes if of.grade == 8)
    shown.is_shown, shown.takes_today = True, False
    SchoolClass.objects.bulk_create([of.row for school in plan.schools for of in school.classes])
    return plan


def _townships(schools: int) -> list[Area]:
    county = Area.objects.create(code=f"{COUNTY}000000", name=COUNTY_NAME, level=Area.Level.COUNTY)
    further = (f"{first}{second}乡" for second, first in product(TOWNSHIP_PARTS[1], TOWNSHIP_PARTS[0]))
    names = [*TOWNSHIPS, *islice(further, max(0, -(-schools // TOWNSHIP_SCHOOLS) - len(TOWNSHIPS)))]
    return Area.objects.bulk_create(
        Area(code=f"{COUNTY}{100 + number}000", name=name, level=Area.Level.TOWNSHIP, parent=county)
        for number, name in enumerate(names)
    )


def _villages(townships: list[Area], schools: int) -> dict[int, list[Area]]:
    """Township id → its villages; five for two schools."""
    further = ("".join(parts) for parts in product(*VILLAGE_PARTS))
    names = [*VILLAGES, *islice(further, max(0, schools // 2 * 5 - len(VILLAGES)))]
    result: dict[int, list[Area]] = {township.pk: [] for township in townships}
    for number, name in enumerate(names):
        township = townships[number * len(townships) // len(names)]
        own = result[township.pk]
        code = f"{township.code[:9]}{201 + len(own)}"
        own.append(Area(code=code, name=f"{name}村", level=Area.Level.VILLAGE, parent=township))
    Area.objects.bulk_create(village for own in result.values() for village in own)
    return result


def _schools(parts: list[Part], townships: list[Area], villages: dict[int, list[Area]]) -> list[SchoolPlan]:
    result, serial = [], count(1)
    for position, part in enumerate(parts):
        township = townships[position % len(townships)] if part is not JUNIORS else townships[0]
        own = villages[township.pk]
        name = _school_name(part, township, own[position // len(townships) % len(own)], position, parts)
        row = School(
            code=f"{3 if part is JUNIORS else 2}166{next(serial):06d}",
            name=name,
            kind=part.kind,
            township=township,
            is_boarding=part is JUNIORS,
            slots="AM,PM,EV" if part is JUNIORS else "AM,PM",
        )
        result.append(SchoolPlan(row, part, township, own))
    School.objects.bulk_create(school.row for school in result)
    for school in result:
        if school.part.rules != presets.DEFAULT:  # the county itself has adopted the default
            presets.adopt(code=school.part.rules, school=school.row, starts_on=presets.ALWAYS, by=None)
    return result


def _school_name(part: Part, township: Area, village: Area, position: int, parts: list[Part]) -> str:
    number = parts[: position + 1].count(part)
    numeral = "一二三四五六七八九"[number - 1] if number < 10 else str(number)
    place = f"{township.name}{village.name}"
    return {
        JUNIOR: f"{COUNTY_NAME}第{numeral}初级中学",
        CENTRAL: f"{township.name}中心小学" if number == 1 else f"{COUNTY_NAME}第{numeral}小学",
        POINT: f"{place}教学点",
    }.get(part.key, f"{place}小学")


def _classes(school: SchoolPlan, size: int, year: int) -> list[ClassPlan]:
    result: list[ClassPlan] = []
    stage = SchoolClass.Stage.JUNIOR if school.part is JUNIORS else SchoolClass.Stage.PRIMARY
    for grade, children in zip(school.part.grades, shares(size, [1] * len(school.part.grades)), strict=True):
        cohort = year - (grade - SchoolClass.FIRST_GRADE[stage])
        # A junior school is never so small that nobody can change class.
        classes = max(2 if school.part is JUNIORS else 1, round(children / CLASS_SIZE))
        for number, own in enumerate(shares(children, [1] * classes), start=1):
            row = SchoolClass(
                school=school.row,
                number=f"{cohort}{number:02d}",
                name=f"{cohort}级{number}班",
                stage=stage,
                cohort=cohort,
            )
            result.append(ClassPlan(row, school, grade, own, takes_today=len(result) % 3 != 1))
    return result

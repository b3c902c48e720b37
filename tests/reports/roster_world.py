"""A small county at random: children with histories, groups and homes; and who belongs on a roster, told plainly."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from students.access import Scope
from students.enrolment import Event as PlainEvent
from students.enrolment import EventKind, places
from students.models import (
    Area,
    Campaign,
    Enrolment,
    EnrolmentEvent,
    Finding,
    FindingStep,
    FormerStanding,
    Resident,
    SpecialGroup,
    Student,
)
from tests import cast

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
GROUPS = list(SpecialGroup.Kind)
FOUND = ["elsewhere", "deceased", "not_resident", "visited"]
NEEDY = {"in_need", "low_income", "disabled", "orphan", "uncared"}


@dataclass
class Plain:
    """A child as the test knows it."""

    name: str
    born: date
    events: list[tuple[date, str, int | None]] = field(default_factory=list)  # day, kind, school
    groups: list[tuple[str, date, date | None]] = field(default_factory=list)
    home_taught: bool = False
    changed_on: date | None = None  # until when it was the other way round: 送教上门 or 在籍
    in_regular_class: bool = False
    resident_of: int | None = None  # township
    poor: bool = False
    found: list[tuple[date, str]] = field(default_factory=list)

    def age(self, day):
        """Counted birthday by birthday; who is born on 29 February has it on 1 March where there is none."""
        years = -1
        for year in range(self.born.year, day.year + 1):
            try:
                birthday = self.born.replace(year=year)
            except ValueError:
                birthday = date(year, 3, 1)
            years += birthday <= day
        return years

    def is_home_taught(self, day):
        return self.home_taught != (self.changed_on is not None and day < self.changed_on)

    def stands(self, day):
        """(standing, school) after the last event by ``day``."""
        standing, school = None, None
        for on, kind, joined in self.events:
            if on > day:
                break
            school = joined or school
            standing = {"drop_out": "dropped_out", "transfer_out": None, "decease": "dead", "suspend": "suspended"}.get(
                kind, "attending"
            )
        return standing, school

    def in_group(self, kinds, day):
        return any(
            kind in kinds and since <= day and not (until and until <= day) for kind, since, until in self.groups
        )

    def belongs(self, code, day):
        """Whether the child is on the roster of the whole county."""
        standing, _ = self.stands(day)
        held = standing in ("attending", "suspended", "dropped_out")
        found = [state for on, state in sorted(self.found, key=lambda step: step[0]) if on <= day]
        lives_here = (
            self.resident_of is not None
            and self.born <= day
            and standing != "dead"
            and not (found and found[-1] in ("deceased", "not_resident"))
        )
        if not (held or lives_here):
            return False
        age = self.age(day)
        september = date(day.year if day >= date(day.year, 9, 1) else day.year - 1, 8, 31)
        return {
            "children": 0 <= age <= 17,
            "in_need": 0 <= age <= 17 and self.in_group(NEEDY, day),
            "left_behind": 6 <= age <= 15 and self.in_group({"left_behind_one", "left_behind_both"}, day),
            "dropped_out_6_15": 6 <= age <= 15 and standing == "dropped_out",
            "dropped_out": standing == "dropped_out",
            "out_of_poverty": held and (self.in_group({"out_of_poverty"}, day) or self.poor),
            "taught_apart": held
            and (self.is_home_taught(day) or self.in_regular_class or self.in_group({"home_taught"}, day)),
            "disabled": self.age(september) >= 6 and age <= 15 and self.in_group({"disabled"}, day),
            "school_age": self.age(september) >= 6 and age <= 15,
        }[code]


@dataclass
class World:
    children: list[Plain]
    townships: list[Area]
    schools: list
    town_of: dict[int, int]

    def on(self, code, day):
        return sorted(child.name for child in self.children if child.belongs(code, day))

    def seen_by(self, scope: Scope, code, day):
        """Those on the roster who are in a school of the scope that day, or live in a township of it."""
        seen = []
        for child in self.children:
            standing, school = child.stands(day)
            here = standing in ("attending", "suspended", "dropped_out") and (
                school in scope.schools or self.town_of[school] in scope.townships
            )
            found = [state for on, state in sorted(child.found, key=lambda step: step[0]) if on <= day]
            at_home = child.resident_of in scope.townships and not (found and found[-1] in ("deceased", "not_resident"))
            if child.belongs(code, day) and (here or at_home):
                seen.append(child.name)
        return sorted(seen)


def random_world(seed: int, number: int = 40) -> World:
    random = Random(seed)
    townships = [cast.township(name) for name in ("东坪镇", "西岭镇")]
    villages = [
        Area.objects.create(code=f"{town.code[:9]}001", name=f"{town.name}一村", level="village", parent=town)
        for town in townships
    ]
    schools = [cast.school(f"第{i}小学", township=townships[i % 2]) for i in range(3)]
    classes = {school.pk: cast.school_class(school) for school in schools}
    campaign = Campaign.objects.create(
        season="autumn",
        year=2024,
        as_of=FIRST,
        due_on=LAST,
        opened_at=timezone.now(),
        opened_by=cast.person(),
    )
    children = [_child(random, f"孩{index}", schools, townships) for index in range(number)]
    for child in children:
        _write(child, random, classes, dict(zip([town.pk for town in townships], villages, strict=True)), campaign)
    return World(children, townships, schools, {school.pk: school.township_id for school in schools})


def _day(random):
    return FIRST + timedelta(days=random.randrange((LAST - FIRST).days))


def _child(random, name, schools, townships) -> Plain:
    born = random.choice([date(2012, 2, 29), date(2020, 8, 31), date(2020, 9, 1), date(2008, 2, 29)])
    if random.random() < 0.8:
        born = date(2007, 1, 1) + timedelta(days=random.randrange(365 * 17))
    child = Plain(name, born, poor=random.random() < 0.3)
    if random.random() < 0.7:
        child.resident_of = random.choice(townships).pk
    if child.resident_of is None or random.random() < 0.8:
        days = sorted(_day(random) for _ in range(4))
        story = random.choice(
            [
                "enrol",
                "enrol drop_out",
                "enrol drop_out return",
                "enrol transfer_out",
                "enrol decease",
                "enrol suspend drop_out",
                "enrol transfer_out transfer_in drop_out",
            ]
        ).split()
        for day, kind in zip(days, story, strict=False):
            joins = kind in ("enrol", "transfer_in")
            child.events.append((day, kind, random.choice(schools).pk if joins else None))
        child.home_taught = random.random() < 0.1
        child.changed_on = _day(random) if random.random() < 0.2 else None
        child.in_regular_class = random.random() < 0.1
        for kind in random.sample(GROUPS, 4):
            since = _day(random)
            child.groups.append((kind, since, random.choice([None, since, since + timedelta(days=200)])))
    elif random.random() < 0.5:
        child.found = [(_day(random), random.choice(FOUND)) for _ in range(2)]
    return child


def _write(child: Plain, random, classes, villages, campaign) -> None:
    student = None
    if child.events:
        student = Student.objects.create(
            student_number=f"L{random.randrange(10**18):018d}",
            name=child.name,
            sex="女",
            birth_date=child.born,
            id_type="其他",
            admitted_on=child.events[0][0],
            standing="home_taught" if child.home_taught else "registered",
            extra={"随班就读": "是" if child.in_regular_class else "否"},
        )
        if child.changed_on:
            before = "registered" if child.home_taught else "home_taught"
            FormerStanding.objects.create(
                student=student, standing=before, until=child.changed_on, replaced_at=timezone.now()
            )
        _write_history(child, student, classes)
        for kind, since, until in child.groups:
            SpecialGroup.objects.create(student=student, kind=kind, since=since, until=until)
    if child.resident_of is None:
        child.poor = False
        return
    resident = Resident.objects.create(
        name=child.name,
        id_number=f"R{random.randrange(10**16)}",
        sex="女",
        birth_date=child.born,
        village=villages[child.resident_of],
        township_id=child.resident_of,
        is_out_of_poverty=child.poor,
        student=student,
        match="id" if student else "",
        matched_at=timezone.now() if student else None,
    )
    if child.found:
        finding = Finding.objects.create(
            campaign=campaign, list="not_enrolled", resident=resident, township_id=child.resident_of
        )
        for day, state in child.found:
            FindingStep.objects.create(
                finding=finding,
                state=state,
                happened_on=day,
                recorded_at=timezone.now(),
                recorded_by=campaign.opened_by,
            )


def _write_history(child: Plain, student, classes) -> None:
    plain = []
    for order, (day, kind, school) in enumerate(child.events):
        joined = classes[school] if school else None
        EnrolmentEvent.objects.create(
            student=student, kind=kind, happened_on=day, order=order, school_class=joined, recorded_at=timezone.now()
        )
        plain.append(PlainEvent(day, order, EventKind(kind), joined and joined.pk))
    schools = {school_class.pk: school for school, school_class in classes.items()}
    for place in places(plain, school_of=schools):
        Enrolment.objects.create(
            student=student,
            school_class_id=place.school_class,
            standing=place.standing,
            since=place.since,
            until=place.until,
            spell=place.spell,
        )

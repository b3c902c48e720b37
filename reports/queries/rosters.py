"""名册与台账 (domain.md §9): which children stand on each roster as of a day, and where each of them was then.

A roster joins two lists: the children whom the registry held that day 在籍, by school, class and class list; and the
registered residents 户籍儿童 whom it did not, by village. Both are asked as of the day, so a roster of last March
reads today as it did then, but for corrections made since.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.functional import cached_property

from reports.queries.roster_rows import RosterRow, enrolled_rows, resident_rows
from students.access import Scope
from students.enrolment import EventKind, Standing
from students.models import (
    Enrolment,
    EnrolmentEvent,
    Finding,
    FindingStep,
    Resident,
    School,
    SpecialGroup,
    Student,
    standing_on,
)
from students.policy import Policy
from students.queries.policy import policy_of
from students.school_age import births_of_ages, school_age_births

CHUNK = 2000  # rows of a long roster built at a time
Group = SpecialGroup.Kind
LEFT_BEHIND = frozenset({Group.LEFT_BEHIND_ONE, Group.LEFT_BEHIND_BOTH})
# 国发〔2016〕36号: in need by poverty, by disability, or because nobody who should looks after the child.
IN_NEED = frozenset({Group.IN_NEED, Group.LOW_INCOME, Group.DISABLED, Group.ORPHAN, Group.UNCARED})
NOT_OF_THE_AREA = (Finding.State.DECEASED, Finding.State.NOT_RESIDENT)
BY_CLASS = ("school_class__school__code", "school_class__number", F("student__list_position").asc(nulls_last=True))
BY_VILLAGE = ("village__code", "birth_date", "pk")


@dataclass(frozen=True)
class Roster:
    """A roster or ledger: what it is called and who stands on it.

    ``ages``: full years on the day, both included; ``of_school_age``: 适龄 instead. ``groups``: one of them in force on
    the day. ``residents``: children without an enrolment as well. ``extra``: the columns beside the usual ones.
    """

    code: str
    title: str
    meaning: str
    ages: tuple[int, int] | None = None
    of_school_age: bool = False
    groups: frozenset[str] = frozenset()
    standing: str = ""
    out_of_poverty: bool = False
    taught_apart: bool = False
    suspected: bool = False
    residents: bool = False
    extra: tuple[str, ...] = ("state",)

    @property
    def has_entry_rate(self) -> bool:
        """Whether 入学率 is taken of those who stand on it: of all children of school age, not of some."""
        return self.of_school_age and not self.groups


ROSTERS = {
    roster.code: roster
    for roster in (
        Roster(
            "children",
            "0—17周岁适龄儿童少年花名册",
            "当日满0至17周岁的户籍儿童，加上当日在籍的0至17周岁学生；同一人只列一次。",
            ages=(0, 17),
            residents=True,
        ),
        Roster(
            "in_need",
            "0—17周岁困境儿童花名册",
            "当日满0至17周岁，且当日登记为困境儿童、低保、残疾、孤儿或事实无人抚养之一的儿童少年"
            "（国发〔2016〕36号的范围）。类别只在学籍中登记。",
            ages=(0, 17),
            groups=IN_NEED,
            residents=True,
            extra=("state", "groups"),
        ),
        Roster(
            "left_behind",
            "6—15周岁留守儿童花名册",
            "当日满6至15周岁，且当日登记为单亲留守或双亲留守的儿童少年。",
            ages=(6, 15),
            groups=LEFT_BEHIND,
            residents=True,
            extra=("state", "groups"),
        ),
        Roster(
            "dropped_out_6_15",
            "6—15周岁辍学儿童少年花名册",
            "当日满6至15周岁，已认定辍学、到当日还没有劝返复学的学生。",
            ages=(6, 15),
            standing=Standing.DROPPED_OUT,
            extra=("since",),
        ),
        Roster(
            "out_of_poverty",
            "脱贫家庭学生花名册",
            "当日在籍，且当日登记为脱贫户，或对应的户籍儿童注明脱贫户的学生，不限年龄。",
            out_of_poverty=True,
            extra=("state", "groups"),
        ),
        Roster(
            "taught_apart",
            "随班就读和送教上门学生花名册",
            "当日在籍，学籍登记随班就读，或就读身份为送教上门，或当日登记为送教上门的学生。",
            taught_apart=True,
            extra=("state", "apart"),
        ),
        Roster(
            "disabled",
            "适龄残疾儿童少年花名册",
            "当日适龄，且当日登记为残疾的户籍儿童和在籍学生，同一人只列一次，写明在哪里就读。",
            of_school_age=True,
            groups=frozenset({Group.DISABLED}),
            residents=True,
            extra=("state", "apart"),
        ),
        Roster(
            "school_age",
            "适龄儿童少年台账",
            "当日适龄的户籍儿童和在籍学生，同一人只列一次，写明在哪里就读。适龄：到本学年开始前的8月31日满入学年龄，"
            "当日没有超过县级规定的周岁。",
            of_school_age=True,
            residents=True,
        ),
        Roster(
            "suspected",
            "疑似辍学台账",
            "当日在校、连续缺课达到县级规定天数还没有返校的学生。缺课天数数到当日，请假和未点名的日子不算；"
            "事后补批的请假和更正的考勤按更正后的计算。",
            suspected=True,
            extra=("run_start", "run_days", "unknown_days"),
        ),
        Roster(
            "dropped_out",
            "辍学台账",
            "已认定辍学、到当日还没有劝返复学的学生，不限年龄和学年。辍学后转出、死亡或出国的不再列入。",
            standing=Standing.DROPPED_OUT,
            extra=("since",),
        ),
    )
}


@dataclass(frozen=True)
class Wanted:
    """Whose roster and of which day. ``school`` and ``township`` narrow it down, ``q`` looks for a child.

    ``runs``: the open runs of the children who count as suspected, where the roster asks for them.
    """

    as_of: date
    scope: Scope
    school: School | None = None
    township: int | None = None
    q: str = ""
    runs: Mapping = field(default_factory=dict)

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.as_of)

    @property
    def enrolled(self) -> QuerySet[Enrolment]:
        """在籍 on the day, within the scope."""
        held = Enrolment.objects.on(self.as_of).visible_to(self.scope)
        if self.school:
            held = held.filter(school_class__school=self.school)
        if self.township:
            held = held.filter(school_class__school__township=self.township)
        return held.filter(student__in=Student.objects.search(self.q)) if self.q else held

    @property
    def residents(self) -> QuerySet[Resident]:
        """The residents in the scope whom the registry does not hold there; a school has no residents of its own."""
        here = Enrolment.objects.on(self.as_of).visible_to(self.scope).order_by()
        # First, as it leaves few of them to look closer at.
        strangers = Resident.objects.visible_to(self.scope).exclude(Exists(here.filter(student=OuterRef("student"))))
        found = living(strangers, self.as_of)
        if self.school:
            return found.none()
        if self.township:
            found = found.filter(township=self.township)
        return found.filter(Q(name__startswith=self.q) | Q(id_number__endswith=self.q.upper())) if self.q else found


def living(residents: QuerySet[Resident], day: date) -> QuerySet[Resident]:
    """Of these 户籍儿童 those born by ``day``, without whoever is known to be dead, moved away or entered twice.

    ``place``: the enrolment of the day, anywhere; ``last_event``: what the registry said last; ``found``: what the
    sweeps had found out by then.
    """
    mine = {"student": OuterRef("student")}
    place = Enrolment.objects.on(day).filter(**mine).order_by().values("pk")
    events = EnrolmentEvent.objects.effective().filter(**mine, happened_on__lte=day).order_by("-happened_on", "-order")
    return (
        residents.filter(birth_date__lte=day)
        .annotate(place=Subquery(place[:1]), last_event=Subquery(events.values("kind")[:1]), found=found_by(day))
        .exclude(Exists(events.filter(kind=EventKind.DECEASE)))  # after which nothing follows
        .exclude(was_found(NOT_OF_THE_AREA))
    )


def found_by(day: date) -> Coalesce:
    """The state that a sweep found a resident in last, by ``day``; "" where none did."""
    steps = FindingStep.objects.filter(finding__resident=OuterRef("pk"), happened_on__lte=day)
    return Coalesce(Subquery(steps.order_by("-happened_on", "-pk").values("state")[:1]), Value(""))


def was_found(states: Collection[str]) -> Q:
    """Whether ``found`` is one of these; the few that ever were are picked out first, which spares the others."""
    ever = FindingStep.objects.filter(state__in=states, finding__resident__isnull=False).order_by()
    return Q(pk__in=ever.values("finding__resident")) & Q(found__in=states)


def in_force(kinds: Iterable[str], day: date) -> Q:
    """Children who belong to one of these special groups on ``day``; found once for all who are asked about."""
    rows = SpecialGroup.objects.on(day).filter(kind__in=kinds)
    return Q(student__in=rows.order_by().values("student"))


class RosterList:
    """The rows of a roster in order, counted and cut into pages by the database."""

    def __init__(self, roster: Roster, wanted: Wanted):
        self.roster, self.wanted = roster, wanted
        enrolled = wanted.enrolled.filter(self.among_enrolled)
        enrolled = enrolled.annotate(entitlement=standing_on(wanted.as_of, "student"))
        self.enrolled = enrolled.select_related("student", "school_class__school").order_by(*BY_CLASS, "student")
        self.residents = wanted.residents.filter(self.among_residents).order_by(*BY_VILLAGE)

    @property
    def among_enrolled(self) -> Q:
        """Which of the enrolments of the day stand on the roster."""
        standing = {"standing": self.roster.standing} if self.roster.standing else {}
        return Q(**standing) & self._conditions("student__birth_date")

    @property
    def among_residents(self) -> Q:
        """Which of the residents without one in the reader's registry do."""
        condition, roster = self._conditions("birth_date"), self.roster
        if roster.residents:
            return condition
        if self.wanted.scope.county:  # which looks everywhere
            return Q(pk__in=[])
        elsewhere = Enrolment.objects.on(self.wanted.as_of).filter(student=OuterRef("student"))
        return condition & Q(Exists(elsewhere.filter(standing=roster.standing) if roster.standing else elsewhere))

    def _conditions(self, birth_date: str) -> Q:
        """What makes a child stand on the roster; holds for an enrolment as for a resident, by its ``student``."""
        roster, wanted = self.roster, self.wanted
        condition = Q()
        if births := self._births():
            condition &= Q(**{f"{birth_date}__range": births})
        if roster.groups:
            condition &= in_force(roster.groups, wanted.as_of)
        if roster.out_of_poverty:
            noted = Resident.objects.filter(student__isnull=False, is_out_of_poverty=True).order_by()
            condition &= in_force({Group.OUT_OF_POVERTY}, wanted.as_of) | Q(student__in=noted.values("student"))
        if roster.taught_apart:
            condition &= (
                Q(Exact(standing_on(wanted.as_of, "student"), Student.Standing.HOME_TAUGHT))
                | in_force({Group.HOME_TAUGHT}, wanted.as_of)
                | Q(student__extra__随班就读="是")
            )
        if roster.suspected:
            condition &= Q(student__in=list(wanted.runs))
        return condition

    def _births(self) -> tuple[date, date] | None:
        if self.roster.of_school_age:
            policy = self.wanted.policy
            return school_age_births(self.wanted.as_of, entry_age=policy.entry_age, last_age=policy.last_age)
        return births_of_ages(self.wanted.as_of, *self.roster.ages) if self.roster.ages else None

    @cached_property
    def enrolled_count(self) -> int:
        return self.enrolled.order_by().aggregate(n=Count("pk"))["n"]

    @cached_property
    def resident_count(self) -> int:
        return self.residents.order_by().aggregate(n=Count("pk"))["n"]

    def count(self) -> int:
        return self.enrolled_count + self.resident_count

    def __getitem__(self, cut: slice) -> list[RosterRow]:
        """A page of rows: the end of one list and the beginning of the other where it holds both."""
        split = self.enrolled_count
        start, stop = cut.start or 0, cut.stop
        rows = enrolled_rows(_cut(self.enrolled, start, stop), self.wanted) if start < split else []
        if stop > split:
            rows += resident_rows(_cut(self.residents, max(start - split, 0), stop - split), self.wanted)
        return [row.numbered(number) for number, row in enumerate(rows, start=start + 1)]

    def __iter__(self) -> Iterator[RosterRow]:
        """All rows, a chunk in memory at a time."""
        number = 0
        for queryset, build in ((self.enrolled, enrolled_rows), (self.residents, resident_rows)):
            found = queryset.iterator(chunk_size=CHUNK)
            while chunk := list(islice(found, CHUNK)):
                for row in build(chunk, self.wanted):
                    number += 1
                    yield row.numbered(number)


def _cut(rows: QuerySet, start: int, stop: int) -> list:
    """A page of ``rows``: the whole list is sorted without what only a page shows."""
    return list(rows.filter(pk__in=list(rows.values_list("pk", flat=True)[start:stop])))


def counts(lists: Collection[RosterList]) -> dict[str, int]:
    """Roster → how many stand on it, of rosters of one reader and day; two queries, each over its children once."""
    wanted = next(iter(lists)).wanted
    enrolled = wanted.enrolled.order_by().aggregate(
        **{each.roster.code: Count("pk", filter=each.among_enrolled) for each in lists}
    )
    residents = wanted.residents.order_by().aggregate(
        **{each.roster.code: Count("pk", filter=each.among_residents) for each in lists}
    )
    return {code: number + residents[code] for code, number in enrolled.items()}

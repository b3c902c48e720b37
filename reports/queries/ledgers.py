"""The tables of rosters and ledgers: their columns, the definitions printed under them, and 入学率 by place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from casework.queries.suspected import suspected_runs
from reports.queries.rosters import ROSTERS, Roster, RosterList, Wanted, living, was_found
from reports.tables import Column, Kind, Table, number_column, phone_column, searched
from students.access import WHOLE_COUNTY, Scope
from students.enrolment import EventKind, Standing
from students.metrics import ENTRY_RATE, Rate
from students.models import Area, Enrolment, EnrolmentEvent, Finding, Resident, School, Student
from students.queries.policy import policy_of
from students.queries.unaccounted import finished, last_events
from students.school_age import school_age_births

SIGNATURES = ("填报人", "审核人", "单位负责人")
AS_OF_NOTE = "周岁、在籍、状态和特殊群体都按截止日期当日计算；户籍儿童以现有户籍表为准。"
NO_LONGER_DUE = (Finding.State.GRADUATED, Finding.State.ABROAD)
FOUND_IN_SCHOOL = (Finding.State.ELSEWHERE, Finding.State.SPECIAL_SCHOOL, Finding.State.HOME_TAUGHT)

STUDENT, PLACE, FAMILY = "学生", "学校", "家庭"  # the heads over the columns
RUN = attrgetter("run")
EXTRA = {
    "state": Column("state", "状态", Kind.TEXT, 6, attrgetter("state")),
    "groups": Column("groups", "特殊群体", Kind.TEXT, 8, attrgetter("groups")),
    "apart": Column("apart", "方式", Kind.TEXT, 6, attrgetter("apart")),
    "since": Column("since", "辍学日期", Kind.DATE, 7.5, attrgetter("since")),
    "run_start": Column("run_start", "缺课开始", Kind.DATE, 7.5, lambda row: RUN(row).started_on),
    "run_days": Column("run_days", "缺课天数", Kind.INTEGER, 2.5, lambda row: RUN(row).days),
    "unknown_days": Column(
        "unknown_days",
        "未点名天数",
        Kind.INTEGER,
        3.5,
        lambda row: RUN(row).unknown_days,
        note="同一段时间里没有点名的上课日数，不计入缺课天数。",
    ),
}


def columns_of(roster: Roster, *, reveal: bool) -> tuple[Column, ...]:
    """The usual columns and those of the roster; those of the child, the school and the family stand together."""
    return (
        Column("number", "序号", Kind.INTEGER, 2.5, attrgetter("number")),
        Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
        Column("sex", "性别", Kind.TEXT, 2.5, attrgetter("sex"), group=STUDENT),
        Column("birth_date", "出生日期", Kind.DATE, 7.5, attrgetter("birth_date"), group=STUDENT),
        Column("age", "周岁", Kind.INTEGER, 2.5, attrgetter("age"), group=STUDENT),
        number_column("student", "学籍号或证件号", 11, attrgetter("code"), reveal=reveal, group=STUDENT),
        Column("school", "就读学校", Kind.TEXT, 9, attrgetter("school_code"), attrgetter("school"), group=PLACE),
        Column("class", "班级", Kind.TEXT, 5.5, attrgetter("school_class"), group=PLACE),
        *(replace(EXTRA[name], group=_extra_group(roster)) for name in roster.extra),
        Column("village", "户籍村", Kind.TEXT, 5, attrgetter("village"), group=FAMILY),
        Column("guardian", "监护人", Kind.TEXT, 4.5, attrgetter("guardian"), group=FAMILY),
        phone_column("phone", "联系电话", 6.5, attrgetter("phone"), reveal=reveal, group=FAMILY),
    )


def _extra_group(roster: Roster) -> str:
    """The head that the columns of a roster share, where it has several."""
    if len(roster.extra) == 1:
        return ""
    return "缺课" if roster.suspected else "情况"


def wanted_of(roster: Roster, *, as_of: date, scope: Scope, **narrowed) -> Wanted:
    """Whose roster and of which day; the open runs are looked up only where the roster asks for them."""
    runs = suspected_runs(as_of, students=_near(scope, as_of)) if roster.suspected else {}
    return Wanted(as_of=as_of, scope=scope, runs=runs, **narrowed)


def _near(scope: Scope, as_of: date) -> QuerySet[Student] | None:
    """Who was in a class of the scope that day, or lives in it; None for the whole county."""
    if scope.county:
        return None
    here = Enrolment.objects.on(as_of).visible_to(scope).order_by().values("student")
    at_home = Resident.objects.visible_to(scope).exclude(student=None).order_by().values("student")
    return Student.objects.filter(Q(pk__in=here) | Q(pk__in=at_home))


def roster_table(roster: Roster, wanted: Wanted, *, unit_name: str, reveal: bool) -> Table:
    """A roster as the form that the bureau knows, row by row. ``unit_name``: 填报单位."""
    listed = RosterList(roster, wanted)
    narrowed = [wanted.school.name] if wanted.school and wanted.school.name != unit_name else []
    if wanted.township:
        narrowed.append(Area.objects.get(pk=wanted.township).name)
    return Table(
        title=roster.title,
        columns=columns_of(roster, reveal=reveal),
        rows=lambda: iter(listed),
        count=listed.count(),
        unit="人",
        as_of=wanted.as_of,
        unit_name=unit_name,
        filters=(*narrowed, *searched(wanted.q)),
        notes=notes_of(roster, wanted),
        signatures=SIGNATURES,
        fixed_columns=2,
    )


def notes_of(roster: Roster, wanted: Wanted) -> tuple[str, ...]:
    """The definitions printed under a roster, with the county's numbers in force on its day."""
    policy = wanted.policy
    notes = [f"{roster.title}：{roster.meaning}"]
    if roster.of_school_age:
        notes.append(f"按县级规定，入学年龄为{policy.entry_age}周岁，到满{policy.last_age}周岁为止。")
    if roster.suspected:
        notes.append(f"按县级规定，连续缺课满{policy.suspected_days}天列入本台账。")
    return (*notes, AS_OF_NOTE)


def ledger_table(code: str, *, as_of: date, school: School | None = None, reveal: bool = False) -> Table:
    """A ledger for the command line, of the county or of one school."""
    roster = ROSTERS[code]
    wanted = wanted_of(roster, as_of=as_of, scope=WHOLE_COUNTY, school=school)
    return roster_table(roster, wanted, unit_name=school.name if school else "全部学校", reveal=reveal)


LEDGERS: Mapping[str, partial[Table]] = {
    code: partial(ledger_table, code) for code in ("suspected", "dropped_out", "school_age")
}


class PlaceRate(NamedTuple):
    """入学率 of a township or village: how many children of school age live there, and how many are enrolled."""

    place: int | None
    name: str
    children: int
    enrolled: int
    dropped_out: int

    @property
    def rate(self) -> Rate:
        return ENTRY_RATE.of(self.enrolled, self.children)


def _past(day: date, births: tuple[date, date]) -> QuerySet:
    """Which children born between these days no school waits for: they have finished grade 9, or left the country."""
    events = EnrolmentEvent.objects.filter(
        Q(kind=EventKind.LEAVE_COUNTRY) | finished(), student__resident__birth_date__range=births
    )
    kinds = [EventKind.GRADUATE, EventKind.LEAVE_COUNTRY]
    return last_events(events, kinds, day).order_by().values("student")


def _due(residents: QuerySet[Resident], day: date) -> QuerySet[Resident]:
    """Of these 户籍儿童 those alive and of the area, without those in no class whom a sweep found past it or abroad."""
    return living(residents, day).exclude(was_found(NO_LONGER_DUE) & Q(place=None))


def entry_rates(scope: Scope, as_of: date, *, township: int | None = None) -> list[PlaceRate]:
    """入学率 by township, or by village of one; the last row is their sum. Three queries, and one for the policy.

    Whoever has finished grade 9 and whoever is abroad is in neither number.
    Nearly everybody is enrolled: those who are not are looked for, and counted here rather than in the database,
    which would visit the children by township and not as they lie.
    """
    policy = policy_of(as_of)
    births = school_age_births(as_of, entry_age=policy.entry_age, last_age=policy.last_age)
    residents = (
        Resident.objects.visible_to(scope).filter(birth_date__range=births).exclude(student__in=_past(as_of, births))
    )
    if township:
        residents = residents.filter(township=township)
    level = "village" if township else "township"
    held, here = Enrolment.objects.on(as_of).order_by(), _due(residents, as_of)
    out = here.filter(student__in=held.filter(standing=Standing.DROPPED_OUT).values("student")).order_by()
    accepted = EnrolmentEvent.objects.filter(confirmed_on__lte=as_of)
    elsewhere = last_events(accepted, [EventKind.TRANSFER_OUT], as_of).order_by().values("student")
    nowhere = residents.exclude(Exists(held.filter(student=OuterRef("student")))).exclude(student__in=elsewhere)
    missing = _due(nowhere, as_of)
    missing_at = Counter(missing.exclude(was_found(FOUND_IN_SCHOOL)).order_by().values_list(f"{level}_id", flat=True))
    out_at = dict(out.values_list(f"{level}_id").annotate(Count("pk")))
    places = here.order_by(f"{level}__code").values(f"{level}_id", f"{level}__name").annotate(children=Count("pk"))
    rates = [
        PlaceRate(place, name, children, children - missing_at[place], out_at.get(place, 0))
        for place, name, children in places.values_list(f"{level}_id", f"{level}__name", "children")
    ]
    sums = (sum(row[position] for row in rates) for position in (2, 3, 4))
    return [*rates, PlaceRate(None, "合计", *sums)] if rates else []

"""Who stands on each roster as of a day: against a plain telling of the same world, and at the edges."""

from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from casework.queries.suspected import suspected_runs
from reports.queries.ledgers import WHOLE_COUNTY, entry_rates, wanted_of
from reports.queries.rosters import ROSTERS, RosterList, counts
from students.access import Scope
from students.actions import leave
from students.actions.enrolment import record_event
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import (
    AdoptedPolicy,
    Area,
    Campaign,
    EnrolmentEvent,
    Finding,
    FindingStep,
    Resident,
    Role,
    SpecialGroup,
    Student,
)
from tests import cast
from tests.reports.roster_world import random_world
from tests.scene import FRIDAY, MONDAY, clock, scene, school_days

__all__ = ["clock", "scene"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DAYS = [date(2024, 8, 31), date(2024, 9, 1), date(2025, 2, 28), date(2025, 3, 1), date(2026, 6, 15), date(2026, 12, 31)]
FROM_FACTS = sorted(ROSTERS.keys() - {"suspected"})


def names(code, day, scope=WHOLE_COUNTY, **narrowed):
    """The names on a roster, whole and in pages, which have to be the same."""
    listed = RosterList(ROSTERS[code], wanted_of(ROSTERS[code], as_of=day, scope=scope, **narrowed))
    whole = [row.name for row in listed]
    pages = [row.name for start in range(0, listed.count() + 1, 7) for row in listed[start : start + 7]]
    assert whole == pages
    assert [row.number for row in listed] == list(range(1, listed.count() + 1))
    return sorted(whole)


@pytest.mark.parametrize("seed", range(3))
def test_every_roster_holds_whom_a_plain_telling_holds(seed):
    world = random_world(seed)
    east = Scope(townships=frozenset({world.townships[0].pk}))
    school = Scope(schools=frozenset({world.schools[1].pk}))
    for day in DAYS:
        for code in FROM_FACTS:
            assert names(code, day) == world.on(code, day), (code, day)
            for scope in (east, school):
                assert names(code, day, scope) == world.seen_by(scope, code, day), (code, day, scope)
        for scope in (WHOLE_COUNTY, east, school):
            lists = [RosterList(each, wanted_of(each, as_of=day, scope=scope)) for each in ROSTERS.values()]
            assert counts(lists) == {each.roster.code: each.count() for each in lists}, (day, scope)


@pytest.mark.parametrize(
    ("day", "rosters"),
    [
        (date(2026, 9, 6), {"children", "left_behind"}),  # the eve of the sixteenth birthday …
        (date(2026, 9, 7), {"children"}),
        (date(2028, 9, 6), {"children"}),
        (date(2028, 9, 7), set()),
    ],
)
def test_a_roster_ends_on_the_birthday(day, rosters):
    child = cast.student(cast.school_class(cast.school()), birth_date=date(2010, 9, 7))
    SpecialGroup.objects.create(student=child, kind="left_behind_one", since=date(2024, 1, 1))
    assert {code for code in ("children", "left_behind") if names(code, day)} == rosters


@pytest.mark.parametrize(("day", "count"), [(date(2026, 9, 6), 0), (date(2026, 9, 7), 1), (date(2026, 9, 8), 0)])
def test_a_group_holds_from_its_first_day_until_the_day_before_its_end(day, count):
    child = cast.student(cast.school_class(cast.school()))
    SpecialGroup.objects.create(student=child, kind="orphan", since=date(2026, 9, 7), until=date(2026, 9, 8))
    assert len(names("in_need", day)) == count


def test_a_dropout_is_listed_from_that_day_until_the_return(scene):
    child = scene.children[0]
    for kind, day in ((EventKind.DROP_OUT, date(2026, 9, 3)), (EventKind.RETURN, date(2026, 9, 7))):
        record_event(by=scene.clerk, student=child, kind=kind, happened_on=day, today=MONDAY)
    listed = {day: names("dropped_out", date(2026, 9, day)) for day in (2, 3, 6, 7)}
    assert listed == {2: [], 3: ["高东"], 6: ["高东"], 7: []}


class TestSuspected:
    def test_a_child_is_suspected_from_the_third_day_until_it_is_seen(self, scene):
        for day in school_days(date(2026, 9, 1), 4):
            scene.take(day, first="unexcused")
        scene.take(MONDAY)
        listed = {day: names("suspected", date(2026, 9, day)) for day in (2, 3, 4, 5, 7)}
        assert listed == {2: [], 3: ["高东"], 4: ["高东"], 5: ["高东"], 7: []}

    def test_the_days_are_counted_up_to_the_day_asked_for(self, scene):
        for day in school_days(date(2026, 9, 1), 5):
            scene.take(day, first="unexcused")
        assert {pk: run.days for pk, run in suspected_runs(date(2026, 9, 3)).items()} == {scene.children[0].pk: 3}
        assert suspected_runs(MONDAY)[scene.children[0].pk].days == 5

    def test_leave_approved_later_speaks_of_its_days(self, scene):
        for day in school_days(date(2026, 9, 1), 4):
            scene.take(day, first="unexcused")
        assert names("suspected", FRIDAY) == ["高东"]
        leave.approve(
            by=scene.teacher,
            student=scene.children[0],
            first_day=date(2026, 9, 1),
            last_day=date(2026, 9, 2),
            kind=MarkKind.SICK_LEAVE,
            today=MONDAY,
        )
        assert names("suspected", FRIDAY) == []

    def test_who_no_longer_attends_is_not_suspected(self, scene):
        for day in school_days(date(2026, 9, 1), 4):
            scene.take(day, first="unexcused")
        record_event(
            by=scene.clerk, student=scene.children[0], kind=EventKind.DROP_OUT, happened_on=FRIDAY, today=MONDAY
        )
        assert names("suspected", date(2026, 9, 3)) == ["高东"]
        assert names("suspected", FRIDAY) == []

    def test_the_county_may_wait_longer(self, scene):
        for day in school_days(date(2026, 9, 1), 4):
            scene.take(day, first="unexcused")
        AdoptedPolicy.objects.create(
            starts_on=FRIDAY, content={"suspected_days": 5}, adopted_at=timezone.now(), adopted_by=scene.clerk
        )
        assert names("suspected", date(2026, 9, 3)) == ["高东"]
        assert names("suspected", FRIDAY) == []

    @pytest.mark.parametrize("seed", range(3))
    def test_random_registers_read_as_if_counted_by_hand(self, scene, seed):
        random = Random(seed)
        days = school_days(date(2026, 9, 1), 5)
        marks = {child: {} for child in ("first", "second", "third")}
        taken = [day for day in days if random.random() < 0.85]
        for day in taken:
            given = {child: "unexcused" for child in marks if random.random() < 0.75}
            for child in given:
                marks[child][day] = True
            scene.take(day, **given)
        called = dict(zip(marks, scene.children, strict=True))
        for asked in days:
            expected = []
            for child, absent in marks.items():
                run = 0
                for day in taken:
                    if day <= asked:
                        run = run + 1 if day in absent else 0
                if run >= 3:
                    expected.append(called[child].name)
            assert names("suspected", asked) == sorted(expected), asked


class TestResidents:
    @pytest.fixture
    def village(self):
        town = cast.township()
        return Area.objects.create(code="629901555001", name="柳树村", level="village", parent=town)

    @staticmethod
    def resident(village, name="王小", born=date(2016, 5, 6), student=None, **fields):
        return Resident.objects.create(
            name=name,
            id_number=cast.identity_number(born),
            sex="男",
            birth_date=born,
            village=village,
            township=village.parent,
            student=student,
            match="id" if student else "",
            matched_at=timezone.now() if student else None,
            **fields,
        )

    def row(self, code="school_age", day=MONDAY, scope=WHOLE_COUNTY):
        [row] = RosterList(ROSTERS[code], wanted_of(ROSTERS[code], as_of=day, scope=scope))
        return row

    def test_who_is_in_no_school_stands_there_with_what_is_known(self, village):
        self.resident(village, guardian_name="王大", phone="13800001111", current_school="市一小")
        row = self.row()
        assert (row.state, row.school, row.village, row.student) == ("未见学籍", "市一小（户籍表所写）", "柳树村", None)
        assert (row.guardian, row.phone) == ("王大", "13800001111")

    @pytest.mark.parametrize(
        ("born", "state"),
        [
            (date(2020, 8, 31), "未见学籍"),
            (date(2020, 9, 1), "未到入学年龄"),
            (date(2010, 9, 8), "未见学籍"),
            (date(2010, 9, 7), "已过义务教育年龄"),
        ],
    )
    def test_only_at_school_age_is_it_a_gap(self, village, born, state):
        self.resident(village, born=born)
        assert self.row("children").state == state

    def test_a_township_learns_where_its_child_goes_but_not_its_numbers_there(self, village):
        elsewhere = cast.school("西岭小学", township=cast.township("西岭镇"))
        student = cast.student(cast.school_class(elsewhere), "王小", student_number="L" + "1" * 18)
        self.resident(village, student=student)
        row = self.row(scope=Scope(townships=frozenset({village.parent_id})))
        assert (row.school, row.school_class, row.state, row.student) == ("西岭小学", "", "在校", None)
        assert row.code != student.student_number

    def test_a_child_in_both_lists_stands_once(self, village):
        student = cast.student(cast.school_class(cast.school()), "王小")
        self.resident(village, student=student)
        assert names("school_age", MONDAY) == ["王小"]

    def test_entry_rate_by_township_and_by_village(self, village):
        school_class = cast.school_class(cast.school())
        in_class, gone = (cast.student(school_class, name) for name in ("在校生", "辍学生"))
        gone.enrolments.update(standing="dropped_out")
        for name, student in (("一", in_class), ("二", gone), ("三", None)):
            self.resident(village, name, student=student)
        self.resident(village, "小", born=date(2022, 1, 1))
        [by_town, total] = entry_rates(WHOLE_COUNTY, MONDAY)
        assert (by_town.name, by_town.children, by_town.enrolled, by_town.dropped_out) == ("东坪镇", 3, 2, 1)
        assert (total.name, total.rate.text) == ("合计", "66.67%")
        [by_village, _] = entry_rates(WHOLE_COUNTY, MONDAY, township=village.parent_id)
        assert by_village.name == "柳树村"
        assert entry_rates(Scope(schools=frozenset({school_class.school_id})), MONDAY) == []

    @pytest.mark.parametrize(("confirmed", "enrolled"), [(None, 0), (MONDAY, 1), (date(2026, 9, 8), 0)])
    def test_who_was_accepted_elsewhere_is_enrolled(self, village, confirmed, enrolled):
        child = cast.student(cast.school_class(cast.school()), "转走")
        left = date(2026, 9, 3)
        child.enrolments.update(until=left)
        EnrolmentEvent.objects.create(
            student=child, kind="transfer_out", happened_on=left, confirmed_on=confirmed, recorded_at=timezone.now()
        )
        self.resident(village, student=child)
        [*_, total] = entry_rates(WHOLE_COUNTY, MONDAY)
        assert (total.children, total.enrolled) == (1, enrolled)

    @pytest.mark.parametrize(
        ("kind", "stage", "after"),
        [("graduate", "junior", (0, 0)), ("graduate", "primary", (1, 0)), ("leave_country", "primary", (0, 0))],
    )
    def test_who_no_longer_has_to_be_enrolled_is_in_neither_number(self, village, kind, stage, after):
        child = cast.student(cast.school_class(cast.school(), stage=stage), "走")
        left = date(2026, 7, 5)
        child.enrolments.update(until=left)
        EnrolmentEvent.objects.create(student=child, kind=kind, happened_on=left, recorded_at=timezone.now())
        self.resident(village, student=child)
        self.resident(village, "别家")
        found = [entry_rates(WHOLE_COUNTY, day)[-1] for day in (left - DAY, left, left + DAY)]
        assert [(total.children - 1, total.enrolled) for total in found] == [(1, 1), after, after]

    @pytest.mark.parametrize(("state", "children"), [("graduated", 0), ("abroad", 0), ("suspended", 1)])
    def test_who_a_sweep_found_past_it_is_in_neither_number_unless_in_a_class(self, village, state, children):
        child = cast.student(cast.school_class(cast.school()), "在校生")
        officer = cast.person("苏远", role=Role.BUREAU_OFFICER)
        campaign = Campaign.objects.create(
            season="autumn", year=2026, as_of=MONDAY, due_on=MONDAY, opened_at=timezone.now(), opened_by=officer
        )
        for name, student in (("一", None), ("二", child)):
            resident = self.resident(village, name, student=student)
            finding = Finding.objects.create(
                campaign=campaign, list="not_enrolled", resident=resident, township=village.parent
            )
            FindingStep.objects.create(
                finding=finding, state=state, happened_on=MONDAY, recorded_at=timezone.now(), recorded_by=officer
            )
        found = [entry_rates(WHOLE_COUNTY, day)[-1] for day in (MONDAY - DAY, MONDAY)]
        assert [(total.children, total.enrolled) for total in found] == [(2, 1), (1 + children, 1)]


def test_the_order_is_school_class_class_list_and_then_village():
    school = cast.school("甲小学")
    second, first = cast.school_class(school, "202302"), cast.school_class(school, "202301")
    cast.student(second, "四", list_position=1)
    cast.student(first, "三", list_position=None)
    cast.student(first, "二", list_position=2)
    cast.student(first, "一", list_position=1)
    rows = RosterList(ROSTERS["children"], wanted_of(ROSTERS["children"], as_of=MONDAY, scope=WHOLE_COUNTY))
    assert [row.name for row in rows] == ["一", "二", "三", "四"]


def test_the_old_school_has_no_number_of_a_child_who_has_left():
    old, new = cast.school("甲小学"), cast.school("乙小学")
    child = cast.student(cast.school_class(old))
    clerk = cast.person(role=Role.REGISTRY_CLERK, school=new)
    record_event(by=clerk, student=child, kind=EventKind.TRANSFER_OUT, happened_on=FRIDAY, today=MONDAY)
    record_event(
        by=clerk,
        student=child,
        kind=EventKind.TRANSFER_IN,
        happened_on=MONDAY,
        school_class=cast.school_class(new),
        today=MONDAY,
    )
    before = FRIDAY - timedelta(days=1)
    scope = Scope(schools=frozenset({old.pk}))
    [row] = RosterList(ROSTERS["children"], wanted_of(ROSTERS["children"], as_of=before, scope=scope))
    assert (row.name, row.school, row.phone) == ("高东", "甲小学", "")
    assert Student.objects.get().guardians.get().phone

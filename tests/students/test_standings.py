"""就读身份 by the day: what is kept of a change, what of a mistake, on the form and from a workbook."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reports.queries.rosters import ROSTERS, RosterList, Wanted
from reports.queries.students import students_table
from students.access import WHOLE_COUNTY
from students.actions.standings import StandingChange, keep_former
from students.models import AuditRow, FormerStanding, Student, standing_on
from students.queries.policy import policy_of
from students.queries.unaccounted import List, listings
from tests import cast
from tests.examples import examples
from tests.scene import MONDAY, client_of
from tests.students.test_child_forms import correct, said

DAY = timedelta(days=1)
FIRST = date(2026, 9, 1)
DAYS = [FIRST + n * DAY for n in range(-1, 12)]
STANDINGS = st.sampled_from(Student.Standing.values)


def on(child: Student, day: date) -> str:
    return Student.objects.annotate(then=standing_on(day)).values_list("then", flat=True).get(pk=child.pk)


def former(child: Student) -> list[tuple[str, date]]:
    return list(FormerStanding.objects.filter(student=child).order_by("until").values_list("standing", "until"))


class TestTheDays(TestCase):
    @settings(max_examples=examples(60), deadline=None)
    @given(st.lists(st.tuples(STANDINGS, st.sampled_from(DAYS), st.booleans()), max_size=6))
    def test_are_those_of_a_calendar_kept_day_by_day(self, steps):
        """A change writes over every day from its own on, be it before an earlier one; a correction over every day of
        the present stretch."""
        child = cast.student(cast.school_class(cast.school()), "安然", since=DAYS[0])
        calendar, begun = dict.fromkeys(DAYS, "registered"), DAYS[0]
        for new, day, is_wrong in steps:
            old = calendar[DAYS[-1]]
            if new == old:
                continue
            change = StandingChange(child.pk, old, new)
            keep_former(by=None, changes=[change], since=None if is_wrong else day, at=timezone.now())
            Student.objects.filter(pk=child.pk).update(standing=new)
            begun = begun if is_wrong else day
            calendar |= {each: new for each in DAYS if each >= begun}
            begun = next(each for each in DAYS if all(calendar[rest] == new for rest in DAYS if rest >= each))
        assert {each: on(child, each) for each in DAYS} == calendar
        kept = FormerStanding.objects.filter(student=child)
        assert set(kept) == set(kept.held())


def test_no_two_end_on_one_day(scene):
    row = {"student": scene.children[0], "until": MONDAY, "replaced_at": timezone.now()}
    FormerStanding.objects.create(standing="guest", **row)
    with pytest.raises(IntegrityError):
        FormerStanding.objects.create(standing="registered", **row)


class TestTheForm:
    @pytest.fixture
    def child(self, scene) -> Student:
        return scene.children[0]

    def test_asks_for_a_change_of_today(self, scene, child):
        form = client_of(scene.clerk).get(reverse("students:identity", args=[child.pk])).context["form"]
        assert (form["standing_way"].value(), form["standing_since"].value()) == ("changed", MONDAY)
        assert correct(scene, child, standing="guest").status_code == 302
        assert former(child) == [("registered", MONDAY)]
        assert [on(child, day) for day in (MONDAY - DAY, MONDAY, MONDAY + DAY)] == ["registered", "guest", "guest"]

    def test_takes_the_day_from_which_it_changed(self, scene, child):
        since = MONDAY - 3 * DAY
        response = correct(scene, child, standing="home_taught", standing_way="changed", standing_since=since)
        assert "已更正高东的就读身份" in said(response)
        assert [on(child, day) for day in (since - DAY, since)] == ["registered", "home_taught"]
        row = AuditRow.objects.get(action="identity.correct")
        assert row.details == {
            "fields": ["standing"], "standing_before": "registered", "standing_from": "2023-09-01",
            "standing_after": "home_taught", "standing_since": since.isoformat(),
        }  # fmt: skip

    def test_of_a_mistake_holds_from_the_beginning(self, scene, child):
        correct(scene, child, standing="guest", standing_way="wrong", standing_since=MONDAY)
        assert former(child) == []
        assert on(child, date(2024, 9, 1)) == "guest"
        assert AuditRow.objects.get(action="identity.correct").details["standing_since"] is None

    def test_takes_a_mistaken_change_back(self, scene, child):
        correct(scene, child, standing="guest", standing_since=MONDAY - 2 * DAY)
        child.refresh_from_db()
        correct(scene, child, standing="registered", standing_way="wrong")
        assert (former(child), on(child, MONDAY - DAY)) == ([], "registered")
        assert AuditRow.objects.filter(action="identity.correct").last().details == {
            "fields": ["standing"], "standing_before": "guest", "standing_from": "2026-09-05",
            "standing_after": "registered", "standing_since": None,
        }  # fmt: skip
        text = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
        assert "更正就读身份" in text
        assert "2026年9月5日起登记的是借读，更正为在籍" in text
        assert "就读身份改变" not in text

    def test_of_a_child_to_come_holds_from_its_first_day(self, scene):
        child = cast.student(scene.school_class, "安然", since=MONDAY + 20 * DAY)
        response = correct(scene, child, standing="guest", standing_since=MONDAY + DAY)
        assert "这一天还没有到，没有保存。请填今天或以前的日期。" in response.content.decode()
        assert correct(scene, child, standing="guest", standing_since=MONDAY).status_code == 302
        assert (former(child), on(child, MONDAY + 20 * DAY)) == ([], "guest")

    def test_changes_nothing_of_what_stays_the_same(self, scene, child):
        correct(scene, child, ethnicity="苗族", standing_since=MONDAY - DAY)
        assert former(child) == []

    @pytest.mark.parametrize(
        ("since", "words"),
        [
            (MONDAY + DAY, "这一天还没有到，没有保存。请填今天或以前的日期。"),
            (date(2023, 8, 31), "这名学生2023年9月1日才入学，没有保存。请填2023年9月1日或以后的日期；"),
            ("2026-13-01", "就读身份从哪天起变没有看懂"),
        ],
    )
    def test_refuses_a_day_that_cannot_be(self, scene, child, since, words):
        response = correct(scene, child, standing="guest", standing_since=since)
        assert response.status_code == 422
        assert words in response.content.decode()
        child.refresh_from_db()
        assert (child.standing, former(child)) == ("registered", [])

    def test_refuses_a_day_before_the_last_change(self, scene, child):
        correct(scene, child, standing="guest", standing_since=MONDAY - DAY)
        child.refresh_from_db()
        response = correct(scene, child, standing="home_taught", standing_since=MONDAY - 2 * DAY)
        words = "这名学生2026年9月6日起才是“借读”，没有保存。请填2026年9月6日或以后的日期；"
        assert words in response.content.decode()
        # on the very day the one that never held is left out
        assert correct(scene, child, standing="home_taught", standing_since=MONDAY - DAY).status_code == 302
        assert former(child) == [("registered", MONDAY - DAY)]

    def test_shows_on_the_page_of_the_child_what_it_was(self, scene, child):
        correct(scene, child, standing="guest", standing_since=MONDAY - DAY)
        text = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
        assert '<dt>就读身份</dt><dd>借读<span class="former">2026年9月6日前为在籍</span></dd>' in text
        assert "就读身份改变" in text
        assert "原来是在籍" in text

    @pytest.mark.parametrize(("later", "shown"), [(-1, False), (0, False), (1, True)])
    def test_keeps_nothing_of_the_time_before_the_child_was_there(self, scene, later, shown):
        first = MONDAY - 3 * DAY
        child = cast.student(scene.school_class, "安然", since=first)
        Student.objects.filter(pk=child.pk).update(admitted_on=date(2023, 9, 1))  # elsewhere
        child.refresh_from_db()
        assert correct(scene, child, standing="guest", standing_since=first + later * DAY).status_code == 302
        assert former(child) == [("registered", first + DAY)] * shown
        text = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
        assert ("前为在籍" in text, "就读身份改变" in text) == (shown, shown)

    def test_shows_nothing_of_the_time_before_the_child_was_there(self, scene, child):
        FormerStanding.objects.create(
            student=child, standing="guest", until=date(2023, 9, 1), replaced_at=timezone.now()
        )
        text = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
        assert "前为借读" not in text
        assert "就读身份改变" not in text

    def test_keeps_nothing_of_a_correction_that_is_refused(self, scene, child):
        assert correct(scene, child, standing="guest", sex="女").status_code == 422
        assert former(child) == []


def test_lists_of_a_day_say_what_the_child_was_then(scene):
    child = cast.student(scene.school_class, "安然", student_number=None, standing="registered")
    FormerStanding.objects.create(student=child, standing="guest", until=MONDAY, replaced_at=timezone.now())
    for day, entitlement, state, fact in (
        (MONDAY - DAY, "guest", "在校（借读）", "2023年9月1日入学，借读"),
        (MONDAY, "registered", "在校", "2023年9月1日入学，待建籍"),
    ):
        [exported] = [row for row in students_table(as_of=day).rows() if row.name == "安然"]
        assert exported.entitlement == entitlement
        [listed] = [row for row in RosterList(ROSTERS["children"], Wanted(day, WHOLE_COUNTY)) if row.name == "安然"]
        assert listed.state == state
        numberless = listings(WHOLE_COUNTY, day=day, policy=policy_of(day))[List.NUMBERLESS]
        assert [line.fact for line in numberless.lines(list(numberless.rows), day)] == [fact]
        assert numberless.rows.count() == 1

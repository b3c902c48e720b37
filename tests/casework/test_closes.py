"""每日上报: closing a day, by hand and by the clock; what is corrected later is seen and filed beside it."""

from datetime import date, timedelta
from unittest import mock

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework import clock as clockwork
from casework.actions import closes
from casework.models import AbsenceRun, DailyAmendment, DailyClose
from casework.queries.closes import close_line, unclosed
from students.models import AuditRow, DayOverride, Enrolment, Role, School
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of

DAILY = reverse("casework:daily")


def close(scene, day=MONDAY, *, note="", by=None, today=MONDAY):
    by = by or scene.clerk
    return closes.close_day(by=by, scope=cast.scope(by), school=scene.school.pk, day=day, note=note, today=today)


def amend(scene, row, *, reason="家长补了假条", seen=0, by=None):
    by = by or scene.clerk
    return closes.amend(by=by, scope=cast.scope(by), close=row.pk, reason=reason, seen=seen)


@pytest.fixture
def complete(scene):
    """Both registers of Monday: one child missed the morning, one the whole day."""
    scene.take(MONDAY, first="unexcused", second="unexcused")
    scene.take(MONDAY, "PM", first="unexcused")
    return scene


class TestClosing:
    def test_keeps_the_counts_of_the_day(self, complete):
        row = close(complete)
        assert (row.closed_by, row.note, row.closed_at) == (complete.clerk, "", at(MONDAY))
        counts = row.counts
        assert (counts.classes, counts.due, counts.taken, counts.missing) == (1, 2, 2, 0)
        assert (counts.expected, counts.present, counts.unexcused, counts.partly) == (3, 2, 1, 1)
        assert counts.out == AbsenceRun.objects.filter(ended_on=None).count() == 1
        assert AuditRow.objects.get(action="daily.close").done_by == complete.clerk

    def test_a_day_on_which_nobody_was_missing_is_closed_too(self, scene):
        scene.take(MONDAY)
        scene.take(MONDAY, "PM")
        assert close(scene).counts.present == 3

    def test_with_a_register_missing_a_note_has_to_say_why(self, scene):
        scene.take(MONDAY)
        with pytest.raises(closes.CloseRefused, match="还缺1次点名"):
            close(scene, note="  ")
        assert close(scene, note="下午停电").counts.missing == 1

    def test_the_same_press_twice_closes_once(self, complete):
        assert close(complete) == close(complete)
        assert DailyClose.objects.count() == AuditRow.objects.filter(action="daily.close").count() == 1

    def test_what_another_has_closed_is_not_closed_again(self, complete):
        close(complete)
        other = cast.person(role=Role.REGISTRY_CLERK, school=complete.school)
        with pytest.raises(closes.CloseRefused, match="刚由别人上报"):
            close(complete, by=other)

    @pytest.mark.parametrize("day", [date(2026, 9, 5), date(2026, 9, 6)])
    def test_without_school_there_is_nothing_to_close(self, scene, day):
        with pytest.raises(closes.CloseRefused, match="没有班级上课"):
            close(scene, day)

    def test_a_closure_or_an_empty_school_leaves_nothing_to_close(self, scene):
        DayOverride.objects.create(day=MONDAY, is_taught=False, school=scene.school)
        with pytest.raises(closes.CloseRefused, match="没有班级上课"):
            close(scene)
        Enrolment.objects.update(until=FRIDAY)
        with pytest.raises(closes.CloseRefused, match="没有班级上课"):
            close(scene, FRIDAY)

    @pytest.mark.parametrize(("days_on", "refusal"), [(1, "还没有到"), (0, None), (-14, None), (-15, "最近14天")])
    def test_it_is_for_today_and_the_two_weeks_before(self, complete, days_on, refusal):
        today = MONDAY - timedelta(days=days_on)
        if refusal:
            with pytest.raises(closes.CloseRefused, match=refusal):
                close(complete, today=today)
        else:
            assert close(complete, today=today).day == MONDAY

    @pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.BUREAU_OFFICER, Role.INSPECTOR])
    def test_only_the_clerk_closes(self, complete, role):
        place = {"school": complete.school} if role == Role.PRINCIPAL else {}
        with pytest.raises(closes.NotYoursToClose):
            close(complete, by=cast.person(role=role, **place))

    def test_another_school_is_not_found(self, complete):
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        with pytest.raises(School.DoesNotExist):
            close(complete, by=far)


class TestWhatIsCorrectedLater:
    def test_shows_beside_what_was_filed(self, complete):
        row = close(complete)
        complete.take(MONDAY, version=1, first="sick_leave", second="unexcused")
        complete.take(MONDAY, "PM", version=1, first="sick_leave")
        line = close_line(complete.school, MONDAY)
        assert line.changes == ["旷课1→0", "病假0→1", "连续缺课1→0"]
        assert line.state == ("上报后有更正", "alarm")
        assert DailyClose.objects.get().content == row.content

    def test_is_filed_as_numbered_amendments_each_against_the_one_before(self, complete):
        row = close(complete)
        complete.take(MONDAY, "PM", version=1)
        assert amend(complete, row).number == 1
        assert close_line(complete.school, MONDAY).changes == []
        complete.take(MONDAY, "PM", version=2, third="unexcused")
        assert close_line(complete.school, MONDAY).changes == ["缺部分节次2→3"]
        assert amend(complete, row, seen=1).number == 2
        assert list(row.amendments.values_list("number", flat=True)) == [1, 2]
        assert DailyClose.objects.get().content == row.content

    @pytest.mark.parametrize(
        ("asked", "refusal"),
        [({"seen": 1}, "别人刚报过更正"), ({"reason": " "}, "写明更正原因")],
    )
    def test_is_refused_in_words(self, complete, asked, refusal):
        row = close(complete)
        complete.take(MONDAY, "PM", version=1)
        with pytest.raises(closes.CloseRefused, match=refusal):
            amend(complete, row, **asked)
        assert not DailyAmendment.objects.exists()

    def test_needs_something_that_has_changed(self, complete):
        with pytest.raises(closes.CloseRefused, match="没有要更正的"):
            amend(complete, close(complete))

    def test_a_day_that_became_one_without_school_counts_nobody(self, complete):
        row = close(complete)
        DayOverride.objects.create(day=MONDAY, is_taught=False, school=complete.school)
        assert "应到3→0" in close_line(complete.school, MONDAY).changes
        assert amend(complete, row, reason="当天因雪停课").counts.expected == 0

    @pytest.mark.parametrize("change", [lambda rows: rows.update(note="改"), lambda rows: rows.all().delete()])
    def test_what_was_filed_cannot_be_changed_in_the_database(self, complete, change):
        close(complete)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(DailyClose.objects.filter(note=""))

    def test_a_day_is_closed_once_in_the_database(self, complete):
        row = close(complete)
        with pytest.raises(IntegrityError), transaction.atomic():
            DailyClose.objects.create(school=row.school, day=row.day, closed_at=row.closed_at, content={})


class TestTheClock:
    def test_closes_every_school_day_that_nobody_closed(self, scene):
        scene.take(FRIDAY, first="unexcused")
        close(scene, FRIDAY, note="下午停电")
        assert closes.close_left_open(today=MONDAY) == 3
        rows = {row.day: row for row in DailyClose.objects.all()}
        assert sorted(rows) == [date(2026, 9, day) for day in (1, 2, 3, 4)]
        assert rows[FRIDAY].closed_by == scene.clerk
        assert rows[date(2026, 9, 3)].closed_by is None
        assert rows[date(2026, 9, 3)].counts.unknown == 3
        assert close_line(scene.school, date(2026, 9, 3)).state == ("系统自动汇总", "mute")
        assert {row.done_by for row in AuditRow.objects.filter(action="daily.close_left_open")} == {None}

    def test_does_it_once_and_leaves_today_open(self, scene):
        assert closes.close_left_open(today=MONDAY) == 4
        assert closes.close_left_open(today=MONDAY) == 0
        assert not DailyClose.objects.filter(day=MONDAY).exists()
        assert closes.close_left_open(today=MONDAY + timedelta(days=1)) == 1

    @pytest.mark.parametrize(("days_later", "closed"), [(13, True), (14, False)])
    def test_looks_back_two_weeks(self, scene, days_later, closed):
        closes.close_left_open(today=date(2026, 9, 2) + timedelta(days=days_later))
        assert DailyClose.objects.filter(day=date(2026, 9, 1)).exists() is closed

    def test_is_one_of_the_duties_of_the_day(self, scene):
        assert dict(clockwork.tick(MONDAY))["汇总未上报的日子"]
        assert DailyClose.objects.count() == 4

    def test_a_clerk_who_presses_at_the_same_moment_wins(self, scene):
        close(scene, FRIDAY, note="下午停电")
        everybody = School.objects.all()
        with mock.patch.object(closes.School.objects, "exclude", return_value=everybody):
            closes.close_left_open(today=MONDAY)
        assert DailyClose.objects.get(day=FRIDAY).closed_by == scene.clerk


class TestThePages:
    def test_the_clerk_closes_today_and_is_told_what_is_missing(self, scene):
        client, address = client_of(scene.clerk), reverse("casework:daily_close", args=[scene.school.pk, MONDAY])
        assert "还缺2次点名" in client.get(address).content.decode()
        refused = client.post(address, {"note": ""})
        assert refused.status_code == 422
        assert "没有上报" in refused.content.decode()
        page = client.post(address, {"note": "全校外出"}, follow=True).content.decode()
        assert "2026年9月7日已上报" in page
        assert "全校外出" in page
        assert "上报这一天" not in page

    def test_a_correction_is_filed_from_the_page(self, complete):
        row, client = close(complete), client_of(complete.clerk)
        address = reverse("casework:daily_close", args=[complete.school.pk, MONDAY])
        assert "报更正" not in client.get(address).content.decode()
        complete.take(MONDAY, "PM", version=1)
        assert "上报后有更正：实到2→3，旷课1→0，缺部分节次1→2，连续缺课1→0" in client.get(address).content.decode()
        amending = reverse("casework:amend_close", args=[row.pk])
        assert client.post(amending, {"reason": "", "seen": "0"}).status_code == 422
        page = client.post(amending, {"reason": "下午已到", "seen": "0"}, follow=True).content.decode()
        assert "第1次更正：下午已到" in page
        assert client.post(amending, {"reason": "下午已到", "seen": "0"}).status_code == 422

    def test_whoever_looks_finds_no_form(self, scene):
        address = reverse("casework:daily_close", args=[scene.school.pk, MONDAY])
        html = client_of(cast.person(role=Role.PRINCIPAL, school=scene.school)).get(address).content.decode()
        assert "上报这一天" not in html
        assert "还没有上报" in html

    def test_a_day_without_school_says_so_and_one_to_come_is_no_page(self, scene):
        client = client_of(scene.clerk)
        sunday, tomorrow = (MONDAY + timedelta(days=number) for number in (-1, 1))
        assert "这一天没有班级上课" in client.get(
            reverse("casework:daily_close", args=[scene.school.pk, sunday])
        ).content.decode()  # fmt: skip
        assert client.get(reverse("casework:daily_close", args=[scene.school.pk, tomorrow])).status_code == 404

    def test_the_school_sees_its_days_and_the_county_its_schools(self, complete):
        close(complete)
        cast.student(cast.school_class(cast.school("西岭小学")))
        days = client_of(complete.clerk).get(DAILY).context
        assert [line.day for line in days["page"]] == [MONDAY, *(date(2026, 9, day) for day in (4, 3, 2, 1))]
        assert (days["tallies"].filed, days["tallies"].left_open) == (1, 4)
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        lines = bureau.get(DAILY).context
        assert {str(line.school): line.state[0] for line in lines["page"]} == {
            "东坪小学": "已上报",
            "西岭小学": "未上报",
        }
        assert lines["total"].expected == 4
        assert [str(line.school) for line in bureau.get(DAILY, {"state": "open"}).context["page"]] == ["西岭小学"]
        assert not bureau.get(DAILY, {"state": "changed"}).context["page"].object_list
        assert "没有符合条件的上报" in bureau.get(DAILY, {"day": "2026-09-06"}).content.decode()
        assert "日期不对或还没有到" in bureau.get(DAILY, {"day": "2026-09-08"}).content.decode()

    def test_what_waits_is_counted_for_the_clerk(self, complete):
        assert unclosed(cast.scope(complete.clerk), MONDAY) == 5
        close(complete)
        assert unclosed(cast.scope(complete.clerk), MONDAY) == 4
        assert unclosed(cast.scope(cast.person(role=Role.BUREAU_OFFICER)), MONDAY) == 0
        assert "4件待办" in client_of(complete.clerk).get(reverse("students:attendance")).content.decode()

    def test_it_asks_as_often_for_ten_schools_as_for_one(self, complete):
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))

        def queries():
            client.get(DAILY)
            with CaptureQueriesContext(connection) as asked:
                client.get(DAILY)
            return len(asked)

        close(complete)
        few = queries()
        for number in range(10):
            cast.student(cast.school_class(cast.school(f"第{number}小学")))
        assert queries() == few <= 15

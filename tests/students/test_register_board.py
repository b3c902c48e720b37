"""点名情况: the board of a school and of an area, counted again by hand; and 催点名."""

import re
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.queries.boards import school_lines as area_lines
from students.access import Scope
from students.actions import reminders
from students.actions.enrolment import rebuild
from students.models import AuditRow, DayOverride, Enrolment, Notice, Person, Role, RollCall
from students.queries.register_board import class_board, school_lines
from students.register_days import RegisterState, register_day
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of

BOARD = reverse("students:register_board")
COUNTY = Scope(county=True)


def now(day=MONDAY, hour=9) -> datetime:
    return at(day, hour, 0)


def line(scene, **kwargs):
    [found] = class_board(scene.school, COUNTY, now=kwargs.get("now", now())).lines
    return found


class TestOneClass:
    def test_today_is_shown_slot_by_slot(self, scene):
        scene.take(MONDAY)
        states = [(each.slot, each.state) for each in line(scene).slots]
        assert states == [("AM", "taken"), ("PM", "ahead")]
        assert [each.state for each in line(scene, now=now(hour=14)).slots] == ["taken", "missing"]

    def test_before_the_first_slot_nothing_is_missing_today(self, scene):
        found = line(scene, now=now(hour=7))
        assert found.today.state is RegisterState.AHEAD
        assert MONDAY not in {gap.day for gap in found.gaps}

    def test_the_days_before_are_said_in_words(self, scene):
        scene.take(FRIDAY)
        scene.take(FRIDAY.replace(day=3))
        scene.take(FRIDAY.replace(day=3), "PM")
        words = [square.words for square in line(scene).squares]
        assert words[-3:] == [
            "9月4日 周五：缺1次（下午），上午9月7日补点",
            "9月5日 周六：不上课",
            "9月6日 周日：不上课",
        ]
        assert words[-4] == "9月3日 周四：已点，上午9月7日补点，下午9月7日补点"
        assert len(words) == 14

    def test_a_register_kept_on_a_device_counts_by_when_it_was_taken(self, scene):
        call = scene.take(FRIDAY)
        call.taken_at, call.arrived_at = at(FRIDAY, 8), at(MONDAY, 7)
        call.save()
        other = scene.take(FRIDAY, "PM")
        other.taken_at = at(FRIDAY, 14)
        other.save()
        assert line(scene).squares[-3].words == "9月4日 周五：已点"

    def test_the_summer_before_the_term_is_no_school(self, scene):
        assert line(scene).squares[0].day == date(2026, 8, 24)
        assert line(scene).squares[0].state == RegisterState.NO_SCHOOL

    def test_a_holiday_and_a_make_up_day(self, scene):
        # 1 October is off; Sunday 20 September is taught in its stead (notice of the State Council)
        days = {square.day: square.state for square in line(scene, now=now(date(2026, 10, 2), 9)).squares}
        assert days[date(2026, 10, 1)] == RegisterState.NO_SCHOOL
        assert days[date(2026, 9, 20)] == RegisterState.MISSING

    def test_a_day_off_of_the_class_alone(self, scene):
        DayOverride.objects.create(day=FRIDAY, is_taught=False, school=scene.school, school_class=scene.school_class)
        assert line(scene).squares[-3].state == RegisterState.NO_SCHOOL

    def test_a_class_that_has_been_left_is_nobodys_from_then_on(self, scene):
        Enrolment.objects.update(until=FRIDAY)
        states = [square.state for square in line(scene).squares]
        assert states[-4:-2] == [RegisterState.MISSING, RegisterState.NOBODY]

    def test_a_child_that_came_in_the_middle_counts_from_its_day(self, scene):
        Enrolment.objects.exclude(student=scene.children[0]).delete()
        Enrolment.objects.update(since=FRIDAY)
        states = [square.state for square in line(scene).squares]
        assert states[-4:-2] == [RegisterState.NOBODY, RegisterState.MISSING]

    def test_a_class_at_the_end_of_its_last_grade_leaves_the_board_when_it_is_empty(self, scene):
        old = cast.school_class(scene.school, "202001")
        classes = [each.school_class for each in class_board(scene.school, COUNTY, now=now()).lines]
        assert classes == [scene.school_class]
        cast.student(old)
        assert len(class_board(scene.school, COUNTY, now=now()).lines) == 2


def recounted(schools, moment):
    """(due, taken) of each school and day, one class, day and slot at a time."""
    from students.queries.calendar import current_calendar
    from students.register_days import begun_on

    calendar, found = current_calendar(), {}
    for school in schools:
        for back in range(15):
            day = moment.date() - timedelta(days=back)
            due = taken = 0
            for room in school.classes.all():
                calls = set(RollCall.objects.filter(school_class=room, day=day).values_list("slot", flat=True))
                state = register_day(
                    slots=school.slot_list,
                    taken=calls,
                    is_school_day=day in calendar.school_days(school=school.pk, school_class=room.pk),
                    is_attended=Enrolment.objects.attending().on(day).filter(school_class=room).exists(),
                    begun=begun_on(day, moment),
                )
                due, taken = due + len(state.due), taken + state.taken
            found[school.pk, day] = due, taken
    return found


@pytest.mark.parametrize("seed", range(4))
def test_what_a_school_adds_up_to_is_what_its_classes_are(seed, scene):
    """Random registers, closures of school and class, classes that come and go: the sum in the database, the board of
    the school and a count by hand agree."""
    chance = Random(seed)
    schools = [scene.school, cast.school("西岭小学", slots="AM,PM,EV"), cast.school("北坡小学", slots="1,2")]
    rooms = [scene.school_class] + [
        cast.school_class(school, f"2023{number:02}") for school in schools for number in (5, 6, 7)
    ]
    for room in rooms:
        for number in range(chance.randrange(3)):
            child = cast.student(room, f"学生{room.pk}{number}")
            since = MONDAY - timedelta(days=chance.randrange(20))
            until = chance.choice([None, since + timedelta(days=chance.randrange(1, 20))])
            Enrolment.objects.filter(student=child).update(since=since, until=until)
        for back in range(15):
            for slot in ("AM", "PM", "EV", "1"):
                if chance.random() < 0.6:
                    day = MONDAY - timedelta(days=back)
                    RollCall.objects.create(school_class=room, day=day, slot=slot, taken_at=at(day))
    for _ in range(4):
        day, taught = MONDAY - timedelta(days=chance.randrange(7)), chance.random() < 0.5
        place = chance.choice(
            [
                {"school": chance.choice(schools)},
                {"school_class": (room := chance.choice(rooms)), "school": room.school},
                {},
            ]
        )
        DayOverride.objects.get_or_create(day=day, **place, defaults={"is_taught": taught})
    moment = now(hour=chance.choice([7, 9, 15, 20]))
    lines = {each.school.pk: each for each in school_lines(COUNTY, now=moment)}
    wanted = recounted(schools, moment)
    of_the_area = {each.school.pk: each for each in area_lines(COUNTY, now=moment)}
    for school in schools:
        today = of_the_area[school.pk]  # the home of an area adds up one day only
        assert (today.due, today.due - today.missing) == wanted[school.pk, moment.date()], school
        found = lines[school.pk].by_day
        board = class_board(school, COUNTY, now=moment)
        for day, each in found.items():
            assert (each.due, each.taken) == wanted[school.pk, day], (school, day)
            of_classes = [row.registers.days[day] for row in board.lines]
            assert each.due == sum(len(one.due) for one in of_classes)
            assert (each.state is RegisterState.NO_SCHOOL) == all(
                one.state is RegisterState.NO_SCHOOL for one in of_classes
            )


class TestThePage:
    def test_links_lead_to_the_registers_for_whoever_may_take_them(self, scene, clock):
        clock.move_to(now())
        html = client_of(scene.clerk).get(BOARD).content.decode()
        assert reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"]) in html
        assert reverse("students:register", args=[scene.school_class.pk, FRIDAY, "PM"]) in html
        looker = client_of(cast.person(role=Role.PRINCIPAL, school=scene.school)).get(BOARD).content.decode()
        assert "还没点" in looker
        assert reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"]) not in looker

    def test_filters_leave_a_grade_or_what_is_missing(self, scene, clock):
        clock.move_to(now())
        other = cast.school_class(scene.school, "202501")
        cast.student(other)
        for day in [date(2026, 9, day) for day in (1, 2, 3, 4, 7)]:
            for slot in ("AM", "PM"):
                scene.take(day, slot)
        client = client_of(scene.clerk)
        assert shown(client.get(BOARD)) == ["2023级1班", "2025级1班"]
        assert shown(client.get(BOARD, {"show": "missing"})) == ["2025级1班"]
        assert shown(client.get(BOARD, {"grade": "4"})) == ["2023级1班"]
        assert shown(client.get(BOARD, {"grade": "4", "show": "missing"})) == []
        assert "这些条件下没有班级" in client.get(BOARD, {"grade": "4", "show": "missing"}).content.decode()
        assert shown(client.get(BOARD, {"grade": "x", "show": "x"})) == ["2023级1班", "2025级1班"]

    def test_a_teacher_sees_the_own_class_only(self, scene):
        cast.student(cast.school_class(scene.school, "202302"))
        assert shown(client_of(scene.teacher).get(BOARD)) == ["2023级1班"]

    def test_the_county_comes_from_a_school_to_its_classes(self, scene, clock):
        clock.move_to(now())
        cast.student(cast.school_class(cast.school("西岭小学")))
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))
        html = client.get(BOARD).content.decode()
        assert "西岭小学" in html
        address = reverse("students:school_registers", args=[scene.school.pk])
        assert address in html
        assert shown(client.get(address)) == ["2023级1班"]
        assert "西岭小学" not in client.get(BOARD, {"q": "东坪"}).content.decode()
        assert "没有这样的学校" in client.get(BOARD, {"q": "无"}).content.decode()

    def test_without_a_class_it_says_what_comes_first(self, db, clock):
        assert "还没有学校" in client_of(cast.person(role=Role.BUREAU_OFFICER)).get(BOARD).content.decode()
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=cast.school())
        assert "还没有班级" in client_of(clerk).get(BOARD).content.decode()

    @pytest.mark.parametrize(("role", "at_most"), [(Role.PRINCIPAL, 12), (Role.BUREAU_OFFICER, 13)])
    def test_it_asks_as_often_for_twelve_classes_as_for_one(self, role, at_most, scene, clock):
        clock.move_to(now())
        place = {"school": scene.school} if role == Role.PRINCIPAL else {}
        cast.student(cast.school_class(cast.school("西岭小学")))
        client = client_of(cast.person(role=role, **place))

        def queries():
            with CaptureQueriesContext(connection) as asked:
                client.get(BOARD)
            return len(asked)

        client.get(BOARD)
        few = queries()
        for number in range(2, 13):
            school = scene.school if number % 2 else cast.school(f"第{number}小学")
            cast.student(cast.school_class(school, f"2023{number:02}"))
        client.get(BOARD)  # a new school draws a new stamp, under which the calendar is read again
        assert queries() == few <= at_most


def shown(response) -> list[str]:
    return re.findall(r'class="lead">(?:<a[^>]+>)?([^<]+)<', response.content.decode())


def remind(by, room, moment=None):
    return reminders.remind_class(by=by, scope=cast.scope(by), school_class=room.pk, now=moment or now())


class TestReminding:
    def test_the_teacher_is_told_once_of_every_register_that_is_missing(self, scene):
        for day in [date(2026, 9, day) for day in (1, 2, 3)]:
            for slot in ("AM", "PM"):
                scene.take(day, slot)
        assert remind(scene.clerk, scene.school_class) == 1
        told = Notice.objects.filter(person=scene.teacher, kind="register_missing")
        assert set(told.values_list("day", "slot")) == {(FRIDAY, "AM"), (FRIDAY, "PM"), (MONDAY, "AM")}
        assert remind(scene.clerk, scene.school_class) == 0  # not seen yet
        assert Notice.objects.count() == 3
        told.update(seen_at=timezone.now(), seen_by=scene.teacher)
        assert remind(scene.clerk, scene.school_class) == 1
        rows = AuditRow.objects.filter(action="registers.remind")
        assert [row.details for row in rows] == [{"people": 1, "classes": 1}] * 2

    def test_whoever_stands_in_is_told_too(self, scene):
        substitute = cast.person()
        cast.post(
            substitute, Role.HOMEROOM_TEACHER, school_class=scene.school_class, since=MONDAY,
            until=MONDAY + timedelta(days=1),
        )  # fmt: skip
        assert remind(scene.clerk, scene.school_class) == 2
        assert Notice.objects.filter(person=substitute).exists()

    def test_when_nothing_is_missing_nobody_is_told(self, scene):
        DayOverride.objects.bulk_create(DayOverride(day=date(2026, 9, day), is_taught=False) for day in (1, 2, 3, 4, 7))
        with pytest.raises(reminders.ReminderRefused, match="没有缺的点名"):
            remind(scene.clerk, scene.school_class)
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        with pytest.raises(reminders.ReminderRefused, match="没有缺的点名"):
            reminders.remind_school(by=bureau, scope=cast.scope(bureau), school=scene.school.pk, now=now())

    def test_a_class_without_a_teacher_says_so(self, scene):
        scene.teacher.postings.all().delete()
        with pytest.raises(reminders.ReminderRefused, match="没有班主任"):
            remind(scene.clerk, scene.school_class)

    def test_whoever_cannot_log_in_is_not_told(self, scene):
        Person.objects.filter(pk=scene.teacher.pk).update(is_active=False)
        with pytest.raises(reminders.ReminderRefused, match="账号都已停用"):
            remind(scene.clerk, scene.school_class)
        substitute = cast.person()
        cast.post(
            substitute, Role.HOMEROOM_TEACHER, school_class=scene.school_class, since=MONDAY,
            until=MONDAY + timedelta(days=1),
        )  # fmt: skip
        assert remind(scene.clerk, scene.school_class) == 1
        assert set(Notice.objects.values_list("person", flat=True)) == {substitute.pk}

    def test_all_classes_of_a_school_at_one_press(self, scene):
        other = cast.school_class(scene.school, "202302")
        cast.student(other)
        teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=other)
        by = scene.clerk
        assert reminders.remind_school(by=by, scope=cast.scope(by), school=scene.school.pk, now=now()) == 2
        assert set(Notice.objects.values_list("person", flat=True)) == {scene.teacher.pk, teacher.pk}

    @pytest.mark.parametrize("role", [Role.BUREAU_OFFICER, Role.TOWNSHIP_OFFICER])
    def test_an_officer_reminds_the_clerk_and_only_once(self, role, scene):
        place = {"township": scene.school.township} if role == Role.TOWNSHIP_OFFICER else {}
        officers = [cast.person(role=role, **place) for _ in range(2)]
        told = [
            reminders.remind_school(by=by, scope=cast.scope(by), school=scene.school.pk, now=now()) for by in officers
        ]
        assert told == [1, 0]
        notice = Notice.objects.get()
        assert (notice.person, notice.kind, notice.day) == (scene.clerk, "school_missing", MONDAY)
        # another class is the first that misses one: the clerk still has not seen the reminder
        Enrolment.objects.update(until=date(2026, 9, 1))
        cast.student(cast.school_class(scene.school, "202302"))
        assert reminders.remind_school(by=officers[0], scope=cast.scope(officers[0]), school=scene.school.pk,
                                       now=now()) == 0  # fmt: skip

    @pytest.mark.parametrize("posted", [True, False])
    def test_a_school_without_a_clerk_who_can_log_in_has_to_be_rung(self, posted, scene):
        if posted:
            Person.objects.filter(pk=scene.clerk.pk).update(is_active=False)
        else:
            scene.clerk.postings.all().delete()
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        with pytest.raises(reminders.ReminderRefused, match="请电话联系"):
            reminders.remind_school(by=bureau, scope=cast.scope(bureau), school=scene.school.pk, now=now())

    def test_the_page_says_when_it_was_done_and_that_it_was_done_before(self, scene, clock):
        clock.move_to(at(MONDAY, 8, 40))
        client, address = client_of(scene.clerk), reverse("students:remind_class", args=[scene.school_class.pk])
        page = client.post(address, {"next": f"{BOARD}?show=missing"}, follow=True)
        assert page.redirect_chain == [(f"{BOARD}?show=missing", 302)]
        assert "已提醒1人" in page.content.decode()
        assert "8:40已催" in page.content.decode()
        assert "已经催过" in client.post(address, follow=True).content.decode()

    def test_a_way_back_out_of_the_site_is_not_taken(self, scene):
        address = reverse("students:remind_class", args=[scene.school_class.pk])
        assert client_of(scene.clerk).post(address, {"next": "https://example.com/"}).url == BOARD


def test_a_rebuilt_registry_leaves_the_board_as_it_was(scene):
    """The intervals that the board reads are those that the events make."""
    before = [square.words for square in line(scene).squares]
    for child in scene.children:
        rebuild([child.pk])
    assert [square.words for square in line(scene).squares] == before

"""校历: the month of the county, of a school and of a class, as each person opens it."""

from datetime import date

import pytest

from students.models import DayOverride, Role
from tests import cast
from tests.scene import client_of

OFF, MADE_UP = date(2026, 9, 25), date(2026, 9, 20)


def month_of(person, path="/calendar/", **query):
    response = client_of(person).get(path, query, follow=True)
    assert response.status_code == 200
    return response


def day_of(response, number):
    [day] = [day for week in response.context["page"].weeks for day in week if day and day.day.day == number]
    return day


def school_path(scene):
    return f"/calendar/schools/{scene.school.pk}/"


def class_path(scene):
    return f"/calendar/classes/{scene.school_class.pk}/"


class TestWhoseCalendarOpens:
    def test_the_clerk_sees_that_of_the_school(self, scene):
        assert month_of(scene.clerk).redirect_chain[-1][0] == school_path(scene)

    def test_a_teacher_that_of_the_class(self, scene):
        assert month_of(scene.teacher).redirect_chain[-1][0] == class_path(scene)

    def test_the_bureau_that_of_the_county(self, scene):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert month_of(bureau).redirect_chain[-1][0] == "/calendar/county/"


class TestAMonth:
    def test_says_of_every_day_what_it_is_in_words(self, scene):
        page = month_of(scene.clerk)
        assert [day_of(page, number).word for number in (7, 12, 20, 25)] == ["上课", "周末", "调休上课", "放假"]
        assert page.content.decode().count("month-word") == 30

    def test_counts_its_school_days_and_those_of_its_term(self, scene):
        page = month_of(scene.clerk).context["page"]
        calendar_days = sum(day is not None and day.kind.is_taught for week in page.weeks for day in week)
        assert page.taught == calendar_days == 22  # 22 weekdays, less the 25th, and the 20th made up
        [line] = page.terms
        assert (line.term.number, line.days > 90) == (1, True)

    def test_begins_on_a_monday_and_has_whole_weeks(self, scene):
        page = month_of(scene.clerk).context["page"]
        assert [len(week) for week in page.weeks] == [7] * 5
        assert page.weeks[0][0] is None
        assert page.weeks[0][1].day == date(2026, 9, 1)

    def test_outside_the_terms_says_so(self, scene):
        page = month_of(scene.clerk, school_path(scene), month="2026-08")
        assert day_of(page, 10).word == "学期外"
        assert "这个月不在任何学期内" in page.content.decode()

    def test_leads_to_the_month_before_and_after(self, scene):
        page = month_of(scene.clerk, school_path(scene), month="2026-12").context["page"]
        assert (page.earlier, page.later) == ("2026-11", "2027-01")

    @pytest.mark.parametrize("month", ["2026-13", "202609", "abc", "0001-01", "9999-12", "2026-9"])
    def test_that_cannot_be_is_not_found(self, scene, month):
        assert client_of(scene.clerk).get(school_path(scene), {"month": month}).status_code == 404

    def test_takes_as_many_queries_with_many_overrides(self, scene, django_assert_num_queries):
        client = client_of(scene.clerk)
        client.get(school_path(scene))
        for number in range(1, 30, 2):
            DayOverride.objects.create(day=date(2026, 9, number), is_taught=False, school=scene.school, note="放假")
        client.get(school_path(scene))
        with django_assert_num_queries(7):
            client.get(school_path(scene))


class TestWhoDecides:
    def test_the_narrowest_with_its_note_and_what_it_beats(self, scene):
        DayOverride.objects.create(day=OFF, is_taught=True, note="补课", follows_weekday=0, school=scene.school)
        DayOverride.objects.create(day=OFF, is_taught=False, note="中秋")
        page = month_of(scene.teacher, class_path(scene))
        day = day_of(page, 25)
        assert (day.word, day.follows) == ("调休上课", "按周一课表")
        [line] = [line for line in page.context["page"].adjusted if line.day.day == OFF]
        assert (line.by, line.note, line.beaten) == ("学校", "补课", "县：放假，国家：放假")

    def test_a_class_that_differs_is_named_on_the_schools_page(self, scene):
        row = DayOverride.objects.create(
            day=date(2026, 9, 10), is_taught=False, is_closure=True, note="水痘",
            school=scene.school, school_class=scene.school_class,
        )  # fmt: skip
        page = month_of(scene.clerk)
        assert [place.school_class for place in page.context["apart"]] == [scene.school_class]
        assert day_of(page, 10).word == "上课"
        assert day_of(month_of(scene.teacher), 10).word == "停课"
        row.delete()
        assert month_of(scene.clerk).context["apart"] == []

    def test_a_school_that_differs_is_named_on_the_countys_page(self, scene):
        DayOverride.objects.create(day=date(2026, 9, 10), is_taught=False, school=scene.school)
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert [place.school for place in month_of(bureau).context["apart"]] == [scene.school]
        assert month_of(far, "/calendar/county/").context["apart"] == []

    def test_statutory_days_are_the_states(self, scene):
        lines = {line.day.day: line for line in month_of(scene.clerk).context["page"].adjusted}
        assert (lines[MADE_UP].by, lines[MADE_UP].note) == ("国家", "国家放假调休安排")

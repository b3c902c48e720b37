"""课表: the grid of a class, saved at once or not at all; it says who comes first and refuses nobody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import timetables
from students.actions.timetables import TimetableRefused
from students.models import AuditRow, DayOverride, Posting, Role, TimetableEntry
from students.queries.lessons import timetable_of
from tests import cast
from tests.scene import MONDAY, at, client_of, sending

HOME = reverse("home")
SATURDAY = MONDAY + timedelta(days=5)


@pytest.fixture
def teachers(scene) -> dict[str, Posting]:
    """语文 and 数学 of the class, each with their posting."""
    people = {"语文": cast.person("徐兰"), "数学": cast.person("罗宁")}
    place = {"school_class": scene.school_class}
    return {subject: cast.post(who, Role.SUBJECT_TEACHER, subject=subject, **place) for subject, who in people.items()}


def save(scene, lessons: dict, *, by=None, seen=None):
    by = by or scene.clerk
    return timetables.save(
        by=by,
        scope=cast.scope(by),
        school_class=scene.school_class,
        lessons={cell: posting.pk for cell, posting in lessons.items()},
        seen=timetable_of(scene.school_class).mark if seen is None else seen,
        today=MONDAY,
    )


@pytest.fixture
def timetable(scene, teachers):
    """Monday: 语文 in the morning, 数学 in the afternoon; Tuesday morning 数学."""
    save(scene, {(1, "AM"): teachers["语文"], (1, "PM"): teachers["数学"], (2, "AM"): teachers["数学"]})
    return teachers


class TestTheGrid:
    def address(self, scene):
        return reverse("students:timetable", args=[scene.school_class.pk])

    def test_is_saved_at_once_and_shown_to_everybody_who_sees_the_class(self, scene, teachers):
        client = client_of(scene.clerk)
        fields = {"seen": timetable_of(scene.school_class).mark, "lesson-1-AM": teachers["语文"].pk}
        page = client.post(self.address(scene), fields | {"lesson-5-PM": teachers["数学"].pk}, follow=True)
        assert "已保存2023级1班的课表，改了2节。" in page.content.decode()
        html = client_of(scene.teacher).get(self.address(scene)).content.decode()
        assert "语文 徐兰" in html
        assert "<select" not in html
        assert AuditRow.objects.get(action="timetable.save").details["cells"] == 2

    def test_names_the_cell_whose_teacher_does_not_teach_in_the_class(self, scene, teachers):
        elsewhere = cast.person(role=Role.SUBJECT_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        fields = {"seen": timetable_of(scene.school_class).mark, "lesson-1-AM": teachers["语文"].pk}
        fields["lesson-3-AM"] = elsewhere.postings.get().pk
        response = client_of(scene.clerk).post(self.address(scene), fields)
        assert response.status_code == 422
        assert "周三上午：选的人不在这个班任教，请另选" in response.content.decode()
        assert not TimetableEntry.objects.exists()

    def test_names_the_cell_of_a_posting_that_ended_meanwhile(self, scene, teachers):
        Posting.objects.filter(pk=teachers["数学"].pk).update(until=MONDAY)
        with pytest.raises(TimetableRefused, match="周二下午：选的人不在这个班任教") as refused:
            save(scene, {(1, "AM"): teachers["语文"], (2, "PM"): teachers["数学"]})
        assert refused.value.cell == (2, "PM")
        assert not TimetableEntry.objects.exists()

    @pytest.mark.parametrize("cell", [(8, "AM"), (0, "AM"), (1, "EV"), (1, "XX")])
    def test_has_no_cell_outside_the_week_and_the_slots_of_the_school(self, scene, teachers, cell):
        with pytest.raises(TimetableRefused, match="本校没有的节次"):
            save(scene, {cell: teachers["语文"]})

    def test_that_somebody_else_changed_is_not_overwritten(self, scene, timetable):
        seen = timetable_of(scene.school_class).mark
        save(scene, {(1, "AM"): timetable["数学"]}, seen=seen)
        with pytest.raises(TimetableRefused, match="别人改过这张课表"):
            save(scene, {(1, "AM"): timetable["语文"]}, seen=seen)
        assert save(scene, {(1, "AM"): timetable["数学"]}, seen=seen) == 0  # the same sent twice

    def test_keeps_what_stays_and_drops_what_is_emptied(self, scene, timetable):
        kept = TimetableEntry.objects.get(weekday=1, slot="AM").pk
        assert save(scene, {(1, "AM"): timetable["语文"]}) == 2
        assert [entry.pk for entry in TimetableEntry.objects.all()] == [kept]

    def test_says_who_has_stopped_teaching(self, scene, timetable):
        Posting.objects.filter(pk=timetable["语文"].pk).update(until=MONDAY)
        assert "原来是语文 徐兰，已不在这个班任教" in client_of(scene.clerk).get(self.address(scene)).content.decode()

    def test_is_not_a_teachers_to_change(self, scene, teachers):
        with pytest.raises(TimetableRefused, match="由本校教务处和校领导排"):
            save(scene, {(1, "AM"): teachers["语文"]}, by=scene.teacher)

    def test_of_a_boarding_school_has_the_weekend(self, scene):
        assert len(timetable_of(scene.school_class).weekdays) == 5
        scene.school.is_boarding = True
        assert len(timetable_of(scene.school_class).weekdays) == 7

    def test_none_says_so(self, scene):
        assert "这个班没有排课表" in client_of(scene.teacher).get(self.address(scene)).content.decode()

    def test_the_list_says_how_much_is_filled(self, scene, timetable):
        client = client_of(scene.clerk)
        assert "3节" in client.get(reverse("students:timetables")).content.decode()
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("students:timetables"))
        assert len(asked) <= 5

    @pytest.mark.parametrize("wrong", [{"weekday": 0}, {"weekday": 8}, {"slot": "XX"}, {"weekday": 1, "slot": "AM"}])
    def test_the_database_knows_no_impossible_cell(self, scene, timetable, wrong):
        values = {"weekday": 4, "slot": "AM", "teacher": scene.teacher} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            TimetableEntry.objects.create(school_class=scene.school_class, **values)


class TestTheHome:
    def classes(self, person):
        return client_of(person).get(HOME).context["home"].classes

    def slots(self, lessons) -> list[str]:
        return [lesson.state.slot for lesson in lessons]

    def test_of_a_subject_teacher_shows_the_own_lessons_first_and_folds_the_others(self, scene, timetable):
        [own] = self.classes(timetable["语文"].person)
        assert (self.slots(own.first), self.slots(own.folded), own.report_slot) == (["AM"], ["PM"], "AM")
        html = client_of(timetable["语文"].person).get(HOME).content.decode()
        assert "其余1个节次" in html
        assert reverse("students:report_missing", args=[scene.school_class.pk]) + "?slot=AM" in html

    def test_of_the_homeroom_teacher_says_who_is_to_take_each_one(self, scene, timetable):
        [own] = self.classes(scene.teacher)
        assert [(lesson.state.slot, lesson.words) for lesson in own.first] == [("AM", "语文 徐兰"), ("PM", "数学 罗宁")]
        assert own.folded == []
        assert "语文 徐兰" in client_of(scene.teacher).get(HOME).content.decode()

    def test_without_a_timetable_folds_nothing(self, scene, teachers):
        [own] = self.classes(teachers["语文"].person)
        assert (self.slots(own.first), own.folded, own.report_slot) == (["AM", "PM"], [], "")

    def test_on_a_day_without_own_lessons_folds_all(self, scene, timetable, clock):
        clock.move_to(at(MONDAY + timedelta(days=1)))
        [own] = self.classes(timetable["语文"].person)
        assert (own.first, self.slots(own.folded)) == ([], ["AM", "PM"])
        assert "今天没有你的课，看各节次" in client_of(timetable["语文"].person).get(HOME).content.decode()

    @pytest.mark.parametrize(("follows", "first"), [(0, ["AM"]), (1, []), (None, ["AM", "PM"])])
    def test_on_a_make_up_day_is_that_of_the_weekday_it_follows(self, scene, timetable, clock, follows, first):
        DayOverride.objects.create(day=SATURDAY, is_taught=True, follows_weekday=follows)
        clock.move_to(at(SATURDAY))
        [own] = self.classes(timetable["语文"].person)
        assert self.slots(own.first) == first

    def test_lets_the_other_teacher_take_the_register_all_the_same(self, scene, timetable):
        address = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
        assert client_of(timetable["数学"].person).post(address, sending()).status_code == 302

    def test_of_several_classes_puts_those_with_own_lessons_first(self, scene, timetable):
        beside = cast.school_class(scene.school, "202300")
        cast.student(beside, "任雪")
        cast.post(timetable["语文"].person, Role.SUBJECT_TEACHER, school_class=beside, subject="语文")
        assert [each.day.school_class for each in self.classes(timetable["语文"].person)] == [
            scene.school_class,
            beside,
        ]

"""The parts of a digest: cases, what was handed up, and that on a holiday nobody is asked one by one."""

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.actions import deliveries
from casework.actions import hand_ups as climbing
from casework.models import Case, Delivery
from casework.queries.reminders import compose, reader_of_channel, reader_of_person, teaches_anywhere
from students.models import DayOverride, Role
from tests import cast
from tests.casework.evening import make_channel, plan
from tests.scene import MONDAY, at

SUNDAY = MONDAY - timedelta(days=1)


def titles(reader) -> dict[str, tuple[str, ...]]:
    return {part.title: part.lines for part in compose(reader).parts}


def out_for_days(scene) -> None:
    """高东 is out since Tuesday, which opens a case; nobody has done anything about it."""
    for day in (2, 3, 4, 7):
        scene.take(date(2026, 9, day), first="unexcused")


def test_cases_stand_there_with_what_is_next(scene, clock):
    out_for_days(scene)
    assert Case.objects.open().count() == 1
    [line] = titles(reader_of_person(scene.teacher, at(MONDAY, 17)))["个案"]
    assert line.startswith("未销号1人、下一步逾期1人")
    county = titles(reader_of_channel(make_channel(scene, school=None), at(MONDAY, 17)))["个案"]
    assert county[1].startswith("东坪小学：未销号1人")


def test_a_post_reads_what_has_gone_up_to_it_and_not_what_has_gone_past(scene, clock):
    out_for_days(scene)
    before = titles(reader_of_person(scene.clerk, at(MONDAY, 17)))
    climbing.hand_up_overdue(today=MONDAY)
    lines = titles(reader_of_person(scene.clerk, at(MONDAY, 17)))
    assert "逾期上交" not in before
    assert lines["逾期上交"] == ("有事项逾期、已经上交来的个案1件",)
    assert "逾期上交" not in titles(reader_of_person(scene.teacher, at(MONDAY, 17)))


def test_whoever_keeps_a_channel_reads_that_a_digest_did_not_arrive(scene, clock):
    make_channel(scene)
    [row] = plan(at(MONDAY, 17, 30))
    for state, told in (("failed", True), ("unknown", True), ("sent", False), ("nothing", False)):
        Delivery.objects.update(state=state, ended_at=at(MONDAY, 18), problem="连不上邮件服务器")
        assert ("提醒没有送到" in titles(reader_of_person(scene.clerk, at(MONDAY, 19)))) is told
    Delivery.objects.update(state="failed")
    assert "提醒没有送到" not in titles(reader_of_person(scene.teacher, at(MONDAY, 19)))
    days = (MONDAY + timedelta(days=number) for number in (14, 15))
    assert ["提醒没有送到" in titles(reader_of_person(scene.clerk, at(day, 19))) for day in days] == [True, False]
    Delivery.objects.filter(pk=row.pk).update(kind="test")
    assert "提醒没有送到" not in titles(reader_of_person(scene.clerk, at(MONDAY, 19)))


def test_a_day_of_school_is_one_for_any_class(scene):
    assert teaches_anywhere(MONDAY)
    assert not teaches_anywhere(SUNDAY)
    DayOverride.objects.create(day=SUNDAY, school=scene.school, school_class=scene.school_class, is_taught=True)
    assert teaches_anywhere(SUNDAY)


def test_on_a_holiday_nobody_is_asked_one_by_one(scene):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert deliveries.plan(now=at(SUNDAY, 17, 30), then=lambda pk, due_at: None) == 0
        return len(asked)

    make_channel(scene)
    few = queries()
    for number in range(5):
        make_channel(scene, school=cast.school(f"第{number}小学"))
    assert queries() == few


def test_a_substitute_and_whoever_teaches_lessons_read_only_what_is_theirs(scene, clock):
    scene.take(MONDAY, first="unexcused")
    subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
    substitute = cast.person()
    homeroom = {"school_class": scene.school_class, "is_substitute": True}
    cast.post(substitute, Role.HOMEROOM_TEACHER, since=MONDAY, until=MONDAY + timedelta(days=1), **homeroom)
    assert "待办" not in titles(reader_of_person(subject, at(MONDAY, 17)))
    assert "待办" in titles(reader_of_person(substitute, at(MONDAY, 17)))
    assert titles(reader_of_person(substitute, at(MONDAY + timedelta(days=1), 17))) == {}

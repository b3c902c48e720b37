"""What a teacher's home costs: the same number of queries whatever waits on it."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import alerts, notices
from students.models import Notice, Role, TimetableEntry
from tests import cast
from tests.scene import FRIDAY, MONDAY, client_of

HOME = reverse("home")


def queries(client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(HOME)
    return len(asked)


def miss(scene, slot: str, names: str) -> None:
    """Each of these children is 待核实 on Friday, reported missing today, and the class is reminded of the slot."""
    place = {"school_class": scene.school_class}
    children = [cast.student(scene.school_class, f"林子{name}") for name in names]
    for weekday, child in enumerate(children, start=1):
        subject = cast.person(role=Role.SUBJECT_TEACHER, subject="语文", **place)
        where = {"school_class": scene.school_class.pk, "student": child.pk, "slot": slot}
        alerts.report(by=subject, scope=cast.scope(subject), today=MONDAY, **where)
        TimetableEntry.objects.create(weekday=weekday, slot=slot, teacher=subject, **place)
    reminder = {"kind": Notice.Kind.REGISTER_MISSING, "day": MONDAY, "slot": slot}
    notices.send(by=scene.clerk, to=[scene.teacher], **reminder, **place)
    marks = {f"m{child.pk}": (child, "unverified") for child in children}
    cast.take_register(scene.teacher, scene.school_class, FRIDAY, slot, today=MONDAY, **marks)


def test_of_a_homeroom_teacher_costs_the_same_for_one_matter_of_a_kind_as_for_five(scene):
    client = client_of(scene.teacher)
    client.get(HOME)
    quiet = queries(client)
    miss(scene, "AM", "一")
    one = queries(client)
    miss(scene, "PM", "二三四五")
    assert (quiet, queries(client)) == (21, one)
    assert one <= 28


def test_of_a_subject_teacher_costs_the_same_for_one_class_as_for_six(scene):
    subject = cast.person("徐兰", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
    client = client_of(subject)
    client.get(HOME)
    one = queries(client)
    for number in range(2, 7):
        beside = cast.school_class(scene.school, f"2023{number:02}")
        cast.student(beside, "任雪")
        cast.post(subject, Role.SUBJECT_TEACHER, school_class=beside)
    assert queries(client_of(subject)) == one <= 14

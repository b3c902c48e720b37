"""The child's page: what it shows to whom, numbers hidden until somebody says why, and the line of time."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.actions import acts
from casework.contacts import ContactMethod
from casework.models import Obligation
from casework.queries.child import child_page
from casework.queries.timeline import KINDS, timeline
from students.actions import enrolment, leave
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import AuditRow, EnrolmentEvent, FormerNumber, Guardian, Role, SpecialGroup, Student
from students.queries.child import present_place, rights_over
from tests import cast
from tests.scene import FRIDAY, MONDAY, PHONE, at, client_of

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def child(scene) -> Student:
    """A child with numbers wherever one may stand."""
    child = scene.children[0]
    child.phone, child.address = "13700005678", "石桥村3号"
    child.extra = {
        "成员1身份证件号": "629901198005061234",
        "家庭地址": "石桥村3号，电话13600009999",
        "健康状况": "健康",
    }
    child.save()
    FormerNumber.objects.create(
        student=child, number="L62990120140506001X", replaced_at=timezone.now(), replaced_by=scene.clerk
    )
    return child


def numbers_of(child: Student) -> list[str]:
    return [
        child.id_number, child.student_number, child.phone, PHONE, "629901198005061234", "13600009999",
        "L62990120140506001X",
    ]  # fmt: skip


def page(person, child: Student, query: str = "") -> str:
    response = client_of(person).get(reverse("casework:child", args=[child.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def titles(person, child: Student, *, today=MONDAY, kind="") -> list[str]:
    scope = cast.scope(person)
    rights = rights_over(present_place(child), scope)
    return [entry.title for entry in timeline(child, scope=scope, rights=rights, today=today, kind=kind)]


def words_of(html: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", html)


class TestNumbers:
    def test_every_number_is_hidden_to_everybody_who_may_look(self, scene, child):
        scene.take(FRIDAY, first="unexcused")  # a duty brings the mother's number along
        readers = [
            scene.teacher,
            scene.clerk,
            cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class),
            cast.person(role=Role.PRINCIPAL, school=scene.school),
            cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township),
            cast.person(role=Role.BUREAU_OFFICER),
        ]
        for reader in readers:
            html = page(reader, child)
            assert [number for number in numbers_of(child) if number in html] == [], reader
            assert "139****1234" in html
            assert "健康" in html

    def test_with_a_reason_they_are_shown_once_and_it_is_kept(self, scene, child):
        client = client_of(scene.teacher)
        address = reverse("casework:reveal", args=[child.pk])
        response = client.post(address, {"purpose": "联系家长或家访"})
        html = response.content.decode()
        assert [number for number in numbers_of(child) if number not in html] == []
        assert response["Cache-Control"] == "private, no-store"
        assert 'class="pagination"' not in html
        assert f"{scene.teacher.name} 2026年9月7日 7:40 查看完整号码，原因：联系家长或家访" in html
        row = AuditRow.objects.get(action="identity.reveal")
        assert (row.done_by, row.subject_id) == (scene.teacher, child.pk)
        assert row.details == {"reason": "联系家长或家访", "page": "casework:child"}
        again = client.get(reverse("casework:child", args=[child.pk])).content.decode()
        assert child.id_number not in again

    @pytest.mark.parametrize(
        ("fields", "words"),
        [({}, "请选择查看原因"), ({"purpose": "其他"}, "请写明原因"), ({"purpose": "好奇"}, "请在列出的原因中选择")],
    )
    def test_without_a_reason_nothing_is_shown_and_nothing_kept(self, scene, child, fields, words):
        response = client_of(scene.clerk).post(reverse("casework:reveal", args=[child.pk]), {"sent": "yes"} | fields)
        html = response.content.decode()
        assert response.status_code == 422
        assert words in html
        assert child.id_number not in html
        assert not AuditRow.objects.filter(action="identity.reveal").exists()

    def test_another_reason_is_kept_in_its_own_words(self, scene, child):
        address = reverse("casework:reveal", args=[child.pk])
        client_of(scene.clerk).post(address, {"purpose": "其他", "words": "办理助学金"})
        assert AuditRow.objects.get(action="identity.reveal").details["reason"] == "办理助学金"

    def test_a_subject_teacher_is_refused_in_words_and_sees_no_button(self, scene, child):
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        response = client_of(subject).post(reverse("casework:reveal", args=[child.pk]), {"purpose": "联系家长或家访"})
        assert response.status_code == 403
        assert "只有班主任" in response.content.decode()
        assert "显示完整号码" not in page(subject, child)
        assert not AuditRow.objects.filter(action="identity.reveal").exists()


class TestWhoSeesWhat:
    def test_buttons_stand_only_where_they_may_be_pressed(self, scene, child):
        mother = child.guardians.get()
        addresses = {
            name: reverse(f"students:{name}", args=[child.pk, mother.pk] if name == "phone_state" else [child.pk])
            for name in ("identity", "student_number", "add_member", "phone_state", "add_group")
        }
        readers = {
            "clerk": scene.clerk,
            "teacher": scene.teacher,
            "principal": cast.person(role=Role.PRINCIPAL, school=scene.school),
            "bureau": cast.person(role=Role.BUREAU_OFFICER),
        }
        pages = {name: page(person, child) for name, person in readers.items()}
        shown = {who: {name for name, url in addresses.items() if f'"{url}"' in html} for who, html in pages.items()}
        family = {"add_member", "phone_state"}
        assert shown == {
            "clerk": {*addresses},
            "teacher": family | {"add_group"},
            "principal": family,
            "bureau": set(),
        }

    def test_the_old_school_keeps_its_time_and_learns_nothing_of_the_new_one(self, scene, child):
        far = cast.school_class(cast.school("西岭小学"))
        far_clerk = cast.person("罗宁", role=Role.REGISTRY_CLERK, school=far.school)
        moves = [(EventKind.TRANSFER_OUT, None, FRIDAY), (EventKind.TRANSFER_IN, far, MONDAY)]
        for kind, school_class, day in moves:
            enrolment.record_event(
                by=scene.clerk, student=child, kind=kind, happened_on=day, school_class=school_class, today=MONDAY
            )
        acts.record_contact(
            by=far_clerk, student=child, day=MONDAY, method=ContactMethod.PHONE, result="新学校谈的", today=MONDAY
        )
        old = page(scene.clerk, child)
        assert "现在不在你所管的学校或班级" in old
        for word in ("西岭小学", "新学校谈的", "139****1234", "石桥村3号", "显示完整号码", "更正"):
            assert word not in old, word
        assert "转出" in old
        assert "不在籍" in old
        new = page(far_clerk, child)
        assert "新学校谈的" in new
        assert "139****1234" in new
        assert client_of(scene.clerk).post(reverse("casework:reveal", args=[child.pk])).status_code == 403

    def test_what_the_child_is_called_on_the_two_axes(self, scene, child):
        bureau = cast.scope(cast.person(role=Role.BUREAU_OFFICER))

        def stand(day=MONDAY):
            return child_page(child, scope=bureau, today=day).stand

        assert stand().registered[0] == "在籍"
        assert stand().attending[0] == "在校"
        assert stand().since == "2023年9月1日起在籍"
        enrolment.record_event(by=None, student=child, kind=EventKind.DROP_OUT, happened_on=MONDAY, today=MONDAY)
        assert stand().registered[0] == "在籍"
        assert (stand().attending, stand().since) == (
            ("辍学", "alarm"),
            "2023年9月1日起在籍，2026年9月7日起辍学",
        )
        assert stand(MONDAY - timedelta(days=1)).attending[0] == "在校"
        enrolment.record_event(by=None, student=child, kind=EventKind.TRANSFER_OUT, happened_on=TUESDAY, today=TUESDAY)
        assert (stand(TUESDAY).registered[0], stand(TUESDAY).since) == ("不在籍", "2026年9月8日转出")

    def test_age_turns_on_the_birthday(self, scene, child):
        scope = cast.scope(scene.teacher)
        ages = [child_page(child, scope=scope, today=date(2027, 5, day)).age for day in (5, 6)]
        assert ages == [12, 13]

    def test_a_child_without_a_number_is_said_to_wait_for_it(self, scene):
        waiting = cast.student(scene.school_class, "何远", student_number=None)
        assert "待建籍" in page(scene.clerk, waiting)


class TestTimeline:
    @pytest.fixture
    def lived(self, scene, child) -> Student:
        """Three days of absence, a call, a report, a leave, a group, and a class move that was a mistake."""
        for day in (FRIDAY - timedelta(days=2), FRIDAY - timedelta(days=1), FRIDAY):
            scene.take(day, first="unexcused")
        acts.record_contact(
            by=scene.teacher, student=child, day=FRIDAY, method=ContactMethod.PHONE, result="未接通", today=MONDAY
        )
        leave.approve(
            by=scene.teacher,
            student=child,
            first_day=TUESDAY,
            last_day=TUESDAY,
            kind=MarkKind.SICK_LEAVE,
            today=TUESDAY,
        )
        SpecialGroup.objects.create(student=child, kind="out_of_poverty", since=date(2024, 3, 1))
        return child

    def test_it_stands_newest_first_and_knows_no_future(self, scene, lived):
        scope = cast.scope(scene.teacher)
        rights = rights_over(present_place(lived), scope)
        entries = timeline(lived, scope=scope, rights=rights, today=MONDAY)
        days = [entry.day for entry in entries]
        assert days == sorted(days, reverse=True)
        assert days[0] <= MONDAY
        assert "病假" not in [entry.title for entry in entries]
        assert "病假" in titles(scene.teacher, lived, today=TUESDAY)
        assert entries[-1].title == "入学"
        assert {"连续缺课3天", "请联系家长", "请交《学生缺课报告》", "电话", "登记为脱贫户", "更换学籍号"} <= {
            entry.title for entry in entries
        }

    def test_each_kind_shows_its_own_and_together_they_are_everything(self, scene, lived):
        everything = titles(scene.teacher, lived, today=TUESDAY)
        parts = [title for kind in KINDS for title in titles(scene.teacher, lived, today=TUESDAY, kind=kind)]
        assert sorted(parts) == sorted(everything)
        assert titles(scene.teacher, lived, kind="act") == ["电话"]

    def test_a_corrected_event_is_struck_through_and_named(self, scene, lived):
        wrong = EnrolmentEvent.objects.create(
            student=lived, kind=EventKind.SUSPEND, happened_on=FRIDAY, recorded_at=at(FRIDAY), recorded_by=scene.clerk
        )
        EnrolmentEvent.objects.create(
            student=lived, kind=EventKind.VOID, happened_on=FRIDAY, recorded_at=at(MONDAY), corrects=wrong, order=1
        )
        html = page(scene.clerk, lived, "?kind=registry")
        assert "<s>休学</s>" in html
        assert "2026年9月7日更正：此条作废" in html
        assert "更正：休学作废" in html

    def test_a_duty_tells_when_it_was_owed_done_and_withdrawn(self, scene, lived):
        acts.file_report(by=scene.teacher, student=lived, day=MONDAY, kind="absence_report", today=MONDAY)
        html = words_of(page(scene.teacher, lived, "?kind=duty"))
        assert "缺课报告已办结 逾期3天" in re.sub(r" +", " ", html)
        Obligation.objects.filter(student=lived, tier="absence_report").update(
            withdrawn_at=timezone.now(), withdrawn_reason="更正点名"
        )
        assert "<s>请交《学生缺课报告》</s>" in page(scene.teacher, lived, "?kind=duty")

    def test_older_entries_are_on_the_next_page(self, scene, lived):
        for number in range(30):
            SpecialGroup.objects.create(
                student=lived, kind="in_need", since=date(2025, 1, 1 + number), until=date(2025, 1, 1 + number)
            )
        first, second = page(scene.teacher, lived), page(scene.teacher, lived, "?page=2")
        assert "2026年9月" in words_of(first)
        assert first.count("timeline-when") == 25
        assert "2025年1月" in second
        assert ">连续缺课3天<" not in second

    def test_the_year_shows_the_days_and_another_year_can_be_looked_at(self, scene, lived):
        html = page(scene.teacher, lived)
        assert 'id="day-2026-09-04"' in html
        assert "9月4日 周五：上午旷课" in html
        assert "缺勤 3 天" in html
        before = page(scene.teacher, lived, "?year=2025")
        assert "2025-2026学年" in before
        assert 'id="day-2026-09-04"' not in before
        assert page(scene.teacher, lived, "?year=1900").count('id="day-') == 3

    @pytest.mark.parametrize("query", ["?year=x&kind=nothing&page=x", "?year=²", "?page=9999"])
    def test_an_address_written_by_hand_does_no_harm(self, scene, lived, query):
        assert "经过" in page(scene.teacher, lived, query)


def test_what_is_owed_stands_first_and_is_dialled_without_showing_the_number(scene, child):
    scene.take(MONDAY, first="unexcused")
    html = page(scene.teacher, child)
    mother = child.guardians.get()
    assert "今天上午旷课，请联系家长" in html
    assert reverse("students:dial", args=[child.pk, mother.pk]) in html
    assert html.index('class="duties"') < html.index("家庭成员")


def queries_of(person, child: Student) -> int:
    client = client_of(person)
    address = reverse("casework:child", args=[child.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_unknown_days_stand_beside_the_run_wherever_it_is_told(scene, child):
    """In the duty's card, in the run on the line of time, and in the duty on it."""
    for day in (2, 3):
        scene.take(date(2026, 9, day), first="unexcused")
    scene.take(MONDAY, first="unexcused")  # Friday has no register
    html = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
    assert html.count("连续缺课3天") == html.count("另有1天未点名") >= 3


def test_a_long_life_costs_no_more_queries_than_a_short_one(scene, child):
    scene.take(FRIDAY, first="unexcused")
    few = queries_of(scene.clerk, child)
    for day in (MONDAY, TUESDAY):
        scene.take(day, first="unexcused")
        scene.take(day, "PM", first="late")
        acts.record_contact(
            by=scene.teacher, student=child, day=FRIDAY, method=ContactMethod.PHONE, result=f"{day}", today=TUESDAY
        )
    for position in range(2, 6):
        Guardian.objects.create(student=child, position=position, name="高某", phone="13800001111")
    SpecialGroup.objects.create(student=child, kind="orphan", since=FRIDAY)
    assert queries_of(scene.clerk, child) == few == 41

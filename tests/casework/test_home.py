"""The first page of each role: registers missing, children out, duties; every count agrees with what it counts."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import newcomers
from students.enrolment import EventKind
from students.models import DayOverride, Role, Student
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of

HOME, LIST = reverse("home"), reverse("casework:duties")


def stats(html: str) -> dict[str, int]:
    """The figures at the head of a board: label → number."""
    found = re.findall(r'stat-label">(\w+)</span>\s*<span class="stat-value[^"]*">(\d+)', html)
    return {label: int(number) for label, number in found}


def shown(client, **query) -> int:
    """How many cards a list has, on all its pages."""
    html = client.get(LIST, query).content.decode()
    total = re.search(r"共 (\d+) 件", html)
    return int(total[1]) if total else 0


@pytest.fixture
def clerk(scene):
    return client_of(scene.clerk)


@pytest.fixture
def teacher(scene):
    return client_of(scene.teacher)


@pytest.fixture
def two_classes(scene):
    """Duties in two classes, some late, several contacts of one child among them."""
    beside = cast.school_class(scene.school, "202302")
    child = cast.student(beside, "任雪")
    for days_ago in (6, 5, 4, 3):
        day = MONDAY - timedelta(days=days_ago)
        scene.take(day, first="unexcused", second="unexcused" if days_ago == 3 else "late")
        cast.take_register(scene.clerk, beside, day, today=MONDAY, child=(child, "unexcused"))
    scene.take(MONDAY, third="unexcused")
    return beside


class TestTheTeacher:
    def test_sees_the_registers_of_today_and_what_is_missing(self, scene, teacher):
        scene.take(MONDAY, by=scene.clerk, first="unexcused", second="late")
        html = teacher.get(HOME).content.decode()
        assert "应到3，实到2 · 何静 7:40" in html
        assert html.count(">点名</a>") == 1
        assert reverse("students:register", args=[scene.school_class.pk, MONDAY, "PM"]) in html

    def test_counts_what_is_listed(self, two_classes, teacher):
        html = teacher.get(HOME).content.decode()
        cards = html.count('class="duty-line"')
        words = re.search(r"共(\d+)件，其中逾期(\d+)件", html)
        assert int(words[1]) == cards == shown(teacher)
        assert int(words[2]) == shown(teacher, state="late")

    def test_comes_from_a_name_to_the_child(self, scene, teacher):
        scene.take(MONDAY, first="unexcused")
        html = teacher.get(HOME).content.decode()
        who = re.search(r'class="duty-who" href="([^"]+)">(\w+)<', html)
        assert who.groups() == (reverse("casework:child", args=[scene.children[0].pk]), scene.children[0].name)

    @pytest.mark.parametrize("has_teacher", [True, False])
    def test_owes_report_and_papers_of_who_comes_in_today(self, scene, has_teacher):
        room = scene.school_class if has_teacher else cast.school_class(scene.school, "202302")
        self.enter(scene, room, EventKind.TRANSFER_IN)
        teacher = scene.teacher if has_teacher else cast.person()
        if not has_teacher:  # whoever is given the class later finds what has waited for him
            assert "林越" not in client_of(scene.teacher).get(HOME).content.decode()
            cast.post(teacher, Role.HOMEROOM_TEACHER, school_class=room, since=MONDAY)
        cards = client_of(teacher).get(HOME).context["cards"]
        assert {(card.student.name, card.first.tier, card.first.triggered_on) for card in cards} == {
            ("林越", "change_report", MONDAY),
            ("林越", "change_evidence", MONDAY),
        }

    def test_owes_no_paper_of_who_enters_school(self, scene, teacher):
        self.enter(scene, scene.school_class, EventKind.ENROL)
        assert teacher.get(HOME).context["cards"] == []

    def enter(self, scene, room, kind):
        """The clerk registers a child who has just come."""
        number = cast.identity_number(born := date(2014, 5, 6))
        identity = {"name": "林越", "sex": "男", "birth_date": born, "id_type": "居民身份证", "id_number": number}
        newcomers.enter(
            by=scene.clerk, identity=identity | {"student_number": f"G{number}"}, kind=kind, happened_on=MONDAY,
            school_class=room, submission=uuid4(), today=MONDAY,
        )  # fmt: skip

    def test_has_nothing_to_take_on_a_day_off(self, scene, teacher):
        DayOverride.objects.create(day=MONDAY, is_taught=False, note="放假")
        html = teacher.get(HOME).content.decode()
        assert "今天不上课，不用点名" in html
        assert ">点名</a>" not in html

    def test_of_a_subject_takes_registers_and_owes_no_call(self, scene):
        scene.take(MONDAY, first="unexcused")
        client = client_of(cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class))
        html = client.get(HOME).content.decode()
        assert ">点名</a>" in html
        assert "请联系家长" not in html

    def test_without_a_class_is_told_what_to_ask_for(self, scene):
        html = client_of(cast.person(role=Role.SUBJECT_TEACHER, school=scene.school)).get(HOME).content.decode()
        assert "你名下还没有班级" in html

    def test_who_stands_in_today_is_at_home_in_the_class_until_tomorrow(self, scene, clock):
        substitute = cast.person()
        cast.post(
            substitute, Role.HOMEROOM_TEACHER, school_class=scene.school_class,
            since=MONDAY, until=MONDAY + timedelta(days=1),
        )  # fmt: skip
        scene.take(MONDAY, first="unexcused")
        assert "请联系家长" in client_of(substitute).get(HOME).content.decode()
        clock.move_to(at(MONDAY + timedelta(days=1)))
        assert client_of(substitute).get(HOME).status_code == 302


class TestTheSchool:
    @pytest.mark.parametrize("role", [Role.REGISTRY_CLERK, Role.PRINCIPAL, Role.DEPUTY_HEAD])
    def test_counts_agree_with_what_they_count(self, role, two_classes, scene, clock):
        clock.move_to(at(MONDAY, 14))
        client = client_of(cast.person(role=role, school=scene.school))
        html = client.get(HOME).content.decode()
        figures = stats(html)
        assert figures["待办"] == shown(client)
        assert figures["逾期"] == shown(client, state="late")
        # four slots of two classes; one is taken
        assert (figures["到现在应点名"], figures["还没点名"]) == (4, 3)
        assert figures["连续缺课"] == 2

    def test_the_duties_of_each_class_add_up(self, two_classes, clerk):
        html = clerk.get(HOME).content.decode()
        by_class = re.findall(r'data-label="待办">(\d+)<', html)
        assert sum(map(int, by_class)) == stats(html)["待办"]
        for number, school_class in zip(by_class, re.findall(r"\?school_class=(\d+)", html), strict=True):
            assert shown(clerk, school_class=school_class) == int(number)

    @pytest.mark.parametrize(
        ("hour", "due", "missing", "words"),
        [
            (7, 0, 0, "还没到点名时间"),
            (8, 1, 1, "还没点名的班"),
            (13, 1, 1, "还没点名的班"),
            (14, 2, 2, "还没点名的班"),
        ],
    )
    def test_nobody_is_asked_for_a_register_before_its_time(self, hour, due, missing, words, scene, clerk, clock):
        clock.move_to(at(MONDAY, hour))
        html = clerk.get(HOME).content.decode()
        assert (stats(html)["到现在应点名"], stats(html)["还没点名"]) == (due, missing)
        assert words in html

    def test_a_class_that_misses_a_register_is_named_with_its_teacher(self, scene, clerk, clock):
        clock.move_to(at(MONDAY, 14))
        scene.teacher.phone = "13600000001"
        scene.teacher.save()
        scene.take(MONDAY)
        html = clerk.get(HOME).content.decode()
        missing = re.search(r'id="missing".*?</section>', html, re.DOTALL)[0]
        assert "沈明" in missing
        assert "tel:13600000001" in missing
        assert "下午" in missing
        assert "上午" not in missing

    def test_when_all_is_taken_it_says_so(self, scene, clerk):
        scene.take(MONDAY)
        assert "到现在的点名都齐了" in clerk.get(HOME).content.decode()
        scene.take(MONDAY, "PM")
        assert "到现在的点名都齐了" in clerk.get(HOME).content.decode()

    def test_on_a_day_off_it_says_so(self, scene, clerk, clock):
        clock.move_to(at(FRIDAY + timedelta(days=1)))
        assert "今天不上课" in clerk.get(HOME).content.decode()

    def test_who_has_been_out_longest_stands_first(self, scene, clerk):
        scene.take(FRIDAY, second="unexcused")
        scene.take(MONDAY, first="unexcused", second="unexcused")
        out = re.search(r'id="out".*?</section>', clerk.get(HOME).content.decode(), re.DOTALL)[0]
        assert re.findall(r'class="lead"><a href="[^"]+">(\w+)<', out) == ["袁然远", "高东"]


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.BUREAU_OFFICER])
def test_a_board_leads_to_the_ledgers(role, scene):
    client = client_of(cast.person(role=role, **({"school": scene.school} if role == Role.PRINCIPAL else {})))
    html = client.get(HOME).content.decode()
    ledgers = [reverse("reports:roster", args=[code]) for code in ("suspected", "dropped_out")]
    for address in (*ledgers, reverse("students:unaccounted")):
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


class TestTheArea:
    @pytest.mark.parametrize("role", [Role.BUREAU_OFFICER, Role.TOWNSHIP_OFFICER, Role.INSPECTOR])
    def test_schools_stand_side_by_side_and_add_up(self, role, two_classes, scene):
        far = cast.school_class(cast.school("西岭小学", township=scene.school.township))
        child = cast.student(far, "何远")
        cast.take_register(cast.person(role=Role.REGISTRY_CLERK, school=far.school), far, MONDAY,
                           child=(child, "unexcused"))  # fmt: skip
        place = {} if role == Role.BUREAU_OFFICER else {"township": scene.school.township}
        client = client_of(cast.person(role=role, **place))
        html = client.get(HOME).content.decode()
        assert "东坪小学" in html
        assert "西岭小学" in html
        for label in ("待办", "连续缺课"):
            of_schools = re.findall(rf'data-label="{label}">(\d+)<', html)
            assert len(of_schools) == 2
            assert sum(map(int, of_schools)) == stats(html)[label]
        assert stats(html)["待办"] == shown(client)

    def test_of_a_township_holds_its_own_schools_only(self, scene):
        far = cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇")))
        cast.student(far, "何远")
        client = client_of(cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township))
        html = client.get(HOME).content.decode()
        assert "东坪小学" in html
        assert "西岭小学" not in html

    def test_without_a_school_says_what_comes_first(self, db, clock):
        assert "还没有学校" in client_of(cast.person(role=Role.BUREAU_OFFICER)).get(HOME).content.decode()


def test_the_administrator_begins_with_the_accounts(scene):
    assert client_of(cast.person(role=Role.ADMINISTRATOR)).get(HOME).url == reverse("students:people")


@pytest.mark.parametrize(("role", "at_most"), [(Role.PRINCIPAL, 23), (Role.BUREAU_OFFICER, 22)])
def test_a_board_asks_as_often_for_twelve_classes_as_for_two(role, at_most, two_classes, scene):
    place = {"school": scene.school} if role == Role.PRINCIPAL else {}
    client = client_of(cast.person(role=role, **place))

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(HOME)
        return len(asked)

    client.get(HOME)
    few = queries()
    for number in range(3, 13):
        school = scene.school if number % 2 else cast.school(f"第{number}小学", township=scene.school.township)
        school_class = cast.school_class(school, f"2023{number:02}")
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=school)
        child = cast.student(school_class)
        cast.take_register(clerk, school_class, MONDAY, child=(child, "unexcused"))
    assert Student.objects.count() == 14
    assert queries() == few <= at_most

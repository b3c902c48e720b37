"""The pages of the early signs: who reads what, in which order, why; putting off; computing anew."""

from contextlib import closing
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from casework.actions import signs
from casework.models import EarlySign, Obligation, SignDismissal
from casework.queries import signs as queries
from casework.ruleset import Tier
from casework.sign_words import ADVICE, definition, reason
from casework.signs import SIGN_LABELS, SignCode
from students.models import AuditRow, Role
from students.policy import Policy
from tests import cast
from tests.scene import MONDAY, at, client_of, school_days

PAGE, BY_SCHOOL, FILE = (reverse(name) for name in ("casework:signs", "casework:signs_by_school", "reports:signs_file"))
WEEK = school_days(MONDAY - timedelta(days=6), 5)
ATTENDANCE = {"missed": 9, "excused": 0, "slots": 80, "days": 40}


def sign(student, code, details=None, *, since=MONDAY, unseen_days=0):
    details = details if details is not None else {"days": ["2026-09-03", "2026-09-07"]}
    school_class = student.line.school_class
    return EarlySign.objects.create(
        student=student, school_class=school_class, code=code, since=since, unseen_days=unseen_days, details=details,
        computed_on=MONDAY,
    )  # fmt: skip


def text(person, url=PAGE, **asked) -> str:
    return client_of(person).get(url, asked).content.decode()


@pytest.fixture
def absent(scene):
    """The first child has missed four mornings and nobody has called; computed on Monday at 7:40."""
    for day in WEEK[1:]:
        scene.take(day, first="unexcused")
    signs.compute_county(day=MONDAY)
    return scene.children[0]


class TestWords:
    """Why a child has a sign, with its days."""

    @pytest.mark.parametrize(
        ("code", "details", "said"),
        [
            (
                "unexcused",
                {"slots": 5, "window": 45, "days": [["2026-09-07", ["AM"]], ["2026-09-08", ["AM", "PM"]],
                                                    ["2026-10-12", ["PM"]], ["2026-10-13", ["EV"]]]},
                "最近45天旷课5次（9月7日上午，8日上午、下午，10月12日下午，13日晚自习），其后没有联系家长",
            ),
            (
                "unexcused",
                {"slots": 21, "window": 45, "days": [[f"2026-09-{day:02}", list("123")] for day in range(7, 14)]},
                "最近45天旷课21次（9月7日3次，8日3次，9日3次，10日3次，11日3次，12日3次……），其后没有联系家长",
            ),
            ("unseen", {"last": "2026-09-07", "from": "2026-09-07", "days": 14},
             "最后一次到校是9月7日，学期内已有14天没有见到"),
            ("unseen", {"last": None, "from": "2026-09-01", "days": 20}, "从9月1日起一次也没有见到，学期内已有20天"),
            ("attendance", {"missed": 9, "excused": 2, "slots": 80, "days": 40},
             "本学期出勤率88.7%：点名80次，缺勤9次，其中请假2次"),
            ("attendance", {"missed": 1001, "excused": 0, "slots": 10000, "days": 90},
             "本学期出勤率89.9%：点名10000次，缺勤1001次"),
            ("attendance", {"missed": 20, "excused": 0, "slots": 80, "days": 40},
             "本学期出勤率75%：点名80次，缺勤20次"),
            ("first_month", {"days": ["2026-09-03", "2026-09-07"]}, "9月整天缺课2天（9月3日、7日）"),
            ("leave", {"spells": [["2026-09-07", "2026-09-18", 10]], "longest": 10, "window": 45},
             "请假（9月7日至9月18日10天）"),
            ("leave", {"spells": [["2026-09-07", "2026-09-07", 1], ["2026-09-14", "2026-09-15", 2]], "longest": 2,
                       "window": 45}, "最近45天请假2次（9月7日1天，9月14日至9月15日2天）"),
            ("weekdays", {"days": ["2026-09-04", "2026-09-07", "2026-09-11", "2026-09-14"], "missed": 5, "weeks": 8},
             "最近8周缺勤5天，周一、周五占4天（9月4日、7日、11日、14日）"),
        ],
    )  # fmt: skip
    def test_a_reason_names_its_days(self, code, details, said):
        assert reason(SignCode(code), details) == said

    def test_others_are_named_as_far_as_the_reader_may_know_them(self):
        assert reason(SignCode.FAMILY, {}, unnamed=1) == "另有1名同家庭的学生也在缺课"
        assert reason(SignCode.FAMILY, {}, named=["高远（1班）"]) == "同家庭的高远（1班）也在缺课"
        both = reason(SignCode.VILLAGE, {}, named=["高远（1班）", "林越（2班）"], unnamed=3)
        assert both == "同村的高远（1班）、林越（2班）也在缺课，另有3名"

    def test_every_sign_has_a_name_a_definition_and_a_next_step(self):
        for code in SignCode:
            assert SIGN_LABELS[code]
            assert ADVICE[code]
            assert definition(code, Policy()).endswith("。")
        assert "满9天" in definition(SignCode.UNSEEN, Policy(unseen_days=9))


class TestTheList:
    """One entry a child, the most urgent first."""

    def test_it_says_why_until_when_and_where_the_next_step_is_taken(self, scene, absent):
        html = text(scene.teacher)
        assert "最近45天旷课4次（9月2日上午，3日上午，4日上午，7日上午），其后没有联系家长" in html
        assert "截至2026年9月7日 7:40计算" in html
        oldest = Obligation.objects.filter(tier=Tier.CONTACT).order_by("triggered_on").first()
        assert reverse("casework:contact", args=[oldest.pk]) in html
        assert f"{reverse('casework:child', args=[absent.pk])}#year" in html

    def test_most_signs_stand_first_then_the_longest_not_seen(self, scene):
        first, second, third = scene.children
        sign(first, "attendance", ATTENDANCE, unseen_days=1)
        sign(second, "attendance", ATTENDANCE, unseen_days=3)
        sign(third, "attendance", ATTENDANCE)
        sign(third, "first_month")
        rows = queries.children(queries.waiting(cast.scope(scene.teacher), MONDAY))
        assert list(rows) == [third.pk, second.pk, first.pk]
        html = text(scene.teacher)
        assert html.index("胡涛") < html.index("袁然远") < html.index("高东")

    def test_a_tab_shows_one_sign_with_all_the_others_of_its_children(self, scene, absent):
        sign(scene.children[1], "attendance", ATTENDANCE)
        html = text(scene.teacher, sign="unexcused")
        assert "高东" in html
        assert "九月缺课" in html
        assert "袁然远" not in html

    @pytest.mark.parametrize("found", ["高东", "gd", "gaodong"])
    def test_a_child_is_found_by_name_and_pinyin(self, scene, absent, found):
        sign(scene.children[1], "attendance", ATTENDANCE)
        html = text(scene.clerk, q=found)
        assert "高东" in html
        assert "袁然远" not in html

    def test_it_is_narrowed_down_by_class_and_grade(self, scene, absent):
        other = cast.student(cast.school_class(scene.school, "202501"), "林越")
        sign(other, "attendance", ATTENDANCE)
        assert "林越" in text(scene.clerk)
        for asked in ({"school_class": absent.line.school_class_id}, {"grade": 4}):
            html = text(scene.clerk, **asked)
            assert "高东" in html
            assert "林越" not in html
        assert "高东" in text(scene.clerk, school_class="x", grade="99", sign="none")

    def test_an_empty_list_says_so(self, scene):
        assert "没有预警" in text(scene.teacher)
        assert "还没有计算过" in text(scene.teacher)
        assert "没有符合条件的学生" in text(scene.teacher, sign="leave")

    def test_it_asks_as_often_for_ten_children_as_for_one(self, scene, absent):
        def asked(person) -> int:
            client = client_of(person)
            client.get(PAGE)
            with CaptureQueriesContext(connection) as found:
                client.get(PAGE)
            return len(found)

        sign(absent, "family", {"others": [scene.children[1].pk]})
        few = asked(scene.clerk)
        for number in range(10):
            child = cast.student(scene.school_class, f"林{number}")
            sign(child, "attendance", ATTENDANCE)
            sign(child, "family", {"others": [absent.pk]})
        assert asked(scene.clerk) == few <= 21

    def test_a_child_of_another_school_is_not_there(self, scene, absent):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        assert "高东" not in text(cast.person(role=Role.REGISTRY_CLERK, school=far))

    def test_a_teacher_of_lessons_sees_the_own_class_and_not_that_of_the_lessons(self, scene, absent):
        own = cast.school_class(scene.school, "202302")
        teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=own)
        cast.post(teacher, Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        sign(cast.student(own, "林越"), "attendance", ATTENDANCE)
        html = text(teacher)
        assert "林越" in html
        assert "高东" not in html


class TestPrivacy:
    """A reason names no child whom the reader has nothing to do with."""

    @pytest.fixture
    def family(self, scene):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        other = cast.student(cast.school_class(far, "202301"), "高远")
        for one, another in ((scene.children[0], other), (other, scene.children[0])):
            sign(one, "family", {"others": [another.pk]})
        return scene.children[0], other

    def test_a_school_learns_that_there_is_one_and_the_bureau_who(self, scene, family):
        for person in (scene.teacher, scene.clerk):
            html = text(person)
            assert "另有1名同家庭的学生也在缺课" in html
            assert "高远" not in html
        html = text(cast.person(role=Role.BUREAU_OFFICER))
        assert "同家庭的高远（2023级1班）也在缺课" in html

    def test_the_file_and_the_childs_page_name_no_more_than_the_list(self, scene, family):
        answer = client_of(scene.clerk).post(FILE, {"format": ".xlsx"})
        with open_book(answer) as book:
            cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
        assert any("另有1名同家庭的学生也在缺课" in cell for cell in cells)
        assert not any("高远" in cell for cell in cells)
        page = text(scene.clerk, reverse("casework:child", args=[family[0].pk]))
        assert "另有1名同家庭的学生也在缺课" in page
        assert "高远" not in page

    def test_details_hold_ids_and_days_and_no_name(self, scene, absent):
        stored = str(list(EarlySign.objects.values_list("details", flat=True)))
        assert not any(child.name in stored for child in scene.children)


def open_book(answer):
    return closing(load_workbook(BytesIO(b"".join(answer))))


class TestTheFile:
    """What the page lists, as a table."""

    def test_it_holds_the_children_of_the_page_with_reasons_and_what_to_do(self, scene, absent):
        sign(scene.children[1], "attendance", ATTENDANCE)
        answer = client_of(scene.clerk).post(f"{FILE}?sign=unexcused", {"format": ".xlsx"})
        with open_book(answer) as book:
            cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row if cell is not None]
        everything = "".join(cells)
        assert "高东" in everything
        assert "袁然远" not in everything
        assert "最近45天旷课4次" in everything
        assert ADVICE[SignCode.UNEXCUSED] in everything
        assert "高东" not in str(list(AuditRow.objects.values_list("details", flat=True)))


class TestPuttingOff:
    def post(self, person, student, **fields):
        fields = {"codes": "unexcused,first_month", "days": "7", "reason": "感冒在家，周四返校"} | fields
        return client_of(person).post(reverse("casework:put_off_signs", args=[student.pk]), fields)

    def test_it_leaves_the_list_and_stands_under_what_is_known_with_who_and_why(self, scene, absent):
        assert self.post(scene.teacher, absent).status_code == 302
        assert "最近45天旷课4次" not in text(scene.teacher)
        known = text(scene.teacher, sign="put_off")
        assert "沈明（9月7日）：感冒在家，周四返校；9月13日以后再提醒" in known
        assert "恢复提醒" in known
        client_of(scene.teacher).post(reverse("casework:bring_back_signs", args=[absent.pk]))
        assert "最近45天旷课4次" in text(scene.teacher)

    def test_it_comes_back_by_itself(self, scene, absent, clock):
        self.post(scene.teacher, absent)
        for days, is_listed in ((6, False), (7, True)):
            clock.move_to(at(MONDAY + timedelta(days=days)))
            assert ("最近45天旷课4次" in text(scene.teacher)) is is_listed

    def test_not_seen_stays_on_the_heads_list_and_leaves_the_teachers(self, scene, absent):
        head = cast.person(role=Role.PRINCIPAL, school=scene.school)
        sign(scene.children[1], "unseen", {"last": None, "from": "2026-08-20", "days": 18}, unseen_days=18)
        self.post(scene.teacher, scene.children[1], codes="unseen")
        assert "袁然远" not in text(scene.teacher)
        for person in (head, scene.clerk, cast.person(role=Role.BUREAU_OFFICER)):
            html = text(person)
            assert "袁然远" in html
            assert "感冒在家" in html

    @pytest.mark.parametrize(
        "fields", [{"reason": ""}, {"reason": "  "}, {"days": "8"}, {"days": ""}, {"codes": "bad"}, {"codes": ""},
                   {"reason": "长" * 101}],
    )  # fmt: skip
    def test_bad_input_is_refused_in_words_and_nothing_is_written(self, scene, absent, fields):
        assert self.post(scene.teacher, absent, **fields).status_code == 422
        assert not SignDismissal.objects.exists()

    def test_a_child_without_a_sign_says_so(self, scene, absent):
        html = text(scene.teacher, reverse("casework:put_off_signs", args=[scene.children[1].pk]))
        assert "这名学生现在没有预警" in html


class TestComputingAnew:
    def test_the_teacher_presses_for_the_class_and_is_told_what_came_of_it(self, scene):
        for day in WEEK[1:]:
            scene.take(day, first="unexcused")
        client = client_of(scene.teacher)
        url = reverse("casework:compute_class_signs", args=[scene.school_class.pk])
        assert url in text(scene.teacher)
        html = client.post(url, follow=True).content.decode()
        assert "已重算2023级1班的预警：学生3人，预警2条" in html
        assert "高东" in html

    def test_the_clerk_presses_for_the_school(self, scene, absent):
        url = reverse("casework:compute_school_signs", args=[scene.school.pk])
        html = client_of(scene.clerk).post(url, follow=True).content.decode()
        assert "已重算东坪小学的预警" in html

    def test_whoever_oversees_schools_has_no_such_button(self, scene, absent):
        assert "现在重算" not in text(cast.person(role=Role.BUREAU_OFFICER))


class TestWhereSignsShow:
    def test_schools_stand_side_by_side_and_lead_to_their_lists(self, scene, absent):
        html = text(cast.person(role=Role.BUREAU_OFFICER), BY_SCHOOL)
        assert f"{PAGE}?school={scene.school.pk}" in html
        lines = queries.by_school(cast.scope(cast.person(role=Role.BUREAU_OFFICER)), MONDAY)
        assert [(line.school, line.children, sum(line.by_code)) for line in lines] == [(scene.school, 1, 2)]

    def test_the_page_of_attendance_counts_the_children(self, scene, absent):
        html = text(scene.teacher, reverse("students:attendance"))
        assert PAGE in html
        assert "1件待办" in html

    def test_the_home_of_a_teacher_and_the_board_of_a_school_show_the_most_urgent(self, scene, absent):
        for person in (scene.teacher, scene.clerk, cast.person(role=Role.PRINCIPAL, school=scene.school)):
            assert "最近45天旷课4次" in text(person, reverse("home"))

    def test_the_childs_page_shows_its_signs_to_whoever_has_the_child(self, scene, absent):
        url = reverse("casework:child", args=[absent.pk])
        assert "最近45天旷课4次" in text(scene.teacher, url)
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        assert "最近45天旷课4次" not in text(subject, url)

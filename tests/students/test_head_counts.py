"""班级清点: who counts, what a count has to explain, two at once, and what the pages say of it."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import counts
from students.models import AuditRow, Enrolment, HeadCount, HeadCountMissing, OpeningAbsence, Role, Term
from students.queries.head_counts import count_board, refusal_to_count
from tests import cast
from tests.scene import FRIDAY, MONDAY, client_of

BOARD = reverse("students:head_counts")
Reason = HeadCountMissing.Reason


@pytest.fixture
def deputy(scene):
    return cast.person("罗宁", role=Role.DEPUTY_HEAD, school=scene.school)


@pytest.fixture
def count(scene, deputy):
    """Count the class of the scene: ``count(2, first="left")``."""

    def count(present, *, by=None, note="", on_roll=3, seen=None, today=MONDAY, **missing):
        names = dict(zip(("first", "second", "third"), scene.children, strict=True))
        who = by or deputy
        return counts.record_head_count(
            by=who, scope=cast.scope(who), school_class=scene.school_class, present=present, note=note, on_roll=on_roll,
            seen=seen, missing={names[name].pk: Reason(reason) for name, reason in missing.items()}, today=today,
        )  # fmt: skip

    return count


class TestACount:
    def test_keeps_roll_number_and_who_was_missing(self, count, deputy, scene):
        made = count(2, first="absent", note="  ")
        assert (made.on_roll, made.present, made.counted_by, made.counted_on) == (3, 2, deputy, MONDAY)
        assert list(made.missing.values_list("student", "reason")) == [(scene.children[0].pk, "absent")]
        assert AuditRow.objects.get(action="head_count.record").details == {"on_roll": 3, "present": 2, "missing": 1}

    def test_its_roll_stays_when_a_child_leaves_afterwards(self, count, scene):
        made = count(3)
        Enrolment.objects.filter(student=scene.children[0]).update(until=MONDAY)
        made.refresh_from_db()
        assert made.on_roll == 3

    @pytest.mark.parametrize(
        ("present", "missing", "note", "refused"),
        [
            (3, {}, "", None),
            (2, {"first": "unknown"}, "", None),
            (2, {}, "", "还有1人没有勾选"),
            (1, {"first": "left"}, "说明不能代替勾选", "还有1人没有勾选"),
            (3, {"first": "left"}, "", "名单以外多出1人"),
            (3, {"first": "left"}, "借读生一名", None),
            (4, {}, "", "名单以外多出1人"),
            (4, {}, "随班就读一名", None),
            (0, {"first": "left", "second": "left", "third": "left"}, "", None),
        ],
    )
    def test_explains_every_difference(self, present, missing, note, refused, count):
        if refused is None:
            assert count(present, note=note, **missing).present == present
        else:
            with pytest.raises(counts.CountRefused, match=refused):
                count(present, note=note, **missing)
            assert not HeadCount.objects.exists()

    def test_is_refused_where_the_roll_has_changed_since_the_page_was_opened(self, count, scene):
        Enrolment.objects.filter(student=scene.children[0]).update(until=MONDAY)
        with pytest.raises(counts.CountRefused, match="名单刚有变动"):
            count(3)
        with pytest.raises(counts.CountRefused, match="名单刚有变动"):
            count(1, on_roll=2, first="left")

    @pytest.mark.parametrize(
        ("day", "why"),
        [(date(2026, 8, 31), "不在学期里"), (date(2026, 9, 5), "不上课"), (date(2027, 1, 23), "不在学期里")],
    )
    def test_is_taken_on_a_school_day_of_a_term(self, day, why, count):
        with pytest.raises(counts.CountRefused, match=why):
            count(3, today=day)

    def test_sent_twice_is_one(self, count):
        assert count(2, first="left").pk == count(2, first="left").pk
        assert AuditRow.objects.filter(action__startswith="head_count").count() == 1

    def test_is_corrected_by_the_same_person_on_the_same_day(self, count):
        made = count(2, first="left")
        again = count(1, first="left", second="absent", seen=made.recorded_at)
        assert again.pk == made.pk
        assert sorted(again.missing.values_list("reason", flat=True)) == ["absent", "left"]
        assert AuditRow.objects.get(action="head_count.correct").details["present"] == 1

    def test_is_not_overwritten_from_a_page_opened_before_the_correction(self, count):
        count(3)
        with pytest.raises(counts.CountRefused, match="你打开页面之后"):
            count(2, first="left")
        assert HeadCount.objects.get().present == 3

    def test_of_another_person_on_the_same_day_is_told_what_stands(self, count, scene):
        made = count(3)
        with pytest.raises(counts.CountRefused, match=r"罗宁已经清点过这个班：在校3人，实到3人。没有保存"):
            count(2, by=scene.clerk, first="left", seen=made.recorded_at)
        count(2, by=scene.clerk, first="left", today=MONDAY + timedelta(days=1))
        assert HeadCount.objects.count() == 2


class TestWhoMayCount:
    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (Role.HOMEROOM_TEACHER, False), (Role.SUBJECT_TEACHER, False), (Role.REGISTRY_CLERK, True),
            (Role.PRINCIPAL, True), (Role.DEPUTY_HEAD, True), (Role.TOWNSHIP_OFFICER, True),
            (Role.BUREAU_OFFICER, True), (Role.INSPECTOR, True),
        ],
    )  # fmt: skip
    def test_is_whoever_does_not_take_the_register(self, role, may, scene):
        scene.teacher.postings.all().delete()
        in_class = role in (Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER)
        in_area = role in (Role.TOWNSHIP_OFFICER, Role.INSPECTOR)
        place = {"school_class": scene.school_class} if in_class else {"school": scene.school}
        if role == Role.BUREAU_OFFICER:
            place = {}
        elif in_area:
            place = {"township": scene.school.township}
        who = cast.person(role=role, **place)
        assert (refusal_to_count(cast.scope(who), scene.school_class) == "") == may
        response = client_of(who).get(reverse("students:count_class", args=[scene.school_class.pk]))
        assert response.status_code == (200 if may else 403)

    def test_is_never_the_class_s_own_teacher_whatever_else_they_are(self, scene):
        cast.post(scene.teacher, Role.DEPUTY_HEAD, school=scene.school)
        response = client_of(scene.teacher).get(reverse("students:count_class", args=[scene.school_class.pk]))
        assert response.status_code == 403
        assert "自己带的班由别人清点" in response.content.decode()
        beside = cast.school_class(scene.school, "202302")
        assert client_of(scene.teacher).get(reverse("students:count_class", args=[beside.pk])).status_code == 200


class TestThePageOfACount:
    @pytest.fixture
    def address(self, scene):
        return reverse("students:count_class", args=[scene.school_class.pk])

    def send(self, who, address, **fields):
        return client_of(who).post(address, {"on_roll": "3", "seen": "", "present": "3", "note": ""} | fields)

    def test_shows_the_roll_beside_today_s_register(self, scene, deputy, address):
        scene.take(MONDAY, first="unexcused", second="late")
        html = client_of(deputy).get(address).content.decode()
        assert re.search(r"在校</dt><dd>3<", html)
        assert re.search(r"今天上午点名</dt><dd>2<", html)
        reasons = re.findall(r'name="reason-(\d+)".*?<option value="(\w+)" selected', html)
        assert dict(reasons)[str(scene.children[0].pk)] == "absent"

    def test_suggests_no_number(self, deputy, count, address):
        assert client_of(deputy).get(address).context["form"]["present"].value() is None
        count(3)
        assert client_of(deputy).get(address).context["form"]["present"].value() == 3

    def test_says_that_today_has_no_register_yet(self, deputy, address):
        assert "还没点" in client_of(deputy).get(address).content.decode()

    def test_leads_to_what_was_found(self, scene, deputy, address):
        scene.take(MONDAY)
        child = scene.children[0]
        response = self.send(deputy, address, present="2", missing=[child.pk], **{f"reason-{child.pk}": "left"})
        made = HeadCount.objects.get()
        assert response.url == reverse("students:head_count", args=[made.pk])
        html = client_of(scene.teacher).get(response.url).content.decode()
        assert "少1人" in html
        assert "已离校" in html
        assert "点名说在校" in html

    def test_does_not_accuse_a_register_that_has_the_child_absent_or_a_child_elsewhere(self, scene, deputy, count):
        scene.take(MONDAY, first="unexcused")
        made = count(1, first="absent", second="elsewhere")
        assert (
            "点名说在校</" not in client_of(deputy).get(reverse("students:head_count", args=[made.pk])).content.decode()
        )

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"present": ""}, "请填写数到的人数"),
            ({"present": "-1"}, "人数不能小于0"),
            ({"present": "9000"}, "一个班最多200人"),
            ({"present": "两个"}, "人数应是整数"),
            ({"present": "2"}, "还有1人没有勾选"),
            ({"missing": ["x"]}, "提交的内容不完整"),
            ({"missing": ["7" * 30]}, "提交的内容不完整"),
            ({"missing": ["1"], "reason-1": "holiday"}, "提交的内容不完整"),
            ({"missing": ["999999"], "reason-999999": "left", "present": "2"}, "名单刚有变动"),
            ({"note": "长" * 201}, "说明最多200字"),
            ({"seen": "yesterday"}, "提交的内容不完整"),
            ({"on_roll": ""}, "没有保存"),
        ],
    )
    def test_says_what_was_wrong_and_saves_nothing(self, fields, words, deputy, address):
        response = self.send(deputy, address, **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not HeadCount.objects.exists()

    def test_keeps_what_was_ticked_when_it_could_not_be_saved(self, scene, deputy, address):
        child = scene.children[1]
        html = self.send(
            deputy, address, present="", missing=[child.pk], **{f"reason-{child.pk}": "left"}
        ).content.decode()
        assert re.search(rf'value="{child.pk}" checked', html)

    def test_shows_a_second_person_the_count_that_stands(self, count, scene, address):
        count(3)
        html = client_of(scene.clerk).get(address).content.decode()
        assert "今天已有人清点过这个班" in html
        assert '<form class="fields' not in html

    def test_asks_as_many_queries_for_many_children(self, scene, deputy, address):
        client = client_of(deputy)
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        for number in range(20):
            cast.student(scene.school_class, f"学生{number}")
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(many) == len(few) <= 9


class TestTheBoard:
    def board(self, day=MONDAY):
        from students.models import SchoolClass

        return count_board(SchoolClass.objects.all(), Term.objects.get(number=1), day=day)

    def test_owes_two_counts_a_class_and_puts_differences_first(self, scene, count):
        beside = cast.school_class(scene.school, "202302")
        cast.student(beside)
        cast.school_class(scene.school, "202303")  # nobody in it
        assert [(line.school_class, line.owed) for line in self.board().lines] == [(scene.school_class, 2), (beside, 2)]
        counts.record_head_count(
            by=scene.clerk, scope=cast.scope(scene.clerk), school_class=beside, present=0, note="", on_roll=1,
            seen=None, today=FRIDAY,
            missing={beside.enrolments.get().student_id: Reason.LEAVE},
        )  # fmt: skip
        count(3)
        board = self.board()
        assert [(line.school_class, line.owed, line.differs) for line in board.lines] == [
            (beside, 1, True),
            (scene.school_class, 1, False),
        ]
        assert (board.differing, board.owing, board.complete) == (1, 2, 0)

    @pytest.mark.parametrize(("state", "shown"), [("", True), ("differs", False), ("owed", True), ("complete", False)])
    def test_is_narrowed_down(self, state, shown, scene, count, deputy):
        count(3)
        html = client_of(deputy).get(BOARD, {"state": state}).content.decode()
        assert ("实到3" in html) == shown

    def test_says_what_a_count_found(self, count, deputy):
        count(4, note="借读一名")
        assert "多1人" in client_of(deputy).get(BOARD).content.decode()

    def test_has_no_button_for_the_class_s_own_teacher(self, scene, deputy):
        button = reverse("students:count_class", args=[scene.school_class.pk])
        assert button not in client_of(scene.teacher).get(BOARD).content.decode()
        assert button in client_of(deputy).get(BOARD).content.decode()

    def test_asks_as_many_queries_for_many_classes(self, scene, deputy, count):
        count(3)
        client = client_of(deputy)
        client.get(BOARD)
        with CaptureQueriesContext(connection) as few:
            client.get(BOARD)
        for number in range(10, 30):
            cast.student(cast.school_class(scene.school, f"2023{number}"))
        with CaptureQueriesContext(connection) as many:
            client.get(BOARD)
        assert len(many) == len(few) <= 14

    def test_can_be_taken_away_as_a_file(self, count, deputy):
        count(2, first="left")
        response = client_of(deputy).post(reverse("reports:head_counts_file"), {"format": ".xlsx"})
        assert response.status_code == 200
        assert b"".join(response.streaming_content).startswith(b"PK")
        assert AuditRow.objects.filter(subject="reports.head_counts").exists()


class TestAnOpeningAbsence:
    @pytest.fixture
    def missed(self, scene):
        for day in (1, 2, 3, 4, 7):
            scene.take(MONDAY.replace(day=day), first="unexcused")
        return scene.children[0]

    @pytest.fixture
    def address(self, missed):
        return reverse("students:opening_absence", args=[Term.objects.get(number=1).pk, missed.pk])

    def send(self, who, address, **fields):
        return client_of(who).post(address, {"reason": "work", "whereabouts": "广东东莞", "seen": ""} | fields)

    def test_is_noted_by_the_teacher_and_shown_on_the_page(self, scene, address):
        response = self.send(scene.teacher, address)
        assert response.status_code == 302
        html = client_of(scene.clerk).get(response.url).content.decode()
        assert "务工" in html
        assert "广东东莞" in html
        assert "今天内办结" in html  # the visit is due on the fifth school day

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"reason": ""}, "请选择未到原因"),
            ({"reason": "moon"}, "请在列出的原因中选择"),
            ({"whereabouts": ""}, "请写明去了哪里"),
            ({"whereabouts": "远" * 121}, "去向最多120字"),
            ({"seen": "then"}, "提交的内容不完整"),
        ],
    )
    def test_says_what_is_missing(self, fields, words, scene, address):
        response = self.send(scene.teacher, address, **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not OpeningAbsence.objects.exists()

    def test_sent_twice_is_one(self, scene, address):
        self.send(scene.teacher, address)
        self.send(scene.teacher, address)
        assert AuditRow.objects.filter(action="opening_absence.note").count() == 1

    def test_is_not_overwritten_by_somebody_who_did_not_see_it(self, scene, address):
        self.send(scene.teacher, address)
        response = self.send(scene.clerk, address, reason="illness", whereabouts="")
        assert response.status_code == 422
        assert "沈明刚登记过：务工，广东东莞" in response.content.decode()
        seen = OpeningAbsence.objects.get().recorded_at.isoformat()
        assert self.send(scene.clerk, address, reason="illness", whereabouts="", seen=seen).status_code == 302
        assert OpeningAbsence.objects.get().get_reason_display() == "患病"

    def test_is_refused_of_a_child_who_has_come(self, scene, missed):
        address = reverse("students:opening_absence", args=[Term.objects.get(number=1).pk, scene.children[1].pk])
        assert self.send(scene.teacher, address).status_code == 403

    @pytest.mark.parametrize("which", ["", "absent", "lost", "returned"])
    def test_stands_in_the_file(self, which, scene, address):
        self.send(scene.teacher, address)
        response = client_of(scene.clerk).post(f"{reverse('reports:opening_file')}?list={which}", {"format": ".xlsx"})
        assert response.status_code == 200
        assert b"".join(response.streaming_content).startswith(b"PK")

    def test_the_page_of_the_opening_asks_as_many_queries_for_many_classes(self, scene, address):
        client, page = client_of(scene.clerk), reverse("casework:opening")
        for which in ("", "absent"):
            client.get(page, {"list": which})
            with CaptureQueriesContext(connection) as few:
                client.get(page, {"list": which})
            for number in range(20, 30):
                of_class = cast.school_class(scene.school, f"2023{number}{len(which)}")
                child = cast.student(of_class, f"学生{number}")
                cast.take_register(scene.clerk, of_class, FRIDAY, today=MONDAY, child=(child, "unexcused"))
            with CaptureQueriesContext(connection) as many:
                client.get(page, {"list": which})
            assert len(many) == len(few) <= 27

    def test_the_page_of_the_opening_prints_its_definitions(self, scene, address):
        html = client_of(scene.clerk).get(reverse("casework:opening")).content.decode()
        assert "应到：本班本学期第一个上课日在校的学生" in html
        assert "统计各班本学期前5个上课日" in html
        assert "流失和回流无从比较" in html

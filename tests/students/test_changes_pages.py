"""The pages of 学籍变动: what may follow is offered, what may not is refused in words, and a form is one act."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from students.actions import suspensions
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import EnrolmentEvent, Role, Student, Transfer
from tests import cast
from tests.scene import MONDAY, client_of
from tests.students.papers import picture

YESTERDAY = MONDAY - timedelta(days=1)


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def address(child, kind=None) -> str:
    if kind is None:
        return reverse("students:changes_of", args=[child.pk])
    return reverse("students:record_change", args=[child.pk, kind])


def sending(child, day=MONDAY, **fields) -> dict:
    seen = EnrolmentEvent.objects.filter(student=child).order_by("pk").last().pk
    return {"submission": str(uuid4()), "seen": seen, "happened_on": day.isoformat()} | fields


def post(scene, child, kind, by=None, **fields):
    return client_of(by or scene.clerk).post(address(child, kind), sending(child, **fields))


def errors(answer) -> str:
    assert answer.status_code in (409, 422)
    return " ".join(text for texts in answer.context["form"].errors.values() for text in texts)


def record(scene, child, kind, day=MONDAY, **more):
    return record_event(by=scene.clerk, student=child, kind=kind, happened_on=day, today=MONDAY, **more)


class TestTheChildsPage:
    def offered(self, person, child) -> set:
        return set(client_of(person).get(address(child)).context["kinds"])

    def test_only_what_may_follow_is_offered_to_the_clerk(self, scene, child):
        assert self.offered(scene.clerk, child) == {
            *("class_move", "transfer_out", "suspend", "repeat", "skip", "graduate"),
            *("leave_country", "decease", "other_out"),
        }
        record(scene, child, EventKind.SUSPEND)
        assert self.offered(scene.clerk, child) == {
            *("resume", "transfer_out", "leave_country", "decease", "other_out")
        }

    def test_a_dropout_is_for_the_bureau_to_confirm(self, scene, child, bureau):
        assert "drop_out" in self.offered(bureau, child)
        assert "drop_out" not in self.offered(scene.clerk, child)
        refused = post(scene, child, "drop_out", note="不愿返校")
        assert (refused.status_code, child.events.count()) == (403, 1)
        assert "由县教育局认定" in refused.content.decode()
        answer = client_of(bureau).post(address(child, "drop_out"), sending(child, note="不愿返校"), follow=True)
        assert "请学校先签发《学生流失报告》" in answer.content.decode()
        assert child.events.count() == 1

    def test_the_class_teacher_looks_on(self, scene, child):
        answer = client_of(scene.teacher).get(address(child))
        assert answer.context["kinds"] == []
        assert "由学籍管理员登记" in answer.content.decode()

    def test_it_says_who_owes_the_report_and_where(self, scene, child):
        record(scene, child, EventKind.LEAVE_COUNTRY)
        text = client_of(scene.clerk).get(address(child)).content.decode()
        duty = child.obligations.get(tier="change_report")
        assert reverse("casework:duty", args=[duty.pk]) in text
        assert "2023级1班班主任，今天内办结" in text

    def test_its_queries_do_not_grow_with_the_events(self, scene, child, django_assert_max_num_queries):
        other = cast.school_class(scene.school, "202302")
        for day in range(2, 7):
            room = other if day % 2 else scene.school_class
            if day % 2:
                record(scene, child, EventKind.CLASS_MOVE, date(2026, 9, day), school_class=room)
        client = client_of(scene.clerk)
        with django_assert_max_num_queries(22):
            client.get(address(child))


class TestRecording:
    @pytest.mark.parametrize("day", [YESTERDAY, MONDAY])
    def test_what_has_happened_is_recorded(self, scene, child, day):
        assert post(scene, child, "leave_country", day=day).status_code == 302
        assert child.events.get(kind="leave_country").happened_on == day

    def test_what_has_not_happened_yet_is_not(self, scene, child):
        assert "日期还没有到" in errors(post(scene, child, "leave_country", day=MONDAY + timedelta(days=1)))

    def test_nothing_is_put_before_the_last_event(self, scene, child):
        record(scene, child, EventKind.SUSPEND, YESTERDAY)
        assert "不能早于上一项变动" in errors(post(scene, child, "leave_country", day=YESTERDAY - timedelta(days=1)))
        assert post(scene, child, "leave_country", day=YESTERDAY).status_code == 302

    def test_the_form_sent_twice_is_one_event(self, scene, child):
        other = cast.school_class(scene.school, "202302")
        fields, client = sending(child, school_class=other.pk), client_of(scene.clerk)
        answers = [client.post(address(child, "class_move"), fields) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert child.events.filter(kind="class_move").count() == 1

    def test_the_second_of_two_clerks_sees_what_changed(self, scene, child, bureau):
        stale = sending(child)
        record(scene, child, EventKind.SUSPEND)
        answer = client_of(bureau).post(address(child, "leave_country"), stale)
        assert answer.status_code == 409
        assert "何静登记了休学（2026年9月7日），所以这次没有保存" in errors(answer)
        assert child.events.count() == 2

    def test_the_second_clerk_is_told_even_where_that_change_is_why_the_form_is_wrong(self, scene, child):
        other = cast.school_class(scene.school, "202302")
        stale = sending(child, school_class=other.pk)
        record(scene, child, EventKind.CLASS_MOVE, school_class=other)
        answer = client_of(scene.clerk).post(address(child, "class_move"), stale)
        assert answer.status_code == 409
        assert "何静登记了转班（2026年9月7日），所以这次没有保存" in errors(answer)

    def test_what_can_no_longer_follow_is_told_on_the_childs_page(self, scene, child):
        stale = sending(child)
        record(scene, child, EventKind.DECEASE)
        answer = client_of(scene.clerk).post(address(child, "leave_country"), stale, follow=True)
        assert "现在不能登记出国，没有保存" in answer.content.decode()

    def test_a_class_move_goes_to_another_class_of_the_school(self, scene, child):
        far = cast.school_class(cast.school("西岭小学"))
        old = cast.school_class(scene.school, "201601")  # its children have left
        for room in (far, old, scene.school_class):
            assert "请在列出的班级中选择" in errors(post(scene, child, "class_move", school_class=room.pk))

    @pytest.mark.parametrize(("kind", "cohort"), [("repeat", "202401"), ("skip", "202201")])
    def test_repeating_goes_down_and_skipping_up(self, scene, child, kind, cohort):
        lower, higher = cast.school_class(scene.school, "202401"), cast.school_class(scene.school, "202201")
        wanted, other = (lower, higher) if kind == "repeat" else (higher, lower)
        assert errors(post(scene, child, kind, school_class=other.pk, note="经批准"))
        assert post(scene, child, kind, school_class=wanted.pk, note="经批准").status_code == 302
        assert child.enrolments.get(until=None).school_class.number == cohort

    def test_a_certificate_may_come_with_it(self, scene, child):
        assert post(scene, child, "leave_country", paper=picture()).status_code == 302
        assert child.certificates.get().event.kind == "leave_country"
        assert child.obligations.get(tier="change_evidence").done_on == MONDAY

    def test_with_a_bad_file_nothing_is_recorded(self, scene, child):
        bad = picture()
        bad.name, bad.file = "证明.jpg", type(bad.file)(b"<script>alert(1)</script>")
        assert "只收JPG、PNG图片和PDF文件" in errors(post(scene, child, "leave_country", paper=bad))
        assert child.events.count() == 1

    def test_who_leaves_otherwise_is_explained(self, scene, child):
        assert "请填写说明" in errors(post(scene, child, "other_out"))

    @pytest.mark.parametrize("kind", ["void", "nonsense"])
    def test_what_is_no_change_is_not_found(self, scene, child, kind):
        assert client_of(scene.clerk).get(f"/students/{child.pk}/changes/{kind}/").status_code == 404

    def test_a_page_without_its_hidden_fields_is_told(self, scene, child):
        answer = client_of(scene.clerk).post(address(child, "leave_country"), {"happened_on": "2026-09-07"})
        assert "提交的内容不完整，没有保存" in errors(answer)

    def test_a_suspension_is_asked_for_instead(self, scene, child):
        answer = client_of(scene.clerk).get(address(child, "suspend"))
        assert answer.url == reverse("students:ask_suspension", args=[child.pk])


class TestTransferOut:
    def test_a_school_is_found_by_its_name(self, scene, child):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        assert post(scene, child, "transfer_out", to_school="西岭小学").status_code == 302
        assert Transfer.objects.get().to_school == far

    def test_two_schools_of_one_name_are_told_apart_by_township(self, scene, child):
        cast.school("中心小学", township=cast.township("西岭镇"))
        wanted = cast.school("中心小学", township=cast.township("南河镇"))
        refused = errors(post(scene, child, "transfer_out", to_school="中心小学"))
        assert "中心小学（西岭镇）、中心小学（南河镇）" in refused
        assert post(scene, child, "transfer_out", to_school="中心小学（南河镇）").status_code == 302
        assert Transfer.objects.get().to_school == wanted

    @pytest.mark.parametrize("where", [{}, {"to_school": "西岭小学", "to_place": "成都"}])
    def test_it_goes_to_one_place(self, scene, child, where):
        cast.school("西岭小学")
        assert "请填其中一项" in errors(post(scene, child, "transfer_out", **where))

    def test_an_unknown_school_is_told(self, scene, child):
        assert "县内没有唯一叫“北山小学”的学校" in errors(post(scene, child, "transfer_out", to_school="北山小学"))


class TestCorrecting:
    def test_a_day_is_corrected_and_both_are_shown(self, scene, child):
        event = record(scene, child, EventKind.LEAVE_COUNTRY)
        fields = sending(child, day=YESTERDAY, do="correct", reason="抄错")
        answer = client_of(scene.clerk).post(reverse("students:correct_change", args=[event.pk]), fields, follow=True)
        assert "<s>出国</s>" in answer.content.decode()
        assert child.events.effective().get(kind="leave_country").happened_on == YESTERDAY

    def test_it_is_voided(self, scene, child):
        event = record(scene, child, EventKind.LEAVE_COUNTRY)
        fields = sending(child, do="void", reason="没有出国")
        client_of(scene.clerk).post(reverse("students:correct_change", args=[event.pk]), fields)
        assert not child.events.effective().filter(kind="leave_country").exists()

    def test_an_admission_to_come_changes_its_class_keeps_its_day_and_can_be_voided(self, scene):
        coming = MONDAY + timedelta(days=20)
        child = cast.student(scene.school_class, "安然", since=coming)
        other = cast.school_class(scene.school, "202302")
        clerk = client_of(scene.clerk)

        def send(**fields):
            url = reverse("students:correct_change", args=[child.events.effective().get().pk])
            return clerk.post(
                url, sending(child, **{"day": coming, "reason": "抄错", "school_class": other.pk} | fields)
            )

        refused = errors(send(do="correct", day=coming - timedelta(days=1)))
        assert "日期还没有到；只改班级的，日期留2026年9月27日，不会发生的，选“作废”" in refused
        assert send(do="correct").status_code == 302
        assert child.events.effective().get().school_class == other
        assert send(do="void").status_code == 302
        assert not child.events.effective().exists()

    def test_a_reason_is_asked_and_something_must_change(self, scene, child):
        event = child.events.get()
        url = reverse("students:correct_change", args=[event.pk])
        same = sending(child, day=event.happened_on, do="correct", school_class=scene.school_class.pk)
        assert "请填写理由" in errors(client_of(scene.clerk).post(url, same))
        assert "都没有改" in errors(client_of(scene.clerk).post(url, same | {"reason": "抄错"}))

    def test_a_day_before_birth_is_refused(self, scene, child):
        url = reverse("students:correct_change", args=[child.events.get().pk])
        fields = sending(child, day=date(2014, 5, 5), do="correct", reason="抄错", school_class=scene.school_class.pk)
        assert "不能早于" in errors(client_of(scene.clerk).post(url, fields))

    def test_what_the_bureau_approved_the_clerk_does_not_take_back(self, scene, child):
        event = record(scene, child, EventKind.SUSPEND)
        url = reverse("students:correct_change", args=[event.pk])
        assert client_of(scene.clerk).get(url).status_code == 403


class TestNewChild:
    def fields(self, scene, **more) -> dict:
        number = cast.identity_number(date(2019, 10, 1))
        return {
            "submission": str(uuid4()),
            "kind": "transfer_in",
            "happened_on": MONDAY.isoformat(),
            "school_class": scene.school_class.pk,
            "name": "林 越",
            "sex": "男",
            "birth_date": "2019-10-01",
            "id_type": "居民身份证",
            "id_number": number.lower(),
            "student_number": f"G{number}",
            "standing": "registered",
        } | more

    def send(self, scene, fields, by=None, **more):
        return client_of(by or scene.clerk).post(reverse("students:new_child"), fields | more)

    def test_a_child_from_outside_the_county_enters_once(self, scene):
        fields = self.fields(scene)
        for _ in range(2):
            assert self.send(scene, fields).status_code == 302
        child = Student.objects.get(name="林越")
        assert child.events.get().kind == "transfer_in"
        assert child.search_keys.exists()
        assert child.line.school_class == scene.school_class

    def test_a_child_without_a_student_number_waits_for_one(self, scene):
        assert self.send(scene, self.fields(scene, student_number="", standing="guest")).status_code == 302
        child = Student.objects.get(name="林越")
        assert (child.student_number, child.standing) == (None, "guest")

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"sex": "女"}, "与身份证件号不符：号码里是男"),
            ({"birth_date": "2019-10-02"}, "与身份证件号不符：号码里是2019年10月1日"),
            ({"id_number": ""}, "号码不能空着"),
            ({"id_number": "629901201910010000"}, "身份证号"),
            ({"student_number": "G1"}, "学籍号应为19位"),
            ({"id_type": "护照", "id_number": "", "student_number": ""}, "至少填一个"),
            ({"birth_date": "2026-09-08", "id_type": "护照"}, "出生日期晚于到校日期"),
            ({"happened_on": "2026-09-08"}, "日期还没有到"),
            ({"birth_date": "1989-12-31", "id_type": "护照"}, "出生日期早于1990年"),
            ({"happened_on": "2023-08-31"}, "2023级1班从2023年9月1日起才有"),
        ],
    )
    def test_what_does_not_agree_is_told(self, scene, change, told):
        assert told in errors(self.send(scene, self.fields(scene), **change))
        assert not Student.objects.filter(name="林越").exists()

    def test_a_number_that_somebody_has_is_shown_with_both_sides(self, scene):
        far = cast.student(cast.school_class(cast.school("西岭小学")), "韩冰")
        fields = self.fields(scene, birth_date="2014-05-06", id_number=far.id_number, student_number="")
        answer = self.send(scene, fields)
        text = answer.content.decode()
        assert answer.status_code == 409
        for words in ("林越，男，2014年5月6日", "韩冰，男，2014年生", "西岭小学2023级1班，在校", "不能重复登记"):
            assert words in text
        assert far.events.count() == 1
        assert "take_in" not in text
        assert self.send(scene, fields, take_in=far.pk).status_code == 422
        assert far.events.count() == 1

    def test_a_child_who_has_left_is_taken_in_as_the_same_child(self, scene):
        room = cast.school_class(cast.school("西岭小学"))
        gone = cast.student(room, "韩冰")
        record(scene, gone, EventKind.TRANSFER_OUT, YESTERDAY)
        fields = self.fields(scene, name="韩冰", birth_date="2014-05-06", id_number=gone.id_number, student_number="")
        assert "转入这名学生" in self.send(scene, fields).content.decode()
        for _ in range(2):
            assert self.send(scene, fields, take_in=gone.pk).status_code == 302
        assert gone.enrolments.get(until=None).school_class == scene.school_class
        assert gone.events.count() == 3

    def test_another_childs_number_cannot_be_taken_along(self, scene):
        gone = cast.student(cast.school_class(cast.school("西岭小学")), "韩冰")
        record(scene, gone, EventKind.TRANSFER_OUT, YESTERDAY)
        self.send(scene, self.fields(scene), take_in=gone.pk)
        assert gone.events.count() == 2

    def test_a_child_that_another_school_is_offered_waits_for_its_answer(self, scene):
        room, third = cast.school_class(cast.school("西岭小学")), cast.school("南河小学")
        gone = cast.student(room, "韩冰")
        from_clerk = cast.person(role=Role.REGISTRY_CLERK, school=room.school)
        client_of(from_clerk).post(address(gone, "transfer_out"), sending(gone, to_school=third.name))
        fields = self.fields(scene, birth_date="2014-05-06", id_number=gone.id_number, student_number="")
        assert "正等南河小学答复" in errors(self.send(scene, fields, take_in=gone.pk))

    def test_whom_another_school_has_offered_to_this_one_is_accepted_by_taking_it_in(self, scene):
        room = cast.school_class(cast.school("西岭小学"))
        gone = cast.student(room, "韩冰")
        from_clerk = cast.person(role=Role.REGISTRY_CLERK, school=room.school)
        client_of(from_clerk).post(address(gone, "transfer_out"), sending(gone, to_school=scene.school.name))
        fields = self.fields(scene, birth_date="2014-05-06", id_number=gone.id_number, student_number="")
        assert self.send(scene, fields, take_in=gone.pk).status_code == 302
        transfer = gone.transfers.get()
        assert (transfer.answer, transfer.in_event) == ("accepted", gone.events.get(kind="transfer_in"))
        assert transfer.out_event.confirmed_on == MONDAY

    def test_a_class_of_another_school_cannot_be_chosen(self, scene):
        far = cast.school_class(cast.school("西岭小学"))
        assert "请在列出的班级中选择" in errors(self.send(scene, self.fields(scene), school_class=far.pk))


def test_who_is_suspended_comes_back_into_the_last_class(scene, child):
    request = suspensions.ask(
        by=scene.clerk,
        student=child,
        ground="illness",
        reason="骨折",
        starts_on=YESTERDAY,
        ends_on=MONDAY,
        today=MONDAY,
    )
    suspensions.approve(by=scene.clerk, suspension=request, paper_number="1号", today=MONDAY)
    form = client_of(scene.clerk).get(address(child, "resume")).context["form"]
    assert form["school_class"].initial == scene.school_class.pk
    assert post(scene, child, "resume", school_class=scene.school_class.pk).status_code == 302
    assert child.enrolments.get(until=None).standing == "attending"

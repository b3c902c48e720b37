"""Correcting a child's identity, giving it a 学籍号, keeping its family and special groups."""

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from students.actions import families, identity
from students.actions.meanwhile import marks_of
from students.models import AuditRow, FormerNumber, Guardian, SearchKey, SpecialGroup, Student
from tests import cast
from tests.scene import MONDAY, PHONE, client_of


@pytest.fixture
def child(scene) -> Student:
    return scene.children[0]


def identity_fields(child: Student, **changed) -> dict:
    """The identity form as the page sends it, numbers left blank."""
    fields = {field: getattr(child, field) for field in identity.FIELDS if field not in ("id_number", "phone")} | {
        "id_number": "",
        "phone": "",
        "opened": marks_of(child, identity.FIELDS),
    }
    return {name: "" if value is None else value for name, value in (fields | changed).items()}


def send(person, address: str, args, /, **fields):
    return client_of(person).post(reverse(f"students:{address}", args=args), fields)


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def correct(scene, child, **changed):
    return send(scene.clerk, "identity", [child.pk], **identity_fields(child, **changed))


class TestIdentity:
    def test_a_correction_is_saved_found_and_logged_without_names(self, scene, child):
        response = correct(scene, child, name="高冬", address="石桥村3号")
        assert (response.status_code, response.url) == (302, reverse("casework:child", args=[child.pk]))
        assert "姓名、现住址" in said(response)
        child.refresh_from_db()
        assert (child.name, child.address) == ("高冬", "石桥村3号")
        assert SearchKey.objects.filter(student=child, key="高冬").exists()
        row = AuditRow.objects.get(action="identity.correct")
        assert row.details == {"fields": ["name", "address"]}

    def test_a_character_that_no_database_keeps_is_refused_in_words(self, scene, child):
        response = correct(scene, child, address="石桥村\0三号")
        assert response.status_code == 422
        assert "文字里夹着看不见的控制字符，请清空后重新输入" in response.content.decode()

    def test_a_blank_number_keeps_the_one_that_is_there(self, scene, child):
        number = child.id_number
        correct(scene, child, ethnicity="汉族")
        child.refresh_from_db()
        assert (child.id_number, child.ethnicity) == (number, "汉族")

    def test_the_form_shows_no_number_in_full(self, scene, child):
        Student.objects.filter(pk=child.pk).update(phone=PHONE)
        text = client_of(scene.clerk).get(reverse("students:identity", args=[child.pk])).content.decode()
        assert child.id_number not in text
        assert PHONE not in text
        assert "139****1234" in text

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"birth_date": "2026-09-08"}, "出生日期还没有到"),
            ({"birth_date": "1989-12-31"}, "早于1990年"),
            ({"birth_date": "2024-01-01"}, "晚于入学年月"),
            ({"birth_date": "2014-05-07"}, "与身份证件号不符：号码里是2014年5月6日"),
            ({"birth_date": "2014-13-01"}, "出生日期没有看懂"),
            ({"sex": "女"}, "与身份证件号不符：号码里是男"),
            ({"id_number": "62990120140506001"}, "身份证号应为18位"),
            ({"id_number": "629901201405061110"}, "校验码不对"),
            ({"name": ""}, "请填写姓名"),
            ({"list_position": "0"}, "班内学号从1开始"),
            ({"home_area_code": "999999999999"}, "请在列出的户籍村中选择"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words_and_nothing_is_saved(self, scene, child, changed, words):
        before = Student.objects.values().get(pk=child.pk)
        response = correct(scene, child, **changed)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert Student.objects.values().get(pk=child.pk) == before
        assert not AuditRow.objects.filter(action="identity.correct").exists()

    def test_a_number_of_a_child_at_another_school_shows_both_sides_and_merges_nothing(self, scene, child):
        far = cast.school_class(cast.school("西岭小学"))
        other = cast.student(far, "欧阳山")
        response = correct(scene, child, id_number=other.id_number)
        text = response.content.decode()
        assert response.status_code == 422
        for words in ("西岭小学", "欧某某", "东坪小学", child.name):
            assert words in text
        assert "欧阳山" not in text
        child.refresh_from_db()
        assert child.id_number != other.id_number

    def test_a_number_taken_while_this_one_was_being_saved_is_told_as_well(self, scene, child, monkeypatch):
        other, looked = cast.student(scene.school_class, "何远"), []
        look = identity._refuse_taken
        monkeypatch.setattr(identity, "_refuse_taken", lambda *args: look(*args) if looked else looked.append(args))
        response = correct(scene, child, id_number=other.id_number)
        assert response.status_code == 422
        assert other.name in response.content.decode()

    def test_sent_twice_it_is_one(self, scene, child):
        fields = identity_fields(child, ethnicity="苗族")
        send(scene.clerk, "identity", [child.pk], **fields)
        response = send(scene.clerk, "identity", [child.pk], **fields)
        assert "没有需要保存的修改" in said(response)
        assert AuditRow.objects.filter(action="identity.correct").count() == 1

    def test_two_clerks_at_once_the_second_sees_what_changed(self, scene, child):
        opened = identity_fields(child)
        second = cast.person("罗宁", role="registry_clerk", school=scene.school)
        send(scene.clerk, "identity", [child.pk], **opened | {"address": "石桥村3号", "ethnicity": "苗族"})
        response = send(second, "identity", [child.pk], **opened | {"address": "石桥村8号"})
        text = response.content.decode()
        assert response.status_code == 409
        assert "现住址：现在是“石桥村3号”，你填的是“石桥村8号”" in text
        assert "民族：现在是“苗族”，你没有改" in text
        assert scene.clerk.name in text
        child.refresh_from_db()
        assert (child.address, child.ethnicity) == ("石桥村3号", "苗族")
        # what comes next is meant: the second saves the form as it stands now, the first one's 民族 included
        form = response.context["form"]
        sent = {bound.html_name: bound.value() or "" for bound in form}
        send(second, "identity", [child.pk], **sent)
        child.refresh_from_db()
        assert (child.address, child.ethnicity) == ("石桥村8号", "苗族")

    def test_a_form_that_does_not_say_what_it_was_opened_with_saves_nothing(self, scene, child):
        assert correct(scene, child, ethnicity="苗族", opened="x").status_code == 409
        child.refresh_from_db()
        assert child.ethnicity == ""

    def test_a_corrected_identity_number_asks_for_a_new_student_number(self, scene, child):
        number = cast.identity_number()
        correct(scene, child, id_number=number)
        page = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
        assert "学籍号和更正后的身份证件号不一致" in page
        response = change_number(scene, child, f"G{number}")
        assert response.status_code == 302
        page = client_of(scene.clerk).get(reverse("casework:child", args=[child.pk])).content.decode()
        assert "学籍号和更正后的身份证件号不一致" not in page


def change_number(scene, child, number: str, **fields):
    child.refresh_from_db()
    given = {"student_number": number, "opened": marks_of(child, ("student_number",))} | fields
    return send(scene.clerk, "student_number", [child.pk], **given)


class TestStudentNumber:
    TEMPORARY = "L62990120140506001X"

    @pytest.fixture
    def temporary(self, scene) -> Student:
        return cast.student(scene.school_class, "何远", student_number=self.TEMPORARY)

    def test_a_temporary_number_becomes_formal_and_stays_as_history(self, scene, temporary):
        response = change_number(scene, temporary, f"g{temporary.id_number.lower()} ")
        assert response.status_code == 302
        temporary.refresh_from_db()
        assert temporary.student_number == f"G{temporary.id_number}"
        former = FormerNumber.objects.get(student=temporary)
        assert (former.number, former.replaced_by) == (self.TEMPORARY, scene.clerk)
        assert AuditRow.objects.get(action="identity.change_number").details == {"before": "L", "after": "G"}
        key = temporary.student_number[-4:].lower()
        assert SearchKey.objects.filter(student=temporary, key=key).exists()

    def test_a_child_without_one_gets_its_first(self, scene):
        child = cast.student(scene.school_class, "何远", student_number=None)
        assert change_number(scene, child, f"G{child.id_number}").status_code == 302
        assert not FormerNumber.objects.exists()

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            ("L123", "学籍号应为19位"),
            ("X62990120140506001X", "学籍号应为19位"),
            ("G629901201405061110", "有效的身份证号"),
            ("", "请填写新学籍号"),
        ],
    )
    def test_a_number_out_of_shape_is_refused(self, scene, temporary, number, words):
        response = change_number(scene, temporary, number)
        assert response.status_code == 422
        assert words in response.content.decode()

    def test_a_formal_number_must_follow_the_childs_own_identity_number(self, scene, temporary):
        response = change_number(scene, temporary, f"G{cast.identity_number()}")
        assert "与本人身份证件号不同" in response.content.decode()
        Student.objects.filter(pk=temporary.pk).update(id_number=None, id_type="无")
        response = change_number(scene, temporary, f"G{cast.identity_number()}")
        assert "没有登记居民身份证号" in response.content.decode()

    def test_formal_does_not_become_temporary_again(self, scene, child):
        assert "不能换成临时学籍号" in change_number(scene, child, self.TEMPORARY).content.decode()

    @pytest.mark.parametrize("former", [False, True], ids=["present", "former"])
    def test_a_number_of_another_child_present_or_former_is_refused_with_both_sides(self, scene, temporary, former):
        far = cast.student(cast.school_class(cast.school("西岭小学")), "欧阳山", student_number="J629901201405069999")
        if former:
            identity.change_number(
                by=scene.clerk, student=far, number=f"G{far.id_number}", opened=marks_of(far, ("student_number",))
            )
        response = change_number(scene, temporary, "J629901201405069999")
        text = response.content.decode()
        assert response.status_code == 422
        assert "西岭小学" in text
        assert "欧某某" in text
        temporary.refresh_from_db()
        assert temporary.student_number == self.TEMPORARY

    def test_two_clerks_at_once_the_second_is_told(self, scene, temporary):
        opened = marks_of(temporary, ("student_number",))
        change_number(scene, temporary, f"G{temporary.id_number}")
        response = change_number(scene, temporary, "J629901201405069999", opened=opened)
        assert response.status_code == 409
        assert "你打开页面之后，内容改过" in response.content.decode()
        temporary.refresh_from_db()
        assert temporary.student_number == f"G{temporary.id_number}"


class TestFamily:
    @pytest.fixture
    def mother(self, child) -> Guardian:
        return child.guardians.get()

    def test_a_member_is_added_once_after_the_others(self, scene, child):
        fields = {"name": "高山", "relation": "父亲", "phone": "138 0000 1111", "is_guardian": "on"}
        for _ in range(2):
            send(scene.teacher, "add_member", [child.pk], **fields)
        father = child.guardians.get(name="高山")
        assert (father.position, father.phone, father.is_guardian) == (2, "13800001111", True)
        assert AuditRow.objects.get(action="family.add").details == {"student": child.pk}

    @pytest.mark.parametrize("phone", ["123", "电话没有", "1380000111122223"])
    def test_a_telephone_that_cannot_be_is_refused(self, scene, child, phone):
        response = send(scene.teacher, "add_member", [child.pk], name="高山", relation="父亲", phone=phone)
        assert response.status_code == 422
        assert "电话应是7到15位数字" in response.content.decode()

    def test_a_new_number_has_not_been_tried(self, scene, child, mother):
        families.set_phone_state(by=scene.teacher, member=mother, state=Guardian.PhoneState.WRONG)
        mother.refresh_from_db()
        opened = marks_of(mother, families.FIELDS)
        fields = {"name": mother.name, "relation": "母亲", "is_guardian": "on", "opened": opened}
        send(scene.teacher, "edit_member", [child.pk, mother.pk], phone="13800002222", **fields)
        mother.refresh_from_db()
        assert (mother.phone, mother.phone_state, mother.phone_checked_by) == ("13800002222", "", None)
        assert AuditRow.objects.get(action="family.change").details == {"student": child.pk, "fields": ["phone"]}

    def test_two_teachers_at_once_the_second_sees_both_values(self, scene, child, mother):
        fields = {"relation": "母亲", "is_guardian": "on", "opened": marks_of(mother, families.FIELDS)}
        send(scene.teacher, "edit_member", [child.pk, mother.pk], name="曾洁", phone="", **fields)
        response = send(scene.clerk, "edit_member", [child.pk, mother.pk], name="曾婕", phone="", **fields)
        assert response.status_code == 409
        assert "姓名：现在是“曾洁”，你填的是“曾婕”" in response.content.decode()

    def test_removing_asks_first_and_a_second_press_says_so(self, scene, child, mother):
        address = [child.pk, mother.pk]
        page = client_of(scene.teacher).get(reverse("students:remove_member", args=address))
        assert Guardian.objects.filter(pk=mother.pk).exists()
        assert mother.name in page.content.decode()
        send(scene.teacher, "remove_member", address)
        assert not Guardian.objects.filter(pk=mother.pk).exists()
        assert "已经删除过了" in said(send(scene.teacher, "remove_member", address))
        assert AuditRow.objects.filter(action="family.remove").count() == 1

    def test_one_tap_says_whether_the_number_answers_and_another_sets_it_again(self, scene, child, mother):
        for state, label in (("wrong", "号码不对"), ("answers", "打得通")):
            response = send(scene.teacher, "phone_state", [child.pk, mother.pk], state=state)
            assert label in said(response)
        mother.refresh_from_db()
        assert (mother.phone_state, mother.phone_checked_by) == ("answers", scene.teacher)
        assert "没有保存" in said(send(scene.teacher, "phone_state", [child.pk, mother.pk], state="nonsense"))

    def test_dialling_leads_to_the_telephone_and_only_for_those_who_call(self, scene, child, mother):
        address = reverse("students:dial", args=[child.pk, mother.pk])
        assert client_of(scene.teacher).get(address).url == f"tel:{PHONE}"
        subject = cast.person(role="subject_teacher", school_class=scene.school_class)
        assert client_of(subject).get(address).status_code == 403

    def test_a_member_of_another_child_is_not_found_here(self, scene, child):
        other = scene.children[1].guardians.get()
        assert send(scene.teacher, "phone_state", [child.pk, other.pk], state="wrong").status_code == 404


class TestGroups:
    def add(self, scene, child, since: date, kind="left_behind_one", detail=""):
        return send(scene.teacher, "add_group", [child.pk], kind=kind, since=since.isoformat(), detail=detail)

    def test_a_group_is_added_once_and_ends(self, scene, child):
        for _ in range(2):
            assert self.add(scene, child, MONDAY).status_code == 302
        group = SpecialGroup.objects.get()
        response = send(scene.teacher, "end_group", [child.pk, group.pk], until=MONDAY.isoformat())
        assert response.status_code == 302
        group.refresh_from_db()
        assert (group.since, group.until) == (MONDAY, MONDAY)
        response = send(scene.teacher, "end_group", [child.pk, group.pk], until="2026-09-06")
        assert "别人已经登记为2026年9月7日起不再属于" in response.content.decode()

    def test_an_open_row_refuses_another_of_its_kind(self, scene, child):
        self.add(scene, child, MONDAY - timedelta(days=7))
        response = self.add(scene, child, MONDAY)
        assert response.status_code == 422
        assert "2026年8月31日起已经登记为“单亲留守”" in response.content.decode()

    @pytest.mark.parametrize(("since", "status"), [(date(2026, 8, 19), 422), (date(2026, 8, 20), 302)])
    def test_a_closed_row_refuses_the_day_before_its_end_and_not_the_end(self, scene, child, since, status):
        SpecialGroup.objects.create(
            student=child, kind="left_behind_one", since=date(2026, 8, 1), until=date(2026, 8, 20)
        )
        assert self.add(scene, child, since).status_code == status

    @pytest.mark.parametrize(
        ("since", "words"), [(MONDAY + timedelta(days=1), "还没有到"), (date(2014, 5, 5), "早于出生日期")]
    )
    def test_a_day_out_of_the_childs_life_is_refused(self, scene, child, since, words):
        assert words in self.add(scene, child, since).content.decode()

    @pytest.mark.parametrize("until", [MONDAY + timedelta(days=1), MONDAY - timedelta(days=8)])
    def test_a_group_ends_between_its_start_and_today(self, scene, child, until):
        group = SpecialGroup.objects.create(student=child, kind="orphan", since=MONDAY - timedelta(days=7))
        response = send(scene.teacher, "end_group", [child.pk, group.pk], until=until.isoformat())
        assert response.status_code == 422
        assert "结束日期应在" in response.content.decode()

"""核对: from the upload to a settled difference."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from students.access import Scope
from students.actions.comparisons import AlreadySettled, settle
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AdoptedPolicy, AuditRow, Comparison, Difference, FormerStanding, Role
from students.queries.comparisons import comparable_schools
from tests import cast
from tests.national_export import exported
from tests.scene import FRIDAY, MONDAY, at, client_of
from tests.workbook.workbooks import xls, xlsx

LIST = reverse("students:comparisons")


def rows_of(scene):
    return [exported(child) for child in scene.children]


def upload(person, rows, *, make=xls, as_of=MONDAY, **fields):
    sent = {"file": make({"Sheet1": rows}), "as_of": str(as_of), "submission": str(uuid4())}
    return client_of(person).post(LIST, sent | fields)


def found(**wanted):
    rows = Comparison.objects.latest("pk").differences.filter(**wanted)
    return [(row.kind, row.name, row.field, row.theirs, row.ours) for row in rows]


def test_an_export_that_agrees_leaves_nothing_to_do(scene):
    response = upload(scene.clerk, rows_of(scene))
    made = Comparison.objects.get()
    assert response.url == reverse("students:comparison", args=[made.pk])
    assert (made.there, made.here, list(made.schools.all()), found()) == (3, 3, [scene.school], [])


@pytest.mark.parametrize("make", [xls, xlsx])
def test_each_kind_of_difference(scene, make):
    first, second, _ = rows_of(scene)
    stranger = first | {"姓名": "陌生人", "学籍号": "L" + "7" * 18, "身份证件号": ""}
    upload(scene.clerk, [first | {"姓名": "高冬"}, second, stranger], make=make)
    assert found() == [
        ("field", "高东", "姓名", "高冬", "高东"),
        ("only_here", "胡涛", "", "", "2023年9月1日入学"),
        ("only_there", "陌生人", "", "", ""),
    ]
    assert Difference.objects.get(name="陌生人").number == "L7777********7777"


@pytest.mark.parametrize(
    ("as_of", "kind"),
    [(date(2026, 10, 9), "only_there"), (date(2026, 10, 10), "pending"), (date(2026, 10, 12), "pending")],
)
def test_a_transfer_is_late_after_ten_working_days_over_the_holidays(scene, clock, as_of, kind):
    rows = rows_of(scene)
    happened_on = date(2026, 9, 18)
    clock.move_to(at(date(2026, 10, 13)))
    today = date(2026, 10, 13)
    record_event(
        by=scene.clerk, student=scene.children[0], kind=EventKind.TRANSFER_OUT, happened_on=happened_on, today=today
    )
    upload(scene.clerk, rows, as_of=as_of)
    [(told, name, _, _, ours)] = found()
    assert (told, name) == (kind, "高东")
    assert "2026年9月18日转出" in ours
    assert "2026年10月9日" in ours


def test_the_county_may_give_more_time(scene, clock):
    rows = rows_of(scene)
    clock.move_to(at(date(2026, 9, 30)))
    AdoptedPolicy.objects.create(
        starts_on=FRIDAY, content={"national_working_days": 30}, adopted_at=timezone.now(), adopted_by=scene.clerk
    )
    record_event(
        by=scene.clerk,
        student=scene.children[0],
        kind=EventKind.TRANSFER_OUT,
        happened_on=FRIDAY,
        today=date(2026, 9, 30),
    )
    upload(scene.clerk, rows, as_of=date(2026, 9, 30))
    assert [kind for kind, *_ in found()] == ["only_there"]


def test_ours_is_read_as_of_the_day_of_the_export(scene):
    rows = rows_of(scene)
    record_event(
        by=scene.clerk, student=scene.children[0], kind=EventKind.TRANSFER_OUT, happened_on=FRIDAY, today=MONDAY
    )
    upload(scene.clerk, rows, as_of=date(2026, 9, 3))
    assert found() == []


def test_a_guest_is_not_missed_there(scene):
    type(scene.children[2]).objects.filter(pk=scene.children[2].pk).update(standing="guest")
    upload(scene.clerk, rows_of(scene)[:2])
    assert found() == []


def test_who_became_a_guest_later_is_missed_there_as_of_the_day_before(scene):
    child = scene.children[2]
    type(child).objects.filter(pk=child.pk).update(standing="guest")
    FormerStanding.objects.create(student=child, standing="registered", until=MONDAY, replaced_at=timezone.now())
    upload(scene.clerk, rows_of(scene)[:2])
    assert found() == []
    upload(scene.clerk, rows_of(scene)[:2], as_of=FRIDAY)
    assert [(kind, name) for kind, name, *_ in found()] == [("only_here", "胡涛")]


def test_another_school_is_refused_in_words_and_nothing_is_kept(scene):
    far = cast.student(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))))
    response = upload(scene.clerk, [*rows_of(scene), exported(far)])
    assert response.status_code == 422
    html = response.content.decode()
    assert "文件里有不归你管理、或本系统没有的学校" in html
    assert "（第5行）" in html
    assert not Comparison.objects.exists()
    assert not AuditRow.objects.filter(action="comparison.compare").exists()


def test_the_bureau_compares_all_schools_at_once(scene):
    far = cast.student(cast.school_class(cast.school("西岭小学")))
    bureau = cast.person(role=Role.BUREAU_OFFICER)
    upload(bureau, [*rows_of(scene), exported(far, 姓名="别名")])
    assert found() == [("field", "高东", "姓名", "别名", "高东")]
    page = client_of(scene.clerk).get(reverse("students:comparison", args=[Comparison.objects.get().pk]))
    assert page.status_code == 200
    assert "别名" not in page.content.decode()


def test_the_same_form_sent_twice_is_one_comparison(scene):
    submission = str(uuid4())
    first, second = (upload(scene.clerk, rows_of(scene), submission=submission) for _ in range(2))
    assert first.url == second.url
    assert Comparison.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"as_of": "2026-09-08"}, "导出日期还没有到"),
        ({"as_of": "昨天"}, "导出日期没有看懂"),
        ({"file": ""}, "请选择文件"),
        ({"file": BytesIO(b"hello")}, "这不是Excel工作簿，或者文件已经损坏，没有核对"),
    ],
)
def test_what_cannot_be_compared_is_told_at_its_field(scene, fields, said):
    response = upload(scene.clerk, rows_of(scene), **fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Comparison.objects.exists()


def test_no_number_is_kept_or_shown_whole(scene):
    upload(scene.clerk, [exported(scene.children[0], 身份证件号=cast.identity_number(), 姓名="甲")])
    numbers = {number for child in scene.children for number in (child.student_number, child.id_number)}
    page = client_of(scene.clerk).get(
        reverse("students:comparison", args=[Comparison.objects.get().pk]) + "?view=field"
    )
    kept = "".join(str(row) for row in Difference.objects.values_list())
    assert not [number for number in numbers if number in kept or number in page.content.decode()]


class TestSettling:
    @pytest.fixture
    def difference(self, scene):
        upload(scene.clerk, [exported(scene.children[0], 姓名="高冬"), *rows_of(scene)[1:]])
        return Difference.objects.get()

    def test_it_is_noted_once_and_the_second_is_told_by_whom(self, scene, difference):
        address = reverse("students:difference", args=[difference.pk])
        bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
        client_of(scene.clerk).post(address, {"note": "已在全国系统改正"})
        said = client_of(bureau).post(address, {"note": "再写一次"}, follow=True).content.decode()
        difference.refresh_from_db()
        assert (difference.settled_by, difference.settled_note) == (scene.clerk, "已在全国系统改正")
        assert "何静已在2026年9月7日处理：已在全国系统改正。这次没有保存。" in said
        with pytest.raises(AlreadySettled):
            settle(by=bureau, difference=difference, note="又一次")
        assert AuditRow.objects.filter(action="comparison.settle").count() == 1

    def test_without_a_note_nothing_is_saved(self, scene, difference):
        response = client_of(scene.clerk).post(reverse("students:difference", args=[difference.pk]), {"note": " "})
        assert response.status_code == 422
        difference.refresh_from_db()
        assert difference.settled_at is None

    def test_the_next_comparison_says_what_was_settled_and_still_differs(self, scene, difference):
        settle(by=scene.clerk, difference=difference, note="已报县局改名")
        upload(scene.clerk, [exported(scene.children[0], 姓名="高冬"), *rows_of(scene)[1:]])
        again = Comparison.objects.latest("pk")
        html = client_of(scene.clerk).get(reverse("students:comparison", args=[again.pk])).content.decode()
        assert "上次已处理：已报县局改名（何静，2026年9月7日）" in html

    def test_the_next_comparison_lists_what_has_gone(self, scene, difference):
        settle(by=scene.clerk, difference=difference, note="已报县局改名")
        upload(scene.clerk, rows_of(scene))
        again = Comparison.objects.latest("pk")
        assert not again.differences.exists()
        html = (
            client_of(scene.clerk).get(reverse("students:comparison", args=[again.pk]) + "?view=gone").content.decode()
        )
        assert "已报县局改名" in html

    def test_a_difference_of_another_school_is_not_there(self, difference):
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        for name, pk in (("students:difference", difference.pk), ("students:comparison", difference.comparison_id)):
            assert client_of(far).get(reverse(name, args=[pk])).status_code == 404

    def test_the_excel_holds_the_tab_and_no_formula(self, scene, difference):
        Difference.objects.update(theirs="=1+1")
        address = reverse("reports:comparison_file", args=[difference.comparison_id])
        response = client_of(scene.clerk).post(f"{address}?view=field", {"format": ".xlsx"})
        sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
        [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
        assert cell.data_type == "s"
        assert AuditRow.objects.get(action="table.export").details["rows"] == 1


def test_search_and_filters_narrow_the_differences(scene):
    changed = [exported(child, 姓名=f"{child.name}儿", 班号="9") for child in scene.children]
    upload(scene.clerk, changed)
    address = reverse("students:comparison", args=[Comparison.objects.get().pk])
    client = client_of(scene.clerk)
    assert client.get(address + "?view=field").context["page"].paginator.count == 6
    assert client.get(address + "?view=field&field=班号").context["page"].paginator.count == 3
    assert client.get(address + "?view=field&q=胡").context["page"].paginator.count == 2
    assert "没有符合条件的差异" in client.get(address + "?view=field&q=没有").content.decode()


def test_queries_do_not_grow_with_the_children(scene):
    def of_upload_and_page(number):
        for index in range(number):
            scene.children.append(cast.student(scene.school_class, f"生{index}"))
        rows = [exported(child, 姓名="别名") for child in scene.children]
        with CaptureQueriesContext(connection) as uploading:
            upload(scene.clerk, rows)
        address = reverse("students:comparison", args=[Comparison.objects.latest("pk").pk])
        client = client_of(scene.clerk)
        with CaptureQueriesContext(connection) as looking:
            client.get(address)
        return len(uploading), len(looking)

    of_upload_and_page(1)  # a second one has an earlier one to look back at
    few = of_upload_and_page(1)
    many = of_upload_and_page(12)
    assert (many[1], few[1]) == (few[1], 12)
    assert many[0] == few[0]


@pytest.mark.django_db
def test_an_inspector_of_the_county_compares_nothing():
    school = cast.school()
    assert not comparable_schools(Scope(county=True, roles=frozenset({Role.INSPECTOR})))
    assert list(comparable_schools(Scope(county=True, roles=frozenset({Role.BUREAU_OFFICER})))) == [school]

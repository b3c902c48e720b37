"""The class teacher's morning on a phone of 360 × 740: from the slip of paper to the call that was made."""

import re

from playwright.sync_api import expect

from casework.models import Contact, Obligation
from students.models import AbsenceMark, MarkCorrection, Person, RollCall
from tests import cast
from tests.browser.classroom import Taps, busy, classroom
from tests.scene import MONDAY

__all__ = ["busy", "classroom"]
NEW_PASSWORD = "清晨的钟声 七点"


def tile(page, child):
    return page.locator(f".tile:has([name=mark-{child.pk}])")


def open_register(page, tap=lambda locator: locator.tap()):
    """Tap 点名 and wait until the page answers to taps."""
    tap(page.get_by_role("link", name="点名").first)
    expect(page.locator("form.register.is-live")).to_be_visible()


def test_a_slip_of_paper_opens_the_change_of_password_and_nothing_else(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, classroom.one_time_password())
    expect(page.get_by_role("heading", level=1)).to_have_text("先换成自己的密码")
    page.goto("/duties/")
    expect(page).to_have_url(re.compile("/password/$"))


def test_a_password_of_ones_own_opens_the_first_page(page, classroom, sign_in, expected_console_errors):
    expected_console_errors.append("status of 422")
    slip = classroom.one_time_password()
    sign_in(page, classroom.teacher.username, slip)
    fields = [page.get_by_label("现在的密码"), page.locator("[name=new_password]"), page.locator("[name=again]")]
    for field, text in zip(fields, (slip, "12345678", "12345678"), strict=True):
        field.fill(text)
    page.get_by_role("button", name="保存新密码").tap()
    expect(page.get_by_role("alert")).to_contain_text("没有保存")
    for field, text in zip(fields, (slip, NEW_PASSWORD, NEW_PASSWORD), strict=True):
        field.fill(text)
    page.get_by_role("button", name="保存新密码").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("9月7日 周一")
    assert Person.objects.get(pk=classroom.teacher.pk).check_password(NEW_PASSWORD)


def test_everybody_present_takes_two_taps(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    taps = Taps()
    open_register(page, taps)
    expect(page.locator(".tile")).to_have_count(45)
    taps(page.get_by_role("button", name="全勤提交"))
    expect(page.get_by_role("status")).to_contain_text("9月7日上午的考勤已提交，全勤。")
    assert taps.count == 2
    call = RollCall.objects.get()
    assert (call.slot, call.marks.count(), call.taken_by) == ("AM", 0, classroom.teacher)


def test_three_missing_of_forty_five_take_six_taps_at_most(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    taps = Taps()
    open_register(page, taps)
    head = page.locator(".register-head")
    expect(head).to_contain_text("应到45")
    for child in (classroom.children[0], classroom.children[20], classroom.children[44]):
        taps(tile(page, child))
    expect(head.locator("[data-present]")).to_have_text("42")
    taps(page.get_by_role("button", name="提交（缺 3 人）"))
    expect(page.get_by_role("status")).to_contain_text("缺3人")
    assert taps.count <= 6
    assert set(AbsenceMark.objects.values_list("student", "kind")) == {
        (classroom.children[place].pk, "unexcused") for place in (0, 20, 44)
    }
    # in the same moment the calls stand below
    expect(page.locator(".duty")).to_have_count(3)
    expect(page.locator(".duty-line").first).to_contain_text("今天上午旷课，请联系家长")


def test_a_second_tap_opens_the_kinds_and_a_tap_by_mistake_is_put_right(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    open_register(page)
    first, second = classroom.children[0], classroom.children[7]  # 7 has a name that takes two lines
    tile(page, first).tap()
    tile(page, first).tap()
    page.locator("dialog[open]").get_by_role("button", name="病假").tap()
    expect(tile(page, first)).to_have_attribute("data-kind", "sick_leave")
    tile(page, second).tap()
    tile(page, second).tap()
    page.locator("dialog[open]").get_by_role("button", name="出勤").tap()
    page.get_by_role("button", name="提交（缺 1 人）").tap()
    expect(page.get_by_role("status")).to_contain_text("缺1人")
    assert AbsenceMark.objects.get().kind == "sick_leave"


def test_the_toast_takes_a_register_back(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    open_register(page)
    tile(page, classroom.children[0]).tap()
    page.get_by_role("button", name="提交（缺 1 人）").tap()
    page.get_by_role("button", name="撤销").tap()
    expect(page.locator(".toast")).to_contain_text("已撤销这次提交")
    expect(page.get_by_role("button", name="全勤提交")).to_be_visible()
    assert not RollCall.objects.exists()
    assert not Obligation.objects.standing().exists()


def test_pressed_twice_quickly_it_is_sent_once(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    open_register(page)
    page.get_by_role("button", name="全勤提交").dblclick()
    expect(page.get_by_role("status")).to_contain_text("全勤")
    call = RollCall.objects.get()
    assert call.version == 1
    assert not MarkCorrection.objects.exists()


def test_a_call_is_recorded_in_two_taps_and_taken_back(page, busy, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    card = page.locator(".duty", has_text=busy.children[2].name)
    expect(card.get_by_role("link", name="拨打母亲")).to_have_attribute("href", "tel:13900001234")
    taps = Taps()
    taps(card.get_by_role("link", name="记录"))
    taps(page.locator("dialog[open]").get_by_role("button", name="已联系上，今天返校"))
    expect(page.get_by_role("status")).to_contain_text(f"已记录电话：{busy.children[2].name}。")
    assert taps.count == 2
    assert Contact.objects.get().result == "已联系上，今天返校"
    expect(page.locator(".duty", has_text=busy.children[2].name)).to_have_count(0)

    page.get_by_role("button", name="撤销").tap()
    expect(page.locator(".toast")).to_contain_text("已撤销，待办已恢复。")
    expect(page.locator(".duty", has_text=busy.children[2].name)).to_have_count(1)
    assert Contact.objects.get().cancelled_at is not None


def test_a_report_is_handed_in_and_why_it_is_owed_can_be_read(page, busy, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.locator(".duty", has_text="《学生缺课报告》").get_by_role("link", name="为什么").tap()
    expect(page.locator("main")).to_contain_text("按《标准规则》第2级")
    page.get_by_role("button", name="登记今天已交").tap()
    expect(page.get_by_role("status")).to_contain_text("已登记缺课报告")
    assert Obligation.objects.get(tier="absence_report").done_on is not None


def test_what_somebody_else_saved_meanwhile_is_shown_beside_ones_own(page, classroom, sign_in, expected_console_errors):
    expected_console_errors.append("status of 409")
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    open_register(page)
    tile(page, classroom.children[0]).tap()
    classroom.take(MONDAY, by=classroom.clerk, first="sick_leave")
    page.get_by_role("button", name="提交（缺 1 人）").tap()
    expect(page.get_by_role("alert").first).to_contain_text("别人提交过这次点名")
    asked = page.get_by_role("group", name=classroom.children[0].name)
    expect(asked).to_contain_text("现在的记录：何静，2026年9月7日 7:4")
    expect(asked.locator(".choice")).to_have_text(["用现在的记录：病假", "用我的标记：旷课"])
    asked.get_by_label("用我的标记").check()
    page.get_by_role("button", name="按选择提交").tap()
    expect(page.get_by_role("status")).to_contain_text("缺1人")
    assert MarkCorrection.objects.get().new_kind == "unexcused"

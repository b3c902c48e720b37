"""A home visit written down on a phone of 360 × 740: photographs, a tab that was closed, what is saved in the end."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from casework.models import Case, Contact, ContactDraft
from tests import cast
from tests.browser.classroom import Taps, busy, classroom

__all__ = ["busy", "classroom"]


def picture(colour: str) -> dict:
    """A photograph as Playwright hands it in."""
    written = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(written, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


@pytest.fixture
def form(page, busy, sign_in):
    """The form of the third child, reached from the card of its duty."""
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.locator(".duty", has_text=busy.children[2].name).get_by_role("link", name="记录").tap()
    page.locator("dialog[open]").get_by_role("link", name="记详细").tap()
    expect(page.locator(".contact-form.is-live")).to_be_visible()
    return page


def test_a_visit_with_two_photos_survives_a_closed_tab(form, busy):
    address = form.url
    form.get_by_label("家访", exact=True).check()
    form.locator("[name=photos]").set_input_files([picture("teal"), picture("olive")])
    expect(form.locator(".photo-list img")).to_have_count(2)
    form.get_by_label("谈话内容").fill("祖母说孩子跟着表哥去了镇上")
    expect(form.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    draft_has(form, "祖母说孩子跟着表哥去了镇上")
    again = form.context.new_page()
    form.close()

    again.goto(address)
    expect(again.locator(".notice")).to_contain_text("没有填完的草稿")
    expect(again.get_by_label("谈话内容")).to_have_value("祖母说孩子跟着表哥去了镇上")
    expect(again.get_by_label("家访", exact=True)).to_be_checked()
    expect(again.locator(".photo-list img")).to_have_count(2)
    again.get_by_label("承诺返校", exact=True).check()
    again.get_by_label("答应哪天返校").fill("2026-09-08")
    again.get_by_role("button", name="保存联系记录").tap()
    expect(again.get_by_role("status").first).to_contain_text("已记录家访")
    contact = Contact.objects.get()
    assert (contact.method, contact.promised_on.day, contact.photos.count()) == ("home_visit", 8, 2)
    assert Case.objects.get(student=busy.children[2]).plan_step == "promised"
    assert not ContactDraft.objects.exists()


def draft_has(page, words: str) -> None:
    """Wait until the draft on the server has these words."""
    for _ in range(100):
        if any(words in draft.fields.get("talk", [""])[0] for draft in ContactDraft.objects.all()):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the draft was not kept")


def test_what_is_no_photograph_is_said_and_the_others_stay(form):
    broken = {"name": "假.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    form.locator("[name=photos]").set_input_files([picture("teal"), broken])
    expect(form.locator("[data-photo-faults]")).to_contain_text("“假.jpg”不是JPG或PNG照片")
    expect(form.locator(".photo-list img")).to_have_count(1)


def test_what_is_no_photograph_is_said_before_anything_is_saved_however_fast_one_presses(form):
    broken = {"name": "假.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    form.get_by_label("家访", exact=True).check()
    form.get_by_label("不愿返校", exact=True).first.check()
    form.get_by_label("谈话内容").fill("祖母说孩子不肯来")
    form.locator("[name=photos]").set_input_files([picture("teal"), broken])
    form.get_by_role("button", name="保存联系记录").tap()
    expect(form.locator(".contact-form .field-error")).to_contain_text("“假.jpg”不是JPG或PNG照片")
    expect(form.get_by_label("谈话内容")).to_have_value("祖母说孩子不肯来")
    assert not Contact.objects.exists()
    form.get_by_role("button", name="保存联系记录").tap()
    expect(form.get_by_role("status").first).to_contain_text("已记录家访")
    assert Contact.objects.get().photos.count() == 1


def test_only_what_belongs_to_the_choice_is_shown(form):
    form.get_by_label("电话", exact=True).check()
    expect(form.get_by_text("学校去了谁")).to_be_hidden()
    expect(form.get_by_label("家中无人")).to_be_hidden()
    expect(form.get_by_label("答应哪天返校")).to_be_hidden()
    form.get_by_label("未接通").check()
    expect(form.get_by_label("和谁谈的")).to_be_hidden()
    form.get_by_label("联合家访").check()
    expect(form.get_by_text("还有谁一起去")).to_be_visible()


def test_without_a_network_it_says_so_and_keeps_it_afterwards(form, expected_console_errors):
    expected_console_errors.append("ERR_INTERNET_DISCONNECTED")
    form.context.set_offline(True)
    form.get_by_label("谈话内容").fill("在山上没有信号")
    expect(form.locator("[data-draft-state]")).to_contain_text("还没有保存")
    form.context.set_offline(False)
    draft_has(form, "在山上没有信号")


def test_the_quick_way_stays_two_taps(page, busy, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    taps = Taps()
    taps(page.locator(".duty", has_text=busy.children[2].name).get_by_role("link", name="记录"))
    taps(page.locator("dialog[open]").get_by_role("button", name="未接通"))
    expect(page.get_by_role("status")).to_contain_text("已记录电话")
    assert (taps.count, Contact.objects.get().outcome) == (2, "no_answer")

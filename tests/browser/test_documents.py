"""A document written on a phone of 360 × 740: what was typed survives a closed tab, and becomes the document."""

from django.urls import reverse
from playwright.sync_api import expect

from casework.models import Document, DocumentDraft
from tests import cast
from tests.browser.classroom import busy, classroom

__all__ = ["busy", "classroom"]


def test_what_is_typed_survives_a_closed_tab(page, busy, sign_in):
    address = reverse("casework:new_document", args=[busy.children[2].pk, "visit_record"])
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto(address)
    page.locator("[name=talk]").fill("祖母说孩子跟着表哥去了镇上")
    expect(page.locator("[data-draft-state]")).to_contain_text("填写的内容已存下")
    assert not Document.objects.exists()
    again = page.context.new_page()
    page.close()

    again.goto(address)
    expect(again.locator(".notice")).to_contain_text("还没有保存的内容")
    expect(again.locator("[name=talk]")).to_have_value("祖母说孩子跟着表哥去了镇上")
    again.get_by_role("button", name="保存草稿").tap()
    expect(again.get_by_role("status").first).to_contain_text("已保存《家访记录表》的草稿")
    assert Document.objects.get().values["talk"] == "祖母说孩子跟着表哥去了镇上"
    assert not DocumentDraft.objects.exists()

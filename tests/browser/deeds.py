"""What people do again and again in a story: take a register, write a document, sign it, deliver it."""

import re

from playwright.sync_api import expect

from casework.models import Case
from tests.browser.actors import Actor, Story
from tests.browser.test_contacts import picture
from tests.printed import Printed, assert_set_as_gb_t_9704_says

SERIF = re.compile("FangSong|NotoSerifCJK")


def case_address() -> str:
    return f"/cases/{Case.objects.get().pk}/"


def take_register(actor: Actor, slot: str, *, missing=None) -> None:
    """点名 from the first page: everybody present, or all but one."""
    page = actor.open()
    page.locator(".slot", has_text=slot).get_by_role("link", name="点名").click()
    expect(page.locator("form.register.is-live")).to_be_visible()
    if missing:
        page.locator(f".tile:has([name=mark-{missing.pk}])").tap()
    actor.follow("提交（缺 1 人）" if missing else "全勤提交")
    # A first page that comes late is the one that the telephone has kept; asked for again, it tells.
    expect(page).to_have_url(re.compile(r":\d+/$"))
    expect(actor.open().locator(".slot", has_text=slot)).to_contain_text("已点名")


def nobody_answers(story: Story) -> None:
    """The call of the day, in two taps."""
    page = story["teacher"].open()
    page.locator(".duty", has_text="请联系家长").get_by_role("link", name="记录").tap()
    with page.expect_navigation():
        page.locator("dialog[open]").get_by_role("button", name="未接通").tap()
    expect(story["teacher"].open().locator(".duty", has_text="请联系家长")).to_have_count(0)


def draft_and_issue(story: Story, author: Actor, kind: str, *, number: int, **told: str) -> Printed:
    """Fill in what is not on record, save the draft, look at its proof, issue it, and open its PDF."""
    author.fill(**told)
    author.follow("保存草稿")
    author.is_told("的草稿，还没有签发")
    story.papers[kind] = address = author.page.url.removeprefix(author.page.url.split("/documents/")[0])
    proof = author.download(author.page.get_by_role("link", name="看样张").get_attribute("href"))
    assert_set_as_gb_t_9704_says(proof)
    reads(proof, f"草稿，{author.person.name}，2026年")
    verb = "送签" if kind == "urging_notice" else "签发"  # that letter is the head's to issue
    author.follow(verb)
    author.is_told(f"已{verb}，编号")
    expect(author.page.locator(".child-state")).to_contain_text(f"控辍〔2026〕{number}号")
    paper = author.download(author.page.get_by_role("link", name="打开PDF").get_attribute("href"))
    assert_set_as_gb_t_9704_says(paper)
    assert any(SERIF.match(font.name) for font in paper.fonts)
    assert "草稿" not in paper.text_of()
    reads(paper, f"控辍〔2026〕{number}号", story.child.name)
    again = author.download(f"{address}paper/")
    assert again.pdf == paper.pdf
    story.printed[kind] = paper
    return paper


def reads(paper: Printed, *words: str) -> None:
    text = paper.text_of()
    assert [each for each in words if each not in text] == []


def sign(story: Story, actor: Actor, kind: str, verb: str) -> None:
    """签收, 审签 or 确认 a document; its paper stays as it was issued."""
    actor.open(story.papers[kind])
    assert actor.download(f"{story.papers[kind]}paper/").pdf == story.printed[kind].pdf
    actor.follow(verb)
    actor.is_told(f"已{verb}。")


def deliver(story: Story, actor: Actor, kind: str, day: str, words: str) -> None:
    """登记送达, and the receipt with its signature uploaded beside it."""
    actor.open(story.papers[kind])
    actor.follow("登记送达")
    actor.fill(delivered_on=day, method="in_person", place=story.child.address, recipient="曾杰（母亲）")
    actor.follow("登记送达")
    actor.is_told(words)
    actor.page.locator("[name=copy-paper]").set_input_files([picture("white")])
    actor.follow("上传签字件")
    actor.is_told("已上传签字件。")

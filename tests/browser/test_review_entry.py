"""复核录入 on a phone in a bad network: what was typed is there again, once, and nobody else reads it."""

import pytest
from playwright.sync_api import expect

from returns.models import Review, ReviewChild, ReviewMonth
from students.models import Role
from tests import cast
from tests.browser.classroom import classroom
from tests.browser.device import all_that_is_kept, leave
from tests.browser.review_pages import review_under_way
from tests.returns.reviewed import enter, enter_month

__all__ = ["classroom"]
WORDS = "家中无人，邻居说去了外地"
PUT_BACK, DROPS = "已经放回来", "不要上次填的"


@pytest.fixture
def drawn(classroom) -> list[ReviewChild]:
    """The children of a school under review, nothing entered."""
    review: Review = review_under_way(classroom)
    return list(review.sheets.get().children.order_by("position"))


@pytest.fixture
def form(page, classroom, drawn, sign_in, expected_console_errors):
    """The page of the first child, with something typed of it."""
    expected_console_errors += ["net::ERR", "status of 422"]
    sign_in(page, classroom.bureau.username, cast.PASSWORD)
    page.goto(f"/returns/reviews/children/{drawn[0].pk}/")
    type_into(page)
    return page


def type_into(page) -> None:
    page.get_by_label("未能核实").check()
    page.get_by_label("说明", exact=True).fill(WORDS)
    wait_for_kept(page, 1)


def wait_for_kept(page, number: int) -> None:
    """Until so many forms are kept. Asked from here: the page forbids the polling of ``wait_for_function``."""
    for _ in range(150):
        if page.evaluate("Object.keys(localStorage).filter((each) => each.startsWith('typed:')).length") == number:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{number} forms should be kept")


def save(page) -> None:
    page.get_by_role("button", name="存下，看下一名").tap()


def expect_put_back(page) -> None:
    expect(page.locator("[data-typed-state]")).to_contain_text(PUT_BACK)
    expect(page.get_by_label("未能核实")).to_be_checked()
    expect(page.get_by_label("说明", exact=True)).to_have_value(WORDS)


def expect_as_it_was_saved(page) -> None:
    expect(page.locator("[data-typed-drops]")).to_be_hidden()
    expect(page.locator("[data-typed-state]")).to_be_empty()


class TestWhatWasTyped:
    def test_is_there_after_a_reload_and_gone_once_it_is_saved(self, form, drawn):
        form.reload()
        expect_put_back(form)
        save(form)
        expect(form.get_by_role("status").first).to_contain_text("已存下")
        assert ReviewChild.objects.get(pk=drawn[0].pk).words == WORDS
        form.goto(f"/returns/reviews/children/{drawn[0].pk}/")
        expect(form.get_by_label("说明", exact=True)).to_have_value(WORDS)
        expect_as_it_was_saved(form)

    def test_stays_on_the_page_without_a_network(self, form, drawn):
        form.context.set_offline(True)
        save(form)
        expect(form.locator("[data-typed-state]")).to_contain_text("没有网络")
        assert not ReviewChild.objects.exclude(finding="").exists()
        form.context.set_offline(False)
        form.reload()
        expect_put_back(form)

    def test_is_there_after_a_send_that_broke(self, form, drawn):
        address = form.url
        form.route(address, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        with form.expect_event("requestfailed"):
            save(form)
        form.unroute_all(behavior="wait")
        form.goto(address)
        expect_put_back(form)
        save(form)
        expect(form.get_by_role("status").first).to_contain_text("已存下")
        assert ReviewChild.objects.get(pk=drawn[0].pk).version == 1

    def test_is_not_put_back_where_only_the_answer_was_lost(self, form, drawn):
        address = form.url

        def lose(route):
            if route.request.method == "POST":
                route.fetch(max_redirects=0)
                route.abort()
            else:
                route.continue_()

        form.route(address, lose)
        with form.expect_event("requestfailed"):
            save(form)
        form.unroute_all(behavior="wait")
        form.goto(address)
        expect(form.get_by_label("说明", exact=True)).to_have_value(WORDS)
        expect_as_it_was_saved(form)

    def test_is_put_back_where_the_same_person_has_entered_something_else_meanwhile(self, form, drawn, classroom):
        address = form.url
        form.route(address, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        with form.expect_event("requestfailed"):
            save(form)
        form.unroute_all(behavior="wait")
        enter(classroom.bureau, drawn[0], words="见到本人")
        form.goto(address)
        expect_put_back(form)
        save(form)
        expect(form.locator("main")).to_contain_text("见到本人")
        assert ReviewChild.objects.get(pk=drawn[0].pk).words == "见到本人"

    def test_is_said_to_be_lost_after_a_new_log_in(self, form, classroom, sign_in):
        address = form.url
        form.context.clear_cookies()
        sign_in(form, classroom.bureau.username, cast.PASSWORD)
        form.goto(address)
        expect(form.locator("[data-typed-state]")).to_contain_text("重新登录以后读不出来了")
        form.reload()
        expect_as_it_was_saved(form)

    def test_is_there_after_a_refusal(self, form):
        address = form.url
        form.get_by_label("说明", exact=True).fill("")
        save(form)
        expect(form.get_by_role("alert")).to_contain_text("没有保存")
        form.get_by_label("说明", exact=True).fill(WORDS)
        form.goto(address)
        expect_put_back(form)

    def test_does_not_overwrite_what_somebody_else_has_saved_meanwhile(self, form, drawn):
        enter(cast.person("陆平", role=Role.BUREAU_OFFICER), drawn[0], words="见到本人")
        form.reload()
        expect_put_back(form)
        save(form)
        expect(form.locator("main")).to_contain_text("别人刚才填的")
        expect(form.locator("main")).to_contain_text("见到本人")
        assert ReviewChild.objects.get(pk=drawn[0].pk).words == "见到本人"

    def test_is_forgotten_once_it_has_arrived_whatever_becomes_of_it(self, form, drawn):
        address = form.url
        save(form)
        expect(form.get_by_role("status").first).to_contain_text("已存下")
        wait_for_kept(form, 0)  # the scripts of the next page have run
        child = ReviewChild.objects.get(pk=drawn[0].pk)
        enter(cast.person("陆平", role=Role.BUREAU_OFFICER), child, words="见到本人")
        form.goto(address)
        expect(form.get_by_label("说明", exact=True)).to_have_value("见到本人")
        expect_as_it_was_saved(form)

    def test_may_be_thrown_away(self, form):
        form.reload()
        form.get_by_role("button", name=DROPS).tap()
        expect(form.get_by_label("说明", exact=True)).to_have_value("")
        form.reload()
        expect_as_it_was_saved(form)

    def test_is_read_by_nobody_and_goes_with_the_log_out(self, form):
        assert "typed:" in form.evaluate("Object.keys(localStorage).join()")
        assert WORDS not in all_that_is_kept(form)
        leave(form)
        assert form.evaluate("localStorage.length") == 0

    def test_of_a_ledger_too(self, form, drawn, classroom):
        month = ReviewMonth.objects.get(sheet=drawn[0].sheet)
        form.goto(f"/returns/reviews/months/{month.pk}/")
        form.get_by_label("不一致", exact=True).check()
        form.get_by_label("台账期末在校").fill("3")
        wait_for_kept(form, 2)
        form.reload()
        expect(form.locator("[data-typed-state]")).to_contain_text(PUT_BACK)
        expect(form.get_by_label("台账期末在校")).to_have_value("3")
        enter_month(classroom.bureau, month)
        form.reload()
        form.get_by_role("button", name="存下").tap()
        expect(form.locator("main")).to_contain_text("别人刚才填的")


def test_what_cannot_be_kept_is_not_said_to_be(page, classroom, drawn, sign_in, expected_console_errors):
    """A browser seals nothing for an address without https."""
    expected_console_errors += ["net::ERR"]
    page.add_init_script("Object.defineProperty(globalThis.crypto, 'subtle', {value: undefined})")
    sign_in(page, classroom.bureau.username, cast.PASSWORD)
    page.goto(f"/returns/reviews/children/{drawn[0].pk}/")
    page.get_by_label("说明", exact=True).fill(WORDS)
    page.context.set_offline(True)
    save(page)
    expect(page.locator("[data-typed-state]")).to_contain_text("请不要关掉这一页")
    page.context.set_offline(False)

"""Every page: nothing runs out of the side of a phone, and nobody is shut out by how it is built."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import cast
from tests.browser.classroom import busy, classroom, pages_of

__all__ = ["busy", "classroom"]
SERIOUS = {"serious", "critical"}
WIDER_THAN_THE_PAGE = """() => [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && each.checkVisibility() && !each.closest(".visually-hidden, .table-wide, dialog"))
    .map((each) => each.outerHTML.slice(0, 120))"""


def visit_all(open_page, classroom, sign_in, **options):
    """Open each page as somebody who may; (name, page) in turn."""
    people = {}
    for name, (person, address) in pages_of(classroom).items():
        key = person and person.pk
        if key not in people:
            people[key] = open_page(**options)
            if person:
                sign_in(people[key], person.username, cast.PASSWORD)
        page = people[key]
        page.goto(address)
        expect(page.locator("main")).not_to_be_empty()
        yield name, page


@pytest.fixture(autouse=True)
def pages_of_errors(expected_console_errors):
    """A browser says so in its console when a page comes with such a status."""
    expected_console_errors += ["status of 403", "status of 404"]


PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("options", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_scrolls_sideways(options, open_page, busy, sign_in):
    wide = {}
    for name, page in visit_all(open_page, busy, sign_in, **options):
        scrolls = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if scrolls:
            wide[name] = page.evaluate(WIDER_THAN_THE_PAGE)
    assert wide == {}


@pytest.mark.parametrize("options", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_has_a_serious_barrier(options, open_page, busy, sign_in):
    barriers = {}
    for name, page in visit_all(open_page, busy, sign_in, **options):
        found = Axe().run(page).response["violations"]
        serious = [
            f"{each['id']}: {node['html'][:160]}"
            for each in found
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]
        if serious:
            barriers[name] = serious
    assert barriers == {}


def test_what_a_finger_has_to_hit_is_large_enough(open_page, busy, sign_in):
    """48 px on the pages that are used standing (look.md)."""
    small = {}
    wanted = {
        "register to take": ".tile, [data-submit]",
        "teacher's home": ".slot .button, .duty-actions .button, .alert-answers .button, .notice-line .button",
        "subject teacher's home": ".slot .button, .report-missing .button",
        "a child to report missing": ".missing-tile",
    }
    for name, page in visit_all(open_page, busy, sign_in, **PHONE):
        if name in wanted:
            boxes = page.locator(wanted[name]).evaluate_all(
                "all => all.map((each) => [each.textContent.trim().slice(0, 12), each.getBoundingClientRect().height])"
            )
            assert boxes, name
            small[name] = [box for box in boxes if box[1] < 47.5]
    assert small == {name: [] for name in wanted}

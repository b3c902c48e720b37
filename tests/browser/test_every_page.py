"""Every page: nothing runs out of the side of a phone, and nobody is shut out by how it is built."""

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.browser.barriers import barriers
from tests.browser.classroom import busy, classroom, pages_of
from tests.browser.conftest import DESKTOP, PHONE

__all__ = ["busy", "classroom"]
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


# What a finger has to hit on the pages that are used standing: 48 px (look.md).
TO_HIT = {
    "register to take": ".tile, [data-submit]",
    "teacher's home": ".slot .button, .duty-actions .button, .alert-answers .button, .notice-line .button",
    "subject teacher's home": ".slot .button, .report-missing .button",
    "a child to report missing": ".missing-tile",
}


def too_wide(page) -> list[str]:
    """What runs out of the side of a page that scrolls sideways."""
    scrolls = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return page.evaluate(WIDER_THAN_THE_PAGE) if scrolls else []


def too_small(page, wanted: str) -> list:
    """What a finger would miss."""
    boxes = page.locator(wanted).evaluate_all(
        "all => all.map((each) => [each.textContent.trim().slice(0, 12), each.getBoundingClientRect().height])"
    )
    assert boxes, wanted
    return [box for box in boxes if box[1] < 47.5]


@pytest.mark.parametrize("options", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_scrolls_sideways_has_a_serious_barrier_or_is_missed_by_a_finger(options, open_page, busy, sign_in):
    """A desk shows the colours of every page; a phone adds those of its bar, the same on all pages of somebody."""
    wrong, hit, seen = {}, set(), set()
    for name, page in visit_all(open_page, busy, sign_in, **options):
        found = too_wide(page) + barriers(page, colours=options is DESKTOP or page not in seen)
        seen.add(page)
        if options is PHONE and name in TO_HIT:
            found += too_small(page, TO_HIT[name])
            hit.add(name)
        if found:
            wrong[name] = found
    assert wrong == {}
    assert hit == (set(TO_HIT) if options is PHONE else set())

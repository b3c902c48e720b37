"""Real pages in a real browser: Chromium, headless, in Chinese, on a phone or on a desk."""

import os
import re
import shutil
import threading
from contextlib import suppress
from itertools import chain

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.utils.cache import patch_cache_control
from playwright.sync_api import Error, expect

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),  # Chromium's sandbox refuses root
]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
TEN_YEARS = 315_360_000  # seconds
THREAD_PATIENCE = 10  # seconds
TIMEOUT = 15_000  # milliseconds; how long a page may take on a busy machine before the test gives up
PAGE_TIMEOUT = 60_000  # milliseconds for a page to come: a slow machine is no failure


@pytest.fixture(scope="session", autouse=True)
def static_files_are_kept():
    """A browser asks for a static file once, as on a real site, where its name holds its digest.

    Long enough for the clocks of the tests, by which the server dates what it sends: the browser goes by the real one.
    """
    serve = StaticFilesHandler.serve

    def serve_to_keep(handler, request):
        response = serve(handler, request)
        patch_cache_control(response, max_age=TEN_YEARS)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_to_keep)
        yield


@pytest.fixture(scope="session")
def browser(playwright, django_db_setup):
    """The system's Chromium, one per worker; without one, the one that Playwright may have installed.

    It goes before the database does, and so do the threads of the server that still answer it.
    """
    expect.set_options(timeout=TIMEOUT)
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=THREAD_PATIENCE)


@pytest.fixture
def expected_console_errors():
    """Parts of the complaints that a test provokes on purpose: ``expected_console_errors.append("status of 404")``."""
    return []


@pytest.fixture
def open_page(browser, live_server, expected_console_errors):
    """Opens a page with a session of its own; options are those of Playwright's ``new_context``.

    Fails the test when a page has logged an error: a script that broke, a file not found, a server error, something
    that the Content-Security-Policy refused.
    """
    contexts, console_errors = [], []

    def open_page(**options):
        context = browser.new_context(
            base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
        )
        context.set_default_timeout(TIMEOUT)
        context.set_default_navigation_timeout(PAGE_TIMEOUT)
        context.on("console", note_console_error)
        context.on("weberror", lambda error: console_errors.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    def note_console_error(message):
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    yield open_page
    for page in chain.from_iterable(context.pages for context in contexts):
        with suppress(Error):  # one page follows another just now
            page.evaluate("0")  # whatever the page still had to say comes before this answer
    for context in contexts:
        context.close()
    assert not [error for error in console_errors if not any(part in error for part in expected_console_errors)]


@pytest.fixture
def page(open_page):
    """A phone of 360 × 740, as the teacher in the doorway holds it."""
    return open_page(**PHONE)


@pytest.fixture
def desktop(open_page):
    """A page of 1280 × 800, as on the old monitor at the bureau; its session is not that of ``page``."""
    return open_page(**DESKTOP)


@pytest.fixture
def sign_in():
    """Signs a person in through the real page: ``sign_in(page, username, password)``."""

    def sign_in(page, username, password):
        page.goto("/login/")
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill(password)
        page.locator("[name=password]").press("Enter")
        expect(page).not_to_have_url(re.compile("/login/"))

    return sign_in

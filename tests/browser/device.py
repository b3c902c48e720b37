"""A telephone that keeps registers: what lies on it, and its line cut at the worst moments."""

import json
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from students.models import AuditRow, RollCall
from tests import cast
from tests.browser.conftest import TIMEOUT

WITHOUT_BACKGROUND_SYNC = """if (globalThis.ServiceWorkerRegistration) {
  Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", { value: undefined });
}"""
PAUSE = 50  # milliseconds

# Everything that a browser keeps for a site, as text; bytes are read as if they were text too.
ALL_THAT_IS_KEPT = """async () => {
  const plain = (value) => JSON.stringify(value, (_, each) =>
    each instanceof ArrayBuffer || ArrayBuffer.isView(each) ? new TextDecoder().decode(each) : each);
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      found.push(plain(await asked(database.transaction(store).objectStore(store).getAll())));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
  }
  return found.join("\\n");
}"""
ROWS = """async (store) => {
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await asked(indexedDB.open("shouxue"));
  const rows = await asked(database.transaction(store).objectStore(store).getAll());
  database.close();
  return JSON.stringify(rows);
}"""


def rows(page: Page, store: str) -> list[dict]:
    """What lies in a store of the device: ``queue`` or ``pages``."""
    return json.loads(page.evaluate(ROWS, store))


def all_that_is_kept(page: Page) -> str:
    return page.evaluate(ALL_THAT_IS_KEPT)


def wait_for_rows(page: Page, store: str, number: int) -> None:
    """Wait until a store holds so many rows, also while one page follows another."""
    for _ in range(TIMEOUT // PAUSE):
        with suppress(Error):  # between two pages there is nobody to ask
            if len(rows(page, store)) == number:
                return
        page.wait_for_timeout(PAUSE)
    raise AssertionError(f"{store}: {rows(page, store)}")


def ready_for_the_valley(page: Page, pages: int = 2) -> None:
    """Wait until today's registers and the empty page are on the device."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for_rows(page, "pages", pages)


def tile(page: Page, child):
    return page.locator(f".tile:has([name=mark-{child.pk}])")


def open_register(page: Page, slot: int = 0) -> None:
    """Tap 点名 on the first page and wait until the register answers to taps."""
    page.locator(".slot").nth(slot).get_by_role("link").tap()
    expect(page.locator("form.register.is-live")).to_be_visible()


def press(page: Page) -> None:
    page.locator("[data-submit]").tap()


def expect_kept(page: Page) -> None:
    """The foot of the register says that it waits on the device."""
    expect(page.locator("[data-state]")).to_contain_text("已保存在本机")


def leave(page: Page) -> None:
    """Log out by the menu."""
    page.locator(".who summary").tap()
    page.get_by_role("button", name="退出").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def expect_nothing_waits(page: Page) -> None:
    wait_for_rows(page, "queue", 0)


@pytest.fixture(autouse=True)
def errors_of_the_line(expected_console_errors):
    """What a browser says of a line that is cut, and of a refusal."""
    expected_console_errors += [
        "net::ERR",
        "status of 409",
        "status of 401",
        "status of 403",
        "status of 404",
        "status of 422",
        "fetching the script",
    ]


@pytest.fixture
def taught(page, classroom, sign_in):
    """The teacher's telephone on the first page, with today's registers on it; nothing is sent behind the pages."""
    page.context.add_init_script(WITHOUT_BACKGROUND_SYNC)
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    ready_for_the_valley(page)
    return page


@pytest.fixture
def waiting(taught, classroom):
    """The first child is missing this morning: pressed without a network, still on the device."""
    open_register(taught)
    taught.context.set_offline(True)
    tile(taught, classroom.children[0]).tap()
    press(taught)
    expect_kept(taught)
    return taught


def expect_one_register(classroom, *, version=1):
    """Written once, with the first child missing."""
    call = RollCall.objects.get()
    assert (call.version, call.taken_by) == (version, classroom.teacher)
    assert list(call.marks.values_list("student", "kind")) == [(classroom.children[0].pk, "unexcused")]
    assert AuditRow.objects.filter(action="register.submit").count() == version

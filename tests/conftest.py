"""What every test stands on: one database per worker, quick passwords, and templates that may not guess."""

import fcntl
import gc
import os

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection, transaction
from django.db.backends.sqlite3.base import DatabaseOperations
from django.template import engines
from django.template.base import FilterExpression
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis_settings

from tests import examples

# Two ways to run the property tests: "settled" looks at the same examples every time, so that a change is judged by
# what it changed; HYPOTHESIS_PROFILE=explore looks in new places, more of them, and is run by whoever hunts.
hypothesis_settings.register_profile(
    "settled",
    deadline=None,  # a slow machine is no failure
    print_blob=True,  # a counter-example found elsewhere can be run again here
    derandomize=True,
)
hypothesis_settings.register_profile("explore", hypothesis_settings.get_profile("settled"), derandomize=False)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "settled"))


LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"


# Whatever reads or writes rows asks for one of these.
ROWS = {"_django_db_helper", "db", "transactional_db", "live_server"}


def pytest_addoption(parser):
    parser.addoption(
        "--another-database",
        action="store_true",
        help="这一遍只跑换了数据库可能不同的测试：不碰数据库的、只看浏览器怎样显示的、注明只跑一遍的，已在另一遍跑过",
    )


def pytest_configure(config):
    examples.on_another_database = config.getoption("--another-database")


def pytest_collection_modifyitems(config, items):
    """Whatever lies in tests/browser is a browser test. On another database, what cannot come out otherwise is left.

    Tests without rows come first: one worker is busy with them while another migrates the database.
    """
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
    if config.getoption("--another-database"):
        kept = [item for item in items if depends_on_the_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
    items.sort(key=meets_rows)


def pytest_collection_finish():
    """The tests themselves never become rubbish, and are too many to be looked through every few hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def depends_on_the_database(item) -> bool:
    """Whether a test meets rows at all, and judges more than what a browser makes of a page that has been sent."""
    once = item.get_closest_marker("browser") or item.get_closest_marker("once")
    return not once and meets_rows(item)


def meets_rows(item) -> bool:
    """Whether a test reads or writes rows."""
    is_case = isinstance(item.cls, type) and issubclass(item.cls, TransactionTestCase)  # Django's own, without fixtures
    return bool(
        is_case or item.get_closest_marker("django_db") or not ROWS.isdisjoint(getattr(item, "fixturenames", ()))
    )


@pytest.fixture(scope="session")
def playwright():
    """The running Playwright; started before the database is made, and only for a session that holds browser tests.

    Playwright's synchronous interface leaves its event loop marked as running in this thread between two calls. Django
    then keeps its connections in another place and refuses queries. Started first, there is one place for the whole
    session, and since nothing runs in that loop while a test does, the refusal guards against nothing.
    """
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, tmp_path_factory):
    """The database of a worker: migrated by whoever comes first, copied by the others, as Django's own runner does.

    SQLite in a file, as on a real site: the pages that a browser asks for come from threads with own connections.
    """
    if any(item.get_closest_marker("browser") for item in request.session.items):
        request.getfixturevalue("playwright")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if worker else folder
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")
    names = [connection.settings_dict["NAME"]]
    with django_db_blocker.unblock():
        with (folder / "migrated").open("a+") as migrated:
            fcntl.flock(migrated, fcntl.LOCK_EX)
            migrated.seek(0)
            if name := migrated.read():
                connection.settings_dict["NAME"] = name
            else:
                names.append(connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False))
                migrated.write(names[-1])
            if worker:
                connection.close()  # whatever stands beside a file of SQLite is in it after that
                connection.creation.clone_test_db(worker, verbosity=0)
                names.append(connection.creation.get_test_db_clone_settings(worker)["NAME"])
                connection.close()
                connection.settings_dict["NAME"] = names[-1]
        yield
        while len(names) > 1:
            names.pop()
            connection.creation.destroy_test_db(names[-1], verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def emptying_a_database_passes_its_triggers():
    """A test that commits is followed by a flush. SQLite has no TRUNCATE, so the append-only tables would refuse it."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(operations, sql_list):
        connection = operations.connection
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
            flush(operations, sql_list)
            for _, definition in triggers:
                cursor.execute(definition)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_settings():
    """Leaves out what is slow on purpose (Argon2) and slow for nothing (listing all static files per client);
    background jobs are done at once."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
        # in memory: what a test's job says of itself is nobody else's business
        CACHES={alias: {"BACKEND": LOCAL_MEMORY, "LOCATION": alias} for alias in django_settings.CACHES},
    ):
        yield


class UnknownTemplateVariable(str):
    """Stands in for ``string_if_invalid``: Django formats it with the name of each variable that it cannot find."""

    def __mod__(self, variable):
        raise AssertionError(f"a template uses “{variable}”, which its context does not hold")


@pytest.fixture(autouse=True)
def caches_are_empty(quick_settings):
    """Keys are numbered again in every test, and what was said of a job of the last one would be said of this one's."""
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture(scope="session", autouse=True)
def unknown_template_variables_fail():
    """``{{ typo }}`` is an error; ``{{ maybe|default:"" }}`` and ``{% if maybe %}`` say that it may be absent."""
    resolve = FilterExpression.resolve

    def resolve_or_default(expression, context, ignore_failures=False):
        first = expression.filters[0][0].__name__ if expression.filters else None
        return resolve(expression, context, ignore_failures or first in {"default", "default_if_none"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FilterExpression, "resolve", resolve_or_default)
        for engine in engines.all():
            patch.setattr(engine.engine, "string_if_invalid", UnknownTemplateVariable("%s"))
        yield

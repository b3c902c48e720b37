"""The morning peak: every class of a county takes its register at the same time, over HTTP, on this machine.

    createdb peak
    python benchmarks/morning_peak.py --database postgres://USER@HOST/peak

PostgreSQL, gunicorn (as ``config/gunicorn.py`` sets it, production settings) and the load share the processors. A save
is a whole class: 50 children, 3 exceptions, the form of the page, with session, CSRF, scope, engine and audit row. The
county has 20,000 children and eleven weeks of registers; a database that is empty is filled, one of an earlier run is
brought back to where it began. In order: a bare view with 1 + 3 inserts, as much as the server takes, 25 a second,
some sent twice or cut off. Then every acknowledged register is looked up in the database, and a full recomputation
must find nothing to change. Asked for: 60 saves a second at least, 150 aimed at; p95 ≤ 100 ms at 25 a second; none
lost, none doubled. It ends by itself in about two minutes, and ends what it has started.
"""

import argparse
import contextlib
import math
import multiprocessing
import os
import platform
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import peak_load
from county import FIRST_DAY, build, set_up
from peak_sites import EXCEPTIONS, bare_models

ROOT = Path(__file__).resolve().parent.parent
CLASS_SIZE = 50
TODAY = date(2026, 11, 27)  # a Friday in the middle of a term
FREE_DAYS = 12  # school days up to today on which the load takes the registers
RATE = 25
SENT_TWICE, CUT_OFF = 0.1, 0.05


@dataclass
class Register:
    """One register to send: where it belongs, what it says, and the request as bytes."""

    school_class: int
    day: date
    slot: str
    marks: dict[int, str]
    submission: UUID
    request: bytes


@dataclass
class Measured:
    """What a phase sent, and milliseconds of processor time a request took of each party."""

    volley: peak_load.Volley
    cost: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.volley.shots) / self.volley.seconds


def prepare(students: int) -> list[date]:
    """Fill an empty database, or take back what an earlier run sent; the days whose registers are free."""
    from django.db import connection, transaction

    from casework.engine import escalate
    from students.models import AbsenceMark, RollCall, School
    from students.queries.calendar import current_calendar

    if School.objects.exists() and not School.objects.filter(code="2900000001", name="第1小学").exists():
        sys.exit("This database holds something else; give an empty one.")
    fresh = not School.objects.exists()
    if fresh:
        with transaction.atomic():
            build(students, through=TODAY, class_size=CLASS_SIZE)
            add_teachers()
    school = School.objects.first()
    days = current_calendar().school_days(school=school.pk, school_class=None).between(FIRST_DAY, TODAY)[-FREE_DAYS:]
    AbsenceMark.objects.filter(roll_call__day__gte=days[0]).delete()
    RollCall.objects.filter(day__gte=days[0]).delete()
    escalate(through=TODAY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    models = bare_models()
    with connection.schema_editor() as editor:
        kept = connection.introspection.table_names()
        for model in reversed(models):
            if model._meta.db_table in kept:
                editor.delete_model(model)
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    return days


def add_teachers() -> None:
    """A 班主任 for every class."""
    from students.models import Person, Posting, Role, SchoolClass

    classes = list(SchoolClass.objects.order_by("pk"))
    people = Person.objects.bulk_create(
        Person(staff_number=f"T{n}", username=f"T{n}", name="老师", must_change_password=False)
        for n, _ in enumerate(classes)
    )
    Posting.objects.bulk_create(
        Posting(
            person=person,
            role=Role.HOMEROOM_TEACHER,
            school_id=target.school_id,
            school_class=target,
            since=FIRST_DAY,
        )
        for person, target in zip(people, classes, strict=True)
    )


def sessions() -> dict[int, str]:
    """Class → the session of its teacher, made as a log-in makes it, but without the password, which takes its time."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from students.models import Posting

    keys = {}
    for posting in Posting.objects.filter(school_class__isnull=False).select_related("person"):
        session = SessionStore()
        session[SESSION_KEY] = str(posting.person_id)
        session[BACKEND_SESSION_KEY] = "students.authentication.PostedPersonBackend"
        session[HASH_SESSION_KEY] = posting.person.get_session_auth_hash()
        session.create()
        keys[posting.school_class_id] = session.session_key
    return keys


def registers(days: list[date], port: int) -> Iterator[Register]:
    """Morning and afternoon of every class, day after day; the classes in an order of their own each time."""
    from students.models import Enrolment

    chance, keys = random.Random(11), sessions()
    children: dict[int, list[int]] = {}
    for school_class, student in Enrolment.objects.order_by("student").values_list("school_class", "student"):
        children.setdefault(school_class, []).append(student)
    for day in days:
        for slot in ("AM", "PM"):
            for school_class in chance.sample(sorted(children), len(children)):
                here = children[school_class]
                kinds = chance.choices(["unexcused", "unverified", "sick_leave", "late"], k=EXCEPTIONS)
                marks = dict(zip(chance.sample(here, EXCEPTIONS), kinds, strict=True))
                submission = uuid4()
                form = {"version": 0, "submission": submission} | {f"mark-{pk}": marks.get(pk, "") for pk in here}
                path = f"/register/{school_class}/{day}/{slot}/"
                request = post(port, path, form, session=keys[school_class])
                yield Register(school_class, day, slot, marks, submission, request)


def post(port: int, path: str, form: dict, *, session: str) -> bytes:
    """A form as a browser sends it through the proxy that ends HTTPS."""
    token = secrets.token_hex(16)
    body = urlencode({"csrfmiddlewaretoken": token, **form}).encode()
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "X-Forwarded-Proto: https",
        f"Origin: https://127.0.0.1:{port}",
        f"Referer: https://127.0.0.1:{port}{path}",
        "User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
        "Accept: text/html,application/xhtml+xml",
        "Accept-Encoding: gzip, deflate, br",
        "Accept-Language: zh-CN,zh;q=0.9",
        f"Cookie: csrftoken={token}; sessionid={session}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


@contextlib.contextmanager
def served(site: str, port: int) -> Iterator[int]:
    """gunicorn with the production's settings; the id of its first process. Ended on leaving, whatever happens."""
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "config/gunicorn.py")]
    command += ["--chdir", str(ROOT / "benchmarks"), "--bind", f"127.0.0.1:{port}", f"peak_sites:{site}()"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while not (answers(port) and children_of(server.pid)):
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    sys.exit(f"The server did not start:\n{log.read().decode()}")
                time.sleep(0.1)
            yield server.pid
        finally:
            server.terminate()
            try:
                server.wait(timeout=40)
            except subprocess.TimeoutExpired:
                server.kill()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def children_of(process: int) -> list[int]:
    """The processes that it has started and that run."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def processor_seconds(pids: list[int]) -> float:
    """User and system time that these processes have taken so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def database_processes() -> list[int]:
    """PostgreSQL's processes for this database, and what writes for all; none that this machine can see elsewhere."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datname IS NULL")
        return [pid for (pid,) in cursor.fetchall()]


def measured(pool, server: int, phase: Callable, *arguments, **options) -> Measured:
    """Run a phase in the process of the load, and see what it cost each party."""

    def spent():
        return {
            "server": processor_seconds([server, *children_of(server)]),
            "database": processor_seconds(database_processes()),
            "load": processor_seconds(list(pool._processes)),
        }

    before = spent()
    volley = pool.submit(phase, *arguments, **options).result(timeout=600)
    cost = {party: (after - before[party]) * 1000 / len(volley.shots) for party, after in spent().items()}
    return Measured(volley, cost)


def faults(sent: list[Register], answered: set[int], days: list[date]) -> list[str]:
    """What is wrong in the database after all that was sent; nothing, if every promise was kept.

    ``answered``: the positions in ``sent`` of the registers that the server said it had saved.
    """
    from casework.engine import escalate
    from casework.models import AbsenceRun
    from students.models import AbsenceMark, AuditRow, RollCall

    standing: dict[tuple, list[int]] = {}
    for pk, *place in RollCall.objects.filter(day__gte=days[0]).values_list("pk", "school_class", "day", "slot"):
        standing.setdefault(tuple(place), []).append(pk)
    marks: dict[int, dict] = {}
    for pk, student, kind in AbsenceMark.objects.filter(roll_call__day__gte=days[0]).values_list(
        "roll_call", "student", "kind"
    ):
        marks.setdefault(pk, {})[student] = kind
    written = Counter(AuditRow.objects.filter(key__isnull=False).values_list("key", flat=True))
    found: Counter[str] = Counter()
    for position in answered:
        register = sent[position]
        calls = standing.pop((register.school_class, register.day, register.slot), [])
        found["acknowledged and lost"] += not calls
        found["saved twice"] += len(calls) > 1
        found["with other marks than sent"] += any(marks.get(pk, {}) != register.marks for pk in calls)
        found["with more or fewer than one audit row"] += written[register.submission] != 1
    found["standing that nobody was told of"] += len(standing)
    before = sorted(AbsenceRun.objects.values_list("student", "started_on", "last_absent_on", "days", "settled_on"))
    counts = escalate(through=TODAY)
    after = sorted(AbsenceRun.objects.values_list("student", "started_on", "last_absent_on", "days", "settled_on"))
    found["duties that a full recomputation had to mend"] += counts.added + counts.changed + counts.withdrawn
    found["runs that a full recomputation had to mend"] += len(set(before) ^ set(after))
    return [f"{number} {fault}" for fault, number in found.items() if number]


def drawn(count: int, share: float, seed: int) -> set[int]:
    return set(random.Random(seed).sample(range(count), int(count * share)))


def say(name: str, phase: Measured, more: str = "") -> None:
    cost = " + ".join(f"{party} {spent:.1f}" for party, spent in phase.cost.items())
    answers = Counter(shot.answer for shot in phase.volley.shots)
    times = ", ".join(f"p{share * 100:.0f} {phase.volley.percentile(share):.0f}" for share in (0.5, 0.95, 0.99))
    print(f"{name:<26}{phase.rate:7.1f}/s  {times} ms; processor ms each: {cost}; answers {dict(answers)}{more}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="an empty PostgreSQL database, or one of an earlier run")
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=20, help="of the phase that takes all it can get")
    parser.add_argument("--steady", type=int, default=30, help="seconds of the phase at 25 a second")
    parser.add_argument("--browsers", type=int, default=8)
    options = parser.parse_args()
    os.environ |= {"PRODUCTION": "true", "DEBUG": "false", "SECRET_KEY": secrets.token_hex(32)}
    os.environ |= {"ALLOWED_HOSTS": "127.0.0.1", "PEAK_DAY": TODAY.isoformat()}  # the server inherits them
    set_up(options.database)
    days, port = prepare(options.students), free_port()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        bare = run_bare(pool, port, options)
        broken = run_site(pool, port, options, days, bare)
    sys.exit(1 if broken else 0)


def run_bare(pool, port: int, options) -> Measured:
    print(f"{platform.machine()}, {os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} before")
    requests = [post(port, "/", {}, session="")] * (options.seconds * 3000)
    with served("bare", port) as server:
        measured(pool, server, peak_load.closed_loop, port, requests, browsers=options.browsers, seconds=2)
        seconds = max(2, options.seconds // 2)
        bare = measured(pool, server, peak_load.closed_loop, port, requests, browsers=options.browsers, seconds=seconds)
    say("bare view, 1 + 3 inserts", bare)
    return bare


def run_site(pool, port: int, options, days: list[date], bare: Measured) -> bool:
    """The three phases and the proof; whether something was lost, doubled or refused."""
    sent = list(registers(days, port))
    answered: set[int] = set()
    position, refused = 0, []

    def phase(name: str, act: Callable, count: int, **how) -> Measured:
        nonlocal position
        requests = [register.request for register in sent[position : position + count]]
        result = measured(pool, server, act, port, requests, browsers=options.browsers, **how)
        answered.update(position + job for job in result.volley.acknowledged)
        refused.extend(result.volley.refused)
        position += 1 + max(shot.job for shot in result.volley.shots)
        if name:
            say(name, result)
        return result

    with served("site", port) as server:
        phase("", peak_load.closed_loop, 400, seconds=5)  # the first requests read the calendar and the rules
        workers = len(children_of(server))
        print(f"gunicorn: {workers} processes as config/gunicorn.py sets them; {options.browsers} browsers")
        most = phase("as much as it takes", peak_load.closed_loop, options.seconds * 250, seconds=options.seconds)
        phase("25 a second", peak_load.open_loop, options.steady * RATE, rate=RATE)
        again = math.ceil(options.seconds * 15)
        twice, cut = drawn(again, SENT_TWICE, 1), drawn(again, CUT_OFF, 2)
        phase("twice and cut off", peak_load.doubled, again, twice=twice, cut=cut)
    print(f"{len(twice)} sent twice at once, {len(cut)} cut off")
    print(f"a bare view serves {bare.rate / most.rate:.1f} times as many")
    wrong = faults(sent, answered, days)
    for answer, number in Counter(shot.answer for shot in refused).items():
        print(f"refused: {number} answered {answer}")
    print(
        f"{len(answered)} registers acknowledged, {len(refused)} requests refused; "
        + ("; ".join(wrong) or "each stands exactly once")
    )
    return bool(wrong or refused)


if __name__ == "__main__":
    main()

"""The register page and its save, as the server sees them: statements, compressed size, p50 and p95.

    python benchmarks/county.py --students 5000 --database DATABASE
    python benchmarks/roll_call.py --database DATABASE

A class of 50, three exceptions a save, the engine included: once in a school that takes the register in the morning
and the afternoon, once in one that takes it in seven periods and in the evening. Requests go through the whole of
Django (middleware, session, template) in one process, without a network. Asked for: page ≤ 8 queries, ≤ 14 KB, p95
≤ 60 ms; save ≤ 12 queries, p95 ≤ 100 ms.
"""

import argparse
import gzip
import statistics
import time
from datetime import date, timedelta
from uuid import uuid4

from county import FIRST_DAY, LAST_DAY, set_up

CLASS_SIZE = 50
DAYS = 40
TODAY = LAST_DAY


def class_of_fifty(slots: str):
    """A class of its own with a term of registers in these slots behind it, and its teacher."""
    import random
    from itertools import count

    from county import build_class

    from students.models import Person, Posting, Role, School, SchoolClass
    from students.queries.calendar import current_calendar

    first = School.objects.order_by("pk").first()
    code = f"{2990000000 + School.objects.count()}"
    school = School.objects.create(code=code, name="量校", kind="primary", township=first.township, slots=slots)
    number = f"B{SchoolClass.objects.count()}"
    target = SchoolClass.objects.create(school=school, number=number, name="量", stage="primary", cohort=2023)
    days = current_calendar().school_days(school=school.pk, school_class=target.pk)
    first_free = days.between(FIRST_DAY, LAST_DAY)[-DAYS]
    serial = count(5_000_000 + SchoolClass.objects.count() * CLASS_SIZE)
    build_class(target, days.between(FIRST_DAY, first_free - timedelta(days=1)), CLASS_SIZE, serial, random.Random(7))
    teacher = Person.objects.create(staff_number=number, username=number, name="老师", must_change_password=False)
    Posting.objects.create(
        person=teacher, role=Role.HOMEROOM_TEACHER, school=school, school_class=target, since=date(2026, 9, 1)
    )
    return target, teacher, days.between(first_free, LAST_DAY)


def statements(queries) -> int:
    """Statements that read or write rows; BEGIN and COMMIT are left out."""
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in queries)


def p95(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1000:.1f} ms"


def timed(send):
    began = time.perf_counter()
    response = send()
    return response, time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    set_up(parser.parse_args().database)
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")
    for slots in ("AM,PM", "1,2,3,4,5,6,7,EV"):
        measure(slots)


def measure(slots: str) -> None:
    from unittest import mock

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from casework.engine import escalate
    from students.models import Enrolment

    target, teacher, days = class_of_fifty(slots)
    escalate(through=TODAY)
    children = list(Enrolment.objects.filter(school_class=target).values_list("student", flat=True))
    client = Client()
    client.force_login(teacher, backend="students.authentication.PostedPersonBackend")
    pages, saves, page_queries, save_queries = [], [], [], []
    with mock.patch("django.utils.timezone.localdate", return_value=TODAY):
        client.get("/")  # the first request reads templates and calendar
        for position, day in enumerate(days):
            for slot in slots.split(","):
                url = f"/register/{target.pk}/{day}/{slot}/"
                chosen = [children[(position * 3 + n) % len(children)] for n in range(3)]
                form = {f"mark-{child}": "unexcused" for child in chosen} | {"submission": uuid4(), "version": 0}
                if position % 10 == 9:  # counted aside, as counting slows down
                    with CaptureQueriesContext(connection) as queries:
                        page = client.get(url)
                    page_queries.append(statements(queries.captured_queries))
                    with CaptureQueriesContext(connection) as queries:
                        client.post(url, form)
                    save_queries.append(statements(queries.captured_queries))
                    continue
                _, seconds = timed(lambda url=url: client.get(url))
                pages.append(seconds)
                response, seconds = timed(lambda url=url, form=form: client.post(url, form))
                assert response.status_code == 302, response.content.decode()
                saves.append(seconds)
    size = len(gzip.compress(page.content, 6))
    print(f"database {connection.vendor}, {slots}, class of {len(children)}, {len(saves)} saves")
    print(f"page: {max(page_queries)} queries, {size / 1024:.1f} KB compressed, {p95(pages)}")
    print(f"save: {max(save_queries)} queries, {p95(saves)}")


if __name__ == "__main__":
    main()

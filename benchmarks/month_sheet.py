"""月考勤表 and 补录 of a class of 50, as the server sees them: statements, compressed size, seconds.

    python benchmarks/county.py --students 5000 --database DATABASE
    python benchmarks/month_sheet.py --database DATABASE

The page, Excel and paper of a month with registers; then a whole month without any is entered: 50 children, every
half-day, three of them missing. Requests go through the whole of Django in one process, without a network.
"""

import argparse
import gzip
from datetime import date
from statistics import median
from uuid import uuid4

from county import set_up
from roll_call import TODAY, class_of_fifty, statements, timed

TAKEN, MISSING = date(2026, 10, 1), date(2026, 12, 1)
TIMES = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    set_up(parser.parse_args().database)
    from unittest import mock

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from casework.engine import escalate
    from students.models import Enrolment
    from students.queries.month_sheets import school_days_of

    settings.ALLOWED_HOSTS.append("testserver")
    target, teacher, _ = class_of_fifty("AM,PM")
    escalate(through=TODAY)
    client = Client()
    client.force_login(teacher, backend="students.authentication.PostedPersonBackend")
    taken, missing = (f"/sheets/{target.pk}/{month:%Y-%m}" for month in (TAKEN, MISSING))
    asked = {
        "page": lambda: client.get(f"{taken}/"),
        "Excel": lambda: b"".join(client.post(f"{taken}/file/", {"format": ".xlsx"}).streaming_content),
        "PDF": lambda: b"".join(client.post(f"{taken}/file/", {"format": ".pdf"}).streaming_content),
        "page of the entry": lambda: client.get(f"{missing}/enter/"),
    }
    children = list(Enrolment.objects.filter(school_class=target).values_list("student", flat=True))
    columns = [f"{day:%d}-{slot}" for day in school_days_of(target, MISSING) for slot in ("AM", "PM")]
    form = {f"c-{child}-{column}": "旷" if n < 3 else "" for n, child in enumerate(children) for column in columns}
    form |= {f"v-{column}": "0" for column in columns} | {f"t-{column}": "on" for column in columns}
    print(f"database {connection.vendor}, class of {len(children)}, {len(columns)} registers entered")
    with mock.patch("django.utils.timezone.localdate", return_value=TODAY):
        for name, ask in asked.items():
            ask()
            with CaptureQueriesContext(connection) as queries:
                answer = ask()
            number = statements(queries.captured_queries)
            seconds = [timed(ask)[1] for _ in range(TIMES)]
            size = len(answer if isinstance(answer, bytes) else gzip.compress(answer.content, 6))
            print(f"{name}: {number} queries, {size / 1024:.0f} KB, "
                  f"fastest {min(seconds) * 1000:.0f} ms, p50 {median(seconds) * 1000:.0f} ms")  # fmt: skip
        sent = form | {"submission": uuid4()}
        with CaptureQueriesContext(connection) as queries:
            response, seconds = timed(lambda: client.post(f"{missing}/enter/", sent))
    assert response.status_code == 302, response.content.decode()
    print(f"save of a month: {statements(queries.captured_queries)} queries, {seconds:.2f} s")


if __name__ == "__main__":
    main()

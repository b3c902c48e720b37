"""The months of schools and teachers in a large county: the county's pages, one school's, and its teachers'.

    .venv/bin/python benchmarks/month_scores.py --database sqlite:////tmp/county.sqlite3 [--today 2026-11-27]

The database is one of ``county.py`` after ``escalate.py``; it is written to (scores are kept, a person is made).
"""

import argparse
import statistics
import sys
import time
from datetime import date, datetime

from county import set_up  # puts the project on the path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 27))
    parser.add_argument("--times", type=int, default=9)
    asked = parser.parse_args()
    set_up(asked.database)
    import time_machine
    from django.utils import timezone

    noon = datetime(asked.today.year, asked.today.month, asked.today.day, 12, tzinfo=timezone.get_default_timezone())
    with time_machine.travel(noon, tick=True):
        measure(asked)
    return 0


def measure(asked) -> None:
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from scoring.actions.scores import keep_scores
    from scoring.models import KeptScore
    from students.models import Person, Posting, Role, School

    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    if not KeptScore.objects.filter(registers_due__gt=0).exists():
        kept = keep_scores(today=asked.today)
        print(f"得分：{kept}行，{time.perf_counter() - start:.1f} s")
    officer, _ = Person.objects.get_or_create(
        username="months", defaults={"staff_number": "months", "name": "考核", "must_change_password": False}
    )
    Posting.objects.get_or_create(person=officer, role=Role.BUREAU_OFFICER, since=date(2026, 9, 1))
    client = Client(HTTP_HOST="localhost")
    client.force_login(officer, backend="students.authentication.PostedPersonBackend")
    school = School.objects.order_by("code").first().pk
    for name, address in {
        "学校月考核": reverse("scoring:school_months"),
        "一所学校": reverse("scoring:school_month", args=[school]),
        "一所学校的教师": f"{reverse('scoring:teachers')}?school={school}",
    }.items():
        print(name, time_of(client, address, asked.times))


def time_of(client, address: str, times: int) -> str:
    """Queries, bytes, and the median and longest time of a page, in ms, after one to warm up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    number = len(queries)
    assert page.status_code == 200, page.status_code
    wall, cpu = [], []
    for _ in range(times):
        start, spent = time.perf_counter(), time.process_time()
        client.get(address)
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return (
        f"{number}次查询，{len(page.content) / 1024:.0f} KB，"
        f"中位数{statistics.median(wall):.0f} ms，最长{max(wall):.0f} ms（处理器{statistics.median(cpu):.0f} ms）"
    )


if __name__ == "__main__":
    sys.exit(main())

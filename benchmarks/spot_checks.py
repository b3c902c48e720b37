"""随机清点 in a large county: finding the reasons of all classes at night, drawing, and the pages of the bureau.

    .venv/bin/python benchmarks/spot_checks.py --database sqlite:////tmp/county.sqlite3 [--today 2026-11-27]

The database is one of ``county.py`` after ``escalate.py``; it is written to: the registers of the last weeks get the
moments and the audit rows that registers sent by people have, a person is made, classes are drawn and counted. Goal:
any page p95 ≤ 200 ms, queries constant.
"""

import argparse
import random
import resource
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import quantiles
from uuid import uuid4

from county import set_up  # puts the project on the path

STEP = 5000
HOURS = {"AM": 8, "PM": 14}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 27))
    parser.add_argument("--times", type=int, default=20)
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
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from inspections.actions.reasons import keep_reasons
    from inspections.models import CountReason

    call_command("migrate", verbosity=0)
    send_registers(asked.today)
    with CaptureQueriesContext(connection) as queries:
        start, cpu = time.perf_counter(), time.process_time()
        number = keep_reasons(today=asked.today)
        spent, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"查找理由：{number}条，{spent:.1f} s（处理器{cpu:.1f} s），{len(queries)}次查询，峰值{peak} MB")
    print(Counter(CountReason.objects.values_list("kind", flat=True)))
    measure_pages(asked)


def send_registers(today: date) -> None:
    """As if people had sent the registers of the last weeks: some classes late in batches, some by the minute."""
    from django.db import connection, transaction
    from django.utils import timezone

    from students.models import AuditRow, RollCall

    if AuditRow.objects.filter(action="register.submit").count() > STEP:
        return
    chance, zone, audit = random.Random(9), timezone.get_default_timezone(), []
    calls = list(RollCall.objects.filter(day__gte=today - timedelta(days=50)))
    for call in calls:
        habit = call.school_class_id % 50
        day, minute = call.day, chance.randrange(40)
        if habit == 1:  # on Friday evening, the whole week at once
            day, minute = day + timedelta(days=5 - day.weekday()), call.day.weekday() * 2
        elif habit == 2:
            minute = 3
        hour = HOURS.get(call.slot, 8) if habit != 1 else 20
        call.taken_at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        audit.append(
            AuditRow(done_at=call.taken_at, action="register.submit", subject="students.rollcall", subject_id=call.pk)
        )
    with transaction.atomic(), connection.cursor() as cursor:
        moments = [(connection.ops.adapt_datetimefield_value(call.taken_at), call.pk) for call in calls]
        cursor.executemany("UPDATE students_rollcall SET taken_at = %s WHERE id = %s", moments)
        AuditRow.objects.bulk_create(audit, batch_size=STEP)


def measure_pages(asked) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from inspections.models import CountReason, Draw

    officer = made_officer()
    client = Client(HTTP_HOST="localhost")
    client.force_login(officer, backend="students.authentication.PostedPersonBackend")
    start = time.perf_counter()
    row = drawn_and_counted(officer, asked.today)
    print(f"抽取50个班并清点：{time.perf_counter() - start:.1f} s；{len(row.candidates)}个班参加")
    reason = CountReason.objects.order_by("pk").first()
    pages = {
        "理由": reverse("inspections:count_reasons"),
        "理由：一种": reverse("inspections:count_reasons") + "?kind=batch",
        "理由：最后一页": reverse("inspections:count_reasons") + "?page=9999",
        "一个班的理由": reverse("inspections:class_reasons", args=[reason.school_class_id]),
        "历次抽取": reverse("inspections:draws"),
        "一次抽取": reverse("inspections:draw", args=[Draw.objects.first().pk]),
        "抽取的表单": reverse("inspections:draw_classes"),
        "待清点": reverse("inspections:to_count"),
        "清点不符": reverse("inspections:mismatches"),
    }
    for name, address in pages.items():
        client.get(address)
        spent, cpus = [], []
        for _ in range(asked.times):
            with CaptureQueriesContext(connection) as queries:
                start, cpu = time.perf_counter(), time.process_time()
                response = client.get(address)
                spent.append((time.perf_counter() - start) * 1000)
                cpus.append((time.process_time() - cpu) * 1000)
            assert response.status_code == 200, (name, response.status_code)
        p95, cpu = quantiles(spent, n=20)[-1], quantiles(cpus, n=2)[0]
        print(
            f"{name}：{len(queries)}次查询，p50 {quantiles(spent, n=2)[0]:.0f}、p95 {p95:.0f} ms（处理器{cpu:.0f} ms）"
        )


def made_officer():
    from students.models import Person, Posting, Role

    officer, _ = Person.objects.get_or_create(
        username="counts", defaults={"staff_number": "counts", "name": "清点", "must_change_password": False}
    )
    Posting.objects.get_or_create(person=officer, role=Role.BUREAU_OFFICER, since=date(2026, 9, 1))
    return officer


def drawn_and_counted(officer, today: date):
    """A draw of fifty classes of the county, each of them counted with one child not found."""
    from inspections.actions.draws import Place, make_draw
    from inspections.models import Draw
    from students.access import scope_of
    from students.actions.counts import record_head_count
    from students.models import HeadCountMissing
    from students.queries.registers import roster

    if Draw.objects.exists():
        return Draw.objects.first()
    scope = scope_of(officer, officer.postings.all())
    row = make_draw(by=officer, scope=scope, place=Place(), size=50, submission=uuid4(), today=today)
    for each in row.classes.select_related("school_class__school"):
        children = list(roster(each.school_class_id, today).values_list("student", flat=True))
        found = {"on_roll": len(children), "present": len(children) - 1, "note": "", "seen": None, "today": today}
        missing = {children[0]: HeadCountMissing.Reason.UNKNOWN}
        record_head_count(by=officer, scope=scope, school_class=each.school_class, missing=missing, **found)
    return row


if __name__ == "__main__":
    sys.exit(main())

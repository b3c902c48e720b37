"""The pages of a county's figures: what a night keeps, and the board, the month by parts, entry cohorts, three years.

    .venv/bin/python benchmarks/county_pages.py --database sqlite:////tmp/county.sqlite3 [--times 20] [--only 看板]

The database is one of ``county.py`` after ``escalate.py``; it is written to the first time (people in posts, half the
children girls, a fifth in a special group, a hundred dropped out, the figures that are kept). Printed as by
``pages.py``. Goal: every page ≤ 0.3 s with 100,000 children.
"""

import argparse
import gc
import random
import sys
from collections.abc import Callable
from datetime import date, datetime
from time import perf_counter, process_time

from case_load import post_people
from county import set_up  # puts the project on the path
from pages import measure_as, post_bureau

TODAY = date(2027, 6, 28)  # ten months of the year are over
DROPPED_OUT = 100
GROUPS = ("left_behind_both", "out_of_poverty", "disabled")
STEP = 5000


def fill() -> None:
    """Whoever and whatever the pages show; nothing where it is there."""
    from reports.actions.figures import keep_figures
    from reports.models import KeptFigures
    from students.models import Posting, Role, SpecialGroup, Student

    chance = random.Random(7)
    post_bureau()
    if not Posting.objects.filter(role=Role.PRINCIPAL).exists():
        post_people(chance)
    children = list(Student.objects.order_by("pk").values_list("pk", flat=True))
    if not SpecialGroup.objects.exists():
        Student.objects.extra(where=["id %% 2 = 0"]).update(sex=Student.Sex.FEMALE)
        SpecialGroup.objects.bulk_create(
            (
                SpecialGroup(student_id=pk, kind=chance.choice(GROUPS), since=date(2026, 9, 1))
                for pk in chance.sample(children, len(children) // 5)
            ),
            batch_size=STEP,
        )
        drop_out(chance.sample(children, DROPPED_OUT))
    if not KeptFigures.objects.exists():
        began, worked = perf_counter(), process_time()
        rows = keep_figures(today=TODAY)
        spent = f"{perf_counter() - began:.0f}秒，处理器{process_time() - worked:.0f}秒"
        print(f"每晚算好的数字：{rows}行，{spent}", file=sys.stderr)


def drop_out(children: list[int]) -> None:
    """Between October and May, as the rows that the events and places would be."""
    from django.utils import timezone

    from students.models import Enrolment, EnrolmentEvent

    for number, child in enumerate(children):
        day = date(2026, 10 + number % 3, 1 + number % 28)
        here = Enrolment.objects.get(student=child, until=None)
        Enrolment.objects.filter(pk=here.pk).update(until=day)
        Enrolment.objects.create(
            student_id=child, school_class_id=here.school_class_id, standing="dropped_out", since=day, spell=here.spell
        )
        EnrolmentEvent.objects.create(
            student_id=child, kind="drop_out", happened_on=day, recorded_at=timezone.now(), order=0
        )


def measure(times: int, only: str) -> None:
    """As the bureau and as a principal."""
    from django.urls import reverse

    from students.models import Person, Role

    def same(name, **query):
        return [(reverse(f"reports:{name}"), query)] * times

    pages = {
        "控辍看板": same("county"),
        "控辍看板：初中": same("county", stage="junior"),
        "按性别": same("figure_parts", by="sex"),
        "按乡镇": same("figure_parts", by="township"),
        "按特殊群体": same("figure_parts", by="group"),
        "三年、六年巩固率": same("cohorts"),
        "三年对照": same("years"),
    }
    settle()
    measure_as(Person.objects.get(username=Role.BUREAU_OFFICER), pages, times, only)
    head = Person.objects.filter(postings__role=Role.PRINCIPAL, is_active=True).order_by("pk").distinct()[0]
    measure_as(head, {"控辍看板：校长": same("county")}, times, only)


def settle() -> None:
    """What a server has done before the first page is asked for, and the head of what is printed."""
    from django.db import connection
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - loaded, and left alone by the collector, as config/gunicorn.py does
    gc.freeze()
    print(f"{connection.vendor}　　毫秒：中位数　p95　处理器中位数　查询次数　KB")


def run(said: str, *, fill: Callable[[], None], measure: Callable[[int, str], None]) -> None:
    """The command that ``said`` describes: at noon of ``TODAY`` fill the database that was named, and measure."""
    parser = argparse.ArgumentParser(description=said, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--times", type=int, default=20, help="requests of each page; up to 3 prints slow statements")
    parser.add_argument("--only", default="", help="only pages with one of these words in their label, split by commas")
    options = parser.parse_args()
    set_up(options.database)
    import time_machine
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=timezone.get_default_timezone())
    with time_machine.travel(noon, tick=True):
        fill()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        settings.ALLOWED_HOSTS.append("testserver")
        measure(options.times, options.only)


if __name__ == "__main__":
    run(__doc__, fill=fill, measure=measure)

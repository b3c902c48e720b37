"""Early signs 预警 of a large county: seconds and peak memory of the nightly computation, milliseconds of the pages.

    python benchmarks/county.py --database sqlite:////tmp/county.sqlite3
    python benchmarks/signs.py --database sqlite:////tmp/county.sqlite3 [--times 20]

The database is one of ``county.py``; families, villages, leave, contacts, the lists, the runs and who looks are added
the first time. Asked for: 100,000 children × one term in 60 s and 500 MB, the second run changes nothing; every page
p95 ≤ 200 ms and as many queries for one school as for the county.
"""

import argparse
import random
import resource
import sys
import time
from datetime import datetime, timedelta
from functools import partial
from statistics import quantiles
from unittest import mock

from county import LAST_DAY, SHANGHAI, set_up

DAY = LAST_DAY - timedelta(days=7)
STEP = 5000


def add_the_rest() -> None:
    """Two children in five have a brother or sister at school; forty to a village; some leave, some calls."""
    from casework.engine import escalate
    from casework.models import Contact
    from students.actions.listing import rebuild
    from students.models import Area, Guardian, Leave, Student

    if Contact.objects.exists():
        return
    chance, now = random.Random(7), datetime(2026, 11, 2, 8, tzinfo=SHANGHAI)
    pks, town = list(Student.objects.order_by("pk").values_list("pk", flat=True)), Area.objects.get(level="township")
    villages = [f"{629900101000 + n}" for n in range(1, min(999, len(pks) // 40 + 1) + 1)]
    Area.objects.bulk_create(
        Area(code=code, name=f"第{n}村", level="village", parent=town) for n, code in enumerate(villages)
    )
    guardians, children = list(Guardian.objects.order_by("pk")), list(Student.objects.order_by("pk"))
    for n, (guardian, child) in enumerate(zip(guardians, children, strict=True)):
        guardian.phone = f"{13900000000 + (n - 1 if n % 5 == 1 else n)}"
        child.home_area_code = chance.choice(villages)
    Guardian.objects.bulk_update(guardians, ["phone"], batch_size=STEP)
    Student.objects.bulk_update(children, ["home_area_code"], batch_size=STEP)
    leaves = [(pk, now.date() + timedelta(days=chance.randrange(60)), chance.randrange(20)) for pk in pks[::40]]
    Leave.objects.bulk_create(
        Leave(student_id=pk, first_day=first, last_day=first + timedelta(days=n), kind="sick_leave", approved_at=now)
        for pk, first, n in leaves
    )
    Contact.objects.bulk_create(
        Contact(student_id=pk, day=now.date() + timedelta(days=chance.randrange(70)), method="phone", recorded_at=now)
        for pk in pks[::5]
    )
    rebuild(pks)
    escalate(through=DAY)


def post_people() -> None:
    """Who opens the pages, one a role, where nobody has been posted yet."""
    from students.models import Person, Posting, SchoolClass

    school_class = SchoolClass.objects.select_related("school").first()
    school = {"school": school_class.school}
    places = {"bureau_officer": {}, "principal": school, "homeroom_teacher": {"school_class": school_class, **school}}
    for role, place in places.items():
        named = {"staff_number": role, "name": role, "must_change_password": False}
        person, is_new = Person.objects.get_or_create(username=role, defaults=named)
        if is_new:
            Posting.objects.create(person=person, role=role, since=DAY.replace(month=1), **place)


def refuse_what_is_not_filled(part: str | None) -> None:
    """Say in words what is missing where a later part is asked for by itself."""
    from casework.models import Contact, SignComputation
    from students.models import SchoolClass

    if not SchoolClass.objects.exists():
        sys.exit("The database is empty: fill it with county.py first.")
    if part in ("compute", "pages") and not Contact.objects.exists():
        sys.exit(
            "Families, villages and contacts are missing: run --part fill first, or all parts by leaving --part out."
        )
    if part == "pages" and not SignComputation.objects.exists():
        sys.exit("No signs have been computed yet: run --part compute first.")


def compute() -> None:
    from casework.actions.signs import compute_county

    began, worked = time.perf_counter(), time.process_time()
    counts = compute_county(day=DAY)
    seconds, own = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.1f} s ({own:.1f} s of one core), peak {peak:.0f} MB, {counts}")


def counted(asked: list, execute, sql, *rest):
    """Execute a statement and note it."""
    asked.append(sql)
    return execute(sql, *rest)


def pages(times: int) -> None:
    """Every page of the signs, as the bureau, a head and a 班主任 open it."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from students.models import Person, School

    school = School.objects.first()
    addresses = {
        "bureau_officer": [
            reverse("casework:signs"),
            f"{reverse('casework:signs')}?page=100",
            *(f"{reverse('casework:signs')}?sign={code}" for code in ("unseen", "attendance", "village", "put_off")),
            f"{reverse('casework:signs')}?school={school.pk}",
            f"{reverse('casework:signs')}?grade=3",
            f"{reverse('casework:signs')}?q=xs1",
            reverse("casework:signs_by_school"),
            reverse("reports:signs_file"),
        ],
        "principal": [reverse("casework:signs"), reverse("casework:school_board")],
        "homeroom_teacher": [reverse("casework:signs"), reverse("home")],
    }
    for role, urls in addresses.items():
        client = Client(HTTP_HOST="localhost")
        client.force_login(Person.objects.get(username=role), backend="students.authentication.PostedPersonBackend")
        for url in urls:
            client.get(url)
            asked = []
            with connection.execute_wrapper(partial(counted, asked)):
                assert client.get(url).status_code == 200, url
            spent, worked = [], time.process_time()
            for _ in range(times):
                began = time.perf_counter()
                client.get(url)
                spent.append((time.perf_counter() - began) * 1000)
            own = (time.process_time() - worked) / times * 1000
            p95 = quantiles(spent, n=20)[18]
            print(f"{role:17} p95 {p95:5.0f} ms, {own:4.0f} ms of one core, {len(asked):3} queries  {url}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--part", choices=["fill", "compute", "pages"])
    asked = parser.parse_args()
    set_up(asked.database)
    refuse_what_is_not_filled(asked.part)
    if asked.part in (None, "fill"):
        add_the_rest()
    if asked.part in (None, "compute"):
        compute()
        compute()
    if asked.part in (None, "pages"):
        post_people()
        with mock.patch("django.utils.timezone.localdate", return_value=DAY):
            pages(asked.times)


if __name__ == "__main__":
    main()

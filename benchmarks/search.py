"""The list of children of a large county: milliseconds and queries of searches, filters, pages and a whole export.

    .venv/bin/python benchmarks/search.py --database sqlite:////tmp/search.sqlite3 [--students 100000] [--times 40]
    .venv/bin/python benchmarks/search.py --database postgres://user@host/empty_database

The first run fills the database (which must be empty); another one measures again. In process, the whole of Django
(session, scope, template), without the network. Goals: a search p95 ≤ 100 ms, any page of a list p95 ≤ 200 ms.
"""

import argparse
import random
import resource
import sys
import time
from datetime import date, timedelta
from statistics import quantiles
from unittest import mock

from county import set_up  # puts the project on the path
from import_students import CLASS_SIZE, CLASSES_A_SCHOOL, COUNTY, FAMILY_NAMES, GIVEN_NAMES

TOWNSHIPS, VILLAGES_EACH = 12, 25
FIRST_DAY = date(2026, 9, 1)
LEFT_ON = date(2026, 9, 10)
TODAY = date(2026, 11, 23)
GROUPS = ["left_behind_one"] * 15 + ["left_behind_both"] * 12 + ["out_of_poverty"] * 5 + ["disabled"] + [""] * 67


def build(students: int) -> None:
    """Townships with villages, schools, classes, and children with everything that the list shows."""
    from django.db import transaction

    from students.actions import listing
    from students.models import Area, School, SchoolClass

    chance = random.Random(1)
    with transaction.atomic():
        county = Area.objects.create(code=COUNTY, name="云岭县", level="county")
        for town in range(TOWNSHIPS):
            code = f"629901{101 + town}"
            township = Area.objects.create(code=f"{code}000", name=f"{town}号镇", level="township", parent=county)
            for village in range(VILLAGES_EACH):
                name = f"{town}镇{village}村"
                Area.objects.create(code=f"{code}{201 + village}", name=name, level="village", parent=township)
        townships = list(Area.objects.filter(level="township"))
        villages = list(Area.objects.filter(level="village").values_list("code", flat=True))
        classes = -(-students // CLASS_SIZE)
        schools = [
            School.objects.create(
                code=f"{2100000000 + n}", name=f"第{n}小学", kind="primary", township=townships[n % TOWNSHIPS]
            )
            for n in range(-(-classes // CLASSES_A_SCHOOL))
        ]
        rooms = SchoolClass.objects.bulk_create(
            SchoolClass(
                school=schools[n // CLASSES_A_SCHOOL],
                number=f"{2021 + n % 6}{n % CLASSES_A_SCHOOL // 6 + 1:02d}",
                name=f"{2021 + n % 6}级{n % CLASSES_A_SCHOOL // 6 + 1}班",
                stage="primary",
                cohort=2021 + n % 6,
            )
            for n in range(classes)
        )
        for start in range(0, students, 9000):
            numbers = range(start, min(start + 9000, students))
            listing.rebuild(build_children(numbers, rooms, villages, chance))
        post_people(rooms[0])


def build_children(numbers, rooms, villages, chance) -> list[int]:
    """Children of some classes; one in a hundred has left."""
    from django.utils import timezone

    from students.actions.enrolment import rebuild
    from students.identity import check_character
    from students.models import EnrolmentEvent, Guardian, SpecialGroup, Student

    children = []
    for n in numbers:
        room = rooms[n // CLASS_SIZE]
        born = date(room.cohort - 7, 9, 1) + timedelta(days=n % 365)
        body = f"{629901 + n // 365000:06d}{born:%Y%m%d}{n // 365 % 1000:03d}"
        number = body + check_character(body)
        children.append(
            Student(
                student_number=None if n % 97 == 0 else f"G{number}",
                id_number=number,
                id_type="居民身份证",
                name=chance.choice(FAMILY_NAMES) + "".join(chance.choices(GIVEN_NAMES, k=chance.choice((1, 2, 2)))),
                sex="男" if int(number[16]) % 2 else "女",
                birth_date=born,
                admitted_on=date(room.cohort, 9, 1),
                list_position=n % CLASS_SIZE + 1,
                attendance_mode=chance.choice(("走读", "走读", "住校")),
                home_area_code=chance.choice(villages),
            )
        )
    Student.objects.bulk_create(children)
    Guardian.objects.bulk_create(
        Guardian(student=child, position=1, name="家长", relation="母亲", phone="19900000000", is_guardian=True)
        for child in children
    )
    kinds = [(child, chance.choice(GROUPS)) for child in children]
    SpecialGroup.objects.bulk_create(SpecialGroup(student=c, kind=k, since=FIRST_DAY) for c, k in kinds if k)
    now = timezone.now()
    events = [
        EnrolmentEvent(
            student=c, kind="enrol", happened_on=c.admitted_on, school_class=rooms[n // CLASS_SIZE], recorded_at=now
        )
        for n, c in zip(numbers, children, strict=True)
    ]
    events += [
        EnrolmentEvent(student=c, kind="transfer_out", happened_on=LEFT_ON, recorded_at=now) for c in children[::100]
    ]
    EnrolmentEvent.objects.bulk_create(events)
    ids = [child.pk for child in children]
    rebuild(ids)
    return ids


def post_people(room) -> None:
    """Three who look at lists: the county's bureau, a school's clerk, a class's teacher."""
    from students.models import Person, Posting, Role

    places = {
        Role.BUREAU_OFFICER: {},
        Role.REGISTRY_CLERK: {"school": room.school},
        Role.HOMEROOM_TEACHER: {"school": room.school, "school_class": room},
    }
    for role, place in places.items():
        person = Person.objects.create(staff_number=role, username=role, name=role.label, must_change_password=False)
        Posting.objects.create(person=person, role=role, since=FIRST_DAY, **place)


def requests_of(times: int) -> dict[str, tuple[str, list[dict]]]:
    """What is asked for: label → (whose list, the queries)."""
    from students.models import Area, School, Student

    chance = random.Random(2)
    children = Student.objects.order_by("pk")
    last = children.last().pk
    some = [children.get(pk=chance.randint(1, last)) for _ in range(times)]
    village = list(Area.objects.filter(level="village").values_list("code", flat=True))
    school = list(School.objects.values_list("pk", flat=True))
    pages = -(-children.count() // 50)
    letters = "zwlcyxhgm"

    def vary(make):
        return [make(n, child) for n, child in enumerate(some)]

    bureau = {
        "查找：姓名": vary(lambda n, child: {"q": child.name}),
        "查找：姓": vary(lambda n, child: {"q": child.name[0]}),
        "查找：名": vary(lambda n, child: {"q": child.name[1:]}),
        "查找：首字母": vary(lambda n, child: {"q": chance.choice(letters) + chance.choice(letters)}),
        "查找：一个字母": vary(lambda n, child: {"q": letters[n % len(letters)]}),
        "查找：后四位": vary(lambda n, child: {"q": child.id_number[-4:]}),
        "查找：完整号码": vary(lambda n, child: {"q": child.id_number}),
        "查找：没有这人": vary(lambda n, child: {"q": f"qqqq{n}"}),
        "第一页": vary(lambda n, child: {}),
        "任意一页": vary(lambda n, child: {"page": chance.randint(1, pages)}),
        "最后一页": vary(lambda n, child: {"page": pages}),
        "按拼音": vary(lambda n, child: {"sort": "name", "page": n + 1}),
        "按出生日期": vary(lambda n, child: {"sort": "birth", "page": n + 1}),
        "一个年级": vary(lambda n, child: {"grade": n % 6 + 1}),
        "一所学校": vary(lambda n, child: {"school": chance.choice(school)}),
        "一个村": vary(lambda n, child: {"village": chance.choice(village)}),
        "特殊群体": vary(lambda n, child: {"group": ("disabled", "left_behind_both")[n % 2]}),
        "住校": vary(lambda n, child: {"mode": "boarding", "page": n + 1}),
        "待建籍": vary(lambda n, child: {"entitlement": "unregistered"}),
        "已离校": vary(lambda n, child: {"state": "gone"}),
        "几个条件": vary(lambda n, child: {"grade": n % 6 + 1, "group": "left_behind_both", "mode": "boarding"}),
    }
    requests = {f"全县　{label}": ("bureau_officer", queries) for label, queries in bureau.items()}
    requests["全校　第一页"] = ("registry_clerk", vary(lambda n, child: {}))
    requests["全校　查找：首字母"] = ("registry_clerk", bureau["查找：首字母"])
    requests["本班　第一页"] = ("homeroom_teacher", vary(lambda n, child: {}))
    return requests


def measure(times: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from students.models import Person

    clients = {}
    for person in Person.objects.all():
        clients[person.username] = Client()
        clients[person.username].force_login(person, backend="students.authentication.PostedPersonBackend")
    address = reverse("reports:students")
    print(f"{connection.vendor}　　毫秒：中位数　p95　最慢　处理器p95　查询次数")
    for label, (who, queries) in requests_of(times).items():
        clients[who].get(address, queries[0])  # once for the caches
        taken, worked = [], []
        for query in queries:
            started, worked_before = time.perf_counter(), time.process_time()
            response = clients[who].get(address, query)
            taken.append((time.perf_counter() - started) * 1000)
            worked.append((time.process_time() - worked_before) * 1000)
            assert response.status_code == 200, response.status_code
        with CaptureQueriesContext(connection) as captured:
            clients[who].get(address, queries[0])
        cuts, busy = quantiles(taken, n=20), quantiles(worked, n=20)[18]
        print(f"{label:　<12}{cuts[9]:7.0f}{cuts[18]:7.0f}{max(taken):7.0f}{busy:7.0f}{len(captured):5d}")
    export(clients["bureau_officer"])


def export(client) -> None:
    """The county's list as Excel, to the last byte."""
    from django.urls import reverse

    started = time.perf_counter()
    response = client.post(reverse("reports:students_file"), {"format": ".xlsx"})
    size = sum(map(len, response.streaming_content))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"全县名单导出：{time.perf_counter() - started:.1f} s，{size / 1024 / 1024:.1f} MB，内存峰值 {peak:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--database", required=True, help="a database address, such as sqlite:////tmp/search.sqlite3")
    parser.add_argument("--times", type=int, default=40, help="requests of each kind")
    options = parser.parse_args()
    set_up(options.database)
    from django.conf import settings
    from django.db import connection

    from students.models import Student

    if not Student.objects.exists():
        started = time.perf_counter()
        build(options.students)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        print(f"{options.students} children in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    settings.ALLOWED_HOSTS.append("testserver")
    with mock.patch("django.utils.timezone.localdate", return_value=TODAY):
        measure(options.times)


if __name__ == "__main__":
    main()

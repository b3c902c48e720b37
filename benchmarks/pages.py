"""The pages that the county's bureau opens, over 100,000 children and 100,000 residents: milliseconds and queries.

    .venv/bin/python benchmarks/pages.py --database sqlite:////tmp/search.sqlite3 [--times 10] [--only rosters]
    .venv/bin/python benchmarks/pages.py --database sqlite:////tmp/county.sqlite3

The database is one that ``search.py`` has filled (lists of the registry; residents, registers of the opening days, a
sweep, transfers, counts and a comparison are added the first time) or one of ``county.py`` after ``escalate.py``
(duties, boards and cases; people and 5,000 open cases are added the first time, see ``case_load.py``). In process, the
whole of Django, without the network. Goal: every page p95 ≤ 200 ms.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from unittest import mock
from zoneinfo import ZoneInfo

from case_load import add_cases
from case_pages import OF_A_SCHOOL, OF_CASES, OF_THE_BUREAU, case_pages, clerk_of_the_largest
from county import set_up  # puts the project on the path

TODAY = date(2026, 11, 23)
AFTERNOON = datetime.combine(
    TODAY, datetime.min.time().replace(hour=15), ZoneInfo("Asia/Shanghai")
)  # what the clock says
NOW = datetime(2026, 9, 21, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
OPENING_DAYS = [date(2026, 9, day) for day in (1, 2, 3, 4, 7)]
STEP = 5000


def add_the_rest(residents: int) -> None:
    """What ``search.py`` leaves out; nearly every resident is matched, ten in a hundred are in no registry."""
    from casework.actions.campaigns import open_campaign
    from students.models import Campaign, Person, Resident, Role, Term

    bureau, chance = Person.objects.get(username=Role.BUREAU_OFFICER), random.Random(3)
    if not Term.objects.exists():
        Term.objects.create(school_year=2025, number=2, start=date(2026, 2, 23), end=date(2026, 7, 10))
        Term.objects.create(school_year=2026, number=1, start=date(2026, 9, 1), end=date(2027, 1, 22))
    if Resident.objects.exists():
        return
    add_residents(residents, chance)
    add_registers(chance)
    add_counts(bureau, chance)
    add_transfers(bureau)
    add_comparison(bureau, chance)
    open_campaign(
        by=bureau, season=Campaign.Season.AUTUMN, year=2026, as_of=date(2026, 9, 15), due_on=date(2026, 12, 15)
    )


def add_residents(number: int, chance) -> None:
    from django.utils import timezone

    from students.actions.listing import index_residents
    from students.identity import check_character
    from students.models import Area, Resident, Student

    villages = {area.code: area for area in Area.objects.filter(level="village")}
    fields = ("pk", "name", "id_number", "sex", "birth_date", "home_area_code")
    matched = {"match": Resident.Match.ID, "matched_at": timezone.now()}

    def enrolled():
        for pk, name, id_number, sex, born, code in Student.objects.order_by("pk").values_list(*fields):
            if pk % 10:
                yield Resident(
                    name=name, id_number=id_number, sex=sex, birth_date=born, village=villages[code],
                    township_id=villages[code].parent_id, student_id=pk, **matched,
                )  # fmt: skip

    def strangers(count):
        for n in range(count):
            born, village = date(2009, 1, 1) + timedelta(days=n * 6200 // count), chance.choice(list(villages.values()))
            body = f"629998{born:%Y%m%d}{n % 1000:03d}"
            yield Resident(
                name=f"户籍{n}", id_number=body + check_character(body), sex="男" if n % 2 else "女", birth_date=born,
                village=village, township_id=village.parent_id, is_out_of_poverty=n % 9 == 0, guardian_name="家长",
            )  # fmt: skip

    rows = Resident.objects.bulk_create(list(enrolled())[:number], batch_size=STEP)
    Resident.objects.bulk_create(strangers(max(number - len(rows), 0)), batch_size=STEP, ignore_conflicts=True)
    index_residents(Resident.objects.values_list("pk", flat=True))


def add_registers(chance) -> None:
    """Morning and afternoon of the opening days; two absences in a hundred, two registers in a hundred not taken."""
    from collections import defaultdict

    from students.models import AbsenceMark, Enrolment, RollCall

    of_class = defaultdict(list)
    for school_class, student in (
        Enrolment.objects.attending().filter(until=None).values_list("school_class", "student")
    ):
        of_class[school_class].append(student)
    calls = RollCall.objects.bulk_create(
        (
            RollCall(school_class_id=each, day=day, slot=slot, taken_at=NOW)
            for each in of_class
            for day in OPENING_DAYS
            for slot in ("AM", "PM")
            if chance.random() > 0.02
        ),
        batch_size=STEP,
    )
    away = {student for group in of_class.values() for student in group if chance.random() < 0.005}
    marks = (
        AbsenceMark(roll_call=call, student_id=student, kind=chance.choice(("unexcused", "sick_leave")))
        for call in calls
        for student in of_class[call.school_class_id]
        if student in away or chance.random() < 0.015
    )
    AbsenceMark.objects.bulk_create(marks, batch_size=STEP)


def add_counts(bureau, chance) -> None:
    from django.db.models import Count

    from students.models import Enrolment, HeadCount, Term

    term = Term.objects.last()
    sizes = Enrolment.objects.attending().filter(until=None).order_by().values_list("school_class")
    HeadCount.objects.bulk_create(
        HeadCount(
            school_class_id=school_class, term=term, counted_on=date(2026, 9, 20), counted_at=NOW, slot="AM",
            is_from_above=True, on_roll=size,
            present=size - chance.choice((0, 0, 0, 1)), counted_by=bureau, recorded_at=NOW, recorded_by=bureau,
        )
        for school_class, size in sizes.annotate(Count("pk"))
    )  # fmt: skip


def add_transfers(bureau) -> None:
    """Of every ten children who left two are confirmed, four wait for another school, four have gone elsewhere."""
    from students.models import EnrolmentEvent, School, Transfer

    schools = list(School.objects.values_list("pk", flat=True))
    homes = EnrolmentEvent.objects.filter(kind="transfer_out").values_list("pk", "student", "student__line__school")
    answered = {"answer": "accepted", "answered_at": NOW, "answered_by": bureau}
    transfers = []
    for n, (event, student, school) in enumerate(homes):
        other = next(pk for pk in schools[n % 5 :] if pk != school)
        to = {"to_place": "外省"} if n % 10 > 5 else {"to_school_id": other}
        told = answered if n % 10 < 2 else {}
        by = {"student_id": student, "out_event_id": event, "from_school_id": school, "offered_by": bureau}
        transfers.append(Transfer(offered_at=NOW, **by, **to, **told))
    Transfer.objects.bulk_create(transfers)
    settled = [transfer.out_event_id for transfer in transfers if transfer.answer]
    EnrolmentEvent.objects.filter(pk__in=settled).update(confirmed_on=date(2026, 9, 21))


def add_comparison(bureau, chance) -> None:
    """A comparison of the whole county with 20,000 differences."""
    from students.models import Comparison, Difference, RegistryLine, School

    comparison = Comparison.objects.create(
        name="导出.xls", as_of=date(2026, 9, 20), there=99_000, here=100_000, compared_at=NOW, compared_by=bureau
    )
    comparison.schools.set(School.objects.all())
    rows = RegistryLine.objects.order_by("pk").values_list("school", "student", "student__name")[:20_000]
    kinds = ("only_there", "only_here", "field", "field", "field", "pending")
    Difference.objects.bulk_create(
        Difference(
            comparison=comparison, kind=kind, school_id=school, student_id=student, name=name, number="G62****",
            **({"field": "民族", "theirs": "汉族", "ours": "藏族"} if kind == "field" else {}),
        )
        for (school, student, name), kind in ((row, chance.choice(kinds)) for row in rows)
    )  # fmt: skip


# Label → the address, always the same, and what is asked of it.
FIXED = {
    "首页（县）": ("home", {}),
    "点名情况（县）": ("students:register_board", {}),
    "点名情况：只看缺的": ("students:register_board", {"show": "missing"}),
    "每日上报（县）": ("casework:daily", {}),
    "每日考勤汇总（县）": ("reports:daily_summary", {}),
    "学籍首页": ("students:registry", {}),
    "待办": ("casework:duties", {}),
    "待办：查找": ("casework:duties", {"q": "wang"}),
    "待办：已办结": ("casework:duties", {"state": "done"}),
    "待办：一项": ("casework:duties", {"tier": "contact"}),
    "疑似失联": ("students:unaccounted", {}),
    "疑似失联：查找": ("students:unaccounted", {"q": "wang"}),
    "转学": ("students:transfers", {}),
    "转学：已办结": ("students:transfers", {"box": "done"}),
    "休学": ("students:suspensions", {}),
    "户籍儿童": ("students:residents", {}),
    "户籍儿童：查找": ("students:residents", {"q": "王"}),
    "户籍儿童：号码": ("students:residents", {"q": "1234"}),
    "户籍儿童：未比对": ("students:residents", {"state": "alone"}),
    "户籍儿童：适龄": ("students:residents", {"age": "due"}),
    "待确认的比对": ("students:matches", {}),
    "排查列表": ("students:campaigns", {}),
    "花名册（目录）": ("reports:rosters", {}),
    "开学到校": ("casework:opening", {}),
    "班级清点": ("students:head_counts", {}),
    "学年交替": ("students:year_turns", {}),
    "移交": ("students:hand_overs", {}),
    "移交：未报到": ("students:not_arrived", {}),
    "移交：应入学": ("students:expected_children", {}),
    "核对列表": ("students:comparisons", {}),
    "导入": ("casework:uploads", {}),
}


def pages_of(times: int) -> dict[str, list[tuple[str, dict]]]:
    """Label → the addresses asked for, with what they ask."""
    from django.urls import reverse

    from casework.models import Case, Obligation
    from reports.queries.rosters import ROSTERS
    from students.models import Area, Campaign, Comparison, Resident, School, Student

    chance = random.Random(4)
    children = list(Student.objects.order_by("?").values_list("pk", flat=True)[:times])
    schools = list(School.objects.values_list("pk", flat=True))
    towns = list(Area.objects.filter(level="township").values_list("pk", flat=True))
    campaign, comparison = Campaign.objects.first(), Comparison.objects.first()

    def same(name, args=(), **query):
        return [(reverse(name, args=args), query)] * times

    def each(name, values, key):
        return [(reverse(name), {key: chance.choice(values)}) for _ in range(times)]

    pages = {label: same(name, **query) for label, (name, query) in FIXED.items()}
    pages |= {
        "学生页": [(reverse("casework:child", args=[pk]), {}) for pk in children],
        "待办：后面的页": [(reverse("casework:duties"), {"page": 100 + n}) for n in range(times)],
        **{f"疑似失联：{kind}": same("students:unaccounted", list=kind) for kind in ("other_out", "numberless")},
        "户籍儿童：一个乡镇": each("students:residents", towns, "township"),
        "户籍儿童：后面的页": [(reverse("students:residents"), {"page": 900 + n}) for n in range(times)],
        **{f"花名册：{roster.title}": same("reports:roster", [code]) for code, roster in ROSTERS.items()},
        "花名册：0—17后面的页": same("reports:roster", ["children"], page=1500),
        "花名册：适龄查找": same("reports:roster", ["school_age"], q="wang"),
        "点名情况：一所学校": [(reverse("students:school_registers", args=[chance.choice(schools)]), {})] * times,
        "每日考勤汇总：一所学校": each("reports:daily_summary", schools, "school"),
        "开学到校：一所学校": each("casework:opening", schools, "school"),
    }
    if campaign:
        pages |= {
            "排查": same("students:campaign", [campaign.pk]),
            "排查名单": same("students:findings", [campaign.pk]),
            "排查名单：查找": same("students:findings", [campaign.pk], q="王"),
        }
    if comparison:
        pages["核对"] = same("students:comparison", [comparison.pk])
        pages["核对：一栏"] = same("students:comparison", [comparison.pk], view="field", field="民族")
    if Resident.objects.exists():
        first = Resident.objects.exclude(student=None).first()
        pages["户籍儿童：一人"] = same("students:resident", [first.pk])
    if duty := Obligation.objects.first():
        pages["待办：为什么"] = same("casework:duty", [duty.pk])
    if Case.objects.exists():
        pages |= case_pages(times, OF_CASES | OF_THE_BUREAU)
    return pages


def measure(times: int, only: str) -> None:
    from django.db import connection
    from django.urls import get_resolver

    from students.models import Person, Role

    get_resolver().url_patterns  # noqa: B018 - loaded, and left alone by the collector, as config/gunicorn.py does
    gc.freeze()
    print(f"{connection.vendor}　　毫秒：中位数　p95　处理器中位数　查询次数　KB")
    measure_as(Person.objects.get(username=Role.BUREAU_OFFICER), pages_of(times), times, only)
    if clerk := clerk_of_the_largest():
        pages = case_pages(times, OF_CASES | OF_A_SCHOOL, clerk.postings.first().school_id)
        measure_as(clerk, {f"一校{label}": requests for label, requests in pages.items()}, times, only)


def measure_as(person, pages: Mapping[str, list[tuple[str, dict]]], times: int, only: str) -> None:
    """Ask for pages as one person and print what each took."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(person, backend="students.authentication.PostedPersonBackend")
    for label, requests in pages.items():
        if not any(each in label for each in only.split(",")):
            continue
        taken, worked = [], []
        with CaptureQueriesContext(connection) as captured:
            client.get(*requests[0])  # also warms the caches
        statements = captured.captured_queries
        for address, query in requests:
            started, worked_before = time.perf_counter(), processor_time()
            response = client.get(address, query)
            taken.append((time.perf_counter() - started) * 1000)
            worked.append((processor_time() - worked_before) * 1000)
        cuts, busy = quantiles(taken, n=20), quantiles(worked, n=2)[0]
        size, status = len(response.content) // 1024, "" if response.status_code == 200 else response.status_code
        figures = f"{cuts[9]:7.0f}{cuts[18]:7.0f}{busy:7.0f}{len(statements):5d}{size:6d}"
        print(f"{label:　<14}{figures} {status}", flush=True)
        if times <= 3:
            show_slow(statements)


def processor_time() -> float:
    """Seconds of processor so far, of this process and of the database server's that answers it (on this machine)."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    answering = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(answering.split()[0]) / 1e9


def show_slow(statements) -> None:
    """The two slowest statements of a page, where they are slow."""
    for query in sorted(statements, key=lambda query: -float(query["time"]))[:2]:
        if float(query["time"]) > 0.05:
            print(f"    {query['time']} {query['sql'][:1500]}")


def post_bureau() -> None:
    """The one who looks, where ``county.py`` has posted nobody."""
    from students.models import Person, Posting, Role

    role = Role.BUREAU_OFFICER
    if not Person.objects.filter(username=role).exists():
        person = Person.objects.create(staff_number=role, username=role, name=role.label, must_change_password=False)
        Posting.objects.create(person=person, role=role, since=date(2026, 9, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="a database address, such as sqlite:////tmp/search.sqlite3")
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=10, help="requests of each page; up to 3 prints slow statements")
    parser.add_argument("--only", default="", help="only pages with one of these words in their label, split by commas")
    options = parser.parse_args()
    set_up(options.database)
    from django.conf import settings
    from django.db import connection, transaction

    from casework.models import Obligation
    from students.models import RegistryLine

    with mock.patch("django.utils.timezone.now", return_value=AFTERNOON):
        post_bureau()
        started = time.perf_counter()
        with transaction.atomic():
            if Obligation.objects.exists():
                add_cases(TODAY, AFTERNOON)
            elif RegistryLine.objects.exists():
                add_the_rest(options.residents)
        print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        settings.ALLOWED_HOSTS.append("testserver")
        measure(options.times, options.only)


if __name__ == "__main__":
    main()

"""A large county for the benchmarks: 100,000 children, one term of registers, about two absences in a hundred.

    python benchmarks/county.py --students 100000 --database /tmp/county.sqlite3

Seeded and written in bulk, so a run can be repeated. Names mean nothing here; numbers are valid.
"""

import argparse
import os
import random
import sys
from datetime import date, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CLASS_SIZE = 45
CLASSES_A_SCHOOL = 18
FIRST_DAY = date(2026, 9, 1)
LAST_DAY = date(2027, 1, 22)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Of a hundred children: how many never miss, miss a half-day now and then, stay away for days on end.
MISSED_HALF_DAYS = [0] * 40 + [1, 2, 2, 3, 4, 5, 6] * 8 + [14, 30, 60, 90]
KINDS = ["sick_leave"] * 5 + ["personal_leave"] * 3 + ["unexcused"] * 2 + ["unverified"]


def set_up(database: str) -> None:
    """Django on a database of its own, migrated."""
    os.environ["DATABASE_URL"] = database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # its server of files would miss it aloud
    call_command("migrate", verbosity=0)


def build(students: int, *, seed: int = 1, through: date = LAST_DAY, class_size: int = CLASS_SIZE) -> None:
    """Fill the database that ``set_up`` chose."""
    from casework.presets import ALWAYS, adopt
    from students.models import Area, School, SchoolClass, Term
    from students.queries.calendar import current_calendar

    chance = random.Random(seed)
    Term.objects.create(school_year=2026, number=1, start=FIRST_DAY, end=LAST_DAY)
    area = Area.objects.create(code="629900101000", name="甲镇", level="township")
    classes = -(-students // class_size)
    schools = [
        School.objects.create(code=f"{2900000000 + n}", name=f"第{n}小学", kind="primary", township=area)
        for n in range(1, -(-classes // CLASSES_A_SCHOOL) + 1)
    ]
    for n, school in enumerate(schools):
        adopt(code=("standard", "strict", "three_day")[n % 3], school=school, starts_on=ALWAYS, by=None)
    SchoolClass.objects.bulk_create(
        SchoolClass(
            school=schools[n // CLASSES_A_SCHOOL],
            number=f"{2021 + n % 6}{n % CLASSES_A_SCHOOL:02d}",
            name=f"{n + 1}班",
            stage="primary",
            cohort=2021 + n % 6,
        )
        for n in range(classes)
    )
    serial = count()
    for school_class in SchoolClass.objects.order_by("pk"):
        days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
        build_class(school_class, days.between(FIRST_DAY, through), min(class_size, students), serial, chance)
        students -= class_size


def build_class(school_class, days, size: int, serial, chance) -> None:
    """The children of a class, its registers, its absences."""
    from students.identity import check_character
    from students.models import AbsenceMark, Enrolment, EnrolmentEvent, Guardian, RollCall, Student

    now = datetime(2026, 9, 1, 8, tzinfo=SHANGHAI)
    children = []
    for position in range(1, size + 1):
        n = next(serial)
        born = date(2014 + n % 6, 1 + n // 6 % 12, 1 + n // 72 % 28)
        body = f"{629900 + n // 1_000_000:06d}{born:%Y%m%d}{n // 2016 % 500 * 2 + 1:03d}"
        number = body + check_character(body)
        children.append(
            Student(
                student_number=f"G{number}",
                id_number=number,
                id_type="居民身份证",
                name=f"学生{n}",
                sex="男",
                birth_date=born,
                admitted_on=FIRST_DAY,
                list_position=position,
            )
        )
    children = Student.objects.bulk_create(children)
    Guardian.objects.bulk_create(
        Guardian(student=child, position=1, name="家长", relation="母亲", phone="13900000000", is_guardian=True)
        for child in children
    )
    EnrolmentEvent.objects.bulk_create(
        EnrolmentEvent(student=c, kind="enrol", happened_on=FIRST_DAY, school_class=school_class, recorded_at=now)
        for c in children
    )
    Enrolment.objects.bulk_create(
        Enrolment(student=child, school_class=school_class, standing="attending", since=FIRST_DAY, spell=1)
        for child in children
    )
    calls = RollCall.objects.bulk_create(
        RollCall(school_class=school_class, day=day, slot=slot, taken_at=now)
        for day in days
        for slot in school_class.school.slot_list
        if chance.random() > 0.02
    )
    marks = []
    for child in children:
        missed = min(chance.choice(MISSED_HALF_DAYS), len(calls))
        if missed > 10:  # a child who stays away
            start = chance.randrange(len(calls) - missed + 1)
            chosen, kinds = calls[start : start + missed], ["unexcused"]
        else:
            chosen, kinds = chance.sample(calls, missed), KINDS
        marks += [AbsenceMark(roll_call=call, student=child, kind=chance.choice(kinds)) for call in chosen]
    AbsenceMark.objects.bulk_create(marks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--database", required=True, help="a database address, such as sqlite:////tmp/county.sqlite3")
    options = parser.parse_args()
    set_up(options.database)
    from django.db import transaction

    from students.planner import count_tables

    began = datetime.now(SHANGHAI)
    with transaction.atomic():
        build(options.students)
    count_tables()  # as an import does
    print(f"{options.students} children in {datetime.now(SHANGHAI) - began} s".replace(" s", ""))


if __name__ == "__main__":
    main()

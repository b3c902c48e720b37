"""The pages of scores in a large county: the lists of the bureau, a class, a teacher's own month, appeals, terms.

    .venv/bin/python benchmarks/score_pages.py --database sqlite:////tmp/county.sqlite3 [--times 20] [--only 教师]

The database is one of ``county.py`` after ``escalate.py``; it is written to the first time (people in posts, six
subject teachers a class, 2,000 appeals, the 定分 of a term for every school, the scores that are kept). Printed as by
``pages.py``. Goal: every list p95 ≤ 200 ms.
"""

import argparse
import gc
import random
import sys
from datetime import date, datetime
from uuid import UUID

from case_load import post_people
from county import set_up  # puts the project on the path
from pages import measure_as, post_bureau

TODAY = date(2027, 1, 27)  # the first term is over
SUBJECTS, CLASSES_A_TEACHER = 6, 3
APPEALS = 2000
STEP = 5000


def fill(now: datetime) -> None:
    """Whoever and whatever the pages show; nothing where it is there."""
    from scoring.actions.scores import keep_scores
    from scoring.models import Appeal, KeptScore, ScoreFreeze
    from students.models import Person, Posting, Role, School, Term

    chance = random.Random(12)
    post_bureau()
    if not Posting.objects.filter(role=Role.PRINCIPAL).exists():
        post_people(chance)
    if not Posting.objects.filter(role=Role.SUBJECT_TEACHER).exists():
        post_subject_teachers()
    if not KeptScore.objects.filter(as_of__gt=date(2027, 1, 1)).exists():
        print(f"得分：{keep_scores(today=TODAY)}行", file=sys.stderr)
    bureau, term = Person.objects.get(username=Role.BUREAU_OFFICER), Term.objects.order_by("start").last()
    if Appeal.objects.count() < APPEALS:
        Appeal.objects.bulk_create(appeals(chance, bureau, now), batch_size=STEP)
    if not ScoreFreeze.objects.filter(term=term).exists():
        opened = {"term": term, "opened_at": now, "opened_by": bureau}
        ScoreFreeze.objects.bulk_create(ScoreFreeze(school=school, **opened) for school in School.objects.all())


def post_subject_teachers() -> None:
    """Six a class; each has three classes of a school."""
    from students.models import Person, Posting, SchoolClass

    classes = list(SchoolClass.objects.order_by("school", "pk").values_list("pk", "school"))
    places = [place for place in classes for _ in range(SUBJECTS)]
    places = [places[n::SUBJECTS] for n in range(SUBJECTS)]
    groups = [
        [place for place in row[start : start + CLASSES_A_TEACHER] if place[1] == row[start][1]]
        for row in places
        for start in range(0, len(row), CLASSES_A_TEACHER)
    ]
    people = Person.objects.bulk_create(
        (
            Person(staff_number=f"K{n}", username=f"k{n}", name=f"科任{n}", password="!", must_change_password=False)
            for n in range(len(groups))
        ),
        batch_size=STEP,
    )
    Posting.objects.bulk_create(
        (
            Posting(person=who, role="subject_teacher", since=date(2026, 9, 1), school_class_id=room, school_id=school)
            for who, group in zip(people, groups, strict=True)
            for room, school in group
        ),
        batch_size=STEP,
    )


def appeals(chance, bureau, now: datetime):
    """Three of ten wait for the bureau, as many for a school, the others were refused or accepted."""
    from scoring.models import Appeal
    from students.models import Posting

    rooms = list(Posting.objects.filter(role="homeroom_teacher").order_by("pk").values_list("school_class", "person"))
    for n in range(APPEALS):
        room, teacher = chance.choice(rooms)
        day = date(2026, 9 + n % 4, 1 + n % 28)
        level = "bureau" if n % 10 < 3 else "school"
        decided = {"decided_at": now, "decided_by": bureau, "decision": "已核实"} if n % 10 > 5 else {}
        yield Appeal(
            school_class_id=room, kind="register", fact=f"register-{day}-{n}", day=day, told="缺一部分点名",
            ground="other", text="停电，已补记", level=level, submission=UUID(int=n), made_at=now, made_by_id=teacher,
            state=("accepted" if n % 2 else "refused") if decided else "waiting", **decided,
        )  # fmt: skip


def pages_of_the_bureau(times: int) -> dict[str, list[tuple[str, dict]]]:
    """Label → the addresses asked for, with what they ask."""
    from django.urls import reverse

    from scoring.models import KeptScore, ScoreFreeze
    from students.models import School, SchoolClass

    chance = random.Random(5)
    schools = list(School.objects.order_by("pk").values_list("pk", flat=True))
    rooms = list(SchoolClass.objects.order_by("pk").values_list("pk", flat=True))
    cut_off = str(KeptScore.objects.order_by("as_of").values_list("as_of", flat=True).distinct()[1])

    def same(name, **query):
        return [(reverse(f"scoring:{name}"), query)] * times

    def each(name, values):
        return [(reverse(f"scoring:{name}", args=[pk]), {}) for pk in chance.sample(values, times)]

    return {
        "责任考核": same("responsibility"),
        "得分": same("scores"),
        "得分：按班": same("scores", by="class"),
        "得分：按班，后面的页": same("scores", by="class", page=40),
        "得分：按年级": same("scores", by="grade"),
        "得分：按乡镇": same("scores", by="township"),
        "得分：截止日": same("scores", day=cut_off),
        "学校月考核": same("school_months"),
        "学校月考核：一所学校": each("school_month", schools),
        "教师绩效：一所学校": [(reverse("scoring:teachers"), {"school": pk}) for pk in chance.sample(schools, times)],
        "班级得分": each("class_score", rooms),
        "申诉": same("appeals"),
        "申诉：处理中": same("appeals", tab="under_way"),
        "申诉：已办结": same("appeals", tab="done"),
        "定分": same("freezes"),
        "定分：一所学校": each("freeze", list(ScoreFreeze.objects.values_list("pk", flat=True))),
        "考核办法": same("county_scheme"),
    }


def measure(times: int, only: str) -> None:
    """As the bureau, as a 班主任 and as a 科任教师."""
    from django.db import connection
    from django.urls import get_resolver, reverse

    from students.models import Person, Role

    get_resolver().url_patterns  # noqa: B018 - loaded, and left alone by the collector, as config/gunicorn.py does
    gc.freeze()
    print(f"{connection.vendor}　　毫秒：中位数　p95　处理器中位数　查询次数　KB")
    measure_as(Person.objects.get(username=Role.BUREAU_OFFICER), pages_of_the_bureau(times), times, only)
    for label, role in {"班主任": Role.HOMEROOM_TEACHER, "科任": Role.SUBJECT_TEACHER}.items():
        who = Person.objects.filter(postings__role=role, is_active=True).order_by("pk").distinct()[100]
        pages = {f"我的考核：{label}": [(reverse("scoring:mine"), {})] * times}
        if role is Role.HOMEROOM_TEACHER:
            pages |= {f"得分：{label}": [(reverse("scoring:scores"), {})] * times}
        measure_as(who, pages, times, only)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--times", type=int, default=20, help="requests of each page; up to 3 prints slow statements")
    parser.add_argument("--only", default="", help="only pages with one of these words in their label, split by commas")
    options = parser.parse_args()
    set_up(options.database)
    import time_machine
    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=timezone.get_default_timezone())
    with time_machine.travel(noon, tick=True):
        with transaction.atomic():
            fill(noon)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        settings.ALLOWED_HOSTS.append("testserver")
        measure(options.times, options.only)


if __name__ == "__main__":
    main()

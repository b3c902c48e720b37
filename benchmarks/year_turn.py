"""The year's turn of one large school: seconds and queries of each step, and peak memory.

    python benchmarks/year_turn.py --database sqlite:////tmp/turn.sqlite3

Asked for: 1,500 children in a few seconds, memory bounded. It makes a school of its own in a transaction that is
rolled back, so any database with the tables in it will do.
"""

import argparse
import resource
import time
from datetime import date

from county import set_up

YEAR, GRADES, CLASS_SIZE = 2026, 6, 50
FIRST, TODAY = date(YEAR, 9, 1), date(YEAR, 9, 7)


def measured(label: str, act):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        result = act()
        seconds = time.perf_counter() - began
    print(f"{label:22} {seconds:5.2f} s, {len(queries)} queries")
    return result


def run(students: int) -> None:
    from django.utils import timezone

    from students.actions import hand_over as arriving
    from students.actions import year_turn as turns
    from students.models import SchoolClass
    from students.queries.year_turn import outcome_of

    school, junior, by = make_school(students)
    planned = measured("plan", lambda: turns.begin(by=by, school=school, school_year=YEAR))
    outcome = measured("preview", lambda: outcome_of(planned))
    measured("carry out", lambda: turns.carry_out(by=by, year_turn=planned, seen=outcome.mark, today=TODAY))
    room = SchoolClass.objects.create(
        school=junior, number=f"{YEAR}01", name=f"{YEAR}级1班", stage="junior", cohort=YEAR
    )
    hand_over = planned.hand_overs.first()
    received = {"by": by, "hand_over": hand_over, "school_class": room, "day": FIRST, "today": TODAY}
    measured(f"receive {hand_over.children.count()} children", lambda: arriving.receive_all(**received))
    for child in hand_over.children.all():
        arriving.undo(by=by, child=child, today=timezone.localdate())
    measured("take back", lambda: turns.take_back(by=by, year_turn=planned, today=TODAY))


def make_school(students: int):
    """A primary school whose children have entered their classes, the junior school beside it, and a clerk."""
    from django.utils import timezone

    from students.actions.enrolment import rebuild
    from students.actions.listing import index_children
    from students.models import Area, EnrolmentEvent, Person, School, SchoolClass, Student

    township = Area.objects.create(code="999999100000", name="乡镇", level="township")
    school = School.objects.create(code="9999999991", name="小学", kind="primary", township=township)
    junior = School.objects.create(code="9999999992", name="中学", kind="junior", township=township)
    by = Person.objects.create(staff_number="bench", username="bench", name="何静")
    classes = SchoolClass.objects.bulk_create(
        SchoolClass(
            school=school,
            number=f"{YEAR - grade}{number:02d}",
            name=f"{YEAR - grade}级{number}班",
            stage="primary",
            cohort=YEAR - grade,
        )
        for grade in range(1, GRADES + 1)
        for number in range(1, students // GRADES // CLASS_SIZE + 1)
    )
    children = Student.objects.bulk_create(
        Student(
            name="高东",
            student_number=f"L{number:018d}",
            id_type="无",
            sex="男",
            birth_date=date(2015, 1, 1),
            admitted_on=date(2020, 9, 1),
        )
        for number in range(students)
    )
    EnrolmentEvent.objects.bulk_create(
        EnrolmentEvent(
            student=child,
            kind="enrol",
            happened_on=date(classes[number % len(classes)].cohort, 9, 1),
            school_class=classes[number % len(classes)],
            recorded_at=timezone.now(),
        )
        for number, child in enumerate(children)
    )
    ids = [child.pk for child in children]
    rebuild(ids)
    index_children(ids)
    return school, junior, by


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--students", type=int, default=1500)
    asked = parser.parse_args()
    set_up(asked.database)
    from django.db import connection, transaction

    with transaction.atomic():
        run(asked.students)
        transaction.set_rollback(True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.students} children, {connection.vendor}, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()

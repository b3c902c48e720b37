"""新班级: the classes of the cohort that enters a school."""

from django.db import IntegrityError, transaction

from students.actions import audit
from students.models import School, SchoolClass


class ClassesRefused(Exception):
    """Classes that cannot be; the message says so and that nothing was saved."""


@transaction.atomic
def open_classes(*, by, school: School, stage: str, cohort: int, first: int, count: int) -> list[SchoolClass]:
    """Open ``count`` classes numbered from ``first`` on: 202701 is 2027级1班.

    The numbers are named by the form, so a form sent twice finds them taken instead of opening more.
    """
    classes = [
        SchoolClass(
            school=school,
            stage=stage,
            cohort=cohort,
            number=f"{cohort}{number:02d}",
            name=f"{cohort}级{number}班",
        )
        for number in range(first, first + count)
    ]
    try:
        with transaction.atomic():
            made = SchoolClass.objects.bulk_create(classes)
    except IntegrityError:
        numbers = [row.number for row in classes]
        taken = SchoolClass.objects.filter(school=school, number__in=numbers).values_list("number", flat=True)
        raise ClassesRefused(f"班号{'、'.join(taken)}已经有了，没有再建。请换一个起始班序") from None
    audit.record(by=by, action="classes.open", subject=school, cohort=cohort, first=first, count=count)
    return made

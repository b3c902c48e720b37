"""兄弟姐妹: two children of one family who both stay away, so that the early signs have a family to show."""

from itertools import combinations

from casework.models import AbsenceRun
from students.models import Guardian


def join_a_family() -> None:
    """Give the second of two children out of school the guardians of the first: with one surname if there are such,
    in two schools if there are such."""
    out = AbsenceRun.objects.filter(ended_on=None).select_related("student", "school_class").order_by("student")
    pairs = list(combinations(out, 2))
    if not pairs:
        return
    first, second = max(pairs, key=_likeness)
    Guardian.objects.filter(student=second.student).delete()
    members = Guardian.objects.filter(student=first.student).order_by("position")
    copies = [
        Guardian(
            student=second.student,
            position=member.position,
            name=member.name,
            relation=member.relation,
            phone=member.phone,
            is_guardian=member.is_guardian,
        )
        for member in members
    ]
    Guardian.objects.bulk_create(copies)
    second.student.phone = first.student.phone
    second.student.save(update_fields=["phone"])


def _likeness(pair: tuple[AbsenceRun, AbsenceRun]) -> tuple[bool, bool]:
    first, second = pair
    return (
        first.student.name[0] == second.student.name[0],
        first.school_class.school_id != second.school_class.school_id,
    )

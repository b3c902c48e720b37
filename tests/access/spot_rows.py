"""A row of every scoped model of spot checks that belongs to a class; the test of scopes asks who sees it."""

from django.utils import timezone

from inspections.models import CountReason, Draw, DrawnClass, Explanation
from students.models import HeadCount, SchoolClass, Student, Term
from tests import cast
from tests.scene import MONDAY


def count_in(school_class: SchoolClass, term: Term) -> HeadCount:
    now, who = timezone.now(), cast.person()
    return HeadCount.objects.create(
        school_class=school_class, term=term, counted_on=MONDAY, counted_at=now, slot="AM", is_from_above=False,
        on_roll=3, present=3, counted_by=who, recorded_at=now, recorded_by=who,
    )  # fmt: skip


def rows_of_spot_checks(school_class: SchoolClass, child: Student, count: HeadCount) -> dict[type, object]:
    """A reason, a draw of the class alone, and what was explained of a child."""
    now, who = timezone.now(), cast.person()
    shares = {"by_reasons": 0, "by_owed": 0, "by_chance": 1, "seed": "5eed", "reasons": {}}
    draw = Draw.objects.create(
        number=school_class.pk, school=school_class.school, is_from_above=False, drawn_on=MONDAY, due_on=MONDAY,
        drawn_at=now, drawn_by=who, candidates=[[school_class.pk, 0, 2]], **shares,
    )  # fmt: skip
    return {
        CountReason: CountReason.objects.create(
            school_class=school_class, kind="batch", words="补交了6次点名。", facts=[], as_of=MONDAY
        ),
        DrawnClass: DrawnClass.objects.create(draw=draw, school_class=school_class, position=1, part="chance"),
        Explanation: Explanation.objects.create(
            head_count=count, student=child, text="在医务室", explained_at=now, explained_by=who
        ),
    }

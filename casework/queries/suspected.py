"""疑似辍学 (suspected of dropping out): children whose absence has lasted for days and is not over (domain.md §7)."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.facts import CHUNK, Surroundings, assess_students, students_with_a_ladder
from casework.ladder import RunRecord
from casework.models import AbsenceRun
from students.models import Enrolment, Student
from students.queries.policy import policy_of


def suspected_runs(as_of: date, *, students: QuerySet[Student] | None = None) -> dict[int, RunRecord]:
    """Student → the run 连续缺课 that was open at the end of ``as_of`` and had lasted the days that make a child
    suspected; of everybody, or of ``students``. Recomputed from the facts: the runs kept only say whose to read.

    A run kept today began as the run of an earlier day did and is at least as long, so a child of whom none is kept
    had none.
    """
    least = policy_of(as_of).suspected_days
    if as_of > timezone.localdate():
        known = students_with_a_ladder()  # what is dated after today waits in the facts and has left no run yet
    else:
        kept = AbsenceRun.objects.filter(Q(ended_on=None) | Q(ended_on__gt=as_of), started_on__lte=as_of)
        known = kept.filter(days__gte=least).order_by().values("student")
    attending = Enrolment.objects.on(as_of).attending().order_by().values("student")
    children = Student.objects.all() if students is None else students
    children = children.filter(pk__in=known).filter(pk__in=attending)
    ids = list(children.order_by("pk").values_list("pk", flat=True))
    surroundings, runs = Surroundings(), {}
    for start in range(0, len(ids), CHUNK):
        for student, _, records in assess_students(ids[start : start + CHUNK], surroundings, through=as_of):
            if records and records[-1].ended_on is None and records[-1].days >= least:
                runs[student] = records[-1]
    return runs

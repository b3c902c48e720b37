"""疑似辍学 (suspected of dropping out): children whose absence has lasted for days and is not over (domain.md §7)."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from casework.facts import CHUNK, Surroundings, assess_students, students_with_a_ladder
from casework.ladder import RunRecord
from casework.models import AbsenceRun
from students.access import Scope
from students.models import Enrolment, Resident, Student
from students.queries.policy import policy_of


def suspected_runs(scope: Scope, as_of: date) -> dict[int, RunRecord]:
    """Student → the run 连续缺课 that was open at the end of ``as_of`` and had lasted the days that make a child
    suspected. Recomputed from the facts; the runs kept only say whose facts to read.

    A run kept today began as the run of an earlier day did, so a child of whom none is kept had none.
    """
    if as_of > timezone.localdate():
        known = students_with_a_ladder()  # what is dated after today waits in the facts and has left no run yet
    else:
        kept = AbsenceRun.objects.filter(Q(ended_on=None) | Q(ended_on__gt=as_of), started_on__lte=as_of)
        known = kept.order_by().values("student")
    attending = Enrolment.objects.on(as_of).attending().order_by().values("student")
    children = Student.objects.filter(pk__in=known).filter(pk__in=attending)
    if not scope.county:
        here = Enrolment.objects.on(as_of).visible_to(scope).order_by().values("student")
        at_home = Resident.objects.visible_to(scope).exclude(student=None).order_by().values("student")
        children = children.filter(Q(pk__in=here) | Q(pk__in=at_home))
    ids = list(children.order_by("pk").values_list("pk", flat=True))
    least = policy_of(as_of).suspected_days
    surroundings, runs = Surroundings(), {}
    for start in range(0, len(ids), CHUNK):
        for student, _, records in assess_students(ids[start : start + CHUNK], surroundings, through=as_of):
            if records and records[-1].ended_on is None and records[-1].days >= least:
                runs[student] = records[-1]
    return runs

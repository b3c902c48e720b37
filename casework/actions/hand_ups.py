"""逾期上交, by the clock: what is overdue in a case goes to the next post in the chain as well (domain.md §5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from casework.case_engine import Planner
from casework.handing_up import DAY, handed_up
from casework.models import Case, HandUp, Obligation
from casework.queries.case_facts import place_of
from casework.queries.next_steps import Posts
from casework.ruleset import read_rule_set
from casework.steps import RESPONSIBLE, CaseStep
from students.actions import notices
from students.models import Notice, Person, RegistryLine
from students.queries.policy import policy_of

AT_ONCE = 500


class Matter(NamedTuple):
    """What is overdue: a tier or a planned step, when it was due, and whose it is."""

    name: str
    due_on: date
    role: str


def hand_up_overdue(*, today: date) -> int:
    """Hand up what the end of a day has found undone; how many posts have been told of something now.

    What stands already is not written again, so a second call finds nothing, and one that comes days late writes what
    the missed ones would have written of all that is undone still.
    """
    pace, planner = policy_of(today).hand_up_days, Planner(today)
    late = Case.objects.open().with_next(today).filter(next_on__lt=today).order_by("pk")
    pks, made = list(late.values_list("pk", flat=True)), 0
    for start in range(0, len(pks), AT_ONCE):
        with transaction.atomic():
            cases = Case.objects.open().filter(pk__in=pks[start : start + AT_ONCE]).order_by("pk")
            made += _hand_up(list(cases), pace, planner, today)
    return made


def _hand_up(cases: Sequence[Case], pace: int, planner: Planner, today: date) -> int:
    children = [case.student_id for case in cases]
    lines = RegistryLine.objects.select_related("student", "school", "school_class__school").in_bulk(children)
    posts = Posts({place_of(line) for line in lines.values()}, today)
    duties = _overdue_duties(children, today)
    known = set(HandUp.objects.filter(case__in=cases).values_list("case", "matter", "due_on", "to_role"))
    rows = []
    for case in cases:
        line = lines[case.student_id]
        held, school_days = posts.around(place_of(line)), planner.school_days(line)
        for matter in [*duties[case.student_id], *_overdue_plan(case, today)]:
            since = max(matter.due_on, case.since)  # what was late before there was a case goes up from then on
            later = school_days.between(since + DAY, today)
            goes_to = handed_up(matter.role, due_on=since, later=later, pace=pace, held=held.keys(), day=today)
            rows += [
                HandUp(case=case, matter=matter.name, due_on=matter.due_on, to_role=role, on=on, at=timezone.now())
                for role, on in goes_to
                if (case.pk, matter.name, matter.due_on, role) not in known
            ]
    HandUp.objects.bulk_create(rows, ignore_conflicts=True)
    _tell(rows, lines, posts, today)
    return len(rows)


def _overdue_duties(children: Collection[int], today: date) -> dict[int, list[Matter]]:
    """Child → the duties whose day has passed; all contacts that one call settles are one matter."""
    rules = cache(_rule_set_of)
    rows = Obligation.objects.undone_on(today).folded(today).filter(student__in=children, due_on__lt=today)
    found: dict[int, list[Matter]] = defaultdict(list)
    for row in rows.select_related("rule_set").order_by("student", "due_on", "pk"):
        role = rules(row.rule_set).rung(row.step).responsible
        found[row.student_id].append(Matter(row.tier, row.due_on, role))
    return found


def _rule_set_of(stored):
    """The rule set that a row holds."""
    return read_rule_set(stored.content, key=stored.pk)


def _overdue_plan(case: Case, today: date) -> list[Matter]:
    if case.plan_on >= today:
        return []
    return [Matter(case.plan_step, case.plan_on, RESPONSIBLE[CaseStep(case.plan_step)])]


def _tell(rows: Iterable[HandUp], lines: Mapping[int, RegistryLine], posts: Posts, today: date) -> None:
    """One notice a child and post, however many matters went up; while it is unread nobody is told of more."""
    unread = Notice.objects.filter(kind=Notice.Kind.CASE_HANDED_UP, seen_at=None, student__in=lines)
    know = set(unread.values_list("student", "person")) if rows else set()
    told = {}
    for student, role in sorted({(row.case.student_id, row.to_role) for row in rows}):
        around = posts.around(place_of(lines[student])).get(role, ())
        told[student, role] = [pk for pk in around if (student, pk) not in know]
    people = Person.objects.in_bulk({pk for pks in told.values() for pk in pks})
    for (student, _), pks in told.items():
        line = lines[student]
        notices.send(
            by=None, to=[people[pk] for pk in pks], kind=Notice.Kind.CASE_HANDED_UP,
            school_class=line.school_class, day=today, student=line.student,
        )  # fmt: skip

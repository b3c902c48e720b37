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
from casework.queries.case_facts import postings_around
from casework.ruleset import read_rule_set
from casework.steps import RESPONSIBLE, CaseStep
from students.actions import notices
from students.models import Notice, Person, RegistryLine
from students.queries.policy import policy_of

AT_ONCE = 500
People = Mapping[str, Sequence[Person]]  # post → who holds it


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
    pace, people_around, planner = policy_of(today).hand_up_days, _around(today), Planner()
    late = Case.objects.open().with_next(today).filter(next_on__lt=today).order_by("pk")
    pks, made = list(late.values_list("pk", flat=True)), 0
    for start in range(0, len(pks), AT_ONCE):
        with transaction.atomic():
            cases = Case.objects.open().filter(pk__in=pks[start : start + AT_ONCE]).order_by("pk")
            made += _hand_up(list(cases), pace, people_around, planner, today)
    return made


def _hand_up(cases: Sequence[Case], pace: int, people_around, planner: Planner, today: date) -> int:
    children = [case.student_id for case in cases]
    lines = RegistryLine.objects.select_related("student", "school_class__school").in_bulk(children)
    duties = _overdue_duties(children, today)
    known = set(HandUp.objects.filter(case__in=cases).values_list("case", "matter", "due_on", "to_role"))
    rows = []
    for case in cases:
        line = lines[case.student_id]
        people, school_days = people_around(line), planner.school_days(line)
        for matter in [*duties[case.student_id], *_overdue_plan(case, today)]:
            since = max(matter.due_on, case.since)  # what was late before there was a case goes up from then on
            later = school_days.between(since + DAY, today)
            posts = handed_up(matter.role, due_on=since, later=later, pace=pace, held=people.keys(), day=today)
            rows += [
                HandUp(case=case, matter=matter.name, due_on=matter.due_on, to_role=role, on=on, at=timezone.now())
                for role, on in posts
                if (case.pk, matter.name, matter.due_on, role) not in known
            ]
    HandUp.objects.bulk_create(rows, ignore_conflicts=True)
    _tell(rows, lines, people_around, today)
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


def _around(today: date):
    """``people_around(line)``: who holds which post around the children of a class, asked once a class."""
    kept: dict[int, People] = {}

    def people_around(line: RegistryLine) -> People:
        if line.school_class_id not in kept:
            people = defaultdict(list)
            for posting in postings_around(line, today):
                people[posting.role].append(posting.person)
            kept[line.school_class_id] = dict(people)
        return kept[line.school_class_id]

    return people_around


def _tell(rows: Iterable[HandUp], lines: Mapping[int, RegistryLine], people_around, today: date) -> None:
    """One notice a child and post, however many matters went up."""
    for student, role in sorted({(row.case.student_id, row.to_role) for row in rows}):
        line = lines[student]
        notices.send(
            by=None, to=people_around(line).get(role, ()), kind=Notice.Kind.CASE_HANDED_UP,
            school_class=line.school_class, day=today, student=line.student,
        )  # fmt: skip

"""Hands the plain facts of ``tests.brute_force`` to the ladder, and gives its answer back in the same plain form."""

from datetime import date
from pathlib import Path

import yaml

from casework.ladder import Change, StudentFacts, World, assess, duty_status
from casework.ruleset import read_rule_set
from students.calendar import Calendar, Term
from students.enrolment import INS, REPORTED_CHANGES, Event, EventKind, places
from students.runs import ClassDays
from tests.brute_force import PlainChild, PlainWorld

PRESETS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in (Path(__file__).resolve().parents[2] / "casework" / "rules").glob("*.yaml")
}


def calendar(plain: PlainWorld) -> Calendar:
    """The calendar, with classes and schools known by name as in the plain world."""
    return Calendar(
        terms=tuple(Term(*term) for term in plain.terms),
        statutory=plain.overrides.get("statutory", {}),
        county=plain.overrides.get("county"),
        schools={school: plain.overrides[school] for school in plain.rules if school in plain.overrides},
        classes={name: plain.overrides[name] for name in plain.school_of if name in plain.overrides},
    )


def world(plain: PlainWorld) -> World:
    """What the ladder is told of schools and classes."""
    dates = calendar(plain)
    rules = {school: [(first, read_rule_set(data)) for first, data in sets] for school, sets in plain.rules.items()}
    return World(
        classes={
            name: ClassDays(
                school,
                dates.school_days(school=school, school_class=name),
                {day: frozenset(slots) for day, slots in plain.registers.get(name, {}).items()},
            )
            for name, school in plain.school_of.items()
        },
        rules_on=lambda school, day: [rule_set for first, rule_set in rules[school] if first <= day][-1],
        terms=dates.terms,
    )


def facts(plain: PlainWorld, child: PlainChild) -> StudentFacts:
    """What the ladder is told of the child."""
    events = [Event(day, order, EventKind(kind), joined) for order, (day, kind, joined) in enumerate(child.events)]
    changes, current = [], None
    for event in events:
        left, current = current, event.school_class or current
        if event.kind in REPORTED_CHANGES:
            changes.append(Change(event.happened_on, event.kind, current if event.kind in INS else left))
    return StudentFacts(
        places=places(events, school_of=plain.school_of),
        marks=child.marks,
        leaves=child.leaves,
        changes=changes,
        contacts=child.contacts,
        attempts=child.outcomes,
        reports=child.reports,
        certificates=child.certificates,
        suspensions=child.suspensions,
        left=child.left,
    )


def climb(plain: PlainWorld, child: PlainChild, as_of: date) -> tuple[list[dict], list[dict]]:
    """The ladder's obligations, in the order of the export, and its runs."""
    duties, runs = assess(facts(plain, child), world(plain), through=as_of)
    rows = [
        duty._asdict()
        | {
            "tier": str(duty.tier),
            "status": str(duty_status(due_on=duty.due_on, done_on=duty.done_on, as_of=as_of)),
        }
        for duty in duties
    ]
    rows.sort(key=lambda row: (row["triggered_on"], row["tier"], row["key"]))
    return rows, [run._asdict() for run in runs]

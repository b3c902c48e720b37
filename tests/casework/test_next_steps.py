"""下一步 of many cases at once, against the same said plainly, one case at a time, over drawn worlds."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from casework.models import Case, Obligation, StoredRuleSet
from casework.queries.case_list import ALL, CLOSED, LATE, MINE, SORTINGS, WAITING, asked, board
from casework.queries.next_steps import next_steps
from casework.ruleset import Tier, read_rule_set
from casework.steps import CHAIN, RESPONSIBLE, CaseStep, Concern
from students.models import Person, Posting, Student
from tests import cast
from tests.scene import MONDAY, at

TODAY = MONDAY
PEOPLE, CHILDREN, POSTINGS = 9, 14, 16


def drawn_world(chance: Random) -> None:
    """Two townships, three schools, five classes; postings that begin, end and are missing; cases and duties."""
    towns = [cast.township("东坪镇"), cast.township("西岭镇")]
    rules = ("standard", "strict", "three_day")
    schools = [
        cast.school(f"{number}小", township=chance.choice(towns), rules=rules[number % 3]) for number in range(3)
    ]
    rooms = [cast.school_class(chance.choice(schools), f"20230{number + 1}") for number in range(5)]
    people = [cast.person(f"某{number}") for number in range(PEOPLE)]
    Person.objects.filter(pk__in=[people[0].pk]).update(is_active=False)
    for _ in range(POSTINGS):
        draw_posting(chance, people, towns, schools, rooms)
    for number in range(CHILDREN):
        child = cast.student(chance.choice(rooms), f"学生{number}")
        draw_case(chance, child, people)
        for _ in range(chance.randrange(4)):
            draw_duty(chance, child)


def draw_posting(chance, people, towns, schools, rooms) -> None:
    role = chance.choice([*CHAIN, "homeroom_teacher", "deputy_head", "subject_teacher", "inspector"])
    since = TODAY - timedelta(chance.choice((30, 1, 0, -1)))
    until = chance.choice((None, since + timedelta(1), max(TODAY, since), max(TODAY, since) + timedelta(1)))
    place = {}
    if role in ("homeroom_teacher", "subject_teacher"):
        room = chance.choice(rooms)
        place = {"school_class": room, "school": room.school}
        if role == "homeroom_teacher" and until is None:
            if Posting.objects.filter(role=role, school_class=room, until=None).exists():
                return
        elif role == "homeroom_teacher" and chance.random() < 0.5:
            place |= {"is_substitute": True, "reason": "病假"}
    elif role in ("registry_clerk", "principal", "deputy_head"):
        place = {"school": chance.choice(schools)}
    elif role == "township_officer":
        place = {"township": chance.choice(towns)}
    Posting.objects.create(person=chance.choice(people), role=role, since=since, until=until, **place)


def draw_case(chance, child, people) -> None:
    assigned = chance.choice((None, None, chance.choice(people)))
    stage = chance.choice(("watch", "absent", "reported_lost", "dropped_out", "returned", "closed"))
    closed = {"outcome": "settled", "closed_on": TODAY, "closed_at": timezone.now()}
    step, on = chance.choice(list(CaseStep)), TODAY + timedelta(chance.randrange(-2, 3))
    plan = {"plan_step": step, "plan_on": on, "plan_note": chance.choice(("", "去村里"))}
    plan |= {"assigned_to": assigned, "assigned_reason": "病假" if assigned else ""}
    Case.objects.create(
        student=child, stage=stage, concern=Concern.WEARY, opened_on=TODAY, opened_at=timezone.now(), since=TODAY,
        returned_on=TODAY, **(closed if stage == "closed" else plan),
    )  # fmt: skip


def draw_duty(chance, child) -> None:
    stored = chance.choice(list(StoredRuleSet.objects.order_by("pk")))
    trigger = chance.choice(read_rule_set(stored.content).triggers)
    triggered = TODAY - timedelta(chance.randrange(-1, 4))
    Obligation.objects.get_or_create(
        student=child, tier=trigger.tier, key=triggered,
        defaults={
            "school_class": child.line.school_class, "rule_set": stored, "step": trigger.step,
            "triggered_on": triggered, "due_on": triggered + timedelta(chance.randrange(3)),
            "done_on": chance.choice((None, None, None, TODAY)),
        },
    )  # fmt: skip


def holders(line) -> dict[str, list[Person]]:
    """Post → who holds it around a child today, the substitute before the 班主任, then who was posted first."""
    found = {}
    for row in sorted(Posting.objects.all(), key=lambda row: (not row.is_substitute, row.pk)):
        here = {
            "homeroom_teacher": row.school_class_id == line.school_class_id,
            "registry_clerk": row.school_id == line.school_id,
            "principal": row.school_id == line.school_id,
            "deputy_head": row.school_id == line.school_id,
            "township_officer": row.township_id == line.school.township_id,
            "bureau_officer": True,
        }.get(row.role, False)
        holds = row.since <= TODAY and (row.until is None or row.until > TODAY)
        if here and holds and row.person.is_active:
            found.setdefault(row.role, []).append(row.person)
    return found


def up_the_chain(role: str, held: dict) -> str:
    """The post that has a step: the one it is of, else the next one that anybody holds, in the end the bureau."""
    if role in held:
        return role
    beside = {"subject_teacher": "homeroom_teacher", "deputy_head": "principal"}
    for post in CHAIN[CHAIN.index(beside.get(role, role)) :]:
        if post in held:
            return post
    return "bureau_officer"


def plainly(case: Case) -> dict:
    """The next step of one open case, as domain.md §5 says it."""
    owed = [
        duty for duty in Obligation.objects.filter(student=case.student)
        if duty.done_on is None and duty.withdrawn_at is None and duty.triggered_on <= TODAY
    ]  # fmt: skip
    duty = min(owed, key=lambda duty: (duty.due_on, duty.pk), default=None)
    if duty and duty.due_on <= case.plan_on:
        rung = read_rule_set(duty.rule_set.content).rung(duty.step)
        words, on, role, note = Tier(duty.tier).label, duty.due_on, rung.responsible, ""
    else:
        duty, step = None, CaseStep(case.plan_step)
        words, on, role, note = step.label, case.plan_on, RESPONSIBLE[step], case.plan_note
    held = holders(case.student.line)
    post = up_the_chain(role, held)
    around = {person.pk for people in held.values() for person in people}
    assigned = case.assigned_to_id in around
    people = [case.assigned_to] if assigned else held.get(post, [])
    return {
        "words": words, "on": on, "note": note, "duty": duty and duty.pk, "role": role, "post": post,
        "people": list(dict.fromkeys(person.pk for person in people)), "is_assigned": assigned,
        "left": case.assigned_to_id is not None and not assigned,
    }  # fmt: skip


def as_dict(step) -> dict:
    plain = {
        name: getattr(step, name) for name in ("words", "on", "note", "duty", "role", "post", "is_assigned", "left")
    }
    return plain | {"people": list(step.people)}


@pytest.mark.parametrize("seed", range(6))
def test_many_cases_at_once_are_what_each_is_by_itself(db, clock, seed):
    clock.move_to(at(TODAY))
    cast.terms()
    drawn_world(Random(seed))
    cases = Case.objects.select_related("student__line__school", "assigned_to").exclude(stage="closed")
    plain = {case.pk: plainly(case) for case in cases}
    steps = next_steps(Case.objects.all(), TODAY)
    assert {pk: as_dict(step) for pk, step in steps.items()} == plain
    for case in cases:
        assert (steps[case.pk].student, steps[case.pk].stage) == (case.student_id, case.stage)
        assert steps[case.pk].who
    for person in Person.objects.filter(postings__isnull=False).distinct()[:4]:
        the_lists_hold_what_is_whose(person, plain)


def the_lists_hold_what_is_whose(person: Person, plain: dict) -> None:
    """Every tab of a reader against the plain answers, in every order; and the board."""
    scope = cast.scope(person)
    seen = set(Case.objects.visible_to(scope.without_lessons).values_list("pk", flat=True))
    mine = {pk for pk in seen & plain.keys() if person.pk in plain[pk]["people"]}
    wanted = {
        MINE: {pk for pk in mine if plain[pk]["on"] <= TODAY},
        LATE: {pk for pk in seen & plain.keys() if plain[pk]["on"] < TODAY},
        WAITING: (seen & plain.keys()) - mine,
        ALL: seen & plain.keys(),
        CLOSED: seen - plain.keys(),
    }
    for tab, cases in wanted.items():
        found = asked(scope, {}, tab, today=TODAY)
        assert found.counts == {name: len(each) for name, each in wanted.items()}
        assert set(found.cases) == cases
        if tab != CLOSED:
            assert list(found.cases) == sorted(cases, key=lambda pk: (plain[pk]["on"], pk))
    for sort in SORTINGS:
        assert set(asked(scope, {"sort": sort}, ALL, today=TODAY).cases) == wanted[ALL]
    columns = board(scope, {}, today=TODAY)
    assert sum(column.count for column in columns) == len(wanted[ALL])
    for column in columns:
        days = [line.step.on for line in column.lines]
        assert days == sorted(days)


def test_a_child_of_no_case_is_no_row(db, clock):
    cast.terms()
    cast.student(cast.school_class(cast.school()))
    assert Student.objects.count() == 1
    assert next_steps(Case.objects.all(), TODAY) == {}

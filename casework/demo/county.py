"""Makes the whole county in one transaction and says what it made."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from casework import engine
from casework.actions.signs import compute_county
from casework.demo import (
    AFTERWARDS,
    acts,
    attendance,
    attention,
    bureau,
    cases,
    kin,
    proofs,
    registry,
    residents,
    sweep,
    teaching,
    writing,
)
from casework.demo.children import children_of
from casework.demo.papers import Papers
from casework.demo.plan import CENTRAL, THREE_DAY, ClassPlan, CountyPlan, SchoolPlan, lay_out
from casework.demo.staff import Staffing
from casework.demo.stories import tell_stories
from casework.demo.terms import Span, span_of
from casework.models import Contact, Obligation, Report
from students.models import Area, AuditRow, DayOverride, Person, School, Student, Term
from students.planner import count_tables
from students.queries.calendar import current_calendar, statutory_days

CLOSED_DAY, QUARANTINE = 12, (8, 7)  # school days, counted from the last
WITHDRAWN_HOUR = 18


class CountyExists(Exception):
    """The database is not empty; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Made:
    """What was made: the plan, the day, and how many children stand for each story."""

    plan: CountyPlan
    stories: Counter[str]
    engine: engine.Counts


@transaction.atomic
def make_county(*, students: int, seed: int, today: date) -> Made:
    """Make a county of ``students`` children as it stands on ``today``; the same arguments make the same county.

    Raises ``CountyExists`` where the database holds a county already.
    """
    for model in (Student, School, Person, Area, Term):
        if model.objects.exists():
            raise CountyExists(f"数据库里已有{model._meta.verbose_name}，没有生成演示县。请换一个空的数据库再生成。")
    span = span_of(today, statutory_days())
    _write_terms(span)
    plan, papers = lay_out(students=students, span=span), Papers()
    _write_overrides(plan)
    Staffing(plan, papers, chance(seed, "staff")).hire()
    _plan_days(plan)
    stories: Counter[str] = Counter()
    classes = {of.row.pk: of for school in plan.schools for of in school.classes}
    for school in plan.schools:
        stories += _fill(plan, school, papers, classes, chance(seed, school.row.code))
    count_tables()
    residents.write_residents(plan, papers, chance(seed, "residents"))
    registry.keep_registry(plan, chance(seed, "registry"))
    teaching.teach(plan)
    Obligation.objects.exclude(withdrawn_at=None).update(withdrawn_at=acts.at(today, WITHDRAWN_HOUR))
    counts = engine.escalate(through=today)
    sweep.sweep(plan, chance(seed, "sweep"))
    kin.join_a_family()
    compute_county(day=today)
    cases.work_on_cases(plan)
    bureau.work_on_cases(today)
    attention.give_attention(today)
    for name in AFTERWARDS:
        import_string(name)(plan)
    AuditRow.objects.create(
        done_at=timezone.now(),
        action="demo.make",
        subject=Student._meta.label_lower,
        details={"students": students, "seed": seed, "today": today.isoformat()},
    )
    return Made(plan, stories, counts)


def chance(seed: int, place: str) -> Random:
    """Chance of its own for each place, so that one school's children do not depend on another's. Not for secrets."""
    return Random(f"{seed} {place}")  # nosec B311


def _write_terms(span: Span) -> None:
    Term.objects.bulk_create(
        Term(school_year=year, number=number, start=days.start, end=days.end) for year, number, days in span.terms
    )


def _write_overrides(plan: CountyPlan) -> None:
    """Days taught or off against the rule: today where it must be shown, a school closed by rain, a class at home."""
    span, calendar = plan.span, current_calendar()
    taught = calendar.school_days(school=0, school_class=0)
    past = [day for day in taught.days if day < span.today]
    if span.makes_today_taught:
        DayOverride.objects.create(day=span.today, is_taught=True, note="演示用：调为上课日")
    if len(past) < 2 * CLOSED_DAY:
        return
    for school in (school for school in plan.schools if school.part.key == THREE_DAY):
        closed = past[-CLOSED_DAY]
        DayOverride.objects.create(
            day=closed, is_taught=False, is_closure=True, school=school.row, note="暴雨，全校停课"
        )
        saturday = closed + timedelta(days=5 - closed.weekday())
        if saturday not in taught and saturday < span.today and closed.weekday() < 5:
            DayOverride.objects.create(
                day=saturday,
                is_taught=True,
                follows_weekday=closed.weekday(),
                school=school.row,
                note="补停课一天的课",
            )
    for school in (school for school in plan.schools if school.part.key == CENTRAL):
        for back in QUARANTINE:
            DayOverride.objects.create(
                day=past[-back],
                is_taught=False,
                is_closure=True,
                school=school.row,
                school_class=school.classes[-2].row,
                note="水痘隔离，本班停课",
            )


def _plan_days(plan: CountyPlan) -> None:
    """Give every class its school days so far, and its 班主任 a way of working."""
    calendar, care = current_calendar(), attendance.CARE
    for school in plan.schools:
        for number, of in enumerate(school.classes):
            days = calendar.school_days(school=school.row.pk, school_class=of.row.pk)
            first = max(plan.span.first_day, date(of.row.cohort, 9, 1))
            of.days = days.between(first, plan.span.today)
            of.care = care[0] if of.is_shown else care[number % len(care)]


def _fill(plan: CountyPlan, school: SchoolPlan, papers: Papers, classes: dict[int, ClassPlan], rng: Random) -> Counter:
    """Children, registers, absences and acts of one school; returns its stories."""
    today = plan.span.today
    gap = school.classes[-1] if school.part.key == CENTRAL else None
    for of in school.classes:
        attendance.take_registers(of, today=today, has_gap=of is gap, rng=rng)
    children = children_of(school, papers, rng)
    by_class = {of: list(own) for of, own in groupby(children, key=lambda child: child.of)}
    tell_stories(plan, school, by_class, gap)
    for of, own in by_class.items():
        attendance.ordinary_absences(of, [child for child in own if not child.story], rng)
    writing.write_students(children, papers, today)
    places = writing.write_events(children, {of.row.pk: of.school.row.pk for of in classes.values()})
    writing.write_registers(school, rng)
    writing.write_absences(children, places, classes)
    writing.correct_afterwards(children, today)
    with_a_ladder = {child.row.pk: child for child in children if child.marks or child.story}
    contacts, reports, papers = acts.answer_duties(with_a_ladder, classes, today=today, rng=rng)
    Contact.objects.bulk_create(contacts)
    Report.objects.bulk_create(reports)
    proofs.hand_in(papers)
    for of in school.classes:
        of.roll_calls.clear()  # a large county has hundreds of thousands
    return Counter(child.story for child in children if child.story)

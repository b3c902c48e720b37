"""What the preview of a calendar change shows is what carrying it out does, in whatever small world."""

from datetime import timedelta

import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from casework import engine
from casework.actions import calendar_changes
from casework.jobs import apply_calendar_change, preview_calendar_change
from casework.models import AbsenceRun, Obligation
from students.day_plans import DayPlan, Plan, PlanRefused
from students.models import CalendarChange, DayOverride, Term
from students.queries.calendar_months import Place
from tests.casework.calendar_worlds import StoredWorld
from tests.casework.random_worlds import DAYS, SCHOOL_OF, small_worlds
from tests.examples import examples
from tests.scene import at

LAST = DAYS[-1]
changes = st.dictionaries(
    st.sampled_from(DAYS[5:]), st.tuples(st.sampled_from(Plan), st.sampled_from([None, 0, 4])), min_size=1, max_size=6
)
somewhere = st.sampled_from(["county", *sorted({*SCHOOL_OF, *SCHOOL_OF.values()})])
shifts = st.tuples(st.integers(-6, 6), st.integers(-12, 6))


def kept():
    """Standing duties and runs, without their keys; the days without a register grow with time alone."""
    duties = Obligation.objects.standing().order_by("student", "tier", "key")
    runs = AbsenceRun.objects.order_by("student", "started_on")
    drop = {"id", "withdrawn_at", "withdrawn_reason"}
    return [[{k: v for k, v in row.items() if k not in drop} for row in rows.values()] for rows in (duties, runs)]


def carried_out(change):
    change.refresh_from_db()
    if change.state == "previewing":  # the county's, which a job rehearses
        preview_calendar_change.call(change.pk)
        change.refresh_from_db()
    assert change.state == "previewed"
    shown = change.outcome
    calendar_changes.confirm(
        by=change.made_by, change=change, seen=change.mark, today=LAST, then=apply_calendar_change.call
    )
    change.refresh_from_db()
    assert change.state == "applied"
    assert change.outcome["done"] == shown["tally"]
    counts = engine.escalate(through=LAST)
    assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)
    return change


class PreviewsAgree(TestCase):
    """The preview's counts are those of the carrying out, a full recomputation changes nothing, and taking the change
    back leads to where everything began."""

    def setUp(self):
        clock = time_machine.travel(at(LAST), tick=False)  # the jobs ask what day it is
        clock.start()
        self.addCleanup(clock.stop)

    def place(self, world, name):
        if name in world.classes:
            return Place.of_class(world.classes[name])
        return Place(world.schools.get(name))

    @settings(max_examples=examples(50))
    @given(small_worlds(), somewhere, changes)
    def test_of_days(self, small_world, name, wanted):
        plain, child, _ = small_world
        world = StoredWorld(plain, child)
        engine.escalate(through=LAST)
        before, said = kept(), set(DayOverride.objects.values_list("day", "is_taught", "school", "school_class"))
        plans = [
            DayPlan(day, what, follows if what is Plan.TAUGHT else None, "试")
            for day, (what, follows) in wanted.items()
        ]
        try:
            change = calendar_changes.plan_days(
                by=world.by, place=self.place(world, name), plans=plans, today=LAST, then=lambda pk: None
            )
        except PlanRefused:
            return
        change = carried_out(change)
        back = calendar_changes.take_back(by=world.by, change=change, today=LAST, then=lambda pk: None)
        carried_out(back)
        assert kept() == before
        assert set(DayOverride.objects.values_list("day", "is_taught", "school", "school_class")) == said
        assert CalendarChange.objects.get(pk=change.pk).state == "taken_back"

    @settings(max_examples=examples(20))
    @given(small_worlds(), shifts)
    def test_of_a_term(self, small_world, shift):
        plain, child, _ = small_world
        world = StoredWorld(plain, child)
        engine.escalate(through=LAST)
        before, term = kept(), Term.objects.get(number=1)
        start, end = (day + timedelta(days=by) for day, by in zip((term.start, term.end), shift, strict=True))
        try:
            change = calendar_changes.plan_term(
                by=world.by, school_year=2026, number=1, start=start, end=end, today=LAST, then=lambda pk: None
            )
        except PlanRefused:
            return
        change = carried_out(change)
        carried_out(calendar_changes.take_back(by=world.by, change=change, today=LAST, then=lambda pk: None))
        assert kept() == before
        assert (Term.objects.get(number=1).start, Term.objects.get(number=1).end) == (term.start, term.end)

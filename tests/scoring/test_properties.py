"""No score ever tempts anybody: through real registers, calls and reports, and for every scheme that is accepted."""

from contextlib import suppress
from copy import deepcopy
from dataclasses import fields, replace
from datetime import date
from uuid import uuid4

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from casework.actions import acts
from casework.contacts import ContactMethod
from casework.models import Contact, Obligation, Report
from casework.ruleset import REPORT_TIERS, Tier
from scoring.class_scores import CALL_TIERS, SCORED_TIERS, ClassFacts, score
from scoring.frozen import content_of, digest, earlier_of, facts_of, record_of, result_of
from scoring.models import FrozenScore
from scoring.queries.class_scores import class_scores
from scoring.queries.freezes import rows_now, score_from
from scoring.scheme import Measure
from scoring.scheme_reading import SchemeError, read_scheme
from students.actions import registers
from students.days import MarkKind, Slot
from students.models import Role, RollCall, SchoolClass, Term
from tests import cast
from tests.scene import made_scene, school_days
from tests.scoring.appealing import frozen
from tests.scoring.standard import STANDARD
from tests.scoring.test_class_scores import DAYS as FACT_DAYS
from tests.scoring.test_class_scores import HALF, NONE, WHOLE, classes, duties

DAYS = school_days(date(2026, 9, 1), 13)  # a run of ten days fits: it is reported as lost
AS_OF, TODAY = date(2026, 9, 18), date(2026, 9, 19)
SLOTS = (Slot.AM, Slot.PM)
FEW = settings(max_examples=5)
MANY = settings(max_examples=200)
# A register as it was taken, by the marks of the first two children; None: left out.
AWAY, SEEN = MarkKind.UNEXCUSED, None
marks = st.sampled_from([(AWAY, SEEN), (AWAY, SEEN), (AWAY, AWAY), (SEEN, AWAY), (SEEN, SEEN), (SEEN, SEEN)])
taken = st.one_of(marks, marks, marks, marks, st.none())
weeks = st.lists(st.tuples(taken, taken), min_size=len(DAYS), max_size=len(DAYS))
calls = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(DAYS)), max_size=12)
reports = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(DAYS), st.sampled_from(["absence_report", "loss_report"])), max_size=3
)


class InTheSchool(TestCase):
    """A class whose September is told as it went; the 班主任 has called and reported now and then."""

    @classmethod
    def setUpTestData(cls):
        cls.scene = made_scene()
        cls.twin = cast.school_class(cls.scene.school, "202302")
        cls.twins = cast.students(cls.twin, "曾海", "任明")

    def take(self, day, slot, marked, *, twin=False, version=0):
        """A register of the class or of its twin, by the marks of its first two children."""
        room, children = (self.twin, self.twins) if twin else (self.scene.school_class, self.scene.children)
        registers.submit(
            by=self.scene.clerk, scope=cast.scope(self.scene.clerk), school_class=room.pk, day=day, slot=slot,
            marks={child.pk: kind for child, kind in zip(children, marked, strict=False) if kind},
            submission=uuid4(), version=version, today=TODAY, reason="补正",
        )  # fmt: skip

    def live(self, week, called=(), reported=(), *, twin=False):
        for day, slots in zip(DAYS, week, strict=True):
            for slot, marked in zip(SLOTS, slots, strict=True):
                if marked:
                    self.take(day, slot, marked, twin=twin)
        children = self.twins if twin else self.scene.children
        for child, day in called:
            self.call(children[child], day)
        for child, day, kind in reported:
            acts.file_report(by=self.scene.clerk, student=children[child], day=day, kind=Tier(kind), today=TODAY)

    def call(self, child, day):
        told = {"method": ContactMethod.PHONE, "result": "通话", "outcome": "talked"}
        acts.record_contact(by=self.scene.clerk, student=child, day=day, today=TODAY, **told)

    def fulfil(self, duty: Obligation):
        """Do what a duty asks for on the last day on which it is in time."""
        if duty.tier in REPORT_TIERS:
            told = {"day": duty.due_on, "kind": Tier(duty.tier), "about": duty.key}
            acts.file_report(by=self.scene.clerk, student=duty.student, today=TODAY, **told)
        else:
            self.call(duty.student, duty.due_on)

    def made(self, *, twin=False):
        room = self.twin if twin else self.scene.school_class
        [(_, made)] = class_scores(SchoolClass.objects.filter(pk=room.pk), as_of=AS_OF)
        return made

    def late(self) -> dict:
        """What is late now, by what tells a duty from every other."""
        return {duty.name: duty for duty in self.made().facts.late}

    @FEW
    @given(weeks, calls, reports)
    def test_what_is_done_in_time_never_lowers_a_score(self, week, called, reported):
        self.live(week, called, reported)
        before = self.made().total
        for duty in Obligation.objects.standing().filter(done_on=None, tier__in=SCORED_TIERS, due_on__lt=AS_OF)[:3]:
            self.fulfil(duty)
            after = self.made().total
            assert after >= before, duty
            before = after

    @FEW
    @given(weeks, calls, reports, st.sampled_from(DAYS), st.sampled_from(SLOTS), st.integers(0, 1))
    def test_one_more_absence_whose_duties_are_met_in_time_never_lowers_it(
        self, week, called, reported, day, slot, child
    ):
        """Of a child that nobody had to bring back: a return is verified by the days on which the child is seen."""
        self.live(week, called, reported)
        before, was_late = self.made().total, self.late()
        call = RollCall.objects.filter(school_class=self.scene.school_class, day=day, slot=slot).first()
        marked = week[DAYS.index(day)][SLOTS.index(slot)]
        assume(call and marked[child] is None)
        more = tuple(AWAY if number == child else kind for number, kind in enumerate(marked))
        self.take(day, slot, more, version=call.version)
        for _ in range(4):  # a report in time may leave another run without the one that it had
            due = {name: duty for name, duty in self.late().items() if was_late.get(name) != duty}
            for student, tier, key in due:
                self.fulfil(Obligation.objects.standing().get(student=student, tier=tier, key=key))
        assert self.made().total >= before

    @FEW
    @given(weeks, calls, reports)
    def test_what_was_done_and_is_taken_back_never_raises_it(self, week, called, reported):
        self.live(week, called, reported)
        before = self.made().total
        done = [*Contact.objects.order_by("pk"), *Report.objects.order_by("pk")]
        for act in done[::3]:
            acts.cancel(by=self.scene.clerk, act=act, today=TODAY)
            after = self.made().total
            assert after <= before, act
            before = after

    @FEW
    @given(weeks, calls, st.sampled_from(DAYS), st.sampled_from([SLOTS, SLOTS[:1], SLOTS[1:]]))
    def test_leaving_out_the_registers_of_a_day_never_gains_on_its_late_calls(self, week, called, day, left_out):
        """Two classes that live through the same; one of them leaves out the registers of a day."""
        self.live(week, called)
        kept = [
            tuple(
                None if each == day and slot in left_out else marked
                for slot, marked in zip(SLOTS, slots, strict=True)
            )
            for each, slots in zip(DAYS, week, strict=True)
        ]  # fmt: skip
        self.live(kept, called, twin=True)
        lines = (Measure.MISSED_ROLL_CALL, Measure.LATE_CONTACT)
        honest, other = ({line: made.lines[line] for line in lines} for made in (self.made(), self.made(twin=True)))
        assume(other[Measure.MISSED_ROLL_CALL].raw >= -10)
        assert sum(line.points for line in other.values()) <= sum(line.points for line in honest.values())

    @FEW
    @given(weeks, calls, reports)
    def test_floors_and_caps_hold_and_every_point_has_its_fact(self, week, called, reported):
        self.live(week, called, reported)
        made = self.made()
        for line in made.scheme.lines:
            earned = made.lines[line.measure]
            assert earned.points == line.bounded(sum(charge.points for charge in earned.charges))
            assert line.floor is None or line.floor <= earned.points <= 0
        assert made.total == sum(line.points for line in made.lines.values())

    @settings(max_examples=3)
    @given(weeks, calls, reports, st.sampled_from(DAYS))
    def test_a_frozen_score_reckoned_from_its_facts_is_the_same_whatever_comes_later(self, week, called, reported, day):
        self.live(week, called, reported)
        frozen(self.scene, cast.person(role=Role.BUREAU_OFFICER), cast.person(role=Role.PRINCIPAL, **self.place))
        then = {row.school_class: (row.facts, row.result) for row in self.frozen()}
        with suppress(registers.RegisterRefused):  # it was taken, and comes now with another mark
            self.take(day, Slot.AM, (AWAY, AWAY), version=self.version_of(day))
        for row in self.frozen():
            made = score_from(row)
            assert (row.facts, row.result) == then[row.school_class]
            assert (result_of(made), made.total) == (row.result, row.total)
            record = record_of(made.facts, earlier_of(row.facts, made.facts))
            assert digest(content_of(row.scheme.content, record, result_of(made))) == row.sha256

    @property
    def place(self) -> dict:
        return {"school": self.scene.school}

    def frozen(self):
        rows = list(FrozenScore.objects.select_related("scheme", "school_class").order_by("school_class"))
        assert len(rows) == 2
        return rows

    def version_of(self, day) -> int:
        call = RollCall.objects.filter(school_class=self.scene.school_class, day=day, slot=Slot.AM).first()
        return call.version if call else 0

    @FEW
    @given(weeks, calls, reports)
    def test_a_score_of_today_read_back_from_its_record_is_the_same(self, week, called, reported):
        self.live(week, called, reported)
        for row in rows_now(self.scene.school.pk, Term.objects.get(number=1), AS_OF):
            assert result_of(score(facts_of(row.record), self.made().scheme)) == row.result


# ---- whatever scheme somebody may adopt -----------------------------------------------------------

tenths = st.integers(0, 50).map(lambda number: number / 10)


@st.composite
def schemes(draw):
    """A scheme with other points, floors and caps than the standard; of those that are accepted."""
    content = deepcopy({name: value for name, value in STANDARD.items() if name != "bounds"})
    by = {row["measure"]: row for row in content["lines"]}
    late = draw(tenths)
    some = late + draw(tenths)
    done = draw(tenths)
    floor = draw(st.integers(0, 100))
    by["target"]["points"] = {"met": draw(tenths), "missed": -draw(tenths)}
    by["missed_roll_call"] |= {"points": {"some": -some, "none": -(some + draw(tenths))}, "floor": -floor}
    by["late_contact"] |= {"points": {"late": -late}, "floor": -draw(st.integers(0, floor))}
    by["late_report"] |= {"points": {"done": -done, "open": -(done + draw(tenths))}, "floor": -draw(tenths)}
    by["verified_return"] |= {"points": {"verified": draw(tenths)}, "cap": draw(tenths)}
    for row in by.values():
        row["points"] = {name: round(points, 1) for name, points in row["points"].items()}
    try:
        return read_scheme(content)
    except SchemeError as refused:  # what is drawn is acceptable: a refusal would hide what is tested
        raise AssertionError(content) from refused


class TestWhateverSchemeIsAdopted:
    @MANY
    @given(schemes(), classes, duties)
    def test_one_more_late_duty_never_raises_a_score(self, scheme, facts, duty):
        more = replace(facts, late=[*facts.late, duty])
        assert score(more, scheme).total <= score(facts, scheme).total

    @MANY
    @given(schemes(), classes, st.data())
    def test_a_duty_done_in_time_never_lowers_it(self, scheme, facts, data):
        assume(facts.late)
        position = data.draw(st.integers(0, len(facts.late) - 1))
        fewer = replace(facts, late=[*facts.late[:position], *facts.late[position + 1 :]])
        assert score(fewer, scheme).total >= score(facts, scheme).total

    @MANY
    @given(schemes(), classes, st.data())
    def test_a_report_written_after_all_never_lowers_it(self, scheme, facts, data):
        assume(facts.late)
        position = data.draw(st.integers(0, len(facts.late) - 1))
        done = facts.late[position]._replace(done_on=FACT_DAYS[-1])
        written = replace(facts, late=[*facts.late[:position], done, *facts.late[position + 1 :]])
        assert score(written, scheme).total >= score(facts, scheme).total

    @MANY
    @given(schemes(), classes, st.sampled_from(FACT_DAYS), st.sampled_from([HALF, NONE]))
    def test_leaving_out_a_days_register_never_gains_on_its_late_calls(self, scheme, facts, day, left_out):
        """While the line of registers is above its floor."""
        honest = score(replace(facts, days={**facts.days, day: WHOLE}), scheme)
        other = score(replace(facts, days={**facts.days, day: left_out}), scheme)
        line = other.lines[Measure.MISSED_ROLL_CALL]
        assume(line.raw == line.points)
        assert other.total <= honest.total

    @MANY
    @given(schemes(), classes)
    def test_floors_and_caps_hold(self, scheme, facts):
        made = score(facts, scheme)
        for line in scheme.lines:
            earned = made.lines[line.measure]
            assert earned.points == line.bounded(earned.raw)
            assert line.floor is None or line.floor <= earned.points <= 0
            assert line.cap is None or 0 <= earned.points <= line.cap
        assert made.total == sum(line.points for line in made.lines.values())

    @MANY
    @given(schemes(), classes)
    def test_a_score_reckoned_again_from_its_record_is_the_same(self, scheme, facts):
        assert result_of(score(facts_of(record_of(facts)), scheme)) == result_of(score(facts, scheme))


def test_no_absence_is_among_the_facts_of_a_score():
    """What costs points is a duty not done in time or a register not taken, never that somebody was away."""
    assert {each.name for each in fields(ClassFacts)} == {
        "school_class", "stage", "baseline", "lost", "days", "late", "returns", "waived",
    }  # fmt: skip
    assert not {Tier.EXCUSED_CHECK} & SCORED_TIERS
    assert {Tier.CONTACT, Tier.HOME_VISIT} == CALL_TIERS

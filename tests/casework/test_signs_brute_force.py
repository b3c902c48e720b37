"""Early signs again, as naively as their sentences allow: every day and every slot is looked at anew, nothing is kept.

It shares the plain worlds and the day states of ``tests.brute_force``, and nothing with ``casework.signs``.
"""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.signs import Lookout
from students.policy import Policy
from tests import brute_force
from tests.brute_force import EXCUSED, UNEXCUSED
from tests.casework.random_worlds import small_worlds
from tests.casework.small_world import facts, world

DAY = timedelta(days=1)
ABSENT = UNEXCUSED | EXCUSED
policies = st.builds(
    Policy,
    unseen_days=st.integers(5, 16),
    sign_slots=st.integers(2, 6),
    sign_window=st.integers(14, 45),
    low_attendance=st.integers(50, 99),
    low_attendance_days=st.integers(1, 12),
    first_month_days=st.integers(1, 5),
    long_leave_days=st.integers(3, 6),
    leave_spells=st.integers(2, 3),
    leave_window=st.integers(14, 45),
    pattern_days=st.integers(2, 4),
    pattern_weeks=st.integers(3, 8),
    pattern_share=st.integers(50, 100),
)


class Naive:
    """What one plain child was on every day."""

    def __init__(self, plain, child, today):
        self.plain, self.child, self.today = plain, child, today
        self.first = min(on for on, _, _ in child.events)

    def all_days(self, first=None, last=None):
        day = first or min(self.first, self.plain.terms[0][0])
        while day <= (last or self.today):
            yield day
            day += DAY

    def school_class(self, day):
        """The class in which the child attends on a school day of it; None where it does not."""
        place = brute_force.where(self.child, day)
        here = place and brute_force.is_school_day(self.plain, place[0], day)
        return place[0] if here else None

    def slots(self, day):
        """Slot → what the child was in it: its mark, or None for present; only slots of which something is known."""
        school_class = self.school_class(day)
        if school_class is None:
            return {}
        taken = self.plain.registers.get(school_class, {}).get(day, set())
        marks = self.child.marks.get(day, {})
        return {slot: marks.get(slot) for slot in taken | marks.keys()}

    def on_leave(self, day):
        return any(first <= day <= last for first, last in self.child.leaves)

    def state(self, day):
        kinds = list(self.slots(day).values())
        if not kinds:
            return "unknown" if self.school_class(day) else "none"
        if any(kind not in ABSENT for kind in kinds):
            return "present"
        return "absent" if UNEXCUSED & set(kinds) and not self.on_leave(day) else "excused"

    def in_terms(self, day):
        return any(first <= day <= last for first, last in self.plain.terms)

    def term(self):
        return next(((first, last) for first, last in self.plain.terms if first <= self.today <= last), None)

    def unseen_days(self):
        place = brute_force.where(self.child, self.today)
        stay = [day for day in self.all_days() if (brute_force.where(self.child, day) or (0, 0))[1] == place[1]]
        seen = [day for day in self.all_days() if self.state(day) == "present"]
        counted_from = max([stay[0], *seen[-1:]])
        return sum(self.in_terms(day) for day in self.all_days(counted_from + DAY))


def unseen(naive, policy):
    return naive.unseen_days() >= policy.unseen_days


def unexcused(naive, policy):
    days = {}
    for day in naive.all_days(naive.today - timedelta(days=policy.sign_window - 1)):
        missed = [slot for slot, kind in naive.slots(day).items() if kind in UNEXCUSED and not naive.on_leave(day)]
        days |= {day: len(missed)} if missed else {}
    called = [day for day, _ in naive.child.contacts if day <= naive.today]
    return sum(days.values()) >= policy.sign_slots and not any(day >= max(days) for day in called)


def attendance(naive, policy):
    if naive.term() is None:
        return False
    days = [list(naive.slots(day).values()) for day in naive.all_days(naive.term()[0])]
    kinds = [kind for slots in days for kind in slots]
    present = sum(kind not in ABSENT for kind in kinds)
    enough = sum(bool(slots) for slots in days) >= policy.low_attendance_days
    return enough and present * 100 < policy.low_attendance * len(kinds)


def first_month(naive, policy):
    september = [date(2026, 9, day) for day in range(1, 31) if date(2026, 9, day) <= naive.today]
    missed = sum(naive.state(day) in ("absent", "excused") for day in september)
    term = naive.term()
    return bool(term) and term[0] <= date(2026, 9, 30) and missed >= policy.first_month_days


def weekdays(naive, policy):
    first = naive.today - timedelta(weeks=policy.pattern_weeks) + DAY
    missed = [day for day in naive.all_days(first) if ABSENT & set(naive.slots(day).values())]
    edges = sum(day.strftime("%a") in ("Mon", "Fri") for day in missed)
    return edges >= policy.pattern_days and edges * 100 >= policy.pattern_share * len(missed)


def leave(naive, policy):
    """Walks from the first day on: each day of leave prolongs the spell, any other known day ends it."""
    begun = [(first, last) for first, last in naive.child.leaves if first <= naive.today]
    spells, stay = [[]], None
    for day in naive.all_days(last=max([naive.today, *(last for _, last in begun)])):
        place = brute_force.where(naive.child, day)
        if place is None or place[1] != stay:
            stay = place and place[1]
            spells.append([])
        if place is None or naive.school_class(day) is None:
            continue
        granted = any(first <= day <= last for first, last in begun)
        state = naive.state(day) if day <= naive.today else "unknown"
        if state == "excused" or (state == "unknown" and granted):
            spells[-1].append(day)
        elif state in ("present", "absent"):
            spells.append([])
    first = naive.today - timedelta(days=policy.leave_window - 1)
    recent = [spell for spell in spells if spell and spell[-1] >= first]
    return len(recent) >= policy.leave_spells or any(len(spell) >= policy.long_leave_days for spell in recent)


RULES = {rule.__name__: rule for rule in (unseen, unexcused, attendance, leave, weekdays, first_month)}


def looked_out(plain, child, today, policy):
    return Lookout(world(plain), policy, today).of(facts(plain, child))


@st.composite
def worlds_with_weekends(draw):
    """A small world; in one of three the child misses nothing but Mondays and Fridays."""
    plain, child, today = draw(small_worlds())
    if draw(st.integers(0, 2)) == 0:
        child.marks = {day: marks for day, marks in child.marks.items() if day.strftime("%a") in ("Mon", "Fri")}
    return plain, child, today


@settings(max_examples=500)
@given(worlds_with_weekends(), policies)
def test_the_lookout_and_the_naive_rules_agree_in_every_small_world(small_world, policy):
    plain, child, today = small_world
    outlook, naive = looked_out(plain, child, today, policy), Naive(plain, child, today)
    if brute_force.where(child, today) is None:
        assert outlook == ([], 0)
        return
    assert outlook.unseen_days == naive.unseen_days()
    assert {sign.code.value for sign in outlook.signs} == {code for code, rule in RULES.items() if rule(naive, policy)}


def test_the_small_worlds_show_every_sign_and_also_its_absence():
    found, worlds = Counter(), 0

    @settings(max_examples=200, database=None)
    @given(worlds_with_weekends(), policies)
    def look(small_world, policy):
        nonlocal worlds
        plain, child, today = small_world
        if brute_force.where(child, today):
            worlds += 1
            found.update(sign.code.value for sign in looked_out(plain, child, today, policy).signs)

    look()
    assert found.keys() == RULES.keys()
    assert max(found.values()) < worlds

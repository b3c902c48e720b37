"""开学到校: who is back, who is not, who was lost and who came back; by hand, by brute force, and for whole classes."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from students.calendar import Term as TermDays
from students.enrolment import OUTS, Event, EventKind, places
from students.opening import ChildFacts, Departure, Opening, Presence, Whereabouts, look
from students.runs import ClassDays
from tests import brute_force
from tests.brute_force import DAY, PlainChild, PlainWorld
from tests.casework.random_worlds import DAYS, small_worlds
from tests.casework.small_world import calendar

BEFORE, TERM = (date(2026, 3, 2), date(2026, 7, 10)), (date(2026, 9, 1), date(2027, 1, 22))


def naive(plain: PlainWorld, child: PlainChild, opening: Opening, confirmed: dict[int, date | None]) -> tuple:
    """The same from the definitions under the table, looking at every day again.

    (class due, presence, class and kind of being gone, class come back to).
    """

    def opening_days(school_class):
        days, day = [], opening.term.start
        while day <= min(opening.term.end, opening.as_of) and len(days) < opening.days:
            days += [day] if brute_force.is_school_day(plain, school_class, day) else []
            day += DAY
        return days

    looked_at = []
    for offset in range((opening.as_of - opening.term.start).days + 1):
        day = opening.term.start + DAY * offset
        here = brute_force.where(child, day)
        if here and day in opening_days(here[0]):
            looked_at.append((day, here[0], brute_force.look_at(plain, child, day).state))
    due = [school_class for day, school_class, _ in looked_at if day == opening_days(school_class)[0]]
    states = {state for *_, state in looked_at}
    presence = None
    if states:
        presence = "arrived" if "present" in states else "unknown" if states == {"unknown"} else "absent"
    then = brute_force.where(child, opening.before.end)
    gone = back = None
    if then and presence in (None, "absent"):
        counted = due[0] if due else looked_at[-1][1] if looked_at else then[0]
        if days := opening_days(counted):
            gone = (counted, gone_as(child, days[-1], confirmed, presence))
    if not then and presence == "arrived":
        earlier = [kind for day, kind, _ in child.events if day <= opening.before.end]
        if earlier and earlier[-1] not in ("graduate", "decease"):
            back = next(school_class for _, school_class, state in looked_at if state == "present")
    return due[0] if due else None, presence, gone if gone and gone[1] else None, back


def gone_as(child: PlainChild, day: date, confirmed, presence: str | None) -> str | None:
    """How a child who was not seen stands on the last of the opening days."""
    if brute_force.where(child, day):
        return "not_arrived" if presence else None
    number, (_, kind, _) = [(n, event) for n, event in enumerate(child.events) if event[0] <= day][-1]
    if kind == "transfer_out":
        return "transferred" if confirmed.get(number) and confirmed[number] <= day else "unconfirmed"
    names = {"suspend": "suspended", "drop_out": "dropped_out", "leave_country": "abroad", "graduate": "graduated"}
    return names.get(kind) or {"decease": "deceased"}.get(kind, kind)


def asked(plain: PlainWorld, child: PlainChild, opening: Opening, confirmed: dict[int, date | None]) -> tuple:
    """The calculation's answer in the same form."""
    events = [Event(day, order, EventKind(kind), joined) for order, (day, kind, joined) in enumerate(child.events)]
    days = calendar(plain)
    classes = {
        name: ClassDays(
            school,
            days.school_days(school=school, school_class=name),
            {day: frozenset(slots) for day, slots in plain.registers.get(name, {}).items()},
        )
        for name, school in plain.school_of.items()
    }
    facts = ChildFacts(
        places(events, school_of=plain.school_of),
        [Departure(e.happened_on, e.kind, confirmed.get(number)) for number, e in enumerate(events) if e.kind in OUTS],
        child.marks,
        child.leaves,
    )
    found = look(facts, opening, classes)
    gone = (found.gone_class, str(found.gone)) if found.gone else None
    presence = found.presence and str(found.presence)
    return found.due_class, presence, gone, found.returned_class


@settings(max_examples=400)
@given(
    small_worlds(),
    st.sampled_from(DAYS[5:]),
    st.integers(1, 8),
    st.dictionaries(st.integers(0, 9), st.sampled_from(DAYS)),
)
def test_in_every_small_world_the_calculation_and_the_brute_force_agree(small_world, as_of, days, confirmed):
    plain, child, _ = small_world
    first, last = plain.terms[-1]
    before = (first - timedelta(days=40), first - timedelta(days=6))
    plain.terms = [before, (first, last)]
    opening = Opening(TermDays(first, last), TermDays(*before), days, as_of)
    confirmed = {number: day for number, day in confirmed.items() if number < len(child.events)}
    assert asked(plain, child, opening, confirmed) == naive(plain, child, opening, confirmed)


class Story:
    """One child of 一班, told in events and days; the registers of 一班 are taken every day of the first week."""

    def __init__(self):
        self.plain = PlainWorld(
            terms=[BEFORE, TERM],
            school_of={"一班": "甲校", "二班": "甲校", "丙班": "乙校"},
            rules={"甲校": [], "乙校": []},
        )
        week = [date(2026, 9, day) for day in (1, 2, 3, 4, 7)]
        self.plain.registers = {name: {day: {"AM", "PM"} for day in week} for name in self.plain.school_of}
        self.child = PlainChild(events=[(date(2023, 9, 1), "enrol", "一班")])
        self.confirmed = {}

    def happened(self, month, day, kind, joined=None, *, confirmed=None):
        if confirmed:
            self.confirmed[len(self.child.events)] = date(2026, *confirmed)
        self.child.events.append((date(2026, month, day), kind, joined))
        return self

    def missed(self, *days, kind="unexcused", slots=("AM", "PM")):
        for day in days:
            self.child.marks[date(2026, 9, day)] = dict.fromkeys(slots, kind)
        return self

    def nobody_called(self, *days):
        for registers_of in self.plain.registers.values():
            for day in days:
                registers_of.pop(date(2026, 9, day))
        return self

    def on(self, day, *, days=5):
        opening = Opening(TermDays(*TERM), TermDays(*BEFORE), days, date(2026, 9, day))
        answer = asked(self.plain, self.child, opening, self.confirmed)
        assert answer == naive(self.plain, self.child, opening, self.confirmed)
        return answer


WEEK = (1, 2, 3, 4, 7)


class TestAChild:
    """(class due, presence, where and how it is gone, where it came back)."""

    def test_who_is_there_has_come(self):
        assert Story().on(7) == ("一班", "arrived", None, None)

    def test_before_the_first_school_day_nobody_is_due(self):
        opening = Opening(TermDays(*TERM), TermDays(*BEFORE), 5, date(2026, 8, 31))
        story = Story()
        assert asked(story.plain, story.child, opening, {}) == (None, None, None, None)

    @pytest.mark.parametrize(("day", "presence"), [(1, "absent"), (4, "absent"), (7, "arrived"), (8, "arrived")])
    def test_who_comes_on_the_last_of_the_days_has_come(self, day, presence):
        assert Story().missed(1, 2, 3, 4).on(day)[1] == presence

    def test_who_comes_on_the_day_after_them_has_not(self):
        assert Story().missed(*WEEK).on(8) == ("一班", "absent", ("一班", "not_arrived"), None)

    def test_who_comes_for_half_a_day_has_come(self):
        assert Story().missed(2, 3, 4, 7).missed(1, slots=("AM",)).on(7)[1] == "arrived"

    def test_who_is_on_leave_has_not_come(self):
        assert Story().missed(*WEEK, kind="sick_leave").on(7)[1] == "absent"

    def test_a_day_without_a_register_shows_nothing(self):
        assert Story().nobody_called(*WEEK).on(7) == ("一班", "unknown", None, None)
        assert Story().nobody_called(1, 2).missed(3, 4, 7).on(7)[1] == "absent"
        assert Story().nobody_called(1, 2, 3, 4).on(7)[1] == "arrived"

    @pytest.mark.parametrize(
        ("kind", "gone"),
        [
            ("drop_out", "dropped_out"), ("other_out", "other_out"), ("transfer_out", "unconfirmed"),
            ("suspend", "suspended"), ("decease", "deceased"), ("leave_country", "abroad"), ("graduate", "graduated"),
        ],
    )  # fmt: skip
    def test_who_left_in_the_holidays_is_gone_in_its_way(self, kind, gone):
        assert Story().happened(8, 1, kind).on(7) == (None, None, ("一班", gone), None)
        assert Whereabouts(gone).is_lost == (gone in ("dropped_out", "other_out", "unconfirmed"))

    @pytest.mark.parametrize(
        ("confirmed", "gone"), [((9, 6), "transferred"), ((9, 7), "transferred"), ((9, 8), "unconfirmed")]
    )
    def test_a_transfer_is_in_order_once_it_is_confirmed(self, confirmed, gone):
        assert Story().happened(8, 1, "transfer_out", confirmed=confirmed).on(10)[2] == ("一班", gone)

    def test_who_has_come_to_another_school_is_not_lost(self):
        story = Story().happened(8, 1, "transfer_out").happened(9, 1, "transfer_in", "丙班")
        assert story.on(7) == ("丙班", "arrived", None, None)

    def test_who_does_not_come_there_is_lost_there(self):
        story = Story().happened(8, 1, "transfer_out").happened(9, 1, "transfer_in", "丙班").missed(*WEEK)
        assert story.on(7) == ("丙班", "absent", ("丙班", "not_arrived"), None)

    def test_who_is_suspended_in_the_first_week_without_having_come_was_due_and_is_gone_in_order(self):
        assert Story().missed(1, 2).happened(9, 3, "suspend").on(7) == ("一班", "absent", ("一班", "suspended"), None)

    @pytest.mark.parametrize(
        ("out", "back"), [("drop_out", "return"), ("suspend", "resume"), ("other_out", "other_in")]
    )
    def test_who_was_away_at_the_end_of_last_term_and_is_here_has_come_back(self, out, back):
        story = Story().happened(5, 6, out).happened(9, 1, back, "二班")
        assert story.on(7) == ("二班", "arrived", None, "二班")

    def test_who_comes_back_later_in_the_week_was_not_due_and_has_come_back(self):
        story = Story().happened(5, 6, "drop_out").happened(9, 3, "return", "二班")
        assert story.on(7) == (None, "arrived", None, "二班")

    def test_who_comes_back_on_paper_alone_has_not(self):
        story = Story().happened(5, 6, "drop_out").happened(9, 1, "return", "一班").missed(*WEEK)
        assert story.on(7) == ("一班", "absent", None, None)

    @pytest.mark.parametrize(("day", "back"), [((7, 10), "一班"), ((7, 11), None)])
    def test_who_was_away_is_asked_of_the_last_day_of_the_term(self, day, back):
        story = Story().happened(*day, "suspend").happened(9, 1, "resume")
        assert story.on(7)[3] == back

    def test_a_new_child_has_not_come_back(self):
        story = Story()
        story.child.events = [(date(2026, 9, 1), "enrol", "一班")]
        assert story.on(7) == ("一班", "arrived", None, None)

    def test_who_had_finished_and_enrols_again_has_not_come_back(self):
        story = Story().happened(7, 1, "graduate").happened(9, 1, "enrol", "丙班")
        assert story.on(7) == ("丙班", "arrived", None, None)


class TestWords:
    def test_everything_is_said_in_chinese(self):
        assert [presence.label for presence in Presence] == ["已到", "未到", "未点名"]
        assert len({where.label for where in Whereabouts}) == len(Whereabouts)

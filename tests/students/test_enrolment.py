"""学籍变动: which event may follow which, and the places that follow from them."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.enrolment import (
    ENTRIES,
    INS,
    LEADS_TO,
    MAY_FOLLOW,
    MOVES,
    OUTS,
    REGISTERED,
    REPORTED_CHANGES,
    Event,
    EventKind,
    ImpossibleEvent,
    Place,
    Standing,
    places,
)
from tests import brute_force

FIRST = date(2026, 9, 1)
ONE, TWO, ELSEWHERE = 11, 12, 21  # two classes of one school, one of another
SCHOOL_OF = {ONE: 1, TWO: 1, ELSEWHERE: 2}
NAMED = {label.label: label for label in EventKind}

# domain.md §6, in the words of the people who record them.
TABLE = {
    Standing.NONE: "入学 转入 其他增加",
    Standing.ATTENDING: "转出 休学 辍学 死亡 出国 毕业 其他减少 转班 升级 留级 跳级",
    Standing.SUSPENDED: "休学复学 辍学 转出 死亡 出国 其他减少",
    Standing.DROPPED_OUT: "劝返复学 转出 死亡 出国 其他减少",
    Standing.GONE: "转入 其他增加",
    Standing.GRADUATED: "入学",
    Standing.DECEASED: "",
}
WAY_TO = {
    Standing.NONE: [],
    Standing.ATTENDING: ["入学"],
    Standing.SUSPENDED: ["入学", "休学"],
    Standing.DROPPED_OUT: ["入学", "辍学"],
    Standing.GONE: ["入学", "转出"],
    Standing.GRADUATED: ["入学", "毕业"],
    Standing.DECEASED: ["入学", "死亡"],
}


def history(*words):
    """Events from words like ``"3 转班 12"``: days after 1 September, what happened, the class joined."""
    events = []
    for order, text in enumerate(words):
        days, kind, *joined = text.split()
        events.append(Event(FIRST + timedelta(days=int(days)), order, NAMED[kind], int(joined[0]) if joined else None))
    return events


def place(school_class, standing, since, until, spell=1):
    day = lambda days: None if days is None else FIRST + timedelta(days=days)  # noqa: E731
    return Place(school_class, Standing(standing), day(since), day(until), spell)


def follow(*words):
    return places(history(*words), school_of=SCHOOL_OF)


class TestWhatMayFollow:
    @pytest.mark.parametrize("kind", EventKind, ids=lambda kind: kind.label)
    @pytest.mark.parametrize("standing", Standing, ids=lambda standing: standing.label)
    def test_every_event_follows_every_standing_as_the_table_says(self, standing, kind):
        before = [f"{day} {label} {ONE}" for day, label in enumerate(WAY_TO[standing])]
        after = f"9 {kind.label} {ONE if kind in ENTRIES else ''}"
        if kind.label in TABLE[standing].split():
            follow(*before, after)
        else:
            with pytest.raises(ImpossibleEvent) as refusal:
                follow(*before, after)
            assert refusal.value.position == len(before)
            assert re.fullmatch(r"[\u3400-\u9fff，“”]+", str(refusal.value))

    @pytest.mark.parametrize("out", ["转出", "其他减少", "出国"])
    def test_whoever_left_may_be_taken_in_again(self, out):
        for entry in ("转入", "其他增加"):
            assert follow(f"0 入学 {ONE}", f"5 {out}", f"9 {entry} {ELSEWHERE}")[-1].school_class == ELSEWHERE

    def test_the_table_of_the_code_is_that_of_the_document(self):
        assert {standing: {kind.label for kind in kinds} for standing, kinds in MAY_FOLLOW.items()} == {
            standing: set(labels.split()) for standing, labels in TABLE.items()
        }

    def test_the_table_agrees_with_that_of_the_brute_force(self):
        for kind, standing in LEADS_TO.items():
            assert MAY_FOLLOW[standing] == brute_force.MAY_FOLLOW[kind], kind

    def test_every_kind_is_in_out_or_a_move_but_the_one_that_takes_back(self):
        assert (brute_force.IN, brute_force.OUT, brute_force.MOVE) == (INS, OUTS, MOVES)
        assert set(EventKind) - INS - OUTS - MOVES == {EventKind.VOID}

    def test_six_kinds_are_reported_as_changes(self):
        assert {kind.label for kind in REPORTED_CHANGES} == {"转入", "转出", "休学", "休学复学", "出国", "死亡"}

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["0 休学"], "该生还没有入学，不能登记休学"),
            ([f"0 入学 {ONE}", "1 转出", "2 休学"], "该生此前的状态是“已离校”，不能登记休学"),
            ([f"0 入学 {ONE}", "1 死亡", "2 转出"], "该生已登记死亡，其后不能再登记转出"),
            ([f"0 入学 {ONE}", f"1 转班 {ELSEWHERE}"], "转班只能在本校内进行，不能换到别的学校"),
            (["0 转入"], "转入没有写明进入哪个班"),
        ],
    )
    def test_a_refusal_says_why(self, words, sentence):
        with pytest.raises(ImpossibleEvent) as refusal:
            follow(*words)
        assert str(refusal.value) == sentence
        assert refusal.value.position == len(words) - 1

    @pytest.mark.parametrize("move", ["转班", "升级", "留级", "跳级"])
    def test_a_move_stays_inside_the_school(self, move):
        assert follow(f"0 入学 {ONE}", f"1 {move} {TWO}")[-1].school_class == TWO
        with pytest.raises(ImpossibleEvent, match="只能在本校内进行"):
            follow(f"0 入学 {ONE}", f"1 {move} {ELSEWHERE}")

    @pytest.mark.parametrize("entry", ["转入", "其他增加"])
    def test_a_later_entry_names_its_class_too(self, entry):
        with pytest.raises(ImpossibleEvent, match=f"^{entry}没有写明进入哪个班$"):
            follow(f"0 入学 {ONE}", "1 转出", f"2 {entry}")


class TestPlaces:
    def test_a_child_without_events_is_nowhere(self):
        assert follow() == []

    def test_the_child_attends_from_the_day_of_the_entry(self):
        assert follow(f"0 入学 {ONE}") == [place(ONE, "attending", 0, None)]

    def test_on_the_day_of_an_out_event_no_longer(self):
        assert follow(f"0 入学 {ONE}", "9 转出") == [place(ONE, "attending", 0, 9)]

    @pytest.mark.parametrize("out", ["转出", "死亡", "出国", "毕业", "其他减少"])
    def test_whoever_is_gone_is_registered_nowhere(self, out):
        assert follow(f"0 入学 {ONE}", f"9 {out}") == [place(ONE, "attending", 0, 9)]

    @pytest.mark.parametrize(("out", "standing"), [("休学", "suspended"), ("辍学", "dropped_out")])
    def test_whoever_is_suspended_or_dropped_out_stays_registered_in_the_last_class(self, out, standing):
        assert follow(f"0 入学 {ONE}", f"9 {out}") == [place(ONE, "attending", 0, 9), place(ONE, standing, 9, None)]

    def test_registered_is_attending_suspended_or_dropped_out(self):
        assert {standing.label for standing in REGISTERED} == {"在校", "休学", "辍学"}

    def test_a_move_goes_on_with_the_same_attendance(self):
        assert follow(f"0 入学 {ONE}", f"9 转班 {TWO}", "20 转出") == [
            place(ONE, "attending", 0, 9),
            place(TWO, "attending", 9, 20),
        ]

    def test_a_promotion_without_a_class_stays_in_the_class(self):
        assert follow(f"0 入学 {ONE}", "9 升级")[-1] == place(ONE, "attending", 9, None)

    def test_who_comes_back_begins_a_new_attendance_in_the_last_class(self):
        assert follow(f"0 入学 {ONE}", f"2 转班 {TWO}", "9 休学", "20 休学复学") == [
            place(ONE, "attending", 0, 2),
            place(TWO, "attending", 2, 9),
            place(TWO, "suspended", 9, 20),
            place(TWO, "attending", 20, None, spell=2),
        ]

    def test_who_comes_back_may_join_another_class(self):
        assert follow(f"0 入学 {ONE}", "9 辍学", f"20 劝返复学 {TWO}")[-1] == place(TWO, "attending", 20, None, spell=2)

    def test_a_suspended_child_may_turn_out_to_have_dropped_out(self):
        assert follow(f"0 入学 {ONE}", "9 休学", "20 辍学")[1:] == [
            place(ONE, "suspended", 9, 20),
            place(ONE, "dropped_out", 20, None),
        ]

    def test_a_transfer_after_dropping_out_ends_the_registration(self):
        assert follow(f"0 入学 {ONE}", "9 辍学", "20 转出")[-1] == place(ONE, "dropped_out", 9, 20)


class TestSeveralEventsOnOneDay:
    """They stand in their order."""

    def test_out_and_in_is_a_new_attendance(self):
        assert follow(f"0 入学 {ONE}", "9 转出", f"9 转入 {ELSEWHERE}") == [
            place(ONE, "attending", 0, 9),
            place(ELSEWHERE, "attending", 9, None, spell=2),
        ]

    def test_in_and_out_is_no_attendance(self):
        assert follow(f"0 入学 {ONE}", "0 转出") == []
        assert follow(f"0 入学 {ONE}", "9 转出", f"20 转入 {TWO}", "20 转出") == [place(ONE, "attending", 0, 9)]

    def test_in_before_out_is_refused_where_the_child_attends(self):
        with pytest.raises(ImpossibleEvent, match="该生此前的状态是“在校”，不能登记转入"):
            follow(f"0 入学 {ONE}", f"9 转入 {ELSEWHERE}", "9 转出")

    def test_of_two_moves_the_last_holds(self):
        assert follow(f"0 入学 {ONE}", f"9 转班 {TWO}", f"9 转班 {ONE}") == [
            place(ONE, "attending", 0, 9),
            place(ONE, "attending", 9, None),
        ]

    def test_suspended_and_dropped_out_is_dropped_out(self):
        assert follow(f"0 入学 {ONE}", "9 休学", "9 辍学")[1:] == [place(ONE, "dropped_out", 9, None)]

    def test_their_order_counts_and_not_that_of_the_list(self):
        events = history(f"0 入学 {ONE}", "9 转出", f"9 转入 {ELSEWHERE}")
        assert places(reversed(events), school_of=SCHOOL_OF) == places(events, school_of=SCHOOL_OF)


@st.composite
def histories(draw):
    """Events that may follow one another, days apart or on one day."""
    events, standing, school_class, days = [], Standing.NONE, None, 0
    for order in range(draw(st.integers(0, 10))):
        possible = sorted(MAY_FOLLOW[standing])
        if not possible:
            break
        kind = draw(st.sampled_from(possible))
        joined = None
        if kind in ENTRIES or (kind in INS | MOVES and draw(st.booleans())):
            joined = draw(st.sampled_from([ONE, TWO, ELSEWHERE] if kind in INS else [school_class]))
        days += draw(st.integers(0, 6))
        events.append(Event(FIRST + timedelta(days=days), order, kind, joined))
        standing, school_class = LEADS_TO[kind], joined or school_class
    return events


@given(histories())
def test_places_follow_one_another_and_never_overlap(events):
    result = places(events, school_of=SCHOOL_OF)
    for earlier, later in pairwise(result):
        assert earlier.since < earlier.until <= later.since
        assert earlier.spell <= later.spell
    assert all(row.since < row.until for row in result if row.until)


@given(histories(), st.integers(0, 70))
def test_on_any_day_a_child_is_where_reading_the_events_through_that_day_finds_them(events, days):
    day = FIRST + timedelta(days=days)
    plain = brute_force.PlainChild([(event.happened_on, str(event.kind), event.school_class) for event in events])
    held = [
        row
        for row in places(events, school_of=SCHOOL_OF)
        if row.since <= day and (row.until is None or day < row.until)
    ]
    assert len(held) <= 1
    attended = [(row.school_class, row.spell) for row in held if row.standing is Standing.ATTENDING]
    assert attended == [found for found in [brute_force.where(plain, day)] if found]
    last = [event.kind for event in events if event.happened_on <= day][-1:]
    assert [row.standing for row in held] == [LEADS_TO[kind] for kind in last if LEADS_TO[kind] in REGISTERED]


@given(histories(), st.randoms())
def test_rebuilt_from_the_events_in_any_order_they_are_the_same(events, chance):
    shuffled = events[:]
    chance.shuffle(shuffled)
    assert places(shuffled, school_of=SCHOOL_OF) == places(events, school_of=SCHOOL_OF)


@given(histories(), st.integers(0, 70))
def test_an_event_changes_nothing_before_its_day(events, days):
    """Facts are appended: where the child was on an earlier day stays as it was."""
    day = FIRST + timedelta(days=days)

    def before(result):
        return [
            row._replace(until=row.until if row.until and row.until < day else None)
            for row in result
            if row.since < day
        ]

    known = [event for event in events if event.happened_on < day]
    assert before(places(known, school_of=SCHOOL_OF)) == before(places(events, school_of=SCHOOL_OF))

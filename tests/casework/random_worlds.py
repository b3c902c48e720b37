"""Random small worlds: two schools, three classes, seven weeks, and one child to whom a lot happens."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests import brute_force
from tests.brute_force import IN, MAY_FOLLOW, MOVE, PlainChild, PlainWorld
from tests.casework.small_world import PRESETS

FIRST = date(2026, 8, 27)  # some days before the first term
LENGTH = 50
DAYS = [FIRST + timedelta(days=offset) for offset in range(LENGTH)]
TERMS = [
    [(date(2026, 9, 1), date(2027, 1, 22))],
    [(date(2026, 9, 1), date(2026, 9, 16)), (date(2026, 9, 23), date(2026, 10, 12))],  # a seam and an end in sight
    [(date(2026, 9, 7), date(2026, 10, 9))],
]
STATUTORY = dict.fromkeys([date(2026, 9, 20), date(2026, 10, 10)], True) | dict.fromkeys(
    [date(2026, 9, day) for day in (25, 26, 27)] + [date(2026, 10, day) for day in range(1, 8)], False
)
SCHOOL_OF = {"甲一班": "甲校", "甲二班": "甲校", "乙一班": "乙校"}
SLOTS = {"甲校": ["AM", "PM"], "乙校": ["1", "2", "3", "4", "5", "EV"]}

days = st.sampled_from(DAYS)
few_days = st.dictionaries(st.sampled_from(DAYS[8:34:3]), st.booleans(), max_size=4)  # so that some are in dispute
presets = st.sampled_from(sorted(PRESETS))
methods = st.sampled_from(["phone", "home_visit", "joint_visit", "letter"])
outcomes = st.sampled_from(["no_answer", "no_answer", "no_answer", "wrong_number", "talked", ""])
reports = st.sampled_from(["absence_report", "loss_report", "return_report", "change_report"])

# How a stretch of days went: which of the day's registers were taken (by position), and the child's marks in them.
ALL, NONE, ONE, LAST = slice(None), slice(0, 0), slice(0, 1), slice(-1, None)
UNEXCUSED, PARTLY = ["unexcused"], ["unexcused", None]
habits = st.sampled_from(
    [
        *[(ALL, UNEXCUSED)] * 6,
        (ALL, ["unverified", "sick_leave"]),
        (ALL, PARTLY),
        (ALL, [None, None, None, "unexcused"]),
        (ALL, ["late", "unexcused"]),
        (ALL, ["unexcused", "unexcused", "unverified", "unverified", "left_early", "official"]),
        (ALL, ["personal_leave"]),
        (ALL, [None]),
        (ALL, [None]),
        (ONE, UNEXCUSED),
        (LAST, ["unverified"]),
        (ONE, [None]),
        (NONE, [None]),
        (NONE, [None]),
    ]
)
# Either anything, or a child who is hardly ever seen: then a second run is lost before anybody has seen the child.
hardly_seen = st.sampled_from([*[(ALL, UNEXCUSED)] * 4, (ALL, ["sick_leave"]), (NONE, [None]), (ALL, [None])])
stretches = st.one_of(
    st.lists(st.tuples(habits, st.integers(1, 12)), min_size=9, max_size=20),
    st.lists(st.tuples(habits, st.integers(1, 12)), min_size=9, max_size=20),
    st.lists(st.tuples(hardly_seen, st.integers(2, 9)), min_size=8, max_size=14),
)

# What follows is mostly drawn from these where they may follow: the child who is gone for good has little to tell.
TELLING = ["resume", "return", "transfer_in", "other_in", "suspend", "drop_out", "transfer_out", *["class_move"] * 3]


@st.composite
def rule_books(draw):
    """The rules of a school: one set, or another from some day on."""
    book = [(date.min, PRESETS[draw(presets)])]
    if draw(st.integers(0, 3)) == 0:
        book.append((draw(days), PRESETS[draw(presets)]))
    return book


@st.composite
def histories(draw):
    """Events that may follow one another; several may fall on one day."""
    happened_on = draw(st.sampled_from([date(2025, 9, 1)] * 12 + DAYS[:12]))
    kind = draw(st.sampled_from(sorted(MAY_FOLLOW[None])))
    school_class = draw(st.sampled_from(sorted(SCHOOL_OF)))
    events = [(happened_on, kind, school_class)]
    on = max(happened_on, draw(days))
    for gap in draw(st.lists(st.integers(0, 9), max_size=8)):
        possible = sorted(MAY_FOLLOW[kind])
        if not possible:
            break
        if draw(st.integers(0, 7)):
            possible = [kind for kind in TELLING if kind in possible] or possible
        on, kind = on + timedelta(days=gap), draw(st.sampled_from(possible))
        joined = None
        if kind in IN | MOVE:
            joined = draw(st.sampled_from(sorted(SCHOOL_OF)))
            if kind in MOVE and SCHOOL_OF[joined] != SCHOOL_OF[school_class]:
                joined = school_class
            if kind in {"resume", "return", "promote"} and draw(st.booleans()):
                joined = None
        school_class = joined or school_class
        events.append((on, kind, joined))
    return events


@st.composite
def lost_twice(draw):
    """The life of a child who is lost, leaves, comes back on paper, and is lost again without having been seen.

    Chance alone hardly ever gets there, and the return is then owed for both runs.
    """
    out, back = draw(st.sampled_from([("drop_out", "return"), ("suspend", "resume"), ("transfer_out", "transfer_in")]))
    classes = st.sampled_from(sorted(SCHOOL_OF))
    left = draw(st.sampled_from(DAYS[12:19]))
    came_back = left + timedelta(days=draw(st.integers(0, 5)))
    events = [(date(2025, 9, 1), "enrol", draw(classes)), (left, out, None), (came_back, back, draw(classes))]
    lengths = st.integers(12, 18)
    between = draw(hardly_seen), draw(st.integers(1, 3))
    gone = (ALL, UNEXCUSED)
    return events, [(gone, draw(lengths)), between, (gone, draw(lengths)), ((ALL, [None]), 9)]


@st.composite
def long_leaves(draw):
    """The life of a child who is on leave for weeks, with days now and then on which nobody knows or the child comes.

    Ten excused days in a row hardly ever come about by chance.
    """
    excused = st.sampled_from([(ALL, ["sick_leave"]), (ALL, ["official", "personal_leave"]), (ONE, ["sick_leave"])])
    between = st.sampled_from([(NONE, [None]), (NONE, [None]), (ALL, PARTLY), (ALL, [None]), (ALL, UNEXCUSED)])
    life = []
    for _ in range(draw(st.integers(2, 5))):
        life += [(draw(excused), draw(st.integers(3, 16))), (draw(between), draw(st.integers(1, 3)))]
    return draw(st.one_of(st.just([(date(2025, 9, 1), "enrol", "甲一班")]), histories())), life


@st.composite
def calls(draw):
    """A call on most days of a few weeks: days in a row on which nobody answers hardly ever come about by chance."""
    first, length = draw(st.integers(0, 20)), draw(st.integers(3, 14))
    return [(day, draw(methods)) for day in DAYS[first : first + length] if draw(st.integers(0, 4))]


@st.composite
def small_worlds(draw):
    """Two schools, three classes, seven weeks and one child."""
    plain = PlainWorld(
        terms=draw(st.sampled_from(TERMS)),
        school_of=SCHOOL_OF,
        rules={school: draw(rule_books()) for school in SLOTS},
        overrides={"statutory": STATUTORY, "county": draw(few_days)},
        registers={name: {} for name in SCHOOL_OF},
    )
    for place in draw(st.lists(st.sampled_from([*SLOTS, *SCHOOL_OF]), max_size=2, unique=True)):
        plain.overrides[place] = draw(few_days)
    events, life = draw(st.one_of(*[st.tuples(histories(), stretches)] * 2, lost_twice(), long_leaves()))
    contacts = draw(st.one_of(st.lists(st.tuples(days, methods), max_size=8), calls()))
    child = PlainChild(
        events=events,
        certificates=draw(papers(events)),
        suspensions=draw(approvals(events)),
        leaves=draw(st.lists(st.tuples(days, st.integers(0, 6)).map(leave), max_size=2)),
        contacts=contacts,
        outcomes=[(on, draw(outcomes)) for on, _ in contacts],
        reports=(filed := draw(st.lists(st.tuples(days, reports), max_size=8))) + filed[:2],  # some twice: one act
    )
    child.left = draw(st.lists(days, max_size=2)) if draw(st.integers(0, 1)) else []
    live_through(plain, child, life)
    return plain, child, draw(st.sampled_from([DAYS[-1]] * 40 + DAYS[10:]))


@st.composite
def papers(draw, events):
    """Certificates of some of the changes, a few of them handed in too early, and of changes that never were."""
    changed = st.one_of(st.sampled_from([on for on, _, _ in events]), days)
    return draw(st.lists(st.tuples(changed, days), max_size=6))


@st.composite
def approvals(draw, events):
    """Approved ends of the suspensions, prolonged or not; a few lie before the beginning."""
    began = [on for on, kind, _ in events if kind == "suspend"]
    if not began:
        return []
    ends = st.tuples(st.sampled_from(began), st.integers(-3, 45))
    return [(on, on + timedelta(days=length)) for on, length in draw(st.lists(ends, max_size=4))]


def leave(drawn):
    first, length = drawn
    return first, first + timedelta(days=length)


def live_through(plain, child, stretches):
    """Take the registers and mark the child, stretch by stretch from the first day on."""
    habits = [habit for habit, length in stretches for _ in range(length)]
    for day, (taken, kinds) in zip(DAYS, habits, strict=False):
        for school_class, school in SCHOOL_OF.items():
            if slots := SLOTS[school][taken]:
                plain.registers[school_class][day] = set(slots)
        if place := brute_force.where(child, day):
            slots = SLOTS[SCHOOL_OF[place[0]]][taken]
            marks = {slot: kinds[i % len(kinds)] for i, slot in enumerate(slots) if kinds[i % len(kinds)]}
            if marks:
                child.marks[day] = marks

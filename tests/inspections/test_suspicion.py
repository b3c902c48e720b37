"""Why a class should be counted: each reason from its threshold on, and what is honest by itself never one."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.suspicion import (
    ClassFacts,
    Fact,
    Past,
    ReasonKind,
    Register,
    RegisteredDay,
    Unverified,
    past_of,
    pooled,
    reasons,
    shared_minutes,
    window,
)
from students.days import Slot
from students.policy import Policy
from tests.scene import CHINA, school_days

POLICY = Policy()
TODAY = date(2026, 12, 1)
FIRST = date(2026, 9, 1)


def facts(**known) -> ClassFacts:
    nothing = {"size": 40, "days": (), "registers": (), "shared": (), "unverified": (), "neighbours": ()}
    return ClassFacts(**(nothing | known))


def found(*, policy: Policy = POLICY, today: date = TODAY, **known) -> dict[ReasonKind, object]:
    return {each.kind: each for each in reasons(facts(**known), day=today, policy=policy)}


def registered(pattern: str, *, last: date = date(2026, 11, 30)) -> list[RegisteredDay]:
    """Registered weekdays up to ``last``: "x" a day with absence, "-" a full one."""
    days = [last - timedelta(days=back) for back in range(600) if (last - timedelta(days=back)).weekday() < 5]
    days = days[: len(pattern)][::-1]
    return [RegisteredDay(day, "AM", each == "-") for day, each in zip(days, pattern, strict=True)]


def register(day: date, slot=Slot.AM, *, at: datetime | None = None, hour=8, minute=0, of=1, by=7, is_entered=False):
    at = at or datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)
    return Register(of, day, slot, by, at, is_entered)


class TestLongFullStretches:
    """连续全勤."""

    lively = "x-" * 30  # nearly every other day somebody is absent: 60 days

    def test_stand_out_against_the_class_s_own_past(self):
        reason = found(days=registered(self.lively + "-" * 20))[ReasonKind.ALL_PRESENT]
        assert "连续21个点名日全勤（40人）" in reason.words
        assert "本班此前59个点名日，30日有人缺勤" in reason.words
        assert "机会不到万分之一" in reason.words
        assert len(reason.facts) == 21

    @pytest.mark.parametrize(("length", "stands_out"), [(19, False), (20, True), (21, True)])
    def test_are_asked_about_from_twenty_days_on(self, length, stands_out):
        days = registered("x" * 60 + "-" * length)
        assert (ReasonKind.ALL_PRESENT in found(days=days)) == stands_out

    @pytest.mark.parametrize(("known", "stands_out"), [(39, False), (40, True), (41, True)])
    def test_say_nothing_without_enough_days_to_compare(self, known, stands_out):
        days = registered("x" * known + "-" * 25)
        assert (ReasonKind.ALL_PRESENT in found(days=days)) == stands_out

    @pytest.mark.parametrize("length", [20, 60, 200])
    @pytest.mark.parametrize("size", [1, 8, 45])
    def test_of_a_class_that_was_never_absent_are_no_reason_by_themselves(self, length, size):
        assert found(size=size, days=registered("-" * length)) == {}

    def test_are_compared_with_neighbours_where_there_is_no_past(self):
        near = past_of("本校同年级其他班本学期", registered(self.lively), 40)
        reason = found(days=registered("-" * 25), neighbours=[near])[ReasonKind.ALL_PRESENT]
        assert "本校同年级其他班本学期60个点名日，30日有人缺勤" in reason.words

    def test_are_no_reason_where_the_neighbours_are_as_full(self):
        days = registered("x" * 60 + "-" * 25)
        full = past_of("本校同年级其他班本学期", registered("x" + "-" * 100), 40)
        assert ReasonKind.ALL_PRESENT in found(days=days)
        assert found(days=days, neighbours=[full]) == {}

    def test_hear_the_next_neighbours_where_the_nearest_were_never_absent(self):
        never = past_of("近", registered("-" * 100), 40)
        county = past_of("远", registered(self.lively), 40)
        assert found(days=registered("-" * 25), neighbours=[never]) == {}
        assert "远60个点名日" in found(days=registered("-" * 25), neighbours=[never, county])["all_present"].words

    def test_of_a_small_class_are_held_against_its_size(self):
        """Forty children are all there half of the days; five nearly always."""
        near = past_of("邻班", registered("xx--" * 20), 40)
        days = registered("-" * 30)
        assert ReasonKind.ALL_PRESENT in found(size=40, days=days, neighbours=[near])
        assert found(size=5, days=days, neighbours=[near]) == {}

    def test_are_not_surprising_where_absence_comes_in_rows(self):
        """A week of illness, then weeks without: after a full day nearly always another."""
        assert found(days=registered(("x" * 5 + "-" * 30) * 3 + "x" * 5 + "-" * 25)) == {}

    @pytest.mark.parametrize(("ago", "stands_out"), [(46, False), (45, True), (44, True)])
    def test_count_while_they_reach_the_days_that_are_looked_at(self, ago, stands_out):
        last = TODAY - timedelta(days=ago)
        while last.weekday() > 4:
            last -= timedelta(days=1)
        days = registered("x" * 60 + "-" * 25, last=last)
        assert (ReasonKind.ALL_PRESENT in found(days=days)) == (last >= window(TODAY, POLICY)[0])
        assert stands_out or last < window(TODAY, POLICY)[0]

    @pytest.mark.parametrize(("limit", "stands_out"), [(9, False), (10, True), (11, True)])
    def test_stand_out_below_the_chance_that_the_county_has_set(self, limit, stands_out):
        """Never full before, so even odds: ten times in a row is a chance of 9.8 in 10,000."""
        policy = Policy(full_chance=limit, full_days=11)
        days = registered("x" * 60 + "-" * 11)
        assert (ReasonKind.ALL_PRESENT in found(days=days, policy=policy)) == stands_out

    @given(st.text("x-", min_size=0, max_size=80), st.integers(1, 60))
    def test_a_longer_one_is_never_likelier(self, pattern, size):
        past = past_of("", registered(pattern), 40)
        chances = [past.chance(length, size) for length in range(1, 60)]
        assert all(0 < each <= 1 for each in chances)
        assert chances == sorted(chances, reverse=True)

    @given(st.lists(st.tuples(st.text("x-", max_size=30), st.integers(0, 60)), max_size=5))
    def test_several_classes_are_one_past(self, classes):
        pasts = [past_of("", registered(pattern), size) for pattern, size in classes]
        whole = pooled("邻班", pasts)
        known = [each for each in pasts if each.days and each.size]
        assert (whole.days, whole.again) == (sum(p.days for p in known), sum(p.again for p in known))
        assert not known or min(p.size for p in known) <= whole.size + 1e-9

    @given(st.integers(0, 400), st.integers(0, 80))
    def test_without_an_absence_anywhere_nobody_is_named(self, length, size):
        near = past_of("邻班", registered("-" * length), size)
        assert found(size=size, days=registered("-" * length), neighbours=[near]) == {}


class TestBatches:
    """事后成批补交."""

    def batch(self, number: int, *, minutes: int = 1, late: bool = True, **fields) -> list[Register]:
        """Two registers of each day, sent ``minutes`` after one another; late, or each on its day."""
        days = school_days(date(2026, 11, 2), (number + 1) // 2)
        start = datetime(2026, 11, 20, 20, 0, tzinfo=CHINA)
        places = [(day, slot) for day in days for slot in (Slot.AM, Slot.PM)][:number]
        return [
            register(day, slot, at=start + timedelta(minutes=minutes * n), **fields)
            if late
            else register(day, slot, hour=8 if slot is Slot.AM else 14, minute=n % 60, **fields)
            for n, (day, slot) in enumerate(places)
        ]

    @pytest.mark.parametrize(("number", "stands_out"), [(5, False), (6, True), (7, True)])
    def test_of_six_registers_stand_out(self, number, stands_out):
        assert (ReasonKind.BATCH in found(registers=self.batch(number))) == stands_out

    def test_are_told_with_moment_and_days(self):
        reason = found(registers=self.batch(6))[ReasonKind.BATCH]
        assert reason.words == "11月20日20:00至20:05补交了6次点名，是11月2日至11月4日的。"
        assert reason.facts[0] == Fact(date(2026, 11, 2), "AM")

    @pytest.mark.parametrize(("minutes", "stands_out"), [(9, True), (10, True), (11, False)])
    def test_are_within_ten_minutes_of_one_another(self, minutes, stands_out):
        assert (ReasonKind.BATCH in found(registers=self.batch(6, minutes=minutes))) == stands_out

    def test_of_the_day_itself_are_none(self):
        assert found(registers=self.batch(20, late=False)) == {}

    def test_entered_from_paper_are_none(self):
        assert found(registers=self.batch(40, minutes=0, is_entered=True)) == {}

    def test_kept_by_a_device_and_sent_together_are_none(self):
        """They are judged by when they were pressed, each on its day."""
        kept = [register(day, hour=8, minute=day.day) for day in school_days(date(2026, 11, 2), 8)]
        assert found(registers=kept) == {}


class TestTheSameMinute:
    """总在同一分钟."""

    def mornings(self, same: int, other: int, **fields) -> list[Register]:
        days = school_days(date(2026, 10, 26), same + other)
        return [register(day, minute=2 if n < same else n, **fields) for n, day in enumerate(days)]

    @pytest.mark.parametrize(("same", "stands_out"), [(9, False), (10, True), (11, True)])
    def test_stands_out_from_ten_days_on(self, same, stands_out):
        assert (ReasonKind.SAME_MINUTE in found(registers=self.mornings(same, 0))) == stands_out

    @pytest.mark.parametrize(("other", "stands_out"), [(7, True), (8, True), (9, False)])
    def test_stands_out_from_three_fifths_on(self, other, stands_out):
        assert (ReasonKind.SAME_MINUTE in found(registers=self.mornings(12, other))) == stands_out

    def test_is_told_with_its_numbers(self):
        reason = found(registers=self.mornings(12, 3))[ReasonKind.SAME_MINUTE]
        assert reason.words == "10月26日至11月13日当天提交的15次上午点名，有12次都在8:02提交。"
        assert len(reason.facts) == 12

    def test_of_registers_from_paper_or_a_workbook_says_nothing(self):
        assert found(registers=self.mornings(20, 0, is_entered=True)) == {}


class TestOnePersonInSeveralClasses:
    """几个班同时提交."""

    def sent(self, classes: int, days: int, **fields) -> list[Register]:
        return [
            register(day, of=of, minute=30, **fields)
            for day in school_days(date(2026, 11, 2), days)
            for of in range(1, classes + 1)
        ]

    def kinds(self, registers) -> set:
        return set(found(shared=shared_minutes(registers, POLICY).get(1, ())))

    @pytest.mark.parametrize(("classes", "stands_out"), [(2, False), (3, True), (4, True)])
    def test_stands_out_from_three_classes_on(self, classes, stands_out):
        assert (ReasonKind.SAME_MOMENT in self.kinds(self.sent(classes, 3))) == stands_out

    @pytest.mark.parametrize(("days", "stands_out"), [(2, False), (3, True), (4, True)])
    def test_stands_out_from_three_days_on(self, days, stands_out):
        assert (ReasonKind.SAME_MOMENT in self.kinds(self.sent(3, days))) == stands_out

    def test_says_which_minute_was_the_fullest(self):
        shared = shared_minutes(self.sent(4, 3), POLICY)[1]
        [reason] = reasons(facts(shared=shared), day=TODAY, policy=POLICY)
        assert "有3天，同一个人在同一分钟里提交了本班和别的班的点名；最多的一次是11月4日8:30，4个班。" in reason.words
        assert len(reason.facts) == 3

    @pytest.mark.parametrize("fields", [{"by": None}, {"is_entered": True}])
    def test_of_nobody_or_from_paper_says_nothing(self, fields):
        assert shared_minutes(self.sent(5, 5, **fields), POLICY) == {}

    def test_of_several_people_is_honest(self):
        assert shared_minutes([each._replace(by=each.school_class) for each in self.sent(5, 5)], POLICY) == {}


class TestWhatWasNeverVerified:
    """待核实没有核实."""

    def marks(self, *waited: int) -> list[Unverified]:
        return [Unverified(date(2026, 10, 12 + n), "AM", each) for n, each in enumerate(waited)]

    @pytest.mark.parametrize(("waited", "stands_out"), [(9, False), (10, True), (11, True)])
    def test_stands_out_after_ten_school_days(self, waited, stands_out):
        assert (ReasonKind.UNVERIFIED in found(unverified=self.marks(waited, waited))) == stands_out

    @pytest.mark.parametrize(("number", "stands_out"), [(1, False), (2, True), (3, True)])
    def test_stands_out_from_two_on(self, number, stands_out):
        assert (ReasonKind.UNVERIFIED in found(unverified=self.marks(*[30] * number))) == stands_out

    def test_is_told_with_the_oldest(self):
        reason = found(unverified=self.marks(30, 29, 3))[ReasonKind.UNVERIFIED]
        assert reason.words == "2人次待核实满10个上课日还没有核实，最早的是10月12日。"


class TestOddHours:
    """远离上课时间."""

    def taken(self, number: int, hour: int, minute: int, slot=Slot.AM, **fields) -> list[Register]:
        """Registers a few seconds apart in minutes, so that no minute is the same."""
        days = school_days(date(2026, 11, 2), number)
        return [register(day, slot, hour=hour, minute=minute, **fields) for day in days]

    @pytest.mark.parametrize(("number", "stands_out"), [(4, False), (5, True), (6, True)])
    def test_stand_out_from_five_on(self, number, stands_out):
        assert (ReasonKind.ODD_HOURS in found(registers=self.taken(number, 6, 0))) == stands_out

    @pytest.mark.parametrize(
        ("hour", "minute", "slot", "stands_out"),
        [
            (6, 59, Slot.AM, True), (7, 0, Slot.AM, True), (7, 1, Slot.AM, False),
            (13, 59, Slot.AM, False), (14, 0, Slot.AM, True), (14, 1, Slot.AM, True),
            (13, 0, Slot.PM, True), (13, 1, Slot.PM, False), (19, 59, Slot.PM, False), (20, 0, Slot.PM, True),
            (18, 0, Slot.EV, True), (18, 1, Slot.EV, False), (23, 59, Slot.EV, False),
        ],
    )  # fmt: skip
    def test_are_an_hour_before_the_slot_or_six_after_its_beginning(self, hour, minute, slot, stands_out):
        assert (ReasonKind.ODD_HOURS in found(registers=self.taken(5, hour, minute, slot))) == stands_out

    def test_are_told_apart(self):
        registers = self.taken(3, 6, 0) + self.taken(3, 21, 0, Slot.PM)
        assert (
            "有6次点名远离这一节开始的时间：3次早60分钟以上，3次晚6小时以上"
            in found(registers=registers)["odd_hours"].words
        )

    def test_of_paper_or_of_another_day_are_none(self):
        assert found(registers=self.taken(20, 3, 0, is_entered=True)) == {}
        late = [
            each._replace(taken_at=each.taken_at + timedelta(days=3, hours=n))
            for n, each in enumerate(self.taken(20, 3, 0))
        ]
        assert ReasonKind.ODD_HOURS not in found(registers=late)


def test_an_ordinary_class_has_no_reason():
    days = school_days(date(2026, 10, 19), 30)
    registers = [
        register(day, slot, hour=hour, minute=(day.day * 7 + hour) % 13)
        for day in days
        for slot, hour in ((Slot.AM, 8), (Slot.PM, 14))
    ]
    assert (
        found(days=registered("xx-x--x---xx" * 6), registers=registers, unverified=[Unverified(days[0], "AM", 3)]) == {}
    )


def test_every_reason_at_once():
    lively = "x" * 60 + "-" * 20
    late = TestBatches().batch(6)
    same = TestTheSameMinute().mornings(12, 0)
    odd = TestOddHours().taken(5, 5, 0, Slot.PM)
    shared = shared_minutes(TestOnePersonInSeveralClasses().sent(3, 3), POLICY)[1]
    known = {"days": registered(lively), "registers": late + same + odd, "shared": shared}
    assert set(found(**known, unverified=TestWhatWasNeverVerified().marks(20, 20))) == set(ReasonKind)


def test_a_past_of_nothing_says_nothing():
    assert not Past("").speaks(POLICY)
    assert not pooled("", []).speaks(POLICY)

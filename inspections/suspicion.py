"""Why a class should be counted in person 随机清点: what stands out in its registers, each time with its numbers and
days (domain.md §8). Pure.

A reason is no finding: it costs nothing and says only that somebody should go and look. What can be honest by itself is
none: a register that a device kept until there was a network is judged by the moment at which it was pressed, a month
entered from paper 补录 not by the moment of its saving. Thresholds are those of 县级规定 (students/policy.py).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from students.days import Slot
from students.policy import Policy
from students.register_days import BEGINS


class ReasonKind(StrEnum):
    """What stood out (清点理由)."""

    ALL_PRESENT = "all_present"
    BATCH = "batch"
    SAME_MINUTE = "same_minute"
    SAME_MOMENT = "same_moment"
    UNVERIFIED = "unverified"
    ODD_HOURS = "odd_hours"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS = {
    ReasonKind.ALL_PRESENT: "长期全勤",
    ReasonKind.BATCH: "事后成批补交",
    ReasonKind.SAME_MINUTE: "总在同一分钟",
    ReasonKind.SAME_MOMENT: "几个班同时提交",
    ReasonKind.UNVERIFIED: "待核实没有核实",
    ReasonKind.ODD_HOURS: "远离上课时间",
}
# How each is found, printed under the list.
DEFINITIONS = {
    ReasonKind.ALL_PRESENT: "连续全勤的点名日，和本班此前、同年级其他班比较："
    "照“全勤的次日仍全勤”的比例推算，这么长的全勤机会很小。对照的点名日不够、或者对照里从来没有人缺勤的，不作判断；人数不同的按人数折算。",
    ReasonKind.BATCH: "当天以后才提交的点名，几分钟之内交了好几次。"
    "整月补录和工作簿导入不算；没有网络时留在手机上的，按点名的时间算。",
    ReasonKind.SAME_MINUTE: "当天提交的同一节次的点名，多数在同一分钟提交。",
    ReasonKind.SAME_MOMENT: "同一个人在同一分钟里提交了几个班的点名，不止一次。",
    ReasonKind.UNVERIFIED: "点名记了待核实，过了很久没有核实。有请假的、后来停课的不算。",
    ReasonKind.ODD_HOURS: "当天提交的点名，比这一节开始早很多或晚很多。",
}


class Register(NamedTuple):
    """A register of a class. ``taken_at``: local, when it was pressed, also where it arrived later.

    ``by``: the id of who took it; ``is_entered``: from paper or a workbook, so that its moment says nothing.
    """

    school_class: int
    day: date
    slot: Slot
    by: int | None
    taken_at: datetime
    is_entered: bool

    @property
    def is_late(self) -> bool:
        """Taken after its day was over."""
        return self.taken_at.date() > self.day

    @property
    def minute(self) -> int:
        """Of the day, from midnight."""
        return self.taken_at.hour * 60 + self.taken_at.minute


class RegisteredDay(NamedTuple):
    """A day on which a class's register was taken: a slot of it, and whether nobody was absent in any."""

    day: date
    slot: str
    is_full: bool


class Unverified(NamedTuple):
    """A child's 待核实 of a day: a slot so marked, and the class's school days since."""

    day: date
    slot: str
    waited: int


class Fact(NamedTuple):
    """A register that a reason speaks of."""

    day: date
    slot: str


@dataclass(frozen=True)
class Reason:
    """Why a class should be counted: in one sentence, and the registers that it speaks of."""

    kind: ReasonKind
    words: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Past:
    """How full days followed one another elsewhere: before, or in other classes. ``label`` names them.

    ``days`` on which a register was taken, ``with_absence`` of them; after ``full`` full days the next one was full
    ``again`` times. ``size``: children of a class, in the mean.
    """

    label: str
    days: int = 0
    with_absence: int = 0
    full: int = 0
    again: int = 0
    size: float = 0

    def speaks(self, policy: Policy) -> bool:
        """Whether it knows enough days, and absence at all: what was never absent says nothing of chances."""
        return self.days >= policy.full_known_days and self.with_absence > 0 and self.size > 0

    def chance(self, length: int, size: int) -> float:
        """Of ``length`` full days in a row, once the first is full, in a class of ``size`` children.

        The share of full days that a full day followed, by the rule of succession, taken to the size of the class:
        with half the children absence is half as likely. One day leads to the next, so that a child's week of illness
        is not counted as five pieces of bad luck.
        """
        share = (self.again + 1) / (self.full + 2)
        return share ** (size / self.size * (length - 1))

    @property
    def words(self) -> str:
        return (
            f"{self.label}{self.days}个点名日，{self.with_absence}日有人缺勤，"
            f"全勤的次日有{self.full}日，其中仍全勤{self.again}日"
        )


def past_of(label: str, days: Iterable[RegisteredDay], size: float) -> Past:
    """What the registered days of one class, in order, say."""
    total = absent = full = again = 0
    before = None
    for each in days:
        total += 1
        absent += not each.is_full
        if before:
            full += 1
            again += each.is_full
        before = each.is_full
    return Past(label, total, absent, full, again, size)


def pooled(label: str, pasts: Iterable[Past]) -> Past:
    """Several classes as one; their size is the mean over their days."""
    known = [each for each in pasts if each.days and each.size]
    days = sum(each.days for each in known)
    return Past(
        label,
        days,
        sum(each.with_absence for each in known),
        sum(each.full for each in known),
        sum(each.again for each in known),
        sum(each.size * each.days for each in known) / days if days else 0,
    )


@dataclass(frozen=True)
class ClassFacts:
    """What is known of a class.

    ``size``: children who attend it; ``days``: every registered day of a year, in order; ``registers``: those of the
    window; ``shared``: minutes in which one person sent the registers of several classes, this one's among them;
    ``neighbours``: other classes, the nearest first, of which the first that knows enough is heard.
    """

    size: int
    days: Sequence[RegisteredDay]
    registers: Sequence[Register]
    shared: Sequence["SharedMinute"]
    unverified: Sequence[Unverified]
    neighbours: Sequence[Past]


class SharedMinute(NamedTuple):
    """A minute in which one person sent the registers of ``classes`` classes; ``facts`` are those of one of them."""

    at: datetime
    classes: int
    facts: tuple[Fact, ...]


def window(day: date, policy: Policy) -> tuple[date, date]:
    """The first and the last day that are looked at on ``day``: days that are over."""
    return day - timedelta(days=policy.spot_window), day - timedelta(days=1)


def reasons(facts: ClassFacts, *, day: date, policy: Policy) -> list[Reason]:
    """Why the class should be counted, as seen on ``day``; nothing where nothing stands out."""
    found = (
        _all_present(facts, window(day, policy)[0], policy),
        _batch(facts.registers, policy),
        _same_minute(facts.registers, policy),
        _same_moment(facts.shared, policy),
        _unverified(facts.unverified, policy),
        _odd_hours(facts.registers, policy),
    )
    return [reason for reason in found if reason]


def _all_present(facts: ClassFacts, since: date, policy: Policy) -> Reason | None:
    start, length = _longest_full(facts.days, since)
    if length < policy.full_days or not facts.size:
        return None
    stretch = facts.days[start : start + length]
    own = past_of("本班此前", facts.days[:start], facts.size)
    near = next((past for past in facts.neighbours if past.speaks(policy)), None)
    heard = [past for past in (own, near) if past and past.speaks(policy)]
    chances = [past.chance(length, facts.size) for past in heard]
    if not heard or max(chances) * 10_000 >= policy.full_chance:
        return None
    return Reason(
        ReasonKind.ALL_PRESENT,
        f"{_days(stretch[0].day, stretch[-1].day)}连续{length}个点名日全勤（{facts.size}人）。"
        f"{'；'.join(past.words for past in heard)}。照此推算，这么长的全勤机会{_chance(max(chances))}。",
        tuple(Fact(each.day, each.slot) for each in stretch),
    )


def _longest_full(days: Sequence[RegisteredDay], since: date) -> tuple[int, int]:
    """(position, length) of the longest unbroken row of full days that reaches ``since``; the later of equals."""
    best, start = (0, 0), 0
    for position, each in enumerate(days):
        if not each.is_full:
            start = position + 1
        elif each.day >= since and position + 1 - start >= best[1]:
            best = start, position + 1 - start
    return best


def _chance(chance: float) -> str:
    """不到万分之一; 约为万分之3.2."""
    return "不到万分之一" if chance < 0.0001 else f"约为万分之{chance * 10_000:.1f}"


def _batch(registers: Sequence[Register], policy: Policy) -> Reason | None:
    largest: list[Register] = []
    for batch in _batches(registers, timedelta(minutes=policy.batch_minutes)):
        if len(batch) >= len(largest):
            largest = batch
    if len(largest) < policy.batch_registers:
        return None
    first, last = largest[0].taken_at, largest[-1].taken_at
    days = sorted({each.day for each in largest})
    moments = _moment(first) if _moment(first) == _moment(last) else f"{_moment(first)}至{_hour(last)}"
    return Reason(
        ReasonKind.BATCH,
        f"{moments}补交了{len(largest)}次点名，是{_days(days[0], days[-1])}的。",
        _facts(largest),
    )


def _batches(registers: Sequence[Register], gap: timedelta) -> Iterator[list[Register]]:
    """Late registers in the order of their taking, those together that follow one another within ``gap``."""
    batch: list[Register] = []
    late = (each for each in registers if each.is_late and not each.is_entered)
    for each in sorted(late, key=lambda each: (each.taken_at, each.day, each.slot)):
        if batch and each.taken_at - batch[-1].taken_at > gap:
            yield batch
            batch = []
        batch.append(each)
    yield batch


def _on_their_day(registers: Iterable[Register]) -> Iterator[Register]:
    return (each for each in registers if not each.is_late and not each.is_entered)


def _same_minute(registers: Sequence[Register], policy: Policy) -> Reason | None:
    of_slot: dict[Slot, list[Register]] = defaultdict(list)
    for each in sorted(_on_their_day(registers)):
        of_slot[each.slot].append(each)
    found = []
    for slot, taken in of_slot.items():
        minute, times = max(Counter(each.minute for each in taken).items(), key=lambda item: (item[1], -item[0]))
        if times >= policy.same_minute_days and times * 100 >= policy.same_minute_share * len(taken):
            found.append((times, minute, slot, taken))
    if not found:
        return None
    times, minute, slot, taken = max(found, key=lambda each: (each[0], each[2]))
    same = [each for each in taken if each.minute == minute]
    days, at = _days(taken[0].day, taken[-1].day), _hour(same[0].taken_at)
    return Reason(
        ReasonKind.SAME_MINUTE,
        f"{days}当天提交的{len(taken)}次{slot.label}点名，有{times}次都在{at}提交。",
        _facts(same),
    )


def shared_minutes(registers: Iterable[Register], policy: Policy) -> Mapping[int, list[SharedMinute]]:
    """Class → the minutes in which one person sent registers of so many classes that nobody stood in all of them."""
    of_minute: dict[tuple[int, datetime], list[Register]] = defaultdict(list)
    for each in registers:
        if each.by is not None and not each.is_entered:
            of_minute[each.by, each.taken_at.replace(second=0, microsecond=0)].append(each)
    found = defaultdict(list)
    for (_, at), taken in sorted(of_minute.items(), key=lambda item: item[0][1]):
        classes = {each.school_class for each in taken}
        if len(classes) >= policy.same_moment_classes:
            for school_class in classes:
                own = _facts(each for each in taken if each.school_class == school_class)
                found[school_class].append(SharedMinute(at, len(classes), own))
    return found


def _same_moment(shared: Sequence[SharedMinute], policy: Policy) -> Reason | None:
    days = sorted({each.at.date() for each in shared})
    if len(days) < policy.same_moment_days:
        return None
    most = max(shared, key=lambda each: (each.classes, each.at))
    return Reason(
        ReasonKind.SAME_MOMENT,
        f"{_days(days[0], days[-1])}有{len(days)}天，同一个人在同一分钟里提交了本班和别的班的点名；"
        f"最多的一次是{_moment(most.at)}，{most.classes}个班。",
        tuple(fact for each in shared for fact in each.facts),
    )


def _unverified(marks: Sequence[Unverified], policy: Policy) -> Reason | None:
    old = sorted(each for each in marks if each.waited >= policy.unverified_days)
    if len(old) < policy.unverified_marks:
        return None
    return Reason(
        ReasonKind.UNVERIFIED,
        f"{len(old)}人次待核实满{policy.unverified_days}个上课日还没有核实，最早的是{_day(old[0].day)}。",
        tuple(dict.fromkeys(Fact(each.day, each.slot) for each in old)),
    )


def _odd_hours(registers: Sequence[Register], policy: Policy) -> Reason | None:
    early, late = [], []
    for each in _on_their_day(registers):
        before = BEGINS[each.slot] * 60 - each.minute
        if before >= policy.early_minutes:
            early.append(each)
        elif -before >= policy.late_hours * 60:
            late.append(each)
    odd = sorted(early + late)
    if len(odd) < policy.odd_hours:
        return None
    parts = [f"{len(early)}次早{policy.early_minutes}分钟以上"] if early else []
    parts += [f"{len(late)}次晚{policy.late_hours}小时以上"] if late else []
    return Reason(
        ReasonKind.ODD_HOURS,
        f"{_days(odd[0].day, odd[-1].day)}有{len(odd)}次点名远离这一节开始的时间：{'，'.join(parts)}。",
        _facts(odd),
    )


def _facts(registers: Iterable[Register]) -> tuple[Fact, ...]:
    return tuple(sorted(Fact(each.day, each.slot) for each in registers))


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _days(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)}至{_day(last)}"


def _hour(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02d}"


def _moment(at: datetime) -> str:
    return f"{_day(at.date())}{_hour(at)}"

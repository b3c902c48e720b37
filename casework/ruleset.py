"""规则集 (rule sets): the escalation ladder as dated data, read and checked (domain.md §4). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from students.calendar import SchoolDays
from students.enrolment import REPORTED_CHANGES, EventKind


class Tier(StrEnum):
    """What is owed (待办的种类)."""

    CONTACT = "contact"
    HOME_VISIT = "home_visit"
    JOINT_VISIT = "joint_visit"
    ABSENCE_REPORT = "absence_report"
    LOSS_REPORT = "loss_report"
    RETURN_REPORT = "return_report"
    CHANGE_REPORT = "change_report"
    CHANGE_EVIDENCE = "change_evidence"
    SUSPENSION_END = "suspension_end"
    OPENING_VISIT = "opening_visit"
    EXCUSED_CHECK = "excused_check"
    NEXT_ATTEMPT = "next_attempt"
    UNREACHED_VISIT = "unreached_visit"

    @property
    def label(self) -> str:
        return TIER_LABELS[self]


TIER_LABELS = {
    Tier.CONTACT: "联系家长",
    Tier.HOME_VISIT: "家访",
    Tier.JOINT_VISIT: "联合家访",
    Tier.ABSENCE_REPORT: "缺课报告",
    Tier.LOSS_REPORT: "流失报告",
    Tier.RETURN_REPORT: "复学报告",
    Tier.CHANGE_REPORT: "变动报告",
    Tier.CHANGE_EVIDENCE: "证明材料",
    Tier.SUSPENSION_END: "休学期满",
    Tier.OPENING_VISIT: "开学未到家访",
    Tier.EXCUSED_CHECK: "长假核实",
    Tier.NEXT_ATTEMPT: "再次联系",
    Tier.UNREACHED_VISIT: "联系不上家访",
}
REPORT_TIERS = frozenset({Tier.ABSENCE_REPORT, Tier.LOSS_REPORT, Tier.RETURN_REPORT, Tier.CHANGE_REPORT})
VISIT_TIERS = frozenset({Tier.HOME_VISIT, Tier.JOINT_VISIT, Tier.OPENING_VISIT, Tier.UNREACHED_VISIT})
ATTEMPT_TIERS = frozenset({Tier.NEXT_ATTEMPT, Tier.UNREACHED_VISIT})  # after calls that reached nobody
PAPER_TIERS = frozenset({Tier.CHANGE_EVIDENCE, Tier.SUSPENSION_END})  # done in the registry, neither call nor report
# What ``export obligations`` tells (contract.md): its table is fixed, and what came later stays out of it.
EXPORTED_TIERS = frozenset(Tier) - PAPER_TIERS - ATTEMPT_TIERS - {Tier.OPENING_VISIT, Tier.EXCUSED_CHECK}


class Measure(StrEnum):
    """What a trigger counts."""

    UNEXCUSED_SLOTS = "unexcused_slots"
    UNEXCUSED_PERIODS = "unexcused_periods"
    ABSENT_DAY = "absent_day"
    RUN_SCHOOL_DAYS = "run_school_days"
    RUN_CALENDAR_DAYS = "run_calendar_days"
    ABSENT_DAYS_IN_WINDOW = "absent_days_in_window"
    PRESENT_AFTER = "present_after"
    CHANGE_EVENT = "change_event"
    SUSPENSION_END = "suspension_end"
    OPENING_ABSENCE = "opening_absence"
    EXCUSED_DAYS = "excused_days"
    UNANSWERED_DAYS = "unanswered_days"
    REPORTED_LEFT = "reported_left"


# A day's measures name the day, a run's measures name the run: an obligation is owed once per key, so a tier that
# mixed the two could not say how often it is owed.
DAY_MEASURES = frozenset({Measure.UNEXCUSED_SLOTS, Measure.UNEXCUSED_PERIODS, Measure.ABSENT_DAY})
RUN_MEASURES = frozenset({Measure.RUN_SCHOOL_DAYS, Measure.RUN_CALENDAR_DAYS, Measure.ABSENT_DAYS_IN_WINDOW})
KEYED_BY_DAY = DAY_MEASURES | {Measure.OPENING_ABSENCE}
MISSED_DAY_MEASURES = KEYED_BY_DAY | RUN_MEASURES
# Nothing to count: the threshold is 1.
YES_OR_NO = frozenset({Measure.ABSENT_DAY, Measure.OPENING_ABSENCE, Measure.REPORTED_LEFT})
MEASURES_OF = {
    Tier.LOSS_REPORT: RUN_MEASURES | {Measure.REPORTED_LEFT},
    Tier.CONTACT: DAY_MEASURES,
    Tier.RETURN_REPORT: frozenset({Measure.PRESENT_AFTER}),
    Tier.CHANGE_REPORT: frozenset({Measure.CHANGE_EVENT}),
    Tier.CHANGE_EVIDENCE: frozenset({Measure.CHANGE_EVENT}),
    Tier.SUSPENSION_END: frozenset({Measure.SUSPENSION_END}),
    Tier.OPENING_VISIT: frozenset({Measure.OPENING_ABSENCE}),
    Tier.EXCUSED_CHECK: frozenset({Measure.EXCUSED_DAYS}),
    Tier.NEXT_ATTEMPT: frozenset({Measure.UNANSWERED_DAYS}),
    Tier.UNREACHED_VISIT: frozenset({Measure.UNANSWERED_DAYS}),
}
MEASURE_WORDS = {
    Measure.UNEXCUSED_SLOTS: "一天内未经请假缺课满{threshold}个节次",
    Measure.UNEXCUSED_PERIODS: "一天内旷课满{threshold}节",
    Measure.ABSENT_DAY: "缺课一整天",
    Measure.RUN_SCHOOL_DAYS: "连续缺课满{threshold}个上课日",
    Measure.RUN_CALENDAR_DAYS: "连续缺课满{threshold}天（含休息日）",
    Measure.ABSENT_DAYS_IN_WINDOW: "{window}天内缺课满{threshold}天",
    Measure.PRESENT_AFTER: "达到“{after}”后第一天到校",
    Measure.CHANGE_EVENT: "发生{events}",
    Measure.SUSPENSION_END: "休学期满前{threshold}天",
    Measure.OPENING_ABSENCE: "学期第一个上课日缺课一整天",
    Measure.EXCUSED_DAYS: "连续请假满{threshold}个上课日",
    Measure.UNANSWERED_DAYS: "孩子没有返校，连续{threshold}天没有联系上",
    Measure.REPORTED_LEFT: "有教师报告学生已离校",
}


class Due(StrEnum):
    """When an obligation is due (时限). "A day" that is no school day of the class becomes its next school day."""

    SAME_DAY = "same_day"
    NEXT_SCHOOL_DAY = "next_school_day"
    WITHIN_DAYS = "within_days"  # so many days of the calendar after the trigger
    WITHIN_SCHOOL_DAYS = "within_school_days"  # so many school days, that of the trigger included
    AT_END = "at_end"  # the day on which the suspension ends

    @property
    def label(self) -> str:
        return DUE_LABELS[self]


DUE_LABELS = {
    Due.SAME_DAY: "当日",
    Due.NEXT_SCHOOL_DAY: "下一个上课日",
    Due.WITHIN_DAYS: "{within}天内",
    Due.WITHIN_SCHOOL_DAYS: "{within}个上课日内",
    Due.AT_END: "期满当日",
}
COUNTED_DUES = frozenset({Due.WITHIN_DAYS, Due.WITHIN_SCHOOL_DAYS})


class RuleError(ValueError):
    """A rule set that contradicts itself; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Trigger:
    """One rung: when ``measure`` reaches ``threshold``, ``responsible`` owes ``tier`` to ``receiver`` by ``due``.

    ``window`` (calendar days) belongs to ABSENT_DAYS_IN_WINDOW, ``after`` to PRESENT_AFTER, ``events`` to CHANGE_EVENT,
    ``within`` to a ``due`` that counts days. ``source`` says where the number comes from.
    """

    step: int
    tier: Tier
    measure: Measure
    responsible: str
    due: Due
    receiver: str
    source: str
    threshold: int = 1
    within: int | None = None
    window: int | None = None
    after: Tier | None = None
    events: frozenset[EventKind] = frozenset()

    @property
    def words(self) -> str:
        """The condition in plain Chinese."""
        return MEASURE_WORDS[self.measure].format(
            threshold=self.threshold,
            window=self.window,
            after=self.after.label if self.after else "",
            events="、".join(kind.label for kind in EventKind if kind in self.events),
        )

    @property
    def due_words(self) -> str:
        """The time there is, in plain Chinese."""
        return self.due.label.format(within=self.within)

    def due_on(self, triggered_on: date, school_days: SchoolDays, *, ends_on: date | None = None) -> date:
        """The day by which it has to be done; ``ends_on``: the day on which what it speaks of ends."""
        if self.due is Due.NEXT_SCHOOL_DAY:
            return school_days.after(triggered_on)
        if self.due is Due.WITHIN_DAYS:
            return school_days.on_or_after(triggered_on + timedelta(days=self.within))
        day = school_days.on_or_after(max(triggered_on, ends_on or triggered_on))
        if self.due is Due.WITHIN_SCHOOL_DAYS:
            for _ in range(self.within - 1):
                day = school_days.after(day)
        return day

    def window_start(self, day: date) -> date:
        """The first day of the window that ends on ``day``."""
        return day - timedelta(days=self.window - 1)


@dataclass(frozen=True)
class RuleSet:
    """A ladder: its rungs by what they look at. ``key`` names it in the store (an id there, a code in tests)."""

    key: int | str
    code: str
    title: str
    triggers: tuple[Trigger, ...]

    def __post_init__(self):
        # Asked for every missed day of every child, so sorted once.
        by_measure = {measure: tuple(t for t in self.triggers if t.measure is measure) for measure in Measure}
        object.__setattr__(self, "on_missed_day", tuple(t for t in self.triggers if t.measure in MISSED_DAY_MEASURES))
        object.__setattr__(self, "on_return", by_measure[Measure.PRESENT_AFTER])
        object.__setattr__(self, "on_change", by_measure[Measure.CHANGE_EVENT])
        object.__setattr__(self, "on_suspension_end", by_measure[Measure.SUSPENSION_END])
        object.__setattr__(self, "on_excused_day", by_measure[Measure.EXCUSED_DAYS])
        object.__setattr__(self, "on_unanswered", by_measure[Measure.UNANSWERED_DAYS])
        object.__setattr__(self, "on_report_of_leaving", by_measure[Measure.REPORTED_LEFT])

    def rung(self, step: int) -> Trigger:
        """The rung with this number."""
        return next(trigger for trigger in self.triggers if trigger.step == step)


def read_rule_set(data: Mapping, *, key: int | str | None = None) -> RuleSet:
    """Build a rule set from its data (a YAML preset or a stored row); raises ``RuleError`` in Chinese."""
    try:
        triggers = tuple(_read_trigger(step, row) for step, row in enumerate(data["triggers"], start=1))
        rule_set = RuleSet(key if key is not None else data["code"], data["code"], data["title"], triggers)
    except KeyError as missing:
        raise RuleError(f"规则里缺少“{missing.args[0]}”一项") from None
    if not triggers:
        raise RuleError("规则里没有任何一级")
    # Only what a missed day or a report 已离校 has brought about can be followed by a return.
    away = MISSED_DAY_MEASURES | {Measure.REPORTED_LEFT}
    tiers = {trigger.tier for trigger in triggers if trigger.measure in away}
    for trigger in triggers:
        if trigger.after and trigger.after not in tiers:
            raise RuleError(f"“{trigger.tier.label}”以“{trigger.after.label}”为前提，但规则里没有这样的一级在它之前")
    return rule_set


def _known(enumeration, value, what: str):
    try:
        return enumeration(value)
    except ValueError:
        raise RuleError(f"不认识的{what}：“{value}”") from None


def _read_trigger(step: int, row: Mapping) -> Trigger:
    trigger = Trigger(
        step=row.get("step", step),
        tier=_known(Tier, row["tier"], "待办种类"),
        measure=_known(Measure, row["measure"], "计算方法"),
        responsible=row["responsible"],
        due=_known(Due, row["due"], "时限"),
        receiver=row["receiver"],
        source=row["source"],
        threshold=row.get("threshold", 1),
        within=row.get("within"),
        window=row.get("window"),
        after=_known(Tier, row["after"], "前提") if "after" in row else None,
        events=frozenset(_known(EventKind, kind, "学籍变动") for kind in row.get("events", ())),
    )
    if reason := _contradiction(trigger):
        raise RuleError(f"“{trigger.tier.label}”{reason}")
    return trigger


def _contradiction(trigger: Trigger) -> str:
    """What nobody could explain about a rung; blank where it holds together."""
    measure = trigger.measure
    checks = (
        (measure not in MEASURES_OF.get(trigger.tier, RUN_MEASURES), "不能用这种方法来计算"),
        (trigger.threshold < 1, "的门槛应至少为1"),
        (measure in YES_OR_NO and trigger.threshold > 1, "按一整天计算，门槛只能是1"),
        ((measure is Measure.PRESENT_AFTER) != (trigger.after is not None), "：到校后才触发的必须写前提，其他的不写"),
        ((measure is Measure.CHANGE_EVENT) != bool(trigger.events), "：按学籍变动触发的必须写变动类型，其他的不写"),
        (not trigger.events <= REPORTED_CHANGES, "只能由转入、转出、休学、休学复学、出国、死亡触发"),
        (
            (measure is Measure.ABSENT_DAYS_IN_WINDOW) != (trigger.window is not None),
            "：只有按时段计算缺课天数时才写时段，且必须写",
        ),
        (trigger.window is not None and trigger.window < trigger.threshold, "的时段比门槛还短，永远不会触发"),
        (
            (trigger.due in COUNTED_DUES) != (trigger.within is not None),
            "：时限按天数计算的必须写天数，其他的不写",
        ),
        (trigger.within is not None and trigger.within < 1, "的时限应至少为1天"),
        (trigger.due is Due.AT_END and measure is not Measure.SUSPENSION_END, "没有期满之日，时限不能写期满当日"),
    )
    return next((reason for fails, reason in checks if fails), "")

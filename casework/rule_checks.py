"""规则集 judged as a whole: what nobody could explain, and where a school's ladder is laxer than the county's. Pure.

``covers`` is what both stand on: one rung is reached whenever another one is, on the same day or earlier.
"""

import re
from collections.abc import Iterator

from casework.ruleset import COUNTED_DUES, DAY_MEASURES, Due, Measure, RuleSet, Tier, Trigger
from students.days import Slot

# Who can be owed something by, from the class up to the head: whoever may answer for a duty.
RESPONSIBLE = ("homeroom_teacher", "registry_clerk", "deputy_head", "principal")
MOST_PERIODS_A_SLOT = max(slot.periods for slot in Slot)
# Beyond these a rung is never reached, or long after the child is lost.
HIGHEST = {
    Measure.UNEXCUSED_SLOTS: 10,  # nine periods and the evening
    Measure.UNEXCUSED_PERIODS: 11,
    Measure.ABSENT_DAY: 1,
    Measure.RUN_SCHOOL_DAYS: 60,
    Measure.RUN_CALENDAR_DAYS: 90,
    Measure.ABSENT_DAYS_IN_WINDOW: 60,
    Measure.PRESENT_AFTER: 1,
    Measure.CHANGE_EVENT: 1,
    Measure.SUSPENSION_END: 180,
    Measure.OPENING_ABSENCE: 1,
    Measure.EXCUSED_DAYS: 60,
    Measure.UNANSWERED_DAYS: 10,
    Measure.REPORTED_LEFT: 1,
}
LONGEST_WINDOW = 180  # days
LONGEST_DUE = 60  # days or school days
LOSSES = frozenset({Tier.ABSENCE_REPORT, Tier.LOSS_REPORT})
# What comes after what; the later one may not be reached before the earlier one.
ORDER = (
    (Tier.HOME_VISIT, Tier.JOINT_VISIT),
    (Tier.ABSENCE_REPORT, Tier.LOSS_REPORT),
)
RECEIVERS = re.compile("[、，,]")


def covers(one: Trigger, other: Trigger) -> bool:
    """Whether ``one`` is reached on every day on which ``other`` is, or before; both of the same tier."""
    if one.measure is other.measure:
        return _covers_alike(one, other)
    if Measure.REPORTED_LEFT in (one.measure, other.measure):
        return False  # what somebody tells follows from no register, and no register from it
    match one.measure, other.measure:
        # A slot missed is one period at least, and no slot is longer than four.
        case Measure.UNEXCUSED_PERIODS, Measure.UNEXCUSED_SLOTS:
            return one.threshold <= other.threshold
        case Measure.UNEXCUSED_SLOTS, Measure.UNEXCUSED_PERIODS:
            return one.threshold <= -(-other.threshold // MOST_PERIODS_A_SLOT)
        # A whole day can be a single slot of one period: where only that register was taken.
        case ((Measure.UNEXCUSED_SLOTS | Measure.UNEXCUSED_PERIODS), Measure.ABSENT_DAY):
            return one.threshold == 1
        case Measure.ABSENT_DAY, _:
            return False
        # So many school days last as many days of the calendar at least.
        case Measure.RUN_CALENDAR_DAYS, Measure.RUN_SCHOOL_DAYS:
            return one.threshold <= other.threshold
    return one.measure not in DAY_MEASURES and one.threshold == 1  # the first absent day of a run


def _covers_alike(one: Trigger, other: Trigger) -> bool:
    match one.measure:
        case Measure.SUSPENSION_END:  # so many days before the end
            return one.threshold >= other.threshold
        case Measure.ABSENT_DAYS_IN_WINDOW:
            return one.threshold == 1 or (one.threshold <= other.threshold and one.window >= other.window)
        case Measure.PRESENT_AFTER:
            return one.after is other.after
        case Measure.CHANGE_EVENT:
            return one.events >= other.events
    return one.threshold <= other.threshold


def due_no_later(one: Trigger, other: Trigger) -> bool:
    """Whether what is triggered on the same day is due by ``one`` no later than by ``other``, whatever the calendar."""
    mine, theirs = _due(one), _due(other)
    if mine == theirs or mine == (Due.SAME_DAY, 0):
        return True
    match mine, theirs:
        case (Due.WITHIN_DAYS, few), (Due.WITHIN_DAYS, many):
            return few <= many
        case (Due.WITHIN_SCHOOL_DAYS, few), (Due.WITHIN_SCHOOL_DAYS, many):
            return few <= many
        # The second school day is a day later at least, the third two; a school day can be any number of days later.
        case (Due.WITHIN_DAYS, few), (Due.WITHIN_SCHOOL_DAYS, many):
            return few < many
    return False


def _due(trigger: Trigger) -> tuple[Due, int]:
    """The same due in one form: the next school day is the first one after a day, one school day is the same day."""
    if trigger.due is Due.NEXT_SCHOOL_DAY:
        return Due.WITHIN_DAYS, 1
    if trigger.due is Due.WITHIN_SCHOOL_DAYS and trigger.within == 1:
        return Due.SAME_DAY, 0
    return trigger.due, trigger.within or 0


# ---- a ladder that nobody can explain ------------------------------------------------------------


def contradictions(rule_set: RuleSet) -> list[str]:
    """What nobody could explain about a ladder, each as a Chinese sentence; beyond what a rung alone may not say."""
    return [*_of_rungs(rule_set), *_of_pairs(rule_set), *_missing(rule_set)]


def _of_rungs(rule_set: RuleSet) -> Iterator[str]:
    for trigger in rule_set.triggers:
        name = _named(trigger)
        if trigger.responsible not in RESPONSIBLE:
            yield f"{name}没有写清由谁办：只能是班主任、学籍管理员、分管领导或校长"
        if not trigger.receiver.strip():
            yield f"{name}没有写报给谁"
        if not trigger.source.strip():
            yield f"{name}没有写依据"
        if trigger.threshold > HIGHEST[trigger.measure]:
            yield f"{name}的门槛最多是{HIGHEST[trigger.measure]}，再高就不会触发，或者触发时已经太晚"
        if trigger.window and trigger.window > LONGEST_WINDOW:
            yield f"{name}的时段最长{LONGEST_WINDOW}天"
        if trigger.due in COUNTED_DUES and trigger.within > LONGEST_DUE:
            yield f"{name}的时限最长{LONGEST_DUE}天"
        if trigger.after and trigger.after not in LOSSES:
            yield f"{name}只能以缺课报告或流失报告为前提"


def _of_pairs(rule_set: RuleSet) -> Iterator[str]:
    triggers = rule_set.triggers
    for position, one in enumerate(triggers):
        for other in triggers[position + 1 :]:
            if one.tier is not other.tier:
                continue
            if one.measure is other.measure:
                yield f"第{one.step}级和第{other.step}级都是{one.tier.label}，算法也相同，只能留一级"
            elif covers(one, other) or covers(other, one):
                idle, always = (other, one) if covers(one, other) else (one, other)
                yield f"{_named(idle)}没有作用：到这一步时，第{always.step}级一定已经触发"
    for earlier, later in ORDER:
        for one in (trigger for trigger in triggers if trigger.tier is earlier):
            for other in (trigger for trigger in triggers if trigger.tier is later):
                if covers(other, one) and not covers(one, other):
                    yield (
                        f"{later.label}（{other.words}）比{earlier.label}（{one.words}）还早，"
                        f"应当先有{earlier.label}，后有{later.label}"
                    )


def _missing(rule_set: RuleSet) -> Iterator[str]:
    tiers = {trigger.tier for trigger in rule_set.triggers}
    if Tier.CONTACT not in tiers:
        yield "没有联系家长这一级：孩子缺了课，当天没有人问"
    if Tier.LOSS_REPORT not in tiers:
        yield "没有流失报告这一级：孩子一直不来，不会有人上报"
        if Tier.RETURN_REPORT in tiers:
            yield "有复学报告而没有流失报告：没有报过流失，谈不上复学"
    elif not any(trigger.after is Tier.LOSS_REPORT for trigger in rule_set.on_return):
        yield "有流失报告而没有流失以后的复学报告：孩子回来了，没有人知道"


def _named(trigger: Trigger) -> str:
    return f"第{trigger.step}级“{trigger.tier.label}”"


# ---- laxer than the county -----------------------------------------------------------------------


def laxer(own: RuleSet, countys: RuleSet) -> list[str]:
    """Where ``own`` asks for less than ``countys``, or later, each as a Chinese sentence; nothing where it never does.

    Where it says nothing, every obligation that the county's ladder brings about is brought about by the school's too,
    triggered and due no later (domain.md §4: a school may have its own rules).
    """
    return [reason for theirs in countys.triggers for reason in _shortfalls(own, theirs)]


def _shortfalls(own: RuleSet, theirs: Trigger) -> Iterator[str]:
    what = theirs.tier.label
    mine = [trigger for trigger in own.triggers if trigger.tier is theirs.tier]
    if not mine:
        yield f"没有{what}：全县规则{theirs.words}就要办"
        return
    covering = [trigger for trigger in mine if covers(trigger, theirs)]
    if not covering:
        said = "或".join(trigger.words for trigger in mine)
        yield f"{what}：全县规则{theirs.words}就要办，本校{said}才办"
    # Whichever of the rungs is reached first says by when.
    for trigger in mine:
        if not due_no_later(trigger, theirs):
            yield f"{what}：全县规则{theirs.due_words}办结，本校{trigger.due_words}办结"
            break
    for trigger in covering:
        if _rank(trigger.responsible) < _rank(theirs.responsible):
            yield f"{what}：全县规则由更高一级的岗位办"
        if missing := _receivers(theirs) - _receivers(trigger):
            yield f"{what}：全县规则还要报给{'、'.join(sorted(missing))}"


def _rank(responsible: str) -> int:
    return RESPONSIBLE.index(responsible) if responsible in RESPONSIBLE else len(RESPONSIBLE)


def _receivers(trigger: Trigger) -> set[str]:
    return {part.strip() for part in RECEIVERS.split(trigger.receiver)} - {""}

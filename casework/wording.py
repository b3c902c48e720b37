"""Obligations in words a teacher can read: what is owed, why, and by when. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from casework.ladder import DutyStatus
from casework.ruleset import ATTEMPT_TIERS, RuleSet, Tier, Trigger
from students.days import MARK_LABELS, SLOT_ORDER, UNEXCUSED, MarkKind, Slot

TASKS = {
    Tier.CONTACT: "请联系家长",
    Tier.HOME_VISIT: "请家访",
    Tier.JOINT_VISIT: "请会同村（居）委会联合家访",
    Tier.ABSENCE_REPORT: "请交《学生缺课报告》",
    Tier.LOSS_REPORT: "请交《学生流失报告》",
    Tier.RETURN_REPORT: "请交《学生复学报告》",
    Tier.CHANGE_REPORT: "请交《学生正常变动报告》",
    Tier.CHANGE_EVIDENCE: "请上传证明材料",
    Tier.SUSPENSION_END: "请联系家长，办理复学或延期",
    Tier.OPENING_VISIT: "请家访",
    Tier.EXCUSED_CHECK: "请联系家长核实",
    Tier.NEXT_ATTEMPT: "请再联系家长",
    Tier.UNREACHED_VISIT: "请家访",
}


def short_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def named_day(day: date, today: date) -> str:
    """今天, 昨天, or 9月7日; with the year where it is another one."""
    if day == today:
        return "今天"
    if (today - day).days == 1:
        return "昨天"
    return short_day(day) if day.year == today.year else f"{day.year}年{short_day(day)}"


def missed(marks: Mapping[str, str]) -> str:
    """上午旷课，下午待核实: the unexcused slots of a day; slots of one kind stand together."""
    by_kind: dict[str, list[str]] = {}
    for slot in sorted(marks, key=lambda slot: SLOT_ORDER[Slot(slot)]):
        if marks[slot] in UNEXCUSED:
            by_kind.setdefault(marks[slot], []).append(Slot(slot).label)
    return "，".join(f"{'、'.join(slots)}{MARK_LABELS[MarkKind(kind)]}" for kind, slots in by_kind.items())


def reason(duty, *, marks: Mapping[str, str], change: str, today: date) -> str:
    """Why it is owed, without the task: 今天上午旷课; 连续缺课3天（9月7日起），另有1天未点名; 9月4日休学."""
    if duty.tier == Tier.SUSPENSION_END:
        return f"休学到{named_day(duty.key, today)}期满"
    if duty.tier == Tier.OPENING_VISIT:
        return f"{named_day(duty.key, today)}开学没有到校"
    if duty.tier == Tier.CONTACT:
        return f"{named_day(duty.triggered_on, today)}{missed(marks) or '缺课'}"
    if duty.tier in (Tier.CHANGE_REPORT, Tier.CHANGE_EVIDENCE):
        return f"{named_day(duty.key, today)}{change or '学籍变动'}"
    if duty.tier in ATTEMPT_TIERS:
        since = f"（{short_day(duty.run_start)}起）"
        day = named_day(duty.triggered_on, today)
        return f"连续{duty.run_days}天没有联系上{since}" if duty.run_days > 1 else f"{day}没有联系上"
    unknown = f"，另有{duty.unknown_days}天未点名" if duty.unknown_days else ""
    if duty.tier == Tier.EXCUSED_CHECK:
        return f"连续请假{duty.run_days}天（{short_day(duty.run_start)}起）{unknown}"
    if duty.run_start is None:
        gone = f"{named_day(duty.key, today)}报告已离校"
        return f"{gone}，{named_day(duty.triggered_on, today)}已到校" if duty.tier == Tier.RETURN_REPORT else gone
    run = f"连续缺课{duty.run_days}天（{short_day(duty.run_start)}起）{unknown}"
    if duty.tier == Tier.RETURN_REPORT:
        return f"{run}，{named_day(duty.triggered_on, today)}已到校"
    return run


def counted(tier: str, days: int) -> str:
    """连续缺课3天, 连续请假10天, 连续3天没有联系上: what a duty has counted."""
    if tier in ATTEMPT_TIERS:
        return f"连续{days}天没有联系上"
    return f"连续{'请假' if tier == Tier.EXCUSED_CHECK else '缺课'}{days}天"


def rule_words(rule_set: RuleSet, trigger: Trigger) -> str:
    """按《标准规则》第2级：连续缺课满3个上课日，当日办结."""
    return f"按《{rule_set.title}》第{trigger.step}级：{trigger.words}，{trigger.due_words}办结"


def due_words(due_on: date, status: DutyStatus, today: date) -> str:
    """今天内办结; 应于9月7日办结."""
    if due_on == today:
        return "今天内办结"
    return f"应于{named_day(due_on, today)}办结" if due_on < today else f"{named_day(due_on, today)}前办结"


def overdue_words(due_on: date, status: DutyStatus, today: date) -> str:
    """逾期3天; blank while there is time."""
    return f"逾期{(today - due_on).days}天" if status is DutyStatus.LATE_OPEN else ""


def joined_days(days: Sequence[date]) -> str:
    """9月7日、8日、9日: the month is said once."""
    words, month = [], None
    for day in days:
        words.append(short_day(day) if day.month != month else f"{day.day}日")
        month = day.month
    return "、".join(words)

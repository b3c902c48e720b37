"""认定辍学: what it asks for, the first day that it may name, and which 流失报告 it rests on (domain.md §4, §5)."""

from datetime import date
from typing import NamedTuple

from django.urls import reverse

from casework.facts import Surroundings, days_in, days_since
from casework.models import Case, Obligation, Report
from casework.ruleset import Tier
from casework.stages import CaseStage
from students.actions.dropouts import Door
from students.calendar import DAY
from students.days import DayState
from students.enrolment import EventKind, Standing
from students.models import EnrolmentEvent, RegistryLine, Student
from students.templatetags.chinese import cdate_short

UNREPORTED = "这名学生没有有效的流失报告，可能没有签发，也可能已退回或作废。请学校签发《学生流失报告》以后再认定。"


class Earliest(NamedTuple):
    """The first day on which a child can have dropped out, and why not before, in words."""

    day: date
    why: str


def unreported(case: Case | None, line: RegistryLine) -> str:
    """Why 辍学 cannot be confirmed for want of a 流失报告 that stands, in a Chinese sentence; blank where one does.

    A child on 休学 is in no register: its report counts from the day of the 休学 on.
    """
    if case and case.stage == CaseStage.REPORTED_LOST:
        return ""
    if line.standing == Standing.SUSPENDED and _reports(line.pk).filter(day__gte=line.since).exists():
        return ""
    if case and case.stage == CaseStage.RETURNED:
        return (
            f"孩子{cdate_short(case.returned_on)}已经返校，不能认定辍学。又不到校的，请学校重新签发《学生流失报告》。"
        )
    return UNREPORTED


def earliest_dropout(student: int, *, before: date | None = None) -> Earliest | None:
    """None where no register nor report has to do with it.

    On the day of 辍学 the child no longer attends, so it lies behind the last day on which a register found the child
    present, and behind the absence that the 流失报告 tells of: neither may be undone by it. ``before``: only the days
    before that one count, where the 辍学 of that day is put right.
    """
    seen, absent = _days(student, before)
    owed = Obligation.objects.standing().filter(student=student, tier=Tier.LOSS_REPORT)
    filed = _reports(student)
    if before:
        owed, filed = owed.filter(triggered_on__lt=before), filed.filter(day__lt=before)
    reached = list(owed.values_list("triggered_on", flat=True))
    told = max([*reached, *filed.values_list("day", flat=True)], default=None)
    missed = [*reached, *(day for day in absent if told and day <= told)]
    last_seen, last_missed = max(seen, default=None), max(missed, default=None)
    if last_seen and not (last_missed and last_missed > last_seen):
        return Earliest(last_seen + DAY, f"{cdate_short(last_seen)}点名时孩子还在校")
    if last_missed:
        return Earliest(last_missed + DAY, f"流失报告报的缺课到{cdate_short(last_missed)}，辍学从缺课的后一天算起")
    return None


def dated_too_early(student: int, day: date, *, before: date | None = None) -> str:
    """Why a child cannot have dropped out on ``day``, in a Chinese sentence without an end; blank where it can."""
    first = earliest_dropout(student, before=before)
    return f"辍学日期最早是{cdate_short(first.day)}：{first.why}" if first and day < first.day else ""


def refused(case: Case | None, line: RegistryLine, today: date) -> str:
    """Why 辍学 cannot be confirmed today, whatever day it names, in a Chinese sentence; blank where it can."""
    if reason := unreported(case, line):
        return reason
    early = dated_too_early(line.pk, today)
    return f"{early}。请到那一天再认定。" if early else ""


def door(student: Student, today: date) -> Door | None:
    """Where the 辍学 of a child is confirmed, if not in the registry: in its case, and nowhere as long as it has none.

    None where the registry may record it itself: of a child on 休学 that was reported lost.
    """
    case, line = _case_and_line(student.pk)
    if case:
        words = "辍学在学生的个案里认定，认定时自动登记学籍变动。"
        return Door(words, reverse("casework:confirm_dropout", args=[case.pk]))
    if line.standing == Standing.SUSPENDED:
        reason = unreported(None, line)
        return Door(f"{reason}没有登记。", "") if reason else None
    return Door("这名学生没有打开的个案，不能认定辍学，没有登记。请学校先签发《学生流失报告》，再到个案里认定。", "")


def guard(student: Student, happened_on: date, corrected: EnrolmentEvent | None, today: date) -> str:
    """Why the registry does not take a 辍学, in a Chinese sentence; blank where it does (``students`` asks)."""
    if corrected is None and (elsewhere := door(student, today)):
        return elsewhere.words
    early = dated_too_early(student.pk, happened_on, before=corrected and corrected.happened_on)
    return f"{early}。没有保存，请核对日期。" if early else ""


def dropout_upon(report: Report) -> EnrolmentEvent | None:
    """The 辍学 that stands and rests on this 流失报告: the last one that stood when the 辍学 was recorded."""
    if report.kind != Tier.LOSS_REPORT:
        return None
    drops = EnrolmentEvent.objects.effective().filter(student=report.student_id, kind=EventKind.DROP_OUT)
    for drop in drops.filter(recorded_at__gte=report.recorded_at).order_by("recorded_at", "pk"):
        standing = _reports(report.student_id).filter(recorded_at__lte=drop.recorded_at)
        if standing.order_by("recorded_at", "pk").last() == report:
            return drop
    return None


def _reports(student: int):
    return Report.objects.filter(student=student, kind=Tier.LOSS_REPORT, cancelled_at=None).order_by("day")


def _case_and_line(student: int) -> tuple[Case | None, RegistryLine]:
    case = Case.objects.open().filter(student=student).first()
    return case, RegistryLine.objects.get(pk=student)


def _days(student: int, before: date | None) -> tuple[list[date], list[date]]:
    """The days on which a register found the child present, and those on which it was absent without leave."""
    last = before - DAY if before else date.max
    # Before its first place a child has no days, so its first day is as good as any before that.
    days = [record for _, lived in days_since({student: date.min}, Surroundings(), last) for record in lived]
    return list(days_in(days, DayState.PRESENT)), list(days_in(days, DayState.ABSENT))

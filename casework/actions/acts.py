"""Recording the acts that fulfil obligations, and taking them back (domain.md §4, §5)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from casework.actions import planned_steps
from casework.contacts import ContactMethod, ContactOutcome
from casework.engine import follow_up
from casework.models import Contact, Obligation, Report
from casework.queries.dropouts import dropout_upon
from casework.ruleset import Tier
from casework.wording import short_day
from students.actions import audit
from students.actions.locks import lock_children
from students.models import Student

NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


@transaction.atomic
def record_contact(
    *,
    by,
    student: Student,
    day: date,
    method: ContactMethod,
    result: str,
    outcome: ContactOutcome | str = "",
    today: date,
) -> Contact:  # fmt: skip
    """Record that a guardian was contacted, in one line. The same one sent twice is one act."""
    told = {"student": student, "day": day, "method": method, "result": result}
    return _record(Contact, by=by, today=today, extra={"outcome": outcome}, **told)


@transaction.atomic
def file_report(*, by, student: Student, day: date, kind: Tier, about: date | None = None, today: date) -> Report:
    """Record that a report was handed in; ``about`` is the key of the duty that it answers. Identical ones are one."""
    return _record(Report, by=by, today=today, extra={"about": about}, student=student, day=day, kind=kind)


def _record(model, *, by, today: date, extra: Mapping[str, object] = NOTHING_MORE, **identity):
    """An act, where no identical one stands; whatever it fulfils is fulfilled in the same transaction."""
    act, is_new = model.objects.get_or_create(
        **identity, cancelled_at=None, defaults={"recorded_at": timezone.now(), "recorded_by": by, **extra}
    )
    if is_new:
        audit.record(by=by, action=f"{model._meta.model_name}.record", subject=act)
        if model is Contact:
            planned_steps.note_done(act, by=by, today=today)
        follow_up(students={act.student_id}, today=today, reason=f"登记{model._meta.verbose_name}")
    return act


class ReportRefused(Exception):
    """The report was not recorded; the message is a Chinese sentence that says why and what to do."""


@transaction.atomic
def answer_with_report(*, by, duty: Obligation, today: date) -> Report:
    """Hand in today the report that ``duty`` asks for.

    The report names its duty. A day holds one report of a kind, so a second duty waits for the next day.
    """
    if duty.done_on is not None:
        raise ReportRefused(f"这份报告已于{short_day(duty.done_on)}登记，不用再交。没有登记。")
    if Report.objects.filter(student=duty.student, day=today, kind=duty.tier, cancelled_at=None).exists():
        raise ReportRefused("今天已经登记过一份同样的报告，同一天两份算一份。没有登记，请明天再登记这一件。")
    return file_report(by=by, student=duty.student, day=today, kind=Tier(duty.tier), about=duty.key, today=today)


@transaction.atomic
def cancel(*, by, act: Contact | Report, today: date) -> None:
    """Take an act back: what it fulfilled is owed again. The row stays, with who took it back and when.

    Raises ``ReportRefused`` while a 辍学 stands that was confirmed upon it.
    """
    act = act._meta.default_manager.select_for_update(no_key=True).get(pk=act.pk)
    if act.cancelled_at is None:  # else a second press
        if isinstance(act, Report):
            _refuse_under_dropout(act)
        act.cancelled_at, act.cancelled_by = timezone.now(), by
        act.save(update_fields=["cancelled_at", "cancelled_by"])
        audit.record(by=by, action=f"{act._meta.model_name}.cancel", subject=act)
        follow_up(students={act.student_id}, today=today, reason="撤销登记")


def _refuse_under_dropout(report: Report) -> None:
    lock_children([report.student_id])
    if drop := dropout_upon(report):
        raise ReportRefused(
            f"县教育局已凭这份流失报告认定辍学（{short_day(drop.happened_on)}），报告不能退回、作废或撤销，没有保存。"
            "认定有误的，请县教育局先在学籍变动里更正或作废辍学。"
        )

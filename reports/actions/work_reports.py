"""控辍保学工作情况: drafted from the figures, edited, finished 定稿; what is finished stays as it was printed."""

from datetime import date
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.models import WorkReport
from reports.queries.work_reports import Period, Unit, draft_text, may_write
from reports.work_papers import printed
from students.access import Scope
from students.actions import audit
from students.models import Person

FINISHED = "没有保存：这份报告已经定稿，不能再修改。要更正请在下一期报告里写明。"
GONE = "没有保存：这份草稿已经被删除。"
NOT_YOURS = "没有保存：这份报告由起草单位的人员修改和定稿，你只能查看。"


class ReportRefused(Exception):
    """What cannot be done with a report as it stands; the message is a Chinese sentence."""


def draft(*, by: Person, unit: Unit, period: Period) -> tuple[WorkReport, bool]:
    """Write a report from the figures; the one there is already where the unit has reported the period. Whether new."""
    place = {"township": unit.township, "school": unit.school, "kind": period.kind, "first": period.first}
    standing = WorkReport.objects.filter(**place).first()
    if standing is not None:
        return standing, False
    text = draft_text(unit, period, today=timezone.localdate())
    try:
        with transaction.atomic():
            report = WorkReport.objects.create(
                **place, last=period.last, text=text, drafted_at=timezone.now(), drafted_by=by
            )
            audit.record(by=by, action="work_report.draft", subject=report, kind=period.kind.value)
    except IntegrityError:  # somebody else drafted it at the same time
        return WorkReport.objects.get(**place), False
    return report, True


@transaction.atomic
def edit(*, by: Person, scope: Scope, report: WorkReport, text: str, version: int, last: date | None = None) -> None:
    """Change the text of a draft. ``last``: through which day its figures were taken anew, where they were. Raises
    ``ReportRefused`` where it is finished or was changed meanwhile."""
    row = _locked(scope, report)
    if row.version != version:
        raise ReportRefused("没有保存：你打开以后，别人改过这份报告。请另开一个窗口看最新的正文，再把你的改动填进去。")
    if (row.text, row.last) == (text, last or row.last):
        return
    row.text, row.last, row.version = text, last or row.last, row.version + 1
    row.save(update_fields=["text", "last", "version"])
    audit.record(by=by, action="work_report.refill" if last else "work_report.edit", subject=row, version=row.version)


@transaction.atomic
def discard(*, by: Person, scope: Scope, report: WorkReport, version: int) -> None:
    """Throw a draft away, as the page showed it; the period can then be drafted anew. Raises ``ReportRefused``."""
    row = _locked(scope, report)
    if row.version != version:
        raise ReportRefused("没有删除：你打开以后，别人改过这份报告。请看过最新的正文再决定。")
    audit.record(by=by, action="work_report.discard", subject=row, kind=row.kind, version=row.version)
    row.delete()


@transaction.atomic
def finish(*, by: Person, scope: Scope, report: WorkReport, version: int) -> None:
    """定稿 what the page showed: it is printed, and kept so. Raises ``ReportRefused``."""
    row = _locked(scope, report)
    if row.version != version:
        raise ReportRefused("没有定稿：你打开以后，别人改过这份报告。请看过最新的正文再定稿。")
    row.finished_at, row.finished_by = timezone.now(), by
    row.pdf = printed(row)
    row.sha256 = sha256(row.pdf).hexdigest()
    row.save(update_fields=["finished_at", "finished_by", "pdf", "sha256"])
    audit.record(by=by, action="work_report.finish", subject=row, sha256=row.sha256)


def _locked(scope: Scope, report: WorkReport) -> WorkReport:
    row = WorkReport.objects.select_for_update(no_key=True).filter(pk=report.pk).first()
    if row is None:
        raise ReportRefused(GONE)
    if not may_write(scope, row):
        raise ReportRefused(NOT_YOURS)
    if row.is_finished:
        raise ReportRefused(FINISHED)
    return row

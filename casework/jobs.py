"""Background jobs (后台任务), done by ``manage.py db_worker``: they take their orders from rows, and write there."""

import re
from contextlib import suppress
from datetime import datetime
from io import BytesIO

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from casework import outbox
from casework.actions import calendar_changes, rule_proposals, uploads
from casework.actions.progress import Stopped, Watch
from casework.models import RuleProposal
from casework.queries.uploads import MOST_PROBLEMS, may_import, schools_for
from casework.workbook import import_workbooks
from students.access import in_force, scope_of
from students.identity import masked_number, masked_phone
from students.models import CalendarChange, WorkbookUpload
from students.workbook.marked import write_marked
from students.workbook.read import open_workbook
from students.workbook.report import Outcome, Problem
from students.workbook.sound import PartialOutcome, run_sound_rows

State = WorkbookUpload.State
# Also with a figure too many or too few, which is why it stands there; twelve are the code of a village.
NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[GJL]?\d{13,}[Xx]?|\d{11})(?![0-9A-Za-z])")
BROKE_OFF = Problem(
    "", "", None, "", "", "程序出错，检查中断，没有写入任何数据", "请再试一次；还是这样，请告诉系统管理员"
)
NO_LONGER = Problem("", "", None, "", "", "你现在没有导入的岗位，没有写入任何数据", "请向系统管理员核对你的岗位")


@task()
def check_upload(pk: int) -> None:
    """Rehearse the import of an upload, and keep what would happen for whoever has to confirm it."""
    upload = uploads.begin(pk=pk, state=State.WAITING, then_state=State.CHECKING)
    if upload is not None:
        _watched(upload, _check)


@task()
def apply_upload(pk: int) -> None:
    """Import an upload that has been confirmed; everything is checked again, for it may have changed since."""
    upload = uploads.begin(pk=pk, state=State.APPLYING, then_state=State.APPLYING)
    if upload is not None:
        _watched(upload, _apply_good_rows if upload.good_rows_only else _apply)


@task()
def preview_calendar_change(pk: int) -> None:
    """Rehearse a change of the county's calendar; where it breaks off, its page says that nothing goes on."""
    _calendar_job(pk, CalendarChange.State.PREVIEWING, calendar_changes.preview)


@task()
def apply_calendar_change(pk: int) -> None:
    """Carry out a change of the county's calendar that has been confirmed, or go on where it was broken off."""
    _calendar_job(pk, CalendarChange.State.APPLYING, calendar_changes.carry_out)


@task()
def send_delivery(pk: int) -> None:
    """Try once to send a message; what is not due, over or another worker's is left alone."""
    outbox.try_once(pk=pk, then=queue_delivery)


def queue_delivery(pk: int, at: datetime) -> None:
    """Have a message sent at a time. Where jobs cannot wait (they are done at once), the clock brings it up again."""
    if at <= timezone.now():
        send_delivery.enqueue(pk)
    elif send_delivery.get_backend().supports_defer:
        send_delivery.using(run_after=at).enqueue(pk)


def _calendar_job(pk: int, state: str, work) -> None:
    change = CalendarChange.objects.filter(pk=pk, state=state).select_related("applied_by", "reverses").first()
    if change is None:
        return
    watch = Watch(calendar_changes.job_of(change))
    # Stopped: given up meanwhile. Refused: the change is back in its preview, which says so.
    with suppress(Stopped, calendar_changes.ChangeRefused):
        work(change=change, today=timezone.localdate(), watch=watch)
    watch.close()


@task()
def try_rules(pk: int) -> None:
    """Try a version of the county's rules on past facts; where it breaks off, its page says that nothing goes on."""
    proposal = RuleProposal.objects.filter(pk=pk, state=RuleProposal.State.REHEARSING).first()
    if proposal is None:
        return
    watch = Watch(rule_proposals.job_of(proposal))
    with suppress(Stopped):  # given up meanwhile
        rule_proposals.rehearse(proposal=proposal, watch=watch)
    watch.close()


def _watched(upload: WorkbookUpload, work) -> None:
    watch = Watch(uploads.job_of(upload))
    try:
        work(upload, watch)
    except Stopped:
        uploads.stopped(upload=upload)
    except Exception:
        uploads.end(upload=upload, state=State.FAILED, **_found([BROKE_OFF]))
        raise
    finally:
        watch.close()


def _check(upload: WorkbookUpload, watch: Watch) -> None:
    outcome = _import(upload, watch, dry_run=True)
    watch("副本", 0, 0)
    found = _found(outcome.problems) | {"outcome": _summary(outcome), "marked": _marked(upload, outcome)}
    uploads.end(upload=upload, state=State.CHECKED, **found)


def _apply(upload: WorkbookUpload, watch: Watch) -> None:
    with transaction.atomic():  # what is imported and that it is stand together
        outcome = _import(upload, watch, dry_run=False)
        found = _found(outcome.problems) | {"outcome": _summary(outcome), "marked": _marked(upload, outcome)}
        uploads.end(upload=upload, state=State.APPLIED if outcome.succeeded else State.FAILED, **found)


def _apply_good_rows(upload: WorkbookUpload, watch: Watch) -> None:
    with transaction.atomic():
        partial = run_sound_rows(lambda without: _import(upload, watch, dry_run=False, without=without))
        outcome = partial.outcome
        if outcome.succeeded:
            found = _found(partial.problems) | {
                "outcome": _summary(outcome, partial),
                "marked": _marked(upload, outcome, partial) if partial.left else None,
            }
        else:
            found = _found(outcome.problems) | {"outcome": _summary(outcome), "marked": _marked(upload, outcome)}
        uploads.end(upload=upload, state=State.APPLIED if outcome.succeeded else State.FAILED, **found)


def _import(upload: WorkbookUpload, watch: Watch, **options) -> Outcome:
    """By the postings that hold now, whatever they were when the file was sent."""
    today = timezone.localdate()
    person = upload.uploaded_by
    scope = scope_of(person, in_force(person.postings.all(), today))
    if not may_import(scope):
        return Outcome([NO_LONGER])
    watch("文件", 0, 0)
    source, schools = _file_of(upload), schools_for(scope)
    return import_workbooks([source], by=person, today=today, progress=watch, schools=schools, **options)


def _file_of(upload: WorkbookUpload) -> BytesIO:
    file = BytesIO(bytes(upload.content))
    file.name = upload.name
    return file


# -- what is kept of it --------------------------------------------------------------------------------------------


def _found(problems: list[Problem]) -> dict:
    told = [
        {
            "sheet": problem.sheet,
            "row": problem.row,
            "column": problem.column,
            "value": _masked(problem.value)[:80],
            "message": _masked(problem.message),
            "remedy": problem.remedy,
        }
        for problem in problems[:MOST_PROBLEMS]
    ]
    return {"problems": told, "problem_count": len(problems)}


def _summary(outcome: Outcome, partial: PartialOutcome | None = None) -> dict:
    """Rows per sheet, and the first of the children."""
    report = outcome.report
    left = {(problem.sheet, problem.row) for problem in outcome.problems if report.is_of_a_row(problem)}
    left |= {(sheet, row) for _, sheet, row in report.left}
    sheets = [
        {
            "name": sheet,
            "rows": report.rows[sheet],
            **{str(result): rows for result, rows in counts.items()},
            "left": partial.count_of(sheet) if partial else sum(name == sheet for name, _ in left),
        }
        for sheet, counts in report.counts.items()
    ]
    children = [child._asdict() | {"result": str(child.result)} for child in report.children]
    whole = bool(report.places) and all(map(report.is_of_a_row, outcome.problems))
    return {"sheets": sheets, "children": children, "child_count": report.child_count, "only_rows_are_wrong": whole}


def _marked(upload: WorkbookUpload, outcome: Outcome, partial: PartialOutcome | None = None) -> bytes | None:
    """The copy with every mistake in its cell; None where there is none, or no file that could be read."""
    problems = partial.problems if partial else outcome.problems
    report = outcome.report
    if not problems or not report.places:
        return None
    told = {(problem.file, problem.sheet, problem.row) for problem in problems}
    problems = [*problems, *(Problem(*key, "", "", why) for key, why in report.left.items() if key not in told)]
    book, file = open_workbook(_file_of(upload), upload.name), BytesIO()
    try:
        only = partial and {sheet: set(rows) for sheet, rows in partial.left.items()}
        masked = [problem._replace(message=_masked(problem.message)) for problem in problems]
        write_marked(file, book, report, masked, _notes(upload, problems, partial), only=only)
    finally:
        book.close()
    return file.getvalue()


def _notes(upload: WorkbookUpload, problems: list[Problem], partial: PartialOutcome | None) -> list[str]:
    rows = len({(problem.sheet, problem.row) for problem in problems})
    whole = [problem.line for problem in problems if not problem.row]
    if partial:
        first = f"“{upload.name}”中没有错误的行已经写入，这里是没有写入的{rows}行。"
    else:
        first = f"“{upload.name}”的副本，有问题的{rows}行已标出，还没有写入任何数据。"
    how = "有错误的单元格是红色，原因写在单元格的批注里和每行最后的“错误说明”一栏。"
    return [first, how, "改好以后直接上传这个文件，“错误说明”一栏和这一页不用删除。", *whole]


def _masked(text: str) -> str:
    return NUMBER.sub(lambda found: masked_phone(found[0]) if len(found[0]) == 11 else masked_number(found[0]), text)

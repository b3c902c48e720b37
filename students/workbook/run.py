"""Runs an import: opens the files, takes their sheets in order, and keeps all of it or nothing (contract.md)."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import DatabaseError, transaction
from django.utils import timezone

from students.actions import audit
from students.memory import rare_collections
from students.models import School
from students.planner import count_tables
from students.workbook.cells import is_blank
from students.workbook.columns import Layout, Row, header_key
from students.workbook.header import find_header, holds_required
from students.workbook.read import Workbook, open_workbook
from students.workbook.report import Outcome, Place, Problem
from students.workbook.screening import UnreadableFile
from students.workbook.sheets import Import, Progress, Sheet, silent

log = logging.getLogger(__name__)

CHUNK = 2000  # rows checked and written together
NOTES = "说明"  # what our own files tell the reader: nothing to take in

Source = str | Path | BinaryIO


def run(
    sources: Sequence[Source],
    *,
    sheets: Sequence[type[Sheet]],
    by=None,
    today: date,
    dry_run: bool = False,
    follow: Callable[[Import], None] | None = None,
    progress: Progress | None = None,
    schools: frozenset[int] | None = None,
    without: Mapping[str, Collection[int]] | None = None,
) -> Outcome:
    """Import workbooks together, as one: every sheet from all files before the next sheet, in the order of ``sheets``.

    With one mistake nothing is written and ``Outcome.problems`` lists every one; with ``dry_run`` nothing is written
    either. ``follow`` runs in the same transaction once all rows stand. The same files again change nothing.

    ``schools``: those that the importer keeps the registry of, and no other may be named; None = the whole county.
    ``without``: sheet → rows to pass over, as if the files did not hold them. ``progress`` may raise to call it off.
    """
    books, problems = _open(sources)
    try:
        if not problems:
            problems = _unknown_sheets(books, sheets) + _refused_sheets(books, sheets, schools)
        if any(not problem.sheet for problem in problems):
            return Outcome(problems)
        importing = Import(
            by=by,
            today=today,
            now=timezone.now(),
            files=len(books),
            schools=schools,
            without=without or {},
            progress=progress or silent,
        )
        importing.report.problems += problems
        with rare_collections():
            outcome = _take(importing, books, sheets, dry_run, follow)
        if outcome.written and importing.report.changed > CHUNK:
            count_tables()
        return outcome
    except DatabaseError:
        log.exception("import refused by the database")
        return Outcome([Problem("", "", None, "", "", *REFUSED_BY_DATABASE)])
    finally:
        for book in books:
            book.close()


REFUSED_BY_DATABASE = (
    "数据库没有接受这次导入，没有写入任何数据",
    "请过几分钟再试一次；还是这样，请系统管理员核对数据库有没有升级、是不是有别的导入在进行",
)


def _open(sources: Sequence[Source]) -> tuple[list[Workbook], list[Problem]]:
    """The files opened, each under a name of its own, or what is wrong with those that cannot be."""
    books, problems, names = [], [], Counter()
    for source in sources:
        path = source if isinstance(source, str | Path) else getattr(source, "name", None) or "上传的文件"
        name = Path(path).name
        names[name] += 1
        name = f"{name}（第{names[name]}个）" if names[name] > 1 else name
        try:
            books.append(open_workbook(source, name))
        except UnreadableFile as error:
            problems.append(Problem(name, "", None, "", "", f"打不开“{name}”：{error}"))
    return books, problems


def _unknown_sheets(books: Sequence[Workbook], sheets: Sequence[type[Sheet]]) -> list[Problem]:
    """Sheets that nobody can read, unless they are empty, our own notes, or hidden away (lists behind a drop-down).

    A file of the national system has one sheet with the columns of 学生 under a title of its own: that one is read, and
    the instructions and lists beside it are left alone.
    """
    known = {sheet.name for sheet in sheets}
    problems = []
    for book in books:
        if not known & {header_key(title) for title in book.sheets} and _recognise(book, sheets):
            continue
        names = [header_key(title) for title in book.sheets]
        for title, name in zip(book.sheets, names, strict=True):
            if name in known and names.count(name) > 1:
                problems.append(Problem(book.name, title, None, "", "", "这个表出现了两次", "请合成一个表"))
            elif name not in known | {NOTES} and not book.is_hidden(title) and _has_content(book, title):
                remedy = f"可以导入的表有：{'、'.join(sorted(known))}"
                problems.append(Problem(book.name, title, None, "", "", "不认识这个表", remedy))
    if not problems and not any(book.title_of(name) for book in books for name in known):
        message = "文件里没有可以导入的表，没有写入任何数据"
        problems.append(Problem("", "", None, "", "", message, f"可以导入的表有：{'、'.join(sorted(known))}"))
    return problems


def _recognise(book: Workbook, sheets: Sequence[type[Sheet]]) -> bool:
    """Whether one sheet of the book, and one alone, has all columns that must be there of a sheet known by them."""
    for sheet in sheets:
        if sheet.known_by_header:
            visible = [title for title in book.sheets if not book.is_hidden(title)]
            fitting = [title for title in visible if holds_required(_header_of(book, title, sheet), sheet.columns)]
            if len(fitting) == 1:
                book.call(fitting[0], sheet.name)
                return True
    return False


def _header_of(book: Workbook, title: str, sheet: type[Sheet]):
    try:
        return find_header(book.rows(title)[1], sheet.columns)
    except UnreadableFile:
        return None


def _refused_sheets(books: Sequence[Workbook], sheets: Sequence[type[Sheet]], schools) -> list[Problem]:
    """Sheets that belong to the county, in the file of somebody who keeps a school."""
    if schools is None:
        return []
    theirs = [sheet.name for sheet in sheets if not sheet.of_one_school]
    own = "、".join(f"《{sheet.name}》" for sheet in sheets if sheet.of_one_school)
    return [
        Problem(book.name, name, None, "", "", f"学校不能导入《{name}》", f"请移除这个表；学校可以导入{own}")
        for book in books
        for name in theirs
        if (title := book.title_of(name)) and _has_content(book, title)
    ]


def _has_content(book: Workbook, title: str) -> bool:
    _, rows = book.rows(title)
    return any(not all(map(is_blank, cells)) for _, cells in rows)


def _take(importing: Import, books: Sequence[Workbook], sheets, dry_run: bool, follow) -> Outcome:
    report = importing.report
    with transaction.atomic():
        _one_at_a_time()
        for sheet_class in sheets:
            sheet = sheet_class(importing)
            if importing.schools is None or sheet.of_one_school:
                for book in books:
                    _take_sheet(sheet, book)
            sheet.finish()
        written = report.changed > 0 and not report.problems and not dry_run
        if written:
            if follow:
                follow(importing)
            counts = {name: dict(results) for name, results in report.counts.items()}
            audit.record(by=importing.by, action="workbook.import", subject="students.workbook", counts=counts)
        else:
            transaction.set_rollback(True)
    problems = report.in_order([book.name for book in books], [sheet.name for sheet in sheets])
    return Outcome(problems, report.counts, written, report)


def _one_at_a_time() -> None:
    """A second import waits for the first and then sees what it has written; registers are not held up.

    Schools are locked before classes and children, so nobody waits in a circle.
    """
    list(School.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _take_sheet(sheet: Sheet, book: Workbook) -> None:
    """Take the rows of one sheet of one file, chunk by chunk."""
    title = book.title_of(sheet.name)
    if title is None:
        return
    importing = sheet.run
    importing.report.open_sheet(sheet.name)
    try:
        height, rows = book.rows(title)
        importing.progress(sheet.name, 0, height)
        header = find_header(rows, sheet.columns)
        layout = header and _layout(sheet, book, title, header)
        if layout is None:
            return
        sheet.begin_file(layout)
        filled = _filled_rows(sheet, book, layout, header.below)
        while chunk := list(islice(filled, CHUNK)):
            sheet.take(chunk)
            importing.progress(sheet.name, min(chunk[-1].number, height), height)
    except UnreadableFile as error:
        importing.faults.note_sheet(sheet.name)
        importing.report.add(Problem(book.name, title, None, "", "", str(error)))


def _layout(sheet: Sheet, book: Workbook, title: str, header) -> Layout | None:
    """The columns of a header; None where it cannot be used."""
    layout, report = sheet.layout(header.cells), sheet.run.report
    sheet.header_row = header.number
    report.places[book.name, sheet.name] = Place(title, header.number, layout.positions, layout.marks_at)
    for found in layout.problems:
        place = (book.name, sheet.name, header.number, found.header, "")
        report.add(Problem(*place, found.message, found.remedy))
    if layout.is_readable:
        return layout
    sheet.run.faults.note_sheet(sheet.name)
    return None


def _filled_rows(sheet: Sheet, book: Workbook, layout: Layout, rows: Iterator) -> Iterator[Row]:
    """The rows that are not blank, read through the layout; cells that cannot be read are told."""
    passed_over = sheet.run.without.get(sheet.name, ())
    for number, cells in rows:
        if all(map(is_blank, layout.of_the_school(cells))) and not layout.meets_valueless(cells):
            continue
        sheet.run.report.rows[sheet.name] += 1
        if number in passed_over:
            continue
        row = Row(book.name, number, cells, layout)
        for header, error in layout.read(row):
            sheet.fault(row, header, str(error), error.remedy)
        yield row

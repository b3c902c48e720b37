"""Runs an import: opens the files, takes their sheets in order, and keeps all of it or nothing (contract.md)."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import DatabaseError, transaction
from django.utils import timezone

from students.actions import audit
from students.memory import rare_collections
from students.workbook.cells import is_blank
from students.workbook.columns import Layout, Row, header_key
from students.workbook.read import Workbook, open_workbook
from students.workbook.report import Outcome, Problem
from students.workbook.screening import UnreadableFile
from students.workbook.sheets import Import, Sheet

log = logging.getLogger(__name__)

CHUNK = 2000  # rows checked and written together
LATER_SHEETS = {"户籍儿童": "本版本还不能导入《户籍儿童》"}

Source = str | Path | BinaryIO
Progress = Callable[[str, int, int], None]  # sheet, rows done, rows in all


def run(
    sources: Sequence[Source],
    *,
    sheets: Sequence[type[Sheet]],
    by=None,
    today: date,
    dry_run: bool = False,
    follow: Callable[[Import], None] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Import workbooks together, as one: every sheet from all files before the next sheet, in the order of ``sheets``.

    With one mistake nothing is written and ``Outcome.problems`` lists every one; with ``dry_run`` nothing is written
    either. ``follow`` runs in the same transaction once all rows stand. The same files again change nothing.
    """
    books, problems = _open(sources)
    try:
        if not problems:
            problems = _unknown_sheets(books, {sheet.name for sheet in sheets})
        if any(not problem.sheet for problem in problems):
            return Outcome(problems)
        with rare_collections():
            return _take(books, sheets, problems, by, today, dry_run, follow, progress or _silent)
    except DatabaseError:
        log.exception("import refused by the database")
        return Outcome([Problem("", "", None, "", "", *REFUSED_BY_DATABASE)])
    finally:
        for book in books:
            book.close()


REFUSED_BY_DATABASE = (
    "数据库没有接受这次导入，没有写入任何数据",
    "请确认已经运行过manage.py migrate、没有别的导入同时进行，然后再试一次",
)


def _silent(sheet: str, done: int, rows: int) -> None:
    """Nobody is watching."""


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


def _unknown_sheets(books: Sequence[Workbook], known: set[str]) -> list[Problem]:
    """Sheets that nobody here can read, unless they are empty or hidden away (lists behind a drop-down)."""
    problems = []
    for book in books:
        names = [header_key(title) for title in book.sheets]
        for title, name in zip(book.sheets, names, strict=True):
            if name in known and names.count(name) > 1:
                problems.append(Problem(book.name, title, None, "", "", "这个表出现了两次", "请合成一个表"))
            elif name not in known and not book.is_hidden(title) and _has_content(book, title):
                message = LATER_SHEETS.get(name, "不认识这个表")
                remedy = "请先移除该表" if name in LATER_SHEETS else f"可以导入的表有：{'、'.join(sorted(known))}"
                problems.append(Problem(book.name, title, None, "", "", message, remedy))
    if not problems and not any(header_key(title) in known for book in books for title in book.sheets):
        message = "文件里没有可以导入的表，没有写入任何数据"
        problems.append(Problem("", "", None, "", "", message, f"可以导入的表有：{'、'.join(sorted(known))}"))
    return problems


def _has_content(book: Workbook, title: str) -> bool:
    _, rows = book.rows(title)
    return any(not all(map(is_blank, cells)) for _, cells in rows)


def _take(books, sheets, problems, by, today, dry_run, follow, progress) -> Outcome:
    with transaction.atomic():
        importing = Import(by=by, today=today, now=timezone.now(), files=len(books))
        report = importing.report
        report.problems += problems
        for sheet_class in sheets:
            sheet = sheet_class(importing)
            for book in books:
                _take_sheet(sheet, book, progress)
            sheet.finish()
        written = report.changed and not report.problems and not dry_run
        if written:
            if follow:
                follow(importing)
            counts = {name: dict(results) for name, results in report.counts.items()}
            audit.record(by=by, action="workbook.import", subject="students.workbook", counts=counts)
        else:
            transaction.set_rollback(True)
    if report.problems:
        return Outcome(report.in_order([book.name for book in books], [sheet.name for sheet in sheets]))
    return Outcome(counts=report.counts, written=written)


def _take_sheet(sheet: Sheet, book: Workbook, progress: Progress) -> None:
    """Take the rows of one sheet of one file, chunk by chunk."""
    title = next((title for title in book.sheets if header_key(title) == sheet.name), None)
    if title is None:
        return
    importing = sheet.run
    importing.report.open_sheet(sheet.name)
    try:
        height, rows = book.rows(title)
        layout = _layout(sheet, book, rows)
        if layout is None:
            return
        sheet.begin_file(layout)
        filled = _filled_rows(sheet, book, layout, rows)
        while chunk := list(islice(filled, CHUNK)):
            sheet.take(chunk)
            progress(sheet.name, min(chunk[-1].number, height), height)
    except UnreadableFile as error:
        importing.faults.note_sheet(sheet.name)
        importing.report.add(Problem(book.name, title, None, "", "", str(error)))


def _layout(sheet: Sheet, book: Workbook, rows: Iterator) -> Layout | None:
    """Read the header, the first row that is not blank; None where there is none or it cannot be used."""
    for number, cells in rows:
        if all(map(is_blank, cells)):
            continue
        layout = sheet.layout(cells)
        for found in layout.problems:
            place = (book.name, sheet.name, number, found.header, "")
            sheet.run.report.add(Problem(*place, found.message, found.remedy))
        if layout.is_readable:
            return layout
        sheet.run.faults.note_sheet(sheet.name)
        return None
    return None


def _filled_rows(sheet: Sheet, book: Workbook, layout: Layout, rows: Iterator) -> Iterator[Row]:
    """The rows that are not blank, read through the layout; cells that cannot be read are told."""
    for number, cells in rows:
        if all(map(is_blank, cells)) and not layout.meets_valueless(cells):
            continue
        row = Row(book.name, number, cells, layout)
        for header, error in layout.read(row):
            sheet.fault(row, header, str(error), error.remedy)
        yield row

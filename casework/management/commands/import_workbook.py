"""``manage.py import_workbook FILE… [--dry-run] [--json]`` (contract.md)."""

import json
import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from casework.workbook import import_workbooks
from students.workbook.report import Outcome, Problem, shortened

LONGEST_VALUE = 200  # characters of a cell in JSON
RESULT_LABELS = {"created": "新增", "updated": "更新", "unchanged": "不变"}


class Command(BaseCommand):
    help = "导入工作簿：一个或几个文件，要么全部写入，要么一处不写。"

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", metavar="文件", help="要导入的工作簿，“.xlsx”或“.xls”")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="用JSON输出结果")

    def handle(self, *, files, dry_run, json, **options):
        if files:
            outcome = import_workbooks(files, today=timezone.localdate(), dry_run=dry_run)
        else:
            outcome = Outcome([Problem("", "", None, "", "", "没有写出要导入的文件", "请在命令后面写上工作簿的文件名")])
        several = len(files) > 1
        if json:
            self.stdout.write(as_json(outcome, several))
        else:
            self.stdout.write(as_text(outcome, several, dry_run))
        if not outcome.succeeded:
            sys.exit(1)


def as_json(outcome: Outcome, several: bool) -> str:
    """The outcome for scripts; with several files a message begins with the file's name."""
    if outcome.succeeded:
        return json.dumps({"sheets": outcome.counts}, ensure_ascii=False)
    errors = [
        {
            "sheet": problem.sheet,
            "row": problem.row,
            "column": shortened(problem.column, LONGEST_VALUE),
            "value": shortened(problem.value, LONGEST_VALUE),
            "message": _file_of(problem, several) + problem.sentence,
        }
        for problem in outcome.problems
    ]
    return json.dumps({"errors": errors}, ensure_ascii=False)


def as_text(outcome: Outcome, several: bool, dry_run: bool) -> str:
    """The outcome for people."""
    if not outcome.succeeded:
        lines = [_file_of(problem, several) + problem.line for problem in outcome.problems]
        return "\n".join([*lines, f"共{len(lines)}处错误，没有写入任何数据。"])
    lines = [
        f"《{sheet}》" + "，".join(f"{label}{counts[result]}行" for result, label in RESULT_LABELS.items())
        for sheet, counts in outcome.counts.items()
    ]
    if dry_run:
        end = "检查通过。这是试运行，没有写入任何数据。"
    elif outcome.written:
        end = "导入完成。"
    else:
        end = "所有内容系统中都已经有了，没有改动。"
    return "\n".join([*lines, end])


def _file_of(problem: Problem, several: bool) -> str:
    return f"文件“{problem.file}”：" if several and problem.file and problem.sheet else ""

"""What can be exported, and in which forms: the registry behind ``manage.py export`` (contract.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from reports.excel import write_excel
from reports.jsonfile import write_json
from reports.pdf import write_pdf
from reports.queries.class_scores import class_scores_table
from reports.queries.daily_summary import daily_summary_table
from reports.queries.ledgers import LEDGERS
from reports.queries.obligations import obligations_table
from reports.queries.rosters import ROSTERS
from reports.queries.students import students_table
from reports.tables import Imprint, Table
from students.models import School

FORMS: dict[str, Callable[[Table, BinaryIO, Imprint], None]] = {
    ".json": write_json,
    ".xlsx": write_excel,
    ".pdf": write_pdf,
}
OPTIONS = {"as_of": "--as-of", "month": "--month", "school": "--school", "reveal": "--reveal"}
SHORTEST_REASON = 4  # characters; less explains nothing


class ExportRefused(Exception):
    """An export that was not asked for rightly or could not be written; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Export:
    """A table that can be asked for by name; ``takes`` are the options that narrow it down or uncover its numbers.

    ``looks_ahead``: whether it says anything of a day to come.
    """

    title: str
    build: Callable[..., Table]
    takes: frozenset[str]
    looks_ahead: bool = True


EXPORTS = {
    "obligations": Export("待办明细", obligations_table, frozenset({"as_of", "school"})),
    "students": Export("学生名单", students_table, frozenset({"as_of", "school", "reveal"})),
    **{
        f"ledger_{code}": Export(ROSTERS[code].title, build, frozenset({"as_of", "school", "reveal"}))
        for code, build in LEDGERS.items()
    },
    "class_scores": Export("班级责任考核", class_scores_table, frozenset({"as_of", "school"}), looks_ahead=False),
    "daily_summary": Export("每日考勤汇总", daily_summary_table, frozenset({"as_of", "school"})),
}


def build_table(name: str, *, today: date, **asked: str) -> Table:
    """The table called ``name``; ``asked`` are the options as typed.

    Raises ``ExportRefused`` where there is no such table, it does not take an option, or the option says nothing.
    """
    export = EXPORTS.get(name)
    if export is None:
        raise ExportRefused(f"没有名为“{name}”的表。可以导出的有：{_names(EXPORTS)}。")
    for option in sorted(asked.keys() - export.takes):
        raise ExportRefused(f"《{export.title}》不用{OPTIONS[option]}。")
    options = {"as_of": read_day(asked["as_of"]) if "as_of" in asked else today}
    if options["as_of"] > today and not export.looks_ahead:
        raise ExportRefused(f"《{export.title}》算到哪一天，那一天要已经到了：{asked['as_of']}还没有到。")
    if "school" in asked:
        options["school"] = find_school(asked["school"])
    if "reveal" in asked:
        options["reveal"] = is_reason(asked["reveal"])
    return export.build(**options)


def writer_for(path: Path) -> Callable[[Table, BinaryIO, Imprint], None]:
    """The form that the file's ending chooses."""
    try:
        return FORMS[path.suffix.lower()]
    except KeyError:
        raise ExportRefused(f"文件名“{path.name}”的结尾应是{'、'.join(FORMS)}之一，由它决定导出的形式。") from None


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExportRefused(f"日期“{text}”不对，应写成2026-10-25这样。") from None


def is_reason(text: str) -> bool:
    """Whether full numbers are shown: always, where a reason for it is given."""
    if len(text.strip()) < SHORTEST_REASON:
        raise ExportRefused(f"显示完整号码要写明用途，至少{SHORTEST_REASON}个字。")
    return True


def find_school(code: str) -> School:
    try:
        return School.objects.get(code=code)
    except School.DoesNotExist:
        raise ExportRefused(f"没有学校标识码为“{code}”的学校。") from None


def _names(exports: dict[str, Export]) -> str:
    return "、".join(f"{name}（{export.title}）" for name, export in exports.items())

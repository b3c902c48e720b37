"""What can be exported, and in which forms: the registry behind ``manage.py export`` (contract.md)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from reports.excel import write_excel
from reports.jsonfile import write_json
from reports.pdf import write_pdf
from reports.queries.award_lists import awards_table
from reports.queries.bundles import bundles_table
from reports.queries.class_scores import class_scores_table
from reports.queries.cohorts import TITLE as COHORTS
from reports.queries.cohorts import cohort_retention_table
from reports.queries.daily_summary import daily_summary_table
from reports.queries.inspections import inspections_table
from reports.queries.ledgers import LEDGERS
from reports.queries.monthly_return import monthly_return_table
from reports.queries.obligations import obligations_table
from reports.queries.pledges import pledges_of_schools
from reports.queries.rectifications import rectifications_table
from reports.queries.return_months import return_month
from reports.queries.rosters import ROSTERS
from reports.queries.school_scores import school_scores_table
from reports.queries.spot_checks import reasons_export
from reports.queries.students import students_table
from reports.queries.teacher_scores import teacher_scores_table
from reports.tables import Imprint, Paper, Table
from scoring.queries.months import MONTH, month_asked
from students.models import School

FORMS: dict[str, Callable[[Table, BinaryIO, Imprint], None]] = {
    ".json": write_json,
    ".xlsx": write_excel,
    ".pdf": write_pdf,
}
FORM_NAMES = {".xlsx": "Excel", ".pdf": "PDF", ".json": "JSON"}  # as people know them
# Cells that are drawn while the page waits, about a second's work; a longer table is drawn by the worker.
MOST_CELLS_AT_ONCE = {".xlsx": 100_000, ".pdf": 20_000, ".json": 200_000}
OPTIONS = {"as_of": "--as-of", "month": "--month", "school": "--school", "reveal": "--reveal"}
SHORTEST_REASON = 4  # characters; less explains nothing


class ExportRefused(Exception):
    """An export that was not asked for rightly or could not be written; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Export:
    """A table that can be asked for by name; ``takes`` are the options that narrow it down or uncover its numbers.

    ``looks_ahead``: whether it says anything of a day to come. ``month``: finds the month asked for; None where there
    is nothing to say of it yet.
    """

    title: str
    build: Callable[..., Table]
    takes: frozenset[str]
    looks_ahead: bool = True
    month: Callable[..., Any] = month_asked


EXPORTS = {
    "obligations": Export("待办明细", obligations_table, frozenset({"as_of", "school"})),
    "students": Export("学生名单", students_table, frozenset({"as_of", "school", "reveal"})),
    **{
        f"ledger_{code}": Export(ROSTERS[code].title, build, frozenset({"as_of", "school", "reveal"}))
        for code, build in LEDGERS.items()
    },
    "monthly_return": Export(
        "控辍保学月报表", monthly_return_table, frozenset({"month", "school"}), month=return_month
    ),
    "cohort_retention": Export(COHORTS, cohort_retention_table, frozenset({"as_of", "school"}), looks_ahead=False),
    "class_scores": Export("班级责任考核", class_scores_table, frozenset({"as_of", "school"}), looks_ahead=False),
    "school_scores": Export("学校月考核", school_scores_table, frozenset({"month"})),
    "teacher_scores": Export("教师个人绩效", teacher_scores_table, frozenset({"month", "school"})),
    "count_reasons": Export("随机清点理由", reasons_export, frozenset({"school"})),
    "inspections": Export("检查汇总", inspections_table, frozenset({"as_of", "school"})),
    "pledges": Export("控辍保学责任书", pledges_of_schools, frozenset({"school"})),
    "bundles": Export("三包花名册", bundles_table, frozenset({"as_of", "school"}), looks_ahead=False),
    "rectifications": Export("整改台账", rectifications_table, frozenset({"as_of", "school"})),
    "awards": Export("表彰名单", awards_table, frozenset({"as_of", "school"}), looks_ahead=False),
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
    options = _period(export, today, asked)
    if "school" in asked:
        options["school"] = find_school(asked["school"])
    if "reveal" in asked:
        options["reveal"] = is_reason(asked["reveal"])
    return export.build(**options)


def _period(export: Export, today: date, asked: dict[str, str]) -> dict:
    """The day or the month that a table speaks of."""
    if "month" in export.takes:
        if "month" not in asked:
            raise ExportRefused(f"《{export.title}》按月导出，请写明月份，例如：--month 2026-10。")
        return {"month": read_month(export, asked["month"], today=today)}
    day = read_day(asked["as_of"]) if "as_of" in asked else today
    if day > today and not export.looks_ahead:
        raise ExportRefused(f"《{export.title}》算到哪一天，那一天要已经到了：{asked['as_of']}还没有到。")
    return {"as_of": day}


def writer_for(path: Path) -> Callable[[Table, BinaryIO, Imprint], None]:
    """The form that the file's ending chooses."""
    try:
        return FORMS[path.suffix.lower()]
    except KeyError:
        raise ExportRefused(f"文件名“{path.name}”的结尾应是{'、'.join(FORMS)}之一，由它决定导出的形式。") from None


def is_long(paper: Paper, form: str) -> bool:
    """Whether it takes too long to be drawn while somebody waits; a sheet with a form of its own never does."""
    return isinstance(paper, Table) and paper.count * len(paper.columns) > MOST_CELLS_AT_ONCE[form]


def long_forms(paper: Paper, forms: Iterable[str]) -> list[str]:
    """Those of ``forms`` in which it takes too long, by their names: ``["PDF"]``."""
    return [FORM_NAMES[form] for form in forms if is_long(paper, form)]


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExportRefused(f"日期“{text}”不对，应写成2026-10-25这样。") from None


def read_month(export: Export, text: str, *, today: date) -> Any:
    if not (found := MONTH.fullmatch(text)):
        raise ExportRefused(f"月份“{text}”不对，应写成2026-10这样。")
    month = export.month(int(found[1]), int(found[2]), today=today)
    if month is None:
        raise ExportRefused(f"《{export.title}》没有{text}的：月份还没有到，或者在记录以前。")
    return month


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

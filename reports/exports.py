"""What can be exported, and in which forms: the registry behind ``manage.py export`` (contract.md)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
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
EARLIEST = date(1900, 1, 1)  # ages are counted back from the day of a roster
SHORTEST_REASON = 4  # characters; less explains nothing


@dataclass(frozen=True)
class PeriodOption:
    """An option that says of which period a table speaks: what it is called, how it is written, what the example
    means where the code does not say it, and why there may be none."""

    name: str
    example: str
    meaning: str
    pattern: re.Pattern
    none: str


PERIODS = {
    "month": PeriodOption("月份", "2026-10", "", MONTH, "月份还没有到，或者在记录以前"),
    "term": PeriodOption(
        "学期",
        "2026-1",
        "（2026-2027学年第一学期）",
        re.compile(r"(?:19|20|21)[0-9]{2}-[12]"),
        "学期还没有开始，或者校历里没有这个学期",
    ),
    "year": PeriodOption(
        "学年",
        "2026",
        "（2026-2027学年）",
        re.compile(r"(?:19|20|21)[0-9]{2}"),
        "学年还没有开始，或者在记录以前",
    ),
    "quarter": PeriodOption(
        "季度",
        "2026-1",
        "（2026-2027学年第一季度）",
        re.compile(r"(?:19|20|21)[0-9]{2}-[1-4]"),
        "这个季度还没有开始复核",
    ),
}
OPTIONS = {option: f"--{option.replace('_', '-')}" for option in ("as_of", *PERIODS, "school", "reveal")}


class ExportRefused(Exception):
    """An export that was not asked for rightly or could not be written; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Export:
    """A table that can be asked for by name; ``takes`` are the options that narrow it down or uncover its numbers.

    ``looks_ahead``: whether it says anything of a day to come. ``periods``: for one that speaks of a period and not of
    a day, the options that name it, each with what finds it by its code; None where there is nothing to say of it yet.
    """

    title: str
    build: Callable[..., Table]
    takes: frozenset[str]
    looks_ahead: bool = True
    periods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


def months_of(find: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """``Export.periods`` of a table by months; ``find`` takes the year and the number of one."""
    return {"month": lambda code, *, today: find(*map(int, code.split("-")), today=today)}


EXPORTS = {
    "obligations": Export("待办明细", obligations_table, frozenset({"as_of", "school"})),
    "students": Export("学生名单", students_table, frozenset({"as_of", "school", "reveal"}), looks_ahead=False),
    **{
        f"ledger_{code}": Export(
            ROSTERS[code].title, build, frozenset({"as_of", "school", "reveal"}), looks_ahead=False
        )
        for code, build in LEDGERS.items()
    },
    "monthly_return": Export(
        "控辍保学月报表", monthly_return_table, frozenset({"school"}), periods=months_of(return_month)
    ),
    "cohort_retention": Export(COHORTS, cohort_retention_table, frozenset({"as_of", "school"}), looks_ahead=False),
    "class_scores": Export("班级责任考核", class_scores_table, frozenset({"as_of", "school"}), looks_ahead=False),
    "school_scores": Export("学校月考核", school_scores_table, frozenset(), periods=months_of(month_asked)),
    "teacher_scores": Export(
        "教师个人绩效", teacher_scores_table, frozenset({"school"}), periods=months_of(month_asked)
    ),
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
    for option in sorted(asked.keys() - export.takes - export.periods.keys()):
        raise ExportRefused(f"《{export.title}》不用{OPTIONS[option]}。")
    options: dict[str, Any] = {}
    if export.periods:
        build = partial(export.build, read_period(export, asked, today=today))
    else:
        build, options["as_of"] = export.build, _day(export, asked, today=today)
    if "school" in asked:
        options["school"] = find_school(asked["school"])
    if "reveal" in asked:
        options["reveal"] = is_reason(asked["reveal"])
    return build(**options)


def _day(export: Export, asked: Mapping[str, str], *, today: date) -> date:
    """The day that a table speaks of."""
    day = read_day(asked["as_of"]) if "as_of" in asked else today
    if day > today and not export.looks_ahead:
        raise ExportRefused(f"《{export.title}》算到哪一天，那一天要已经到了：{asked['as_of']}还没有到。")
    if day < EARLIEST:
        raise ExportRefused(f"《{export.title}》没有{asked['as_of']}的：这一天太早，没有记录。")
    return day


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


def read_period(export: Export, asked: Mapping[str, str], *, today: date) -> Any:
    """The one period that a table is asked of."""
    given = [option for option in export.periods if option in asked]
    if len(given) != 1:
        raise ExportRefused(_which_period(export, given))
    [option] = given
    text, period = asked[option], PERIODS[option]
    if not period.pattern.fullmatch(text):
        raise ExportRefused(f"{period.name}“{text}”不对，应写成{period.example}这样{period.meaning}。")
    found = export.periods[option](text, today=today)
    if found is None:
        raise ExportRefused(f"《{export.title}》没有{text}的：{period.none}。")
    return found


def _which_period(export: Export, given: list[str]) -> str:
    """What is said where no period was named, or several were."""
    if given:
        return f"《{export.title}》一次导出一期，{'、'.join(OPTIONS[option] for option in given)}只能写一个。"
    periods = {OPTIONS[option]: PERIODS[option] for option in export.periods}
    names = "、".join(period.name for period in periods.values())
    examples = "，或者".join(f"{option} {period.example}{period.meaning}" for option, period in periods.items())
    return f"《{export.title}》按{names.replace('月份', '月')}导出，请写明{names}，例如：{examples}。"


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

"""The table of 学期定分: the classes of a school as they were frozen or amended (domain.md §8); no child is named."""

from collections.abc import Callable

from django.utils import timezone

from reports.tables import Column, Kind, Table
from scoring.queries.freeze_page import Sheet
from scoring.queries.freezes import ClassRow
from scoring.scheme import Measure, plain
from students.metrics import DROPOUT_RATE, Rate
from students.templatetags.chinese import cdate

SIGNATURES = ("校长", "检查人", "县教育局")


def frozen_scores_table(sheet: Sheet) -> Table:
    """The list of the edition that ``sheet`` shows."""
    freeze = sheet.freeze
    return Table(
        title="班级责任考核学期定分表",
        columns=COLUMNS,
        rows=lambda: sheet.rows,
        count=len(sheet.rows),
        unit="个班",
        as_of=freeze.day,
        filters=(freeze.school.name, str(freeze.term), _edition(sheet)),
        tally={
            "完成目标": sheet.met,
            "不予评定": sheet.unrated,
            "一票否决": sum(row.result["veto"] for row in sheet.rows),
        },
        notes=_notes(sheet),
        fixed_columns=1,
        signatures=SIGNATURES,
    )


def _edition(sheet: Sheet) -> str:
    return f"第{sheet.edition}次更正后" if sheet.edition else "定分"


def _notes(sheet: Sheet) -> tuple[str, ...]:
    freeze = sheet.freeze
    said = [
        "从学年第一天算到截至日期（含）。缺勤本身不扣分；认定不可归责的不扣分。",
        DROPOUT_RATE.note,
        f"{_act(freeze.signed_by, freeze.signed_at)}签字确认，{_act(freeze.frozen_by, freeze.frozen_at)}定分。",
        f"检查情况：{freeze.note}",
    ]
    said += [
        f"第{each.number}次更正，{_act(each.issued_by, each.issued_at)}，{len(each.differences)}个班：{each.reason}"
        for each in sheet.amendments
        if each.number <= sheet.edition
    ]
    return (*said, *_months(sheet), f"内容摘要（SHA-256）：{sheet.sha256}")


def _months(sheet: Sheet) -> tuple[str, ...]:
    """学校各月考核 in one note: 9月100分优秀（流失0/40人，缺0/320节）."""
    told = "；".join(
        f"{month.month.month}月{plain(made.total)}分{made.band.label}（流失{made.standing.lost}/"
        f"{made.standing.baseline}人，缺{made.missing}/{made.due}节）"
        for month, made in sheet.months
    )
    short = f"评先进校时，{sheet.short_months}" if sheet.short_months else ""
    return (f"学校各月考核：{told}。{short}",) if told else ()


def _act(by, at) -> str:
    return f"{by.name}{cdate(timezone.localtime(at).date())}"


def _result(name: str) -> Callable[[ClassRow], object]:
    return lambda row: row.result[name]


def _points(place: int) -> Callable[[ClassRow], object]:
    return lambda row: row.points[place]


def _rate(row: ClassRow) -> Rate:
    return DROPOUT_RATE.of(row.result["lost"], row.result["baseline"])


COLUMNS = (
    Column("class", "班级", Kind.TEXT, 7, lambda row: row.school_class.number, lambda row: row.school_class.name),
    Column("baseline", "学年初人数", Kind.INTEGER, 5, _result("baseline")),
    Column("dropouts", "流失人数", Kind.INTEGER, 4, _result("lost")),
    Column("dropout_rate", "辍学率", Kind.RATE, 5, _rate),
    Column("target_met", "目标", Kind.WORD, 5, _result("target_met"), lambda row: row.target[0],
           stressed=frozenset({False})),
    *(
        Column(f"lines.{measure}", measure.label, Kind.POINTS, 5, _points(place))
        for place, measure in enumerate(Measure)
    ),
    Column("total", "合计", Kind.POINTS, 5, lambda row: row.total),
    Column("edition", "更正", Kind.WORD, 5, lambda row: row.number,
           lambda row: f"第{row.number}次" if row.number else None),
)  # fmt: skip

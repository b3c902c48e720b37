"""The table of 班级责任考核: every class with its lines as of a day (domain.md §8, contract.md)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import attrgetter

from reports.tables import Column, Kind, Table
from scoring.class_scores import ClassScore
from scoring.queries.class_scores import class_scores
from scoring.scheme import Measure
from students.metrics import DROPOUT_RATE, Rate
from students.models import School, SchoolClass

Row = tuple[SchoolClass, ClassScore]
LINES = (  # in the order of contract.md, in which scripts read them
    (Measure.TARGET, "完成目标加分，没有完成的扣分；完成了而没有点名的节次超过办法所定比例的，不予评定，记0分。"),
    (Measure.LATE_CONTACT, "点名齐全的日子，有学生缺课而联系家长、家访逾期的，一天记一次。"),
    (Measure.LATE_REPORT, "缺课、流失、复学、变动报告逾期的，一份记一次。"),
    (Measure.MISSED_ROLL_CALL, "有学生在校的上课日，全天没有点名或缺一部分的，一天记一次。"),
    (Measure.VERIFIED_RETURN, "劝返复学后到校满办法所定天数的，一名学生一学年记一次。"),
)
NOTES = (
    "申诉认定不计的流失学生仍在流失人数和辍学率里，不影响控辍目标和一票否决。",
    "从学年第一天算到截至日期（含）。缺勤本身不扣分，请假与否都一样；按时办结的不扣分。各项有扣分下限或加分上限，见考核办法。",
    DROPOUT_RATE.note,
)


def class_scores_table(*, as_of: date, school: School | None = None) -> Table:
    """The score of every class, or of those of one school, through ``as_of``."""
    classes = SchoolClass.objects.filter(school=school) if school else SchoolClass.objects.all()
    return table_of(classes, as_of=as_of, filters=(school.name if school else "全部学校",))


def table_of(classes, *, as_of: date, filters: tuple[str, ...]) -> Table:
    """The scores of ``classes`` (a queryset), reckoned from the facts; ``filters`` say which they are."""
    rows = list(class_scores(classes.order_by("school__code", "number"), as_of=as_of))
    return Table(
        title="班级责任考核",
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="个班",
        as_of=as_of,
        filters=filters,
        tally={
            "完成目标": sum(score.target_met and score.is_rated for _, score in rows),
            "不予评定": sum(score.target_met and not score.is_rated for _, score in rows),
            "一票否决": sum(score.veto for _, score in rows),
        },
        notes=NOTES,
        fixed_columns=2,
    )


def _of_class(path: str) -> Callable[[Row], str]:
    get = attrgetter(path)
    return lambda row: get(row[0])


def _of_score(path: str) -> Callable[[Row], object]:
    get = attrgetter(path)
    return lambda row: get(row[1])


def _points(measure: Measure) -> Callable[[Row], Decimal]:
    return lambda row: row[1].lines[measure].points


def _rate(row: Row) -> Rate:
    _, score = row
    return DROPOUT_RATE.of(len(score.facts.lost), score.facts.baseline)


def _target(row: Row) -> str:
    _, score = row
    if not score.target_met:
        return "没有完成"
    return "完成" if score.is_rated else "不予评定"


COLUMNS = (
    Column("school", "学校", Kind.TEXT, 9, _of_class("school.code"), _of_class("school.name")),
    Column("class", "班级", Kind.TEXT, 6, _of_class("number"), _of_class("name")),
    Column("baseline", "学年初人数", Kind.INTEGER, 4, _of_score("facts.baseline")),
    Column("dropouts", "流失人数", Kind.INTEGER, 4, lambda row: len(row[1].facts.lost)),
    Column("dropout_rate", "辍学率", Kind.RATE, 5, _rate),
    Column("target_met", "目标", Kind.WORD, 5, _of_score("target_met"), _target, stressed=frozenset({False})),
    Column(
        "veto",
        "一票否决",
        Kind.WORD,
        5,
        _of_score("veto"),
        lambda row: "否决" if row[1].veto else None,
        stressed=frozenset({True}),
    ),
    *(
        Column(f"lines.{measure}", measure.label, Kind.POINTS, 4.5, _points(measure), note=note)
        for measure, note in LINES
    ),
    Column("total", "合计", Kind.POINTS, 4.5, _of_score("total")),
)

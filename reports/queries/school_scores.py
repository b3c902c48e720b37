"""The table of 学校月考核: every school with its month, ranked, each figure beside what it is of (domain.md §8)."""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter

from reports.tables import Column, Kind, Table
from scoring.queries.months import ScoreMonth
from scoring.queries.school_scores import (
    RankedSchool,
    days_of,
    ranked_schools,
    standings_from_facts,
    yardstick_of,
)
from scoring.scheme import STAGES, Measure, plain
from scoring.school_scheme import Band, SchoolScheme
from students.metrics import DROPOUT_RATE, Rate
from students.models import School, SchoolClass

TITLE = "学校月考核"
LINES = (
    (Measure.TARGET, "有学段没有完成控辍目标的扣分，一个学段记一次。"),
    *((measure, "") for measure in (Measure.MISSED_ROLL_CALL, Measure.LATE_CONTACT, Measure.LATE_REPORT)),
    (Measure.VERIFIED_RETURN, ""),
)
HOW = (
    "点名、及时联系、及时报告、劝返复学是各班当月得分（当月截止日与上月截止日得分的差）按班平均后的折合，缺勤本身不扣分。总分从基础分起算。",
)


def notes_of(scheme: SchoolScheme) -> tuple[str, ...]:
    """What is said under the table, with the numbers of the scheme that holds in its month."""
    last = f"同分同名次；辍学率超过{plain(scheme.veto_above)}%的一票否决，评为不合格，排在最后"
    best = f"缺的节次超过{plain(scheme.unregistered_above)}%的，不能评为优秀"
    unfounded = f"，超过{plain(scheme.unfounded_above)}%的不论得分评为不合格，也排在最后"
    return (*HOW, f"{last}；{best}{unfounded if scheme.unfounded_above < 100 else ''}。", DROPOUT_RATE.note)


def school_scores_table(month: ScoreMonth) -> Table:
    """The month of every school, reckoned from the facts."""
    standings = standings_from_facts(SchoolClass.objects.order_by("school__code", "number"), days_of(month))
    schools = School.objects.select_related("township")
    by = yardstick_of(month.month.school_year)
    ranked = ranked_schools(schools, month, standings, by)
    return table_of(ranked, month=month, scheme=by.scheme, filters=("全部学校",))


def table_of(
    ranked: Sequence[RankedSchool], *, month: ScoreMonth, scheme: SchoolScheme, filters: tuple[str, ...]
) -> Table:
    """The months of ``ranked`` schools by ``scheme``; ``filters`` say which they are."""
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=lambda: ranked,
        count=len(ranked),
        unit="所",
        as_of=month.day,
        filters=(month.label, *filters, *(["暂计"] if month.is_provisional else [])),
        tally={band.label: sum(row.score.band is band for row in ranked) for band in Band},
        notes=notes_of(scheme),
        fixed_columns=2,
        signatures=("经办人", "负责人"),
    )


def _points(measure: Measure, row: RankedSchool):
    return row.score.lines[measure]


def _rate(row: RankedSchool) -> Rate:
    return DROPOUT_RATE.of(row.score.standing.lost, row.score.standing.baseline)


def _stages(row: RankedSchool) -> str | None:
    return "、".join(STAGES[stage] for stage in row.score.missed) or None


COLUMNS = (
    Column("rank", "名次", Kind.INTEGER, 3, attrgetter("rank")),
    Column("school", "学校", Kind.TEXT, 10, attrgetter("school.code"), attrgetter("school.name")),
    Column(None, "乡镇", Kind.TEXT, 5, attrgetter("school.township.name")),
    Column("baseline", "学年初人数", Kind.INTEGER, 5, attrgetter("score.standing.baseline")),
    Column("dropouts", "流失人数", Kind.INTEGER, 4.5, attrgetter("score.standing.lost")),
    Column("dropout_rate", "辍学率", Kind.RATE, 5, _rate),
    Column("targets_missed", "未完成目标", Kind.TEXT, 5.5, lambda row: list(row.score.missed), _stages),
    Column("classes", "班数", Kind.INTEGER, 3, attrgetter("score.standing.classes")),
    Column("registers.due", "应点节次", Kind.INTEGER, 4.5, attrgetter("score.due")),
    Column("registers.missing", "缺的节次", Kind.INTEGER, 4.5, attrgetter("score.missing")),
    *(
        Column(f"lines.{measure}", measure.label, Kind.POINTS, 4.5, partial(_points, measure), note=note)
        for measure, note in LINES
    ),
    Column("total", "总分", Kind.POINTS, 4.5, attrgetter("score.total")),
    Column(
        "veto",
        "一票否决",
        Kind.WORD,
        4.5,
        attrgetter("score.is_vetoed"),
        lambda row: "否决" if row.score.is_vetoed else None,
        stressed=frozenset({True}),
    ),
    Column("band", "等级", Kind.WORD, 4, attrgetter("score.band"), stressed=frozenset({Band.FAIL})),
)

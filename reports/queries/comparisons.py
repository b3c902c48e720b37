"""核对差异 as a table: what two registries say differently of a child."""

from operator import attrgetter

from django.db.models import QuerySet

from reports.tables import Column, Kind, Table, text_of
from students.models import Comparison, Difference

NOTES = (
    "两边按学籍号、身份证件号逐人对照，本系统取导出日期当天的学籍。号码在核对时已遮住中间几位，没有保存完整号码。",
    "变动在县级规定的工作日内应在全国系统办结，期满还没有办结的列为“变动未在全国系统办理”。",
)
COLUMNS = (
    Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
    Column("student", "学籍号或证件号", Kind.CODE, 11, attrgetter("number")),
    Column("school", "学校", Kind.TEXT, 9, attrgetter("school.code"), attrgetter("school.name")),
    Column("kind", "差异", Kind.TEXT, 8, attrgetter("kind"), lambda row: row.get_kind_display()),
    Column("field", "栏目", Kind.TEXT, 6, attrgetter("field")),
    Column("theirs", "全国系统", Kind.TEXT, 12, attrgetter("theirs")),
    Column("ours", "本系统", Kind.TEXT, 12, attrgetter("ours")),
    Column("settled", "处理情况", Kind.TEXT, 12, lambda row: _settled(row)),
)


def _settled(row: Difference) -> str:
    return f"{row.settled_note}（{row.settled_by.name}）" if row.settled_at else ""


def differences_table(comparison: Comparison, rows: QuerySet[Difference], *, view: str) -> Table:
    """The differences of one tab, row by row. ``view``: what the tab is called."""
    listed = rows.select_related("school", "settled_by")
    return Table(
        title="与全国学籍系统核对差异",
        columns=COLUMNS,
        rows=lambda: listed.iterator(chunk_size=2000),
        count=rows.count(),
        as_of=comparison.as_of,
        unit="条",
        filters=(view, f"核对日期{text_of(comparison.compared_at.date())}"),
        notes=NOTES,
    )

"""A small table with everything in it that a rendering has to get right."""

from datetime import date, datetime
from operator import itemgetter
from zoneinfo import ZoneInfo

from casework.ladder import DutyStatus
from reports.tables import Column, Imprint, Kind, Table

IMPRINT = Imprint(by="曾杰 & 沈明", at=datetime(2026, 10, 25, 14, 3, tzinfo=ZoneInfo("Asia/Shanghai")))
COLUMNS = (
    Column(None, "姓名", Kind.TEXT, 6, itemgetter("name")),
    Column("student", "学籍号", Kind.CODE, 11, itemgetter("number"), lambda row: row["number"][-4:]),
    Column("day", "日期", Kind.DATE, 8, itemgetter("day")),
    Column("days", "天数", Kind.INTEGER, 3, itemgetter("days"), note="只数上课日。"),
    Column("status", "状态", Kind.WORD, 5, itemgetter("status"), stressed=frozenset({DutyStatus.LATE_OPEN})),
)


def row(name="高东", *, number="629901201405060017", day=date(2026, 9, 7), days=3, status=DutyStatus.DONE):
    return {"name": name, "number": number, "day": day, "days": days, "status": status}


def table(*rows, **said):
    said = {"title": "缺课明细", "as_of": date(2026, 10, 25), "unit": "人", "filters": ("东坪小学",)} | said
    return Table(columns=COLUMNS, rows=lambda: iter(rows), count=len(rows), **said)

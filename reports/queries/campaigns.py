"""排查名单 as a table: the children of a sweep as the page lists them, with guardians and who follows up."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from reports.tables import Column, Kind, Table, number_column, phone_column
from students.models import Campaign, Finding
from students.queries.campaigns import FindingLine, line, with_children

CHUNK = 2000  # children read together


class FindingRow(NamedTuple):
    """A child of a sweep as the table prints it."""

    number: int
    line: FindingLine

    @property
    def which(self) -> Finding.List:
        return Finding.List(self.line.finding.list)

    @property
    def state(self) -> Finding.State:
        return Finding.State(self.line.finding.state)

    @property
    def school(self) -> str:
        return self.line.finding.school.name if self.line.finding.school else ""

    @property
    def follower(self) -> str:
        return self.line.finding.follower.name if self.line.finding.follower else ""


UNSETTLED = frozenset(Finding.State) - frozenset(Finding.SETTLED)


def columns(*, reveal: bool) -> tuple[Column, ...]:
    return (
        Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
        Column("name", "姓名", Kind.TEXT, 4.5, attrgetter("line.name")),
        Column("sex", "性别", Kind.TEXT, 2, attrgetter("line.sex")),
        Column("birth_date", "出生日期", Kind.DATE, 7.5, attrgetter("line.born")),
        Column("age", "周岁", Kind.INTEGER, 2.2, attrgetter("line.age"), note="比对日期当天的周岁。"),
        number_column("number", "身份证件号", 9.5, attrgetter("line.number"), reveal=reveal),
        Column("place", "户籍乡镇、村", Kind.TEXT, 7, attrgetter("line.place")),
        Column("guardian", "监护人", Kind.TEXT, 4.5, attrgetter("line.guardian")),
        phone_column("phone", "联系电话", 6.5, attrgetter("line.phone"), reveal=reveal),
        Column("list", "清单", Kind.WORD, 6, attrgetter("which")),
        Column("school", "在籍学校", Kind.TEXT, 6, attrgetter("school")),
        Column("state", "核实结果", Kind.WORD, 6, attrgetter("state"), stressed=UNSETTLED),
        Column("last_on", "核实日期", Kind.DATE, 7.5, attrgetter("line.last_on")),
        Column("follower", "责任人", Kind.TEXT, 4, attrgetter("follower")),
    )


NOTES = (
    "有户籍无学籍：比对日期当天属适龄儿童少年（入学年龄和适龄上限见县级规定），户籍在本县，当天全县各校都没有在籍记录。",
    "初中毕业和死亡的不列入有户籍无学籍。",
    "有学籍未在校：当天在籍，但休学、辍学，或连续缺课达到疑似辍学天数。",
    "辍学且为脱贫户：当天辍学，家庭是脱贫户。同一名儿童可以同时在两张清单上。",
)


def findings_table(campaign: Campaign, findings, *, filters: Sequence[str], reveal: bool) -> Table:
    """``findings``: those of the sweep that the reader may see, narrowed down as ``filters`` say."""

    def rows() -> Iterator[FindingRow]:
        listed = with_children(findings).iterator(chunk_size=CHUNK)
        return (FindingRow(number, line(finding)) for number, finding in enumerate(listed, start=1))

    return Table(
        title=f"{campaign}名单",
        columns=columns(reveal=reveal),
        rows=rows,
        count=findings.count(),
        unit="人",
        as_of=campaign.as_of,
        filters=tuple(filters),
        notes=NOTES,
        fixed_columns=2,
    )

"""The table of 表彰名单: who was awarded, by what numbers (domain.md §8); no child is named."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

from reports.tables import Column, Kind, Table
from scoring.models import Award, AwardList
from students.models import School
from students.templatetags.chinese import cdate


def award_list_table(row: AwardList, awards: Sequence[Award], filters: tuple[str, ...], *, shows_checks: bool) -> Table:
    """The awards of a list, those that were withdrawn as well and marked so. ``shows_checks``: with their conditions,
    which of a person are their own scores."""
    withdrawn = sum(_is_withdrawn(award) for award in awards)
    return Table(
        title=f"{row.get_kind_display()}评优名单",
        columns=tuple(column for column in COLUMNS if shows_checks or column.key != "checks"),
        rows=lambda: awards,
        count=len(awards),
        unit="个",
        as_of=row.confirmed_on,
        filters=(row.reference, str(row.term), *filters),
        tally={"已撤销": withdrawn},
        notes=(
            f"按《{row.rule.title}》，依据已经定分的责任考核，{cdate(row.confirmed_on)}由{row.issuer}评定：{row.note}",
            "已撤销的，是评定以后定分更正、不再符合条件的，由县教育局编号变更。",
            f"内容摘要（SHA-256）：{row.sha256}",
        ),
        fixed_columns=1,
        signatures=("经办人", "负责人"),
    )


def awards_table(*, as_of: date, school: School | None = None) -> Table:
    """Every award given by ``as_of``, of one school or of all."""
    awards = Award.objects.filter(award_list__confirmed_on__lte=as_of)
    if school:
        awards = awards.filter(school=school)
    people = ("award_list__term", "school", "person", "withdrawal")
    rows = awards.select_related(*people).order_by("award_list__year", "award_list__number", "number")
    return Table(
        title="表彰名单",
        columns=(*LIST_COLUMNS, *COLUMNS),
        rows=lambda: rows,
        count=rows.count(),
        unit="个",
        as_of=as_of,
        filters=(school.name if school else "全部学校",),
        notes=("已撤销的，是评定以后定分更正、不再符合条件的，由县教育局编号变更。",),
        fixed_columns=1,
        signatures=("经办人", "负责人"),
    )


def _is_withdrawn(award: Award) -> bool:
    return getattr(award, "withdrawal", None) is not None


def _checks(award: Award) -> list[str]:
    return [words for _, _, words in award.checks]


COLUMNS = (
    Column("number", "序号", Kind.INTEGER, 3, attrgetter("number")),
    Column("school", "学校", Kind.TEXT, 9, attrgetter("school.code"), attrgetter("school.name")),
    Column("name", "名称", Kind.TEXT, 8, attrgetter("name")),
    Column("checks", "依据", Kind.TEXT, 28, _checks, lambda award: "；".join(_checks(award))),
    Column("is_withdrawn", "状态", Kind.WORD, 5, _is_withdrawn,
           lambda award: "已撤销" if _is_withdrawn(award) else "表彰", stressed=frozenset({True})),
)  # fmt: skip
LIST_COLUMNS = (
    Column("reference", "文号", Kind.TEXT, 9, attrgetter("award_list.reference")),
    Column("term", "学期", Kind.TEXT, 11, lambda award: str(award.award_list.term)),
    Column("kind", "项目", Kind.WORD, 8, attrgetter("kind"), lambda award: award.get_kind_display()),
)

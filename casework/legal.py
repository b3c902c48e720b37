"""依法措施 (legal steps): what may be done by law to bring a child back, by whom, on which ground. Pure.

A school only urges. Nobody is fined, and no child is expelled (义务教育法 27, 58; domain.md §5).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_DAYS = 365  # a longer deadline is a slip of the pen [D]


class Authority(StrEnum):
    """Who takes a step (办理机关)."""

    SCHOOL = "school"
    TOWNSHIP = "township"
    BUREAU = "bureau"
    COURT = "court"

    @property
    def label(self) -> str:
        return {"school": "学校", "township": "乡镇政府", "bureau": "县教育局", "court": "司法机关"}[self]


class LegalKind(StrEnum):
    """What is done (措施)."""

    URGING_NOTICE = "urging_notice"
    ADMONITION = "admonition"
    ORDER = "order"
    JOINT_PERSUASION = "joint_persuasion"
    REFERRAL = "referral"
    LAWSUIT = "lawsuit"

    @property
    def label(self) -> str:
        return RULES[self].label

    @property
    def basis(self) -> str:
        return RULES[self].basis


@dataclass(frozen=True)
class LegalRule:
    """``takers``: whose step it is; ``basis``: the ground, in words; ``needs_deadline``: it sets a day."""

    label: str
    takers: tuple[Authority, ...]
    basis: str
    needs_deadline: bool = False


GOVERNMENT = (Authority.TOWNSHIP, Authority.BUREAU)
RULES: dict[LegalKind, LegalRule] = {
    LegalKind.URGING_NOTICE: LegalRule(
        "劝学（返校）通知书",
        (Authority.SCHOOL, *GOVERNMENT),
        "未成年人保护法第二十八条：学校对尚未完成义务教育的辍学学生登记并劝返复学，劝返无效的及时向教育行政部门书面报告",
        needs_deadline=True,
    ),
    LegalKind.ADMONITION: LegalRule(
        "批评教育",
        GOVERNMENT,
        "义务教育法第五十八条：监护人无正当理由未送适龄儿童少年入学接受义务教育的，由乡镇政府或县教育局给予批评教育",
    ),
    LegalKind.ORDER: LegalRule(
        "责令限期改正",
        GOVERNMENT,
        "义务教育法第五十八条：由乡镇政府或县教育局给予批评教育，责令限期改正",
        needs_deadline=True,
    ),
    LegalKind.JOINT_PERSUASION: LegalRule(
        "联合劝返",
        GOVERNMENT,
        "义务教育法第十三条：乡镇政府和县教育局组织和督促适龄儿童少年入学，采取措施防止辍学",
    ),
    LegalKind.REFERRAL: LegalRule(
        "移送司法机关",
        GOVERNMENT,
        "国办发〔2017〕72号：逾期不改的，由司法部门依法发放司法文书，敦促保证学生尽早复学",
    ),
    LegalKind.LAWSUIT: LegalRule(
        "依法诉讼",
        (Authority.COURT,),
        "义务教育法第五条：监护人应当依法保证适龄儿童少年按时入学接受并完成义务教育；国办发〔2017〕72号：情节严重的，依法追究法律责任",
    ),
}
# Who enters what a court does: those who brought it there.
ENTERED_BY = {Authority.COURT: GOVERNMENT}


def kinds_of(authorities: Collection[Authority]) -> list[LegalKind]:
    """What somebody who acts for ``authorities`` may enter, in the order of the list."""
    return [kind for kind in LegalKind if any(may_enter(kind, taker, authorities) for taker in RULES[kind].takers)]


def may_enter(kind: LegalKind, authority: Authority, held: Collection[Authority]) -> bool:
    """Whether somebody who acts for ``held`` may enter that ``authority`` has taken this step."""
    return authority in RULES[kind].takers and bool(set(held) & set(ENTERED_BY.get(authority, (authority,))))


def legal_refusal(
    kind: LegalKind, authority: Authority, *, held: Collection[Authority], day: date, deadline: date | None,
    opened: date, today: date,
) -> str:  # fmt: skip
    """Why a step cannot be entered, in a Chinese sentence; blank = it can. ``opened``: the first day of the case."""
    rule = RULES[kind]
    if authority not in rule.takers:
        return f"{rule.label}不是{authority.label}可以采取的措施"
    if not may_enter(kind, authority, held):
        return f"{authority.label}的{rule.label}不由你登记"
    if day > today:
        return "日期还没有到，采取措施以后再登记"
    if day < opened:
        return f"日期早于个案建档的日子（{opened.year}年{opened.month}月{opened.day}日），请核对日期"
    if rule.needs_deadline and deadline is None:
        return f"{rule.label}要写明期限"
    if deadline is not None and deadline < day:
        return "期限不能早于采取措施的日期"
    if deadline is not None and (deadline - day).days > MOST_DAYS:
        return "期限太远，最多是采取措施以后一年，请核对日期"
    return ""

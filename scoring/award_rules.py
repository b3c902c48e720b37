"""评优办法 (rules of awards): who may be commended at the end of a term, as dated data (domain.md §8). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.scheme import Affected, plain
from scoring.scheme_reading import MOST, Reason, SchemeError, read_number
from scoring.school_scheme import REACHED, Band


class AwardKind(StrEnum):
    """What is awarded (评优项目)."""

    CLASS = "class"
    GRADE = "grade"
    SCHOOL = "school"
    PERSON = "person"

    @property
    def label(self) -> str:
        return {
            "class": "无流失生班级",
            "grade": "无流失生年级",
            "school": "控辍保学先进校",
            "person": "控辍保学先进个人",
        }[self]

    @property
    def unit(self) -> str:
        """What its candidates are counted in."""
        return {"class": "个班", "grade": "个年级", "school": "所学校", "person": "人"}[self]


@dataclass(frozen=True)
class AwardRule:
    """The conditions of all four awards. ``key`` names them in the store; shares and rates are in per cent.

    ``lost_at_most``: children lost from a class or a grade; ``band_at_least``: of a school, in every month of the
    term that has at least ``month_days_at_least`` of its school days; ``registers_at_least``: taken by a school;
    ``school_share``: of the schools of a type; ``roles``: as what a person has a class; ``points_at_least``: in the
    term; ``person_share``: of such persons of a school.
    """

    key: int | str
    code: str
    title: str
    source: str
    lost_at_most: int
    band_at_least: Band
    month_days_at_least: Decimal
    registers_at_least: Decimal
    school_share: Decimal
    roles: tuple[Affected, ...]
    points_at_least: Decimal
    person_share: Decimal
    sources: Mapping[str, str]

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands that are good enough."""
        return REACHED[: REACHED.index(self.band_at_least) + 1]

    @property
    def role_words(self) -> str:
        return "、".join(role.label for role in self.roles)

    @property
    def words_of_short_months(self) -> str:
        """What becomes of a month that has fewer school days."""
        return f"不足{plain(self.month_days_at_least)}个上课日，不单独评等级"

    def short_months(self, months: Sequence[tuple[str, int]]) -> list[str]:
        """The months (with the number of their school days) that are too short to have their band judged by itself;
        none where all are: one has to be judged."""
        short = [label for label, days in months if days < self.month_days_at_least]
        return short if len(short) < len(months) else []

    def lines(self, kind: AwardKind) -> list[tuple[str, str]]:
        """The conditions of an award in words, each with its source."""
        lost = f"流失学生不超过{self.lost_at_most}人" if self.lost_at_most else "没有流失学生"
        quota, roles = "末位并列的一并列入", self.role_words
        found = {
            AwardKind.CLASS: [
                (f"学年初有学生，{lost}", "lost"), ("没有一票否决", "veto"), ("目标予以评定", "rated")],
            AwardKind.GRADE: [
                (f"年级的每个班都{lost}", "lost"), ("没有一个班一票否决", "veto"), ("每个班的目标都予以评定", "rated")],
            AwardKind.SCHOOL: [
                ("学校和每个班都没有一票否决", "veto"),
                (f"本学期每个月都在{self.band_at_least.label}以上", "band"),
                (f"月份{self.words_of_short_months}，得分照样计入平均", "month_days"),
                (f"点名不少于应点节次的{plain(self.registers_at_least)}%", "registers"),
                (f"按月平均分，每种办学类型取{plain(self.school_share)}%，至少一所，{quota}", "school_share"),
            ],
            AwardKind.PERSON: [
                (f"学期结束时任{roles}", "roles"),
                ("学期里任教的班没有一票否决", "veto"),
                (f"学期得分不低于{plain(self.points_at_least)}分", "points"),
                (f"按学期得分，取本校{roles}的{plain(self.person_share)}%，至少一人，{quota}", "person_share"),
            ],
        }[kind]  # fmt: skip
        silent = () if self.month_days_at_least else ("month_days",)
        return [(words, self.sources[name]) for words, name in found if name not in silent]


NUMBERS = {
    "month_days_at_least": "先进校的月份的上课日数",
    "registers_at_least": "先进校的点名比例",
    "school_share": "先进校的名额比例",
    "points_at_least": "先进个人的得分",
    "person_share": "先进个人的名额比例",
}
SOURCES = (
    "lost",
    "veto",
    "rated",
    "band",
    "month_days",
    "registers",
    "school_share",
    "roles",
    "points",
    "person_share",
)
MOST_DAYS = 10  # 半个月
# What a version says that was kept before there was the number: every month is judged.
WITHOUT = {"month_days_at_least": 0, "month_days_source": "[D] 这一版没有规定"}


def read_award_rule(data: Mapping, *, key: int | str | None = None) -> AwardRule:
    """Build the rules of awards from their data; raises ``SchemeError`` in Chinese."""
    data = WITHOUT | dict(data)
    try:
        rule = AwardRule(
            key=key if key is not None else data["code"],
            code=data["code"],
            title=data["title"],
            source=data["source"],
            lost_at_most=data["lost_at_most"],
            band_at_least=_one_of(REACHED, data["band_at_least"], "先进校的等级应是优秀、良好或合格"),
            roles=tuple(_one_of(tuple(Affected), role, "先进个人的岗位应是班主任或任课教师") for role in data["roles"]),
            sources={name: data[f"{name}_source"] for name in SOURCES},
            **{name: read_number(data[name], label) for name, label in NUMBERS.items()},
        )
    except KeyError as missing:
        raise SchemeError(Reason(f"评优办法里缺少“{missing.args[0]}”一项")) from None
    if reasons := [*_contradictions(rule)]:
        raise SchemeError(*reasons)
    return rule


def _one_of(allowed, value, refusal: str):
    if value not in tuple(each.value for each in allowed):
        raise SchemeError(Reason(f"{refusal}，不能是“{value}”"))
    return type(allowed[0])(value)


def _contradictions(rule: AwardRule) -> Iterator[Reason]:
    """What nobody could accept about rules of awards, in words."""
    if rule.lost_at_most != 0 or isinstance(rule.lost_at_most, bool):
        yield Reason("无流失生班级和年级不能有流失学生，流失人数应是0")
    days = rule.month_days_at_least
    if not 0 <= days <= MOST_DAYS or days % 1:
        yield Reason(f"先进校的月份的上课日数应是0到{MOST_DAYS}的整数：一个月的等级不能都不看")
    if not 0 <= rule.registers_at_least <= 100:
        yield Reason("先进校的点名比例应在0%到100%之间")
    for name in ("school_share", "person_share"):
        if not 0 < getattr(rule, name) <= 100:
            yield Reason(f"{NUMBERS[name]}应在0%以上、100%以内")
    if not rule.roles:
        yield Reason("先进个人应写明岗位")
    if not -MOST <= rule.points_at_least <= MOST:
        yield Reason("先进个人的得分应在−100分到100分之间")
    if not all(source.strip() for source in (rule.source, *rule.sources.values())):
        yield Reason("评优的每一项条件都要写明来源")

"""学校考核办法 (the scheme for schools): bands, points and bounds of a school's month, as dated data (domain.md §8).
Pure."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.scheme import STAGES, Target, plain, signed
from scoring.scheme_reading import MOST, NOT_FOR_ABSENCES, Reason, SchemeError, counts_absences, read_number
from scoring.scheme_reading import reasons_against_new as too_many_unregistered


class Band(StrEnum):
    """How a school did (考核等级), the best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    PASS = "pass"  # nosec B105 - a band
    FAIL = "fail"

    @property
    def label(self) -> str:
        return {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}[self]  # nosec B105

    @property
    def tone(self) -> str:
        """How its word is coloured."""
        return {"excellent": "ok", "good": "note", "pass": "mute", "fail": "alarm"}[self]  # nosec B105


REACHED = (Band.EXCELLENT, Band.GOOD, Band.PASS)  # by points; what reaches none of them is 不合格


@dataclass(frozen=True)
class SchoolScheme:
    """A scheme for schools. ``key`` names it in the store; rates are in per cent.

    ``each_class_point``: what a point of the mean of its classes is worth; ``target_missed``: for each stage;
    ``bands``: the least points of each, the best first; ``sources``: where the numbers come from.
    """

    key: int | str
    code: str
    title: str
    source: str
    base: Decimal
    lowest: Decimal
    highest: Decimal
    each_class_point: Decimal
    target_missed: Decimal
    unregistered_above: Decimal
    unfounded_above: Decimal
    veto_above: Decimal
    bands: Mapping[Band, Decimal]
    sources: Mapping[str, str]

    def is_vetoed(self, lost: int, baseline: int) -> bool:
        """一票否决: more than so many per cent of the whole school lost; never without a baseline."""
        return bool(baseline) and lost * 100 > self.veto_above * baseline

    def is_registered(self, missing: int, due: int) -> bool:
        """Whether at most so many per cent of the registers are missing; else the school is not 优秀."""
        return missing * 100 <= self.unregistered_above * due

    def is_founded(self, missing: int, due: int) -> bool:
        """Whether at most so many per cent of the registers are missing; else nothing is known of the month, and
        whatever its points the school is 不合格."""
        return missing * 100 <= self.unfounded_above * due

    def band(self, total: Decimal, *, is_vetoed: bool, is_registered: bool, is_founded: bool) -> Band:
        """The band of a total."""
        if is_vetoed or not is_founded:
            return Band.FAIL
        reached = next((band for band, least in self.bands.items() if total >= least), Band.FAIL)
        return Band.GOOD if reached is Band.EXCELLENT and not is_registered else reached

    @property
    def numbers(self) -> dict[str, Decimal]:
        """Every number of the scheme by its name, as two versions are compared."""
        return {name: getattr(self, name) for name in NUMBERS} | {
            f"bands.{band}": least for band, least in self.bands.items()
        }


NUMBERS = {
    "base": "基础分",
    "lowest": "最低分",
    "highest": "最高分",
    "each_class_point": "班级得分的折合",
    "target_missed": "没有完成控辍目标的扣分",
    "unregistered_above": "不得评为优秀的未点名比例",
    "unfounded_above": "评为不合格的未点名比例",
    "veto_above": "一票否决的辍学率",
}
# Part → what it is called, and the numbers that its source stands for.
PARTS = {
    "each_class": "班级得分的折合",
    "target": "没有完成控辍目标的扣分",
    "unregistered": "不得评为优秀的未点名比例",
    "unfounded": "评为不合格的未点名比例",
    "veto": "一票否决的辍学率",
    "bands": "等级",
}
SOURCES = tuple(PARTS)
RATES = ("unregistered_above", "unfounded_above", "veto_above")
# What a version says that was kept before there was the number: never.
WITHOUT = {"unfounded_above": 100, "unfounded_source": "[D] 这一版没有规定"}
MOST_UNFOUNDED = Decimal(50)  # 多数
# What a new version is offered in its place, as the preset says.
OFFERED = {"unfounded_above": 50, "unfounded_source": "[D] 多数没有点名的月份没有依据"}
NAMES = (
    {"code": "代号", "title": "名称", "source": "出处", "bands": "等级的分数线"}
    | NUMBERS
    | {f"{part}_source": f"{name}的依据" for part, name in PARTS.items()}
    | {band: f"{band.label}的分数线" for band in REACHED}
)


def name_of_number(number: str) -> str:
    """What a number of ``SchoolScheme.numbers`` is called."""
    band = number.removeprefix("bands.")
    return NUMBERS[number] if band == number else f"{Band(band).label}的分数线"


def told_number(number: str, value: Decimal) -> str:
    """A number of ``SchoolScheme.numbers`` with its unit: 90分, −20分, 4%."""
    if number in RATES:
        return f"{plain(value)}%"
    return f"{signed(value) if value < 0 else plain(value)}分"


def read_school_scheme(data: Mapping, *, key: int | str | None = None) -> SchoolScheme:
    """Build a scheme for schools from its data as it was kept; raises ``SchemeError`` in Chinese."""
    return read_new_school_scheme(WITHOUT | dict(data), key=key)


def read_new_school_scheme(data: Mapping, *, key: int | str | None = None) -> SchoolScheme:
    """The same of a preset or a form, which names every number."""
    _refuse_unknown(data)
    try:
        scheme = SchoolScheme(
            key=key if key is not None else data["code"],
            code=data["code"],
            title=data["title"],
            source=data["source"],
            bands={band: _read(data["bands"][band], f"bands.{band}") for band in REACHED},
            sources={name: data[f"{name}_source"] for name in SOURCES},
            **{name: _read(data[name], name) for name in NUMBERS},
        )
    except KeyError as missing:
        name = missing.args[0]
        raise SchemeError(Reason(f"学校考核办法里缺少“{NAMES.get(name, name)}”一项")) from None
    if reasons := [*_contradictions(scheme)]:
        raise SchemeError(*reasons)
    return scheme


def reasons_against_targets(scheme: SchoolScheme, targets: Mapping[str, Target]) -> Iterator[Reason]:
    """Where a school would be vetoed that has met a target 控辍目标 of its classes' scheme."""
    for stage, target in targets.items():
        if target.lost_at_most and scheme.veto_above < 100:
            words = f"{STAGES[stage]}的目标允许流失{target.lost_at_most}人，人数少的学校会超过学校一票否决的界线"
            yield Reason(f"{words}（{plain(scheme.veto_above)}%）：完成了目标的学校会被否决", "veto_above")
        if target.rate_below is not None and scheme.veto_above < target.rate_below:
            line, goal = plain(scheme.veto_above), plain(target.rate_below)
            words = f"学校一票否决的界线（{line}%）低于{STAGES[stage]}的目标（{goal}%）：完成了目标的学校会被否决"
            yield Reason(words, "veto_above")


def reasons_against_new(scheme: SchoolScheme) -> Iterator[Reason]:
    """What a new version may not say; one that was adopted before stays as it was."""
    yield from too_many_unregistered(scheme.unregistered_above, "不得评为优秀")
    if scheme.unfounded_above > MOST_UNFOUNDED:
        limit, asked = plain(MOST_UNFOUNDED), plain(scheme.unfounded_above)
        words = f"没有点名的节次超过百分之几评为不合格，最高{limit}%，不能是{asked}%：多数没有点名的月份没有依据"
        yield Reason(words, "unfounded_above")


def _refuse_unknown(data: Mapping) -> None:
    """A scheme has the parts that it has; above all none that counts absences."""
    known = {*NAMES, *SOURCES} - set(REACHED)
    for name in (*data, *data.get("bands", {})):
        if counts_absences(name):
            raise SchemeError(Reason(NOT_FOR_ABSENCES))
    for name in data:
        if name not in known:
            raise SchemeError(Reason(f"不认识的考核项目：“{name}”"))
    for name in data.get("bands", {}):
        if name not in set(REACHED):
            raise SchemeError(Reason(f"不认识的等级：“{name}”"))


def _read(value, name: str) -> Decimal:
    return read_number(value, name_of_number(name), name)


def _contradictions(scheme: SchoolScheme) -> Iterator[Reason]:
    """What nobody could accept about a scheme, in words."""
    if not 0 <= scheme.lowest < scheme.highest <= MOST:
        yield Reason(f"总分要有界限：最低分应低于最高分，都在0到{plain(MOST)}之间", "lowest")
    yield from _refused_bands(scheme)
    if not scheme.lowest <= scheme.base <= scheme.highest:
        yield Reason("基础分应在总分的范围之内", "base")
    if not 0 < scheme.each_class_point <= MOST:
        yield Reason(
            f"班级得分的折合应大于0、不超过{plain(MOST)}：班级扣分，学校不能加分", "each_class_point"
        )  # fmt: skip
    if not -MOST <= scheme.target_missed <= 0:
        yield Reason(f"没有完成控辍目标的不能加分，扣分在{plain(MOST)}分以内", "target_missed")
    if not 0 < scheme.veto_above <= 100:
        yield Reason("一票否决的辍学率应在0%以上、100%以内", "veto_above")
    if not 0 <= scheme.unregistered_above <= 100:
        yield Reason("不得评为优秀的未点名比例应在0%到100%之间", "unregistered_above")
    if not scheme.unregistered_above <= scheme.unfounded_above <= 100:
        words = "评为不合格的未点名比例应在100%以内，不低于不得评为优秀的比例"
        yield Reason(words, "unfounded_above")


def _refused_bands(scheme: SchoolScheme) -> Iterator[Reason]:
    """Bands fall from the best to the last one that is reached by points, within the bounds of a total."""
    rows = [*scheme.bands.items()]
    for (better, most), (band, least) in itertools.pairwise(rows):
        if least >= most:
            words = f"等级的分数线应从优秀到合格依次降低：{band.label}{plain(least)}分，{better.label}{plain(most)}分"
            yield Reason(words, f"bands.{band}")
    for band, least in rows:
        if not scheme.lowest < least <= scheme.highest:
            yield Reason(f"{band.label}的分数线应高于最低分，并在总分的范围之内", f"bands.{band}")

"""学校考核办法 (the scheme for schools): bands, points and bounds of a school's month, as dated data (domain.md §8).
Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from scoring.scheme_reading import MOST, STEP, Reason, SchemeError


class Band(StrEnum):
    """How a school did (考核等级), the best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    PASS = "pass"
    FAIL = "fail"

    @property
    def label(self) -> str:
        return {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}[self]

    @property
    def tone(self) -> str:
        """How its word is coloured."""
        return {"excellent": "ok", "good": "note", "pass": "mute", "fail": "alarm"}[self]


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
    veto_above: Decimal
    bands: Mapping[Band, Decimal]
    sources: Mapping[str, str]

    def is_vetoed(self, lost: int, baseline: int) -> bool:
        """一票否决: more than so many per cent of the whole school lost; never without a baseline."""
        return bool(baseline) and lost * 100 > self.veto_above * baseline

    def is_registered(self, missing: int, due: int) -> bool:
        """Whether at most so many per cent of the registers are missing; else the school is not 优秀."""
        return missing * 100 <= self.unregistered_above * due

    def band(self, total: Decimal, *, is_vetoed: bool, is_registered: bool) -> Band:
        """The band of a total."""
        if is_vetoed:
            return Band.FAIL
        reached = next((band for band, least in self.bands.items() if total >= least), Band.FAIL)
        return Band.GOOD if reached is Band.EXCELLENT and not is_registered else reached


NUMBERS = {
    "base": "基础分",
    "lowest": "最低分",
    "highest": "最高分",
    "each_class_point": "班级得分的折合",
    "target_missed": "没有完成控辍目标的扣分",
    "unregistered_above": "不得评为优秀的未点名比例",
    "veto_above": "一票否决的流失率",
}
SOURCES = ("each_class", "target", "unregistered", "veto", "bands")


def read_school_scheme(data: Mapping, *, key: int | str | None = None) -> SchoolScheme:
    """Build a scheme for schools from its data; raises ``SchemeError`` in Chinese."""
    try:
        scheme = SchoolScheme(
            key=key if key is not None else data["code"],
            code=data["code"],
            title=data["title"],
            source=data["source"],
            bands={band: _number(data["bands"][band], f"{band.label}的分数线") for band in REACHED},
            sources={name: data[f"{name}_source"] for name in SOURCES},
            **{name: _number(data[name], label) for name, label in NUMBERS.items()},
        )
    except KeyError as missing:
        raise SchemeError(Reason(f"学校考核办法里缺少“{missing.args[0]}”一项")) from None
    if reasons := [*_contradictions(scheme)]:
        raise SchemeError(*reasons)
    return scheme


def _number(value, what: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise SchemeError(Reason(f"{what}应是数字，不能是“{value}”")) from None
    if not number.is_finite() or number != number.quantize(STEP):
        raise SchemeError(Reason(f"{what}最多一位小数，不能是“{value}”"))
    return number


def _contradictions(scheme: SchoolScheme) -> Iterator[Reason]:
    """What nobody could accept about a scheme, in words."""
    excellent, good, passing = scheme.bands.values()
    if not scheme.lowest < passing < good < excellent <= scheme.highest:
        yield Reason("等级的分数线应从优秀到合格依次降低，并在总分的范围之内")
    if not scheme.lowest <= scheme.base <= scheme.highest:
        yield Reason("基础分应在总分的范围之内")
    if not 0 < scheme.each_class_point <= MOST:
        yield Reason("班级得分的折合应大于0：班级扣分，学校不能加分")
    if not -MOST <= scheme.target_missed <= 0:
        yield Reason("没有完成控辍目标的不能加分")
    if not 0 < scheme.veto_above <= 100:
        yield Reason("一票否决的流失率应在0%以上、100%以内")
    if not 0 <= scheme.unregistered_above <= 100:
        yield Reason("不得评为优秀的未点名比例应在0%到100%之间")

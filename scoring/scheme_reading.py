"""Reads a scheme from its data and refuses what nobody could accept, with the reason (domain.md §8). Pure.

Refused are: points for an absence as such, points without bounds, a register that is cheaper to leave out than a late
call, a report that is cheaper never to write, a veto of what still meets the target.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from scoring.scheme import (
    OUTCOMES,
    REWARDED,
    STAGES,
    Affected,
    Line,
    Measure,
    Outcome,
    Scheme,
    Target,
    name_of,
    plain,
)

STEP = Decimal("0.1")  # points have at most one decimal (contract.md)
MOST = Decimal(100)  # points of one line, up or down
MOST_UNREGISTERED = Decimal(20)  # per cent of the registers [D]
# What a scheme must never count: whoever loses points by an absence will not write it down.
ABSENCES = frozenset(
    {"absence", "absences", "attendance", "attendance_rate", "case", "leave", "suspected", "unexcused"}
)


class Reason(NamedTuple):
    """Why a scheme is refused, a Chinese sentence, and where: a name of ``Scheme.numbers`` or of a part of it
    (``late_contact.affects``, ``bounds.late_contact.late``); blank where it is about the whole."""

    words: str
    where: str = ""


class SchemeError(ValueError):
    """A scheme that nobody could accept; the message is the first reason, a Chinese sentence."""

    def __init__(self, *reasons: Reason):
        super().__init__(reasons[0].words)
        self.reasons = reasons


PARTS = {
    "code": "代号",
    "title": "名称",
    "source": "出处",
    "lines": "各项分值",
    "targets": "控辍目标",
    "bounds": "学校可定的范围",
    "veto_above": "一票否决的界线",
    "veto_source": "一票否决的依据",
    "unregistered_above": "未点名的界线",
    "unregistered_source": "未点名的界线的依据",
    "return_days": "劝返后到校的天数",
    "return_source": "劝返后到校的天数的依据",
    "measure": "考核项目",
    "points": "分值",
    "affects": "考核谁",
}
NOT_FOR_ABSENCES = "不能按缺勤本身扣分：谁因为缺勤扣分，谁就不会如实点名。可以考核的是该办的事是否按时办"


def counts_absences(name: str) -> bool:
    """Whether a part of a scheme of that name would count absences."""
    return str(name).removesuffix("_points") in ABSENCES


def read_scheme(data: Mapping, *, key: int | str | None = None) -> Scheme:
    """Build a scheme from its data (a YAML preset or a stored row); raises ``SchemeError`` in Chinese."""
    for name in data:
        if counts_absences(name):
            raise _refused(NOT_FOR_ABSENCES)
        if name not in PARTS:
            raise _refused(f"不认识的考核项目：“{name}”")
    try:
        scheme = Scheme(
            key=key if key is not None else data["code"],
            code=data["code"],
            title=data["title"],
            source=data["source"],
            lines=tuple(_read_line(row) for row in data["lines"]),
            targets={stage: _read_target(stage, row) for stage, row in data["targets"].items()},
            veto_above=read_number(data["veto_above"], "一票否决的界线", "veto_above"),
            unregistered_above=read_number(data["unregistered_above"], "未点名的界线", "unregistered_above"),
            return_days=_whole(data["return_days"], "劝返后到校的天数", "return_days"),
            sources={name: data[f"{name}_source"] for name in ("veto", "unregistered", "return")},
            bounds={name: _read_bounds(name, pair) for name, pair in data.get("bounds", {}).items()},
        )
    except KeyError as missing:
        name = missing.args[0]
        raise _refused(f"考核办法里缺少“{PARTS.get(name, name)}”一项") from None
    if reasons := [*_missing(scheme)] or [*_contradictions(scheme)]:
        raise SchemeError(*reasons)
    return scheme


def refusal_of_own(own: Scheme, county: Scheme) -> str:
    """Why a school may not have ``own`` beside the county's scheme, the first reason; blank where it may."""
    return next(reasons_against_own(own, county), Reason("")).words


def reasons_against_own(own: Scheme, county: Scheme) -> Iterator[Reason]:
    """Everything that a school may not have otherwise than the county."""
    theirs = county.numbers
    for name, number in own.numbers.items():
        if number == theirs.get(name):
            continue
        bounds = county.bounds.get(name)
        if bounds is None:
            yield Reason(f"“{name_of(name)}”全县一样，学校不能改", name)
            continue
        lowest, highest = bounds
        if not lowest <= number <= highest:
            yield Reason(f"“{name_of(name)}”{_told(lowest, highest, number)}", name)
    if own.numbers.keys() != theirs.keys():
        yield Reason("学校的办法要包括全县办法的每一项")
    for line in own.lines:
        if line.affects != county.line(line.measure).affects:
            yield Reason(f"“{line.measure.label}”考核谁，全县一样，学校不能改", f"{line.measure}.affects")


def _told(lowest: Decimal, highest: Decimal, number: Decimal) -> str:
    """应扣1到2分，不能扣3分: without signs, as people type points."""
    least, most = sorted((abs(lowest), abs(highest)))
    verb = "扣" if min(lowest, number) < 0 else "加"
    room = plain(least) if least == most else f"{plain(least)}到{plain(most)}"
    return f"应{verb}{room}分，不能{verb}{plain(abs(number))}分"


def reasons_against_new(unregistered_above: Decimal, rule: str) -> Iterator[Reason]:
    """What a new scheme, of classes or of schools, may not say of missing registers; ``rule``: what it makes void.

    Not asked when a scheme is read: one that was adopted before stays as it was.
    """
    if unregistered_above > MOST_UNREGISTERED:
        limit = plain(MOST_UNREGISTERED)
        words = f"没有点名的节次超过百分之几{rule}，最高{limit}%，不能是{plain(unregistered_above)}%"
        yield Reason(f"{words}：定得再高，大量不点名也不影响考核，“{rule}”就落空了", "unregistered_above")


def _refused(words: str, where: str = "") -> SchemeError:
    return SchemeError(Reason(words, where))


def read_number(value, what: str, where: str = "") -> Decimal:
    """A number of a scheme or of rules, with at most one decimal; ``where``: the field that it stands in."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _refused(f"{what}应是数字，不能是“{value}”", where) from None
    if not number.is_finite() or number != number.quantize(STEP):
        raise _refused(f"{what}最多一位小数，不能是“{value}”", where)
    return number


def _whole(value, what: str, where: str) -> int:
    number = read_number(value, what, where)
    if number != int(number):
        raise _refused(f"{what}应是整数，不能是“{value}”", where)
    return int(number)


def _read_line(row: Mapping) -> Line:
    name = row["measure"]
    if counts_absences(name):
        raise _refused(NOT_FOR_ABSENCES)
    if name not in set(Measure):
        raise _refused(f"不认识的考核项目：“{name}”")
    measure = Measure(name)
    given = row["points"]
    if set(given) != set(OUTCOMES[measure]):
        wanted = "、".join(outcome.label for outcome in OUTCOMES[measure])
        raise _refused(f"“{measure.label}”要写明{wanted}的分值，不多也不少")
    points = {
        outcome: read_number(given[outcome], f"“{measure.label}”的分值", f"{measure}.{outcome}")
        for outcome in OUTCOMES[measure]
    }
    affected = row["affects"]
    if not affected or not set(affected) <= set(Affected):
        raise _refused(f"“{measure.label}”要写明考核班主任还是任课教师", f"{measure}.affects")
    limits = {
        name: read_number(row[name], f"“{measure.label}”的界限", f"{measure}.{name}")
        for name in ("floor", "cap")
        if row.get(name) is not None
    }
    return Line(measure, points, frozenset(Affected(each) for each in affected), row["source"], **limits)


def _read_target(stage: str, row: Mapping) -> Target:
    if stage not in STAGES:
        raise _refused(f"不认识的学段：“{stage}”")
    if ("lost_at_most" in row) == ("rate_below" in row):
        raise _refused(f"{STAGES[stage]}的目标写流失人数或辍学率，写一种")
    if "rate_below" in row:
        where = f"targets.{stage}.rate_below"
        return Target(row["source"], rate_below=read_number(row["rate_below"], name_of(where), where))
    where = f"targets.{stage}.lost_at_most"
    return Target(row["source"], lost_at_most=_whole(row["lost_at_most"], name_of(where), where))


def _read_bounds(name: str, pair) -> tuple[Decimal, Decimal]:
    lowest, highest = (read_number(each, "学校可定的范围", f"bounds.{name}") for each in pair)
    if lowest > highest:
        raise _refused(f"“{name_of(name)}”的范围写反了", f"bounds.{name}")
    return lowest, highest


def _missing(scheme: Scheme) -> Iterator[Reason]:
    """What is not there, or twice: nothing else can be judged then."""
    measures = [line.measure for line in scheme.lines]
    for measure in Measure:
        if measures.count(measure) != 1:
            yield Reason(f"“{measure.label}”一项应写一次")
    if scheme.targets.keys() != STAGES.keys():
        yield Reason("小学和初中都要有目标")


def _contradictions(scheme: Scheme) -> Iterator[Reason]:
    """What nobody could accept about a scheme."""
    for line in scheme.lines:
        yield from _refused_points(line)
        yield from _refused_limits(line)
    yield from _temptations(scheme)
    if not 0 < scheme.veto_above <= 100:
        yield Reason("一票否决的界线应在0%以上、100%以内", "veto_above")
    for stage, target in scheme.targets.items():
        yield from _refused_target(stage, target, scheme.veto_above)
    if not 0 <= scheme.unregistered_above <= 100:
        yield Reason("未点名的界线应在0%到100%之间", "unregistered_above")
    if scheme.return_days < 1:
        yield Reason("劝返后到校的天数至少为1", "return_days")
    yield from _refused_bounds(scheme)


def _refused_points(line: Line) -> Iterator[Reason]:
    for outcome, points in line.points.items():
        where = f"{line.measure}.{outcome}"
        if outcome in REWARDED and points < 0:
            yield Reason(f"“{outcome.label}”不能扣分", where)
        if outcome not in REWARDED and points > 0:
            yield Reason(f"“{outcome.label}”不能加分", where)
        if abs(points) > MOST:
            yield Reason(f"“{outcome.label}”的分值应在{plain(MOST)}分以内", where)


def _refused_limits(line: Line) -> Iterator[Reason]:
    label = line.measure.label
    if line.measure is Measure.TARGET:
        if line.floor is not None or line.cap is not None:
            yield Reason(f"“{label}”只算一次，不写界限")
        return
    costs = not REWARDED & line.points.keys()
    limit, other, words = (line.floor, line.cap, "扣分下限") if costs else (line.cap, line.floor, "加分上限")
    lowest, highest, name = (-MOST, Decimal(0), "floor") if costs else (Decimal(0), MOST, "cap")
    where = f"{line.measure}.{name}"
    if limit is None:
        yield Reason(f"“{label}”没有{words}：分数要有界限", where)
    elif not lowest <= limit <= highest:
        yield Reason(f"“{label}”的{words}应在{plain(lowest)}到{plain(highest)}之间", where)
    if other is not None:
        yield Reason(f"“{label}”的界限只写{words}")


def _temptations(scheme: Scheme) -> Iterator[Reason]:
    """Where it would pay to leave a register or a report out."""
    missed, late = scheme.line(Measure.MISSED_ROLL_CALL), scheme.line(Measure.LATE_CONTACT)
    reports = scheme.line(Measure.LATE_REPORT).points
    if missed.points[Outcome.NONE] > missed.points[Outcome.SOME]:
        yield Reason("全天没有点名的扣分不能少于缺一部分的：不点名不能比如实点名划算", "missed_roll_call.none")
    if missed.points[Outcome.SOME] > late.points[Outcome.LATE]:
        yield Reason("没有点名的扣分不能少于联系逾期的：不点名不能比如实点名划算", "missed_roll_call.some")
    if None not in (missed.floor, late.floor) and missed.floor > late.floor:
        yield Reason("点名的扣分下限不能高于及时联系的：不点名不能比如实点名划算", "missed_roll_call.floor")
    if reports[Outcome.OPEN] > reports[Outcome.DONE]:
        yield Reason("报告一直没交的扣分不能少于逾期才交的：补交不能比不交吃亏", "late_report.open")


def _refused_target(stage: str, target: Target, veto_above: Decimal) -> Iterator[Reason]:
    if target.lost_at_most is not None and target.lost_at_most < 0:
        yield Reason(f"{STAGES[stage]}的流失人数目标不能是负数", f"targets.{stage}.lost_at_most")
    if target.lost_at_most and veto_above < 100:
        line, number = plain(veto_above), target.lost_at_most
        words = f"{STAGES[stage]}的目标允许流失{number}人，人数少的班流失{number}人就超过一票否决的界线（{line}%）"
        yield Reason(
            f"{words}：完成了目标的班会被否决。请改为辍学率，或者没有流失学生", f"targets.{stage}.lost_at_most"
        )
    if target.rate_below is None:
        return
    if not 0 < target.rate_below <= 100:
        yield Reason(f"{STAGES[stage]}的辍学率目标应在0%以上、100%以内", f"targets.{stage}.rate_below")
    if veto_above < target.rate_below:
        line, goal = plain(veto_above), plain(target.rate_below)
        words = f"一票否决的界线（{line}%）低于{STAGES[stage]}的目标（{goal}%）：完成了目标的班会被否决"
        yield Reason(words, "veto_above")


def _refused_bounds(scheme: Scheme) -> Iterator[Reason]:
    numbers = scheme.numbers
    for name, (lowest, highest) in scheme.bounds.items():
        if name not in numbers:
            yield Reason(f"学校可定的范围里有办法中没有的“{name}”")
        elif not lowest <= numbers[name] <= highest:
            yield Reason(f"“{name_of(name)}”本身不在学校可定的范围之内", f"bounds.{name}")

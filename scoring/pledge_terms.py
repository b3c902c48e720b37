"""What a 责任书 holds somebody to, in words: targets, 一票否决 and points of the scheme (domain.md §8). Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from casework.document_kinds import DocumentKind
from scoring.scheme import REWARDED, STAGES, Affected, Line, Outcome, Scheme, plain

AFFECTED = {DocumentKind.PLEDGE: Affected.SUBJECT_TEACHER, DocumentKind.PLEDGE_HOMEROOM: Affected.HOMEROOM_TEACHER}


class StageCount(NamedTuple):
    """The classes of a stage 学段 in a school, and how many children were in them when the school year began."""

    stage: str
    classes: int
    baseline: int


def class_terms(scheme: Scheme, basis: str, kind: DocumentKind, *, stage: str, baseline: int) -> dict[str, str]:
    """What a teacher of one class signs. ``basis``: the scheme by name and version."""
    affected = AFFECTED[kind]
    lines = [line for line in scheme.lines if affected in line.affects]
    return {
        "target": f"本学年本班{_target(scheme, stage, baseline)}",
        "veto": f"{_veto(scheme, baseline)}的，一票否决，本班和本班教师不参加评优评先",
        "points": _points(lines) or "不单独计分，随本班考核",
        "basis": basis,
    }


def school_terms(scheme: Scheme, basis: str, stages: Sequence[StageCount]) -> dict[str, str]:
    """What somebody who answers for a whole school signs: each stage with its classes and children."""
    targets = (
        f"{STAGES[of.stage]}（{of.classes}个班）：本学年{_target(scheme, of.stage, of.baseline)}" for of in stages
    )
    return {
        "target": "\n".join(targets),
        "veto": f"任何一个班辍学率超过{plain(scheme.veto_above)}%的，一票否决，该班和该班教师不参加评优评先",
        "points": _points(scheme.lines),
        "basis": basis,
    }


def _target(scheme: Scheme, stage: str, baseline: int) -> str:
    target = scheme.targets[stage]
    if not baseline:
        return f"{target.words}（学年初没有学生，不得有人流失）"
    return f"{target.words}（学年初{baseline}人，最多流失{target.allowed(baseline)}人）"


def _veto(scheme: Scheme, baseline: int) -> str:
    words = f"辍学率超过{plain(scheme.veto_above)}%"
    return f"{words}（流失{scheme.veto_from(baseline)}人及以上）" if baseline else words


def _points(lines: Sequence[Line]) -> str:
    return "\n".join(_line(line) for line in lines)


def _line(line: Line) -> str:
    """点名：全天没有点名扣1分，缺一部分点名扣0.5分，最多扣10分."""
    said = [f"{outcome.label}{_by(outcome, points)}" for outcome, points in line.points.items()]
    if line.floor is not None:
        said.append(f"最多扣{plain(abs(line.floor))}分")
    if line.cap is not None:
        said.append(f"最多加{plain(line.cap)}分")
    return f"{line.measure.label}：{'，'.join(said)}"


def _by(outcome: Outcome, points: Decimal) -> str:
    return f"{'加' if outcome in REWARDED else '扣'}{plain(abs(points))}分" if points else "不扣分"

"""How what the facts say now differs from what was signed or frozen, class by class and month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.frozen import Change, change, content_of, digest, digest_of_list, result_of, without_months
from scoring.models import ScoreFreeze, StoredScheme
from scoring.queries.freezes import ClassRow, mark_of
from scoring.queries.months import ScoreMonth, months_of
from scoring.queries.term_months import Scored, scored
from scoring.scheme import plain
from scoring.school_scores import MEAN_LINES

MONTHS_ADDED = "补记各月，其余不变"


@dataclass(frozen=True)
class Difference:
    """A class whose facts say something else than what is frozen; ``only_adds_months``: they say the same, and what was
    frozen before months were kept has none."""

    row: ClassRow
    change: Change
    only_adds_months: bool = False


def differences(freeze: ScoreFreeze, frozen: Sequence[ClassRow], now: Sequence[ClassRow]) -> list[Difference]:
    """Class by class; a class that was not on the list is new. Three queries where any of the others differs."""
    before = {row.school_class.pk: row for row in frozen}
    pairs = [(before.get(row.school_class.pk), row) for row in now]
    if not any(old is None or _differ(old, row) for old, row in pairs):
        return []
    added = [Difference(row, Change("", row.result["total"], ("原来没有列入",))) for old, row in pairs if old is None]
    others = [(old, row) for old, row in pairs if old and old.sha256 != row.sha256]
    if others:
        olds, news = (scored(rows) for rows in zip(*others, strict=True))
        months = months_of(freeze.term, freeze.day)
        added += [_difference(old, new, months) for old, new in zip(olds, news, strict=True)]
    return sorted(added, key=lambda each: each.row.school_class.number)


def _differ(old: ClassRow, row: ClassRow) -> bool:
    """A term without cut-offs, frozen before there were months, misses none."""
    if _has_months(old.record) or row.record["earlier"]:
        return old.sha256 != row.sha256
    return not _says_the_same(old, row)


def _has_months(record: Mapping) -> bool:
    return "earlier" in record


def _says_the_same(old: ClassRow, row: ClassRow) -> bool:
    """Whether only the months are missing."""
    same_facts = without_months(old.record) == without_months(row.record)
    return same_facts and (old.scheme, old.result) == (row.scheme, row.result)


def _difference(old: Scored, new: Scored, months: Sequence[ScoreMonth]) -> Difference:
    before, after = old.row.result, new.row.result
    other_scheme = Change(before["total"], after["total"], ("考核办法不同",))
    if _has_months(old.row.record):
        same = old.row.record == new.row.record
        told = change(before, after, same_facts=same, months=_months(old, new, months))
        return Difference(new.row, told or other_scheme)
    if _says_the_same(old.row, new.row):
        return Difference(new.row, Change(before["total"], after["total"], (MONTHS_ADDED,)), only_adds_months=True)
    same = without_months(old.row.record) == without_months(new.row.record)
    return Difference(new.row, change(before, after, same_facts=same) or other_scheme)


def _months(old: Scored, new: Scored, months: Sequence[ScoreMonth]) -> list[tuple[str, dict, dict]]:
    """The months of two records by name, each as both say it; none where the cut-offs say the same."""
    seams = {seam for month in months for seam in (month.day, month.before)} & old.earlier.keys() & new.earlier.keys()
    if all(result_of(old.on(seam)) == result_of(new.on(seam)) for seam in seams):
        return []
    last = months[-1].day
    known = [month for month in months if {month.day, month.before} <= seams | {last, None}]
    return [(f"{month.month.month}月", _in_month(old, month), _in_month(new, month)) for month in known]


def _in_month(each: Scored, month: ScoreMonth) -> dict:
    """The score of a class at a cut-off, but of the lines that add up only what the month has changed."""
    after = each.on(month.day) if month.day in each.earlier else each.score
    result = result_of(after)
    if month.before is None:
        return result
    before = each.on(month.before)
    changed = {str(line): plain(after.lines[line].points - before.lines[line].points) for line in MEAN_LINES}
    return result | {"lines": result["lines"] | changed}


def why_not_as_signed(row: ScoreFreeze, rows: Sequence[ClassRow], *, outcome: str) -> str:
    """Why what holds now is not what the school has signed, with what came of it (``outcome``) and what to do; blank
    where it is. One query where it is not."""
    if mark_of(rows) == row.sha256:
        return ""
    schemes = StoredScheme.objects.in_bulk({each.scheme for each in rows})
    bare = (
        (
            each.school_class.pk,
            digest(content_of(schemes[each.scheme].content, without_months(each.record), each.result)),
        )
        for each in rows
    )
    if digest_of_list(bare) == row.sha256:
        return f"学校签字的时候还没有各月考核，这一项没有签过，{outcome}。请退回学校，连同各月考核重新签字。"
    return f"学校签字以后，得分或者依据有了变化，{outcome}。请退回学校核对，重新签字。"

"""评优 (awards): who meets the conditions of a term's awards, each with its numbers, and who is chosen (domain.md §8).
Pure.

A class under a veto 一票否决 and its teachers are never chosen, a lost child never helps, and where a quota ends
between equals all of them are in: nothing is left to the order of a list.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from scoring.award_rules import AwardRule
from scoring.scheme import Affected, plain, signed
from scoring.school_scheme import Band
from scoring.school_scores import ranks

HUNDREDTH = Decimal("0.01")


class Check(NamedTuple):
    """A condition: its name, whether it is met, and the numbers that say so."""

    name: str
    is_met: bool
    words: str


@dataclass(frozen=True)
class Candidate:
    """Somebody or something that an award was thought of for: ``subject`` tells it from every other (``class-12``).

    ``group``: those that a quota is shared among; ``points``: by which they are ranked; None where there is no quota;
    ``waits``: why the quota cannot be judged yet, in words: until then nobody has a place.
    """

    subject: str
    checks: tuple[Check, ...]
    group: Hashable = None
    points: Decimal | None = None
    rank: int | None = None
    waits: str = ""

    @property
    def has_passed(self) -> bool:
        """Whether all conditions are met, as far as they can be judged."""
        return all(check.is_met for check in self.checks)

    @property
    def may_yet_be_chosen(self) -> bool:
        """Whether only the quota is missing."""
        return self.has_passed and bool(self.waits)

    @property
    def is_chosen(self) -> bool:
        return self.has_passed and not self.waits

    @property
    def unmet(self) -> list[Check]:
        return [check for check in self.checks if not check.is_met]


@dataclass(frozen=True)
class ClassTerm:
    """A class at the end of a term: children at the beginning of the school year, those of them lost, registers."""

    school_class: int
    name: str
    grade: int
    baseline: int
    lost: int
    due: int
    missing: int
    is_rated: bool
    veto: bool


@dataclass(frozen=True)
class SchoolTerm:
    """A school's term. ``months``: label, points and band of each, none where they are not known; ``days``: of each,
    how many of its school days are the term's; ``vetoed``: its classes under a veto."""

    school: int
    group: str
    group_name: str
    classes: int
    baseline: int
    lost: int
    due: int
    missing: int
    is_vetoed: bool
    vetoed: tuple[str, ...]
    months: tuple[tuple[str, Decimal, Band], ...]
    days: tuple[int, ...]


@dataclass(frozen=True)
class PersonTerm:
    """A person's term at a school. ``role``: theirs in a class at its end, None where they have none then;
    ``vetoed``: classes under a veto that they have had in it; ``classes``: the classes, in words."""

    person: int
    school: int
    role: Affected | None
    classes: str
    points: Decimal
    vetoed: tuple[str, ...]


def class_candidates(classes: Iterable[ClassTerm], rule: AwardRule) -> list[Candidate]:
    """无流失生班级."""
    return [Candidate(f"class-{each.school_class}", (_has_children(each.baseline), *_of_class(each, rule)))
            for each in classes]  # fmt: skip


def _has_children(baseline: int) -> Check:
    return Check("baseline", baseline > 0, f"学年初{baseline}人")


def _of_class(each: ClassTerm, rule: AwardRule) -> tuple[Check, ...]:
    registers = f"点名{each.due - each.missing}/{each.due}节"
    return (
        Check("lost", each.lost <= rule.lost_at_most, f"流失{each.lost}/{each.baseline}人"),
        Check("veto", not each.veto, "一票否决" if each.veto else "没有一票否决"),
        Check("rated", each.is_rated, registers if each.is_rated else f"{registers}，不予评定"),
    )


def grade_candidates(school: int, classes: Iterable[ClassTerm], rule: AwardRule) -> list[Candidate]:
    """无流失生年级 of a school: every class of the grade."""
    grades: dict[int, list[ClassTerm]] = {}
    for each in classes:
        grades.setdefault(each.grade, []).append(each)
    return [Candidate(f"grade-{school}-{grade}", _of_grade(each, rule)) for grade, each in sorted(grades.items())]


def _of_grade(classes: Sequence[ClassTerm], rule: AwardRule) -> tuple[Check, ...]:
    baseline, lost = sum(each.baseline for each in classes), sum(each.lost for each in classes)
    missing, due = sum(each.missing for each in classes), sum(each.due for each in classes)
    vetoed, unrated = (
        [each.name for each in classes if each.veto],
        [each.name for each in classes if not each.is_rated],
    )
    registers = f"点名{due - missing}/{due}节"
    return (
        Check("baseline", baseline > 0, f"{len(classes)}个班，学年初{baseline}人"),
        Check("lost", all(each.lost <= rule.lost_at_most for each in classes), f"流失{lost}/{baseline}人"),
        Check("veto", not vetoed, f"一票否决：{'、'.join(vetoed)}" if vetoed else "没有一票否决"),
        Check("rated", not unrated, f"{registers}，{'、'.join(unrated)}不予评定" if unrated else registers),
    )


def school_candidates(schools: Iterable[SchoolTerm], rule: AwardRule, *, waits: str = "") -> list[Candidate]:
    """控辍保学先进校. ``waits``: which schools that share in the quota are missing yet, or their months; nobody has a
    rank then."""
    found = [
        Candidate(f"school-{each.school}", _of_school(each, rule), each.group, _mean(each.months)) for each in schools
    ]
    return [replace(each, waits=waits) for each in found] if waits else with_places(found, rule.school_share, "所")


def _mean(months: Sequence[tuple[str, Decimal, Band]]) -> Decimal:
    if not months:
        return Decimal(0)
    return (sum((points for _, points, _ in months), Decimal(0)) / len(months)).quantize(HUNDREDTH, ROUND_HALF_UP)


def _of_school(each: SchoolTerm, rule: AwardRule) -> tuple[Check, ...]:
    vetoed = ["全校", *each.vetoed] if each.is_vetoed else list(each.vetoed)
    days = each.days if each.months else ()
    short = rule.short_months([(label, of_it) for (label, *_), of_it in zip(each.months, days, strict=True)])
    judged = [(label, band) for label, _, band in each.months if label not in short]
    low = [f"{label}{band.label}" for label, band in judged if band not in rule.bands]
    bands = f"{'、'.join(low)}" if low else f"{len(judged)}个月都在{rule.band_at_least.label}以上"
    bands += f"，{'、'.join(short)}{rule.words_of_short_months}" if short else ""
    taken = each.due - each.missing
    checks = (
        Check("classes", each.classes > 0, f"{each.classes}个班，学年初{each.baseline}人"),
        Check("veto", not vetoed, f"一票否决：{'、'.join(vetoed)}" if vetoed
              else f"流失{each.lost}/{each.baseline}人，没有一票否决"),
        Check("band", not low, bands),
        Check("registers", taken * 100 >= rule.registers_at_least * each.due, f"点名{taken}/{each.due}节"),
    )  # fmt: skip
    return tuple(check for check in checks if each.months or check.name != "band")  # unknown is not unmet


def person_candidates(people: Iterable[PersonTerm], rule: AwardRule) -> list[Candidate]:
    """控辍保学先进个人: those who have a class at the end of the term in one of the roles, and share the quota; besides
    those who have none any more, to be told so."""
    found = [
        Candidate(
            f"person-{each.school}-{each.person}",
            _of_person(each, rule),
            each.school if each.role else None,
            each.points,
        )
        for each in people
        if each.role is None or each.role in rule.roles
    ]
    return with_places(found, rule.person_share, "人")


def _of_person(each: PersonTerm, rule: AwardRule) -> tuple[Check, ...]:
    role = each.role.label if each.role else "已不在班"
    return (
        Check("roles", each.role in rule.roles, f"学期结束时{role}：{each.classes}"),
        Check("veto", not each.vetoed, f"一票否决：{'、'.join(each.vetoed)}" if each.vetoed else "没有一票否决"),
        Check("points", each.points >= rule.points_at_least, f"学期得分{signed(each.points)}分"),
    )


def places(number: int, share: Decimal) -> int:
    """How many of ``number`` a quota has room for: at least one, where there is any."""
    return max(1, int(number * share / 100)) if number else 0


def with_places(candidates: Sequence[Candidate], share: Decimal, unit: str) -> list[Candidate]:
    """The candidates with their rank and the condition of the quota; those without a group have no part in it.

    The quota is of all who share in it, met or not, so that a rival who falls out makes it no smaller. Equals share a
    rank, and the equals of the last place are in.
    """
    found = []
    for group in dict.fromkeys(each.group for each in candidates):
        those = [each for each in candidates if each.group == group]
        if group is None:
            found += those
            continue
        room = places(len(those), share)
        met = sorted((each for each in those if each.is_chosen), key=lambda each: (-each.points, each.subject))
        rank_of = dict(zip((each.subject for each in met), ranks([each.points for each in met]), strict=True))
        chosen = sum(rank <= room for rank in rank_of.values())
        found += [_placed(each, rank_of, _quota_words(len(those), room, chosen, unit), room) for each in those]
    return found


def _quota_words(number: int, room: int, chosen: int, unit: str) -> str:
    tied = f"，末位并列，共列入{chosen}{unit}" if chosen > room else ""
    return f"{number}{unit}取{room}{unit}{tied}"


def _placed(each: Candidate, rank_of: dict[str, int], words: str, room: int) -> Candidate:
    rank = rank_of.get(each.subject)
    if rank is None:
        return each
    check = Check("place", rank <= room, f"{plain(each.points)}分，第{rank}名，{words}")
    return replace(each, rank=rank, checks=(*each.checks, check))


def differences(
    standing: Iterable[str], candidates: Iterable[Candidate], concerned: Callable[[str], bool] = lambda subject: True
) -> tuple[list[str], list[str]]:
    """Subjects that have lost the ground of their award, and those that have gained one; who only misses a quota that
    cannot be judged has lost nothing."""
    candidates = list(candidates)
    chosen = {each.subject for each in candidates if each.is_chosen}
    waiting = {each.subject for each in candidates if each.may_yet_be_chosen}
    held = {subject for subject in standing if concerned(subject)}
    return sorted(held - chosen - waiting), sorted(chosen - held)

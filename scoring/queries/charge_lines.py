"""A class's score in words: every line with its facts, each one click away from where it is kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from casework.models import Obligation
from scoring.appeals import AppealState, fact_of
from scoring.class_scores import Charge, ClassScore, LineScore
from scoring.models import Appeal
from scoring.scheme import Line, Measure, Outcome, plain, signed
from students.models import Student
from students.templatetags.chinese import cdate_short

NO_APPEALS: Mapping[str, Appeal] = MappingProxyType({})


@dataclass(frozen=True)
class Fact:
    """One fact behind a line: its points, what happened in words, where it can be opened, the appeal against it."""

    charge: Charge
    words: str
    children: tuple[tuple[int, str], ...] = ()
    duty: int | None = None
    appeal: Appeal | None = None
    is_closed: bool = False

    @property
    def name(self) -> str:
        """What an appeal calls it; blank where it costs nothing that could be appealed against."""
        fact = fact_of(self.charge)
        return fact.name if fact else ""

    @property
    def can_be_appealed(self) -> bool:
        """Whether it costs points and nobody has appealed; one that more duties were added to can be once more."""
        return self._could_be and not self.is_closed

    @property
    def waits_for_the_freeze(self) -> bool:
        """Whether nothing but the signature of the school keeps it from being appealed against."""
        return self._could_be and self.is_closed

    @property
    def _could_be(self) -> bool:
        is_new = self.appeal is None or self.appeal.state == AppealState.ACCEPTED
        return bool(self.name) and is_new and not self.charge.is_waived


@dataclass(frozen=True)
class LineInWords:
    """A line with its points, its rule and its facts."""

    label: str
    points: Decimal
    rule: str
    limit: str
    facts: tuple[Fact, ...]


def lines_in_words(
    made: ClassScore, appeals: Mapping[str, Appeal] = NO_APPEALS, *, closed_until: date = date.min
) -> list[LineInWords]:
    """The lines of a score in the order of its scheme; two queries.

    ``appeals``: fact → the appeal against it; ``closed_until``: the day up to which none can be made any more.
    """
    charges = [charge for line in made.lines.values() for charge in line.charges]
    names = _names(made, charges)
    duties = _duties(charges)
    lines = [_line(made, line, made.lines[line.measure], names, duties) for line in made.scheme.lines]
    return [
        replace(line, facts=tuple(_with_appeal(fact, appeals, closed_until) for fact in line.facts)) for line in lines
    ]


def _with_appeal(fact: Fact, appeals: Mapping[str, Appeal], closed_until: date) -> Fact:
    is_closed = fact.charge.day is not None and fact.charge.day <= closed_until
    return replace(fact, appeal=appeals.get(fact.name), is_closed=is_closed)


def _names(made: ClassScore, charges: Collection[Charge]) -> dict[int, str]:
    wanted = {duty.student for charge in charges for duty in charge.duties}
    wanted |= {charge.child for charge in charges if charge.child} | {loss.student for loss in made.facts.lost}
    return dict(Student.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _duties(charges: Collection[Charge]) -> dict[tuple, int]:
    """(child, tier, key) → the duty that is kept."""
    wanted = [duty for charge in charges for duty in charge.duties]
    kept = Obligation.objects.standing().filter(
        student__in={duty.student for duty in wanted}, tier__in={duty.tier for duty in wanted}
    )
    return {(student, tier, key): pk for pk, student, tier, key in kept.values_list("pk", "student", "tier", "key")}


def _line(made, line: Line, earned: LineScore, names, duties) -> LineInWords:
    facts = tuple(_fact(charge, names, duties) for charge in earned.charges)
    if line.measure is Measure.TARGET and made.facts.lost:
        facts = (*(replace(fact, words=_judged(made)) for fact in facts), *_lost_facts(made, names))
    return LineInWords(line.measure.label, earned.points, _rule(made, line), _limit(line, earned), facts)


def _rule(made: ClassScore, line: Line) -> str:
    """The line's rule in plain Chinese."""
    each = "，".join(f"{outcome.label}{signed(points)}分" for outcome, points in line.points.items())
    if line.measure is Measure.TARGET:
        return f"目标：{made.scheme.targets[made.facts.stage].words}；{each}"
    return each


def _limit(line: Line, earned: LineScore) -> str:
    """What floor or cap has done; blank where nothing."""
    if earned.points == earned.raw:
        return ""
    most = f"最多扣{plain(-line.floor)}分" if line.floor is not None else f"最多加{plain(line.cap)}分"
    return f"各项共{signed(earned.raw)}分，全学年{most}，计{signed(earned.points)}分"


def _judged(made: ClassScore) -> str:
    """What the target comes to where children are lost."""
    counted = len(made.facts.counted_lost)
    if not made.target_met:
        return f"流失{counted}人，没有完成目标"
    return f"流失{counted}人，在目标以内" if counted else "流失的学生都认定不计"


def _lost_facts(made: ClassScore, names) -> tuple[Fact, ...]:
    """Who is lost: the target is judged once for all of them, so that none costs points of its own."""
    return tuple(
        Fact(
            Charge(loss.since, Outcome.MISSED, Decimal(0), child=loss.student,
                   is_waived=loss.student in made.facts.waived.children),
            f"{cdate_short(loss.since)}起{loss.kind.label}",
            ((loss.student, names[loss.student]),),
        )
        for loss in sorted(made.facts.lost, key=lambda loss: (loss.since, loss.student))
    )  # fmt: skip


def _fact(charge: Charge, names, duties) -> Fact:
    children = tuple(dict.fromkeys((duty.student, names[duty.student]) for duty in charge.duties))
    if charge.child and not children:
        children = ((charge.child, names[charge.child]),)
    kept = [duties.get(duty.name) for duty in charge.duties]
    return Fact(charge, _words(charge), children, next(filter(None, kept), None))


def _words(charge: Charge) -> str:
    day = cdate_short(charge.day) if charge.day else ""
    match charge.outcome:
        case Outcome.MET:
            return "没有流失学生"
        case Outcome.NONE | Outcome.SOME:
            return f"{day}{charge.outcome.label}"
        case Outcome.LATE:
            return f"{day}有学生缺课，{_tiers(charge)}逾期：{_when(charge)}"
        case Outcome.OPEN | Outcome.DONE:
            return f"{_tiers(charge)}，{_when(charge)}"
        case Outcome.VERIFIED:
            return f"劝返复学，{day}到校稳定"
    return charge.outcome.label


def _tiers(charge: Charge) -> str:
    return "、".join(dict.fromkeys(duty.tier.label for duty in charge.duties))


def _when(charge: Charge) -> str:
    ends = dict.fromkeys(_end(duty.due_on, duty.done_on) for duty in charge.duties)
    return "；".join(ends)


def _end(due_on: date, done_on: date | None) -> str:
    if done_on is None:
        return f"{cdate_short(due_on)}到期，还没有办"
    return f"{cdate_short(due_on)}到期，{cdate_short(done_on)}才办"

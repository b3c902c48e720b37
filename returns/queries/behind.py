"""The children behind a number of a return: those of an edition as it was filed, or as the facts stand now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures import INS, LABELS, MOVEMENTS, OUTS, SUSPECTED
from reports.queries.figure_children import Behind
from reports.queries.figures import Census, Move
from returns.queries.editions import content_of, filing_of
from returns.queries.live import live_figures
from returns.queries.page import edition_asked
from returns.queries.periods import FilingPeriod
from returns.reviewing import CAME, COMPARED, WENT
from returns.snapshots import Lists, Pair, lists_of
from students.access import Scope
from students.models import School, SchoolClass, Student
from students.queries.months import CountedPeriod
from students.turning import grade_label

SUMS = {CAME: INS, WENT: OUTS}  # a number that is made of several counts; who came twice stands in it twice
MOVED = {*MOVEMENTS, *SUMS}  # the numbers that count what happened
GONE = "现在的记录里没有这次变动"  # corrected since it was filed
TITLES = LABELS | {code: COMPARED[code] for code in SUMS}  # of every number that opens its children


@dataclass(frozen=True)
class GradeThen:
    """The grade in which a child counts; a return knows no classes."""

    school: School
    number: int

    @property
    def name(self) -> str:
        return grade_label(self.number)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class KeptChildren:
    """Those whom the reader may see, whose they are in ``words``, and how many others the number counts."""

    behind: Behind
    words: tuple[str, ...]
    unseen: int


def kept_children(
    school: School, period: FilingPeriod, figure: str, *, scope: Scope, today: date, edition: str, grade: str
) -> KeptChildren | None:
    """``edition``: its number, blank for what is current; ``grade``: one alone, blank for all. None where there is no
    such edition, or nothing to count yet."""
    if not period.is_begun(today):
        return None
    filed = edition_asked(filing_of(school, period), edition)
    if filed is None and edition:
        return None
    lists = lists_of(content_of(filed)) if filed else live_figures(school, period, today=today).lists
    if figure in MOVED:
        pairs = _moves(school, period.counted(today), lists, SUMS.get(figure, (figure,)))
    else:
        pairs = lists.get(figure, ())
    pairs = [pair for pair in pairs if grade in ("", str(pair[1]))]
    seen = Student.objects.visible_to(scope).filter(pk__in={pair[0] for pair in pairs})
    visible = set(seen.order_by().values_list("pk", flat=True))
    shown = sorted((pair for pair in pairs if pair[0] in visible), key=_in_order)
    grades = {pair[1]: GradeThen(school, pair[1]) for pair in pairs}
    named = filed.label if filed and filed.number else filed.step.label if filed else "现在的数字"
    words = (school.name, period.name, named, *(each.name for each in grades.values() if grade))
    day = min(period.period.cut_off, today)
    said = {"by_runs": figure == SUSPECTED, "otherwise": GONE if figure in MOVED else ""}
    return KeptChildren(Behind(shown, grades, day, scope, **said), words, len(pairs) - len(shown))


def _moves(school: School, period: CountedPeriod, lists: Lists, codes: Sequence[str]) -> list[Pair | Move]:
    """What is listed of some counts, each as the event that was counted, as far as it still stands; a movement as the
    facts have it takes the place of one that was filed of the same child, count and grade."""
    classes = {row.pk: row for row in SchoolClass.objects.filter(school=school)}
    standing: dict[tuple, list[Move]] = defaultdict(list)
    census = Census(period.period.first, period.day, schools=frozenset({school.pk}))
    for code, moves in census.movements(classes.keys()).items():
        for move in moves:
            number = classes[move.school_class].grade_on(period.day)
            standing[code, move.student, number].append(move._replace(school_class=number))
    listed = [(code, *pair) for code in codes for pair in lists.get(code, ())]
    return [standing[each].pop(0) if standing[each] else each[1:] for each in listed]


def _in_order(pair: Pair | Move) -> tuple:
    """By grade and child, of one child by the day."""
    return pair[1], pair[0], pair.day if isinstance(pair, Move) else date.min

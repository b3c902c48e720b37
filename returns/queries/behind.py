"""The children behind a number of a return: those of an edition as it was filed, or as the facts stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures import INS, LABELS, OUTS, SUSPECTED
from reports.queries.figure_children import Behind
from returns.queries.editions import content_of, filing_of
from returns.queries.live import live_figures
from returns.queries.page import edition_asked
from returns.queries.periods import FilingPeriod
from returns.reviewing import CAME, COMPARED, WENT
from returns.snapshots import Pair, lists_of
from students.access import Scope
from students.models import School, Student
from students.turning import grade_label

SUMS = {CAME: INS, WENT: OUTS}  # a number that is made of several counts; who came twice stands in it twice
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
    lists: Mapping[str, Sequence[Pair]] = (
        lists_of(content_of(filed)) if filed else live_figures(school, period, today=today).lists
    )
    pairs = [pair for code in SUMS.get(figure, (figure,)) for pair in lists.get(code, ())]
    pairs = [pair for pair in pairs if grade in ("", str(pair[1]))]
    seen = Student.objects.visible_to(scope).filter(pk__in={child for child, _ in pairs})
    visible = set(seen.order_by().values_list("pk", flat=True))
    shown = sorted((pair for pair in pairs if pair[0] in visible), key=lambda pair: (pair[1], pair[0]))
    grades = {number: GradeThen(school, number) for _, number in pairs}
    named = filed.label if filed and filed.number else filed.step.label if filed else "现在的数字"
    words = (school.name, period.name, named, *(each.name for each in grades.values() if grade))
    day = min(period.period.cut_off, today)
    return KeptChildren(Behind(shown, grades, day, scope, by_runs=figure == SUSPECTED), words, len(pairs) - len(shown))

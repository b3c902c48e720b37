"""Two schemes side by side 办法对照: number by number what stays, is changed, comes and goes. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from scoring.scheme import Affected, Scheme, name_of, told
from scoring.school_scheme import SchoolScheme, name_of_number, told_number

ORDER = tuple(Affected)


class Pair(NamedTuple):
    """A number, a range left to schools, or whom a line is counted for: in the first scheme and in the second.

    ``name`` is that of ``Scheme.numbers`` or of a part of a scheme; blank words: not there.
    """

    name: str
    label: str
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


def compare(before: Scheme, after: Scheme, *, bounds: bool = True) -> list[Pair]:
    """Every number of both, in the order of the second; then whom each line affects, and what is left to schools
    unless ``bounds`` says not: a school's own leaves nothing."""
    pairs = [*_numbers(before, after), *_affected(before, after)]
    return [*pairs, *_bounds(before, after)] if bounds else pairs


def compare_months(before: SchoolScheme, after: SchoolScheme) -> list[Pair]:
    """Every number of two schemes for schools; both have the same."""
    old, new = before.numbers, after.numbers
    return [
        Pair(name, name_of_number(name), told_number(name, old[name]), told_number(name, number))
        for name, number in new.items()
    ]


def changes(before: Scheme, after: Scheme, *, bounds: bool = True) -> list[Pair]:
    """What of it differs."""
    return [pair for pair in compare(before, after, bounds=bounds) if not pair.is_same]


def people(affects) -> str:
    """Whom a line is counted for: 班主任、任课教师."""
    return "、".join(each.label for each in ORDER if each in affects)


def between(bounds: tuple[Decimal, Decimal] | None) -> str:
    """−1分至−0.5分; 全县一样 where a school may not differ."""
    return "至".join(told("", each) for each in bounds) if bounds else "全县一样"


def _numbers(before: Scheme, after: Scheme) -> Iterator[Pair]:
    old, new = before.numbers, after.numbers
    for name in dict.fromkeys((*new, *old)):
        said = [told(name, numbers[name]) if name in numbers else "" for numbers in (old, new)]
        yield Pair(name, name_of(name), *said)


def _affected(before: Scheme, after: Scheme) -> Iterator[Pair]:
    for line in after.lines:
        was = before.line(line.measure).affects
        yield Pair(f"{line.measure}.affects", f"{line.measure.label}考核谁", people(was), people(line.affects))


def _bounds(before: Scheme, after: Scheme) -> Iterator[Pair]:
    for name in dict.fromkeys((*after.bounds, *before.bounds)):
        said = [between(each.bounds.get(name)) for each in (before, after)]
        yield Pair(f"bounds.{name}", f"{name_of(name)}，学校可定", *said)

"""The scores of classes on a day (domain.md §8): reckoned from the facts, whenever they are asked for."""

from collections.abc import Iterator, Sequence
from datetime import date

from scoring.class_scores import ClassScore, score
from scoring.presets import schemes_in
from scoring.queries.class_facts import class_facts_on
from students.calendar import school_year_of
from students.models import SchoolClass


def class_scores(classes, *, as_of: date) -> Iterator[tuple[SchoolClass, ClassScore]]:
    """Each of ``classes`` (a queryset, in its order) with its score through ``as_of``, that day included."""
    for school_class, [made] in class_scores_on(classes, [as_of]):
        yield school_class, made


def class_scores_on(classes, days: Sequence[date]) -> Iterator[tuple[SchoolClass, list[ClassScore]]]:
    """The same through each of several days of one school year."""
    scheme_of = schemes_in(school_year_of(days[0]))
    for school_class, facts in class_facts_on(
        classes, days, days_wanted=lambda school: scheme_of(school).return_days
    ):  # fmt: skip
        yield school_class, [score(each, scheme_of(school_class.school_id)) for each in facts]

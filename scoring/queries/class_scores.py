"""The scores of classes on a day (domain.md §8): reckoned from the facts, whenever they are asked for."""

from collections.abc import Iterator
from datetime import date

from scoring.class_scores import ClassScore, score
from scoring.presets import schemes_in
from scoring.queries.class_facts import class_facts
from students.calendar import school_year_of
from students.models import SchoolClass


def class_scores(classes, *, as_of: date) -> Iterator[tuple[SchoolClass, ClassScore]]:
    """Each of ``classes`` (a queryset, in its order) with its score through ``as_of``, that day included."""
    scheme_of = schemes_in(school_year_of(as_of))
    for school_class, facts in class_facts(
        classes, as_of=as_of, days_wanted=lambda school: scheme_of(school).return_days
    ):
        yield school_class, score(facts, scheme_of(school_class.school_id))

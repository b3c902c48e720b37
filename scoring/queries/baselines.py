"""学年初人数 B of classes: the children who attended on the first day of the school year (domain.md §7)."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count

from students.models import Enrolment


def baselines(classes: Collection[int], first_day: date) -> dict[int, int]:
    """Class → how many children attended it on ``first_day``; those with none are left out."""
    here = Enrolment.objects.attending().on(first_day).filter(school_class__in=classes).order_by()
    return dict(here.values_list("school_class").annotate(number=Count("pk")))

"""Loads the presets of schemes into immutable rows, and tells which scheme holds where and in which school year."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.utils import timezone

from casework.presets import store_presets
from scoring.models import SchemeAdoption, StoredScheme
from scoring.scheme import Scheme
from scoring.scheme_reading import read_scheme

PRESETS = Path(__file__).resolve().parent / "schemes"
DEFAULT = "class_standard"
ALWAYS = 1900  # the county's first adoption holds since before its records begin


def load_presets(**_) -> None:
    """Store every preset whose content is new as the next version of its code; called after migrate."""
    if StoredScheme._meta.db_table not in connection.introspection.table_names():
        return  # another app was migrated, or this one taken back
    store_presets(PRESETS, StoredScheme, read_scheme)
    if not SchemeAdoption.objects.filter(school=None).exists():
        newest = StoredScheme.objects.filter(code=DEFAULT).order_by("version").last()
        SchemeAdoption.objects.create(scheme=newest, school_year=ALWAYS, adopted_at=timezone.now())


def schemes_in(school_year: int) -> Callable[[int], Scheme]:
    """School → the scheme that holds there in a school year: the school's own, else the county's; one query."""
    adopted: dict[int | None, StoredScheme] = {}
    rows = SchemeAdoption.objects.filter(school_year__lte=school_year).select_related("scheme").order_by("school_year")
    for row in rows:
        adopted[row.school_id] = row.scheme
    read = {row.pk: read_scheme(row.content, key=row.pk) for row in adopted.values()}
    return lambda school: read[adopted.get(school, adopted[None]).pk]

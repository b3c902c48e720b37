"""Loads the presets of schemes into immutable rows, and tells which scheme holds where and in which school year."""

from collections.abc import Mapping
from pathlib import Path

from django.db import connection
from django.utils import timezone

from casework.presets import store_presets
from scoring.award_rules import AwardRule, read_award_rule
from scoring.models import (
    AwardRuleAdoption,
    SchemeAdoption,
    SchoolSchemeAdoption,
    StoredAwardRule,
    StoredScheme,
    StoredSchoolScheme,
)
from scoring.scheme import Scheme
from scoring.scheme_reading import read_scheme, refusal_of_own
from scoring.school_scheme import SchoolScheme, read_new_school_scheme, read_school_scheme

PRESETS = Path(__file__).resolve().parent / "schemes"
SCHOOL_PRESETS = PRESETS.parent / "school_schemes"
AWARD_RULES = PRESETS.parent / "award_rule_sets"
DEFAULT, SCHOOL_DEFAULT, AWARD_DEFAULT = "class_standard", "school_standard", "award_standard"
ALWAYS = 1900  # the county's first adoption holds since before its records begin


def load_presets(**_) -> None:
    """Store every preset whose content is new as the next version of its code; called after migrate."""
    if StoredAwardRule._meta.db_table not in connection.introspection.table_names():
        return  # another app was migrated, or this one taken back
    store_presets(PRESETS, StoredScheme, read_scheme)
    store_presets(SCHOOL_PRESETS, StoredSchoolScheme, read_new_school_scheme)
    store_presets(AWARD_RULES, StoredAwardRule, read_award_rule)
    if not SchemeAdoption.objects.filter(school=None).exists():
        newest = StoredScheme.objects.filter(code=DEFAULT).order_by("version").last()
        SchemeAdoption.objects.create(scheme=newest, school_year=ALWAYS, adopted_at=timezone.now())
    if not SchoolSchemeAdoption.objects.exists():
        newest = StoredSchoolScheme.objects.filter(code=SCHOOL_DEFAULT).order_by("version").last()
        SchoolSchemeAdoption.objects.create(scheme=newest, school_year=ALWAYS, adopted_at=timezone.now())
    if not AwardRuleAdoption.objects.exists():
        newest = StoredAwardRule.objects.filter(code=AWARD_DEFAULT).order_by("version").last()
        AwardRuleAdoption.objects.create(rule=newest, school_year=ALWAYS, adopted_at=timezone.now())


class InForce:
    """The schemes that hold in a school year: called with a school, the one that holds there.

    ``own`` are those of schools that have one; ``outside`` says of every other own scheme why it does not hold: the
    county's of that year leaves schools no room for it.
    """

    def __init__(self, county: Scheme, adopted: Mapping[int, Scheme]):
        refusals = {school: refusal_of_own(scheme, county) for school, scheme in adopted.items()}
        self.county = county
        self.own = {school: scheme for school, scheme in adopted.items() if not refusals[school]}
        self.outside = {school: reason for school, reason in refusals.items() if reason}

    def __call__(self, school: int) -> Scheme:
        return self.own.get(school, self.county)


def schemes_in(school_year: int, *, instead: Mapping[int | None, StoredScheme] | None = None) -> InForce:
    """School → the scheme that holds there in a school year: the school's own, else the county's; one query.

    ``instead``: what a school or the county (None) is taken to have adopted for that year.
    """
    rows = SchemeAdoption.objects.filter(school_year__lte=school_year).select_related("scheme").order_by("school_year")
    adopted = {row.school_id: row.scheme for row in rows} | dict(instead or {})
    read = {each.pk: read_scheme(each.content, key=each.pk) for each in adopted.values()}
    county = read[adopted.pop(None).pk]
    return InForce(county, {school: read[each.pk] for school, each in adopted.items() if not each.is_the_countys})


def school_scheme_in(school_year: int) -> SchoolScheme:
    """The scheme for schools that holds in a school year; one query."""
    adopted = SchoolSchemeAdoption.objects.filter(school_year__lte=school_year).select_related("scheme")
    scheme = adopted.latest("school_year").scheme
    return read_school_scheme(scheme.content, key=scheme.pk)


def award_rule_in(school_year: int) -> AwardRule:
    """The rules of awards that hold in a school year; one query."""
    adopted = AwardRuleAdoption.objects.filter(school_year__lte=school_year).select_related("rule")
    rule = adopted.latest("school_year").rule
    return read_award_rule(rule.content, key=rule.pk)

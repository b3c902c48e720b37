"""Loads the rule presets into immutable rows, and tells which rule set holds where and when."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from casework.models import RuleAdoption, StoredRuleSet
from casework.models.rules import AS_COUNTY, VersionedContent
from casework.ruleset import RuleSet, read_rule_set
from students.queries.calendar import KeptUnderStamp

PRESETS = Path(__file__).resolve().parent / "rules"
DEFAULT = "standard"
ALWAYS = date(1900, 1, 1)  # the first adoption of a school or county holds since before its records begin


def preset_codes() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def load_presets(**_) -> None:
    """Store every preset whose content is new as the next version of its code; called after migrate."""
    if StoredRuleSet._meta.db_table not in connection.introspection.table_names():
        return  # another app was migrated, or this one taken back
    store_presets(PRESETS, StoredRuleSet, read_rule_set)
    if not RuleAdoption.objects.filter(school=None).exists():
        adopt(code=DEFAULT, school=None, starts_on=ALWAYS, by=None)


def store_presets(folder: Path, model: type[VersionedContent], read: Callable[[dict], object]) -> None:
    """Store what is new in the presets of ``folder``; ``read`` raises where one contradicts itself."""
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        read(content)
        versions = model.objects.filter(code=content["code"])
        newest = versions.order_by("version").last()
        if newest is None or newest.content != content:
            number = (versions.aggregate(number=Max("version"))["number"] or 0) + 1
            model.objects.create(code=content["code"], version=number, title=content["title"], content=content)


def adopt(*, code: str, school, starts_on: date, by) -> RuleAdoption:
    """Let the newest version of ``code`` hold from ``starts_on`` for ``school`` (None = the county)."""
    rule_set = StoredRuleSet.objects.filter(code=code).order_by("version").last()
    adoption, _ = RuleAdoption.objects.update_or_create(
        school=school,
        starts_on=starts_on,
        defaults={"rule_set": rule_set, "adopted_at": timezone.now(), "adopted_by": by},
    )
    return adoption


def rules_under(stamp: int | None) -> Callable[[int, date], RuleSet]:
    """(school, day) → the rule set in force: the school's own, else the county's. Read once a process and stamp."""
    return _kept.under(stamp).on


def countywide(rule_set: RuleSet, rules_on: Callable[[int, date], RuleSet]) -> Callable[[int, date], RuleSet]:
    """``rules_on``, with ``rule_set`` wherever the county's rules hold: in a school while it has none of its own."""
    starts, own = defaultdict(list), defaultdict(list)
    rows = RuleAdoption.objects.exclude(school=None).order_by("starts_on", "pk")
    for school, day, code in rows.values_list("school", "starts_on", "rule_set__code"):
        starts[school].append(day)
        own[school].append(not code.startswith(AS_COUNTY))

    def on(school: int, day: date) -> RuleSet:
        position = bisect_right(starts.get(school, ()), day)
        return rules_on(school, day) if position and own[school][position - 1] else rule_set

    return on


def least_excused_days(stamp: int | None) -> int | None:
    """The fewest excused days in a row that any adopted rule set asks about; None where none does."""
    return _kept.under(stamp).least_excused_days


@dataclass(frozen=True)
class _Adopted:
    """All adopted rule sets, and what the facts to be read depend on."""

    on: Callable[[int, date], RuleSet]
    least_excused_days: int | None


def _load_adopted() -> _Adopted:
    starts, sets = defaultdict(list), defaultdict(list)
    read: dict[int, RuleSet] = {}
    for adoption in RuleAdoption.objects.select_related("rule_set").order_by("starts_on", "pk"):
        rule_set = adoption.rule_set
        if rule_set.pk not in read and not rule_set.is_the_countys:
            read[rule_set.pk] = read_rule_set(rule_set.content, key=rule_set.pk)
        starts[adoption.school_id].append(adoption.starts_on)
        sets[adoption.school_id].append(read.get(rule_set.pk))  # None: the county's

    def rules_on(school: int, day: date) -> RuleSet:
        for owner in (school, None):
            position = bisect_right(starts.get(owner, ()), day)
            if position and (found := sets[owner][position - 1]):
                return found
        raise LookupError("没有采用任何规则集：请先运行 manage.py migrate")

    thresholds = [trigger.threshold for rule_set in read.values() for trigger in rule_set.on_excused_day]
    return _Adopted(rules_on, min(thresholds, default=None))


_kept = KeptUnderStamp(_load_adopted)

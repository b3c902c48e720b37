"""Schools' own schemes beside the county's: which hold, and what becomes of them where the county takes one back."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scoring.models import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.presets import schemes_in
from scoring.queries.version_pages import State, title_of
from students.access import Scope
from students.calendar import school_year_label
from students.models import School

NAMED = 8  # schools named in a sentence


class Told(NamedTuple):
    """A sentence and how its notice is coloured."""

    words: str
    tone: str


def coming_beside(adoptions: Iterable[SchemeAdoption], school: str) -> list[Told]:
    """Of each own version to come of ``school``: within what of the county's it lies, or why it will not hold."""
    rows = [row for row in adoptions if row.school_id and not row.scheme.is_the_countys]
    found = {row: schemes_in(row.school_year) for row in rows}
    counties = StoredScheme.objects.in_bulk({schemes.county.key for schemes in found.values()}) if found else {}
    told = []
    for row, schemes in found.items():
        begins = f"{school_year_label(row.school_year)}起的{title_of(row.scheme, school)}"
        room = f"{title_of(counties[schemes.county.key])}留给学校的范围里"
        if why := schemes.outside.get(row.school_id):
            told.append(Told(f"{begins}不在{room}，到时按全县办法：{why}。", "warn"))
        else:
            told.append(Told(f"{begins}在{room}，到时按它考核。", "note"))
    return told


def news_beside(row: SchemeAdoption) -> tuple[str, str]:
    """What the school of an own version is told of the county's: that one was taken back after it was adopted, and why
    its own does not hold; both blank where there is nothing to tell."""
    taken = SchemeProposal.objects.filter(school=None, state=State.WITHDRAWN, school_year=row.school_year)
    last = taken.filter(withdrawn_at__gte=row.adopted_at).select_related("scheme").order_by("withdrawn_at").last()
    words = f"县教育局撤回了{school_year_label(row.school_year)}的{title_of(last.scheme)}。" if last else ""
    return words, schemes_in(row.school_year).outside.get(row.school_id, "")


def told_before_withdrawing(proposal: SchemeProposal, scope: Scope) -> list[Told]:
    """What taking back a version of the county's does to the schools that have their own in its year."""
    year = proposal.school_year
    earlier = SchemeAdoption.objects.filter(school=None, school_year__lt=year).select_related("scheme")
    back_to = earlier.order_by("school_year").last().scheme
    now, then = schemes_in(year), schemes_in(year, instead={None: back_to})
    rows = School.objects.visible_to(scope).filter(pk__in={*now.own, *now.outside}).order_by("name", "pk")
    names = dict(rows.values_list("pk", "name"))
    return [*_told(names, now, then, f"{title_of(back_to)}留给学校的范围里")]


def _told(names: dict[int, str], now, then, room: str) -> Iterator[Told]:
    fallen = [pk for pk in names if pk in now.own and pk not in then.own]
    kept = [pk for pk in names if pk in now.own and pk in then.own]
    risen = [pk for pk in names if pk not in now.own and pk in then.own]
    if fallen:
        named = _named([f"{names[pk]}（{then.outside[pk]}）" for pk in fallen])
        yield Told(f"撤回以后，{len(fallen)}所学校自己的办法不在{room}，改按全县办法：{named}。", "warn")
    if kept:
        named = _named([names[pk] for pk in kept])
        yield Told(f"撤回以后，{len(kept)}所学校自己的办法仍在{room}，照旧执行：{named}。", "note")
    if risen:
        named = _named([names[pk] for pk in risen])
        yield Told(f"撤回以后，{len(risen)}所学校自己的办法重新执行：{named}。", "note")


def _named(names: list[str]) -> str:
    return "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")

"""What a document says of days and counts, held against calendar and registers (domain.md §3, §6). Pure.

What cannot be is refused at its field. What only differs from the registers is shown beside it: the register may be
what is wrong.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from casework.contacts import PROMISE_DAYS
from casework.document_kinds import KINDS, DocumentKind, Input, shown
from students.calendar import SchoolDays, school_year_start

VISITED_BEFORE_DAYS = 60  # a family is visited in the holidays before the child is entered; earlier ones are none [D]
# Source of a field → what the record says of it, and what is said where it says nothing.
HELD = {
    "run_start": ("点名登记是{}", "点名没有登记这次缺课"),
    "run_days": ("点名登记是{}天", "点名没有登记这次缺课"),
    "returned_on": ("点名登记是{}", "点名还没有登记到校"),
    "change": ("学籍变动登记是{}", "学籍变动里没有登记"),
    "changed_on": ("学籍变动登记是{}", "学籍变动里没有登记"),
}


class OnRecord(NamedTuple):
    """What is on record of a child: the first day of its enrolment (None where there is none), the school days of its
    class, and field → what registers and registry say of it, blank where they say nothing. ``school_year``: that of a
    责任书, which is of no child."""

    today: date
    enrolled_on: date | None
    school_days: SchoolDays
    known: Mapping[str, str]
    school_year: int | None = None


def impossible(kind: DocumentKind, values: Mapping[str, str], record: OnRecord) -> dict[str, str]:
    """Field → why what stands there cannot be, in a Chinese sentence. A blank field is no mistake."""
    fields = {each.name: each for each in KINDS[kind].fields}
    days = {
        name: date.fromisoformat(values[name])
        for name, each in fields.items()
        if each.input is Input.DATE and values.get(name)
    }
    wrong = {name: "日期还没有到，请核对" for name, day in days.items() if fields[name].is_past and day > record.today}
    since, back = days.get("absent_since"), days.get("returned_on")
    if record.enrolled_on:
        wrong |= _before_enrolment(days, record.enrolled_on)
    if since and back and back < since:
        wrong["returned_on"] = f"早于缺课开始日期（{_words(since)}），请核对"
    if reason := _no_promise(days.get("promised_on"), days.get("visited_on"), fields, record.today):
        wrong["promised_on"] = reason
    if record.school_year is not None:
        wrong |= _outside_the_year(days, record.school_year)
    if since and values.get("absent_days") and not {"absent_since", "returned_on"} & wrong.keys():
        until = min(back or record.today, record.today)
        if reason := _too_many(int(values["absent_days"]), since, until, record.school_days):
            wrong["absent_days"] = reason
    return wrong


def _before_enrolment(days: Mapping[str, date], enrolled_on: date) -> dict[str, str]:
    """The days on which the child was no pupil yet; a visit may have been some time before."""
    ahead = {"visited_on": timedelta(VISITED_BEFORE_DAYS)}
    return {
        name: f"早于入学日期（{_words(enrolled_on)}），请核对"
        for name in ("absent_since", "returned_on", "changed_on", "visited_on")
        if name in days and days[name] < enrolled_on - ahead.get(name, timedelta(0))
    }


def _no_promise(promised: date | None, visited: date | None, fields, today: date) -> str:
    """Why no family has promised that, as for a contact; blank = it may have."""
    if promised and visited and promised < visited:
        return f"早于{fields['visited_on'].label}（{_words(visited)}），请核对"
    if promised and promised > (visited or today) + timedelta(PROMISE_DAYS):
        return f"太远，最多{PROMISE_DAYS}天以后，请核对"
    return ""


def _outside_the_year(days: Mapping[str, date], school_year: int) -> dict[str, str]:
    """The days of a 责任期 that lie outside its school year, or in the wrong order."""
    first, last = school_year_start(school_year), school_year_start(school_year + 1) - timedelta(1)
    year = f"要在本学年内（{_words(first)}到{_words(last)}），请核对"
    wrong = {name: year for name in ("since", "until") if name in days and not first <= days[name] <= last}
    since, until = days.get("since"), days.get("until")
    if since and until and until < since:
        wrong["until"] = f"早于责任期开始（{_words(since)}），请核对"
    return wrong


def _too_many(days: int, since: date, until: date, school_days: SchoolDays) -> str:
    most = len(school_days.between(since, until))
    if days <= most or not school_days.days:  # a calendar without terms says nothing
        return ""
    counted = f"只有{most}个上课日" if most else "没有上课日"
    return f"{_words(since)}到{_words(until)}{counted}，请核对"


def differing(
    kind: DocumentKind, values: Mapping[str, str], record: OnRecord, *, is_issued: bool = False
) -> dict[str, str]:
    """Field → what the registers or the registry say instead, in a Chinese sentence; blank fields differ from
    nothing. ``is_issued``: an absence that has gone on since is no difference."""
    known, found = shown(kind, record.known), {}
    for each in KINDS[kind].fields:
        mine, theirs = values.get(each.name) or "", record.known.get(each.name, "")
        if is_issued and each.source == "run_days" and mine and theirs and int(theirs) > int(mine):
            continue
        if each.source in HELD and mine and mine != theirs:
            said, nothing = HELD[each.source]
            found[each.name] = (
                f"{said.format(known[each.name])}，和填的不同，请核对" if theirs else f"{nothing}，请核对"
            )
    return found


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

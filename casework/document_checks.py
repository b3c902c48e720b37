"""What a document says of days and counts, held against calendar and registers (domain.md §3, §6). Pure.

What cannot be is refused at its field. What only differs from the registers is shown beside it: the register may be
what is wrong.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from casework.contacts import PROMISE_DAYS
from casework.document_kinds import KINDS, DocumentKind, Input, shown
from students.calendar import SchoolDays

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
    class, and field → what registers and registry say of it, blank where they say nothing."""

    today: date
    enrolled_on: date | None
    school_days: SchoolDays
    known: Mapping[str, str]


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
    visited, promised = days.get("visited_on"), days.get("promised_on")
    if since and record.enrolled_on and since < record.enrolled_on:
        wrong["absent_since"] = f"早于入学日期（{_words(record.enrolled_on)}），请核对"
    if since and back and back < since:
        wrong["returned_on"] = f"早于缺课开始日期（{_words(since)}），请核对"
    if visited and promised and promised < visited:
        wrong["promised_on"] = f"早于{fields['visited_on'].label}（{_words(visited)}），请核对"
    if visited and promised and (promised - visited).days > PROMISE_DAYS:
        wrong["promised_on"] = f"太远，最多{PROMISE_DAYS}天以后，请核对"
    if since and values.get("absent_days") and not {"absent_since", "returned_on"} & wrong.keys():
        until = min(back or record.today, record.today)
        if reason := _too_many(int(values["absent_days"]), since, until, record.school_days):
            wrong["absent_days"] = reason
    return wrong


def _too_many(days: int, since: date, until: date, school_days: SchoolDays) -> str:
    most = len(school_days.between(since, until))
    if days <= most or not school_days.days:  # a calendar without terms says nothing
        return ""
    counted = f"只有{most}个上课日" if most else "没有上课日"
    return f"{_words(since)}到{_words(until)}{counted}，请核对"


def differing(kind: DocumentKind, values: Mapping[str, str], record: OnRecord) -> dict[str, str]:
    """Field → what the registers or the registry say instead, in a Chinese sentence; blank fields differ from
    nothing."""
    known, found = shown(kind, record.known), {}
    for each in KINDS[kind].fields:
        mine, theirs = values.get(each.name) or "", record.known.get(each.name, "")
        if each.source in HELD and mine and mine != theirs:
            said, nothing = HELD[each.source]
            found[each.name] = (
                f"{said.format(known[each.name])}，和填的不同，请核对" if theirs else f"{nothing}，请核对"
            )
    return found


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

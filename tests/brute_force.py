"""The ladder once more, written from domain.md and contract.md alone and as naively as they allow.

It shares nothing with ``students`` and ``casework`` but the YAML presets. Every question is answered by looking at all
days again, which is slow and hard to get wrong; the tests ask both and compare. Codes are those of the documents.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
PERIODS = {"AM": 4, "PM": 3, "EV": 2}  # a single period is 1
UNEXCUSED = {"unexcused", "unverified"}
EXCUSED = {"personal_leave", "sick_leave", "official"}

IN = {"enrol", "transfer_in", "resume", "return", "other_in"}
OUT = {"transfer_out", "suspend", "drop_out", "decease", "leave_country", "graduate", "other_out"}
MOVE = {"class_move", "promote", "repeat", "skip"}
REPORTED = {"transfer_in", "transfer_out", "suspend", "resume", "leave_country", "decease"}

# domain.md §6, "What may follow", line by line.
FROM_ATTENDING = OUT | MOVE
FROM_SUSPENDED = {"resume", "drop_out", "transfer_out", "decease", "leave_country", "other_out"}
FROM_DROPPED_OUT = {"return", "transfer_out", "decease", "leave_country", "other_out"}
FROM_AWAY = {"transfer_in", "other_in"}
MAY_FOLLOW = (
    {None: {"enrol", "transfer_in", "other_in"}}
    | dict.fromkeys(IN | MOVE, FROM_ATTENDING)
    | {"suspend": FROM_SUSPENDED, "drop_out": FROM_DROPPED_OUT, "graduate": {"enrol"}, "decease": set()}
    | dict.fromkeys(("transfer_out", "other_out", "leave_country"), FROM_AWAY)
)

A_VISIT = {"home_visit", "joint_visit"}
RESULT_OF_A_VISIT = {"home_visit": A_VISIT, "joint_visit": {"joint_visit"}, "opening_visit": A_VISIT}


@dataclass
class PlainWorld:
    """Schools, classes, calendar and rules as lists and dictionaries.

    ``overrides``: "statutory", "county", a school or a class → day → whether it is a school day.
    ``rules``: school → (first day, rule set as its YAML has it), in order. ``registers``: class → day → slots taken.
    """

    terms: list[tuple[date, date]]
    school_of: dict[str, str]
    rules: dict[str, list[tuple[date, dict]]]
    overrides: dict[str, dict[date, bool]] = field(default_factory=dict)
    registers: dict[str, dict[date, set[str]]] = field(default_factory=dict)


@dataclass
class PlainChild:
    """One child's facts; ``events`` are (day, kind, class joined or None) in their order.

    ``outcomes`` are (day, outcome) of the contacts. ``certificates`` are (day of the change, day handed in),
    ``suspensions`` (day of the 休学, an approved end).
    """

    events: list[tuple[date, str, str | None]]
    marks: dict[date, dict[str, str]] = field(default_factory=dict)
    leaves: list[tuple[date, date]] = field(default_factory=list)
    contacts: list[tuple[date, str]] = field(default_factory=list)
    outcomes: list[tuple[date, str]] = field(default_factory=list)
    reports: list[tuple[date, str]] = field(default_factory=list)
    certificates: list[tuple[date, date]] = field(default_factory=list)
    suspensions: list[tuple[date, date]] = field(default_factory=list)
    left: list[date] = field(default_factory=list)  # a teacher reported 已离校


@dataclass
class Day:
    """What a school day was for the child; ``stay`` numbers the stretches of 在校."""

    day: date
    school_class: str
    stay: int
    state: str
    slots: int = 0
    periods: int = 0


def is_school_day(world: PlainWorld, school_class: str, day: date) -> bool:
    if not any(first <= day <= last for first, last in world.terms):
        return False
    for place in (school_class, world.school_of[school_class], "county", "statutory"):
        if day in world.overrides.get(place, {}):
            return world.overrides[place][day]
    return day.isoweekday() <= 5


def where(child: PlainChild, day: date) -> tuple[str, int] | None:
    """(class, number of the stay) of a child who attends on ``day``, else None."""
    attending, school_class, stay = False, None, 0
    for happened_on, kind, joined in child.events:
        if happened_on <= day:
            school_class = joined or school_class
            if kind in IN:
                attending, stay = True, stay + 1
            elif kind in OUT:
                attending = False
    return (school_class, stay) if attending else None


def look_at(world: PlainWorld, child: PlainChild, day: date) -> Day | None:
    """The day state of domain.md §3, or None where the child had no school."""
    place = where(child, day)
    if place is None or not is_school_day(world, place[0], day):
        return None
    result = Day(day, *place, state="unknown")
    taken = world.registers.get(place[0], {}).get(day, set())
    if not taken:
        return result
    kinds = {slot: child.marks.get(day, {}).get(slot) for slot in taken}
    if any(first <= day <= last for first, last in child.leaves):
        kinds = {slot: "personal_leave" if kind in UNEXCUSED else kind for slot, kind in kinds.items()}
    unexcused = [slot for slot, kind in kinds.items() if kind in UNEXCUSED]
    result.slots, result.periods = len(unexcused), sum(PERIODS.get(slot, 1) for slot in unexcused)
    if not all(kind in UNEXCUSED | EXCUSED for kind in kinds.values()):
        result.state = "present"
    else:
        result.state = "absent" if unexcused else "excused"
    return result


def all_days(world: PlainWorld, child: PlainChild, through: date) -> list[Day]:
    first, days = min(first for first, _ in world.terms), []
    while first <= through:
        days.append(look_at(world, child, first))
        first += DAY
    return [day for day in days if day]


def run_from(days: list[Day], start: date, *, through: date | None = None) -> list[Day]:
    """The days of the run that began on ``start``, excused and unknown ones included, as far as ``through``."""
    [first] = [day for day in days if day.day == start]
    result = []
    for day in days:
        if day.day < start or (through and day.day > through):
            continue
        if day.state == "present" or day.stay != first.stay:
            break
        result.append(day)
    return result


def run_starts(days: list[Day]) -> list[date]:
    """An absent day begins a run unless an absent day of the same stay comes before it and no present day between."""
    starts = []
    for day in days:
        earlier = [other for other in days if other.day < day.day and other.stay == day.stay]
        while earlier and earlier[-1].state in ("unknown", "excused"):
            earlier.pop()
        if day.state == "absent" and not (earlier and earlier[-1].state == "absent"):
            starts.append(day.day)
    return starts


def first_present_after(days: list[Day], start: date) -> Day | None:
    return next((day for day in days if day.day > start and day.state == "present"), None)


def count(days: list[Day], state: str) -> int:
    return sum(day.state == state for day in days)


def runs(world: PlainWorld, child: PlainChild, as_of: date) -> list[dict]:
    """All runs as they stood at the end of ``as_of``."""
    days, result = all_days(world, child, as_of), []
    for start in run_starts(days):
        run = run_from(days, start)
        absent = [day for day in run if day.state == "absent"]
        seen = first_present_after(days, start)
        back = seen.day if seen and seen.stay == absent[0].stay else None
        result.append(
            {
                "started_on": start,
                "last_absent_on": absent[-1].day,
                "days": len(absent),
                "unknown_days": count(run, "unknown"),
                "ended_on": back or end_of_stay(child, absent[0].stay, as_of),
                "settled_on": seen.day if seen else None,
                "school_class": absent[-1].school_class,
            }
        )
    return result


def end_of_stay(child: PlainChild, stay: int, as_of: date) -> date | None:
    number = 0
    for happened_on, kind, _ in child.events:
        number += kind in IN
        if number == stay and kind in OUT and happened_on <= as_of:
            return happened_on
    return None


def rules_on(world: PlainWorld, school_class: str, day: date) -> dict:
    """The rule set that began last holds."""
    return [rules for first, rules in world.rules[world.school_of[school_class]] if first <= day][-1]


def next_school_day(world: PlainWorld, school_class: str, day: date) -> date:
    """``day`` or the school day that follows; ``day`` itself where no term holds a later one."""
    later, last = day, max(last for _, last in world.terms)
    while later <= last:
        if is_school_day(world, school_class, later):
            return later
        later += DAY
    return day


def obligations(world: PlainWorld, child: PlainChild, as_of: date) -> list[dict]:
    """The table of ``export obligations --as-of`` for one child, and the four kinds that it leaves out."""
    from tests import no_runs  # which asks this module about days and rules

    owed: list[dict] = []
    days = all_days(world, child, as_of)
    no_runs.live(world, owed, child, days, as_of)
    for happened_on, kind, school_class in changes(child):
        if min(first for first, _ in world.terms) <= happened_on <= as_of:
            rules = rules_on(world, school_class, happened_on)
            for trigger in rules["triggers"]:
                if trigger["measure"] == "change_event" and kind in trigger["events"]:
                    owe(world, owed, rules, trigger, key=happened_on, day=happened_on, school_class=school_class)
    for began, ends_on in sorted(suspensions(child).items()):
        remember(world, owed, child, began, ends_on, as_of)
    no_runs.call_again(world, owed, child, days, as_of)
    do(child, owed, as_of)
    come_to_school(world, owed, days)
    for row in owed:
        row["status"] = status(row, as_of)
    return sorted(owed, key=lambda row: (row["triggered_on"], row["tier"], row["key"]))


def climb(world, owed, days, day, rules, trigger) -> None:
    """What a day with an absence triggers."""
    run = run_of(days, day)
    if reached(world, trigger, day, run):
        key = day.day if trigger["tier"] in ("contact", "opening_visit") else run[0].day
        owe(world, owed, rules, trigger, key=key, day=day.day, school_class=day.school_class, run=run)


def come_back(world, owed, days, day, rules, trigger) -> None:
    """What the first present day after a run that reached a tier triggers."""
    if trigger["measure"] != "present_after":
        return
    told = [row for row in owed if row["tier"] == trigger["after"]]
    for start in [row["key"] for row in told if row["run_start"] is None]:
        if first_present_after(days, start) == day:
            owe(world, owed, rules, trigger, key=start, day=day.day, school_class=day.school_class)
    for start in [row["run_start"] for row in told if row["run_start"]]:
        if first_present_after(days, start) == day:
            run = run_from(days, start)
            owe(world, owed, rules, trigger, key=start, day=day.day, school_class=day.school_class, run=run)


def suspensions(child: PlainChild) -> dict[date, date]:
    """Day of the 休学 → its latest approved end."""
    return {day: max(end for began, end in child.suspensions if began == day) for day, _ in child.suspensions}


def remember(world, owed, child, began, ends_on, as_of) -> None:
    """休学期满: the first day in the calendar on which the child is still out and few enough days are left."""
    on_the_day = [(kind, joined) for day, kind, joined in child.events if day == began]
    if not on_the_day or on_the_day[-1][0] != "suspend":
        return
    school_class = [joined for day, _, joined in child.events if day <= began and joined][-1]
    over = min((day for day, _, _ in child.events if day > began), default=None)
    day = max(began, min(first for first, _ in world.terms))
    while day <= as_of and (over is None or day < over):
        rules = rules_on(world, school_class, day)
        for trigger in rules["triggers"]:
            if trigger["measure"] == "suspension_end" and ends_on <= day + trigger["threshold"] * DAY:
                owe(world, owed, rules, trigger, key=ends_on, day=day, school_class=school_class)
                for row in owed:
                    if (row["tier"], row["key"], row["triggered_on"]) == ("suspension_end", ends_on, day):
                        row["done_on"] = over if over and over <= as_of else None
                return
        day += DAY


def due(world, trigger, school_class, day, key) -> date:
    """The last day on which it is in time."""
    match trigger["due"]:
        case "next_school_day":
            return next_school_day(world, school_class, day + DAY)
        case "within_days":
            return next_school_day(world, school_class, day + trigger["within"] * DAY)
        case "at_end":
            return next_school_day(world, school_class, max(day, key))
        case "within_school_days":
            last = next_school_day(world, school_class, day)
            for _ in range(1, trigger["within"]):
                last = next_school_day(world, school_class, last + DAY)
            return last
    return next_school_day(world, school_class, day)


def owe(world, owed, rules, trigger, *, key, day, school_class, run=()) -> None:
    """(tier, key) exactly once."""
    if any(row["tier"] == trigger["tier"] and row["key"] == key for row in owed):
        return
    owed.append(
        {
            "tier": trigger["tier"],
            "key": key,
            "triggered_on": day,
            "due_on": due(world, trigger, school_class, day, key),
            "run_start": run[0].day if run else None,
            "run_days": count(run, "excused" if trigger["tier"] == "excused_check" else "absent"),
            "unknown_days": count(run, "unknown"),
            "school_class": school_class,
            "rule_set": rules["code"],
            "step": rules["triggers"].index(trigger) + 1,
            "done_on": None,
        }
    )


def run_of(days: list[Day], day: Day) -> list[Day]:
    """The run that holds ``day``, up to and including it; empty where the child was not absent."""
    if day.state != "absent":
        return []
    return run_from(days, [start for start in run_starts(days) if start <= day.day][-1], through=day.day)


def opens_a_term(world: PlainWorld, day: Day) -> bool:
    """Whether no day of the term before it was a school day of the class."""
    for first, last in world.terms:
        if first <= day.day <= last:
            earlier = [first + DAY * n for n in range((day.day - first).days)]
            if not any(is_school_day(world, day.school_class, other) for other in earlier):
                return True
    return False


def reached(world: PlainWorld, trigger: dict, day: Day, run: list[Day]) -> bool:
    figures = {
        "unexcused_slots": day.slots,
        "unexcused_periods": day.periods,
        "absent_day": count(run[-1:], "absent"),
        "run_school_days": count(run, "absent"),
        "opening_absence": count(run[-1:], "absent") and opens_a_term(world, day),
    }
    return trigger["measure"] in figures and figures[trigger["measure"]] >= trigger.get("threshold", 1)


def changes(child: PlainChild) -> list[tuple[date, str, str]]:
    """The 正常变动 with the class joined (in) or left (out)."""
    result, current = [], None
    for happened_on, kind, joined in child.events:
        left, current = current, joined or current
        if kind in REPORTED:
            result.append((happened_on, kind, current if kind in IN else left))
    return result


def do(child: PlainChild, owed: list[dict], as_of: date) -> None:
    """Which act fulfils what (contract.md); two identical rows are one act."""
    for day, method in sorted(set(child.contacts)):
        for row in owed:
            wanted = row["tier"] == "contact" or method in RESULT_OF_A_VISIT.get(row["tier"], ())
            if day <= as_of and wanted and row["done_on"] is None and row["key"] <= day:
                row["done_on"] = day
            if day <= as_of and row["tier"] == "excused_check" and row["triggered_on"] <= day:
                row["done_on"] = min(day, row["done_on"] or day)
    for changed_on, handed_in_on in child.certificates:
        proven_on = max(changed_on, handed_in_on)
        for row in owed:
            if proven_on <= as_of and row["tier"] == "change_evidence" and row["key"] == changed_on:
                row["done_on"] = min(proven_on, row["done_on"] or proven_on)
    for day, tier in sorted(set(child.reports)):
        open_rows = [row for row in owed if row["tier"] == tier and row["done_on"] is None and row["key"] <= day]
        if day <= as_of and open_rows:
            max(open_rows, key=lambda row: row["key"])["done_on"] = day


def come_to_school(world: PlainWorld, owed: list[dict], days: list[Day]) -> None:
    """Who comes by themselves in the term needs no visit any more."""
    for row in owed:
        if row["tier"] == "opening_visit" and (back := first_present_after(days, row["key"])):
            same_term = any(first <= row["key"] and back.day <= last for first, last in world.terms)
            if same_term and (row["done_on"] is None or back.day < row["done_on"]):
                row["done_on"] = back.day


def status(row: dict, as_of: date) -> str:
    if row["done_on"]:
        return "late_done" if row["done_on"] > row["due_on"] else "done"
    return "late_open" if as_of > row["due_on"] else "open"

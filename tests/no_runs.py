"""The ladder once more (see ``tests.brute_force``): what no run climbs: long leaves, unanswered calls, 已离校."""

from datetime import date

from tests.brute_force import (
    DAY,
    Day,
    climb,
    come_back,
    count,
    due,
    end_of_stay,
    first_present_after,
    owe,
    rules_on,
    run_from,
    run_starts,
    where,
)


def stay_away(world, owed, days, day, rules, trigger) -> None:
    """What a long leave triggers: excused days of one stay with neither a present nor an absent day among them."""
    if trigger["measure"] != "excused_days" or day.state != "excused":
        return
    leave = [day]
    for other in reversed([other for other in days if other.day < day.day]):
        if other.stay != day.stay or other.state in ("present", "absent"):
            break
        leave.insert(0, other)
    while leave[0].state == "unknown":
        leave.pop(0)
    if count(leave, "excused") >= trigger["threshold"]:
        owe(world, owed, rules, trigger, key=leave[0].day, day=day.day, school_class=day.school_class, run=leave)


def call_again(world, owed, child, days, as_of) -> None:
    """What a day on which nobody answered triggers; where the rules ask for a visit by now, that alone."""
    for day in sorted({on for on, _ in child.outcomes if on <= as_of}):
        row = in_a_row(child, days, day)
        if not row:
            continue
        school_class, stay = where(child, day)
        rules = rules_on(world, school_class, day)
        reached = [
            trigger for trigger in rules["triggers"]
            if trigger["measure"] == "unanswered_days" and len(row) >= trigger.get("threshold", 1)
        ]  # fmt: skip
        visits = [trigger for trigger in reached if trigger["tier"] == "unreached_visit"]
        ends = [other.day for other in days if other.day > day and is_heard(other)]
        ends += [end for end in [end_of_stay(child, stay, as_of)] if end and end > day]
        for trigger in visits or reached:
            key = row[0] if visits else day
            last = due(world, trigger, school_class, day, key)
            called = any(other["tier"] == "contact" and day < other["key"] <= last for other in owed)
            known = any((other["tier"], other["key"]) == (trigger["tier"], key) for other in owed)
            if known or (called and not visits):
                continue
            later = [on for on, _ in child.outcomes if day < on <= as_of and not (visits and unanswered(child, on))]
            owe(world, owed, rules, trigger, key=key, day=day, school_class=school_class)
            owed[-1] |= {"run_start": row[0], "run_days": len(row), "done_on": min(later + ends, default=None)}


def unanswered(child, day) -> bool:
    return all(outcome in ("no_answer", "wrong_number") for on, outcome in child.outcomes if on == day)


def is_heard(day: Day) -> bool:
    return day.state in ("present", "excused")


def is_away(child, days, day) -> bool:
    """The last that a register of this stay has told by then is that the child was absent."""
    place = where(child, day)
    known = [other for other in days if place and other.day <= day and other.stay == place[1]]
    known = [other for other in known if other.state != "unknown"]
    return bool(known) and known[-1].state == "absent"


def in_a_row(child, days, day) -> list[date]:
    """``day`` and the days before it on which nobody answered, with nothing heard between; empty where it is none."""
    row: list[date] = []
    for on in sorted({on for on, _ in child.outcomes if on <= day}):
        if not unanswered(child, on) or not is_away(child, days, on):
            row = []
            continue
        if row and where(child, row[-1])[1] != where(child, on)[1]:
            row = []
        if any(is_heard(other) and row and row[-1] < other.day <= on for other in days):
            row = []
        row.append(on)
    return row if row and row[-1] == day else []


def live(world, owed, child, days, as_of) -> None:
    """Day by day: what the registers of a day trigger, and then what was told on it."""
    every, known = min(first for first, _ in world.terms), {day.day: day for day in days}
    while every <= as_of:
        if day := known.get(every):
            rules = rules_on(world, day.school_class, every)
            for trigger in rules["triggers"]:
                if trigger["tier"] != "loss_report" or not is_gone(owed, days, every):
                    climb(world, owed, days, day, rules, trigger)
                stay_away(world, owed, days, day, rules, trigger)
                come_back(world, owed, days, day, rules, trigger)
        if every in child.left:
            go(world, owed, child, days, every)
        every += DAY


def is_gone(owed, days, on: date) -> bool:
    """Whether the child was reported gone outside any run and not seen on a later day, ``on`` included."""
    told = [row["key"] for row in owed if row["tier"] == "loss_report" and row["run_start"] is None]
    return any(not [day for day in days if key < day.day <= on and day.state == "present"] for key in told)


def go(world, owed, child, days, on: date) -> None:
    """What a report 已离校 triggers: of the run that holds the day, else of the day."""
    place = where(child, on)
    if place is None or is_gone(owed, days, on):
        return
    known = [day for day in days if day.day <= on]
    starts = run_starts(known)
    run = run_from(known, starts[-1]) if starts else []
    if run and (run[0].stay != place[1] or first_present_after(known, starts[-1])):
        run = []
    rules = rules_on(world, place[0], on)
    for trigger in rules["triggers"]:
        if trigger["measure"] == "reported_left":
            key = run[0].day if run else on
            owe(world, owed, rules, trigger, key=key, day=on, school_class=place[0], run=run)

"""A day off for the whole county: how long its preview takes, and how long carrying it out and taking it back.

    python benchmarks/county.py --database sqlite:////tmp/county.sqlite3
    python benchmarks/escalate.py --database sqlite:////tmp/county.sqlite3
    python benchmarks/calendar_change.py --database sqlite:////tmp/county.sqlite3

Both are background jobs; nothing waits for them. What the preview counted must be what carrying out did, and a full
recomputation afterwards must change nothing. In the end the day is taught again.
"""

import argparse
import resource
import time
from datetime import date

from county import LAST_DAY, set_up

DAY_OFF = date(2026, 11, 18)  # a Wednesday in the middle of the term


def timed(what: str, work) -> None:
    began, worked = time.perf_counter(), time.process_time()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    print(f"{what}: {seconds:.1f} s ({processor:.1f} s of processor), peak {peak:.0f} MB", flush=True)


def run() -> None:
    from casework.actions import calendar_changes
    from students.day_plans import DayPlan, Plan
    from students.models import CalendarChange, Person
    from students.queries.calendar_months import Place

    by, _ = Person.objects.get_or_create(staff_number="B1", defaults={"username": "b1", "name": "量"})
    later = {"today": LAST_DAY, "then": lambda pk: None}

    def through(change: CalendarChange) -> None:
        timed("preview", lambda: calendar_changes.preview(change=change, today=LAST_DAY))
        change.refresh_from_db()
        calendar_changes.confirm(by=by, change=change, seen=change.mark, **later)
        change = CalendarChange.objects.get(pk=change.pk)
        timed("carrying out", lambda: calendar_changes.carry_out(change=change, today=LAST_DAY))
        outcome = CalendarChange.objects.get(pk=change.pk).outcome
        assert outcome["done"] == outcome["tally"]
        print({name: outcome[name] for name in ("tally", "classes", "children", "registers_lost")})

    change = calendar_changes.plan_days(by=by, place=Place(), plans=[DayPlan(DAY_OFF, Plan.OFF)], **later)
    through(change)
    check()
    through(calendar_changes.take_back(by=by, change=CalendarChange.objects.get(pk=change.pk), **later))
    check()


def check() -> None:
    """Incremental equals full."""
    from casework.engine import escalate

    counts = escalate(through=LAST_DAY)
    assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0), counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    set_up(parser.parse_args().database)
    run()


if __name__ == "__main__":
    main()

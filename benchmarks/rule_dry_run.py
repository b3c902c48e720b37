"""A change of the county's rules tried on a whole term: how long the dry run 试算 takes, and how much memory.

    python benchmarks/county.py --database sqlite:////tmp/county.sqlite3
    python benchmarks/escalate.py --database sqlite:////tmp/county.sqlite3
    python benchmarks/rule_dry_run.py --database sqlite:////tmp/county.sqlite3

Asked for: 100,000 children × one term in 30 s, memory bounded. It is a background job; nothing waits for it. Every
school lives by the county's rules meanwhile (rolled back in the end). The ladder in force must differ in nothing from
itself, and what the tally says was asked for must be what the engine counts by itself.
"""

import argparse
import resource
import time
from collections import Counter
from copy import deepcopy

from county import FIRST_DAY, LAST_DAY, set_up


def timed(what: str, work):
    began, worked = time.perf_counter(), time.process_time()
    found = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    print(f"{what}: {seconds:.1f} s ({processor:.1f} s of processor), peak {peak:.0f} MB", flush=True)
    return found


def run() -> None:
    from django.db import transaction

    from casework.models import RuleAdoption

    with transaction.atomic():
        RuleAdoption.objects.exclude(school=None).delete()
        try_out()
        transaction.set_rollback(True)


def try_out() -> None:
    from casework.models import StoredRuleSet
    from casework.queries.dry_runs import children_of, dry_run
    from casework.ruleset import read_rule_set

    term = {"school": None, "first": FIRST_DAY, "last": LAST_DAY}
    stored = StoredRuleSet.objects.filter(code="standard").latest("version")
    standing = read_rule_set(stored.content, key=stored.pk)
    content = deepcopy(stored.content)
    for rung in content["triggers"]:
        if rung["tier"] == "absence_report":
            rung["threshold"] = 2
    found = timed("3 days → 2 days, the whole term", lambda: dry_run(read_rule_set(content), **term))
    print(f"{children_of(None, standing).count()} children have a ladder; {found.tiers}")
    print(f"{found.children} children, {found.classes} classes, {found.schools} schools")
    same = timed("the ladder in force against itself", lambda: dry_run(standing, **term))
    assert (same.children, same.classes, same.shown) == (0, 0, [])
    assert Counter({tier: tally["before"] for tier, tally in found.tiers.items()}) == asked_for(standing)


def asked_for(rule_set) -> Counter:
    """What the engine itself counts for the term under the county's rules, child by child."""
    from casework.facts import Surroundings, assess_students
    from casework.queries.dry_runs import children_of
    from casework.queries.rehearsals import in_chunks

    surroundings, counted = Surroundings(), Counter()
    for chunk in in_chunks(children_of(None, rule_set)):
        for _, duties, _ in assess_students(chunk, surroundings, through=LAST_DAY):
            counted.update(duty.tier.value for duty in duties if FIRST_DAY <= duty.triggered_on <= LAST_DAY)
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    set_up(parser.parse_args().database)
    run()


if __name__ == "__main__":
    main()

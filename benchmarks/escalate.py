"""A full recomputation of a large county: seconds and peak memory, from nothing and again.

    python benchmarks/county.py --database sqlite:////tmp/county.sqlite3
    python benchmarks/escalate.py --database sqlite:////tmp/county.sqlite3

Asked for: 100,000 children × one term in 30 s and 500 MB; the second run changes nothing.
"""

import argparse
import resource
import time
from datetime import date

from county import LAST_DAY, set_up


def run(through: date) -> None:
    from casework.engine import escalate

    began = time.perf_counter()
    counts = escalate(through=through)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.1f} s, peak {peak:.0f} MB, {counts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    set_up(parser.parse_args().database)
    run(LAST_DAY)
    run(LAST_DAY)


if __name__ == "__main__":
    main()

"""The scores of all classes of a large county: seconds, memory and queries.

    .venv/bin/python benchmarks/class_scores.py --database sqlite:////tmp/county.sqlite3 [--as-of 2026-11-20]

The database is one of ``county.py`` after ``escalate.py``. Goal: 2,500 classes in 10 s.
"""

import argparse
import resource
import sys
import time
from datetime import date

from county import set_up  # puts the project on the path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2027, 1, 22))
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    set_up(asked.database)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from scoring.queries.class_scores import class_scores
    from students.models import SchoolClass

    classes = SchoolClass.objects.order_by("school__code", "number")
    for _ in range(asked.times):
        with CaptureQueriesContext(connection) as queries:
            start, cpu = time.perf_counter(), time.process_time()
            charges = number = 0
            for _, score in class_scores(classes, as_of=asked.as_of):
                number += 1
                charges += sum(len(line.charges) for line in score.lines.values())
            spent, cpu = time.perf_counter() - start, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{number}个班，{charges}条依据：{spent:.1f} s（处理器{cpu:.1f} s），{len(queries)}次查询，峰值{peak} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

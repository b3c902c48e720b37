"""Takes the rows without a mistake and leaves the others: it imports the workbook as if it held only them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from students.workbook.report import Outcome, Problem

RunWithout = Callable[[Mapping[str, set[int]]], Outcome]
FOLLOWS = "它依据的那一行没有写入，所以这一行也没有写入：{}"


@dataclass
class PartialOutcome:
    """``outcome`` of the rows taken, or what stands in the way of taking any; ``left``: sheet → row → its mistakes."""

    outcome: Outcome
    left: Mapping[str, Mapping[int, list[Problem]]]

    @property
    def problems(self) -> list[Problem]:
        return [problem for rows in self.left.values() for row in sorted(rows) for problem in rows[row]]

    def count_of(self, sheet: str) -> int:
        return len(self.left.get(sheet, ()))


def run_sound_rows(run_without: RunWithout) -> PartialOutcome:
    """Import one file without the rows that have a mistake; ``run_without`` imports it without some rows.

    Leaving rows may leave others without what they point at, so it is tried until nothing is wrong. What is wrong with
    a header, a sheet or the file concerns every row: then nothing is taken.
    """
    left: dict[str, dict[int, list[Problem]]] = defaultdict(lambda: defaultdict(list))
    while True:
        outcome = run_without({sheet: set(rows) for sheet, rows in left.items()})
        if outcome.succeeded or not all(map(outcome.report.is_of_a_row, outcome.problems)):
            return PartialOutcome(outcome, left)
        found = list(outcome.problems)
        told = {(problem.file, problem.sheet, problem.row) for problem in found}
        found += [Problem(*key, "", "", why) for key, why in outcome.report.left.items() if key not in told]
        is_consequence = bool(left)
        for problem in found:
            if is_consequence:
                problem = problem._replace(message=FOLLOWS.format(problem.message))
            left[problem.sheet][problem.row].append(problem)

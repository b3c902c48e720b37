"""What comes next in the returns of one school, for whoever sees no other: a sentence and where it is done."""

from dataclasses import dataclass
from datetime import date

from returns.queries.editions import Deadline
from returns.queries.grid import Cell, Row
from returns.states import Post, State
from students.templatetags.chinese import cdate_short

# How far it is in the school → what is said of it, the button, and whose it is.
STEPS = {
    State.DRAFT: ("待填报", "去填报", Post.SCHOOL),
    State.RETURNED: ("县教育局退回，请核对后重报", "去重报", Post.SCHOOL),
    State.PREPARED: ("待校长签字", "去签字", Post.HEAD),
    State.SIGNED: ("校长已签字，待上报", "去上报", Post.SCHOOL),
}
TO_AMEND = ("上报以后事实有变化，要另报更正", "去更正", Post.SCHOOL)


@dataclass(frozen=True)
class NextStep:
    """``code``: the period; ``is_ours``: whether the reader does it, else they may look; ``others``: how many periods
    wait beside it."""

    words: str
    label: str
    code: str
    is_ours: bool
    others: int = 0

    @property
    def others_words(self) -> str:
        return f"另有{self.others}期也没有办完，在下面。" if self.others else ""


def next_step(row: Row, held: frozenset[Post], today: date) -> NextStep | None:
    """The earliest period that the school has to act in, else how the latest that is due stands; None before any is.

    ``row``: the periods of the school, the latest first.
    """
    due = [cell for cell in row.cells if cell.period.is_due(today)]
    waiting = [cell for cell in due if cell.is_owed or cell.filing.work]
    if waiting:
        return _step(waiting[-1], held, today, len(waiting) - 1)
    if not due:
        return None
    latest = due[0]
    label = f"看{latest.period.kind.label}"
    return NextStep(f"{latest.period.name}：{latest.standing.label}。", label, latest.period.code, is_ours=False)


def _step(cell: Cell, held: frozenset[Post], today: date, others: int) -> NextStep:
    period, work = cell.period, cell.filing.work
    back = cell.filing.returned
    if work:
        how, label, post = STEPS[cell.filing.state]
    elif back:
        how, label, post = STEPS[State.RETURNED]
    else:
        how, label, post = TO_AMEND if cell.filing.filed else STEPS[State.DRAFT]
    shown = work or back
    edition = shown.label if shown and shown.number else ""
    # An amendment has a deadline once it was sent back.
    by = "" if (edition or cell.filing.filed) and not cell.deadline.again else _by(cell.deadline, today)
    is_ours = post in held
    words = f"{period.name}{edition}：{how}{by}。"
    return NextStep(words, label if is_ours else f"看{period.kind.label}", period.code, is_ours, others)


def _by(deadline: Deadline, today: date) -> str:
    last = cdate_short(deadline.day)
    if deadline.is_over(today):
        return f"，已过{deadline.name}{last}"
    return f"，{deadline.name}{last}" if deadline.again else f"，{last}前上报"

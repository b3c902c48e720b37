"""What the engine does with cases by itself: the moves that follow from duties and registry (domain.md §5). Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from casework.ruleset import Tier
from casework.stages import TRANSITIONS, CaseAction, CaseOutcome, CaseStage
from students.enrolment import Standing


class Matter(NamedTuple):
    """A duty of a run: when it was triggered, when done, and the day the child was seen again, which settles it."""

    tier: Tier
    triggered_on: date
    done_on: date | None
    settled_on: date | None


class CaseFile(NamedTuple):
    """What the engine knows of the case that stands or was the last one.

    ``since``: when it was opened or opened again; ``is_by_hand``: a person has done something to it since;
    ``was_lost``: a 流失报告 stands, or 辍学 was confirmed; ``ended_as``: how it had ended before it was opened again;
    ``is_false_alarm``: it is closed as 误报; ``is_taken_back``: at 已报流失, a 流失报告 of it was taken back;
    ``report_stands``: one stands; ``dropped_on``: the day of the last 辍学 confirmed in it.
    """

    stage: CaseStage
    since: date
    closed_on: date | None
    is_by_hand: bool
    was_lost: bool = False
    ended_as: CaseOutcome | None = None
    is_false_alarm: bool = False
    is_taken_back: bool = False
    report_stands: bool = False
    dropped_on: date | None = None


class Move(NamedTuple):
    """What the engine does by itself, and the day that brought it about."""

    action: CaseAction
    day: date
    outcome: CaseOutcome | None = None


def follow(
    case: CaseFile | None, standing: Standing, since: date | None, matters: Sequence[Matter], *, today: date
) -> list[Move]:
    """The moves that bring a case to what duties and registry say of the child, in order; none where it is there.

    ``standing`` and the day ``since`` which it holds are those of the registry; ``matters`` are the duties of runs that
    stand. A second call after the moves finds nothing to do.
    """
    stage = case.stage if case else None
    if standing is Standing.DROPPED_OUT:
        return _dropped_out(case, stage, since)
    if stage is CaseStage.DROPPED_OUT and case.dropped_on and since < case.dropped_on:
        return _dropped_out_by_mistake(case, matters, today)
    if standing is not Standing.ATTENDING:
        return []
    if waiting := _unsettled(case, matters):
        return _away(case, waiting, today)
    match stage:
        case None | CaseStage.CLOSED:
            return _came_back(case, matters)
        case CaseStage.DROPPED_OUT:
            back = max([since, *(each.settled_on for each in matters if each.settled_on)])
            return [Move(CaseAction.NOTE_RETURN, back)]
        case CaseStage.RETURNED:
            return _reported_late(case, matters)
        case CaseStage.ABSENT | CaseStage.REPORTED_LOST:
            return _seen_or_corrected(case, matters, today)
    return []


def _unsettled(case: CaseFile | None, matters: Sequence[Matter]) -> list[Matter]:
    """What the child has not been seen after; what was known when the case was closed does not open it again.

    As 误报 a case is closed only where nothing was waiting: whatever waits now has become known since.
    """
    waiting = [each for each in matters if each.settled_on is None]
    if case and case.closed_on and not case.is_false_alarm:
        return [each for each in waiting if each.triggered_on > case.closed_on]
    return waiting


def _seen_or_corrected(case: CaseFile, matters: Sequence[Matter], today: date) -> list[Move]:
    undone = _undone(case, (), today)
    stage = CaseStage.ABSENT if undone else case.stage
    seen = [each for each in matters if each.settled_on and each.settled_on >= case.since]
    if seen:
        back = Move(CaseAction.NOTE_RETURN, max(each.settled_on for each in seen))
        filed = [each.done_on for each in seen if each.tier is Tier.LOSS_REPORT and each.done_on]
        lost = [Move(CaseAction.NOTE_LOSS, min(filed))] if filed and stage is CaseStage.ABSENT else []
        return [*undone, *lost, back]
    if stage is CaseStage.ABSENT and not case.is_by_hand:  # a correction has taken away what opened it
        return [*undone, Move(CaseAction.CLOSE, today, case.ended_as or CaseOutcome.FALSE_ALARM)]
    return undone


def _came_back(case: CaseFile | None, matters: Sequence[Matter]) -> list[Move]:
    """A child that was lost and is back, of whom the registers told only afterwards: its return is watched, too.

    Shorter absences that are over by the time they are known need no case.
    """
    lost = [each for each in matters if each.tier is Tier.LOSS_REPORT]
    if case:
        lost = [each for each in lost if each.triggered_on > case.closed_on]
    if not lost:
        return []
    last = max(lost, key=lambda each: each.triggered_on)
    moves = [Move(CaseAction.NOTE_ABSENCE, last.triggered_on), Move(CaseAction.NOTE_RETURN, last.settled_on)]
    return [moves[0], Move(CaseAction.NOTE_LOSS, last.done_on), moves[1]] if last.done_on else moves


def _reported_late(case: CaseFile, matters: Sequence[Matter]) -> list[Move]:
    """The 流失报告 was filed when the child was back already: the case has been lost all the same."""
    filed = [each for each in matters if each.tier is Tier.LOSS_REPORT and each.done_on and not case.was_lost]
    lost = [each for each in filed if each.triggered_on >= case.since]
    if not lost:
        return []
    last = max(lost, key=lambda each: each.triggered_on)
    return [Move(CaseAction.NOTE_LOSS, last.done_on), Move(CaseAction.NOTE_RETURN, last.settled_on)]


def _dropped_out(case: CaseFile | None, stage: CaseStage | None, since: date) -> list[Move]:
    if stage is CaseStage.DROPPED_OUT or (case and case.closed_on and since <= case.closed_on):
        return []
    if stage in (None, CaseStage.CLOSED):
        return [Move(CaseAction.NOTE_ABSENCE, since), Move(CaseAction.CONFIRM_DROPOUT, since)]
    return [Move(CaseAction.CONFIRM_DROPOUT, since)]


def _dropped_out_by_mistake(case: CaseFile, matters: Sequence[Matter], today: date) -> list[Move]:
    """The registry no longer says 辍学, nor that the child came back: the case stands where it would without it."""
    back = case._replace(stage=CaseStage.ABSENT, is_taken_back=False)
    waiting = _unsettled(back, matters)
    rest = _away(back, waiting, today) if waiting else _seen_or_corrected(back, matters, today)
    return [Move(CaseAction.UNDO_DROPOUT, today), *rest]


def _undone(case: CaseFile, waiting: Sequence[Matter], today: date) -> list[Move]:
    """Back to 缺课 where the report that led on was taken back: that of the absence at hand, or the only one."""
    owed = [each.done_on for each in waiting if each.tier is Tier.LOSS_REPORT]
    is_undone = case.is_taken_back and (not case.report_stands or (bool(owed) and not any(owed)))
    return [Move(CaseAction.UNDO_LOSS, today)] if is_undone else []


def _away(case: CaseFile | None, waiting: Sequence[Matter], today: date) -> list[Move]:
    stage, moves = case.stage if case else None, []
    if stage in TRANSITIONS[CaseAction.NOTE_ABSENCE].sources:
        moves.append(Move(CaseAction.NOTE_ABSENCE, min(each.triggered_on for each in waiting)))
    if case:
        moves += _undone(case, waiting, today)
    filed = [each.done_on for each in waiting if each.tier is Tier.LOSS_REPORT and each.done_on]
    if filed and stage not in (CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT):
        moves.append(Move(CaseAction.NOTE_LOSS, min(filed)))
    return moves

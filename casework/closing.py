"""确认复学 and 销号 of cases that were reported lost: what the bureau needs for each, and who decides. Pure.

Source: domain.md §5: a return needs so many present days before 销号, which is the bureau's, with evidence; one officer
proposes it and another approves.
"""

from enum import StrEnum

from casework.stages import CaseStage


class ClosingState(StrEnum):
    """Where a proposal to close a case stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"proposed": "待审批", "approved": "已销号", "refused": "已退回"}[self]


class ClosingAction(StrEnum):
    """What is done with a proposal."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"

    @property
    def label(self) -> str:
        return {"propose": "提出销号", "approve": "批准销号", "refuse": "退回"}[self]


SOURCES: dict[ClosingAction, frozenset[ClosingState | None]] = {
    ClosingAction.PROPOSE: frozenset({None, ClosingState.APPROVED, ClosingState.REFUSED}),
    ClosingAction.APPROVE: frozenset({ClosingState.PROPOSED}),
    ClosingAction.REFUSE: frozenset({ClosingState.PROPOSED}),
}


def closing_step_refusal(
    state: ClosingState | None,
    action: ClosingAction,
    *,
    is_bureau: bool,
    is_proposer: bool = False,
    needs_two: bool = True,
    officers: int = 2,
    alone_reason: str = "",
) -> str:
    """Why somebody may not do ``action``, in a Chinese sentence; blank = they may.

    ``state``: of the last proposal, None where there was none; ``officers``: how many the bureau has. Whoever proposed
    may approve only where the county does not ask for two, or has one officer only, who then says why.
    """
    if not is_bureau:
        return "报过流失的个案由县教育局销号"
    if state not in SOURCES[action]:
        return f"销号申请{state.label}，不能{action.label}" if state else "还没有提出销号"
    if action is not ClosingAction.APPROVE or not is_proposer or not needs_two:
        return ""
    if officers > 1:
        return "销号要由另一名工作人员批准，提出的人不能自己批准"
    return "" if alone_reason else "县教育局只有你一个人，自己批准要写明原因"


def return_refusal(
    stage: CaseStage, *, was_lost: bool, is_confirmed: bool, is_bureau: bool, present_days: int, return_days: int
) -> str:
    """Why 复学 cannot be confirmed, in a Chinese sentence; blank = it can. ``return_days``: county parameter."""
    if not is_bureau:
        return "确认复学由县教育局办理"
    if stage is not CaseStage.RETURNED:
        return f"个案现在是“{stage.label}”，不能确认复学"
    if not was_lost:
        return "没有报过流失的个案，到校满了天数会自动销号，不用确认"
    if is_confirmed:
        return "已经确认过复学"
    if present_days < return_days:
        return f"返校后要到校满{return_days}个上课日才能确认复学，现在是{present_days}个"
    return ""

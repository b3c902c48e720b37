"""The diagram and the table of the stages of a case, drawn from ``casework.stages``: what docs/cases.md holds. Pure."""

from casework.stages import TRANSITIONS, Actor, CaseStage, Transition

NOBODY = "未建档"


def diagram() -> str:
    """A state diagram in Mermaid, one arrow for each move between two stages."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{stage.label}" as {stage}' for stage in CaseStage]
    for row in TRANSITIONS.values():
        for source in _in_order(row):
            lines.append(f"    {source or '[*]'} --> {row.target}: {row.action.label}")
    return "\n".join(lines)


def table() -> str:
    """Every move in words: from where, to where, by whom, with what."""
    lines = ["| 办理 | 原阶段 | 新阶段 | 由谁办 | 要填写 |", "|---|---|---|---|---|"]
    for row in TRANSITIONS.values():
        sources = "、".join(source.label if source else NOBODY for source in _in_order(row))
        people = "、".join(actor.label for actor in Actor if actor in row.actors)
        needs = "、".join(need.label for need in row.needs) or "—"
        lines.append(f"| {row.action.label} | {sources} | {row.target.label} | {people} | {needs} |")
    return "\n".join(lines)


def _in_order(row: Transition) -> list[CaseStage | None]:
    """The stages a move starts from: no case first, then as they follow one another."""
    return [stage for stage in (None, *CaseStage) if stage in row.sources]


def page() -> str:
    """The part of docs/cases.md that is drawn."""
    return f"```mermaid\n{diagram()}\n```\n\n{table()}\n"

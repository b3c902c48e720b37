"""docs/cases.md shows the stages of a case as they are declared."""

from pathlib import Path

from casework.stage_diagram import diagram, page, table
from casework.stages import TRANSITIONS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "cases.md"


def test_the_document_holds_the_diagram_and_the_table_as_they_are_now():
    assert page() in DOCUMENT.read_text(encoding="utf-8"), f"docs/cases.md is stale; it should hold:\n\n{page()}"


def test_every_move_has_its_arrows_and_its_line():
    assert diagram().count("-->") == sum(len(row.sources) for row in TRANSITIONS.values())
    assert len(table().splitlines()) == 2 + len(TRANSITIONS)

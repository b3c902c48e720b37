"""What an event adds to a return, and what follows from the counts."""

import pytest

from reports.figures import CODES, INS, OUTS, Figures, movements, total
from students.enrolment import EventKind

HERE, SAME_GRADE, NEXT_GRADE = 1, 2, 3
ROWS = {HERE: ("甲", 3), SAME_GRADE: ("甲", 3), NEXT_GRADE: ("甲", 4)}


def moved(kind, *, was=EventKind.ENROL, left=HERE, joined=HERE):
    return list(movements(kind, was=was, left=left, joined=joined, rows=ROWS))


@pytest.mark.parametrize("kind", INS)
def test_who_comes_counts_in_the_class_joined(kind):
    assert moved(kind, was=None, left=None, joined=NEXT_GRADE) == [(kind, NEXT_GRADE)]


@pytest.mark.parametrize("kind", OUTS)
def test_who_leaves_counts_in_the_class_left(kind):
    assert moved(kind) == [(kind, HERE)]


@pytest.mark.parametrize("was", [EventKind.SUSPEND, EventKind.DROP_OUT])
def test_who_did_not_attend_makes_no_class_smaller(was):
    assert moved(EventKind.TRANSFER_OUT, was=was) == []


@pytest.mark.parametrize("kind", [EventKind.CLASS_MOVE, EventKind.PROMOTE, EventKind.REPEAT, EventKind.SKIP])
def test_a_move_counts_only_where_it_leads_into_another_grade(kind):
    assert moved(kind, joined=SAME_GRADE) == []
    assert moved(kind, joined=NEXT_GRADE) == [("other_out", HERE), ("other_in", NEXT_GRADE)]


def test_rates_are_made_of_the_counts():
    found = Figures(
        {"baseline": 100, "left_in_order": 4, "lost_of_baseline": 1, "lost": 2, "opening": 98, "closing": 99}
    )
    assert found.retention_rate.record == {"numerator": 95, "denominator": 96, "text": "98.96%"}
    assert found.dropout_rate.record == {"numerator": 2, "denominator": 100, "text": "2.00%"}
    assert found.raw_ratio.text == "101.02%"
    assert [rate.text for rate in (Figures().retention_rate, Figures().dropout_rate, Figures().raw_ratio)] == ["—"] * 3


def test_what_does_not_add_up_is_told():
    assert Figures({"opening": 10, "enrol": 2, "suspend": 1, "closing": 11}).balance == 0
    assert Figures({"opening": 10, "enrol": 2, "suspend": 1, "closing": 12}).balance == -1


def test_a_total_has_every_count():
    assert total([Figures({"enrol": 1}), Figures({"enrol": 2, "closing": 5})]).counts == {
        code: {"enrol": 3, "closing": 5}.get(code, 0) for code in CODES
    }

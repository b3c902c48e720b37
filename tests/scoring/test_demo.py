"""The demonstration county has appeals in the states that a user should meet."""

from datetime import timedelta

from scoring.appeals import AppealState, Level
from scoring.models import Appeal
from scoring.queries.appeals import score_of
from tests.casework.demo_county import TODAY, county, made

__all__ = ["county", "made"]


def test_appeals_wait_in_the_school_of_the_log_ins_and_that_of_a_lost_child_at_the_bureau(county):
    waiting = Appeal.objects.filter(state=AppealState.WAITING)
    assert {row.school_class.school_id for row in waiting} == {county.plan.shown_school.row.pk}
    assert [row.level for row in waiting if row.kind == "loss"] == [Level.BUREAU]


def test_one_is_accepted_and_its_fact_costs_nothing(county):
    row = Appeal.objects.get(state=AppealState.ACCEPTED)
    made = score_of(row.school_class_id, TODAY - timedelta(days=1))
    waived = [charge for line in made.lines.values() for charge in line.charges if charge.is_waived]
    assert [duty.student for charge in waived for duty in charge.duties] == [row.student_id]
    assert sum(charge.points for charge in waived) == 0

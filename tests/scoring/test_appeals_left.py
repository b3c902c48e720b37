"""申诉 that a school was to decide when everybody who could has left: the bureau decides, until somebody comes."""

import pytest

from scoring.actions.appeals import AppealRefused
from scoring.queries.appeals import waiting
from students.models import Role
from tests import cast
from tests.scoring.appealing import AS_OF, TODAY, ask_review, decide, loss_of, make, week


@pytest.fixture
def scored(scene, clock):
    return week(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


class TestWhereNobodyIsLeft:
    """The school was to decide, and its only clerk has gone since."""

    @pytest.fixture
    def left(self, scored, bureau):
        row = make(scored)
        scored.clerk.postings.update(until=TODAY)
        return row

    def test_the_bureau_decides_and_for_good(self, scored, bureau, left):
        assert waiting(cast.scope(bureau), TODAY) == 1
        row = decide(left, bureau, accepts=False)
        assert (row.level, row.state, row.decided_by) == ("bureau", "refused", bureau)
        with pytest.raises(AppealRefused, match="县教育局处理过的"):
            ask_review(row, scored.teacher)
        assert waiting(cast.scope(bureau), TODAY) == 0

    def test_whoever_comes_decides_again(self, scored, bureau, left):
        heir = cast.person(role=Role.PRINCIPAL, school=scored.school, since=TODAY)
        assert [waiting(cast.scope(who), TODAY) for who in (bureau, heir)] == [0, 1]
        assert decide(left, heir).level == "school"

    @pytest.mark.parametrize("who", ["maker", "teacher of the class"])
    def test_nor_anybody_but_whose_matter_it_is(self, scored, bureau, left, who):
        scored.teacher.postings.update(until=AS_OF)
        other = cast.person(role=Role.HOMEROOM_TEACHER, school_class=scored.school_class, since=AS_OF)
        cast.post(scored.teacher if who == "maker" else other, Role.DEPUTY_HEAD, school=scored.school)
        assert waiting(cast.scope(bureau), TODAY) == 1
        assert decide(left, bureau).level == "bureau"

    def test_what_the_bureau_decides_anyhow_is_not_touched(self, scored, bureau):
        make(scored, loss_of(scored))
        make(scored)
        assert waiting(cast.scope(bureau), TODAY) == 1

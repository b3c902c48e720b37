"""申诉 that a school was to decide when everybody who could has left: the bureau decides, until somebody comes."""

from datetime import timedelta

import pytest

from casework.clock import DUTIES
from scoring.actions import appeals
from scoring.actions.appeals import AppealRefused
from scoring.models import Appeal
from scoring.queries.appeals import waiting
from students.models import Notice, Role
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

    def test_withdrawing_it_decides_nothing_about_who_decides(self, scored, bureau, left):
        row = appeals.withdraw(by=scored.teacher, scope=cast.scope(scored.teacher), appeal=left, today=TODAY)
        assert (row.state, row.level) == ("withdrawn", "school")

    def test_the_bureau_is_told_once_and_whoever_comes_is(self, scored, bureau, left):
        tell = DUTIES["appeals"][1]
        assert (tell(TODAY), told(bureau)) == ({"told": 1}, 1)
        Notice.objects.filter(person=bureau).update(seen_at=left.made_at, seen_by=bureau)
        assert tell(TODAY) == {"told": 0}
        heir = cast.person(role=Role.PRINCIPAL, school=scored.school, since=TODAY)
        assert (tell(TODAY), told(heir)) == ({"told": 1}, 1)

    def test_decided_leaves_nobody_a_notice(self, scored, bureau, left):
        DUTIES["appeals"][1](TODAY)
        decide(left, bureau)
        assert not Notice.objects.filter(kind="appeal_made", seen_at=None)

    def test_a_row_that_does_not_know_it_does_not_guess(self, left):
        with pytest.raises(AttributeError):
            _ = Appeal.objects.get(pk=left.pk).standing


class TestWhereTheDeputyIsTheTeacher:
    """The principal alone may decide: it is their deputy's own class, and there is no clerk."""

    @pytest.fixture
    def head(self, scored):
        scored.clerk.postings.update(until=AS_OF)
        cast.post(scored.teacher, Role.DEPUTY_HEAD, school=scored.school)
        return cast.person(role=Role.PRINCIPAL, school=scored.school)

    @pytest.fixture
    def row(self, scored, bureau, head):
        days = {"since": TODAY, "until": TODAY + timedelta(days=1), "is_substitute": True}
        return make(scored, by=cast.person(role=Role.HOMEROOM_TEACHER, school_class=scored.school_class, **days))

    def test_the_principal_decides_and_is_told(self, row, head, bureau):
        assert (row.level, told(head), told(bureau)) == ("school", 1, 0)
        assert [waiting(cast.scope(who), TODAY) for who in (bureau, head)] == [0, 1]


def told(person) -> int:
    return Notice.objects.filter(person=person, kind="appeal_made", seen_at=None).count()

"""Appeals against facts of a term that is signed or frozen, and what the store refuses to change in an appeal."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from scoring.actions.appeals import AppealRefused
from scoring.models import Appeal, AppealPaper
from scoring.queries import freezes
from students.models import Notice, Role, Term
from tests import cast
from tests.scene import at
from tests.scoring.appealing import (
    AS_OF,
    CALLS,
    TODAY,
    amend,
    ask_review,
    decide,
    freeze_scores,
    make,
    opened,
    principal_of,
    sign,
    week,
)
from tests.students.papers import paper


@pytest.fixture
def scored(scene, clock):
    return week(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def head(scored):
    return principal_of(scored)


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


class TestATermThatWasSigned:
    @pytest.fixture
    def ended(self, scored):
        """The term ends on 9 September."""
        Term.objects.filter(school_year=2026, number=1).update(end=AS_OF)
        return Term.objects.get(school_year=2026, number=1)

    def test_takes_no_more_appeals(self, scored, ended, bureau, head):
        sign(opened(scored, bureau, term=ended, today=TODAY), head, today=TODAY)
        with pytest.raises(AppealRefused, match=r"第一学期的考核已签字确认，定分以前不受理申诉"):
            make(scored)

    def test_takes_no_more_reviews(self, scored, ended, bureau, head):
        row = decide(make(scored), scored.clerk, accepts=False)
        sign(opened(scored, bureau, term=ended, today=TODAY), head, today=TODAY)
        with pytest.raises(AppealRefused, match=r"定分以前不受理申诉"):
            ask_review(row, scored.teacher)

    def test_that_is_frozen_sends_them_to_the_bureau(self, scored, ended, bureau, head, clock):
        row = sign(opened(scored, bureau, term=ended, today=TODAY), head, today=TODAY)
        freeze_scores(row, bureau, today=TODAY)
        clock.move_to(at(TODAY, 18))
        appeal = make(scored)
        assert (appeal.level, told(bureau)) == ("bureau", {"appeal_made"})
        assert freezes.waiting(cast.scope(bureau), TODAY) == 0
        decide(appeal, bureau)
        assert freezes.waiting(cast.scope(bureau), TODAY) == 1
        clock.move_to(at(TODAY, 19))
        amend(row, bureau)
        assert freezes.waiting(cast.scope(bureau), TODAY) == 0

    def test_takes_them_while_it_is_only_opened(self, scored, ended, bureau):
        opened(scored, bureau, term=ended, today=TODAY)
        assert make(scored).is_open


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("columns", "name"),
        [
            ({"state": "accepted"}, "an_appeal_is_decided_and_reviewed_in_order"),
            ({"state": "review"}, "an_appeal_is_decided_and_reviewed_in_order"),
            ({"state": "withdrawn"}, "an_appeal_is_decided_and_reviewed_in_order"),
        ],
    )
    def test_impossible_states(self, scored, columns, name):
        row = make(scored)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Appeal.objects.filter(pk=row.pk).update(**columns)

    @pytest.mark.parametrize(
        ("columns", "name"),
        [
            ({"text": ""}, "an_appeal_says_what_and_why"),
            ({"kind": "loss"}, "an_appeal_names_the_child_it_is_about|a_lost_child_is_the_bureaus_to_decide"),
        ],
    )
    def test_impossible_words(self, scored, columns, name):
        row = make(scored)
        for field, value in ({"pk": None, "submission": uuid4(), "fact": "another"} | columns).items():
            setattr(row, field, value)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save()

    @pytest.mark.parametrize(
        ("columns", "name"),
        [
            ({"told": "别的"}, "made_at"),
            ({"text": "别的"}, "made_at"),
            ({"duties": []}, "made_at"),
            ({"made_at": timezone.now()}, "made_at"),
            ({"decision": "别的"}, "decided_at"),
            ({"asked": "别的"}, "asked_at"),
            ({"review": "别的"}, "reviewed_at"),
        ],
    )
    def test_to_change_what_was_said_and_decided(self, scored, bureau, columns, name):
        row = decide(ask_review(decide(make(scored, CALLS), scored.clerk, accepts=False), scored.teacher), bureau)
        with pytest.raises(Exception, match=f"keeps its {name}"), transaction.atomic():
            Appeal.objects.filter(pk=row.pk).update(**columns)
        with pytest.raises(Exception, match="keeps its"), transaction.atomic():
            Appeal.objects.filter(pk=row.pk).delete()

    def test_a_decision_of_ones_own(self, scored):
        row = make(scored)
        own = {"state": "accepted", "decided_at": timezone.now(), "decided_by": scored.teacher, "decision": "是"}
        with pytest.raises(IntegrityError, match="nobody_decides_their_own_appeal"), transaction.atomic():
            Appeal.objects.filter(pk=row.pk).update(**own)

    def test_a_second_open_one(self, scored):
        row = make(scored)
        row.pk, row.submission = None, uuid4()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()

    def test_a_paper_that_changes(self, scored):
        make(scored, paper=paper())
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            AppealPaper.objects.update(name="别的")

"""定分: opened, signed, sent back, frozen, amended; what is refused; and that what was frozen stays the same."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from scoring.actions import freezes
from scoring.actions.freezes import FreezeRefused, NotYoursToFreeze
from scoring.frozen import content_of, digest, digest_of_list, result_of
from scoring.models import FrozenScore, ScoreAmendment, ScoreFreeze
from scoring.queries.freeze_page import sheet_of
from scoring.queries.freezes import frozen_for, rows_frozen, rows_now, score_from, waiting
from scoring.queries.frozen_differences import differences
from students.actions import corrections
from students.models import AuditRow, Notice, Role, Term
from tests import cast
from tests.scene import at
from tests.scoring.appealing import (
    AFTER,
    CALLS,
    amend,
    decide,
    freeze_scores,
    frozen,
    make,
    mark,
    opened,
    principal_of,
    sign,
    week,
)

END = date(2027, 1, 22)


@pytest.fixture
def scored(scene, clock):
    week(scene, clock)
    clock.move_to(at(AFTER))
    return scene


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def head(scored):
    return principal_of(scored)


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


def correct(scored) -> None:
    """The register of 4 September comes after all."""
    cast.take_register(scored.clerk, scored.school_class, date(2026, 9, 4), "PM", today=AFTER)


class TestOpening:
    @pytest.mark.parametrize(("today", "opens"), [(END, False), (date(2027, 1, 23), True)])
    def test_waits_for_the_end_of_the_term(self, scored, bureau, today, opens):
        if opens:
            assert opened(scored, bureau, today=today).state == "open"
        else:
            with pytest.raises(FreezeRefused, match=r"到2027年1月22日才结束，没有发起"):
                opened(scored, bureau, today=today)

    def test_tells_the_heads_and_once(self, scored, bureau, head):
        opened(scored, bureau)
        assert told(head) == {"scores_to_sign"}
        term = Term.objects.get(number=1)
        given = {"by": bureau, "scope": cast.scope(bureau), "term": term, "today": AFTER}
        assert freezes.open_term(school=None, **given) == 0
        assert ScoreFreeze.objects.count() == 1

    def test_of_all_schools_takes_those_with_classes(self, scored, bureau):
        cast.school("空小学")
        cast.student(cast.school_class(cast.school("西岭小学")))
        given = {"by": bureau, "scope": cast.scope(bureau), "term": Term.objects.get(number=1), "today": AFTER}
        assert freezes.open_term(school=None, **given) == 2

    def test_is_the_bureaus(self, scored, head):
        with pytest.raises(NotYoursToFreeze):
            opened(scored, head)


class TestSigning:
    def test_keeps_the_digest_of_what_was_signed(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        assert (row.state, row.signed_by, row.sha256) == ("signed", head, mark(row))
        assert told(bureau) == {"scores_signed"}
        assert told(head) == set()

    def test_is_refused_while_an_appeal_is_open(self, scored, bureau, head):
        row, appeal = opened(scored, bureau), make(scored, today=AFTER)
        with pytest.raises(FreezeRefused, match=r"还有1份申诉没有处理完，没有签字"):
            sign(row, head)
        decide(appeal, scored.clerk)
        assert sign(row, head).state == "signed"

    def test_is_refused_where_the_facts_are_others_than_the_page_showed(self, scored, bureau, head):
        row = opened(scored, bureau)
        seen = mark(row)
        correct(scored)
        with pytest.raises(FreezeRefused, match=r"得分或者依据有了变化，没有签字"):
            sign(row, head, mark=seen)

    def test_pressed_twice_is_one(self, scored, bureau, head):
        row = opened(scored, bureau)
        assert sign(row, head).signed_at == sign(row, head).signed_at
        assert AuditRow.objects.filter(action="scores.sign").count() == 1

    @pytest.mark.parametrize("who", ["clerk", "teacher", "bureau"])
    def test_is_the_heads(self, scored, bureau, who):
        row = opened(scored, bureau)
        with pytest.raises(NotYoursToFreeze, match=r"签字确认由本校校长或分管领导办理"):
            sign(row, {"bureau": bureau}.get(who) or getattr(scored, who))

    def test_of_another_school_is_refused(self, scored, bureau):
        far = cast.person(role=Role.PRINCIPAL, school=cast.school("西岭小学"))
        with pytest.raises(NotYoursToFreeze):
            sign(opened(scored, bureau), far)


class TestWhatWaits:
    def test_is_the_heads_to_sign_and_then_the_bureaus_to_freeze(self, scored, bureau, head):
        counts = lambda: [waiting(cast.scope(who), AFTER) for who in (scored.clerk, head, bureau)]  # noqa: E731
        row = opened(scored, bureau)
        assert counts() == [0, 1, 0]
        sign(row, head)
        assert counts() == [0, 0, 1]
        freeze_scores(row, bureau)
        assert counts() == [0, 0, 0]

    def test_is_settled_though_a_class_was_formed_meanwhile(self, scored, bureau, head):
        row = opened(scored, bureau)
        cast.student(cast.school_class(scored.school, "202701"))
        row = sign(row, head)
        assert told(head) == set()
        cast.school_class(scored.school, "202702")
        freeze_scores(row, bureau)
        assert told(bureau) == set()

    def test_of_another_term_is_left(self, scored, bureau, head):
        first = opened(scored, bureau)
        before = Term.objects.create(school_year=2025, number=2, start=date(2026, 2, 20), end=date(2026, 7, 5))
        opened(scored, bureau, term=before)
        sign(first, head)
        assert told(head) == {"scores_to_sign"}


def test_the_end_of_the_term_may_be_moved_and_the_paper_stays(scored, bureau, head):
    row = sign(opened(scored, bureau), head)
    Term.objects.filter(pk=row.term_id).update(end=date(2027, 1, 29))
    row = freeze_scores(ScoreFreeze.objects.get(), bureau)
    assert (row.as_of, row.day) == (END, END)
    assert sheet_of(row, "", today=AFTER).differences == []
    assert frozen_for(cast.scope(head), scored.school_class.pk, END, 2026) == FrozenScore.objects.get()


class TestSendingBack:
    def send_back(self, row, who, reason="9月4日的点名再核一次"):
        return freezes.send_back(by=who, scope=cast.scope(who), freeze=row, reason=reason, today=AFTER)

    def test_lets_the_school_sign_anew(self, scored, bureau, head):
        row = self.send_back(sign(opened(scored, bureau), head), bureau)
        assert (row.state, row.sha256, row.return_reason) == ("open", "", "9月4日的点名再核一次")
        assert told(head) == {"scores_to_sign"}
        assert self.send_back(row, bureau).version == row.version  # a second press
        assert sign(row, head).state == "signed"

    def test_needs_a_reason_a_signature_and_the_bureau(self, scored, bureau, head):
        row = opened(scored, bureau)
        with pytest.raises(FreezeRefused, match=r"待学校签字，没有退回"):
            self.send_back(row, bureau)
        sign(row, head)
        with pytest.raises(FreezeRefused, match=r"退回要写明原因"):
            self.send_back(row, bureau, "")
        with pytest.raises(NotYoursToFreeze):
            self.send_back(row, head)


class TestFreezing:
    def test_keeps_every_class_with_its_facts_and_score(self, scored, bureau, head):
        cast.student(cast.school_class(scored.school, "202302"))
        row = frozen(scored, bureau, head)
        assert (row.state, row.frozen_by) == ("frozen", bureau)
        kept = list(FrozenScore.objects.order_by("school_class"))
        assert [each.school_class.number for each in kept] == ["202301", "202302"]
        assert told(head) == told(scored.clerk) == {"scores_frozen"}

    def test_a_score_recomputed_from_its_kept_facts_is_the_kept_one(self, scored, bureau, head):
        decide(make(scored, CALLS, today=AFTER), scored.clerk)
        frozen(scored, bureau, head)
        kept = FrozenScore.objects.select_related("scheme").get()
        made = score_from(kept)
        assert result_of(made) == kept.result
        assert (made.total, len(made.facts.waived.duties)) == (kept.total, 1)
        assert digest(content_of(kept.scheme.content, kept.facts, kept.result)) == kept.sha256
        assert kept.freeze.sha256 == digest_of_list([(kept.school_class_id, kept.sha256)])

    def test_leaves_out_classes_of_other_years(self, scored, bureau, head):
        cast.school_class(scored.school, "201501")
        assert FrozenScore.objects.filter(freeze=frozen(scored, bureau, head)).count() == 1

    def test_is_refused_before_the_signature(self, scored, bureau):
        with pytest.raises(FreezeRefused, match=r"待学校签字，没有定分"):
            freeze_scores(opened(scored, bureau), bureau)

    def test_is_refused_where_the_facts_have_changed_since(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        correct(scored)
        with pytest.raises(FreezeRefused, match=r"学校签字以后，得分或者依据有了变化，没有定分"):
            freeze_scores(row, bureau)

    def test_needs_the_inspections_note_and_the_bureau(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        with pytest.raises(FreezeRefused, match=r"定分要写明检查情况"):
            freeze_scores(row, bureau, note="")
        with pytest.raises(NotYoursToFreeze):
            freeze_scores(row, head)

    def test_is_not_done_by_who_signed(self, scored, bureau, head):
        row = opened(scored, bureau)
        cast.post(head, Role.BUREAU_OFFICER)
        sign(row, head)
        with pytest.raises(FreezeRefused, match=r"签字和定分不能是同一个人"):
            freeze_scores(row, head)

    def test_pressed_twice_is_one(self, scored, bureau, head):
        row = frozen(scored, bureau, head)
        assert freeze_scores(row, bureau).frozen_at == row.frozen_at
        assert FrozenScore.objects.count() == 1


class TestAmending:
    @pytest.fixture
    def row(self, scored, bureau, head):
        return frozen(scored, bureau, head)

    def test_what_was_frozen_stays_and_the_difference_is_numbered(self, scored, bureau, row):
        before = FrozenScore.objects.get()
        correct(scored)
        made = amend(row, bureau)
        assert (made.number, made.differences[0]["words"]) == (1, ["依据有变化，分数不变"])
        assert [each.number for each in rows_frozen(row, edition=1)] == [1]
        [old] = rows_frozen(row, edition=0)
        assert (old.sha256, old.record) == (before.sha256, before.facts)

    def test_says_what_every_line_has_become(self, scored, bureau, row):
        gone = scored.children[2].events.get(kind="drop_out")
        corrections.void(by=scored.clerk, event=gone, reason="登记错了人", today=AFTER)
        [each] = amend(row, bureau).differences
        assert "流失1→0人" in each["words"]
        assert Decimal(each["after"]) > Decimal(each["before"])

    def test_a_class_that_came_later_is_new_on_the_list(self, scored, bureau, row):
        cast.student(cast.school_class(scored.school, "202302"))
        [each] = differences(row, rows_frozen(row, edition=0), rows_now(row.school_id, row.term, row.term.end))
        assert each.change.words == ("原来没有列入",)
        amend(row, bureau)
        assert len(rows_frozen(row, edition=1)) == 2

    def test_without_a_difference_is_refused(self, scored, bureau, row):
        with pytest.raises(FreezeRefused, match=r"现在的事实和定分一致"):
            amend(row, bureau)

    def test_without_a_reason_and_of_an_old_page_is_refused(self, scored, bureau, row):
        seen = mark(row)
        correct(scored)
        with pytest.raises(FreezeRefused, match=r"更正要写明原因"):
            amend(row, bureau, reason="")
        with pytest.raises(FreezeRefused, match=r"又有变化，没有保存"):
            amend(row, bureau, mark=seen)

    def test_of_two_who_press_the_second_is_told(self, scored, bureau, row):
        other = cast.person("方宁", role=Role.BUREAU_OFFICER)
        correct(scored)
        first = amend(row, bureau)
        assert amend(row, bureau) == first  # a second press
        with pytest.raises(FreezeRefused, match=r"别人刚出过更正"):
            amend(row, other)
        assert ScoreAmendment.objects.count() == 1

    def test_is_the_bureaus_and_of_a_frozen_term(self, scored, bureau, head, row):
        correct(scored)
        with pytest.raises(NotYoursToFreeze):
            amend(row, head)


class TestTheDatabaseRefuses:
    def test_to_change_what_was_frozen(self, scored, bureau, head):
        row = frozen(scored, bureau, head)
        for rows, columns in (
            (FrozenScore.objects.all(), {"total": 0}),
            (ScoreFreeze.objects.filter(pk=row.pk), {"note": "别的"}),
            (ScoreFreeze.objects.filter(pk=row.pk), {"state": "open"}),
        ):
            with pytest.raises(Exception, match=r"append-only|keeps its frozen_at"), transaction.atomic():
                rows.update(**columns)
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            FrozenScore.objects.all().delete()
        with pytest.raises(Exception, match=r"append-only|keeps its frozen_at"), transaction.atomic():
            ScoreFreeze.objects.filter(pk=row.pk).update(as_of=AFTER)

    def test_a_number_that_no_amendment_has(self, scored, bureau, head):
        frozen(scored, bureau, head)
        score = FrozenScore.objects.get()
        score.pk, score.number = None, 1
        with pytest.raises(Exception, match="needs its amendment"), transaction.atomic():
            score.save()

    @pytest.mark.parametrize("columns", [{"state": "signed"}, {"state": "frozen"}, {"note": "好"}, {"sha256": "0"}])
    def test_states_out_of_order(self, scored, bureau, columns):
        row = opened(scored, bureau)
        with pytest.raises(IntegrityError, match="scores_are_signed_and_then_frozen"), transaction.atomic():
            ScoreFreeze.objects.filter(pk=row.pk).update(**columns)

    def test_a_term_frozen_twice(self, scored, bureau):
        row = opened(scored, bureau)
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()

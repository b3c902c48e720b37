"""检查结果: signed, corrected under a number, answered once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from inspections.actions import rectifications, results
from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.checklist import items_of, total_of
from inspections.models import Inspection, InspectionAnswer, InspectionResult, Rectification, StoredChecklist
from inspections.queries.reading import read_content, sections_of
from scoring.models import KeptScore
from students.models import AuditRow, Notice
from tests import cast
from tests.inspections import inspected
from tests.inspections.inspected import fill, judged, sign
from tests.scene import MONDAY

Kind = InspectionAnswer.Kind


class TestSigning:
    def test_freezes_the_figures(self, round_here):
        made = inspected.signed(round_here.row, round_here.inspector, register=3, persuade=None)
        assert (made.number, made.given, made.full, made.judged, made.items) == (1, 13, 15, 4, 4)
        row = Inspection.objects.get()
        assert (row.signed_by, row.inspected_on) == (round_here.inspector, MONDAY)
        assert AuditRow.objects.filter(action="inspection.sign", subject_id=row.pk).count() == 1

    def test_recomputed_from_its_content_gives_the_same(self, round_here):
        made = inspected.signed(round_here.row, round_here.inspector, register="2.5", persuade=None)
        total = total_of(items_of(sections_of(round_here.row)), read_content(made.content))
        assert (total.given, total.full) == (made.given, made.full)

    def test_twice_is_once(self, round_here):
        made = inspected.signed(round_here.row, round_here.inspector)
        assert sign(round_here.row, round_here.inspector, seen=0) == made

    def test_by_a_second_inspector_is_refused(self, round_here):
        inspected.signed(round_here.row, round_here.inspector)
        with pytest.raises(InspectionRefused, match="已经签名完成"):
            sign(round_here.row, round_here.bureau)

    def test_waits_for_every_item_and_every_remark(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": judged(plan=4)["plan"]})
        with pytest.raises(InspectionRefused, match="“签责任书”还没有评分；“点名齐全”还没有评分"):
            sign(round_here.row, round_here.inspector)
        without = {code: type(mark)(mark.points) for code, mark in judged(register=1).items()}
        fill(round_here.row, round_here.inspector, without, seen=1)
        with pytest.raises(InspectionRefused, match="“点名齐全”扣了分的要写明问题"):
            sign(round_here.row, round_here.inspector)

    def test_is_of_the_sheet_that_was_read(self, round_here):
        fill(round_here.row, round_here.inspector, judged())
        fill(round_here.row, round_here.bureau, {"plan": judged(plan=1)["plan"]}, seen=1)
        with pytest.raises(InspectionRefused, match="有人又改了评分，没有签名"):
            sign(round_here.row, round_here.inspector, seen=1)

    @pytest.mark.parametrize(("days", "is_right"), [(-1, False), (0, True), (1, True), (2, False)])
    def test_is_for_a_day_of_the_round_that_has_come(self, round_here, days, is_right):
        fill(round_here.row, round_here.inspector, judged())
        asked = {"day": MONDAY + timedelta(days=days), "today": MONDAY + timedelta(days=1)}
        if is_right:
            assert sign(round_here.row, round_here.inspector, **asked).number == 1
        else:
            with pytest.raises(InspectionRefused, match="检查日期应在"):
                sign(round_here.row, round_here.inspector, **asked)

    def test_changes_no_score_of_a_class(self, round_here):
        inspected.signed(round_here.row, round_here.inspector, register=0)
        assert not KeptScore.objects.exists()


class TestCorrecting:
    def correct(self, made, *, by=None, seen=1, reason="学校补交了材料", **points):
        by = by or made.bureau
        scope = cast.scope(by)
        return results.correct(
            by=by, scope=scope, inspection=made.row, seen=seen, sheet=judged(**points), reason=reason, today=MONDAY
        )

    @pytest.fixture
    def done(self, round_here):
        inspected.signed(round_here.row, round_here.inspector, register=3)
        return round_here

    def test_stands_beside_the_signed_version(self, done):
        made = self.correct(done, register=4)
        assert (made.number, made.given, made.reason) == (2, Decimal(19), "学校补交了材料")
        assert InspectionResult.objects.get(number=1).given == 18

    def test_twice_is_once(self, done):
        assert self.correct(done, register=4) == self.correct(done, register=4)

    def test_that_nobody_saw_overwrites_nothing(self, done):
        self.correct(done, register=4)
        with pytest.raises(InspectionRefused, match="已经更正到第2版"):
            self.correct(done, register=5, reason="又查了一遍")

    @pytest.mark.parametrize(
        ("other", "words"),
        [({"reason": ""}, "更正要写明原因"), ({"register": 3}, "完全一样"), ({"register": 6}, "得分应在0到5分之间")],
    )
    def test_is_refused(self, done, other, words):
        with pytest.raises(InspectionRefused, match=words):
            self.correct(done, **({"register": 4} | other))

    def test_is_the_bureaus(self, done):
        with pytest.raises(NotYourInspection, match="由县教育局更正"):
            self.correct(done, by=done.inspector, register=4)

    def test_of_what_was_not_signed_makes_no_sense(self, round_here):
        with pytest.raises(InspectionRefused, match="还没有检查完"):
            self.correct(round_here, register=4)


class TestTheLedgerFollows:
    """Findings after a correction: 点名 lost points at the signature."""

    @pytest.fixture
    def done(self, round_here):
        inspected.signed(round_here.row, round_here.inspector, register=3)
        round_here.first = Rectification.objects.get()
        return round_here

    def correct(self, made, **told):
        return TestCorrecting().correct(made, **told)

    def states(self):
        return list(Rectification.objects.order_by("number").values_list("item", "state"))

    def test_what_loses_points_only_now_is_to_be_mended(self, done):
        Notice.objects.all().delete()
        self.correct(done, register=3, pledge=4)
        assert self.states() == [("register", "open"), ("pledge", "open")]
        made = Rectification.objects.get(item="pledge")
        assert (made.number, made.problem, made.raised_by) == (2, "签责任书：材料不全", done.bureau)
        assert made.deadline == MONDAY + timedelta(days=15)
        assert set(Notice.objects.filter(person=done.principal).values_list("kind", flat=True)) == {
            Notice.Kind.INSPECTION, Notice.Kind.RECTIFICATION,
        }  # fmt: skip

    def test_what_has_all_its_points_again_is_over_with_the_reason(self, done):
        Notice.objects.all().delete()
        self.correct(done)
        assert self.states() == [("register", "withdrawn")]
        step = done.first.steps.get()
        assert (step.move, step.words) == ("withdraw", "检查结果更正为第2版，这一项不再扣分：学校补交了材料")
        assert Notice.objects.filter(kind=Notice.Kind.INSPECTION, person=done.principal).exists()
        assert AuditRow.objects.latest("pk").details | {"ended": 1, "found": 0} == AuditRow.objects.latest("pk").details

    def test_what_does_not_apply_after_all_is_over_too(self, done):
        self.correct(done, register=3, persuade=3)
        self.correct(done, register=3, persuade=None, seen=2, reason="没有这样的学生")
        assert self.states() == [("register", "open"), ("persuade", "withdrawn")]

    def test_what_loses_fewer_points_or_more_stays_one_finding(self, done):
        self.correct(done, register=4)
        self.correct(done, register=1, seen=2, reason="又查了一遍")
        assert self.states() == [("register", "open")]

    def test_taken_given_and_taken_again_is_found_again(self, done):
        self.correct(done)
        self.correct(done, register=4, seen=2, reason="又查了一遍")
        assert self.states() == [("register", "withdrawn"), ("register", "open")]

    def test_what_the_bureau_withdrew_does_not_come_back_with_another_item(self, done):
        rectifications.withdraw(
            by=done.bureau, scope=cast.scope(done.bureau), rectification=done.first, seen=0, words="不算问题"
        )
        self.correct(done, register=3, pledge=5)
        assert self.states() == [("register", "withdrawn"), ("pledge", "open")]

    def test_what_was_reported_is_left_to_who_verifies_it(self, done):
        inspected.mended(done.first, done.principal)
        self.correct(done)
        assert self.states() == [("register", "reported")]

    def test_what_was_closed_and_loses_more_is_found_again(self, done):
        inspected.mended(done.first, done.principal)
        rectifications.close(
            by=done.inspector, scope=cast.scope(done.inspector), rectification=done.first, seen=2, words="看过了"
        )
        self.correct(done, register=3, pledge=5)
        assert self.states() == [("register", "closed"), ("pledge", "open")]
        self.correct(done, register=1, pledge=5, seen=2, reason="又查了一遍")
        assert self.states() == [("register", "closed"), ("pledge", "open"), ("register", "open")]
        self.correct(done, register=5, pledge=5, seen=3, reason="第三遍")
        assert self.states() == [("register", "closed"), ("pledge", "open"), ("register", "withdrawn")]

    def test_what_was_reported_and_loses_more_stays_one_finding(self, done):
        inspected.mended(done.first, done.principal)
        self.correct(done, register=1)
        assert self.states() == [("register", "reported")]

    def test_without_a_day_to_mend_by_nothing_is_corrected(self, done, monkeypatch):
        monkeypatch.setattr(rectifications, "usual_deadline", lambda *_: None)
        with pytest.raises(InspectionRefused, match="请先补校历"):
            self.correct(done, register=3, pledge=4)
        assert InspectionResult.objects.count() == 1


class TestAnswering:
    def answer(self, made, *, by=None, number=1, kind=Kind.CONFIRMED, words=""):
        by = by or made.principal
        scope = cast.scope(by)
        return results.answer(by=by, scope=scope, inspection=made.row, number=number, kind=kind, words=words)

    @pytest.fixture
    def done(self, round_here):
        inspected.signed(round_here.row, round_here.inspector, register=3)
        return round_here

    def test_is_the_heads_and_once(self, done):
        made = self.answer(done)
        assert self.answer(done) == made
        with pytest.raises(InspectionRefused, match="学校已经回复“确认”"):
            self.answer(done, kind=Kind.EXPLAINED, words="其实有材料")

    def test_that_explains_has_words(self, done):
        with pytest.raises(InspectionRefused, match="说明要写内容"):
            self.answer(done, kind=Kind.EXPLAINED)

    @pytest.mark.parametrize("who", ["inspector", "bureau", "clerk"])
    def test_is_nobody_elses(self, done, who):
        people = {"inspector": done.inspector, "bureau": done.bureau, "clerk": done.scene.clerk}
        with pytest.raises(NotYourInspection, match="由校长或分管领导回复"):
            self.answer(done, by=people[who])

    def test_is_of_the_version_that_was_read(self, done):
        TestCorrecting().correct(done, register=4)
        with pytest.raises(InspectionRefused, match="已经有新的一版"):
            self.answer(done)
        assert self.answer(done, number=2).result.number == 2


class TestTheDatabase:
    @pytest.fixture
    def done(self, round_here):
        round_here.result = inspected.signed(round_here.row, round_here.inspector, register=3)
        return round_here

    @pytest.mark.parametrize("verb", ["update", "delete"])
    def test_keeps_a_result_as_it_was(self, done, verb):
        rows = InspectionResult.objects.filter(pk=done.result.pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(given=20) if verb == "update" else rows.delete()

    def test_keeps_a_checklist_as_it_was(self, done):
        with pytest.raises(DatabaseError), transaction.atomic():
            StoredChecklist.objects.update(title="另一张")

    def test_keeps_a_signature(self, done):
        with pytest.raises(DatabaseError), transaction.atomic():
            Inspection.objects.update(signed_at=None, signed_by=None, inspected_on=None)

    @pytest.mark.parametrize(
        "other",
        [
            {"given": 21},
            {"given": -1},
            {"full": 0, "given": 0},
            {"judged": 3},
            {"reason": ""},
            {"number": 1},
        ],
    )
    def test_refuses_impossible_results(self, done, other):
        columns = {
            "inspection": done.row, "number": 2, "content": {}, "given": 18, "full": 20, "judged": 4, "items": 4,
            "reason": "补交材料", "made_at": done.result.made_at, "made_by": done.bureau,
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            InspectionResult.objects.create(**columns | other)

    def test_refuses_an_explanation_without_words(self, done):
        with pytest.raises(IntegrityError), transaction.atomic():
            InspectionAnswer.objects.create(
                result=done.result, kind="explained", answered_at=done.result.made_at, answered_by=done.principal
            )

    def test_refuses_points_where_an_item_does_not_apply(self, done):
        with pytest.raises(IntegrityError), transaction.atomic():
            done.row.judgements.update(applies=False)

    def test_refuses_half_a_signature(self, done):
        other = inspected.opened(done.school, by=done.bureau, inspectors=[done.bureau]).inspections.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Inspection.objects.filter(pk=other.pk).update(signed_at=done.result.made_at)

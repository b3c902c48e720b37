"""整改台账: raised by the signature, mended by the school, closed by who looked."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction

from inspections.actions import rectifications as actions
from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.models import Inspection, Rectification, RectificationStep
from inspections.queries.ledger import boxes, findings_in, line_of, open_moves, to_mend, to_verify, waiting
from inspections.rectifying import Move
from students.models import AuditRow, Notice, Role
from tests import cast
from tests.inspections import inspected
from tests.inspections.inspected import DEADLINE, fill, judged, sign
from tests.scene import MONDAY
from tests.students.papers import paper

SATURDAY = date(2026, 9, 19)


@pytest.fixture
def found(round_here):
    """Two items lost points: 点名 and 责任书."""
    inspected.signed(round_here.row, round_here.inspector, register=3, pledge=5)
    round_here.row.refresh_from_db()
    round_here.first = Rectification.objects.get(item="register")
    return round_here


def step(made, name, by, **told):
    """A move with the version as it is now."""
    told.setdefault("seen", Rectification.objects.get(pk=made.first.pk).version)
    if name in ("plan", "report", "send_back", "postpone"):
        told.setdefault("today", MONDAY)
    return getattr(actions, name)(by=by, scope=cast.scope(by), rectification=made.first, **told)


def planned(made):
    return step(made, "plan", made.principal, measure="补齐点名记录", responsible=made.principal)


def reported(made):
    planned(made)
    return step(made, "report", made.principal, words="已补齐", papers=[paper()])


class TestRaising:
    def test_every_item_that_lost_points_is_a_finding(self, found):
        rows = Rectification.objects.order_by("number")
        assert [(row.number, row.item, row.problem) for row in rows] == [
            (1, "pledge", "签责任书：材料不全"),
            (2, "register", "点名齐全：材料不全"),
        ]
        assert {row.deadline for row in rows} == {DEADLINE}

    def test_a_school_without_loss_has_nothing_to_mend(self, round_here):
        fill(round_here.row, round_here.inspector, judged())
        sign(round_here.row, round_here.inspector, deadline=None)
        assert not Rectification.objects.exists()

    @pytest.mark.parametrize(
        ("deadline", "words"),
        [
            (None, "要定整改期限"),
            (MONDAY - timedelta(days=3), "已经过去"),
            (SATURDAY, "2026年9月19日按校历不上课"),
            (MONDAY + timedelta(days=181), "最长180天"),
            (date(2027, 2, 8), "不上课"),
        ],
    )
    def test_without_a_day_that_can_be_nothing_is_signed(self, round_here, deadline, words):
        fill(round_here.row, round_here.inspector, judged(register=3))
        with pytest.raises(InspectionRefused, match=words):
            sign(round_here.row, round_here.inspector, deadline=deadline)
        assert Inspection.objects.get().signed_at is None
        assert not Rectification.objects.exists()

    def test_may_be_due_today(self, round_here):
        fill(round_here.row, round_here.inspector, judged(register=3))
        sign(round_here.row, round_here.inspector, deadline=MONDAY)
        assert Rectification.objects.get().deadline == MONDAY

    def test_tells_the_heads_and_the_clerk_of_the_school(self, found):
        told = Notice.objects.filter(kind=Notice.Kind.INSPECTION)
        assert {each.person for each in told} == {found.principal, found.scene.clerk}

    def test_another_may_be_added_by_who_looked(self, found):
        by = {"by": found.inspector, "scope": cast.scope(found.inspector), "today": MONDAY}
        told = {"inspection": found.row, "problem": "校门口没有公示举报电话", "deadline": DEADLINE}
        made = actions.add(**told, **by)
        assert (made.number, made.item) == (3, "")
        assert actions.add(**told, **by) == made

    def test_is_not_added_by_the_school_nor_before_the_signature(self, round_here):
        told = {"inspection": round_here.row, "problem": "问题", "deadline": DEADLINE, "today": MONDAY}
        with pytest.raises(InspectionRefused, match="签名完成以后"):
            actions.add(by=round_here.bureau, scope=cast.scope(round_here.bureau), **told)
        with pytest.raises(NotYourInspection):
            actions.add(by=round_here.principal, scope=cast.scope(round_here.principal), **told)


class TestMending:
    def test_goes_from_measure_to_closing(self, found):
        reported(found)
        row = step(found, "close", found.inspector, words="现场看过，记录齐全")
        assert (row.state, row.closed_by) == ("closed", found.inspector)
        assert [each.move for each in row.steps.all()] == ["plan", "report", "close"]
        assert AuditRow.objects.filter(action__startswith="rectification.", subject_id=row.pk).count() == 3

    def test_twice_is_once(self, found):
        planned(found)
        again = step(found, "plan", found.principal, measure="补齐点名记录", responsible=found.principal, seen=0)
        assert again.version == 1
        step(found, "report", found.principal, words="已补齐", papers=[paper()])
        step(found, "report", found.principal, words="已补齐", papers=[paper()], seen=1)
        assert RectificationStep.objects.count() == 2
        assert found.first.steps.get(move="report").files.count() == 1

    def test_goes_back_with_a_reason_and_is_mended_again(self, found):
        reported(found)
        row = step(found, "send_back", found.bureau, words="只补了一半")
        assert (row.state, row.reported_at) == ("open", None)
        assert Notice.objects.filter(kind=Notice.Kind.RECTIFICATION, person=found.principal).exists()
        assert step(found, "report", found.principal, words="全部补齐").state == "reported"

    @pytest.mark.parametrize(
        ("name", "told", "words"),
        [
            ("report", {"words": "已补齐"}, "请先定整改措施和责任人"),
            ("plan", {"measure": ""}, "要写明整改措施"),
        ],
    )
    def test_has_a_measure_first(self, found, name, told, words):
        more = {"responsible": found.principal} if name == "plan" else {}
        with pytest.raises(InspectionRefused, match=words):
            step(found, name, found.principal, **told, **more)

    def test_is_taken_on_by_somebody_of_the_school(self, found):
        with pytest.raises(InspectionRefused, match="沈明现在不是本校的校领导或学籍管理员"):
            step(found, "plan", found.principal, measure="补齐", responsible=found.scene.teacher)

    @pytest.mark.parametrize(
        ("name", "who"),
        [
            ("plan", "inspector"), ("plan", "bureau"), ("report", "inspector"), ("close", "principal"),
            ("close", "clerk"), ("send_back", "principal"), ("postpone", "principal"), ("withdraw", "inspector"),
            ("withdraw", "principal"),
        ],
    )  # fmt: skip
    def test_each_does_their_own_part(self, found, name, who):
        reported(found)
        people = {
            "inspector": found.inspector, "bureau": found.bureau, "principal": found.principal,
            "clerk": found.scene.clerk,
        }  # fmt: skip
        told = {
            "plan": {"measure": "补齐", "responsible": found.principal},
            "postpone": {"deadline": DEADLINE + timedelta(days=1), "words": "再给几天"},
        }.get(name, {"words": "好了"})
        with pytest.raises(NotYourInspection):
            step(found, name, people[who], **told)

    def test_who_runs_the_school_closes_nothing_even_as_an_inspector(self, found):
        reported(found)
        cast.post(found.principal, Role.INSPECTOR, township=found.school.township)
        found.round.inspectors.add(found.principal)
        with pytest.raises(NotYourInspection):
            step(found, "close", found.principal, words="好了")

    def test_nothing_is_overwritten_in_silence(self, found):
        planned(found)
        with pytest.raises(InspectionRefused, match="有人已经办理过这一项"):
            step(found, "plan", found.scene.clerk, measure="另一个办法", responsible=found.principal, seen=0)

    def test_a_deadline_is_moved_with_a_reason_to_a_school_day(self, found):
        assert step(found, "postpone", found.bureau, deadline=date(2026, 9, 28), words="大雪封路").deadline.day == 28
        with pytest.raises(InspectionRefused, match="不上课"):
            step(found, "postpone", found.bureau, deadline=SATURDAY, words="再改")
        with pytest.raises(InspectionRefused, match="和原来的期限一样"):
            step(found, "postpone", found.bureau, deadline=date(2026, 9, 28), words="再改")

    def test_what_was_no_fault_is_withdrawn_by_the_bureau(self, found):
        row = step(found, "withdraw", found.bureau, words="复核后不算问题")
        assert row.state == "withdrawn"
        with pytest.raises(InspectionRefused, match="现在是“已撤销”"):
            planned(found)


class TestTheDatabase:
    @pytest.mark.parametrize(
        "other",
        [
            {"state": "reported"},
            {"state": "closed"},
            {"measure": "补齐"},
            {"problem": ""},
            {"reported_at": "2026-09-07T00:00Z"},
        ],
        ids=str,
    )
    def test_refuses_impossible_states(self, found, other):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rectification.objects.filter(pk=found.first.pk).update(**other)

    def test_refuses_that_the_school_closes_its_own(self, found):
        row = reported(found)
        with pytest.raises(IntegrityError), transaction.atomic():
            Rectification.objects.filter(pk=row.pk).update(
                state="closed", closed_at=row.reported_at, closed_by=row.reported_by
            )

    def test_keeps_every_step_as_it_was(self, found):
        planned(found)
        with pytest.raises(DatabaseError), transaction.atomic():
            RectificationStep.objects.update(words="另一个说法")

    def test_is_not_taken_back_to_where_an_item_is_mended_once(self, found):
        step = import_module("inspections.migrations.0004_a_closed_finding_may_come_back")
        step.refuse_what_came_back(apps, None)
        reported(found)
        seen = Rectification.objects.get(pk=found.first.pk).version
        who = {"by": found.inspector, "scope": cast.scope(found.inspector)}
        actions.close(rectification=found.first, seen=seen, words="属实", **who)
        first = Rectification.objects.get(pk=found.first.pk)
        Rectification.objects.create(
            inspection=first.inspection, number=9, item=first.item, problem=first.problem, deadline=first.deadline,
            raised_at=first.raised_at, raised_by=first.raised_by,
        )  # fmt: skip
        with pytest.raises(RuntimeError, match="同一检查项目有几条整改事项"):
            step.refuse_what_came_back(apps, None)


class TestWhatWaits:
    def test_waits_for_the_school_then_for_who_looked(self, found):
        principal, inspector = cast.scope(found.principal), cast.scope(found.inspector)
        assert (waiting(principal, MONDAY), waiting(inspector, MONDAY)) == (2, 0)
        reported(found)
        assert (waiting(principal, MONDAY), waiting(inspector, MONDAY)) == (1, 1)
        assert list(to_verify(inspector, MONDAY)) == [Rectification.objects.get(item="register")]
        assert Notice.objects.filter(kind=Notice.Kind.RECTIFICATION_REPORTED, person=found.inspector).exists()

    def test_does_not_wait_for_an_inspector_of_another_round(self, found):
        reported(found)
        assert not to_verify(cast.scope(inspected.inspector(found.school, "别人")), MONDAY).exists()

    @pytest.fixture
    def other(self, found):
        """Another officer of the bureau, who is no inspector of the round; its only one is the 督学."""
        found.round.inspectors.remove(found.bureau)
        return cast.person("贺兰", role=Role.BUREAU_OFFICER)

    def told(self, who):
        return Notice.objects.filter(kind=Notice.Kind.RECTIFICATION_REPORTED, person=who).exists()

    def test_does_not_wait_for_the_bureau_while_an_inspector_can_verify(self, found, other):
        reported(found)
        assert (waiting(cast.scope(other), MONDAY), waiting(cast.scope(found.inspector), MONDAY)) == (0, 1)
        assert not self.told(other)

    @pytest.mark.parametrize("how", ["left", "elsewhere", "closed", "runs the school"])
    def test_waits_for_the_bureau_where_no_inspector_can_verify(self, found, other, how):
        post = found.inspector.postings.get()
        if how == "left":
            found.inspector.postings.update(until=MONDAY)
        elif how == "elsewhere":
            post.township = cast.township("西岭镇")
            post.save()
        elif how == "closed":
            found.inspector.is_active = False
            found.inspector.save()
        else:
            cast.post(found.inspector, Role.DEPUTY_HEAD, school=found.school)
        reported(found)
        assert waiting(cast.scope(other), MONDAY) == 1
        assert list(to_verify(cast.scope(other), MONDAY)) == [Rectification.objects.get(item="register")]
        assert self.told(other)

    def test_waits_for_the_bureau_once_the_last_inspector_leaves(self, found, other):
        reported(found)
        found.inspector.postings.update(until=MONDAY + timedelta(days=7))
        days = [MONDAY + timedelta(days=number) for number in (6, 7)]
        assert [waiting(cast.scope(other), day) for day in days] == [0, 1]

    def test_waits_from_the_day_of_the_report(self, found):
        row = reported(found)
        assert line_of(row, DEADLINE).waits_since == MONDAY
        assert line_of(Rectification.objects.get(item="pledge"), DEADLINE).waits_since is None

    @pytest.mark.parametrize(("days", "late"), [(0, 0), (1, 2)])
    def test_is_overdue_from_the_day_after(self, found, days, late):
        rows = boxes(findings_in(cast.scope(found.bureau)), DEADLINE + timedelta(days=days))
        assert rows["overdue"].count() == late
        assert rows["open"].count() == 2

    def test_offers_each_what_is_theirs(self, found):
        row = reported(found)
        assert open_moves(cast.scope(found.principal), row) == []
        assert open_moves(cast.scope(found.inspector), row) == [Move.CLOSE, Move.SEND_BACK]

    def test_is_nothing_for_a_teacher(self, found):
        assert not to_mend(cast.scope(found.scene.teacher)).exists()
        assert waiting(cast.scope(found.scene.teacher), MONDAY) == 0

"""上报: prepared, signed, filed, accepted, sent back; what is refused; what was signed stays the same."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from returns.actions.place import NotYoursToFile, ReturnRefused
from returns.models import Edition, SchoolReturn, Snapshot
from returns.queries.editions import content_of
from returns.queries.live import live_figures
from returns.snapshots import lists_of
from scoring.frozen import digest
from students.actions import corrections
from students.models import AuditRow, Notice, Role
from tests import cast
from tests.returns.filed import (
    CUT_OFF,
    TODAY,
    accept,
    awaited,
    file_return,
    file_zero,
    filed,
    leave,
    mark,
    october,
    prepare,
    seen,
    send_back,
    sign,
    state,
    take_back,
)
from tests.scene import at


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


class TestTheWayOfAReturn:
    def test_leads_from_the_clerk_to_the_bureau(self, school, head, bureau):
        prepare(school, remark="本月转入1人")
        assert told(head) == {"return_to_sign"}
        sign(school, head)
        assert told(head) == set()
        file_return(school)
        assert told(bureau) == {"return_filed"}
        row = accept(school, bureau)
        assert (row.state, row.number, row.attempt, row.remark) == ("accepted", 0, 1, "本月转入1人")
        assert (row.prepared_by, row.signed_by, row.filed_by, row.decided_by) == (
            school.clerk, head, school.clerk, bureau,
        )  # fmt: skip
        assert told(school.clerk) == told(head) == {"return_accepted"}
        assert told(bureau) == set()

    def test_writes_one_audit_row_a_step_without_names(self, school, head, bureau):
        filed(school, head)
        accept(school, bureau)
        rows = AuditRow.objects.filter(action__startswith="returns.").order_by("pk")
        assert [row.action for row in rows] == ["returns.prepare", "returns.sign", "returns.file", "returns.accept"]
        assert all("高东" not in str(row.details) for row in rows)

    def test_pressed_twice_is_one(self, school, head, bureau):
        assert prepare(school).version == prepare(school).version
        assert sign(school, head).version == sign(school, head).version
        assert file_return(school).version == file_return(school).version
        shown = awaited(school)
        assert accept(school, bureau, seen=shown).version == accept(school, bureau, seen=shown).version
        assert (Snapshot.objects.count(), AuditRow.objects.filter(action__startswith="returns.").count()) == (1, 4)

    @pytest.mark.parametrize(("day", "late"), [(26, False), (28, False), (29, True)])
    def test_is_late_from_the_day_after_the_deadline(self, school, head, clock, day, late):
        clock.move_to(at(date(2026, 10, day)))
        filed(school, head, today=date(2026, 10, day))
        assert state(school).is_late is late
        assert SchoolReturn.objects.get().deadline == date(2026, 10, 28)

    @pytest.mark.parametrize(("day", "opens"), [(24, False), (25, True)])
    def test_begins_on_the_cut_off(self, school, day, opens):
        today = date(2026, 10, day)
        if opens:
            assert prepare(school, today=today).state == "prepared"
        else:
            with pytest.raises(ReturnRefused, match=r"2026年10月月报2026年10月25日才截止，没有保存"):
                prepare(school, today=today)
            assert not SchoolReturn.objects.exists()


class TestWhoseItIs:
    def test_the_principal_may_prepare_and_file_too(self, school, head):
        prepare(school, head)
        sign(school, head)
        assert file_return(school, head).state == "filed"

    def test_a_clerk_does_not_sign(self, school):
        prepare(school)
        with pytest.raises(NotYoursToFile, match=r"签字由本校校长或分管领导办理"):
            sign(school, school.clerk)

    @pytest.mark.parametrize("act", [prepare, file_return, take_back])
    def test_another_schools_clerk_does_nothing(self, school, act):
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        with pytest.raises(NotYoursToFile):
            act(school, far)

    def test_a_school_does_not_accept(self, school, head):
        filed(school, head)
        for who in (school.clerk, head, school.teacher):
            with pytest.raises(NotYoursToFile, match=r"接收由县教育局办理"):
                accept(school, who)

    @pytest.mark.parametrize("act", [accept, send_back])
    def test_nobody_decides_on_what_they_signed(self, school, head, bureau, act):
        cast.post(head, Role.BUREAU_OFFICER)
        filed(school, head)
        with pytest.raises(ReturnRefused, match=r"自己填报、签字或者上报的，不能自己"):
            act(school, head)
        row = Edition.objects.get()
        row.state, row.decided_by, row.decided_at, row.decision_reason = "accepted", head, row.filed_at, ""
        with pytest.raises(IntegrityError, match="nobody_accepts_their_own_return"), transaction.atomic():
            row.save()


class TestWhatIsRefused:
    def test_to_sign_what_nobody_prepared(self, school, head):
        with pytest.raises(ReturnRefused, match=r"现在是“起草”，不能签字"):
            sign(school, head)

    def test_to_sign_other_figures_than_the_page_showed(self, school, head):
        prepare(school)
        shown = mark(school)
        leave(school)
        with pytest.raises(ReturnRefused, match=r"数字有了变化，没有保存"):
            sign(school, head, mark=shown)
        assert not Snapshot.objects.exists()

    def test_to_sign_what_was_prepared_anew_meanwhile(self, school, head):
        prepare(school)
        shown = seen(school)
        take_back(school)
        prepare(school, remark="改过")
        with pytest.raises(ReturnRefused, match=r"别人办过这份月报"):
            sign(school, head, seen=shown)

    def test_to_file_twice(self, school, head):
        filed(school, head)
        with pytest.raises(ReturnRefused, match=r"现在是“已上报”，不能上报"):
            file_return(school, head, seen=4)
        with pytest.raises(ReturnRefused, match=r"没有要更正的"):
            prepare(school)

    def test_to_file_unsigned(self, school):
        prepare(school)
        with pytest.raises(ReturnRefused, match=r"不能上报"):
            file_return(school)

    def test_to_take_back_what_is_filed(self, school, head):
        filed(school, head)
        with pytest.raises(ReturnRefused, match=r"现在是“已上报”，不能撤回"):
            take_back(school, seen=4)

    def test_to_accept_what_nobody_filed(self, school, bureau):
        prepare(school)
        with pytest.raises(ReturnRefused, match=r"学校还没有上报"):
            accept(school, bureau)

    def test_to_accept_what_another_has_sent_back(self, school, head, bureau):
        filed(school, head)
        shown = awaited(school)
        send_back(school, bureau)
        with pytest.raises(ReturnRefused, match=r"现在是“退回”，不能接收"):
            accept(school, cast.person("方宁", role=Role.BUREAU_OFFICER), seen=shown)


class TestSendingBack:
    def test_needs_a_reason_and_tells_the_school(self, school, head, bureau):
        filed(school, head)
        with pytest.raises(ReturnRefused, match=r"退回要写明原因"):
            send_back(school, bureau, "")
        row = send_back(school, bureau)
        assert (row.state, row.decision_reason) == ("returned", "请核对转出")
        assert told(school.clerk) == {"return_sent_back"}

    def test_lets_the_school_file_the_same_number_again(self, school, head, bureau):
        first = filed(school, head)
        send_back(school, bureau)
        leave(school)
        again = filed(school, head)
        assert [(row.number, row.attempt, row.state) for row in Edition.objects.all()] == [
            (0, 1, "returned"),
            (0, 2, "filed"),
        ]
        first.refresh_from_db()
        assert first.snapshot.sha256 != again.snapshot.sha256
        assert told(school.clerk) == set()
        accept(school, bureau)
        assert state(school).accepted == again

    def test_in_time_at_first_is_in_time(self, school, head, bureau, clock):
        filed(school, head)
        send_back(school, bureau)
        clock.move_to(at(date(2026, 11, 9)))
        filed(school, head, today=date(2026, 11, 9))
        assert state(school).is_late is False


class TestZeroReturns:
    def test_are_filed_in_one_press_of_a_head(self, school, head, bureau):
        row = file_zero(school, head)
        assert (row.state, row.prepared_by, row.signed_by, row.filed_by) == ("filed", head, head, head)
        assert content_of(row)["is_zero"] is True
        assert file_zero(school, head).version == row.version
        assert told(bureau) == {"return_filed"}

    def test_keep_who_prepared_them(self, school, head):
        prepare(school)
        assert file_zero(school, head).prepared_by == school.clerk

    def test_are_refused_where_something_happened(self, school, head):
        leave(school)
        with pytest.raises(ReturnRefused, match=r"不是零报告，没有保存"):
            file_zero(school, head)
        assert not SchoolReturn.objects.exists()

    def test_are_not_the_clerks(self, school):
        with pytest.raises(NotYoursToFile, match=r"零报告由本校校长或分管领导办理"):
            file_zero(school, school.clerk)

    def test_are_not_filed_over_another_one(self, school, head, bureau):
        filed(school, head)
        with pytest.raises(ReturnRefused, match=r"现在是“已上报”，不能零报告"):
            file_zero(school, cast.person(role=Role.PRINCIPAL, school=school.school))


class TestWhatWasSigned:
    def test_holds_the_children_behind_every_count(self, school, head):
        leave(school)
        content = content_of(filed(school, head))
        lists = lists_of(content)
        assert lists["drop_out"] == [(school.children[2].pk, 4)]
        [row] = content["table"]["rows"]
        counts = {code: len(pairs) for code, pairs in lists.items()}
        assert {code: row["values"][code] for code in counts if code in row["values"]} == {
            code: number for code, number in counts.items() if code in row["values"]
        }
        assert (counts["opening"], counts["closing"], counts["lost"]) == (3, 2, 1)
        assert content["policy"]["cut_off_day"] == 25
        assert any("辍学率＝" in note for note in content["table"]["notes"])
        assert "高东" not in str(content)  # ids only

    def test_is_under_its_digest(self, school, head):
        row = filed(school, head)
        snapshot = Snapshot.objects.get()
        assert digest(snapshot.content) == snapshot.sha256 == row.snapshot.sha256

    def test_is_what_the_facts_said(self, school, head):
        leave(school)
        live = live_figures(school.school, october(), today=TODAY)
        content = content_of(filed(school, head))
        assert [row["values"] for row in content["table"]["rows"]] == list(live.table.records())

    def test_does_not_change_with_what_happens_after_the_cut_off(self, school, head):
        content = content_of(filed(school, head))
        leave(school, day=date(2026, 10, 26))
        assert lists_of(content) == lists_of(content_of(state(school).filed))
        assert live_figures(school.school, october(), today=TODAY).lists["drop_out"] == []


class TestAmending:
    @pytest.fixture
    def row(self, school, head, bureau):
        filed(school, head)
        return accept(school, bureau)

    def test_is_numbered_and_the_original_stays(self, school, head, row):
        before = Snapshot.objects.values().get()
        leave(school)
        made = filed(school, head, reason="10月12日的辍学补登")
        assert (made.number, made.attempt, made.label) == (1, 1, "第1号更正")
        assert Snapshot.objects.values().get(pk=before["id"]) == before
        content = content_of(made)
        assert {change["label"]: (change["before"], change["after"]) for change in content["changes"]} == {
            "辍学": (0, 1), "期末在校": (3, 2), "累计辍学未返": (0, 1), "学年初学生流失": (0, 1), "本学年流失": (0, 1),
        }  # fmt: skip

    def test_needs_a_difference_and_a_reason(self, school, head, row):
        with pytest.raises(ReturnRefused, match=r"现在的事实和已经上报的一致"):
            prepare(school, reason="想改")
        leave(school)
        with pytest.raises(ReturnRefused, match=r"更正要写明原因"):
            prepare(school)

    def test_may_follow_a_return_that_is_not_accepted_yet_and_is_taken_in_order(self, school, head, bureau):
        first = filed(school, head)
        leave(school)
        second = filed(school, head, reason="补登")
        with pytest.raises(ReturnRefused, match=r"前一份月报还没有处理"):
            accept(school, bureau, seen=second.pk)
        with pytest.raises(ReturnRefused, match=r"学校已经报了第1号更正，没有退回"):
            send_back(school, bureau, seen=first.pk)
        accept(school, bureau)
        accept(school, bureau)
        assert state(school).accepted == second

    def test_is_refused_where_the_difference_has_gone(self, school, head, row):
        event = leave(school)
        prepare(school, reason="补登")
        corrections.void(by=school.clerk, event=event, reason="登记错了人", today=TODAY)
        with pytest.raises(ReturnRefused, match=r"现在的事实和已经上报的一致"):
            sign(school, head)

    def test_taken_back_is_not_prepared_again_where_the_difference_has_gone(self, school, head, row):
        event = leave(school)
        prepare(school, reason="补登")
        take_back(school)
        corrections.void(by=school.clerk, event=event, reason="登记错了人", today=TODAY)
        with pytest.raises(ReturnRefused, match=r"现在的事实和已经上报的一致"):
            prepare(school, reason="补登")

    def test_goes_on_number_by_number(self, school, head, bureau, row):
        event = leave(school)
        filed(school, head, reason="补登")
        corrections.void(by=school.clerk, event=event, reason="登记错了人", today=TODAY)
        last = filed(school, head, reason="登记错了人")
        assert last.number == 2
        first, second = (content_of(each)["children"] for each in (row, last))
        assert first == second


class TestTheDatabaseRefuses:
    def test_to_change_or_delete_what_was_signed(self, school, head):
        filed(school, head)
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            Snapshot.objects.update(content={})
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            Snapshot.objects.all()._raw_delete("default")

    @pytest.mark.parametrize("columns", [{"filed_at": None, "filed_by": None}, {"snapshot": None}, {"remark": "别的"},
                                         {"number": 1, "reason": "x"}])  # fmt: skip
    def test_to_change_what_was_filed(self, school, head, columns):
        filed(school, head)
        with pytest.raises(Exception, match=r"keeps its filed_at|a_return_is_prepared"), transaction.atomic():
            Edition.objects.update(**columns)

    def test_to_change_a_decision(self, school, head, bureau):
        filed(school, head)
        accept(school, bureau)
        with pytest.raises(Exception, match="keeps its decided_at"), transaction.atomic():
            Edition.objects.update(state="returned", decision_reason="反悔")

    @pytest.mark.parametrize("state", ["draft", "signed", "filed", "accepted", "returned", "withdrawn", "other"])
    def test_states_out_of_order(self, school, state):
        prepare(school)
        with pytest.raises(IntegrityError, match=r"a_return_is_prepared|what_is_taken_back"), transaction.atomic():
            Edition.objects.update(state=state)

    @pytest.mark.parametrize("columns", [{"number": 1, "reason": "x"}, {"number": 2, "reason": "x"}, {"attempt": 2}])
    def test_a_number_that_follows_none(self, school, columns):
        prepare(school)
        with pytest.raises(Exception, match=r"follows the one before it"), transaction.atomic():
            Edition.objects.create(school_return=SchoolReturn.objects.get(), **columns)

    def test_two_returns_of_a_month(self, school):
        prepare(school)
        row = SchoolReturn.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()

    @pytest.mark.parametrize("columns", [{"period": "2026-13"}, {"deadline": CUT_OFF}])
    def test_a_period_that_is_none(self, school, columns):
        days = {
            "kind": "month",
            "period": "2026-09",
            "first": date(2026, 9, 1),
            "cut_off": CUT_OFF,
            "deadline": date(2026, 10, 28),
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            SchoolReturn.objects.create(school=school.school, **(days | columns))

"""An amendment gets other words before it is signed; one that was sent back ends where nothing is left to amend."""

from datetime import date

import pytest
from django.urls import reverse

from returns.actions.place import NotYoursToFile, ReturnRefused
from returns.actions.reminders import remind_schools
from returns.models import Edition
from returns.queries.grid import grid_rows
from returns.queries.page import return_page
from returns.queries.waiting import waiting
from students.actions import corrections
from students.models import AuditRow, Notice
from tests import cast
from tests.returns.filed import (
    CODE,
    TODAY,
    accept,
    close,
    filed,
    leave,
    october,
    prepare,
    reword,
    seen,
    send_back,
    sign,
    state,
    take_back,
)
from tests.scene import at, client_of

LATER = date(2026, 11, 10)


def page(scene, who):
    return return_page(scene.school, october(), asked="", scope=cast.scope(who), today=TODAY)


def steps(scene, who) -> set[str]:
    return {str(step) for step in page(scene, who).steps(cast.scope(who), TODAY)}


def void(scene, event) -> None:
    corrections.void(by=scene.clerk, event=event, reason="登记错了人", today=TODAY)


@pytest.fixture
def event(school, head, bureau):
    """October is accepted, and a child has dropped out in it since."""
    filed(school, head)
    accept(school, bureau)
    return leave(school)


class TestOtherWords:
    def test_are_those_that_are_signed(self, school, head, event):
        prepare(school, reason="补登", remark="有证明")
        assert "reword" in steps(school, school.clerk)
        row = reword(school, reason="10月12日的辍学补登")
        assert (row.reason, row.remark, row.state) == ("10月12日的辍学补登", "", "prepared")
        assert AuditRow.objects.last().action == "returns.reword"
        assert row.prepared_by == school.clerk
        assert sign(school, head).snapshot.content["reason"] == "10月12日的辍学补登"

    def test_the_same_again_is_one(self, school, head, event):
        version = prepare(school, reason="补登").version
        assert reword(school, reason="补登", seen=0).version == version

    def test_are_not_put_over_those_of_another_page(self, school, head, event):
        shown = prepare(school, reason="补登").version
        assert reword(school, head, reason="校长改过的").prepared_by == school.clerk  # who may not accept it
        with pytest.raises(ReturnRefused, match="别人办过这份月报，没有保存"):
            reword(school, reason="另一个", seen=shown)
        assert state(school).work.reason == "校长改过的"

    def test_are_not_signed_by_whoever_has_read_the_old_ones(self, school, head, event):
        shown = prepare(school, reason="补登").version
        reword(school, reason="另一个")
        with pytest.raises(ReturnRefused, match="别人办过"):
            sign(school, head, seen=shown)

    def test_come_too_late_after_the_signature(self, school, head, event):
        prepare(school, reason="补登")
        sign(school, head)
        assert "reword" not in steps(school, school.clerk)
        with pytest.raises(ReturnRefused, match="现在是“校长已签”，不能改原因和说明，没有保存"):
            reword(school, reason="另一个")

    def test_of_an_amendment_need_a_reason(self, school, head, event):
        prepare(school, reason="补登")
        with pytest.raises(ReturnRefused, match="更正要写明原因"):
            reword(school, remark="没有原因")

    def test_of_a_return_are_its_remark(self, school, head):
        prepare(school, remark="没有变动")
        assert (reword(school, remark="转出两人", reason="x").remark, state(school).work.reason) == ("转出两人", "")

    def test_are_the_schools(self, school, head, bureau, event):
        prepare(school, reason="补登")
        with pytest.raises(NotYoursToFile):
            reword(school, bureau, reason="另一个")

    def test_are_typed_on_the_page(self, school, head, event):
        prepare(school, reason="补登", remark="有证明")
        client = client_of(school.clerk)
        address = reverse("returns:school_return", args=[school.school.pk, CODE])
        assert "改更正原因和说明" in client.get(address).content.decode()
        told = {"seen": seen(school), "reason": "另一个", "remark": "有证明"}
        client.post(reverse("returns:reword", args=[school.school.pk, CODE]), told)
        assert state(school).work.reason == "另一个"
        refused = client.post(reverse("returns:reword", args=[school.school.pk, CODE]), told | {"reason": "第三个"})
        assert (refused.status_code, "第三个" in refused.content.decode()) == (422, True)


class TestADraftOfWhichNothingIsLeft:
    def test_says_so_and_leads_to_taking_it_back(self, school, head, event):
        prepare(school, reason="补登")
        void(school, event)
        for who in (head, school.clerk):
            assert page(school, who).waits_for == "没有要更正的了，等学校撤回。"
            assert steps(school, who) == {"take_back"}
        address = reverse("returns:school_return", args=[school.school.pk, CODE])
        client = client_of(school.clerk)
        text = client.get(address).content.decode()
        assert "现在的事实和已经上报的一致，在办的第1号更正不用签字，也不用上报" in text
        assert "等学校校长签字" not in text
        assert "在办的第1号更正不用签字" in client.get(f"{address}?edition=0").content.decode()
        client.post(reverse("returns:take_back", args=[school.school.pk, CODE]), {"seen": seen(school)})
        assert state(school).work is None

    def test_is_none_while_something_differs(self, school, head, event):
        prepare(school, reason="补登")
        assert page(school, head).waits_for == "等学校校长签字。"
        assert "sign" in steps(school, head)


class TestTheEndOfWhatWasSentBack:
    @pytest.fixture
    def gone(self, school, head, bureau, event):
        """The amendment was sent back, and what it told of was a mistake."""
        filed(school, head, reason="补登")
        send_back(school, bureau)
        void(school, event)

    def test_owes_nothing_any_more(self, school, head, gone):
        assert "close" in steps(school, school.clerk)
        owed = waiting(cast.scope(head), TODAY)
        row = close(school)
        assert (row.number, row.attempt, row.state, row.label) == (1, 2, "withdrawn", "第1号更正")
        assert waiting(cast.scope(head), TODAY) == owed - 1
        [found] = grid_rows([school.school], [october()], today=TODAY)
        assert (found.cells[0].standing.label, found.cells[0].notes) == ("已接收", [])
        assert state(school).latest.number == 0
        assert steps(school, school.clerk) == set()

    def test_is_told_to_nobody_again(self, school, head, gone, clock):
        close(school)
        assert not Notice.objects.filter(kind="return_sent_back", seen_at=None).exists()
        clock.move_to(at(LATER))
        remind_schools(today=LATER)
        assert not Notice.objects.filter(kind="return_still_back").exists()

    def test_stays_in_the_history_in_the_schools_words(self, school, head, gone):
        close(school)
        entry = page(school, head).entries[0]
        assert (entry["title"], entry["text"]) == ("第1号更正了结", "登记错了人，已经作废")
        assert AuditRow.objects.last().action == "returns.close"

    def test_pressed_twice_is_one(self, school, head, gone):
        shown = state(school).returned.pk
        assert close(school, seen=shown) == close(school, seen=shown)
        assert Edition.objects.filter(number=1).count() == 2

    def test_is_not_the_end_of_the_number(self, school, head, bureau, gone):
        close(school)
        leave(school, 1)
        assert "prepare" in steps(school, school.clerk)
        assert filed(school, head, reason="另一名").attempt == 3
        send_back(school, bureau)
        assert state(school).returned.attempt == 3
        with pytest.raises(ReturnRefused, match="还不同，没有了结"):
            close(school)

    def test_leaves_none_of_its_words_to_the_next(self, school, head, gone):
        address = reverse("returns:school_return", args=[school.school.pk, CODE])
        close(school)
        leave(school, 1)
        typed = client_of(school.clerk).get(address).context["forms"]["prepare"].initial
        assert not typed.keys() & {"reason", "remark"}

    def test_comes_only_where_nothing_differs(self, school, head, bureau, event):
        filed(school, head, reason="补登")
        send_back(school, bureau)
        assert "close" not in steps(school, school.clerk)
        with pytest.raises(ReturnRefused, match="还不同，没有了结"):
            close(school)

    def test_is_not_reached_by_taking_back(self, school, head, bureau, event, clock):
        filed(school, head, reason="补登")
        send_back(school, bureau)
        prepare(school, reason="补登")
        clock.move_to(at(TODAY, 16))
        take_back(school)
        assert state(school).returned.number == 1

    def test_is_not_that_of_a_return(self, school, head, bureau):
        filed(school, head)
        send_back(school, bureau)
        assert "close" not in steps(school, school.clerk)
        with pytest.raises(ReturnRefused, match="退回的是月报本身，没有了结"):
            close(school)

    def test_needs_the_page_that_shows_it_and_somebody_of_the_school(self, school, bureau, gone):
        with pytest.raises(ReturnRefused, match="别人办过"):
            close(school, seen=0)
        with pytest.raises(ReturnRefused, match="更正要写明原因"):
            close(school, reason="")
        with pytest.raises(NotYoursToFile):
            close(school, bureau)

    def test_is_refused_where_nothing_was_sent_back(self, school, event):
        with pytest.raises(ReturnRefused, match="不能了结"):
            close(school)

    def test_is_pressed_on_the_page(self, school, gone):
        client = client_of(school.clerk)
        address = reverse("returns:school_return", args=[school.school.pk, CODE])
        assert "退回的第1号更正不用再报" in client.get(address).content.decode()
        told = {"seen": state(school).returned.pk, "reason": "登记错了人"}
        press = reverse("returns:close", args=[school.school.pk, CODE])
        refused = client.post(press, told | {"reason": ""})
        assert (refused.status_code, "请填写说明" in refused.content.decode()) == (422, True)
        assert client.post(press, told).url == address
        assert state(school).returned is None

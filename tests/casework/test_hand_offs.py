"""移交: a case is handed from side to side, moved by its table alone, with who and when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from casework.actions import cases
from casework.actions import hand_offs as actions
from casework.handing_off import TRANSITIONS, HandOffAction, HandOffState, Side, open_actions, refusal
from casework.models import CaseEvent, HandOff
from casework.queries.hand_offs import waiting_for
from casework.queries.reminders import compose, reader_of_person
from casework.stages import CaseOutcome
from students.models import AuditRow, Notice
from students.queries.notices import waiting_notices
from tests import cast
from tests.casework.away import officers, open_case
from tests.scene import MONDAY, at, client_of

__all__ = ["officers"]
SIDES = frozenset(Side)
# Written out by hand, so that a change of the table shows here.
MAY = {
    HandOffAction.SEND: [None, "returned", "done", "ended"],
    HandOffAction.ACCEPT: ["sent"],
    HandOffAction.RETURN: ["sent", "accepted"],
    HandOffAction.FINISH: ["accepted"],
}
WHO = {"school": "clerk", "township": "township", "bureau": "bureau"}


@pytest.mark.parametrize("action", MAY)
@pytest.mark.parametrize("state", [None, *HandOffState])
def test_every_state_with_every_action(state, action):
    said = refusal(state, action, sender=Side.SCHOOL, receiver=Side.TOWNSHIP, sides=SIDES)
    assert (said == "") == (state in MAY[action])


@pytest.mark.parametrize("state", [None, *HandOffState])
def test_nobody_ends_one_by_hand(state):
    assert refusal(state, HandOffAction.END, sender=Side.SCHOOL, receiver=Side.TOWNSHIP, sides=SIDES)
    assert TRANSITIONS[HandOffAction.END].sources == {HandOffState.SENT, HandOffState.ACCEPTED}


@pytest.mark.parametrize("action", MAY)
@pytest.mark.parametrize("sender", Side)
@pytest.mark.parametrize("receiver", Side)
@pytest.mark.parametrize("side", Side)
def test_every_action_by_every_side_between_every_two(action, sender, receiver, side):
    state = sorted(TRANSITIONS[action].sources - {None})[0]
    said = refusal(state, action, sender=sender, receiver=receiver, sides={side})
    if sender is receiver:
        assert (said == "") == (action is not HandOffAction.SEND and side is sender)
    else:
        assert (said == "") == (side is (sender if action is HandOffAction.SEND else receiver))


def test_the_buttons_are_those_of_the_table():
    between = {"sender": Side.SCHOOL, "receiver": Side.BUREAU}
    assert open_actions(HandOffState.SENT, sides={Side.BUREAU}, **between) == ("accept", "return")
    assert open_actions(HandOffState.ACCEPTED, sides={Side.BUREAU}, **between) == ("finish", "return")
    assert open_actions(HandOffState.SENT, sides={Side.SCHOOL}, **between) == ()
    assert open_actions(HandOffState.DONE, sides=SIDES, **between) == ()


@pytest.fixture
def case(scene):
    return open_case(scene.children[0])


def send(case, by, *, from_side="school", to_side="township", message="请协助劝返", due_on=MONDAY + timedelta(7)):
    sides = {"from_side": Side(from_side), "to_side": Side(to_side)}
    return actions.send(
        by=by, scope=cast.scope(by), case=case, message=message, due_on=due_on, today=MONDAY, **sides
    )  # fmt: skip


def step(row, by, action, *, note="", version=None):
    return actions.step(
        by=by, scope=cast.scope(by), hand_off=row, action=HandOffAction(action), note=note,
        version=row.version if version is None else version, today=MONDAY,
    )  # fmt: skip


@pytest.mark.parametrize("from_side", Side)
@pytest.mark.parametrize("to_side", Side)
def test_goes_from_any_side_to_any_other_and_back_settled(case, officers, from_side, to_side):
    sender, receiver = officers[WHO[from_side]], officers[WHO[to_side]]
    if from_side is to_side:
        with pytest.raises(actions.HandOffRefused, match="不能移交给自己"):
            send(case, sender, from_side=from_side, to_side=to_side)
        return
    row = send(case, sender, from_side=from_side, to_side=to_side)
    told = Notice.objects.filter(kind=Notice.Kind.CASE_HANDED_OFF)
    assert receiver in {notice.person for notice in told}
    row = step(row, receiver, "accept")
    row = step(row, receiver, "finish", note="已劝返")
    assert (row.state, row.accepted_by, row.done_by, row.done_note) == ("done", receiver, receiver, "已劝返")
    assert [event.action for event in CaseEvent.objects.order_by("pk")] == [
        "hand_off", "hand_off_accepted", "hand_off_done",
    ]  # fmt: skip
    assert AuditRow.objects.filter(action__startswith="hand_off.").count() == 3


def test_is_returned_with_a_reason_and_sent_anew(case, officers):
    row = send(case, officers["clerk"])
    with pytest.raises(actions.HandOffRefused, match="退回要写明原因"):
        step(row, officers["township"], "return")
    row = step(row, officers["township"], "return", note="孩子不在本镇")
    assert (row.state, row.returned_reason) == ("returned", "孩子不在本镇")
    again = send(case, officers["clerk"], to_side="bureau")
    assert again.pk != row.pk
    assert again.state == "sent"


def test_one_is_under_way_a_case(case, officers):
    row = send(case, officers["clerk"])
    assert send(case, officers["clerk"]) == row  # a second press
    with pytest.raises(actions.HandOffRefused, match="这个个案已有一次移交（待接收），要等它办结或退回"):
        send(case, officers["bureau"], from_side="bureau", to_side="school")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize(("shift", "is_sent"), [(-1, False), (0, True), (1, True)])
def test_is_due_today_or_later(case, officers, shift, is_sent):
    due_on = MONDAY + timedelta(shift)
    if is_sent:
        assert send(case, officers["clerk"], due_on=due_on).due_on == due_on
    else:
        with pytest.raises(actions.HandOffRefused, match="已经过去"):
            send(case, officers["clerk"], due_on=due_on)


def test_is_refused_to_whoever_is_on_no_side_or_another(case, officers):
    for who in ("teacher", "inspector", "far"):
        with pytest.raises(actions.NotYourHandOff, match="由学校办理"):
            send(case, officers[who])
    row = send(case, officers["clerk"])
    for who in ("clerk", "teacher", "bureau", "inspector", "far"):
        with pytest.raises(actions.NotYourHandOff, match="接收由乡镇办理"):
            step(row, officers[who], "accept")
    assert HandOff.objects.get().state == "sent"


def test_what_cannot_be_said_is_refused_in_words(case, officers):
    with pytest.raises(actions.HandOffRefused, match="写明原因"):
        send(case, officers["clerk"], message="")
    row = step(send(case, officers["clerk"]), officers["township"], "accept")
    with pytest.raises(actions.HandOffRefused, match="写明办理结果"):
        step(row, officers["township"], "finish")


class TestClosing:
    """销号 ends what was handed off."""

    def close(self, case, by):
        case.refresh_from_db()
        cases.close(
            by=by, scope=cast.scope(by), case=case, outcome=CaseOutcome.SETTLED, note="没事", version=case.version,
            today=MONDAY,
        )  # fmt: skip

    @pytest.mark.parametrize("accepted", [False, True])
    def test_lets_it_wait_for_nobody_and_be_late_never(self, scene, officers, accepted):
        case = open_case(scene.children[0], stage="watch")
        row = send(case, officers["clerk"])
        if accepted:
            step(row, officers["township"], "accept")
        self.close(case, officers["clerk"])
        row.refresh_from_db()
        assert (row.state, row.ended_by) == ("ended", officers["clerk"])
        assert waiting_for(cast.scope(officers["township"]), MONDAY) == 0
        page = client_of(officers["township"]).get(f"/hand-offs/{row.pk}/").content.decode()
        assert "个案销号，移交结束" in page
        assert 'name="do"' not in page
        with pytest.raises(actions.HandOffRefused, match="随销号结束"):
            step(row, officers["township"], "return", note="不办")

    def test_leaves_what_was_settled_before_as_it_was(self, scene, officers):
        case = open_case(scene.children[0], stage="watch")
        step(send(case, officers["clerk"]), officers["township"], "return", note="不在本镇")
        self.close(case, officers["clerk"])
        assert HandOff.objects.get().state == "returned"

    def test_ends_its_notices_and_opened_again_the_case_can_be_handed_off_anew(self, scene, officers):
        case = open_case(scene.children[0], stage="watch")
        send(case, officers["clerk"])
        assert unread(officers["township"]) == ["case_handed_off"]
        self.close(case, officers["clerk"])
        assert unread(officers["township"]) == []
        case.refresh_from_db()
        clerk = officers["clerk"]
        cases.reopen(by=clerk, scope=cast.scope(clerk), case=case, note="又不来", version=case.version, today=MONDAY)
        assert send(case, clerk, message="再请协助").state == "sent"

    @pytest.mark.parametrize("change", [{"ended_at": None}, {"state": "sent"}, {"state": "done", "done_note": "好"}])
    def test_the_database_refuses_half_an_end(self, scene, officers, change):
        case = open_case(scene.children[0], stage="watch")
        send(case, officers["clerk"])
        self.close(case, officers["clerk"])
        with pytest.raises(IntegrityError), transaction.atomic():
            HandOff.objects.update(**change)


def test_what_one_of_a_side_has_dealt_with_waits_for_no_other_there(case, officers):
    row = send(case, officers["clerk"], to_side="bureau")
    assert [unread(officers[who]) for who in ("bureau", "second")] == [["case_handed_off"], ["case_handed_off"]]
    step(row, officers["bureau"], "return", note="先由乡镇办")
    assert [unread(officers[who]) for who in ("bureau", "second", "clerk")] == [[], [], ["case_handed_off"]]
    send(case, officers["principal"])
    assert unread(officers["clerk"]) == []


def unread(person) -> list[str]:
    return [line.notice.kind for line in waiting_notices(cast.scope(person), person)]


def test_a_closed_case_is_not_handed_off(case, officers):
    type(case).objects.update(stage="closed", outcome="false_alarm", closed_on=MONDAY, closed_at="2026-09-07T10:00:00Z")
    with pytest.raises(actions.HandOffRefused, match="已销号"):
        send(case, officers["clerk"])


def test_an_old_page_changes_nothing_and_a_second_press_is_harmless(case, officers):
    row = send(case, officers["clerk"])
    accepted = step(row, officers["township"], "accept", version=1)
    assert step(row, officers["township"], "accept", version=1) == accepted
    with pytest.raises(actions.HandOffRefused, match="有了新的办理"):
        step(row, officers["township"], "return", note="不办", version=1)
    assert HandOff.objects.get().state == "accepted"
    step(row, officers["township"], "finish", note="已返校", version=2)
    assert step(row, officers["township"], "finish", note="已返校", version=2).done_note == "已返校"
    with pytest.raises(actions.HandOffRefused, match="有了新的办理"):
        step(row, officers["township"], "finish", note="已返校，周一回访", version=2)


@pytest.mark.parametrize(
    "change",
    [
        {"to_side": "school"},
        {"message": ""},
        {"state": "accepted"},
        {"state": "returned", "returned_reason": "不办"},
        {"state": "done", "done_note": "好了"},
        {"accepted_at": "2026-09-07T10:00:00Z"},
    ],
)
def test_the_database_refuses_what_cannot_be(case, officers, change):
    send(case, officers["clerk"])
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOff.objects.update(**change)


class TestPages:
    def test_from_sending_to_settling(self, case, officers):
        clerk, township = client_of(officers["clerk"]), client_of(officers["township"])
        fields = {"way": "school-township", "message": "家长拒绝沟通", "due_on": "2026-09-14"}
        sent = clerk.post(f"/cases/{case.pk}/hand-off/", fields, follow=True).content.decode()
        assert "已把高东的个案移交乡镇" in sent
        listed = township.get("/hand-offs/").content.decode()
        assert "家长拒绝沟通" in listed
        assert "等你办理" in listed
        assert "等你办理" not in clerk.get("/hand-offs/").content.decode()
        row = HandOff.objects.get()
        address = f"/hand-offs/{row.pk}/step/"
        assert "已接收" in township.post(address, {"do": "accept", "seen": 1}, follow=True).content.decode()
        done = {"do": "finish", "seen": 2, "note": "已到校"}
        assert "已办结" in township.post(address, done, follow=True).content.decode()
        assert "已到校" in clerk.get(f"/hand-offs/{row.pk}/").content.decode()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"do": "explode", "seen": 1}, "提交的内容不完整"),
            ({"do": "accept", "seen": "x"}, "提交的内容不完整"),
            ({"do": "accept", "seen": 7}, "有了新的办理"),
            ({"do": "return", "seen": 1}, "退回要写明原因"),
            ({"do": "finish", "seen": 1, "note": "好"}, "不能办结"),
            ({"do": "return", "seen": 1, "note": "长" * 201}, "最多200字"),
            ({}, "提交的内容不完整"),
        ],
    )
    def test_bad_input_is_answered_in_words_and_changes_nothing(self, case, officers, fields, said):
        row = send(case, officers["clerk"])
        response = client_of(officers["township"]).post(f"/hand-offs/{row.pk}/step/", fields)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert HandOff.objects.get().version == 1

    @pytest.mark.parametrize(
        "change",
        [{"way": "bureau-school"}, {"message": " "}, {"due_on": "明天"}, {"due_on": "2026-09-06"}, {"way": ""}],
    )
    def test_a_wrong_form_is_kept_and_nothing_sent(self, case, officers, change):
        fields = {"way": "school-township", "message": "请协助", "due_on": "2026-09-14"} | change
        response = client_of(officers["clerk"]).post(f"/cases/{case.pk}/hand-off/", fields)
        assert response.status_code == 422
        assert not HandOff.objects.exists()

    def test_says_what_is_to_be_chosen(self, case, officers):
        fields = {"message": "请协助", "due_on": "2026-09-14"}
        html = client_of(officers["clerk"]).post(f"/cases/{case.pk}/hand-off/", fields).content.decode()
        assert "请选择移交给谁" in html

    def test_asks_for_a_note_that_is_not_called_optional(self, case, officers):
        row = send(case, officers["clerk"])
        html = client_of(officers["township"]).get(f"/hand-offs/{row.pk}/").content.decode()
        assert "退回写明原因" in html
        assert "选填" not in html

    def test_a_search_that_is_too_long_is_said(self, case, officers):
        send(case, officers["clerk"])
        html = client_of(officers["clerk"]).get("/hand-offs/", {"q": "高" * 300}).content.decode()
        assert "没有用上。查找学生：最多40字" in html

    def test_a_search_without_a_result_offers_the_way_back(self, case, officers):
        send(case, officers["clerk"])
        page = client_of(officers["bureau"]).get("/hand-offs/?q=没有这个人").content.decode()
        assert "没有符合条件的移交" in page

    def test_the_list_costs_the_same_however_many_there_are(self, scene, officers, django_assert_max_num_queries):
        for child in scene.children:
            send(open_case(child), officers["clerk"])
        client = client_of(officers["bureau"])
        client.get("/hand-offs/")
        with django_assert_max_num_queries(16):
            client.get("/hand-offs/")


def test_it_is_counted_for_the_side_it_waits_for(case, officers):
    row = send(case, officers["clerk"])
    boards = {who: client_of(officers[who]).get("/", follow=True).content.decode() for who in ("township", "clerk")}
    assert [who for who, page in boards.items() if "1件待办" in page] == ["township"]
    parts = {part.title: part.lines for part in compose(reader_of_person(officers["township"], at(MONDAY))).parts}
    assert "等着接收或办结的个案移交1件" in parts["其他"]
    waiting = {who: waiting_for(cast.scope(person), MONDAY) for who, person in officers.items()}
    assert waiting == dict.fromkeys(officers, 0) | {"township": 1}
    step(row, officers["township"], "return", note="不在本镇")
    assert waiting_for(cast.scope(officers["township"]), MONDAY) == 0


@pytest.mark.parametrize(("days", "may"), [(365, True), (366, False)])
def test_is_to_be_settled_within_a_year(case, officers, days, may):
    due_on = MONDAY + timedelta(days)
    if may:
        assert send(case, officers["clerk"], due_on=due_on).due_on == due_on
    else:
        with pytest.raises(actions.HandOffRefused, match="办结期限太远，最多一年以后，没有移交"):
            send(case, officers["clerk"], due_on=due_on)

"""确认复学, 销号 by two, the bureau's desk."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from casework.actions import acts, cases
from casework.actions import closings as actions
from casework.closing import ClosingAction, ClosingState, closing_step_refusal, return_refusal
from casework.models import Case, CaseEvent, Closing
from casework.queries import desk
from casework.queries.desk import to_approve
from casework.queries.reminders import compose, reader_of_person
from casework.ruleset import Tier
from casework.stages import CaseOutcome, CaseStage
from students.models import AuditRow, Notice, Person
from students.queries.calendar import current_calendar
from tests import cast
from tests.casework.away import officers
from tests.scene import MONDAY, at, client_of, school_days

__all__ = ["officers"]
PAPER = {"name": "返校照片.jpg", "media_type": "image/jpeg", "size": 3, "sha256": "a" * 64, "content": b"jpg"}
STATES = [None, *ClosingState]
MAY = {
    ClosingAction.PROPOSE: [None, "approved", "refused"],
    ClosingAction.APPROVE: ["proposed"],
    ClosingAction.REFUSE: ["proposed"],
}


@pytest.mark.parametrize("action", ClosingAction)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("is_bureau", [True, False])
def test_every_state_with_every_action_by_everybody(state, action, is_bureau):
    said = closing_step_refusal(state, action, is_bureau=is_bureau)
    assert (said == "") == (is_bureau and state in MAY[action])


@pytest.mark.parametrize(
    ("is_proposer", "needs_two", "officers", "reason", "approves"),
    [
        (False, True, 2, "", True),
        (True, True, 2, "只有我在", False),
        (True, True, 1, "", False),
        (True, True, 1, "只有我在", True),
        (True, False, 2, "", True),
    ],
)
def test_whoever_proposed_approves_only_alone_and_says_why(is_proposer, needs_two, officers, reason, approves):
    said = closing_step_refusal(
        ClosingState.PROPOSED, ClosingAction.APPROVE, is_bureau=True, is_proposer=is_proposer, needs_two=needs_two,
        officers=officers, alone_reason=reason,
    )  # fmt: skip
    assert (said == "") == approves


@pytest.mark.parametrize("stage", CaseStage)
@pytest.mark.parametrize(("days", "enough"), [(9, False), (10, True), (11, True)])
def test_a_return_is_confirmed_after_the_days_that_the_county_asks_for(stage, days, enough):
    given = {"present_days": days, "return_days": 10, "is_confirmed": False}
    said = return_refusal(stage, was_lost=True, is_bureau=True, **given)
    assert (said == "") == (enough and stage is CaseStage.RETURNED)
    assert return_refusal(stage, was_lost=True, is_bureau=False, **given)
    assert return_refusal(stage, was_lost=False, is_bureau=True, **given)
    assert return_refusal(stage, was_lost=True, is_bureau=True, **(given | {"is_confirmed": True}))


@pytest.fixture
def back(scene, officers, clock):
    """``back(10)``: the first child was reported lost and has been there again for so many days; returns the last."""

    def back(number):
        child, taught = scene.children[0], current_calendar().school_days(school=0, school_class=0)
        for day in school_days(MONDAY, 10):
            clock.move_to(at(day))
            scene.take(day, first="unexcused")
        acts.file_report(by=scene.teacher, student=child, day=day, kind=Tier.LOSS_REPORT, today=day)
        for _ in range(number):
            day = taught.after(day)
            clock.move_to(at(day))
            scene.take(day)
        return day

    return back


def confirm(by, today, *, version=None):
    case = Case.objects.get()
    return actions.confirm_return(
        by=by, scope=cast.scope(by), case=case, note="到校核对", version=version or case.version, today=today
    )


def propose(by, today, *, paper=PAPER, outcome=CaseOutcome.RETURNED, note="稳定到校", version=None):
    case = Case.objects.get()
    return actions.propose(
        by=by, scope=cast.scope(by), case=case, outcome=outcome, note=note, paper=paper,
        version=version or case.version, today=today,
    )  # fmt: skip


def approve(by, row, today, **fields):
    return actions.approve(by=by, scope=cast.scope(by), closing=row, today=today, **fields)


def told_by_digest(person, day) -> tuple:
    parts = compose(reader_of_person(person, at(day))).parts
    return next((part.lines for part in parts if part.title == "其他"), ())


def test_from_the_return_to_the_end_through_two_officers(back, officers):
    today, first, second = back(10), officers["bureau"], officers["second"]
    version, events = Case.objects.get().version, CaseEvent.objects.count()
    case = confirm(first, today)
    assert case.return_confirmed_by == first
    assert (case.version, CaseEvent.objects.count()) == (version + 1, events + 1)  # every version has its event
    row = propose(first, today)
    assert {notice.person for notice in Notice.objects.filter(kind=Notice.Kind.CASE_CLOSING)} == {second}
    assert [to_approve(cast.scope(officers[who]), today) for who in ("bureau", "second", "township")] == [0, 1, 0]
    assert "等着批准的销号1件" in told_by_digest(second, today)
    boards = [client_of(person).get("/", follow=True).content.decode() for person in (first, second)]
    assert ["1件待批准" in page for page in boards] == [False, True]
    assert "等着批准的销号1件" not in told_by_digest(first, today)
    with pytest.raises(cases.CaseRefused, match="另一名工作人员"):
        approve(first, row, today)
    row = approve(second, row, today)
    waiting = Notice.objects.filter(kind=Notice.Kind.CASE_CLOSING, seen_at=None)
    assert {notice.person for notice in waiting} == {first}  # decided: it waits for no officer, and whoever asked knows
    case = Case.objects.get()
    assert (case.stage, case.outcome, case.closed_by, row.decided_by) == ("closed", "returned", second, second)
    assert [event.action for event in CaseEvent.objects.order_by("pk")][-3:] == [
        "return_confirmed", "close_proposed", "close",
    ]  # fmt: skip
    assert AuditRow.objects.filter(action__startswith="closing.").count() == 2


def test_a_return_is_not_confirmed_a_day_early_nor_by_others(back, officers):
    today = back(9)
    with pytest.raises(cases.CaseRefused, match="现在是9个"):
        confirm(officers["bureau"], today)
    for who in ("clerk", "township", "inspector"):
        with pytest.raises(cases.NotYourCase):
            confirm(officers[who], today)
    assert Case.objects.get().return_confirmed_at is None


def test_a_relapse_takes_the_confirmation_away(scene, back, officers, clock):
    today = back(10)
    confirm(officers["bureau"], today)
    taught = current_calendar().school_days(school=0, school_class=0)
    for _ in range(3):
        today = taught.after(today)
        clock.move_to(at(today))
        scene.take(today, first="unexcused")
    case = Case.objects.get()
    assert (case.stage, case.return_confirmed_at, case.return_confirmed_by) == ("absent", None, None)


@pytest.fixture
def taken(scene, clock):
    """``taken(today, 3, first="unexcused")``: so many registers after ``today``; returns the day of the last."""

    def taken(today, number, **marks):
        taught = current_calendar().school_days(school=0, school_class=0)
        for _ in range(number):
            today = taught.after(today)
            clock.move_to(at(today))
            scene.take(today, **marks)
        return today

    return taken


def box_of(person) -> list[str]:
    return [name for name, rows in desk.boxes(cast.scope(person)).items() if rows.exists()]


def test_a_proposal_that_a_relapse_has_overtaken_is_not_approved(back, officers, taken):
    today, first, second = back(10), officers["bureau"], officers["second"]
    confirm(first, today)
    row = propose(first, today)
    today = taken(today, 3, first="unexcused")
    with pytest.raises(
        cases.CaseRefused, match="“缺课”的个案不能以“已复学”销号。没有批准。请等条件具备再批准，或者退回"
    ):
        approve(second, row, today)
    today = taken(today, 9)
    with pytest.raises(cases.CaseRefused, match="现在是9个。没有批准"):
        approve(second, row, today)
    today = taken(today, 1)
    with pytest.raises(cases.CaseRefused, match="先确认复学才能销号。没有批准"):
        approve(second, row, today)
    assert Closing.objects.get().state == "proposed"
    confirm(first, today)
    assert approve(second, row, today).state == "approved"
    assert Case.objects.get().return_confirmed_by == first


def test_a_proposal_that_a_relapse_has_overtaken_hides_the_child_in_no_box(scene, back, officers, taken):
    today, first = back(10), officers["bureau"]
    assert box_of(first) == ["return"]
    confirm(first, today)
    assert box_of(first) == ["close"]
    propose(first, today)
    assert box_of(first) == ["approve"]
    today = taken(today, 10, first="unexcused")
    assert box_of(first) == ["approve"]  # away, and not yet reported lost again
    acts.file_report(by=scene.teacher, student=scene.children[0], day=today, kind=Tier.LOSS_REPORT, today=today)
    assert box_of(first) == ["confirm", "approve"]
    taken(today, 1)
    assert box_of(first) == ["return", "approve"]


def test_a_proposal_that_holds_is_approved_and_nothing_else(back, officers):
    today = back(10)
    confirm(officers["bureau"], today)
    propose(officers["bureau"], today)
    assert box_of(officers["bureau"]) == ["approve"]


def test_what_is_not_proven_is_not_proposed(back, officers):
    today, by = back(10), officers["bureau"]
    with pytest.raises(cases.CaseRefused, match="先确认复学"):
        propose(by, today)
    confirm(by, today)
    with pytest.raises(cases.CaseRefused, match="佐证材料"):
        propose(by, today, paper=None)
    with pytest.raises(cases.CaseRefused, match="写明依据"):
        propose(by, today, note="")
    with pytest.raises(cases.CaseRefused, match="接收学校确认"):
        propose(by, today, outcome=CaseOutcome.TRANSFERRED)
    with pytest.raises(cases.CaseChanged):
        propose(by, today, version=1)
    with pytest.raises(cases.NotYourCase):
        propose(officers["clerk"], today)
    assert not Closing.objects.exists()


def test_a_case_that_was_lost_is_closed_in_no_other_way(back, officers):
    today, by = back(10), officers["bureau"]
    confirm(by, today)
    with pytest.raises(cases.CaseRefused, match="先提出销号"):
        cases.close(
            by=by, scope=cast.scope(by), case=Case.objects.get(), outcome=CaseOutcome.RETURNED, note="稳定",
            paper=PAPER, version=Case.objects.get().version, today=today,
        )  # fmt: skip


def test_a_proposal_is_sent_back_with_a_reason_and_made_again(back, officers):
    today, first, second = back(10), officers["bureau"], officers["second"]
    confirm(first, today)
    row = propose(first, today)
    assert propose(first, today) == row  # a second press
    refuse = {"by": second, "scope": cast.scope(second), "closing": row, "today": today}
    with pytest.raises(cases.CaseRefused, match="写明原因"):
        actions.refuse(reason="", **refuse)
    assert actions.refuse(reason="照片不清楚", **refuse).state == "refused"
    assert actions.refuse(reason="照片不清楚", **refuse).state == "refused"
    assert propose(first, today).pk != row.pk
    assert Case.objects.get().stage == "returned"


def test_the_only_officer_of_a_county_closes_alone_and_says_why(back, officers):
    today, by = back(10), officers["bureau"]
    confirm(by, today)
    row = propose(by, today)
    Person.objects.filter(pk=officers["second"].pk).update(is_active=False)
    with pytest.raises(cases.CaseRefused, match="写明原因"):
        approve(by, row, today)
    assert approve(by, row, today, alone_reason="股室只有一人").alone_reason == "股室只有一人"
    assert Case.objects.get().stage == "closed"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "approved"},
        {"state": "refused"},
        {"decided_at": "2026-09-07T10:00:00Z"},
        {"refused_reason": "不行"},
    ],
)
def test_the_database_refuses_what_cannot_be(back, officers, change):
    today = back(10)
    confirm(officers["bureau"], today)
    row = propose(officers["bureau"], today)
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.update(state="approved", decided_at=row.proposed_at, decided_by=row.proposed_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.update(return_confirmed_by=None)


class TestPages:
    def test_the_desk_leads_through_every_step(self, back, officers, django_assert_max_num_queries):
        back(10)
        first, second = client_of(officers["bureau"]), client_of(officers["second"])
        page = first.get("/bureau/cases/").content.decode()
        assert "返校后到校10个上课日，满10个可以确认" in page
        case = Case.objects.get()
        given = {"note": "到校核对", "version": case.version}
        assert "已确认" in first.post(f"/cases/{case.pk}/confirm-return/", given, follow=True).content.decode()
        assert "提出销号" in first.get("/bureau/cases/?box=close").content.decode()
        png = (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
            b"\x00\x00\x00\rIDATx\x9cc\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82"
        )
        given = {"outcome": "returned", "note": "稳定", "version": Case.objects.get().version}
        given["paper"] = SimpleUploadedFile("返校.png", png, content_type="image/png")
        page = first.post(f"/cases/{case.pk}/propose-closing/", given, follow=True).content.decode()
        assert "已提出高东的个案销号" in page
        row = Closing.objects.get()
        assert "审批" in second.get("/bureau/cases/?box=approve").content.decode()
        assert first.post(f"/closings/{row.pk}/", {"do": "approve"}).status_code == 422
        done = second.post(f"/closings/{row.pk}/", {"do": "approve"}, follow=True).content.decode()
        assert "已批准，高东的个案已销号" in done
        with django_assert_max_num_queries(16):
            first.get("/bureau/cases/")

    @pytest.mark.parametrize("fields", [{}, {"do": "burn"}, {"do": "refuse"}, {"do": "refuse", "note": "长" * 101}])
    def test_bad_input_is_answered_in_words_and_decides_nothing(self, back, officers, fields):
        today = back(10)
        confirm(officers["bureau"], today)
        row = propose(officers["bureau"], today)
        response = client_of(officers["second"]).post(f"/closings/{row.pk}/", fields)
        assert response.status_code == 422
        assert "没有" in response.content.decode()
        assert Closing.objects.get().state == "proposed"

    def test_of_a_case_that_was_lost_the_button_leads_to_the_proposal(self, back, officers):
        back(10)
        case = Case.objects.get()
        client = client_of(officers["bureau"])
        assert f"/cases/{case.pk}/propose-closing/" in client.get(f"/cases/{case.pk}/").content.decode()
        assert client.get(f"/cases/{case.pk}/close/").url == f"/cases/{case.pk}/propose-closing/"


def test_what_is_decided_or_waits_is_said_at_once_without_a_form(back, officers):
    today, by, case = back(10), officers["bureau"], Case.objects.get()
    client, other = client_of(by), client_of(officers["second"])
    returned, closing = (reverse(f"casework:{name}", args=[case.pk]) for name in ("confirm_return", "propose_closing"))
    assert "核实情况" in client.get(returned).content.decode()
    confirm(by, today)
    page = other.get(returned).content.decode()
    assert "苏远已经确认复学，不用再确认" in page
    assert (closing in page, "核实情况" in page) == (True, False)
    assert "销号依据" in other.get(closing).content.decode()
    row = propose(by, today)
    page = other.get(closing).content.decode()
    assert "苏远已经提出销号，正在等批准，不用再提" in page
    assert (reverse("casework:closing", args=[row.pk]) in page, "销号依据" in page) == (True, False)

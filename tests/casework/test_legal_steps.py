"""依法措施: who may take which step, entered with its day and deadline, taken back where wrong."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casework.actions import legal_steps as actions
from casework.legal import RULES, Authority, LegalKind, kinds_of, legal_refusal, may_enter
from casework.models import CaseEvent, LegalStep
from students.models import AuditRow
from tests import cast
from tests.casework.away import officers, open_case
from tests.scene import MONDAY, client_of

__all__ = ["officers"]
GOVERNMENT = {Authority.TOWNSHIP, Authority.BUREAU}
# Written out by hand, so that a change of the table shows here.
MAY = {
    LegalKind.URGING_NOTICE: {Authority.SCHOOL} | GOVERNMENT,
    LegalKind.ADMONITION: GOVERNMENT,
    LegalKind.ORDER: GOVERNMENT,
    LegalKind.JOINT_PERSUASION: GOVERNMENT,
    LegalKind.REFERRAL: GOVERNMENT,
    LegalKind.LAWSUIT: {Authority.COURT},
}
DAYS = {"day": MONDAY, "deadline": MONDAY + timedelta(7), "opened": MONDAY, "today": MONDAY}


@pytest.mark.parametrize("kind", LegalKind)
@pytest.mark.parametrize("authority", Authority)
def test_every_step_by_every_authority(kind, authority):
    said = legal_refusal(kind, authority, held=set(Authority), **DAYS)
    # What a court does is entered by those who brought it there.
    assert (said == "") == (authority in MAY[kind])


@pytest.mark.parametrize("kind", LegalKind)
@pytest.mark.parametrize("authority", Authority)
@pytest.mark.parametrize("held", Authority)
def test_nobody_enters_what_another_has_done(kind, authority, held):
    may = may_enter(kind, authority, {held})
    assert may == (
        authority in MAY[kind] and (held is authority or (authority is Authority.COURT and held in GOVERNMENT))
    ) or (authority is Authority.COURT and held is Authority.COURT)


def test_a_school_only_urges():
    assert kinds_of({Authority.SCHOOL}) == [LegalKind.URGING_NOTICE]
    assert kinds_of(set()) == []
    assert set(kinds_of({Authority.TOWNSHIP})) == set(LegalKind)


def test_every_step_names_its_ground_and_none_a_fine():
    for rule in RULES.values():
        assert "第" in rule.basis or "国办发" in rule.basis
        assert not {"罚款", "开除"} & {rule.label, rule.basis}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": MONDAY + timedelta(1)}, "还没有到"),
        ({"deadline": None}, "写明期限"),
        ({"deadline": MONDAY - timedelta(1)}, "不能早于"),
        ({"deadline": MONDAY}, ""),
        ({"deadline": MONDAY + timedelta(365)}, ""),
        ({"deadline": MONDAY + timedelta(366)}, "期限太远，最多是采取措施以后一年"),
        ({"opened": MONDAY + timedelta(1)}, "早于个案建档的日子（2026年9月8日）"),
        ({"opened": MONDAY - timedelta(1)}, ""),
    ],
)
def test_days_are_checked(change, said):
    found = legal_refusal(LegalKind.ORDER, Authority.BUREAU, held={Authority.BUREAU}, **(DAYS | change))
    assert said in found
    assert bool(said) == bool(found)


@pytest.fixture
def case(scene):
    return open_case(scene.children[0])


def enter(case, by, kind="order", authority="township", **fields):
    fields = {"day": MONDAY, "deadline": MONDAY + timedelta(7), "today": MONDAY} | fields
    return actions.enter(
        by=by, scope=cast.scope(by), case=case, kind=LegalKind(kind), authority=Authority(authority), **fields
    )


def test_is_entered_once_and_kept_in_the_history(case, officers):
    row = enter(case, officers["township"], reference="东坪〔2026〕3号")
    assert enter(case, officers["township"], reference="东坪〔2026〕3号") == row
    with pytest.raises(actions.LegalStepRefused, match="已登记过"):
        enter(case, officers["township"], reference="东坪〔2026〕4号")
    assert [event.note for event in CaseEvent.objects.all()] == ["乡镇政府责令限期改正"]
    assert AuditRow.objects.get(action="legal_step.enter").done_by == officers["township"]


@pytest.mark.parametrize(("day", "may"), [(-1, False), (0, True), (1, False)])
def test_is_of_a_day_of_the_case_that_has_come(case, officers, day, may):
    day = MONDAY + timedelta(day)
    if may:
        assert enter(case, officers["township"], day=day).day == day
    else:
        with pytest.raises(actions.LegalStepRefused, match="没有保存"):
            enter(case, officers["township"], day=day)
        assert not LegalStep.objects.exists()


def test_of_a_case_that_was_opened_again_may_be_of_its_first_time(case, officers):
    case.since = MONDAY + timedelta(5)
    case.save()
    assert enter(case, officers["township"], today=MONDAY + timedelta(6)).day == MONDAY


def test_a_school_enters_no_order_and_a_reader_nothing(case, officers):
    for who in ("clerk", "teacher"):
        with pytest.raises(actions.LegalStepRefused):
            enter(case, officers[who])
    for who in ("inspector", "far"):
        with pytest.raises(actions.NotYourLegalStep):
            enter(case, officers[who])
    assert enter(case, officers["teacher"], "urging_notice", "school").authority == "school"


def test_is_taken_back_by_whoever_entered_it_or_the_bureau(case, officers):
    row = enter(case, officers["township"])
    with pytest.raises(actions.NotYourLegalStep):
        actions.cancel(by=officers["clerk"], scope=cast.scope(officers["clerk"]), step=row, today=MONDAY)
    for _ in range(2):
        actions.cancel(by=officers["bureau"], scope=cast.scope(officers["bureau"]), step=row, today=MONDAY)
    assert LegalStep.objects.get().cancelled_by == officers["bureau"]
    assert AuditRow.objects.filter(action="legal_step.cancel").count() == 1
    assert enter(case, officers["township"]).pk != row.pk


@pytest.mark.parametrize(
    "change", [{"authority": "school"}, {"deadline": MONDAY - timedelta(1)}, {"cancelled_at": "2026-09-07T10:00:00Z"}]
)
def test_the_database_refuses_what_cannot_be(case, officers, change):
    enter(case, officers["township"])
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalStep.objects.update(**change)


class TestPage:
    def test_shows_the_ground_and_lets_enter_and_take_back(self, case, officers):
        client, address = client_of(officers["township"]), f"/cases/{case.pk}/legal-steps/"
        assert "义务教育法第五十八条" in client.get(address).content.decode()
        given = {"kind": "order", "authority": "township", "day": "2026-09-07", "deadline": "2026-09-14"}
        page = client.post(address, given, follow=True).content.decode()
        assert "已登记乡镇政府责令限期改正" in page
        row = LegalStep.objects.get()
        assert "已撤销" in client.post(f"/legal-steps/{row.pk}/cancel/", follow=True).content.decode()
        history = client.get(reverse("casework:case", args=[case.pk])).content.decode()
        assert "乡镇政府责令限期改正" in history
        assert "撤销措施" in history

    def test_offers_a_school_the_notice_alone(self, case, officers):
        page = client_of(officers["clerk"]).get(f"/cases/{case.pk}/legal-steps/").content.decode()
        assert 'value="urging_notice"' in page
        assert 'value="order"' not in page

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "fine"},
            {"authority": "school"},
            {"day": ""},
            {"day": "x"},
            {"deadline": ""},
            {"outcome": "长" * 201},
        ],
    )
    def test_bad_input_is_answered_in_words_and_enters_nothing(self, case, officers, change):
        given = {"kind": "order", "authority": "township", "day": "2026-09-07", "deadline": "2026-09-14"} | change
        response = client_of(officers["township"]).post(f"/cases/{case.pk}/legal-steps/", given)
        assert response.status_code == 422
        assert not LegalStep.objects.exists()

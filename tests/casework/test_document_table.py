"""What may be done with a document: every state × action × party, the chains, the numbers; all without a database."""

from datetime import date
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.document_kinds import KINDS, NEVER_SAID, OF_A_CHILD, REPORT_KINDS, DocumentKind, Input, forbidden, shown
from casework.documents import (
    TRANSITIONS,
    DocumentAction,
    DocumentNow,
    DocumentState,
    Party,
    Post,
    SignStep,
    after_issue,
    is_wrong_person,
    limit_day,
    reference,
    refusal,
)
from casework.queries.document_facts import SOURCES
from casework.ruleset import REPORT_TIERS

RECEIPT = SignStep(Post.CLERK, "签收")
ALL_PARTIES = [frozenset(each) for each in chain.from_iterable(combinations(Party, size) for size in range(4))]
# state → action → who may; what is not named here is refused to everybody
MAY = {
    "draft": {"edit": {"author"}, "issue": {"author"}, "void": {"author"}},
    "waiting": {
        "sign": {"signer"}, "return": {"signer"}, "void": {"author"}, "attach": {"author", "signer"},
    },
    "returned": {"edit": {"author"}, "issue": {"author"}, "void": {"author"}},
    "confirmed": {"attach": {"author", "signer"}, "deliver": {"author"}, "void": {"issuer"}},
    "voided": {},
}  # fmt: skip


def now(state: str, *, is_served: bool = True) -> DocumentNow:
    step = RECEIPT if state == "waiting" else None
    return DocumentNow("劝学（返校）通知书", DocumentState(state), is_served, "班主任", step)


@pytest.mark.parametrize("parties", ALL_PARTIES, ids=lambda parties: "+".join(sorted(parties)) or "nobody")
@pytest.mark.parametrize("action", DocumentAction)
@pytest.mark.parametrize("state", DocumentState)
def test_every_state_and_action_is_decided_for_everybody(state, action, parties):
    said = refusal(now(state), action, parties)
    allowed = MAY[state].get(action, set())
    assert (said == "") == bool(allowed & parties), said
    if said:
        assert f"“{state.label}”" in said or "由" in said
    assert is_wrong_person(now(state), action, parties) == bool(allowed and not allowed & parties)


def test_only_a_letter_is_delivered():
    assert refusal(now("confirmed", is_served=False), DocumentAction.DELIVER, {Party.AUTHOR}).endswith("不用送达")


def test_only_a_letter_is_voided_once_it_is_confirmed():
    said = refusal(now("confirmed", is_served=False), DocumentAction.VOID, set(Party))
    assert said == "这份文书现在是“已确认”，不能作废"


def test_a_letter_that_the_head_issues_is_sent_to_the_head():
    letter = KINDS[DocumentKind.URGING_NOTICE]
    assert (letter.issue_verb(), letter.issue_verb({Post.HEAD})) == ("送签", "签发")
    assert KINDS[DocumentKind.LOSS_REPORT].issue_verb() == KINDS[DocumentKind.ORDER].issue_verb() == "签发"


def test_signing_is_called_what_it_is():
    assert refusal(now("waiting"), DocumentAction.SIGN, set()) == "这份文书正等教务处签收，签收由教务处办理"
    assert refusal(now("draft"), DocumentAction.ISSUE, set()) == "签发由班主任办理"


def test_going_back_and_voiding_ask_for_a_reason():
    assert {action for action, row in TRANSITIONS.items() if row.needs_reason} == {"return", "void"}


@given(
    verbs=st.lists(st.sampled_from(Post), max_size=5),
    posts=st.sets(st.sampled_from(Post)),
)
def test_issuing_gives_ones_own_signatures_and_no_other(verbs, posts):
    steps = tuple(SignStep(post, "签收") for post in verbs)
    first = after_issue(steps, posts)
    assert all(step.post in posts for step in steps[:first])
    assert first == len(steps) or steps[first].post not in posts


def test_a_number_is_written_as_the_standard_says():
    assert reference("东坪小学", 2026, 12) == "东坪小学控辍〔2026〕12号"


@pytest.mark.parametrize(("days", "last"), [(1, date(2026, 9, 8)), (7, date(2026, 9, 14)), (30, date(2026, 10, 7))])
def test_a_limit_begins_on_the_day_after_the_delivery(days, last):
    assert limit_day(date(2026, 9, 7), days) == last


class TestTheKinds:
    def test_each_report_of_the_ladder_has_its_document(self):
        assert set(REPORT_KINDS) == REPORT_TIERS

    @pytest.mark.parametrize("kind", OF_A_CHILD)
    def test_each_field_can_be_filled_in(self, kind):
        for each in KINDS[kind].fields:
            assert each.source in {"", *SOURCES}
            assert bool(each.choices) == (each.input is Input.CHOICE)

    def test_an_order_is_the_areas_alone_and_no_school_writes_one(self):
        assert KINDS[DocumentKind.ORDER].authors == {Post.TOWNSHIP, Post.BUREAU}

    def test_a_letter_of_the_school_is_signed_by_its_head(self):
        assert [step.post for step in KINDS[DocumentKind.URGING_NOTICE].chain] == [Post.HEAD]

    def test_a_loss_goes_up_to_the_bureau_in_order(self):
        assert [step.post for step in KINDS[DocumentKind.LOSS_REPORT].chain] == [Post.CLERK, Post.HEAD, Post.BUREAU]

    def test_values_are_printed_in_words(self):
        words = shown(DocumentKind.LOSS_REPORT, {"absent_since": "2026-09-07", "reason": "weary", "absent_days": "10"})
        assert (words["absent_since"], words["reason"], words["absent_days"]) == ("2026年9月7日", "厌学", "10")
        assert words["measures"] == ""

    @pytest.mark.parametrize("word", NEVER_SAID)
    def test_what_no_document_says_is_refused_with_what_to_write(self, word):
        said = forbidden({"note": f"再不返校就{word}。"})
        assert word in said
        assert NEVER_SAID[word] in said

    def test_anything_else_may_be_said(self):
        assert forbidden({"note": "适龄儿童少年有受教育的权利。"}) == ""

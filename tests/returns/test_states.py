"""The declared table of a return's states: every step from every state by everybody."""

import pytest

from returns.states import IN_SCHOOL, RULES, SENT, Post, State, Step, open_steps, refusal

SCHOOL, HEAD, BUREAU = Post.SCHOOL, Post.HEAD, Post.BUREAU
CLERK, PRINCIPAL, OFFICER = {SCHOOL}, {SCHOOL, HEAD}, {BUREAU}


def test_a_return_goes_from_the_clerk_to_the_principal_to_the_bureau():
    way = [State.DRAFT]
    for step in (Step.PREPARE, Step.SIGN, Step.FILE, Step.ACCEPT):
        assert way[-1] in RULES[step].sources
        way.append(RULES[step].target)
    assert [state.label for state in way] == ["起草", "待校长签字", "校长已签", "已上报", "已接收"]


@pytest.mark.parametrize(
    ("state", "held", "steps"),
    [
        (State.DRAFT, CLERK, {Step.PREPARE}),
        (State.DRAFT, PRINCIPAL, {Step.PREPARE, Step.FILE_ZERO}),
        (State.DRAFT, OFFICER, set()),
        (State.PREPARED, CLERK, {Step.REWORD, Step.TAKE_BACK}),
        (State.PREPARED, PRINCIPAL, {Step.REWORD, Step.SIGN, Step.FILE_ZERO, Step.TAKE_BACK}),
        (State.SIGNED, CLERK, {Step.FILE, Step.TAKE_BACK}),
        (State.FILED, PRINCIPAL, set()),
        (State.FILED, OFFICER, {Step.ACCEPT, Step.SEND_BACK}),
        (State.ACCEPTED, CLERK | PRINCIPAL | OFFICER, set()),
        (State.RETURNED, CLERK | PRINCIPAL | OFFICER, {Step.CLOSE}),
        (State.FILED, set(), set()),
    ],
)
def test_each_may_do_what_is_theirs_and_what_comes_next(state, held, steps):
    assert open_steps(state, held) == steps


def test_a_refusal_says_whose_it_is_or_how_far_it_is():
    assert refusal(Step.SIGN, State.FILED, CLERK, title="月报") == "签字由本校校长或分管领导办理，没有保存。"
    assert refusal(Step.FILE, State.FILED, CLERK, title="月报") == (
        "这份月报现在是“已上报”，不能上报，没有保存。请看本页的最新情况。"
    )
    assert refusal(Step.ACCEPT, State.DRAFT, PRINCIPAL, title="月报") == "接收由县教育局办理，没有保存。"


def test_what_the_bureau_has_is_in_the_school_no_longer():
    assert not SENT & IN_SCHOOL
    assert {rule.target for rule in RULES.values()} == set(State) - {State.DRAFT}

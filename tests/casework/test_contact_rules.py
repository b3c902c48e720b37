"""What cannot be about a contact 联系记录, and the one line that it becomes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.contacts import (
    BACK_DAYS,
    OUTCOMES_OF,
    PROMISE_DAYS,
    QUICK_OUTCOMES,
    UNREACHED,
    Account,
    Colleague,
    Companion,
    ContactMethod,
    ContactOutcome,
    Wish,
    contradictions,
)

TODAY = date(2026, 9, 7)
DAY = timedelta(days=1)


def faults(method="phone", outcome="talked", *, day=TODAY, **told):
    account = Account(method=ContactMethod(method), outcome=ContactOutcome(outcome), day=day, **told)
    return contradictions(account, today=TODAY)


@pytest.mark.parametrize(("day", "wrong"), [(1, True), (0, False), (-BACK_DAYS, False), (-BACK_DAYS - 1, True)])
def test_the_day_is_today_or_one_of_the_last_seven(day, wrong):
    assert ("day" in faults(day=TODAY + DAY * day)) == wrong


@pytest.mark.parametrize(
    ("promised", "words"),
    [
        (None, "请填写答应哪天返校"),
        (-1, "不能早于联系的日子"),
        (0, None),
        (PROMISE_DAYS, None),
        (PROMISE_DAYS + 1, "太远"),
    ],
)
def test_a_promise_has_a_day_that_is_not_before_the_contact(promised, words):
    day = None if promised is None else TODAY + DAY * promised
    found = faults("phone", "promised", promised_on=day)
    assert words in found["promised_on"] if words else found == {}


def test_only_a_promise_has_a_day():
    assert "承诺返校" in faults(promised_on=TODAY)["promised_on"]


@pytest.mark.parametrize("method", ContactMethod)
@pytest.mark.parametrize("outcome", ContactOutcome)
def test_a_call_finds_no_empty_house_and_a_visit_no_dead_line(method, outcome):
    found = faults(method, outcome, companions=("village",))
    assert ("outcome" in found) == (outcome not in OUTCOMES_OF[method])
    is_call = method in ("phone", "wechat")
    if outcome in ("no_answer", "wrong_number"):
        assert ("outcome" in found) != is_call
    if outcome == "nobody_home":
        assert ("outcome" in found) == (method not in ("home_visit", "joint_visit"))


@pytest.mark.parametrize("outcome", sorted(UNREACHED))
def test_who_met_nobody_has_no_words_of_theirs(outcome):
    method = next(method for method in ContactMethod if outcome in OUTCOMES_OF[method])
    assert set(faults(method, outcome, spoke_to="母亲", wish=Wish.RETURN)) == {"spoke_to", "wish"}


@pytest.mark.parametrize(("companions", "wrong"), [((), True), ((Companion.VILLAGE,), False)])
def test_a_joint_visit_has_somebody_from_outside_the_school(companions, wrong):
    found = faults("joint_visit", colleagues=(Colleague.HOMEROOM,), companions=companions)
    assert ("companions" in found) == wrong


@given(
    method=st.sampled_from(ContactMethod), outcome=st.sampled_from(ContactOutcome), told_on=st.dates(), on=st.dates()
)
def test_every_fault_is_told_at_a_field_in_a_sentence(method, outcome, told_on, on):
    account = Account(method=method, outcome=outcome, day=told_on, promised_on=on)
    found = contradictions(account, today=TODAY)
    assert all(hasattr(account, field) and len(words) > 5 for field, words in found.items())


def test_it_becomes_one_line_of_200_characters_at_most():
    account = Account(ContactMethod.PHONE, TODAY, ContactOutcome.REFUSES)
    assert account.result == "已联系上，不愿返校"
    talked = Account(ContactMethod.PHONE, TODAY, ContactOutcome.REFUSES, talk="说跟不上。\n想去打工")
    assert talked.result == "已联系上，不愿返校。说跟不上。"
    assert len(Account(ContactMethod.PHONE, TODAY, ContactOutcome.REFUSES, talk="长" * 999).result) == 200


def test_everything_has_a_name_in_chinese():
    for names in (ContactMethod, ContactOutcome, Wish, Colleague, Companion):
        assert len({each.label for each in names}) == len(names)
    assert ContactOutcome.PROMISED not in QUICK_OUTCOMES  # it asks for a day

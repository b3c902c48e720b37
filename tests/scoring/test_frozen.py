"""Frozen scores as plain data: read back they are the same, recomputed they are the same, and what differs is said."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.ruleset import Tier
from scoring.class_scores import Waived, score
from scoring.frozen import change, content_of, digest, digest_of_list, earlier_of, facts_of, record_of, result_of
from tests.scoring.standard import STANDARD
from tests.scoring.test_class_scores import DAYS, HALF, NONE, SCHEME, START, classes, late, lost, of_class

waivers = st.builds(
    Waived,
    st.frozensets(st.tuples(st.integers(1, 4), st.sampled_from(sorted(Tier)), st.sampled_from(DAYS)), max_size=5),
    st.frozensets(st.sampled_from(DAYS), max_size=5),
    st.frozensets(st.integers(0, 4), max_size=3),
)
frozen = st.builds(lambda facts, waived: replace(facts, waived=waived), classes, waivers)


def through_a_database(record):
    return json.loads(json.dumps(record))


@given(frozen)
def test_a_score_recomputed_from_its_kept_facts_is_the_same(facts):
    made = score(facts, SCHEME)
    again = score(facts_of(through_a_database(record_of(facts))), SCHEME)
    assert again.lines == made.lines
    assert result_of(again) == result_of(made)


@given(frozen, frozen)
def test_what_is_read_back_is_written_the_same(facts, other):
    then = replace(other, days={day: each for day, each in facts.days.items() if day <= DAYS[2]},
                   school_class=facts.school_class, stage=facts.stage, baseline=facts.baseline)  # fmt: skip
    record = record_of(facts, {DAYS[2]: then})
    assert through_a_database(record) == record
    read = facts_of(record)
    assert record_of(read, earlier_of(record, read)) == record
    assert score(earlier_of(record, read)[DAYS[2]], SCHEME).total == score(then, SCHEME).total
    assert result_of(score(facts, SCHEME)) == through_a_database(result_of(score(facts, SCHEME)))


@given(frozen)
def test_the_order_of_the_facts_does_not_change_the_digest(facts):
    turned = replace(facts, late=facts.late[::-1], returns=facts.returns[::-1], lost=facts.lost[::-1])
    assert digest(record_of(turned)) == digest(record_of(facts))


@given(frozen, st.sampled_from(DAYS), st.sampled_from([HALF, NONE]))
def test_another_fact_changes_it(facts, day, register):
    other = replace(facts, days={**facts.days, day: register})
    assert (digest(record_of(other)) == digest(record_of(facts))) is (facts.days.get(day) == register)


def test_the_digest_is_over_scheme_facts_and_score():
    facts = of_class()
    whole = content_of(STANDARD, record_of(facts), result_of(score(facts, SCHEME)))
    changed = [whole | {"scheme": STANDARD | {"veto_above": 3}}, whole | {"score": whole["score"] | {"total": "11"}}]
    assert len({digest(each) for each in [whole, *changed]}) == 3


def test_the_digest_of_a_list_does_not_depend_on_its_order():
    assert digest_of_list([(1, "a"), (2, "b")]) == digest_of_list([(2, "b"), (1, "a")])
    assert digest_of_list([(1, "a"), (2, "b")]) != digest_of_list([(1, "b"), (2, "a")])


class TestAChange:
    def results(self, before, after):
        return result_of(score(before, SCHEME)), result_of(score(after, SCHEME))

    def test_is_none_where_nothing_differs(self):
        one, same = self.results(of_class(), of_class())
        assert change(one, same, same_facts=True) is None

    def test_names_every_line_that_differs(self):
        before, after = self.results(of_class(late=[late()]), of_class(lost=lost(3)))
        found = change(before, after, same_facts=False)
        assert (found.before, found.after) == ("9.5", "-10")
        assert found.words == ("控辍目标10→−10", "及时联系−0.5→0", "流失0→3人", "完成目标：是→否", "一票否决：否→是")

    def test_of_the_facts_alone_is_said(self):
        before, after = self.results(of_class(late=[late()]), of_class(late=[late(), late(student=2)]))
        assert change(before, after, same_facts=False).words == ("依据有变化，分数不变",)

    @given(classes, classes)
    def test_says_the_totals(self, one, other):
        before, after = self.results(one, other)
        found = change(before, after, same_facts=False)
        assert (Decimal(found.before), Decimal(found.after)) == (score(one, SCHEME).total, score(other, SCHEME).total)


@pytest.mark.parametrize("tier", [Tier.CONTACT, Tier.LOSS_REPORT])
def test_a_duty_still_open_is_kept_open(tier):
    [kept] = facts_of(record_of(of_class(late=[late(START, tier=tier)]))).late
    assert kept.done_on is None

"""比对: which resident may be which student, how sure, and never twice."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.matching import Child, Confidence, judge, one_digit_apart, phone_digits, propose, sound_alike

BORN = date(2015, 3, 4)
NUMBER = "629901201503040013"
HIGH, MEDIUM, LOW = Confidence


def child(pk=1, name="高子涵", born=BORN, sex="男", number=NUMBER, guardians=(), phones=()) -> Child:
    return Child(pk, name, born, sex, frozenset({number} - {None}), frozenset(guardians), frozenset(phones))


RESIDENT = child(guardians={"高大山"}, phones={"13900001234"})
OTHER_NUMBER = "629901199912310028"


@pytest.mark.parametrize(
    ("student", "confidence"),
    [
        ({"guardians": {"高大山"}}, HIGH),
        ({"phones": {"13900001234"}}, HIGH),
        ({"number": "629901201503040121"}, MEDIUM),  # two digits apart in the first seventeen
        ({"number": "629901201503040033"}, HIGH),  # one digit apart
        ({}, MEDIUM),
        ({"number": None}, MEDIUM),
        ({"name": "高梓涵"}, LOW),
        ({"name": "高梓涵", "guardians": {"高大山"}}, MEDIUM),
        ({"name": "高梓涵", "born": date(2015, 3, 5)}, None),
        ({"born": date(2015, 4, 3)}, None),
        ({"born": date(2015, 4, 3), "guardians": {"高大山"}}, LOW),
        ({"born": date(2015, 3, 14), "number": "629901201503140013"}, MEDIUM),
        ({"name": "高远"}, None),
        ({"name": "高远", "guardians": {"高大山"}}, None),  # a twin
        ({"name": "高远", "number": "629901201503040033"}, LOW),
        ({"sex": "女"}, LOW),
        ({"sex": "女", "guardians": {"高大山"}}, MEDIUM),
        ({"sex": "女", "name": "高梓涵"}, None),
    ],
)
def test_what_two_children_have_in_common_says_how_sure_it_is(student, confidence):
    judged = judge(RESIDENT, child(2, **{"number": OTHER_NUMBER} | student))
    assert (judged and judged[0]) == confidence


def test_the_reasons_are_said_in_words():
    _, reasons = judge(RESIDENT, child(2, number="629901201503040033", sex="女", guardians={"高大山"}))
    assert reasons == ("姓名相同", "出生日期相同", "监护人姓名相同", "身份证件号只差一位", "但性别不同")


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        (NUMBER, False),
        ("629901201503040023", True),
        ("629901201503040031", True),  # the last character follows from the others
        ("629901201530040013", True),  # neighbours that changed places
        ("629901201500340013", True),
        ("629901201305040013", False),  # two that changed places and are no neighbours
        ("629901201553040023", False),
        ("62990120150304001", False),
    ],
)
def test_a_slip_is_one_digit_or_two_neighbours(other, apart):
    assert one_digit_apart(NUMBER, other) is apart
    assert one_digit_apart(other, NUMBER) is apart


def test_names_sound_alike_in_any_of_their_readings():
    assert sound_alike("单子涵", "善梓晗")
    assert not sound_alike("高东", "高东东")
    assert not sound_alike("高东", "高冬梅")


def test_a_short_number_proves_nothing():
    assert phone_digits("139-0000 1234", "6123", "") == {"13900001234"}


def test_of_two_namesakes_the_surer_one_is_proposed_and_the_other_goes_on():
    first, second = child(1, number=OTHER_NUMBER), child(2, number=OTHER_NUMBER, guardians={"高大山"})
    [pair] = propose([RESIDENT], [first, second])
    assert (pair.student, pair.confidence, pair.rivals) == (2, HIGH, 0)


def test_rivals_that_are_as_likely_are_counted():
    students = [child(pk, number=OTHER_NUMBER) for pk in (1, 2, 3)]
    [pair] = propose([RESIDENT], students)
    assert (pair.student, pair.rivals) == (1, 2)


def test_a_refused_pair_makes_room_for_the_next():
    students = [child(pk, number=OTHER_NUMBER) for pk in (1, 2)]
    [pair] = propose([RESIDENT], students, refused={(RESIDENT.pk, 1)})
    assert (pair.student, pair.rivals) == (2, 0)
    assert propose([RESIDENT], students, refused={(RESIDENT.pk, 1), (RESIDENT.pk, 2)}) == []


# Few names, days and families, so that children collide in every way.
children = st.builds(
    lambda name, born, sex, number, guardian, phone: (name, born, sex, number, guardian, phone),
    st.sampled_from(["高子涵", "高梓涵", "高远"]),
    st.sampled_from([BORN, date(2015, 3, 5)]),
    st.sampled_from("男女"),
    st.sampled_from([NUMBER, "629901201503040023", "629901201503050031", None]),
    st.sampled_from(["高大山", "曾杰"]),
    st.sampled_from(["13900001234", "13900005678"]),
)
lists = st.lists(children, max_size=6).map(
    lambda rows: [
        child(pk, name, born, sex, number, {guardian}, {phone})
        for pk, (name, born, sex, number, guardian, phone) in enumerate(rows, start=1)
    ]
)
pairs = st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=8)


@given(lists, lists, pairs)
def test_nobody_is_proposed_twice_and_no_refused_pair_again(residents, students, refused):
    found = propose(residents, students, refused=refused)
    assert len({pair.resident for pair in found}) == len({pair.student for pair in found}) == len(found)
    assert not {(pair.resident, pair.student) for pair in found} & refused


@given(lists, lists, pairs, st.integers())
def test_the_order_of_the_lists_does_not_matter(residents, students, refused, seed):
    found = propose(residents, students, refused=refused)
    random = Random(seed)
    random.shuffle(residents)
    random.shuffle(students)
    assert propose(residents, students, refused=refused) == found


@given(lists, lists, pairs)
def test_no_surer_pair_of_two_free_children_is_left_out(residents, students, refused):
    """By brute force over every pair: a likely pair is proposed unless one of the two is in a pair at least as sure."""
    found = propose(residents, students, refused=refused)
    sure = {}
    for pair in found:
        sure["resident", pair.resident] = sure["student", pair.student] = list(Confidence).index(pair.confidence)
    for resident in residents:
        for student in students:
            judged = judge(resident, student)
            if judged and (resident.pk, student.pk) not in refused:
                ends = [sure.get(("resident", resident.pk), 9), sure.get(("student", student.pk), 9)]
                assert min(ends) <= list(Confidence).index(judged[0])

"""Who owes which 责任书: one a layer, person and place; a post ends and what was signed is history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.document_kinds import DocumentKind
from casework.documents import DocumentState
from scoring.pledges import PAST, UNSIGNED, Counts, Drawn, Held, PledgeState, counts_of, is_in, lines_of

SCHOOL, POST, HOMEROOM, TEACHER = (
    DocumentKind.PLEDGE_SCHOOL, DocumentKind.PLEDGE_POST, DocumentKind.PLEDGE_HOMEROOM, DocumentKind.PLEDGE,
)  # fmt: skip


def of_school(person: int, role: str) -> Held:
    return Held(person, role, 1)


def of_class(person: int, role: str, school_class: int = 11, subject: str = "") -> Held:
    return Held(person, role, 1, school_class, f"{school_class}班", subject)


def owed(*held: Held) -> list[tuple]:
    return sorted((line.kind, line.person, line.school_class, line.duty) for line in lines_of(held, []))


class TestWhoSignsWithWhom:
    def test_each_post_in_its_layer(self):
        held = [
            of_school(1, "principal"),
            of_school(2, "deputy_head"),
            of_school(3, "registry_clerk"),
            of_class(4, "homeroom_teacher"),
            of_class(5, "subject_teacher", subject="数学"),
        ]
        assert owed(*held) == sorted(
            [
                (SCHOOL, 1, None, "校长"),
                (POST, 2, None, "分管领导"),
                (POST, 3, None, "学籍管理员"),
                (HOMEROOM, 4, 11, "班主任"),
                (TEACHER, 5, 11, "数学教学"),
            ]
        )

    def test_a_homeroom_teacher_who_teaches_the_own_class_signs_once_as_such(self):
        held = [
            of_class(4, "subject_teacher", subject="语文"),
            of_class(4, "homeroom_teacher"),
            of_class(4, "subject_teacher", 12, "语文"),
        ]
        assert owed(*held) == [(TEACHER, 4, 12, "语文教学"), (HOMEROOM, 4, 11, "班主任、语文教学")]

    def test_two_subjects_of_one_class_are_one(self):
        held = [of_class(5, "subject_teacher", subject=subject) for subject in ("数学", "科学")]
        assert owed(*held) == [(TEACHER, 5, 11, "数学教学、科学教学")]

    def test_a_deputy_who_keeps_the_registry_signs_once(self):
        assert owed(of_school(2, "deputy_head"), of_school(2, "registry_clerk")) == [
            (POST, 2, None, "分管领导、学籍管理员")
        ]

    def test_a_principal_signs_with_the_bureau_for_everything_and_never_with_themselves(self):
        held = [
            of_school(1, "registry_clerk"),
            of_class(1, "homeroom_teacher"),
            of_class(1, "subject_teacher", 12, "体育"),
            of_school(1, "principal"),
        ]
        [(kind, *_, duty)] = owed(*held)
        assert kind is SCHOOL
        assert duty == "校长、11班班主任、学籍管理员、12班体育教学"

    def test_a_deputy_who_teaches_signs_for_both(self):
        held = [of_school(2, "deputy_head"), of_class(2, "subject_teacher", subject="英语")]
        assert [kind for kind, *_ in owed(*held)] == [TEACHER, POST]

    def test_of_two_schools_one_principal_signs_for_each(self):
        lines = lines_of([Held(1, "principal", 1), Held(1, "principal", 2)], [])
        assert sorted(line.school for line in lines) == [1, 2]


class TestHowFarOneIs:
    @pytest.mark.parametrize(
        ("state", "has_copy", "found"),
        [
            ("draft", False, PledgeState.DRAFT),
            ("returned", False, PledgeState.RETURNED),
            ("waiting", False, PledgeState.WAITING),
            ("waiting", True, PledgeState.SIGNED),
            ("confirmed", False, PledgeState.SIGNED),
        ],
    )
    def test_signed_in_the_site_or_on_paper_is_signed(self, state, has_copy, found):
        paper = Drawn(7, HOMEROOM, 4, 1, 11, DocumentState(state), has_copy)
        [line] = lines_of([of_class(4, "homeroom_teacher")], [paper])
        assert (line.state, line.document, line.is_past) == (found, 7, False)

    def test_whoever_has_left_is_history_and_the_new_one_has_none(self):
        paper = Drawn(7, HOMEROOM, 4, 1, 11, DocumentState.CONFIRMED, False)
        old, new = sorted(lines_of([of_class(8, "homeroom_teacher")], [paper]), key=lambda line: line.person)
        assert (old.is_past, old.state) == (True, PledgeState.SIGNED)
        assert (new.is_past, new.state) == (False, PledgeState.UNDRAWN)
        assert counts_of([old, new])[HOMEROOM] == Counts(owed=1)
        assert [is_in(line, PAST) for line in (old, new)] == [True, False]
        assert [is_in(line, UNSIGNED) for line in (old, new)] == [False, True]


ROLES = ("principal", "deputy_head", "registry_clerk", "homeroom_teacher", "subject_teacher")
held_posts = st.builds(
    lambda person, role, school_class, subject: (
        of_class(person, role, school_class, subject) if role.endswith("teacher") else of_school(person, role)
    ),
    st.integers(1, 4), st.sampled_from(ROLES), st.integers(11, 12), st.sampled_from(["语文", "数学"]),
)  # fmt: skip
papers = st.builds(
    lambda kind, person, school_class, state, has_copy: Drawn(
        1, kind, person, 1, school_class if kind in (HOMEROOM, TEACHER) else None, state, has_copy
    ),
    st.sampled_from([SCHOOL, POST, HOMEROOM, TEACHER]), st.integers(1, 4), st.integers(11, 12),
    st.sampled_from([each for each in DocumentState if each is not DocumentState.VOIDED]), st.booleans(),
)  # fmt: skip


@given(st.lists(held_posts, max_size=8), st.lists(papers, max_size=6))
def test_everybody_with_a_post_signs_somewhere_and_every_paper_is_listed_once(held, drawn):
    lines = lines_of(held, drawn)
    keys = [(line.kind, line.person, line.school, line.school_class) for line in lines]
    assert len(keys) == len(set(keys))
    assert {post.person for post in held} == {line.person for line in lines if not line.is_past}
    assert {(each.kind, each.person, each.school_class) for each in drawn} <= {
        (line.kind, line.person, line.school_class) for line in lines
    }
    for counts in counts_of(lines).values():
        assert counts.owed >= counts.drawn >= counts.issued >= counts.signed >= 0
    assert sum(counts.owed for counts in counts_of(lines).values()) == sum(not line.is_past for line in lines)


@given(st.lists(held_posts, max_size=8), st.randoms())
def test_the_order_of_the_posts_makes_no_other_papers(held, shuffler):
    other = list(held)
    shuffler.shuffle(other)
    assert {entry[:3] for entry in owed(*held)} == {entry[:3] for entry in owed(*other)}

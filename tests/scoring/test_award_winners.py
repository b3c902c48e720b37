"""Whoever is awarded is told of it."""

import pytest

from students.models import Role
from students.queries.notices import waiting_notices
from tests import cast
from tests.scene import client_of
from tests.scoring.awarding import (
    CLASS,
    GRADE,
    PERSON,
    SCHOOL,
    amended,
    bring_back,
    change,
    confirm,
    freeze,
    lose,
    short_term,
)


@pytest.fixture
def taught(scene, clock):
    return short_term(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def row(taught, bureau):
    return freeze(taught, bureau)


class TestWinners:
    """Are told once the list is numbered, and no more once what they were given is taken back."""

    @pytest.fixture
    def head(self, taught):
        return cast.person("彭进", role=Role.PRINCIPAL, school=taught.school)

    def lines(self, person) -> list[str]:
        return [line.sentence.split(" ", 2)[-1] for line in waiting_notices(cast.scope(person), person)
                if line.notice.kind.startswith("award_")]  # fmt: skip

    def test_of_a_class_are_its_homeroom_teacher(self, taught, bureau, row):
        confirm(CLASS, bureau)
        assert self.lines(taught.teacher) == ["评定表彰：2023级1班获无流失生班级，请查看。"]
        assert self.lines(taught.below_teacher) == ["评定表彰：2024级1班获无流失生班级，请查看。"]
        [line] = waiting_notices(cast.scope(taught.teacher), taught.teacher)
        assert "无流失生班级" in client_of(taught.teacher).get(line.url).content.decode()

    def test_of_a_school_and_of_a_grade_are_its_heads(self, taught, bureau, row, head):
        confirm(SCHOOL, bureau)
        confirm(GRADE, bureau)
        assert self.lines(head) == ["评定表彰：东坪小学有新的获奖名单，请查看。"]  # once a day
        assert self.lines(taught.teacher) == self.lines(bureau) == []

    def test_are_persons(self, taught, bureau, row):
        confirm(PERSON, bureau)
        assert self.lines(taught.teacher) == ["评定表彰：你获控辍保学先进个人，请查看。"]
        [line] = waiting_notices(cast.scope(taught.teacher), taught.teacher)
        assert "控辍保学先进个人" in client_of(taught.teacher).get(line.url).content.decode()

    def test_whose_award_is_withdrawn_wait_for_nothing(self, taught, bureau, row):
        made = confirm(CLASS, bureau)
        lose(taught)
        amended(row, bureau)
        change(made, bureau)
        assert self.lines(taught.teacher) == []
        assert self.lines(taught.below_teacher) != []

    def test_that_a_change_adds_are_told_too(self, taught, bureau):
        lose(taught)
        row = freeze(taught, bureau)
        made = confirm(CLASS, bureau)
        assert self.lines(taught.teacher) == []
        bring_back(taught)
        amended(row, bureau)
        change(made, bureau)
        assert self.lines(taught.teacher) == ["评定表彰：2023级1班获无流失生班级，请查看。"]

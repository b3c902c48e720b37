"""Whoever is awarded is told of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students.models import Notice, Role
from students.queries.notices import lines, past_notices, waiting_notices
from tests import cast
from tests.scene import client_of
from tests.scoring.awarding import (
    CLASS,
    GRADE,
    PERSON,
    SCHOOL,
    TODAY,
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

    def test_whose_award_is_withdrawn_are_told_so(self, taught, bureau, row, head):
        made = [confirm(kind, bureau) for kind in (CLASS, GRADE, PERSON)]
        lose(taught)
        amended(row, bureau)
        for each in made:
            change(each, bureau)
        taken = {
            "变更表彰名单：2023级1班的无流失生班级已撤销，请查看。",
            "变更表彰名单：你的控辍保学先进个人已撤销，请查看。",
        }
        assert set(self.lines(taught.teacher)) == taken
        assert "变更表彰名单：东坪小学有表彰被撤销，请查看。" in self.lines(head)
        assert "评定表彰：2024级1班获无流失生班级，请查看。" in self.lines(taught.below_teacher)
        past = [line.sentence for line in lines(past_notices(taught.teacher, waiting=()))]
        assert sum("后来已撤销" in sentence for sentence in past) == 2

    def test_who_has_moved_is_told(self, taught, bureau, row):
        taught.teacher.postings.update(until=TODAY)
        confirm(PERSON, bureau)
        assert self.lines(taught.teacher) == ["评定表彰：你获控辍保学先进个人，请查看。"]

    def test_are_told_in_as_many_queries_as_one(self, taught, bureau, row):
        with CaptureQueriesContext(connection) as asked:
            confirm(CLASS, bureau)
        assert sum("students_notice" in query["sql"] for query in asked) == 3
        assert Notice.objects.filter(kind="award_class").count() == 2

    def test_that_a_change_adds_are_told_too(self, taught, bureau):
        lose(taught)
        row = freeze(taught, bureau)
        made = confirm(CLASS, bureau)
        assert self.lines(taught.teacher) == []
        bring_back(taught)
        amended(row, bureau)
        change(made, bureau)
        assert self.lines(taught.teacher) == ["评定表彰：2023级1班获无流失生班级，请查看。"]

"""The school and those above it count a class on the same day, and neither keeps the other out."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from reports.queries.head_counts import head_counts_table
from students.actions import counts
from students.models import HeadCount, Role, SchoolClass, Term
from students.queries.head_counts import count_board
from tests import cast
from tests.inspections.drawing import count_of
from tests.scene import MONDAY, client_of

BOARD = reverse("students:head_counts")


@pytest.fixture
def deputy(scene):
    return cast.person("罗宁", role=Role.DEPUTY_HEAD, school=scene.school)


@pytest.fixture
def inspector(scene):
    return cast.person("苏远", role=Role.INSPECTOR, township=scene.school.township)


@pytest.fixture
def both(scene, deputy, inspector):
    """The school finds everybody, the inspector misses the first child."""
    return count_of(deputy, scene.school_class), count_of(inspector, scene.school_class, scene.children[0])


def test_each_counts_a_class_once_a_day(scene, both, deputy, inspector):
    found = HeadCount.objects.order_by("pk").values_list("counted_by", "present", "is_from_above")
    assert list(found) == [(deputy.pk, 3, False), (inspector.pk, 2, True)]
    officer = cast.person("秦岚", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    for who, name in ((scene.clerk, "罗宁"), (officer, "苏远")):
        with pytest.raises(counts.CountRefused, match=f"{name}已经清点过这个班"):
            count_of(who, scene.school_class)
    seen = both[1].recorded_at
    assert count_of(inspector, scene.school_class, *scene.children[:2], seen=seen).pk == both[1].pk


def test_the_page_shows_whoever_counts_the_count_of_their_side(scene, deputy, inspector):
    address = reverse("students:count_class", args=[scene.school_class.pk])
    count_of(deputy, scene.school_class)
    assert "今天已有人清点过这个班" not in client_of(inspector).get(address).content.decode()
    count_of(inspector, scene.school_class, scene.children[0])
    assert 'name="present" value="2"' in client_of(inspector).get(address).content.decode()
    assert 'name="present" value="3"' in client_of(deputy).get(address).content.decode()


def test_what_both_count_on_a_day_is_one_count_of_what_is_owed(both, deputy):
    board = count_board(SchoolClass.objects.all(), Term.objects.get(number=1), day=MONDAY)
    [line] = board.lines
    assert (line.owed, line.differs, board.columns) == (1, True, [1, 2])
    assert [[each.words for each in place] for place in board.places(line)] == [["少1人", "相符"], []]
    html = client_of(deputy).get(BOARD).content.decode()
    assert "上级 实到2" in html
    assert "学校 实到3" in html
    table = head_counts_table(board, filters=(), as_of=MONDAY)
    assert [(row.number, row.counted_by) for row in table.rows()] == [(1, "苏远"), (1, "罗宁"), (2, "")]


def test_a_side_counts_once_a_day_also_for_the_database(both):
    for made in both:
        made.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            made.save()

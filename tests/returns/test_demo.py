"""The demonstration county has returns in every state, months apart and in time."""

from datetime import date

import pytest
from django.db import transaction
from django.utils.timezone import localtime

from casework.demo.county import make_county
from returns.models import Edition, Review, Snapshot
from returns.queries.grid import grid_rows
from returns.queries.periods import FilingCalendar
from returns.queries.reviews import drawn_again, months_of, tallies_of
from scoring.frozen import digest
from students.models import Notice

TODAY = date(2026, 11, 27)  # two days after the cut-off


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_county(students=300, seed=1, today=TODAY)
        transaction.set_rollback(True)


@pytest.fixture
def county(made, db):
    return made.plan


def test_every_state_can_be_seen(county):
    months = [month for month in FilingCalendar().months(2026) if month.is_due(TODAY)]
    rows = grid_rows([school.row for school in county.schools], months, today=TODAY)
    found = {row.school.pk: [cell.standing.label for cell in row.cells] for row in rows}
    assert found[county.shown_school.row.pk] == ["已接收", "已接收", "待报"]
    assert {label for labels in found.values() for label in labels} >= {"已接收", "迟报", "退回", "待报"}
    assert Edition.objects.get(school_return__school=county.shown_school.row, state="prepared").prepared_by


def test_what_was_signed_is_under_its_digest(county):
    for snapshot in Snapshot.objects.all():
        assert digest(snapshot.content) == snapshot.sha256
        assert bytes(snapshot.pdf).startswith(b"%PDF")


def test_a_review_is_under_way_in_one_school_and_can_be_drawn_again(county):
    review = Review.objects.get()
    tallies = tallies_of(review.sheets.all())
    assert sum(tally.seen > 0 for tally in tallies.values()) == 1
    assert len(tallies) > 1
    assert all(drawn_again(sheet, months_of(sheet)) for sheet in review.sheets.select_related("review"))


def test_a_zero_return_has_no_remark_and_notices_are_of_their_day(county):
    zero = [edition.remark for edition in Edition.objects.exclude(snapshot=None) if edition.snapshot.content["is_zero"]]
    assert not any(zero)
    to_sign = Notice.objects.get(kind="return_to_sign", person=county.shown_school.principal, day=date(2026, 11, 25))
    assert localtime(to_sign.sent_at).date() == date(2026, 11, 26)

"""Figures that are counted while somebody writes. PostgreSQL only."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection

from reports.actions.figures import keep_figures
from reports.queries.figures import Census
from reports.queries.kept_figures import kept, sums
from students.access import Scope
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from tests.scene import MONDAY, at, clock, scene

__all__ = ["clock", "scene"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]
TODAY = date(2026, 9, 10)


def test_a_census_is_of_one_moment(transactional_db, scene, clock, monkeypatch):
    """A child drops out between two of its queries: it is counted before that, or after, and the sum holds."""
    clock.move_to(at(TODAY))
    waiting = [scene.children[0]]
    read = Census.standing

    def write() -> None:
        gone = {"kind": EventKind.DROP_OUT, "happened_on": MONDAY, "today": TODAY}
        record_event(by=scene.clerk, student=waiting.pop(), **gone)
        connection.close()

    def interrupted(census, code):
        found = list(read(census, code).values_list("pk", flat=True))  # from here on the moment is fixed
        if waiting:
            writer = Thread(target=write)
            writer.start()
            writer.join()
        return read(census, code).filter(pk__in=found)

    monkeypatch.setattr(Census, "standing", interrupted)
    keep_figures(today=TODAY)
    [found] = sums(kept(Scope(county=True)), "as_of").values()
    assert not waiting
    assert found.balance == 0

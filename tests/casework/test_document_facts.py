"""What a document is filled with beforehand: of the run that it is about, and of no other."""

from datetime import date

import pytest

from casework.actions import cases
from casework.document_kinds import DocumentKind
from casework.models import AbsenceRun, Obligation
from casework.queries.document_facts import Prefill
from casework.steps import Concern
from tests import cast
from tests.scene import MONDAY


class TestWhichRun:
    """a document tells of."""

    def filled(self, scene, duty=None, kind=DocumentKind.LOSS_REPORT) -> dict[str, str]:
        child = scene.children[0]
        about = {"student": child, "school_class": scene.school_class, "author": scene.teacher, "today": MONDAY}
        return Prefill(**about, duty=duty).values(kind)

    def run(self, scene, first: date, settled_on: date | None):
        place = {"student": scene.children[0], "school_class": scene.school_class}
        AbsenceRun.objects.create(
            **place, started_on=first, last_absent_on=first, days=1, unknown_days=0, settled_on=settled_on,
            ended_on=settled_on,
        )  # fmt: skip

    def test_none_that_was_over_before_the_child_was_reported_gone(self, scene):
        scene.take(date(2026, 9, 2), first="unexcused")
        scene.take(date(2026, 9, 3))
        teacher = scene.teacher
        cases.raise_concern(
            by=teacher, scope=cast.scope(teacher), student=scene.children[0], concern=Concern.LEFT, note="",
            today=MONDAY,
        )  # fmt: skip
        values = self.filled(scene, Obligation.objects.get(tier="loss_report"))
        assert (values["absent_since"], values["absent_days"], values["situation"]) == ("", "", "")

    @pytest.mark.parametrize(
        ("first", "settled_on", "since"),
        [
            (date(2026, 9, 2), None, "2026-09-02"),
            (date(2026, 9, 2), date(2026, 9, 3), "2026-09-02"),
            (date(2026, 5, 6), date(2026, 5, 7), ""),
        ],
    )
    def test_without_a_duty_the_one_that_stands_or_the_last_of_the_school_year(self, scene, first, settled_on, since):
        self.run(scene, first, settled_on)
        assert self.filled(scene)["absent_since"] == since

"""What was searched for stands at the head of a file: of a number no more than a masked file shows of any."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from students.models import Campaign, Role
from tests import cast
from tests.scene import MONDAY, client_of, clock, scene

__all__ = ["clock", "scene"]
NUMBER = "629901201405061234"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("students_file", []),
        ("roster_file", ["school_age"]),
        ("figure_children_file", ["closing"]),
        ("unaccounted_file", []),
        ("likely_lost_file", []),
        ("signs_file", []),
        ("findings_file", [1]),
    ],
)
@pytest.mark.parametrize("typed", [NUMBER, f"G{NUMBER}", "629901 20140506 1234"])
def test_no_file_repeats_a_number(scene, name, args, typed):
    officer = cast.person(role=Role.BUREAU_OFFICER)
    Campaign.objects.create(
        pk=1, season="autumn", year=2026, as_of=MONDAY, due_on=MONDAY, opened_at=timezone.now(), opened_by=officer
    )
    answer = client_of(officer).post(reverse(f"reports:{name}", args=args, query={"q": typed}), {"format": ".xlsx"})
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    said = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    assert "********1234" in said
    assert "0506" not in said

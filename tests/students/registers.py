"""Sending registers as a page would, for the tests of taking, correcting and taking back."""

from uuid import uuid4

import pytest

from students.actions import registers
from students.days import Slot
from students.models import RollCall
from tests import cast
from tests.scene import MONDAY


@pytest.fixture
def send(scene):
    """Send a register as a page would; whatever a test does not name is as usual."""

    def send(**other):
        by = other.pop("by", scene.teacher)
        usual = {
            "by": by,
            "scope": cast.scope(by),
            "school_class": scene.school_class.pk,
            "day": MONDAY,
            "slot": Slot.AM,
            "marks": {},
            "submission": uuid4(),
            "version": 0,
            "today": MONDAY,
        }
        return registers.submit(**(usual | other))

    return send


def kinds(call: RollCall) -> dict[str, str]:
    """Who is marked how: name → kind."""
    return dict(call.marks.values_list("student__name", "kind"))

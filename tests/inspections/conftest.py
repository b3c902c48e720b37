"""Fixtures of these tests."""

from types import SimpleNamespace

import pytest

from students.models import Role
from tests import cast
from tests.inspections import inspected
from tests.scene import clock, scene

__all__ = ["clock", "scene"]


@pytest.fixture
def round_here(scene) -> SimpleNamespace:
    """A round for the school of the scene: its inspector, the bureau, the principal and the inspection."""
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    inspector = inspected.inspector(scene.school)
    opened = inspected.opened(scene.school, by=bureau, inspectors=[bureau, inspector])
    return SimpleNamespace(
        scene=scene,
        school=scene.school,
        bureau=bureau,
        inspector=inspector,
        principal=cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school),
        round=opened,
        row=opened.inspections.select_related("round__checklist", "school").get(),
    )

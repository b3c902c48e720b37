"""Fixtures of these tests."""

import pytest

from students.models import Person, Role
from tests import cast
from tests.returns.filed import TODAY, principal_of
from tests.scene import at, clock, scene

__all__ = ["clock", "scene"]


@pytest.fixture
def school(scene, clock):
    """The scene two days after the October cut-off."""
    clock.move_to(at(TODAY))
    return scene


@pytest.fixture
def head(school) -> Person:
    return principal_of(school)


@pytest.fixture
def bureau(db) -> Person:
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture(autouse=True)
def quick_papers(request, monkeypatch):
    """Setting a paper takes a second; the tests of papers ask for ``real_papers``."""
    if "real_papers" not in request.fixturenames:
        monkeypatch.setattr("returns.actions.filing.write_pdf", lambda table, file, imprint: file.write(b"%PDF-1.7"))


@pytest.fixture
def real_papers():
    """Papers are set in type."""

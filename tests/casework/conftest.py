"""Fixtures of these tests."""

from tests.casework.writing import desk
from tests.scene import clock, scene

__all__ = ["clock", "desk", "scene"]

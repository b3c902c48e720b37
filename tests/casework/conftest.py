"""Fixtures of these tests."""

from tests.casework.demo_county import county, made
from tests.casework.writing import desk
from tests.scene import clock, scene

__all__ = ["clock", "county", "desk", "made", "scene"]

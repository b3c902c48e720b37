"""Fixtures of these tests."""

from tests.casework.demo_county import county, made
from tests.scene import clock, scene

__all__ = ["clock", "county", "made", "scene"]

"""Fixtures of these tests."""

from tests.scene import clock, scene

__all__ = ["clock", "scene"]

"""Fixtures of these tests."""

from tests.scene import clock, scene
from tests.scoring.pledging import real_papers, signing

__all__ = ["clock", "real_papers", "scene", "signing"]

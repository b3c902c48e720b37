"""Spot checks and inspections as rows."""

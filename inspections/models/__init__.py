"""Spot checks and inspections as rows."""

from inspections.models.checklists import StoredChecklist
from inspections.models.results import InspectionAnswer, InspectionResult
from inspections.models.rounds import Inspection, InspectionPhoto, InspectionRound, Judgement

__all__ = [
    "Inspection",
    "InspectionAnswer",
    "InspectionPhoto",
    "InspectionResult",
    "InspectionRound",
    "Judgement",
    "StoredChecklist",
]

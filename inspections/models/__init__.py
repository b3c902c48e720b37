"""Spot checks and inspections as rows."""

from inspections.models.checklists import StoredChecklist
from inspections.models.rectifications import Rectification, RectificationFile, RectificationStep
from inspections.models.results import InspectionAnswer, InspectionResult
from inspections.models.rounds import Inspection, InspectionPhoto, InspectionRound, Judgement
from inspections.models.spot_checks import CountReason, Draw, DrawCancellation, DrawnClass, Explanation

__all__ = [
    "CountReason",
    "Draw",
    "DrawCancellation",
    "DrawnClass",
    "Explanation",
    "Inspection",
    "InspectionAnswer",
    "InspectionPhoto",
    "InspectionResult",
    "InspectionRound",
    "Judgement",
    "Rectification",
    "RectificationFile",
    "RectificationStep",
    "StoredChecklist",
]

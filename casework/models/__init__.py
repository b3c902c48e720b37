"""Rule sets, runs, obligations, acts, cases, early signs, closed days, and what time brought about."""

from casework.models.acts import ConcernReport, Contact, Report
from casework.models.cases import Case, CaseEvent
from casework.models.closes import DailyAmendment, DailyClose
from casework.models.hand_ups import HandUp
from casework.models.obligations import AbsenceRun, Obligation
from casework.models.rules import RuleAdoption, StoredRuleSet
from casework.models.signs import EarlySign, SignComputation, SignDismissal
from casework.models.ticks import Tick

__all__ = [
    "AbsenceRun",
    "Case",
    "CaseEvent",
    "ConcernReport",
    "Contact",
    "DailyAmendment",
    "DailyClose",
    "EarlySign",
    "HandUp",
    "Obligation",
    "Report",
    "RuleAdoption",
    "SignComputation",
    "SignDismissal",
    "StoredRuleSet",
    "Tick",
]

"""Rule sets in force, runs, obligations and the acts that fulfil them, early signs, and what time has brought about."""

from casework.models.acts import Contact, Report
from casework.models.obligations import AbsenceRun, Obligation
from casework.models.rules import RuleAdoption, StoredRuleSet
from casework.models.signs import EarlySign, SignComputation, SignDismissal
from casework.models.ticks import Tick

__all__ = [
    "AbsenceRun",
    "Contact",
    "EarlySign",
    "Obligation",
    "Report",
    "RuleAdoption",
    "SignComputation",
    "SignDismissal",
    "StoredRuleSet",
    "Tick",
]

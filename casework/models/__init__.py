"""Rule sets, runs, obligations and the acts that fulfil them, early signs, closed days, and what time brought about."""

from casework.models.acts import Contact, Report
from casework.models.closes import DailyAmendment, DailyClose
from casework.models.obligations import AbsenceRun, Obligation
from casework.models.rules import RuleAdoption, StoredRuleSet
from casework.models.signs import EarlySign, SignComputation, SignDismissal
from casework.models.ticks import Tick

__all__ = [
    "AbsenceRun",
    "Contact",
    "DailyAmendment",
    "DailyClose",
    "EarlySign",
    "Obligation",
    "Report",
    "RuleAdoption",
    "SignComputation",
    "SignDismissal",
    "StoredRuleSet",
    "Tick",
]

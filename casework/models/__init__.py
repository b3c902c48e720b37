"""Rule sets in force, runs and obligations, the acts that fulfil them, and what time alone has brought about."""

from casework.models.acts import Contact, Report
from casework.models.obligations import AbsenceRun, Obligation
from casework.models.rules import RuleAdoption, StoredRuleSet
from casework.models.ticks import Tick

__all__ = ["AbsenceRun", "Contact", "Obligation", "Report", "RuleAdoption", "StoredRuleSet", "Tick"]

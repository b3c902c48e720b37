"""The facts: places, calendar, people, the registry of students, attendance, changes, sweeps, and the audit log."""

from students.models.alerts import MissingAlert
from students.models.attendance import AbsenceMark, Leave, MarkCorrection, RollCall
from students.models.audit import AuditRow
from students.models.calendar import DayOverride, ReferenceStamp, Term
from students.models.calendar_changes import CalendarChange, ChangedDay, ChangedTerm
from students.models.changes import Suspension, Transfer
from students.models.counts import HeadCount, HeadCountMissing, OpeningAbsence
from students.models.files import Certificate
from students.models.former import FormerNumber, FormerStanding, standing_on
from students.models.leave_slips import LeaveSlip
from students.models.lessons import TimetableEntry, Weekday
from students.models.listing import RegistryLine, ResidentKey, SearchKey
from students.models.notices import Notice
from students.models.people import Person, Posting, Role
from students.models.places import Area, School, SchoolClass
from students.models.policy import AdoptedPolicy
from students.models.registry import Enrolment, EnrolmentEvent, Guardian, SpecialGroup, Student
from students.models.residents import (
    Campaign,
    Finding,
    FindingProof,
    FindingStep,
    ProposedMatch,
    RefusedMatch,
    Resident,
)
from students.models.uploads import Comparison, Difference, WorkbookUpload
from students.models.year_turn import ChildTurn, ClassTurn, HandOver, HandOverChild, YearTurn

__all__ = [
    "AbsenceMark",
    "AdoptedPolicy",
    "Area",
    "AuditRow",
    "CalendarChange",
    "Campaign",
    "Certificate",
    "ChangedDay",
    "ChangedTerm",
    "ChildTurn",
    "ClassTurn",
    "Comparison",
    "DayOverride",
    "Difference",
    "Enrolment",
    "EnrolmentEvent",
    "Finding",
    "FindingProof",
    "FindingStep",
    "FormerNumber",
    "FormerStanding",
    "Guardian",
    "HandOver",
    "HandOverChild",
    "HeadCount",
    "HeadCountMissing",
    "Leave",
    "LeaveSlip",
    "MarkCorrection",
    "MissingAlert",
    "Notice",
    "OpeningAbsence",
    "Person",
    "Posting",
    "ProposedMatch",
    "ReferenceStamp",
    "RefusedMatch",
    "RegistryLine",
    "Resident",
    "ResidentKey",
    "Role",
    "RollCall",
    "School",
    "SchoolClass",
    "SearchKey",
    "SpecialGroup",
    "Student",
    "Suspension",
    "Term",
    "TimetableEntry",
    "Transfer",
    "Weekday",
    "WorkbookUpload",
    "YearTurn",
    "standing_on",
]

"""The facts: places, calendar, people, the registry of students, attendance, and the audit log."""

from students.models.attendance import AbsenceMark, Leave, MarkCorrection, RollCall
from students.models.audit import AuditRow
from students.models.calendar import DayOverride, ReferenceStamp, Term
from students.models.people import Person, Posting, Role
from students.models.places import Area, School, SchoolClass
from students.models.registry import Enrolment, EnrolmentEvent, FormerNumber, Guardian, SpecialGroup, Student

__all__ = [
    "AbsenceMark",
    "Area",
    "AuditRow",
    "DayOverride",
    "Enrolment",
    "EnrolmentEvent",
    "FormerNumber",
    "Guardian",
    "Leave",
    "MarkCorrection",
    "Person",
    "Posting",
    "ReferenceStamp",
    "Role",
    "RollCall",
    "School",
    "SchoolClass",
    "SpecialGroup",
    "Student",
    "Term",
]

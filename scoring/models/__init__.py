from scoring.models.appeals import Appeal, AppealDraft, AppealPaper
from scoring.models.assignments import Assignment
from scoring.models.award_lists import (
    Award,
    AwardChange,
    AwardList,
    AwardListSchool,
    AwardPaper,
    AwardWithdrawal,
)
from scoring.models.awards import AwardRuleAdoption, StoredAwardRule
from scoring.models.freezes import FrozenScore, ScoreAmendment, ScoreFreeze
from scoring.models.schemes import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.models.school_schemes import SchoolSchemeAdoption, SchoolSchemeProposal, StoredSchoolScheme
from scoring.models.scores import KeptScore

__all__ = [
    "Appeal",
    "AppealDraft",
    "AppealPaper",
    "Assignment",
    "Award",
    "AwardChange",
    "AwardList",
    "AwardListSchool",
    "AwardPaper",
    "AwardRuleAdoption",
    "AwardWithdrawal",
    "FrozenScore",
    "KeptScore",
    "SchemeAdoption",
    "SchemeProposal",
    "SchoolSchemeAdoption",
    "SchoolSchemeProposal",
    "ScoreAmendment",
    "ScoreFreeze",
    "StoredAwardRule",
    "StoredScheme",
    "StoredSchoolScheme",
]

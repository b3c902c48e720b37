from scoring.models.schemes import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.models.school_schemes import SchoolSchemeAdoption, StoredSchoolScheme
from scoring.models.scores import KeptScore

__all__ = [
    "KeptScore",
    "SchemeAdoption",
    "SchemeProposal",
    "SchoolSchemeAdoption",
    "StoredScheme",
    "StoredSchoolScheme",
]

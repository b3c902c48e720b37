from scoring.models.schemes import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.models.scores import KeptScore

__all__ = ["KeptScore", "SchemeAdoption", "SchemeProposal", "StoredScheme"]

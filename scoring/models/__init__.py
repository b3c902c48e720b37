from scoring.models.schemes import SchemeAdoption, StoredScheme
from scoring.models.scores import KeptScore

__all__ = ["KeptScore", "SchemeAdoption", "StoredScheme"]

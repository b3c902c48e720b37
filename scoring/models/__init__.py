from scoring.models.schemes import SchemeAdoption, StoredScheme

__all__ = ["SchemeAdoption", "StoredScheme"]

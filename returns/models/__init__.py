"""What schools have filed, as they filed it, and what the county found of it."""

from returns.models.dues import AmendmentDue
from returns.models.filings import Edition, SchoolReturn, Snapshot
from returns.models.review_results import AmendmentRequest, ReviewAddition
from returns.models.reviews import Review, ReviewChild, ReviewMonth, ReviewPaper, ReviewSheet

__all__ = [
    "AmendmentDue",
    "AmendmentRequest",
    "Edition",
    "Review",
    "ReviewAddition",
    "ReviewChild",
    "ReviewMonth",
    "ReviewPaper",
    "ReviewSheet",
    "SchoolReturn",
    "Snapshot",
]

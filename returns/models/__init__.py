"""What schools have filed, and as they filed it."""

from returns.models.filings import Edition, SchoolReturn, Snapshot

__all__ = ["Edition", "SchoolReturn", "Snapshot"]

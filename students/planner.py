"""PostgreSQL plans by what it has counted, and counts by itself only minutes after a bulk load."""

from django.db import connection


def count_tables() -> None:
    """Let the database count its tables now: without it, the next act on a single child may read whole tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

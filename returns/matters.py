"""What people are told of a return 月报、学期报告、学年报告, and the notice that tells it. Pure.

A notice finds its return again by the day on which the period ends. August ends with the school year, so months have
notices of their own.
"""

from datetime import date
from enum import StrEnum

from students.periods import PeriodKind, report_ending


class Matter(StrEnum):
    """What there is to tell."""

    DUE = "due"
    LATE = "late"
    TO_SIGN = "to_sign"
    TO_FILE = "to_file"
    TAKEN_BACK = "taken_back"
    FILED = "filed"
    AMENDED = "amended"
    SENT_BACK = "sent_back"
    STILL_BACK = "still_back"
    ACCEPTED = "accepted"
    TO_AMEND = "to_amend"


OF_MONTHS, OF_REPORTS = "return", "report"


def notice_kind(kind: PeriodKind | str, matter: Matter) -> str:
    """The kind of notice that tells a matter of a month, or of a term or year."""
    return f"{OF_MONTHS if kind == PeriodKind.MONTH else OF_REPORTS}_{matter}"


def matter_of(notice: str) -> Matter:
    """The inverse of ``notice_kind``, as far as the matter goes."""
    return Matter(notice.partition("_")[2])


def period_of(notice: str, day: date) -> str:
    """The code of the period that a notice of a kind tells of; ``day``: on which that ends."""
    return f"{day:%Y-%m}" if notice.startswith(f"{OF_MONTHS}_") else report_ending(day)

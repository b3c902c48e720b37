"""The small demonstration county of these tests: how many children, and the day on which it stands."""

from datetime import date

STUDENTS, TODAY = 300, date(2026, 11, 24)  # a Tuesday

"""Adopting a rule set (采用规则): what follows from the facts changes from that day on."""

from datetime import date

from django.db import transaction

from casework import engine, presets
from students.actions import audit


def adopt(*, by, code: str, school, starts_on: date, today: date) -> engine.Counts:
    """Let the newest version of ``code`` hold from ``starts_on`` for ``school`` (None = the county).

    Adopting is one transaction; the recomputation that follows is many, so that registers go on being saved.
    """
    with transaction.atomic():
        adoption = presets.adopt(code=code, school=school, starts_on=starts_on, by=by)
        audit.record(by=by, action="rules.adopt", subject=adoption)
    return engine.escalate(through=today, reason="采用新规则")

"""流失 (losses): children who dropped out or of whom nobody has shown where they are (domain.md §6, §7). Pure."""

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from students.enrolment import EventKind


class LossKind(StrEnum):
    """How a child was lost."""

    DROPPED_OUT = "dropped_out"
    OTHER_OUT = "other_out"
    UNCONFIRMED = "unconfirmed"

    @property
    def label(self) -> str:
        return {"dropped_out": "辍学", "other_out": "其他减少", "unconfirmed": "转出未确认"}[self]


class Loss(NamedTuple):
    """A lost child: its latest class, since when and how it is lost."""

    student: int
    school_class: int
    since: date
    kind: LossKind


class LastEvent(NamedTuple):
    """The last thing that happened to a child by a day; ``confirmed_on`` is that of a 转出, None where nobody has."""

    kind: EventKind
    happened_on: date
    confirmed_on: date | None


def loss_of(student: int, school_class: int, last: LastEvent, *, day: date, unconfirmed_days: int) -> Loss | None:
    """How a child stands lost on ``day``; None where it is not.

    辍学 and 其他减少 count from their day, an unconfirmed 转出 from the day after ``unconfirmed_days`` on (the 31st).
    """
    if last.kind is EventKind.DROP_OUT:
        return Loss(student, school_class, last.happened_on, LossKind.DROPPED_OUT)
    if last.kind is EventKind.OTHER_OUT:
        return Loss(student, school_class, last.happened_on, LossKind.OTHER_OUT)
    if last.kind is EventKind.TRANSFER_OUT:
        since = last.happened_on + timedelta(days=unconfirmed_days + 1)
        is_confirmed = last.confirmed_on is not None and last.confirmed_on <= day
        if since <= day and not is_confirmed:
            return Loss(student, school_class, since, LossKind.UNCONFIRMED)
    return None

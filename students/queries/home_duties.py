"""Duties on somebody's first page that an app above brings: what waits for the reader, the most urgent first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from students.access import Scope

SHOWN = 5  # of each kind; the page that they lead to has them all


@dataclass(frozen=True)
class HomeDuty:
    """One thing to do in a sentence. ``name`` and ``pk``: the address it leads to, ``label`` what the link says;
    ``overdue``: 逾期3天, blank where it is not."""

    key: str
    sentence: str
    due: str
    overdue: str
    label: str
    name: str
    pk: int

    @property
    def url(self) -> str:
        return reverse(self.name, args=[self.pk])


# What an app above looks up for a reader on a day.
HOME_DUTIES: list[Callable[[Scope, date], Iterable[HomeDuty]]] = []


def home_duties(scope: Scope, today: date) -> list[HomeDuty]:
    """All of them, in the order in which the apps bring them."""
    return [duty for found in HOME_DUTIES for duty in found(scope, today)]

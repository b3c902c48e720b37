"""Accounts: one-time passwords and the passwords people choose (Argon2)."""

import secrets
from datetime import date, timedelta

from axes.utils import reset as forget_failures
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from students.actions import audit
from students.models import Person

# Without characters that are mistaken for each other on paper: 0 O 1 l I.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 10


def one_time_password() -> str:
    """Ten characters in two groups: about 49 bits, easily read from a slip."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{characters[:5]}-{characters[5:]}"


@transaction.atomic
def issue_password(*, by, person: Person) -> str:
    """Give ``person`` a one-time password and return it; only its hash is kept.

    Whoever was logged in as that person is logged out, since a session is tied to the password. Wrong passwords tried
    before are forgotten, so somebody who was locked out may log in at once.
    """
    password = one_time_password()
    person.set_password(password)
    person.must_change_password = True
    person.one_time_password_expires_at = timezone.now() + timedelta(days=settings.ONE_TIME_PASSWORD_DAYS)
    person.save(update_fields=["password", "must_change_password", "one_time_password_expires_at"])
    forget_failures(username=person.username)
    audit.record(by=by, action="account.issue_password", subject=person)
    return password


@transaction.atomic
def choose_password(*, person: Person, password: str) -> None:
    """Let a person use a password of their own from now on."""
    person.set_password(password)
    person.must_change_password = False
    person.one_time_password_expires_at = None
    person.save(update_fields=["password", "must_change_password", "one_time_password_expires_at"])
    audit.record(by=person, action="account.choose_password", subject=person)


@transaction.atomic
def end_postings(*, by, person: Person, postings, today: date) -> int:
    """End these postings of ``person`` (离岗): from ``today`` on they show nothing.

    A 代班 to come at a school that is left does not begin. Returns how many ended. The rows stay: who was responsible
    when is part of the record.
    """
    to_come = person.postings.filter(is_substitute=True, since__gt=today)
    cancelled = list(to_come.filter(school__in=postings.order_by().values("school")).values_list("pk", flat=True))
    ended = postings.filter(person=person).update(until=today)
    ended += person.postings.filter(pk__in=cancelled).update(until=F("since"))
    audit.record(by=by, action="account.end_postings", subject=person, ended=ended)
    return ended

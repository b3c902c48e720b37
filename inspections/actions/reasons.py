"""Keeps why classes should be counted, found anew every night from the registers."""

from datetime import date

from django.db import transaction

from inspections.models import CountReason
from inspections.queries.register_facts import class_facts
from inspections.suspicion import reasons
from students.queries.policy import policy_of

BATCH = 500


@transaction.atomic
def keep_reasons(*, today: date) -> int:
    """Find and keep the reasons of all classes as of yesterday, instead of those that stood. Returns how many."""
    policy = policy_of(today)
    rows = [
        CountReason(
            school_class=school_class,
            kind=reason.kind,
            words=reason.words,
            facts=[[fact.day.isoformat(), fact.slot] for fact in reason.facts],
            as_of=today,
        )
        for school_class, facts in class_facts(today, policy)
        for reason in reasons(facts, day=today, policy=policy)
    ]
    CountReason.objects.all().delete()
    return len(CountReason.objects.bulk_create(rows, batch_size=BATCH))

"""The county's parameters in force on a day."""

from datetime import date

from students.models import AdoptedPolicy
from students.policy import Policy, read_policy


def policy_of(day: date) -> Policy:
    """县级规定 in force on ``day``; one query."""
    content = AdoptedPolicy.objects.filter(starts_on__lte=day).order_by("-starts_on").values_list("content", flat=True)
    return read_policy(content.first() or {})

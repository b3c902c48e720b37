"""县级规定: a new version of the county's parameters, from a day on."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from students.actions import audit
from students.models import AdoptedPolicy
from students.policy import read_policy
from students.templatetags.chinese import cdate


class PolicyRefused(Exception):
    """A version that cannot be adopted; the message is a Chinese sentence."""


@transaction.atomic
def adopt(*, by, starts_on: date, content: Mapping[str, int | bool], today: date) -> AdoptedPolicy:
    """Let ``content`` hold from ``starts_on`` on, until the next version; raises ``PolicyRefused``.

    What held on earlier days stays as it was. A version for a day that has one already is not put over it.
    """
    if starts_on < today:
        raise PolicyRefused("不能从过去的日子起执行，没有保存。")
    read_policy(content)
    if same := AdoptedPolicy.objects.filter(starts_on=starts_on).select_related("adopted_by").first():
        if same.adopted_by_id == by.pk and same.content == content:
            return same  # a second press
        raise PolicyRefused(f"{cdate(starts_on)}起的规定已由{same.adopted_by.name}保存，没有改动。请另选一天。")
    try:
        with transaction.atomic():
            made = AdoptedPolicy.objects.create(
                starts_on=starts_on, content=dict(content), adopted_at=timezone.now(), adopted_by=by
            )
    except IntegrityError:
        raise PolicyRefused(f"{cdate(starts_on)}起的规定刚才有人保存了，没有改动。请刷新页面。") from None
    audit.record(by=by, action="policy.adopt", subject=made)
    return made

"""A proposal of rules of a school; the test of scopes asks who sees it."""

from django.utils import timezone

from casework.models import RuleProposal, StoredRuleSet
from students.models import School
from tests import cast
from tests.scene import MONDAY


def rows_of_rules(school: School) -> dict[type, object]:
    """A version that waits."""
    made = StoredRuleSet.objects.create(
        code=f"school-{school.code}", title="本校规则", content={},
        version=StoredRuleSet.objects.filter(code=f"school-{school.code}").count() + 1,
    )  # fmt: skip
    return {
        RuleProposal: RuleProposal.objects.create(
            school=school, rule_set=made, follows=StoredRuleSet.objects.first(), starts_on=MONDAY.replace(day=8),
            reason="校务会议", first_day=MONDAY, last_day=MONDAY, made_at=timezone.now(), made_by=cast.person(),
        )
    }  # fmt: skip

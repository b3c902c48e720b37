"""What of 随机清点 stands on a first page of the lower apps."""

from django import template

from inspections.queries.draws import waiting
from inspections.queries.mismatches import to_explain
from students.access import OVERSEER_ROLES

register = template.Library()


@register.inclusion_tag("inspections/home_card.html", takes_context=True)
def spot_checks_card(context):
    """What the reader is to count and to find out, and the list for whoever looks over classes; else nothing."""
    request = context["request"]
    return {
        "to_count": waiting(request.scope, request.today),
        "to_explain": to_explain(request.scope, request.today),
        "watches": bool(request.scope.roles & OVERSEER_ROLES),
    }

"""What a change of enrolment makes somebody owe: the report 变动报告 and the papers 证明材料, for the child's page."""

from django import template

from casework.models import Obligation
from casework.ruleset import Tier
from casework.wording import due_words, overdue_words

register = template.Library()


@register.inclusion_tag("casework/change_duties.html", takes_context=True)
def change_duties(context, student):
    """The duties that follow from the changes of ``student``, as the reader may see them; the newest first."""
    request = context["request"]
    rows = (
        Obligation.objects.visible_to(request.scope)
        .standing()
        .filter(student=student, tier__in=[Tier.CHANGE_REPORT, Tier.CHANGE_EVIDENCE])
    )
    today = request.today
    lines = []
    for row in rows.filter(triggered_on__lte=today).select_related("school_class").order_by("-key", "tier"):
        status = row.status_on(today)
        due, overdue = due_words(row.due_on, status, today), overdue_words(row.due_on, status, today)
        lines.append({"duty": row, "status": status, "due": due, "overdue": overdue})
    return {"lines": lines}

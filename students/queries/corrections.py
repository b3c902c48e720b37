"""更正点名: who may still correct a register that stands, and what the page says of it beforehand."""

from datetime import date

from students.access import Scope, in_force
from students.models import Posting, Role, RollCall, SchoolClass
from students.queries.policy import policy_under

USUAL_REASONS = ("记错了学生", "记错了类型", "学生后来到校", "补交了请假条", "补录纸质点名")
ANOTHER = "其他原因"  # in own words


def is_late(call: RollCall | None, today: date, stamp: int | None) -> bool:
    """Whether the days are over in which whoever took a register may correct it; then it is the clerk's."""
    return call is not None and (today - call.day).days > policy_under(stamp, today).correction_days


def refused_to(scope: Scope, school_class: SchoolClass, today: date, stamp: int | None) -> str:
    """Why somebody who takes the class's registers corrects this one no more, and whom to ask; blank for the clerk."""
    if school_class.school_id in scope.clerk_of:
        return ""
    allowed = policy_under(stamp, today).correction_days
    until = f"{allowed}天内" if allowed else "当天"
    clerks = f"教务处{_names(school_class, today)}"
    return f"点名{until}可以自己更正，现在只能查看。要更正，请告诉{clerks}，由教务处写明原因后更正。"


def _names(school_class: SchoolClass, today: date) -> str:
    """（何静）: the school's clerks; blank where there is none. One query."""
    posts = in_force(Posting.objects.filter(role=Role.REGISTRY_CLERK, school=school_class.school_id), today)
    names = posts.order_by("pk").values_list("person__name", flat=True)
    return f"（{'、'.join(dict.fromkeys(names))}）" if names else ""

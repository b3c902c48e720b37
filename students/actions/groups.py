"""特殊群体: since when a child belongs to one, and until when."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Q

from students.actions import audit
from students.models import SpecialGroup, Student
from students.templatetags.chinese import cdate

# The app above keeps some groups: (group) → why it is not ended here, in a Chinese sentence; blank = it may be.
KEEPERS: list[Callable[[SpecialGroup], str]] = []


class GroupRefused(Exception):
    """Nothing was saved; ``field`` names what is wrong, the message is a Chinese sentence."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@transaction.atomic
def add(*, by, student: Student, kind: SpecialGroup.Kind, detail: str, since: date, today: date) -> SpecialGroup:
    """Let a child belong to a group from ``since`` on. The same one sent twice is one. Raises ``GroupRefused``."""
    row = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    if since > today:
        raise GroupRefused("since", "开始日期还没有到，没有保存。请到那一天再登记，或核对日期。")
    if since < row.birth_date:
        raise GroupRefused("since", "开始日期早于出生日期，没有保存。请核对。")
    same_kind = SpecialGroup.objects.filter(student=row, kind=kind)
    if known := same_kind.filter(since=since, detail=detail, until=None).first():
        return known
    if overlap := same_kind.filter(Q(until=None) | Q(until__gt=since)).order_by("since").first():
        raise GroupRefused("since", _overlap(overlap))
    group = SpecialGroup.objects.create(student=row, kind=kind, detail=detail, since=since)
    audit.record(by=by, action="group.add", subject=group, student=row.pk, kind=kind)
    return group


def _overlap(group: SpecialGroup) -> str:
    start = cdate(group.since)
    if group.until is None:
        return f"{start}起已经登记为“{group.get_kind_display()}”，还没有结束，没有保存。要重新登记请先结束那一条。"
    span = f"{start}到{cdate(group.until)}"
    return f"{span}已经登记过“{group.get_kind_display()}”，日期重叠，没有保存。请改成{cdate(group.until)}或以后。"


@transaction.atomic
def end(*, by, group: SpecialGroup, until: date, today: date) -> bool:
    """Let a child no longer belong from ``until`` on; False for a second press. Raises ``GroupRefused``."""
    Student.objects.select_for_update(no_key=True).get(pk=group.student_id)
    row = SpecialGroup.objects.get(pk=group.pk)
    if row.until is None and (words := next((words for keeper in KEEPERS if (words := keeper(row))), "")):
        raise GroupRefused("until", words)
    return end_kept(by=by, group=row, until=until, today=today)


def end_kept(*, by, group: SpecialGroup, until: date, today: date) -> bool:
    """``end`` for whoever keeps the group, inside the transaction that has locked its child."""
    row = SpecialGroup.objects.get(pk=group.pk)
    if row.until == until:
        return False
    if row.until is not None:
        raise GroupRefused("until", f"别人已经登记为{cdate(row.until)}起不再属于，没有保存。请刷新页面核对。")
    if not row.since <= until <= today:
        raise GroupRefused("until", f"结束日期应在{cdate(row.since)}到今天之间，没有保存。请核对。")
    row.until = until
    row.save(update_fields=["until"])
    audit.record(by=by, action="group.end", subject=row, student=row.student_id, kind=row.kind)
    return True

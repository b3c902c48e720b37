"""A child's family: who they are, and whether their numbers answer."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from students.actions import audit
from students.actions.meanwhile import refuse_changed
from students.models import Guardian, Student

FIELDS = ("name", "relation", "phone", "is_guardian")
UNTRIED = {"phone_state": "", "phone_checked_at": None, "phone_checked_by": None}


class MemberGone(Exception):
    """Somebody else has removed the family member meanwhile; the message is a Chinese sentence."""


@transaction.atomic
def add_member(*, by, student: Student, values: Mapping[str, object]) -> Guardian:
    """Add a family member after the others. The same one sent twice is one."""
    _lock(student)
    known = Guardian.objects.filter(student=student, **values).first()
    if known:
        return known
    last = Guardian.objects.filter(student=student).aggregate(last=Max("position"))["last"] or 0
    member = Guardian.objects.create(student=student, position=last + 1, **values)
    audit.record(by=by, action="family.add", subject=member, student=student.pk)
    return member


@transaction.atomic
def change_member(*, by, member: Guardian, values: Mapping[str, object], opened: str) -> list[str]:
    """Change a family member; the names of the fields that changed. A new number has not been tried yet.

    ``opened``: see ``students.actions.meanwhile``; raises ``ChangedMeanwhile`` or ``MemberGone``.
    """
    row = _locked(member)
    changed = [field for field in FIELDS if getattr(row, field) != values[field]]
    if not changed:
        return []
    refuse_changed(row, FIELDS, opened)
    new = {field: values[field] for field in changed} | (UNTRIED if "phone" in changed else {})
    Guardian.objects.filter(pk=row.pk).update(**new)
    audit.record(by=by, action="family.change", subject=row, student=row.student_id, fields=changed)
    return changed


@transaction.atomic
def remove_member(*, by, member: Guardian) -> None:
    """Remove a family member from the list; a second press finds nobody."""
    _lock(member.student)
    row = Guardian.objects.filter(pk=member.pk).first()
    if row:
        audit.record(by=by, action="family.remove", subject=row, student=row.student_id)
        row.delete()


@transaction.atomic
def set_phone_state(*, by, member: Guardian, state: Guardian.PhoneState) -> Guardian:
    """Keep what came of a call to a family member's number; the latest call stands."""
    row = _locked(member)
    row.phone_state, row.phone_checked_at, row.phone_checked_by = state, timezone.now(), by
    row.save(update_fields=["phone_state", "phone_checked_at", "phone_checked_by"])
    audit.record(by=by, action="family.phone_state", subject=row, student=row.student_id, state=state)
    return row


def _lock(student: Student) -> None:
    """Whoever changes a family holds the child, so that places in the list are given once."""
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)


def _locked(member: Guardian) -> Guardian:
    _lock(member.student)
    row = Guardian.objects.filter(pk=member.pk).first()
    if row is None:
        raise MemberGone("你打开页面之后，别人删除了这位家庭成员。没有保存，需要的话请重新添加。")
    return row

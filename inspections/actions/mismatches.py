"""不符说明: a school says where a child was whom a register had present and a head count did not find."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from inspections.models import Explanation
from inspections.queries.mismatches import mismatches
from students.access import Scope
from students.actions import audit
from students.models import HeadCount


class ExplanationRefused(Exception):
    """What was not kept; the message is a Chinese sentence that says why and what to do."""


@transaction.atomic
def explain(
    *, by, scope: Scope, head_count: int, student: int, text: str, seen: int | None, today: date
) -> Explanation:
    """Keep where the child was. ``seen``: the explanation that the page showed, None for none. The same text sent twice
    is one.

    Nothing is explained away: what was said stays, the register is not touched, and no point moves. Raises
    ``ExplanationRefused``.
    """
    count = HeadCount.objects.select_for_update(no_key=True, of=("self",)).select_related("school_class")
    count = count.get(pk=head_count)
    if not scope.runs(count.school_class.school_id) or count.school_class_id in scope.homeroom:
        raise ExplanationRefused("不符由教务处和校领导查明、说明，班主任不说明自己的班。没有保存。")
    found = mismatches(HeadCount.objects.filter(pk=head_count), today)
    mismatch = next((each for each in found if each.row.student_id == student), None)
    if mismatch is None:
        raise ExplanationRefused("这名学生在这次清点里没有不符，没有保存。")
    standing = mismatch.explanation
    if standing and (standing.explained_by_id, standing.text) == (by.pk, text):
        return standing
    if standing is None and seen is not None:
        raise ExplanationRefused("提交的内容不完整，没有保存。请刷新页面后重新填写。")
    if standing and standing.pk != seen:
        raise ExplanationRefused(
            f"{standing.explained_by.name}刚说明过：{standing.text}。没有保存，请刷新页面核对后再提交。"
        )
    made = Explanation.objects.create(
        head_count=count, student_id=student, text=text, explained_at=timezone.now(), explained_by=by
    )
    audit.record(by=by, action="head_count.explain", subject=count, student=student)
    return made

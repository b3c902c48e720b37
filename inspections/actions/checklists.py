"""检查表 made by form: a new version beside the one it follows, which stays as it was."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.checklist_reading import ChecklistError, read_checklist
from inspections.models import StoredChecklist
from inspections.queries.checklists import latest_by_form, own_code
from students.access import Scope
from students.actions import audit


@transaction.atomic
def make_version(
    *, by, scope: Scope, follows: StoredChecklist, seen: int, content: Mapping, reason: str
) -> StoredChecklist:
    """A version of the bureau's, after ``follows``; the same one pressed twice is one.

    ``seen``: the newest version of the bureau's that the page knew (0: none). Raises ``InspectionRefused``, with the
    reason where nobody could judge by it.
    """
    if not scope.is_bureau:
        raise NotYourInspection("检查表由县教育局制定，没有保存。")
    code = own_code(follows)
    # Whoever makes a version of the same code waits here, whichever version it follows.
    family = StoredChecklist.objects.filter(code__in={code, follows.code}).order_by("pk")
    list(family.select_for_update(no_key=True).values_list("pk"))
    newest = latest_by_form(follows)
    content = {**content, "code": code, "follows": follows.pk}
    if not reason:
        raise InspectionRefused("要写明为什么改，没有保存。")
    if newest and (newest.made_by_id, newest.content, newest.reason) == (by.pk, content, reason):
        return newest
    if (newest.version if newest else 0) != seen:
        raise InspectionRefused(f"打开这一页以后，已经有了第{newest.version}版，没有保存。请看过再改。")
    try:
        read_checklist(content)
    except ChecklistError as refused:
        raise InspectionRefused(f"{refused}，没有保存。") from None
    made = StoredChecklist.objects.create(
        code=code, version=seen + 1, title=content["title"], content=content, reason=reason,
        made_at=timezone.now(), made_by=by,
    )  # fmt: skip
    audit.record(by=by, action="checklist.make", subject=made, follows=follows.pk)
    return made

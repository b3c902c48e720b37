"""其余学生: one finding for all children of a sheet of whom nothing has been entered, in one press, and its undo.

What does not hold 不属实 is entered child by child, since each says what is so instead.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from returns.actions.reviews import ReviewRefused, held_open
from returns.models import ReviewChild, ReviewSheet
from returns.queries.review_rest import ENTERED, last_press, still_standing
from returns.reviewing import OF_THE_REST, Finding
from students.access import Scope
from students.actions import audit
from students.models import AuditRow

OTHERS = "打开这一页以后，又有学生录入或者撤销，名单和刚才的不同，没有保存。请看现在的名单再办。"

TAKEN_BACK = "这一次录入的已经撤销或者改录，现在没有保存。请看现在的名单，要记的再按一次。"


@transaction.atomic
def enter_rest(
    *, by, scope: Scope, sheet: ReviewSheet, finding: Finding, words: str, children: Collection[int], submission: UUID
) -> int:
    """One finding for ``children``, the rest of the sheet as the page showed it; how many they are.

    The same ``submission`` is one, as long as it stands. Raises ``ReviewRefused``.
    """
    held_open(scope, sheet)
    if written := AuditRow.objects.filter(key=submission).first():
        return _entered_before(written, sheet)
    if finding not in OF_THE_REST:
        raise ReviewRefused("不属实的要逐名录入实际情况，没有保存。请打开这名学生录入。")
    if finding != Finding.HOLDS and not words:
        raise ReviewRefused(f"{Finding(finding).label}的要写说明，没有保存。请写明后再保存。")
    rows = ReviewChild.objects.filter(sheet=sheet, finding="")
    left = sorted(rows.values_list("pk", flat=True))
    if not left or set(left) != set(children):
        raise ReviewRefused(OTHERS)
    now = timezone.now()
    rows.update(finding=finding, words=words, version=F("version") + 1, changed_at=now, changed_by=by)
    audit.record(by=by, action=ENTERED, subject=sheet, at=now, key=submission, finding=str(finding), children=left)
    return len(left)


def _entered_before(written: AuditRow, sheet: ReviewSheet) -> int:
    """How many stand as the first press has entered them; none once that was undone or all were entered anew."""
    if (written.action, written.subject_id) != (ENTERED, sheet.pk):
        raise ReviewRefused("这次提交已用在别处，没有保存。请刷新页面后重新填写。")
    if not (standing := still_standing(written, ReviewChild.objects.filter(sheet=sheet))):
        raise ReviewRefused(TAKEN_BACK)
    return len(standing)


@transaction.atomic
def undo_rest(*, by, scope: Scope, sheet: ReviewSheet) -> int:
    """Nothing has been entered again of those whom the last press entered and nobody has entered anew since; how many
    they are. Raises ``ReviewRefused``."""
    held_open(scope, sheet)
    press = last_press(sheet, ReviewChild.objects.filter(sheet=sheet))
    if press is None:
        raise ReviewRefused("没有可以撤销的，什么也没有改。请看现在的名单。")
    children = [row.pk for row in press.children]
    ReviewChild.objects.filter(pk__in=children).update(
        finding="", words="", version=F("version") + 1, changed_at=None, changed_by=None
    )
    audit.record(by=by, action="review.undo_rest", subject=sheet, children=children, press=press.row.pk)
    return len(children)

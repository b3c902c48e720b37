"""定稿 of a review: signed and frozen; the schools are told and asked to amend; later words stand under a number."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from returns.actions.reviews import NotYourReview, ReviewRefused
from returns.actions.telling import tell_reviewed
from returns.models import AmendmentRequest, Review, ReviewAddition, ReviewMonth
from returns.queries.review_results import closing_of
from returns.reviewing import Agreement, Finding
from returns.snapshots import kept_table
from scoring.frozen import digest
from students.access import Scope
from students.actions import audit
from students.models import Notice
from students.templatetags.chinese import cdate

NAMED = 5  # schools in one sentence
CHANGED = "打开这一页以后，录入的内容有了变化，没有定稿。请看过下面新的结果再定稿。"


@transaction.atomic
def close_review(*, by, scope: Scope, review: Review, mark: str, conclusion: str, today: date) -> Review:
    """定稿 what the page showed (``mark``). Where something was found wrong, the school is asked to amend the month.

    A second press does nothing. Raises ``ReviewRefused``.
    """
    row = _locked(scope, review, "定稿")
    if row.is_closed and row.closed_by_id == by.pk and row.conclusion == conclusion:
        return row
    if row.is_closed:
        raise ReviewRefused(
            f"{row.closed_by.name}在{cdate(row.closed_at)}已经定稿，没有再定稿。要补充的，请写补充说明。"
        )
    closing = closing_of(row, today=today)
    if left := [line.sheet.school.name for line in closing.lines if not line.is_done]:
        names = "、".join(left[:NAMED]) + (f"等{len(left)}所学校" if len(left) > NAMED else "")
        raise ReviewRefused(f"{names}还没有录完，没有定稿。录完以后再定稿，见不到的记“未能核实”。")
    if own := [line.sheet.school.name for line in closing.lines if scope.runs(line.sheet.school_id)]:
        raise ReviewRefused(f"你在{own[0]}任职，没有定稿。请由另一位同志定稿。")
    if closing.mark != mark:
        raise ReviewRefused(CHANGED)
    row.closed_at, row.closed_by, row.conclusion = timezone.now(), by, conclusion
    row.content = {
        "table": kept_table(closing.table), "mark": closing.mark, "conclusion": conclusion, "closed_by": by.name,
        "closed_on": str(today),
    }  # fmt: skip
    row.sha256 = digest(row.content)
    row.save(update_fields=["closed_at", "closed_by", "conclusion", "content", "sha256"])
    asked = _ask(row, by=by, today=today)
    audit.record(by=by, action="review.close", subject=row, at=row.closed_at, sha256=row.sha256, requests=asked)
    return row


def _ask(review: Review, *, by, today: date) -> int:
    """Ask for an amendment of every month of which something is wrong, and tell every school; how many were asked."""
    wrong = Q(children__finding=Finding.WRONG) | Q(agreement=Agreement.DIFFERS)
    months = ReviewMonth.objects.filter(wrong, sheet__review=review).order_by("pk").distinct()
    months = list(months.select_related("sheet__school", "edition__school_return"))
    for month in months:
        AmendmentRequest.objects.create(month=month, asked_at=review.closed_at, asked_by=by)
        cut_off = month.edition.school_return.cut_off
        tell_reviewed(month.sheet.school, kind=Notice.Kind.REVIEW_AMEND, day=cut_off, by=by, today=today)
    asked = {month.sheet_id for month in months}
    for sheet in review.sheets.exclude(pk__in=asked).select_related("school"):
        tell_reviewed(sheet.school, kind=Notice.Kind.REVIEW_CLOSED, day=review.cut_off, by=by, today=today)
    return len(months)


@transaction.atomic
def add_words(*, by, scope: Scope, review: Review, words: str) -> ReviewAddition:
    """补充说明 under the next number. The same once more is one. Raises ``ReviewRefused``."""
    row = _locked(scope, review, "补充")
    if not row.is_closed:
        raise ReviewRefused("复核还没有定稿，没有补充。还在录入的，直接改录入的内容。")
    if not words:
        raise ReviewRefused("补充说明没有内容，没有保存。请写明后再保存。")
    last = row.additions.order_by("number").last()
    if last and (last.added_by_id, last.words) == (by.pk, words):
        return last
    made = ReviewAddition.objects.create(
        review=row, number=last.number + 1 if last else 1, words=words, added_at=timezone.now(), added_by=by
    )
    audit.record(by=by, action="review.add", subject=row, at=made.added_at, number=made.number)
    return made


@transaction.atomic
def close_request(*, by, scope: Scope, request: AmendmentRequest, reason: str) -> AmendmentRequest:
    """No longer ask a school to amend, with a reason. A second press does nothing. Raises ``ReviewRefused``."""
    if not scope.is_bureau or scope.runs(request.month.sheet.school_id):
        raise NotYourReview("要求更正由县教育局了结，自己任职的学校由另一位同志办理，没有保存。")
    AmendmentRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)
    row = AmendmentRequest.objects.with_answer().select_related("closed_by").get(pk=request.pk)
    if row.closed_at:
        if (row.closed_by_id, row.reason) == (by.pk, reason):
            return row
        raise ReviewRefused(f"{row.closed_by.name}已经了结：{row.reason}。没有再保存。")
    if row.is_answered:
        raise ReviewRefused("学校已经另报更正，不用了结，没有保存。")
    if not reason:
        raise ReviewRefused("不再要求更正要写明原因，没有保存。请写明后再保存。")
    row.closed_at, row.closed_by, row.reason = timezone.now(), by, reason
    row.save(update_fields=["closed_at", "closed_by", "reason"])
    audit.record(by=by, action="review.close_request", subject=row, at=row.closed_at)
    return row


def _locked(scope: Scope, review: Review, verb: str) -> Review:
    if not scope.is_bureau:
        raise NotYourReview(f"复核由县教育局{verb}，没有保存。")
    # Who closed it is asked for behind the lock: joined, it would be whoever stood there before the wait.
    return Review.objects.select_for_update(no_key=True).get(pk=review.pk)

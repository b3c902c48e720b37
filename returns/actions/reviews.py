"""复核 of a quarter: opened by the bureau, children drawn by lot, what is found entered one by one.

All who write to a review hold its row, so that nothing is entered while it is being closed.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from returns.models import Edition, Review, ReviewChild, ReviewMonth, ReviewPaper, ReviewSheet
from returns.models.reviews import MOST_PAPERS
from returns.queries.editions import content_of
from returns.queries.grid import schools_that_file
from returns.queries.quarters import Quarter, accepted_editions
from returns.reviewing import COMPARED, Agreement, Finding, Instead, claims_of, compared, draw_children
from returns.snapshots import lists_of
from students.access import Scope
from students.actions import audit
from students.models import AuditRow, School
from students.templatetags.chinese import cdate

OPENED = "review.open"
NAMED = 5  # schools in one sentence
MOST_DRAWN = 50  # of a part and a school [D]: more are not visited in a day


class ReviewRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourReview(ReviewRefused):
    """The person sees the review and has no say in it."""


class Clash(ReviewRefused):
    """Somebody else has entered something meanwhile: ``held``, the row as it stands."""

    def __init__(self, held: ReviewChild | ReviewMonth):
        super().__init__("打开这一页以后，别人填过，你填的没有保存。两边的内容都在这一页，再保存一次就改成你填的。")
        self.held = held


def open_review(
    *, by, scope: Scope, quarter: Quarter, schools: Sequence[School] | None, size: int, most: int | None,
    submission: UUID, today: date, seed: str = "",
) -> Review:  # fmt: skip
    """Open the review of a quarter and draw in every school, or in ``schools``, by a seed that nobody chooses.

    ``seed``: of the demonstration and the tests alone. The same ``submission`` is one. Raises ``ReviewRefused``.
    """
    given = (by, scope, quarter, schools, size, most, submission, today, seed or secrets.token_hex(16))
    try:
        return _open(*given)
    except IntegrityError:  # the same quarter, or the same sending, was opened at the same moment
        return _open(*given)


@transaction.atomic
def _open(by, scope, quarter, schools, size, most, submission, today, seed) -> Review:
    if not scope.is_bureau:
        raise NotYourReview("复核由县教育局开始，没有开始。")
    if written := AuditRow.objects.filter(key=submission).first():
        return _opened_before(written)
    _refuse_numbers(size, most)
    if not quarter.is_over(today):
        raise ReviewRefused(f"{quarter.label}要到{cdate(quarter.cut_off)}才截止，没有开始。截止以后再复核。")
    same = {"school_year": quarter.school_year, "quarter": quarter.number}
    if before := Review.objects.filter(**same).select_related("opened_by").first():
        raise ReviewRefused(
            f"{before.opened_by.name}在{cdate(before.opened_at)}已经开始了{before}，没有再开始。请打开那一次复核。"
        )
    editions = _editions(scope, quarter, schools)
    now = timezone.now()
    row = Review.objects.create(
        **same, first=quarter.first, cut_off=quarter.cut_off, seed=seed, size=size, most=most, opened_at=now,
        opened_by=by,
    )  # fmt: skip
    drawn = sum(_draw(row, school, by_month) for school, by_month in editions.items())
    told = {"schools": len(editions), "children": drawn, "seed": seed}
    audit.record(by=by, action=OPENED, subject=row, at=now, key=submission, **told)
    return row


def _opened_before(written: AuditRow) -> Review:
    if written.action != OPENED:
        raise ReviewRefused("这次提交已用在别处，没有开始。请刷新页面后重新填写。")
    return Review.objects.get(pk=written.subject_id)


def _refuse_numbers(size: int, most: int | None) -> None:
    if not 1 <= size <= MOST_DRAWN or (most is not None and not 1 <= most <= MOST_DRAWN):
        raise ReviewRefused(f"每所学校的抽查人数应在1到{MOST_DRAWN}之间，没有开始。")


def _editions(scope: Scope, quarter: Quarter, schools: Sequence[School] | None) -> dict[int, dict[str, Edition]]:
    """School → month → edition, in the order of the schools' codes."""
    filing = {each.pk: each for each in schools_that_file(scope).order_by("code")}
    if schools is not None:
        wanted = {school.pk for school in schools}
        if not wanted:
            raise ReviewRefused("一所学校也没有选，没有开始。请至少选一所。")
        if wanted - filing.keys():
            raise ReviewRefused("选的学校里有不填月报的，没有开始。请刷新页面后重新选择。")
        filing = {pk: each for pk, each in filing.items() if pk in wanted}
    found = accepted_editions(quarter, filing.values())
    if not found:
        raise ReviewRefused(f"{quarter.label}还没有已接收的月报，没有开始。接收以后再复核。")
    if schools is not None and (without := [each.name for pk, each in filing.items() if pk not in found]):
        names = "、".join(without[:NAMED]) + (f"等{len(without)}所" if len(without) > NAMED else "")
        raise ReviewRefused(f"{names}在这个季度没有已接收的月报，没有开始。请先接收，或者去掉这些学校。")
    return {pk: found[pk] for pk in filing if pk in found}


def _draw(review: Review, school: int, editions: Mapping[str, Edition]) -> int:
    """One school of a review: its months, and the children drawn. How many they are."""
    sheet = ReviewSheet.objects.create(review=review, school_id=school)
    lists = {month: lists_of(content_of(edition)) for month, edition in sorted(editions.items())}
    months = {
        month: ReviewMonth.objects.create(sheet=sheet, edition=editions[month], reported=compared(each))
        for month, each in lists.items()
    }
    drawn = draw_children(claims_of(lists), size=review.size, most=review.most, seed=review.seed)
    ReviewChild.objects.bulk_create(
        ReviewChild(
            sheet=sheet, month=months[claim.month], student_id=claim.child, position=position, part=part,
            grade=claim.grade,
        )
        for position, (part, claim) in enumerate(drawn, start=1)
    )  # fmt: skip
    return len(drawn)


@transaction.atomic
def enter_child(
    *, by, scope: Scope, child: ReviewChild, finding: Finding, instead: Instead | str, words: str,
    paper: Mapping | None, seen: int,
) -> ReviewChild:  # fmt: skip
    """What was found of a child, with a paper where there is one.

    ``seen``: the version that the page showed. The same once more is one. Raises ``Clash``, ``ReviewRefused``.
    """
    held_open(scope, child.sheet)
    row = ReviewChild.objects.select_related("sheet__review", "sheet__school", "changed_by").get(pk=child.pk)
    if finding != Finding.WRONG:
        instead = ""
    elif not instead:
        raise ReviewRefused("不属实的要选实际情况，没有保存。请选择后再保存。")
    if finding != Finding.HOLDS and not words:
        raise ReviewRefused(f"{Finding(finding).label}的要写说明，没有保存。请写明后再保存。")
    now = timezone.now()
    is_new = (row.finding, row.instead, row.words) != (finding, instead, words)
    if is_new and row.version != seen:
        raise Clash(row)
    is_kept = bool(paper) and _add_paper(row, paper, by, now)
    if not (is_new or is_kept):
        return row
    row.finding, row.instead, row.words = finding, instead, words
    row.version, row.changed_at, row.changed_by = row.version + 1, now, by
    row.save(update_fields=["finding", "instead", "words", "version", "changed_at", "changed_by"])
    audit.record(by=by, action="review.child", subject=row, at=now, finding=str(finding), paper=is_kept)
    return row


def _add_paper(row: ReviewChild, columns: Mapping, by, at) -> bool:
    """Keep a paper of a child; False where it is there already."""
    held = dict(row.papers.values_list("sha256", "position"))
    if columns["sha256"] in held:
        return False
    free = sorted(set(range(1, MOST_PAPERS + 1)) - set(held.values()))
    if not free:
        raise ReviewRefused(f"一名学生最多{MOST_PAPERS}份材料，这次填的没有保存。请先去掉一份，或者不选文件再保存。")
    ReviewPaper.objects.create(child=row, position=free[0], uploaded_at=at, uploaded_by=by, **columns)
    return True


@transaction.atomic
def remove_paper(*, by, scope: Scope, paper: ReviewPaper) -> None:
    """Take a paper away again, while the review is open; a second press does nothing. Raises ``ReviewRefused``."""
    held_open(scope, paper.child.sheet)
    if ReviewPaper.objects.filter(pk=paper.pk).delete()[0]:
        audit.record(by=by, action="review.remove_paper", subject=paper.child, sha256=paper.sha256)


@transaction.atomic
def enter_month(
    *, by, scope: Scope, month: ReviewMonth, agreement: Agreement, found: Mapping[str, int], words: str, seen: int
) -> ReviewMonth:
    """What the school's ledger says of a month. ``found``: code → the ledger's number, where it is another.

    ``seen``: the version that the page showed. The same once more is one. Raises ``Clash``, ``ReviewRefused``.
    """
    held_open(scope, month.sheet)
    row = ReviewMonth.objects.select_related("sheet__review", "sheet__school", "changed_by").get(pk=month.pk)
    other = {code: found[code] for code in COMPARED if code in found and found[code] != row.reported[code]}
    if agreement == Agreement.AGREES:
        other = {}
    elif not other:
        raise ReviewRefused("不一致的至少要填一个和上报不同的数字，没有保存。都相同的请选“一致”。")
    if (row.agreement, row.found, row.words) == (agreement, other, words):
        return row
    if row.version != seen:
        raise Clash(row)
    row.agreement, row.found, row.words = agreement, other, words
    row.version, row.changed_at, row.changed_by = row.version + 1, timezone.now(), by
    row.save(update_fields=["agreement", "found", "words", "version", "changed_at", "changed_by"])
    audit.record(by=by, action="review.month", subject=row, at=row.changed_at, differing=len(other))
    return row


def held_open(scope: Scope, sheet: ReviewSheet) -> Review:
    """The review of a sheet, held until the transaction ends; raises where nothing may be entered."""
    if reason := why_not_to_enter(scope, sheet):
        raise NotYourReview(f"{reason}，没有保存。")
    row = Review.objects.select_for_update(no_key=True, of=("self",)).get(pk=sheet.review_id)
    if row.is_closed:
        raise ReviewRefused(f"{row}已经定稿，没有保存。要补充的，在复核的页面写补充说明。")
    return row


def why_not_to_enter(scope: Scope, sheet: ReviewSheet) -> str:
    """Why a person has no part in what is entered of a school; blank where they have."""
    if not scope.is_bureau:
        return "复核由县教育局录入，你可以查看"
    return "自己任职的学校，请由另一位同志复核" if scope.runs(sheet.school_id) else ""

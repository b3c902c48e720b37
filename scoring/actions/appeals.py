"""申诉: made for a class against a fact of its score, decided, reviewed once, withdrawn.

The class is locked first, as for a register and for the signature of its school, so that nobody signs that all is
settled while an appeal is being made.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from scoring.appeals import (
    DECISIONS,
    AppealAction,
    AppealedFact,
    AppealState,
    Ground,
    Level,
    after,
    first_level,
    part_refusal,
    refusal,
)
from scoring.models import Appeal, AppealDraft, AppealPaper
from scoring.queries.appeals import (
    closed_by,
    closed_words,
    deciders_of,
    fact_in,
    frozen_by,
    may_appeal,
    parts_of,
    school_decides,
    with_level_now,
)
from students.access import Scope
from students.actions import audit, notices
from students.actions.locks import lock_classes
from students.models import Notice, Person, SchoolClass

KEPT_DAYS = 14  # of a draft that nobody touches
LONGEST = 2000  # characters of a field of a draft
NOT_YOURS = "申诉由这个班的班主任、教务处和校领导提出，计在自己名下的由本人提出"


class AppealRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourAppeal(AppealRefused):
    """The person sees the score or the appeal and has no part in this."""


class AppealChanged(AppealRefused):
    """Somebody else has done something with the appeal since the page was opened."""


@transaction.atomic
def make(
    *, by, scope: Scope, school_class: SchoolClass, as_of: date, fact: str, ground: Ground, text: str,
    submission: UUID, paper: Mapping[str, object] | None = None, today: date,
) -> Appeal:  # fmt: skip
    """提出 an appeal against a fact that the class's score through ``as_of`` shows; who decides is told.

    ``paper``: the columns that ``students.actions.files.take_in`` made of a file. The same form sent twice is one.
    Raises ``NotYourAppeal``, ``AppealRefused``.
    """
    lock_classes([school_class.pk])
    if row := Appeal.objects.filter(submission=submission, made_by=by, school_class=school_class).first():
        return row
    made, found, told = fact_in(school_class.pk, as_of, fact)
    if not may_appeal(scope, school_class, made, found, as_of):
        raise NotYourAppeal(f"{NOT_YOURS}，没有提交。")
    _refuse_fact(school_class, fact, found)
    if not text:
        raise AppealRefused("申诉要写明情况，没有提交。请填写后再提交。")
    level = _first_level(found, scope, school_class, today)
    row = Appeal.objects.create(
        school_class=school_class, kind=found.kind, fact=found.name, day=found.day, student_id=found.student,
        duties=found.record, told=told, ground=ground, text=text, level=level, submission=submission,
        made_at=timezone.now(), made_by=by,
    )  # fmt: skip
    if paper:
        AppealPaper.objects.create(appeal=row, uploaded_at=timezone.now(), uploaded_by=by, **paper)
    AppealDraft.objects.filter(author=by, school_class=school_class, fact=fact).delete()
    audit.record(by=by, action="appeal.make", subject=row, school_class=school_class.pk, kind=found.kind)
    _tell_deciders(row, by=by, today=today)
    return row


@transaction.atomic
def decide(*, by, scope: Scope, appeal: Appeal, accepts: bool, note: str, version: int, today: date) -> Appeal:
    """认定不可归责, or 不成立 with the reason; of a review, for good. Raises ``NotYourAppeal``, ``AppealRefused``.

    ``version``: that of the page; a second press of the same person does nothing.
    """
    row = _locked(appeal, today)
    action = AppealAction.ACCEPT if accepts else AppealAction.REFUSE
    if row.version == version + 1 and by.pk in (row.decided_by_id, row.reviewed_by_id) and _says(row, accepts):
        return row  # a second press
    _refuse(row, action, scope, version)
    if not note:
        raise AppealRefused("处理要写明意见，没有保存。请填写后再提交。")
    if row.state == AppealState.REVIEW:
        row.reviewed_at, row.reviewed_by, row.review = timezone.now(), by, note
    else:
        row.decided_at, row.decided_by, row.decision = timezone.now(), by, note
    _step(row, action, by=by)
    _settle(row, by=by, today=today)
    _tell_decision(row, by=by)
    return row


@transaction.atomic
def withdraw(*, by, scope: Scope, appeal: Appeal, today: date) -> Appeal:
    """撤回 what nobody has decided on, or the review, which leaves it 不成立; a second press does nothing.

    Raises ``NotYourAppeal``, ``AppealRefused``.
    """
    row = _locked(appeal, today)
    if row.withdrawn_by_id == by.pk:
        return row
    _refuse(row, AppealAction.WITHDRAW, scope)
    row.withdrawn_at, row.withdrawn_by = timezone.now(), by
    _step(row, AppealAction.WITHDRAW, by=by)
    _settle(row, by=by, today=today)
    return row


@transaction.atomic
def ask_review(*, by, scope: Scope, appeal: Appeal, text: str, version: int, today: date) -> Appeal:
    """申请复核: the bureau looks once more at what the school has refused. Raises ``NotYourAppeal``,
    ``AppealRefused``."""
    row = _locked(appeal, today)
    if row.state == AppealState.REVIEW and row.asked_by_id == by.pk and row.asked == text:
        return row  # a second press
    _refuse(row, AppealAction.ASK_REVIEW, scope, version)
    _refuse_closed(row.school_class, row.day)
    if not text:
        raise AppealRefused("申请复核要写明理由，没有提交。请填写后再提交。")
    row.asked_at, row.asked_by, row.asked = timezone.now(), by, text
    _step(row, AppealAction.ASK_REVIEW, by=by)
    _tell_deciders(row, by=by, today=today)
    return row


@transaction.atomic
def keep_draft(*, by, school_class: SchoolClass, fact: str, fields: Mapping[str, str], submission: UUID):
    """Keep what has been typed so far; None where it has been sent meanwhile. A draft is its author's alone and proves
    nothing, so it leaves no audit row."""
    if Appeal.objects.filter(submission=submission).exists():
        return None
    kept = {name: value[:LONGEST].replace("\0", "") for name, value in fields.items()}
    draft, _ = AppealDraft.objects.select_for_update(no_key=True).update_or_create(
        author=by, school_class=school_class, fact=fact, defaults={"fields": kept, "saved_at": timezone.now()}
    )
    return draft


def throw_away_old_drafts(*, day: date) -> int:
    """By the clock: drafts that nobody has touched for 14 days; how many."""
    number, _ = AppealDraft.objects.filter(saved_at__date__lt=day - timedelta(days=KEPT_DAYS)).delete()
    return number


def _says(row: Appeal, accepts: bool) -> bool:
    """Whether that is how the appeal was decided last."""
    return not row.is_open and accepts is (row.state == AppealState.ACCEPTED)


def _refuse_fact(school_class: SchoolClass, name: str, found: AppealedFact | None) -> None:
    if found is None:
        raise AppealRefused("这一项现在没有扣分，可能刚有更正，没有提交。请回到班级得分看最新情况。")
    earlier = Appeal.objects.filter(school_class=school_class, fact=name).exclude(state=AppealState.WITHDRAWN)
    for row in earlier.select_related("made_by"):
        if row.is_open:
            raise AppealRefused(f"{row.made_by.name}已就这一项提出申诉（{row.get_state_display()}），没有重复提交。")
        if row.duties == found.record:
            raise AppealRefused(f"这一项已经申诉过，结果是“{row.get_state_display()}”，没有提交。")
    _refuse_closed(school_class, found.day)


def _refuse_closed(school_class: SchoolClass, day: date) -> None:
    if row := closed_by(school_class.school_id, day):
        raise AppealRefused(f"{closed_words(row)}，没有提交。请在定分以后提出，由县教育局处理。")


def _first_level(found: AppealedFact, scope: Scope, room: SchoolClass, today: date) -> Level:
    return first_level(
        found.kind,
        by_the_school=scope.runs(room.school_id),
        is_frozen=frozen_by(room.school_id, found.day) is not None,
        school_decides=school_decides(room, today, by=scope.person),
    )


def _refuse(row: Appeal, action: AppealAction, scope: Scope, version: int | None = None) -> None:
    parts = parts_of(scope, row)
    if words := part_refusal(row.standing, action, parts):
        raise NotYourAppeal(f"{words}，没有保存。")
    if words := refusal(row.standing, action, parts):
        raise AppealRefused(f"{words}，没有保存。")
    if version is not None and row.version != version:
        raise AppealChanged("你打开页面之后，这份申诉有了新的办理，没有保存。请看过最新情况再提交。")


def _step(row: Appeal, action: AppealAction, *, by) -> None:
    standing = after(row.standing, action)
    if action in DECISIONS or standing.state is AppealState.REVIEW:
        row.level = standing.level  # whoever merely withdraws decides nothing about who decides
    row.state, row.version = standing.state, row.version + 1
    row.save()
    audit.record(by=by, action=f"appeal.{action}", subject=row, school_class=row.school_class_id, kind=row.kind)


def _tell_deciders(row: Appeal, *, by, today: date) -> None:
    people = deciders_of(row.school_class, Level(row.level), today, by=row.made_by_id)
    _tell(row, people, Notice.Kind.APPEAL_MADE, by=by, today=today)


def _tell_decision(row: Appeal, *, by) -> None:
    """One notice an appeal, which the day and the child of its fact tell from the others of the class; the latest
    decision takes the place of the one before."""
    people = [person for person in (row.made_by, row.asked_by) if person]
    fact = {"school_class": row.school_class, "day": row.day, "student": row.student}
    notices.send(by=by, to=people, kind=Notice.Kind.APPEAL_DECIDED, renews=True, **fact)


def _tell(row: Appeal, people, kind: Notice.Kind, *, by, today: date) -> None:
    notices.send(by=by, to=people, kind=kind, school_class=row.school_class, day=today)


@transaction.atomic
def tell_who_decides_now(*, day: date) -> int:
    """By the clock: whom an appeal has fallen to since it was made, the bureau, or whoever has come to the school; how
    many. Each is told once, in the name of whoever has appealed."""
    number = 0
    for row in with_level_now(Appeal.objects.filter(state=AppealState.WAITING), day).select_related(
        "school_class__school", "made_by"
    ):
        people = deciders_of(row.school_class, row.level_now, day, by=row.made_by_id)
        told = Notice.objects.filter(
            kind=Notice.Kind.APPEAL_MADE, school_class=row.school_class, sent_at__gte=row.made_at
        )
        known = set(told.values_list("person", flat=True))
        new = [person for person in people if person.pk not in known]
        number += notices.send(
            by=row.made_by, to=new, kind=Notice.Kind.APPEAL_MADE, school_class=row.school_class, day=day
        )
    return number


def _settle(row: Appeal, *, by, today: date) -> None:
    """Whoever was told has nothing to decide on any more; but for whom another of the class waits."""
    others = Appeal.objects.open().filter(school_class=row.school_class).exclude(pk=row.pk)
    still = {
        person.pk
        for other in with_level_now(others, today)
        for person in deciders_of(row.school_class, other.level_now, today, by=other.made_by_id)
    }
    told = {"kind": Notice.Kind.APPEAL_MADE, "school_class": row.school_class, "student": None}
    people = Person.objects.filter(notices__in=Notice.objects.filter(**told, seen_at=None)).exclude(pk__in=still)
    notices.settle(by=by, to=people.distinct(), **told)


def _locked(appeal: Appeal, today: date) -> Appeal:
    """The appeal as it is now, its class locked."""
    lock_classes([appeal.school_class_id])
    rows = Appeal.objects.select_related("school_class__school", "made_by", "decided_by", "asked_by")
    return with_level_now(rows, today).get(pk=appeal.pk)

"""定分: opened by the bureau when a term is over, signed by the school, frozen after inspection, amended by numbers.

The classes of the school are locked first, so that no register, no appeal and no decision comes in between.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from scoring.models import FrozenScore, ScoreAmendment, ScoreFreeze
from scoring.queries.freezes import (
    ClassRow,
    mark_of,
    open_appeals,
    rows_frozen,
    rows_now,
    unopened,
)
from scoring.queries.frozen_differences import differences, why_not_as_signed
from students.access import HEAD_ROLES, SCHOOL_ROLES, Scope, in_force
from students.actions import audit, notices
from students.actions.locks import lock_classes
from students.models import Notice, Person, Posting, Role, School, SchoolClass, Term
from students.queries.notices import class_for
from students.templatetags.chinese import cdate

State = ScoreFreeze.State
WAITS = {Notice.Kind.SCORES_TO_SIGN: State.OPEN, Notice.Kind.SCORES_SIGNED: State.SIGNED}


class FreezeRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYoursToFreeze(FreezeRefused):
    """The person sees the scores of the school and has no part in this."""


@transaction.atomic
def open_term(*, by, scope: Scope, term: Term, school: School | None, today: date) -> int:
    """发起 the 定分 of a term that is over, of a school or (None) of every one that has none; how many were opened.

    The heads of each school are told. A second press opens nothing. Raises ``NotYoursToFreeze``, ``FreezeRefused``.
    """
    _only_bureau(scope, "发起定分")
    if term.end >= today:
        raise FreezeRefused(f"{term}到{cdate(term.end)}才结束，没有发起。学期结束以后再办。")
    schools = list(unopened(scope, term).filter(**({"pk": school.pk} if school else {})))
    now = timezone.now()
    rows = [ScoreFreeze(school=each, term=term, opened_at=now, opened_by=by) for each in schools]
    ScoreFreeze.objects.bulk_create(rows, ignore_conflicts=True)  # two who press at the same moment
    opened = list(ScoreFreeze.objects.filter(term=term, school__in=schools, opened_at=now, opened_by=by))
    if opened:
        audit.record(by=by, action="scores.open", subject=term, schools=[row.school_id for row in opened])
        _tell(opened, HEAD_ROLES, Notice.Kind.SCORES_TO_SIGN, by=by, today=today)
    return len(opened)


@transaction.atomic
def sign(*, by, scope: Scope, freeze: ScoreFreeze, mark: str, today: date) -> ScoreFreeze:
    """签字确认: a head of the school signs the scores as the page showed them (``mark``), and that no appeal is open.

    Raises ``NotYoursToFreeze``, ``FreezeRefused``. A second press does nothing.
    """
    row = _locked(freeze)
    if row.school_id not in scope.led:
        raise NotYoursToFreeze("签字确认由本校校长或分管领导办理，没有签字。")
    if row.state != State.OPEN:
        if row.signed_by_id == by.pk:
            return row
        raise FreezeRefused(f"这所学校的考核{row.get_state_display()}，没有再签字。请看本页的最新情况。")
    if number := open_appeals(row).count():
        raise FreezeRefused(f"还有{number}份申诉没有处理完，没有签字。处理完以后再签。")
    found = mark_of(rows_now(row.school_id, row.term, row.day))
    if found != mark:
        raise FreezeRefused("你打开页面之后，得分或者依据有了变化，没有签字。请核对本页的最新得分再签。")
    row.state, row.signed_at, row.signed_by = State.SIGNED, timezone.now(), by
    row.as_of, row.sha256 = row.day, found
    _save(row, "scores.sign", by=by)
    _settle(row, Notice.Kind.SCORES_TO_SIGN, by=by)
    _tell_bureau(row, by=by, today=today)
    return row


@transaction.atomic
def send_back(*, by, scope: Scope, freeze: ScoreFreeze, reason: str, today: date) -> ScoreFreeze:
    """退回 to the school what it has signed, with the reason; it can appeal and correct, and signs anew.

    Raises ``NotYoursToFreeze``, ``FreezeRefused``.
    """
    row = _locked(freeze)
    _only_bureau(scope, "退回")
    if row.state == State.OPEN and row.returned_by_id == by.pk and row.return_reason == reason:
        return row  # a second press
    if row.state != State.SIGNED:
        raise FreezeRefused(f"这所学校的考核{row.get_state_display()}，没有退回。请看本页的最新情况。")
    if not reason:
        raise FreezeRefused("退回要写明原因，没有退回。请填写后再提交。")
    row.state, row.signed_at, row.signed_by, row.as_of, row.sha256 = State.OPEN, None, None, None, ""
    row.returned_at, row.returned_by, row.return_reason = timezone.now(), by, reason
    _save(row, "scores.send_back", by=by)
    _settle(row, Notice.Kind.SCORES_SIGNED, by=by)
    _tell([row], HEAD_ROLES, Notice.Kind.SCORES_TO_SIGN, by=by, today=today)
    return row


@transaction.atomic
def freeze_scores(*, by, scope: Scope, freeze: ScoreFreeze, note: str, today: date) -> ScoreFreeze:
    """定分: keep what was signed, for good. ``note``: what the inspection found. A second press does nothing.

    Raises ``NotYoursToFreeze``, and ``FreezeRefused`` where nobody has signed, or the facts have changed since.
    """
    row = _locked(freeze)
    _only_bureau(scope, "定分")
    if row.is_frozen and row.frozen_by_id == by.pk:
        return row
    if row.state != State.SIGNED:
        raise FreezeRefused(f"这所学校的考核{row.get_state_display()}，没有定分。请看本页的最新情况。")
    if row.signed_by_id == by.pk:
        raise FreezeRefused("签字和定分不能是同一个人，没有定分。请由另一位同志办理。")
    if not note:
        raise FreezeRefused("定分要写明检查情况，没有定分。请填写后再提交。")
    rows = rows_now(row.school_id, row.term, row.day)
    if why := why_not_as_signed(row, rows, outcome="没有定分"):
        raise FreezeRefused(why)
    row.state, row.frozen_at, row.frozen_by, row.note = State.FROZEN, timezone.now(), by, note
    _keep(row, rows, number=0)
    _save(row, "scores.freeze", by=by, classes=len(rows))
    _settle(row, Notice.Kind.SCORES_SIGNED, by=by)
    _tell([row], SCHOOL_ROLES, Notice.Kind.SCORES_FROZEN, by=by, today=today)
    return row


@transaction.atomic
def amend(*, by, scope: Scope, freeze: ScoreFreeze, reason: str, seen: int, mark: str, today: date) -> ScoreAmendment:
    """更正 frozen scores by what the facts say now, as the next number; what was frozen stays readable.

    ``seen``: how many amendments the page showed; ``mark``: the digest of what it said the facts say. Raises
    ``NotYoursToFreeze``, and ``FreezeRefused`` where nothing differs or somebody was quicker.
    """
    row = _locked(freeze)
    _only_bureau(scope, "更正")
    if not row.is_frozen:
        raise FreezeRefused("还没有定分，不用更正。没有保存。")
    amendments = list(row.amendments.all())
    number = len(amendments)
    if number == seen + 1 and (last := amendments[-1]).issued_by_id == by.pk and last.sha256 == mark:
        return last  # a second press
    if number != seen:
        raise FreezeRefused("别人刚出过更正，没有保存。请核对本页的最新情况再办。")
    frozen = rows_frozen(row, edition=number)
    now = rows_now(row.school_id, row.term, row.day, always={each.school_class.pk for each in frozen})
    changed = differences(row, frozen, now)
    if not changed:
        raise FreezeRefused("现在的事实和定分一致，没有要更正的。没有保存。")
    if mark_of(now) != mark:
        raise FreezeRefused("你打开页面之后，得分或者依据又有变化，没有保存。请核对本页的差异再办。")
    if not reason:
        raise FreezeRefused("更正要写明原因，没有保存。请填写后再提交。")
    told = [
        {"class": each.row.school_class.pk, "before": each.change.before, "after": each.change.after,
         "words": list(each.change.words)}
        for each in changed
    ]  # fmt: skip
    made = ScoreAmendment.objects.create(
        freeze=row, number=number + 1, reason=reason, differences=told, sha256=mark, issued_at=timezone.now(),
        issued_by=by,
    )  # fmt: skip
    _keep(row, [each.row for each in changed], number=made.number)
    audit.record(by=by, action="scores.amend", subject=row, number=made.number, classes=len(changed))
    _tell([row], SCHOOL_ROLES, Notice.Kind.SCORES_FROZEN, by=by, today=today)
    return made


def _keep(row: ScoreFreeze, rows: Sequence[ClassRow], *, number: int) -> None:
    FrozenScore.objects.bulk_create(
        FrozenScore(
            freeze=row, school_class=each.school_class, number=number, scheme_id=each.scheme, facts=each.record,
            result=each.result, total=each.total, sha256=each.sha256,
        )
        for each in rows
    )  # fmt: skip


def _only_bureau(scope: Scope, what: str) -> None:
    if not scope.is_bureau:
        raise NotYoursToFreeze(f"{what}由县教育局办理，没有保存。")


def _locked(freeze: ScoreFreeze) -> ScoreFreeze:
    """The row as it is now, the classes of its school locked before it."""
    lock_classes(SchoolClass.objects.filter(school=freeze.school_id).order_by().values_list("pk", flat=True))
    rows = ScoreFreeze.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("school", "term", "opened_by").get(pk=freeze.pk)


def _save(row: ScoreFreeze, action: str, *, by, **details) -> None:
    row.version += 1
    row.save()
    audit.record(by=by, action=action, subject=row, school=row.school_id, term=row.term_id, **details)


def _tell(rows: Iterable[ScoreFreeze], roles: Collection[str], kind: Notice.Kind, *, by, today: date) -> None:
    """Whoever holds one of ``roles`` at the schools; a notice hangs on a class, here the school's newest."""
    schools = [row.school_id for row in rows]
    posted = Posting.objects.filter(school__in=schools, role__in=roles, person__is_active=True)
    people: dict[int, list[Person]] = defaultdict(list)
    for posting in in_force(posted, today).select_related("person"):
        people[posting.school_id].append(posting.person)
    for school in sorted(people):
        notices.send(by=by, to=people[school], kind=kind, school_class=class_for(school), day=today)


def _tell_bureau(row: ScoreFreeze, *, by, today: date) -> None:
    """Whoever has opened it, where they are still at the bureau, else every officer."""
    held = Posting.objects.filter(role=Role.BUREAU_OFFICER, person__is_active=True)
    people = [posting.person for posting in in_force(held, today).select_related("person")]
    near = [person for person in people if person.pk == row.opened_by_id] or people
    kind = Notice.Kind.SCORES_SIGNED
    notices.send(by=by, to=near, kind=kind, school_class=class_for(row.school_id), day=today)


def _settle(row: ScoreFreeze, kind: Notice.Kind, *, by) -> None:
    """Nobody waits for it any more, on whichever class of the school the notice hangs; unless another term waits."""
    if ScoreFreeze.objects.filter(school=row.school_id, state=WAITS[kind]).exists():
        return
    waiting = Notice.objects.filter(kind=kind, seen_at=None, school_class__school=row.school_id).order_by()
    for school_class in SchoolClass.objects.filter(pk__in=waiting.values("school_class")):
        told = Person.objects.filter(notices__in=waiting.filter(school_class=school_class)).distinct()
        notices.settle(by=by, to=told, kind=kind, school_class=school_class, student=None)

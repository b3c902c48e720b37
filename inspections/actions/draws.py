"""Drawing classes for a head count 随机抽取, and calling a draw off."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from inspections.drawing import Candidate, draw, shares
from inspections.models import CountReason, Draw, DrawCancellation, DrawnClass
from inspections.queries.draws import candidates_of, newest_as_of, standing_in_the_way
from students.access import Scope
from students.actions import audit
from students.models import Area, AuditRow, School, SchoolClass, Term
from students.queries.head_counts import term_on
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate

ACTION = "draw.make"
ATTEMPTS = 5
MOST = 50  # classes of one draw [D]: more are not counted within a week


class DrawRefused(Exception):
    """What was not drawn, or not called off; the message is a Chinese sentence that says why and what to do."""


class NotYours(DrawRefused):
    """The person sees the place but does not draw there."""


@dataclass(frozen=True)
class Place:
    """Where is drawn: a school, a township, or (neither) the county."""

    school: School | None = None
    township: Area | None = None

    @property
    def classes(self):
        if self.school:
            return SchoolClass.objects.filter(school=self.school)
        return (
            SchoolClass.objects.filter(school__township=self.township) if self.township else SchoolClass.objects.all()
        )


def may_draw(scope: Scope, place: Place) -> bool:
    """县教育局 anywhere; a school's heads in their school."""
    return scope.is_bureau or (place.school is not None and place.school.pk in scope.led)


def make_draw(*, by, scope: Scope, place: Place, size: int, submission: UUID, today: date, seed: str = "") -> Draw:
    """Draw ``size`` classes of ``place`` with a seed that nobody chooses, and keep all that the draw follows from.

    ``seed``: of the demonstration alone, which is the same to the lot.
    The same ``submission`` is one draw. Raises ``NotYours``, ``DrawRefused``.
    """
    for _ in range(ATTEMPTS):
        try:
            return _make(by, scope, place, size, submission, today, seed or secrets.token_hex(16))
        except IntegrityError:  # the same sending, or another draw with the same number, was written meanwhile
            continue
    raise DrawRefused("几处同时在抽取，没有轮到这一次，没有抽取。请再按一次。")


@transaction.atomic
def _make(by, scope: Scope, place: Place, size: int, submission: UUID, today: date, seed: str) -> Draw:
    if not may_draw(scope, place):
        raise NotYours("抽取由县教育局办理，学校领导可以在本校抽取。没有抽取。")
    if term := term_on(today):  # of two who draw at once the second sees the first
        Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    if written := AuditRow.objects.filter(key=submission).first():
        return _drawn_before(written)
    candidates, policy = _candidates(scope, place, size, today), policy_of(today)
    wanted = shares(size, by_reasons=policy.drawn_by_reason, by_owed=policy.drawn_owed)
    now = timezone.now()
    by_reasons, by_owed, by_chance = wanted.values()
    row = Draw.objects.create(
        number=(Draw.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        school=place.school,
        township=place.township,
        is_from_above=scope.is_bureau,
        drawn_on=today,
        drawn_at=now,
        drawn_by=by,
        due_on=today + timedelta(days=policy.count_days),
        seed=seed,
        by_reasons=by_reasons,
        by_owed=by_owed,
        by_chance=by_chance,
        candidates=[[each.school_class, each.reasons, each.owed] for each in candidates],
        reasons=_reasons(candidates),
        reasons_as_of=newest_as_of(),
    )
    drawn = draw(candidates, wanted, seed=seed)
    DrawnClass.objects.bulk_create(
        DrawnClass(draw=row, school_class_id=each.school_class, position=position, part=each.part)
        for position, each in enumerate(drawn, start=1)
    )
    details = {"seed": seed, "candidates": len(candidates), "drawn": [each.school_class for each in drawn]}
    audit.record(by=by, action=ACTION, subject=row, at=now, key=submission, **details)
    return row


def _drawn_before(written: AuditRow) -> Draw:
    if written.action != ACTION:
        raise DrawRefused("这次提交已用在别处，没有抽取。请刷新页面后重新抽取。")
    return Draw.objects.get(pk=written.subject_id)


def _candidates(scope: Scope, place: Place, size: int, today: date) -> list[Candidate]:
    term = term_on(today)
    if term is None:
        raise DrawRefused("今天不在学期里，没有抽取。开学以后再抽。")
    if before := standing_in_the_way(place.school, place.township, today, is_from_above=scope.is_bureau):
        raise DrawRefused(
            f"{before.place_words}{cdate(before.drawn_on)}的{before}还没有清点完（{cdate(before.due_on)}到期），没有再抽。"
            "请先清点完，或写明原因把它作废。"
        )
    candidates = candidates_of(place.classes, term=term, policy=policy_of(today), day=today)
    if not 1 <= size <= min(MOST, len(candidates)):
        most = min(MOST, len(candidates))
        raise DrawRefused(f"可以抽1到{most}个班，没有抽取。" if most else "这里还没有有学生的班，没有抽取。")
    return candidates


def _reasons(candidates: list[Candidate]) -> dict[str, list[list[str]]]:
    """Class → its reasons as they stand now, of those that have any."""
    named = [each.school_class for each in candidates if each.reasons]
    found: dict[str, list[list[str]]] = {}
    for row in CountReason.objects.filter(school_class__in=named):
        found.setdefault(str(row.school_class_id), []).append([row.kind, row.words])
    return found


def may_cancel(scope: Scope, row: Draw) -> bool:
    """县教育局 what was drawn from above; a school's heads what their school has drawn."""
    return scope.is_bureau if row.is_from_above else row.school_id in scope.led


@transaction.atomic
def cancel_draw(*, by, scope: Scope, draw: int, reason: str) -> DrawCancellation:
    """Call a draw off with a reason; it stays and is shown. A second press does nothing. Raises ``NotYours``,
    ``DrawRefused``."""
    row = Draw.objects.select_for_update(no_key=True, of=("self",)).get(pk=draw)
    if not may_cancel(scope, row):
        raise NotYours("作废由抽取的一方办理：县教育局抽的由县教育局，学校抽的由学校领导。没有作废。")
    if standing := DrawCancellation.objects.filter(draw=row).select_related("cancelled_by").first():
        if (standing.cancelled_by_id, standing.reason) == (by.pk, reason):
            return standing
        raise DrawRefused(f"{standing.cancelled_by.name}已经把这次抽取作废：{standing.reason}。没有再作废。")
    made = DrawCancellation.objects.create(draw=row, reason=reason, cancelled_at=timezone.now(), cancelled_by=by)
    audit.record(by=by, action="draw.cancel", subject=row)
    return made

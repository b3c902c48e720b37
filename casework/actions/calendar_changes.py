"""校历改动: made, rehearsed, carried out, given up, taken back.

What a school or a class changes is rehearsed and carried out at once; what the county changes is a background job.
Terms and overrides are written in one transaction, which draws a new reference stamp; the children are recomputed
afterwards, a thousand a transaction, so that registers go on being saved. A register that was being saved meanwhile
holds its class, and the children wait for it: whichever calendar it knew, they are computed with the new one.
"""

from collections.abc import Callable, Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.actions import progress
from casework.engine import recompute_locked
from casework.facts import Surroundings
from casework.queries.rehearsals import Findings, Watch, children_of, chunks_of, classes_of, rehearse
from students.actions import audit, calendar_rows
from students.actions.calendar_rows import RowsChanged
from students.actions.locks import lock_children
from students.calendar import school_year_of, school_year_start
from students.day_plans import DayPlan, PlanRefused, check, summary
from students.models import CalendarChange, ChangedDay, ChangedTerm, Term
from students.queries.calendar import current_calendar, reference_stamp
from students.queries.calendar_months import Place
from students.templatetags.chinese import cdate

MOST_AT_ONCE = 2000  # children that are rehearsed and recomputed while somebody waits
State = CalendarChange.State
WAITING = (State.PREVIEWING, State.PREVIEWED)
Then = Callable[[int], object]


class ChangeRefused(Exception):
    """What cannot be done with a change as it stands; the message is a Chinese sentence."""


class OutcomeChanged(Exception):
    """Something else would follow by now than what was shown; the message is a Chinese sentence."""

    def __init__(self):
        super().__init__("预演以后有新的点名或登记，影响和刚才看到的不同。没有执行，请看过新的预演再确认。")


def job_of(change: CalendarChange) -> str:
    return f"calendar-{change.pk}"


# ---- made ----------------------------------------------------------------------------------------


def plan_days(*, by, place: Place, plans: Collection[DayPlan], today: date, then: Then) -> CalendarChange:
    """Keep what somebody wants days to be, and rehearse it; ``then`` queues the job where it is large.

    Raises ``PlanRefused`` for a plan that cannot be, or that changes nothing.
    """
    plans = sorted(plans)
    check(plans, calendar=current_calendar(), today=today, place=place.ids)
    with transaction.atomic():
        rows = {row.day: row for row in calendar_rows.overrides_at(**place.ids, days=[plan.day for plan in plans])}
        standing = {plan.day: calendar_rows.plan_now(plan.day, rows.get(plan.day)) for plan in plans}
        changed = [plan for plan in plans if not calendar_rows.same(standing[plan.day], plan)]
        if not changed:
            raise PlanRefused("这些天已经是这样安排的，不用改")
        if twin := _asked_before(by, place, changed):
            return twin
        change = _make(by=by, place=place, title=summary(changed))
        ChangedDay.objects.bulk_create(_line(change, plan, rows.get(plan.day)) for plan in changed)
        audit.record(by=by, action="calendar.plan", subject=change, days=len(changed))
        _queue_if_large(change, then)
    return _rehearsed(change, today)


def plan_term(*, by, school_year: int, number: int, start: date, end: date, today: date, then: Then) -> CalendarChange:
    """Keep the days that a term shall have, a new one or one there is, and rehearse it."""
    with transaction.atomic():
        row = Term.objects.filter(school_year=school_year, number=number).first()
        if row and (row.start, row.end) == (start, end):
            raise PlanRefused("学期的日期就是这样，不用改")
        _check_term(school_year, number, start, end, row, today)
        change = _make(
            by=by, place=Place(), title=f"{'改' if row else '新增'}{Term(school_year=school_year, number=number)}"
        )
        ChangedTerm.objects.create(
            change=change,
            school_year=school_year,
            number=number,
            before_start=row and row.start,
            before_end=row and row.end,
            after_start=start,
            after_end=end,
        )
        audit.record(by=by, action="calendar.plan_term", subject=change, school_year=school_year, number=number)
        _queue_if_large(change, then)
    return _rehearsed(change, today)


def _asked_before(by, place: Place, plans: Collection[DayPlan]) -> CalendarChange | None:
    """The same proposal by the same person that still waits for its confirmation: a second press, or a page gone back.

    It is shown as it was rehearsed; what has changed since is found when it is confirmed.
    """
    waiting = CalendarChange.objects.filter(
        made_by=by, school=place.school, school_class=place.school_class, title=summary(plans), state__in=WAITING
    )
    asked = [(plan.day, plan.what, plan.follows, plan.note) for plan in plans]
    for change in waiting.prefetch_related("days"):
        if sorted((line.day, line.after, line.after_follows, line.after_note) for line in change.days.all()) == asked:
            return change
    return None


def _check_term(school_year: int, number: int, start: date, end: date, row: Term | None, today: date) -> None:
    if end <= start:
        raise PlanRefused("结束日期应在开始日期之后，请核对")
    first, next_first = school_year_start(school_year), school_year_start(school_year + 1)
    if not first <= start < next_first or end >= next_first:
        raise PlanRefused(f"学期应在{cdate(first)}到次年8月31日之间，请核对学年和日期")
    if school_year < school_year_of(today):
        raise PlanRefused("以前学年的学期不再改动")
    for other in Term.objects.exclude(pk=row and row.pk):
        if start <= other.end and other.start <= end:
            raise PlanRefused(f"与{other}（{cdate(other.start)}至{cdate(other.end)}）的日期重叠，请核对")


def _make(*, by, place: Place, title: str, **fields) -> CalendarChange:
    return CalendarChange.objects.create(
        school=place.school, school_class=place.school_class, title=title, made_at=timezone.now(), made_by=by, **fields
    )


def _line(change: CalendarChange, plan: DayPlan, row) -> ChangedDay:
    now = calendar_rows.plan_now(plan.day, row)
    return ChangedDay(
        change=change,
        day=plan.day,
        before=now.what,
        before_follows=now.follows,
        before_note=now.note,
        before_change_id=row and row.change_id,
        after=plan.what,
        after_follows=plan.follows,
        after_note=plan.note,
    )


def is_large(change: CalendarChange) -> bool:
    """Whether a change is for a job: all of the county's, and those of very many children."""
    return change.school_id is None or children_of(change)[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE


def _queue_if_large(change: CalendarChange, then: Then) -> None:
    if is_large(change):
        then(change.pk)


def _rehearsed(change: CalendarChange, today: date) -> CalendarChange:
    if not is_large(change):
        preview(change=change, today=today)
    change.refresh_from_db()
    return change


# ---- rehearsed and carried out -------------------------------------------------------------------


def preview(*, change: CalendarChange, today: date, watch: Watch | None = None, refused: str = "") -> None:
    """Rehearse a change, and keep what would follow; ``refused``: why it could not be carried out as shown before."""
    outcome = rehearse(change, today=today, watch=watch)
    found = {"outcome": outcome.as_json() | {"refused": refused}, "mark": outcome.mark, "state": State.PREVIEWED}
    if not CalendarChange.objects.filter(pk=change.pk, state=State.PREVIEWING).update(**found):
        raise progress.Stopped


def confirm(*, by, change: CalendarChange, seen: str, today: date, then: Then) -> None:
    """Carry out a change as it was shown: ``seen`` is the mark of the rehearsal that the page showed.

    A large one is queued by ``then``. Raises ``ChangeRefused`` where something else would follow by now, which is
    then shown, or where the change or one of its days is no longer as it was. A second press is harmless.
    """
    with transaction.atomic():
        row = CalendarChange.objects.select_for_update(no_key=True).get(pk=change.pk)
        if row.state in (State.APPLYING, State.APPLIED):
            return
        if row.state != State.PREVIEWED or row.mark != seen:
            raise ChangeRefused("没有执行：这项改动已经不是刚才看到的样子。请看本页的最新情况。")
        row.state, row.applied_at, row.applied_by = State.APPLYING, timezone.now(), by
        try:
            with transaction.atomic():
                row.save(update_fields=["state", "applied_at", "applied_by"])
        except IntegrityError:
            raise ChangeRefused("没有撤回：这项改动已由别人撤回。") from None
        progress.forget(job_of(row))
        large = is_large(row)
        if large:
            then(row.pk)
    if not large:
        carry_out(change=row, today=today)


def carry_out(*, change: CalendarChange, today: date, watch: Watch | None = None) -> None:
    """Write terms and days, then recompute; where it was broken off before, go on with the recomputing."""
    if not change.outcome.get("written"):
        try:
            _write(change, today, watch)
        except (OutcomeChanged, RowsChanged) as refused:
            _back_to_preview(change, str(refused), today)
            raise ChangeRefused(str(refused)) from None
    findings, surroundings = Findings(today), Surroundings()
    total, done, reason = children_of(change).count(), 0, _reason(change)
    for chunk in chunks_of(change):
        if watch:
            watch("重算", done, total)
        with transaction.atomic():
            recompute_locked(chunk, surroundings, through=today, reason=reason, tell=findings.note)
        done += len(chunk)
    _finish(change, findings)


def _reason(change: CalendarChange) -> str:
    note = next((line.after_note for line in change.days.all() if line.after_note), "")
    return f"校历调整：{change.title}{f'，{note}' if note else ''}"[:100]


def _write(change: CalendarChange, today: date, watch: Watch | None) -> None:
    """Under lock: see once more what would follow, and write if it is what was shown.

    A school's children wait meanwhile. A county is looked at first, and its calendar must be the same afterwards.
    """
    outcome, stamp = None, reference_stamp()
    if is_large(change):
        outcome = rehearse(change, today=today, watch=watch)
    with transaction.atomic():
        if outcome is None:
            lock_children(list(children_of(change)), classes_of(change).values_list("pk", flat=True))
        stands = calendar_rows.lock_calendar() == stamp
        calendar_rows.check_days(change, were="plan_before")
        if outcome is not None and not stands:
            raise OutcomeChanged
        outcome = outcome or rehearse(change, today=today)
        if outcome.mark != change.mark:
            raise OutcomeChanged
        calendar_rows.write(change)
        change.outcome = outcome.as_json() | {"written": True}
        change.save(update_fields=["outcome"])
        audit.record(
            by=change.applied_by,
            action="calendar.apply",
            subject=change,
            days=change.days.count(),
            reverses=change.reverses_id,
        )


def _back_to_preview(change: CalendarChange, refused: str, today: date) -> None:
    """What was not carried out is shown again, as it would be now."""
    rows = CalendarChange.objects.filter(pk=change.pk)
    rows.update(state=State.PREVIEWING, applied_at=None, applied_by=None, outcome={})
    preview(change=change, today=today, refused=refused)


@transaction.atomic
def _finish(change: CalendarChange, findings: Findings) -> None:
    change.outcome["done"] = vars(findings.tally)
    change.state = State.APPLIED
    change.save(update_fields=["outcome", "state"])
    if change.reverses_id:
        CalendarChange.objects.filter(pk=change.reverses_id).update(
            state=State.TAKEN_BACK, taken_back_at=timezone.now(), taken_back_by=change.applied_by
        )


def is_silent(change: CalendarChange) -> bool:
    """Whether whoever should be at work on a change has broken off."""
    return progress.is_silent(job_of(change), change.applied_at or change.made_at)


def go_on(*, change: CalendarChange, today: date, then: Then) -> None:
    """Go on with a change whose carrying out was broken off; what was done stands, the rest is recomputed."""
    if change.state != State.APPLYING or not is_silent(change):
        raise ChangeRefused("没有重新开始：这项改动正在执行，或者已经执行完。请看本页的最新情况。")
    progress.forget(job_of(change))
    if is_large(change):
        then(change.pk)
    else:
        carry_out(change=change, today=today)


# ---- given up and taken back ---------------------------------------------------------------------


def give_up(*, by, change: CalendarChange) -> None:
    """Throw a change away that has not been carried out; a rehearsal under way is asked to stop."""
    rows = CalendarChange.objects.filter(pk=change.pk, state__in=(State.PREVIEWING, State.PREVIEWED))
    with transaction.atomic():
        if not rows.update(state=State.GIVEN_UP, given_up_at=timezone.now(), given_up_by=by):
            raise ChangeRefused("没有放弃：这项改动已经执行或放弃。请看本页的最新情况。")
        audit.record(by=by, action="calendar.give_up", subject=change)
    progress.ask_to_stop(job_of(change))


def take_back(*, by, change: CalendarChange, today: date, then: Then) -> CalendarChange:
    """The change that would undo this one, rehearsed like any other; refused where somebody changed its days since."""
    with transaction.atomic():
        change = CalendarChange.objects.select_for_update(no_key=True).get(pk=change.pk)
        if change.state != State.APPLIED:
            raise ChangeRefused("没有撤回：这项改动没有执行，或者已经撤回。")
        year_start = school_year_start(school_year_of(today))
        if any(line.day < year_start for line in change.days.all()):
            raise ChangeRefused("没有撤回：以前学年的校历不再改动。")
        if asked := CalendarChange.objects.filter(reverses=change, made_by=by, state__in=WAITING).first():
            return asked  # a second press
        try:
            calendar_rows.check_days(change, were="plan")
        except RowsChanged as refused:
            raise ChangeRefused(str(refused)) from None
        made = _make(
            by=by, place=Place(change.school, change.school_class), title=f"撤回{change.title}"[:60], reverses=change
        )
        ChangedDay.objects.bulk_create(_reversed(made, line) for line in change.days.all())
        if term := getattr(change, "term", None):
            ChangedTerm.objects.create(
                change=made,
                school_year=term.school_year,
                number=term.number,
                before_start=term.after_start,
                before_end=term.after_end,
                after_start=term.before_start,
                after_end=term.before_end,
            )
        audit.record(by=by, action="calendar.plan", subject=made, days=made.days.count(), reverses=change.pk)
        _queue_if_large(made, then)
    return _rehearsed(made, today)


def _reversed(made: CalendarChange, line: ChangedDay) -> ChangedDay:
    return ChangedDay(
        change=made,
        day=line.day,
        before=line.after,
        before_follows=line.after_follows,
        before_note=line.after_note,
        before_change_id=line.change_id,
        after=line.before,
        after_follows=line.before_follows,
        after_note=line.before_note,
    )

"""Terms and overrides as a change finds and leaves them; whoever calls this holds the change and recomputes."""

from collections.abc import Collection
from datetime import date

from django.db.models import ProtectedError

from students.day_plans import DayPlan, plan_of
from students.models import CalendarChange, ChangedDay, DayOverride, ReferenceStamp, Term
from students.templatetags.chinese import cdate


class RowsChanged(Exception):
    """Terms or days are not as they were when the change was made; the message is a Chinese sentence."""


def lock_calendar() -> int | None:
    """Let one writer of terms and overrides at a time go on, until the transaction ends; the stamp as it is now."""
    row = ReferenceStamp.objects.select_for_update().first()
    return row and row.stamp


def overrides_at(*, school: int | None, school_class: int | None, days: Collection[date] | None = None):
    """What the county, a school or a class itself says of single days."""
    rows = DayOverride.objects.filter(school=school, school_class=school_class)
    return rows if days is None else rows.filter(day__in=days)


def standing_plans(change: CalendarChange) -> dict[date, tuple[DayPlan, DayOverride | None]]:
    """What the place of a change says now of the change's days, with the rows that say so."""
    days = [each.day for each in change.days.all()]
    rows = {
        row.day: row
        for row in overrides_at(school=change.school_id, school_class=change.school_class_id, days=days).select_related(
            "change__applied_by"
        )
    }
    return {day: (plan_now(day, rows.get(day)), rows.get(day)) for day in days}


def plan_now(day: date, row: DayOverride | None) -> DayPlan:
    """What a row says of a day, as a plan."""
    if row is None:
        return DayPlan(day, plan_of(None))
    return DayPlan(day, plan_of(row.said), row.follows_weekday, row.note)


def same(one: DayPlan, other: DayPlan) -> bool:
    """Whether two plans say the same of a day; why nothing is said any more is kept with the change alone."""
    return one.said == other.said and (one.said is None or one.note == other.note)


def check_days(change: CalendarChange, *, were: str) -> None:
    """Raise ``RowsChanged`` unless every day is as the lines have it under ``were`` (``plan`` or ``plan_before``)."""
    standing = standing_plans(change)
    for line in change.days.all():
        now, row = standing[line.day]
        if not same(now, getattr(line, were)):
            by = f"由{row.change.applied_by.name}" if row and row.change else ""
            raise RowsChanged(f"{cdate(line.day)}的安排后来{by}改过，没有改动。请先看清现在的安排。")
    term = getattr(change, "term", None)
    if term is not None:
        expected = (term.before_start, term.before_end) if were == "plan_before" else (term.after_start, term.after_end)
        row = Term.objects.filter(school_year=term.school_year, number=term.number).first()
        if (row.start, row.end) != expected if row else expected != (None, None):
            raise RowsChanged(f"{term}的日期后来改过，没有改动。请先看清现在的日期。")


def write(change: CalendarChange) -> None:
    """Bring days and term to what the change says; every row that is written draws a new reference stamp."""
    check_days(change, were="plan_before")
    lines = list(change.days.all())
    # What a taking back restores was decided by whoever had decided it.
    authors = {line.day: line.before_change_id for line in change.reverses.days.all()} if change.reverses else {}
    own = overrides_at(school=change.school_id, school_class=change.school_class_id, days=[each.day for each in lines])
    own.delete()
    DayOverride.objects.bulk_create(
        _row(change, line, authors.get(line.day) if change.reverses_id else change.pk)
        for line in lines
        if line.said is not None
    )
    _write_term(change)


def _row(change: CalendarChange, line: ChangedDay, author: int | None) -> DayOverride:
    return DayOverride(
        day=line.day,
        is_taught=line.said.is_taught,
        is_closure=line.said.is_closure,
        follows_weekday=line.after_follows,
        note=line.after_note,
        school_id=change.school_id,
        school_class_id=change.school_class_id,
        change_id=author,
    )


def _write_term(change: CalendarChange) -> None:
    term = getattr(change, "term", None)
    if term is None:
        return
    rows = Term.objects.filter(school_year=term.school_year, number=term.number)
    if term.after_start is None:
        try:
            rows.delete()
        except ProtectedError:
            raise RowsChanged(f"{term}已有开学到校等登记，不能撤回，没有改动。请改学期日期。") from None
    elif term.before_start is None:
        Term.objects.create(
            school_year=term.school_year, number=term.number, start=term.after_start, end=term.after_end
        )
    else:
        rows.update(start=term.after_start, end=term.after_end)

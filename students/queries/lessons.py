"""The timetable: whose lesson a class has in each slot of a day, and the grid that the clerk fills."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef
from django.utils.crypto import salted_hmac

from students.access import CLASS_ROLES, Scope, in_force
from students.calendar import Calendar
from students.days import Slot
from students.models import Enrolment, Posting, SchoolClass, TimetableEntry, Weekday

WORKING_WEEK = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)


def weekday_followed(school_class: SchoolClass, day: date, calendar: Calendar) -> int:
    """The weekday (1–7) whose timetable a class follows on ``day``: a make-up day may follow another one's."""
    follows = calendar.explain(day, school=school_class.school_id, school_class=school_class.pk).follows
    return day.isoweekday() if follows is None else follows + 1


def lessons_on(
    classes: Collection[SchoolClass], day: date, calendar: Calendar
) -> dict[tuple[int, str], TimetableEntry]:
    """(class, slot) → the lesson of ``day`` with its teacher; one query. Empty where nobody keeps a timetable."""
    followed = {each.pk: weekday_followed(each, day, calendar) for each in classes}
    entries = TimetableEntry.objects.filter(school_class__in=followed, weekday__in=set(followed.values()))
    return {
        (entry.school_class_id, entry.slot): entry
        for entry in entries.select_related("teacher")
        if entry.weekday == followed[entry.school_class_id]
    }


@dataclass(frozen=True)
class Cell:
    """One cell of the grid: what stands there, and the name of its field."""

    weekday: Weekday
    slot: Slot
    entry: TimetableEntry | None

    @property
    def name(self) -> str:
        return f"lesson-{self.weekday.value}-{self.slot}"

    @property
    def label(self) -> str:
        """周三上午."""
        return f"{self.weekday.label}{self.slot.label}"


@dataclass(frozen=True)
class Timetable:
    """The grid of a class: its weekdays, and a row of cells for each slot. ``mark`` tells one state from another."""

    school_class: SchoolClass
    weekdays: list[Weekday]
    rows: list[tuple[Slot, list[Cell]]]
    mark: str

    @property
    def cells(self) -> list[Cell]:
        return [cell for _, cells in self.rows for cell in cells]

    @property
    def filled(self) -> int:
        return sum(cell.entry is not None for cell in self.cells)


def timetable_of(school_class: SchoolClass) -> Timetable:
    """The timetable of a class (with its school); one query. Boarding schools have lessons on Saturday and Sunday."""
    entries = list(TimetableEntry.objects.filter(school_class=school_class).select_related("teacher"))
    found = {(entry.weekday, entry.slot): entry for entry in entries}
    weekend = school_class.school.is_boarding or any(entry.weekday > Weekday.FRIDAY for entry in entries)
    weekdays = list(Weekday) if weekend else list(WORKING_WEEK)
    rows = [
        (slot, [Cell(weekday, slot, found.get((weekday, slot))) for weekday in weekdays])
        for slot in school_class.school.slot_list
    ]
    state = sorted((entry.weekday, entry.slot, entry.teacher_id, entry.subject) for entry in entries)
    mark = salted_hmac("students.timetable", f"{school_class.pk}/{state}").hexdigest()[:16]
    return Timetable(school_class, weekdays, rows, mark)


def classes_with_lessons(scope: Scope, today: date):
    """The classes in the scope that somebody attends, each with ``lessons``, how many cells are filled."""
    attended = Enrolment.objects.attending().on(today).filter(school_class=OuterRef("pk"))
    classes = SchoolClass.objects.visible_to(scope).filter(Exists(attended)).select_related("school")
    return classes.annotate(lessons=Count("timetable")).order_by("school__code", "number")


def teachers_of(school_class: SchoolClass, day: date) -> list[Posting]:
    """The postings in a class from which a lesson may be given: its 班主任 and 科任教师 on ``day``; one query."""
    postings = Posting.objects.filter(school_class=school_class, role__in=CLASS_ROLES, is_substitute=False)
    rows = in_force(postings, day).select_related("person")
    return list(rows.order_by("role", "subject", "person__name", "pk"))


def lesson_words(subject: str, teacher: str) -> str:
    """语文 徐兰; the name alone where no subject is known."""
    return f"{subject} {teacher}" if subject else teacher

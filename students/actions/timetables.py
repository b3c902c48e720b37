"""课表: the whole grid of a class saved at once."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from students.access import Scope
from students.actions import audit
from students.days import Slot
from students.models import SchoolClass, TimetableEntry, Weekday
from students.queries.lessons import teachers_of, timetable_of


class TimetableRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that names the cell, where it is about one.

    ``cell``: its weekday and slot, None where the refusal is about the whole grid.
    """

    def __init__(self, message: str, cell: tuple[int, str] | None = None):
        super().__init__(message)
        self.cell = cell


@transaction.atomic
def save(
    *, by, scope: Scope, school_class: SchoolClass, lessons: Mapping[tuple[int, str], int], seen: str, today: date
) -> int:
    """Let the timetable of a class be ``lessons``: (weekday, slot) → the posting of whoever teaches then.

    ``seen``: the mark of the grid that the page was made from. Returns how many cells have changed; the same grid sent
    twice changes nothing the second time. Raises ``TimetableRefused``.
    """
    target = SchoolClass.objects.select_for_update(of=("self",), no_key=True).select_related("school")
    target = target.get(pk=school_class.pk)
    if not scope.runs(target.school_id):
        raise TimetableRefused("课表由本校教务处和校领导排，没有保存。")
    wanted = _checked(target, lessons, today)
    standing = timetable_of(target)
    entries = {(cell.weekday, cell.slot): cell.entry for cell in standing.cells if cell.entry}
    has = {cell: (entry.teacher_id, entry.subject) for cell, entry in entries.items()}
    changed = {cell for cell in wanted.keys() | has.keys() if wanted.get(cell) != has.get(cell)}
    if not changed:
        return 0
    if seen != standing.mark:
        raise TimetableRefused("你打开页面之后，别人改过这张课表。没有保存你的修改，请刷新页面，看过现在的课表再改。")
    TimetableEntry.objects.filter(pk__in=[entries[cell].pk for cell in changed & entries.keys()]).delete()
    TimetableEntry.objects.bulk_create(
        TimetableEntry(school_class=target, weekday=weekday, slot=slot, teacher_id=teacher, subject=subject)
        for (weekday, slot), (teacher, subject) in sorted(wanted.items())
        if (weekday, slot) in changed
    )
    audit.record(by=by, action="timetable.save", subject=target, cells=len(changed))
    return len(changed)


def _checked(target: SchoolClass, lessons: Mapping[tuple[int, str], int], today: date) -> dict[tuple[int, str], tuple]:
    """(weekday, slot) → teacher and subject, each with a posting in the class."""
    postings = {posting.pk: posting for posting in teachers_of(target, today)}
    checked = {}
    for (weekday, slot), posting in lessons.items():
        if weekday not in Weekday.values or slot not in target.school.slot_list:
            raise TimetableRefused("课表里有本校没有的节次，没有保存。请刷新页面后再改。")
        if posting not in postings:
            label = f"{Weekday(weekday).label}{Slot(slot).label}"
            raise TimetableRefused(f"{label}：选的人不在这个班任教，没有保存。请另选，或先登记任课。", (weekday, slot))
        checked[weekday, slot] = (postings[posting].person_id, postings[posting].subject)
    return checked

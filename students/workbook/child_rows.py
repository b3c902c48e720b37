"""Writes the sound rows of 学生: the children, the numbers they had before, family members and special groups."""

from collections.abc import Collection

from students.actions.listing import index_children
from students.actions.standings import StandingChange, keep_former
from students.identity import masked_number
from students.models import FormerNumber, Student
from students.workbook.changes import FAMILY, MOST_KEPT, ChildChange, Difference, difference, extra_differences
from students.workbook.families import Families, group_wishes, members_of
from students.workbook.sheets import Entry, Result

WRITTEN = [field.name for field in Student._meta.concrete_fields if not field.primary_key]


def keep_children(sheet, checked: Collection, member_headers: Collection[str]) -> None:
    """Create or change the children of a chunk and leave their entries for 学籍变动; ``checked``: ``Child`` rows."""
    run = sheet.run
    former: list[FormerNumber] = []
    standings: list[StandingChange] = []
    months = {child.student.pk: child.student.admitted_on for child in checked if child.student}
    differing = {
        id(child): told for child in checked if child.student and (told := _change(child, former, standings, run))
    }
    new = [_made(child) for child in checked if child.student is None]
    Student.objects.bulk_create(new)
    made = iter(new)
    _write_changed([child.student for child in checked if id(child) in differing])
    FormerNumber.objects.bulk_create(former)
    if standings:
        keep_former(by=run.by, changes=standings, since=run.today, at=run.now)  # the column names no day
    index_children([child.student.pk for child in checked if id(child) in differing] + [child.pk for child in new])

    families = Families([child.student.pk for child in checked if child.student], run.today)
    for child in checked:
        is_new = child.student is None
        student = next(made) if is_new else child.student
        since = child.values["admitted_on"] if is_new else run.today
        members = members_of(child.row, member_headers)
        differs = families.keep(student.pk, members, list(group_wishes(child.row)), since)
        differs = differs or id(child) in differing
        result = Result.CREATED if is_new else Result.UPDATED if differs else Result.UNCHANGED
        sheet.count(result)
        if result is not Result.UNCHANGED:
            _tell(run.report, child, student, result, differing.get(id(child), []))
        day, former_day = student.admitted_on, months.get(student.pk, student.admitted_on)
        run.entries[student.pk] = Entry(
            child.school_class, day, None if former_day == day else former_day, child.row.file, child.row.number, result
        )
    families.write()


def _made(child) -> Student:
    return Student(**child.values, extra=child.extra)


def _tell(report, child, student: Student, result: Result, differences: list[Difference]) -> None:
    """Keep what happens to a child for whoever confirms the import; only the count where there are very many."""
    report.child_count += 1
    if report.child_count <= MOST_KEPT:
        if result is Result.UPDATED and not differences:
            differences = [FAMILY]
        number, school_class = masked_number(student.number), child.row["班号"]
        report.children.append(
            ChildChange(child.row.number, student.name, number, school_class, result, tuple(differences))
        )


def _change(child, former: list[FormerNumber], standings: list[StandingChange], run) -> list[Difference]:
    """Bring a known child to what the row says; blank cells keep what is known. What differs."""
    student, values = child.student, dict(child.values)
    if child.extra.items() - student.extra.items():
        values["extra"] = {**student.extra, **child.extra}
    changes = {field: value for field, value in values.items() if getattr(student, field) != value}
    if "student_number" in changes and student.student_number:
        former.append(
            FormerNumber(student=student, number=student.student_number, replaced_at=run.now, replaced_by=run.by)
        )
    if "standing" in changes:
        standings.append(StandingChange(student.pk, student.standing, changes["standing"]))
    told = extra_differences(student.extra, changes.get("extra", {}))
    told += [difference(student, field, value) for field, value in changes.items() if field != "extra"]
    for field, value in changes.items():
        setattr(student, field, value)
    return told


def _write_changed(students: list[Student]) -> None:
    """An insert that meets its own row updates it: many times quicker than a CASE for every field."""
    if students:
        Student.objects.bulk_create(students, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN)

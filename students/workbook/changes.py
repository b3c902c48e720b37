"""What an import would change about each child, for whoever has to confirm it; numbers masked (domain.md §10)."""

from datetime import date
from typing import NamedTuple

from students.identity import masked_number, masked_phone
from students.models import Student
from students.workbook.report import Result, shortened

MOST_KEPT = 1000  # children; the number of all is told beside them
FROM_WHEN = {"standing": "（从写入当天起）"}  # what is dated says from when the new value holds
NUMBERS = {"student_number", "id_number"}


class Difference(NamedTuple):
    """One field before and after; both blank where only its name is told."""

    field: str
    old: str
    new: str


FAMILY = Difference("家庭成员或特殊群体", "", "")


class ChildChange(NamedTuple):
    """A child whom the sheet 学生 creates or changes; ``row`` is Excel's."""

    row: int
    name: str
    number: str
    school_class: str
    result: Result
    differences: tuple[Difference, ...] = ()


def difference(student: Student, field: str, new: object) -> Difference:
    """``student`` still has the old value."""
    label = str(Student._meta.get_field(field).verbose_name) + FROM_WHEN.get(field, "")
    return Difference(label, _told(field, getattr(student, field)), _told(field, new))


def extra_differences(old: dict, new: dict) -> list[Difference]:
    """Of columns that are kept and not interpreted."""
    return [
        Difference(header, _told_extra(header, old.get(header, "")), _told_extra(header, value))
        for header, value in new.items()
        if old.get(header) != value
    ]


def _told(field: str, value: object) -> str:
    if value in (None, ""):
        return ""
    if field in NUMBERS:
        return masked_number(str(value))
    if field == "phone":
        return masked_phone(str(value))
    if isinstance(value, date):
        return f"{value.year}年{value.month}月" + (f"{value.day}日" if field == "birth_date" else "")
    choices = dict(Student._meta.get_field(field).flatchoices)
    return shortened(str(choices.get(value, value)))


def _told_extra(header: str, value: str) -> str:
    if not value:
        return ""
    return masked_number(value) if "证件号" in header else masked_phone(value) if "电话" in header else shortened(value)

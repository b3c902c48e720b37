"""What a form was opened with, so that whoever sends it second is told what the first one changed.

The page carries a mark for every field and not its value: numbers stay hidden, and the marks say which field differs.
"""

from collections.abc import Mapping, Sequence

from django.db.models import Model
from django.utils.crypto import salted_hmac

LENGTH = 12  # characters of a mark


class ChangedMeanwhile(Exception):
    """Somebody else has changed the row since the form was opened; ``fields`` are those that differ now."""

    def __init__(self, fields: Sequence[str]):
        super().__init__("你打开页面之后，别人改过这些内容。没有保存你的修改，请核对两边的不同后再保存。")
        self.fields = fields


def marks_of(row: Model, fields: Sequence[str], values: Mapping[str, object] | None = None) -> str:
    """The marks of these fields as they stand, for a hidden field; ``values``: where they are no columns of it."""
    stand = {field: getattr(row, field) for field in fields} if values is None else values
    return ".".join(_mark(row, field, stand[field]) for field in fields)


def refuse_changed(row: Model, fields: Sequence[str], opened: str) -> None:
    """Raise ``ChangedMeanwhile`` where ``row``, locked, no longer is what the form was opened with."""
    changed = differing(row, fields, opened, {field: getattr(row, field) for field in fields})
    if changed:
        raise ChangedMeanwhile(changed)


def differing(row: Model, fields: Sequence[str], opened: str, values: Mapping[str, object]) -> list[str]:
    """The fields whose ``values`` are not those that the form was opened with; all of them where it does not say."""
    marks = opened.split(".")
    if len(marks) != len(fields):
        return list(fields)
    return [field for field, mark in zip(fields, marks, strict=True) if _mark(row, field, values[field]) != mark]


def _mark(row: Model, field: str, value: object) -> str:
    return salted_hmac("students.meanwhile", f"{row._meta.label}/{row.pk}/{field}/{value}").hexdigest()[:LENGTH]

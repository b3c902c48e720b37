"""The filters 乡镇, 学校 and 班级 of a list."""

from collections.abc import Iterable, Sequence

from django import forms

from students.models import School


def offer_townships(form: forms.Form, schools: Iterable[School]) -> None:
    """Fill the filter 乡镇 of a form from the ``schools`` in the scope, read with their townships; one alone offers no
    choice, and the filter is taken away."""
    townships = sorted({school.township for school in schools}, key=lambda area: area.code)
    form.fields["township"].choices = [("", "全部"), *((str(area.pk), area.name) for area in townships)]
    if len(townships) < 2:
        del form.fields["township"]


def offer_places(form: forms.Form, schools: Sequence[School], classes=None) -> None:
    """Fill the filters 学校 and 班级 of a form from those in the scope; what offers no choice is taken away.

    Whoever sees several schools first chooses one of them, and then a class of it.
    """
    offered = {"school": schools}
    if classes is not None:
        if len(schools) > 1:
            classes = classes.filter(school__in=[row for row in schools if str(row.pk) == form.data.get("school")])
        offered["school_class"] = list(classes)
    for name, rows in offered.items():
        form.fields[name].choices = [("", "全部"), *((str(row.pk), str(row)) for row in rows)]
        if len(rows) < 2:
            del form.fields[name]

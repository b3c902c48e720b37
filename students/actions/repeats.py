"""A form that is sent again: with the same content it is one act, with other content nothing of it goes in silence.

The row that the first sending left is compared with what is told now. Whoever finds a difference refuses with a
sentence that says what was recorded first, or, where the row may still be changed, changes it.
"""

from collections.abc import Mapping

from django.db.models import Model


def told_otherwise(row: Model, told: Mapping[str, object]) -> list[str]:
    """The labels of the columns in which ``row`` differs from what is told now; none where it is a second press."""
    return [str(row._meta.get_field(name).verbose_name) for name, value in told.items() if getattr(row, name) != value]

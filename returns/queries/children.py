"""The children behind changes, by name where the reader may see them (domain.md §10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.figures import LABELS
from returns.snapshots import Change, Pair
from students.access import Scope
from students.models import Student
from students.turning import grade_label

MOST_NAMED = 40  # of one line; the list behind the figure has all of them
FIGURE_OF = {label: code for code, label in LABELS.items()}


@dataclass(frozen=True)
class NamedChild:
    """A child of a line; ``name`` is blank where it is outside the reader's scope now."""

    pk: int
    name: str
    grade: str


@dataclass(frozen=True)
class ChangeLine:
    """A change in words, with the children who make it."""

    change: Change
    came: Sequence[NamedChild]
    went: Sequence[NamedChild]

    @property
    def unnamed(self) -> int:
        """How many children are not named here, because they are too many or outside the reader's scope."""
        named = sum(bool(child.name) for child in (*self.came, *self.went))
        return len(self.change.came) + len(self.change.went) - named

    @property
    def listed(self) -> str:
        """The figure whose list names all of them, where there are too many to be named here."""
        too_many = self.change.before is None and len(self.change.came) > MOST_NAMED
        return FIGURE_OF.get(self.change.label, "") if too_many else ""


def change_lines(changes: Sequence[Change], scope: Scope) -> list[ChangeLine]:
    """One query for all names."""
    wanted = {child for change in changes for child, _ in (*change.came[:MOST_NAMED], *change.went[:MOST_NAMED])}
    visible = Student.objects.visible_to(scope).filter(pk__in=wanted) if wanted else Student.objects.none()
    names = dict(visible.values_list("pk", "name")) if wanted else {}
    return [ChangeLine(change, _named(change.came, names), _named(change.went, names)) for change in changes]


def _named(pairs: Sequence[Pair], names: Mapping[int, str]) -> list[NamedChild]:
    return [
        NamedChild(child, names[child], grade_label(grade)) for child, grade in pairs[:MOST_NAMED] if child in names
    ]

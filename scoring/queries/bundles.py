"""三包 as it is read: the key children of a school with whom they have, and what was done for each since then."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from scoring.assigning import Kind
from scoring.models import Assignment
from scoring.queries.assignments import (
    key_lines,
    lapse_of,
    people_for,
    with_state,
    with_village,
)
from scoring.queries.bundled_children import BundledChild, bundled
from students.models import Area, Person, RegistryLine, School, SchoolClass
from students.queries.homeroom import homeroom_teachers

NO_VILLAGE, OTHER_TOWNSHIP = "户籍村不明", "外乡镇"


@dataclass
class PersonsChildren:
    """A person of the school with the children they answer for."""

    person: Person
    words: str
    children: list[BundledChild]

    @property
    def visited(self) -> int:
        return sum(child.was_met_this_month for child in self.children)

    @property
    def has_left(self) -> bool:
        return any(not child.row.is_posted for child in self.children)


@dataclass
class VillageLine:
    """A village with the key children of the school who live there, and the head who answers for it."""

    name: str
    village: Area | None
    row: Assignment | None
    children: list[BundledChild] = field(default_factory=list)

    @property
    def lapse(self) -> str:
        return lapse_of(self.row) if self.row else ""

    @property
    def is_held(self) -> bool:
        return self.row is not None and not self.lapse


@dataclass(frozen=True)
class ClassLine:
    """A class with its 班主任, who answers for it by the posting, and its key children."""

    school_class: SchoolClass
    teacher: str
    key: int
    held: int


@dataclass
class SchoolBundles:
    """A school's 三包 on a day. ``children``: the key ones; ``others``: held by somebody and key no longer, or gone."""

    school: School
    children: list[BundledChild]
    others: list[BundledChild]
    people: list[PersonsChildren]
    villages: list[VillageLine]
    classes: list[ClassLine]
    liaison: Assignment | None

    @property
    def nobodys(self) -> list[BundledChild]:
        """Key children whom nobody answers for now: first those whose person has left."""
        left = [child for child in self.children if child.row and child.lapse]
        return left + [child for child in self.children if child.row is None]

    @property
    def key(self) -> int:
        return len(self.children)

    @property
    def held(self) -> int:
        return sum(child.is_held for child in self.children)

    @property
    def key_note(self) -> str:
        """What the figures of children are taken of."""
        return f"重点生{self.key}人"

    @property
    def held_note(self) -> str:
        return f"已有人包{self.held}人"

    @property
    def villages_note(self) -> str:
        return f"本乡镇{self.villages_all}个村"

    @property
    def liaison_lapse(self) -> str:
        return lapse_of(self.liaison) if self.liaison else ""

    @property
    def lapsed(self) -> int:
        return sum(bool(child.lapse) for child in [*self.children, *self.others])

    @property
    def visited(self) -> int:
        return sum(child.is_held and child.was_met_this_month for child in self.children)

    @property
    def villages_held(self) -> int:
        return sum(line.is_held for line in self.villages if line.village)

    @property
    def villages_all(self) -> int:
        return sum(line.village is not None for line in self.villages)


def open_rows(kind: Kind, today: date) -> QuerySet[Assignment]:
    """Rows that nobody has ended, each with its state and its people."""
    rows = with_state(Assignment.objects.filter(kind=kind).open(), today)
    return rows.select_related("person", "school__township", "village", "assigned_by")


def school_bundles(school: School, today: date) -> SchoolBundles:
    """The whole of a school's 三包; as many queries whatever its size."""
    rows = list(open_rows(Kind.STUDENT, today).filter(school=school))
    of_children = key_lines(today).filter(school=school) | RegistryLine.objects.filter(
        pk__in=[row.student_id for row in rows]
    )
    lines = with_village(of_children).select_related("student", "school_class__school").order_by("place_key", "student")
    listed = bundled(lines, rows, today)
    children = [child for child in listed if child.why and child.line.school_id == school.pk]
    others = [child for child in listed if not (child.why and child.line.school_id == school.pk)]
    return SchoolBundles(
        school,
        children,
        others,
        _people(listed, school, today),
        _villages(children, school, today),
        _classes(children, school, today),
        open_rows(Kind.LIAISON, today).filter(school=school).first(),
    )


def _people(listed: list[BundledChild], school: School, today: date) -> list[PersonsChildren]:
    names = dict(people_for(Kind.STUDENT, school, today))
    groups: dict[int, PersonsChildren] = {}
    for child in listed:
        if child.row:
            person = child.row.person
            group = groups.setdefault(person.pk, PersonsChildren(person, names.get(person.pk, person.name), []))
            group.children.append(child)
    return sorted(groups.values(), key=lambda group: (not group.has_left, group.words))


def _villages(children: list[BundledChild], school: School, today: date) -> list[VillageLine]:
    """The villages of the township; then, where children live there, those of others and the unknown."""
    held = {row.village_id: row for row in open_rows(Kind.VILLAGE, today).filter(school=school)}
    own = Area.objects.filter(level=Area.Level.VILLAGE, parent=school.township_id).order_by("code")
    lines = {village.pk: VillageLine(village.name, village, held.get(village.pk)) for village in own}
    elsewhere, unknown = VillageLine(OTHER_TOWNSHIP, None, None), VillageLine(NO_VILLAGE, None, None)
    for child in children:
        village = child.line.village
        lines.get(village, elsewhere if village else unknown).children.append(child)
    in_order = sorted(lines.values(), key=lambda line: (line.is_held, line.row.person.name if line.row else ""))
    return [*in_order, *(line for line in (elsewhere, unknown) if line.children)]


def _classes(children: list[BundledChild], school: School, today: date) -> list[ClassLine]:
    """The classes that have key children, and who has them by posting."""
    of_class: dict[SchoolClass, list[BundledChild]] = defaultdict(list)
    for child in children:
        of_class[child.line.school_class].append(child)
    teachers = homeroom_teachers(of_class, today)
    return [
        ClassLine(
            each, teachers[each.pk].name if each.pk in teachers else "", len(own), sum(child.is_held for child in own)
        )
        for each, own in of_class.items()
    ]


def history_of(school: School) -> QuerySet[Assignment]:
    """What has ended at a school, the latest first."""
    rows = Assignment.objects.filter(school=school).exclude(until=None)
    return rows.select_related("person", "student", "village", "ended_by").order_by("-ended_at", "-pk")


def assignable(school: School, today: date, *, sent: Collection[str] = ()) -> list[tuple[int, str]]:
    """Whom a person can be found for: id, and name with class and why; with those that a form has ``sent``.

    A child that somebody else has been found for meanwhile stays on the list, so that the action can say by whom.
    """
    made = school_bundles(school, today)
    asked = {int(each) for each in sent if each.isdecimal()}
    held = [child for child in made.children if child.is_held and child.student.pk in asked]
    return [
        (child.student.pk, f"{child.student.name}（{child.line.school_class.name}，{child.why}）")
        for child in [*made.nobodys, *held]
    ]


def ever_assigned(school: School) -> QuerySet[Person]:
    """Whoever has, or once had, something to answer for at the school."""
    return Person.objects.filter(pk__in=Assignment.objects.filter(school=school).values("person"))


def held_by(school: School, person: Person, *, sent: Collection[str] = ()) -> list[tuple[int, str]]:
    """What somebody has at the school: the row's id, and the child with its class, or the village; with those that a
    form has ``sent``, so that the action can say what became of them."""
    asked = [int(each) for each in sent if each.isdecimal()]
    rows = Assignment.objects.filter(Q(until=None) | Q(pk__in=asked), school=school, person=person)
    rows = rows.exclude(kind=Kind.LIAISON).select_related("student__line__school_class", "village")
    return [
        (row.pk, f"{row.student.name}（{row.student.line.school_class.name}）" if row.student else row.village.name)
        for row in rows.order_by("kind", "student__line__place_key", "village__code", "pk")
    ]

"""Who waits for whom: classes first, then children, both in order, so that nobody waits in a circle."""

from collections.abc import Collection, Iterable

from students.models import Enrolment, SchoolClass, Student


def lock_child(student: Student, *joined: SchoolClass | None) -> None:
    """One child, and the classes that it is, was or will be in."""
    lock_children([student.pk], [school_class and school_class.pk for school_class in joined])


def lock_children(students: Collection[int], joined: Iterable[int | None] = ()) -> None:
    """Children by id, and the classes that they are, were or will be in: everybody who writes takes them like this.

    A register holds its class and then takes the children, so a child is never locked before its classes.
    """
    classes = set(Enrolment.objects.filter(student__in=students).values_list("school_class", flat=True))
    classes |= set(joined) - {None}
    lock_classes(classes)
    children = Student.objects.select_for_update(no_key=True).filter(pk__in=students)
    list(children.order_by("pk").values_list("pk"))


def lock_classes(classes: Collection[int]) -> None:
    """Classes by id, in order; whoever needs children as well takes these first."""
    list(SchoolClass.objects.select_for_update(no_key=True).filter(pk__in=classes).order_by("pk").values_list("pk"))

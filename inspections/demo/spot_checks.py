"""随机清点 of the demonstration county: three classes drawn, one count that agrees, one that does not, one to come."""

from datetime import date
from uuid import NAMESPACE_OID, uuid5

from casework.demo.acts import at
from casework.demo.hours import done_at
from casework.demo.plan import CountyPlan
from casework.demo.staff import USERNAMES, scope_on
from inspections.actions import draws
from inspections.actions.reasons import keep_reasons
from students.actions import counts
from students.days import ABSENT, EXCUSED
from students.models import AbsenceMark, HeadCountMissing, Person, Role, RollCall, SchoolClass
from students.queries.registers import roster

Reason = HeadCountMissing.Reason
CLASSES, DRAWN = 3, 4  # how many are drawn, how many school days ago
COUNTED = ((3, False), (2, True))  # how many school days ago, and whether a child is missing whom the register has
NOTE = "一人不在教室，点名记在校，任课教师不知道去了哪里"


def count_heads(plan: CountyPlan) -> None:
    """Drawn by the bureau among the classes of the school of the log-ins, counted by its 督学."""
    people = Person.objects.in_bulk([*USERNAMES.values()], field_name="username")
    officer, inspector = people[USERNAMES[Role.BUREAU_OFFICER]], people[USERNAMES[Role.INSPECTOR]]
    days = plan.shown_class.days
    day = days[-DRAWN]
    keep_reasons(today=day)
    submission = uuid5(NAMESPACE_OID, f"demo draw {day}")
    with done_at(at(day, 8, 20)):
        drawn = draws.make_draw(
            by=officer, scope=scope_on(officer, day), place=draws.Place(school=plan.shown_school.row), size=CLASSES,
            submission=submission, today=day, seed=submission.hex,
        )  # fmt: skip
    rows = drawn.classes.select_related("school_class__school").order_by("position")
    for row, (ago, differs) in zip(rows, COUNTED, strict=False):
        _count(row.school_class, inspector, days[-ago], differs=differs)


def _count(school_class: SchoolClass, inspector: Person, day: date, *, differs: bool) -> None:
    """In the morning, when the first register has been taken; whom it has absent is not in the room either."""
    call = RollCall.objects.filter(school_class=school_class, day=day, slot=school_class.school.slot_list[0]).first()
    roll = list(roster(school_class.pk, day).values_list("student", flat=True))
    marks = call.marks.filter(student__in=roll, kind__in=ABSENT) if call else AbsenceMark.objects.none()
    kinds = dict(marks.values_list("student", "kind"))
    missing = {student: Reason.LEAVE if kind in EXCUSED else Reason.ABSENT for student, kind in kinds.items()}
    if differs:
        missing |= dict.fromkeys([pk for pk in roll if pk not in missing][:1], Reason.UNKNOWN)
    with done_at(at(day, 10, 20)):
        counts.record_head_count(
            by=inspector, scope=scope_on(inspector, day), school_class=school_class, present=len(roll) - len(missing),
            missing=missing, note=NOTE if differs else "", on_roll=len(roll), seen=None, today=day,
        )  # fmt: skip

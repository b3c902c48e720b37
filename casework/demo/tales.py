"""How a child's case is told, on the days on which its class has a register.

A tale says what happened and how the school behaved (``habit``: days after the trigger on which a duty is answered,
None = not yet). Which duties follow is the engine's business, so one tale is a different case under other rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casework.contacts import ContactMethod, ContactOutcome
from casework.demo.attendance import mark
from casework.demo.children import (
    TEMPORARY,
    Act,
    Child,
    Correction,
    Excuse,
    Group,
    Happening,
)
from casework.demo.plan import ClassPlan, CountyPlan
from casework.ruleset import Tier
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import Student

AT_ONCE = dict.fromkeys(Tier, 0)
NEVER = dict.fromkeys(Tier)
TRUANT = [MarkKind.UNVERIFIED, MarkKind.UNEXCUSED]  # first nobody knows, then it is clear
LOST_DAYS = 32  # a transfer out unconfirmed for longer is a child lost (去向不明)
ABOUT_A_WEEK = 6  # school days
LONG_ILLNESS = 12  # school days
WEEKEND_DAYS = 33  # school days in which weekends are looked for: seven weeks with a holiday


@dataclass
class Scene:
    """Where a story happens: the county, the class and its days with a register, the last one being the latest."""

    county: CountyPlan
    of: ClassPlan

    @property
    def days(self) -> list[date]:
        return self.of.taken

    @property
    def today(self) -> date:
        return self.county.span.today

    def other_class(self, *, grades_up: int) -> ClassPlan | None:
        """Another class of the school, in this grade or ``grades_up`` from it."""
        others = [of for of in self.of.school.classes if of is not self.of and not of.is_shown]
        return next((of for of in others if of.grade == self.of.grade + grades_up), None)

    def same_grade_elsewhere(self) -> ClassPlan | None:
        """A class of this grade in another school of the county."""
        schools = [school for school in self.county.schools if school is not self.of.school]
        return next((of for school in schools for of in school.classes if of.grade == self.of.grade), None)


Tell = Callable[[Child, Scene], None]


def absent(days: int, *, back: int = 0, habit: dict | None = None, persuaded: bool = False) -> Tell:
    """Missing the last ``days`` days with a register, or those that ended ``back`` days ago."""

    def tell(child: Child, scene: Scene) -> None:
        missed = scene.days[-days - back : len(scene.days) - back]
        mark(child, missed, scene.of.registers, TRUANT)
        child.habit.update(habit or {})
        if persuaded:
            persuade(child, missed)

    return tell


def persuade(child: Child, missed: Sequence[date]) -> None:
    """What a school does about a child who stays away: calls, visits, a letter."""
    steps = (
        (0, ContactMethod.PHONE, ContactOutcome.NO_ANSWER, "拨打两次无人接听。"),
        (1, ContactMethod.PHONE, ContactOutcome.REFUSES, "祖父说孩子不肯上学，晚上再劝。"),
        (2, ContactMethod.HOME_VISIT, ContactOutcome.REFUSES, "见到祖父和孩子，孩子说跟不上、坐不住，约好再谈。"),
        (5, ContactMethod.JOINT_VISIT, ContactOutcome.TALKED, "校长、村干部一同到家，监护人愿意送孩子返校。"),
        (8, ContactMethod.LETTER, ContactOutcome.TALKED, "劝返通知书已送到家中，祖父签收。"),
    )
    child.acts += [Act(missed[step], *told) for step, *told in steps if step < len(missed)]
    child.groups.setdefault(Group.WAVERING, ("", missed[0]))


def one_slot_yesterday(child: Child, scene: Scene) -> None:
    """One slot missed on the latest day; nobody has called yet."""
    day = scene.days[-1]
    child.marks[day][scene.of.registers[day][-1]] = MarkKind.UNVERIFIED.value
    child.habit.update(NEVER)


def about_to_climb(days: int) -> Tell:
    """Missing up to the latest day: the next absence reaches a rung. Called every day but the latest."""

    def tell(child: Child, scene: Scene) -> None:
        missed = scene.days[-days:]
        mark(child, missed, scene.of.registers, TRUANT)
        persuade(child, missed[:-1])
        still = (ContactMethod.PHONE, ContactOutcome.REFUSES, "祖父说孩子仍不肯来。")
        child.acts += [Act(day, *still) for day in missed[3:-1]]
        child.habit.update({Tier.CONTACT: None, Tier.ABSENCE_REPORT: 1})

    return tell


def away_at_weekends(child: Child, scene: Scene) -> None:
    """Leaves early on Fridays and comes back late on Mondays; called each time."""
    edges = [day for day in scene.days[-WEEKEND_DAYS:] if day.weekday() in (0, 4)]
    for day in edges[-5:]:
        slots = scene.of.registers[day]
        child.marks[day][slots[-1] if day.weekday() == 4 else slots[0]] = MarkKind.UNEXCUSED.value
    child.habit.update(AT_ONCE)


def often_on_leave(child: Child, scene: Scene) -> None:
    """A day of sick leave every week or so."""
    for day in scene.days[-22:-1:7]:
        mark(child, [day], scene.of.registers, [MarkKind.SICK_LEAVE])
        child.leaves.append(Excuse(day, day, MarkKind.SICK_LEAVE.value))


def excused_inside(child: Child, scene: Scene) -> None:
    """A day of sick leave inside a run neither counts nor breaks it."""
    missed = scene.days[-4:]
    mark(child, missed, scene.of.registers, TRUANT)
    mark(child, missed[2:3], scene.of.registers, [MarkKind.SICK_LEAVE])
    child.leaves.append(Excuse(missed[2], missed[2], MarkKind.SICK_LEAVE.value))
    child.habit.update({Tier.CONTACT: 0})


def dropped_out(child: Child, scene: Scene) -> None:
    """Lost after a long run, persuaded in vain, confirmed as dropped out by the bureau."""
    missed = scene.days[-15:-3]
    mark(child, missed, scene.of.registers, TRUANT)
    persuade(child, missed)
    child.happenings.append(Happening(EventKind.DROP_OUT, scene.days[-3], note="多次劝返未果，经县教育局认定"))
    child.habit.update(AT_ONCE)


def back_after_a_visit(child: Child, scene: Scene) -> None:
    """Not there when the term began; visited at home, and back within the week."""
    missed = scene.days[:3]
    mark(child, missed, scene.of.registers, TRUANT)
    child.acts += [
        Act(missed[0], ContactMethod.PHONE, ContactOutcome.AWAY, "父亲说孩子还在外地，车票没有买到。"),
        Act(missed[2], ContactMethod.HOME_VISIT, ContactOutcome.TALKED, "见到祖母，孩子当晚到家，第二天就来。"),
    ]


def never_came(child: Child, scene: Scene) -> None:
    """Not there when the term began, persuaded in vain, confirmed as dropped out a month later."""
    missed = scene.days[:19]
    mark(child, missed, scene.of.registers, TRUANT)
    persuade(child, missed)
    child.groups.setdefault(Group.OUT_OF_POVERTY, ("", child.row.admitted_on))
    child.happenings.append(Happening(EventKind.DROP_OUT, scene.days[19], note="开学一直未到，经县教育局认定"))
    child.habit.update(AT_ONCE)


def brought_back(child: Child, scene: Scene) -> None:
    """Dropped out, persuaded, back for more than ten days."""
    missed = scene.days[-23:-13]
    mark(child, missed, scene.of.registers, TRUANT)
    persuade(child, missed)
    child.acts.append(
        Act(scene.days[-12], ContactMethod.JOINT_VISIT, ContactOutcome.TALKED, "孩子和父亲都愿意返校，第二天送来。")
    )
    child.happenings += [
        Happening(EventKind.DROP_OUT, scene.days[-13], note="多次劝返未果，经县教育局认定"),
        Happening(EventKind.RETURN, scene.days[-11], note="联合家访后返校"),
    ]
    child.habit.update(AT_ONCE)


def suspended(delay: int | None, *, back: int = 9) -> Tell:
    """Sick for three days, then suspended (休学) on health grounds; the report filed after ``delay`` days."""

    def tell(child: Child, scene: Scene) -> None:
        ill, day = scene.days[-back - 3 : -back], scene.days[-back]
        mark(child, ill, scene.of.registers, [MarkKind.SICK_LEAVE])
        child.leaves.append(Excuse(ill[0], ill[-1], MarkKind.SICK_LEAVE.value))
        child.happenings.append(Happening(EventKind.SUSPEND, day, note="因病休学，经县教育局批准"))
        child.habit[Tier.CHANGE_REPORT] = delay

    return tell


def resumed(child: Child, scene: Scene) -> None:
    """Suspended the year before, back now, in a class one grade lower where there is one."""
    suspended_on = date(scene.county.span.school_year - 1, 10, 20)
    joined = scene.other_class(grades_up=-1) or scene.of
    child.happenings += [
        Happening(EventKind.SUSPEND, suspended_on, note="因病休学"),
        Happening(EventKind.RESUME, scene.days[-8], joined=joined, note="病愈复学"),
    ]
    child.habit[Tier.CHANGE_REPORT] = 0


def left(kind: EventKind, *, back: int, note: str, confirmed: bool = False, delay: int | None = 0) -> Tell:
    """Out by ``kind``, ``back`` days ago."""

    def tell(child: Child, scene: Scene) -> None:
        day = scene.days[-back]
        confirmed_on = min(day + timedelta(days=9), scene.today) if confirmed else None
        child.happenings.append(Happening(kind, day, confirmed_on=confirmed_on, note=note))
        child.habit[Tier.CHANGE_REPORT] = delay

    return tell


def left_without_trace(child: Child, scene: Scene) -> None:
    """Transferred out longer ago than a receiving school takes to accept: lost until shown where (去向不明)."""
    day = [day for day in scene.days if day <= scene.today - timedelta(days=LOST_DAYS)][-1]
    child.happenings.append(Happening(EventKind.TRANSFER_OUT, day, note="家长称转往外省就读"))
    child.habit[Tier.CHANGE_REPORT] = 0


def came(kind: EventKind, *, back: int, note: str, delay: int | None = 0) -> Tell:
    """Entered the class ``back`` days ago (0 = today) instead of with everybody."""

    def tell(child: Child, scene: Scene) -> None:
        day = scene.days[-back] if back else scene.today
        child.happenings[:] = [Happening(kind, day, joined=scene.of, note=note)]
        child.habit[Tier.CHANGE_REPORT] = delay

    return tell


def moved(kind: EventKind, grades_up: int, note: str) -> Tell:
    """Changed class inside the school."""

    def tell(child: Child, scene: Scene) -> None:
        if target := scene.other_class(grades_up=grades_up):
            child.happenings.append(Happening(kind, scene.days[-10], joined=target, note=note))
        else:
            child.story = ""  # a school so small has nowhere to move to

    return tell


def to_another_school(child: Child, scene: Scene) -> None:
    """Out of one school of the county and, accepted, into another."""
    if target := scene.same_grade_elsewhere():
        day = scene.days[-12]
        joined_on = day + timedelta(days=3)
        child.happenings += [
            Happening(EventKind.TRANSFER_OUT, day, confirmed_on=joined_on, note="随父母迁居"),
            Happening(EventKind.TRANSFER_IN, joined_on, joined=target, note="本县转学"),
        ]
        child.habit[Tier.CHANGE_REPORT] = 0
    else:
        child.story = ""


def recorded_by_mistake(child: Child, scene: Scene) -> None:
    """A transfer out that never was: recorded for the wrong child and voided."""
    child.happenings.append(Happening(EventKind.TRANSFER_OUT, scene.days[-7], note="登记有误", undone=True))


def corrected(days: int, *, to: str, reason: str, habit: dict | None = None) -> Tell:
    """A register that was wrong for ``days`` days and has been corrected: what it brought about is withdrawn."""

    def tell(child: Child, scene: Scene) -> None:
        wrong = scene.days[-ABOUT_A_WEEK - days : -ABOUT_A_WEEK]
        mark(child, wrong, scene.of.registers, [MarkKind.UNVERIFIED])
        child.corrections += [
            Correction(day, slot, MarkKind.UNVERIFIED.value, to, reason)
            for day in wrong
            for slot in scene.of.registers[day]
        ]
        child.habit.update(habit or {})

    return tell


def overlooked(child: Child, scene: Scene) -> None:
    """Marked present at first; the correction brings a duty."""
    day = scene.days[-5]
    slot = scene.of.registers[day][0]
    child.corrections.append(Correction(day, slot, "", MarkKind.UNEXCUSED.value, "漏记，任课教师核实"))


def leave_brought_later(child: Child, scene: Scene) -> None:
    """The note came after the child: an approved leave takes back what the absence brought about."""
    missed = scene.days[-ABOUT_A_WEEK : -ABOUT_A_WEEK + 3]
    mark(child, missed, scene.of.registers, TRUANT)
    child.leaves.append(Excuse(missed[0], missed[-1], MarkKind.SICK_LEAVE.value, belated=True))


def ill_for_long(child: Child, scene: Scene) -> None:
    """病假 with a slip, for so many days that somebody has to ask how the child is; nobody has yet."""
    missed = scene.days[-LONG_ILLNESS:]
    mark(child, missed, scene.of.registers, [MarkKind.SICK_LEAVE])
    child.leaves.append(Excuse(missed[0], scene.today + timedelta(days=14), MarkKind.SICK_LEAVE.value))
    child.habit[Tier.EXCUSED_CHECK] = None


def taught_at_home(child: Child, scene: Scene) -> None:
    """送教上门: on the roll, never in the classroom, each day on a leave of the school's own."""
    child.row.standing = Student.Standing.HOME_TAUGHT
    child.groups |= {Group.HOME_TAUGHT: ("每周送教两次", scene.days[0]), Group.DISABLED: ("肢体残疾", scene.days[0])}
    mark(child, scene.days, scene.of.registers, [MarkKind.OFFICIAL])
    end = max(term.end for _, _, term in scene.county.span.terms if term.start <= scene.today)
    child.leaves.append(Excuse(scene.days[0], max(end, scene.days[-1]), MarkKind.OFFICIAL.value))


def papers(letter: str, *, then: Tell | None = None) -> Tell:
    """A child whose 学籍号 is not the usual one, or not there yet."""

    def tell(child: Child, scene: Scene) -> None:
        child.letter = letter
        if then:
            then(child, scene)

    return tell


def number_replaced(child: Child, scene: Scene) -> None:
    """Had a temporary number until the identity card came."""
    child.former_number = TEMPORARY


def guest(child: Child, scene: Scene) -> None:
    """借读, and missing today."""
    child.row.standing = Student.Standing.GUEST
    absent(1, habit=NEVER)(child, scene)

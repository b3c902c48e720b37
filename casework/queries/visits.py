"""重点生家访: whom a week's visits are for, which of them were made, and how schools stand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from casework.contacts import UNMET, VISITS
from casework.models import Case, Contact, VisitCheck, VisitPlan
from casework.stages import OUT_OF_SCHOOL
from casework.wording import named_day
from students.access import Scope, in_force
from students.models import Person, Posting, RegistryLine, School, SpecialGroup, Student
from students.queries.listing import groups_on

WEEK = timedelta(days=6)
FIRST_MONTH = date(2000, 1, 1)  # the site knows of no visits before
WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def months_of(month: date) -> tuple[date, date]:
    """The first day of a month and that of the next."""
    return month, (month + timedelta(days=32)).replace(day=1)


def checkable_from(month: date) -> date:
    """The Monday after the last week that begins in a month: no visit of the month is to be made any more."""
    return monday_of(months_of(month)[1] + WEEK)


def month_words(month: date) -> str:
    return f"{month.year}年{month.month}月"


@dataclass
class VisitLine:
    """A child that is visited every week, or was to be: why, by whom, on which day, and whether it was done."""

    line: RegistryLine
    why: str
    plan: VisitPlan | None
    visit: Contact | None
    may_plan: bool
    may_tell: bool
    people: list[Person]
    days: list[tuple[str, str]]
    tone: str
    state: str
    asked: tuple[int | None, date | None] | None = None  # visitor and day as just sent, where that was refused
    fault: str = ""

    @property
    def student(self) -> Student:
        return self.line.student

    @property
    def is_done(self) -> bool:
        return self.visit is not None and not self.met_nobody

    @property
    def met_nobody(self) -> bool:
        return met_nobody(self.visit)

    @property
    def visitor_id(self) -> int | None:
        if self.asked:
            return self.asked[0]
        return self.plan and self.plan.visitor_id

    @property
    def visitor_name(self) -> str:
        return self.plan.visitor.name if self.plan else ""

    @property
    def plan_on(self) -> date | None:
        return self.plan and self.plan.on

    @property
    def plan_day(self) -> str:
        day = self.asked[1] if self.asked else self.plan_on
        return day.isoformat() if day else ""

    @property
    def seen(self) -> str:
        """What the page shows of the plan, so that nobody overwrites another's unseen."""
        return token(self.plan)


def token(plan: VisitPlan | None) -> str:
    return f"{plan.visitor_id}:{plan.on.isoformat()}" if plan else ""


def key_children(day: date):
    """重点生: whose case stands open at 缺课, 已报流失 or 辍学, and 动摇生."""
    cases = Case.objects.open().filter(stage__in=OUT_OF_SCHOOL)
    wavering = _wavering(day).values("student")
    return Student.objects.filter(Q(pk__in=cases.values("student")) | Q(pk__in=wavering))


def _wavering(day: date):
    return groups_on(day).filter(kind=SpecialGroup.Kind.WAVERING).order_by()


def week_lines(scope: Scope, week: date, today: date) -> list[VisitLine]:
    """The visits of a week: of the children who are key now, where the week is not over, and of those planned."""
    plans = {plan.student_id: plan for plan in _plans(scope, week)}
    wanted = Q(student__in=list(plans))
    if week + WEEK >= today:
        wanted |= Q(student__in=key_children(today))
    lines = RegistryLine.objects.visible_to(scope.without_lessons).filter(wanted)
    lines = list(lines.select_related("student", "school_class__school", "school").order_by("place_key", "student"))
    visits, why = visits_of([line.pk for line in lines], week), _why([line.pk for line in lines], today)
    people = _people({line.school_id for line in lines}, today)
    days = [(day.isoformat(), f"{WEEKDAYS[day.weekday()]} {day.month}月{day.day}日") for day in _week(week)]
    open_days = [(value, words) for value, words in days if date.fromisoformat(value) >= today]
    found = []
    for line in lines:
        plan, visit = plans.get(line.pk), visits.get(line.pk)
        # What was missed stays known as missed; where somebody went and met nobody, another day may be set.
        is_open = bool(open_days) and (plan is None or plan.on >= today or met_nobody(visit))
        may_plan = is_open and scope.may_answer_for(line.school_class)
        may_tell = week <= today and today <= week + WEEK and scope.may_answer_for(line.school_class)
        found.append(
            VisitLine(line, why.get(line.pk, ""), plan, visit, may_plan, may_tell, people[line.school_id], open_days,
                      *_state(plan, visit, today))
        )  # fmt: skip
    return found


def _week(week: date) -> Iterable[date]:
    return (week + timedelta(days=number) for number in range(7))


def _state(plan: VisitPlan | None, visit: Contact | None, today: date) -> tuple[str, str]:
    if visit:
        day = named_day(visit.day, today)
        return ("warn", f"{day}未遇") if met_nobody(visit) else ("ok", f"{day}已访")
    if plan is None:
        return "warn", "没有安排"
    return ("alarm", "过期未访") if plan.on < today else ("note", "待访")


def _plans(scope: Scope, week: date):
    rows = VisitPlan.objects.visible_to(scope.without_lessons).filter(week=week)
    return rows.select_related("visitor")


def made_visits():
    """The visits that count, 家访 and 联合家访."""
    return Contact.objects.filter(cancelled_at=None, method__in=sorted(VISITS))


def met_nobody(visit: Contact | None) -> bool:
    """未遇: somebody went, and nobody was at home or the address was wrong; the week's visit is still to be made."""
    return visit is not None and visit.outcome in UNMET


def visits_of(students: Iterable[int], week: date) -> dict[int, Contact]:
    """Child → its visit of a week: the first that met somebody, else the last that met nobody. One query."""
    found: dict[int, Contact] = {}
    rows = made_visits().filter(student__in=students, day__gte=week, day__lte=week + WEEK)
    for row in rows.order_by("day", "pk"):
        if met_nobody(found.setdefault(row.student_id, row)):
            found[row.student_id] = row
    return found


def _why(students: list[int], today: date) -> dict[int, str]:
    words = {row.student_id: row.get_stage_display() for row in Case.objects.open().filter(student__in=students)}
    for student in _wavering(today).filter(student__in=students).values_list("student", flat=True):
        words[student] = f"{words[student]}、动摇生" if student in words else "动摇生"
    return words


def _people(schools: Iterable[int], today: date) -> dict[int, list[Person]]:
    """School → its staff, by name."""
    people: dict[int, dict[int, Person]] = defaultdict(dict)
    rows = in_force(Posting.objects.filter(school__in=schools, person__is_active=True), today)
    for posting in rows.select_related("person").order_by("person__name", "person"):
        people[posting.school_id][posting.person_id] = posting.person
    return {school: list(found.values()) for school, found in people.items()} | {
        school: [] for school in schools if school not in people
    }


@dataclass(frozen=True)
class Figures:
    """How many visits were planned, and of how many of those children the family was met (``done``), or gone to and
    not met (``unmet``), in their week; ``waiting``: planned for today or later, nobody has gone yet."""

    planned: int = 0
    done: int = 0
    unmet: int = 0
    waiting: int = 0

    @property
    def missed(self) -> int:
        return self.planned - self.done - self.unmet - self.waiting

    @property
    def rate(self) -> str:
        """Of the visits whose day has come or that were made."""
        due = self.planned - self.waiting
        return f"{self.done * 100 / due:.0f}%" if due else "—"

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.planned + other.planned, self.done + other.done, self.unmet + other.unmet, self.waiting + other.waiting
        )


TOLD = ("was_done", "went", "on")  # of a plan, as its figures need it


def month_plans(month: date):
    """The plans of the weeks that begin in a month, each with ``was_done`` and ``went``: whether anybody did."""
    first, after = months_of(month)
    visits = made_visits().filter(student=OuterRef("student"), day__gte=OuterRef("week"), day__lte=OuterRef("until"))
    rows = VisitPlan.objects.filter(week__gte=first, week__lt=after)
    return rows.annotate(went=Exists(visits), was_done=Exists(visits.exclude(outcome__in=sorted(UNMET))))


def _figure(was_done: bool, went: bool, on: date, today: date) -> Figures:
    return Figures(1, int(was_done), int(went and not was_done), int(not went and on >= today))


def figures_of(school: School, month: date, today: date) -> Figures:
    """One school's month; one query."""
    rows = month_plans(month).filter(school=school).order_by().values_list(*TOLD)
    return sum((_figure(*row, today) for row in rows), Figures())


def undone_of(scope: Scope, school: School, month: date, today: date):
    """The plans of a month by which nobody was met, though somebody went or their day is over; the latest first, each
    with its child and ``went``."""
    rows = month_plans(month).filter(Q(went=True) | Q(on__lt=today), school=school, was_done=False)
    rows = rows.filter(pk__in=VisitPlan.objects.visible_to(scope.without_lessons))
    return rows.select_related("student__line__school_class", "visitor").order_by("-on", "student")


def figures_by_class(school: School, month: date, today: date) -> list[tuple[str, Figures]]:
    """Class → its month, as the children stand in classes now; one query."""
    rows = month_plans(month).filter(school=school).order_by("student__line__school_class__number")
    by_class: dict[str, Figures] = defaultdict(Figures)
    for name, *told in rows.values_list("student__line__school_class__name", *TOLD):
        by_class[name] += _figure(*told, today)
    return list(by_class.items())


@dataclass(frozen=True)
class SchoolLine:
    """A school's month: its figures and the check, None where nobody has checked."""

    school: School
    figures: Figures
    check: VisitCheck | None


def school_lines(scope: Scope, month: date, today: date) -> list[SchoolLine]:
    """Every school in the scope; three queries."""
    schools = list(School.objects.visible_to(scope).select_related("township").order_by("name"))
    counted = month_plans(month).filter(school__in=schools).order_by().values_list("school", *TOLD)
    by_school: dict[int, Figures] = defaultdict(Figures)
    for school, *told in counted:
        by_school[school] += _figure(*told, today)
    checks = {row.school_id: row for row in _checks(month).filter(school__in=schools)}
    return [SchoolLine(each, by_school[each.pk], checks.get(each.pk)) for each in schools]


def _checks(month: date):
    return VisitCheck.objects.filter(month=month).select_related("checked_by")


def check_of(school: School, month: date) -> VisitCheck | None:
    return _checks(month).filter(school=school).first()


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_to_check(scope: Scope, today: date) -> tuple[School, date] | None:
    """The school and month that the reader, who leads it, has not checked: the last one whose weeks are over, where it
    had visits."""
    month = _month_before(today)
    if today < checkable_from(month):
        month = _month_before(month)
    for school in School.objects.filter(pk__in=scope.led).order_by("pk"):
        if month_plans(month).filter(school=school).exists() and not _checks(month).filter(school=school).exists():
            return school, month
    return None

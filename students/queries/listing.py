"""学生名单: the lines of the registry, narrowed down and sorted; one page of them with all that it shows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from students.access import Scope
from students.calendar import school_year_of
from students.enrolment import REGISTERED, STANDING_LABELS, Standing
from students.models import Area, RegistryLine, School, SchoolClass, SearchKey, SpecialGroup, Student

LAST_GRADES = {SchoolClass.Stage.PRIMARY: 6, SchoolClass.Stage.JUNIOR: 9}
GRADES = {grade: f"{numeral}年级" for grade, numeral in enumerate("一二三四五六七八九", start=1)}
STATES = {
    "": "在校；查找时不限",
    "attending": "在校",
    "suspended": "休学",
    "dropped_out": "辍学",
    "registered": "全部在籍",
    "gone": "已离校（转出、出国等）",
    "graduated": "已毕业",
    "deceased": "已死亡",
    "all": "全部，含已离校",
}
ENTITLEMENTS = {
    Student.Standing.REGISTERED.value: "在籍",
    Student.Standing.GUEST.value: "借读",
    Student.Standing.HOME_TAUGHT.value: "送教上门",
    "unregistered": "待建籍（没有学籍号）",
}
BOARDING, DAY = "boarding", "day"
ATTENDANCE_MODES = {BOARDING: "住校", DAY: "走读"}
BY_PLACE, BY_NAME, BY_BIRTH, BY_ADMISSION = "", "name", "birth", "admitted"
SORTINGS = {BY_PLACE: "班级顺序", BY_NAME: "姓名拼音", BY_BIRTH: "出生日期", BY_ADMISSION: "入学先后"}
ORDERS = {
    BY_PLACE: ("place_key", "pk"),
    BY_NAME: ("name_key", "pk"),
    BY_BIRTH: ("student__birth_date", "pk"),
    BY_ADMISSION: ("student__admitted_on", "place_key", "pk"),
}
TONES = {
    Standing.SUSPENDED: "note",
    Standing.DROPPED_OUT: "alarm",
}


def filtered(lines: QuerySet[RegistryLine], wanted: Mapping, *, today: date) -> QuerySet[RegistryLine]:
    """The lines that the cleaned values of a filter ask for, in the order they ask for.

    Without a state it is those who attend; whoever searches means anybody, also a child who has left.
    """
    q = (wanted.get("q") or "").strip()
    state = wanted.get("state") or ("all" if q else "attending")
    if state == "registered":
        lines = lines.filter(standing__in=REGISTERED)
    elif state != "all":
        lines = lines.filter(standing=state)
    if q:
        lines = lines.filter(pk__in=SearchKey.objects.found_by(q))
    if school := wanted.get("school"):
        lines = lines.filter(school=school)
    if school_class := wanted.get("school_class"):
        lines = lines.filter(school_class=school_class)
    if grade := wanted.get("grade"):
        lines = lines.filter(school_class__in=classes_of_grade(int(grade), today))
    return _of_children(lines, wanted, today).order_by(*ORDERS[wanted.get("sort") or BY_PLACE])


def _of_children(lines: QuerySet[RegistryLine], wanted: Mapping, today: date) -> QuerySet[RegistryLine]:
    """The filters that look at the child and not at the line; a selective one begins with the children it selects."""
    if group := wanted.get("group"):
        lines = lines.filter(pk__in=groups_on(today).filter(kind=group).order_by().values("student"))
    if mode := wanted.get("mode"):
        # The national system writes 住宿, older workbooks 住校 or 寄宿.
        boards = Q(attendance_mode__contains="宿") | Q(attendance_mode__contains="住校")
        chosen = Student.objects.filter(boards if mode == BOARDING else Q(attendance_mode__contains="走读"))
        lines = lines.filter(pk__in=chosen.order_by().values("pk"))
    if village := wanted.get("village"):
        lines = lines.filter(pk__in=Student.objects.filter(home_area_code=village).order_by().values("pk"))
    if entitlement := wanted.get("entitlement"):
        field = {"student_number": None} if entitlement == "unregistered" else {"standing": entitlement}
        lines = lines.filter(pk__in=Student.objects.filter(**field).order_by().values("pk"))
    return lines


def classes_of_grade(grade: int, today: date) -> QuerySet[SchoolClass]:
    """The classes that are in a grade now."""
    stage = next(stage for stage, last in LAST_GRADES.items() if grade <= last)
    cohort = school_year_of(today) - grade + SchoolClass.FIRST_GRADE[stage]
    return SchoolClass.objects.filter(stage=stage, cohort=cohort).order_by()


def current_classes(today: date) -> Q:
    """Classes that have not come to the end of their last grade."""
    year = school_year_of(today)
    oldest = {stage: year - last + SchoolClass.FIRST_GRADE[stage] for stage, last in LAST_GRADES.items()}
    return reduce(or_, (Q(stage=stage, cohort__gte=cohort) for stage, cohort in oldest.items()))


def groups_on(day: date) -> QuerySet[SpecialGroup]:
    """Special-group flags in force on a day."""
    return SpecialGroup.objects.on(day).order_by("kind")


def groups_of(students: Collection[int], day: date) -> dict[int, list[str]]:
    """Child → the special groups it belongs to on a day, in words; one query."""
    groups: dict[int, list[str]] = defaultdict(list)
    for student, kind in groups_on(day).filter(student__in=students).values_list("student", "kind"):
        groups[student].append(SpecialGroup.Kind(kind).label)
    return groups


@dataclass(frozen=True)
class Choices:
    """What the filters of a person's list offer: several schools or none, the classes of one school, villages."""

    schools: list[School]
    classes: list[SchoolClass]
    villages: list[Area]


def choices_for(scope: Scope, lines: QuerySet[RegistryLine], school: str, *, today: date) -> Choices:
    """Three queries. Classes are offered where one school is meant; ``school``: the one chosen, as typed."""
    schools = list(School.objects.visible_to(scope))
    chosen = [row for row in schools if str(row.pk) == school] or (schools if len(schools) == 1 else [])
    classes = SchoolClass.objects.visible_to(scope).filter(current_classes(today), school__in=chosen)
    villages = Area.objects.filter(level=Area.Level.VILLAGE).select_related("parent")
    if not scope.county:
        villages = villages.filter(code__in=lines.order_by().values("student__home_area_code"))
    return Choices(schools if len(schools) > 1 else [], list(classes.select_related("school")), list(villages))


@dataclass(frozen=True)
class ListedChild:
    """A row of the list: the child, the class it stands in or last stood in, its state in a word, its groups."""

    line: RegistryLine
    groups: list[str]

    @property
    def student(self) -> Student:
        return self.line.student

    @property
    def attends(self) -> bool:
        return self.line.standing == Standing.ATTENDING

    @property
    def state(self) -> str:
        return STANDING_LABELS[Standing(self.line.standing)]

    @property
    def tone(self) -> str:
        return TONES.get(self.line.standing, "mute")

    @property
    def marks(self) -> list[str]:
        """What else is particular: 待建籍, 借读, 送教上门."""
        child = self.student
        unregistered = ["待建籍"] if not child.student_number else []
        guest = [] if child.standing == Student.Standing.REGISTERED else [child.get_standing_display()]
        return [*unregistered, *guest]


def listed(lines: QuerySet[RegistryLine], *, today: date) -> list[ListedChild]:
    """One page of lines as rows; three queries. Only the page is joined, not the thousands of lines before it."""
    page = list(lines.values_list("pk", flat=True))
    rows = RegistryLine.objects.select_related("student", "school_class__school").in_bulk(page)
    groups = groups_of(page, today)
    return [ListedChild(rows[pk], groups[pk]) for pk in page]

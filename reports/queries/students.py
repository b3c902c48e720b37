"""学生名单 as a table: what the list shows, or who was registered on a day, with families and groups."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from reports.tables import Column, Kind, Table, number_column, phone_column
from students.enrolment import Standing
from students.models import Area, Enrolment, Guardian, RegistryLine, School, SchoolClass, Student, standing_on
from students.queries.listing import groups_of

CHUNK = 2000  # children read together
CHILD_FIELDS = (
    "name", "student_number", "id_number", "sex", "birth_date", "ethnicity", "list_position", "entitlement",
    "attendance_mode", "home_area_code", "phone",
)  # fmt: skip


class ChildRow(NamedTuple):
    """A child as the list prints it."""

    number: int
    name: str
    student_number: str | None
    id_number: str | None
    sex: str
    birth_date: date
    ethnicity: str
    list_position: int | None
    entitlement: str
    attendance_mode: str
    home_area_code: str
    school: str
    school_name: str
    school_class: str
    class_name: str
    standing: Standing
    since: date
    groups: str
    village: str
    guardian: str
    phone: str


def _entitlement(row: ChildRow) -> str:
    """待建籍 says more than 在籍 of a child without a 学籍号."""
    is_registered = row.entitlement == Student.Standing.REGISTERED
    return "待建籍" if is_registered and not row.student_number else Student.Standing(row.entitlement).label


STUDENT, PLACE, ROLL, FAMILY = "学生", "学校", "学籍", "家庭"  # the heads over the columns
HOME_CODE = attrgetter("home_area_code")


def columns(*, reveal: bool) -> tuple[Column, ...]:
    return (
        Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
        Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
        number_column("student_number", "学籍号", 10, attrgetter("student_number"), reveal=reveal, group=STUDENT),
        number_column("id_number", "身份证件号", 9.5, attrgetter("id_number"), reveal=reveal, group=STUDENT),
        Column("sex", "性别", Kind.TEXT, 2, attrgetter("sex"), group=STUDENT),
        Column("birth_date", "出生日期", Kind.DATE, 7, attrgetter("birth_date"), group=STUDENT),
        Column("ethnicity", "民族", Kind.TEXT, 3, attrgetter("ethnicity"), group=STUDENT),
        Column("school", "学校", Kind.TEXT, 7, attrgetter("school"), attrgetter("school_name"), group=PLACE),
        Column("class", "班级", Kind.TEXT, 5.5, attrgetter("school_class"), attrgetter("class_name"), group=PLACE),
        Column("list_position", "班内学号", Kind.INTEGER, 3, attrgetter("list_position"), group=PLACE),
        Column("entitlement", "就读身份", Kind.TEXT, 4, attrgetter("entitlement"), _entitlement, group=ROLL),
        Column(
            "standing",
            "状态",
            Kind.WORD,
            3.5,
            attrgetter("standing"),
            stressed=frozenset({Standing.DROPPED_OUT}),
            note="在校、休学、辍学合称在籍；已离校包括转出、出国（境）和其他减少。",
            group=ROLL,
        ),
        Column("since", "状态自", Kind.DATE, 7, attrgetter("since"), group=ROLL),
        Column("attendance_mode", "就读方式", Kind.TEXT, 3, attrgetter("attendance_mode"), group=ROLL),
        Column("groups", "特殊群体", Kind.TEXT, 6, attrgetter("groups")),
        Column(
            "home_area_code",
            "户籍所在地",
            Kind.TEXT,
            6,
            attrgetter("home_area_code"),
            attrgetter("village"),
            group=FAMILY,
        ),
        Column("guardian", "监护人", Kind.TEXT, 5, attrgetter("guardian"), group=FAMILY),
        phone_column("phone", "联系电话", 6.5, attrgetter("phone"), reveal=reveal, group=FAMILY),
    )


class Stood(NamedTuple):
    """Where a child stood: what a line of the registry, or an interval, says of it."""

    student: int
    school_class: int
    standing: str
    since: date


def listed_table(lines: QuerySet[RegistryLine], *, filters: tuple[str, ...], today: date, reveal: bool) -> Table:
    """Exactly the lines that a list shows, in its order."""
    stood = lines.values_list("student", "school_class", "standing", "since")
    return _table(stood, filters=filters, day=today, reveal=reveal)


def students_table(*, as_of: date, school: School | None = None, reveal: bool = False) -> Table:
    """Everybody registered 在籍 on a day, where and as they stood then."""
    stood = Enrolment.objects.on(as_of)
    if school:
        stood = stood.filter(school_class__school=school)
    stood = stood.order_by(
        "school_class__school__code",
        "-school_class__stage",  # 小学 before 初中
        "-school_class__cohort",
        "school_class__number",
        F("student__list_position").asc(nulls_last=True),
        "student__line__name_key",
        "student",
    )
    # A class move goes on in the same spell of the same standing.
    stretch = Enrolment.objects.filter(
        student=OuterRef("student"), spell=OuterRef("spell"), standing=OuterRef("standing")
    ).order_by("since")
    stood = stood.annotate(begun=Subquery(stretch.values("since")[:1])).values_list(
        "student", "school_class", "standing", "begun"
    )
    return _table(stood, filters=(school.name if school else "全部学校",), day=as_of, reveal=reveal)


def _table(stood: QuerySet, *, filters: tuple[str, ...], day: date, reveal: bool) -> Table:
    tally = dict(stood.order_by().values_list("standing").annotate(Count("pk")))
    return Table(
        title="学生名单",
        columns=columns(reveal=reveal),
        rows=lambda: _rows(stood, day),
        count=sum(tally.values()),
        unit="人",
        as_of=day,
        filters=filters,
        tally={standing.label: tally.get(standing, 0) for standing in Standing},
        notes=() if reveal else ("学籍号、身份证件号和电话只显示首尾几位。",),
        fixed_columns=2,
    )


def _rows(stood: QuerySet, day: date) -> Iterator[ChildRow]:
    """In the order of ``stood``, some thousand children at a time: the county's list streams."""
    classes = SchoolClass.objects.select_related("school").in_bulk()
    villages = dict(Area.objects.values_list("code", "name"))
    found, number = stood.iterator(chunk_size=CHUNK), 0
    while chunk := [Stood(*row) for row in islice(found, CHUNK)]:
        for row in _of_chunk(chunk, classes, villages, day):
            number += 1
            yield row._replace(number=number)


def _of_chunk(chunk: list[Stood], classes, villages, day: date) -> Iterator[ChildRow]:
    """Three queries: the children, their groups, their families."""
    students = [row.student for row in chunk]
    asked = Student.objects.filter(pk__in=students).annotate(entitlement=standing_on(day))
    children = {pk: values for pk, *values in asked.values_list("pk", *CHILD_FIELDS)}
    groups, guardians = groups_of(students, day), _guardians(students)
    for row in chunk:
        child, school_class = dict(zip(CHILD_FIELDS, children[row.student], strict=True)), classes[row.school_class]
        guardian, phone = guardians.get(row.student, ("", ""))
        own_phone = child.pop("phone")
        yield ChildRow(
            number=0,  # given when the rows stand in order
            **child,
            school=school_class.school.code,
            school_name=school_class.school.name,
            school_class=school_class.number,
            class_name=school_class.name,
            standing=Standing(row.standing),
            since=row.since,
            groups="、".join(groups[row.student]),
            village=villages.get(child["home_area_code"], child["home_area_code"]),
            guardian=guardian,
            phone=phone or own_phone,
        )


def _guardians(students: list[int]) -> dict[int, tuple[str, str]]:
    """Child → name and number of whoever is to be rung: the guardian first, with a number rather than without."""
    found: dict[int, tuple[str, str]] = {}
    rows = Guardian.objects.filter(student__in=students).order_by("student", "-is_guardian", "position")
    for student, name, phone in rows.values_list("student", "name", "phone"):
        if student not in found or (phone and not found[student][1]):
            found[student] = (name, phone)
    return found

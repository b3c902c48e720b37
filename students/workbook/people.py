"""The sheets 教职工 (staff and their postings) and 任课 (who teaches a class)."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password

from students.access import CLASS_ROLES, SCHOOL_ROLES, TOWNSHIP_ROLES
from students.models import Person, Posting, Role
from students.workbook import cells
from students.workbook.columns import Column, Row
from students.workbook.sheets import Result, Sheet

IMPORTED_ROLES = {label: Role(value) for value, label in Role.choices if value != Role.ADMINISTRATOR}
INSIDE_A_SCHOOL = SCHOOL_ROLES | CLASS_ROLES


class PostingBook:
    """The open postings of some people; says which of the wanted ones are new."""

    def __init__(self, people: Iterable[int]):
        rows = Posting.objects.filter(person__in=people, until=None)
        self._known = {self.key(row) for row in rows}

    @staticmethod
    def key(posting: Posting) -> tuple:
        return (
            posting.person_id,
            posting.role,
            posting.school_id,
            posting.township_id,
            posting.school_class_id,
            posting.subject,
        )

    def add(self, posting: Posting) -> bool:
        """Whether ``posting`` is new; it is known from now on."""
        key = self.key(posting)
        is_new = key not in self._known
        self._known.add(key)
        return is_new


class StaffSheet(Sheet):
    """教职工: a row per posting; the person is made or changed by it too. Nobody gets a password here."""

    name = "教职工"
    columns = (
        Column("工号", cells.code(30), required=True),
        Column("姓名", cells.name(40), required=True),
        Column("岗位", cells.choice(IMPORTED_ROLES), required=True),
        Column("学校标识码", cells.digits(10, "学校标识码")),
        Column("乡镇代码", cells.digits(12, "乡镇代码")),
        Column("手机号", cells.code(20)),
        Column("登录名", cells.code(30)),
    )
    key = ("工号", "岗位", "学校标识码", "乡镇代码")
    fields = {"姓名": "name", "手机号": "phone", "登录名": "username"}

    def begin_file(self, layout) -> None:
        super().begin_file(layout)
        self._first_rows: dict[str, Row] = {}  # 工号 → the first row of the file that names the person

    def prepare(self, rows: list[Row]) -> None:
        numbers = {number for row in rows if (number := row["工号"])}
        self._known = {person.staff_number: person for person in Person.objects.filter(staff_number__in=numbers)}
        names = {row["登录名"] or row["工号"] for row in rows} - {None}
        owners = Person.objects.filter(username__in=names).values_list("username", "staff_number")
        self._owners = dict(owners)  # 登录名 → 工号

    def check(self, row: Row) -> tuple[Row, dict]:
        place = self._place_of(row)
        number = row["工号"]
        if number is not None:
            first = self._first_rows.setdefault(number, row)
            if row["姓名"] and first["姓名"] and first["姓名"] != row["姓名"]:
                self.fault(row, "姓名", f"同一工号在第{first.number}行写的是“{first['姓名']}”", "请核对工号和姓名")
            self._check_username(row, number, first)
        return row, place

    def note_fault(self, row: Row) -> None:
        """Other sheets point at the person, whatever the posting."""
        self.run.faults.note(self.name, row.key("工号"))

    def _place_of(self, row: Row) -> dict:
        """Who works in a school names it, who works for a township names that; 督学 may have either or neither."""
        role, school, township = row["岗位"], self.school_at(row), self.township_at(row)
        if role in INSIDE_A_SCHOOL and row["学校标识码"] is None and "学校标识码" not in row.bad:
            self.fault(row, "学校标识码", f"{role.label}要写明在哪所学校", "请补上学校标识码")
        if role == Role.TOWNSHIP_OFFICER and row["乡镇代码"] is None and "乡镇代码" not in row.bad:
            self.fault(row, "乡镇代码", "乡镇干部要写明在哪个乡镇", "请补上乡镇代码")
        in_school, in_township = role in INSIDE_A_SCHOOL | {Role.INSPECTOR}, role in TOWNSHIP_ROLES
        return {
            "school_id": school.pk if school and in_school else None,
            "township_id": township if in_township else None,
        }

    def _check_username(self, row: Row, number: str, first: Row) -> None:
        username = row["登录名"] or (None if number in self._known or first is not row else number)
        if username is None:
            return
        if first is not row and first["登录名"] and first["登录名"] != username:
            self.fault(
                row, "登录名", f"同一工号在第{first.number}行写的登录名是“{first['登录名']}”", "请核对工号和登录名"
            )
        owner = self._owners.setdefault(username, number)
        if owner != number:
            at = "登录名" if row["登录名"] else "工号"
            self.fault(row, at, f"登录名“{username}”已归工号“{owner}”的人使用", "请换一个登录名")

    def apply(self, checked: list[tuple[Row, dict]]) -> None:
        created, changed, results = self._people_of([row for row, _ in checked])
        Person.objects.bulk_create(created)
        Person.objects.bulk_update(changed, list(self.fields.values()))
        people = {number: person.pk for number, person in self._known.items()}
        self._write_postings(checked, people, results)
        self.references.forget("people")

    def _people_of(self, rows: list[Row]) -> tuple[list[Person], list[Person], dict[int, Result]]:
        """The people to create and to change; row number → what the row does to its person."""
        created: list[Person] = []
        changed: dict[str, Person] = {}
        results = {}
        for row in rows:
            values = {field: value for header, field in self.fields.items() if (value := row[header])}
            person = self._known.get(row["工号"])
            if person is None:
                person = Person(staff_number=row["工号"], password=make_password(None), must_change_password=True)
                person.username = row["工号"]
                self._known[row["工号"]] = person
                created.append(person)
                results[row.number] = Result.CREATED
            differs = [field for field, value in values.items() if getattr(person, field) != value]
            for field in differs:
                setattr(person, field, values[field])
            if differs and person.pk:
                changed[person.staff_number] = person
                results[row.number] = Result.UPDATED
        return created, list(changed.values()), results

    def _write_postings(self, checked, people: dict[str, int], results: dict[int, Result]) -> None:
        book, begun = PostingBook(people.values()), []
        for row, place in checked:
            posting = Posting(person_id=people[row["工号"]], role=row["岗位"], since=self.run.today, **place)
            if book.add(posting):
                begun.append(posting)
                self.count(Result.CREATED)
            else:
                self.count(results.get(row.number, Result.UNCHANGED))
        Posting.objects.bulk_create(begun)


class TeachingSheet(Sheet):
    """任课: who teaches a subject in a class."""

    name = "任课"
    columns = (
        Column("学校标识码", cells.digits(10, "学校标识码"), required=True),
        Column("班号", cells.code(20), required=True),
        Column("工号", cells.code(30), required=True),
        Column("学科", cells.text(20)),
    )
    key = ("学校标识码", "班号", "工号", "学科")
    reported_at = "工号"

    def check(self, row: Row) -> Posting:
        school = self.school_at(row)
        school_class = self.class_at(row, school)
        return Posting(
            person_id=self.person_at(row, "工号"),
            role=Role.SUBJECT_TEACHER,
            school_id=school and school.pk,
            school_class_id=school_class and school_class.pk,
            subject=row["学科"] or "",
            since=self.run.today,
        )

    def apply(self, checked: list[Posting]) -> None:
        book = PostingBook({posting.person_id for posting in checked})
        begun = [posting for posting in checked if book.add(posting)]
        Posting.objects.bulk_create(begun)
        self.count(Result.CREATED, len(begun))
        self.count(Result.UNCHANGED, len(checked) - len(begun))

"""The sheet 学生: who a child is, whose numbers they are, and which class the child belongs to."""

from typing import NamedTuple

from django.db.models import Q

from students.identity import RESIDENT_ID, masked_number, read_identity_number
from students.models import FormerNumber, Student
from students.workbook import cells, codes
from students.workbook.agreement import Agreement
from students.workbook.child_rows import keep_children
from students.workbook.columns import Column, Layout, Row, header_key
from students.workbook.families import GROUP_COLUMNS, MEMBER_FIELDS, MEMBER_HEADER, member_column
from students.workbook.faults import Unreadable
from students.workbook.sheets import Sheet

OLDEST_ENTRANT = 25  # years; who is older does not enter a school of compulsory education
ID_TYPES = {"身份证": RESIDENT_ID, "二代身份证": RESIDENT_ID, "第二代居民身份证": RESIDENT_ID}
written_id_type = cells.word(40, codes.ID_TYPES)
STANDINGS = {label: Student.Standing(value) for value, label in Student.Standing.choices}
SEX = cells.choice({label: value for value, label in Student.Sex.choices}, codes.SEXES)
FIELDS = {
    "学籍号": "student_number",
    "身份证件类型": "id_type",
    "身份证件号": "id_number",
    "姓名": "name",
    "性别": "sex",
    "出生日期": "birth_date",
    "民族": "ethnicity",
    "入学年月": "admitted_on",
    "班内学号": "list_position",
    "就读身份": "standing",
    "就读方式": "attendance_mode",
    "户口所在地行政区划": "home_area_code",
    "现住址": "address",
    "联系电话": "phone",
}


@cells.explained("居民身份证，或其他证件的名称")
def id_type(value: object) -> str:
    """身份证件类型 as written; other names of the resident identity card are made one."""
    found = written_id_type(value)
    return ID_TYPES.get(found, found)


class Child(NamedTuple):
    """A sound row: the child it is about (None = new), the class it names, and what to keep."""

    row: Row
    student: Student | None
    school_class: int
    values: dict[str, object]
    extra: dict[str, str]


class ChildSheet(Sheet):
    """学生, with the column names of the national system; a column that is not interpreted is kept as it came."""

    name = "学生"
    of_one_school = known_by_header = True
    columns = (
        Column("学校标识码", cells.digits(10, "学校标识码"), required=True),
        Column("班号", cells.code(20), required=True),
        Column("学籍号", cells.student_number, note="还没有学籍号的（待建籍）空着，另填身份证件号"),
        Column("姓名", cells.name(60), required=True),
        Column("性别", SEX, required=True),
        Column("出生日期", cells.day, required=True),
        Column("身份证件类型", id_type, required=True),
        Column("身份证件号", cells.identity, note="证件类型是居民身份证的必须填写"),
        Column("民族", cells.word(20, codes.ETHNICITIES)),
        Column("入学年月", cells.month, required=True, note="进入这所学校的年月，学生从那个月的第一天起在班"),
        Column("班内学号", cells.integer(0, 9999), note="点名册上的顺序"),
        Column("就读身份", cells.choice(STANDINGS), note="不填就是在籍；与系统里不同的，从写入当天起算"),
        Column("就读方式", cells.word(20)),
        Column("户口所在地行政区划", cells.area_code),
        Column("现住址", cells.text(200)),
        Column("联系电话", cells.code(30)),
        *GROUP_COLUMNS,
    )
    key = ("学籍号",)
    repeats = True  # a row has two numbers, either of which may repeat another row's; told here
    modelled = frozenset(header_key(column.header) for column in columns)

    def __init__(self, run):
        super().__init__(run)
        self._agreement = Agreement() if run.files > 1 else None

    @classmethod
    def offered_columns(cls) -> tuple[Column, ...]:
        members = (member_column(f"成员{position}{field}") for position in (1, 2) for field in MEMBER_FIELDS)
        return (*cls.columns, *members)

    def layout(self, header: list) -> Layout:
        return Layout(header, self.columns, others=self._other_column)

    def begin_file(self, layout: Layout) -> None:
        self._first_rows: dict[str, int] = {}  # number of either kind → the row that has it
        self._has_id_column = "身份证件号" in layout
        self._told_missing_column = False
        headers = [column.header for _, column in layout.columns if header_key(column.header) not in self.modelled]
        self._member_headers = [header for header in headers if MEMBER_HEADER.fullmatch(header)]
        self._other_headers = [header for header in headers if not MEMBER_HEADER.fullmatch(header)]

    @staticmethod
    def _other_column(header: str) -> Column:
        parse = cells.identity if "证件号" in header else cells.text(500)
        return member_column(header) or Column(header, parse)

    def prepare(self, rows: list[Row]) -> None:
        numbers = {row["学籍号"] for row in rows} - {None}
        ids = {row["身份证件号"] for row in rows} - {None}
        self._by_number: dict[str, Student] = {}
        self._by_id: dict[str, Student] = {}
        for student in Student.objects.filter(Q(student_number__in=numbers) | Q(id_number__in=ids)):
            if student.student_number:
                self._by_number[student.student_number] = student
            if student.id_number:
                self._by_id[student.id_number] = student
        former = FormerNumber.objects.filter(number__in=numbers - self._by_number.keys()).select_related("student")
        self._by_former_number = {row.number: row.student for row in former}
        found = (*self._by_number.values(), *self._by_id.values(), *self._by_former_number.values())
        self.look_up_schools({student.pk for student in found})

    def check(self, row: Row) -> Child:
        school_class = self.class_at(row, self.school_at(row))
        self._check_identity(row)
        self._check_admission(row)
        self._refuse_numbers_twice(row)
        if self._agreement:
            self._refuse_contradiction(row, self._agreement)
        student = self._match(row)
        values = {field: row.values[header] for header, field in FIELDS.items() if header in row.values}
        extra = {header: row.values[header] for header in self._other_headers if header in row.values}
        return Child(row, student, school_class and school_class.pk, values, extra)

    def apply(self, checked: list[Child]) -> None:
        keep_children(self, checked, self._member_headers)

    def note_fault(self, row: Row) -> None:
        """Other sheets may point at the child by either number, or by the one that the row misspells."""
        number, identity = row["学籍号"], row["身份证件号"]
        known = {number, identity, identity and f"G{identity}"}
        for student in (self._by_number.get(number), self._by_id.get(identity)):
            known |= {student.student_number, student.id_number} if student else set()
        for key in known - {None}:
            self.run.faults.note(self.name, (key,))
        if number is None and ("学籍号" in row.bad or "身份证件号" in row.bad or not identity):
            misspelt = row.bad.get("学籍号") or row.bad.get("身份证件号") or ""
            self.run.faults.note(self.name, (Unreadable(misspelt),))

    # -- one row by itself -----------------------------------------------------------------------------------------

    def _check_identity(self, row: Row) -> None:
        """The identity number must be valid and agree with the other columns (domain.md §2)."""
        number, identity = row["学籍号"], row["身份证件号"]
        if identity is None and "身份证件号" not in row.bad:
            if row["身份证件类型"] == RESIDENT_ID:
                self._tell_missing_id(row)
            elif number is None and "学籍号" not in row.bad:
                self.fault(row, "学籍号", "学籍号和身份证件号都空着", "请至少填一个")
        elif identity and row["身份证件类型"] == RESIDENT_ID:
            self._check_resident(row, number, identity)

    def _check_resident(self, row: Row, number: str | None, identity: str) -> None:
        try:
            said = read_identity_number(identity)
        except ValueError as error:
            self.fault(row, "身份证件号", str(error), "请对照户口簿或身份证核对")
            return
        if number and number[0] == "G" and number[1:] != identity:
            self.fault(row, "学籍号", f"学籍号G后面的号码与身份证件号“{identity}”不同", "请核对是哪一个抄错了")
            return
        if row["出生日期"] and row["出生日期"] != said.birth_date:
            told = f"{said.birth_date.year}年{said.birth_date.month}月{said.birth_date.day}日"
            self.fault(row, "出生日期", f"与身份证件号不符：号码里是{told}", "请核对出生日期和身份证件号")
        if row["性别"] and row["性别"] != said.sex:
            self.fault(row, "性别", f"与身份证件号不符：号码里是{said.sex}", "请核对性别和身份证件号")

    def _check_admission(self, row: Row) -> None:
        born, admitted = row["出生日期"], row["入学年月"]
        if not (born and admitted) or "出生日期" in row.bad:
            return
        if admitted < born:
            self.fault(row, "入学年月", "早于出生日期", "请核对入学年月和出生日期")
        elif (admitted.year - OLDEST_ENTRANT, admitted.month, admitted.day) > (born.year, born.month, born.day):
            self.fault(row, "入学年月", f"晚于出生日期{OLDEST_ENTRANT}年以上", "请核对入学年月和出生日期")

    def _tell_missing_id(self, row: Row) -> None:
        """Told once for a sheet that has no such column, else at each row."""
        if self._has_id_column:
            self.fault(row, "身份证件号", "证件类型是居民身份证，号码不能空着", "请补上身份证件号")
            return
        row.spoilt = True
        if not self._told_missing_column:
            self._told_missing_column = True
            self.tell_header(
                row.file,
                "身份证件号",
                "缺少“身份证件号”一栏：证件类型是居民身份证的学生必须填写",
                "请在表头加上这一栏并填好",
            )

    def _refuse_numbers_twice(self, row: Row) -> None:
        for header in ("学籍号", "身份证件号"):
            if number := row[header]:
                first = self._first_rows.setdefault(number, row.number)
                if first != row.number:
                    self.fault(row, header, f"与第{first}行重复", "请只留一行")
                    return

    def _refuse_contradiction(self, row: Row, agreement: Agreement) -> None:
        """Of two files imported together, neither is the newer one: what they say of a child must agree."""
        header = "学籍号" if row["学籍号"] else "身份证件号"
        if not row[header] or header in row.bad:
            return
        if found := agreement.compare(row[header], row):
            message = f"“{found.file}”第{found.number}行也有这名学生，{found.header}与这一行不同"
            self.fault(row, header, message, "请核对哪一边正确，只留一行")

    # -- against the children that are known -----------------------------------------------------------------------

    def _match(self, row: Row) -> Student | None:
        """The child whom the row is about; None where new. Tells where its numbers belong to somebody else."""
        number, identity = row["学籍号"], row["身份证件号"]
        by_number, by_id = self._by_number.get(number), self._by_id.get(identity)
        if by_number is None:
            known = by_id or self._by_former_number.get(number)
            header = "身份证件号" if by_id else "学籍号"
            if known and not self.refuse_elsewhere(row, header, known.pk):
                self._check_number(row, known, number)
            return known
        if self.refuse_elsewhere(row, "学籍号", by_number.pk):
            return by_number
        if identity and by_id and by_id is not by_number:
            self._tell_taken(row, "身份证件号", by_id)
        elif _another_child(row, by_number, identity):
            self._tell_taken(row, "学籍号", by_number)
        return by_number

    def _check_number(self, row: Row, student: Student, number: str | None) -> None:
        """A child found by its identity number or by a former 学籍号: its 学籍号 may change in one direction only."""
        old = student.student_number
        if number and old and not (old[0] in "LJ" and number[0] == "G"):
            self.fault(
                row,
                "学籍号",
                f"这名学生（{student.name}）在系统中的学籍号是“{old}”，与本表不同",
                "只有临时学籍号可以换成正式学籍号，请对照学籍系统核对",
            )

    def _tell_taken(self, row: Row, header: str, owner: Student) -> None:
        if self.refuse_elsewhere(row, header, owner.pk):
            return
        theirs = f"系统中已是{owner.name}（{masked_number(owner.number)}）的号码"
        self.fault(row, header, f"本表写给{row['姓名'] or '这名学生'}，{theirs}", "请核对是哪一边填错了")


def _another_child(row: Row, known: Student, identity: str | None) -> bool:
    """Whether the holder of the row's 学籍号 is somebody else: one thing may have changed or been mended, not all."""
    same_name, same_birthday = row["姓名"] in (None, known.name), row["出生日期"] in (None, known.birth_date)
    if not same_name and not same_birthday:
        return True
    changes_id = identity and known.id_number and identity != known.id_number
    return bool(changes_id) and not (same_name and same_birthday)

"""The sheets 行政区划 (areas), 学校 (schools) and 班级 (classes, with their homeroom teachers)."""

from itertools import groupby

from students.actions.listing import keep_order_of_classes
from students.models import Area, Posting, Role, School, SchoolClass
from students.workbook import cells
from students.workbook.columns import Column, Row
from students.workbook.sheets import Sheet, Wanted

Level = Area.Level
STAGE_OF_SCHOOL = {
    School.Kind.PRIMARY: SchoolClass.Stage.PRIMARY,
    School.Kind.TEACHING_POINT: SchoolClass.Stage.PRIMARY,
    School.Kind.JUNIOR: SchoolClass.Stage.JUNIOR,
}  # a school of nine years has both
LEVEL_ABOVE = {Level.TOWNSHIP: Level.COUNTY, Level.VILLAGE: Level.TOWNSHIP}


class AreaSheet(Sheet):
    """行政区划: county, townships, villages. Parents may stand below their children, so rows wait for the last."""

    name = "行政区划"
    columns = (
        Column("代码", cells.digits(12, "行政区划代码"), required=True),
        Column("名称", cells.text(60), required=True),
        Column("级别", cells.choice({label: Level(value) for value, label in Level.choices}), required=True),
        Column("上级代码", cells.digits(12, "行政区划代码")),
    )
    key = ("代码",)

    def __init__(self, run):
        super().__init__(run)
        self._rows: list[Row] = []

    def check(self, row: Row) -> Row:
        known = self.references.areas.get(row["代码"])
        if known and row["级别"] and known.level != row["级别"]:
            label = Level(known.level).label
            self.fault(row, "级别", f"这个代码原来登记为{label}，级别不能改", "请核对代码和级别")
        return row

    def apply(self, checked: list[Row]) -> None:
        self._rows += checked

    def finish(self) -> None:
        """From the county down, so that a parent has its id before its children need it."""
        self._levels = {code: Level(area.level) for code, area in self.references.areas.items()}
        self._levels |= {row["代码"]: row["级别"] for row in self._rows}
        for level in Level:
            for _, rows in groupby((row for row in self._rows if row["级别"] == level), key=lambda row: row.file):
                self._write(level, list(rows))
                self.references.forget("areas")

    def _write(self, level: Level, rows: list[Row]) -> None:
        known = {area.code: area for area in Area.objects.filter(code__in=[row["代码"] for row in rows])}
        wanted = []
        for row in rows:
            parent = self._parent_of(row, level)
            if row.sound:
                values = {"name": row["名称"], "level": level} | ({"parent_id": parent} if parent else {})
                wanted.append(Wanted(row["代码"], {"code": row["代码"]}, values))
            else:
                self.refuse(row)
        self.store(Area, known, wanted)

    def _parent_of(self, row: Row, level: Level) -> int | None:
        code, above = row["上级代码"], LEVEL_ABOVE.get(level)
        if code is None or self._is_spoilt(row, self.name, (code,)):
            return None
        if above is None:
            self.fault(row, "上级代码", "县一级不填上级代码", "请删去上级代码")
        elif code not in self._levels:
            self._tell_missing(row, "上级代码", self.name, (code,), "没有这个上级区划", "请核对代码，或加上它的一行")
        elif self._levels[code] is not above:
            actual = self._levels[code].label
            self.fault(row, "上级代码", f"{level.label}的上级应是{above.label}，不是{actual}", "请核对上级代码")
        return self.references.areas[code].pk if row.sound else None


class SchoolSheet(Sheet):
    """学校: a school and the slots in which it takes the register."""

    name = "学校"
    columns = (
        Column("学校标识码", cells.digits(10, "学校标识码"), required=True),
        Column("学校名称", cells.text(60), required=True),
        Column("办学类型", cells.choice({label: value for value, label in School.Kind.choices}), required=True),
        Column("乡镇代码", cells.digits(12, "乡镇代码"), required=True),
        Column("是否寄宿制", cells.yes_no),
        Column("点名节次", cells.slots),
    )
    key = ("学校标识码",)
    fields = {"学校名称": "name", "办学类型": "kind", "是否寄宿制": "is_boarding", "点名节次": "slots"}

    def prepare(self, rows: list[Row]) -> None:
        codes = [code for row in rows if (code := row["学校标识码"])]
        self._known = {school.code: school for school in School.objects.filter(code__in=codes)}

    def check(self, row: Row) -> Wanted:
        values = {field: value for header, field in self.fields.items() if (value := row[header]) is not None}
        values["township_id"] = self.township_at(row)
        return Wanted(row["学校标识码"], {"code": row["学校标识码"]}, values)

    def apply(self, checked: list[Wanted]) -> None:
        self.write(checked)

    def write(self, checked: list[Wanted]) -> list[str]:
        """Write the schools; the codes of those that are new or have changed."""
        written = self.store(School, self._known, checked)
        self.references.forget("schools", "classes", "school_of")
        return [school.code for school in written]


class ClassSheet(Sheet):
    """班级: a class, and who its homeroom teacher is from today on."""

    name = "班级"
    columns = (
        Column("学校标识码", cells.digits(10, "学校标识码"), required=True),
        Column("班号", cells.code(20), required=True),
        Column("班级名称", cells.text(40), required=True),
        Column("学段", cells.choice({label: value for value, label in SchoolClass.Stage.choices}), required=True),
        Column("入学年份", cells.integer(1950, 2200), required=True),
        Column("班主任工号", cells.code(30)),
    )
    key = ("学校标识码", "班号")
    reported_at = "班号"

    def prepare(self, rows: list[Row]) -> None:
        classes = SchoolClass.objects.filter(school__code__in={row["学校标识码"] for row in rows} - {None})
        self._known = {(row.school_id, row.number): row for row in classes}
        postings = Posting.objects.filter(role=Role.HOMEROOM_TEACHER, until=None, school_class__in=classes)
        self._postings = {posting.school_class_id: posting for posting in postings}

    def check(self, row: Row) -> tuple[Wanted, int | None]:
        school = self.school_at(row)
        teacher = self.person_at(row, "班主任工号")
        if school and row["学段"] and STAGE_OF_SCHOOL.get(school.kind, row["学段"]) != row["学段"]:
            kind = School.Kind(school.kind).label
            self.fault(
                row, "学段", f"这所学校的办学类型是{kind}，没有这个学段的班", "请核对学段，或核对《学校》的办学类型"
            )
        names = {"school_id": school and school.pk, "number": row["班号"]}
        values = {"name": row["班级名称"], "stage": row["学段"], "cohort": row["入学年份"]}
        return Wanted(tuple(names.values()), names, values), teacher

    def apply(self, checked: list[tuple[Wanted, int | None]]) -> None:
        """A new homeroom teacher 班主任 alone makes the row an updated one too."""
        rows = self.store(SchoolClass, self._known, [want for want, _ in checked])
        keep_order_of_classes([row.pk for row in rows])
        written = {(row.school_id, row.number): row for row in rows}
        ended, begun = [], []
        for want, teacher in checked:
            school_class = written.get(want.key) or self._known[want.key]
            posting = self._postings.get(school_class.pk)
            if teacher is None or (posting and posting.person_id == teacher):
                continue
            if posting:
                posting.until = max(self.run.today, posting.since)
                ended.append(posting)
            begun.append(self._posting_of(teacher, school_class))
            if want.key not in written:
                self.run.report.upgrade(self.name)
        Posting.objects.bulk_update(ended, ["until"])
        Posting.objects.bulk_create(begun)
        self.references.forget("classes", "school_of")

    def _posting_of(self, teacher: int, school_class: SchoolClass) -> Posting:
        return Posting(
            person_id=teacher,
            role=Role.HOMEROOM_TEACHER,
            school_id=school_class.school_id,
            school_class=school_class,
            since=self.run.today,
        )

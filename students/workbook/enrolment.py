"""The sheet 学籍变动, and the entry of the children of 学生: one course of events and intervals for each child."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Max, Min

from students.actions.enrolment import keep_places
from students.actions.locks import lock_children
from students.actions.offers import settle_offers
from students.enrolment import EVENT_LABELS, OUTS, EventKind, Place
from students.models import AbsenceMark, EnrolmentEvent, RollCall, Student
from students.workbook import cells
from students.workbook.columns import Column, Row
from students.workbook.report import Problem
from students.workbook.sheets import Result, Sheet
from students.workbook.timeline import CLASS_NEEDED, Classes, Course, Entering, Filed, Known, Refusal, merge

CHUNK = 2000  # children at a time
DOUBTFUL = "这名学生有一行学籍变动有错误，其他行等它改好后再一起导入"
IMPORTED_KINDS = {
    label: kind for kind, label in EVENT_LABELS.items() if kind not in {EventKind.PROMOTE, EventKind.VOID}
}


class EventSheet(Sheet):
    """学籍变动. Rows wait until all are read, because the events of a child are judged together."""

    name = "学籍变动"
    of_one_school = True
    columns = (
        Column("发生日期", cells.day, required=True),
        Column("学籍号", cells.identity, required=True),
        Column("变动类型", cells.choice(IMPORTED_KINDS), required=True),
        Column("学校标识码", cells.digits(10, "学校标识码")),
        Column("班号", cells.code(20), note="转入、转班、留级、跳级、其他增加要写明进入哪个班"),
        Column("接收确认日期", cells.day, note="只有转出才填：接收学校确认的日期"),
        Column("说明", cells.text(200)),
    )
    key = ("学籍号",)
    repeats = True  # the same event twice on one day is a matter of what may follow what

    def __init__(self, run):
        super().__init__(run)
        self._filed: dict[int, list[Filed]] = defaultdict(list)

    def prepare(self, rows: list[Row]) -> None:
        self.look_up_students(rows)
        children = {self._children.get(row["学籍号"]) for row in rows} - {None}
        self._birth_dates = dict(Student.objects.filter(pk__in=children).values_list("pk", "birth_date"))

    def check(self, row: Row) -> tuple[int | None, Row]:
        student, kind, day = self.student_at(row), row["变动类型"], row["发生日期"]
        self._check_mandate(row, kind)
        row.values["学生"] = student
        self._check_days(row, day, kind, self._birth_dates.get(student))
        if kind in CLASS_NEEDED and row["班号"] is None and "班号" not in row.bad:
            self.fault(row, "班号", f"{kind.label}要写明进入哪个班", "请补上班号")
        if kind not in OUTS and row["学校标识码"]:
            school = self.school_at(row)
            if school and row["班号"]:
                self.class_at(row, school)
        return student, row

    def _check_mandate(self, row: Row, kind: EventKind | None) -> None:
        """What comes in here counts as confirmed: a school confirms neither its own 辍学 nor its own 转出."""
        if self.run.schools is None:
            return
        if kind is EventKind.DROP_OUT:
            self.fault(row, "变动类型", "辍学由县教育局认定，学校不能直接导入", "请写流失报告，由县教育局认定")
        if row["接收确认日期"]:
            self.fault(row, "接收确认日期", "转出要由接收学校确认，转出学校不能自己填", "请删去这个日期")

    def _check_days(self, row: Row, day: date | None, kind: EventKind | None, birth_date: date | None) -> None:
        if day and birth_date and day < birth_date:
            self.fault(row, "发生日期", "早于该生的出生日期", "请核对日期")
        confirmed_on = row["接收确认日期"]
        if confirmed_on and kind and kind is not EventKind.TRANSFER_OUT:
            self.fault(row, "接收确认日期", "只有转出才填接收确认日期", "请删去这个日期")
        elif confirmed_on and day and confirmed_on < day:
            self.fault(row, "接收确认日期", "早于转出的日期", "请核对这两个日期")

    def apply(self, checked: list[tuple[int, Row]]) -> None:
        for student, row in checked:
            of_child = self._filed[student]
            of_child.append(
                Filed(
                    row["发生日期"],
                    len(of_child),
                    row["变动类型"],
                    row["学校标识码"],
                    row["班号"],
                    row["接收确认日期"],
                    row["说明"] or "",
                    (row.file, row.number),
                )
            )

    def note_fault(self, row: Row) -> None:
        """What follows in the life of this child cannot be judged; its other rows stay silent."""
        if student := row.values.get("学生"):
            self.run.doubtful.add(student)
        else:
            super().note_fault(row)

    def finish(self) -> None:
        """Carry out what 学生 and 学籍变动 say together, some thousand children at a time."""
        refs = self.references
        codes = {ref.pk: (ref.school.code, ref.number) for ref in refs.classes.values()}
        self._classes = Classes({code: pk for pk, code in codes.items()}, codes, refs.school_of)
        students = sorted(self._filed.keys() | self.run.entries.keys())
        for start in range(0, len(students), CHUNK):
            self._carry_out(students[start : start + CHUNK])
            self.run.progress(self.name, min(start + CHUNK, len(students)), len(students))
        self._leave_doubtful()

    def _leave_doubtful(self) -> None:
        """Of a child with a mistake in one event no other is carried out, nor its entry by 学生."""
        for student in self.run.doubtful:
            places = [(filed.place[0], self.name, filed.place[1]) for filed in self._filed.get(student, ())]
            if entry := self.run.entries.get(student):
                places.append((entry.file, "学生", entry.row))
            for place in places:
                self.run.report.leave(place, DOUBTFUL)

    # -- a chunk of children ---------------------------------------------------------------------------------------

    def _carry_out(self, students: list[int]) -> None:
        courses = self._courses_held(students)
        new: list[EnrolmentEvent] = []
        amended: list[EnrolmentEvent] = []
        kept: dict[int, list[Place]] = {}
        for student, course in courses.items():
            if course.new or course.amended or course.unchanged:
                new += self._rows_of(student, course)
                amended += (_amended(*pair) for pair in course.amended)
                if course.new:
                    kept[student] = course.places
                self._count(student, course)
        EnrolmentEvent.objects.bulk_create(new)
        EnrolmentEvent.objects.bulk_update(amended, ["confirmed_on", "note"])
        keep_places(kept)
        changed = [student for student, course in courses.items() if course.new or course.amended]
        settle_offers(changed, by=self.run.by, today=self.run.today)

    def _courses_held(self, students: list[int]) -> dict[int, Course]:
        """The courses of these children, nobody else being able to add to those that change.

        Whoever changes is locked, and then looked at again: a form may have recorded something in between. The others
        are not held up, nor is anybody looked at twice who comes with this workbook.
        """
        known = self._known_events(students)
        courses = self._courses(students, known)
        changing = [pk for pk, course in courses.items() if known.get(pk) and (course.new or course.amended)]
        if not changing:
            return courses
        lock_children(changing, {each.event.school_class for pk in changing for each in courses[pk].new})
        staying = {pk: course for pk, course in courses.items() if pk not in set(changing)}
        return staying | self._courses(changing, self._known_events(changing))

    def _courses(self, students: list[int], known: Mapping[int, list[Known]]) -> dict[int, Course]:
        """Child → its course; who is refused has none."""
        first_marks, last_registers = self._first_marks(known), self._last_registers(known)
        courses = {
            student: self._course(
                student, known.get(student, ()), first_marks.get(student), last_registers.get(student)
            )
            for student in students
        }
        return {student: course for student, course in courses.items() if course}

    def _known_events(self, students: Collection[int]) -> Mapping[int, list[Known]]:
        known: dict[int, list[Known]] = defaultdict(list)
        rows = EnrolmentEvent.objects.filter(student__in=students).order_by()
        for student, pk, kind, day, order, school_class, confirmed_on, note, corrected_by in rows.values_list(
            "student", "pk", "kind", "happened_on", "order", "school_class", "confirmed_on", "note", "corrected_by"
        ):
            is_effective = corrected_by is None and kind != EventKind.VOID
            event = Known(pk, EventKind(kind), day, order, school_class, confirmed_on, note, is_effective)
            known[student].append(event)
        return known

    def _first_marks(self, known: Mapping[int, list[Known]]) -> dict[int, date]:
        """Child → day of its first 缺勤, for those whose entry may turn out to be wrong."""
        asked = [student for student, events in known.items() if sum(event.is_effective for event in events) == 1]
        marks = AbsenceMark.objects.filter(student__in=asked).order_by().values_list("student")
        return dict(marks.annotate(first=Min("roll_call__day")))

    def _last_registers(self, known: Mapping[int, list[Known]]) -> dict[int, date]:
        """Child → day of the last register of the class it is known to have entered, where 学生 names another."""
        classes = {}
        for student, events in known.items():
            entry, entered = self.run.entries.get(student), [event for event in events if event.is_effective]
            if entry and len(entered) == 1 and entered[0].school_class != entry.school_class:
                classes[student] = entered[0].school_class
        calls = RollCall.objects.filter(school_class__in=set(classes.values())).order_by().values_list("school_class")
        last = dict(calls.annotate(last=Max("day")))
        return {student: last[school_class] for student, school_class in classes.items() if school_class in last}

    def _course(
        self, student: int, known: Collection[Known], first_mark: date | None, last_register: date | None
    ) -> Course | None:
        entry = self.run.entries.get(student)
        entering = entry and Entering(entry.school_class, entry.day, entry.former_day)
        filed = self._filed.get(student, ())
        if student in self.run.doubtful:
            return None
        try:
            return merge(known, filed, entering, self._classes, first_mark, last_register)
        except Refusal as refusal:
            self._tell_refusal(student, refusal)
            return None

    def _tell_refusal(self, student: int, refusal: Refusal) -> None:
        self.run.doubtful.add(student)
        if refusal.missing and self.run.faults.explain("班级", refusal.missing):
            return
        filed, header = refusal.filed, refusal.header
        if filed:
            values = {"变动类型": filed.kind.label, "学校标识码": filed.school, "班号": filed.number}
            place, sheet = filed.place, self.name
        else:
            entry = self.run.entries[student]
            values = {"班号": self._classes.codes[entry.school_class][1], "入学年月": f"{entry.day:%Y%m}"}
            place, sheet = (entry.file, entry.row), "学生"
        value = values.get(header) or ""
        self.run.report.add(Problem(place[0], sheet, place[1], header, value, str(refusal), refusal.remedy))

    def _rows_of(self, student: int, course: Course) -> list[EnrolmentEvent]:
        return [
            EnrolmentEvent(
                student_id=student,
                kind=event.kind,
                happened_on=event.happened_on,
                order=event.order,
                school_class_id=event.school_class,
                confirmed_on=filed and filed.confirmed_on,
                note=filed.note if filed else "",
                recorded_at=self.run.now,
                recorded_by=self.run.by,
                corrects_id=corrects,
            )
            for event, filed, corrects in course.new
        ]

    def _count(self, student: int, course: Course) -> None:
        created = sum(new.filed is not None for new in course.new)
        if created:
            self.count(Result.CREATED, created)
        if course.amended:
            self.count(Result.UPDATED, len(course.amended))
        if course.unchanged:
            self.count(Result.UNCHANGED, course.unchanged)
        if created or course.amended or course.entry_corrected:
            self.run.touched.students.add(student)
        if course.entry_corrected and self.run.entries[student].result is Result.UNCHANGED:
            self.run.report.upgrade("学生")


def _amended(event: Known, filed: Filed) -> EnrolmentEvent:
    confirmed_on = filed.confirmed_on or event.confirmed_on
    return EnrolmentEvent(pk=event.pk, confirmed_on=confirmed_on, note=filed.note or event.note)

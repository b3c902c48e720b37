"""The sheets 请假 (leave), 点名 (registers) and 缺勤 (exceptions in them)."""

from collections import defaultdict
from datetime import date, datetime, time
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone

from students.calendar import Calendar
from students.days import EXCUSED, MARK_LABELS, MarkKind
from students.enrolment import Standing
from students.models import AbsenceMark, Enrolment, Leave, MarkCorrection, RollCall
from students.queries.calendar import current_calendar
from students.workbook import cells
from students.workbook.columns import Column, Row
from students.workbook.references import ClassRef, RegisterBook
from students.workbook.sheets import REASON, Result, Sheet

LONGEST_LEAVE = 400  # days; more is a slip of the hand in a year
KINDS = {label: kind for kind, label in MARK_LABELS.items()}
LEAVE_KINDS = {label: kind for label, kind in KINDS.items() if kind in EXCUSED}


class LeaveSheet(Sheet):
    """请假, approved: identity is child, days and kind."""

    name = "请假"
    of_one_school = True
    columns = (
        Column("学籍号", cells.identity, required=True),
        Column("开始日期", cells.day, required=True),
        Column("结束日期", cells.day, required=True),
        Column("类型", cells.choice(LEAVE_KINDS), required=True),
    )
    key = ("学籍号", "开始日期", "结束日期", "类型")

    def prepare(self, rows: list[Row]) -> None:
        self.look_up_students(rows)
        children = {self._children.get(row["学籍号"]) for row in rows}
        known = Leave.objects.filter(student__in=children - {None}).order_by()
        self._known = set(known.values_list("student", "first_day", "last_day", "kind"))

    def check(self, row: Row) -> Leave:
        first, last = row["开始日期"], row["结束日期"]
        if first and last and last < first:
            self.fault(row, "结束日期", "结束日期早于开始日期", "请核对这两个日期")
        elif first and last and (last - first).days >= LONGEST_LEAVE:
            self.fault(row, "结束日期", f"请假超过{LONGEST_LEAVE}天", "请核对这两个日期")
        return Leave(
            student_id=self.student_at(row),
            first_day=first,
            last_day=last,
            kind=row["类型"] or "",
            approved_at=self.run.now,
            approved_by=self.run.by,
        )

    def apply(self, checked: list[Leave]) -> None:
        new = []
        for leave in checked:
            key = (leave.student_id, leave.first_day, leave.last_day, leave.kind)
            if key not in self._known:
                self._known.add(key)  # the same child may be named by either number
                new.append(leave)
        Leave.objects.bulk_create(new)
        self.run.touched.students.update(leave.student_id for leave in new)
        self.count(Result.CREATED, len(new))
        self.count(Result.UNCHANGED, len(checked) - len(new))


class RegisterSheet(Sheet):
    """What 点名 and 缺勤 share: a class, a day, a slot."""

    place_columns = (
        Column("日期", cells.day, required=True),
        Column("学校标识码", cells.digits(10, "学校标识码"), required=True),
        Column("班号", cells.code(20), required=True),
        Column("节次", cells.slot, required=True),
    )
    place_key = ("日期", "学校标识码", "班号", "节次")

    def _class_of(self, row: Row) -> ClassRef | None:
        return self.class_at(row, self.school_at(row))

    @property
    def book(self) -> RegisterBook:
        return self.run.registers

    def meet_classes(self, rows: list[Row]) -> None:
        classes = self.references.classes
        found = (classes.get((row["学校标识码"], row["班号"])) for row in rows)
        self.book.meet({ref.pk for ref in found if ref})


class RollCallSheet(RegisterSheet):
    """点名: that a register was taken; by whom and when where the row says so."""

    name = "点名"
    columns = (
        *RegisterSheet.place_columns,
        Column("点名人工号", cells.code(30)),
        Column("点名时间", cells.moment),
    )
    key = RegisterSheet.place_key

    @cached_property
    def _calendar(self) -> Calendar:
        """As it stands after the sheets 学年学期 and 校历 of this import."""
        return current_calendar()

    def prepare(self, rows: list[Row]) -> None:
        self.meet_classes(rows)

    def check(self, row: Row) -> RollCall:
        school_class = self._class_of(row)
        day, slot = row["日期"], row["节次"]
        if school_class and slot and slot not in school_class.school.slots:
            self.fault(
                row, "节次", f"这所学校不在{slot.label}点名", f"请在《学校》的点名节次中加上{slot.label}，或核对"
            )
        if school_class and day:
            self._check_day(row, school_class, day)
        return RollCall(
            school_class_id=school_class and school_class.pk,
            day=day,
            slot=slot or "",
            taken_by_id=self.person_at(row, "点名人工号"),
            taken_at=self._taken_at(day, row["点名时间"]) if day else None,
        )

    def _check_day(self, row: Row, school_class: ClassRef, day: date) -> None:
        """The day must be a school day of the class; silent where a mistake in the calendar may be the cause."""
        days = self._calendar.school_days(school=school_class.school.pk, school_class=school_class.pk)
        if day in days:
            return
        faults, terms = self.run.faults, self._calendar.terms
        in_a_term = any(term.start <= day <= term.end for term in terms)
        if faults.explain("校历", (day,)) or (not in_a_term and faults.any_in("学年学期")):
            row.spoilt = True
        elif not terms:
            row.spoilt = True
            self.tell_header(row.file, "日期", "还没有登记学期，不知道哪些天上课", "请先在《学年学期》中登记学期")
            faults.note_sheet("学年学期")  # told once is enough
        else:
            self.fault(row, "日期", "这一天不是该班的上课日", "请核对日期；确实上了课，请在《校历》中登记为上课")

    @staticmethod
    def _taken_at(day: date, moment: datetime | time | None) -> datetime:
        """Where the row gives no time, the first minute of the day stands for it."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(day, moment or time.min)
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

    def apply(self, checked: list[RollCall]) -> None:
        known, new = [], []
        for call in checked:
            pk = self.book.find(call.school_class_id, call.day, call.slot)
            if pk is None:
                new.append(call)
            else:
                known.append((pk, call))
        RollCall.objects.bulk_create(new)
        self.book.add(new)
        self.run.touched.classes.update(call.school_class_id for call in new)
        self.count(Result.CREATED, len(new))
        self._amend(known)

    def _amend(self, known: list[tuple[int, RollCall]]) -> None:
        """A known register may learn who took it and when; what is known stays, and another taker adds nothing."""
        told = {pk: call for pk, call in known if call.taken_by_id or call.taken_at != self._taken_at(call.day, None)}
        changed = []
        for standing in RollCall.objects.filter(pk__in=told):
            call = told[standing.pk]
            if standing.taken_by_id and call.taken_by_id not in (None, standing.taken_by_id):
                continue
            taken_by = standing.taken_by_id or call.taken_by_id
            is_timed = standing.taken_at != self._taken_at(standing.day, None)
            taken_at = standing.taken_at if is_timed else call.taken_at
            if (taken_by, taken_at) != (standing.taken_by_id, standing.taken_at):
                standing.taken_by_id, standing.taken_at = taken_by, taken_at
                changed.append(standing)
        RollCall.objects.bulk_update(changed, ["taken_by", "taken_at"])
        self.count(Result.UPDATED, len(changed))
        self.count(Result.UNCHANGED, len(known) - len(changed))


class Absence(NamedTuple):
    """A sound row of 缺勤."""

    roll_call: int
    student: int
    kind: MarkKind


class AbsenceSheet(RegisterSheet):
    """缺勤: an exception in a register that is in the file or known already."""

    name = "缺勤"
    columns = (
        *RegisterSheet.place_columns,
        Column("学籍号", cells.identity, required=True),
        Column("类型", cells.choice(KINDS), required=True),
    )
    key = (*RegisterSheet.place_key, "学籍号")
    reported_at = "学籍号"
    repeats = True  # told here, by child and register: a child may be named by either number

    def __init__(self, run):
        super().__init__(run)
        self._versions: dict[int, int] = {}  # roll call → its version after this import's corrections

    def begin_file(self, layout) -> None:
        self._first_rows: dict[int, int] = {}

    def prepare(self, rows: list[Row]) -> None:
        self.look_up_students(rows)
        self.meet_classes(rows)
        children = {self._children.get(row["学籍号"]) for row in rows} - {None}
        self._attended: dict[int, list[tuple[int, date, date | None]]] = defaultdict(list)
        intervals = Enrolment.objects.filter(student__in=children, standing=Standing.ATTENDING).order_by()
        for student, *interval in intervals.values_list("student", "school_class", "since", "until"):
            self._attended[student].append(interval)

    def check(self, row: Row) -> Absence | None:
        school_class, student = self._class_of(row), self.student_at(row)
        day, slot = row["日期"], row["节次"]
        if not (school_class and day and slot):
            return None
        place = row.key(*self.place_key)
        if self.run.faults.names("点名", place):
            row.spoilt = True
            return None
        call = self.book.find(school_class.pk, day, slot)
        if call is None:
            self._tell_nothing_there(row, place, student, school_class)
        elif student is not None:
            self._refuse_twice(row, call << 32 | student)
            self._check_attending(row, student, school_class, day)
            return Absence(call, student, row["类型"])
        return None

    def _tell_nothing_there(self, row: Row, place: tuple, student: int | None, school_class: ClassRef) -> None:
        """Neither a register nor, where the class is the wrong one, the child: one mistake, told once."""
        if student is None or self._attends(student, school_class, row["日期"]) or student in self.run.doubtful:
            self._tell_no_roll_call(row, place)
        else:
            self.fault(row, "班号", "这名学生那天不在这个班", "请核对班号和日期，或在《学籍变动》中补登变动")

    def _tell_no_roll_call(self, row: Row, place: tuple) -> None:
        remedy = "请在《点名》中加上这次点名，或核对日期、班号和节次"
        self._tell_missing(row, "节次", "点名", place, "文件和系统里都没有这次点名", remedy)

    def _refuse_twice(self, row: Row, key: int) -> None:
        first = self._first_rows.setdefault(key, row.number)
        if first != row.number:
            self.fault(row, "学籍号", f"与第{first}行重复：同一学生、同一次点名", "请只留一行")

    def _check_attending(self, row: Row, student: int, school_class: ClassRef, day: date) -> None:
        if self._attends(student, school_class, day):
            return
        if student in self.run.doubtful or self.run.faults.explain("学籍变动", (row["学籍号"],)):
            row.spoilt = True
        else:
            self.fault(row, "学籍号", "这名学生那天不在这个班上课", "请核对日期和班号，或在《学籍变动》中补登变动")

    def _attends(self, student: int, school_class: ClassRef, day: date) -> bool:
        return any(
            attended == school_class.pk and since <= day and (until is None or day < until)
            for attended, since, until in self._attended[student]
        )

    def apply(self, checked: list[Absence]) -> None:
        calls = {absence.roll_call for absence in checked}
        known = {(mark.roll_call_id, mark.student_id): mark for mark in AbsenceMark.objects.filter(roll_call__in=calls)}
        new, changed, corrections = [], [], []
        for absence in checked:
            mark = known.get((absence.roll_call, absence.student))
            if mark and mark.kind == absence.kind:
                self.count(Result.UNCHANGED)
                continue
            if mark or absence.roll_call <= self.book.last_before:
                corrections.append((absence, mark.kind if mark else ""))
            if mark:
                mark.kind = absence.kind
                changed.append(mark)
            else:
                new.append(AbsenceMark(roll_call_id=absence.roll_call, student_id=absence.student, kind=absence.kind))
        AbsenceMark.objects.bulk_create(new)
        AbsenceMark.objects.bulk_update(changed, ["kind"])
        self._correct(corrections)
        self.run.touched.students.update(mark.student_id for mark in new + changed)
        self.count(Result.CREATED, len(new))
        self.count(Result.UPDATED, len(changed))

    def _correct(self, corrections: list[tuple[Absence, str]]) -> None:
        """Every change of a register that stood before is kept, and moves the register to its next version, once."""
        calls = {absence.roll_call for absence, _ in corrections} - self._versions.keys()
        moved = list(RollCall.objects.filter(pk__in=calls))
        for call in moved:
            call.version += 1
            self._versions[call.pk] = call.version
        RollCall.objects.bulk_update(moved, ["version"])
        MarkCorrection.objects.bulk_create(
            MarkCorrection(
                roll_call_id=absence.roll_call,
                student_id=absence.student,
                old_kind=old_kind,
                new_kind=absence.kind,
                version=self._versions[absence.roll_call],
                corrected_at=self.run.now,
                corrected_by=self.run.by,
                reason=REASON,
            )
            for absence, old_kind in corrections
        )

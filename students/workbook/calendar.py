"""The sheets 学年学期 (terms) and 校历 (single days taught or off)."""

from students.models import DayOverride, Term
from students.workbook import cells
from students.workbook.columns import Column, Row
from students.workbook.references import ClassRef
from students.workbook.sheets import Sheet, Wanted


class TermSheet(Sheet):
    """学年学期: the terms of a school year."""

    name = "学年学期"
    columns = (
        Column("学年", cells.school_year, required=True),
        Column("学期", cells.choice({label: value for value, label in Term.Number.choices}), required=True),
        Column("开始日期", cells.day, required=True),
        Column("结束日期", cells.day, required=True),
    )
    key = ("学年", "学期")

    def prepare(self, rows: list[Row]) -> None:
        self._known = {(term.school_year, term.number): term for term in Term.objects.all()}

    def check(self, row: Row) -> tuple[Row, Wanted] | None:
        year, start, end = row["学年"], row["开始日期"], row["结束日期"]
        if start and end and end <= start:
            self.fault(row, "结束日期", "结束日期应在开始日期之后", "请核对这两个日期")
        if year and start and start.year not in (year, year + 1):
            self.fault(row, "开始日期", "开始日期不在这个学年里", "请核对学年和日期")
        key = (year, row["学期"])
        return row, Wanted(key, {"school_year": year, "number": row["学期"]}, {"start": start, "end": end})

    def apply(self, checked: list[tuple[Row, Wanted]]) -> None:
        """Terms may not overlap; of two that do, the one further down in the file is told."""
        days = {key: (term.start, term.end) for key, term in self._known.items()}
        days |= {want.key: (want.values["start"], want.values["end"]) for _, want in checked}
        below = [want.key for _, want in checked]
        for row, want in checked:
            below.remove(want.key)
            start, end = days[want.key]
            for other, (first, last) in days.items():
                if other != want.key and other not in below and start <= last and first <= end:
                    self.fault(
                        row,
                        "开始日期",
                        f"与{Term(school_year=other[0], number=other[1])}的日期重叠",
                        "请核对两个学期的日期",
                    )
                    self.refuse(row)
                    break
        if self.store(Term, self._known, [want for row, want in checked if row.sound]):
            self.run.touched.everyone = True


class CalendarSheet(Sheet):
    """校历: a day taught or off against the rule, for the county, a school or a class."""

    name = "校历"
    columns = (
        Column("日期", cells.day, required=True),
        Column("类型", cells.choice({"上课": True, "放假": False}), required=True),
        Column("说明", cells.text(100)),
        Column("学校标识码", cells.digits(10, "学校标识码")),
        Column("班号", cells.code(20)),
    )
    key = ("日期", "学校标识码", "班号")

    def prepare(self, rows: list[Row]) -> None:
        days = {day for row in rows if (day := row["日期"])}
        known = DayOverride.objects.filter(day__in=days)
        self._known = {(row.day, row.school_id, row.school_class_id): row for row in known}

    def check(self, row: Row) -> Wanted:
        school = self.school_at(row)
        school_class: ClassRef | None = None
        if row["班号"]:
            if not row["学校标识码"] and "学校标识码" not in row.bad:
                self.fault(row, "学校标识码", "写了班号，没有写学校标识码", "请补上学校标识码，或删去班号")
            school_class = self.class_at(row, school)
        place = {"school_id": school and school.pk, "school_class_id": school_class and school_class.pk}
        # What a page has said beyond 上课 or 放假 falls where the day is now the other of the two.
        values = {"is_taught": row["类型"], **({"is_closure": False} if row["类型"] else {"follows_weekday": None})}
        if row["说明"]:
            values["note"] = row["说明"]
        return Wanted((row["日期"], *place.values()), {"day": row["日期"], **place}, values)

    def note_fault(self, row: Row) -> None:
        """By the day alone: registers of that day cannot be judged."""
        self.run.faults.note(self.name, row.key("日期"))

    def apply(self, checked: list[Wanted]) -> None:
        touched, written = self.run.touched, self.store(DayOverride, self._known, checked)
        # What a workbook has rewritten was no longer decided on a page.
        DayOverride.objects.filter(pk__in=[row.pk for row in written if row.change_id]).update(change=None)
        for override in written:
            if override.school_class_id:
                touched.classes.add(override.school_class_id)
            elif override.school_id:
                touched.schools.add(override.school_id)
            else:
                touched.everyone = True

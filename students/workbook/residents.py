"""The sheet 户籍儿童: registered resident children 0–17, as the police's list has them (contract.md)."""

from datetime import date
from functools import cached_property

from students.actions.listing import index_residents
from students.actions.residents import lock_matching, match_residents
from students.identity import read_identity_number
from students.models import Area, Resident
from students.school_age import full_years
from students.workbook import cells
from students.workbook.columns import Column, Row
from students.workbook.sheets import Sheet, Wanted

OLDEST = 17  # 周岁; the list is one of minors
FIELDS = {
    "姓名": "name",
    "监护人": "guardian_name",
    "联系电话": "phone",
    "是否脱贫户": "is_out_of_poverty",
    "现就读学校": "current_school",
}
#: Sheets after which somebody may match who did not before.
MATCHED_AFTER = ("户籍儿童", "学生")


class ResidentSheet(Sheet):
    """户籍儿童. Who is missing from a newer list stays: the sheet says who is there, not who has gone."""

    name = "户籍儿童"
    columns = (
        Column("姓名", cells.name(60), required=True),
        Column("身份证件号", cells.identity, required=True),
        Column("户籍村代码", cells.digits(12, "户籍村代码"), required=True),
        Column("监护人", cells.name(60)),
        Column("联系电话", cells.code(30)),
        Column("是否脱贫户", cells.yes_no),
        Column("现就读学校", cells.text(80)),
    )
    key = ("身份证件号",)

    def prepare(self, rows: list[Row]) -> None:
        lock_matching()
        numbers = {number for row in rows if (number := row["身份证件号"])}
        self._known = {resident.id_number: resident for resident in Resident.objects.filter(id_number__in=numbers)}

    def check(self, row: Row) -> Wanted:
        values = {field: row[header] for header, field in FIELDS.items() if row[header] is not None}
        values |= self._place_of(row) | self._said_by_number(row)
        return Wanted(row["身份证件号"], {"id_number": row["身份证件号"]}, values)

    def apply(self, checked: list[Wanted]) -> None:
        index_residents([resident.pk for resident in self.store(Resident, self._known, checked)])

    def finish(self) -> None:
        """Whoever is on both lists now is linked in the same transaction."""
        if any(name in self.run.report.counts for name in MATCHED_AFTER):
            match_residents(by=self.run.by)

    def _said_by_number(self, row: Row) -> dict:
        """Sex and birth date; the number has to be sound and its holder a minor on the day of the import."""
        number = row["身份证件号"]
        if number is None:
            return {}
        try:
            said = read_identity_number(number)
        except ValueError as error:
            self.fault(row, "身份证件号", str(error), "请对照户口簿或身份证核对")
            return {}
        if said.birth_date > self.run.today:
            self.fault(row, "身份证件号", "号码里的出生日期还没有到", "请对照户口簿核对")
        elif (age := full_years(said.birth_date, self.run.today)) > OLDEST:
            message = f"已满{age}周岁（{_words(said.birth_date)}出生），本表只收0—{OLDEST}周岁"
            self.fault(row, "身份证件号", message, "请移除该行")
        return {"sex": said.sex, "birth_date": said.birth_date}

    def _place_of(self, row: Row) -> dict:
        """The village and the township above it."""
        code = row["户籍村代码"]
        if code is None or self._is_spoilt(row, "行政区划", (code,)):
            return {}
        found = self.references.areas.get(code)
        if found is None:
            remedy = "请核对代码，或在《行政区划》表中加上这个村"
            self._tell_missing(row, "户籍村代码", "行政区划", (code,), "没有这个村", remedy)
            return {}
        if found.level != Area.Level.VILLAGE:
            label = Area.Level(found.level).label
            self.fault(row, "户籍村代码", f"这是{label}的代码，不是村的代码", "请填户口所在村（居委会）的代码")
            return {}
        township = self._townships.get(found.pk)
        if township is None:
            self.fault(row, "户籍村代码", "这个村没有登记所属乡镇", "请在《行政区划》表中补上它的上级代码")
        return {"village_id": found.pk, "township_id": township}

    @cached_property
    def _townships(self) -> dict[int, int | None]:
        """Village → its township; areas are all written by the time that the first row is read."""
        return dict(Area.objects.filter(level=Area.Level.VILLAGE).values_list("pk", "parent"))


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

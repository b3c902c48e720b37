"""What every sheet has in common: its columns, how a row is checked, and what it may point at."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, NamedTuple

from django.db.models import Model

from students.models import Area
from students.workbook.columns import Column, Layout, Row
from students.workbook.faults import Faults
from students.workbook.references import ClassRef, References, RegisterBook, SchoolRef
from students.workbook.report import Problem, Report, Result

REASON = "导入工作簿"  # kept with whatever an import corrects or withdraws


SPOILT = "这一行本身没有写错，但它指向的内容有错误；等那一处改好后再一起导入"
Progress = Callable[[str, int, int], None]  # sheet, rows done, rows in all


def silent(sheet: str, done: int, rows: int) -> None:
    """Nobody is watching."""


@dataclass
class Touched:
    """Whose facts an import has changed; ``everyone`` after a change of terms or of the county's calendar."""

    students: set[int] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)
    schools: set[int] = field(default_factory=set)
    everyone: bool = False


@dataclass
class Import:
    """One run: who imports, when, and what the sheets of the run share."""

    by: object
    today: date
    now: datetime
    files: int = 1  # imported together
    report: Report = field(default_factory=Report)
    faults: Faults = field(default_factory=Faults)
    references: References = field(default_factory=References)
    registers: RegisterBook = field(default_factory=RegisterBook)
    touched: Touched = field(default_factory=Touched)
    doubtful: set[int] = field(
        default_factory=set
    )  # children with a mistake in 学籍变动: what follows cannot be judged
    schools: frozenset[int] | None = None  # those the importer keeps; None = the county
    without: Mapping[str, Collection[int]] = field(default_factory=dict)  # sheet → rows to pass over
    progress: Progress = silent
    entries: dict[int, "Entry"] = field(default_factory=dict)  # what 学生 leaves for 学籍变动 to carry out


class Entry(NamedTuple):
    """How the sheet 学生 has a child enter: which class, when, and the row that says so.

    ``former_day`` is the 入学年月 known before, where the row changes it.
    """

    school_class: int
    day: date
    former_day: date | None
    file: str
    row: int
    result: Result


class Wanted(NamedTuple):
    """A row as it should stand: what names it, and its values; values that are left out stay as they are."""

    key: object
    names: Mapping[str, object]
    values: Mapping[str, object]


class Sheet(ABC):
    """A sheet of the workbook. Rows come in chunks; each is checked, and the sound ones are applied together.

    A subclass says what ``check`` makes of a row and how ``apply`` writes a chunk of such. Within one sheet of one
    file a key may occur once, unless ``repeats`` is set; a later file may say it again.
    """

    name: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    key: ClassVar[tuple[str, ...]]  # the headers that name what a row is about
    repeats: ClassVar[bool] = False
    of_one_school: ClassVar[bool] = False  # the clerk of a school may import it for that school
    known_by_header: ClassVar[bool] = False  # also under any other title, where a file has no sheet that is known
    reported_at: ClassVar[str] = ""  # the column at which a repeated key is told; the first of the key where blank

    def __init__(self, run: Import):
        self.run = run
        self.references = run.references
        self.header_row = 1
        self._elsewhere: dict[int, SchoolRef] = {}
        self._seen: dict[tuple, int] = {}

    @classmethod
    def offered_columns(cls) -> tuple[Column, ...]:
        """The columns of an empty workbook to fill in."""
        return cls.columns

    # -- what the runner calls -------------------------------------------------------------------------------------

    def layout(self, header: list) -> Layout:
        """Find the columns in a header row."""
        return Layout(header, self.columns)

    def begin_file(self, layout: Layout) -> None:
        """Rows of another file follow."""
        self._seen.clear()

    def take(self, rows: list[Row]) -> None:
        """Check a chunk of rows and write what is sound."""
        self.prepare(rows)
        checked = []
        for row in rows:
            item = self.check(row)
            if not self.repeats:
                self._refuse_repeated(row)
            if row.sound:
                checked.append(item)
            else:
                self.refuse(row)
        if checked:
            self.apply(checked)

    def refuse(self, row: Row) -> None:
        """A row is not applied: what points at it may stay silent."""
        self.note_fault(row)
        self.run.report.leave((row.file, self.name, row.number), SPOILT)

    def finish(self) -> None:  # noqa: B027 (most sheets have nothing left to do)
        """All rows of all files have been taken; called for sheets in no file too."""

    # -- what a subclass says --------------------------------------------------------------------------------------

    def prepare(self, rows: list[Row]) -> None:  # noqa: B027 (some sheets point at nothing)
        """Look up in bulk what ``check`` will ask for."""

    @abstractmethod
    def check(self, row: Row) -> object:
        """Tell what is wrong with a row; return what ``apply`` needs (ignored unless the row is sound)."""

    @abstractmethod
    def apply(self, checked: list) -> None:
        """Write a chunk of sound rows, and count them."""

    def note_fault(self, row: Row) -> None:
        """Keep the key of a row that is not applied."""
        self.run.faults.note(self.name, row.key(*self.key))

    # -- what checks are made of -----------------------------------------------------------------------------------

    def fault(self, row: Row, header: str, message: str, remedy: str = "") -> None:
        """Tell a mistake at one cell of a row."""
        row.bad[header] = row.shown(header)
        self.run.report.add(Problem(row.file, self.name, row.number, header, row.bad[header], message, remedy))

    def tell_header(self, file: str, header: str, message: str, remedy: str) -> None:
        """Tell a mistake in the header row, or one that all rows have in common."""
        self.run.report.add(Problem(file, self.name, self.header_row, header, "", message, remedy))

    def count(self, result: Result, rows: int = 1) -> None:
        self.run.report.count(self.name, result, rows)

    def _refuse_repeated(self, row: Row) -> None:
        key = row.key(*self.key)
        if not all(header in row.values or header not in row.bad for header in self.key):
            return
        first = self._seen.setdefault(key, row.number)
        if first != row.number:
            at = self.reported_at or self.key[0]
            self.fault(row, at, f"与第{first}行重复", "请只留一行")

    # -- what a row may point at -----------------------------------------------------------------------------------

    def school_at(self, row: Row, header: str = "学校标识码") -> SchoolRef | None:
        """The school that a cell names; tells where there is none."""
        code = row[header]
        if code is None or self._is_spoilt(row, "学校", (code,)):
            return None
        found = self.references.schools.get(code)
        if found is None:
            self._tell_missing(row, header, "学校", (code,), "没有这所学校", "请核对标识码，或在《学校》表中加上它")
        elif self.run.schools is not None and found.pk not in self.run.schools:
            message = f"这是“{found.name}”，你负责的是{self._own_schools}"
            self.fault(row, header, message, "别的学校的内容请由那所学校或县教育局导入")
            return None
        return found

    def class_at(self, row: Row, school: SchoolRef | None, header: str = "班号") -> ClassRef | None:
        """The class of ``school`` that a cell names; tells where there is none."""
        number = row[header]
        if school is None or number is None:
            row.spoilt = row.spoilt or school is None
            return None
        key = (school.code, number)
        if self._is_spoilt(row, "班级", key):
            return None
        found = self.references.classes.get(key)
        if found is None:
            self._tell_missing(row, header, "班级", key, "这所学校没有这个班", "请核对班号，或在《班级》表中加上它")
        return found

    def township_at(self, row: Row, header: str = "乡镇代码") -> int | None:
        """The township that a cell names; tells where there is none, or where the code is of another level."""
        code = row[header]
        if code is None or self._is_spoilt(row, "行政区划", (code,)):
            return None
        found = self.references.areas.get(code)
        if found is None:
            remedy = "请核对代码，或在《行政区划》表中加上它"
            self._tell_missing(row, header, "行政区划", (code,), "没有这个乡镇", remedy)
        elif found.level != Area.Level.TOWNSHIP:
            label = Area.Level(found.level).label
            self.fault(row, header, f"这是{label}的代码，不是乡镇的代码", "请填所在乡镇的代码")
        return found and found.pk

    def person_at(self, row: Row, header: str) -> int | None:
        """The member of staff whose 工号 a cell holds; tells where there is none."""
        number = row[header]
        if number is None or self._is_spoilt(row, "教职工", (number,)):
            return None
        found = self.references.people.get(number)
        if found is None:
            self._tell_missing(
                row, header, "教职工", (number,), "没有这名教职工", "请核对工号，或在《教职工》表中加上这个人"
            )
        return found

    def student_at(self, row: Row, header: str = "学籍号") -> int | None:
        """The child whose number a cell holds (looked up in ``prepare``); tells where there is none."""
        number = row[header]
        if number is None or self._is_spoilt(row, "学生", (number,)):
            return None
        found = self._children.get(number)
        if found is None:
            self._tell_missing(
                row, header, "学生", (number,), "没有这名学生", "请核对学籍号，或在《学生》表中加上这名学生"
            )
        elif self.refuse_elsewhere(row, header, found):
            return None
        return found

    def look_up_students(self, rows: Iterable[Row], header: str = "学籍号") -> None:
        numbers = {number for row in rows if (number := row[header])}
        self._children = self.references.find_students(numbers)
        self.look_up_schools({self._children.get(number) for number in numbers} - {None})

    def look_up_schools(self, students: Collection[int]) -> None:
        """Where these children are; asked only for somebody who keeps some schools and not the county."""
        if self.run.schools is not None:
            self._elsewhere = {
                student: school
                for student, school in self.references.schools_of(students).items()
                if school.pk not in self.run.schools
            }

    def refuse_elsewhere(self, row: Row, header: str, student: int) -> bool:
        """Tell where a child belongs to a school that the importer does not keep: never moved in silence."""
        school = self._elsewhere.get(student)
        if school is not None:
            message = f"这名学生的学籍在“{school.name}”，不在{self._own_schools}"
            self.fault(row, header, message, "请先办理转学，由对方学校确认转出；号码抄错的请改正")
        return school is not None

    @property
    def _own_schools(self) -> str:
        names = [school.name for school in self.references.schools.values() if school.pk in self.run.schools]
        return "、".join(f"“{name}”" for name in names)

    def _is_spoilt(self, row: Row, sheet: str, key: tuple) -> bool:
        """Whether the row pointed at has a mistake of its own, which has been told there."""
        if self.run.faults.names(sheet, key):
            row.spoilt = True
            return True
        return False

    def _tell_missing(self, row: Row, header: str, sheet: str, key: tuple, message: str, remedy: str) -> None:
        if self.run.faults.explain(sheet, key):
            row.spoilt = True
        else:
            self.fault(row, header, message, remedy)

    def store(self, model: type[Model], known: Mapping[object, Model], wanted: Iterable[Wanted]) -> list[Model]:
        """Create what is new, update what differs, count every row; return the rows written."""
        created, updated, fields = [], [], set()
        for want in wanted:
            row = known.get(want.key)
            if row is None:
                created.append(model(**want.names, **want.values))
                continue
            changes = {name: value for name, value in want.values.items() if getattr(row, name) != value}
            for name, value in changes.items():
                setattr(row, name, value)
            fields |= changes.keys()
            if changes:
                updated.append(row)
            self.count(Result.UPDATED if changes else Result.UNCHANGED)
        model.objects.bulk_create(created)
        if updated:
            model.objects.bulk_update(updated, fields)
        self.count(Result.CREATED, len(created))
        return created + updated

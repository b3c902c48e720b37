"""月考勤表 as it leaves the system: the sheet with all that is printed around it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from students.metrics import ATTENDANCE_RATE
from students.models import SchoolClass
from students.month_sheet import FIGURES, MonthFacts, MonthSheet, Totals, month_sheet
from students.queries.month_sheets import month_facts
from students.templatetags.components import SIGNS

EMPTY_LINES, SPARE_LINES = 45, 3  # of a class without a known child; for those who come in the course of the month
NUMERALS = "一二三四五六七八九"
LEGEND = tuple((kind, SIGNS[kind].glyph, SIGNS[kind].label) for kind in SIGNS)
HEADS = (*FIGURES, (ATTENDANCE_RATE.label, "%"))
NOTES = (
    "待核实与旷课同样计入缺课；批准的请假把其中的旷课、待核实改为请假。缺课天数：当天点过名的节次全部缺席、且有旷课或待核实的天数。",
    ATTENDANCE_RATE.note,
)


@dataclass(frozen=True)
class MonthPaper:
    """A month sheet of a class, filled in or blank. ``spare``: empty lines below the children."""

    school: str
    school_class: str
    sheet: MonthSheet
    as_of: date
    is_blank: bool = False
    spare: int = 0

    @property
    def title(self) -> str:
        return "空白考勤表" if self.is_blank else "班级考勤表"

    @property
    def heading(self) -> str:
        """What stands on the paper itself: a blank sheet is one once it is filled in."""
        return "班级考勤表"

    @property
    def month(self) -> str:
        return f"{self.sheet.month.year}年{self.sheet.month.month}月"

    @property
    def scope(self) -> str:
        return f"{self.school}　{self.school_class}　{self.month}"

    scope_logged = scope

    @property
    def count(self) -> int:
        return len(self.sheet.rows)

    @property
    def summary(self) -> str:
        if self.is_blank:
            return f"{self.count}名学生，格子留空" if self.count else "还没有学生，姓名栏留空"
        return f"{self.count}名学生，应点名{self.sheet.registers_due}次，已点名{self.sheet.registers_taken}次"

    @property
    def file_name(self) -> str:
        return f"{self.title}（{self.school_class}{self.month}）"

    @property
    def has_notes(self) -> bool:
        return self.is_blank or any(row.note for row in self.sheet.rows)

    @property
    def notes(self) -> tuple[str, ...]:
        return () if self.is_blank else NOTES


def figures_of(totals: Totals) -> list[str]:
    """The sums of a line as they are printed: nothing where there was nothing, the rate at the end."""
    rate = ATTENDANCE_RATE.of(totals.attended, totals.expected).text.removesuffix("%")
    return [*(str(number) if number else "" for number in totals.figures), rate]


def month_paper(school_class: SchoolClass, month: date, *, today: date) -> MonthPaper:
    """The sheet of a class with its school; five queries."""
    return _paper(school_class, month_facts(school_class, month), today=today)


def blank_paper(school_class: SchoolClass, month: date, *, today: date) -> MonthPaper:
    """The same to be filled in by hand: names and days, and nothing of what was recorded."""
    facts = month_facts(school_class, month)
    children = [replace(child, marks={}, leaves=()) for child in facts.children]
    paper = _paper(school_class, replace(facts, children=children, taken={}), today=month - timedelta(days=1))
    return replace(paper, is_blank=True, as_of=today, spare=SPARE_LINES if paper.count else EMPTY_LINES)


def _paper(school_class: SchoolClass, facts: MonthFacts, *, today: date) -> MonthPaper:
    grade = NUMERALS[school_class.grade_on(facts.month) - 1 : school_class.grade_on(facts.month)]
    name = f"{school_class.name}（{grade}年级）" if grade else school_class.name
    return MonthPaper(school_class.school.name, name, month_sheet(facts, today=today), today)

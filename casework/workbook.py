"""The sheets 联系记录 and 报告, the rule set of a school, and what an imported workbook leads to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from casework.contacts import ContactMethod
from casework.engine import recompute_locked
from casework.facts import CHUNK, Surroundings, students_with_a_ladder
from casework.models import Contact, Report, RuleAdoption, StoredRuleSet
from casework.presets import ALWAYS, preset_codes
from casework.ruleset import REPORT_TIERS, Tier
from students.models import Enrolment, RollCall, Student
from students.workbook import cells
from students.workbook.attendance import AbsenceSheet, LeaveSheet, RollCallSheet
from students.workbook.calendar import CalendarSheet, TermSheet
from students.workbook.children import ChildSheet
from students.workbook.columns import Column, Row
from students.workbook.enrolment import EventSheet
from students.workbook.people import StaffSheet, TeachingSheet
from students.workbook.places import AreaSheet, ClassSheet, SchoolSheet
from students.workbook.report import Outcome
from students.workbook.residents import ResidentSheet
from students.workbook.run import Source, run
from students.workbook.sheets import REASON, Import, Progress, Result, Sheet, Touched, Wanted

FOLLOWING = "待办"  # what progress calls the work after the last sheet
METHODS = {method.label: method for method in ContactMethod}
REPORT_KINDS = {tier.label: tier for tier in Tier if tier in REPORT_TIERS}


def import_workbooks(
    sources: Sequence[Source],
    *,
    by=None,
    today: date,
    dry_run: bool = False,
    progress: Progress | None = None,
    schools: frozenset[int] | None = None,
    without: Mapping[str, Collection[int]] | None = None,
) -> Outcome:
    """Import workbooks with all sheets there are and recompute what follows; see ``students.workbook.run``."""
    return run(
        sources,
        sheets=SHEETS,
        by=by,
        today=today,
        dry_run=dry_run,
        follow=_follow,
        progress=progress,
        schools=schools,
        without=without,
    )


def sheets_for(schools: frozenset[int] | None) -> list[type[Sheet]]:
    """The sheets that somebody may import: all for the county, those of one school for its clerk."""
    return [sheet for sheet in SHEETS if schools is None or sheet.of_one_school]


def _follow(importing: Import) -> None:
    """Recompute, through today, everybody whose facts the import has changed."""
    surroundings, done = Surroundings(), 0
    for chunk in _affected(importing.touched):
        recompute_locked(chunk, surroundings, through=importing.today, reason=REASON)
        done += len(chunk)
        importing.progress(FOLLOWING, done, done)


def _affected(touched: Touched) -> Iterator[list[int]]:
    """Children from whose facts anything can follow, in order, a chunk at a time."""
    if touched.everyone:
        after = 0
        while chunk := list(students_with_a_ladder(Student.objects.filter(pk__gt=after))[:CHUNK]):
            yield chunk
            after = chunk[-1]
        return
    ids = set(touched.students)
    of_classes = Enrolment.objects.order_by().values_list("student", flat=True)
    ids.update(of_classes.filter(school_class__school__in=touched.schools))
    ids.update(of_classes.filter(school_class__in=touched.classes))
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        chunk = list(students_with_a_ladder(Student.objects.filter(pk__in=ordered[start : start + CHUNK])))
        if chunk:
            yield chunk


class RuledSchoolSheet(SchoolSheet):
    """学校 with its 规则集: for a new school it holds for all time, for one that has taken registers from today."""

    columns = (*SchoolSheet.columns, Column("规则集", cells.choice({code: code for code in preset_codes()})))

    def check(self, row: Row) -> tuple[Wanted, str | None]:
        return super().check(row), row["规则集"]

    def apply(self, checked: list[tuple[Wanted, str | None]]) -> None:
        written = set(self.write([want for want, _ in checked]))
        named = {want.key: code for want, code in checked if code}
        rule_sets = {rule_set.code: rule_set for rule_set in StoredRuleSet.objects.order_by("version")}
        current = self._current(named)
        # A school that has taken registers has lived under the county's rules: what was, stays judged by them.
        taken = RollCall.objects.filter(school_class__school__code__in=named)
        lived = set(taken.order_by().values_list("school_class__school", flat=True).distinct())
        adoptions = []
        for code, rule_code in named.items():
            school = self.references.schools[code].pk
            if current.get(school) == rule_code:
                continue
            adoptions.append(
                RuleAdoption(
                    rule_set=rule_sets[rule_code],
                    school_id=school,
                    starts_on=self.run.today if school in current or school in lived else ALWAYS,
                    adopted_at=self.run.now,
                    adopted_by=self.run.by,
                )
            )
            self.run.touched.schools.add(school)
            if code not in written:
                self.run.report.upgrade(self.name)
        RuleAdoption.objects.bulk_create(
            adoptions,
            update_conflicts=True,
            unique_fields=["school", "starts_on"],
            update_fields=["rule_set", "adopted_at", "adopted_by"],
        )

    def _current(self, named) -> dict[int, str]:
        """School → code of the rule set it adopted last."""
        adoptions = RuleAdoption.objects.filter(school__code__in=named).order_by("starts_on", "pk")
        return dict(adoptions.values_list("school", "rule_set__code"))


class ActSheet(Sheet):
    """What a 班主任 has done: the same act again, also twice in one file, is one act."""

    repeats = True

    def prepare(self, rows: list[Row]) -> None:
        self.look_up_students(rows)
        children = {self._children.get(row["学籍号"]) for row in rows} - {None}
        # Also those taken back since: an old file must not bring them to life again.
        known = self.model.objects.filter(student__in=children).order_by()
        self._known = set(known.values_list("student", "day", *self.fields.values()))

    def check(self, row: Row) -> dict:
        values = {field: row[header] or "" for header, field in self.fields.items()}
        return {"student_id": self.student_at(row), "day": row["日期"], **values}

    def apply(self, checked: list[dict]) -> None:
        new = []
        for values in checked:
            key = tuple(values.values())
            if key not in self._known:
                self._known.add(key)
                new.append(self.model(**values, recorded_at=self.run.now, recorded_by=self.run.by))
        self.model.objects.bulk_create(new)
        self.run.touched.students.update(act.student_id for act in new)
        self.count(Result.CREATED, len(new))
        self.count(Result.UNCHANGED, len(checked) - len(new))


class ContactSheet(ActSheet):
    """联系记录."""

    name = "联系记录"
    model = Contact
    columns = (
        Column("日期", cells.day, required=True),
        Column("学籍号", cells.identity, required=True),
        Column("方式", cells.choice(METHODS), required=True),
        Column("结果", cells.text(200)),
    )
    key = ("学籍号", "日期", "方式", "结果")
    fields = {"方式": "method", "结果": "result"}


class ReportSheet(ActSheet):
    """报告."""

    name = "报告"
    model = Report
    columns = (
        Column("日期", cells.day, required=True),
        Column("学籍号", cells.identity, required=True),
        Column("报告类型", cells.choice(REPORT_KINDS), required=True),
    )
    key = ("学籍号", "日期", "报告类型")
    fields = {"报告类型": "kind"}


# In the order in which one points at the other.
SHEETS: tuple[type[Sheet], ...] = (
    TermSheet,
    AreaSheet,
    RuledSchoolSheet,
    StaffSheet,
    ClassSheet,
    TeachingSheet,
    CalendarSheet,
    ChildSheet,
    EventSheet,
    LeaveSheet,
    RollCallSheet,
    AbsenceSheet,
    ContactSheet,
    ReportSheet,
    ResidentSheet,
)

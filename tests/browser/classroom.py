"""A class of 45 on Monday 7 September 2026, for the pages that a browser opens; and taps that are counted."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from casework.actions import calendar_changes, cases, uploads
from casework.actions.acts import record_contact
from casework.actions.signs import compute_county
from casework.contacts import ContactMethod
from casework.jobs import check_upload
from casework.models import Case, Obligation, StoredRuleSet
from casework.steps import Concern
from students.actions import accounts, alerts, leave_slips, notices, substitutes, timetables, year_turn
from students.day_plans import DayPlan, Plan
from students.days import MarkKind
from students.models import (
    CalendarChange,
    Notice,
    Person,
    Posting,
    Role,
    RollCall,
    SpecialGroup,
    WorkbookUpload,
)
from students.queries.calendar_months import Place
from students.queries.lessons import timetable_of
from tests import cast
from tests.browser.appeal_pages import appeal_pages_of
from tests.browser.bundle_pages import bundle_pages_of
from tests.browser.bureau_pages import bureau_pages_of
from tests.browser.county_pages import county_pages_of
from tests.browser.document_pages import document_pages_of
from tests.browser.inspection_pages import inspection_pages_of
from tests.browser.reminder_pages import reminder_pages_of
from tests.browser.report_pages import report_pages_of
from tests.browser.return_pages import return_pages_of
from tests.browser.score_pages import score_pages_of
from tests.browser.spot_check_pages import spot_check_pages_of
from tests.browser.watch_pages import watch_pages_of
from tests.proposals import proposed
from tests.scene import FRIDAY, MONDAY, Scene, at
from tests.workbook.workbooks import child, xlsx

SURNAMES = "陈林黄吴张李王刘杨周孙马朱胡郭何高罗梁宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁"
LONG_NAME = "阿卜杜热合曼·买买提"


@dataclass
class Classroom(Scene):
    """The scene with 45 children, and an account for everybody who looks at its pages."""

    principal: Person = None
    bureau: Person = None

    def one_time_password(self) -> str:
        """What stands on the teacher's slip."""
        return accounts.issue_password(by=self.clerk, person=self.teacher)


@pytest.fixture
def classroom(transactional_db):
    """Committed rows, since the pages come from another thread; the clock goes on from Monday, 7:40."""
    with time_machine.travel(at(MONDAY), tick=True):
        cast.terms()
        school = cast.school()
        school_class = cast.school_class(school)
        names = [f"{surname}{'子一'[number % 2]}{'远宁'[number % 2]}" for number, surname in enumerate(SURNAMES)]
        names[7] = LONG_NAME
        assert len(names) == 45
        yield Classroom(
            school=school,
            school_class=school_class,
            teacher=cast.person("沈明", role=Role.HOMEROOM_TEACHER, school_class=school_class),
            clerk=cast.person("何静", role=Role.REGISTRY_CLERK, school=school),
            children=cast.students(school_class, *names),
            principal=cast.person("罗宁", role=Role.PRINCIPAL, school=school),
            bureau=cast.person("苏远", role=Role.BUREAU_OFFICER),
        )


@pytest.fixture
def busy(classroom) -> Classroom:
    """Some days of registers behind it: duties of two kinds, some late, and one child out for four days."""
    for days_ago in (5, 4, 3):
        classroom.take(MONDAY - timedelta(days=days_ago), first="unexcused")
    classroom.take(FRIDAY, "PM", first="unexcused", second="unverified", third="sick_leave")
    classroom.take(MONDAY, first="unexcused", second="late", third="unexcused")
    compute_county(day=MONDAY)
    return classroom


def pages_of(classroom: Classroom) -> dict[str, tuple[Person | None, str]]:
    """Every kind of page there is, with somebody who opens it."""
    contact = Obligation.objects.filter(tier="contact").first()
    report = Obligation.objects.get(tier="absence_report")
    taken = RollCall.objects.get(day=MONDAY)
    teacher, clerk = classroom.teacher, classroom.clerk
    place = [classroom.school_class.pk]
    turn = year_turn.begin(by=clerk, school=classroom.school, school_year=2026)
    child, entered = [classroom.children[3].pk], classroom.children[3].events.get()
    return {
        "log in": (None, reverse("students:log_in")),
        "teacher's home": (teacher, reverse("home")),
        "register to take": (teacher, reverse("students:register", args=[*place, MONDAY, "PM"])),
        "register taken": (teacher, reverse("students:register", args=[*place, MONDAY, "AM"])),
        "register to look at": (classroom.principal, reverse("students:register", args=[*place, MONDAY, "AM"])),
        "no school day": (teacher, reverse("students:register", args=[*place, MONDAY - timedelta(days=1), "AM"])),
        "register's history": (teacher, reverse("students:register_history", args=[taken.pk])),
        **(boards_of(classroom) | pages_of_contacts(classroom) | cases_of(classroom)),
        "duties": (teacher, reverse("casework:duties")),
        "duties, none found": (teacher, reverse("casework:duties") + "?q=none"),
        "why a contact": (teacher, reverse("casework:duty", args=[contact.pk])),
        "why a report": (teacher, reverse("casework:duty", args=[report.pk])),
        "child": (teacher, reverse("casework:child", args=[classroom.children[0].pk])),
        "child's numbers in full": (clerk, reverse("casework:reveal", args=[classroom.children[0].pk])),
        "child's identity": (clerk, reverse("students:identity", args=[classroom.children[0].pk])),
        "changes of a child": (clerk, reverse("students:changes_of", args=child)),
        "a change to record": (clerk, reverse("students:record_change", args=[*child, "transfer_out"])),
        "an event to correct": (clerk, reverse("students:correct_change", args=[entered.pk])),
        "a new child": (clerk, reverse("students:new_child")),
        "a suspension to ask for": (clerk, reverse("students:ask_suspension", args=child)),
        "transfers": (clerk, reverse("students:transfers")),
        "suspensions": (clerk, reverse("students:suspensions")),
        "unaccounted": (classroom.bureau, reverse("students:unaccounted")),
        "policy": (classroom.bureau, reverse("students:policy")),
        "accounts": (clerk, reverse("students:people")),
        "students": (clerk, reverse("reports:students")),
        "students, none found": (classroom.bureau, reverse("reports:students") + "?q=none"),
        "students to export": (clerk, reverse("reports:students_file")),
        "imports": (clerk, reverse("casework:uploads")),
        "import with mistakes": (clerk, reverse("casework:upload", args=[wrong_upload(classroom).pk])),
        "import's children": (clerk, reverse("casework:upload", args=[wrong_upload(classroom).pk]) + "?view=children"),
        "year's turn": (clerk, reverse("students:year_turn", args=[classroom.school.pk, 2026])),
        "year's turn, the children": (clerk, reverse("students:year_turn_preview", args=[turn.pk])),
        "year's turn of all schools": (classroom.bureau, reverse("students:year_turns")),
        "hand-overs": (clerk, reverse("students:hand_overs")),
        "first-graders expected": (clerk, reverse("students:expected_children")),
        "new classes": (clerk, reverse("students:new_classes", args=[classroom.school.pk, 2026])),
        "rosters": (classroom.principal, reverse("reports:rosters")),
        "ledger of school age": (classroom.bureau, reverse("reports:roster", args=["school_age"])),
        "ledger of the suspected": (clerk, reverse("reports:roster", args=["suspected"])),
        "comparisons": (clerk, reverse("students:comparisons")),
        "change of password": (teacher, reverse("students:change_password")),
        "components": (teacher, reverse("students:components")),
        "refused": (teacher, reverse("students:people")),
        "not found": (teacher, "/nothing/"),
        **(sign_pages(classroom) | sheet_pages(classroom) | bureau_pages_of(classroom)),
        **(pages_of_teaching(classroom) | leave_pages(classroom) | rule_pages_of(classroom)),
        **(calendar_pages_of(classroom) | reminder_pages_of(classroom) | document_pages_of(classroom)),
        **(watch_pages_of(classroom) | pages_of_judging(classroom) | return_pages_of(classroom)),
    }


def pages_of_judging(classroom: Classroom) -> dict[str, tuple[Person, str]]:
    """责任考核, 督查, 导出的文件, and how the county stands."""
    inspected = inspection_pages_of(classroom) | spot_check_pages_of(classroom)
    scored = score_pages_of(classroom) | appeal_pages_of(classroom) | bundle_pages_of(classroom)
    return scored | inspected | report_pages_of(classroom) | county_pages_of(classroom)


def pages_of_contacts(classroom: Classroom) -> dict[str, tuple[Person, str]]:
    """联系记录 and 家访安排, of a child that is visited every week."""
    teacher, child = classroom.teacher, classroom.children[1]
    SpecialGroup.objects.get_or_create(student=child, kind="wavering", since=MONDAY)
    made = record_contact(
        by=teacher, student=child, day=MONDAY, method=ContactMethod.HOME_VISIT, result="见到祖母", today=MONDAY
    )
    month = MONDAY.replace(month=8, day=1)
    return {
        "a contact to tell": (teacher, reverse("casework:new_contact", args=[classroom.children[0].pk])),
        "contacts": (classroom.clerk, reverse("casework:contacts")),
        "contacts, none found": (classroom.bureau, reverse("casework:contacts") + "?q=none"),
        "one contact": (teacher, reverse("casework:contact_page", args=[made.pk])),
        "visits of a week": (teacher, reverse("casework:visits")),
        "visits of a month": (classroom.principal, reverse("casework:visit_check", args=[classroom.school.pk, month])),
        "visits by school": (classroom.bureau, reverse("casework:visits_by_school")),
    }


def leave_pages(classroom: Classroom) -> dict[str, tuple[Person, str]]:
    """请假条, with one that waits for the school, and the register of an earlier day."""
    teacher, clerk, child = classroom.teacher, classroom.clerk, classroom.children[2]
    done = leave_slips.hand_in(
        by=teacher, scope=cast.scope(teacher), student=child, kind=MarkKind.SICK_LEAVE, reason="骨折", today=MONDAY,
        first_day=MONDAY + timedelta(days=7), last_day=MONDAY + timedelta(days=18), applicant="曾杰（母亲）",
        submission=uuid4(),
    )  # fmt: skip
    friday = [classroom.school_class.pk, FRIDAY, "PM"]
    return {
        "slips": (clerk, reverse("students:leave_slips")),
        "slips that are missing": (teacher, reverse("students:leave_slips") + "?box=missing"),
        "a child to hand a slip in for": (teacher, reverse("students:find_child_on_leave")),
        "a new slip": (teacher, reverse("students:new_leave_slip", args=[child.pk])),
        "a slip to decide": (clerk, reverse("students:leave_slip", args=[done.slip.pk])),
        "a slip's paper": (clerk, reverse("students:leave_slip_paper", args=[done.slip.pk])),
        "a register to correct late": (clerk, reverse("students:register", args=friday)),
        "a register no longer to correct": (teacher, reverse("students:register", args=friday)),
    }


def sign_pages(classroom: Classroom) -> dict[str, tuple[Person, str]]:
    """预警, put off and exported."""
    teacher, clerk = classroom.teacher, classroom.clerk
    return {
        "early signs": (teacher, reverse("casework:signs")),
        "early signs, none found": (clerk, reverse("casework:signs") + "?q=none"),
        "early signs by school": (classroom.bureau, reverse("casework:signs_by_school")),
        "an early sign to put off": (teacher, reverse("casework:put_off_signs", args=[classroom.children[0].pk])),
        "early signs to export": (clerk, reverse("reports:signs_file")),
    }


def sheet_pages(classroom: Classroom) -> dict[str, tuple[Person, str]]:
    """月考勤表 and what belongs to it."""
    teacher, clerk, place = classroom.teacher, classroom.clerk, [classroom.school_class.pk]
    month, coming = MONDAY.replace(day=1), MONDAY.replace(month=10, day=1)
    return {
        "month sheets": (classroom.bureau, reverse("reports:sheets")),
        "month sheet": (teacher, reverse("reports:month_sheet", args=[*place, month])),
        "day of a month sheet": (teacher, reverse("reports:sheet_day", args=[*place, FRIDAY])),
        "month to enter": (teacher, reverse("students:enter_month", args=[*place, month])),
        "month to enter and correct": (clerk, reverse("students:enter_month", args=[*place, month])),
        "blank sheet": (clerk, reverse("reports:blank_sheet", args=[*place, coming])),
    }


def pages_of_teaching(classroom: Classroom) -> dict[str, tuple[Person | None, str]]:
    """The pages about who takes the register: alerts, notices, reasons, substitutes, timetables."""
    teacher, clerk, subject = classroom.teacher, classroom.clerk, subject_teacher_of(classroom)
    place = [classroom.school_class.pk]
    return {
        "notices": (teacher, reverse("students:notices")),
        "alerts": (clerk, reverse("students:alerts") + "?box=today"),
        "a child to report missing": (subject, reverse("students:report_missing", args=place)),
        "subject teacher's home": (subject, reverse("home")),
        "reasons to find out": (teacher, reverse("students:unverified")),
        "substitutes": (clerk, reverse("students:substitutes")),
        "a substitute to appoint": (clerk, reverse("students:appoint_substitute")),
        "a substitute to end": (clerk, reverse("students:end_substitute", args=[substitute_of(classroom).pk])),
        "timetables": (clerk, reverse("students:timetables")),
        "a timetable to fill": (clerk, reverse("students:timetable", args=place)),
        "a timetable to look at": (teacher, reverse("students:timetable", args=place)),
    }


def subject_teacher_of(classroom: Classroom) -> Person:
    """Teaches 语文 on Monday mornings, misses a child today, and the 班主任 is asked for the afternoon's register."""
    place, today = {"school_class": classroom.school_class}, {"today": MONDAY}
    subject = cast.person("徐兰", role=Role.SUBJECT_TEACHER, subject="语文", **place)
    by_clerk = {"by": classroom.clerk, "scope": cast.scope(classroom.clerk)}
    seen, lesson = timetable_of(classroom.school_class).mark, {(1, "AM"): subject.postings.get().pk}
    timetables.save(**by_clerk, **place, lessons=lesson, seen=seen, **today)
    child = classroom.children[7].pk  # a long name
    alerts.report(
        by=subject, scope=cast.scope(subject), school_class=classroom.school_class.pk, student=child, slot="AM", **today
    )
    reminder = {"kind": Notice.Kind.REGISTER_MISSING, "day": MONDAY, "slot": "PM"}
    notices.send(by=classroom.clerk, to=[classroom.teacher], **reminder, **place)
    return subject


def substitute_of(classroom: Classroom) -> Posting:
    """The principal stands in for the 班主任 from tomorrow on."""
    days = {"first_day": MONDAY + timedelta(days=1), "last_day": MONDAY + timedelta(days=4), "today": MONDAY}
    return substitutes.appoint(
        by=classroom.clerk,
        scope=cast.scope(classroom.clerk),
        school_class=classroom.school_class,
        person=classroom.principal,
        reason="外出培训",
        **days,
    )


def boards_of(classroom: Classroom) -> dict[str, tuple[Person | None, str]]:
    """The registers of a school and of the county, and what a day adds up to."""
    clerk, bureau = classroom.clerk, classroom.bureau
    return {
        "school's home": (classroom.principal, reverse("home")),
        "county's home": (bureau, reverse("home")),
        "board of registers": (clerk, reverse("students:register_board")),
        "board of a county's registers": (bureau, reverse("students:register_board")),
        "days to close": (clerk, reverse("casework:daily")),
        "a day to close": (clerk, reverse("casework:daily_close", args=[classroom.school.pk, MONDAY])),
        "day's summary": (clerk, reverse("reports:daily_summary")),
        "children of a day": (clerk, reverse("reports:daily_children", args=["unexcused"])),
        "reports": (clerk, reverse("reports:ways")),
        "month's figures": (bureau, reverse("reports:figures")),
        "month's figures of a school": (clerk, reverse("reports:figures")),
        "children behind a figure": (clerk, reverse("reports:figure_children", args=["closing"])),
    }


def cases_of(classroom: Classroom) -> dict[str, tuple[Person | None, str]]:
    """The lists of cases, one of them with what is done to it, and a concern to report."""
    case, child = [Case.objects.get(student=classroom.children[0]).pk], [classroom.children[3].pk]
    teacher, clerk = classroom.teacher, classroom.clerk
    cases.raise_concern(
        by=teacher, scope=cast.scope(teacher), student=classroom.children[30], concern=Concern.FAMILY_CHANGE,
        note="父母去了外地，只有祖父在家", today=MONDAY,
    )  # fmt: skip
    return {
        "cases": (clerk, reverse("casework:cases") + "?tab=all"),
        "cases by stage": (clerk, reverse("casework:case_board")),
        "case": (clerk, reverse("casework:case", args=case)),
        "a next step to plan": (clerk, reverse("casework:plan_case", args=case)),
        "a case to give to somebody": (clerk, reverse("casework:assign_case", args=case)),
        "a case to close": (clerk, reverse("casework:close_case", args=case)),
        "a dropout to confirm": (classroom.bureau, reverse("casework:confirm_dropout", args=case)),
        "a class with a concern": (teacher, reverse("casework:concern_class", args=[classroom.school_class.pk])),
        "a concern to report": (teacher, reverse("casework:raise_concern", args=child)),
        "concerns of one's own": (teacher, reverse("casework:my_concerns")),
    }


def calendar_pages_of(classroom: Classroom) -> dict[str, tuple[Person | None, str]]:
    """The months, and everything about changing them."""
    clerk = classroom.clerk
    return {
        "calendar of the school": (clerk, reverse("students:school_calendar", args=[classroom.school.pk])),
        "calendar of the county": (classroom.bureau, reverse("students:county_calendar") + "?month=2026-10"),
        "days to change": (clerk, reverse("casework:change_class", args=[classroom.school_class.pk]) + "?what=closed"),
        "pattern of weeks": (clerk, reverse("casework:big_and_small_weeks", args=[classroom.school.pk])),
        "pattern of holidays": (clerk, reverse("casework:monthly_holidays", args=[classroom.school.pk])),
        "calendar change": (clerk, reverse("casework:calendar_change", args=[snow_day(classroom).pk])),
        "calendar change by lines": (clerk, reverse("casework:edit_calendar_change", args=[snow_day(classroom).pk])),
        "calendar changes": (clerk, reverse("casework:calendar_changes")),
        "terms": (classroom.bureau, reverse("casework:terms")),
    }


def rule_pages_of(classroom: Classroom) -> dict[str, tuple[Person, str]]:
    """规则: the ladders, a version that was tried, and its form."""
    clerk, bureau, own = classroom.clerk, classroom.bureau, [classroom.school.pk]
    tried = proposed(clerk, classroom.school, absence_report={"threshold": 2, "source": "[S] 连续缺课两天"})
    versions = {each.code: each.pk for each in StoredRuleSet.objects.all()}
    compared = f"?before={versions['standard']}&after={versions['strict']}"
    return {
        "rules of the school": (classroom.teacher, reverse("casework:school_rules", args=own)),
        "rules of the county": (bureau, reverse("casework:county_rules")),
        "a version of the rules": (clerk, reverse("casework:rule_version", args=[versions["three_day"]])),
        "two versions compared": (clerk, reverse("casework:rule_comparison") + compared),
        "rules to change": (clerk, reverse("casework:new_school_rules", args=own)),
        "rules to go back from": (clerk, reverse("casework:return_school_rules", args=own)),
        "rules that were tried": (clerk, reverse("casework:rule_proposal", args=[tried.pk])),
        "rules being tried": (
            bureau,
            reverse("casework:rule_proposal", args=[proposed(bureau, None, drop=["absence_report"]).pk]),
        ),
    }


def snow_day(classroom: Classroom) -> CalendarChange:
    """A closure that has been looked at and not carried out."""
    plans = [DayPlan(MONDAY, Plan.CLOSED, None, "大雪封路")]
    return calendar_changes.plan_days(
        by=classroom.clerk, place=Place(classroom.school), plans=plans, today=MONDAY, then=lambda pk: None
    )


def wrong_upload(classroom: Classroom) -> WorkbookUpload:
    """A workbook of the clerk's, checked: a child that would be new, and one with a mistake."""
    place = {"学校标识码": classroom.school.code, "班号": classroom.school_class.number, "入学年月": "202509"}
    content = xlsx({"学生": [child(1) | place, child(2, 性别="无") | place]}).getvalue()
    by = classroom.clerk
    return uploads.receive(by=by, name="新生.xlsx", content=content, then=check_upload.call)[0]


@dataclass
class Taps:
    """Counts what a finger does: ``taps(locator)``."""

    count: int = 0

    def __call__(self, locator) -> None:
        self.count += 1
        locator.tap()

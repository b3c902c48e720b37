"""控辍保学工作情况: drafted from the figures, edited, finished, and then as it is for good."""

import re
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from casework.contacts import ContactMethod
from casework.models import CaseEvent
from casework.stages import CaseOutcome
from reports.actions import work_reports as actions
from reports.models import WorkReport
from reports.queries.work_reports import Unit, draft_text, end_of, periods, units
from reports.work_papers import lines_of, sealed_by
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import Area, AuditRow, Role, Term
from tests import cast
from tests.casework.away import open_case
from tests.reports.work_report_pages import LIST, address, begin, contact, drafted, the_report
from tests.scene import FRIDAY, MONDAY, client_of, clock, scene

__all__ = ["clock", "scene"]


@pytest.fixture
def clerk(scene):
    return client_of(scene.clerk)


@pytest.fixture
def bureau(scene):
    return cast.person(role=Role.BUREAU_OFFICER)


def text_of_paper(response) -> str:
    pages = PdfReader(BytesIO(response.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


# -- the text --


def test_the_text_holds_the_figures_the_schools_the_effort_and_the_measures(scene, bureau):
    first, second, _ = scene.children
    contact(first, MONDAY)
    contact(first, MONDAY, ContactMethod.WECHAT)
    contact(second, MONDAY, ContactMethod.HOME_VISIT)
    text = draft_text(Unit(None, None), periods(MONDAY)[2], today=MONDAY)
    assert [line.text for line in lines_of(text) if line.is_heading] == [
        "一、基本情况", "二、各学校情况", "三、劝返工作", "四、下一步措施",
    ]  # fmt: skip
    for words in (
        "2026年9月1日至2026年9月7日，云岭县期初在校学生3人，增加0人，减少0人，期末在校3人。",
        "学年巩固率100.00%（3/3人），辍学率0.00%（0/3人）。",
        "东坪小学：在校3人，",
        "电话和微信联系2次，家访1次，联合家访0次，书面联系0次，涉及学生2名",
        "继续落实每日点名和缺课跟踪",
    ):
        assert words in text


def test_effort_counts_from_the_first_day_of_the_period_through_its_last(scene):
    period = periods(MONDAY)[2]
    for day in (period.first - timedelta(1), period.first, period.last, period.last + timedelta(1)):
        contact(scene.children[0], day)
    assert "电话和微信联系2次" in draft_text(Unit(None, None), period, today=MONDAY)


def case_of(child, stage: str, outcome: str = "") -> None:
    over = {"closed_on": MONDAY, "closed_at": timezone.now(), "plan_step": "", "plan_on": None} if outcome else {}
    back = {"returned_on": MONDAY} if stage == "returned" else {}
    case = open_case(child, stage=stage, outcome=outcome, **over, **back)
    CaseEvent.objects.create(case=case, action="note_absence", day=MONDAY, at=timezone.now(), to_stage="absent")


@pytest.mark.parametrize(
    ("stage", "outcome", "still_out"),
    [
        ("absent", "", True),
        ("reported_lost", "", True),
        ("dropped_out", "", True),
        ("returned", "", False),
        ("watch", "", False),
        *(("closed", outcome, False) for outcome in CaseOutcome),
    ],
)
def test_what_is_left_to_do_concerns_who_is_still_away(scene, stage, outcome, still_out):
    case_of(scene.children[0], stage, outcome)
    text = draft_text(Unit(None, None), periods(MONDAY)[2], today=MONDAY)
    assert "本期建立个案1件" in text
    assert ("对本期还没有返校的1名学生" in text) == still_out
    assert ("还没有返校的学生中有1名没有家访过" in text) == still_out


@pytest.mark.parametrize("method", [ContactMethod.HOME_VISIT, ContactMethod.JOINT_VISIT])
def test_who_was_visited_by_the_school_or_with_others_waits_for_no_visit(scene, method):
    for child in scene.children[:2]:
        case_of(child, "absent")
    contact(scene.children[0], MONDAY, method)
    contact(scene.children[1], MONDAY, ContactMethod.PHONE)
    text = draft_text(Unit(None, None), periods(MONDAY)[2], today=MONDAY)
    assert "对本期还没有返校的2名学生" in text
    assert "有1名没有家访过" in text


def test_a_call_counts_for_the_school_of_its_day_alone(scene, clock):
    child = scene.children[0]
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    contact(child, date(2026, 9, 2))
    contact(child, MONDAY)
    record_event(
        by=scene.clerk, student=child, kind=EventKind.TRANSFER_OUT, happened_on=FRIDAY, confirmed_on=FRIDAY,
        today=MONDAY,
    )  # fmt: skip
    record_event(
        by=cast.person(role=Role.REGISTRY_CLERK, school=far), student=child, kind=EventKind.TRANSFER_IN,
        happened_on=FRIDAY, school_class=cast.school_class(far), today=MONDAY,
    )  # fmt: skip

    def calls(unit):
        text = draft_text(unit, periods(MONDAY)[2], today=MONDAY)
        return re.search(r"电话和微信联系(\d+)次.*涉及学生(\d+)名", text).groups()

    assert calls(Unit(scene.school.township, scene.school)) == ("1", "1")
    assert calls(Unit(far.township, far)) == ("1", "1")
    assert calls(Unit(scene.school.township, None)) == ("1", "1")
    assert calls(Unit(None, None)) == ("2", "1")


def test_a_school_reports_its_own_and_lists_no_schools(scene):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    other = cast.student(cast.school_class(far), "任远")
    contact(other, MONDAY)
    text = draft_text(Unit(scene.school.township, scene.school), periods(MONDAY)[2], today=MONDAY)
    assert "东坪小学期初在校学生3人" in text
    assert "累计辍学未返0人，去向不明0人。" in text
    assert "电话和微信联系0次" in text
    assert "各学校情况" not in text
    assert "二、劝返工作" in text
    township = draft_text(Unit(scene.school.township, None), periods(MONDAY)[2], today=MONDAY)
    assert "东坪小学：" in township
    assert "西岭小学" not in township


@pytest.mark.parametrize(
    ("today", "halves"),
    [
        (date(2026, 9, 15), [(date(2026, 9, 1), date(2026, 9, 15)), (date(2026, 8, 16), date(2026, 8, 31))]),
        (date(2026, 9, 16), [(date(2026, 9, 16), date(2026, 9, 16)), (date(2026, 9, 1), date(2026, 9, 15))]),
        (date(2026, 9, 30), [(date(2026, 9, 16), date(2026, 9, 30)), (date(2026, 9, 1), date(2026, 9, 15))]),
        (date(2027, 1, 1), [(date(2027, 1, 1), date(2027, 1, 1)), (date(2026, 12, 16), date(2026, 12, 31))]),
    ],
)
def test_half_months_end_on_the_15th_and_the_last_day_and_none_reaches_beyond_today(scene, today, halves):
    assert [(each.first, each.last) for each in periods(today)[:2]] == halves


def test_a_term_is_reported_from_its_first_day(scene):
    term = Term.objects.get(school_year=2026, number=1)
    assert periods(MONDAY)[-1][1:] == (term.start, MONDAY)
    assert not [each for each in periods(term.start - timedelta(1)) if each.kind == WorkReport.Kind.TERM]


def test_a_second_term_is_reported_with_the_holiday_before_it(scene):
    """As its return is: who does not come back from the holiday is lost in that term."""
    first = Term.objects.get(school_year=2026, number=1)
    Term.objects.update_or_create(
        school_year=2026, number=2, defaults={"start": date(2027, 3, 1), "end": date(2027, 7, 9)}
    )
    told = [each for each in periods(date(2027, 4, 1)) if each.kind == WorkReport.Kind.TERM]
    begun = first.end + timedelta(1)
    assert [each[1:] for each in told] == [(begun, date(2027, 4, 1)), (date(2026, 9, 1), first.end)]
    assert (end_of(WorkReport.Kind.TERM, begun), told[0].label.partition("（")[0]) == (
        date(2027, 7, 9),
        "2026-2027学年第二学期",
    )


# -- draft, edit, finish --


def test_a_report_is_drafted_edited_finished_and_printed(clerk, scene):
    assert "期初在校学生3人" in begin(clerk, f"school-{scene.school.pk}").content.decode()
    assert "草稿" in text_of_paper(clerk.get(address("work_report_paper")))
    clerk.post(address("edit_work_report"), {"text": "一、概况\r\n本月平稳。", "version": 1})
    assert the_report().text == "一、概况\n本月平稳。"
    page = clerk.post(address("finish_work_report"), {"version": 2}, follow=True).content.decode()
    assert "已定稿" in page
    response = clerk.get(address("work_report_paper"))
    assert response.content == bytes(the_report().pdf)
    text = text_of_paper(response)
    assert "东坪小学2026年9月控辍保学工作情况" in text
    assert "本月平稳。" in text
    assert "草稿" not in text
    assert [row.action for row in AuditRow.objects.order_by("pk")] == [
        "work_report.draft", "work_report.edit", "work_report.finish",
    ]  # fmt: skip


def test_what_is_finished_is_not_edited_nor_finished_again(clerk, scene):
    report = drafted(scene)
    for _ in range(2):
        clerk.post(address("finish_work_report"), {"version": 1})
    for verb in (clerk.get, clerk.post):
        page = verb(address("edit_work_report"), {"text": "改过", "version": 1}, follow=True).content.decode()
        assert "这份报告已经定稿，不能再修改" in page
    with pytest.raises(actions.ReportRefused, match="已经定稿"):
        actions.edit(by=scene.clerk, scope=cast.scope(scene.clerk), report=report, text="改过", version=1)
    assert AuditRow.objects.filter(action="work_report.finish").count() == 1


def test_figures_that_change_afterwards_change_nothing_in_it(clerk, scene):
    drafted(scene)
    clerk.post(address("finish_work_report"), {"version": 1})
    before = clerk.get(address("work_report_paper")).content
    cast.student(scene.school_class, "任远")
    assert clerk.get(address("work_report_paper")).content == before
    assert "期初在校学生3人" in clerk.get(address("work_report")).content.decode()


def test_who_has_an_older_text_before_them_overwrites_nothing(clerk, scene):
    drafted(scene)
    clerk.post(address("edit_work_report"), {"text": "第一个改的", "version": 1})
    response = clerk.post(address("edit_work_report"), {"text": "第二个改的", "version": 1})
    assert response.status_code == 422
    assert "别人改过这份报告" in response.content.decode()
    assert "第二个改的" in response.content.decode()
    page = clerk.post(address("finish_work_report"), {"version": 1}, follow=True).content.decode()
    assert "没有定稿" in page
    assert (the_report().text, the_report().is_finished) == ("第一个改的", False)


def test_saving_what_is_there_already_changes_nothing(clerk, scene):
    report = drafted(scene)
    clerk.post(address("edit_work_report"), {"text": report.text, "version": 1})
    assert the_report().version == 1


@pytest.mark.parametrize("fields", [{"text": ""}, {"text": "字" * 20_001}, {"version": "x"}, {"text": "   "}])
def test_a_text_that_cannot_be_kept_is_refused(clerk, scene, fields):
    drafted(scene)
    response = clerk.post(address("edit_work_report"), {"text": "改过", "version": 1} | fields)
    assert response.status_code == 422
    assert the_report().version == 1


@pytest.mark.parametrize("fields", [{}, {"unit": "county"}, {"period": "month-1999-09-01"}, {"unit": "school-0"}])
def test_a_unit_that_is_not_theirs_and_a_period_that_is_none_are_refused(clerk, scene, fields):
    asked = {"unit": f"school-{scene.school.pk}", "period": "month-2026-09-01"} | fields
    response = clerk.post(LIST, asked if fields else {"sent": "1"})
    assert response.status_code == 422
    assert not WorkReport.objects.exists()


def test_a_unit_reports_a_period_once(clerk, scene, bureau):
    begin(clerk, f"school-{scene.school.pk}")
    assert "没有重复起草" in begin(clerk, f"school-{scene.school.pk}").content.decode()
    begin(client_of(bureau), "county")
    assert WorkReport.objects.count() == 2


# -- whose --


def test_each_writes_for_their_own_unit(scene, bureau):
    officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    inspector = cast.person(role=Role.INSPECTOR, township=scene.school.township)
    assert [each.name for each in units(cast.scope(bureau))] == ["云岭县"]
    assert [each.name for each in units(cast.scope(officer))] == [scene.school.township.name]
    assert [each.name for each in units(cast.scope(scene.clerk))] == ["东坪小学"]
    assert units(cast.scope(inspector)) == []
    assert client_of(inspector).post(LIST, {}).status_code == 403


def test_a_county_report_is_the_countys_and_a_schools_is_read_above(clerk, scene, bureau):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    begin(client_of(bureau), "county")
    assert clerk.get(address("work_report")).status_code == 404
    drafted(scene)
    officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    for reader in (bureau, officer):
        page = client_of(reader).get(address("work_report")).content.decode()
        assert "修改正文" not in page
        assert client_of(reader).post(address("finish_work_report"), {"version": 1}).status_code == 403
    stranger = cast.person(role=Role.REGISTRY_CLERK, school=far)
    assert client_of(stranger).get(address("work_report")).status_code == 404


def test_the_countys_report_bears_its_name_in_title_text_paper_and_file(bureau, scene):
    client = client_of(bureau)
    begin(client, "county")
    assert "<h1>云岭县2026年9月控辍保学工作情况" in client.get(address("work_report")).content.decode()
    assert "云岭县2026年9月控辍保学工作情况</a>" in client.get(LIST).content.decode()
    response = client.get(address("work_report_paper"))
    assert quote("云岭县2026年9月控辍保学工作情况.pdf") in response["Content-Disposition"]
    paper = text_of_paper(response)
    assert "云岭县期初在校学生" in paper
    assert "云岭县教育局（盖章）" in paper
    assert "全县" not in the_report().text + paper


def test_where_no_county_is_entered_its_report_speaks_of_the_whole_county(bureau, scene):
    begin(client_of(bureau), "county")
    Area.objects.filter(level=Area.Level.COUNTY).update(level=Area.Level.VILLAGE)
    assert str(the_report()) == "全县2026年9月控辍保学工作情况"
    assert sealed_by(the_report()) == "县教育局"


def test_the_list_asks_for_the_countys_name_once(bureau, scene):
    client, count = client_of(bureau), []
    for period in ("month-2026-09-01", "half_month-2026-09-01"):
        begin(client, "county", period)
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        count.append(len(asked))
    assert count[0] == count[1]


# -- what the database refuses --


@pytest.mark.parametrize(
    "impossible",
    [{"text": ""}, {"pdf": b"x"}, {"sha256": "x"}, {"township": None}, {"last": date(2020, 1, 1)}],
    ids=str,
)
def test_the_database_refuses_impossible_states(scene, impossible):
    report = drafted(scene)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkReport.objects.filter(pk=report.pk).update(**impossible)


def test_the_database_keeps_what_is_finished(scene):
    report = drafted(scene)
    actions.finish(by=scene.clerk, scope=cast.scope(scene.clerk), report=report, version=1)
    rows = WorkReport.objects.filter(pk=report.pk)
    for change in ({"text": "改过"}, {"finished_at": None}, {"pdf": b"x"}, {"last": MONDAY + timedelta(1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_lines_that_begin_with_a_numeral_are_headings():
    found = [(line.text, line.is_heading) for line in lines_of("一、概况\n\n  本月平稳。\n十分平稳\n四、措施")]
    assert found == [("一、概况", True), ("本月平稳。", False), ("十分平稳", False), ("四、措施", True)]


def test_the_list_asks_a_few_queries_however_many_there_are(clerk, scene, django_assert_max_num_queries):
    for period in periods(MONDAY):
        actions.draft(by=scene.clerk, unit=Unit(scene.school.township, scene.school), period=period)
    clerk.get(LIST)
    with django_assert_max_num_queries(10):
        clerk.get(LIST)

"""请假, 点名, 缺勤, 联系记录, 报告: what happened, from a file."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from casework.models import AbsenceRun, Contact, Obligation, Report
from students.models import AbsenceMark, Leave, MarkCorrection, RollCall
from tests.workbook.workbooks import (
    OTHER_SCHOOL,
    TODAY,
    absence,
    child,
    counts,
    errors,
    event,
    load,
    number,
    places,
    roll_call,
)

pytestmark = pytest.mark.django_db

THREE_DAYS = ["2026-09-01", "2026-09-02", "2026-09-03"]
SUNDAY = "2026-09-06"


def registers(*rows: dict, **more) -> dict:
    return places() | {"学生": [child(1), child(2, "李涛")], "点名": list(rows)} | more


# -- 点名 --


def test_a_register_is_kept_with_who_took_it_and_when():
    outcome = load(
        registers(
            roll_call("2026-09-01", 点名人工号="T1", 点名时间="08:05"),
            roll_call("2026-09-01", "下午", 点名时间="2026-09-01 14:10"),
            roll_call("2026-09-02"),
        )
    )
    assert counts(outcome, "点名") == (3, 0, 0)
    rows = RollCall.objects.order_by("day", "slot").values_list("slot", "taken_by__staff_number", "taken_at")
    assert [(slot, taker, timezone.localtime(at).replace(tzinfo=None)) for slot, taker, at in rows] == [
        ("AM", "T1", datetime(2026, 9, 1, 8, 5)),
        ("PM", None, datetime(2026, 9, 1, 14, 10)),
        ("AM", None, datetime(2026, 9, 2)),
    ]


def test_a_known_register_may_learn_who_took_it():
    load(registers(roll_call("2026-09-01"), roll_call("2026-09-02", 点名人工号="T1")))
    rows = [roll_call("2026-09-01", 点名人工号="T2"), roll_call("2026-09-02")]
    assert counts(load({"点名": rows}), "点名") == (0, 1, 1)
    assert list(RollCall.objects.order_by("day").values_list("taken_by__staff_number", flat=True)) == ["T2", "T1"]
    assert counts(load({"点名": rows}), "点名") == (0, 0, 2)


@pytest.mark.parametrize(
    ("first", "later", "updated", "taker", "hour"),
    [
        ({"点名人工号": "T1", "点名时间": "08:05"}, {"点名人工号": "T2", "点名时间": "09:00"}, 0, "T1", 8),
        ({"点名人工号": "T1", "点名时间": "08:05"}, {"点名人工号": "T1", "点名时间": "09:00"}, 0, "T1", 8),
        ({"点名人工号": "T1", "点名时间": "08:05"}, {"点名时间": "09:00"}, 0, "T1", 8),
        ({"点名人工号": "T1"}, {"点名人工号": "T2", "点名时间": "09:00"}, 0, "T1", 0),
        ({"点名人工号": "T1"}, {"点名人工号": "T1", "点名时间": "09:00"}, 1, "T1", 9),
        ({"点名人工号": "T1"}, {"点名时间": "09:00"}, 1, "T1", 9),
        ({"点名时间": "08:05"}, {"点名人工号": "T2", "点名时间": "09:00"}, 1, "T2", 8),
        ({}, {"点名人工号": "T2", "点名时间": "09:00"}, 1, "T2", 9),
    ],
)
def test_a_later_file_fills_what_is_blank_and_replaces_nothing(first, later, updated, taker, hour):
    load(registers(roll_call("2026-09-01", **first)))
    outcome = load({"点名": [roll_call("2026-09-01", **later)]})
    assert counts(outcome, "点名") == (0, updated, 1 - updated)
    call = RollCall.objects.get()
    assert (call.taken_by.staff_number, timezone.localtime(call.taken_at).hour) == (taker, hour)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (roll_call(SUNDAY), "日期"),
        (roll_call("2026-10-01"), "日期"),
        (roll_call("2026-08-31"), "日期"),
        (roll_call("2026-09-31"), "日期"),
        (roll_call("2026-09-01", "晚自习"), "节次"),
        (roll_call("2026-09-01", "中午"), "节次"),
        (roll_call("2026-09-01", 班号="209901"), "班号"),
        (roll_call("2026-09-01", 学校标识码="2100000009"), "学校标识码"),
        (roll_call("2026-09-01", 点名人工号="T9"), "点名人工号"),
        (roll_call("2026-09-01", 点名时间="早上"), "点名时间"),
        (roll_call("2026-09-01", None), "节次"),
    ],
)
def test_a_register_that_cannot_be_is_told(row, column):
    assert errors(load(registers(row))) == [("点名", 2, column)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (roll_call(SUNDAY), "日期"),
        (roll_call("2026-09-31"), "日期"),
        (roll_call("2026-09-01", 点名人工号="T9"), "点名人工号"),
        (roll_call("2026-09-01", 点名时间="早上"), "点名时间"),
    ],
)
def test_absences_in_a_register_with_a_mistake_stay_silent(row, column):
    day = "2026-09-30" if row["日期"] == "2026-09-31" else row["日期"]
    assert errors(load(registers(row, 缺勤=[absence(day), absence(day, 2)]))) == [("点名", 2, column)]


def test_the_calendar_of_the_same_file_says_what_is_a_school_day():
    sheets = registers(roll_call(SUNDAY)) | {"校历": [{"日期": SUNDAY, "类型": "上课"}]}
    assert counts(load(sheets), "点名") == (1, 0, 0)


def test_registers_are_not_judged_by_a_calendar_with_a_mistake():
    sheets = registers(roll_call(SUNDAY), roll_call("2026-09-13")) | {"校历": [{"日期": SUNDAY, "类型": "补课"}]}
    assert errors(load(sheets)) == [("校历", 2, "类型"), ("点名", 3, "日期")]


def test_registers_are_not_judged_by_terms_with_a_mistake():
    sheets = registers(roll_call("2026-09-01"), roll_call(SUNDAY))
    sheets["学年学期"][0]["结束日期"] = "2026-13-01"
    assert errors(load(sheets)) == [("学年学期", 2, "结束日期")]


def test_without_any_term_the_registers_say_so_once():
    sheets = registers(roll_call("2026-09-01"), roll_call("2026-09-02"))
    del sheets["学年学期"]
    assert errors(load(sheets)) == [("点名", 1, "日期")]


def test_a_day_that_is_taken_off_later_keeps_its_registers():
    load(registers(roll_call("2026-09-01")))
    outcome = load({"校历": [{"日期": "2026-09-01", "类型": "放假"}]})
    assert outcome.succeeded
    assert RollCall.objects.count() == 1


def test_a_register_twice_in_a_sheet_is_told():
    assert errors(load(registers(roll_call("2026-09-01"), roll_call("2026-09-01")))) == [("点名", 3, "日期")]


# -- 缺勤 --


def test_absences_are_kept_and_lead_to_what_is_owed():
    rows = [roll_call(day, slot) for day in THREE_DAYS for slot in ("上午", "下午")]
    marks = [absence(day, slot=slot) for day in THREE_DAYS for slot in ("上午", "下午")]
    outcome = load(registers(*rows, 缺勤=marks))
    assert counts(outcome, "缺勤") == (6, 0, 0)
    owed = ["absence_report", *["contact"] * 3, "opening_visit"]
    assert sorted(Obligation.objects.values_list("tier", flat=True)) == owed


@pytest.mark.parametrize("kind", ["旷课", "待核实", "事假", "病假", "公假", "迟到", "早退"])
def test_every_kind_of_absence_may_be_imported(kind):
    load(registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-01", kind=kind)]))
    assert AbsenceMark.objects.get().get_kind_display() == kind


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (absence("2026-09-02"), "节次"),
        (absence("2026-09-01", slot="下午"), "节次"),
        (absence("2026-09-01", slot="晚自习"), "节次"),
        (absence("2026-09-01", 9), "学籍号"),
        (absence("2026-09-01", kind="逃课"), "类型"),
        (absence("2026-09-01", 班号="202602"), "学籍号"),
        (absence("2026-09-01", 班号="209901"), "班号"),
        (absence("2026-09-01", 学籍号=float(number()[1:18] + "0")), "学籍号"),
        (absence("九月一日"), "日期"),
        (absence("2026-09-01", kind=None), "类型"),
    ],
)
def test_an_absence_that_cannot_be_is_told(row, column):
    sheets = registers(roll_call("2026-09-01"), roll_call("2026-09-01", 班号="202602"), 缺勤=[row])
    assert errors(load(sheets)) == [("缺勤", 2, column)]


def test_an_absence_in_a_class_of_others_without_a_register_is_one_mistake():
    sheets = registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-01", 班号="202602")])
    (problem,) = load(sheets).problems
    assert (problem.sheet, problem.row, problem.column, problem.value) == ("缺勤", 2, "班号", "202602")
    assert problem.message == "这名学生那天不在这个班"


def test_an_absence_of_a_child_with_doubtful_events_lacks_its_register_all_the_same():
    events = [event("2026-09-10", "休学复学")]
    outcome = load(registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-02")], 学籍变动=events))
    assert errors(outcome) == [("学籍变动", 2, "变动类型"), ("缺勤", 2, "节次")]


@pytest.mark.parametrize(
    ("day", "is_told"), [("2026-09-09", False), ("2026-09-10", True), ("2026-10-08", False), ("2026-10-09", False)]
)
def test_on_the_day_of_going_a_child_attends_no_longer_and_on_the_day_of_coming_it_does(day, is_told):
    events = [event("2026-09-10", "休学"), event("2026-10-08", "休学复学")]
    outcome = load(registers(roll_call(day), 缺勤=[absence(day)], 学籍变动=events))
    assert errors(outcome) == ([("缺勤", 2, "学籍号")] if is_told else [])


def test_an_absence_may_belong_to_a_register_that_is_known():
    load(registers(roll_call("2026-09-01")))
    outcome = load({"缺勤": [absence("2026-09-01"), absence("2026-09-01", 2, "病假")]})
    assert counts(outcome, "缺勤") == (2, 0, 0)
    call = RollCall.objects.get()
    assert call.version == 2
    corrections = MarkCorrection.objects.order_by("student").values_list("old_kind", "new_kind", "version", "reason")
    assert list(corrections) == [("", "unexcused", 2, "导入工作簿"), ("", "sick_leave", 2, "导入工作簿")]


def test_an_absence_that_came_with_its_register_is_no_correction():
    load(registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-01")]))
    assert RollCall.objects.get().version == 1
    assert not MarkCorrection.objects.exists()


def test_another_kind_corrects_the_register_and_withdraws_what_was_owed():
    load(registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-01"), absence("2026-09-01", 2)]))
    assert Obligation.objects.standing().filter(tier="contact").count() == 2
    outcome = load({"缺勤": [absence("2026-09-01", kind="病假"), absence("2026-09-01", 2)]})
    assert counts(outcome, "缺勤") == (0, 1, 1)
    correction = MarkCorrection.objects.get()
    assert (correction.old_kind, correction.new_kind, correction.version) == ("unexcused", "sick_leave", 2)
    assert RollCall.objects.get().version == 2
    withdrawn = Obligation.objects.exclude(withdrawn_at=None).get(tier="contact")
    assert (withdrawn.student.student_number, withdrawn.withdrawn_reason) == (number(1), "导入工作簿")


def test_an_absence_twice_in_a_sheet_is_told_at_the_later_row():
    rows = [absence("2026-09-01"), absence("2026-09-01", 2), absence("2026-09-01", kind="病假")]
    assert errors(load(registers(roll_call("2026-09-01"), 缺勤=rows))) == [("缺勤", 4, "学籍号")]


def test_registers_of_a_class_end_the_run_of_a_child_that_has_no_mark_in_them():
    days = [roll_call(day, slot) for day in THREE_DAYS for slot in ("上午", "下午")]
    marks = [absence(day, slot=slot) for day in THREE_DAYS for slot in ("上午", "下午")]
    load(registers(*days, 缺勤=marks))
    load({"点名": [roll_call("2026-09-04")]})
    assert AbsenceRun.objects.get().ended_on == date(2026, 9, 4)


# -- 请假 --


def leave(**columns) -> dict:
    return {"学籍号": number(), "开始日期": "2026-09-01", "结束日期": "2026-09-02", "类型": "事假"} | columns


def test_a_leave_is_approved_and_excuses_what_was_marked():
    load(registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-01")]))
    assert Obligation.objects.standing().exists()
    assert counts(load({"请假": [leave()]}), "请假") == (1, 0, 0)
    assert not Obligation.objects.standing().exists()
    assert counts(load({"请假": [leave()]}), "请假") == (0, 0, 1)
    assert Leave.objects.get().approved_at is not None


def test_a_leave_of_400_days_may_be():
    assert counts(load(registers(请假=[leave(结束日期="2027-10-05")])), "请假") == (1, 0, 0)


def test_a_leave_of_another_kind_is_another_leave():
    assert counts(load(registers(请假=[leave(), leave(类型="病假"), leave(结束日期="2026-09-03")])), "请假") == (
        3,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"结束日期": "2026-08-31"}, "结束日期"),
        ({"结束日期": "2027-10-06"}, "结束日期"),
        ({"类型": "旷课"}, "类型"),
        ({"学籍号": number(9)}, "学籍号"),
        ({"开始日期": None}, "开始日期"),
    ],
)
def test_a_leave_with_a_mistake_is_told(columns, column):
    assert errors(load(registers(请假=[leave(**columns)]))) == [("请假", 2, column)]


def test_a_leave_twice_in_a_sheet_is_told():
    assert errors(load(registers(请假=[leave(), leave()]))) == [("请假", 3, "学籍号")]


def test_a_leave_taken_back_since_is_not_brought_to_life_by_an_old_file():
    load(registers(请假=[leave()]))
    Leave.objects.update(cancelled_at=timezone.now())
    assert counts(load({"请假": [leave()]}), "请假") == (0, 0, 1)


# -- 联系记录 and 报告 --


def contact(**columns) -> dict:
    return {"日期": "2026-09-01", "学籍号": number(), "方式": "电话", "结果": "无人接听"} | columns


@pytest.mark.parametrize("method", ["电话", "微信", "家访", "联合家访", "书面"])
def test_a_contact_fulfils_what_is_owed(method):
    sheets = registers(roll_call("2026-09-01"), 缺勤=[absence("2026-09-01")], 联系记录=[contact(方式=method)])
    load(sheets)
    assert Contact.objects.get().get_method_display() == method
    assert Obligation.objects.get(tier="contact").done_on == date(2026, 9, 1)


def test_two_identical_contacts_are_one_and_another_result_is_another():
    outcome = load(registers(联系记录=[contact(), contact(), contact(结果=None)]))
    assert counts(outcome, "联系记录") == (2, 0, 1)


def test_two_identical_reports_are_one():
    row = {"日期": "2026-09-03", "学籍号": number(), "报告类型": "缺课报告"}
    outcome = load(registers(报告=[row, row, row | {"报告类型": "流失报告"}]))
    assert counts(outcome, "报告") == (2, 0, 1)
    assert set(Report.objects.values_list("kind", flat=True)) == {"absence_report", "loss_report"}


def test_an_act_taken_back_since_is_not_brought_to_life_by_an_old_file():
    load(registers(联系记录=[contact()]))
    Contact.objects.update(cancelled_at=timezone.now())
    assert counts(load({"联系记录": [contact()]}), "联系记录") == (0, 0, 1)


@pytest.mark.parametrize(
    ("sheet", "row", "column"),
    [
        ("联系记录", contact(方式="短信"), "方式"),
        ("联系记录", contact(学籍号=number(9)), "学籍号"),
        ("联系记录", contact(结果="长" * 201), "结果"),
        ("报告", {"日期": "2026-09-03", "学籍号": number(), "报告类型": "周报"}, "报告类型"),
        ("报告", {"日期": None, "学籍号": number(), "报告类型": "缺课报告"}, "日期"),
    ],
)
def test_an_act_with_a_mistake_is_told(sheet, row, column):
    assert errors(load(registers(**{sheet: [row]}))) == [(sheet, 2, column)]


def test_another_rule_set_from_today_leaves_what_was_owed_before():
    days = [roll_call(day, slot, 学校标识码=OTHER_SCHOOL) for day in THREE_DAYS for slot in ("上午", "下午")]
    marks = [row | {"学籍号": number(), "类型": "旷课"} for row in days]
    sheets = places() | {"学生": [child(1, 学校标识码=OTHER_SCHOOL)], "点名": days, "缺勤": marks}
    load(sheets)
    before = sorted(Obligation.objects.values_list("tier", "key"))
    school = places()["学校"][1] | {"规则集": "standard"}
    assert counts(load({"学校": [school]}, today=TODAY), "学校") == (0, 1, 0)
    assert sorted(Obligation.objects.standing().values_list("tier", "key")) == before

"""学籍变动: who enters how, which event may follow which, and where the child is then."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Obligation
from students.models import EnrolmentEvent, Student
from tests.workbook.workbooks import (
    OTHER_SCHOOL,
    TODAY,
    absence,
    child,
    counts,
    errors,
    event,
    identity,
    load,
    places,
    roll_call,
)

pytestmark = pytest.mark.django_db


def with_events(*rows: dict, **columns) -> dict:
    return places() | {"学生": [child(**columns)], "学籍变动": list(rows)}


def course() -> list[tuple]:
    """Where the child was: class, standing, from, until."""
    rows = Student.objects.get().enrolments.select_related("school_class").order_by("since")
    return [
        (row.school_class.number, row.standing, row.since.isoformat(), row.until and row.until.isoformat())
        for row in rows
    ]


def test_a_child_enters_on_the_first_day_of_its_month():
    load(with_events())
    assert course() == [("202601", "attending", "2026-09-01", None)]


@pytest.mark.parametrize("kind", ["入学", "转入", "其他增加"])
def test_a_child_whose_first_event_is_an_entry_enters_by_that_one(kind):
    outcome = load(with_events(event("2026-10-08", kind, 班号="202602", 学校标识码="2100000001")))
    assert counts(outcome, "学籍变动") == (1, 0, 0)
    assert course() == [("202602", "attending", "2026-10-08", None)]
    assert EnrolmentEvent.objects.count() == 1


def test_an_entry_without_a_class_goes_to_the_class_of_the_registry():
    load(with_events(event("2026-09-02", "入学")))
    assert course() == [("202601", "attending", "2026-09-02", None)]


def test_a_class_without_its_school_is_one_of_the_child_s_school_at_that_moment():
    load(
        with_events(
            event("2026-09-10", "转出"),
            event("2026-09-20", "转入", 学校标识码=OTHER_SCHOOL, 班号="202601"),
            event("2026-09-21", "转出"),
            event("2026-09-22", "转入", 班号="202601"),
        )
    )
    last = Student.objects.get().enrolments.get(until=None).school_class
    assert (last.school.code, last.number) == (OTHER_SCHOOL, "202601")


@pytest.mark.parametrize("kind", ["休学复学", "劝返复学"])
def test_a_return_without_a_class_goes_back_to_the_last_one(kind):
    out = {"休学复学": "休学", "劝返复学": "辍学"}[kind]
    load(with_events(event("2026-09-10", out), event("2026-10-08", kind)))
    standing = {"休学": "suspended", "辍学": "dropped_out"}[out]
    assert course() == [
        ("202601", "attending", "2026-09-01", "2026-09-10"),
        ("202601", standing, "2026-09-10", "2026-10-08"),
        ("202601", "attending", "2026-10-08", None),
    ]


def test_events_of_one_day_stand_in_the_order_of_their_rows():
    load(
        with_events(
            event("2026-10-08", "休学"), event("2026-10-08", "休学复学", 班号="202602"), event("2026-10-08", "辍学")
        )
    )
    assert course() == [
        ("202601", "attending", "2026-09-01", "2026-10-08"),
        ("202602", "dropped_out", "2026-10-08", None),
    ]


def test_rows_may_stand_in_any_order_of_days():
    load(with_events(event("2026-10-08", "休学复学"), event("2026-09-10", "休学")))
    assert [row[1] for row in course()] == ["attending", "suspended", "attending"]


@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        ("转出", []),
        ("出国", []),
        ("死亡", []),
        ("毕业", []),
        ("其他减少", []),
        ("休学", ["suspended"]),
        ("辍学", ["dropped_out"]),
    ],
)
def test_a_child_that_goes_attends_no_longer(kind, rest):
    load(with_events(event("2026-10-08", kind)))
    assert [row[1] for row in course()] == ["attending", *rest]
    assert course()[0][3] == "2026-10-08"


def test_a_child_may_move_inside_its_school_and_its_attendance_goes_on():
    load(with_events(event("2026-10-08", "转班", 班号="202602")))
    assert course() == [
        ("202601", "attending", "2026-09-01", "2026-10-08"),
        ("202602", "attending", "2026-10-08", None),
    ]
    assert set(Student.objects.get().enrolments.values_list("spell", flat=True)) == {1}


def test_a_graduate_may_enter_another_school():
    load(with_events(event("2026-10-08", "毕业"), event("2026-10-20", "入学", 学校标识码=OTHER_SCHOOL, 班号="202601")))
    assert course()[1] == ("202601", "attending", "2026-10-20", None)


def test_rows_count_as_confirmed_and_lead_to_what_is_owed():
    load(with_events(event("2026-09-10", "转出", 接收确认日期="2026-09-20", 说明="随父母外出")))
    row = EnrolmentEvent.objects.get(kind="transfer_out")
    assert (row.confirmed_on, row.note) == (date(2026, 9, 20), "随父母外出")
    assert {duty.tier for duty in Obligation.objects.all()} == {"change_report", "change_evidence"}


# -- what cannot be --


@pytest.mark.parametrize(
    ("rows", "told", "column"),
    [
        ([event("2026-10-08", "休学"), event("2026-10-09", "休学")], 3, "变动类型"),
        ([event("2026-10-08", "转出"), event("2026-10-09", "休学")], 3, "变动类型"),
        ([event("2026-10-08", "死亡"), event("2026-10-09", "转入", 班号="202601")], 3, "变动类型"),
        ([event("2026-10-08", "休学复学")], 2, "变动类型"),
        ([event("2026-10-08", "劝返复学")], 2, "变动类型"),
        ([event("2026-08-08", "休学")], 2, "变动类型"),
        ([event("2026-09-10", "转入", 班号="202601"), event("2026-10-08", "转入", 班号="202602")], 3, "变动类型"),
        ([event("2026-10-08", "转班", 学校标识码=OTHER_SCHOOL, 班号="202601")], 2, "变动类型"),
        ([event("2026-10-08", "毕业"), event("2026-10-20", "入学")], 3, "班号"),
        ([event("2026-10-08", "转班")], 2, "班号"),
        ([event("2026-10-08", "留级")], 2, "班号"),
        ([event("2026-10-08", "跳级")], 2, "班号"),
        ([event("2026-10-08", "其他增加")], 2, "班号"),
        ([event("2026-10-08", "转入", 学校标识码=OTHER_SCHOOL)], 2, "班号"),
        ([event("2026-10-08", "转班", 班号="209901")], 2, "班号"),
        ([event("2026-10-08", "转入", 学校标识码=OTHER_SCHOOL, 班号="209901")], 2, "班号"),
        ([event("2026-10-08", "转入", 学校标识码="2100000009", 班号="202601")], 2, "学校标识码"),
        ([event("2026-10-08", "升级", 班号="202602")], 2, "变动类型"),
        ([event("2026-10-08", "作废")], 2, "变动类型"),
        ([event("2026-10-08", "休学", 接收确认日期="2026-10-09")], 2, "接收确认日期"),
        ([event("2026-10-08", "转出", 接收确认日期="2026-10-07")], 2, "接收确认日期"),
        ([event("2019-10-10", "入学")], 2, "发生日期"),
        ([event("2026-10-32", "休学")], 2, "发生日期"),
        ([event("2026-10-08", "休学", 学籍号="G629901201910110999")], 2, "学籍号"),
        ([event("2026-10-08", "休学", 学籍号=629901201910110999)], 2, "学籍号"),
    ],
)
def test_an_event_that_cannot_be_is_told_at_its_row(rows, told, column):
    assert errors(load(with_events(*rows))) == [("学籍变动", told, column)]
    assert not Student.objects.exists()


def test_after_a_mistake_in_the_course_of_a_child_the_rest_of_it_is_not_judged():
    rows = [event("2026-10-08", "调出"), event("2026-10-20", "转入", 班号="202601"), event("2026-11-02", "休学复学")]
    registers = {"点名": [roll_call("2026-10-21")], "缺勤": [absence("2026-10-21", 班号="202602")]}
    registers["点名"].append(roll_call("2026-10-21", 班号="202602"))
    assert errors(load(with_events(*rows) | registers)) == [("学籍变动", 2, "变动类型")]


def test_an_event_between_two_known_ones_is_told_where_the_later_one_no_longer_fits():
    load(with_events(event("2026-10-20", "休学")))
    outcome = load({"学籍变动": [event("2026-10-08", "辍学"), event("2026-10-09", "劝返复学")]})
    assert outcome.succeeded
    outcome = load({"学籍变动": [event("2026-10-15", "转出")]})
    assert errors(outcome) == [("学籍变动", 2, "变动类型")]
    assert "2026年10月20日的休学" in outcome.problems[0].message


# -- the same again --


def test_the_same_events_again_are_unchanged():
    rows = [event("2026-09-10", "休学"), event("2026-10-08", "休学复学"), event("2026-10-09", "转班", 班号="202602")]
    load(with_events(*rows))
    outcome = load(with_events(*rows))
    assert counts(outcome, "学籍变动") == (0, 0, 3)
    assert not outcome.written


def test_a_confirmation_or_note_given_later_is_added():
    load(with_events(event("2026-09-10", "转出")))
    first = load({"学籍变动": [event("2026-09-10", "转出", 接收确认日期="2026-09-20")]})
    second = load({"学籍变动": [event("2026-09-10", "转出", 说明="已到新校")]})
    assert (counts(first, "学籍变动"), counts(second, "学籍变动")) == ((0, 1, 0), (0, 1, 0))
    row = EnrolmentEvent.objects.get(kind="transfer_out")
    assert (row.confirmed_on, row.note) == (date(2026, 9, 20), "已到新校")


def test_the_same_event_twice_in_a_file_is_a_second_one_that_cannot_follow():
    assert errors(load(with_events(event("2026-10-08", "休学"), event("2026-10-08", "休学")))) == [
        ("学籍变动", 3, "变动类型")
    ]


def test_moving_to_and_fro_on_one_day_is_known_again():
    rows = [event("2026-10-08", "转班", 班号=room) for room in ("202602", "202601", "202602")]
    load(with_events(*rows))
    assert counts(load({"学籍变动": rows}), "学籍变动") == (0, 0, 3)


def test_a_return_with_its_class_is_the_return_without_it():
    load(with_events(event("2026-09-10", "休学"), event("2026-10-08", "休学复学")))
    assert counts(load({"学籍变动": [event("2026-10-08", "休学复学", 班号="202601")]}), "学籍变动") == (0, 0, 1)


def test_events_may_come_in_a_later_file_than_the_child():
    load(with_events())
    assert counts(load({"学籍变动": [event("2026-10-08", "休学")]}), "学籍变动") == (1, 0, 0)
    assert [row[1] for row in course()] == ["attending", "suspended"]


def test_a_later_event_of_a_day_stands_after_those_that_are_known():
    load(with_events(event("2026-10-08", "休学")))
    load({"学籍变动": [event("2026-10-08", "休学复学", 班号="202602")]})
    assert course()[-1] == ("202602", "attending", "2026-10-08", None)


def test_how_the_child_really_entered_may_come_in_a_later_file():
    """Imported from 学生 alone, the child seemed to have entered in the month of its admission."""
    load(with_events(入学年月="202509"))
    outcome = load({"学籍变动": [event("2026-10-08", "转入", 班号="202602")]})
    assert counts(outcome, "学籍变动") == (1, 0, 0)
    assert course() == [("202602", "attending", "2026-10-08", None)]
    assert counts(load(with_events(event("2026-10-08", "转入", 班号="202602"), 入学年月="202509")), "学籍变动") == (
        0,
        0,
        1,
    )


def test_a_child_that_was_there_before_cannot_have_entered_later():
    load(with_events() | {"点名": [roll_call("2026-09-02")], "缺勤": [absence("2026-09-02")]})
    outcome = load({"学籍变动": [event("2026-10-08", "转入", 班号="202602")]})
    assert errors(outcome) == [("学籍变动", 2, "变动类型")]


def test_a_child_may_be_named_by_its_identity_number():
    sheets = with_events(event("2026-10-08", "休学", 学籍号=identity()), 学籍号=None)
    assert counts(load(sheets), "学籍变动") == (1, 0, 0)


def test_going_takes_back_what_was_owed_afterwards():
    registers = {
        "点名": [roll_call(day, slot) for day in ("2026-09-02", "2026-09-03") for slot in ("上午", "下午")],
        "缺勤": [absence(day, slot=slot) for day in ("2026-09-02", "2026-09-03") for slot in ("上午", "下午")],
    }
    load(with_events() | registers)
    assert Obligation.objects.standing().filter(tier="contact").count() == 2
    load({"学籍变动": [event("2026-09-03", "休学")]}, today=TODAY)
    standing = Obligation.objects.standing().filter(tier="contact")
    assert [duty.key for duty in standing] == [date(2026, 9, 2)]
    assert Obligation.objects.exclude(withdrawn_at=None).get().withdrawn_reason == "导入工作簿"


def test_queries_do_not_grow_with_every_child():
    def queries_for(children: int) -> int:
        sheets = places() | {"学生": [child(serial) for serial in range(children)]}
        sheets["学籍变动"] = [event("2026-10-08", "休学", serial) for serial in range(children)]
        with CaptureQueriesContext(connection) as captured:
            assert load(sheets, dry_run=True).succeeded
        return len(captured)

    assert queries_for(220) - queries_for(20) < 100

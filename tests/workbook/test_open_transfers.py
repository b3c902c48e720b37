"""学籍变动 of a child whom one school has offered to another: the offer is answered by what the workbook says."""

import pytest

from students.actions import transfers
from students.models import AuditRow, EnrolmentEvent, Person, School, Student, Transfer
from tests.workbook.workbooks import OTHER_SCHOOL, TODAY, child, event, load, places

pytestmark = pytest.mark.django_db

OUT, IN = "2026-10-08", "2026-10-12"


def sent_out(**whither) -> Transfer:
    """The one child of the county, offered and waiting for the answer."""
    assert load(places() | {"学生": [child()]}).succeeded
    clerk = Person.objects.get(staff_number="T1")
    day = TODAY.replace(month=10, day=8)
    whither = whither or {"to_school": School.objects.get(code=OTHER_SCHOOL)}
    return transfers.send_out(by=clerk, student=Student.objects.get(), happened_on=day, today=TODAY, **whither)


def into(school: str) -> dict:
    return event(IN, "转入", 学校标识码=school, 班号="202601")


def answer() -> tuple:
    row = Transfer.objects.get()
    return row.answer, row.in_event, row.answered_by


def test_a_transfer_in_at_the_school_that_was_offered_accepts():
    sent_out()
    officer = Person.objects.get(staff_number="B1")
    assert load({"学籍变动": [into(OTHER_SCHOOL)]}, by=officer).succeeded
    assert answer() == ("accepted", EnrolmentEvent.objects.get(kind="transfer_in"), officer)
    assert EnrolmentEvent.objects.get(kind="transfer_out").confirmed_on == TODAY
    assert AuditRow.objects.filter(action="transfer.accepted", subject_id=Transfer.objects.get().pk).count() == 1


def test_the_day_on_which_it_was_accepted_stays_as_the_workbook_says_it():
    sent_out()
    out = event(OUT, "转出", 接收确认日期="2026-10-20")
    assert load({"学籍变动": [out, into(OTHER_SCHOOL)]}).succeeded
    assert answer() == ("accepted", EnrolmentEvent.objects.get(kind="transfer_in"), None)
    assert EnrolmentEvent.objects.get(kind="transfer_out").confirmed_on.isoformat() == "2026-10-20"


def test_a_confirmed_transfer_out_is_done_in_the_national_system():
    sent_out(to_place="四川省成都市")
    assert load({"学籍变动": [event(OUT, "转出", 接收确认日期=IN)]}).succeeded
    assert answer() == ("registered", None, None)


@pytest.mark.parametrize("kind", ["转入", "其他增加"])
def test_who_has_come_back_otherwise_is_no_longer_offered(kind):
    sent_out()
    assert load({"学籍变动": [into("2100000001") | {"变动类型": kind}]}).succeeded
    assert answer() == ("withdrawn", None, None)


def test_a_row_that_answers_nothing_leaves_the_offer_open():
    sent_out()
    assert load({"学籍变动": [event(OUT, "转出", 说明="随父母迁往县城")]}).succeeded
    assert answer() == ("", None, None)


def test_a_dry_run_answers_nothing():
    sent_out()
    load({"学籍变动": [into(OTHER_SCHOOL)]}, dry_run=True)
    assert answer() == ("", None, None)

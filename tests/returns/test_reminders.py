"""Schools are reminded before the cut-off and after the deadline, once a month each; what is filed is over."""

from datetime import date

import pytest
from django.urls import reverse

from casework.clock import DUTIES
from returns.actions.reminders import matter_today, remind_schools
from returns.matters import Matter
from returns.queries.periods import FilingCalendar, filing_month
from students.models import AdoptedPolicy, Notice, Role, Term
from students.queries.notices import waiting_notices
from tests import cast
from tests.returns.filed import OCTOBER, file_zero, filed, principal_of
from tests.scene import at


@pytest.mark.parametrize(
    ("day", "matter"),
    [
        (date(2026, 10, 21), None),
        (date(2026, 10, 22), Matter.DUE),  # Thursday; the cut-off is on a Sunday
        (date(2026, 10, 28), Matter.DUE),
        (date(2026, 10, 29), Matter.LATE),
    ],
)
def test_the_day_says_what_is_to_be_told(db, day, matter):
    assert matter_today(filing_month(OCTOBER), day) == matter


@pytest.mark.parametrize(
    ("start", "cut_off", "deadline"),
    [
        (date(2026, 9, 1), date(2026, 9, 25), date(2026, 9, 30)),  # 中秋 on Friday and the weekend are off
        (OCTOBER, date(2026, 10, 25), date(2026, 10, 28)),
        (date(2027, 8, 1), date(2027, 8, 31), date(2027, 9, 3)),
    ],
)
def test_the_deadline_is_counted_in_working_days(db, start, cut_off, deadline):
    month = filing_month(start)
    assert (month.period.cut_off, month.deadline) == (cut_off, deadline)


def test_cut_off_and_deadline_are_parameters_of_their_own(db):
    content = {"cut_off_day": 20, "filing_days": 5, "filing_notice_days": 1}
    by = {"adopted_at": at(date(2026, 10, 1)), "adopted_by": cast.person()}
    AdoptedPolicy.objects.create(starts_on=date(2026, 10, 1), content=content, **by)
    month = filing_month(OCTOBER)
    assert (month.reminded_on, month.period.cut_off, month.deadline) == (
        date(2026, 10, 19), date(2026, 10, 20), date(2026, 10, 27),
    )  # fmt: skip
    assert filing_month(date(2026, 9, 1)).period.cut_off == date(2026, 9, 25)


def lines(person) -> list[str]:
    return [line.sentence for line in waiting_notices(cast.scope(person), person)]


def test_the_clerk_and_the_principal_are_told_once_however_often_it_is_asked_for(school, head, bureau):
    assert remind_schools(today=date(2026, 10, 23)) == 4  # and that September is overdue
    assert remind_schools(today=date(2026, 10, 23)) == remind_schools(today=date(2026, 10, 26)) == 0
    Notice.objects.update(seen_at=at(date(2026, 10, 24)), seen_by=head)
    assert remind_schools(today=date(2026, 10, 27)) == 0
    assert not Notice.objects.filter(person__in=[bureau, school.teacher]).exists()


def test_a_missed_night_does_no_harm(school, head):
    assert remind_schools(today=date(2026, 10, 28)) == 4


def test_what_is_filed_reminds_nobody_and_is_over(school, head):
    remind_schools(today=date(2026, 10, 23))
    assert "东坪小学2026年10月月报10月25日截止，请核对后上报。" in lines(head)
    file_zero(school, head)
    assert not any("10月月报" in line for line in lines(head))
    assert remind_schools(today=date(2026, 10, 29)) == 0


def test_after_the_deadline_it_is_late(school, head):
    assert remind_schools(today=date(2026, 10, 29)) == 4
    assert "东坪小学2026年10月月报过了上报期限还没有上报，请尽快上报。" in lines(school.clerk)


def test_notices_lead_to_the_month(school, head, bureau):
    filed(school, head)
    [line] = waiting_notices(cast.scope(bureau), bureau)
    assert line.url == reverse("returns:school_return", args=[school.school.pk, "2026-10"])
    assert "上报了东坪小学2026年10月月报，请接收。" in line.sentence


def test_the_clock_does_it_every_day(school):
    principal_of(school)
    cast.person(role=Role.REGISTRY_CLERK, school=cast.school("空小学"))  # no class, no return
    label, perform = DUTIES["returns"]
    assert (label, perform(date(2026, 10, 23))) == ("提醒上报月报", {"notices": 4})


def test_august_is_still_owed_when_the_new_year_has_begun(school, head, clock):
    clock.move_to(at(date(2027, 9, 6)))
    for number, days in ((1, ("2027-09-01", "2028-01-20")), (2, ("2028-03-01", "2028-07-08"))):
        Term.objects.create(school_year=2027, number=number, start=days[0], end=days[1])
    assert [each.code for each in FilingCalendar().to_file(date(2027, 9, 6))][:3] == ["2027-08", "2026", "2027-09"]
    remind_schools(today=date(2027, 9, 6))
    assert "东坪小学2027年8月月报过了上报期限还没有上报，请尽快上报。" in lines(head)

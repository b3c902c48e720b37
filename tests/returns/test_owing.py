"""What a school owes, and is reminded of: what was sent back, what is due, nothing that nobody can report."""

from datetime import date, timedelta

import pytest

from returns.actions.place import ReturnRefused
from returns.actions.reminders import remind_schools
from returns.models import Edition, SchoolReturn
from returns.queries.editions import Deadline
from returns.queries.grid import Row, grid_rows
from returns.queries.next_step import next_step
from returns.queries.periods import filing_month
from returns.queries.waiting import waiting
from returns.states import Post
from students.models import Notice, SchoolClass
from students.queries.notices import waiting_notices
from tests import cast
from tests.returns.filed import TODAY, accept, file_return, filed, leave, october, prepare, seen, send_back, sign
from tests.scene import at, client_of


def cell(scene, today: date = TODAY, period=None):
    [row] = grid_rows([scene.school], [period or october()], today=today)
    return row.cells[0]


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


class TestWhatWasSentBack:
    @pytest.fixture
    def amendment(self, school, head, bureau):
        """An amendment of October sent back, nothing else owed."""
        filed(school, head, period=filing_month(date(2026, 9, 1)))
        filed(school, head)
        accept(school, bureau)
        leave(school)
        filed(school, head, reason="补登")
        send_back(school, bureau)

    def test_of_an_amendment_is_said_and_owed(self, school, head, amendment):
        assert (cell(school).standing.label, cell(school).notes) == ("已接收", ["更正退回"])
        assert waiting(cast.scope(head), TODAY) == 1
        filed(school, head, reason="补登")
        assert (cell(school).notes, waiting(cast.scope(head), TODAY)) == (["更正1"], 0)

    @pytest.mark.parametrize(("day", "sent"), [(30, 0), (31, 2)])
    def test_is_told_again_once_it_could_have_been_filed_anew(self, school, head, amendment, clock, day, sent):
        today = date(2026, 10, day)  # sent back on Tuesday, the 27th: three working days
        clock.move_to(at(today))
        assert remind_schools(today=today) == sent
        assert remind_schools(today=today) == 0
        assert ("return_still_back" in told(head)) is bool(sent)
        filed(school, head, reason="补登", today=today)
        assert told(head) == told(school.clerk) == set()

    def test_in_time_at_first_is_not_called_late(self, school, head, bureau, clock):
        filed(school, head)
        send_back(school, bureau)
        clock.move_to(at(date(2026, 11, 2)))
        remind_schools(today=date(2026, 11, 2))
        lines = [line.sentence for line in waiting_notices(cast.scope(head), head)]
        assert "东坪小学2026年10月月报退回以后还没有重新上报，请核对后上报。" in lines
        assert not any("10月月报过了上报期限" in line for line in lines)


class TestTheDaysOfWhatWasSentBack:
    """October is filed on Tuesday, the 27th, and sent back on Thursday, the day after its deadline."""

    @pytest.fixture(autouse=True)
    def back(self, school, head, bureau, clock):
        filed(school, head)
        clock.move_to(at(day := date(2026, 10, 29)))
        send_back(school, bureau, today=day)

    @pytest.mark.parametrize(("day", "words"), [(30, "，重报期限11月3日。"), (35, "，已过重报期限11月3日。")])
    def test_begin_anew_on_every_page(self, school, clock, day, words):
        clock.move_to(at(today := date(2026, 10, 1) + timedelta(days=day - 1)))
        client = client_of(school.clerk)
        shown = client.get("/returns/")
        [own] = [each for each in shown.context["own"].cells if each.period.code == "2026-10"]
        assert own.deadline == Deadline(date(2026, 11, 3), again=True)
        text = shown.content.decode()
        assert ("11月3日前重报" in text, "10月28日" in text) == (True, False)
        text = client.get(f"/returns/{school.school.pk}/2026-10/").content.decode()
        assert ("重报期限2026年11月3日" in text, "迟报" in text) == (True, False)
        step = next_step(Row(school.school, [cell(school, today)]), frozenset({Post.SCHOOL}), today)
        assert step.words == f"2026年10月月报：县教育局退回，请核对后重报{words}"

    def test_are_those_of_the_draft_too_and_end_with_the_filing(self, school, head):
        prepare(school, today=date(2026, 10, 30))
        assert cell(school).deadline.again
        sign(school, head, today=date(2026, 10, 30))
        file_return(school, today=date(2026, 10, 30))
        assert cell(school).deadline == Deadline(date(2026, 10, 28))


class TestNothingToReport:
    @pytest.fixture
    def left(self, school):
        """The only class has left the school."""
        SchoolClass.objects.filter(school=school.school).update(cohort=2019)

    def test_is_not_owed(self, school, head, left):
        assert cell(school).standing.label == "不用报"
        assert waiting(cast.scope(head), TODAY) == 0
        assert remind_schools(today=date(2026, 10, 29)) == 0

    @pytest.mark.parametrize(("cohort", "label"), [(2020, "不用报"), (2021, "待报"), (2026, "待报"), (2027, "不用报")])
    def test_is_a_matter_of_the_grades(self, school, cohort, label):
        SchoolClass.objects.filter(school=school.school).update(cohort=cohort)
        assert cell(school).standing.label == label

    def test_is_no_school_that_the_county_lacks(self, school, bureau, left):
        response = client_of(bureau).get("/returns/county/2026-10/")
        assert response.context["found"].missing == []


class TestOldMonths:
    def test_before_the_first_school_year_are_not_found(self, school, head, bureau):
        client, address = client_of(head), f"/returns/{school.school.pk}/2019-05/"
        assert client.get(address).status_code == 404
        assert client.post(f"{address}prepare/", {"seen": 0}).status_code == 404
        assert client_of(bureau).get("/returns/county/2019-05/").status_code == 404

    @pytest.mark.parametrize(("month", "kept"), [(date(2026, 8, 1), False), (date(2026, 9, 1), True)])
    def test_are_refused(self, school, month, kept):
        if kept:
            assert prepare(school, period=filing_month(month)).state == "prepared"
            return
        with pytest.raises(ReturnRefused, match=r"2026年8月月报在第一个录入的学年以前，不在这里上报，没有保存"):
            prepare(school, period=filing_month(month))
        assert not SchoolReturn.objects.exists()


class TestWords:
    def test_of_the_school_hold_no_control_characters(self, school):
        client, address = client_of(school.clerk), f"/returns/{school.school.pk}/2026-10/prepare/"
        client.post(address, {"seen": seen(school), "remark": "第一行\r\n第二行\x07\x1b[31m\t完"})
        assert Edition.objects.get().remark == "第一行\n第二行[31m\t完"

    def test_too_long_only_by_the_browsers_line_breaks_are_taken(self, school):
        client, address = client_of(school.clerk), f"/returns/{school.school.pk}/2026-10/prepare/"
        client.post(address, {"seen": seen(school), "remark": "长\r\n" * 250})
        assert len(Edition.objects.get().remark) == 499


@pytest.mark.parametrize("step", ["prepare", "sign", "hand-in", "zero", "take-back", "accept", "send-back"])
def test_whoever_comes_to_a_step_by_its_address_is_led_to_the_page(school, head, step):
    page = f"/returns/{school.school.pk}/2026-10/"
    assert client_of(head).get(f"{page}{step}/").url == page
    assert not SchoolReturn.objects.exists()

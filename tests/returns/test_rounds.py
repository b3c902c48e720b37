"""四个一: each round says how far it is and what is next, to the bureau and to a school."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from returns.queries.quarters import quarters_to_review
from returns.queries.rounds import rounds
from students.models import Term
from tests import cast
from tests.returns.filed import accept, file_zero, filed, send_back
from tests.returns.test_terms import END, OVER, term
from tests.scene import at, client_of

TODAY = date(2026, 10, 27)
QUERIES = 13


def found(who, day: date = TODAY, hour: int = 9) -> dict:
    return {each.name: each for each in rounds(cast.scope(who), now=at(day, hour, 0))}


def states(who, day: date = TODAY) -> dict[str, str]:
    return {name: each.state for name, each in found(who, day).items()}


def test_every_round_has_a_state_a_date_and_one_action(school, head, bureau):
    for who in (school.clerk, head, bureau):
        for each in found(who).values():
            assert all((each.period, each.state, each.due, each.label, each.url))


def test_a_school_in_october(school, head):
    shown = found(head)
    assert {name: each.state for name, each in shown.items()} == {
        "每日点名": "缺1次", "每月上报": "待报", "每季复核": "未到期", "每学期报告": "未到期",
        "每年报告": "未到期",
    }  # fmt: skip
    month = shown["每月上报"]
    assert (month.period, month.numbers, month.due, month.label) == (
        "2026年10月月报", "以前的还有1份要办", "上报期限10月28日", "去上报",
    )  # fmt: skip
    assert month.url == reverse("returns:school_return", args=[school.school.pk, "2026-10"])
    assert shown["每学期报告"].due == "1月22日截止，2月5日前上报"
    assert shown["每年报告"].period == "2026-2027学年报告"


class TestTheDay:
    def today(self, school, head, day: date = TODAY, hour: int = 9) -> tuple[str, str]:
        each = found(head, day, hour)["每日点名"]
        return each.state, each.numbers

    def test_has_not_begun(self, school, head):
        assert self.today(school, head, hour=1) == ("还没到时间", "今天的点名还没有开始")

    def test_is_done_so_far(self, school, head):
        assert self.today(school, head) == ("缺1次", "到现在应点1次，已点0次")
        school.take(TODAY)
        assert self.today(school, head) == ("已点完", "到现在应点的1次都点了")

    def test_has_no_school(self, school, head):
        assert self.today(school, head, date(2026, 10, 25))[0] == "今天不上课"


class TestTheMonth:
    def test_of_a_school_goes_from_step_to_step(self, school, head, bureau):
        def month():
            each = found(head)["每月上报"]
            return each.state, each.label

        filed(school, head)
        assert month() == ("已报", "看已上报的")
        send_back(school, bureau)
        assert month() == ("退回", "看退回原因")
        filed(school, head)
        accept(school, bureau)
        assert month() == ("已接收", "看已接收的")
        assert found(head)["每月上报"].due == "下一次2026年11月，11月25日截止"

    def test_of_the_bureau_leads_to_what_waits(self, school, head, bureau):
        cast.student(cast.school_class(cast.school("西岭小学")))
        month = found(bureau)["每月上报"]
        assert (month.state, month.numbers) == ("待报", "已接收0所，共2所，没有报的2所，以前的还有2份要办")
        file_zero(school, head)
        month = found(bureau)["每月上报"]
        assert (month.label, month.url) == (
            "去接收", reverse("returns:returns", query={"year": 2026, "period": "2026-10", "standing": "filed"}),
        )  # fmt: skip
        assert "东坪小学" in client_of(bureau).get(month.url).content.decode()
        accept(school, bureau)
        month = found(bureau)["每月上报"]
        assert (month.state, month.label) == ("待报", "看没报的")
        page = client_of(bureau).get(month.url).context["page"]
        assert [row.school.name for row in page.object_list] == ["西岭小学"]
        assert found(bureau, date(2026, 10, 29))["每月上报"].state == "有逾期未报"

    def test_of_a_township_is_looked_at_and_not_accepted(self, school, head):
        officer = cast.person(role="township_officer", township=school.school.township)
        file_zero(school, head)
        month = found(officer)["每月上报"]
        assert (month.state, month.label, month.url) == (
            "待接收",
            "看汇总",
            reverse("returns:county", args=["2026-10"]),
        )
        assert client_of(officer).get(month.url).status_code == 200


def test_whoever_runs_two_schools_sees_both_and_no_sum(school, head):
    other = cast.school("西岭小学")
    cast.student(cast.school_class(other))
    cast.post(head, "principal", school=other)
    for each in found(head).values():
        assert client_of(head).get(each.url).status_code == 200
    assert found(head)["每年报告"].label == "看各校"


def test_a_year_under_way_leads_to_each_school_so_far(school, bureau):
    each = found(bureau)["每年报告"]
    assert (each.state, each.label) == ("未到期", "看各校")
    assert (
        reverse("returns:school_return", args=[school.school.pk, "2026"])
        in client_of(bureau).get(each.url).content.decode()
    )


class TestTheTerm:
    @pytest.mark.parametrize(
        ("day", "state"), [(date(2027, 1, 21), "未到期"), (END, "待报"), (date(2027, 2, 6), "逾期未报")]
    )
    def test_is_due_from_its_last_day(self, school, head, day, state):
        assert states(head, day)["每学期报告"] == state

    def test_accepted_leads_to_the_sum(self, school, head, bureau, clock):
        clock.move_to(at(OVER))
        file_zero(school, head, today=OVER, period=term())
        accept(school, bureau, today=OVER, period=term())
        each = found(bureau, OVER)["每学期报告"]
        assert (each.state, each.label, each.url) == ("全部接收", "看汇总", reverse("returns:county", args=["2026-1"]))
        assert each.due == "下一次2026-2027学年第二学期，7月9日截止"


def test_a_quarter_that_is_over_is_to_be_reviewed(school, head, bureau):
    day = date(2026, 11, 26)
    quarter = found(bureau, day)["每季复核"]
    assert (quarter.state, quarter.label, quarter.url) == ("待复核", "开始复核", reverse("returns:open_review"))
    assert found(head, day)["每季复核"].label == "看复核"


def test_an_accepted_term_is_no_month_to_review(school, head, bureau, clock):
    clock.move_to(at(OVER))
    file_zero(school, head, today=OVER, period=term())
    accept(school, bureau, today=OVER, period=term())
    assert quarters_to_review(OVER) == []


def test_before_any_year_is_entered_the_page_says_so(school, bureau):
    Term.objects.all().delete()
    assert "学年学期录入以后" in client_of(bureau).get(reverse("returns:rounds")).content.decode()


def test_the_page_and_the_file_say_the_same(school, head):
    page = client_of(head).get(reverse("returns:rounds")).content.decode()
    response = client_of(head).post(reverse("returns:rounds_file"), {"format": ".xlsx"})
    sheet = load_workbook(BytesIO(b"".join(response))).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    for words in ("2026年10月月报", "上报期限10月28日", "1月22日截止，2月5日前上报"):
        assert words in page
        assert words in cells
    assert "东坪小学" in " ".join(cells)


def test_asks_for_the_same_however_many_schools_there_are(school, bureau, django_assert_num_queries):
    client = client_of(bureau)
    client.get(reverse("returns:rounds"))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("returns:rounds"))
    for name in ("西岭小学", "南岭小学"):
        cast.student(cast.school_class(cast.school(name)))
    client.get(reverse("returns:rounds"))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("returns:rounds"))

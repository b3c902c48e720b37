"""学期报告 and 学年报告: filed as months are, over their own days, and held against the months."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.figures import CLOSING, OPENING
from returns.actions.place import ReturnRefused
from returns.actions.reminders import matter_today, remind_schools
from returns.matters import Matter
from returns.models import SchoolReturn, Snapshot
from returns.queries.content import notes_of
from returns.queries.county import county_return
from returns.queries.editions import content_of
from returns.queries.live import live_figures
from returns.queries.months_summed import gaps, months_summed, summed_of
from returns.queries.periods import FilingCalendar, filing_month, filing_period
from returns.queries.waiting import waiting
from returns.snapshots import MOVEMENTS, lists_of
from students.access import Scope
from students.actions import corrections, enrolment
from students.enrolment import EventKind, ImpossibleEvent
from students.models import AdoptedPolicy, Notice, Term
from students.queries.notices import waiting_notices
from tests import cast
from tests.examples import examples
from tests.returns.filed import accept, file_zero, filed, leave, prepare, send_back, sign, state
from tests.scene import at, client_of

END = date(2027, 1, 22)  # of the first term, a Friday
OVER = date(2027, 1, 28)
NEXT_AUTUMN = date(2027, 9, 6)
QUERIES = 39  # of a term's page: a month's, what the months filed, and what happened in the days that none holds


@pytest.fixture
def january(school, clock):
    """The scene after the end of its first term."""
    clock.move_to(at(OVER))
    return school


def term(number: int = 1):
    return filing_period(f"2026-{number}")


def year():
    return filing_period("2026")


def months(*numbers: int) -> list:
    return [filing_month(date(2026 + (number < 9), number, 1)) for number in numbers]


def live(scene, period, today: date = OVER):
    return live_figures(scene.school, period, today=today)


def filed_months(scene, head, *numbers: int) -> None:
    for month in months(*numbers):
        filed(scene, head, today=OVER, period=month)


def page(scene, who, code: str = "2026-1", **query):
    return client_of(who).get(reverse("returns:school_return", args=[scene.school.pk, code]), query)


class TestPeriods:
    @pytest.mark.parametrize(
        ("code", "first", "cut_off"),
        [
            ("2026-1", date(2026, 9, 1), END),
            ("2026-2", date(2027, 1, 23), date(2027, 7, 9)),  # with the holiday before it
            ("2026", date(2026, 9, 1), date(2027, 8, 31)),
        ],
    )
    def test_follow_one_another_without_a_gap(self, school, code, first, cut_off):
        found = filing_period(code).period
        assert (found.first, found.cut_off) == (first, cut_off)

    def test_stand_in_a_row_by_their_ends(self, school):
        codes = [period.code for period in FilingCalendar().year(2026)]
        assert codes == [
            "2026-09", "2026-10", "2026-11", "2026-12", "2026-1", "2027-01", "2027-02", "2027-03", "2027-04",
            "2027-05", "2027-06", "2026-2", "2027-07", "2027-08", "2026",
        ]  # fmt: skip

    def test_of_terms_that_nobody_has_entered_there_are_none(self, school, bureau):
        assert filing_period("2029-1") is None
        assert page(school, school.clerk, "2029-1").status_code == 404
        assert client_of(bureau).get(reverse("returns:county", args=["2029-2"])).status_code == 404

    @pytest.mark.parametrize(("day", "opens"), [(END - timedelta(1), False), (END, True), (END + timedelta(1), True)])
    def test_can_be_filed_from_their_last_day_on(self, school, day, opens):
        if opens:
            assert prepare(school, today=day, period=term()).state == "prepared"
            return
        with pytest.raises(ReturnRefused, match=r"2026-2027学年第一学期报告2027年1月22日才截止，没有保存"):
            prepare(school, today=day, period=term())

    @pytest.mark.parametrize(
        ("day", "matter"),
        [
            (date(2027, 1, 19), None),
            (date(2027, 1, 20), Matter.DUE),
            (date(2027, 2, 5), Matter.DUE),  # ten working days after a Friday
            (date(2027, 2, 6), Matter.LATE),
        ],
    )
    def test_have_a_deadline_of_their_own(self, school, day, matter):
        assert term().deadline == date(2027, 2, 5)
        assert matter_today(term(), day) == matter

    def test_have_a_deadline_that_the_county_may_set(self, school):
        by = {"adopted_at": at(OVER), "adopted_by": cast.person()}
        AdoptedPolicy.objects.create(starts_on=date(2026, 12, 1), content={"report_filing_days": 1}, **by)
        assert term().deadline == date(2027, 1, 25)
        assert filing_month(date(2027, 1, 1)).deadline == date(2027, 1, 28)

    def test_are_late_the_day_after(self, january, head, clock):
        for day, late in ((date(2027, 2, 5), False), (date(2027, 2, 6), True)):
            clock.move_to(at(day))
            with transaction.atomic():
                file_zero(january, head, today=day, period=term())
                assert state(january, term()).is_late is late
                transaction.set_rollback(True)

    def test_whose_term_is_moved_later_keep_the_days_of_a_return_that_was_begun(self, january, head):
        filed(january, head, today=OVER, period=term())
        Term.objects.filter(number=1).update(end=date(2027, 1, 29))
        assert filing_period("2026-1").period.cut_off == date(2027, 1, 29)
        kept = page(january, head).context["period"]
        assert (kept.period.cut_off, kept.deadline) == (END, date(2027, 2, 5))


class TestTheWayOfAReport:
    def test_leads_from_the_clerk_to_the_bureau(self, january, head, bureau):
        leave(january, today=OVER)
        given = {"today": OVER, "period": term()}
        prepare(january, remark="一名学生辍学", **given)
        told = lambda who: set(Notice.objects.filter(person=who, seen_at=None).values_list("kind", flat=True))  # noqa: E731
        assert told(head) == {"report_to_sign"}
        sign(january, head, **given)
        filed_row = page(january, january.clerk)
        assert "上报县教育局" in filed_row.content.decode()
        client_of(january.clerk).post(reverse("returns:hand_in", args=[january.school.pk, "2026-1"]), {"seen": 3})
        assert told(bureau) == {"report_filed"}
        row = accept(january, bureau, **given)
        assert (row.state, row.label, told(january.clerk)) == ("accepted", "学期报告", {"report_accepted"})
        [line] = waiting_notices(cast.scope(head), head)
        assert "接收了东坪小学2026-2027学年第一学期报告。" in line.sentence
        assert line.url == reverse("returns:school_return", args=[january.school.pk, "2026-1"])

    def test_back_leads_to_another_attempt_and_amendments_are_numbered(self, january, head, bureau):
        given = {"today": OVER, "period": term()}
        filed(january, head, **given)
        send_back(january, bureau, **given)
        filed(january, head, **given)
        accept(january, bureau, **given)
        leave(january, today=OVER)
        row = filed(january, head, reason="补登", **given)
        assert (row.label, content_of(row)["changes"][0]["label"]) == ("第1号更正", "辍学")

    def test_of_nothing_is_one_press(self, january, head):
        assert "这个学期没有变动" in page(january, head).content.decode()
        assert content_of(file_zero(january, head, today=OVER, period=term()))["is_zero"]
        leave(january, today=OVER)
        with pytest.raises(ReturnRefused, match=r"这个学年有变动.*请按学年报告上报"):
            file_zero(january, head, today=date(2027, 8, 31), period=year())

    def test_says_its_own_name_everywhere(self, january, head):
        filed(january, head, today=OVER, period=term())
        shown = page(january, head)
        assert "2026-2027学年第一学期报告，9月1日至1月22日" in shown.content.decode()
        assert "月报现在" not in shown.content.decode()
        assert shown.context["page"].table.title == "控辍保学学期报告"
        assert any("寒假里的变动计入第二学期" in note for note in shown.context["page"].table.footnotes)
        with pytest.raises(ReturnRefused, match=r"这份学期报告现在是“已上报”"):
            file_zero(january, cast.person(role="principal", school=january.school), today=OVER, period=term())


class TestFigures:
    def test_balance_over_the_whole_term_and_have_the_rates_of_its_end(self, january):
        leave(january, today=OVER)
        found = live(january, term())
        assert (found.total[OPENING], found.total[CLOSING], found.total.balance) == (3, 2, 0)
        assert (found.total.dropout_rate.text, found.total.retention_rate.text) == ("33.33%", "66.67%")

    def test_of_the_second_term_take_in_the_holiday(self, january):
        leave(january, day=date(2027, 1, 25), today=OVER)
        assert live(january, term()).lists["drop_out"] == []
        assert len(live(january, term(2), date(2027, 7, 9)).lists["drop_out"]) == 1
        assert len(live(january, year(), date(2027, 8, 31)).lists["drop_out"]) == 1


KINDS = (EventKind.DROP_OUT, EventKind.TRANSFER_OUT, EventKind.SUSPEND, EventKind.RETURN, EventKind.RESUME)
EVENTS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 149)), max_size=6)


def happen(scene, child: int, kind: EventKind, days: int) -> None:
    joins = {"school_class": scene.school_class} if kind in (EventKind.RETURN, EventKind.RESUME) else {}
    given = {"happened_on": date(2026, 9, 1) + timedelta(days), "today": OVER}
    try:
        with transaction.atomic():
            enrolment.record_event(by=scene.clerk, student=scene.children[child], kind=kind, **given, **joins)
    except ImpossibleEvent:
        pass


class TestAgainstTheMonths:
    @settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(events=EVENTS)
    def test_a_terms_movements_are_those_of_its_months(self, january, events):
        with transaction.atomic():
            for event in events:
                happen(january, *event)
            parts = [live(january, month) for month in months(9, 10, 11, 12, 1)]
            whole, first = live(january, term()), parts[0]
            before = [pair for part in parts for code in MOVEMENTS for pair in part.lists[code]]
            after = live(january, filing_month(date(2027, 2, 1)), date(2027, 2, 25))
            late = [event for event in events if event[2] > (END - date(2026, 9, 1)).days]
            if not late:
                assert sorted(before) == sorted(pair for code in MOVEMENTS for pair in whole.lists[code])
                assert whole.total[CLOSING] == after.total[OPENING]
            assert whole.total[OPENING] == first.total[OPENING]
            assert months_summed(whole).changes == []
            transaction.set_rollback(True)

    def test_filed_months_are_taken_as_filed_and_the_rest_counted(self, january, head):
        leave(january, today=OVER)
        filed_months(january, head, 9, 10, 12)
        found = months_summed(live(january, term()))
        assert (found.missing, found.changes) == (["2026年11月"], [])
        assert found.counted == ["10月26日至11月25日", "12月26日至1月22日"]
        assert found.words == [
            "与各月核对：2026年9月至2026年12月的3份月报，加上不在已报月报里的10月26日至11月25日、12月26日至1月22日（按登记"  # noqa: ISC004
            "的变动），各项增减合计与本报告一致。",
            "没有上报的月份：2026年11月。",
        ]

    def test_what_the_months_said_otherwise_is_named_child_by_child(self, january, head):
        filed_months(january, head, 9, 10, 11, 12)
        leave(january, today=OVER)  # in October, recorded after that was filed
        [change] = months_summed(live(january, term())).changes
        assert (change.label, change.numbers, change.came, change.went) == (
            "辍学", "0→1人", ((january.children[2].pk, 4),), (),
        )  # fmt: skip
        shown = page(january, head).content.decode()
        assert "各月合计和本报告不同的" in shown
        assert "胡涛" in shown
        row = filed(january, head, today=OVER, period=term())
        assert any("辍学各月合计0人，本报告1人" in note for note in notes_of(content_of(row)))

    def test_an_amended_month_agrees_again(self, january, head):
        filed_months(january, head, 9, 10)
        leave(january, today=OVER)
        assert months_summed(live(january, term())).changes
        filed(january, head, reason="补登", today=OVER, period=filing_month(date(2026, 10, 1)))
        assert months_summed(live(january, term())).changes == []

    def test_comes_back_from_json(self, january, head):
        filed_months(january, head, 9)
        leave(january, today=OVER)
        found = months_summed(live(january, term()))
        assert summed_of(found.record).words == found.words

    @given(st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True))
    def test_the_days_in_no_month_and_the_months_are_the_whole(self, numbers):
        first, last = date(2026, 9, 1), date(2026, 10, 31)
        ends = sorted(numbers)[: len(numbers) // 2 * 2]
        spans = [(first + timedelta(a), first + timedelta(b)) for a, b in zip(ends[::2], ends[1::2], strict=True)]
        both = [*spans, *gaps(spans, first, last)]
        days = [a + timedelta(n) for a, b in both for n in range((b - a).days + 1)]
        assert sorted(days) == [first + timedelta(n) for n in range(61)]


class TestWhatWasSigned:
    @pytest.mark.usefixtures("real_papers")
    def test_in_january_prints_the_same_in_november(self, january, head, clock):
        leave(january, today=OVER)
        row = filed(january, head, today=OVER, period=term())
        before, content = bytes(row.snapshot.pdf), content_of(row)
        later = date(2027, 11, 3)
        clock.move_to(at(later))
        event = january.children[2].events.get(kind="drop_out")
        corrections.void(by=january.clerk, event=event, reason="登记错了人", today=later)
        address = reverse("returns:return_file", args=[january.school.pk, "2026-1"])
        response = client_of(head).post(f"{address}?edition=0", {"format": ".pdf"})
        assert b"".join(response) == before
        assert Snapshot.objects.get().content == content
        shown = page(january, head).context["page"]
        assert shown.total.values["drop_out"] == 1
        assert shown.differs

    def test_holds_its_period_and_children(self, january, head):
        leave(january, today=OVER)
        content = content_of(filed(january, head, today=OVER, period=term()))
        assert content["period"] == {
            "kind": "term", "code": "2026-1", "label": "2026-2027学年第一学期", "first": "2026-09-01",
            "cut_off": "2027-01-22",
        }  # fmt: skip
        assert content["policy"]["report_filing_days"] == 10
        assert lists_of(content)["drop_out"] == [(january.children[2].pk, 4)]
        assert SchoolReturn.objects.get().kind == "term"


@pytest.mark.parametrize(
    ("kind", "code"), [("term", "2026-10"), ("month", "2026"), ("term", "2026-3"), ("week", "2026")]
)
def test_the_database_refuses_a_period_that_is_none(school, kind, code):
    days = {"first": date(2026, 9, 1), "cut_off": END, "deadline": OVER}
    with pytest.raises(IntegrityError, match="period_of_a_return_is_one"), transaction.atomic():
        SchoolReturn.objects.create(school=school.school, kind=kind, period=code, **days)


def test_the_county_is_the_sum_of_what_was_accepted(january, head, bureau):
    cast.student(cast.school_class(cast.school("西岭小学")))
    leave(january, today=OVER)
    filed(january, head, today=OVER, period=term())
    accept(january, bureau, today=OVER, period=term())
    found = county_return(Scope(county=True), term(), today=OVER)
    assert (found.table.title, found.total.values["closing"]) == ("控辍保学学期报告（汇总）", 2)
    assert found.missing_words == "西岭小学（待报）"
    shown = client_of(bureau).get(reverse("returns:county", args=["2026-1"])).content.decode()
    assert "学期报告汇总" in shown
    assert "已接收的学期报告" in shown


def test_the_grid_shows_a_term_once_it_is_over(school, head, clock):
    def heads() -> list[str]:
        return [period.period.short for period in client_of(head).get(reverse("returns:returns")).context["periods"]]

    clock.move_to(at(END - timedelta(1)))
    assert heads()[0] == "1月"
    assert "第一学期" not in heads()
    clock.move_to(at(END))
    assert heads()[:2] == ["1月", "第一学期"]
    clock.move_to(at(date(2027, 8, 31)))
    assert heads()[:2] == ["学年", "8月"]


def test_reminders_of_august_and_of_the_year_are_two(school, head, clock):
    clock.move_to(at(NEXT_AUTUMN))
    for number, days in ((1, ("2027-09-01", "2028-01-20")), (2, ("2028-03-01", "2028-07-08"))):
        Term.objects.create(school_year=2027, number=number, start=days[0], end=days[1])
    remind_schools(today=NEXT_AUTUMN)

    def lines() -> set[str]:
        return {line.sentence for line in waiting_notices(cast.scope(head), head)}

    august, whole = "东坪小学2027年8月月报过了上报期限还没有上报，请尽快上报。", (
        "东坪小学2026-2027学年报告8月31日截止，请核对后上报。"
    )  # fmt: skip
    assert lines() == {august, whole}
    file_zero(school, head, today=NEXT_AUTUMN, period=year())
    assert lines() == {august}
    assert waiting(cast.scope(head), NEXT_AUTUMN) == 1


def test_a_page_asks_for_the_same_however_many_months_are_filed(january, head, django_assert_num_queries):
    filed_months(january, head, 9)
    client, address = client_of(head), reverse("returns:school_return", args=[january.school.pk, "2026-1"])
    client.get(address)
    with django_assert_num_queries(QUERIES):
        client.get(address)
    filed_months(january, head, 10, 11, 12)
    with django_assert_num_queries(QUERIES):
        client.get(address)

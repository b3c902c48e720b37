"""Entry cohorts: who entered, came, went and graduated; the rate is capped, what it was stays to be read."""

import json
from datetime import date
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from reports.queries.cohorts import CohortRow, cohort_children, cohort_rows, together
from students.access import Scope
from students.actions import enrolment, transfers
from students.enrolment import EventKind
from students.models import EnrolmentEvent, Role, Student
from tests import cast
from tests.scene import at, client_of, clock, scene

__all__ = ["clock", "scene"]

COUNTY = Scope(county=True)
JULY = date(2026, 7, 5)
TODAY = date(2026, 9, 7)
SMALL = st.integers(0, 400)


@pytest.fixture
def leaving(db, clock):
    """初中2023级 of a school: five entered in 2023, one was taken in elsewhere, one left without a word,
    one dropped out, two graduated."""
    clock.move_to(at(TODAY))
    cast.terms()
    school = cast.school("青禾中学")
    room = cast.school_class(school, "202301", stage="junior")
    clerk = cast.person("何静", role=Role.REGISTRY_CLERK, school=school)
    first, second, third, fourth, fifth = cast.students(room, "甲一", "乙二", "丙三", "丁四", "戊五")
    happened = [
        (first, EventKind.TRANSFER_OUT, date(2024, 3, 1), date(2024, 3, 9)),
        (second, EventKind.TRANSFER_OUT, date(2024, 3, 1), None),
        (third, EventKind.DROP_OUT, date(2025, 5, 6), None),
        (fourth, EventKind.GRADUATE, JULY, None),
        (fifth, EventKind.GRADUATE, JULY, None),
    ]
    for child, kind, day, confirmed in happened:
        event = {"kind": kind, "happened_on": day, "confirmed_on": confirmed}
        enrolment.record_event(by=clerk, student=child, today=TODAY, **event)
    return room


def test_who_leaves_on_the_day_it_came_is_subtracted(leaving):
    """A place of no day at all is held in no interval."""
    child = cast.student(leaving, "己六")
    gone = {"kind": EventKind.TRANSFER_OUT, "happened_on": date(2023, 9, 1), "confirmed_on": date(2023, 9, 10)}
    enrolment.record_event(
        by=cast.person(role=Role.REGISTRY_CLERK, school=leaving.school), student=child, today=TODAY, **gone
    )
    row = row_of()
    assert (row.entrants, row.transfer_out, row.expected) == (6, 2, 4)
    found, _ = cohort_children("transfer_out", scope=COUNTY, as_of=TODAY, stage="junior", cohort=2023)
    assert child.pk in [move.student for move in found]


def row_of(as_of=TODAY) -> CohortRow:
    [row] = cohort_rows(COUNTY, as_of)
    return row


def test_only_whom_another_school_accepted_is_taken_away(leaving):
    row = row_of()
    assert (row.entrants, row.transfer_in, row.transfer_out, row.expected) == (5, 0, 1, 4)
    assert (row.graduates, row.attending, row.rate.text) == (2, 0, "50.00%")


def test_a_confirmation_to_come_does_not_count_yet(leaving):
    EnrolmentEvent.objects.filter(kind=EventKind.TRANSFER_OUT).update(confirmed_on=TODAY)
    assert row_of(date(2026, 9, 6)).transfer_out == 0
    assert row_of(TODAY).transfer_out == 2


@pytest.mark.parametrize(("day", "graduates", "rate"), [(date(2026, 7, 4), 0, None), (JULY, 2, "50.00%")])
def test_a_cohort_has_a_rate_from_the_day_on_which_it_graduates(leaving, day, graduates, rate):
    row = row_of(day)
    assert (row.graduates, row.rate and row.rate.text) == (graduates, rate)


def test_one_who_graduates_early_ends_no_cohort(leaving):
    late = cast.student(leaving, "己六", since=date(2024, 3, 1))
    row = row_of(JULY)
    assert (row.graduates, row.attending, row.is_over, row.rate) == (2, 1, False, None)
    assert row_of(date(2026, 8, 31)).rate is None
    assert row_of(date(2026, 9, 1)).rate is not None  # its final year is over, whoever is left in it
    clerk = cast.person(role=Role.REGISTRY_CLERK, school=leaving.school)
    enrolment.record_event(by=clerk, student=late, kind=EventKind.GRADUATE, happened_on=JULY, today=TODAY)
    assert row_of(JULY).is_over


def test_whoever_graduates_before_the_final_year_ends_no_cohort(leaving):
    EnrolmentEvent.objects.filter(kind=EventKind.GRADUATE).update(happened_on=date(2025, 6, 1))
    enrolment.rebuild(list(leaving.enrolments.values_list("student", flat=True)))
    assert not row_of(date(2025, 7, 5)).is_over


def test_the_cohort_shown_first_is_one_that_has_graduated(leaving, clock):
    clock.move_to(at(date(2026, 7, 10)))
    cast.student(leaving, "己六", since=date(2024, 3, 1))
    done = cast.school_class(leaving.school, "202201", stage="junior")
    cast.student(done, "庚七", since=date(2022, 9, 1))
    bureau = client_of(cast.person(role=Role.BUREAU_OFFICER, since=date(2026, 1, 1)))
    assert bureau.get(reverse("reports:cohorts")).context["caption"] == "初中2022级"


def test_who_enters_after_the_first_year_was_no_entrant(leaving):
    cast.student(leaving, "己六", since=date(2024, 9, 1))
    assert row_of().entrants == 5
    cast.student(leaving, "庚七", since=date(2024, 8, 31))
    assert row_of().entrants == 6


def test_cohorts_that_left_long_ago_are_not_listed(leaving):
    assert len(cohort_rows(COUNTY, date(2028, 9, 1))) == 1
    assert cohort_rows(COUNTY, date(2029, 9, 1)) == []


def test_the_export_says_both_what_it_is_and_what_it_was(leaving, tmp_path):
    path = tmp_path / "cohorts.json"
    call_command("export", "cohort_retention", "-o", str(path), "--as-of", "2026-09-07")
    [record] = json.loads(path.read_text())
    assert record["rate"] == {"numerator": 2, "denominator": 4, "text": "50.00%"}
    assert (record["stage"], record["cohort"], record["entrants"]) == ("junior", 2023, 5)


@given(SMALL, SMALL, SMALL, SMALL)
def test_a_rate_is_never_more_than_everybody_and_the_raw_one_is_kept(entrants, came, went, graduates):
    row = CohortRow(None, "junior", 2023, entrants, came, went, graduates, 0, is_over=True)
    assert row.rate.percent is None or 0 <= row.rate.percent <= 100
    assert row.raw_rate.numerator == graduates
    assert (row.rate.percent is None) == (entrants + came <= went)


def test_several_schools_are_one_by_their_sums():
    rows = [CohortRow(None, "junior", 2023, 10, 1, 2, number, 0, is_over=True) for number in (9, 10)]
    assert (together(rows).expected, together(rows).raw_rate.text) == (18, "105.56%")
    assert together([]) is None


def test_together_they_have_no_rate_until_every_one_has_graduated():
    rows = [CohortRow(None, "junior", 2023, 10, 0, 0, 10, 0, is_over=over) for over in (True, False)]
    assert together(rows).rate is None


class TestThePage:
    @pytest.fixture
    def bureau(self, leaving):
        return cast.person("苏远", role=Role.BUREAU_OFFICER)

    def page(self, who, **query) -> str:
        return client_of(who).get(reverse("reports:cohorts"), query).content.decode()

    def test_shows_the_cohort_that_has_left_with_its_definition(self, bureau):
        page = self.page(bureau)
        assert "初中2023级" in page
        assert "50.00%" in page
        assert "三年巩固率＝初中一届毕业的学生÷这一届入学人数加转入减转出" in page

    def test_that_is_asked_for_nonsense_shows_the_usual(self, bureau):
        assert "50.00%" in self.page(bureau, cohort="junior-1999")

    def test_is_a_school_s_own_for_its_heads(self, bureau, leaving):
        elsewhere = cast.person("李青", role=Role.PRINCIPAL, school=cast.school("西岭中学"))
        assert "青禾中学" not in self.page(elsewhere)
        assert "还没有班级" in self.page(elsewhere)

    def test_leaves_as_a_file(self, bureau):
        answer = client_of(bureau).post(reverse("reports:cohorts_file"), {"format": ".xlsx"})
        [sheet] = load_workbook(BytesIO(answer.getvalue())).worksheets
        rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=6, values_only=True)}
        assert rows["青禾中学"] == rows["合计"] == ("初中", "2023级", 5, 0, 1, 4, 2, 0, 0.5, 0.5)

    def test_costs_the_same_however_many_schools(self, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("reports:cohorts"))
        with django_assert_num_queries(9):
            client.get(reverse("reports:cohorts"))


class TestTheChildrenBehindANumber:
    @pytest.fixture
    def bureau(self, leaving):
        return client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))

    def test_are_as_many_as_it_says(self, bureau):
        page = bureau.get(reverse("reports:cohorts"))
        [row] = page.context["shown"].rows
        found = [cell for cell in (*row, *page.context["shown"].total) if cell.url]
        assert [cell.text for cell in found] == ["5", "1", "2"] * 2
        for cell in found:
            assert bureau.get(cell.url).context["page"].paginator.count == int(cell.text)

    @pytest.mark.parametrize(
        ("what", "names"),
        [
            ("entrants", ["甲一", "乙二", "丙三", "丁四", "戊五"]),
            ("transfer_in", []),
            ("transfer_out", ["甲一"]),
            ("graduates", ["丁四", "戊五"]),
            ("attending", []),
        ],
    )
    def test_are_listed_by_name(self, bureau, what, names):
        page = bureau.get(reverse("reports:cohort_children", args=[what]))
        assert [line.student.name for line in page.context["lines"]] == names

    def test_who_went_to_another_school_is_listed_by_that_transfer_whatever_came_since(self, bureau, leaving):
        gone = Student.objects.get(name="甲一")
        back = {"kind": EventKind.TRANSFER_IN, "happened_on": date(2025, 2, 20), "school_class": leaving}
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=leaving.school)
        enrolment.record_event(by=clerk, student=gone, today=TODAY, note="由外县青山中学转入", **back)
        out, came = (self.words(bureau, what) for what in ("transfer_out", "transfer_in"))
        assert out == ["2024年3月1日转出，2024年3月9日确认接收"]
        assert came == ["2025年2月20日转入，由外县青山中学转入"]
        assert self.words(bureau, "graduates") == ["2026年7月5日毕业"] * 2
        assert self.words(bureau, "entrants")[1:3] == ["2024年3月1日转出", "2025年5月6日辍学"]  # what became of them

    def test_a_transfer_inside_the_county_names_both_schools(self, bureau, leaving):
        far = cast.school_class(cast.school("西岭中学"), "202301", stage="junior")
        child = cast.student(leaving, "己六")
        here, there = (cast.person(role=Role.REGISTRY_CLERK, school=room.school) for room in (leaving, far))
        day = {"happened_on": date(2025, 9, 1), "today": TODAY}
        sent = transfers.send_out(by=here, student=child, to_school=far.school, **day)
        transfers.accept(by=there, transfer=sent, school_class=far, **day)
        assert self.words(bureau, "transfer_out")[-1] == "2025年9月1日转出，转往西岭中学，2026年9月7日确认接收"
        assert self.words(bureau, "transfer_in") == ["2025年9月1日转入，由青禾中学转来"]

    def words(self, reader, what: str) -> list[str]:
        page = reader.get(reverse("reports:cohort_children", args=[what], query={"cohort": "junior-2023"}))
        return [line.words for line in page.context["lines"]]

    def test_leave_as_a_file_with_masked_numbers(self, bureau):
        answer = bureau.post(reverse("reports:cohort_children_file", args=["graduates"]), {"format": ".xlsx"})
        sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        assert sheet["A1"].value == "毕业名单"
        assert [sheet.cell(row, 2).value for row in (7, 8)] == ["丁四", "戊五"]
        assert "*" in sheet.cell(7, 5).value

    def test_of_another_school_are_nobody_s(self, leaving):
        far = cast.person("李青", role=Role.PRINCIPAL, school=cast.school("西岭中学"))
        address = reverse("reports:cohort_children", args=["entrants"], query={"school": leaving.school_id})
        assert client_of(far).get(address).context["lines"] == []

    @pytest.mark.parametrize("query", ["cohort=x", "cohort=junior-1900", "school=x", "school=99999999999999999999999"])
    def test_of_an_odd_address_are_some_or_none(self, bureau, query):
        assert bureau.get(f"{reverse('reports:cohort_children', args=['entrants'])}?{query}").status_code == 200

    @pytest.mark.parametrize("what", ["expected", "rate", "nothing"])
    def test_of_what_is_no_count_are_not_there(self, bureau, what):
        assert bureau.get(reverse("reports:cohort_children", args=[what])).status_code == 404

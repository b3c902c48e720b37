"""月报数字: who sees whose figures, and that every number opens the children whom it counts."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.actions.figures import keep_figures
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import Role, SpecialGroup
from tests import cast
from tests.scene import MONDAY, at, client_of, clock, scene

__all__ = ["clock", "scene"]

PAGE, FILE = reverse("reports:figures"), reverse("reports:figures_file")
DAY = date(2026, 9, 4)


def children_of(code):
    return reverse("reports:figure_children", args=[code])


@pytest.fixture
def september(scene):
    """One child has dropped out; another school has a class of another grade with a girl."""
    record_event(by=scene.clerk, student=scene.children[0], kind=EventKind.DROP_OUT, happened_on=DAY, today=DAY)
    far = cast.school_class(cast.school("西岭小学"), "202401")
    cast.student(far, "任雪", sex="女")
    scene.far = far.school
    return scene


@pytest.fixture
def bureau(september):
    return client_of(cast.person(role=Role.BUREAU_OFFICER))


def rows_of(page):
    return [[cell.text for cell in row] for row in page.context["shown"].rows]


def closing(page):
    return page.context["stats"][0].value


class TestThePage:
    def test_has_a_row_a_school_and_their_sum(self, bureau):
        page = bureau.get(PAGE)
        assert [(row[0], row[1], row[-4:]) for row in rows_of(page)] == [
            ("东坪小学", "3", ["66.67%", "2/3", "33.33%", "66.67%"]),
            ("西岭小学", "1", ["100.00%", "1/1", "0.00%", "100.00%"]),
        ]
        assert [cell.text for cell in page.context["shown"].total][:2] == ["合计", "4"]

    def test_has_a_row_a_grade(self, bureau):
        assert [row[:2] for row in rows_of(bureau.get(PAGE, {"part": "grade"}))] == [["三年级", "1"], ["四年级", "3"]]

    def test_has_a_row_a_school_and_grade(self, bureau):
        found = rows_of(bureau.get(PAGE, {"part": "row"}))
        assert [row[:3] for row in found] == [["东坪小学", "四年级", "3"], ["西岭小学", "三年级", "1"]]

    def test_says_first_what_is_read_first(self, bureau):
        stats = {each.label: (each.value, each.note) for each in bureau.get(PAGE).context["stats"]}
        assert stats == {
            "期末在校": ("3", "期初4＋增加0－减少1"),
            "学年巩固率": ("75.00%", "3/4人"),
            "辍学率": ("25.00%", "1/4人"),
            "疑似辍学": ("0", "在校而连续缺课"),
        }

    def test_of_a_school_has_its_grades_and_nothing_of_others(self, september):
        html = client_of(september.clerk).get(PAGE)
        assert [row[:3] for row in rows_of(html)] == [["东坪小学", "四年级", "3"]]
        assert "西岭小学" not in html.content.decode()

    @pytest.mark.parametrize(
        ("asked", "closing"),
        [({"sex": "女"}, "1"), ({"group": "orphan"}, "1"), ({"group": "orphan", "sex": "女"}, "0"), ({}, "3")],
    )
    def test_can_be_narrowed_down(self, bureau, september, asked, closing):
        SpecialGroup.objects.create(student=september.children[1], kind="orphan", since=date(2026, 9, 1))
        assert bureau.get(PAGE, asked).context["stats"][0].value == closing

    @pytest.mark.parametrize("month", ["2026-10", "2026-13", "1900-01", "九月"])
    def test_of_a_month_that_is_none_shows_this_one_and_says_so(self, bureau, month):
        page = bureau.get(PAGE, {"month": month})
        assert page.context["month"].month.code == "2026-09"
        assert "没有这个月的数字" in page.content.decode()

    @pytest.mark.parametrize(("day", "code"), [(date(2026, 9, 30), "2026-09"), (date(2026, 10, 1), "2026-10")])
    def test_opens_on_the_month_that_is_to_be_filed(self, september, clock, day, code):
        """The 25th is a Friday: September is in time through Wednesday."""
        clock.move_to(at(day))
        page = client_of(september.clerk).get(PAGE)
        assert page.context["month"].month.code == code
        assert [each["label"] for each in page.context["months"]] == ["10月", "9月"]
        assert f"month={code}" in page.content.decode()

    def test_of_another_school_year_is_a_tab_beside_the_months(self, september, clock):
        clock.move_to(at(date(2027, 9, 7)))
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        page = bureau.get(PAGE)
        assert [each["label"] for each in page.context["months"]] == ["9月", "2026-2027学年"]
        earlier = bureau.get(PAGE + page.context["months"][-1]["url"]).context["months"]
        assert [each["label"] for each in earlier][:3] == ["2027-2028学年", "8月", "7月"]

    def test_says_in_words_which_school_there_is_none_of(self, bureau):
        page = bureau.get(PAGE, {"school": "99999"}).content.decode()
        assert "学校：没有这一项。" in page
        assert "99999" not in page.split("filter-fault")[1].split("</p>")[0]

    def test_of_a_county_without_a_class_is_empty(self, clock, db):
        assert "没有班级" in client_of(cast.person(role=Role.BUREAU_OFFICER)).get(PAGE).content.decode()

    def test_asks_as_much_for_many_schools_as_for_few(self, bureau):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                bureau.get(PAGE)
            return len(captured)

        queries()
        few = queries()
        for number in range(3):
            cast.student(cast.school_class(cast.school(f"第{number}小学")), "马天")
        queries()  # the calendar is read again after a change
        assert queries() == few == 21


class TestWhatWasCountedLastNight:
    @pytest.fixture
    def night(self, september):
        """It is Monday; the figures are kept through Sunday."""
        keep_figures(today=MONDAY)
        return september

    def test_is_shown_of_many_schools(self, night, bureau):
        page = bureau.get(PAGE)
        assert page.context["month"].day == MONDAY - timedelta(days=1)
        assert [row[:2] for row in rows_of(page)] == [["东坪小学", "3"], ["西岭小学", "1"]]
        assert "昨晚算好的" in page.content.decode()

    def test_says_what_the_children_say(self, night, bureau):
        """Line by line, in each of the three ways to cut them, also where they are narrowed down."""
        for asked in ({"part": "row"}, {"part": "school"}, {"part": "grade"}, {"sex": "女"}, {"group": "orphan"}):
            kept = bureau.get(PAGE, asked).context["asked"]
            assert kept.kept
            assert list(kept.table().rows()) == list(replace(kept, kept=None).table().rows())

    def test_says_so_on_paper_too(self, night, bureau):
        assert "夜间算好" in bureau.get(PAGE).context["asked"].table().scope
        assert "夜间算好" not in bureau.get(PAGE, {"now": "1"}).context["asked"].table().scope

    def test_gives_way_to_this_moment_where_that_is_asked_for(self, night, bureau):
        went = {"kind": EventKind.DROP_OUT, "happened_on": MONDAY, "today": MONDAY}
        record_event(by=night.clerk, student=night.children[1], **went)
        assert closing(bureau.get(PAGE)) == "3"
        page = bureau.get(bureau.get(PAGE).context["now_url"])
        assert page.context["month"].day == MONDAY
        assert closing(page) == "2"
        assert "昨晚算好的" not in page.content.decode()

    def test_is_not_shown_of_one_school_nor_of_two_filters_at_once(self, night, bureau):
        for asked in ({"school": night.far.pk}, {"sex": "女", "group": "orphan"}):
            assert bureau.get(PAGE, asked).context["asked"].kept is None

    def test_is_not_shown_once_a_night_was_left_out(self, night, clock):
        clock.move_to(at(MONDAY + timedelta(days=1)))
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        assert bureau.get(PAGE).context["asked"].kept is None

    def test_is_read_with_few_queries(self, night, bureau):
        bureau.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            bureau.get(PAGE)
        assert len(captured) == 9

    def test_stands_beside_a_list_that_has_changed_since(self, night, bureau):
        address = children_of("closing")
        assert bureau.get(address).context["changed"] == ""
        went = {"kind": EventKind.DROP_OUT, "happened_on": DAY, "today": MONDAY}
        record_event(by=night.clerk, student=night.children[1], **went)
        page = bureau.get(address)
        assert len(page.context["lines"]) == 2
        assert page.context["changed"].startswith("昨晚算的是3人。")


class TestTheChildrenBehindANumber:
    @pytest.mark.parametrize(
        ("code", "names"),
        [
            ("opening", ["高东", "袁然远", "胡涛", "任雪"]),
            ("closing", ["袁然远", "胡涛", "任雪"]),
            ("drop_out", ["高东"]),
            ("lost", ["高东"]),
            ("lost_of_baseline", ["高东"]),
            ("dropped_total", ["高东"]),
            ("transfer_out", []),
            ("suspected", []),
        ],
    )
    def test_are_listed_by_name(self, bureau, code, names):
        assert [line.student.name for line in bureau.get(children_of(code)).context["lines"]] == names

    def test_say_what_happened_to_them(self, bureau):
        [line] = bureau.get(children_of("drop_out")).context["lines"]
        assert (line.place, line.words) == ("东坪小学2023级1班", "2026年9月4日辍学")

    def test_are_those_that_the_number_counts(self, bureau):
        """Every number that is a link leads to as many children."""
        page = bureau.get(PAGE, {"part": "row"})
        cells = [cell for row in page.context["shown"].rows for cell in row if cell.url and cell.text.isdecimal()]
        assert len(cells) == 10
        for cell in cells:
            assert len(bureau.get(cell.url).context["lines"]) == int(cell.text)

    def test_of_another_school_are_nobody_s(self, september):
        clerk = client_of(september.clerk)
        found = clerk.get(children_of("opening"), {"school": september.far.pk}).context["lines"]
        assert "任雪" not in [line.student.name for line in found]

    @pytest.mark.parametrize("grade", ["9", "x", "99999999999999999999"])
    def test_of_a_grade_that_is_none_are_nobody_or_all(self, bureau, grade):
        assert bureau.get(children_of("opening"), {"grade": grade}).status_code == 200

    def test_of_a_figure_that_is_none_are_not_there(self, bureau):
        assert bureau.get(children_of("nothing")).status_code == 404


def test_the_file_shows_what_the_page_shows(bureau):
    page = bureau.get(PAGE, {"part": "grade"})
    answer = bureau.post(f"{FILE}?part=grade", {"format": ".xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    for row, cells in enumerate(rows_of(page), start=7):
        shown = [sheet.cell(row, column).value for column in range(1, len(cells) + 1)]
        pairs = zip(shown, cells, strict=True)
        assert [f"{value:.2%}" if cell.endswith("%") else str(value) for value, cell in pairs] == cells


@pytest.mark.parametrize(
    ("query", "said"),
    [({}, "东坪镇"), ({"sex": "女"}, "东坪镇　女"), ({"school": "far"}, "西岭小学")],
)
def test_a_file_of_a_township_says_which(september, query, said):
    officer = client_of(cast.person(role=Role.TOWNSHIP_OFFICER, township=september.school.township))
    query = {name: september.far.pk if value == "far" else value for name, value in query.items()}
    answer = officer.post(f"{FILE}?{urlencode(query)}", {"format": ".xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(answer.getvalue())).active
    assert f"2026年9月　{said}　" in sheet["A2"].value
    assert "全部学校" not in sheet["A2"].value


def test_a_file_of_the_county_says_all_schools(bureau):
    answer = bureau.post(f"{FILE}?sex=女", {"format": ".xlsx"})
    assert "2026年9月　全部学校　女　" in openpyxl.load_workbook(BytesIO(answer.getvalue())).active["A2"].value

"""The children behind a number: searched, paged, taken away; and that the numbers of the boards open them."""

import re
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from reports.actions.figures import keep_figures
from reports.views import figure_children as views
from students.actions import transfers
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Role, Student
from tests import cast
from tests.scene import at, client_of, clock, scene

__all__ = ["clock", "scene"]

NOVEMBER = date(2026, 11, 3)
LINK = re.compile(
    r'href="([^"]*/figures/children/[^"]*)"[^>]*>(?:\s*<span[^>]*>[^<]*</span>\s*<span[^>]*>)?([0-9]+)(?=<)'
)


def address(code, name="figure_children", **query):
    return reverse(f"reports:{name}", args=[code], query=query)


@pytest.fixture
def autumn(scene, clock):
    """A child drops out in October, another school of two stages is far away; the figures are kept through Monday."""
    clock.move_to(at(NOVEMBER))
    far = cast.school("西岭学校", township=cast.township("西岭镇"))
    cast.students(cast.school_class(far, "202301"), "方远", "石磊")
    cast.student(cast.school_class(far, "202501", stage="junior"), "任雪", sex="女")
    gone = {"kind": EventKind.DROP_OUT, "happened_on": date(2026, 10, 9), "today": NOVEMBER}
    record_event(by=scene.clerk, student=scene.children[0], **gone)
    keep_figures(today=NOVEMBER)
    scene.far = far
    return scene


@pytest.fixture
def bureau(autumn):
    return client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))


def names(page):
    return [line.student.name for line in page.context["lines"]]


def opened(html: str) -> list[tuple[str, int]]:
    """The numbers of a page that lead to children, with their addresses."""
    return [(url.replace("&amp;", "&"), int(number)) for url, number in LINK.findall(html)]


def sheet_of(answer):
    return openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active


class TestTheNumbersOfABoard:
    @pytest.mark.parametrize("name", ["county", "figure_parts"])
    @pytest.mark.parametrize("month", ["2026-09", "2026-10", "2026-11"])
    def test_open_as_many_children(self, bureau, name, month):
        for query in ({}, {"by": "township"}, {"stage": "junior"}):
            html = bureau.get(reverse(f"reports:{name}"), {"month": month} | query).content.decode()
            found = opened(html)
            assert found
            for url, number in found:
                page = bureau.get(url)
                assert (url, page.context["page"].paginator.count) == (url, number)
                assert page.context["changed"] == ""

    def test_are_those_of_last_night_also_of_one_school(self, bureau, autumn):
        gone = {"kind": EventKind.DROP_OUT, "happened_on": NOVEMBER, "today": NOVEMBER}
        record_event(by=autumn.clerk, student=autumn.children[1], **gone)
        now = address("closing", month="2026-11", school=autumn.school.pk)
        assert len(names(bureau.get(now))) == 1
        assert len(names(bureau.get(f"{now}&night=1"))) == 2

    def test_say_what_has_changed_since_the_night(self, bureau, autumn):
        gone = {"kind": EventKind.DROP_OUT, "happened_on": date(2026, 10, 30), "today": NOVEMBER}
        record_event(by=autumn.clerk, student=autumn.children[1], **gone)
        page = bureau.get(address("closing", month="2026-11", school=autumn.school.pk, stage="primary", night=1))
        assert page.context["changed"].startswith("昨晚算的是2人。")

    def test_of_a_stage_are_of_its_classes_alone(self, bureau):
        page = bureau.get(address("closing", month="2026-11", night=1, stage="junior"))
        assert names(page) == ["任雪"]
        assert "初中" in page.content.decode()

    @pytest.mark.parametrize("stage", ["senior", "", "x" * 300])
    def test_of_a_stage_that_is_none_are_of_all(self, bureau, stage):
        assert len(names(bureau.get(address("closing", month="2026-11", stage=stage)))) == 5

    def test_of_a_school_open_nothing_of_another(self, autumn):
        page = client_of(autumn.clerk).get(address("closing", school=autumn.far.pk, night=1))
        assert set(names(page)).isdisjoint({"方远", "石磊", "任雪"})


class TestTheList:
    def test_is_paged_and_counted(self, bureau, monkeypatch):
        monkeypatch.setattr(views, "PAGE_SIZE", 2)
        first, last = bureau.get(address("closing")), bureau.get(address("closing", page=3))
        assert (len(names(first)), len(names(last))) == (2, 1)
        assert "5" in first.content.decode()
        assert "查找" in first.content.decode()

    @pytest.mark.parametrize("q", ["石磊", "sl", "shilei"])
    @pytest.mark.parametrize("code", ["closing", "opening"])
    def test_finds_a_child_by_name_and_pinyin(self, bureau, q, code):
        assert names(bureau.get(address(code, q=q))) == ["石磊"]

    def test_finds_a_child_among_few(self, bureau):
        assert names(bureau.get(address("lost", q="石磊"))) == []
        assert "没有找到" in bureau.get(address("lost", q="石磊")).content.decode()
        assert names(bureau.get(address("lost", q="高"))) == ["高东"]

    @pytest.mark.parametrize("q", ["=1+1", "%", "x" * 500, "\x00"])
    def test_bears_any_search(self, bureau, q):
        assert bureau.get(address("closing", q=q)).status_code == 200


class TestTheFile:
    def test_has_the_children_of_the_page_masked(self, bureau):
        sheet = sheet_of(bureau.post(address("closing", "figure_children_file", month="2026-11"), {"format": ".xlsx"}))
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7, max_row=11)]
        assert [row[1] for row in rows] == names(bureau.get(address("closing", month="2026-11")))
        assert all("*" in row[4] for row in rows)
        assert [sheet.cell(5, column).value for column in (3, 6)] == ["学生", "学校"]

    def test_shows_full_numbers_for_a_reason_and_says_so_in_the_log(self, bureau):
        asked = {"format": ".xlsx", "reveal": "on", "reason": "报县资助中心核对"}
        sheet = sheet_of(bureau.post(address("lost", "figure_children_file"), asked))
        gone = Student.objects.get(name="高东")
        assert sheet.cell(7, 5).value == gone.number
        row = AuditRow.objects.filter(action="table.export").latest("pk")
        assert row.details["reveal"] == "报县资助中心核对"
        assert row.details["figure"] == "lost"

    @pytest.mark.parametrize("reason", ["", "核对"])
    def test_shows_none_without_one(self, bureau, reason):
        asked = {"format": ".xlsx", "reveal": "on", "reason": reason}
        answer = bureau.post(address("lost", "figure_children_file"), asked)
        assert answer.status_code == 422
        assert "用途" in answer.content.decode()

    def test_is_narrowed_down_as_the_page_and_logs_no_name(self, bureau):
        where = address("closing", "figure_children_file", q="石磊", stage="primary")
        sheet = sheet_of(bureau.post(where, {"format": ".xlsx"}))
        assert sheet.cell(7, 2).value == "石磊"
        assert "小学" in sheet["A2"].value
        row = AuditRow.objects.filter(action="table.export").latest("pk")
        assert "石磊" not in str(row.details)
        assert row.details["q"] == "有"

    def test_of_a_figure_that_is_none_is_not_there(self, bureau):
        assert bureau.get(address("nothing", "figure_children_file")).status_code == 404


OUT = "2026年9月28日转出，2026年9月30日确认接收"


class TestWhatIsSaidOfAChild:
    """A child of 东坪 is accepted by 西岭 in September and drops out there in October."""

    @pytest.fixture
    def moved(self, autumn):
        child = autumn.children[1]
        to = autumn.far.classes.get(number="202301")
        clerk = cast.person("任静", role=Role.REGISTRY_CLERK, school=autumn.far)
        out = {"kind": EventKind.TRANSFER_OUT, "happened_on": date(2026, 9, 28), "today": NOVEMBER}
        record_event(by=autumn.clerk, student=child, confirmed_on=date(2026, 9, 30), **out)
        taken = {"kind": EventKind.TRANSFER_IN, "happened_on": date(2026, 9, 30), "today": NOVEMBER}
        record_event(by=clerk, student=child, school_class=to, **taken)
        gone = {"kind": EventKind.DROP_OUT, "happened_on": date(2026, 10, 20), "today": NOVEMBER}
        record_event(by=clerk, student=child, **gone)
        return child

    def said(self, page, child):
        return [line.words for line in page.context["lines"] if line.student == child]

    @pytest.mark.parametrize("code", ["baseline", "lost_of_baseline", "transfer_out"])
    def test_is_what_its_reader_may_know(self, autumn, moved, code):
        client = client_of(autumn.clerk)
        page = client.get(address(code, month="2026-10"))
        assert self.said(page, moved) == [OUT if code == "transfer_out" else "2026年9月28日转出"]
        assert "10月20日" not in page.content.decode()
        file = sheet_of(client.post(address(code, "figure_children_file", month="2026-10"), {"format": ".xlsx"}))
        assert "2026年10月20日辍学" not in [cell.value for row in file.iter_rows() for cell in row]

    @pytest.mark.parametrize("what", ["entrants", "transfer_out"])
    def test_of_a_cohort_is_what_its_reader_may_know_too(self, autumn, moved, what):
        page = client_of(autumn.clerk).get(
            reverse("reports:cohort_children", args=[what], query={"cohort": "primary-2023"})
        )
        assert self.said(page, moved) == [OUT if what == "transfer_out" else "2026年9月28日转出"]

    def test_is_the_movement_that_was_counted_whoever_reads(self, bureau, autumn, moved):
        for code, words in (
            ("transfer_out", OUT),
            ("transfer_in", "2026年9月30日转入"),
            ("drop_out", "2026年10月20日辍学"),
        ):
            assert self.said(bureau.get(address(code, month="2026-10")), moved) == [words]
        assert self.said(bureau.get(address("baseline", month="2026-10")), moved) == ["2026年10月20日辍学"]

    def test_who_went_and_came_twice_is_told_each_time(self, bureau, autumn):
        child = autumn.children[2]
        days = [(EventKind.SUSPEND, 1), (EventKind.RESUME, 8), (EventKind.DROP_OUT, 12), (EventKind.RETURN, 14),
                (EventKind.DROP_OUT, 19)]  # fmt: skip
        for kind, day in days:
            record_event(by=autumn.clerk, student=child, kind=kind, happened_on=date(2026, 10, day), today=NOVEMBER)
        page = bureau.get(address("drop_out", month="2026-10", q="胡涛"))
        assert self.said(page, child) == ["2026年10月12日辍学", "2026年10月19日辍学"]

    @pytest.mark.parametrize(
        ("answer", "words"), [("refuse", "2026年11月3日答复未接收"), ("withdraw", "2026年11月3日撤回")]
    )
    def test_of_an_offer_in_vain_is_said_so(self, bureau, autumn, answer, words):
        told = {"happened_on": date(2026, 10, 12), "to_school": autumn.far, "today": NOVEMBER}
        offer = transfers.send_out(by=autumn.clerk, student=autumn.children[1], **told)
        more = {"reason": "没有来报到"} if answer == "refuse" else {}
        getattr(transfers, answer)(by=autumn.clerk, transfer=offer, today=NOVEMBER, **more)
        page = bureau.get(address("transfer_out", month="2026-10"))
        assert self.said(page, autumn.children[1]) == [f"2026年10月12日转出，转往西岭学校，{words}"]

    def test_of_a_search_is_the_same(self, autumn, moved):
        page = client_of(autumn.clerk).get(address("transfer_out", month="2026-10", q="袁然远"))
        assert self.said(page, moved) == [OUT]

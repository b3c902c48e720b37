"""A draft of a work report begun again: its figures taken anew, or the whole thrown away."""

from datetime import date, timedelta

import pytest

from reports.actions import work_reports as actions
from reports.models import WorkReport
from students.models import AuditRow
from tests import cast
from tests.reports.work_report_pages import address, begin, contact, drafted, the_report
from tests.scene import MONDAY, at, client_of, clock, scene

__all__ = ["clock", "scene"]


@pytest.fixture
def clerk(scene):
    return client_of(scene.clerk)


def refill_page(client):
    return client.get(address("refill_work_report"))


def refilled(client, **fields):
    form = refill_page(client).context["form"]
    return client.post(address("refill_work_report"), {**form.initial, **fields}, follow=True)


def test_a_draft_of_a_running_period_is_filled_with_the_figures_of_today(clerk, scene, clock):
    drafted(scene)
    contact(scene.children[0], MONDAY + timedelta(3))
    clock.move_to(at(MONDAY + timedelta(8)))
    clerk = client_of(scene.clerk)
    said = begin(clerk, f"school-{scene.school.pk}").content.decode()
    assert "没有重复起草" in said
    assert "数字算到2026年9月7日，要算到2026年9月15日请按“重新填数字”" in said
    assert "现在可以重新填到2026年9月15日" in said
    page = refill_page(clerk).content.decode()
    assert "至2026年9月15日" in page  # the new text, and
    assert "至2026年9月7日" in page  # below it the one that it replaces
    assert the_report().last == MONDAY
    refilled(clerk)
    report = the_report()
    assert (report.last, report.version) == (MONDAY + timedelta(8), 2)
    assert "电话和微信联系1次" in report.text
    assert AuditRow.objects.filter(action="work_report.refill").count() == 1
    refilled(clerk)  # a second press changes nothing
    assert the_report().version == 2


def test_what_was_written_is_replaced_by_what_the_writer_saw(clerk, scene):
    drafted(scene)
    clerk.post(address("edit_work_report"), {"text": "一、概况\n自己写的一句。", "version": 1})
    assert "自己写的一句。" in refill_page(clerk).content.decode()
    assert the_report().text == "一、概况\n自己写的一句。"
    refilled(clerk, text="一、概况\n新的数字。自己写的一句。")
    assert the_report().text == "一、概况\n新的数字。自己写的一句。"


def test_nobody_replaces_what_another_has_written_meanwhile(clerk, scene):
    drafted(scene)
    given = refill_page(clerk).context["form"].initial
    clerk.post(address("edit_work_report"), {"text": "别人刚写的", "version": 1})
    response = clerk.post(address("refill_work_report"), given)
    assert response.status_code == 422
    assert "别人改过这份报告" in response.content.decode()
    page = clerk.post(address("discard_work_report"), {"version": 1}, follow=True).content.decode()
    assert "没有删除" in page
    assert the_report().text == "别人刚写的"


@pytest.mark.parametrize("last", ["", "x", "2026-08-31", "2026-09-08", "9999-12-31"])
def test_figures_go_from_the_first_day_of_the_period_to_today(clerk, scene, last):
    drafted(scene)
    response = clerk.post(address("refill_work_report"), {"text": "改过", "version": 1, "last": last})
    assert response.status_code == 422
    assert "不知道数字算到哪一天" in response.content.decode()
    assert (the_report().version, the_report().last) == (1, MONDAY)


@pytest.mark.parametrize(("day", "goes_on"), [(date(2026, 9, 24), True), (date(2026, 9, 25), False)])
def test_who_finishes_a_period_that_goes_on_is_told(scene, clock, day, goes_on):
    drafted(scene)
    clock.move_to(at(day))
    page = client_of(scene.clerk).get(address("work_report")).content.decode()
    assert ("报告期到2026年9月25日才结束" in page) == goes_on


def test_a_draft_of_a_period_that_is_over_is_filled_through_its_last_day(scene, clock):
    drafted(scene)
    clock.move_to(at(date(2026, 10, 12)))
    refilled(client_of(scene.clerk))
    assert the_report().last == date(2026, 9, 25)


def test_a_draft_is_thrown_away_and_the_period_drafted_anew(clerk, scene):
    drafted(scene)
    page = clerk.get(address("discard_work_report")).content.decode()
    assert "期初在校学生3人" in page
    page = clerk.post(address("discard_work_report"), {"version": 1}, follow=True).content.decode()
    assert "草稿已经删除" in page
    assert not WorkReport.objects.exists()
    assert AuditRow.objects.get(action="work_report.discard").details["version"] == 1
    begin(clerk, f"school-{scene.school.pk}")
    assert WorkReport.objects.count() == 1


def test_what_is_finished_is_neither_filled_anew_nor_thrown_away(clerk, scene):
    drafted(scene)
    clerk.post(address("finish_work_report"), {"version": 1})
    given = {"text": "改过", "version": 1, "last": "2026-09-07"}
    for name in ("refill_work_report", "discard_work_report"):
        for verb in (clerk.get, clerk.post):
            assert "已经定稿，不能再修改" in verb(address(name), given, follow=True).content.decode()
    assert the_report().version == 1
    page = clerk.get(address("work_report")).content.decode()
    assert "重新填数字" not in page
    assert "删除草稿" not in page


def test_a_draft_that_another_throws_away_meanwhile_is_not_kept(scene):
    report, scope = drafted(scene), cast.scope(scene.clerk)
    actions.discard(by=scene.clerk, scope=scope, report=report, version=1)
    for again in (
        lambda: actions.discard(by=scene.clerk, scope=scope, report=report, version=1),
        lambda: actions.edit(by=scene.clerk, scope=scope, report=report, text="改过", version=1),
        lambda: actions.finish(by=scene.clerk, scope=scope, report=report, version=1),
    ):
        with pytest.raises(actions.ReportRefused, match="已经被删除"):
            again()

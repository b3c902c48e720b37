"""Long exports: drawn by the worker, watched, taken by whoever asked, given up, expired."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from casework.actions import progress
from casework.clock import EVERY_TIME
from reports import exports, jobs, pdf
from reports.actions import export_orders as actions
from reports.models import ExportOrder
from reports.queries.export_orders import QUEUE_SECONDS, covers, recorded
from reports.tables import CannotDraw
from reports.views import downloads
from students.access import Scope
from students.models import AuditRow, Posting, Role
from tests import cast
from tests.reports.test_downloads import FILE, body, column, sheet_of
from tests.scene import MONDAY, PHONE, at, client_of, clock, scene

__all__ = ["clock", "scene"]
State = ExportOrder.State
NOON = at(MONDAY, 12)
DATABASE_TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture(autouse=True)
def everything_is_long(monkeypatch):
    monkeypatch.setattr(exports, "MOST_CELLS_AT_ONCE", {".xlsx": 0, ".pdf": 0, ".json": 0})


@pytest.fixture
def clerk(scene):
    return client_of(scene.clerk)


def ask(client, *, form=".xlsx", query="", **fields):
    return client.post(f"{FILE}{query}", {"format": form} | fields, follow=True)


def the_order() -> ExportOrder:
    return ExportOrder.objects.latest("pk")


def page_of(client, order=None) -> str:
    response = client.get(reverse("reports:export_order", args=[(order or the_order()).pk]))
    assert response.status_code == 200
    return response.content.decode()


def press(client, what: str, order=None):
    return client.post(reverse(f"reports:{what}_export", args=[(order or the_order()).pk]), follow=True)


def asked(person, query="", form=".xlsx", then=lambda pk: None) -> ExportOrder:
    """An export that no worker has begun."""
    told = {"title": "学生名单", "said": {"scope": "在校学生"}, "address": FILE, "reason": ""}
    return actions.ask(by=person, query=query, form=form, then=then, **told)[0]


def actions_logged() -> list[str]:
    return [row.action for row in AuditRow.objects.order_by("pk")]


# -- from asking to taking --


def test_a_long_table_is_drawn_by_the_worker_and_taken_from_its_page(clerk, scene):
    response = ask(clerk, query="?q=yry")
    assert response.redirect_chain == [(reverse("reports:export_order", args=[the_order().pk]), 302)]
    assert "文件做好了，保留到2026年9月8日" in response.content.decode()
    assert actions_logged() == ["export.ask"]
    taken = press(clerk, "take")
    assert column(sheet_of(taken), "姓名") == ["袁然远"]
    assert "attachment" in taken["Content-Disposition"]
    assert actions_logged() == ["export.ask", "table.export"]
    row = AuditRow.objects.get(action="table.export")
    assert (row.done_by, row.subject) == (scene.clerk, "reports.students")
    assert row.details == {
        "form": ".xlsx", "rows": 1, "as_of": "2026-09-07", "q": "有", "order": the_order().pk,
        "scope": "有查找（内容不保存）　截至2026年9月7日", "posts": "东坪小学学籍管理员",
    }  # fmt: skip


def test_the_file_is_the_one_that_a_short_table_gives_at_once(clerk, monkeypatch):
    ask(clerk)
    later = sheet_of(press(clerk, "take"))
    monkeypatch.setattr(exports, "MOST_CELLS_AT_ONCE", dict.fromkeys(exports.FORMS, 10**6))
    at_once = sheet_of(clerk.post(FILE, {"format": ".xlsx"}))
    assert list(later.values) == list(at_once.values)


def test_a_table_is_long_from_one_cell_more_on(clerk, monkeypatch):
    cells = 3 * len(cast_columns(clerk))
    monkeypatch.setattr(exports, "MOST_CELLS_AT_ONCE", {".xlsx": cells, ".pdf": cells - 1})
    assert column(sheet_of(clerk.post(FILE, {"format": ".xlsx"})), "姓名") == ["高东", "袁然远", "胡涛"]
    assert clerk.post(FILE, {"format": ".pdf"}).status_code == 302
    html = clerk.get(FILE).content.decode()
    assert "这份表较大，PDF在后台生成" in html


def cast_columns(client) -> list:
    """The columns of the students' table."""
    sheet = sheet_of(press(client, "take") if ask(client) else None)
    return [heads for heads in sheet.iter_cols(min_row=5, max_row=6, values_only=True) if any(heads)]


def test_full_numbers_need_the_same_reason_and_are_logged_twice(clerk, scene):
    ask(clerk, reveal="on", reason="报县资助中心核对")
    assert "用途：报县资助中心核对" in page_of(clerk)
    sheet = sheet_of(press(clerk, "take"))
    assert column(sheet, "联系电话")[0] == PHONE
    assert [row.details["reveal"] for row in AuditRow.objects.all()] == ["报县资助中心核对"] * 2


def test_paper_is_drawn_in_the_background_as_well(clerk):
    ask(clerk, form=".pdf")
    assert body(press(clerk, "take")).startswith(b"%PDF")


def test_one_that_is_ready_is_told_on_the_first_page_until_it_is_taken(clerk):
    ask(clerk)
    home = clerk.get("/", follow=True).content.decode()
    assert "导出的文件做好了：学生名单（Excel）" in home
    press(clerk, "take")
    assert "导出的文件做好了" not in clerk.get("/", follow=True).content.decode()


def test_the_list_shows_every_export_with_its_state(clerk, scene):
    ask(clerk)
    asked(scene.clerk, query="grade=4")
    html = clerk.get(reverse("reports:export_orders")).content.decode()
    assert "可以下载" in html
    assert "排队等待" in html
    assert "在校学生　截至2026年9月7日" in html


# -- whose it is --


def test_nobody_else_finds_it(clerk, scene):
    ask(clerk)
    other = client_of(scene.teacher)
    for name in ("export_order", "export_progress"):
        assert other.get(reverse(f"reports:{name}", args=[the_order().pk])).status_code == 404
    for what in ("take", "cancel"):
        assert press(other, what).status_code == 404
    assert "table.export" not in actions_logged()


def test_who_has_lost_a_post_meanwhile_does_not_take_what_it_showed(clerk, scene):
    cast.post(scene.clerk, Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202601"))
    ask(clerk)
    Posting.objects.filter(person=scene.clerk, role=Role.REGISTRY_CLERK).update(until=MONDAY)
    text = press(clerk, "take").content.decode()
    assert "没有下载：文件做好以后，你的岗位有了变化" in text
    assert "table.export" not in actions_logged()


def test_who_has_lost_the_post_before_it_is_drawn_gets_no_file(scene):
    order = asked(scene.clerk)
    Posting.objects.filter(person=scene.clerk).update(until=MONDAY)
    jobs.draw_export.call(order.pk)
    assert the_order().state == State.FAILED
    assert "你现在没有查看这份表的岗位" in the_order().failure


def test_the_file_holds_what_the_person_may_see_when_it_is_drawn(clerk, scene):
    order = asked(scene.clerk)
    cast.student(scene.school_class, "任远")
    jobs.draw_export.call(order.pk)
    assert "任远" in column(sheet_of(press(clerk, "take")), "姓名")


def test_a_scope_covers_another_only_with_every_post_and_place():
    kept = recorded(Scope(person=1, roles=frozenset({"registry_clerk"}), schools=frozenset({1, 2})))
    assert covers(Scope(person=1, roles=frozenset({"registry_clerk"}), schools=frozenset({1, 2, 3})), kept)
    assert not covers(Scope(person=1, roles=frozenset({"registry_clerk"}), schools=frozenset({1})), kept)
    assert not covers(Scope(person=1, roles=frozenset({"principal"}), schools=frozenset({1, 2})), kept)
    assert not covers(Scope(person=2, roles=frozenset({"registry_clerk"}), schools=frozenset({1, 2})), kept)
    county = recorded(Scope(person=1, county=True))
    assert covers(Scope(person=1, county=True, schools=frozenset({1})), county)
    assert not covers(Scope(person=1, townships=frozenset({1})), county)


# -- twice, too many --


def test_the_same_asked_for_twice_is_one(clerk, scene, monkeypatch):
    monkeypatch.setattr(downloads, "draw_export", SimpleNamespace(enqueue=lambda pk: None))
    ask(clerk)
    assert "没有重复排队" in ask(clerk).content.decode()
    assert ExportOrder.objects.count() == 1
    ask(clerk, query="?grade=4")
    assert ExportOrder.objects.count() == 2


def test_a_person_has_three_on_the_way_and_no_more(clerk, scene):
    orders = [asked(scene.clerk, query=f"grade={grade}") for grade in (1, 2, 3)]
    response = ask(clerk, query="?grade=4")
    assert response.status_code == 422
    assert "你已有3份文件在排队或正在生成" in response.content.decode()
    asked(scene.teacher)  # another's are not kept waiting
    actions.cancel(by=scene.clerk, order=orders[0])
    assert ask(clerk, query="?grade=4").status_code == 200


def test_a_paper_that_would_be_too_long_is_refused_at_once(clerk, monkeypatch):
    monkeypatch.setattr(pdf, "MAX_ROWS", 2)
    response = ask(clerk, form=".pdf")
    assert response.status_code == 422
    assert "打印版最多2人。请改用Excel" in response.content.decode()
    assert not ExportOrder.objects.exists()


# -- waiting, stopping, failing --


def test_one_that_waits_says_how_many_are_before_it(clerk, scene):
    first = asked(scene.teacher)
    second = asked(scene.clerk)
    assert "前面还有1份" in page_of(clerk, second)
    actions.cancel(by=scene.teacher, order=first)
    assert "排队等待" in page_of(clerk, second)


def test_without_a_worker_the_page_says_so(clerk, scene, clock):
    order = asked(scene.clerk)
    clock.shift(QUEUE_SECONDS)
    assert "后台程序可能没有运行" not in page_of(clerk, order)
    clock.shift(1)
    assert "后台程序可能没有运行" in page_of(clerk, order)


def test_one_under_way_shows_how_far_it_is_and_is_asked_to_stop(clerk, scene):
    order = actions.begin(pk=asked(scene.clerk).pk)
    watch = progress.Watch(order.job)
    watch("行", 500, 2000)
    text = page_of(clerk)
    for words in ("正在逐行生成", "500", "2000", 'http-equiv="refresh"', "取消导出"):
        assert words in text
    bar = clerk.get(reverse("reports:export_progress", args=[order.pk])).content.decode()
    assert "正在逐行生成" in bar
    assert "正在停止" in press(clerk, "cancel").content.decode()
    with pytest.raises(progress.Stopped):
        watch("行", 1000, 2000)
    actions.stopped(order=order)
    assert "已取消，没有生成文件" in page_of(clerk)
    watch.close()


@pytest.mark.parametrize("work", ["查找", "行", "排版"])
def test_it_is_called_off_at_any_moment_and_leaves_no_file(clerk, scene, monkeypatch, work):
    say = progress.Watch.__call__

    def say_and_be_asked(watch, at, done, total):
        if at == work:
            progress.ask_to_stop(the_order().job)
        say(watch, at, done, total)

    monkeypatch.setattr(progress.Watch, "__call__", say_and_be_asked)
    ask(clerk)
    assert (the_order().state, the_order().content) == (State.CANCELLED, None)
    assert actions_logged() == ["export.ask", "export.cancel"]


def test_one_that_waits_is_given_up_at_once_and_the_worker_leaves_it_alone(clerk, scene):
    order = asked(scene.clerk, query="q=袁然远")
    assert "已取消，没有生成文件" in press(clerk, "cancel", order).content.decode()
    assert "没有取消" in press(clerk, "cancel", order).content.decode()
    jobs.draw_export.call(order.pk)
    assert (the_order().state, the_order().query) == (State.CANCELLED, "")


def test_a_job_that_died_says_so_and_can_be_given_up(clerk, scene, clock):
    order = actions.begin(pk=asked(scene.clerk).pk)
    clock.shift(progress.SILENT_SECONDS)
    assert "可能已经中断" not in page_of(clerk)
    clock.shift(1)
    assert "可能已经中断" in page_of(clerk)
    press(clerk, "cancel")
    assert the_order().state == State.CANCELLED
    # the worker was only slow: what it has drawn is not kept
    with pytest.raises(progress.Stopped):
        actions.keep(order=order, scope=Scope(), drawn=actions.Drawn(b"x", "x.xlsx", {}))


def test_what_cannot_be_drawn_says_why_and_leads_back(clerk, scene, monkeypatch):
    def refuse(table, file, imprint):
        raise CannotDraw("这台机器排不出打印版，请改用Excel。")

    monkeypatch.setitem(exports.FORMS, ".pdf", refuse)
    ask(clerk, form=".pdf", query="?grade=4")
    text = page_of(clerk)
    assert "没有生成文件：这台机器排不出打印版，请改用Excel。" in text
    assert f'href="{FILE}?grade=4"' in text
    assert "没有可以下载的文件" in press(clerk, "take").content.decode()


def test_a_program_that_breaks_off_says_that_nothing_came_of_it(clerk, scene, monkeypatch):
    def break_off(table, file, imprint):
        raise ZeroDivisionError

    monkeypatch.setitem(exports.FORMS, ".xlsx", break_off)
    with pytest.raises(ZeroDivisionError):
        jobs.draw_export.call(asked(scene.clerk).pk)
    assert "程序出错，没有生成文件" in page_of(clerk)


def test_a_page_that_is_gone_gives_no_file(scene):
    order = asked(scene.clerk)
    ExportOrder.objects.filter(pk=order.pk).update(address=reverse("reports:roster_file", args=["nothing"]))
    jobs.draw_export.call(order.pk)
    assert the_order().state == State.FAILED


# -- how it ends --


def test_the_file_goes_after_a_day_and_the_page_says_what_to_do(clerk, scene, clock):
    ask(clerk, query="?q=yry")
    clock.shift(timedelta(hours=actions.KEPT_HOURS, seconds=-1))
    EVERY_TIME["清理过期的导出文件"]()
    clerk = client_of(scene.clerk)  # the log-in of yesterday is over
    assert column(sheet_of(press(clerk, "take")), "姓名") == ["袁然远"]
    clock.shift(1)
    for _ in range(2):  # before and after the clock has swept it
        assert "现在已经清除。要用请重新导出" in page_of(clerk)
        assert "文件已经过期，不能再下载" in press(clerk, "take").content.decode()
        EVERY_TIME["清理过期的导出文件"]()
    order = the_order()
    assert (order.state, order.content, order.query) == (State.EXPIRED, None, "")


def test_whom_a_failed_one_searched_for_is_forgotten_after_a_day(scene, clock):
    order = actions.begin(pk=asked(scene.clerk, query="q=袁然远").pk)
    actions.fail(order=order, failure="没有生成文件。")
    actions.sweep()
    assert the_order().query
    clock.shift(timedelta(hours=actions.KEPT_HOURS, seconds=1))
    actions.sweep()
    assert the_order().query == ""


@pytest.mark.parametrize(
    "impossible",
    [
        {"state": State.READY},
        {"content": b"x"},
        {"state": State.FAILED, "finished_at": NOON},
        {"failure": "原因"},
        {"state": State.CANCELLED},
        {"state": State.DRAWING},
        {"state": State.EXPIRED, "finished_at": NOON},
        {"finished_at": NOON},
        {"taken_at": NOON},
    ],
    ids=str,
)
def test_the_database_refuses_impossible_states(scene, impossible):
    order = asked(scene.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportOrder.objects.filter(pk=order.pk).update(**impossible)


@pytest.mark.django_db(transaction=True)
def test_the_worker_draws_them_in_the_order_in_which_they_were_asked_for_and_after_the_rest(clock):
    from tests.scene import made_scene

    scene = made_scene()
    with override_settings(TASKS=DATABASE_TASKS):
        orders = [asked(scene.clerk, query=f"grade={grade}", then=jobs.draw_export.enqueue) for grade in (4, 5)]
        assert set(DBTaskResult.objects.values_list("priority", flat=True)) == {jobs.AFTER_THE_REST}
        call_command("db_worker", batch=True, verbosity=0)
    for order in orders:
        order.refresh_from_db()
        assert order.state == State.READY
    assert orders[0].finished_at <= orders[1].started_at


def test_the_pages_ask_a_few_queries_however_many_there_are(clerk, scene, django_assert_num_queries):
    for grade in range(1, 4):
        asked(scene.clerk, query=f"grade={grade}")
    clerk.get(reverse("reports:export_orders"))
    with django_assert_num_queries(4):
        clerk.get(reverse("reports:export_orders"))
    with django_assert_num_queries(5):
        page_of(clerk)


def test_a_subject_teacher_has_no_exports(scene):
    teacher = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
    response = client_of(teacher).get(reverse("reports:export_orders"))
    assert response.status_code == 403

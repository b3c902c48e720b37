"""The background jobs of 导入工作簿: progress, stopping at any moment, jobs that die, the real worker."""

import signal

import pytest
from django.core.management import call_command
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from casework import jobs
from casework.actions import progress, uploads
from casework.queries.uploads import QUEUE_SECONDS
from students.models import AuditRow, Leave, Student, WorkbookUpload
from tests.casework.uploading import clerk, new_child, page_of, press, send, the_upload
from tests.scene import MONDAY
from tests.workbook.workbooks import xlsx

__all__ = ["clerk"]
State = WorkbookUpload.State
DATABASE_TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def stop_at(work: str, monkeypatch, upload_of):
    """The wish to stop arrives while the job says that it is at ``work``."""
    say = progress.Watch.__call__

    def say_and_be_asked(watch, at, done, total):
        if at == work:
            progress.ask_to_stop(uploads.job_of(upload_of()))
        say(watch, at, done, total)

    monkeypatch.setattr(progress.Watch, "__call__", say_and_be_asked)


@pytest.mark.parametrize("work", ["文件", "学生", "学籍变动", "副本"])
def test_a_check_is_called_off_at_any_moment(scene, clerk, monkeypatch, work):
    stop_at(work, monkeypatch, the_upload)
    send(clerk, {"学生": [new_child(scene)]})
    assert the_upload().state == State.CANCELLED
    assert the_upload().content is None
    assert Student.objects.count() == 3


@pytest.mark.parametrize("work", ["文件", "学生", "请假", "待办"])
@pytest.mark.parametrize("good_rows_only", [False, True])
def test_writing_is_called_off_at_any_moment_and_leaves_nothing(scene, clerk, monkeypatch, work, good_rows_only):
    leave = {
        "学籍号": scene.children[0].student_number,
        "开始日期": "2026-09-07",
        "结束日期": "2026-09-08",
        "类型": "病假",
    }
    sheets = {"学生": [new_child(scene)], "请假": [leave]}
    if good_rows_only:
        sheets["学生"].append(new_child(scene, 2, 性别="无"))
    scene.take(MONDAY, first="unexcused")
    send(clerk, sheets)
    stop_at(work, monkeypatch, the_upload)
    press(clerk, "confirm", **({"good_rows_only": "1"} if good_rows_only else {}))
    assert the_upload().state == State.CANCELLED
    assert Student.objects.count() == 3
    assert not Leave.objects.exists()
    assert not AuditRow.objects.filter(action="workbook.import").exists()


def test_one_that_waits_or_has_been_checked_is_given_up_at_once(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    assert "已取消，没有写入任何数据" in press(clerk, "cancel").content.decode()
    assert (the_upload().state, the_upload().content) == (State.CANCELLED, None)
    assert "没有取消" in press(clerk, "cancel").content.decode()
    assert "没有再次写入" in press(clerk, "confirm").content.decode()


def waiting(scene) -> WorkbookUpload:
    content = xlsx({"学生": [new_child(scene)]}).getvalue()
    return uploads.receive(by=scene.clerk, name="学生.xlsx", content=content, then=lambda pk: None)[0]


def test_a_job_under_way_shows_how_far_it_is_and_is_asked_to_stop(scene, clerk):
    upload = waiting(scene)
    assert "排队等待" in page_of(clerk, upload)
    uploads.begin(pk=upload.pk, state=State.WAITING, then_state=State.CHECKING)
    watch = progress.Watch(uploads.job_of(upload))
    watch("学生", 2000, 20000)
    text = page_of(clerk, upload)
    for words in ("正在检查《学生》", "2000", "20000", 'http-equiv="refresh"', "取消"):
        assert words in text
    bar = clerk.get(reverse("casework:upload_progress", args=[upload.pk]))
    assert "正在检查《学生》" in bar.content.decode()
    assert "正在停止" in press(clerk, "cancel").content.decode()
    assert the_upload().state == State.CHECKING
    with pytest.raises(progress.Stopped):
        watch("学生", 4000, 20000)
    watch.close()


def test_the_bar_of_a_job_that_is_done_draws_the_page_anew(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    response = clerk.get(reverse("casework:upload_progress", args=[the_upload().pk]))
    assert response["HX-Refresh"] == "true"


def test_a_job_that_died_says_so_and_can_be_given_up(scene, clerk, clock):
    upload = waiting(scene)
    uploads.begin(pk=upload.pk, state=State.WAITING, then_state=State.CHECKING)
    assert "可能已经中断" not in page_of(clerk, upload)
    clock.shift(progress.SILENT_SECONDS + 1)
    assert "可能已经中断" in page_of(clerk, upload)
    press(clerk, "cancel")
    assert the_upload().state == State.CANCELLED


def test_without_a_worker_the_page_and_its_bar_say_so_after_a_minute(scene, clerk, clock):
    upload = waiting(scene)
    bar = reverse("casework:upload_progress", args=[upload.pk])
    clock.shift(QUEUE_SECONDS)
    assert "后台程序可能没有运行" not in page_of(clerk, upload)
    clock.shift(1)
    for text in (page_of(clerk, upload), clerk.get(bar).content.decode()):
        assert "后台程序可能没有运行" in text
        assert "还没有写入任何数据" in text


def test_one_that_waits_behind_another_blames_no_worker(scene, clerk, clock):
    first = uploads.receive(by=scene.clerk, name="先.xlsx", content=b"first", then=lambda pk: None)[0]
    uploads.begin(pk=first.pk, state=State.WAITING, then_state=State.CHECKING)
    upload = waiting(scene)
    clock.shift(QUEUE_SECONDS + 1)
    watch = progress.Watch(uploads.job_of(first))
    watch("学生", 2000, 20000)
    text = page_of(clerk, upload)
    assert "正在办理前面的文件" in text
    assert "后台程序可能没有运行" not in text
    watch.close()


def test_one_sent_to_be_checked_again_waits_from_then_on(scene, clerk, clock):
    upload = waiting(scene)
    jobs.check_upload.call(upload.pk)
    clock.shift(progress.SILENT_SECONDS + 1)
    uploads.check_again(by=scene.clerk, upload=upload, then=lambda pk: None)
    assert "后台程序可能没有运行" not in page_of(clerk, upload)
    clock.shift(QUEUE_SECONDS + 1)
    assert "后台程序可能没有运行" in page_of(clerk, upload)


def test_a_job_declared_dead_that_ends_after_all_writes_nothing(scene, clerk):
    upload = waiting(scene)
    jobs.check_upload.call(upload.pk)
    uploads.confirm(by=scene.clerk, upload=upload, good_rows_only=False, then=lambda pk: None)
    slow = uploads.begin(pk=upload.pk, state=State.APPLYING, then_state=State.APPLYING)
    WorkbookUpload.objects.update(state=State.CANCELLED)
    jobs._watched(slow, jobs._apply)
    assert the_upload().state == State.CANCELLED
    assert Student.objects.count() == 3


def test_a_fault_of_the_program_is_a_sentence_and_not_swallowed(scene, monkeypatch):
    upload = waiting(scene)

    def break_down(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "import_workbooks", break_down)
    with pytest.raises(ZeroDivisionError):
        jobs.check_upload.call(upload.pk)
    assert the_upload().state == State.FAILED
    assert "程序出错" in the_upload().problems[0]["message"]


def test_one_job_takes_an_upload_once(scene):
    upload = waiting(scene)
    assert uploads.begin(pk=upload.pk, state=State.WAITING, then_state=State.CHECKING)
    assert uploads.begin(pk=upload.pk, state=State.WAITING, then_state=State.CHECKING) is None
    jobs.check_upload.call(upload.pk)
    assert the_upload().state == State.CHECKING


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_the_pages_ask_for(transactional_db, scene, clerk, settings):
    settings.TASKS = DATABASE_TASKS
    send(clerk, {"学生": [new_child(scene)]})
    assert the_upload().state == State.WAITING
    work()
    assert the_upload().state == State.CHECKED
    press(clerk, "confirm")
    assert the_upload().state == State.APPLYING
    assert Student.objects.count() == 3
    work()
    assert the_upload().state == State.APPLIED
    assert Student.objects.count() == 4
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


def work() -> None:
    """Run the worker until nothing waits; it takes the signals of the process, which are given back."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
    kept = {name: signal.getsignal(name) for name in names}
    try:
        call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0, reload=False)
    finally:
        for name, handler in kept.items():
            signal.signal(name, handler)


def test_a_wish_to_stop_that_came_too_late_does_not_stop_the_next_job(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    progress.ask_to_stop(uploads.job_of(the_upload()))
    press(clerk, "confirm")
    assert the_upload().state == State.APPLIED

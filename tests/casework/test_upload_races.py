"""Two workbooks at once: the second waits for the first, sees what it wrote, and nothing stands twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from casework import jobs
from casework.actions import uploads
from students.models import AuditRow, Role, Student, WorkbookUpload
from tests import cast
from tests.casework.uploading import new_child
from tests.workbook.workbooks import xlsx

pytestmark = pytest.mark.django_db(transaction=True)
State = WorkbookUpload.State


def at_once(*jobs_to_do) -> list:
    """Each in a thread of its own with a connection of its own, begun together."""
    start = Barrier(len(jobs_to_do))

    def run(job):
        try:
            start.wait(timeout=30)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs_to_do)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, job) for job in jobs_to_do]]


@pytest.fixture
def confirmed(transactional_db, scene):
    """Makes an upload of the same new children, sent by a clerk, that waits to be written."""

    def confirmed(by):
        sheets = {"学生": [new_child(scene, serial) for serial in (1, 2, 3)], "说明": [[by.name]]}
        content = xlsx(sheets).getvalue()
        upload, _ = uploads.receive(by=by, name="新生.xlsx", content=content, then=jobs.check_upload.call)
        uploads.confirm(by=by, upload=upload, good_rows_only=False, then=lambda pk: None)
        return upload.pk

    return confirmed


def test_two_clerks_writing_the_same_children_make_them_once(scene, confirmed):
    other = cast.person("许兰", role=Role.REGISTRY_CLERK, school=scene.school)
    first, second = confirmed(scene.clerk), confirmed(other)
    at_once(lambda: jobs.apply_upload.call(first), lambda: jobs.apply_upload.call(second))
    assert set(WorkbookUpload.objects.values_list("state", flat=True)) == {State.APPLIED}
    created = sorted(upload.outcome["sheets"][0]["created"] for upload in WorkbookUpload.objects.all())
    assert created == [0, 3]
    assert Student.objects.count() == 6
    assert AuditRow.objects.filter(action="workbook.import").count() == 1


def test_two_presses_at_once_are_one(scene, confirmed):
    upload = WorkbookUpload.objects.get(pk=confirmed(scene.clerk))
    WorkbookUpload.objects.update(state=State.CHECKED)

    def press():
        try:
            uploads.confirm(by=scene.clerk, upload=upload, good_rows_only=False, then=lambda pk: None)
        except uploads.UploadRefused:
            return False
        return True

    assert sorted(at_once(press, press)) == [False, True]

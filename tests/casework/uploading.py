"""What the tests of uploads do at the page: send a workbook, look at it, press a button."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from students.models import WorkbookUpload
from tests.scene import Scene, client_of
from tests.workbook.workbooks import child, xlsx


@pytest.fixture
def clerk(scene: Scene) -> Client:
    return client_of(scene.clerk)


def new_child(scene, serial: int = 1, **columns) -> dict:
    place = {"学校标识码": scene.school.code, "班号": scene.school_class.number, "入学年月": "202509"}
    return child(serial, **(place | columns))


def send(client, content, name="学生.xlsx", **fields):
    """Upload a workbook; a dict of sheets becomes an .xlsx."""
    content = xlsx(content).getvalue() if isinstance(content, dict) else content
    return client.post(reverse("casework:uploads"), {"file": SimpleUploadedFile(name, content), **fields})


def the_upload() -> WorkbookUpload:
    return WorkbookUpload.objects.latest("pk")


def page_of(client, upload=None, query="") -> str:
    response = client.get(reverse("casework:upload", args=[(upload or the_upload()).pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def press(client, what: str, **fields):
    return client.post(reverse(f"casework:{what}_upload", args=[the_upload().pk]), fields, follow=True)

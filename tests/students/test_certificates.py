"""证明材料: a picture or a PDF, judged by its content, tied to a change, and taken back on the day only."""

import random
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from students.actions import certificates, corrections
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Certificate, Role
from tests import cast
from tests.scene import MONDAY, client_of
from tests.students.papers import paper, pdf, picture


@pytest.fixture
def event(scene):
    child = scene.children[0]
    return record_event(by=None, student=child, kind=EventKind.LEAVE_COUNTRY, happened_on=MONDAY, today=MONDAY)


def upload(person, event, file):
    return client_of(person).post(reverse("students:hand_in", args=[event.pk]), {"paper": file})


def error(answer) -> str:
    assert answer.status_code == 422
    return answer.context["form"].errors["paper"][0]


@pytest.mark.parametrize("file", [picture(), picture("证明.png", "PNG"), pdf()], ids=["jpg", "png", "pdf"])
def test_the_teacher_hands_one_in_and_the_duty_is_done(scene, event, file):
    file.seek(0)
    assert upload(scene.teacher, event, file).status_code == 302
    assert event.student.obligations.get(tier="change_evidence").done_on == MONDAY
    assert AuditRow.objects.filter(action="certificate.hand_in").count() == 1


def test_the_same_paper_twice_is_one(scene, event):
    for _ in range(2):
        assert upload(scene.teacher, event, picture()).status_code == 302
    assert Certificate.objects.count() == 1


def test_a_picture_whose_notes_on_how_it_was_taken_are_broken_is_refused(scene, event):
    notes = Image.Exif()
    notes[0x0112], notes[0x010F] = 6, "abc"  # lies on its side; the camera
    written = BytesIO()
    Image.new("RGB", (4, 4)).save(written, "JPEG", exif=notes)
    broken = written.getvalue().replace(b"\x01\x0f\x00\x02", b"\x01\x41\x00\x02")  # a text where numbers belong
    file = SimpleUploadedFile("证明.jpg", broken, content_type="image/jpeg")
    assert "只收JPG、PNG图片和PDF文件" in error(upload(scene.teacher, event, file))


def test_nothing_of_a_broken_paper_is_written_into_the_log(scene, event, caplog):
    broken = pdf().read().replace(b"/Type /Page", b"/Type ]\xb9\xe9\xab\x98")
    upload(scene.teacher, event, SimpleUploadedFile("证明.pdf", broken))
    assert [record for record in caplog.records if record.name.startswith("pypdf")] == []


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("证明.jpg", b"<html><script>alert(1)</script></html>", "只收JPG、PNG图片和PDF文件"),
        ("证明.pdf", b"%PDF-1.7 nothing", "这个PDF打不开"),
        ("证明.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "只收JPG、PNG图片和PDF文件"),
        ("证明.jpg", b"MZ\x90\x00" * 50, "只收JPG、PNG图片和PDF文件"),
        ("证明.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "只收JPG、PNG图片和PDF文件"),
        ("证明.jpg", b"", "文件是空的"),
        ("证明.jpg", b"\xff\xd8\xff" + b"0" * (2 * 1024 * 1024), "只收JPG、PNG图片和PDF文件"),
        ("证明.pdf", b"%PDF-1.7" + b"0" * (2 * 1024 * 1024), "PDF超过2 MB"),
        ("证明.jpg", b"\xff\xd8\xff" + b"0" * (12 * 1024 * 1024), "照片超过12 MB"),
    ],
)
def test_whatever_its_name_a_file_is_judged_by_its_content(scene, event, name, content, told):
    assert told in error(upload(scene.teacher, event, SimpleUploadedFile(name, content, content_type="image/jpeg")))
    assert not Certificate.objects.exists()


def test_a_photograph_as_large_as_a_telephone_takes_it_is_made_smaller(scene, event):
    written = BytesIO()
    Image.frombytes("RGB", (1800, 1000), random.Random(0).randbytes(1800 * 1000 * 3)).save(written, "PNG")
    assert len(written.getvalue()) > 2 * 1024 * 1024
    upload(scene.teacher, event, SimpleUploadedFile("证明.png", written.getvalue(), content_type="image/png"))
    kept = Certificate.objects.get()
    assert (kept.media_type, Image.open(BytesIO(kept.content)).size) == ("image/jpeg", (1600, 889))
    assert kept.size < 2 * 1024 * 1024


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.jpg", "a\r\nSet-Cookie: x=1.jpg", '"><script>.jpg', "长" * 300 + ".jpg"]
)
def test_a_malicious_name_goes_nowhere(scene, event, name):
    file = picture()
    file.name = name
    assert upload(scene.teacher, event, file).status_code == 302
    kept = Certificate.objects.get()
    assert "/" not in kept.name
    answer = client_of(scene.teacher).get(reverse("students:certificate", args=[kept.pk]))
    assert answer["Content-Disposition"] == f'inline; filename="{kept.pk}.jpg"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    page = client_of(scene.teacher).get(reverse("students:changes_of", args=[event.student_id])).content.decode()
    assert "<script>." not in page


def test_a_pdf_that_does_something_by_itself_is_refused(scene, event):
    written, writer = BytesIO(), PdfWriter(clone_from=pdf())
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.write(written)
    file = SimpleUploadedFile("证明.pdf", written.getvalue(), content_type="application/pdf")
    assert "有会自动运行的内容，没有保存" in error(upload(scene.teacher, event, file))
    assert not Certificate.objects.exists()


def test_a_pdf_that_opens_at_its_first_page_and_leads_to_an_address_is_kept(scene, event):
    written, writer = BytesIO(), PdfWriter(clone_from=pdf())
    first = ArrayObject([writer.pages[0].indirect_reference, NameObject("/Fit")])
    writer.root_object[NameObject("/OpenAction")] = first
    writer.add_annotation(0, Link(rect=(0, 0, 10, 10), url="https://example.com/"))
    writer.write(written)
    file = SimpleUploadedFile("证明.pdf", written.getvalue(), content_type="application/pdf")
    assert upload(scene.teacher, event, file).status_code == 302


def test_what_hides_in_a_picture_is_not_kept(scene, event):
    file = picture()
    content = file.read() + b"<?php system($_GET['c']); ?>"
    upload(scene.teacher, event, SimpleUploadedFile("证明.jpg", content, content_type="image/jpeg"))
    assert b"php" not in bytes(Certificate.objects.get().content)


def test_a_paper_needs_a_change_that_stands(scene, event):
    corrections.void(by=scene.clerk, event=event, reason="没有出国", today=MONDAY)
    with pytest.raises(certificates.CertificateRefused, match="已被更正或作废"):
        certificates.hand_in(by=scene.clerk, event=event, kind="change", paper=paper(), today=MONDAY)


class TestTakingBack:
    @pytest.fixture
    def proof(self, scene, event):
        return certificates.hand_in(by=scene.teacher, event=event, kind="change", paper=paper(), today=MONDAY)

    def press(self, person, proof):
        return client_of(person).post(reverse("students:take_back_certificate", args=[proof.pk]))

    def test_ones_own_on_the_same_day_and_the_duty_is_owed_again(self, scene, event, proof):
        for _ in range(2):
            assert self.press(scene.teacher, proof).status_code == 302
        assert Certificate.objects.get().cancelled_by == scene.teacher
        assert event.student.obligations.get(tier="change_evidence").done_on is None

    def test_not_the_next_day(self, scene, proof, clock):
        clock.shift(timedelta(days=1))
        assert self.press(scene.teacher, proof).status_code == 403
        assert Certificate.objects.get().cancelled_at is None

    def test_not_somebody_elses(self, scene, proof):
        assert self.press(scene.clerk, proof).status_code == 403

    def test_a_paper_taken_back_can_be_handed_in_again(self, scene, event, proof):
        self.press(scene.teacher, proof)
        assert upload(scene.teacher, event, picture()).status_code == 302
        assert Certificate.objects.filter(cancelled_at=None).count() == 1


def test_a_file_of_a_child_is_a_paper_of_every_kind_that_it_is_handed_in_as(scene):
    kept = {"by": scene.teacher, "student": scene.children[0], "paper": paper(), "today": MONDAY}
    slip, case = (certificates.keep_for_child(**kept, kind=kind) for kind in ("leave", "case"))
    assert (slip.kind, case.kind) == ("leave", "case")
    assert certificates.keep_for_child(**kept, kind="case") == case  # the same one sent twice is one
    case.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        case.save()


def test_the_old_school_opens_its_paper_after_the_child_has_gone(scene, event):
    proof = certificates.hand_in(by=scene.teacher, event=event, kind="change", paper=paper(), today=MONDAY)
    far = cast.school_class(cast.school("西岭小学"))
    record_event(
        by=None,
        student=event.student,
        kind=EventKind.OTHER_IN,
        happened_on=MONDAY,
        school_class=far,
        today=MONDAY,
    )
    new_clerk = cast.person(role=Role.REGISTRY_CLERK, school=far.school)
    for person in (scene.teacher, scene.clerk, new_clerk):
        assert client_of(person).get(reverse("students:certificate", args=[proof.pk])).status_code == 200

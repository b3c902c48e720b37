"""草稿和照片: nothing typed is lost, a photograph keeps no place, and what is none takes no other with it."""

import struct
import zlib
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from casework import clock as night
from casework.actions import contact_drafts, contacts
from casework.models import Contact, ContactDraft, ContactPhoto
from students.models import Role
from tests import cast
from tests.scene import MONDAY, at, client_of

SAID = {"method": "home_visit", "outcome": "refuses", "talk": "祖母在家", "day": MONDAY.isoformat()}
GPS = 0x8825


def photo(name="现场.jpg", *, size=(2400, 1800), colour="teal", format="JPEG"):
    """A photograph as a telephone takes it: lying on its side, with the place in it."""
    written, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(GPS)[1] = "N"
    Image.new("RGB", size, colour).save(written, format, exif=exif)
    return SimpleUploadedFile(name, written.getvalue())


def zip_bomb() -> SimpleUploadedFile:
    """A PNG of a few kilobytes that says it is 10,000 × 10,000."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 10000, 10000, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10**6)))
    return SimpleUploadedFile("大图.png", content + chunk(b"IEND", b""))


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def key():
    return str(uuid4())


@pytest.fixture
def send(scene, child, key):
    """``send()`` the whole form, ``send(to="save_contact_draft")`` what has been typed so far."""

    def send(to="new_contact", *, by=None, photos=(), headers=None, **fields):
        address = reverse(f"casework:{to}", args=[child.pk])
        sent = {"submission": key} | SAID | fields
        client = client_of(by or scene.teacher)
        return client.post(address, {**sent, "photos": list(photos)}, headers=headers or {})

    return send


@pytest.fixture
def typed(send):
    """What the page itself sends while one types."""

    def typed(**sent):
        return send("save_contact_draft", headers={"accept": "application/json"}, **sent)

    return typed


def page(scene, child) -> str:
    return client_of(scene.teacher).get(reverse("casework:new_contact", args=[child.pk])).content.decode()


def checked(html: str, value: str) -> bool:
    [box] = [part for part in html.split("<input") if f'value="{value}"' in part.split(">")[0]]
    return "checked" in box.split(">")[0]


class TestADraft:
    def test_is_there_when_the_page_is_opened_again(self, scene, child, typed):
        assert typed(talk="说到一半", colleagues=["homeroom"]).json()["said"] == "草稿已保存 7:40"
        html = page(scene, child)
        assert "这是你9月7日7:40没有填完的草稿" in html
        assert "说到一半</textarea>" in html
        assert [name for name in ("home_visit", "homeroom") if checked(html, name)] == ["home_visit", "homeroom"]
        assert not Contact.objects.exists()

    def test_may_leave_out_everything(self, typed):
        assert typed(method="", outcome="", talk="", day="").status_code == 200
        assert ContactDraft.objects.get().fields["talk"] == [""]

    def test_drops_what_no_database_keeps(self, typed):
        assert typed(talk="a\0b").status_code == 200
        assert ContactDraft.objects.get().fields["talk"] == ["ab"]

    def test_is_its_authors_alone(self, scene, child, typed):
        typed(talk="只有我看得见")
        html = client_of(scene.clerk).get(reverse("casework:new_contact", args=[child.pk])).content.decode()
        assert "只有我看得见" not in html

    def test_becomes_the_contact_and_is_gone(self, scene, send, typed):
        typed(photos=[photo()])
        assert send().status_code == 302
        assert not ContactDraft.objects.exists()
        assert Contact.objects.get().photos.count() == 1

    def test_that_comes_late_does_not_come_back(self, send, typed):
        send()
        assert "这张表已经记过一条，这里新填的没有存下" in typed(talk="还在路上").json()["said"]
        assert not ContactDraft.objects.exists()

    def test_of_another_window_on_the_same_draft_is_not_overwritten(self, typed):
        assert "草稿已保存" in typed(talk="第一个窗口", tab="a").json()["said"]
        assert "另一个窗口也在写这一份" in typed(talk="第二个窗口", tab="b").json()["said"]
        assert ContactDraft.objects.get().fields["talk"] == ["第一个窗口"]

    def test_of_another_window_is_not_overwritten(self, scene, child, typed):
        typed(talk="第一个窗口")
        typed(talk="第二个窗口", submission=str(uuid4()))
        assert ContactDraft.objects.count() == 2

    def test_keeps_what_was_wrong_in_the_form(self, scene, child, send):
        assert send(outcome="promised", talk="明天来").status_code == 422
        assert "明天来</textarea>" in page(scene, child)

    def test_is_saved_by_a_button_where_there_is_no_script(self, scene, child, send):
        response = send("save_contact_draft", talk="没有脚本")
        assert response.url.startswith(reverse("casework:new_contact", args=[child.pk]))
        assert "没有脚本</textarea>" in page(scene, child)

    def test_is_thrown_away_when_asked(self, scene, child, send, typed):
        typed(photos=[photo()])
        send("discard_contact_draft")
        assert not ContactDraft.objects.exists()
        assert not ContactPhoto.objects.exists()

    @pytest.mark.parametrize("key", ["", "x", "0"])
    def test_without_a_key_is_not_kept(self, typed, key):
        assert typed(submission=key).json()["said"] == ""
        assert not ContactDraft.objects.exists()

    def test_is_not_kept_for_whoever_may_not_tell(self, scene, child, send):
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        assert send("save_contact_draft", by=subject).status_code == 403

    @pytest.mark.parametrize(("days", "stays"), [(13, True), (14, True), (15, False)])
    def test_is_thrown_away_after_14_days(self, typed, clock, days, stays):
        typed(photos=[photo()])
        day = MONDAY + timedelta(days=days)
        clock.move_to(at(day, 3))
        assert night.clear_drafts(day) == {"drafts": int(not stays)}
        assert ContactDraft.objects.exists() == ContactPhoto.objects.exists() == stays


class TestPhotos:
    def test_are_made_smaller_turned_upright_and_keep_no_place(self, send):
        send(photos=[photo()])
        kept = ContactPhoto.objects.get()
        whole, small = (Image.open(BytesIO(bytes(content))) for content in (kept.content, kept.thumbnail))
        assert (whole.size, small.size) == ((1200, 1600), (180, 240))
        assert not whole.getexif()
        assert not small.getexif()
        assert (kept.media_type, kept.size) == ("image/jpeg", len(bytes(kept.content)))

    def test_of_both_kinds_are_taken(self, send):
        send(photos=[photo(), photo("a.png", format="PNG", colour="red")])
        assert [each.position for each in Contact.objects.get().photos.all()] == [1, 2]

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            (lambda: SimpleUploadedFile("假.jpg", b"MZ not a picture"), "“假.jpg”不是JPG或PNG照片"),
            (lambda: SimpleUploadedFile("文件.pdf", b"%PDF-1.4\n"), "“文件.pdf”不是JPG或PNG照片"),
            (lambda: SimpleUploadedFile("断.jpg", photo().read()[:2000]), "“断.jpg”不是JPG或PNG照片"),
            (lambda: SimpleUploadedFile("大.jpg", b"\xff\xd8" + bytes(12 * 1024 * 1024)), "“大.jpg”超过12 MB"),
            (zip_bomb, "“大图.png”的像素太多"),
        ],
        ids=["no picture", "pdf", "broken off", "huge", "bomb"],
    )
    def test_that_are_none_are_refused_and_the_rest_of_the_form_stays(self, scene, child, send, bad, words):
        response = send(photos=[photo(), bad(), photo("好.jpg", colour="red")])
        html = response.content.decode()
        assert response.status_code == 422
        assert words in html
        assert "祖母在家</textarea>" in html
        assert html.count("去掉第") == 2  # the good ones are there already
        assert not Contact.objects.exists()
        assert send().status_code == 302
        assert Contact.objects.get().photos.count() == 2

    def test_a_sixth_is_refused_and_five_stay(self, typed):
        faults = typed(photos=[photo(f"{n}.jpg", colour=(n * 40, 0, 0)) for n in range(6)]).json()["faults"]
        assert faults == ["一次联系最多5张照片，“5.jpg”没有保存。可以先去掉一张。"]
        assert ContactPhoto.objects.count() == 5

    def test_the_same_twice_is_one(self, typed):
        typed(photos=[photo()])
        assert "去掉第1张" in typed(photos=[photo("again.jpg")]).json()["photos"]
        assert ContactPhoto.objects.count() == 1

    def test_one_is_taken_out_and_what_was_typed_meanwhile_stays(self, scene, child, typed, send, key):
        typed(photos=[photo(), photo(colour="red")])
        first = ContactPhoto.objects.get(position=1)
        address = reverse("casework:remove_photo", args=[first.pk])
        for _ in range(2):  # a second press finds nothing
            client_of(scene.teacher).post(address, {"submission": key, **SAID, "talk": "刚写的"})
        assert [each.position for each in ContactPhoto.objects.all()] == [2]
        assert "刚写的</textarea>" in page(scene, child)
        typed(photos=[photo(colour="blue")])
        assert ContactPhoto.objects.filter(position=1).exists()

    def test_of_a_contact_are_not_taken_out(self, scene, send):
        send(photos=[photo()])
        kept = ContactPhoto.objects.get()
        response = client_of(scene.teacher).post(reverse("casework:remove_photo", args=[kept.pk]))
        assert response.status_code == 403
        assert ContactPhoto.objects.exists()

    def test_are_seen_by_whoever_sees_the_contact_and_kept_by_no_browser(self, scene, send):
        send(photos=[photo()])
        kept = ContactPhoto.objects.get()
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        for name in ("contact_photo", "contact_photo_thumbnail"):
            address = reverse(f"casework:{name}", args=[kept.pk])
            response = client_of(scene.clerk).get(address)
            assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
            assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
            assert [client_of(who).get(address).status_code for who in (far, subject)] == [404, 404]

    def test_of_a_draft_are_its_authors_alone(self, scene, typed):
        typed(photos=[photo()])
        address = reverse("casework:contact_photo", args=[ContactPhoto.objects.get().pk])
        assert client_of(scene.teacher).get(address).status_code == 200
        assert client_of(scene.clerk).get(address).status_code == 404

    @pytest.mark.parametrize("wrong", [{"position": 6}, {"position": 0}, {"draft": None}])
    def test_the_database_refuses_what_cannot_be(self, typed, wrong):
        typed(photos=[photo()])
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactPhoto.objects.update(**wrong)


def test_a_draft_of_one_child_is_not_anothers(scene, key):
    now = {"by": scene.teacher, "submission": key, "fields": {}}
    contact_drafts.keep(student=scene.children[0], **now)
    with pytest.raises(IntegrityError), transaction.atomic():
        contact_drafts.keep(student=scene.children[1], **now)
    assert ContactDraft.objects.get().saved_at <= timezone.now()


class TestTheBrowsersWayBack:
    """to the form of a contact that was saved"""

    def test_to_the_same_is_the_same(self, send):
        assert [send(photos=[photo()]).status_code for _ in range(2)] == [302, 302]
        assert Contact.objects.get().photos.count() == 1
        assert not ContactDraft.objects.exists()

    def test_with_other_content_is_refused_and_may_be_recorded_as_a_further_one(self, send, key):
        send()
        response = send(outcome="talked", talk="父亲回来了", photos=[photo()])
        html = response.content.decode()
        assert response.status_code == 422
        assert "已经记过一条（家访，已联系上，不愿返校），这次填的结果、谈话内容、结果和那条不同" not in html
        assert "已经记过一条（家访，已联系上，不愿返校）" in html
        assert "父亲回来了</textarea>" in html
        assert reverse("casework:contact_page", args=[Contact.objects.get().pk]) in html
        anew = response.context["form"]["submission"].value()
        assert anew != key
        assert ContactDraft.objects.get().photos.count() == 1
        assert send(outcome="talked", talk="父亲回来了", submission=anew).status_code == 302
        assert [row.talk for row in Contact.objects.order_by("pk")] == ["祖母在家", "父亲回来了"]
        assert Contact.objects.get(talk="父亲回来了").photos.count() == 1

    def test_after_it_was_taken_back_is_not_taken_for_recorded(self, scene, send):
        send()
        contacts.cancel(by=scene.teacher, contact=Contact.objects.get(), today=MONDAY)
        response = send()
        assert "记下的联系已经撤销，这次没有保存" in response.content.decode()
        assert send(submission=response.context["form"]["submission"].value()).status_code == 302
        assert Contact.objects.filter(cancelled_at=None).count() == 1

    def test_does_not_swallow_a_photograph(self, send, typed):
        send()
        assert typed(talk="又去了", photos=[photo()]).json()["faults"] == ["照片没有存下，请保存时再选。"]

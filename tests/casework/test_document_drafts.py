"""What is typed of a document is kept while it is typed: nothing is lost, no other sees it, none is overwritten."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from casework import clock as night
from casework.actions.documents import edit
from casework.models import Document, DocumentDraft
from tests.casework.test_documents import VISIT
from tests.scene import at, client_of


@pytest.fixture
def child(desk):
    return desk.scene.children[0]


@pytest.fixture
def key():
    return str(uuid4())


@pytest.fixture
def address(child):
    """``address("new_document")`` of a 家访记录表 about the child."""
    return lambda name: reverse(f"casework:{name}", args=[child.pk, VISIT])


@pytest.fixture
def typed(desk, address, key):
    """What the page itself sends while one types."""

    def typed(*, by="homeroom", **fields):
        sent = {"submission": key, "talk": "说到一半"} | fields
        return client_of(desk.people[by]).post(address("save_document_draft"), sent)

    return typed


def page(desk, url: str, by="homeroom") -> str:
    return client_of(desk.people[by]).get(url).content.decode()


class TestOfANewDocument:
    def test_is_there_when_the_page_is_opened_again(self, desk, typed, address, key):
        assert typed().json() == {"said": "填写的内容已存下 7:40，还没有保存成草稿"}
        html = page(desk, address("new_document"))
        assert "这是你9月9日7:40填写、还没有保存的内容" in html
        assert "说到一半</textarea>" in html
        assert key in html
        assert not Document.objects.exists()

    def test_leaves_what_is_on_record_where_nothing_was_typed(self, desk, typed, address):
        before = page(desk, address("new_document"))
        typed()
        after = page(desk, address("new_document"))
        assert "曾杰（母亲）" in before
        assert "曾杰（母亲）" in after

    def test_is_its_authors_alone(self, desk, typed, address):
        typed()
        assert "说到一半" not in page(desk, address("new_document"), by="clerk")

    def test_of_another_kind_is_another(self, desk, typed, child):
        typed()
        letter = reverse("casework:new_document", args=[child.pk, "persuasion_record"])
        assert "说到一半" not in page(desk, letter)

    def test_becomes_the_document_and_is_gone(self, desk, typed, address, key):
        typed()
        sent = desk.filled(VISIT) | {"submission": key}
        assert client_of(desk.people["homeroom"]).post(address("new_document"), sent).status_code == 302
        assert Document.objects.get().submission.hex == key.replace("-", "")
        assert not DocumentDraft.objects.exists()

    def test_that_comes_late_does_not_come_back(self, desk, typed, address, key):
        client_of(desk.people["homeroom"]).post(address("new_document"), desk.filled(VISIT) | {"submission": key})
        assert typed().json() == {"said": "", "goes_on": {"version": 1}}
        assert not DocumentDraft.objects.exists()

    def test_stays_where_the_form_was_wrong(self, desk, typed, address, key):
        typed()
        sent = {"submission": key, "talk": "罚款", "visited_on": "没有这天"}
        assert client_of(desk.people["homeroom"]).post(address("new_document"), sent).status_code == 422
        assert DocumentDraft.objects.exists()

    def test_is_thrown_away_when_asked(self, desk, typed, address, key):
        typed()
        client = client_of(desk.people["homeroom"])
        response = client.post(address("discard_document_draft"), {"submission": key}, follow=True)
        assert "没有保存的内容已放弃" in response.content.decode()
        assert not DocumentDraft.objects.exists()

    def test_of_another_is_not_thrown_away(self, desk, typed, address, key):
        typed()
        client_of(desk.people["clerk"]).post(address("discard_document_draft"), {"submission": key})
        assert DocumentDraft.objects.exists()

    @pytest.mark.parametrize("key", ["", "x", "0"])
    def test_without_a_key_is_not_kept(self, typed, key):
        assert typed().json() == {"said": ""}
        assert not DocumentDraft.objects.exists()

    def test_drops_what_no_database_keeps_and_what_the_form_does_not_know(self, typed):
        typed(talk="a\0b" + "长" * 3000, unknown="x")
        [draft] = DocumentDraft.objects.all()
        assert draft.fields.keys() == {"talk"}
        assert draft.fields["talk"][0].startswith("ab长")
        assert len(draft.fields["talk"][0]) < 2000 + 1

    @pytest.mark.parametrize(("days", "kept"), [(14, True), (15, False)])
    def test_is_thrown_away_after_a_fortnight(self, desk, typed, days, kept):
        typed()
        assert night.clear_drafts(desk.today + timedelta(days)) == {"drafts": 0 if kept else 1}
        assert DocumentDraft.objects.exists() is kept


class TestTheBrowsersWayBack:
    """to the page on which a new document was saved"""

    @pytest.fixture
    def send(self, desk, address, key):
        def send(*, to=None, by="homeroom", **said):
            sent = desk.filled(VISIT, talk="第一次写的") | {"submission": key} | said
            return client_of(desk.people[by]).post(to or address("new_document"), sent)

        return send

    def test_saves_what_was_changed_there(self, desk, send):
        first = send()
        again = send(talk="补写的一段")
        assert (again.status_code, again.url) == (302, first.url)
        row = Document.objects.get()
        assert (row.values["talk"], row.version) == ("补写的一段", 2)

    def test_saves_nothing_where_nothing_was_changed(self, send):
        for _ in range(2):
            assert send().status_code == 302
        assert Document.objects.get().version == 1

    def test_shows_both_where_somebody_else_has_changed_it_meanwhile(self, desk, send, clock):
        send()
        row = Document.objects.get()
        clock.move_to(at(desk.today, 9))
        edit(**desk.place("clerk"), document=row, values=desk.filled(VISIT, talk="教务处改过"), version=1)
        response = send(talk="补写的一段")
        html = response.content.decode()
        assert response.status_code == 409
        assert "谈话内容：现在是“教务处改过”，你填的是“补写的一段”" in html
        assert "补写的一段</textarea>" in html
        url = reverse("casework:edit_document", args=[row.pk])
        assert f'action="{url}"' in html
        form = response.context["form"]
        marks = {name: form[name].value() for name in ("version", "opened", "tab", "kept") if form[name].value()}
        assert send(to=url, talk="补写的一段", **marks).status_code == 302
        row.refresh_from_db()
        assert (row.values["talk"], row.version) == ("补写的一段", 3)

    def test_says_so_where_it_was_issued_and_keeps_the_text_on_the_page(self, desk, send):
        send()
        desk.do("issue", Document.objects.get(), "homeroom")
        assert send().status_code == 302
        response = send(talk="补写的一段")
        html = response.content.decode()
        assert response.status_code == 422
        assert "这份文书现在是“待签”，不能修改。没有保存。下面是你填写的内容。" in html
        assert "补写的一段</textarea>" in html
        assert Document.objects.get().values["talk"] == "第一次写的"

    def test_of_another_is_no_way_to_their_document(self, desk, send):
        send()
        response = send(by="clerk", talk="别人写的")
        assert "提交的内容不完整，没有保存" in response.content.decode()
        assert Document.objects.get().values["talk"] == "第一次写的"

    def test_keeps_what_is_typed_there(self, desk, send, typed):
        row = Document.objects.get(pk=send().url.strip("/").split("/")[-1])
        marks = typed(talk="补写").json()["goes_on"]
        assert "已存下" in typed(talk="补写", **marks).json()["said"]
        assert "补写</textarea>" in page(desk, reverse("casework:edit_document", args=[row.pk]))

    def test_keeps_nothing_and_says_so_once_it_is_issued(self, desk, send, typed):
        send()
        desk.do("issue", Document.objects.get(), "homeroom")
        assert typed(talk="补写").json() == {"said": "这份文书已经签发，不能再改，这里填的没有存下。"}


class TestTwoWindows:
    """on one draft: neither overwrites the other"""

    @pytest.fixture
    def row(self, desk):
        return desk.draft(VISIT)

    @pytest.fixture
    def key(self, row):
        return str(row.submission)

    @pytest.fixture
    def windows(self, desk, row):
        """The marks of two pages that were opened at once."""
        url = reverse("casework:edit_document", args=[row.pk])
        forms = [client_of(desk.scene.teacher).get(url).context["form"] for _ in range(2)]
        names = ("version", "opened", "tab", "kept")
        return [{name: str(form[name].value() or "") for name in names} for form in forms]

    def test_the_second_is_told_and_the_first_goes_on(self, typed, windows):
        first, second = windows
        assert "已存下" in typed(talk="一", **first).json()["said"]
        assert typed(talk="二", **second).json()["said"].startswith("另一个窗口也在写这一份，这里新填的没有存下")
        assert "已存下" in typed(talk="一和三", **first).json()["said"]
        assert DocumentDraft.objects.get().fields["talk"] == ["一和三"]

    def test_a_page_opened_with_what_was_kept_takes_it_over(self, desk, row, typed, windows, clock):
        typed(talk="一", **windows[0])
        clock.move_to(at(desk.today, 9))
        form = client_of(desk.scene.teacher).get(reverse("casework:edit_document", args=[row.pk])).context["form"]
        third = {name: str(form[name].value() or "") for name in windows[0]}
        assert "已存下" in typed(talk="一二三", **third).json()["said"]
        assert "另一个窗口" in typed(talk="一", **windows[0]).json()["said"]

    def test_saving_in_one_leaves_what_was_typed_in_the_other(self, desk, row, typed, windows):
        typed(talk="一", **windows[0])
        url = reverse("casework:edit_document", args=[row.pk])
        sent = desk.filled(VISIT, talk="二") | {"submission": str(row.submission)} | windows[1]
        assert client_of(desk.scene.teacher).post(url, sent).status_code == 302
        html = page(desk, url)
        assert "谈话内容：现在是“二”，你填的是“一”" in html
        assert "一</textarea>" in html

    def test_throwing_away_in_one_leaves_it_as_well(self, desk, typed, address, key, windows):
        typed(talk="一", **windows[0])
        sent = {"submission": key} | windows[1]
        client_of(desk.scene.teacher).post(address("discard_document_draft"), sent)
        assert DocumentDraft.objects.exists()


class TestOfChangesToADocument:
    @pytest.fixture
    def row(self, desk):
        return desk.draft(VISIT)

    @pytest.fixture
    def key(self, row):
        return str(row.submission)

    @pytest.fixture
    def url(self, row):
        return reverse("casework:edit_document", args=[row.pk])

    def test_is_there_when_the_page_is_opened_again(self, desk, typed, url):
        typed(version="1")
        html = page(desk, url)
        assert "说到一半</textarea>" in html
        assert "还没有保存的内容" in html
        assert "内容改过" not in html

    def test_is_not_taken_for_a_new_document(self, desk, typed, address):
        typed(version="1")
        assert "说到一半" not in page(desk, address("new_document"))

    def test_is_gone_once_it_is_saved(self, desk, typed, url, row, clock):
        typed(version="1")
        sent = desk.filled(VISIT, talk="说完了") | {"submission": str(row.submission), "version": "1"}
        assert client_of(desk.people["homeroom"]).post(url, sent).status_code == 302
        assert not DocumentDraft.objects.exists()

    def test_says_so_where_somebody_else_has_changed_it_meanwhile(self, desk, typed, url, row, clock):
        typed(version="1")
        clock.move_to(at(desk.today, 9))
        edit(**desk.place("clerk"), document=row, values=desk.filled(VISIT, talk="教务处改过"), version=1)
        html = page(desk, url)
        assert "谈话内容：现在是“教务处改过”，你填的是“说到一半”" in html
        assert "说到一半</textarea>" in html
        assert 'name="version" value="2"' in html
        row.refresh_from_db()
        assert row.values["talk"] == "教务处改过"

    def test_follows_the_other_one_where_nothing_was_typed(self, desk, typed, url, row, clock):
        form = client_of(desk.people["homeroom"]).get(url).context["form"]
        typed(version="1", opened=form["opened"].value(), place=form["place"].value())
        clock.move_to(at(desk.today, 9))
        edit(**desk.place("clerk"), document=row, values=desk.filled(VISIT, place="村委会"), version=1)
        html = page(desk, url)
        assert 'value="村委会"' in html
        assert "家访地点：" not in html

    def test_thrown_away_leads_back_to_the_document(self, desk, typed, address, row):
        typed(version="1")
        sent = {"submission": str(row.submission)}
        response = client_of(desk.people["homeroom"]).post(address("discard_document_draft"), sent)
        assert response.url == reverse("casework:document", args=[row.pk])

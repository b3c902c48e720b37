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
        assert typed().json() == {"said": ""}
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

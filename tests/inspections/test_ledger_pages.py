"""The pages of 整改台账, and findings as duties on the homes."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from inspections.models import Rectification
from reports.queries.rectifications import rectifications_table
from tests.inspections import inspected
from tests.inspections.test_inspection_pages import page, text_of
from tests.scene import at, client_of
from tests.students.papers import pdf, picture


@pytest.fixture
def found(round_here):
    inspected.signed(round_here.row, round_here.inspector, register=3, pledge=5)
    round_here.first = Rectification.objects.get(item="register")
    return round_here


def move(made, who, name, **sent):
    version = Rectification.objects.get(pk=made.first.pk).version
    sent = {f"{name}-{field}": value for field, value in {"version": str(version), **sent}.items()}
    return client_of(who).post(page("move", made.first.pk, name), sent)


def test_a_finding_is_mended_and_closed_on_its_page(found):
    told = {"measure": "补齐点名记录", "responsible": found.principal.pk}
    assert move(found, found.principal, "plan", **told).status_code == 302
    sent = {"words": "已补齐", "papers": [picture(), pdf()]}
    assert move(found, found.principal, "report", **sent).status_code == 302
    text = text_of(client_of(found.inspector).get(page("rectification", found.first.pk)))
    assert "材料1：JPEG图片" in text
    assert "材料2：PDF文件" in text
    assert move(found, found.inspector, "close", words="现场看过").status_code == 302
    assert Rectification.objects.get(pk=found.first.pk).state == "closed"


def test_a_measure_that_stands_is_changed_behind_the_report(found):
    told = {"measure": "补齐点名记录", "responsible": found.principal.pk}
    first = text_of(client_of(found.principal).get(page("rectification", found.first.pk)))
    assert "<h2>定措施</h2>" in first
    assert "<summary>改措施" not in first
    fixed = move(found, found.principal, "plan", **told)
    text = text_of(client_of(found.principal).get(fixed.url))
    assert [str(said) for said in get_messages(fixed.wsgi_request)] == ["已定措施。"]
    assert "整改措施：补齐点名记录" in text
    assert "<summary>改措施</summary>" in text
    again = move(found, found.principal, "plan", **(told | {"measure": "全补"}))
    assert [str(said) for said in get_messages(again.wsgi_request)] == ["已改措施。"]


def test_evidence_is_seen_by_who_sees_the_finding(found):
    move(found, found.principal, "plan", measure="补齐", responsible=found.principal.pk)
    move(found, found.principal, "report", words="已补齐", papers=picture())
    file = Rectification.objects.get(pk=found.first.pk).steps.get(move="report").files.get()
    assert client_of(found.bureau).get(page("evidence", file.pk))["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "sent", "words"),
    [
        ("plan", {"measure": "", "responsible": ""}, "请填写整改措施"),
        ("plan", {"measure": "补齐", "responsible": "999"}, "请在本校校领导和学籍管理员中选择"),
        ("report", {"words": "已补齐"}, "请先定整改措施和责任人"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(found, name, sent, words):
    response = move(found, found.principal, name, **sent)
    assert response.status_code == 422
    assert words in text_of(response)


def test_a_paper_that_is_none_is_refused(found):
    move(found, found.principal, "plan", measure="补齐", responsible=found.principal.pk)
    broken = picture("坏.jpg")
    broken.file.truncate(10)
    response = move(found, found.principal, "report", words="已补齐", papers=broken)
    assert response.status_code == 422
    assert Rectification.objects.get(pk=found.first.pk).state == "open"


def test_a_move_that_is_none_is_not_found(found):
    assert client_of(found.principal).post(page("move", found.first.pk, "delete")).status_code == 404


def test_a_finding_is_added_on_a_page(found):
    sent = {"problem": "没有公示举报电话", "deadline": "2026-09-21"}
    assert client_of(found.inspector).post(page("add_rectification", found.row.pk), sent).status_code == 302
    response = client_of(found.inspector).post(
        page("add_rectification", found.row.pk), sent | {"deadline": "2026-09-19"}
    )
    assert response.status_code == 422
    assert "按校历不上课" in text_of(response)


class TestTheLedger:
    def test_is_searched_and_narrowed_down(self, found):
        client = client_of(found.bureau)
        shown = client.get(page("rectifications"), {"q": "责任书"}).context["lines"]
        assert [line.row.item for line in shown] == ["pledge"]
        assert client.get(page("rectifications"), {"q": "没有这样的"}).context["lines"] == []
        assert client.get(page("rectifications"), {"school": "x"}).status_code == 200

    def test_counts_what_is_overdue_on_the_day_it_is_looked_at(self, found, clock):
        clock.move_to(at(inspected.DEADLINE))
        assert "逾期" in text_of(client_of(found.principal).get(page("rectifications"), {"show": "overdue"}))
        assert client_of(found.principal).get(page("rectifications"), {"show": "overdue"}).context["lines"] == []
        clock.move_to(at(inspected.DEADLINE.replace(day=22)))
        response = client_of(found.principal).get(page("rectifications"), {"show": "overdue"})
        assert [line.late for line in response.context["lines"]] == ["逾期1天", "逾期1天"]

    def test_says_from_which_day_a_report_waits(self, found):
        inspected.mended(found.first, found.principal)
        assert "9月7日起" in text_of(client_of(found.bureau).get(page("rectifications"), {"show": "reported"}))
        assert "2026年9月7日起等" in text_of(client_of(found.bureau).get(page("rectification", found.first.pk)))
        assert "9月7日起待核实" in text_of(client_of(found.bureau).get(page("inspection", found.row.pk)))

    def test_costs_the_same_however_long_it_is(self, found, django_assert_max_num_queries):
        client = client_of(found.bureau)
        client.get(page("rectifications"))
        with django_assert_max_num_queries(15):
            client.get(page("rectifications"))

    def test_is_exported_as_it_is_shown(self, found):
        address = reverse("reports:rectifications_file")
        response = client_of(found.principal).post(f"{address}?show=open", {"format": ".xlsx"})
        assert b"".join(response.streaming_content)[:2] == b"PK"

    def test_carries_the_same_in_every_rendering(self, found):
        day = inspected.DEADLINE.replace(day=23)
        records = list(rectifications_table(as_of=day).records())
        assert [(each["number"], each["state"], each["late"]) for each in records] == [
            (1, "open", "逾期2天"), (2, "open", "逾期2天"),
        ]  # fmt: skip
        assert records == list(
            rectifications_table(as_of=inspected.DEADLINE.replace(day=23), school=found.school).records()
        )

    def test_says_since_when_a_finding_waits_to_be_verified(self, found):
        inspected.mended(found.first, found.principal)
        table = rectifications_table(as_of=inspected.DEADLINE)
        since = Rectification.objects.get(pk=found.first.pk).reported_at.astimezone(timezone.get_current_timezone())
        assert [(each["state"], each["reported_on"]) for each in table.records()] == [
            ("open", None), ("reported", since.date()),
        ]  # fmt: skip
        assert any("“待核实”的，从“报完成日期”那天起" in note for note in table.notes)


class TestTheHomes:
    def test_of_the_school_shows_what_is_to_be_mended(self, found):
        text = text_of(client_of(found.principal).get("/"))
        assert "检查发现：点名齐全：材料不全" in text
        assert "定措施" in text
        assert "办理了东坪小学的专项检查结果" in text

    def test_of_who_looked_shows_what_is_to_be_verified(self, found):
        assert "报整改完成，请核实" not in text_of(client_of(found.inspector).get("/"))
        move(found, found.principal, "plan", measure="补齐", responsible=found.principal.pk)
        move(found, found.principal, "report", words="已补齐")
        text = text_of(client_of(found.inspector).get("/"))
        assert "东坪小学报整改完成，请核实：点名齐全" in text
        assert "9月7日起待核实" in text

    def test_of_who_looks_names_the_round_until_every_school_is_signed(self, round_here):
        words = "2026年秋季期初检查：请你去检查，还有1所学校没有检查完"
        for who in (round_here.inspector, round_here.bureau):
            assert words in text_of(client_of(who).get("/"))
        other = inspected.inspector(round_here.school, "别人")
        for who in (round_here.principal, round_here.scene.teacher, other):
            assert "请你去检查" not in text_of(client_of(who).get("/"))
        inspected.signed(round_here.row, round_here.inspector)
        assert "请你去检查" not in text_of(client_of(round_here.inspector).get("/"))

    def test_of_who_looks_forgets_a_round_that_is_over(self, round_here, clock):
        for day, is_there in ((18, True), (19, False)):
            clock.move_to(at(inspected.DEADLINE.replace(day=day)))
            assert ("请你去检查" in text_of(client_of(round_here.inspector).get("/"))) is is_there

    def test_of_a_teacher_is_as_before(self, found):
        assert "检查发现" not in text_of(client_of(found.scene.teacher).get("/"))

    def test_notice_of_what_is_verified_is_over(self, found):
        move(found, found.principal, "plan", measure="补齐", responsible=found.principal.pk)
        move(found, found.principal, "report", words="已补齐")
        client = client_of(found.inspector)
        assert "报东坪小学整改完成，请核实" in text_of(client.get("/"))
        move(found, found.inspector, "close", words="现场看过")
        assert "报东坪小学整改完成，请核实" not in text_of(client.get("/"))

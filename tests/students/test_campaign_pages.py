"""排查 on screen: progress by place, lists with filters, one child's page, papers, the walk list, the file."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import enrolment
from students.actions.residents import match_residents
from students.enrolment import EventKind
from students.models import AuditRow, Campaign, Finding, FindingProof, Role
from tests import cast, sweep
from tests.scene import MONDAY, PHONE, at, client_of

State = Finding.State


@pytest.fixture
def village(scene):
    return sweep.village(scene.school.township)


@pytest.fixture
def far_village(scene):
    return sweep.village(cast.township("西岭镇"), "丙西村")


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def officer(scene):
    return cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)


@pytest.fixture
def campaign(scene, village, far_village, bureau) -> Campaign:
    """Two residents of 东坪镇 and one of 西岭镇 without a register, and one child of 东坪小学 who dropped out."""
    sweep.resident(village, "陈安", guardian_name="陈大山", phone=PHONE)
    sweep.resident(village, "陈宁", born=date(2016, 5, 6))
    sweep.resident(far_village, "林远")
    sweep.resident(village, "高东", number_of=scene.children[0])
    match_residents()
    out = date(2026, 9, 2)
    enrolment.record_event(by=None, student=scene.children[0], kind=EventKind.DROP_OUT, happened_on=out, today=MONDAY)
    return sweep.sweep(bureau)


def finding_of(campaign: Campaign, name: str) -> Finding:
    return next(row for row in campaign.findings.all() if (row.resident or row.student).name == name)


def walk_list(campaign: Campaign) -> str:
    return reverse("students:walk_list", args=[campaign.pk])


def names(response) -> list[str]:
    return sorted(line.name for line in response.context["lines"])


class TestOpening:
    def test_the_bureau_opens_the_sweep_of_the_season_as_it_is_proposed(self, village, bureau):
        sweep.resident(village, "陈安")
        client = client_of(bureau)
        form = client.get(reverse("casework:open_campaign")).context["form"]
        assert form.initial == {"season": "autumn", "as_of": date(2026, 9, 1), "due_on": date(2026, 9, 30)}
        said = client.post(reverse("casework:open_campaign"), form.initial, follow=True).content.decode()
        assert "2026年秋季排查已启动：有户籍无学籍1人，有学籍未在校0人，辍学且为脱贫户0人。" in said

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"as_of": "2026-09-08"}, "比对日期还没有到"),
            ({"due_on": "2026-08-31"}, "完成期限早于比对日期"),
            ({"as_of": "x"}, "比对日期没有看懂"),
            ({"season": "winter"}, "请选择春季或秋季"),
        ],
    )
    def test_bad_days_are_refused(self, fields, words, bureau):
        sent = {"season": "autumn", "as_of": "2026-09-01", "due_on": "2026-09-30"} | fields
        response = client_of(bureau).post(reverse("casework:open_campaign"), sent)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Campaign.objects.exists()

    def test_the_same_season_again_is_told(self, campaign, bureau):
        sent = {"season": "autumn", "as_of": "2026-09-01", "due_on": "2026-09-30"}
        response = client_of(bureau).post(reverse("casework:open_campaign"), sent)
        assert response.status_code == 422
        assert "已经启动" in response.content.decode()

    def test_drawing_again_says_what_is_new(self, campaign, village, bureau):
        address = reverse("casework:redraw_campaign", args=[campaign.pk])
        assert "清单没有变化" in client_of(bureau).post(address, follow=True).content.decode()
        sweep.resident(village, "陈远")
        assert "新增有户籍无学籍1人" in client_of(bureau).post(address, follow=True).content.decode()


class TestProgress:
    def test_the_county_sees_townships_and_within_one_its_villages(self, campaign, bureau, village):
        client = client_of(bureau)
        response = client.get(reverse("students:campaign", args=[campaign.pk]))
        assert {(part.name, part.total) for part in response.context["parts"]} == {("东坪镇", 3), ("西岭镇", 1)}
        response = client.get(reverse("students:campaign", args=[campaign.pk]), {"township": village.parent_id})
        assert [(part.name, part.total) for part in response.context["parts"]] == [("甲东村", 3)]

    def test_a_township_sees_its_own_villages_alone(self, campaign, officer):
        response = client_of(officer).get(reverse("students:campaign", args=[campaign.pk]))
        assert [(part.name, part.total) for part in response.context["parts"]] == [("甲东村", 3)]
        assert response.context["whole"].total == 3

    def test_a_school_sees_its_own_children_alone(self, campaign, scene):
        response = client_of(scene.clerk).get(reverse("students:findings", args=[campaign.pk]))
        assert names(response) == ["高东"]

    def test_what_is_settled_counts_and_who_is_lost_does_not(self, campaign, officer):
        sweep.record(officer, finding_of(campaign, "陈安"), State.BACK)
        sweep.record(officer, finding_of(campaign, "陈宁"), State.NOT_FOUND)
        sweep.record(officer, finding_of(campaign, "高东"), State.VISITED)
        [part] = client_of(officer).get(reverse("students:campaign", args=[campaign.pk])).context["parts"]
        assert (part.total, part.settled, part.to_visit, part.visited, part.not_found) == (3, 1, 0, 1, 1)
        assert part.share == "33%"

    @pytest.mark.parametrize(("day", "is_late"), [(sweep.DUE_ON, False), (sweep.DUE_ON + timedelta(days=1), True)])
    def test_after_the_last_day_it_is_late(self, day, is_late, campaign, officer, clock):
        clock.move_to(at(day))
        html = client_of(officer).get(reverse("students:campaign", args=[campaign.pk])).content.decode()
        assert ("已过完成期限" in html) is is_late

    @pytest.mark.parametrize(("name", "queries"), [("campaign", 9), ("findings", 8), ("campaigns", 4)])
    def test_the_queries_are_constant(self, name, queries, campaign, village, bureau, django_assert_num_queries):
        client = client_of(bureau)
        address = reverse(f"students:{name}", args=[] if name == "campaigns" else [campaign.pk])
        with django_assert_num_queries(queries):
            client.get(address)
        for number in range(6):
            sweep.resident(sweep.village(village.parent, f"{number}村"), f"陈{number}")
        client.post(reverse("casework:redraw_campaign", args=[campaign.pk]))
        client.get(reverse("students:campaigns"))  # the message has been read
        with django_assert_num_queries(queries):
            client.get(address)


class TestList:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["林远", "陈宁", "陈安", "高东"]),
            ("q=陈", ["陈宁", "陈安"]),
            ("list=not_attending", ["高东"]),
            ("state=unsettled", ["林远", "陈宁", "高东"]),
            ("state=back", ["陈安"]),
            ("follower=mine", ["陈宁"]),
            ("follower=none", ["林远", "陈安", "高东"]),
            ("q=陈&state=back", ["陈安"]),
            ("q=没有", []),
        ],
    )
    def test_search_and_filters(self, query, found, campaign, bureau):
        sweep.record(bureau, finding_of(campaign, "陈安"), State.BACK)
        Finding.objects.filter(pk=finding_of(campaign, "陈宁").pk).update(follower=bureau)
        response = client_of(bureau).get(f"{reverse('students:findings', args=[campaign.pk])}?{query}")
        assert names(response) == sorted(found)

    def test_places_narrow_it_down(self, campaign, bureau, far_village):
        address = reverse("students:findings", args=[campaign.pk])
        for query in (f"township={far_village.parent_id}", f"village={far_village.pk}"):
            assert names(client_of(bureau).get(f"{address}?{query}")) == ["林远"]

    def test_the_last_four_of_a_number_find_a_child(self, campaign, bureau):
        finding = finding_of(campaign, "林远")
        query = f"?q={finding.resident.id_number[-4:]}"
        response = client_of(bureau).get(reverse("students:findings", args=[campaign.pk]) + query)
        assert names(response) == ["林远"]

    def test_the_walk_list_has_a_sheet_for_each_village_and_leaves_out_who_is_settled(self, campaign, bureau):
        sweep.record(bureau, finding_of(campaign, "陈安"), State.BACK)
        response = client_of(bureau).get(reverse("students:walk_list", args=[campaign.pk]))
        sheets = [(sheet["place"], [line.name for line in sheet["lines"]]) for sheet in response.context["sheets"]]
        assert sorted(sheets) == [("东坪镇甲东村", ["高东", "陈宁"]), ("西岭镇丙西村", ["林远"])]
        assert PHONE not in response.content.decode()

    def test_the_file_holds_what_is_listed_with_masked_numbers_unless_a_reason_is_given(self, campaign, bureau):
        client, address = client_of(bureau), reverse("reports:findings_file", args=[campaign.pk]) + "?q=陈安"
        number = finding_of(campaign, "陈安").resident.id_number
        masked = cells(client.post(address, {"format": ".xlsx"}))
        assert {"陈安", "甲东村", "待走访"} - {part for cell in masked for part in (cell, cell[-3:])} == set()
        assert number not in masked
        assert "陈宁" not in masked
        shown = cells(client.post(address, {"format": ".xlsx", "reveal": "on", "reason": "入户走访联系监护人"}))
        assert {number, PHONE} <= set(shown)
        assert AuditRow.objects.filter(action="table.export").count() == 2


def cells(response) -> list[str]:
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    return [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row if cell is not None]


class TestChild:
    def test_the_page_says_why_and_hides_the_numbers(self, campaign, officer):
        finding = finding_of(campaign, "陈安")
        html = client_of(officer).get(reverse("students:finding", args=[finding.pk])).content.decode()
        assert "2026年9月7日满12周岁，户籍在本县，属适龄儿童少年；当天全县各校都没有在籍记录。" in html
        assert finding.resident.id_number not in html
        assert PHONE not in html

    def test_the_family_is_dialled_from_the_page_and_the_walk_list_without_showing_the_number(self, campaign, officer):
        finding, client = finding_of(campaign, "陈安"), client_of(officer)
        dial = reverse("students:dial_finding", args=[finding.pk])
        assert client.get(dial)["Location"] == f"tel:{PHONE}"
        for address in (reverse("students:finding", args=[finding.pk]), walk_list(campaign)):
            html = client.get(address).content.decode()
            assert dial in html
            assert PHONE not in html

    def test_who_only_reads_has_nothing_to_dial(self, campaign, scene):
        finding = finding_of(campaign, "陈安")
        client = client_of(cast.person(role=Role.INSPECTOR, township=scene.school.township))
        dial = reverse("students:dial_finding", args=[finding.pk])
        assert client.get(dial).status_code == 403
        for address in (reverse("students:finding", args=[finding.pk]), walk_list(campaign)):
            assert dial not in client.get(address).content.decode()

    def test_a_family_without_a_number_is_told(self, campaign, officer):
        dial = reverse("students:dial_finding", args=[finding_of(campaign, "陈宁").pk])
        assert "陈宁没有登记电话" in client_of(officer).get(dial, follow=True).content.decode()

    def test_a_dropout_is_explained_by_the_event(self, campaign, scene):
        html = (
            client_of(scene.clerk)
            .get(reverse("students:finding", args=[finding_of(campaign, "高东").pk]))
            .content.decode()
        )
        assert "2026年9月7日在东坪小学在籍，2026年9月2日辍学后没有返校。" in html

    def test_another_township_finds_nothing(self, campaign, officer):
        client, finding = client_of(officer), finding_of(campaign, "林远")
        for name in ("finding", "assign_finding"):
            assert client.post(reverse(f"students:{name}", args=[finding.pk]), {}).status_code == 404
        assert client.get(reverse("students:finding", args=[finding.pk])).status_code == 404
        assert not finding.steps.exists()

    def test_a_step_with_its_paper(self, campaign, officer):
        finding = finding_of(campaign, "陈安")
        client, address = client_of(officer), reverse("students:finding", args=[finding.pk])
        sent = sweep.sending(finding, State.ELSEWHERE, proof=sweep.picture())
        said = client.post(address, sent, follow=True).content.decode()
        proof = FindingProof.objects.get()
        assert "已登记：在外地就读。" in said
        assert reverse("students:finding_proof", args=[proof.pk]) in said
        paper = client.get(reverse("students:finding_proof", args=[proof.pk]))
        assert (paper["Content-Type"], paper["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert paper.content.startswith(b"\x89PNG")

    def test_a_paper_that_is_none_is_refused_and_nothing_kept(self, campaign, officer):
        finding = finding_of(campaign, "陈安")
        fake = sweep.picture("假.png")
        fake.file = BytesIO(b"<script>alert(1)</script>")
        fake.size = 25
        response = client_of(officer).post(
            reverse("students:finding", args=[finding.pk]), sweep.sending(finding, State.ABROAD, proof=fake)
        )
        assert response.status_code == 422
        assert "没有保存" in response.content.decode()
        assert not finding.steps.exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"state": "elsewhere"}, "要附证明材料，没有保存"),
            ({"state": "to_visit"}, "请在列出的结果中选择"),
            ({"state": ""}, "请选择核实结果"),
            ({"state": "not_found", "note": " "}, "要写明走访情况"),
            ({"happened_on": "2026-09-08"}, "请改正日期"),
            ({"happened_on": "2026-09-06"}, "请改正日期"),
            ({"note": "长" * 301}, "情况最多300字"),
            ({"submission": "x"}, ""),
        ],
    )
    def test_bad_input_is_told_and_nothing_kept(self, fields, words, campaign, officer):
        finding = finding_of(campaign, "陈安")
        sent = sweep.sending(finding, State.VISITED) | fields
        response = client_of(officer).post(reverse("students:finding", args=[finding.pk]), sent)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not finding.steps.exists()

    def test_the_form_sent_twice_is_one_step(self, campaign, officer):
        finding = finding_of(campaign, "陈安")
        sent, client = sweep.sending(finding, State.BACK), client_of(officer)
        for _ in range(2):
            assert client.post(reverse("students:finding", args=[finding.pk]), sent).status_code == 302
        assert finding.steps.count() == 1

    def test_the_second_of_two_people_sees_what_changed(self, campaign, officer, bureau):
        finding = finding_of(campaign, "陈安")
        sent = sweep.sending(finding, State.BACK)
        sweep.record(officer, finding, State.NOT_FOUND)
        response = client_of(bureau).post(reverse("students:finding", args=[finding.pk]), sent)
        assert response.status_code == 422
        assert "赵文刚刚登记了“去向不明”，这次没有保存" in response.content.decode()

    def test_who_came_back_without_a_match_is_to_be_matched(self, campaign, officer):
        finding = finding_of(campaign, "陈安")
        address = reverse("students:finding", args=[finding.pk])
        said = client_of(officer).post(address, sweep.sending(finding, State.BACK), follow=True).content.decode()
        assert "还没有和学生比对上" in said

    def test_a_child_that_has_turned_up_in_a_school_is_pointed_out(self, campaign, officer, scene):
        finding = finding_of(campaign, "陈安")
        cast.student(scene.school_class, "陈安", id_number=finding.resident.id_number)
        match_residents()
        html = client_of(officer).get(reverse("students:finding", args=[finding.pk])).content.decode()
        assert "已和在籍学生比对上" in html
        assert f"{scene.school} {scene.school_class}，在校" in html

    def test_the_school_writes_about_its_own_child(self, campaign, scene):
        finding = finding_of(campaign, "高东")
        address = reverse("students:finding", args=[finding.pk])
        client_of(scene.clerk).post(address, sweep.sending(finding, State.VISITED))
        assert finding.steps.get().recorded_by == scene.clerk

    def test_a_closed_sweep_is_read_only(self, campaign, officer, bureau):
        client_of(bureau).post(reverse("students:close_campaign", args=[campaign.pk]))
        finding = finding_of(campaign, "陈安")
        address = reverse("students:finding", args=[finding.pk])
        client = client_of(officer)
        assert 'name="state"' not in client.get(address).content.decode()
        response = client.post(address, sweep.sending(finding, State.VISITED))
        assert response.status_code == 422
        assert "已结束" in response.content.decode()

    @pytest.mark.parametrize("name", ["陈安", "高东"])
    def test_the_queries_of_a_child_are_constant(self, name, campaign, bureau, django_assert_num_queries):
        finding = finding_of(campaign, name)
        client, address = client_of(bureau), reverse("students:finding", args=[finding.pk])
        sweep.record(bureau, finding, State.VISITED)
        with CaptureQueriesContext(connection) as first:
            client.get(address)
        for _ in range(4):
            sweep.record(bureau, finding, State.VISITED)
        with django_assert_num_queries(len(first)):
            client.get(address)
        assert len(first) <= 14


class TestFollowers:
    def test_a_village_is_given_to_an_officer(self, campaign, officer, village, bureau):
        sweep.record(bureau, finding_of(campaign, "陈安"), State.BACK)
        address = reverse("students:assign_village", args=[campaign.pk, village.pk])
        said = client_of(officer).post(address, {"follower": officer.pk}, follow=True).content.decode()
        assert "已把2名儿童由赵文负责" in said
        assert finding_of(campaign, "陈安").follower is None  # settled already

    def test_only_who_works_there_can_be_given_a_child(self, campaign, bureau, scene):
        stranger = cast.person("钱远", role=Role.TOWNSHIP_OFFICER, township=cast.township("北坪镇"))
        finding = finding_of(campaign, "高东")
        address = reverse("students:assign_finding", args=[finding.pk])
        client = client_of(bureau)
        assert "不能负责这里的儿童" in client.post(address, {"follower": stranger.pk}, follow=True).content.decode()
        client.post(address, {"follower": scene.clerk.pk})
        assert finding_of(campaign, "高东").follower == scene.clerk

    def test_nobody_is_a_choice_too(self, campaign, bureau, officer):
        finding = finding_of(campaign, "陈安")
        Finding.objects.filter(pk=finding.pk).update(follower=officer)
        said = client_of(bureau).post(reverse("students:assign_finding", args=[finding.pk]), {}, follow=True)
        assert "改为未分派" in said.content.decode()

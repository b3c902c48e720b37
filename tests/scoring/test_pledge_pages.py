"""The pages of 责任书: counted by layer, filtered, drawn up, renewed, issued, printed, exported; one's own."""

import re
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from casework.actions.progress import SILENT_SECONDS, Watch
from casework.document_kinds import DocumentKind
from casework.models import Document
from reports.exports import build_table
from scoring.actions.pledges import ISSUING, job_of
from scoring.pledge_jobs import issue_pledges
from students.models import Posting, Role, School
from tests import cast
from tests.casework.test_document_pages import page as casework_page
from tests.casework.test_document_pages import text_of, words
from tests.scene import client_of
from tests.scoring.pledging import NAMES
from tests.scoring.test_pledges import adopt
from tests.students.papers import picture


def page(name: str, *args) -> str:
    return reverse(f"scoring:{name}", args=args)


def text(response) -> str:
    return re.sub(r"\s+", " ", words(response))


class TestOfASchool:
    def test_counts_layer_by_layer_with_what_they_are_taken_of(self, signing):
        client, address = client_of(signing.people["clerk"]), page("school_pledges", signing.scene.school.pk)
        assert "校长—班主任 2 份 0 /2 0 /2 0 /2 2 份没签" in text(client.get(address))
        signing.drawn_and_issued()
        signing.sign(signing.of("beside"), "beside")
        shown = text(client.get(address))
        assert "校长—班主任 2 份 2 /2 2 /2 1 /2 1 份没签" in shown
        assert "局—校 1 份 0 /1" in shown

    def test_step_by_step_to_the_papers_for_signing(self, signing, real_papers):
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        assert "生成责任书（5份）" in text(client.get(page("school_pledges", school)))
        drawn = text(client.post(page("draw_up_pledges", school), follow=True))
        assert "已生成5份责任书的草稿，看过以后签发。" in drawn
        assert "签发（5份）" in drawn
        issued = text(client.post(page("issue_pledges", school), follow=True))
        assert "正在后台编号、定稿5份" in issued
        signing.issue()
        assert "打印待签字的（5份）" in text(client.get(page("school_pledges", school)))
        papers = PdfReader(BytesIO(client.get(page("print_pledges", school)).content))
        said = "".join(sheet.extract_text() for sheet in papers.pages)
        assert all(NAMES[who] in said for who in ("maths", "beside", "deputy"))
        only = client.get(page("print_pledges", school) + "?kind=pledge")
        assert "梁宁" not in "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(only.content)).pages)

    def test_shows_how_far_the_issuing_is_and_offers_it_no_second_time(self, signing, monkeypatch):
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        signing.draw_up()
        asked = []
        queue = SimpleNamespace(enqueue=lambda *given: asked.append(given))
        monkeypatch.setattr("scoring.views.pledges.issue_pledges", queue)
        issued = text(client.post(page("issue_pledges", school), follow=True))
        assert "排队等待编号、定稿 0 / 5 份" in issued
        assert "签发（5份）" not in issued
        assert "正在签发，不用再按" in text(client.post(page("issue_pledges", school), follow=True))
        assert len(asked) == 1
        Watch(job_of(cast.scope(signing.people["clerk"]), [school], 2026))(ISSUING, 2, 5)
        assert "正在编号、定稿 2 / 5 份" in text(client.get(page("pledge_progress", school)))
        issue_pledges.func(*asked[0])
        assert client.get(page("pledge_progress", school)).headers["HX-Refresh"] == "true"
        assert "打印待签字的（5份）" in text(client.get(page("school_pledges", school)))

    def test_issuing_that_was_broken_off_is_offered_again(self, signing, monkeypatch, clock):
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        signing.draw_up()
        monkeypatch.setattr("scoring.views.pledges.issue_pledges", SimpleNamespace(enqueue=lambda *given: None))
        client.post(page("issue_pledges", school))
        clock.shift(SILENT_SECONDS + 1)
        assert "签发（5份）" in text(client.get(page("school_pledges", school)))

    def test_with_nothing_to_print_or_to_issue_it_says_so(self, signing):
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        assert "没有待签字的责任书可以打印" in text(client.get(page("print_pledges", school), follow=True))
        assert "没有待签发的草稿" in text(client.post(page("issue_pledges", school), follow=True))
        assert "草稿的目标都是最新的" in text(client.post(page("renew_pledges", school), follow=True))

    def test_drafts_with_older_targets_are_marked_and_renewed(self, signing):
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        signing.draw_up()
        adopt(veto_above=3)
        shown = text(client.get(page("school_pledges", school)))
        assert "考核办法或学年初人数改动过，有的草稿还是以前的目标（5份）" in shown
        assert shown.count("目标是以前的") == 5
        assert "签发（" not in shown
        assert "有5份草稿的目标是以前的，没有签发" in text(client.post(page("issue_pledges", school), follow=True))
        assert "这份草稿的目标是以前的" in text(client.get(casework_page("document", signing.of("maths").pk)))
        assert "已更新5份草稿的目标和计分" in text(client.post(page("renew_pledges", school), follow=True))
        assert "目标是以前的" not in text(client.get(page("school_pledges", school)))

    def test_filters_by_layer_state_and_name(self, signing):
        client, address = client_of(signing.people["clerk"]), page("school_pledges", signing.scene.school.pk)
        signing.drawn_and_issued()
        signing.sign(signing.of("beside"), "beside")
        unsigned = text(client.get(f"{address}?state=unsigned"))
        assert "陈一" not in unsigned
        assert "任军" in unsigned
        assert "罗宁" not in text(client.get(f"{address}?kind=pledge_homeroom"))
        assert "共 1 份" in text(client.get(f"{address}?q=任军"))
        assert "没有符合条件的责任书" in text(client.get(f"{address}?q=无此人"))
        assert "共 6 份" in text(client.get(f"{address}?kind=unheard&state=unheard&year=abc&school=9"))

    def test_says_what_is_in_the_way(self, signing):
        Posting.objects.filter(role=Role.PRINCIPAL).delete()
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        assert "东坪小学没有登记在任的校长" in text(client.get(page("school_pledges", school)))
        said = text(client.post(page("draw_up_pledges", school), follow=True))
        assert "已生成1份" in said
        assert "副职、中层和班主任没有人可以对签" in said

    def test_of_a_former_year_is_shown_and_not_touched(self, signing):
        signing.draw_up()
        Document.objects.update(school_year=2025)
        client, school = client_of(signing.people["clerk"]), signing.scene.school.pk
        assert "2025-2026学年" in text(client.get(page("school_pledges", school)))
        former = text(client.get(page("school_pledges", school) + "?year=2025"))
        assert "共 5 份" in former
        assert "签发（" not in former

    def test_costs_the_same_however_many(self, signing):
        client, address = client_of(signing.people["clerk"]), page("school_pledges", signing.scene.school.pk)
        client.get(address)
        costs = []
        for number in range(2):
            signing.draw_up()
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            costs.append(len(queries))
            for subject in ("英语", "科学", "音乐"):
                cast.person(
                    f"新{number}", role=Role.SUBJECT_TEACHER, school_class=signing.scene.school_class, subject=subject
                )
        assert costs[0] == costs[1] <= 16


class TestOfTheCounty:
    def test_schools_stand_side_by_side_with_denominators(self, signing):
        client = client_of(signing.people["bureau"])
        signing.drawn_and_issued("bureau")
        shown = text(client.get(page("pledges")))
        assert "东坪小学 东坪镇 6 份 1 /6 1 /6 0 /6 6 份没签" in shown
        assert "西岭小学 西岭镇 1 份 0 /1" in shown
        assert "西岭小学本学年没有班级" in shown

    def test_the_bureau_draws_up_and_issues_those_with_all_principals_at_once(self, signing):
        client = client_of(signing.people["bureau"])
        said = text(client.post(page("draw_up_all_pledges"), follow=True))
        assert "已生成1份" in said
        assert [row.kind for row in Document.objects.all()] == [DocumentKind.PLEDGE_SCHOOL]
        assert "正在后台编号、定稿1份" in text(client.post(page("issue_all_pledges"), follow=True))
        signing.issue("bureau", School.objects.all())
        assert client.get(page("print_all_pledges"))["Content-Type"] == "application/pdf"

    def test_people_are_found_by_township_school_state_and_name(self, signing):
        client = client_of(signing.people["bureau"])
        address = f"{page('pledges')}?by=person"
        assert "共 7 份" in text(client.get(address))
        west = School.objects.get(name="西岭小学")
        assert "共 1 份" in text(client.get(f"{address}&township={west.township_id}"))
        assert "共 1 份" in text(client.get(f"{address}&school={west.pk}"))
        assert "共 1 份" in text(client.get(f"{address}&q=罗宁"))
        assert "共 7 份" in text(client.get(f"{address}&state=undrawn"))
        assert "没有符合条件的责任书" in text(client.get(f"{address}&state=signed"))

    def test_the_township_looks_and_draws_up_nothing(self, signing):
        client = client_of(signing.people["township"])
        shown = text(client.get(page("pledges"), follow=True))
        assert "东坪小学" in shown
        assert "生成责任书" not in shown

    def test_costs_the_same_however_many_schools(self, signing):
        client = client_of(signing.people["bureau"])
        client.get(page("pledges"))
        costs = []
        for number in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get(f"{page('pledges')}?by=person")
            costs.append(len(queries))
            school = cast.school(f"北山{number}小学")
            cast.person("黄远", role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(school))
        assert costs[0] == costs[1] <= 16


class TestOnesOwn:
    def test_shows_the_work_the_target_and_the_way_to_sign(self, signing):
        client = client_of(signing.people["maths"])
        signing.draw_up()
        assert "还没有你的责任书" in text(client.get(page("my_pledges")))
        signing.issue()
        shown = text(client.get(page("my_pledges")))
        for said in ("学校—任课教师 2026-2027学年", "数学教学", "最多流失0人", "待签字", "看全文并签字"):
            assert said in shown
        signing.sign(signing.of("maths"), "maths")
        assert "已签字" in text(client.get(page("my_pledges")))

    def test_leads_there_from_home(self, signing):
        for who in ("maths", "homeroom", "principal", "clerk"):
            assert page("my_pledges") in client_of(signing.people[who]).get("/").content.decode()

    def test_a_subject_teacher_opens_their_own_and_no_others(self, signing):
        signing.drawn_and_issued()
        client = client_of(signing.people["maths"])
        shown = client.get(casework_page("document", signing.of("maths").pk))
        assert page("my_pledges") in shown.content.decode()
        for who in ("homeroom", "deputy"):
            assert client.get(casework_page("document", signing.of(who).pk)).status_code == 404

    def test_a_homeroom_teacher_does_not_see_what_the_heads_have_signed(self, signing):
        signing.drawn_and_issued()
        signing.drawn_and_issued("bureau")
        client = client_of(signing.people["homeroom"])
        for who in ("deputy", "principal"):
            assert client.get(casework_page("document", signing.of(who).pk)).status_code == 404

    @pytest.mark.parametrize(
        ("who", "said"),
        [
            ("maths", ("责任人任军，2023级1班数学教学，", "学校（盖章）", "控辍目标：完成目标加10分")),
            ("homeroom", ("沈明", "班主任、语文教学", "没有流失学生", "点名：全天没有点名扣1分")),
            ("deputy", ("全校", "责任人梁宁，分管领导，", "小学（2个班）")),
            ("principal", ("罗宁", "县教育局（盖章）", "责任人罗宁，校长，", "第一责任人")),
        ],
    )
    def test_the_paper_says_between_whom_for_what_and_by_which_scheme(self, signing, real_papers, who, said):
        signing.draw_up("bureau" if who == "principal" else "clerk")
        row = signing.of(who)
        paper = text_of(client_of(signing.people[who]).get(casework_page("document_paper", row.pk)))
        for words_said in (*said, "2026-2027学年", "《控辍保学班级责任考核办法》第1版"):
            assert words_said in re.sub(r"\s+", "", paper)

    @pytest.mark.parametrize(("who", "by"), [("maths", "clerk"), ("principal", "bureau")])
    def test_a_draft_is_changed_by_form_but_for_its_targets(self, signing, who, by):
        signing.draw_up(by)
        row, client = signing.of(who), client_of(signing.people[by])
        address = casework_page("edit_document", row.pk)
        shown = text(client.get(address))
        assert "承担的工作" in shown
        assert "一票否决" not in shown
        sent = {"submission": str(row.submission), "version": "1", "opened": "", "duty": "校长、安全"}
        days = {"since": "2026-09-01", "until": "2027-08-31"}
        assert "早于责任期开始" in text(client.post(address, sent | {"since": "2027-06-01", "until": "2027-03-01"}))
        assert client.post(address, sent | days).status_code == 302
        changed = Document.objects.get(pk=row.pk).values
        assert (changed["duty"], changed["target"]) == ("校长、安全", row.values["target"])

    @pytest.mark.parametrize(("by", "left"), [("beside", set()), ("clerk", {"return"})])
    def test_a_signed_paper_asks_for_no_other_signature(self, signing, by, left):
        signing.drawn_and_issued()
        row, client = signing.of("beside"), client_of(signing.people["beside"])
        assert {"sign", "return"} <= client.get(casework_page("document", row.pk)).context["forms"].keys()
        sent = {"copy-paper": picture()}
        client_of(signing.people[by]).post(casework_page("attach_copy", row.pk), sent)
        shown = client.get(casework_page("document", row.pk))
        assert "算已签字，不用再在这里签" in text(shown)
        assert "已签字（线下）" in text(shown)
        assert "等签" not in text(shown)
        assert {"sign", "return"} & shown.context["forms"].keys() == left

    def test_a_file_of_a_wrong_kind_is_no_signed_copy(self, signing):
        signing.drawn_and_issued()
        client, row = client_of(signing.people["clerk"]), signing.of("maths")
        sent = {"copy-paper": SimpleUploadedFile("责任书.txt", "签字".encode())}
        said = text(client.post(casework_page("attach_copy", row.pk), sent, follow=True))
        assert "图片" in said
        assert "PDF" in said
        assert not row.copies.exists()


class TestTheFile:
    def records(self, signing, **narrowed) -> list[dict]:
        return list(build_table("pledges", today=signing.today, **narrowed).records())

    def test_has_who_owes_one_and_how_far_it_has_come(self, signing):
        signing.drawn_and_issued()
        signing.sign(signing.of("beside"), "beside")
        rows = self.records(signing, school=signing.scene.school.code)
        by_duty = {row["duty"]: row for row in rows}
        assert len(rows) == 6
        assert by_duty["校长"]["state"] == "undrawn"
        assert by_duty["数学教学"] | {"reference": ""} == {
            "school": signing.scene.school.code, "person": signing.people["maths"].staff_number, "layer": "pledge",
            "class": "202301", "duty": "数学教学", "state": "waiting", "is_past": False, "reference": "",
            "issued_on": signing.today, "signed_on": None,
        }  # fmt: skip
        assert by_duty["班主任"]["signed_on"] == signing.today

    def test_of_the_county_has_every_school(self, signing):
        assert len(self.records(signing)) == 7

    @pytest.mark.parametrize("ending", [".xlsx", ".pdf"])
    def test_is_narrowed_down_as_the_page_is(self, signing, ending):
        signing.draw_up()
        client = client_of(signing.people["bureau"])
        address = f"{reverse('reports:pledges_file')}?kind=pledge_homeroom&school={signing.scene.school.pk}"
        asked = text(client.get(address))
        assert "校长—班主任" in asked
        assert "共2份" in asked
        response = client.post(address, {"format": ending})
        assert b"".join(response.streaming_content)[:2] in (b"PK", b"%P")

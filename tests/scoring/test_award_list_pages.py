"""The pages of 表彰名单: confirmed, changed, printed, exported; who sees which; and where awards are told of."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from reports.exports import build_table
from scoring.actions.award_papers import make_papers
from scoring.models import AwardList, AwardPaper
from scoring.queries.award_lists import changes_of, proposal_of
from students.models import AuditRow, Role
from tests import cast
from tests.scene import client_of
from tests.scoring.appealing import make
from tests.scoring.awarding import (
    CLASS,
    NOTE,
    PERSON,
    TODAY,
    amended,
    confirm,
    freeze,
    lose,
    short_term,
    term,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF


@pytest.fixture
def taught(scene, clock):
    return short_term(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def row(taught, bureau):
    return freeze(taught, bureau)


def confirm_address(kind=CLASS) -> str:
    return reverse("scoring:confirm_awards", args=[term().pk, kind.value])


def shown(kind=CLASS) -> dict:
    proposal = proposal_of(kind, term(), TODAY)
    return {"rule": proposal.field.rule.key, "mark": proposal.mark}


def page_of(who, name, *args, **query):
    return client_of(who).get(reverse(f"scoring:{name}", args=args), query)


def text_of(response) -> str:
    return response.content.decode()


class TestConfirming:
    def test_shows_who_would_be_awarded_and_makes_a_list(self, taught, bureau, row):
        client = client_of(bureau)
        page = text_of(client.get(confirm_address()))
        for words in ("拟表彰名单", "2023级1班", "流失0/3人", "评定并编号"):
            assert words in page
        response = client.post(confirm_address(), shown() | {"note": NOTE, "sure": "on"}, follow=True)
        made = AwardList.objects.get()
        assert response.redirect_chain[-1][0] == reverse("scoring:award_list", args=[made.pk])
        page = text_of(response)
        for words in ("控辍评〔2026〕1号", NOTE, made.sha256, "奖状和证书"):
            assert words in page

    def test_is_not_done_unread_and_keeps_what_was_typed(self, bureau, row):
        response = client_of(bureau).post(confirm_address(), shown() | {"note": NOTE})
        assert response.status_code == 422
        assert "核对以后请打勾" in text_of(response)
        response = client_of(bureau).post(confirm_address(), {"rule": 1, "mark": "0", "note": NOTE, "sure": "on"})
        assert response.status_code == 422
        assert NOTE in text_of(response)
        assert shown()["mark"] in text_of(response)
        assert not AwardList.objects.exists()

    @pytest.mark.parametrize("fields", [{}, {"rule": "x", "mark": ""}, {"rule": "9" * 30, "mark": "0" * 65}])
    def test_of_nonsense_is_refused(self, bureau, row, fields):
        response = client_of(bureau).post(confirm_address(), fields | {"note": NOTE, "sure": "on"})
        assert response.status_code == 422
        assert not AwardList.objects.exists()

    def test_says_why_there_is_nothing(self, taught, bureau):
        assert "还没有学校定分，没有评定：东坪小学" in text_of(client_of(bureau).get(confirm_address()))

    def test_tells_of_schools_that_wait_and_of_appeals(self, taught, bureau, row):
        cast.student(cast.school_class(cast.school("西岭小学")))
        assert "还有1所学校没有定分，不在这次名单里" in text_of(client_of(bureau).get(confirm_address()))

    @pytest.mark.parametrize("address", ["/scores/awards/9/class/confirm/", "/scores/awards/1/other/confirm/"])
    def test_of_what_is_none_is_not_found(self, bureau, address):
        assert client_of(bureau).get(address).status_code == 404


class TestAList:
    def test_is_seen_by_its_schools_and_by_no_other(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        far = cast.person(role=Role.PRINCIPAL, school=cast.school("西岭小学"))
        assert page_of(taught.clerk, "award_list", awards.pk).status_code == 200
        assert page_of(far, "award_list", awards.pk).status_code == 404
        assert "还没有名单" in text_of(page_of(far, "award_lists"))
        assert "控辍评〔2026〕1号" in text_of(page_of(taught.clerk, "award_lists", kind="class"))
        assert "还没有名单" in text_of(page_of(taught.clerk, "award_lists", kind="grade"))

    def test_of_persons_tells_a_township_names_and_no_scores(self, taught, bureau, row):
        officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=taught.school.township)
        awards = confirm(PERSON, bureau)
        for who, words in ((officer, False), (taught.clerk, True)):
            page = text_of(page_of(who, "award_list", awards.pk))
            assert taught.teacher.name in page
            assert ("学期得分" in page) is words
            file = client_of(who).post(reverse("reports:award_list_file", args=[awards.pk]), {"format": ".xlsx"})
            cells = [cell.value for line in load_workbook(BytesIO(b"".join(file))).active.iter_rows() for cell in line]
            assert ("依据" in cells) is words

    def test_is_searched(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        assert [award.name for award in page_of(bureau, "award_list", awards.pk, q="2024").context["page"]] == [
            "2024级1班"
        ]
        assert "没有找到" in text_of(page_of(bureau, "award_list", awards.pk, q="无"))

    def test_tells_what_an_amendment_has_changed_and_changes_by_it(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        assert "出变更" not in text_of(page_of(bureau, "award_list", awards.pk))
        lose(taught)
        amended(row, bureau)
        page = text_of(page_of(bureau, "award_list", awards.pk))
        assert "撤销 东坪小学2023级1班：流失1/3人；一票否决" in page
        assert "出变更" not in text_of(page_of(taught.clerk, "award_list", awards.pk))
        address = reverse("scoring:change_award_list", args=[awards.pk])
        mark = changes_of(awards, TODAY).mark
        assert client_of(bureau).post(address, {"seen": 0, "mark": mark, "reason": ""}).status_code == 422
        assert client_of(bureau).post(address, {"seen": 0, "mark": "0", "reason": "核实"}).status_code == 422
        response = client_of(bureau).post(address, {"seen": 0, "mark": mark, "reason": "核实流失"}, follow=True)
        for words in ("第1次变更", "已撤销", "核实流失", "变更已编号保存"):
            assert words in text_of(response)

    def test_asks_for_the_same_however_long_it_is(self, taught, bureau, row):
        client, asked = client_of(bureau), []
        awards = confirm(CLASS, bureau)
        address = reverse("scoring:award_list", args=[awards.pk])
        client.get(address)
        for query in ("", "?q=2024"):
            with CaptureQueriesContext(connection) as queries:
                client.get(address + query)
            asked.append(len(queries))
        assert asked == [14, 14]


class TestThePapers:
    def test_are_opened_as_they_were_kept_each_by_whom_it_concerns(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        make_papers(by=bureau, award_list=awards, edition=0)
        own = AwardPaper.objects.get(school=taught.school)
        whole = AwardPaper.objects.get(kind="certificates", school=None)
        assert page_of(taught.clerk, "award_paper", own.pk).content == bytes(own.pdf)
        assert page_of(taught.clerk, "award_paper", whole.pk).status_code == 404
        assert page_of(bureau, "award_paper", whole.pk)["Content-Type"] == "application/pdf"
        assert "奖状和证书：东坪小学" in text_of(page_of(taught.clerk, "award_list", awards.pk))

    def test_can_be_asked_for_again(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        address = reverse("scoring:print_award_list", args=[awards.pk])
        assert "名单和奖状在后台制作" in text_of(client_of(bureau).post(address, follow=True))
        assert client_of(taught.clerk).post(address).status_code == 403

    @pytest.mark.parametrize("form", [".xlsx", ".pdf"])
    def test_are_exported_with_the_same_figures(self, bureau, row, form):
        awards = confirm(CLASS, bureau)
        address = reverse("reports:award_list_file", args=[awards.pk])
        made = b"".join(client_of(bureau).post(address, {"format": form}))
        if form == ".xlsx":
            cells = [cell.value for line in load_workbook(BytesIO(made)).active.iter_rows() for cell in line]
            assert "2024级1班" in cells
        else:
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
            assert "2024级1班" in "".join(text.split())

    def test_are_read_by_scripts(self, taught, bureau, row):
        confirm(CLASS, bureau)
        records = list(build_table("awards", today=TODAY).records())
        assert [each["name"] for each in records] == ["2023级1班", "2024级1班"]
        assert records[0] == {
            "reference": "控辍评〔2026〕1号", "term": "2026-2027学年第一学期", "kind": "class", "number": 1,
            "school": taught.school.code, "name": "2023级1班", "is_withdrawn": False,
            "checks": ["学年初3人", "流失0/3人", "没有一票否决", "点名10/10节"],
        }  # fmt: skip
        assert build_table("awards", today=TODAY, school=taught.school.code).count == 2
        assert build_table("awards", today=TODAY, as_of="2026-09-09").count == 0


class TestAwardsAreToldOf:
    def test_to_the_person_the_class_the_school_and_on_the_hub(self, taught, bureau, row):
        hub = reverse("scoring:responsibility")
        assert "1件待办" in text_of(client_of(bureau).get(hub))
        confirm(CLASS, bureau)
        confirm(PERSON, bureau)
        assert "控辍保学先进个人" in text_of(client_of(taught.teacher).get(reverse("scoring:mine")))
        page = text_of(page_of(taught.teacher, "class_score", taught.school_class.pk))
        assert "无流失生班级" in page
        assert page_of(bureau, "freeze", row.pk).context["awards"] == 4
        assert "1件待办" not in text_of(client_of(bureau).get(hub))

    def test_to_the_person_when_they_are_withdrawn(self, taught, bureau, row):
        awards = confirm(PERSON, bureau)
        lose(taught)
        amended(row, bureau)
        address = reverse("scoring:change_award_list", args=[awards.pk])
        mark = changes_of(awards, TODAY).mark
        client_of(bureau).post(address, {"seen": 0, "mark": mark, "reason": "核实流失"})
        assert "已撤销" in text_of(client_of(taught.teacher).get(reverse("scoring:mine")))


def test_a_class_with_an_open_appeal_says_so_before_it_is_frozen(taught, clock):
    lose(taught)
    make(taught, f"loss-{taught.children[2].pk}-2026-09-07", today=TODAY, as_of=term().end)
    page = client_of(taught.clerk).get(reverse("scoring:awards"), {"kind": "grade"})
    assert "1份，处理后可能变化" in text_of(page)


def test_a_file_that_was_searched_for_somebody_leaves_no_name_in_the_log(taught, bureau, row):
    made = confirm(CLASS, bureau)
    address = f"{reverse('reports:award_list_file', args=[made.pk])}?q=沈明"
    client_of(bureau).post(address, {"format": ".xlsx"}).getvalue()
    [logged] = AuditRow.objects.filter(action="table.export")
    assert "有查找（内容不保存）" in logged.details["scope"]
    assert "沈明" not in str(logged.details)

"""The pages of 学期定分: the schools, one school from the signature to the amendments, one class, and its paper."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from scoring.actions import appeals
from scoring.actions.scores import keep_scores
from scoring.models import FrozenScore, ScoreFreeze
from scoring.queries.freezes import ended_terms
from students.actions import corrections
from students.models import Role, Term
from tests import cast
from tests.scene import at, client_of
from tests.scoring.appealing import (
    AFTER,
    NOTE,
    REGISTER,
    amend,
    decide,
    frozen,
    loss_of,
    make,
    mark,
    opened,
    principal_of,
    sign,
    week,
)

END = date(2027, 1, 22)


@pytest.fixture
def scored(scene, clock):
    week(scene, clock)
    clock.move_to(at(AFTER))
    return scene


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def head(scored):
    return principal_of(scored)


def text_of(page) -> str:
    return page.content.decode()


def post(who, row, name, **fields):
    return client_of(who).post(reverse(f"scoring:{name}", args=[row.pk]), fields)


def page_of(who, row, **query):
    return client_of(who).get(reverse("scoring:freeze", args=[row.pk]), query)


def bring_back(scored) -> None:
    """The child that was lost never was: the scores change."""
    gone = scored.children[2].events.get(kind="drop_out")
    corrections.void(by=scored.clerk, event=gone, reason="登记错了人", today=AFTER)


class TestTheSchools:
    def test_are_opened_by_the_bureau_all_or_one(self, scored, bureau):
        term = Term.objects.get(number=1)
        cast.student(cast.school_class(cast.school("西岭小学")))
        client, page = client_of(bureau), reverse("scoring:open_term")
        client.post(page, {"term": term.pk, "school": scored.school.pk})
        assert ScoreFreeze.objects.get().school == scored.school
        assert "已请1所学校核对签字" in text_of(client.post(page, {"term": term.pk}, follow=True))
        assert "没有重复发起" in text_of(client.post(page, {"term": term.pk}, follow=True))

    @pytest.mark.parametrize(
        ("number", "said"), [(2, "到2027年7月9日才结束，没有发起"), (None, "请选择一个有效的选项")]
    )
    def test_of_a_term_that_is_not_over_are_not_opened(self, scored, bureau, number, said):
        term = Term.objects.get(number=number).pk if number else 999
        response = client_of(bureau).post(reverse("scoring:open_term"), {"term": term})
        assert response.status_code == 422
        assert said in text_of(response) or number is None
        assert not ScoreFreeze.objects.exists()

    def test_stand_with_how_far_they_are(self, scored, bureau, head):
        frozen(scored, bureau, head)
        page = client_of(bureau).get(reverse("scoring:freezes"))
        assert "已定分" in text_of(page)
        assert (page.context["progress"].opened, page.context["progress"].frozen) == (1, 1)

    def test_say_how_many_appeals_the_school_has_accepted_itself(self, scored, bureau, head):
        decide(make(scored, today=AFTER), scored.clerk)
        decide(make(scored, loss_of(scored), today=AFTER), bureau)
        row = opened(scored, bureau)
        page = client_of(bureau).get(reverse("scoring:freezes"))
        assert page.context["page"][0].accepted_here == 1
        assert f"{reverse('scoring:appeals')}?tab=done&amp;school={row.school_id}" in text_of(page)

    def test_before_any_term_is_over_there_are_none(self, scored, bureau, clock):
        clock.move_to(at(END))
        assert "还没有结束的学期" in text_of(client_of(bureau).get(reverse("scoring:freezes")))
        assert ended_terms(END) == []

    def test_ask_for_the_same_however_many_there_are(self, scored, bureau, django_assert_num_queries):
        opened(scored, bureau)
        client, page = client_of(bureau), reverse("scoring:freezes")
        client.get(page)
        with django_assert_num_queries(7):
            client.get(page)
        for name in ("西岭小学", "南岭小学"):
            cast.student(cast.school_class(cast.school(name)))
        client.post(reverse("scoring:open_term"), {"term": Term.objects.get(number=1).pk})
        with django_assert_num_queries(7):
            client.get(page)


class TestASchool:
    def test_is_signed_as_the_page_showed_it(self, scored, bureau, head):
        row = opened(scored, bureau)
        shown = page_of(head, row).context["sheet"].mark
        response = post(head, row, "sign_scores", mark=shown, sure="on")
        assert response.url == reverse("scoring:freeze", args=[row.pk])
        row.refresh_from_db()
        assert (row.state, row.sha256) == ("signed", shown)

    def test_is_not_signed_unread(self, scored, bureau, head):
        row = opened(scored, bureau)
        response = post(head, row, "sign_scores", mark=mark(row))
        assert response.status_code == 422
        assert "核对以后请打勾" in text_of(response)

    def test_an_old_page_is_shown_what_holds_now(self, scored, bureau, head):
        row = opened(scored, bureau)
        response = post(head, row, "sign_scores", mark="0" * 64, sure="on")
        assert "得分或者依据有了变化，没有签字" in text_of(response)
        assert mark(row) in text_of(response)

    def test_lists_the_appeals_that_are_open(self, scored, bureau, head):
        row, appeal = opened(scored, bureau), make(scored, today=AFTER)
        page = text_of(page_of(head, row))
        assert reverse("scoring:appeal", args=[appeal.pk]) in page
        assert "处理完以后才能签字" in page
        assert reverse("scoring:sign_scores", args=[row.pk]) not in page
        response = post(head, row, "sign_scores", mark=mark(row), sure="on")
        assert "还有1份申诉没有处理完，没有签字" in text_of(response)

    def test_is_frozen_with_the_inspections_note(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        assert post(bureau, row, "freeze_scores", note="").status_code == 422
        post(bureau, row, "freeze_scores", note=NOTE)
        page = text_of(page_of(bureau, row))
        for words in ("已定分", NOTE, "罗宁", "苏远", row.sha256):
            assert words in page

    def test_that_has_changed_since_the_signature_keeps_what_was_typed(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        bring_back(scored)
        assert "不能定分" in text_of(page_of(bureau, row))
        response = post(bureau, row, "freeze_scores", note=NOTE)
        assert response.status_code == 422
        assert NOTE in text_of(response)

    def test_is_sent_back_with_a_reason(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        post(bureau, row, "send_back_scores", reason="再核一次")
        assert "县教育局退回：再核一次" in text_of(page_of(head, row))

    def test_says_what_differs_now_and_amends_it(self, scored, bureau, head):
        row = frozen(scored, bureau, head)
        assert "现在的事实和定分一致" in text_of(page_of(bureau, row))
        bring_back(scored)
        page = page_of(bureau, row)
        assert "流失1→0人" in text_of(page)
        shown = page.context["sheet"].mark
        post(bureau, row, "amend_scores", seen=0, mark=shown, reason="9月8日登记错了人")
        latest, first = page_of(bureau, row), page_of(bureau, row, edition=0)
        assert "第1次更正" in text_of(latest)
        assert (latest.context["sheet"].lost, first.context["sheet"].lost) == (0, 1)
        assert first.context["sheet"].sha256 == ScoreFreeze.objects.get().sha256

    @pytest.mark.parametrize(("edition", "status"), [("", 200), ("0", 200), ("1", 404), ("99", 404), ("x", 404)])
    def test_an_edition_that_is_none_is_not_there(self, scored, bureau, head, edition, status):
        row = frozen(scored, bureau, head)
        file = reverse("reports:frozen_scores_file", args=[row.pk])
        assert page_of(bureau, row, edition=edition).status_code == status
        assert client_of(bureau).get(file, {"edition": edition}).status_code == status

    def test_is_shown_nobodys_buttons(self, scored, bureau, head):
        row = opened(scored, bureau)
        assert "sure" not in text_of(page_of(scored.clerk, row))
        sign(row, head)
        assert "检查情况" not in text_of(page_of(head, row))

    def test_asks_for_the_same_however_many_classes_there_are(self, scored, bureau, head, django_assert_num_queries):
        row = frozen(scored, bureau, head)
        client, page = client_of(bureau), reverse("scoring:freeze", args=[row.pk])
        client.get(page)
        with django_assert_num_queries(49):
            client.get(page)
        for number in range(3):
            cast.student(cast.school_class(scored.school, f"20240{number}"))
        with django_assert_num_queries(49):
            client.get(page)

    def test_a_class_that_is_not_rated_is_not_counted_as_having_met_its_target(self, scored, bureau):
        bring_back(scored)
        page = page_of(bureau, opened(scored, bureau))
        assert [row.target[0] for row in page.context["sheet"].rows] == ["不予评定"]
        assert (page.context["sheet"].met, page.context["sheet"].unrated) == (0, 1)
        assert "不予评定" in text_of(page)


class TestAClass:
    def class_page(self, who, scored, day):
        return text_of(client_of(who).get(reverse("scoring:class_score", args=[scored.school_class.pk]), {"day": day}))

    def test_says_that_it_is_provisional_and_then_frozen(self, scored, bureau, head):
        assert "暂定" in self.class_page(scored.teacher, scored, END)
        frozen(scored, bureau, head)
        for day, words in ((END, "这一天已定分："), (date(2027, 1, 21), "已按算到1月22日的得分定分"), (AFTER, "暂定")):
            assert words in self.class_page(scored.teacher, scored, day)

    def test_takes_no_more_appeals_against_facts_of_a_signed_term(self, scored, bureau, head):
        page, form = self.class_page(scored.teacher, scored, END), [scored.school_class.pk, END, REGISTER]
        form = reverse("scoring:make_appeal", args=form)
        assert form in page
        sign(opened(scored, bureau), head)
        assert "/appeal/" not in self.class_page(scored.teacher, scored, END)
        response = client_of(scored.teacher).get(form)
        assert response.status_code == 403
        assert "第一学期的考核已签字确认，定分以前不受理申诉" in text_of(response)
        assert "请在定分以后提出，由县教育局处理。<" in text_of(response)

    def test_that_is_frozen_takes_them_for_the_bureau_which_then_amends(self, scored, bureau, head, clock):
        row = frozen(scored, bureau, head)
        clock.move_to(at(AFTER, 18))
        form = reverse("scoring:make_appeal", args=[scored.school_class.pk, END, REGISTER])
        assert form in self.class_page(scored.teacher, scored, END)
        assert "第一学期已定分，认定以后由县教育局出更正" in text_of(client_of(scored.teacher).get(form))
        appeal = make(scored, today=AFTER, as_of=END)
        decide(appeal, bureau)
        page = text_of(client_of(bureau).get(reverse("scoring:appeal", args=[appeal.pk])))
        assert "这次认定由县教育局出更正" in page
        assert reverse("scoring:freeze", args=[row.pk]) in page
        assert "待更正" in text_of(client_of(bureau).get(reverse("scoring:freezes")))
        clock.move_to(at(AFTER, 19))
        amend(row, bureau)
        assert "待更正" not in text_of(client_of(bureau).get(reverse("scoring:freezes")))

    def test_shows_its_frozen_facts_whatever_becomes_of_them(self, scored, bureau, head):
        row = frozen(scored, bureau, head)
        bring_back(scored)
        kept = FrozenScore.objects.get()
        page = text_of(client_of(scored.teacher).get(reverse("scoring:frozen_score", args=[kept.pk])))
        scheme = "按系统自带《控辍保学班级责任考核办法》第1版。"
        for words in ("9月8日起辍学", "9月4日缺一部分点名", NOTE, kept.sha256, scheme):
            assert words in page
        amend(row, bureau)
        page = text_of(client_of(scored.teacher).get(reverse("scoring:frozen_score", args=[kept.pk])))
        assert "第1次更正：" in page

    def test_is_not_shown_before_it_is_frozen_nor_to_another_class(self, scored, bureau, head):
        beside = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scored.school, "202302"))
        frozen(scored, bureau, head)
        address = reverse("scoring:frozen_score", args=[FrozenScore.objects.first().pk])
        assert client_of(beside).get(address).status_code == 404

    def test_the_list_of_that_day_says_so(self, scored, bureau, head):
        cast.student(cast.school_class(scored.school, "202302"))
        keep_scores(today=AFTER)
        page = reverse("scoring:scores")
        assert "暂定" in text_of(client_of(head).get(page, {"day": END}))
        frozen(scored, bureau, head)
        text = text_of(client_of(head).get(page, {"day": END}))
        assert "这一天的得分已经定分" in text
        assert "定分" in text
        assert "暂定" in text_of(client_of(head).get(page))


class TestThePaper:
    @pytest.fixture
    def row(self, scored, bureau, head):
        row = frozen(scored, bureau, head)
        bring_back(scored)
        amend(row, bureau)
        return row

    def file(self, who, row, form, **query):
        address = reverse("reports:frozen_scores_file", args=[row.pk])
        query = "&".join(f"{name}={value}" for name, value in query.items())
        return b"".join(client_of(who).post(f"{address}?{query}", {"format": form}))

    def test_names_who_signed_and_where_to_sign_and_no_child(self, scored, row):
        pages = PdfReader(BytesIO(self.file(scored.clerk, row, ".pdf"))).pages
        text = "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")
        for words in ("学期定分表", "东坪小学", "校长：", "检查人：", "盖章", "罗宁", "苏远", "第1次更正", "SHA-256"):
            assert words in text
        assert not [child.name for child in scored.children if child.name in text]
        assert pages[0].mediabox.width > pages[0].mediabox.height

    @pytest.mark.parametrize(("edition", "lost"), [("0", 1), ("1", 0), ("", 0)])
    def test_of_every_edition_says_what_it_said(self, scored, row, edition, lost):
        book = load_workbook(BytesIO(self.file(scored.clerk, row, ".xlsx", edition=edition)))
        cells = [[cell.value for cell in line] for line in book.active.iter_rows()]
        [line] = [line for line in cells if line[0] == "2023级1班"]
        assert line[2] == lost

    def test_is_not_there_before_the_freeze(self, scored, bureau, head):
        row = sign(opened(scored, bureau), head)
        address = reverse("reports:frozen_scores_file", args=[row.pk])
        assert client_of(bureau).get(address).status_code == 404


def test_notices_lead_the_heads_to_the_signature_and_the_bureau_to_the_freeze(scored, bureau, head):
    row = opened(scored, bureau)
    assert "请东坪小学核对学期考核得分并签字确认" in text_of(client_of(head).get(reverse("students:notices")))
    sign(row, head)
    assert "已为东坪小学的学期考核签字" in text_of(client_of(bureau).get(reverse("students:notices")))


def test_an_appeal_withdrawn_lets_the_school_sign(scored, bureau, head):
    row, appeal = opened(scored, bureau), make(scored, today=AFTER)
    appeals.withdraw(by=scored.teacher, scope=cast.scope(scored.teacher), appeal=appeal, today=AFTER)
    assert sign(row, head).state == "signed"

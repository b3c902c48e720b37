"""The pages of appeals: a button at each fact, the form with its draft and file, the lists, the decision."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from scoring.models import Appeal, AppealDraft
from students.models import Role, Term
from students.queries.notices import waiting_notices
from tests import cast
from tests.scene import client_of
from tests.scoring.appealing import (
    AS_OF,
    CALLS,
    REGISTER,
    TODAY,
    ask_review,
    decide,
    loss_of,
    make,
    opened,
    principal_of,
    sign,
    week,
)
from tests.students.papers import paper, pdf, picture


@pytest.fixture
def scored(scene, clock):
    return week(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def text_of(page) -> str:
    return page.content.decode()


def address(scored, fact: str = REGISTER, name: str = "make_appeal", day=AS_OF) -> str:
    return reverse(f"scoring:{name}", args=[scored.school_class.pk, day, fact])


def score_page(scored, who):
    return text_of(client_of(who).get(reverse("scoring:class_score", args=[scored.school_class.pk])))


def sent(**more) -> dict:
    return {"ground": "network", "text": "9月4日下午停电。", "submission": str(uuid4())} | more


class TestTheButtons:
    @pytest.mark.parametrize("fact", [REGISTER, CALLS, "register-2026-09-08", "loss"])
    def test_stand_at_every_fact_that_costs_points(self, scored, fact):
        fact = loss_of(scored) if fact == "loss" else fact
        assert address(scored, fact) in score_page(scored, scored.teacher)

    def test_are_not_there_for_who_only_looks(self, scored, bureau):
        assert "/appeal/" not in score_page(scored, bureau)

    def test_say_why_there_is_none_between_signature_and_freeze(self, scored, bureau):
        Term.objects.filter(school_year=2026, number=1).update(end=AS_OF)
        row = opened(scored, bureau, today=TODAY)
        sign(row, principal_of(scored), today=TODAY)
        page = score_page(scored, scored.teacher)
        assert "/appeal/" not in page
        assert "已签字确认，定分以前不受理申诉" in page

    def test_give_way_to_the_appeal(self, scored):
        row = make(scored)
        page = score_page(scored, scored.teacher)
        assert address(scored) not in page
        assert reverse("scoring:appeal", args=[row.pk]) in page
        assert "申诉：待处理" in page

    def test_an_accepted_one_says_who_and_why(self, scored):
        decide(make(scored), scored.clerk)
        page = score_page(scored, scored.teacher)
        assert "不可归责，不扣分" in page
        assert "何静：供电所证明属实" in page

    def test_the_page_asks_for_no_more_with_appeals(self, scored, django_assert_num_queries):
        make(scored)
        decide(make(scored, CALLS), scored.clerk)
        client, page = client_of(scored.teacher), reverse("scoring:class_score", args=[scored.school_class.pk])
        client.get(page)
        with django_assert_num_queries(23):
            client.get(page)


class TestANotice:
    def followed(self, scored):
        [line] = waiting_notices(cast.scope(scored.teacher), scored.teacher)
        return client_of(scored.teacher).get(line.url)

    @pytest.mark.parametrize("fact", [REGISTER, "loss"])
    def test_leads_to_the_appeal_that_it_tells_of(self, scored, bureau, fact):
        row = make(scored, loss_of(scored) if fact == "loss" else fact)
        decide(row, bureau if fact == "loss" else scored.clerk)
        assert self.followed(scored).url == reverse("scoring:appeal", args=[row.pk])

    def test_leads_to_the_list_where_there_are_two_of_the_day(self, scored):
        row = make(scored)
        decide(row, scored.clerk)
        Appeal.objects.create(
            school_class=row.school_class, kind="calls", fact="calls-2026-09-04", day=row.day, told=row.told,
            text=row.text, ground=row.ground, level="school", submission=uuid4(), made_at=row.made_at,
            made_by=row.made_by,
        )  # fmt: skip
        assert self.followed(scored).context["shown"] == "done"


class TestTheForm:
    def test_of_a_day_before_all_records_is_refused_in_words(self, scored):
        response = client_of(scored.teacher).get(address(scored, day=date(1900, 1, 1)))
        assert response.status_code == 403
        assert "那时还没有考核，没有可以申诉的" in text_of(response)

    def test_says_what_is_appealed_against_and_how_large_a_file_may_be(self, scored):
        page = text_of(client_of(scored.teacher).get(address(scored)))
        assert "9月4日缺一部分点名" in page
        assert "照片不超过12 MB" in page

    @pytest.mark.parametrize("file", [None, picture(), pdf()], ids=["without", "jpg", "pdf"])
    def test_makes_the_appeal(self, scored, file):
        fields = sent() | ({"paper": file} if file else {})
        response = client_of(scored.teacher).post(address(scored), fields)
        row = Appeal.objects.get()
        assert response.url == reverse("scoring:appeal", args=[row.pk])
        assert hasattr(row, "paper") is bool(file)

    def test_sent_twice_makes_one(self, scored):
        client, fields = client_of(scored.teacher), sent()
        assert client.post(address(scored), fields).url == client.post(address(scored), fields).url
        assert Appeal.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"ground": ""}, "请选择哪一种理由"),
            ({"ground": "lazy"}, "请在列出的选项中选择"),
            ({"text": ""}, "请填写情况说明"),
            ({"text": "停" * 501}, "最多500字，现在太长"),
            ({"submission": "x"}, "提交的内容不完整，没有保存"),
            ({"ground": "moved"}, "要附证明材料"),
            ({"paper": picture(kind="BMP")}, "只收JPG、PNG图片和PDF文件"),
        ],
    )
    def test_says_what_is_missing(self, scored, fields, said):
        response = client_of(scored.teacher).post(address(scored), sent(**fields))
        assert response.status_code == 422
        assert said in text_of(response)
        assert not Appeal.objects.exists()

    def test_keeps_what_was_typed_where_somebody_was_quicker(self, scored):
        make(scored, by=principal_of(scored))
        response = client_of(scored.teacher).post(address(scored), sent(text="下午全镇停电"))
        assert response.status_code == 422
        assert "罗宁已就这一项提出申诉" in text_of(response)
        assert "下午全镇停电" in text_of(response)

    def test_leads_to_the_appeal_that_stands(self, scored):
        row = make(scored)
        assert client_of(scored.teacher).get(address(scored)).url == reverse("scoring:appeal", args=[row.pk])
        decide(row, scored.clerk)
        assert client_of(scored.teacher).get(address(scored)).url == reverse("scoring:appeal", args=[row.pk])

    @pytest.mark.parametrize("fact", ["register-2026-09-01", "nothing", "loss-0-2026-09-08"])
    def test_of_what_costs_nothing_is_not_there(self, scored, fact):
        assert client_of(scored.teacher).get(address(scored, fact)).status_code == 404

    def test_of_a_day_to_come_is_not_there(self, scored):
        assert client_of(scored.teacher).get(address(scored, day=TODAY.replace(day=11))).status_code == 404


class TestTheDraft:
    def test_is_kept_and_comes_back(self, scored):
        client, draft = client_of(scored.teacher), address(scored, name="save_appeal_draft")
        answer = client.post(draft, sent(text="停电，还没写完")).json()
        assert answer["said"].startswith("草稿已保存")
        page = text_of(client.get(address(scored)))
        assert "停电，还没写完" in page
        assert "这是你没有填完的草稿" in page

    def test_is_ones_own(self, scored):
        client_of(scored.teacher).post(address(scored, name="save_appeal_draft"), sent(text="停电，还没写完"))
        assert "还没写完" not in text_of(client_of(scored.clerk).get(address(scored)))

    @pytest.mark.parametrize("fact", [REGISTER, "x" * 200])
    def test_without_a_key_or_of_no_fact_is_not_kept(self, scored, fact):
        sending = {"text": "停电"} if fact == REGISTER else sent()
        page = client_of(scored.teacher).post(address(scored, fact, "save_appeal_draft"), sending)
        assert page.json() == {"said": ""}
        assert not AppealDraft.objects.exists()


class TestTheList:
    def test_shows_each_what_waits_for_them(self, scored, bureau):
        make(scored)
        make(scored, loss_of(scored))
        for who, words in ((scored.clerk, "9月4日缺一部分点名"), (bureau, "9月8日起辍学")):
            page = client_of(who).get(reverse("scoring:appeals"), {"tab": "mine"})
            assert [each.row.told for each in page.context["lines"]] == [words]
        assert client_of(scored.teacher).get(reverse("scoring:appeals") + "?tab=mine").context["lines"] == []

    def test_counts_what_is_under_way_and_done(self, scored):
        make(scored)
        decide(make(scored, CALLS), scored.clerk, accepts=False)
        page = client_of(scored.teacher).get(reverse("scoring:appeals"))
        assert [each["count"] for each in page.context["tabs"]] == [0, 1, 1]

    @pytest.mark.parametrize(("kind", "number"), [("register", 1), ("loss", 0), ("nonsense", 1)])
    def test_is_narrowed_down_by_kind(self, scored, kind, number):
        make(scored)
        page = client_of(scored.clerk).get(reverse("scoring:appeals"), {"kind": kind, "tab": "under_way"})
        assert len(page.context["lines"]) == number

    def test_asks_for_the_same_however_many_there_are(self, scored, bureau, django_assert_num_queries):
        make(scored)
        client, page = client_of(bureau), reverse("scoring:appeals") + "?tab=under_way"
        client.get(page)
        with django_assert_num_queries(7):
            client.get(page)
        make(scored, CALLS)
        make(scored, loss_of(scored))
        with django_assert_num_queries(7):
            client.get(page)

    def test_the_page_of_responsibility_leads_to_it_with_a_count(self, scored):
        make(scored)
        page = client_of(scored.clerk).get(reverse("scoring:responsibility"))
        assert page.context["groups"]["申诉和定分"][0]["waiting"] == 1
        assert "1件待办" in text_of(page)


class TestWhoHasLeft:
    def test_reads_what_became_of_their_own_and_nothing_else(self, scored):
        row, other = make(scored), make(scored, CALLS, by=scored.clerk)
        paths = [reverse("scoring:appeals") + "?tab=done", reverse("scoring:appeal", args=[row.pk])]
        scored.teacher.postings.update(until=TODAY)
        decide(row, scored.clerk)
        elsewhere = cast.school_class(cast.school(name="西岭小学"), "202301")
        cast.post(scored.teacher, Role.SUBJECT_TEACHER, school_class=elsewhere, since=TODAY)
        client = client_of(scored.teacher)
        assert "处理了2023级1班对9月4日一项考核的申诉" in text_of(client.get(reverse("students:notices")))
        assert [client.get(path).status_code for path in paths] == [200, 200]
        assert client.get(reverse("scoring:appeal", args=[other.pk])).status_code == 404

    def test_leaves_their_appeal_to_the_bureau(self, scored, bureau):
        row = make(scored)
        scored.clerk.postings.update(until=TODAY)
        page = text_of(client_of(scored.teacher).get(reverse("scoring:appeal", args=[row.pk])))
        assert "由县教育局处理" in page
        client = client_of(bureau)
        assert "等你处理" in text_of(client.get(reverse("scoring:appeals")))
        answer = {"answer": "accept", "note": "属实", "version": row.version}
        assert client.post(reverse("scoring:decide_appeal", args=[row.pk]), answer).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.level) == ("accepted", "bureau")


class TestThePage:
    def post(self, who, row, name, **fields):
        return client_of(who).post(reverse(f"scoring:{name}", args=[row.pk]), fields)

    def test_names_the_child_the_facts_and_the_paper(self, scored):
        row = make(scored, CALLS, paper=paper())
        page = text_of(client_of(scored.clerk).get(reverse("scoring:appeal", args=[row.pk])))
        for words in ("高东", "9月2日有学生缺课，联系家长逾期", "停电、断网或系统故障", "证明.jpg", "提出申诉"):
            assert words in page
        assert (
            client_of(scored.clerk).get(reverse("scoring:appeal_paper", args=[row.pk]))["Content-Type"] == "image/jpeg"
        )

    def test_without_a_paper_has_none_to_open(self, scored):
        row = make(scored)
        assert client_of(scored.clerk).get(reverse("scoring:appeal_paper", args=[row.pk])).status_code == 404

    def test_offers_each_what_they_can_do(self, scored, bureau):
        row = make(scored)
        offers = {"保存处理结果": [scored.clerk], "撤回": [scored.teacher], "申请复核": []}
        for who in (scored.clerk, scored.teacher, bureau):
            page = text_of(client_of(who).get(reverse("scoring:appeal", args=[row.pk])))
            assert {words for words in offers if f">{words}<" in page} == {w for w, of in offers.items() if who in of}

    def test_decides(self, scored):
        row = make(scored)
        self.post(scored.clerk, row, "decide_appeal", answer="accept", note="属实", version=1)
        row.refresh_from_db()
        assert (row.state, row.decision, row.decided_by) == ("accepted", "属实", scored.clerk)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"note": "属实", "version": 1}, "请选择怎样认定"),
            ({"answer": "accept", "version": 1}, "请填写处理意见"),
            ({"answer": "accept", "note": "属实", "version": 2}, "有了新的办理，没有保存"),
        ],
    )
    def test_says_what_is_missing_and_keeps_what_was_typed(self, scored, fields, said):
        response = self.post(scored.clerk, make(scored), "decide_appeal", **fields)
        assert response.status_code == 422
        assert said in text_of(response)
        assert ("属实" in text_of(response)) is ("note" in fields)

    def test_reviews_what_was_refused(self, scored, bureau):
        row = decide(make(scored), scored.clerk, accepts=False, note="当天没有停电")
        self.post(scored.teacher, row, "review_appeal", text="有供电所的通知", version=row.version)
        row.refresh_from_db()
        page = text_of(client_of(bureau).get(reverse("scoring:appeal", args=[row.pk])))
        assert "学校的意见：当天没有停电" in page
        self.post(bureau, row, "decide_appeal", answer="refuse", note="维持", version=row.version)
        row.refresh_from_db()
        assert row.state == "upheld"

    def test_withdraws(self, scored):
        row = make(scored)
        self.post(scored.teacher, row, "withdraw_appeal")
        row.refresh_from_db()
        assert row.state == "withdrawn"

    def test_of_another_class_is_not_there(self, scored):
        beside = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scored.school, "202302"))
        assert client_of(beside).get(reverse("scoring:appeal", args=[make(scored).pk])).status_code == 404

    def test_asks_for_few_rows(self, scored, bureau, django_assert_num_queries):
        row = ask_review(decide(make(scored, CALLS), scored.clerk, accepts=False), scored.teacher)
        client, page = client_of(bureau), reverse("scoring:appeal", args=[row.pk])
        client.get(page)
        with django_assert_num_queries(6):
            client.get(page)


def test_a_notice_says_what_waits_and_where(scored):
    make(scored)
    page = text_of(client_of(scored.clerk).get(reverse("students:notices")))
    assert "为2023级1班的责任考核提出申诉，请处理" in page
    assert reverse("scoring:appeals") in page

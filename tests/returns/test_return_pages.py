"""The pages of returns: the grid, a month of a school from the draft to the amendment, its files."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from returns.models import Edition, Snapshot
from returns.queries.periods import filing_period
from returns.queries.waiting import waiting
from students.actions import corrections
from students.models import AuditRow, Role, Term
from tests import cast
from tests.returns.filed import (
    CODE,
    TODAY,
    accept,
    awaited,
    file_zero,
    filed,
    leave,
    mark,
    prepare,
    seen,
    send_back,
    sign,
)
from tests.scene import at, client_of

# Of a month's page: the counts, their children, what was filed, what is to be looked at, what a review asks for.
QUERIES = 25


def text_of(response) -> str:
    return response.content.decode()


def address(scene, name: str = "school_return", code: str = CODE) -> str:
    return reverse(f"returns:{name}", args=[scene.school.pk, code])


def page(scene, who, **query):
    return client_of(who).get(address(scene), query)


def post(scene, who, name, **fields):
    return client_of(who).post(address(scene, name), fields)


class TestTheWay:
    def test_is_gone_page_by_page(self, school, head, bureau):
        leave(school)
        assert "送校长签字" in text_of(page(school, school.clerk))
        post(school, school.clerk, "prepare", seen=0, remark="一名学生辍学，正在劝返")
        shown = page(school, head)
        assert "一名学生辍学，正在劝返" in text_of(shown)
        post(school, head, "sign", seen=shown.context["page"].seen, mark=shown.context["page"].mark)
        assert "上报县教育局" in text_of(page(school, school.clerk))
        post(school, school.clerk, "hand_in", seen=seen(school))
        assert "月报待接收" in text_of(page(school, bureau))
        response = post(school, bureau, "accept", seen=awaited(school))
        assert response.url == address(school)
        assert Edition.objects.get().state == "accepted"
        for words in ("已接收", "何静", "罗宁", "苏远", Snapshot.objects.get().sha256):
            assert words in text_of(page(school, head))

    def test_of_a_zero_return_is_one_press(self, school, head):
        shown = page(school, head)
        assert "签字并上报零报告" in text_of(shown)
        post(school, head, "hand_in_zero", seen=0, mark=shown.context["page"].mark)
        assert "零报告" in text_of(page(school, head))
        assert Edition.objects.get().state == "filed"

    def test_back_is_shown_with_its_reason_and_what_was_typed(self, school, head, bureau):
        prepare(school, remark="说明文字")
        sign(school, head)
        post(school, school.clerk, "hand_in", seen=seen(school))
        assert post(school, bureau, "send_back", seen=awaited(school), reason="").status_code == 422
        post(school, bureau, "send_back", seen=awaited(school), reason="请核对三年级")
        shown = text_of(page(school, school.clerk))
        assert "县教育局退回：请核对三年级" in shown
        assert "说明文字" in shown

    def test_is_taken_back(self, school):
        prepare(school)
        post(school, school.clerk, "take_back", seen=seen(school))
        assert Edition.objects.get().state == "withdrawn"

    def test_of_an_old_page_is_shown_what_holds_now(self, school, head):
        prepare(school)
        response = post(school, head, "sign", seen=seen(school), mark="0" * 64)
        assert response.status_code == 422
        assert "数字有了变化，没有保存" in text_of(response)
        assert mark(school) in text_of(response)

    @pytest.mark.parametrize("fields", [{}, {"seen": "x"}, {"seen": -1}, {"seen": 0, "remark": "长" * 501}])
    def test_of_a_broken_form_saves_nothing(self, school, fields):
        assert post(school, school.clerk, "prepare", **fields).status_code == 422
        assert not Edition.objects.exists()

    def test_is_not_a_class_teachers(self, school):
        assert page(school, school.teacher).status_code == 403

    def test_of_another_school_is_not_found(self, school):
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        assert page(school, far).status_code == 404
        assert post(school, far, "prepare", seen=0).status_code == 404

    def test_of_what_is_not_theirs_is_refused_in_words(self, school, bureau):
        response = post(school, bureau, "prepare", seen=0)
        assert response.status_code == 403
        assert "送校长签字由本校学籍管理员或校领导办理" in text_of(response)


class TestMonthsToCome:
    def test_are_not_found_in_words(self, school):
        response = client_of(school.clerk).get(address(school, code="2026-12"))
        assert response.status_code == 404
        assert "这个月还没有到" in text_of(response)
        response = client_of(school.clerk).post(address(school, "prepare", "2026-12"), {"seen": 0})
        assert response.status_code == 422
        assert "2026年12月还没有到，没有保存" in text_of(response)

    def test_begun_are_shown_and_not_filed(self, school, head):
        november = "2026-11"
        assert "暂计：算到10月27日，11月25日截止" in text_of(client_of(head).get(address(school, code=november)))
        response = client_of(school.clerk).post(address(school, "prepare", november), {"seen": 0})
        assert "2026年11月月报2026年11月25日才截止" in text_of(response)


class TestWhatIsShown:
    def test_children_are_named_within_the_scope(self, school, head, bureau):
        leave(school)
        shown = text_of(page(school, bureau))
        assert "胡涛" in shown
        assert reverse("casework:child", args=[school.children[2].pk]) in shown

    def test_warnings_lead_to_where_they_are_put_right(self, school):
        leave(school)
        shown = text_of(page(school, school.clerk))
        assert "本期缺点名" in shown
        assert reverse("students:school_registers", args=[school.school.pk]) in shown

    def test_registers_missing_are_named_by_class_and_day(self, school):
        shown = text_of(page(school, school.clerk))
        assert re.search(r"本期缺点名\d+次：.*班\d+次（9月28日、9月29日、9月30日等\d+天）", shown)

    def test_what_the_facts_say_differently_is_explained_and_amended(self, school, head, bureau):
        file_zero(school, head)
        accept(school, bureau)
        assert "现在的事实和已经上报的不同" not in text_of(page(school, head))
        leave(school)
        shown = text_of(page(school, school.clerk))
        for words in ("现在的事实和已经上报的不同", "第1号更正", "期末在校", "3→2人", "胡涛"):
            assert words in shown
        assert post(school, school.clerk, "prepare", seen=0, reason="").status_code == 422
        post(school, school.clerk, "prepare", seen=0, reason="10月12日的辍学补登")
        sign(school, head)
        post(school, head, "hand_in", seen=seen(school))
        latest, first = page(school, bureau), page(school, bureau, edition=0)
        assert latest.context["page"].total.values["closing"] == 2
        assert first.context["page"].total.values["closing"] == 3
        assert "10月12日的辍学补登" in text_of(latest)

    @pytest.mark.parametrize("edition", ["1", "9", "x", "-1", "00"])
    def test_an_edition_that_there_is_not_is_not_found(self, school, head, edition):
        filed(school, head)
        assert page(school, head, edition=edition).status_code == 404
        assert client_of(head).get(f"{address(school, 'return_file')}?edition={edition}").status_code == 404

    def test_asks_for_the_same_however_many_classes_there_are(self, school, head, django_assert_num_queries):
        filed(school, head)
        client = client_of(head)
        client.get(address(school))
        with django_assert_num_queries(QUERIES):
            client.get(address(school))
        for number in ("202302", "202303", "202304"):
            cast.students(cast.school_class(school.school, number), "王一", "王二", since=date(2026, 10, 26))
        with django_assert_num_queries(QUERIES):
            client.get(address(school))


@pytest.mark.usefixtures("real_papers")
class TestFiles:
    def test_the_paper_is_the_kept_bytes(self, school, head):
        leave(school)
        filed(school, head)
        kept = Snapshot.objects.get()
        response = client_of(head).post(f"{address(school, 'return_file')}?edition=0", {"format": ".pdf"})
        assert b"".join(response) == bytes(kept.pdf)
        assert AuditRow.objects.filter(subject="reports.school_return").count() == 1

    def test_excel_shows_what_was_signed(self, school, head):
        filed(school, head)
        leave(school)
        response = client_of(head).post(address(school, "return_file"), {"format": ".xlsx"})
        sheet = load_workbook(BytesIO(b"".join(response))).active
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        [row] = [row for row in cells if row[0] == "东坪小学" and row[1] == "四年级"]
        assert row[2] == 3
        assert any("期末在籍的学生" in str(cell) for row in cells for cell in row)

    def test_print_the_same_months_later(self, school, head, clock):
        leave(school)
        row = filed(school, head)
        before = bytes(row.snapshot.pdf)
        clock.move_to(at(date(2027, 3, 1)))
        event = school.children[2].events.get(kind="drop_out")
        corrections.void(by=school.clerk, event=event, reason="登记错了人", today=date(2027, 3, 1))
        response = client_of(head).post(f"{address(school, 'return_file')}?edition=0", {"format": ".pdf"})
        assert b"".join(response) == before
        shown = client_of(head).get(address(school)).context["page"]
        assert shown.total.values["drop_out"] == 1
        assert shown.differs

    def test_before_it_is_signed_there_is_none(self, school, head):
        prepare(school)
        assert client_of(head).get(address(school, "return_file")).status_code == 404
        kept = sign(school, head).snapshot
        response = client_of(head).post(address(school, "return_file"), {"format": ".pdf"})
        assert b"".join(response) == bytes(kept.pdf)


class TestTheGrid:
    def grid(self, who, **query):
        return client_of(who).get(reverse("returns:returns"), query)

    def cells(self, who, **query) -> dict:
        context = self.grid(who, **query).context
        rows = [context["own"]] if context["own"] else context["page"].object_list
        return {row.school.name: [cell.standing.label for cell in row.cells] for row in rows}

    def next(self, who) -> tuple[str, str, bool]:
        found = self.grid(who).context["next"]
        return found.words, found.label, found.is_ours

    def test_says_how_far_every_month_is(self, school, head, bureau):
        assert self.cells(head) == {"东坪小学": ["未到期", "待报", "逾期未报"]}
        filed(school, head)
        assert self.cells(bureau)["东坪小学"][1] == "已报"
        send_back(school, bureau)
        assert self.cells(bureau)["东坪小学"][1] == "退回"
        filed(school, head)
        accept(school, bureau)
        assert self.cells(bureau)["东坪小学"][1] == "已接收"

    def test_is_narrowed_down(self, school, bureau):
        cast.student(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))))
        assert set(self.cells(bureau)) == {"东坪小学", "西岭小学"}
        assert set(self.cells(bureau, q="西岭")) == {"西岭小学"}
        assert set(self.cells(bureau, period="2026-10", standing="waiting")) == {"东坪小学", "西岭小学"}
        assert "没有符合条件的学校" in text_of(self.grid(bureau, standing="accepted"))
        assert "有的条件没有看懂" in text_of(self.grid(bureau, standing="nothing"))

    def test_shows_a_school_its_own_row(self, school, head):
        cast.student(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))))
        assert set(self.cells(head)) == {"东坪小学"}

    def test_says_late_and_amended(self, school, head, bureau, clock):
        clock.move_to(at(date(2026, 10, 30)))
        file_zero(school, head, today=date(2026, 10, 30))
        assert self.cells(bureau)["东坪小学"][1] == "迟报"
        accept(school, bureau)
        leave(school)
        filed(school, head, reason="补登", today=date(2026, 10, 30))
        accept(school, bureau)
        [row] = self.grid(bureau).context["page"].object_list
        assert (row.cells[1].standing.label, row.cells[1].notes) == ("已接收", ["迟报", "更正1"])

    def test_of_one_school_says_what_comes_next_and_whose_it_is(self, school, head, bureau):
        late = "2026年9月月报：待填报，已过上报期限9月30日。"
        assert self.next(head) == (late, "去填报", True)
        assert "另有1期也没有办完" in text_of(self.grid(head))
        september = filing_period("2026-09")
        file_zero(school, head, period=september)
        assert self.next(school.clerk)[0] == "2026年10月月报：待填报，10月28日前上报。"
        leave(school)
        prepare(school)
        assert self.next(head) == ("2026年10月月报：待校长签字，10月28日前上报。", "去签字", True)
        assert self.next(school.clerk)[1:] == ("看月报", False)
        sign(school, head)
        assert self.next(school.clerk)[:2] == ("2026年10月月报：校长已签字，待上报，10月28日前上报。", "去上报")
        post(school, school.clerk, "hand_in", seen=seen(school))
        assert self.next(head) == ("2026年10月月报：已报。", "看月报", False)
        send_back(school, bureau)
        back = "2026年10月月报：县教育局退回，请核对后重报，重报期限10月30日。"
        assert self.next(school.clerk)[:2] == (back, "去重报")

    def test_of_one_school_names_the_amendment_in_hand(self, school, head, bureau):
        file_zero(school, head, period=filing_period("2026-09"))
        file_zero(school, head)
        accept(school, bureau)
        leave(school)
        prepare(school, reason="补登")
        assert self.next(head) == ("2026年10月月报第1号更正：待校长签字。", "去签字", True)

    def test_before_anything_is_due_says_nothing_of_what_comes_next(self, school, head, clock):
        clock.move_to(at(date(2026, 9, 24)))
        assert self.grid(head).context["next"] is None

    def test_counts_lead_to_the_schools_they_count(self, school, bureau):
        cast.student(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))))
        context = self.grid(bureau).context
        tiles = {tile.standing.label: tile for tile in context["due"][0].tiles}
        assert (tiles["待报"].number, tiles["逾期未报"].number) == (2, 0)
        found = client_of(bureau).get(tiles["待报"].url).context["page"].object_list
        assert len(found) == 2
        assert "以前各期：" in text_of(self.grid(bureau))
        assert [(tile.standing.label, tile.number) for tile in context["earlier"]] == [("逾期未报", 2)]
        assert len(client_of(bureau).get(context["earlier"][0].url).context["page"].object_list) == 2

    def test_of_a_year_that_is_none_says_so(self, school, bureau):
        assert "没有这个学年的上报。下面是2026-2027学年的。" in text_of(self.grid(bureau, year="1999"))
        assert "没有这个学年" not in text_of(self.grid(bureau, year="2026"))

    def test_asks_for_the_same_however_many_schools_there_are(self, school, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("returns:returns"))
        with django_assert_num_queries(8):
            client.get(reverse("returns:returns"))
        for name in ("西岭小学", "南岭小学"):
            cast.student(cast.school_class(cast.school(name)))
        with django_assert_num_queries(8):
            client.get(reverse("returns:returns"))

    def test_before_any_year_is_empty(self, school, bureau, clock):
        Term.objects.all().delete()
        assert self.grid(bureau).status_code == 200


def test_what_waits_is_the_schools_and_then_the_bureaus(school, head, bureau):
    counts = lambda: [waiting(cast.scope(who), TODAY) for who in (school.clerk, head, bureau, school.teacher)]  # noqa: E731
    assert counts() == [2, 2, 0, 0]  # September and October
    filed(school, head)
    assert counts() == [1, 1, 1, 0]
    accept(school, bureau)
    assert counts() == [1, 1, 0, 0]

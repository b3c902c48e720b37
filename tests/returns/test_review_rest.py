"""其余学生: one finding for all who are left of a sheet, after a look at who they are, and its undo."""

from uuid import UUID

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from returns.actions import review_rest as actions
from returns.actions.reviews import ReviewRefused
from returns.models import ReviewChild
from returns.reviewing import Finding
from students.actions.files import take_in
from students.models import AuditRow
from tests import cast
from tests.returns.filed import leave
from tests.returns.reviewed import TODAY, accept_quarter, children, close, enter, enter_all, opened, sheet_of
from tests.scene import at, client_of
from tests.students.papers import picture

SENT, AGAIN = UUID(int=1), UUID(int=2)
WORDS = "没有到校，电话也没有接"


@pytest.fixture
def drawn(school, head, bureau, clock) -> list[ReviewChild]:
    """Four children of a sheet, the first of them entered."""
    clock.move_to(at(TODAY))
    school.children += cast.students(school.school_class, *(f"学生{number}" for number in range(1, 7)))
    leave(school, 2, today=TODAY)
    accept_quarter(school.school, clerk=school.clerk, head=head, bureau=bureau)
    opened(bureau)
    enter(bureau, children(school.school)[0], Finding.WRONG, instead="in_school", words="见到本人")
    return children(school.school)


def enter_rest(by, drawn, finding=Finding.HOLDS, words="", *, submission=SENT, shown=None) -> int:
    told = {"finding": finding, "words": words, "submission": submission}
    ids = [child.pk for child in drawn[1:]] if shown is None else shown
    return actions.enter_rest(by=by, scope=cast.scope(by), sheet=drawn[0].sheet, children=ids, **told)


def undo(by, drawn) -> int:
    return actions.undo_rest(by=by, scope=cast.scope(by), sheet=drawn[0].sheet)


def findings(drawn) -> list[str]:
    return [child.finding for child in children(drawn[0].sheet.school)]


class TestThePress:
    def test_enters_who_is_left_and_nobody_else(self, drawn, bureau):
        assert enter_rest(bureau, drawn, Finding.UNVERIFIED, WORDS) == 3
        first, *others = children(drawn[0].sheet.school)
        assert (first.finding, first.version) == ("wrong", 1)
        assert {(each.finding, each.words, each.version, each.changed_by) for each in others} == {
            ("unverified", WORDS, 1, bureau)
        }

    def test_writes_one_audit_row(self, drawn, bureau):
        before = AuditRow.objects.count()
        enter_rest(bureau, drawn)
        row = AuditRow.objects.last()
        assert AuditRow.objects.count() == before + 1
        assert row.details == {"finding": "holds", "children": [child.pk for child in drawn[1:]]}

    def test_sent_twice_is_one(self, drawn, bureau):
        assert [enter_rest(bureau, drawn), enter_rest(bureau, drawn)] == [3, 3]
        assert AuditRow.objects.filter(action="review.rest").count() == 1

    def test_sent_again_says_how_many_still_stand(self, drawn, bureau, clock):
        enter_rest(bureau, drawn)
        clock.move_to(at(TODAY, 16))
        enter(bureau, children(drawn[0].sheet.school)[1], Finding.UNVERIFIED, words=WORDS)
        assert enter_rest(bureau, drawn) == 2

    def test_sent_again_after_its_undo_says_that_nothing_is_saved(self, drawn, bureau):
        enter_rest(bureau, drawn)
        undo(bureau, drawn)
        with pytest.raises(ReviewRefused, match="已经撤销或者改录，现在没有保存"):
            enter_rest(bureau, drawn)
        assert findings(drawn) == ["wrong", "", "", ""]

    @pytest.mark.parametrize(
        ("finding", "words", "said"),
        [(Finding.WRONG, "不在", "要逐名录入实际情况"), (Finding.UNVERIFIED, "", "未能核实的要写说明")],
    )
    def test_does_not_enter_what_has_to_be_said_of_each(self, drawn, bureau, finding, words, said):
        with pytest.raises(ReviewRefused, match=said):
            enter_rest(bureau, drawn, finding, words)
        assert findings(drawn) == ["wrong", "", "", ""]

    def test_of_others_than_the_page_showed_is_refused(self, drawn, bureau):
        enter(bureau, drawn[1])
        with pytest.raises(ReviewRefused, match="名单和刚才的不同，没有保存"):
            enter_rest(bureau, drawn)
        assert findings(drawn) == ["wrong", "holds", "", ""]

    def test_of_nobody_is_refused(self, drawn, bureau):
        enter_all(bureau, drawn[0].sheet.school)
        with pytest.raises(ReviewRefused, match="没有保存"):
            enter_rest(bureau, drawn, shown=())

    def test_under_a_submission_of_something_else_is_refused(self, drawn, bureau):
        AuditRow.objects.create(done_at=at(TODAY), done_by=bureau, action="x", subject="x", key=SENT)
        with pytest.raises(ReviewRefused, match="已用在别处"):
            enter_rest(bureau, drawn)

    def test_is_the_bureaus_and_before_it_is_closed(self, drawn, bureau, head):
        with pytest.raises(ReviewRefused, match="由县教育局录入"):
            enter_rest(head, drawn)
        enter_all(bureau, drawn[0].sheet.school)
        close(bureau, drawn[0].sheet.review)
        with pytest.raises(ReviewRefused, match="已经定稿"):
            enter_rest(bureau, drawn)


class TestTheUndo:
    def test_leaves_nothing_entered_and_tells_it_once(self, drawn, bureau):
        enter_rest(bureau, drawn)
        assert undo(bureau, drawn) == 3
        assert findings(drawn) == ["wrong", "", "", ""]
        assert [child.version for child in children(drawn[0].sheet.school)] == [1, 2, 2, 2]
        assert AuditRow.objects.filter(action="review.undo_rest").count() == 1
        with pytest.raises(ReviewRefused, match="没有可以撤销的"):
            undo(bureau, drawn)

    def test_leaves_what_was_entered_anew(self, drawn, bureau, clock):
        enter_rest(bureau, drawn)
        clock.move_to(at(TODAY, 16))
        enter(bureau, children(drawn[0].sheet.school)[1], Finding.UNVERIFIED, words=WORDS)
        enter(bureau, children(drawn[0].sheet.school)[2], paper=take_in(picture()))
        assert undo(bureau, drawn) == 1
        assert findings(drawn) == ["wrong", "unverified", "holds", ""]

    def test_takes_back_the_last_press_alone(self, drawn, bureau):
        enter_rest(bureau, drawn)
        undo(bureau, drawn)
        enter_rest(bureau, drawn, Finding.UNVERIFIED, WORDS, submission=AGAIN)
        undo(bureau, drawn)
        with pytest.raises(ReviewRefused, match="没有可以撤销的"):
            undo(bureau, drawn)

    def test_is_the_bureaus(self, drawn, bureau, head):
        enter_rest(bureau, drawn)
        with pytest.raises(ReviewRefused, match="由县教育局录入"):
            undo(head, drawn)


class TestThePages:
    def address(self, drawn, finding="holds") -> str:
        return reverse("returns:review_rest", args=[drawn[0].sheet_id, finding])

    def fields(self, drawn, **more) -> dict:
        ids = ",".join(str(child.pk) for child in drawn[1:])
        return {"submission": str(SENT), "children": ids, "words": ""} | more

    def test_says_who_they_are_and_how_many(self, drawn, bureau):
        shown = client_of(bureau).get(self.address(drawn)).content.decode()
        for words in ("其余3人都属实", "3人都记为属实", *(child.student.name for child in drawn[1:])):
            assert words in shown
        assert drawn[0].student.name not in shown

    def test_a_press_leads_back_with_its_undo(self, drawn, bureau):
        client = client_of(bureau)
        response = client.post(self.address(drawn), self.fields(drawn))
        sheet = reverse("returns:review_sheet", args=[drawn[0].sheet_id])
        assert response.url == sheet
        assert [str(each) for each in get_messages(response.wsgi_request)] == ["其余3人已记为属实。"]
        assert "把其余3人记为属实" in client.get(sheet).content.decode()
        response = client.post(reverse("returns:undo_review_rest", args=[drawn[0].sheet_id]))
        assert response.url == sheet
        assert findings(drawn) == ["wrong", "", "", ""]
        again = client.post(reverse("returns:undo_review_rest", args=[drawn[0].sheet_id]), follow=True)
        assert "没有可以撤销的" in again.content.decode()

    def test_the_old_page_pressed_after_the_undo_is_pressed_once_more(self, drawn, bureau):
        client = client_of(bureau)
        client.post(self.address(drawn), self.fields(drawn))
        client.post(reverse("returns:undo_review_rest", args=[drawn[0].sheet_id]))
        refused = client.post(self.address(drawn), self.fields(drawn))
        assert (refused.status_code, "现在没有保存" in refused.content.decode()) == (422, True)
        shown = refused.context["form"].data
        client.post(self.address(drawn), {name: shown[name] for name in ("submission", "children", "words")})
        assert findings(drawn) == ["wrong", "holds", "holds", "holds"]

    def test_a_refusal_shows_who_is_left_now(self, drawn, bureau):
        enter(bureau, drawn[1])
        response = client_of(bureau).post(self.address(drawn, "unverified"), self.fields(drawn, words=WORDS))
        assert response.status_code == 422
        shown = response.content.decode()
        assert "名单和刚才的不同" in shown
        assert WORDS in shown
        assert f'value="{drawn[2].pk},{drawn[3].pk}"' in shown

    @pytest.mark.parametrize(
        ("more", "words"),
        [({}, "请填写说明"), ({"children": "x"}, "提交的内容不完整"), ({"submission": "x"}, "提交的内容不完整")],
    )
    def test_refuses_in_words(self, drawn, bureau, more, words):
        response = client_of(bureau).post(self.address(drawn, "unverified"), self.fields(drawn, **more))
        assert response.status_code == 422
        assert words in response.content.decode()
        assert findings(drawn) == ["wrong", "", "", ""]

    def test_offers_nothing_else_and_nothing_when_all_is_entered(self, drawn, bureau):
        assert client_of(bureau).get(self.address(drawn, "wrong")).status_code == 404
        enter_all(bureau, drawn[0].sheet.school)
        sheet = reverse("returns:review_sheet", args=[drawn[0].sheet_id])
        assert client_of(bureau).get(self.address(drawn)).url == sheet
        assert sheet_of(drawn[0].sheet.school).children.filter(finding="").count() == 0

"""What is taken back stays with who did it; what is shown, signed and filed is one and the same."""

from datetime import date

import pytest
from django.db import transaction

from returns.actions.place import ReturnRefused
from returns.models import Edition, SchoolReturn, Snapshot
from returns.queries.page import return_page
from students.actions import corrections
from students.models import AdoptedPolicy, Notice
from students.queries.notices import waiting_notices
from tests import cast
from tests.returns.filed import (
    TODAY,
    accept,
    awaited,
    file_return,
    file_zero,
    filed,
    leave,
    october,
    prepare,
    seen,
    send_back,
    sign,
    state,
    take_back,
)
from tests.scene import at, client_of


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


def page(scene, who, asked: str = ""):
    return return_page(scene.school, october(), asked=asked, scope=cast.scope(who), today=TODAY)


def steps(scene, who) -> set[str]:
    return {str(step) for step in page(scene, who).steps(cast.scope(who), TODAY)}


def way(scene, who) -> list[tuple[str, str]]:
    return [(entry["title"], entry["by"]) for entry in page(scene, who).entries]


def void(scene, event) -> None:
    corrections.void(by=scene.clerk, event=event, reason="登记错了人", today=TODAY)


class TestTakingBack:
    def test_keeps_who_prepared_and_who_signed(self, school, head):
        prepare(school, remark="说明文字")
        sign(school, head)
        row = take_back(school)
        assert (row.state, row.prepared_by, row.signed_by, row.withdrawn_by) == (
            "withdrawn", school.clerk, head, school.clerk,
        )  # fmt: skip
        assert row.snapshot == Snapshot.objects.get()
        assert way(school, head) == [("月报撤回", "何静"), ("月报签字", "罗宁"), ("月报送校长签字", "何静")]
        again = filed(school, head)
        assert (again.number, again.attempt) == (0, 2)
        assert way(school, head)[0] == ("月报（第2次填报）上报", "何静")

    def test_tells_whoever_signed_until_it_is_signed_anew(self, school, head):
        prepare(school)
        sign(school, head)
        take_back(school)
        assert told(head) == {"return_taken_back"}
        [line] = waiting_notices(cast.scope(head), head)
        assert "撤回了你签过字的东坪小学2026年10月月报，那次签字不再算数。" in line.sentence
        prepare(school)
        assert told(head) == {"return_to_sign"}

    def test_tells_nobody_of_what_nobody_signed(self, school, head):
        prepare(school)
        take_back(school)
        assert told(head) == told(school.clerk) == set()

    def test_pressed_twice_is_one(self, school, head):
        prepare(school)
        shown = seen(school)
        first = take_back(school, seen=shown)
        assert take_back(school, seen=shown) == first
        assert first.version == Edition.objects.get().version

    def test_leaves_what_was_typed(self, school, head):
        prepare(school, remark="说明文字")
        take_back(school)
        client = client_of(school.clerk)
        assert "说明文字" in client.get(f"/returns/{school.school.pk}/2026-10/").content.decode()

    def test_of_what_the_bureau_sent_back_keeps_that_owed(self, school, head, bureau):
        filed(school, head)
        send_back(school, bureau)
        prepare(school)
        take_back(school)
        assert page(school, head).standing.label == "退回"
        assert filed(school, head).attempt == 3

    @pytest.mark.parametrize("columns", [{"withdrawn_at": None, "withdrawn_by": None}, {"state": "prepared"}])
    def test_is_not_undone(self, school, head, columns):
        prepare(school)
        take_back(school)
        with pytest.raises(Exception, match=r"keeps its withdrawn_at|what_is_taken_back"), transaction.atomic():
            Edition.objects.update(**columns)


class TestWhatIsSigned:
    def test_is_what_the_page_shows(self, school, head):
        prepare(school)
        sign(school, head)
        leave(school)
        shown = page(school, school.clerk)
        assert (shown.total.values["closing"], shown.live.total["closing"]) == (3, 2)
        assert [line.change.label for line in shown.differs][:1] == ["辍学"]
        assert steps(school, school.clerk) == {"take_back"}

    def test_is_not_filed_where_the_facts_say_otherwise_since(self, school, head):
        prepare(school)
        sign(school, head)
        event = leave(school)
        with pytest.raises(ReturnRefused, match=r"签字以后，事实有了变化.*没有上报。请撤回"):
            file_return(school)
        void(school, event)
        assert file_return(school).state == "filed"

    def test_tells_the_clerk_until_it_is_filed(self, school, head):
        prepare(school)
        sign(school, head)
        assert told(school.clerk) == {"return_to_file"}
        file_return(school, head)
        assert told(school.clerk) == set()

    def test_waits_for_one_notice_at_a_time(self, school, head):
        Notice.objects.create(
            person=head, kind="return_due", school_class=school.school_class, day=date(2026, 10, 25),
            sent_at=at(TODAY),
        )  # fmt: skip
        prepare(school)
        assert told(head) == {"return_to_sign"}


class TestAnAmendment:
    @pytest.fixture
    def row(self, school, head, bureau):
        filed(school, head)
        return accept(school, bureau)

    def test_is_signed_with_its_figures_on_the_page(self, school, head, row):
        leave(school)
        prepare(school, reason="补登")
        shown = page(school, head)
        assert (shown.edition, shown.total.values["closing"], shown.is_zero) == (None, 2, False)
        assert [line.change.label for line in shown.changes][:1] == ["辍学"]
        assert shown.editions == {"0": "月报", "": "在办的第1号更正"}
        sign(school, head)
        signed = page(school, head)
        assert (signed.edition.number, signed.total.values["closing"]) == (1, 2)
        assert page(school, head, "0").total.values["closing"] == 3
        assert page(school, head, "0").is_older is False

    def test_that_has_lost_its_reason_is_dropped(self, school, head, row):
        event = leave(school)
        prepare(school, reason="补登")
        void(school, event)
        assert steps(school, school.clerk) == {"take_back"}
        take_back(school)
        assert state(school).work is None
        assert page(school, head).edition == row
        leave(school, 1)
        assert filed(school, head, reason="另一名").attempt == 2

    def test_in_hand_does_not_keep_the_bureau_from_sending_back(self, school, head, bureau):
        first = filed(school, head)
        leave(school)
        prepare(school, reason="补登")
        assert send_back(school, bureau, seen=first.pk).state == "returned"
        assert Edition.objects.get(number=1).state == "withdrawn"
        assert told(head) == {"return_sent_back"}
        again = filed(school, head)
        assert (again.number, again.attempt) == (0, 2)

    def test_prepared_again_for_another_reason_says_that(self, school, head, row):
        leave(school)
        prepare(school, reason="补登")
        assert prepare(school, reason="补登").version == Edition.objects.get(number=1).version
        with pytest.raises(ReturnRefused, match=r"现在是“待校长签字”，不能送校长签字"):
            prepare(school, reason="另一个原因")
        assert Edition.objects.get(number=1).reason == "补登"

    def test_stays_told_when_the_return_before_it_is_accepted(self, school, head, bureau):
        first = filed(school, head)
        leave(school)
        filed(school, head, reason="补登")
        assert told(bureau) == {"return_filed", "return_amended"}
        accept(school, bureau, seen=first.pk)
        assert told(bureau) == {"return_amended"}
        accept(school, bureau, seen=awaited(school))
        assert told(bureau) == set()

    def test_says_its_reason_and_its_remark(self, school, head, row):
        leave(school)
        prepare(school, reason="补登", remark="有证明")
        [entry] = [entry for entry in page(school, head).entries if "更正" in entry["title"]]
        assert entry["text"] == "更正原因：补登。学校说明：有证明"


class TestTheBureau:
    def test_sees_what_it_decides_on(self, school, head, bureau):
        filed(school, head)
        text = client_of(bureau).get(f"/returns/{school.school.pk}/2026-10/").content.decode()
        card = text.partition("月报待接收")[2].partition("退回学校")[0]
        assert "签字时的核对提醒" in card
        assert "本期缺点名" in card

    def test_is_led_to_it_where_another_edition_is_shown(self, school, head, bureau):
        filed(school, head)
        leave(school)
        filed(school, head, reason="补登的原因")
        client, address = client_of(bureau), f"/returns/{school.school.pk}/2026-10/"
        assert 'href="?edition=0"' in client.get(address).content.decode()
        accept(school, bureau)
        assert "更正原因：补登的原因" in client.get(address).content.decode()

    def test_and_the_school_read_whose_turn_it_is(self, school, head, bureau):
        assert page(school, bureau).waits_for == "等学校填报。"
        prepare(school)
        assert page(school, bureau).waits_for == "等学校校长签字。"
        sign(school, head)
        assert page(school, head).waits_for == "等学校上报。"
        file_return(school)
        assert page(school, head).waits_for == "等县教育局接收。"
        accept(school, bureau)
        assert page(school, head).waits_for == ""


def test_a_zero_return_has_one_line_of_its_one_press(school, head):
    file_zero(school, head)
    assert way(school, head) == [("月报签字并上报零报告", "罗宁")]


def test_a_zero_return_that_was_prepared_says_by_whom(school, head):
    prepare(school)
    file_zero(school, head)
    assert way(school, head) == [("月报签字并上报零报告", "罗宁"), ("月报送校长签字", "何静")]


class TestTheDeadline:
    @pytest.fixture
    def later(self, school, head):
        """The county gives five days instead of three, once October has been begun."""
        prepare(school)
        by = {"adopted_at": at(TODAY), "adopted_by": school.clerk}
        AdoptedPolicy.objects.create(starts_on=date(2026, 10, 1), content={"filing_days": 5}, **by)

    def test_is_the_one_of_the_day_on_which_the_return_was_begun(self, school, head, later):
        assert october().deadline == date(2026, 10, 30)
        client = client_of(head)
        text = client.get(f"/returns/{school.school.pk}/2026-10/").content.decode()
        assert "上报期限2026年10月28日" in text
        [cell] = [cell for cell in client.get("/returns/").context["own"].cells if cell.period.code == "2026-10"]
        assert cell.period.deadline == date(2026, 10, 28)

    def test_is_kept_by_the_database(self, school, head):
        prepare(school)
        with pytest.raises(Exception, match="keeps its period"), transaction.atomic():
            SchoolReturn.objects.update(deadline=date(2026, 11, 30))

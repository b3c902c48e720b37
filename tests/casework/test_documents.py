"""文书: drafted from what is on record, issued with a number, kept as bytes, signed along the chain, voided."""

from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from casework.actions import acts
from casework.actions.documents import DocumentChanged, DocumentRefused, NotYourDocument, edit
from casework.contacts import ContactMethod
from casework.document_kinds import KINDS, DocumentKind
from casework.models import Document, DocumentStep, IssuedPaper, Obligation, Report
from casework.queries import documents as queries
from casework.queries.document_lists import boxes
from students.models import AuditRow, Notice, Posting
from tests import cast
from tests.scene import MONDAY, at

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF
ABSENCE, LOSS, LETTER, VISIT = (
    DocumentKind.ABSENCE_REPORT, DocumentKind.LOSS_REPORT, DocumentKind.URGING_NOTICE, DocumentKind.VISIT_RECORD,
)  # fmt: skip


def the_duty() -> Obligation:
    return Obligation.objects.get(tier="absence_report")


def told(kind=Notice.Kind.DOCUMENT_WAITING) -> set:
    return {notice.person for notice in Notice.objects.filter(kind=kind, seen_at=None)}


class TestDrafting:
    def test_fills_in_what_is_on_record(self, desk):
        child = desk.scene.children[0]
        acts.record_contact(
            by=desk.scene.teacher, student=child, day=MONDAY, method=ContactMethod.PHONE, result="未接通",
            today=desk.today,
        )  # fmt: skip
        values = desk.filled(ABSENCE)
        assert (values["absent_since"], values["absent_days"]) == ("2026-09-07", "3")
        assert values["situation"] == "9月7日、8日、9日未请假缺课。"
        assert values["contacts"] == "9月7日电话：未接通。"
        letter = desk.filled(LETTER)
        assert (letter["addressee"], letter["limit_days"]) == ("曾杰（母亲）", "7")
        assert letter["contact"].startswith("沈明")

    def test_tells_of_visits_before_calls_where_there_were_many(self, desk):
        told = {"by": desk.scene.teacher, "student": desk.scene.children[0], "day": MONDAY, "today": desk.today}
        acts.record_contact(**told, method=ContactMethod.HOME_VISIT, result="见到母亲")
        for number in range(1, 12):
            acts.record_contact(**told, method=ContactMethod.PHONE, result=f"第{number}次")
        said = desk.filled(ABSENCE)["contacts"]
        assert said.startswith("9月7日家访：见到母亲；9月7日电话：第5次；")
        assert said.endswith("第11次；另联系4次。")

    def test_of_a_report_names_the_duty_and_the_case(self, desk):
        row = desk.draft()
        assert (row.obligation, row.case.stage) == (the_duty(), "absent")
        assert (row.state, row.number, row.revision) == ("draft", None, 0)
        assert the_duty().done_on is None

    def test_sent_twice_is_one(self, desk):
        submission = uuid4()
        assert desk.draft(submission=submission) == desk.draft(submission=submission)
        assert AuditRow.objects.filter(action="document.draft").count() == 1

    def test_a_second_report_for_the_same_duty_is_refused(self, desk):
        desk.draft()
        with pytest.raises(DocumentRefused, match="已有一份《学生缺课报告》"):
            desk.draft()

    @pytest.mark.parametrize("who", ["subject", "township", "bureau", "inspector", "far_clerk"])
    def test_is_for_the_school(self, desk, who):
        with pytest.raises(NotYourDocument, match="由班主任、教务处、校长或分管领导起草"):
            desk.draft(who=who)

    @pytest.mark.parametrize("who", ["homeroom", "clerk", "principal"])
    def test_an_order_is_not_for_a_school(self, desk, who):
        with pytest.raises(NotYourDocument, match="由乡镇、县教育局起草"):
            desk.draft(DocumentKind.ORDER, who)

    def test_never_says_what_no_document_says(self, desk):
        with pytest.raises(DocumentRefused, match="不能写“罚款”"):
            desk.draft(LETTER, values=desk.filled(LETTER, note="不返校就罚款"))
        assert not Document.objects.exists()


class TestChangingADraft:
    def test_keeps_what_was_written(self, desk):
        row = desk.draft()
        values = desk.filled(ABSENCE, measures="周四家访")
        assert edit(**desk.place("clerk"), document=row, values=values, version=1).values["measures"] == "周四家访"

    def test_from_a_page_that_is_stale_is_refused(self, desk):
        row = desk.draft()
        edit(**desk.place("clerk"), document=row, values=desk.filled(ABSENCE, measures="周四家访"), version=1)
        with pytest.raises(DocumentChanged, match="有了新的改动"):
            edit(**desk.place("homeroom"), document=row, values=desk.filled(ABSENCE, measures="周五"), version=1)
        row.refresh_from_db()
        assert row.values["measures"] == "周四家访"

    def test_a_second_press_changes_nothing(self, desk):
        row, values = desk.draft(), desk.filled(ABSENCE, measures="周四家访")
        for _ in range(2):
            row = edit(**desk.place("homeroom"), document=row, values=values, version=1)
        assert row.version == 2

    def test_is_for_those_who_may_write_it(self, desk):
        with pytest.raises(NotYourDocument):
            edit(**desk.place("township"), document=desk.draft(), values={}, version=1)

    def test_is_over_once_it_is_issued(self, desk):
        row = desk.issued()
        with pytest.raises(DocumentRefused, match="“待签”，不能修改"):
            edit(**desk.place("homeroom"), document=row, values={}, version=row.version)


class TestIssuing:
    def test_numbers_prints_files_the_report_and_tells_who_signs_next(self, desk):
        row = desk.issued()
        assert (row.reference, row.state, row.waiting_for) == ("东坪小学控辍〔2026〕1号", "waiting", "clerk")
        paper = row.papers.get()
        assert sha256(bytes(paper.pdf)).hexdigest() == paper.sha256
        assert the_duty().done_on == desk.today
        assert Report.objects.get().document == row
        assert told() == {desk.scene.clerk}

    def test_twice_is_once(self, desk):
        row = desk.draft()
        desk.do("issue", row, "homeroom", version=1)
        again = desk.do("issue", row, "homeroom", version=1)
        assert (again.number, again.revision, Report.objects.count()) == (1, 1, 1)

    def test_with_something_left_out_is_refused_and_gives_no_number(self, desk):
        row = desk.draft(values=desk.filled(ABSENCE, measures=""))
        with pytest.raises(DocumentRefused, match="还没有填写下一步措施"):
            desk.do("issue", row, "homeroom")
        assert desk.issued(VISIT).number == 1

    def test_by_somebody_elses_school_is_refused(self, desk):
        with pytest.raises(NotYourDocument):
            desk.do("issue", desk.draft(), "far_clerk")

    def test_from_a_stale_page_is_refused(self, desk):
        row = desk.draft()
        edit(**desk.place("clerk"), document=row, values=desk.filled(ABSENCE, measures="周四家访"), version=1)
        with pytest.raises(DocumentChanged):
            desk.do("issue", row, "homeroom", version=1)

    def test_numbers_run_without_a_gap_through_all_kinds_and_begin_anew_each_year(self, desk, clock):
        assert [desk.issued(kind).number for kind in (ABSENCE, VISIT, LETTER)] == [1, 2, 3]
        desk.today = desk.today.replace(year=2027)
        clock.move_to(at(desk.today))
        assert desk.issued(VISIT).reference == "东坪小学控辍〔2027〕1号"

    def test_each_issuer_counts_for_itself(self, desk):
        desk.issued(VISIT)
        township, bureau = desk.issued(DocumentKind.ORDER, "township"), desk.issued(DocumentKind.ORDER, "bureau")
        assert township.reference == "东坪镇控辍〔2026〕1号"
        assert bureau.reference == "云岭县教控辍〔2026〕1号"
        assert {township.state, bureau.state} == {"confirmed"}

    def test_of_a_report_that_was_handed_in_on_paper_is_refused(self, desk):
        row = desk.draft()
        acts.answer_with_report(by=desk.scene.teacher, duty=the_duty(), today=desk.today)
        with pytest.raises(DocumentRefused, match="这份报告已于9月9日登记"):
            desk.do("issue", row, "homeroom")
        row.refresh_from_db()
        assert (row.state, row.number) == ("draft", None)

    def test_of_a_report_whose_duty_was_withdrawn_is_refused(self, desk):
        row = desk.draft()
        desk.scene.take(MONDAY, by=desk.scene.clerk, version=1)
        Obligation.objects.filter(tier="absence_report").update(
            withdrawn_at=row.drafted_at, withdrawn_reason="点名更正"
        )
        with pytest.raises(DocumentRefused, match="已撤销（点名更正）"):
            desk.do("issue", row, "homeroom")

    def test_by_the_clerk_is_receiving_it_too(self, desk):
        row = desk.issued(who="clerk")
        assert (row.state, row.confirmed_by) == ("confirmed", desk.scene.clerk)
        assert [(step.verb, step.by) for step in row.steps.all()] == [
            ("签发", desk.scene.clerk), ("签收", desk.scene.clerk),
        ]  # fmt: skip


class TestTheChain:
    def test_is_walked_in_order_to_the_end(self, desk):
        row = desk.issued(LOSS)
        for who, waiting in (("clerk", "head"), ("deputy", "bureau"), ("bureau", "")):
            row = desk.do("sign", row, who)
            assert row.waiting_for == waiting
        assert (row.state, row.confirmed_by) == ("confirmed", desk.people["bureau"])
        assert [step.verb for step in row.steps.all()] == ["签发", "签收", "审签", "确认"]

    @pytest.mark.parametrize("who", ["homeroom", "principal", "bureau", "inspector", "subject", "far_clerk"])
    def test_nobody_signs_for_another(self, desk, who):
        row = desk.issued(LOSS)
        with pytest.raises(NotYourDocument, match="正等教务处签收"):
            desk.do("sign", row, who)
        row.refresh_from_db()
        assert (row.step, row.state) == (0, "waiting")

    def test_twice_is_once(self, desk):
        row = desk.issued(LOSS)
        desk.do("sign", row, "clerk", version=row.version)
        again = desk.do("sign", row, "clerk", version=row.version)
        assert (again.step, again.steps.filter(action="sign").count()) == (1, 1)

    def test_a_page_that_is_stale_signs_nothing(self, desk):
        row = desk.issued(LOSS)
        desk.do("return", row, "clerk")
        with pytest.raises(DocumentRefused, match="“已退回”，不能签字"):
            desk.do("sign", row, "clerk", version=row.version)

    def test_who_was_told_has_nothing_waiting_any_more(self, desk):
        row = desk.issued(LOSS)
        desk.do("sign", row, "clerk")
        assert told() == {desk.people["principal"], desk.people["deputy"]}

    @pytest.mark.parametrize("done", ["sign", "return", "void"])
    def test_who_has_another_document_of_the_child_waiting_is_still_told(self, desk, done):
        first, second = desk.issued(LOSS), desk.issued(VISIT)
        who = "homeroom" if done == "void" else "clerk"
        desk.do(done, first, who)
        assert desk.scene.clerk in told()
        desk.do("sign", second, "clerk")
        assert desk.scene.clerk not in told()

    def test_where_nobody_holds_the_post_the_next_one_up_signs(self, desk):
        Posting.objects.filter(person=desk.scene.clerk).update(until=desk.today)
        row = desk.issued(LOSS)
        assert {person.name for person in queries.signers(row, desk.today)} == {"principal", "deputy"}
        assert told() == {desk.people["principal"], desk.people["deputy"]}
        with pytest.raises(NotYourDocument):
            desk.do("sign", row, "bureau")
        row = desk.do("sign", row, "principal")
        assert row.waiting_for == "head"

    def test_without_anybody_at_the_school_it_is_the_townships(self, desk):
        Posting.objects.filter(school=desk.scene.school).exclude(person=desk.scene.teacher).update(until=desk.today)
        row = desk.issued(LOSS)
        assert queries.signers(row, desk.today) == [desk.people["township"]]
        assert desk.do("sign", row, "township").waiting_for == "head"

    def test_who_may_sign_finds_it_on_the_desk_and_nobody_else(self, desk):
        desk.issued(LOSS)
        found = {who: boxes(cast.scope(person), desk.today, {})["sign"].count() for who, person in desk.people.items()}
        assert {who for who, number in found.items() if number} == {"clerk"}


class TestTheDatabase:
    """refuses what would change a paper that was issued."""

    @pytest.mark.parametrize("model", [IssuedPaper, DocumentStep])
    def test_what_was_issued_and_done_never_changes(self, desk, model):
        desk.issued()
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(revision=9)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all()._raw_delete(model.objects.db)

    @pytest.mark.parametrize("change", [{"number": 7}, {"year": 2025}, {"reference": "别的"}, {"school": None}])
    def test_a_number_stays(self, desk, change):
        desk.issued()
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.update(**change)

    def test_a_numbered_document_is_not_deleted_and_a_draft_without_a_step_may_be(self, desk):
        desk.issued()
        DocumentStep.objects.none()
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.all()._raw_delete(Document.objects.db)

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "voided"},
            {"state": "confirmed", "waiting_for": ""},
            {"state": "waiting", "waiting_for": ""},
            {"waiting_for": "clerk", "state": "returned"},
            {"state": "unheard"},
            {"kind": "pledge"},
            {"kind": "pledge_school"},
            {"school_class": None},
            {"student": None},
            {"revision": 0},
        ],
    )
    def test_states_that_cannot_be_are_refused(self, desk, change):
        desk.issued()
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.update(**change)


def test_every_kind_says_who_writes_it():
    assert all(spec.authors and spec.fields for spec in KINDS.values())

"""Days and counts of documents, held against the calendar and the registers."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.actions.documents import DocumentRefused
from casework.document_checks import OnRecord, differing, impossible
from casework.document_kinds import DocumentKind
from casework.models import Document
from students.calendar import SchoolDays
from tests.casework.test_document_pages import page, words
from tests.scene import MONDAY, client_of

ABSENCE, RETURN, CHANGE, VISIT = (
    DocumentKind.ABSENCE_REPORT, DocumentKind.RETURN_REPORT, DocumentKind.CHANGE_REPORT, DocumentKind.VISIT_RECORD,
)  # fmt: skip
DAY = timedelta(1)
TODAY = date(2026, 9, 11)  # the Friday
TAUGHT = SchoolDays(tuple(MONDAY + n * DAY for n in range(-5, 20) if (MONDAY + n * DAY).weekday() < 5))


def record(known=None, *, enrolled_on=date(2026, 9, 1), days=TAUGHT) -> OnRecord:
    return OnRecord(TODAY, enrolled_on, days, known or {})


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("kind", "name"),
        [(ABSENCE, "absent_since"), (RETURN, "returned_on"), (CHANGE, "changed_on"), (VISIT, "visited_on")],
    )
    @pytest.mark.parametrize(("shift", "wrong"), [(-1, False), (0, False), (1, True)])
    def test_a_day_to_come(self, kind, name, shift, wrong):
        said = impossible(kind, {name: str(TODAY + shift * DAY)}, record())
        assert (name in said) == wrong
        assert not wrong or "还没有到" in said[name]

    def test_a_promise_may_be_of_a_day_to_come_but_not_before_the_visit_or_months_after(self):
        for shift, wrong in ((-1, True), (0, False), (60, False), (61, True)):
            values = {"visited_on": str(MONDAY), "promised_on": str(MONDAY + shift * DAY)}
            assert ("promised_on" in impossible(VISIT, values, record())) == wrong

    @pytest.mark.parametrize(("shift", "wrong"), [(-1, True), (0, False), (1, False)])
    def test_an_absence_before_the_enrolment(self, shift, wrong):
        said = impossible(ABSENCE, {"absent_since": str(MONDAY + shift * DAY)}, record(enrolled_on=MONDAY))
        assert said == ({"absent_since": "早于入学日期（2026年9月7日），请核对"} if wrong else {})

    @pytest.mark.parametrize(("shift", "wrong"), [(60, False), (61, True)])
    def test_a_promise_of_no_visit_is_held_against_today(self, shift, wrong):
        said = impossible(VISIT, {"promised_on": str(TODAY + shift * DAY)}, record())
        assert said == ({"promised_on": "太远，最多60天以后，请核对"} if wrong else {})

    @pytest.mark.parametrize(("shift", "wrong"), [(-1, True), (0, False), (1, False)])
    def test_a_change_before_the_enrolment(self, shift, wrong):
        said = impossible(CHANGE, {"changed_on": str(MONDAY + shift * DAY)}, record(enrolled_on=MONDAY))
        assert ("changed_on" in said) == wrong

    @pytest.mark.parametrize(("shift", "wrong"), [(-61, True), (-60, False), (0, False)])
    def test_a_visit_long_before_the_enrolment(self, shift, wrong):
        said = impossible(VISIT, {"visited_on": str(MONDAY + shift * DAY)}, record(enrolled_on=MONDAY))
        assert ("visited_on" in said) == wrong

    @pytest.mark.parametrize(
        ("since", "until", "wrong"),
        [
            ("2026-09-01", "2027-08-31", []),
            ("2026-08-31", "2027-08-31", ["since"]),
            ("2026-09-01", "2027-09-01", ["until"]),
            ("2027-09-01", "2020-01-01", ["since", "until"]),
            ("2027-03-01", "2027-02-28", ["until"]),
            ("2027-03-01", "2027-03-01", []),
        ],
    )
    def test_a_pledge_outside_its_school_year_or_that_ends_before_it_begins(self, since, until, wrong):
        of_year = OnRecord(TODAY, None, SchoolDays(()), {}, 2026)
        assert sorted(impossible(DocumentKind.PLEDGE, {"since": since, "until": until}, of_year)) == wrong

    @pytest.mark.parametrize(("shift", "wrong"), [(-1, True), (0, False), (1, False)])
    def test_a_return_before_the_absence(self, shift, wrong):
        values = {"absent_since": str(MONDAY), "returned_on": str(MONDAY + shift * DAY)}
        assert ("returned_on" in impossible(RETURN, values, record())) == wrong

    @pytest.mark.parametrize(("days", "wrong"), [(1, False), (5, False), (6, True), (300, True)])
    def test_more_days_than_were_taught(self, days, wrong):
        said = impossible(ABSENCE, {"absent_since": str(MONDAY), "absent_days": str(days)}, record())
        assert said == ({"absent_days": "2026年9月7日到2026年9月11日只有5个上课日，请核对"} if wrong else {})

    def test_counts_to_the_return_where_the_child_is_back(self):
        values = {"absent_since": str(MONDAY), "returned_on": str(MONDAY + 2 * DAY), "absent_days": "4"}
        assert "到2026年9月9日只有3个上课日" in impossible(RETURN, values, record())["absent_days"]

    def test_says_nothing_where_no_term_is_entered_or_nothing_is_known(self):
        values = {"absent_since": str(MONDAY), "absent_days": "300"}
        assert impossible(ABSENCE, values, record(days=SchoolDays(()), enrolled_on=None)) == {}

    def test_a_blank_field_is_no_mistake(self):
        for kind in DocumentKind:
            assert impossible(kind, {}, record()) == differing(kind, {}, record()) == {}

    @given(st.dates(date(2026, 9, 1), TODAY), st.integers(1, 400))
    def test_a_count_is_refused_just_where_there_were_fewer_school_days(self, since, days):
        said = impossible(ABSENCE, {"absent_since": str(since), "absent_days": str(days)}, record())
        assert ("absent_days" in said) == (days > len(TAUGHT.between(since, TODAY)))


class TestWhatDiffers:
    KNOWN = {"absent_since": str(MONDAY), "absent_days": "5"}

    def test_shows_what_the_registers_say(self):
        said = differing(ABSENCE, {"absent_since": "2026-09-08", "absent_days": "4"}, record(self.KNOWN))
        assert said == {
            "absent_since": "点名登记是2026年9月7日，和填的不同，请核对",
            "absent_days": "点名登记是5天，和填的不同，请核对",
        }

    @pytest.mark.parametrize(("days", "said"), [("4", False), ("5", False), ("6", True)])
    def test_of_an_issued_one_is_no_absence_that_has_gone_on(self, days, said):
        values = self.KNOWN | {"absent_days": days}
        assert ("absent_days" in differing(ABSENCE, values, record(self.KNOWN), is_issued=True)) == said

    def test_says_nothing_where_both_agree(self):
        assert differing(ABSENCE, self.KNOWN, record(self.KNOWN)) == {}

    def test_says_that_nothing_is_on_record(self):
        said = differing(ABSENCE, self.KNOWN, record())
        assert set(said.values()) == {"点名没有登记这次缺课，请核对"}

    def test_names_a_change_in_words(self):
        said = differing(CHANGE, {"change": "suspend"}, record({"change": "transfer_out"}))
        assert said == {"change": "学籍变动登记是转出，和填的不同，请核对"}


class TestThePage:
    @pytest.fixture
    def new(self, desk):
        return page("new_document", desk.scene.children[0].pk, "absence_report")

    def send(self, desk, new, **more):
        sent = desk.filled(ABSENCE, **more) | {"submission": str(uuid4())}
        return client_of(desk.scene.teacher).post(new, sent, follow=True)

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"absent_since": "2026-09-10"}, "日期还没有到"),
            ({"absent_since": "2020-01-01"}, "早于入学日期"),
            ({"absent_days": "300"}, "只有3个上课日"),
        ],
    )
    def test_refuses_what_cannot_be_at_its_field(self, desk, new, more, said):
        response = self.send(desk, new, **more)
        assert response.status_code == 422
        assert said in words(response)
        assert not Document.objects.exists()

    def test_keeps_what_differs_and_shows_it_on_both_pages(self, desk, new):
        response = self.send(desk, new, absent_days="2")
        assert "点名登记是3天，和填的不同，请核对" in words(response)
        client = client_of(desk.scene.teacher)
        assert "点名登记是3天，和填的不同" in words(client.get(page("edit_document", Document.objects.get().pk)))

    def test_shows_whoever_signs_what_differs_until_it_is_signed(self, desk):
        row = desk.do(
            "issue", desk.draft(values=desk.filled(ABSENCE, absent_since="2026-09-08", absent_days="2")), "homeroom"
        )
        for who in ("homeroom", "clerk", "bureau"):
            said = words(client_of(desk.people[who]).get(page("document", row.pk)))
            assert "缺课开始日期：点名登记是2026年9月7日，和填的不同，请核对" in said
            assert "点名登记是3天" not in said
        desk.do("sign", row, "clerk")
        assert "和填的不同" not in words(client_of(desk.scene.teacher).get(page("document", row.pk)))

    def test_issues_nothing_that_cannot_be(self, desk):
        row = desk.draft(VISIT, values=desk.filled(VISIT, visited_on="1990-01-01", promised_on="2099-01-01"))
        text = words(client_of(desk.scene.teacher).get(page("document", row.pk)))
        assert "家访日期：早于入学日期" in text
        with pytest.raises(DocumentRefused, match=r"家访日期：早于入学日期.*约定返校日期：.*没有签发，请改好后再签发"):
            desk.do("issue", row, "homeroom")
        row.refresh_from_db()
        assert (row.state, row.number) == ("draft", None)

    def test_offers_the_kinds_of_change(self, desk):
        client = client_of(desk.scene.teacher)
        html = client.get(page("new_document", desk.scene.children[0].pk, "change_report")).content.decode()
        assert "休学复学" in html
        assert 'value="transfer_out"' in html
        sent = desk.filled(CHANGE, change="去外地了") | {"submission": str(uuid4())}
        response = client.post(page("new_document", desk.scene.children[0].pk, "change_report"), sent)
        assert "请在列出的选项中选择" in words(response)

"""控辍保学责任书: one for every teacher of every class, drawn up in one go; who has not signed."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from casework.actions import letters, pledges
from casework.actions.documents import DocumentRefused, NotYourDocument
from casework.document_kinds import DocumentKind
from casework.models import Document
from casework.queries.document_lists import boxes
from casework.queries.pledges import counts_of, teachers_of
from students.models import AuditRow, Notice, Role, School
from tests import cast
from tests.casework.test_document_pages import page, text_of, words
from tests.casework.test_letters import PAPER
from tests.scene import client_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF
YEAR = 2026


@pytest.fixture
def staff(desk):
    """Beside the 班主任, who teaches 语文 as well, a teacher of 数学, and the class next door with its own."""
    desk.people["maths"] = cast.person(
        "任军", role=Role.SUBJECT_TEACHER, school_class=desk.scene.school_class, subject="数学"
    )
    cast.post(desk.scene.teacher, Role.SUBJECT_TEACHER, school_class=desk.scene.school_class, subject="语文")
    beside = cast.school_class(desk.scene.school, "202302")
    desk.people["beside"] = cast.person("陈一", role=Role.HOMEROOM_TEACHER, school_class=beside)
    cast.school_class(desk.scene.school, "201501")  # left the school long ago
    return desk


def draw_up(desk, who="clerk") -> int:
    made = pledges.draw_up(**desk.place(who), school=desk.scene.school, school_year=YEAR)
    pledges.issue_drafts(**desk.place(who), school=desk.scene.school, school_year=YEAR)
    return made


def pledge_of(desk, who) -> Document:
    return Document.objects.get(person=desk.people[who])


class TestDrawingUp:
    def test_makes_one_for_every_teacher_of_every_class_numbered_and_told(self, staff):
        assert draw_up(staff) == 4  # 班主任 with 语文, the subject teacher of the desk, maths, and the class beside
        rows = Document.objects.filter(kind=DocumentKind.PLEDGE).order_by("number")
        assert [row.number for row in rows] == [1, 2, 3, 4]
        assert {row.state for row in rows} == {"waiting"}
        told = Notice.objects.filter(kind=Notice.Kind.DOCUMENT_WAITING)
        assert {notice.person for notice in told} == {row.person for row in rows}

    def test_says_the_work_and_the_target_of_the_stage(self, staff):
        draw_up(staff)
        own = pledge_of(staff, "homeroom")
        assert own.values["duty"] == "班主任、语文教学"
        assert own.values["target"] == "本学年本班流失学生为0人"
        assert (own.values["since"], own.values["until"]) == ("2026-09-01", "2027-08-31")

    def test_of_a_junior_class_the_target_is_a_rate(self, desk):
        school = cast.school("东坪中学", kind=School.Kind.JUNIOR)
        room = cast.school_class(school, "202501", stage="junior")
        cast.person("吴宁", role=Role.HOMEROOM_TEACHER, school_class=room)
        head = cast.person("林远", role=Role.PRINCIPAL, school=school)
        pledges.draw_up(by=head, scope=cast.scope(head), school=school, school_year=YEAR, today=desk.today)
        assert "低于2%" in Document.objects.get().values["target"]

    def test_again_adds_only_who_came_since(self, staff):
        draw_up(staff)
        assert draw_up(staff) == 0
        cast.person("杨子", role=Role.SUBJECT_TEACHER, school_class=staff.scene.school_class, subject="英语")
        assert draw_up(staff) == 1
        assert AuditRow.objects.filter(action="document.draw_up_pledges").count() == 2

    @pytest.mark.parametrize("who", ["homeroom", "subject", "township", "bureau", "far_clerk"])
    def test_is_for_those_who_run_the_school(self, staff, who):
        with pytest.raises(NotYourDocument):
            draw_up(staff, who)

    def test_a_teacher_has_one_a_class_and_year_that_stands(self, staff):
        draw_up(staff)
        row = pledge_of(staff, "maths")
        row.pk, row.submission, row.number = None, "11111111-1111-1111-1111-111111111111", 99
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()

    def test_a_substitute_signs_none(self, staff):
        cast.post(
            staff.people["beside"], Role.HOMEROOM_TEACHER, school_class=staff.scene.school_class,
            until=staff.today.replace(day=20), is_substitute=True,
        )  # fmt: skip
        lines = teachers_of(staff.scene.school, YEAR, staff.today)
        assert [line.school_class.number for line in lines if line.person.name == "陈一"] == ["202302"]


class TestSigning:
    def test_each_signs_their_own_and_finds_it_on_the_desk(self, staff):
        draw_up(staff)
        row = pledge_of(staff, "maths")
        for who, found in (("maths", [row]), ("clerk", []), ("principal", [])):
            assert list(boxes(cast.scope(staff.people[who]), staff.today, {})["sign"]) == found
        with pytest.raises(NotYourDocument, match="正等责任人签字"):
            staff.do("sign", row, "principal")
        assert staff.do("sign", row, "maths").state == "confirmed"

    def test_signed_in_the_site_or_on_paper_counts_as_signed(self, staff):
        draw_up(staff)
        staff.do("sign", pledge_of(staff, "maths"), "maths")
        letters.attach(**staff.place("clerk"), document=pledge_of(staff, "beside"), paper=PAPER)
        counts = counts_of(teachers_of(staff.scene.school, YEAR, staff.today))
        assert (counts.total, counts.signed, counts.unsigned, counts.undrawn) == (4, 2, 2, 0)

    def test_a_subject_teacher_sees_their_own_and_no_other_document(self, staff):
        draw_up(staff)
        other = staff.issued(DocumentKind.VISIT_RECORD)
        client = client_of(staff.people["maths"])
        assert "任军" in words(client.get(page("document", pledge_of(staff, "maths").pk)))
        for row in (other, pledge_of(staff, "homeroom")):
            assert client.get(page("document", row.pk)).status_code == 404


class TestThePages:
    def test_draws_up_by_one_button_and_lists_who_has_not_signed(self, staff):
        client = client_of(staff.scene.clerk)
        address = page("school_pledges", staff.scene.school.pk)
        assert "生成全校责任书" in words(client.get(address))
        text = words(client.post(page("draw_up_pledges", staff.scene.school.pk), follow=True))
        assert "已生成4份责任书" in text
        assert "生成全校责任书" not in text
        staff.do("sign", pledge_of(staff, "maths"), "maths")
        text = words(client.get(f"{address}?show=unsigned"))
        assert "任军" not in text
        assert "陈一" in text
        assert "未签 3" in re.sub(r"\s+", " ", text)

    def test_the_paper_names_the_teacher_the_class_and_the_target(self, staff):
        draw_up(staff)
        text = text_of(client_of(staff.people["maths"]).get(page("document_paper", pledge_of(staff, "maths").pk)))
        for said in ("任军", "2023级1班", "2026-2027学年", "数学教学", "本学年本班流失学生为0人"):
            assert said in text

    def test_the_county_sees_the_schools_side_by_side(self, staff):
        client = client_of(staff.people["bureau"])
        assert "本学年还没有责任书" in words(client.get(page("pledges")))
        draw_up(staff)
        assert "东坪小学 4 0 4 查看" in words(client.get(page("pledges")))

    def test_costs_the_same_however_many(self, staff):
        client, address = client_of(staff.scene.clerk), page("school_pledges", staff.scene.school.pk)
        client.get(address)
        costs = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            costs.append(len(queries))
            draw_up(staff)
        assert costs[0] == costs[1] <= 15


def test_one_that_ends_before_it_begins_is_not_issued(staff):
    pledges.draw_up(**staff.place("clerk"), school=staff.scene.school, school_year=YEAR)
    row = Document.objects.filter(kind=DocumentKind.PLEDGE).first()
    client, url = client_of(staff.people["clerk"]), page("edit_document", row.pk)
    sent = row.values | {"submission": str(row.submission), "version": "1", "opened": ""}
    response = client.post(url, sent | {"since": "2027-09-01", "until": "2020-01-01"})
    assert response.status_code == 422
    assert "要在本学年内（2026年9月1日到2027年8月31日）" in words(response)
    assert "早于责任期开始" in words(response)
    Document.objects.filter(pk=row.pk).update(values=row.values | {"until": "2020-01-01"})
    with pytest.raises(DocumentRefused, match=r"责任期结束：早于责任期开始.*没有签发"):
        staff.do("issue", row, "clerk")

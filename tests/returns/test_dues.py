"""What the facts contradict of a filed return is marked by night, and the school is told."""

from dataclasses import replace
from datetime import date

import pytest

from casework.clock import DUTIES
from reports.figures import BASELINE, CODES
from returns.actions.dues import mark_amendments
from returns.models import AmendmentDue, Snapshot
from returns.queries.next_step import next_step
from returns.queries.posts import posts_of
from returns.queries.waiting import waiting
from returns.snapshots import figures_by_grade, filed_figures, lists_of
from students.actions import corrections
from students.enrolment import EventKind
from students.models import EnrolmentEvent, Notice, SchoolClass
from students.queries.notices import waiting_notices
from tests import cast
from tests.returns.filed import TODAY, accept, file_return, filed, leave, prepare, send_back, sign
from tests.scene import client_of


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


def marks() -> list[str]:
    return list(AmendmentDue.objects.values_list("words", flat=True))


def notes(who) -> list[str]:
    page = client_of(who).get("/returns/").context["page"]
    return [note for row in page.object_list for cell in row.cells for note in cell.notes]


def october_alone(who):
    """What comes next where there were no other period."""
    row = client_of(who).get("/returns/").context["own"]
    cells = [cell for cell in row.cells if cell.period.code == "2026-10"]
    return next_step(replace(row, cells=cells), posts_of(cast.scope(who), row.school.pk), TODAY)


class TestAFiledReturnThatTheFactsContradict:
    @pytest.fixture
    def event(self, school, head, bureau):
        filed(school, head)
        accept(school, bureau)
        Notice.objects.all().delete()
        return leave(school)

    def test_is_marked_and_told_once(self, school, head, bureau, event):
        assert DUTIES["amendments"][1](TODAY) == {"due": 1}
        assert mark_amendments(today=TODAY) == 1
        [words] = marks()
        assert "辍学0→1人" in words
        assert told(head) == told(school.clerk) == {"return_to_amend"}
        assert Notice.objects.count() == 2
        [line] = waiting_notices(cast.scope(head), head)
        assert line.sentence == "东坪小学2026年10月月报上报以后，事实有了变化，请核对后另报更正。"
        assert told(bureau) == set()

    def test_is_found_by_the_bureau(self, school, bureau, event):
        client = client_of(bureau)
        assert not client.get("/returns/", {"standing": "amend"}).context["page"].object_list
        mark_amendments(today=TODAY)
        assert notes(bureau) == ["要更正"]
        assert len(client.get("/returns/", {"standing": "amend"}).context["page"].object_list) == 1

    def test_waits_for_the_school_until_it_is_amended(self, school, head, event):
        before = waiting(cast.scope(head), TODAY)
        mark_amendments(today=TODAY)
        assert waiting(cast.scope(head), TODAY) == before + 1
        prepare(school, reason="补登")
        sign(school, head)
        assert waiting(cast.scope(head), TODAY) == before
        assert marks()  # until it is filed
        file_return(school)
        assert marks() == []
        assert told(head) == set()

    def test_is_the_next_step_of_the_school(self, school, head, event):
        assert october_alone(school.clerk).words == "2026年10月月报：已接收。"
        mark_amendments(today=TODAY)
        found = october_alone(school.clerk)
        assert (found.words, found.label) == ("2026年10月月报：上报以后事实有变化，要另报更正。", "去更正")
        assert found.is_ours

    def test_that_came_back_is_the_next_step_too(self, school, head, bureau, event):
        filed(school, head, reason="补登")
        send_back(school, bureau)
        words = "2026年10月月报第1号更正：县教育局退回，请核对后重报，重报期限10月30日。"
        assert october_alone(school.clerk).words == words

    def test_is_over_once_they_agree_again(self, school, head, event):
        mark_amendments(today=TODAY)
        corrections.void(by=school.clerk, event=event, reason="登记错了人", today=TODAY)
        assert mark_amendments(today=TODAY) == 0
        assert (marks(), told(head)) == ([], set())

    def test_is_not_told_of_while_the_school_has_it_in_hand(self, school, head, event):
        prepare(school, reason="补登")
        assert mark_amendments(today=TODAY) == 0

    def test_has_its_own_word_where_the_amendment_came_back(self, school, head, bureau, event):
        filed(school, head, reason="补登")
        send_back(school, bureau)
        assert mark_amendments(today=TODAY) == 0
        assert notes(bureau) == ["更正退回"]


def test_what_agrees_is_not_marked(school, head):
    filed(school, head)
    assert mark_amendments(today=TODAY) == 0
    leave(school, day=date(2026, 10, 26))  # after the cut-off
    assert mark_amendments(today=TODAY) == 0


def test_grades_that_make_up_for_each_other_are_marked(school, head):
    filed(school, head)
    SchoolClass.objects.filter(school=school.school).update(cohort=2024)
    assert mark_amendments(today=TODAY) == 1
    [words] = marks()
    assert "三年级期末在校0→3人" in words
    assert "，期末在校" not in words  # the sum is the same


def test_a_transfer_confirmed_within_a_filed_month_is_marked(school, head):
    """It changes no count that is printed, but 学年巩固率."""
    leave(school, kind=EventKind.TRANSFER_OUT)
    filed(school, head)
    assert mark_amendments(today=TODAY) == 0
    EnrolmentEvent.objects.filter(kind=EventKind.TRANSFER_OUT).update(confirmed_on=date(2026, 10, 25))
    assert mark_amendments(today=TODAY) == 1
    assert marks() == ["正常减少0→1人"]


@pytest.mark.parametrize("code", CODES)
def test_what_was_filed_is_read_back_from_its_table(school, head, code):
    """Every count, those that only rates tell of among them."""
    filed(school, head)
    content = Snapshot.objects.get().content
    table, grade = content["table"], next(row["values"]["grade"] for row in content["table"]["rows"])
    lists = lists_of(content) | {code: [(1, grade)] * (2 if code == BASELINE else 1)}
    live = figures_by_grade(lists, [])[grade]
    [row] = table["rows"]
    row["values"] |= {name: live[name] for name in CODES if name in row["values"]}
    row["values"] |= {rate: getattr(live, rate).record for rate in ("retention_rate", "dropout_rate")}
    assert {name: filed_figures(table)[grade][name] for name in CODES} == {name: live[name] for name in CODES}

"""疑似失联: who stands on which list, the day before, on and after; and who may read it."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from students.actions import corrections, suspensions, transfers
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Enrolment, EnrolmentEvent, HandOver, HandOverChild, Role
from students.policy import Policy
from students.queries.unaccounted import List, listings
from tests import cast
from tests.scene import MONDAY, client_of

OUT = date(2026, 9, 2)


@pytest.fixture
def child(scene):
    return scene.children[0]


def listed(person, kind: List, day: date, policy: Policy | None = None) -> list[str]:
    found = listings(cast.scope(person), day=day, policy=policy or Policy())[kind]
    return [line.name for line in found.lines(list(found.rows), day)]


def record(child, kind, day=OUT, **more):
    return record_event(by=None, student=child, kind=kind, happened_on=day, today=MONDAY, **more)


@pytest.mark.parametrize(("after", "is_listed"), [(29, False), (30, False), (31, True), (32, True)])
def test_an_unconfirmed_transfer_is_listed_from_the_31st_day_after_it(scene, child, after, is_listed):
    record(child, EventKind.TRANSFER_OUT)
    assert bool(listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=after))) is is_listed


def test_the_county_says_after_how_many_days(scene, child):
    record(child, EventKind.TRANSFER_OUT)
    policy = Policy(unconfirmed_days=10)
    assert not listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=10), policy)
    assert listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=11), policy)


def test_a_confirmation_counts_from_its_day_on(scene, child):
    confirmed = OUT + timedelta(days=40)
    record(child, EventKind.TRANSFER_OUT, confirmed_on=confirmed)
    assert listed(scene.clerk, List.UNCONFIRMED, confirmed - timedelta(days=1)) == ["高东"]
    assert listed(scene.clerk, List.UNCONFIRMED, confirmed) == []


def test_who_has_turned_up_again_is_not_lost(scene, child):
    record(child, EventKind.TRANSFER_OUT)
    record(child, EventKind.OTHER_IN, OUT + timedelta(days=35), school_class=scene.school_class)
    assert listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=34)) == ["高东"]
    assert listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=35)) == []


def test_of_a_day_with_several_events_the_last_decides(scene, child):
    """Taken back the day it left, and left again: the order of the day says where the child is."""
    record(child, EventKind.TRANSFER_OUT)
    record(child, EventKind.TRANSFER_IN, school_class=scene.school_class)
    assert listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=31)) == []
    record(child, EventKind.OTHER_OUT)
    assert listed(scene.clerk, List.OTHER_OUT, OUT) == ["高东"]
    assert listed(scene.clerk, List.UNCONFIRMED, OUT + timedelta(days=31)) == []


def test_a_transfer_out_that_was_void_loses_nobody(scene, child):
    event = record(child, EventKind.TRANSFER_OUT)
    corrections.void(by=scene.clerk, event=event, reason="没有走", today=MONDAY)
    assert listed(scene.clerk, List.UNCONFIRMED, date(2026, 12, 1)) == []


@pytest.mark.parametrize(("day", "is_listed"), [(OUT - timedelta(days=1), False), (OUT, True)])
def test_who_left_otherwise_is_listed_at_once(scene, child, day, is_listed):
    record(child, EventKind.OTHER_OUT, note="举家外出")
    assert bool(listed(scene.clerk, List.OTHER_OUT, day)) is is_listed


class TestSuspended:
    end = date(2026, 10, 15)

    @pytest.fixture
    def request_(self, scene, child):
        made = suspensions.ask(
            by=scene.clerk,
            student=child,
            ground="illness",
            reason="骨折",
            starts_on=OUT,
            ends_on=self.end,
            today=MONDAY,
        )
        return suspensions.approve(by=scene.clerk, suspension=made, paper_number="1号", today=MONDAY)

    @pytest.mark.parametrize(("after", "is_listed"), [(-1, False), (0, False), (1, True)])
    def test_who_does_not_resume_is_listed_from_the_day_after_the_end(self, scene, child, request_, after, is_listed):
        assert bool(listed(scene.clerk, List.OVERSTAYED, self.end + timedelta(days=after))) is is_listed

    def test_a_prolongation_moves_the_end(self, scene, child, request_):
        longer = suspensions.ask(
            by=scene.clerk,
            student=child,
            ground="illness",
            reason="没有好",
            starts_on=self.end + timedelta(days=1),
            ends_on=self.end + timedelta(days=30),
            today=MONDAY,
        )
        assert listed(scene.clerk, List.OVERSTAYED, self.end + timedelta(days=1))
        suspensions.approve(by=scene.clerk, suspension=longer, paper_number="2号", today=MONDAY)
        assert not listed(scene.clerk, List.OVERSTAYED, self.end + timedelta(days=30))
        assert listed(scene.clerk, List.OVERSTAYED, self.end + timedelta(days=31))

    def test_who_resumes_is_not_listed(self, scene, child, request_):
        record(child, EventKind.RESUME, self.end, school_class=scene.school_class)
        assert not listed(scene.clerk, List.OVERSTAYED, self.end + timedelta(days=5))


class TestHandedOver:
    due = date(2026, 9, 15)

    @pytest.fixture
    def awaited(self, scene, child):
        junior = cast.school("东坪初中", kind="junior")
        over = HandOver.objects.create(
            kind="to_junior",
            from_class=scene.school_class,
            from_school=scene.school,
            to_school=junior,
            school_year=2026,
            due_on=self.due,
            sent_at=timezone.now(),
            sent_by=scene.clerk,
        )
        return HandOverChild.objects.create(hand_over=over, student=child)

    @pytest.mark.parametrize(("after", "is_listed"), [(-1, False), (0, False), (1, True)])
    def test_who_has_not_arrived_by_the_due_day_is_listed_after_it(self, scene, awaited, after, is_listed):
        assert bool(listed(scene.clerk, List.NOT_ARRIVED, self.due + timedelta(days=after))) is is_listed

    def test_who_is_elsewhere_is_not(self, scene, awaited):
        HandOverChild.objects.update(
            state="elsewhere", whereabouts="成都", answered_at=timezone.now(), answered_by=scene.clerk
        )
        assert not listed(scene.clerk, List.NOT_ARRIVED, date(2026, 12, 1))

    def test_a_hand_over_taken_back_awaits_nobody(self, scene, awaited):
        HandOver.objects.update(withdrawn_at=timezone.now(), withdrawn_by=scene.clerk)
        assert not listed(scene.clerk, List.NOT_ARRIVED, date(2026, 12, 1))


@pytest.mark.parametrize(("after", "is_listed"), [(30, False), (31, True)])
def test_who_has_no_student_number_is_listed_after_thirty_days(scene, after, is_listed):
    entered = date(2026, 9, 1)
    cast.student(scene.school_class, "林越", since=entered, student_number=None)
    names = listed(scene.clerk, List.NUMBERLESS, entered + timedelta(days=after))
    assert names == (["林越"] if is_listed else [])


class TestWhoReads:
    late = date(2026, 12, 1)

    def test_the_old_school_its_township_and_the_county(self, scene, child):
        record(child, EventKind.TRANSFER_OUT)
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        readers = {
            cast.person(role=Role.PRINCIPAL, school=scene.school): True,
            cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township): True,
            cast.person(role=Role.BUREAU_OFFICER): True,
            cast.person(role=Role.REGISTRY_CLERK, school=far): False,
            cast.person(role=Role.TOWNSHIP_OFFICER, township=far.township): False,
        }
        for reader, reads in readers.items():
            assert bool(listed(reader, List.UNCONFIRMED, self.late)) is reads

    def test_the_page_counts_every_list_and_says_where_the_child_was_to_go(
        self, scene, clock, django_assert_num_queries
    ):
        for child in scene.children:
            transfers.send_out(by=scene.clerk, student=child, happened_on=OUT, to_place="四川省成都市", today=MONDAY)
        clock.move_to(f"{self.late}T08:00:00+08:00")
        client = client_of(scene.clerk)
        with django_assert_num_queries(14):
            answer = client.get(reverse("students:unaccounted"))
        text = answer.content.decode()
        assert [tab["count"] for tab in answer.context["tabs"]] == [3, 0, 0, 0, 0]
        assert "2026年9月2日转出，去向四川省成都市，还没有答复" in text
        assert "90天" in text

    def test_the_county_looks_for_a_child_and_for_a_school(self, scene, child, clock):
        far = cast.school_class(cast.school("西岭小学"))
        record(child, EventKind.OTHER_OUT, note="外出")
        record(cast.student(far, "韩冰"), EventKind.OTHER_OUT, note="外出")
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))

        def found(**wanted):
            answer = client.get(reverse("students:unaccounted"), {"list": "other_out"} | wanted)
            return [line.name for line in answer.context["lines"]]

        assert found() == ["高东", "韩冰"]
        assert found(q="hb") == ["韩冰"]
        assert found(school=far.school.pk) == ["韩冰"]
        assert found(school="nonsense") == ["高东", "韩冰"]

    def test_the_list_shown_leaves_as_a_file_masked_unless_a_reason_is_given(self, scene, child, clock):
        transfers.send_out(by=scene.clerk, student=child, happened_on=OUT, to_place="四川省成都市", today=MONDAY)
        record(scene.children[1], EventKind.OTHER_OUT, note="外出")
        clock.move_to(f"{self.late}T08:00:00+08:00")
        client = client_of(scene.clerk)

        def sheet(query, **fields):
            answer = client.post(reverse("reports:unaccounted_file") + query, {"format": ".xlsx"} | fields)
            book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
            return {cell for row in book.active.iter_rows(values_only=True) for cell in row}

        page = client.get(reverse("students:unaccounted"), {"list": "unconfirmed", "q": "gd"})
        assert page.context["file_url"] == f"{reverse('reports:unaccounted_file')}?list=unconfirmed&q=gd"
        masked = sheet("?list=unconfirmed&q=gd")
        assert {child.name, 90, "2026年9月2日转出，去向四川省成都市，还没有答复"} <= masked
        assert not {child.student_number, scene.children[1].name} & masked
        assert child.student_number in sheet("?list=unconfirmed", reveal="on", reason="报县教育局核查")
        assert scene.children[1].name in sheet("?list=other_out")
        assert AuditRow.objects.filter(action="table.export", subject="reports.unaccounted").count() == 3

    def test_an_empty_list_says_who_would_stand_on_it(self, scene):
        answer = client_of(scene.clerk).get(reverse("students:unaccounted"), {"list": "overstayed"})
        assert "批准的休学期满" in answer.content.decode()

    def test_an_unknown_list_shows_the_first(self, scene):
        answer = client_of(scene.clerk).get(reverse("students:unaccounted"), {"list": "nonsense"})
        assert answer.context["shown"] == List.UNCONFIRMED


def test_events_and_intervals_agree_on_who_is_gone(scene, child):
    """The lists start from events; an own check against the kept intervals."""
    record(child, EventKind.TRANSFER_OUT)
    day = date(2026, 12, 1)
    gone = set(EnrolmentEvent.objects.values_list("student", flat=True)) - set(
        Enrolment.objects.on(day).values_list("student", flat=True)
    )
    assert gone == {child.pk}
    assert listed(scene.clerk, List.UNCONFIRMED, day) == [child.name]

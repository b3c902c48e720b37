"""再次联系: after a call that reached nobody the next one is owed, after three days of them a visit."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from casework.actions import acts, contacts
from casework.actions.acts import record_contact
from casework.attempts import streaks, unanswered_days
from casework.contacts import ContactMethod, ContactOutcome
from casework.engine import escalate
from casework.models import Contact, Obligation
from casework.ruleset import EXPORTED_TIERS, Tier
from students.actions.leave import approve
from students.days import MarkKind
from students.enrolment import Place, Standing
from tests.scene import FRIDAY, MONDAY, at, client_of, school_days

MON, TUE, WED, THU, FRI = school_days(MONDAY, 5)
NEXT_MON = MONDAY + timedelta(days=7)
NO_ANSWER, TALKED = ContactOutcome.NO_ANSWER, ContactOutcome.TALKED


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def missed(scene, clock):
    """``missed(MON, TUE)``: the child misses these days; the clock stands on the last."""

    def missed(*days):
        for day in days:
            clock.move_to(at(day))
            for slot in ("AM", "PM"):
                scene.take(day, slot, first="unexcused")

    return missed


@pytest.fixture
def call(scene, child, clock):
    """``call(MON)``: nobody answers; another outcome and method where they are named."""

    def call(day, outcome=NO_ANSWER, method=ContactMethod.PHONE):
        clock.move_to(at(day, 17))
        words = f"{outcome.label}。" if outcome else "口头说过"
        return record_contact(
            by=scene.teacher, student=child, day=day, method=method, result=words, outcome=outcome, today=day
        )

    return call


def attempts() -> list[tuple[date, date, date | None]]:
    """Of every 再次联系 that stands: the day of the call, when the next is due, when that was settled."""
    rows = Obligation.objects.standing().filter(tier=Tier.NEXT_ATTEMPT).order_by("key")
    return list(rows.values_list("key", "due_on", "done_on"))


def visits() -> list[tuple[date, date, date, date | None]]:
    rows = Obligation.objects.standing().filter(tier=Tier.UNREACHED_VISIT).order_by("key")
    return list(rows.values_list("key", "triggered_on", "due_on", "done_on"))


@pytest.fixture(autouse=True)
def recomputed_it_is_the_same(scene, clock):
    """Whatever happened, what was kept step by step is what a full recomputation says."""
    yield
    last = max(Contact.objects.values_list("day", flat=True), default=MONDAY)
    counts = escalate(through=max(last, timezone.localdate()))
    assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)


class TestTheNextAttempt:
    def test_is_owed_for_the_next_school_day(self, missed, call):
        missed(MON)
        call(MON)
        assert attempts() == [(MON, TUE, None)]
        assert Obligation.objects.get(tier=Tier.CONTACT).done_on == MON  # the call has done the day's duty

    def test_after_a_friday_is_owed_on_monday(self, missed, call):
        missed(FRI)
        call(FRI)
        assert attempts() == [(FRI, NEXT_MON, None)]

    @pytest.mark.parametrize("outcome", [TALKED, ContactOutcome.REFUSES, ""])
    def test_is_not_owed_where_somebody_was_reached_or_nothing_was_said(self, missed, call, outcome):
        missed(MON)
        call(MON, outcome)
        assert attempts() == []

    def test_is_not_owed_where_a_second_call_reached_somebody(self, missed, call):
        missed(MON)
        call(MON)
        call(MON, TALKED)
        assert attempts() == []

    def test_is_not_owed_where_the_child_came_that_day(self, scene, call):
        scene.take(MON, "AM", first="unexcused")
        call(MON)
        assert attempts() == [(MON, TUE, None)]
        scene.take(MON, "PM")
        assert attempts() == []

    def test_is_settled_by_the_child_itself(self, scene, missed, call, clock):
        missed(MON)
        call(MON)
        clock.move_to(at(TUE))
        scene.take(TUE)
        assert attempts() == [(MON, TUE, TUE)]

    def test_is_settled_late_where_nobody_called_and_the_child_came_later(self, scene, missed, call, clock):
        missed(MON)
        call(MON)
        clock.move_to(at(WED))
        scene.take(WED)
        assert attempts() == [(MON, TUE, WED)]

    def test_is_not_owed_beside_the_call_of_a_new_absence(self, missed, call):
        missed(MON)
        call(MON)
        missed(TUE)
        assert attempts() == []
        owed = Obligation.objects.standing().filter(tier=Tier.CONTACT, done_on=None)
        assert [row.key for row in owed] == [TUE]

    def test_opens_another_where_it_reaches_nobody_either(self, missed, call):
        missed(MON)
        call(MON)
        call(TUE)
        assert attempts() == [(MON, TUE, TUE), (TUE, WED, None)]

    def test_is_settled_by_leave_that_the_family_has_asked_for(self, scene, child, missed, call, clock):
        missed(MON)
        call(MON)
        clock.move_to(at(TUE))
        approve(by=scene.clerk, student=child, first_day=TUE, last_day=TUE, kind=MarkKind.SICK_LEAVE, today=TUE)
        scene.take(TUE, first="unverified")
        assert attempts() == [(MON, TUE, TUE)]

    def test_is_withdrawn_with_the_call(self, scene, missed, call):
        missed(MON)
        contact = call(MON)
        contacts.cancel(by=scene.teacher, contact=contact, today=MON)
        assert attempts() == []
        assert Obligation.objects.get(tier=Tier.NEXT_ATTEMPT).withdrawn_reason == "撤销登记"

    def test_is_a_card_with_a_reason_and_two_taps(self, scene, missed, call):
        missed(MON)
        call(MON)
        html = client_of(scene.teacher).get("/").content.decode()
        assert "今天没有联系上，请再联系家长" in html
        duty = Obligation.objects.get(tier=Tier.NEXT_ATTEMPT)
        why = client_of(scene.teacher).get(f"/duties/{duty.pk}/").content.decode()
        assert "连续1天没有联系上" in why
        assert "没有接通的，下一个上课日再联系" in why


class TestTheVisit:
    @pytest.mark.parametrize(("days", "owed"), [(2, []), (3, [(MON, WED, FRI, None)]), (4, [(MON, WED, FRI, None)])])
    def test_is_owed_after_three_days_without_an_answer(self, missed, call, days, owed):
        for day in (MON, TUE, WED, THU)[:days]:
            missed(day)
            call(day)
        assert visits() == owed
        assert (len(attempts()) == 1) == (days < 3)  # the visit is what is owed then

    @pytest.mark.parametrize(
        ("outcome", "method", "done"),
        [
            (ContactOutcome.NOBODY_HOME, ContactMethod.HOME_VISIT, THU),
            (TALKED, ContactMethod.PHONE, THU),
            (NO_ANSWER, ContactMethod.WECHAT, None),
        ],
    )
    def test_is_done_by_going_there_or_by_an_answer(self, missed, call, outcome, method, done):
        missed(MON, TUE, WED)
        for day in (MON, TUE, WED):
            call(day)
        call(THU, outcome, method)
        assert visits() == [(MON, WED, FRI, done)]

    def test_is_done_when_the_child_is_back(self, scene, missed, call, clock):
        missed(MON, TUE, WED)
        for day in (MON, TUE, WED):
            call(day)
        clock.move_to(at(THU))
        scene.take(THU)
        assert visits() == [(MON, WED, FRI, THU)]

    def test_counts_days_and_not_calls(self, missed, call):
        missed(MON)
        for method in (ContactMethod.PHONE, ContactMethod.WECHAT):
            for outcome in (NO_ANSWER, ContactOutcome.WRONG_NUMBER):
                call(MON, outcome, method)
        assert visits() == []

    def test_a_day_that_reached_somebody_begins_anew(self, missed, call):
        for day in (MON, TUE, WED, THU):
            missed(day)
            call(day, TALKED if day == TUE else NO_ANSWER)
        assert visits() == []

    def test_a_day_at_school_begins_anew(self, scene, missed, call, clock):
        missed(MON, TUE)
        call(MON)
        call(TUE)
        clock.move_to(at(WED))
        scene.take(WED)
        missed(THU)
        call(THU)
        assert visits() == []


def test_what_is_exported_does_not_know_of_them(scene, missed, call):
    assert not EXPORTED_TIERS & {Tier.NEXT_ATTEMPT, Tier.UNREACHED_VISIT}


def test_a_call_for_no_absence_asks_for_nothing(scene, call):
    scene.take(FRIDAY)
    call(MON)
    assert attempts() == visits() == []


class TestInARow:
    """The pure part, without a school."""

    places = [Place(1, Standing.ATTENDING, FRIDAY - timedelta(30), THU, 1)]

    def rows(self, *said, absent=(MON,), heard=(), through=FRI):
        found = streaks(list(said), self.places, absent=absent, heard=heard, through=through)
        return [(streak.days, streak.again_on, streak.met_on) for streak in found]

    def test_the_next_try_and_the_next_word_are_told_apart(self):
        said = [(MON, "no_answer"), (TUE, "no_answer"), (WED, "talked")]
        assert self.rows(*said) == [([MON], TUE, WED), ([MON, TUE], WED, WED)]

    def test_the_end_of_attendance_ends_the_wait(self):
        assert self.rows((MON, "no_answer")) == [([MON], THU, THU)]
        assert self.rows((MON, "no_answer"), through=WED) == [([MON], None, None)]

    def test_before_any_absence_and_after_the_last_day_there_is_no_row(self):
        assert self.rows((FRIDAY, "no_answer"), (THU, "no_answer")) == []

    def test_a_day_counts_where_every_contact_of_it_went_unanswered(self):
        assert unanswered_days([(MON, "no_answer"), (MON, "wrong_number")]) == {MON}
        assert unanswered_days([(MON, "no_answer"), (MON, "")]) == set()


def test_a_report_says_nothing_about_calls(scene, child, missed, call):
    missed(MON, TUE, WED)
    acts.file_report(by=scene.teacher, student=child, day=WED, kind=Tier.ABSENCE_REPORT, today=WED)
    assert attempts() == []

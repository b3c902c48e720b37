"""校历改动: made, rehearsed, carried out, given up, taken back."""

from datetime import date, timedelta

import pytest

from casework import engine
from casework.actions import calendar_changes as actions
from casework.actions import progress
from casework.models import AbsenceRun, Obligation
from casework.queries.rehearsals import rehearse
from students.day_plans import DayPlan, Plan, PlanRefused
from students.models import AuditRow, CalendarChange, DayOverride, OpeningAbsence, Role, Term
from students.queries.calendar import current_calendar
from students.queries.calendar_months import Place
from tests import cast
from tests.scene import FRIDAY, MONDAY

State = CalendarChange.State
THURSDAY = date(2026, 9, 3)
SNOW = "大雪封路"


@pytest.fixture
def out(scene):
    """The first child has been away on Thursday, Friday and Monday: a run of three days, and what it asks for."""
    for day in (THURSDAY, FRIDAY, MONDAY):
        scene.take(day, first="unexcused")
    return scene


def never(pk):
    raise AssertionError("no job is needed for a school")


def plan(scene, *plans, place=None, by=None, today=MONDAY, then=never):
    place = place or Place(scene.school)
    return actions.plan_days(by=by or scene.clerk, place=place, plans=plans, today=today, then=then)


def snow(scene, day=MONDAY, **more):
    return plan(scene, DayPlan(day, Plan.CLOSED, None, SNOW), **more)


def confirm(change, by, *, today=MONDAY, then=never):
    actions.confirm(by=by, change=change, seen=change.mark, today=today, then=then)
    return CalendarChange.objects.get(pk=change.pk)


def duties(**wanted):
    return Obligation.objects.standing().filter(**wanted)


def agrees(day=MONDAY):
    counts = engine.escalate(through=day)
    return (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)


class TestAPreview:
    def test_counts_what_would_follow_and_writes_none_of_it(self, out):
        runs, owed = list(AbsenceRun.objects.values()), list(Obligation.objects.values())
        change = snow(out)
        assert change.state == State.PREVIEWED
        tally = change.outcome["tally"]
        assert (tally["children"], tally["shorter"], tally["withdrawn"]) == (1, 1, 2)  # the call, the 3-day report
        assert (change.outcome["classes"], change.outcome["children"]) == (1, 3)
        assert change.outcome["registers_lost"] == 1
        assert list(AbsenceRun.objects.values()) == runs
        assert list(Obligation.objects.values()) == owed
        assert not DayOverride.objects.exists()

    def test_asked_for_twice_is_one(self, out):
        first = snow(out)
        assert snow(out) == first
        actions.give_up(by=out.clerk, change=first)
        assert snow(out) != first

    def test_names_the_children_with_before_and_after_in_words(self, out):
        [child] = snow(out).outcome["shown"]
        assert child["student"] == out.children[0].pk
        assert child["words"] == [
            "连续缺课由3天变为2天（9月3日起）", "撤销缺课报告（9月7日）", "撤销联系家长（9月7日）",
        ]  # fmt: skip

    def test_of_a_runs_first_day_makes_it_shorter_and_not_another_one(self, out):
        [child] = snow(out, THURSDAY).outcome["shown"]
        assert child["words"][0] == "连续缺课由3天变为2天（9月4日起）"

    def test_of_a_day_taught_counts_the_registers_that_count_again(self, out):
        confirm(snow(out), out.clerk)
        change = plan(out, DayPlan(MONDAY, Plan.RULE))
        assert (change.outcome["registers_lost"], change.outcome["registers_regained"]) == (0, 1)
        assert change.outcome["tally"]["added"] == 2

    def test_of_a_class_leaves_the_other_classes_alone(self, out):
        cast.school_class(out.school, "202302")
        change = snow(out, place=Place.of_class(out.school_class))
        assert change.outcome["classes"] == 1

    def test_where_a_class_has_its_own_day_nothing_changes_for_it(self, out):
        DayOverride.objects.create(
            day=MONDAY, is_taught=True, school=out.school, school_class=out.school_class, note="补课"
        )
        change = snow(out)
        assert (change.outcome["classes"], change.outcome["tally"]["children"]) == (0, 0)

    def test_of_the_county_is_left_to_a_job(self, out):
        queued = []
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        change = snow(out, place=Place(), by=bureau, then=queued.append)
        assert (change.state, queued) == (State.PREVIEWING, [change.pk])

    def test_shows_no_more_than_fifty_children(self, scene, monkeypatch):
        monkeypatch.setattr("casework.queries.rehearsals.SHOWN_CHILDREN", 2)
        scene.take(MONDAY, first="unexcused", second="unexcused", third="unexcused")
        change = snow(scene)
        assert (len(change.outcome["shown"]), change.outcome["tally"]["children"]) == (2, 3)

    def test_streams_in_chunks_and_says_how_far_it_is(self, out, monkeypatch):
        monkeypatch.setattr("casework.queries.rehearsals.CHUNK", 1)
        out.take(MONDAY, "PM", second="unexcused")
        said = []
        rehearse(snow(out), today=MONDAY, watch=lambda *words: said.append(words))
        assert said == [("预演", 0, 2), ("预演", 1, 2)]

    def test_takes_as_many_queries_for_many_children(self, out, django_assert_num_queries):
        change = snow(out)
        current_calendar()
        with django_assert_num_queries(16):
            rehearse(change, today=MONDAY)
        out.take(MONDAY, "PM", first="unexcused", second="unexcused", third="unexcused")
        change = CalendarChange.objects.get(pk=change.pk)
        with django_assert_num_queries(16):
            rehearse(change, today=MONDAY)


class TestCarryingOut:
    def test_does_what_was_shown(self, out):
        shown = snow(out)
        change = confirm(shown, out.clerk)
        assert change.state == State.APPLIED
        assert change.outcome["done"] == shown.outcome["tally"]
        row = DayOverride.objects.get()
        assert (row.day, row.is_taught, row.is_closure, row.note, row.school) == (MONDAY, False, True, SNOW, out.school)
        assert row.change == change
        assert AbsenceRun.objects.get().days == 2
        assert agrees()

    def test_the_withdrawn_duties_say_why(self, out):
        confirm(snow(out), out.clerk)
        reasons = set(Obligation.objects.exclude(withdrawn_at=None).values_list("withdrawn_reason", flat=True))
        assert reasons == {"校历调整：9月7日停课，大雪封路"}

    def test_is_told_who_and_when(self, out):
        change = confirm(snow(out), out.clerk)
        assert (change.applied_by, change.made_by) == (out.clerk, out.clerk)
        row = AuditRow.objects.get(action="calendar.apply")
        assert (row.done_by, row.subject_id, row.details["days"]) == (out.clerk, change.pk, 1)

    def test_a_second_press_is_harmless(self, out):
        shown = snow(out)
        confirm(shown, out.clerk)
        assert confirm(shown, out.clerk).state == State.APPLIED
        assert AuditRow.objects.filter(action="calendar.apply").count() == 1

    def test_is_refused_where_something_else_would_follow_by_now(self, out):
        shown = snow(out)
        out.take(MONDAY, "PM", second="unexcused")
        with pytest.raises(actions.ChangeRefused, match="影响和刚才看到的不同。没有执行"):
            confirm(shown, out.clerk)
        change = CalendarChange.objects.get(pk=shown.pk)
        assert change.state == State.PREVIEWED
        assert change.outcome["tally"]["children"] == 2
        assert "影响和刚才看到的不同" in change.outcome["refused"]
        assert not DayOverride.objects.exists()
        assert confirm(change, out.clerk).state == State.APPLIED

    def test_is_refused_where_somebody_changed_the_day_meanwhile(self, out):
        mine, theirs = snow(out), snow(out, by=cast.person("罗宁", role=Role.PRINCIPAL, school=out.school))
        confirm(theirs, theirs.made_by)
        with pytest.raises(actions.ChangeRefused, match="2026年9月7日的安排后来由罗宁改过，没有改动"):
            confirm(mine, out.clerk)
        assert DayOverride.objects.get().change == theirs

    def test_is_refused_for_what_the_page_did_not_show(self, out):
        change = snow(out)
        with pytest.raises(actions.ChangeRefused, match="已经不是刚才看到的样子"):
            actions.confirm(by=out.clerk, change=change, seen="", today=MONDAY, then=never)

    def test_of_the_county_is_queued_and_then_done(self, out):
        bureau, queued = cast.person(role=Role.BUREAU_OFFICER), []
        change = snow(out, place=Place(), by=bureau, then=queued.append)
        actions.preview(change=change, today=MONDAY)
        change.refresh_from_db()
        change = confirm(change, bureau, then=queued.append)
        assert (change.state, len(queued)) == (State.APPLYING, 2)
        actions.carry_out(change=change, today=MONDAY)
        change.refresh_from_db()
        assert (change.state, change.outcome["done"]) == (State.APPLIED, change.outcome["tally"])
        assert agrees()

    def test_of_the_county_is_refused_where_its_calendar_has_changed_while_it_was_looked_at(self, out, monkeypatch):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        change = snow(out, place=Place(), by=bureau, then=lambda pk: None)
        actions.preview(change=change, today=MONDAY)
        change.refresh_from_db()
        change = confirm(change, bureau, then=lambda pk: None)

        def meanwhile(*args, **kwargs):
            DayOverride.objects.get_or_create(day=date(2026, 12, 1), school=out.school, defaults={"is_taught": False})
            return rehearse(*args, **kwargs)

        monkeypatch.setattr(actions, "rehearse", meanwhile)
        with pytest.raises(actions.ChangeRefused, match="没有执行"):
            actions.carry_out(change=change, today=MONDAY)
        change.refresh_from_db()
        assert change.state == State.PREVIEWED

    def test_that_was_broken_off_goes_on(self, out, clock, monkeypatch):
        shown = snow(out)
        with monkeypatch.context() as patch:
            patch.setattr(actions, "recompute_locked", broken)
            with pytest.raises(RuntimeError):
                confirm(shown, out.clerk)
        change = CalendarChange.objects.get(pk=shown.pk)
        assert (change.state, DayOverride.objects.count()) == (State.APPLYING, 1)
        with pytest.raises(actions.ChangeRefused, match="没有重新开始"):
            actions.go_on(change=change, today=MONDAY, then=never)
        clock.shift(timedelta(seconds=progress.SILENT_SECONDS + 1))
        actions.go_on(change=change, today=MONDAY, then=never)
        change.refresh_from_db()
        assert (change.state, AbsenceRun.objects.get().days) == (State.APPLIED, 2)
        assert agrees()


def broken(*args, **kwargs):
    raise RuntimeError("the machine has stopped")


class TestTakingBack:
    def test_leads_to_where_it_began(self, out):
        before = list(AbsenceRun.objects.values("started_on", "days")), duties().count()
        change = confirm(snow(out), out.clerk)
        back = actions.take_back(by=out.clerk, change=change, today=MONDAY, then=never)
        assert (back.title, back.outcome["tally"]["added"]) == ("撤回9月7日停课", 2)
        confirm(back, out.clerk)
        change.refresh_from_db()
        assert (change.state, change.taken_back_by) == (State.TAKEN_BACK, out.clerk)
        assert not DayOverride.objects.exists()
        assert (list(AbsenceRun.objects.values("started_on", "days")), duties().count()) == before
        assert agrees()

    def test_restores_what_stood_with_its_note_and_author(self, out):
        first = confirm(plan(out, DayPlan(date(2026, 9, 12), Plan.TAUGHT, 0, "补课")), out.clerk)
        second = confirm(plan(out, DayPlan(date(2026, 9, 12), Plan.OFF, None, "改放假")), out.clerk)
        confirm(actions.take_back(by=out.clerk, change=second, today=MONDAY, then=never), out.clerk)
        row = DayOverride.objects.get()
        assert (row.is_taught, row.follows_weekday, row.note, row.change) == (True, 0, "补课", first)

    def test_is_refused_once_somebody_has_changed_a_day(self, out):
        change = confirm(snow(out), out.clerk)
        confirm(plan(out, DayPlan(MONDAY, Plan.OFF)), out.clerk)
        with pytest.raises(actions.ChangeRefused, match="9月7日的安排后来由何静改过"):
            actions.take_back(by=out.clerk, change=change, today=MONDAY, then=never)

    def test_is_done_once(self, out):
        change = confirm(snow(out), out.clerk)
        back = {"change": change, "today": MONDAY, "then": never}
        one, same, two = (actions.take_back(by=by, **back) for by in (out.clerk, out.clerk, out.teacher))
        assert one == same
        confirm(one, out.clerk)
        with pytest.raises(actions.ChangeRefused, match="没有"):
            confirm(two, out.clerk)
        with pytest.raises(actions.ChangeRefused, match="已经撤回"):
            actions.take_back(by=out.clerk, change=change, today=MONDAY, then=never)

    def test_can_itself_be_taken_back(self, out):
        change = confirm(snow(out), out.clerk)
        back = confirm(actions.take_back(by=out.clerk, change=change, today=MONDAY, then=never), out.clerk)
        confirm(actions.take_back(by=out.clerk, change=back, today=MONDAY, then=never), out.clerk)
        assert DayOverride.objects.get().note == SNOW

    def test_of_a_day_set_back_with_a_reason_is_possible_too(self, out):
        confirm(snow(out), out.clerk)
        change = confirm(plan(out, DayPlan(MONDAY, Plan.RULE, None, "雪停了")), out.clerk)
        confirm(actions.take_back(by=out.clerk, change=change, today=MONDAY, then=never), out.clerk)
        assert DayOverride.objects.get().note == SNOW

    def test_of_last_years_days_is_refused(self, out):
        change = confirm(snow(out), out.clerk)
        with pytest.raises(actions.ChangeRefused, match="以前学年"):
            actions.take_back(by=out.clerk, change=change, today=date(2027, 9, 1), then=never)

    def test_of_what_was_not_carried_out_is_refused(self, out):
        with pytest.raises(actions.ChangeRefused, match="没有执行"):
            actions.take_back(by=out.clerk, change=snow(out), today=MONDAY, then=never)


class TestGivingUp:
    def test_leaves_everything_as_it_was(self, out):
        change = snow(out)
        actions.give_up(by=out.clerk, change=change)
        change.refresh_from_db()
        assert (change.state, change.given_up_by) == (State.GIVEN_UP, out.clerk)
        with pytest.raises(actions.ChangeRefused, match="已经不是刚才看到的样子"):
            confirm(change, out.clerk)

    def test_what_was_carried_out_is_not_given_up(self, out):
        change = confirm(snow(out), out.clerk)
        with pytest.raises(actions.ChangeRefused, match="没有放弃"):
            actions.give_up(by=out.clerk, change=change)

    def test_a_rehearsal_under_way_writes_nothing_more(self, out):
        change = snow(out, place=Place(), by=out.clerk, then=lambda pk: None)
        actions.give_up(by=out.clerk, change=change)
        with pytest.raises(progress.Stopped):
            actions.preview(change=change, today=MONDAY)


class TestAPlan:
    def test_that_changes_nothing_is_refused(self, out):
        confirm(snow(out), out.clerk)
        with pytest.raises(PlanRefused, match="已经是这样安排的"):
            snow(out)

    def test_to_set_back_what_was_never_set_is_refused(self, out):
        with pytest.raises(PlanRefused, match="已经是这样安排的"):
            plan(out, DayPlan(MONDAY, Plan.RULE, None, "为什么"))

    def test_of_a_day_twice_is_refused(self, out):
        with pytest.raises(PlanRefused, match="写了两次"):
            plan(out, DayPlan(MONDAY, Plan.OFF), DayPlan(MONDAY, Plan.OFF))
        assert not CalendarChange.objects.exists()


class TestATerm:
    @pytest.fixture
    def bureau(self, out):
        return cast.person("苏远", role=Role.BUREAU_OFFICER)

    def term(self, bureau, start, end, *, school_year=2026, number=1, today=MONDAY):
        change = actions.plan_term(
            by=bureau, school_year=school_year, number=number, start=start, end=end, today=today, then=lambda pk: None
        )
        actions.preview(change=change, today=today)
        return CalendarChange.objects.get(pk=change.pk)

    def done(self, bureau, change):
        change = confirm(change, bureau, then=lambda pk: None)
        actions.carry_out(change=change, today=MONDAY)
        return CalendarChange.objects.get(pk=change.pk)

    def test_that_begins_later_takes_its_first_days_out_of_the_runs(self, out, bureau):
        change = self.term(bureau, FRIDAY, date(2027, 1, 22))
        assert change.outcome["tally"]["shorter"] + change.outcome["tally"]["vanished"] >= 1
        change = self.done(bureau, change)
        assert Term.objects.get(number=1).start == FRIDAY
        assert change.outcome["done"] == change.outcome["tally"]
        assert agrees()

    def test_can_be_entered_and_taken_back(self, out, bureau):
        change = self.done(bureau, self.term(bureau, date(2027, 9, 1), date(2028, 1, 21), school_year=2027))
        assert Term.objects.filter(school_year=2027).exists()
        back = actions.take_back(by=bureau, change=change, today=MONDAY, then=lambda pk: None)
        actions.preview(change=back, today=MONDAY)
        self.done(bureau, CalendarChange.objects.get(pk=back.pk))
        assert not Term.objects.filter(school_year=2027).exists()

    def test_on_which_something_hangs_stays(self, out, bureau):
        change = self.done(bureau, self.term(bureau, date(2027, 9, 1), date(2028, 1, 21), school_year=2027))
        OpeningAbsence.objects.create(
            term=Term.objects.get(school_year=2027), student=out.children[0], school_class=out.school_class,
            reason="other", recorded_at=change.made_at, recorded_by=bureau,
        )  # fmt: skip
        back = actions.take_back(by=bureau, change=change, today=MONDAY, then=lambda pk: None)
        actions.preview(change=back, today=MONDAY)
        with pytest.raises(actions.ChangeRefused, match="不能撤回"):
            self.done(bureau, CalendarChange.objects.get(pk=back.pk))

    @pytest.mark.parametrize(
        ("days", "words"),
        [
            ((date(2026, 9, 7), date(2026, 9, 1)), "应在开始日期之后"),
            ((date(2026, 9, 1), date(2026, 9, 1)), "应在开始日期之后"),
            ((date(2026, 9, 1), date(2027, 3, 1)), "2026-2027学年第二学期（2027年3月1日至2027年7月9日）的日期重叠"),
            ((date(2026, 8, 31), date(2027, 1, 22)), "学期应在2026年9月1日到次年8月31日之间"),
            ((date(2027, 7, 10), date(2027, 9, 1)), "学期应在"),
            ((date(2026, 9, 1), date(2027, 1, 22)), "就是这样"),
        ],
    )
    def test_that_cannot_be_is_refused(self, out, bureau, days, words):
        with pytest.raises(PlanRefused, match=words):
            self.term(bureau, *days)

    def test_may_end_the_day_before_the_next_begins(self, out, bureau):
        assert self.term(bureau, date(2026, 9, 1), date(2027, 2, 28)).title == "改2026-2027学年第一学期"

    def test_of_an_earlier_year_is_left_alone(self, out, bureau):
        with pytest.raises(PlanRefused, match="以前学年"):
            self.term(bureau, date(2025, 9, 1), date(2026, 1, 20), school_year=2025)

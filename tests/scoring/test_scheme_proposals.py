"""考核办法 by form: made, tried, adopted for a school year, given up, taken back in time."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from casework.actions import progress
from scoring import jobs, presets
from scoring.actions import scheme_proposals as actions
from scoring.actions.scores import keep_scores
from scoring.models import KeptScore, SchemeAdoption, SchemeProposal, StoredScheme
from scoring.presets import schemes_in
from scoring.scheme_reading import read_scheme
from students.models import AuditRow, Role
from tests import cast
from tests.scene import FRIDAY, MONDAY, at
from tests.scoring.versions import NEXT, adopted, content, proposed, tried

State = SchemeProposal.State
STRICTER = {"late_report": {"open": -2}}
HARDER = {"late_contact": {"late": -1}, "missed_roll_call": {"none": -1, "some": -1}}


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def late(scene, clock):
    """One whole day on which a child was missed and nobody called."""
    for day in (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), FRIDAY):
        for slot in ("AM", "PM"):
            scene.take(day, slot, **({"first": "unexcused"} if day == FRIDAY else {}))
    keep_scores(today=MONDAY)
    return scene


def again(made: SchemeProposal) -> SchemeProposal:
    return SchemeProposal.objects.get(pk=made.pk)


def said(by, school, **more) -> str:
    with pytest.raises(actions.SchemeRefused) as refused:
        proposed(by, school, **more)
    assert not SchemeProposal.objects.exists()
    assert not StoredScheme.objects.exclude(code="class_standard").exists()
    return str(refused.value)


class TestAVersion:
    def test_of_a_school_is_tried_at_once(self, late, principal):
        made = proposed(principal, late.school, **HARDER)
        assert (made.state, made.as_of, made.follows.code) == (State.REHEARSED, date(2026, 9, 6), "class_standard")
        assert [made.outcome[name] for name in ("classes", "up", "down", "same")] == [1, 0, 1, 0]
        [shown] = made.outcome["shown"]
        assert shown["words"] == ["及时联系由−0.5变为−1"]

    def test_of_the_county_is_tried_by_a_job(self, late, bureau):
        queued = []
        made = proposed(bureau, None, then=queued.append, **HARDER)
        assert (made.state, made.scheme.code, queued) == (State.REHEARSING, "county", [made.pk])
        jobs.try_scheme.func(made.pk)
        assert (again(made).state, again(made).outcome["down"]) == (State.REHEARSED, 1)

    def test_is_audited_without_names(self, late, principal):
        made = proposed(principal, late.school, **STRICTER)
        row = AuditRow.objects.get(action="scheme.propose")
        assert (row.subject_id, row.details) == (made.pk, {"scheme": made.scheme_id})

    def test_changes_no_score(self, late, principal):
        before = list(KeptScore.objects.values())
        adopted(proposed(principal, late.school, **HARDER), principal)
        assert list(KeptScore.objects.values()) == before

    def test_asked_for_twice_is_one(self, late, principal):
        first = proposed(principal, late.school, **STRICTER)
        assert proposed(principal, late.school, **STRICTER) == first
        assert proposed(principal, late.school, school_year=NEXT + 1, **STRICTER) != first
        actions.give_up(by=principal, proposal=first)
        assert proposed(principal, late.school, **STRICTER) != first

    def test_outlives_a_reload_of_the_presets(self, late, principal):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        before = list(StoredScheme.objects.order_by("pk").values()), list(SchemeAdoption.objects.values())
        presets.load_presets()
        assert (list(StoredScheme.objects.order_by("pk").values()), list(SchemeAdoption.objects.values())) == before

    def test_can_be_tried_on_another_day(self, late, principal):
        made = proposed(principal, late.school, **HARDER)
        actions.rehearse_again(by=principal, proposal=made, as_of=date(2026, 9, 3), then=print)
        assert (again(made).as_of, again(made).outcome["same"]) == (date(2026, 9, 3), 1)

    def test_of_another_number_of_days_to_come_back_reads_returns_for_both(self, late, bureau):
        made = tried(bureau, wholes=None, made=content(wholes={"return_days": 5}))
        assert (made.state, made.outcome["same"]) == (State.REHEARSED, 1)


class TestWhatIsRefused:
    def test_a_year_that_is_over(self, scene, bureau):
        assert said(bureau, None, school_year=2025, **STRICTER) == "2025-2026学年已经结束，不能倒改"

    @pytest.mark.parametrize(("day", "ok"), [(date(2026, 9, 25), True), (date(2026, 9, 26), False)])
    def test_this_year_once_its_first_month_is_over(self, scene, bureau, clock, day, ok):
        clock.move_to(at(day))
        if ok:
            assert proposed(bureau, None, school_year=2026, today=day, **STRICTER)
        else:
            assert "过了9月25日就不能再换" in said(bureau, None, school_year=2026, today=day, **STRICTER)

    def test_a_year_that_has_a_version(self, scene, bureau):
        adopted(tried(bureau, **STRICTER), bureau)
        with pytest.raises(actions.SchemeRefused) as refused:
            proposed(bureau, None, **HARDER)
        [reason] = refused.value.reasons
        assert reason.words.startswith("2027-2028学年已经采用全县《新办法》第1版，一个学年只能有一个办法")
        assert reason.where == "school_year"

    def test_what_nobody_could_accept_with_every_reason_and_where(self, scene, bureau):
        made = content(wholes={"veto_above": 1}, late_report={"open": -0.4})
        with pytest.raises(actions.SchemeRefused) as refused:
            proposed(bureau, None, made=made)
        places = {reason.where for reason in refused.value.reasons}
        assert places == {"veto_above", "late_report.open", "bounds.late_report.open"}

    def test_a_line_that_counts_absences(self, scene, bureau):
        made = content()
        made["lines"][2]["measure"] = "absence"
        assert "不能按缺勤本身扣分" in said(bureau, None, made=made)

    def test_a_schools_version_beyond_the_countys_bounds(self, scene, principal):
        assert "“及时报告：报告逾期未交”应扣1到2分，不能扣3分" in said(
            principal, scene.school, late_report={"open": -3}
        )
        assert "全县一样，学校不能改" in said(principal, scene.school, target={"met": 20})

    def test_a_school_that_affects_others_than_the_county(self, scene, principal):
        made = content(bounds={}, **STRICTER)
        made["lines"][1]["affects"] = ["subject_teacher"]
        assert "“点名”考核谁，全县一样" in said(principal, scene.school, made=made)

    def test_of_the_countys_bounds_those_of_the_year_count(self, scene, principal, bureau):
        adopted(tried(bureau, made=content(bounds={})), bureau)
        with pytest.raises(actions.SchemeRefused, match="全县一样"):
            proposed(principal, scene.school, **STRICTER)
        assert proposed(principal, scene.school, school_year=2026, **STRICTER)

    def test_what_holds_already(self, scene, principal, bureau):
        assert "完全相同，不用改" in said(principal, scene.school)
        assert "完全相同，不用改" in said(bureau, None)

    def test_a_form_that_was_opened_before_somebody_adopted(self, scene, principal, bureau):
        seen = actions.standing(scene.school)
        adopted(tried(bureau, school_year=NEXT + 1, **STRICTER), bureau)
        with pytest.raises(actions.SchemesChanged, match="填写期间苏远采用了全县《新办法》第1版"):
            proposed(principal, scene.school, seen=seen, **STRICTER)


class TestAdopting:
    def test_holds_from_its_school_year_on(self, late, principal):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        points = {year: schemes_in(year)(late.school.pk).numbers["late_report.open"] for year in (2026, NEXT, NEXT + 1)}
        assert points == {2026: -1, NEXT: -2, NEXT + 1: -2}
        assert schemes_in(NEXT)(0).numbers["late_report.open"] == -1

    def test_in_the_first_month_holds_for_this_year(self, late, bureau):
        adopted(tried(bureau, school_year=2026, **HARDER), bureau)
        keep_scores(today=MONDAY)
        kept = KeptScore.objects.get()
        assert (kept.scheme.code, kept.late_contact) == ("county", -1)

    def test_twice_is_once(self, late, principal):
        made = proposed(principal, late.school, **STRICTER)
        assert adopted(made, principal) == adopted(made, principal)
        assert AuditRow.objects.filter(action="scheme.adopt").count() == 1

    def test_only_what_was_shown(self, late, principal):
        made = proposed(principal, late.school, **HARDER)
        seen = made.mark
        actions.rehearse_again(by=principal, proposal=made, as_of=date(2026, 9, 3), then=print)
        with pytest.raises(actions.SchemeRefused, match="不是刚才看到的样子"):
            actions.adopt(by=principal, proposal=made, seen=seen, today=MONDAY)

    def test_not_once_others_were_adopted_since(self, late, principal, bureau):
        made = proposed(principal, late.school, **STRICTER)
        adopted(tried(bureau, school_year=NEXT + 1, **HARDER), bureau)
        with pytest.raises(actions.SchemesChanged, match="请重新试算"):
            adopted(made, principal)
        actions.rehearse_again(by=principal, proposal=made, as_of=made.as_of, then=print)
        assert adopted(again(made), principal)

    def test_not_beyond_bounds_that_have_become_narrower_since(self, late, principal, bureau):
        made = proposed(principal, late.school, **STRICTER)
        adopted(tried(bureau, made=content(bounds={})), bureau)
        actions.rehearse_again(by=principal, proposal=made, as_of=made.as_of, then=print)
        with pytest.raises(actions.SchemeRefused, match="学校不能改"):
            adopted(again(made), principal)

    def test_not_once_its_year_is_settled(self, late, principal):
        made = proposed(principal, late.school, school_year=2026, **STRICTER)
        with pytest.raises(actions.SchemeRefused, match="过了9月25日"):
            adopted(made, principal, today=date(2026, 9, 26))
        assert adopted(made, principal, today=date(2026, 9, 25))


class TestTheCountyAndItsSchools:
    def test_a_school_of_its_own_keeps_it_within_the_new_bounds_and_is_not_counted(self, late, principal, bureau):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        made = tried(bureau, **HARDER)
        assert (made.outcome["apart"], made.outcome["classes"], made.outcome["fallen"]) == (1, 0, {})

    def test_a_school_whose_own_is_beyond_the_new_bounds_falls_back_to_the_countys(self, late, principal, bureau):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        made = tried(bureau, made=content(bounds={}, verified_return={"verified": 3}))
        [(school, why)] = made.outcome["fallen"].items()
        assert (school, why) == (str(late.school.pk), "“及时报告：报告逾期未交”全县一样，学校不能改")
        adopted(made, bureau)
        schemes = schemes_in(NEXT)
        assert schemes(late.school.pk) == schemes.county
        assert schemes.outside == {late.school.pk: why}

    def test_what_fell_back_holds_again_where_the_bounds_are_wide_again(self, late, principal, bureau):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        adopted(tried(bureau, made=content(bounds={}, verified_return={"verified": 3})), bureau)
        made = tried(bureau, school_year=NEXT + 1, verified_return={"verified": 3})
        assert made.outcome["risen"] == [late.school.pk]

    def test_a_school_goes_back_to_the_countys(self, late, principal, bureau):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        made = actions.propose_return(
            by=principal, school=late.school, school_year=NEXT + 1, reason="校务会议", as_of=MONDAY,
            seen=actions.standing(late.school), today=MONDAY,
        )  # fmt: skip
        assert made.state == State.REHEARSED
        adopted(made, principal)
        adopted(tried(bureau, school_year=NEXT + 1, verified_return={"verified": 4}), bureau)
        numbers = [schemes_in(year)(late.school.pk).numbers for year in (NEXT, NEXT + 1)]
        assert [each["late_report.open"] for each in numbers] == [-2, -1]
        assert numbers[1]["verified_return.verified"] == 4

    def test_a_school_without_its_own_has_nothing_to_go_back_from(self, scene, principal):
        with pytest.raises(actions.SchemeRefused, match="已经按全县办法考核"):
            actions.propose_return(
                by=principal, school=scene.school, school_year=NEXT, reason="校务会议", as_of=MONDAY,
                seen=actions.standing(scene.school), today=MONDAY,
            )  # fmt: skip


class TestTakingBack:
    def test_leaves_what_held_before(self, late, principal):
        made = proposed(principal, late.school, **STRICTER)
        adopted(made, principal)
        actions.withdraw(by=principal, proposal=made, because="教代会没有通过", today=MONDAY)
        actions.withdraw(by=principal, proposal=made, because="再按一次", today=MONDAY)
        row = again(made)
        assert (row.state, row.withdrawn_because, row.adoption) == (State.WITHDRAWN, "教代会没有通过", None)
        assert schemes_in(NEXT)(late.school.pk) == schemes_in(NEXT).county
        assert AuditRow.objects.filter(action="scheme.withdraw").count() == 1

    @pytest.mark.parametrize(("day", "ok"), [(date(2027, 9, 25), True), (date(2027, 9, 26), False)])
    def test_is_possible_until_the_first_month_is_over(self, late, principal, day, ok):
        made = proposed(principal, late.school, **STRICTER)
        adopted(made, principal)
        if ok:
            actions.withdraw(by=principal, proposal=made, because="没有通过", today=day)
        else:
            with pytest.raises(actions.SchemeRefused, match="没有撤回：2027-2028学年的办法过了9月25日"):
                actions.withdraw(by=principal, proposal=made, because="没有通过", today=day)

    def test_is_nothing_for_what_was_not_adopted(self, late, principal):
        made = proposed(principal, late.school, **STRICTER)
        with pytest.raises(actions.SchemeRefused, match="没有采用"):
            actions.withdraw(by=principal, proposal=made, because="没有通过", today=MONDAY)

    def test_without_a_reason_is_refused_by_the_database(self, late, principal):
        made = proposed(principal, late.school, **STRICTER)
        adopted(made, principal)
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.withdraw(by=principal, proposal=made, because="", today=MONDAY)

    @pytest.mark.parametrize("changed", [{"adoption": None}, {"adopted_by": None}, {"adopted_at": None}])
    def test_nor_kept_as_adopted_by_nobody_or_as_nothing(self, late, principal, changed):
        made = proposed(principal, late.school, **STRICTER)
        adopted(made, principal)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(made).objects.filter(pk=made.pk).update(**changed)
        with pytest.raises(ProtectedError):
            again(made).adoption.delete()


class TestGivingUp:
    def test_ends_it_once(self, late, principal):
        made = proposed(principal, late.school, **STRICTER)
        actions.give_up(by=principal, proposal=made)
        with pytest.raises(actions.SchemeRefused, match="没有放弃"):
            actions.give_up(by=principal, proposal=made)
        with pytest.raises(actions.SchemeRefused):
            adopted(made, principal)

    def test_stops_the_trial_under_way(self, late, bureau):
        made = proposed(bureau, None, **STRICTER)
        actions.give_up(by=bureau, proposal=made)
        with pytest.raises(progress.Stopped):
            actions.rehearse(proposal=made)
        jobs.try_scheme.func(made.pk)
        assert again(made).state == State.GIVEN_UP


def test_a_stored_scheme_never_changes(late, principal):
    made = proposed(principal, late.school, **STRICTER)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        StoredScheme.objects.filter(pk=made.scheme_id).update(title="别的")
    assert read_scheme(made.scheme.content).title == "新办法"

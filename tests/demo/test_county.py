"""The demonstration county: whole, consistent, the same every time, and with a case of every kind."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db.models import F

from casework import engine
from casework.contacts import ContactMethod
from casework.demo.county import CountyExists, make_county
from casework.demo.names import child_name
from casework.demo.papers import COUNTY, PHONE_PREFIX, Papers
from casework.demo.plan import shares
from casework.demo.staff import LOG_INS, PASSWORD
from casework.demo.stories import STORIES
from casework.demo.terms import first_term, second_term, span_of
from casework.ladder import DutyStatus
from casework.models import (
    AbsenceRun,
    Case,
    Closing,
    ConcernReport,
    Contact,
    Document,
    EarlySign,
    Obligation,
    Report,
    RuleAdoption,
    VisitPlan,
)
from casework.ruleset import EXPORTED_TIERS, Tier
from casework.signs import SignCode
from casework.stages import CaseStage
from students.days import ABSENT
from students.enrolment import Event, EventKind, Place, Standing, places
from students.identity import FEMALE, MALE, check_student_number, read_identity_number
from students.models import (
    AbsenceMark,
    Area,
    Enrolment,
    EnrolmentEvent,
    FormerNumber,
    Guardian,
    MarkCorrection,
    Person,
    Posting,
    Role,
    RollCall,
    SchoolClass,
    SpecialGroup,
    Student,
)
from students.queries.calendar import current_calendar, statutory_days
from tests.demo.county import STUDENTS, TODAY


class TestThePlaces:
    def test_the_county_has_townships_villages_and_schools_of_every_rule_set(self, county):
        levels = Counter(Area.objects.values_list("level", flat=True))
        assert levels == {"county": 1, "township": 4, "village": 15}
        assert {area.code[:6] for area in Area.objects.all()} == {COUNTY}
        assert {school.part.rules for school in county.plan.schools} == {"standard", "strict", "three_day"}
        own = dict(RuleAdoption.objects.exclude(school=None).values_list("school__name", "rule_set__code"))
        assert sorted(own.values()) == ["strict", "three_day"]

    def test_shares_add_up_to_the_whole(self):
        assert shares(10, [1, 1, 1]) == [4, 3, 3]
        assert sum(shares(2000, [0.33, 0.27, 0.22, 0.155, 0.025])) == 2000


class TestTheChildren:
    def test_there_are_as_many_as_asked_for(self, county):
        assert Student.objects.count() == STUDENTS

    def test_every_identity_number_is_valid_fictitious_and_agrees_with_its_holder(self, county):
        for student in Student.objects.exclude(id_number=None):
            facts = read_identity_number(student.id_number)
            assert (facts.birth_date, facts.sex) == (student.birth_date, student.sex)
            assert facts.region.startswith("66")  # no province has this number

    def test_every_student_number_is_valid(self, county):
        numbers = list(Student.objects.exclude(student_number=None).values_list("student_number", "id_number"))
        for number, id_number in numbers:
            check_student_number(number)
            assert number[0] != "G" or number[1:] == id_number
        assert {number[0] for number, _ in numbers} == {"G", "J", "L"}
        assert Student.objects.filter(student_number=None).exists()
        assert FormerNumber.objects.filter(number__startswith="L", student__student_number__startswith="G").exists()

    def test_no_telephone_can_ring(self, county):
        numbers = [*Guardian.objects.exclude(phone="").values_list("phone", flat=True)]
        numbers += Person.objects.values_list("phone", flat=True)
        assert {(number[:3], len(number)) for number in numbers} == {(PHONE_PREFIX, 11)}
        assert 1 <= len(numbers) - len(set(numbers)) <= 3  # one family has two children

    def test_each_has_a_guardian_and_is_found_by_pinyin(self, county):
        assert set(Student.objects.values_list("pk", flat=True)) == set(
            Guardian.objects.filter(is_guardian=True).values_list("student", flat=True)
        )
        assert not Student.objects.filter(search_keys=None).exists()

    def test_their_age_fits_their_grade(self, county):
        for enrolment in Enrolment.objects.filter(until=None).select_related("student", "school_class"):
            grade = enrolment.school_class.grade_on(TODAY)
            assert 4 + grade <= TODAY.year - enrolment.student.birth_date.year <= 9 + grade

    def test_about_two_in_five_are_left_behind(self, county):
        left_behind = SpecialGroup.objects.filter(kind__startswith="left_behind").values("student").distinct().count()
        assert 0.3 < left_behind / STUDENTS < 0.5

    def test_names_are_of_all_the_kinds_that_lists_stumble_over(self):
        from random import Random

        rng = Random(1)
        names = [child_name(rng, rng.choice((MALE, FEMALE))) for _ in range(3000)]
        assert {name.full[0] for name in names} >= set("单曾仇解查翟盖朴")
        assert any("·" in name.full for name in names)
        assert any(len(name.full) == 4 and name.nationality == "汉族" for name in names)
        assert len({name.nationality for name in names}) >= 8
        assert all(2 <= len(name.full) <= 15 for name in names)

    def test_papers_never_hand_out_a_number_twice(self):
        papers, day = Papers(), date(2015, 5, 5)
        numbers = [papers.identity_number(COUNTY, day, sex) for sex in (MALE, FEMALE) for _ in range(400)]
        phones = [papers.phone() for _ in range(1000)]
        assert len(set(numbers)) == len(numbers)
        assert len(set(phones)) == len(phones)
        with pytest.raises(ValueError, match="请减少学生人数"):
            [papers.identity_number(COUNTY, day, MALE) for _ in range(200)]


class TestTheFactsAgree:
    """What an import would refuse is not there."""

    def test_places_are_those_that_follow_from_the_events(self, county):
        school_of = dict(SchoolClass.objects.values_list("pk", "school"))
        events, kept = defaultdict(list), defaultdict(list)
        for row in EnrolmentEvent.objects.effective():
            events[row.student_id].append(Event(row.happened_on, row.order, EventKind(row.kind), row.school_class_id))
        for row in Enrolment.objects.order_by("student", "since"):
            place = Place(row.school_class_id, Standing(row.standing), row.since, row.until, row.spell)
            kept[row.student_id].append(place)
        assert len(events) == STUDENTS
        assert {
            student: [tuple(place) for place in places(own, school_of=school_of)] for student, own in events.items()
        } == kept

    def test_registers_are_taken_on_school_days_in_the_slots_of_the_school(self, county):
        calendar = current_calendar()
        for call in RollCall.objects.select_related("school_class__school"):
            of = call.school_class
            assert call.day <= TODAY
            assert call.day in calendar.school_days(school=of.school_id, school_class=of.pk)
            assert call.slot in of.school.slots.split(",")

    def test_marks_are_those_of_children_who_attend_the_class(self, county):
        attends = defaultdict(list)
        for row in Enrolment.objects.filter(standing=Standing.ATTENDING):
            attends[row.student_id].append((row.school_class_id, row.since, row.until or date.max))
        for mark in AbsenceMark.objects.select_related("roll_call"):
            call = mark.roll_call
            assert any(
                of == call.school_class_id and since <= call.day < until
                for of, since, until in attends[mark.student_id]
            )

    def test_acts_lie_in_the_past_and_are_no_act_twice(self, county):
        assert not Contact.objects.filter(day__gt=TODAY).exists()
        assert not Report.objects.filter(day__gt=TODAY).exists()
        assert not EnrolmentEvent.objects.filter(happened_on__gt=TODAY).exists()
        keys = list(Contact.objects.values_list("student", "day", "method"))
        assert len(set(keys)) == len(keys)

    def test_few_are_absent_and_few_registers_are_missing(self, county):
        size = Counter(
            Enrolment.objects.filter(until=None, standing="attending").values_list("school_class", flat=True)
        )
        expected = sum(size[of] for of in RollCall.objects.values_list("school_class", flat=True))
        absent = AbsenceMark.objects.filter(kind__in=[kind.value for kind in ABSENT])
        # In so small a county the cases weigh more than the colds.
        assert 0.01 < absent.count() / expected < 0.06
        possible = sum(len(of.days) * len(of.school.row.slots.split(",")) for of in all_classes(county))
        assert 0.95 < RollCall.objects.count() / possible < 1

    def test_about_two_thirds_of_the_classes_have_taken_todays_register(self, county):
        taken = RollCall.objects.filter(day=TODAY).values("school_class").distinct().count()
        assert 0.5 < taken / SchoolClass.objects.count() < 0.8
        assert not RollCall.objects.filter(day=TODAY, school_class=county.plan.shown_class.row).exists()


def all_classes(county):
    return [of for school in county.plan.schools for of in school.classes]


class TestTheCases:
    def test_every_story_is_told(self, county):
        assert {story.title for story in STORIES} == set(county.stories)

    def test_children_are_missing_for_1_2_3_5_9_10_and_14_days_in_several_schools(self, county):
        runs = AbsenceRun.objects.filter(ended_on=None)
        assert set(runs.values_list("days", flat=True)) >= {1, 2, 3, 5, 9, 10, 14}
        assert runs.values("school_class__school").distinct().count() == len(county.plan.schools)
        assert runs.filter(days=3, unknown_days=1).exists()

    def test_children_have_come_back_after_a_long_run(self, county):
        back = Obligation.objects.standing().filter(tier=Tier.RETURN_REPORT)
        assert back.filter(done_on=None, triggered_on=TODAY).exists()
        assert {duty.status_on(TODAY) for duty in back} == {DutyStatus.OPEN, DutyStatus.DONE, DutyStatus.LATE_DONE}

    def test_every_kind_of_change_has_happened(self, county):
        kinds = set(EnrolmentEvent.objects.values_list("kind", flat=True))
        assert kinds == set(EventKind) - {EventKind.GRADUATE, EventKind.PROMOTE}

    def test_some_have_dropped_out_and_one_of_them_was_brought_back(self, county):
        assert Enrolment.objects.filter(until=None, standing="dropped_out").count() == 4
        returned = EnrolmentEvent.objects.get(kind=EventKind.RETURN)
        assert Enrolment.objects.get(student=returned.student, until=None).standing == Standing.ATTENDING

    def test_transfers_out_are_confirmed_pending_or_lost(self, county):
        pending = EnrolmentEvent.objects.effective().filter(kind=EventKind.TRANSFER_OUT, confirmed_on=None)
        assert pending.filter(happened_on__lt=TODAY - timedelta(days=30)).exists()
        assert pending.filter(happened_on__gte=TODAY - timedelta(days=30)).exists()
        assert EnrolmentEvent.objects.exclude(confirmed_on=None).exists()

    def test_obligations_are_of_every_tier_and_status_and_some_are_due_today(self, county):
        duties = Obligation.objects.all()
        assert {duty.tier for duty in duties} >= EXPORTED_TIERS | {Tier.CHANGE_EVIDENCE}
        assert {duty.status_on(TODAY) for duty in duties} == set(DutyStatus)
        assert duties.standing().filter(due_on=TODAY, done_on=None).count() >= 5
        assert {duty.rule_set.code for duty in duties.select_related("rule_set")} == {"standard", "strict", "three_day"}

    def test_corrected_registers_and_late_leave_have_withdrawn_obligations(self, county):
        withdrawn = Obligation.objects.exclude(withdrawn_at=None)
        assert {duty.withdrawn_reason for duty in withdrawn} == {"更正考勤", "补病假"}
        assert set(MarkCorrection.objects.values_list("old_kind", "new_kind")) == {
            ("unverified", ""),
            ("unverified", "sick_leave"),
            ("", "unexcused"),
        }
        assert all(call.version > 1 for call in RollCall.objects.filter(corrections__isnull=False))

    def test_contacts_are_of_every_method_and_reports_of_every_kind(self, county):
        assert set(Contact.objects.values_list("method", flat=True)) == set(ContactMethod)
        assert set(Report.objects.values_list("kind", flat=True)) == {
            Tier.ABSENCE_REPORT,
            Tier.LOSS_REPORT,
            Tier.RETURN_REPORT,
            Tier.CHANGE_REPORT,
        }

    def test_there_are_guests_home_taught_children_and_special_groups(self, county):
        assert set(Student.objects.values_list("standing", flat=True)) == set(Student.Standing)
        assert SpecialGroup.objects.filter(kind="home_taught").count() == 2

    def test_the_shown_class_is_one_absence_away_from_two_rungs(self, county):
        own = AbsenceRun.objects.filter(school_class=county.plan.shown_class.row, ended_on=None)
        assert set(own.values_list("days", flat=True)) >= {2, 9}
        undone = Obligation.objects.undone_on(TODAY).filter(school_class=county.plan.shown_class.row)
        assert undone.filter(tier=Tier.CHANGE_REPORT, due_on=TODAY).exists()


class TestTheEngine:
    def test_escalating_again_changes_nothing(self, county):
        counts = engine.escalate(through=TODAY)
        assert counts.obligations > 0
        assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)

    def test_a_second_county_is_refused(self, county):
        with pytest.raises(CountyExists, match="已有学生"):
            make_county(students=STUDENTS, seed=1, today=TODAY)


class TestTheStaff:
    @pytest.mark.parametrize(("role", "username"), LOG_INS)
    def test_each_printed_account_logs_in_with_its_role(self, county, rf, role, username):
        person = authenticate(rf.post("/"), username=username, password=PASSWORD)
        assert person is not None
        assert not person.must_change_password
        assert role in person.postings.values_list("role", flat=True)

    def test_there_is_an_account_for_every_role(self):
        assert {log_in.role for log_in in LOG_INS} == set(Role)

    def test_nobody_else_has_a_password(self, county):
        others = Person.objects.exclude(username__in=[log_in.username for log_in in LOG_INS])
        assert others.count() > 20
        assert not any(person.has_usable_password() for person in others)

    def test_every_class_has_a_homeroom_teacher_and_teachers_of_its_subjects(self, county):
        classes = set(SchoolClass.objects.values_list("pk", flat=True))
        for role in (Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER):
            postings = Posting.objects.filter(role=role, until=None)
            assert set(postings.values_list("school_class", flat=True)) == classes
        assert Posting.objects.filter(role=Role.HOMEROOM_TEACHER, until__gt=TODAY).exists()  # 代班


class TestTerms:
    def test_the_terms_are_those_of_the_county_calendar(self):
        assert first_term(2026) == (date(2026, 9, 1), date(2027, 1, 22))
        assert second_term(2026) == (date(2027, 3, 1), date(2027, 7, 9))

    def test_in_november_registers_begin_on_the_first_of_september(self):
        span = span_of(TODAY, statutory_days())
        assert (span.first_day, span.makes_today_taught) == (date(2026, 9, 1), False)

    def test_in_september_the_term_before_is_there_too(self):
        assert span_of(date(2026, 9, 3), statutory_days()).first_day == date(2026, 3, 2)

    def test_in_august_it_is_the_school_year_that_ends(self):
        span = span_of(date(2026, 8, 5), statutory_days())
        assert (span.school_year, span.first_day, span.makes_today_taught) == (2025, date(2025, 9, 1), False)

    def test_a_sunday_in_term_is_taught_so_that_a_register_can_be_shown(self):
        assert span_of(date(2026, 11, 22), statutory_days()).makes_today_taught


def test_every_early_sign_is_shown(county):
    assert set(EarlySign.objects.values_list("code", flat=True)) == set(SignCode)
    family = EarlySign.objects.filter(code=SignCode.FAMILY)
    assert family.count() == 2
    assert {sign.student_id for sign in family} == {sign.details["others"][0] for sign in family}


class TestWhatWasDoneInTheCases:
    def test_cases_stand_in_every_stage(self, county):
        assert set(Case.objects.values_list("stage", flat=True)) == set(CaseStage)

    def test_a_teacher_of_each_large_school_has_raised_a_concern(self, county):
        assert ConcernReport.objects.values("student__line__school").distinct().count() >= 3

    def test_one_case_is_closed_by_two_officers_and_one_waits_for_the_second(self, county):
        assert sorted(Closing.objects.values_list("state", flat=True)) == ["approved", "proposed"]
        assert not Closing.objects.filter(proposed_by=F("decided_by")).exists()

    def test_a_report_is_on_its_way_and_a_case_is_somebody_elses(self, county):
        assert Document.objects.filter(state="waiting", number=1).exists()
        assert Case.objects.open().exclude(assigned_to=None).exists()
        assert VisitPlan.objects.filter(on=TODAY).exists()

    def test_contacts_say_what_came_of_them(self, county):
        assert not Contact.objects.filter(outcome="").exists()

"""Who sees which rows: every model with student data, two schools in two townships, two classes in one of them."""

from copy import deepcopy
from datetime import date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from casework.models import (
    AbsenceRun,
    Channel,
    Contact,
    DailyAmendment,
    DailyClose,
    Delivery,
    DeliveryTry,
    JointTrip,
    Obligation,
    Report,
    RuleProposal,
    StoredRuleSet,
    VisitCheck,
)
from inspections.models import CountReason, DrawnClass, Explanation, Inspection, InspectionRound, Rectification
from reports.models import WorkReport
from scoring.models import Assignment, SchemeProposal
from students.access import NOBODY, SCHOOL_ROLES, Scope, ScopedQuerySet, in_force, scope_of
from students.enrolment import EventKind
from students.models import (
    AbsenceMark,
    Comparison,
    Difference,
    Enrolment,
    EnrolmentEvent,
    Finding,
    HeadCount,
    Leave,
    MarkCorrection,
    Person,
    Posting,
    ProposedMatch,
    Resident,
    Role,
    RollCall,
    School,
    SchoolClass,
    Student,
    YearTurn,
)
from tests import cast
from tests.access.attendance_rows import rows_of_attendance
from tests.access.bundle_rows import rows_of_bundles
from tests.access.case_rows import rows_of_cases
from tests.access.inspection_rows import rows_of_inspections
from tests.access.registry_rows import registry_rows_of
from tests.access.reminder_rows import rows_of_reminders
from tests.access.report_rows import rows_of_reports
from tests.access.return_rows import RETURNS, rows_of_returns
from tests.access.rule_rows import rows_of_rules
from tests.access.score_rows import OF_WHOLE_SCHOOLS, rows_of_scores
from tests.access.spot_rows import rows_of_spot_checks
from tests.scene import CHINA, MONDAY

MOVED = date(2026, 10, 12)
SCOPED = sorted(
    (model for model in apps.get_models() if hasattr(model, "scope_path")), key=lambda model: model._meta.label
)


def rows_of_a_class(school_class: SchoolClass) -> dict[type, object]:
    """One row of every scoped model that belongs to ``school_class``."""
    child = cast.student(school_class)
    now = timezone.now()
    call = RollCall.objects.create(school_class=school_class, day=MONDAY, slot="AM", taken_at=now)
    run = {"student": child, "school_class": school_class}
    duty = {"tier": "contact", "key": MONDAY, "triggered_on": MONDAY, "due_on": MONDAY}
    excused = {"first_day": MONDAY, "last_day": MONDAY, "kind": "sick_leave", "approved_at": now}
    return {
        School: school_class.school,
        SchoolClass: school_class,
        Student: child,
        EnrolmentEvent: child.events.get(),
        Enrolment: child.enrolments.get(),
        RollCall: call,
        AbsenceMark: AbsenceMark.objects.create(roll_call=call, student=child, kind="unexcused"),
        MarkCorrection: MarkCorrection.objects.create(
            roll_call=call, student=child, new_kind="unexcused", version=2, corrected_at=now
        ),
        Leave: Leave.objects.create(student=child, **excused),
        AbsenceRun: AbsenceRun.objects.create(started_on=MONDAY, last_absent_on=MONDAY, days=1, unknown_days=0, **run),
        Obligation: Obligation.objects.create(rule_set=StoredRuleSet.objects.first(), step=1, **run, **duty),
        Contact: Contact.objects.create(student=child, day=MONDAY, method="phone", recorded_at=now),
        Report: Report.objects.create(student=child, day=MONDAY, kind="absence_report", recorded_at=now),
        Posting: cast.post(cast.person(), Role.SUBJECT_TEACHER, school_class=school_class),
        **(registry := registry_rows_of(school_class, child)),
        **rows_of_attendance(school_class, child),
        **rows_of_cases(child),
        **rows_of_reminders(school_class.school),
        **rows_of_rules(school_class.school),
        **rows_of_scores(school_class),
        **rows_of_inspections(school_class),
        **rows_of_spot_checks(school_class, child, registry[HeadCount]),
        **rows_of_bundles(school_class),
        **rows_of_returns(school_class, child),
        **rows_of_reports(school_class),
    }


def made_places() -> dict[str, dict[type, object]]:
    """Rows here, in the class beside it, and far away."""
    here, far = cast.school("东坪小学"), cast.school("西岭小学", township=cast.township("西岭镇"))
    classes = {
        "here": cast.school_class(here),
        "beside": cast.school_class(here, "202302"),
        "far": cast.school_class(far),
    }
    return {where: rows_of_a_class(school_class) for where, school_class in classes.items()}


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker):
    """The rows, once for all tests of this module; what a test changes in them is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield made_places()
        transaction.set_rollback(True)


@pytest.fixture
def places(made_once, db) -> dict[str, dict[type, object]]:
    """The places inside a test, which may change the objects, too: they are its own."""
    return deepcopy(made_once)


ALL, SCHOOL, CLASS, NOTHING = {"here", "beside", "far"}, {"here", "beside"}, {"here"}, set()
SEEN_BY_ROLE = {
    Role.HOMEROOM_TEACHER: CLASS,
    Role.SUBJECT_TEACHER: CLASS,
    Role.REGISTRY_CLERK: SCHOOL,
    Role.PRINCIPAL: SCHOOL,
    Role.DEPUTY_HEAD: SCHOOL,
    Role.TOWNSHIP_OFFICER: SCHOOL,
    Role.INSPECTOR: SCHOOL,
    Role.BUREAU_OFFICER: ALL,
    Role.ADMINISTRATOR: NOTHING,
}


def posted(role: Role, places) -> Person:
    """Somebody in ``role`` at the place that the role is held at, here."""
    school_class = places["here"][SchoolClass]
    if role in (Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER):
        return cast.person(role=role, school_class=school_class)
    if role in (Role.TOWNSHIP_OFFICER, Role.INSPECTOR):
        return cast.person(role=role, township=school_class.school.township)
    if role in (Role.BUREAU_OFFICER, Role.ADMINISTRATOR):
        return cast.person(role=role)
    return cast.person(role=role, school=school_class.school)


def seen(model, scope: Scope, places) -> set[str]:
    """Where the rows that a scope shows belong."""
    visible = set(model.objects.visible_to(scope).values_list("pk", flat=True))
    return {where for where, rows in places.items() if rows[model].pk in visible}


def test_every_scoped_model_is_tried(places):
    assert set(places["here"]) == set(SCOPED)
    assert set(SEEN_BY_ROLE) == set(Role)


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_each_role_sees_its_place_and_no_other(model, places):
    found = {role: seen(model, cast.scope(posted(role, places)), places) for role in Role}
    expected = dict(SEEN_BY_ROLE)
    if model is School:  # a class teacher sees the school, which has both classes
        expected |= {role: SCHOOL for role, where in SEEN_BY_ROLE.items() if where == CLASS}
    # a school sees the children of its own lists, not the police's list of the township
    if model in (Resident, ProposedMatch, JointTrip):
        expected |= {role: NOTHING for role, where in SEEN_BY_ROLE.items() if role in SCHOOL_ROLES}
    # a class teacher has no business with the postings of others, nor with what schools and townships settle
    areas_business = (
        Inspection,
        InspectionRound,
        Rectification,
        JointTrip,
        YearTurn,
        Resident,
        ProposedMatch,
        Finding,
        Comparison,
        Difference,
        DailyClose,
        DailyAmendment,
        VisitCheck,
        WorkReport,
        *OF_WHOLE_SCHOOLS,
        *RETURNS,
    )
    sent_out = (Channel, Delivery, DeliveryTry)
    spot_checks = (CountReason, DrawnClass, Explanation)
    if model in (Assignment, Posting, RuleProposal, SchemeProposal, *areas_business, *sent_out, *spot_checks):
        expected |= {role: NOTHING for role, where in SEEN_BY_ROLE.items() if where == CLASS}
    assert found == expected


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_without_a_posting_nothing_is_seen(model, places):
    assert seen(model, NOBODY, places) == NOTHING
    assert seen(model, cast.scope(cast.person()), places) == NOTHING


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_nobody_sees_a_row_twice(model, places):
    here = places["here"]
    child, school_class = here[Student], here[SchoolClass]
    child.enrolments.update(until=MOVED)
    Enrolment.objects.create(
        student=child, school_class=places["beside"][SchoolClass], standing="attending", since=MOVED, spell=2
    )
    both = posted(Role.REGISTRY_CLERK, places)
    cast.post(both, Role.PRINCIPAL, school=school_class.school)
    cast.post(both, Role.SUBJECT_TEACHER, school_class=school_class)
    visible = list(model.objects.visible_to(cast.scope(both)).values_list("pk", flat=True))
    assert len(visible) == len(set(visible))


def test_whoever_has_student_data_says_how_it_hangs_on_a_place():
    """A model with a path to a child or a class is scoped itself, or only ever reached through one that is."""
    reached_through_another = {
        "students.ChildTurn",
        "students.ClassTurn",
        "students.FormerNumber",
        "students.FormerStanding",
        "students.Guardian",
        "students.HandOverChild",
        "students.HeadCountMissing",
        "students.RefusedMatch",
        "students.SearchKey",
        "students.SpecialGroup",
    }
    of_one_person = {"casework.ContactDraft", "casework.DocumentDraft", "scoring.AppealDraft"}  # its author's alone
    between_schools = {"students.HandOver", "students.Transfer"}  # seen from either end; test_between_schools
    # the calendar and the adopted rules belong to places, but say nothing of a child
    of_places = {"students.DayOverride", "casework.RuleAdoption", "scoring.SchemeAdoption", "inspections.Draw"}
    owners = {Student, SchoolClass, School}
    unscoped = {
        model._meta.label
        for model in apps.get_models()
        if model not in SCOPED and any(field.related_model in owners for field in model._meta.fields)
    }
    assert unscoped == reached_through_another | of_places | of_one_person | between_schools


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_scoped_model_starts_from_visible_to(model):
    assert isinstance(model.objects.all(), ScopedQuerySet)
    assert set(model.scope_path) == {"school", "township", "school_class"}


def test_staff_are_seen_by_the_place_of_their_postings(places):
    teacher = places["far"][Posting].person
    clerk = posted(Role.REGISTRY_CLERK, places)
    assert teacher not in Person.objects.visible_to(cast.scope(clerk))
    assert places["beside"][Posting].person in Person.objects.visible_to(cast.scope(clerk))
    assert not Person.objects.visible_to(NOBODY).exists()


class TestPostings:
    """A posting holds from its first day until the day before its last mark."""

    def scope_on(self, person, day) -> Scope:
        return scope_of(person, in_force(person.postings, day))

    def test_a_substitute_sees_the_class_for_the_days_of_the_posting_only(self, places):
        school_class = places["here"][SchoolClass]
        person = cast.person()
        cast.post(person, Role.HOMEROOM_TEACHER, school_class=school_class, since=MONDAY, until=MOVED)
        days = [MONDAY - timedelta(days=1), MONDAY, MOVED - timedelta(days=1), MOVED]
        assert [school_class.pk in self.scope_on(person, day).classes for day in days] == [False, True, True, False]

    def test_several_postings_add_up(self, places):
        person = posted(Role.HOMEROOM_TEACHER, places)
        cast.post(person, Role.SUBJECT_TEACHER, school_class=places["far"][SchoolClass])
        scope = self.scope_on(person, MONDAY)
        assert seen(Student, scope, places) == {"here", "far"}
        assert scope.homeroom == {places["here"][SchoolClass].pk}

    def test_an_inspector_of_nowhere_in_particular_sees_the_county(self, places):
        assert seen(Student, cast.scope(cast.person(role=Role.INSPECTOR)), places) == ALL

    def test_an_inspector_may_be_given_one_school(self, places):
        person = cast.person(role=Role.INSPECTOR, school=places["far"][School])
        assert seen(Student, cast.scope(person), places) == {"far"}


class TestAChildWhoMoved:
    """The old school keeps its own interval; what comes later is the new school's."""

    @pytest.fixture
    def moved(self, places):
        """The child of the class here goes to the far school and is absent there."""
        child, there = places["here"][Student], places["far"][SchoolClass]
        child.enrolments.update(until=MOVED)
        joined = {"student": child, "school_class": there}
        Enrolment.objects.create(standing="attending", since=MOVED, spell=2, **joined)
        EnrolmentEvent.objects.create(
            kind=EventKind.TRANSFER_IN, happened_on=MOVED, recorded_at=timezone.now(), **joined
        )
        call = RollCall.objects.create(
            school_class=there, day=MOVED, slot="AM", taken_at=datetime(2026, 10, 12, 8, tzinfo=CHINA)
        )
        AbsenceMark.objects.create(roll_call=call, student=child, kind="unexcused")
        AbsenceRun.objects.filter(student=child).update(ended_on=MOVED)
        AbsenceRun.objects.create(started_on=MOVED, last_absent_on=MOVED, days=1, unknown_days=0, **joined)
        Obligation.objects.create(
            step=1,
            tier="contact",
            key=MOVED,
            triggered_on=MOVED,
            due_on=MOVED,
            rule_set=StoredRuleSet.objects.first(),
            **joined,
        )
        return child

    @pytest.mark.parametrize(
        ("model", "day"),
        [
            (Enrolment, "since"),
            (AbsenceMark, "roll_call__day"),
            (AbsenceRun, "started_on"),
            (Obligation, "triggered_on"),
        ],
        ids=lambda each: getattr(each, "__name__", each),
    )
    def test_each_school_sees_its_own_interval(self, model, day, moved, places):
        old = cast.scope(posted(Role.REGISTRY_CLERK, places))
        new = cast.scope(cast.person(role=Role.REGISTRY_CLERK, school=places["far"][School]))
        everything = model.objects.filter(student=moved)
        assert all(each < MOVED for each in everything.visible_to(old).values_list(day, flat=True))
        assert list(everything.visible_to(new).values_list(day, flat=True)) == [MOVED]
        assert everything.visible_to(old).count() == 1

    def test_both_schools_know_the_child(self, moved, places):
        for where in ("here", "far"):
            clerk = cast.person(role=Role.REGISTRY_CLERK, school=places[where][School])
            assert moved in Student.objects.visible_to(cast.scope(clerk))

    def test_the_case_travels_the_new_school_sees_what_was_tried_before(self, moved, places):
        new = cast.scope(cast.person(role=Role.REGISTRY_CLERK, school=places["far"][School]))
        assert Contact.objects.visible_to(new).filter(student=moved).exists()

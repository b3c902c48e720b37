"""Making the demonstration county: on any day, the same every time, and by the command."""

import hashlib
from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import override_settings

from casework.demo.county import make_county
from casework.demo.plan import lay_out
from casework.demo.staff import LOG_INS, PASSWORD
from casework.demo.stories import STORIES
from casework.demo.terms import span_of
from casework.models import AbsenceRun, Contact, Obligation, Report
from students.days import MarkKind
from students.identity import MALE
from students.models import (
    AbsenceMark,
    AdoptedPolicy,
    Area,
    Campaign,
    Certificate,
    DayOverride,
    Enrolment,
    EnrolmentEvent,
    Finding,
    FindingProof,
    FindingStep,
    FormerNumber,
    Guardian,
    HeadCount,
    HeadCountMissing,
    Leave,
    MarkCorrection,
    OpeningAbsence,
    Person,
    Posting,
    ProposedMatch,
    Resident,
    RollCall,
    School,
    SchoolClass,
    SpecialGroup,
    Student,
    Suspension,
    Term,
    Transfer,
)
from students.queries.calendar import statutory_days

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)  # a Tuesday
FACTS = (
    Area, School, SchoolClass, Term, DayOverride, Posting, Student, Guardian, SpecialGroup, FormerNumber,
    EnrolmentEvent, Enrolment, RollCall, AbsenceMark, MarkCorrection, Leave, Contact, Report, Obligation, AbsenceRun,
    Resident, ProposedMatch, Transfer, Suspension, Certificate, HeadCount, HeadCountMissing, OpeningAbsence,
    AdoptedPolicy, Campaign, Finding, FindingStep, FindingProof,
)  # fmt: skip


def content() -> str:
    """All facts, and what the engine made of them, as one checksum; ids are counted from each table's first."""
    rows = hashlib.sha256()
    first = {model: min(model.objects.values_list("pk", flat=True), default=0) for model in (*FACTS, Person)}
    for model in FACTS:
        for row in serializers.serialize("python", model.objects.order_by("pk")):
            for field in model._meta.concrete_fields:
                if field.related_model in first and row["fields"].get(field.name) is not None:
                    row["fields"][field.name] -= first[field.related_model]
            rows.update(repr(row["fields"]).encode())
    people = Person.objects.order_by("pk").values_list("staff_number", "username", "name", "phone")
    rows.update(repr(list(people)).encode())
    return rows.hexdigest()


def content_of_a_county(**changed) -> str:
    """The content of a county that is gone again afterwards.

    Its keys begin anew, as in an empty database: lots are drawn by the keys of classes, and PostgreSQL counts on.
    """
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    with transaction.atomic():
        make_county(**{"students": 200, "seed": 1, "today": TODAY} | changed)
        result = content()
        transaction.set_rollback(True)
    return result


def test_the_same_students_seed_and_day_make_the_same_county():
    assert content_of_a_county() == content_of_a_county()
    assert not Student.objects.exists()


@pytest.mark.once
def test_another_seed_or_another_day_make_another_county():
    first = content_of_a_county()
    assert content_of_a_county(seed=2) != first
    assert content_of_a_county(today=date(2026, 11, 25)) != first


def make_plan(students):
    return lay_out(students=students, span=span_of(TODAY, statutory_days()))


def test_a_default_county_has_five_primary_schools_one_of_them_a_teaching_point_and_two_junior_schools():
    plan = make_plan(3000)
    kinds = Counter(school.row.kind for school in plan.schools)
    assert kinds == {"primary": 4, "teaching_point": 1, "junior": 2}
    junior, smaller = [sum(of.size for of in school.classes) for school in plan.schools if school.part.key == "junior"]
    assert (junior, smaller) == (750, 250)
    assert plan.shown_school.row.is_boarding
    assert plan.shown_school.row.slots == "AM,PM,EV"
    assert 60 <= SchoolClass.objects.count() <= 75
    assert Area.objects.filter(level="village").count() == 15


def test_a_county_ten_times_larger_has_more_schools_not_larger_ones():
    plan = make_plan(30_000)
    assert len(plan.schools) == 60
    assert max(of.size for school in plan.schools for of in school.classes) <= 60
    assert sum(of.size for school in plan.schools for of in school.classes) == 30_000
    assert len({school.row.name for school in plan.schools}) == 60
    villages = Area.objects.filter(level="village")
    assert len(set(villages.values_list("name", flat=True))) == villages.count() == 150


@pytest.mark.once
def test_most_absences_of_children_without_a_case_are_illness():
    make_county(students=1200, seed=3, today=date(2026, 10, 30))
    kinds = Counter(AbsenceMark.objects.values_list("kind", flat=True))
    assert kinds.most_common(1)[0][0] == MarkKind.SICK_LEAVE


@pytest.mark.once
def test_in_a_county_with_two_junior_schools_transfers_wait_at_the_school_of_the_log_ins():
    made = make_county(students=1000, seed=3, today=TODAY)
    here, there = (school.row for school in made.plan.schools if school.row.kind == "junior")
    assert made.plan.shown_school.row == here
    between = Transfer.objects.filter(from_school__in=[here, there], to_school__in=[here, there])
    assert Counter(between.values_list("to_school__name", "answer")) == {
        (here.name, ""): 2, (here.name, "accepted"): 1, (there.name, ""): 1, (there.name, "refused"): 1,
    }  # fmt: skip
    accepted = between.select_related("out_event", "in_event").get(answer="accepted")
    assert accepted.in_event.school_class.school_id == here.pk
    assert accepted.out_event.confirmed_on == accepted.in_event.happened_on


@pytest.mark.once
@pytest.mark.parametrize(
    "today",
    [
        pytest.param(date(2026, 9, 1), id="first day of the year"),
        pytest.param(date(2026, 9, 3), id="third day of the year"),
        pytest.param(date(2026, 10, 4), id="national holiday"),
        pytest.param(date(2027, 2, 10), id="winter holiday"),
        pytest.param(date(2027, 3, 1), id="first day of the second term"),
        pytest.param(date(2026, 7, 20), id="July"),
        pytest.param(date(2026, 8, 31), id="last day of the year"),
    ],
)
def test_the_county_can_be_made_on_any_day(today):
    made = make_county(students=200, seed=1, today=today)
    told = {story.title for story in STORIES} - set(made.stories)
    assert told <= {"待建籍，缺课3天"}  # impossible before the third day of a first-grader's life at school
    assert set(AbsenceRun.objects.filter(ended_on=None).values_list("days", flat=True)) >= {1, 2, 3, 5, 9, 10, 14}
    assert RollCall.objects.filter(day__gt=today).count() == 0
    in_term = Term.objects.filter(start__lte=today, end__gte=today).exists()
    assert RollCall.objects.filter(day=today).exists() == in_term


class TestTheCommand:
    @pytest.mark.once
    def test_it_says_what_it_made_and_prints_the_log_ins(self):
        out = StringIO()
        call_command("make_demo", students=200, seed=1, today="2026-11-22", stdout=out)
        text = out.getvalue()
        assert "已生成演示县“青禾县”（2026年11月22日，种子1）" in text
        assert "调为上课日" in text
        assert "学生200名" in text
        assert all(log_in.username in text and log_in.role.label in text for log_in in LOG_INS)
        assert text.count(PASSWORD) == len(LOG_INS)

    @pytest.mark.once
    def test_with_if_empty_it_prints_the_log_ins_again_and_makes_nothing(self):
        call_command("make_demo", students=200, today="2026-11-24", stdout=StringIO())
        teacher = Person.objects.get(username="banzhuren")
        teacher.set_password("另一个长口令")
        teacher.save()
        out = StringIO()
        call_command("make_demo", students=200, if_empty=True, stdout=out)
        assert "没有重新生成" in out.getvalue()
        assert "（已修改）" in out.getvalue()
        assert out.getvalue().count(PASSWORD) == len(LOG_INS) - 1
        assert Student.objects.count() == 200

    @pytest.mark.once
    def test_children_that_are_there_already_are_left_alone(self):
        call_command("make_demo", students=200, today="2026-11-24", stdout=StringIO())
        with pytest.raises(CommandError, match="数据库里已有学生，没有生成演示县"):
            call_command("make_demo", students=200, stdout=StringIO())

    def test_real_children_are_not_taken_for_the_demonstration(self):
        Student.objects.create(
            student_number="J66012120150505123X", id_type="其他", name="高东", sex=MALE, birth_date=date(2015, 5, 5),
            admitted_on=date(2021, 9, 1),
        )  # fmt: skip
        out = StringIO()
        call_command("make_demo", if_empty=True, stdout=out)
        assert "没有演示账号" in out.getvalue()

    def test_a_database_with_schools_but_no_children_is_left_alone_too(self):
        lay_out(students=200, span=span_of(TODAY, statutory_days()))
        with pytest.raises(CommandError, match="数据库里已有学校，没有生成演示县"):
            call_command("make_demo", students=200, stdout=StringIO())

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"students": 10}, "学生人数至少为200"),
            ({"today": "24.11.2026"}, "日期“24.11.2026”不对"),
            ({"today": "0001-01-01"}, "2000年至2100年之间"),
        ],
    )
    def test_what_cannot_be_made_is_refused_in_chinese(self, options, message):
        with pytest.raises(CommandError, match=message):
            call_command("make_demo", stdout=StringIO(), **options)
        assert not Student.objects.exists()

    def test_a_site_in_production_gets_no_public_password(self):
        with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="正式运行"):
            call_command("make_demo", students=200, stdout=StringIO())

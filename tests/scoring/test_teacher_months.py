"""The months of teachers: through 任课 as it was on each day, and the pages that show them."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from reports.queries.teacher_scores import teacher_scores_table
from scoring.actions import appeals
from scoring.models import Appeal
from scoring.queries.months import month_asked
from scoring.queries.teacher_scores import teacher_months
from scoring.scheme import Measure
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Role, RollCall, SchoolClass
from tests import cast
from tests.scene import at, client_of
from tests.scoring.test_school_months import TODAY, take_all

MINE, TEACHERS = reverse("scoring:mine"), reverse("scoring:teachers")
HANDED_OVER = date(2026, 10, 14)


@pytest.fixture
def october(scene, clock):
    """The class went from 沈明 to 任军 on 14 October; before and after that day a register was left out."""
    clock.move_to(at(TODAY))
    take_all(
        scene.school_class, but=[(date(2026, 10, 13), "AM"), (date(2026, 10, 15), "PM"), (date(2026, 10, 16), "PM")]
    )
    scene.teacher.postings.update(until=HANDED_OVER)
    scene.heir = cast.person("任军", role=Role.HOMEROOM_TEACHER, school_class=scene.school_class, since=HANDED_OVER)
    scene.subject = cast.person("金一", role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
    scene.principal = cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)
    enrolment.record_event(
        by=scene.clerk, student=scene.children[2], kind=EventKind.DROP_OUT, happened_on=date(2026, 10, 20), today=TODAY
    )
    return scene


def months_of(year: int, month: int, **narrowed):
    found = teacher_months(SchoolClass.objects.all(), month_asked(year, month, today=TODAY), **narrowed)
    return {each.person.name: each for each in found}


def text_of(page) -> str:
    return page.content.decode()


def test_a_month_long_ago_shows_the_latest(october):
    page = client_of(october.principal).get(TEACHERS, {"month": "1900-01"})
    assert page.context["month"].month.code == "2026-11"


class TestAMonthOfWhichMostRegistersAreMissing:
    """September has all its registers, November none."""

    @pytest.fixture
    def silent(self, october):
        RollCall.objects.filter(day__gt=date(2026, 10, 25)).delete()
        return october

    def test_says_so_on_the_pages_of_its_homeroom_teacher(self, silent):
        words = "2023级1班当月应点12节，缺12节：没有点名的超过50%，这个月的得分没有依据"
        assert words in text_of(client_of(silent.heir).get(MINE, {"month": "2026-11"}))
        assert words in text_of(client_of(silent.principal).get(TEACHERS, {"month": "2026-11"}))
        assert "得分没有依据" not in text_of(client_of(silent.heir).get(MINE, {"month": "2026-10"}))

    def test_says_it_to_nobody_else(self, silent):
        found = months_of(2026, 11)
        assert {name for name, each in found.items() if each.unfounded} == {"任军"}

    def test_says_nothing_to_who_was_homeroom_teacher_in_an_earlier_month(self, silent):
        """沈明 gave the class away on 14 October and teaches a subject there."""
        cast.post(silent.teacher, Role.SUBJECT_TEACHER, school_class=silent.school_class, subject="数学")
        RollCall.objects.filter(day__gt=date(2026, 9, 25)).delete()
        told = {month: [name for name, each in months_of(2026, month).items() if each.unfounded] for month in (10, 11)}
        assert told == {10: ["沈明", "任军"], 11: ["任军"]}

    def test_says_it_in_the_export(self, silent):
        table = teacher_scores_table(month=month_asked(2026, 11, today=TODAY), school=silent.school)
        column = next(each for each in table.columns if each.header == "得分没有依据的班")
        told = {row.person.name: column.cell(row) for row in table.rows()}
        assert "缺12节：没有点名的超过50%" in told.pop("任军")
        assert set(told.values()) == {None}


class TestAMonth:
    def test_gives_each_what_happened_in_their_days(self, october):
        found = months_of(2026, 10)
        missed = {name: each.score.lines[Measure.MISSED_ROLL_CALL] for name, each in found.items()}
        assert missed == {"沈明": Decimal("-0.5"), "任军": -1, "金一": 0}

    def test_gives_the_target_to_those_who_are_there_at_its_end(self, october):
        target = {name: each.score.lines[Measure.TARGET] for name, each in months_of(2026, 10).items()}
        assert target == {"沈明": 0, "任军": -10, "金一": -10}
        assert {name: each.score.total for name, each in months_of(2026, 9).items()} == {"沈明": 10, "金一": 10}

    def test_stands_in_the_order_of_schools_and_staff_numbers(self, october):
        far = cast.school_class(cast.school("西岭小学"))
        cast.student(far)
        cast.post(october.subject, Role.SUBJECT_TEACHER, school_class=far)
        found = teacher_months(SchoolClass.objects.all(), month_asked(2026, 10, today=TODAY))
        order = [(each.school.code, each.person.staff_number) for each in found]
        assert order == sorted(order)
        assert [each.school.name for each in found if each.person == october.subject] == ["东坪小学", "西岭小学"]

    def test_leaves_out_who_only_has_a_class_without_children(self, october):
        empty = cast.school_class(october.school, "202501")
        cast.person("邓超", role=Role.HOMEROOM_TEACHER, school_class=empty)
        assert "邓超" not in months_of(2026, 10)

    def test_counts_for_those_who_were_there_when_the_staff_was_first_entered(self, october):
        """A workbook does not say since when: everybody's posting begins on the day of the import."""
        far = cast.school_class(cast.school("西岭小学"))
        cast.student(far)
        cast.person("邓超", role=Role.HOMEROOM_TEACHER, school_class=far, since=TODAY)
        assert months_of(2026, 9)["邓超"].score.lines[Measure.MISSED_ROLL_CALL] == -10
        later = cast.school_class(far.school, "202402")
        cast.student(later)
        cast.person("谢远", role=Role.HOMEROOM_TEACHER, school_class=later, since=TODAY + timedelta(days=1))
        assert "谢远" not in months_of(2026, 9)

    def test_of_one_person_is_the_same(self, october):
        whole = months_of(2026, 10)["任军"]
        assert months_of(2026, 10, person=october.heir.pk) == {"任军": whole}


class TestTheList:
    def test_shows_the_teachers_of_the_school(self, october):
        page = client_of(october.principal).get(TEACHERS, {"month": "2026-10"})
        assert [row.person.name for row in page.context["rows"]] == ["沈明", "任军", "金一"]
        assert "2023级1班（曾任班主任）" in text_of(page)

    def test_lets_the_bureau_choose_a_school(self, october):
        far = cast.school("西岭小学")
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))
        assert len(client.get(TEACHERS).context["rows"]) == 2  # in November 沈明 has no class any more
        page = client.get(TEACHERS, {"school": str(far.pk)})
        assert "这个月没有可算的教师" in text_of(page)
        assert client.get(TEACHERS, {"school": "x"}).context["form"].chosen == october.school

    def test_says_that_the_month_is_not_over(self, october):
        assert "暂计：算到11月2日" in text_of(client_of(october.principal).get(TEACHERS))

    def test_asks_for_the_same_however_many_classes_there_are(self, october, django_assert_num_queries):
        client = client_of(october.principal)
        client.get(TEACHERS)
        with django_assert_num_queries(27):
            client.get(TEACHERS)
        for number in range(3):
            of = cast.school_class(october.school, f"20260{number}")
            cast.student(of)
            cast.person(role=Role.HOMEROOM_TEACHER, school_class=of)
        with django_assert_num_queries(27):
            client.get(TEACHERS)


class TestOnesOwn:
    def test_names_every_fact(self, october):
        page = text_of(client_of(october.heir).get(MINE, {"month": "2026-10"}))
        assert "10月15日缺一部分点名" in page
        assert "10月13日" not in page
        assert "10月20日起辍学" in page
        assert reverse("casework:child", args=[october.children[2].pk]) in page

    def test_leads_a_homeroom_teacher_to_the_whole_class(self, october):
        address = reverse("scoring:class_score", args=[october.school_class.pk]) + "?"
        assert address in text_of(client_of(october.heir).get(MINE))
        assert address not in text_of(client_of(october.subject).get(MINE))

    def test_names_no_child_of_a_class_that_is_anothers_by_now(self, october):
        beside = cast.school_class(october.school, "202401")
        cast.student(beside)
        cast.post(october.teacher, Role.HOMEROOM_TEACHER, school_class=beside, since=HANDED_OVER)
        page = text_of(client_of(october.teacher).get(MINE, {"month": "2026-10"}))
        assert "10月13日缺一部分点名" in page
        assert "截止日不在这个班，只算在班的日子" in page
        assert october.children[2].name not in page

    def test_is_empty_before_there_is_a_class_with_children(self, october):
        empty = cast.school_class(october.school, "202501")
        page = client_of(cast.person(role=Role.SUBJECT_TEACHER, school_class=empty)).get(MINE)
        assert "这个月没有算在你名下的班" in text_of(page)

    def test_of_a_month_to_come_is_the_last(self, october):
        assert client_of(october.heir).get(MINE, {"month": "2027-10"}).context["month"].month.code == "2026-11"

    def test_of_an_earlier_school_year_can_be_asked_for(self, october):
        page = client_of(october.heir).get(MINE, {"month": "2026-08"})
        assert page.context["month"].month.code == "2026-08"

    def test_asks_for_the_same_however_many_facts_there_are(self, october, django_assert_num_queries):
        client = client_of(october.heir)
        client.get(MINE, {"month": "2026-10"})
        with django_assert_num_queries(31):
            client.get(MINE, {"month": "2026-10"})


class TestAppealing:
    def address(self, october, fact: str, name: str = "make_appeal") -> str:
        return reverse(f"scoring:{name}", args=[october.school_class.pk, date(2026, 10, 25), fact])

    def sent(self) -> dict:
        return {"ground": "network", "text": "当天停电。", "submission": str(uuid4())}

    def test_a_subject_teacher_does_against_a_lost_child_and_sees_what_was_decided(self, october):
        bureau, client = cast.person("苏远", role=Role.BUREAU_OFFICER), client_of(october.subject)
        form = self.address(october, f"loss-{october.children[2].pk}-2026-10-20")
        assert form in text_of(client.get(MINE, {"month": "2026-10"}))
        assert client.get(form).status_code == 200
        assert client.post(self.address(october, "register-2026-10-15"), self.sent()).status_code == 403
        own = client.post(form, self.sent()).url
        assert client.get(own).status_code == 200
        row = Appeal.objects.get()
        appeals.decide(
            by=bureau, scope=cast.scope(bureau), appeal=row, accepts=False, note="学籍没有转走", version=1, today=TODAY
        )
        page = text_of(client.get(MINE, {"month": "2026-10"}))
        assert form not in page
        assert "苏远：学籍没有转走" in page
        assert own in page
        assert own in text_of(client.get(reverse("scoring:appeals"), {"tab": "done"}))

    def test_who_had_the_class_before_does_against_their_own_days(self, october):
        beside = cast.school_class(october.school, "202401")
        cast.post(october.teacher, Role.HOMEROOM_TEACHER, school_class=beside, since=HANDED_OVER)
        client, form = client_of(october.teacher), self.address(october, "register-2026-10-13")
        page = text_of(client.get(MINE, {"month": "2026-10"}))
        assert form in page
        assert "/loss-" not in page
        assert client.get(self.address(october, "register-2026-10-15")).status_code == 403
        own = client.post(form, self.sent()).url
        page = text_of(client.get(own))
        assert "10月13日缺一部分点名" in page
        assert reverse("scoring:class_score", args=[october.school_class.pk]) not in page

    def test_names_no_child_of_a_class_that_is_anothers_by_now(self, october):
        told = {"school_class": october.school_class, "kind": "report", "day": date(2026, 10, 1), "ground": "network"}
        row = Appeal.objects.create(
            student=october.children[0], duties=[[october.children[0].pk, "absence_report", "2026-10-01"]],
            told="10月1日触发的缺课报告", text="停电", level="school", fact="report-1", submission=uuid4(),
            made_at=at(TODAY), made_by=october.teacher, **told,
        )  # fmt: skip
        beside = cast.school_class(october.school, "202401")
        cast.post(october.teacher, Role.HOMEROOM_TEACHER, school_class=beside, since=HANDED_OVER)
        client = client_of(october.teacher)
        for page in (reverse("scoring:appeal", args=[row.pk]), reverse("scoring:appeals") + "?tab=under_way"):
            text = text_of(client.get(page))
            assert "10月1日触发的缺课报告" in text
            assert october.children[0].name not in text
        assert client_of(october.subject).get(reverse("scoring:appeal", args=[row.pk])).status_code == 404

    def test_a_draft_is_kept_by_who_has_had_the_class(self, october):
        form = self.address(october, "register-2026-10-13", "save_appeal_draft")
        for who, status in ((october.subject, 200), (cast.person(role=Role.BUREAU_OFFICER), 403)):
            assert client_of(who).post(form, self.sent()).status_code == status


class TestAnothers:
    def test_is_shown_to_the_head_with_every_fact(self, october):
        page = text_of(client_of(october.principal).get(reverse("scoring:teacher", args=[october.teacher.pk])))
        assert "沈明" in page

    def test_is_not_there_for_another_school(self, october):
        far = cast.person(role=Role.PRINCIPAL, school=cast.school("西岭小学"))
        address = reverse("scoring:teacher", args=[october.teacher.pk])
        assert client_of(far).get(address).status_code == 404

    def test_counts_at_the_reader_s_school_alone(self, october):
        far = cast.school_class(cast.school("西岭小学"))
        cast.student(far)
        cast.post(october.subject, Role.SUBJECT_TEACHER, school_class=far)
        page = client_of(october.principal).get(reverse("scoring:teacher", args=[october.subject.pk]))
        assert [each.school for each, _ in page.context["found"]] == [october.school]

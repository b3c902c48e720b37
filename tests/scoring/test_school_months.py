"""The months of schools: kept and reckoned alike, and the pages that show them."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from casework.engine import escalate
from scoring.actions.scores import keep_scores
from scoring.models import KeptScore, SchoolSchemeAdoption, StoredSchoolScheme
from scoring.presets import school_scheme_in
from scoring.queries.award_facts import school_terms, scores_now
from scoring.queries.months import month_asked, months_begun, months_kept
from scoring.queries.school_scores import (
    classes_in_month,
    days_of,
    ranked_schools,
    standings_from_facts,
    standings_of,
    yardstick_of,
)
from scoring.queries.teacher_scores import teacher_months
from scoring.scheme import Measure
from students.actions import enrolment
from students.actions.enrolment import rebuild
from students.enrolment import EventKind
from students.models import AdoptedPolicy, EnrolmentEvent, Role, RollCall, School, SchoolClass, Term
from students.queries.calendar import current_calendar
from tests import cast
from tests.scene import at, client_of

SEPTEMBER, OCTOBER, TODAY = date(2026, 9, 25), date(2026, 10, 25), date(2026, 11, 3)
LIST = reverse("scoring:school_months")


def take_all(of: SchoolClass, *, but=()):
    """Every register of a class from the first day of school through yesterday, but those left out."""
    days = current_calendar().school_days(school=of.school_id, school_class=of.pk)
    slots = [(day, slot) for day in days.between(date(2026, 9, 1), date(2026, 11, 2)) for slot in ("AM", "PM")]
    RollCall.objects.bulk_create(
        RollCall(school_class=of, day=day, slot=slot, taken_at=at(TODAY))
        for day, slot in slots
        if (day, slot) not in but
    )


@pytest.fixture
def autumn(scene, clock):
    """Two classes through October: one call late in September, one register left out and a child gone in October."""
    clock.move_to(at(TODAY))
    beside = cast.school_class(scene.school, "202401")
    cast.student(beside)
    unexcused, left_out = (date(2026, 9, 15), "PM"), (date(2026, 10, 13), "AM")
    take_all(scene.school_class, but=[unexcused, left_out])
    take_all(beside)
    gone = {"a": (scene.children[0], "unexcused")}
    cast.take_register(scene.clerk, scene.school_class, *unexcused, today=TODAY, **gone)
    enrolment.record_event(
        by=scene.clerk, student=scene.children[2], kind=EventKind.DROP_OUT, happened_on=date(2026, 10, 20), today=TODAY
    )
    keep_scores(today=TODAY)
    return scene


@pytest.fixture
def bureau(autumn):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def made_in(year: int, month: int, school: School):
    asked = month_asked(year, month, today=TODAY)
    standings = standings_of(KeptScore.objects.filter(as_of__in=days_of(asked)))
    return yardstick_of(2026).score(school.pk, asked, standings)


def text_of(page) -> str:
    return page.content.decode()


class TestTheScheme:
    def test_is_loaded_once_and_holds_everywhere(self, db):
        stored = StoredSchoolScheme.objects.get()
        assert school_scheme_in(2026).key == stored.pk
        assert school_scheme_in(1999).code == "school_standard"

    def test_holds_until_the_next_begins(self, db):
        later = StoredSchoolScheme.objects.get()
        content = later.content | {"base": 95}
        later = StoredSchoolScheme.objects.create(code="county", version=1, title=later.title, content=content)
        SchoolSchemeAdoption.objects.create(scheme=later, school_year=2027, adopted_at=at(TODAY))
        assert [school_scheme_in(year).base for year in (2026, 2027, 2030)] == [100, 95, 95]


class TestMonths:
    def test_have_begun_once_a_day_of_them_is_over(self, db):
        assert [each.month.code for each in months_begun(date(2026, 9, 26))] == ["2026-09"]
        assert [each.month.code for each in months_begun(date(2026, 9, 27))] == ["2026-09", "2026-10"]
        assert months_begun(date(2026, 9, 27))[-1].is_provisional

    def test_are_provisional_through_their_cut_off(self, db):
        for today, provisional in ((date(2026, 10, 25), True), (date(2026, 10, 26), False)):
            assert month_asked(2026, 10, today=today).is_provisional is provisional

    def test_that_are_over_stay_where_another_cut_off_day_comes(self, db):
        adopted = {"adopted_at": at(TODAY), "adopted_by": cast.person("苏远", role=Role.BUREAU_OFFICER)}
        AdoptedPolicy.objects.create(starts_on=date(2026, 11, 1), content={"cut_off_day": 20}, **adopted)
        ends = [each.month.cut_off for each in months_begun(date(2026, 11, 28))]
        assert ends == [SEPTEMBER, OCTOBER, date(2026, 11, 20), date(2026, 12, 20)]

    @pytest.mark.parametrize("asked", [(2026, 12), (2027, 1), (2027, 9)])
    def test_to_come_are_none(self, db, asked):
        assert month_asked(*asked, today=TODAY) is None

    def test_of_an_earlier_school_year_are_whole(self, db):
        found = month_asked(2026, 8, today=TODAY)
        assert (found.day, found.before, found.is_provisional) == (date(2026, 8, 31), date(2026, 7, 25), False)

    def test_are_kept_by_the_latest_of_their_days(self, db):
        found = months_kept([SEPTEMBER, OCTOBER, date(2026, 11, 2)])
        assert [(each.month.code, each.day) for each in found] == [
            ("2026-09", SEPTEMBER),
            ("2026-10", OCTOBER),
            ("2026-11", date(2026, 11, 2)),
        ]


class TestASchool:
    def test_has_in_each_month_what_happened_in_it(self, autumn):
        september, october = (made_in(2026, month, autumn.school) for month in (9, 10))
        assert september.lines[Measure.LATE_CONTACT] == Decimal("-1.3")  # −0.5 ÷ 2 × 5
        assert (september.lines[Measure.MISSED_ROLL_CALL], september.missed) == (0, ())
        assert october.lines[Measure.MISSED_ROLL_CALL] == Decimal("-1.3")
        assert (october.lines[Measure.LATE_CONTACT], october.missed, october.is_vetoed) == (0, ("primary",), True)
        assert (october.missing, october.standing.classes, october.standing.baseline) == (1, 2, 4)

    def test_counts_the_registers_of_the_month(self, autumn):
        days = current_calendar().school_days(school=autumn.school.pk, school_class=autumn.school_class.pk)
        october = made_in(2026, 10, autumn.school)
        assert october.due == 2 * 2 * len(days.between(date(2026, 9, 26), OCTOBER))

    def test_is_the_same_from_the_facts_as_from_what_is_kept(self, autumn):
        days = [SEPTEMBER, OCTOBER, date(2026, 11, 2)]
        kept = standings_of(KeptScore.objects.filter(as_of__in=days))
        assert standings_from_facts(SchoolClass.objects.all(), days) == kept

    def test_is_the_mean_of_what_its_classes_have(self, autumn):
        asked = month_asked(2026, 10, today=TODAY)
        rows = list(classes_in_month(KeptScore.objects.all(), asked))
        assert [row.points[Measure.MISSED_ROLL_CALL] for row in rows] == [Decimal("-0.5"), 0]
        assert sum(row.missing for row in rows) == made_in(2026, 10, autumn.school).missing

    def test_leaves_a_class_without_children_out(self, autumn):
        cast.school_class(autumn.school, "202501")
        keep_scores(today=TODAY)
        assert made_in(2026, 10, autumn.school).standing.classes == 2

    def test_owes_nothing_for_a_class_of_a_weekend_whose_reports_are_late(self, autumn, bureau):
        """The class has no children, registers or losses, so it is not scored, here and where the term is frozen."""
        before = made_in(2026, 9, autumn.school)
        weekend_class(autumn)
        keep_scores(today=TODAY)
        assert KeptScore.objects.filter(late_report__lt=0, registers_due=0).exists()
        assert made_in(2026, 9, autumn.school) == before
        days = [SEPTEMBER, OCTOBER, date(2026, 11, 2)]
        kept = standings_of(KeptScore.objects.filter(as_of__in=days))
        assert standings_from_facts(SchoolClass.objects.all(), days) == kept
        [term] = school_terms([scores_now(autumn.school, Term.objects.get(number=1), TODAY)])
        assert [total for _, total, _ in term.months] == [
            made_in(2026, month, autumn.school).total for month in (9, 10, 11)
        ]

    def test_owes_it_in_the_month_in_which_the_class_is_scored(self, autumn):
        """And so do its teachers."""
        room = weekend_class(autumn)
        cast.person("邓超", role=Role.HOMEROOM_TEACHER, school_class=room)
        cast.student(room, "赵安", since=date(2026, 10, 8))
        take_all(room)
        keep_scores(today=TODAY)
        asked = month_asked(2026, 10, today=TODAY)
        assert made_in(2026, 9, autumn.school).lines[Measure.LATE_REPORT] == 0
        assert made_in(2026, 10, autumn.school).standing.points[Measure.LATE_REPORT] == -1
        [row] = [row for row in classes_in_month(KeptScore.objects.all(), asked) if row.school_class == room]
        [teacher] = [each for each in teacher_months(SchoolClass.objects.all(), asked) if each.person.name == "邓超"]
        assert row.points[Measure.LATE_REPORT] == teacher.score.lines[Measure.LATE_REPORT] == -1


def weekend_class(scene) -> SchoolClass:
    """A class that a child entered on Saturday 5 September and left the next day, which was never reported."""
    room = cast.school_class(scene.school, "202501")
    child = cast.student(room, "童一", since=date(2026, 9, 5))
    EnrolmentEvent.objects.create(
        student=child, kind=EventKind.TRANSFER_OUT, happened_on=date(2026, 9, 6), confirmed_on=date(2026, 9, 6),
        recorded_at=at(TODAY),
    )  # fmt: skip
    rebuild([child.pk])
    escalate(through=TODAY)
    return room


class TestTheRanking:
    def test_puts_a_vetoed_school_last_and_lets_equals_share(self, autumn):
        for name in ("西坪小学", "南坪小学"):
            of = cast.school_class(cast.school(name))
            cast.student(of)
            take_all(of)
        cast.school("空小学")
        keep_scores(today=TODAY)
        month = month_asked(2026, 10, today=TODAY)
        standings = standings_of(KeptScore.objects.filter(as_of__in=days_of(month)))
        found = ranked_schools(School.objects.order_by("code"), month, standings, yardstick_of(2026))
        assert [(each.school.name, each.rank) for each in found] == [
            ("西坪小学", 1),
            ("南坪小学", 1),
            ("东坪小学", 3),
        ]

    def test_puts_a_school_of_which_most_registers_are_missing_behind_those_whose_points_count(self, autumn):
        """Its 点名 reached the floor in September: October costs it nothing."""
        taken, silent = (cast.school_class(cast.school(name)) for name in ("西坪小学", "南坪小学"))
        for of in (taken, silent):
            cast.student(of)
        take_all(taken, but=[(date(2026, 10, 13), "AM")])
        keep_scores(today=TODAY)
        month = month_asked(2026, 10, today=TODAY)
        standings = standings_of(KeptScore.objects.filter(as_of__in=days_of(month)))
        found = ranked_schools(School.objects.order_by("code"), month, standings, yardstick_of(2026))
        assert [(each.school.name, each.rank) for each in found] == [("西坪小学", 1), ("南坪小学", 2), ("东坪小学", 3)]
        assert found[1].score.total > found[0].score.total


class TestTheList:
    def test_shows_every_figure_beside_what_it_is_taken_of(self, autumn, bureau):
        page = text_of(client_of(bureau).get(LIST, {"month": "2026-10"}))
        assert '1<span class="unit">/4人</span>' in page
        assert '1<span class="unit">/' in page
        assert "不合格" in page

    def test_shows_the_last_month_and_says_that_it_is_not_over(self, autumn, bureau):
        page = client_of(bureau).get(LIST)
        assert page.context["month"].month.code == "2026-11"
        assert "暂计：算到11月2日，11月25日截止" in text_of(page)
        assert "暂计" not in text_of(client_of(bureau).get(LIST, {"month": "2026-10"}))

    @pytest.mark.parametrize("asked", ["2026-13", "1026-10", "gestern", "2027-03", ""])
    def test_takes_a_month_that_is_none_for_the_last(self, autumn, bureau, asked):
        assert client_of(bureau).get(LIST, {"month": asked}).context["month"].month.code == "2026-11"

    def test_is_narrowed_down_without_changing_the_ranks(self, autumn, bureau):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        cast.student(cast.school_class(far))
        keep_scores(today=TODAY)
        client = client_of(bureau)
        page = client.get(LIST, {"month": "2026-10", "township": str(autumn.school.township_id)})
        assert [(row.school, row.rank) for row in page.context["page"]] == [(autumn.school, 2)]
        page = client.get(LIST, {"month": "2026-10", "band": "excellent"})
        assert "没有符合条件的学校" in text_of(page)
        page = client.get(LIST, {"township": "x", "band": "y"})
        assert len(page.context["page"]) == 2

    def test_shows_a_principal_their_own_school(self, autumn):
        cast.student(cast.school_class(cast.school("西坪小学")))
        keep_scores(today=TODAY)
        page = client_of(cast.person(role=Role.PRINCIPAL, school=autumn.school)).get(LIST)
        assert [row.school for row in page.context["page"]] == [autumn.school]

    def test_knows_a_school_whole_or_not_at_all(self, autumn):
        """A class of one's own at another school does not show that school by one class."""
        there = cast.school("西坪小学")
        of = cast.school_class(there)
        cast.student(of)
        keep_scores(today=TODAY)
        both = cast.person(role=Role.PRINCIPAL, school=autumn.school)
        cast.post(both, Role.HOMEROOM_TEACHER, school_class=of)
        client = client_of(both)
        assert [row.school for row in client.get(LIST).context["page"]] == [autumn.school]
        assert client.get(reverse("scoring:school_month", args=[there.pk])).status_code == 404

    def test_before_the_first_night_says_so(self, scene):
        assert "还没有得分" in text_of(client_of(scene.clerk).get(LIST))

    def test_asks_for_the_same_however_many_schools_there_are(self, autumn, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(LIST)
        with django_assert_num_queries(8):
            client.get(LIST)
        for number in range(3):
            cast.student(cast.school_class(cast.school(f"第{number}小学")))
        keep_scores(today=TODAY)
        with django_assert_num_queries(8):
            client.get(LIST)


class TestThePageOfASchool:
    def page(self, autumn, who, **query):
        return client_of(who).get(reverse("scoring:school_month", args=[autumn.school.pk]), query)

    def test_tells_how_the_points_come_about(self, autumn, bureau):
        page = text_of(self.page(autumn, bureau, month="2026-10"))
        assert "2个班当月平均−0.25分，每1分折合5分" in page
        assert "小学没有完成目标，每个学段−20分" in page
        assert "辍学率超过4%，一票否决，评为不合格" in page

    def test_names_the_children_behind_a_target(self, autumn, bureau):
        page = text_of(self.page(autumn, bureau, month="2026-10"))
        assert reverse("casework:child", args=[autumn.children[2].pk]) in page
        assert "10月20日起辍学" in page
        assert "没有流失学生" in text_of(self.page(autumn, bureau, month="2026-09"))

    def test_leads_to_its_classes_as_they_were_on_that_day(self, autumn, bureau):
        page = text_of(self.page(autumn, bureau, month="2026-10"))
        for school_class in autumn.school.classes.all():
            assert f"{reverse('scoring:class_score', args=[school_class.pk])}?day=2026-10-25" in page

    def test_shows_the_year_month_by_month(self, autumn, bureau):
        page = self.page(autumn, bureau)
        trend = [(month.month.code, score.total) for month, score in page.context["trend"]]
        assert trend == [("2026-09", Decimal("98.7")), ("2026-10", Decimal("78.7")), ("2026-11", 80)]

    def test_says_where_its_rules_come_from(self, autumn, bureau):
        assert "学校和教育局工作文件：流失率超过4%的，一票否决" in text_of(self.page(autumn, bureau))

    def test_says_that_a_month_with_too_few_registers_is_not_excellent(self, scene, clock):
        clock.move_to(at(TODAY))
        days = current_calendar().school_days(school=scene.school.pk, school_class=scene.school_class.pk)
        take_all(scene.school_class, but=[(day, "PM") for day in days.between(date(2026, 9, 28), date(2026, 10, 15))])
        keep_scores(today=TODAY)
        page = text_of(self.page(scene, scene.clerk, month="2026-10"))
        assert "没有点名的节次超过5%，不能评为优秀" in page

    def test_says_that_a_month_without_registers_has_no_ground(self, scene, clock):
        """Also November, when 点名 has long reached its floor and costs nothing any more."""
        clock.move_to(at(TODAY))
        keep_scores(today=TODAY)
        page = text_of(self.page(scene, scene.clerk, month="2026-11"))
        assert "应点12节，缺12节，超过50%，这个月没有依据，评为不合格" in page
        assert "没有点名的节次超过50%的，不论得分，评为不合格" in page

    def test_before_the_first_night_says_so(self, scene):
        assert "还没有得分" in text_of(self.page(scene, scene.clerk))

    def test_asks_for_the_same_however_many_classes_there_are(self, autumn, bureau, django_assert_num_queries):
        client, address = client_of(bureau), reverse("scoring:school_month", args=[autumn.school.pk])
        client.get(address)
        with django_assert_num_queries(25):
            client.get(address)
        for number in range(3):
            cast.student(cast.school_class(autumn.school, f"20260{number}"))
        keep_scores(today=TODAY)
        with django_assert_num_queries(25):
            client.get(address)

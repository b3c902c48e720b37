"""The pages of scores: what they show to whom, every fact one click away, and what they cost."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from scoring.actions.scores import keep_scores
from scoring.models import KeptScore
from scoring.scheme import Measure
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Role
from tests import cast
from tests.scene import MONDAY, at, client_of

TODAY = date(2026, 9, 10)


@pytest.fixture
def scored(scene, clock):
    """A week: one morning missed by a child and not called about, one register left out, one child gone."""
    for day in (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 4), MONDAY):
        for slot in ("AM", "PM"):
            if (day, slot) != (date(2026, 9, 4), "PM"):
                gone = {"a": (scene.children[0], "unexcused")} if (day, slot) == (date(2026, 9, 2), "PM") else {}
                cast.take_register(scene.clerk, scene.school_class, day, slot, today=MONDAY, **gone)
    clock.move_to(at(TODAY))
    enrolment.record_event(
        by=scene.clerk, student=scene.children[2], kind=EventKind.DROP_OUT, happened_on=date(2026, 9, 8), today=TODAY
    )
    keep_scores(today=TODAY)
    return scene


@pytest.fixture
def bureau(scored):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def text_of(page) -> str:
    return page.content.decode()


def class_page(scored, who, **query):
    return client_of(who).get(reverse("scoring:class_score", args=[scored.school_class.pk]), query)


class TestAClass:
    def test_shows_every_line_with_its_facts(self, scored):
        page = text_of(class_page(scored, scored.teacher))
        assert "9月4日缺一部分点名" in page
        assert "9月8日全天没有点名" in page
        assert "9月2日有学生缺课，联系家长逾期：9月2日到期，还没有办" in page
        assert "流失1人，没有完成目标" in page
        assert "9月8日起辍学" in page

    def test_links_every_fact_to_where_it_is_kept(self, scored):
        page = text_of(class_page(scored, scored.teacher))
        duty = scored.children[0].obligations.get(tier="contact")
        assert reverse("casework:duty", args=[duty.pk]) in page
        assert reverse("casework:child", args=[scored.children[2].pk]) in page

    def test_says_what_the_rates_are_taken_of(self, scored):
        assert "学年初3人，辍学率33.33%" in text_of(class_page(scored, scored.teacher))

    def test_can_be_asked_for_any_day_of_the_year(self, scored):
        page = text_of(class_page(scored, scored.teacher, day="2026-09-04"))
        assert "9月8日" not in page
        assert "没有流失学生" in page

    @pytest.mark.parametrize(("day", "words"), [("2027-09-04", "2027年9月4日"), ("2026-09-10", "2026年9月10日")])
    def test_says_that_a_day_is_not_over(self, scored, day, words):
        page = text_of(class_page(scored, scored.teacher, day=day))
        assert f"{words}还没有过完，最晚算到昨天" in page
        assert "算到2026年9月9日（含）" in page

    def test_says_of_a_day_long_ago_that_nothing_was_scored(self, scored):
        for day in ("0001-01-01", "1900-01-01"):
            assert "那时还没有考核，请换一天" in text_of(class_page(scored, scored.teacher, day=day))

    def test_asks_for_the_same_however_many_facts_there_are(self, scored, django_assert_num_queries):
        client, address = client_of(scored.teacher), reverse("scoring:class_score", args=[scored.school_class.pk])
        client.get(address)
        with django_assert_num_queries(23):
            client.get(address)


class TestTheList:
    def test_calls_every_line_as_the_files_do(self, scored, bureau):
        keep_scores(today=TODAY)
        paths = [reverse("scoring:scores") + "?by=class", reverse("scoring:teachers"), reverse("scoring:school_months")]
        paths.append(reverse("scoring:school_month", args=[scored.school.pk]))
        for path in paths:
            page = text_of(client_of(bureau).get(path))
            for measure in list(Measure)[1:]:
                assert f'<th class="figure">{measure.label}</th>' in page, (path, measure)

    def test_stands_in_the_order_of_the_points(self, scored):
        other = cast.school_class(scored.school, "202401")
        cast.student(other)
        KeptScore.objects.all().delete()
        keep_scores(today=TODAY)
        page = text_of(client_of(scored.clerk).get(reverse("scoring:scores")))
        totals = list(KeptScore.objects.order_by("-total").values_list("school_class__name", flat=True))
        assert page.index(f">{totals[0]}<") < page.index(f">{totals[1]}<")

    def test_shows_a_class_that_was_formed_in_the_year_and_owes_registers(self, scored):
        formed = cast.school_class(scored.school, "202409")
        cast.student(formed, "祝新", since=date(2026, 9, 2))
        keep_scores(today=TODAY)
        kept = KeptScore.objects.get(school_class=formed, as_of=TODAY - timedelta(days=1))
        assert (kept.baseline, kept.total < 0) == (0, True)
        assert formed.name in text_of(client_of(scored.clerk).get(reverse("scoring:scores")))

    def test_shows_a_homeroom_teacher_their_own_class(self, scored):
        cast.student(cast.school_class(scored.school, "202401"))
        keep_scores(today=TODAY)
        page = text_of(client_of(scored.teacher).get(reverse("scoring:scores")))
        assert "2023级1班" in page
        assert "2024级1班" not in page

    def test_compares_schools_with_what_they_are_taken_of(self, scored, bureau):
        page = text_of(client_of(bureau).get(reverse("scoring:scores")))
        kept = KeptScore.objects.get()
        assert '1<span class="unit">/3人</span>' in page
        assert '0<span class="unit">/1个班</span>' in page
        assert kept.total == Decimal("-13.0")
        assert "−13" in page

    def test_the_points_of_a_row_add_up_to_its_total(self, scored):
        page = text_of(client_of(scored.teacher).get(reverse("scoring:scores")))
        [cells] = re.findall(r'<tr><th scope="row".*?</tr>', page, re.DOTALL)
        found = re.findall(r'data-label="(?:控辍目标|点名|及时联系|及时报告|劝返复学)">([^<]*)</td>', cells)
        points = [Decimal(each.replace("−", "-")) for each in found]
        assert (len(points), sum(points)) == (5, KeptScore.objects.get().total)

    def test_a_class_that_is_not_rated_has_not_met_its_target(self, scored, bureau):
        KeptScore.objects.update(target_met=True, is_rated=False)
        whole = client_of(bureau).get(reverse("scoring:scores")).context["whole"]
        assert (whole.met, whole.unrated) == (0, 1)

    @pytest.mark.parametrize("part", ["class", "grade", "school", "township"])
    def test_can_be_taken_together_in_every_way(self, scored, bureau, part):
        page = client_of(bureau).get(reverse("scoring:scores"), {"by": part})
        assert page.context["part"] == part
        assert page.context["whole"].dropouts == 1

    def test_of_a_grade_without_classes_is_empty(self, scored, bureau):
        assert "没有符合条件的班" in text_of(client_of(bureau).get(reverse("scoring:scores"), {"grade": "9"}))

    def test_before_the_first_night_says_so(self, scene):
        assert "还没有得分" in text_of(client_of(scene.teacher).get(reverse("scoring:scores")))

    def test_asks_for_the_same_however_many_classes_there_are(self, scored, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("scoring:scores"))
        with django_assert_num_queries(9):
            client.get(reverse("scoring:scores"))
        for number in range(5):
            cast.student(cast.school_class(scored.school, f"20240{number}"))
        keep_scores(today=TODAY)
        with django_assert_num_queries(9):
            client.get(reverse("scoring:scores"))


def test_equal_means_share_a_rank(scored, bureau):
    for name in ("西坪小学", "南坪小学"):
        cast.student(cast.school_class(cast.school(name)))
    keep_scores(today=TODAY)
    totals = client_of(bureau).get(reverse("scoring:scores")).context["totals"]
    assert [total.rank for total in totals] == [1, 1, 3]

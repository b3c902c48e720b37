"""The candidates of awards: from frozen scores, provisional before that; who sees which, and what each fails."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.queries.frozen_scores import frozen_scores_table
from scoring.actions.scores import keep_scores
from scoring.award_rules import AwardKind
from scoring.awards import school_candidates
from scoring.models import FrozenScore, ScoreFreeze
from scoring.presets import award_rule_in
from scoring.queries.award_facts import frozen_scores, school_terms, scores_now
from scoring.queries.class_scores import class_scores
from scoring.queries.freeze_page import sheet_of
from scoring.queries.freezes import rows_now
from scoring.queries.months import months_of, seams_of
from scoring.queries.term_months import scored as in_full
from students.actions import corrections, enrolment
from students.enrolment import EventKind
from students.models import Person, Posting, Role, School, SchoolClass, Term
from tests import cast
from tests.scene import MONDAY, at, client_of
from tests.scoring.appealing import AFTER, amend, frozen, make, principal_of, week
from tests.scoring.awarding import freeze, short_term

END = date(2027, 1, 22)


@pytest.fixture
def scored(scene, clock):
    """Two classes in different grades: of one a child is lost, of the other no register was ever taken."""
    cast.student(cast.school_class(scene.school, "202401"), "赵宁")
    week(scene, clock)
    clock.move_to(at(AFTER))
    return scene


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def head(scored):
    return principal_of(scored)


def page_of(who, **query):
    return client_of(who).get(reverse("scoring:awards"), query)


def lines_of(who, kind, **query) -> dict[str, list[str]]:
    """Name → the conditions that are not met."""
    lines = page_of(who, kind=kind, term=Term.objects.get(number=1).pk, **query).context["page"].object_list
    return {line.name: [check.name for check in line.candidate.unmet] for line in lines}


def led_school(name: str):
    """A school with a class and a head, whose term is not frozen."""
    school = cast.school(name)
    cast.student(cast.school_class(school))
    cast.person("彭进", role=Role.PRINCIPAL, school=school)
    return school


class TestAQuotaThatCannotBeJudgedYet:
    """The school meets all the conditions; of the primary schools another is not frozen."""

    @pytest.fixture
    def good(self, scene, clock, bureau):
        row = freeze(short_term(scene, clock), bureau)
        led_school("西岭小学")
        return row

    def test_is_not_met_and_names_whom_it_waits_for(self, good, bureau):
        page = page_of(bureau, kind="school")
        [line] = page.context["page"].object_list
        assert (line.candidate.is_chosen, line.verdict) == (False, ("名额待定", "note"))
        assert "名额还不能评：小学里西岭小学还没有定分" in page.content.decode()
        assert (page.context["met"], page.context["waiting"]) == (0, 1)

    def test_does_not_wait_for_a_school_that_nobody_leads_and_says_so(self, good, bureau):
        Posting.objects.filter(person__name="彭进").update(until=date(2026, 9, 9))
        page = page_of(bureau, kind="school")
        [line] = page.context["page"].object_list
        assert line.verdict == ("符合", "ok")
        assert "签不了字，评先进校不等：西岭小学" in page.content.decode()
        asked = client_of(bureau).get(reverse("scoring:confirm_awards", args=[good.term_id, "school"]))
        assert "现在没有校长、分管领导的学校签不了字，这次没有等：西岭小学。" in asked.content.decode()

    def test_waits_for_one_that_has_been_signed_for(self, good, bureau):
        ScoreFreeze.objects.create(
            school=School.objects.get(name="西岭小学"), term=good.term, opened_by=bureau, opened_at=at(MONDAY),
            state="signed", signed_at=at(MONDAY), signed_by=Person.objects.get(name="彭进"), as_of=MONDAY, sha256="a",
        )  # fmt: skip
        Posting.objects.filter(person__name="彭进").update(until=date(2026, 9, 9))
        [line] = page_of(bureau, kind="school").context["page"].object_list
        assert line.verdict[0] == "名额待定"


def test_the_search_box_is_labelled_for_all_to_see(scored, bureau):
    assert '<label class="field-label" for="id_q">名称或姓名</label>' in page_of(bureau).content.decode()


class TestFrozenSchools:
    def test_have_their_candidates_with_what_each_fails(self, scored, bureau, head):
        frozen(scored, bureau, head)
        assert lines_of(bureau, "class") == {"2023级1班": ["lost", "veto", "rated"], "2024级1班": ["rated"]}
        assert lines_of(bureau, "grade") == {"四年级": ["lost", "veto", "rated"], "三年级": ["rated"]}
        assert lines_of(bureau, "school") == {"东坪小学": ["veto", "band", "registers"]}
        assert lines_of(bureau, "person") == {scored.teacher.name: ["veto", "points"]}

    def test_are_headed_by_what_they_are(self, scored, bureau, head):
        frozen(scored, bureau, head)
        for kind, heading in (("class", "班级"), ("grade", "年级"), ("school", "学校"), ("person", "教师")):
            assert f"<thead><tr><th>{heading}</th>" in page_of(bureau, kind=kind).content.decode()

    def test_open_the_facts_of_each(self, scored, bureau, head):
        row = frozen(scored, bureau, head)
        kept = FrozenScore.objects.get(school_class=scored.school_class)
        text = page_of(bureau).content.decode()
        assert reverse("scoring:frozen_score", args=[kept.pk]) in text
        assert "流失1/3人" in text
        for kind, address in (
            ("grade", reverse("scoring:freeze", args=[row.pk])),
            ("school", reverse("scoring:freeze", args=[row.pk]) + "#months"),
            ("person", reverse("scoring:teacher", args=[scored.teacher.pk]) + "?month=2027-01"),
        ):
            assert address in page_of(bureau, kind=kind).content.decode()

    def test_are_found_by_name_school_and_type(self, scored, bureau, head):
        frozen(scored, bureau, head)
        cast.student(cast.school_class(cast.school("西岭初中", kind="junior"), stage="junior"))
        assert list(lines_of(bureau, "class", q="2024")) == ["2024级1班"]
        assert lines_of(bureau, "class", stage="junior") == {}
        assert "没有找到" in page_of(bureau, kind="class", q="无").content.decode()
        assert len(lines_of(bureau, "class", school="x", stage="primary")) == 2

    def test_are_read_by_the_same_queries_however_many_classes(self, scored, bureau, head):
        frozen(scored, bureau, head)
        client, page = client_of(bureau), reverse("scoring:awards")
        client.get(page)
        asked = {}
        for kind in ("class", "grade", "school", "person"):
            with CaptureQueriesContext(connection) as queries:
                client.get(page, {"kind": kind})
            asked[kind] = len(queries)
        assert asked == {"class": 12, "grade": 12, "school": 13, "person": 16}


class TestSchoolsThatAreNotFrozen:
    def test_are_shown_provisionally_and_say_so(self, scored, head):
        page = page_of(head, kind="class")
        assert "暂定：这所学校本学期还没有定分，下面是按现在的事实算到2027年1月22日" in page.content.decode()
        assert [line.name for line in page.context["page"]] == ["2023级1班", "2024级1班"]

    def test_are_named_to_the_bureau_and_chosen_one_by_one(self, scored, bureau):
        page = page_of(bureau, kind="class")
        assert page.context["provisional"] == scored.school  # the only one
        led_school("西岭小学")
        page = page_of(bureau, kind="class")
        assert "还没有学校定分" in page.content.decode()
        assert [school.name for school in page.context["unfrozen"]] == ["东坪小学", "西岭小学"]
        assert lines_of(bureau, "class", school=scored.school.pk) != {}

    def test_are_told_of_open_appeals(self, scored, head):
        make(scored, today=AFTER)
        assert "1份，处理后可能变化" in page_of(head, kind="class").content.decode()

    def test_of_a_running_term_are_reckoned_through_yesterday(self, scored, head, clock):
        clock.move_to(at(MONDAY))
        assert "算到2026年9月6日" in page_of(head, kind="person").content.decode()

    def test_without_children_have_nothing(self, scored, clock):
        empty = cast.school("空小学")
        cast.school_class(empty)
        clerk = cast.person(role=Role.PRINCIPAL, school=empty)
        assert "这所学校没有可评的" in page_of(clerk).content.decode()

    def test_before_any_term_there_are_none(self, scored, head, clock):
        clock.move_to(at(date(2026, 9, 1)))
        assert "还没有开始的学期" in page_of(head).content.decode()

    def test_share_no_quota_with_those_that_are(self, scored, bureau, head):
        frozen(scored, bureau, head)
        led_school("西岭小学")
        [line] = page_of(bureau, kind="school").context["page"].object_list
        assert line.candidate.rank is None
        assert line.candidate.waits == "名额还不能评：小学里西岭小学还没有定分"
        assert line.verdict[0] == "不符合"


def test_a_township_sees_no_persons(scored):
    officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scored.school.township)
    page = page_of(officer, kind="person")
    assert page.context["kind"] == "class"
    assert "先进个人" not in page.content.decode()


def test_nonsense_in_the_address_shows_the_latest_term(scored, head):
    assert page_of(head, term="x", kind="x", page="x").context["term"].number == 1


def test_a_list_keeps_what_every_seam_of_its_months_said(scored):
    seams = seams_of(Term.objects.get(number=1), END)
    assert [day.month for day in seams] == [9, 10, 11, 12]
    then = {day: dict(class_scores(SchoolClass.objects.all(), as_of=day)) for day in seams}
    for each in in_full(rows_now(scored.school.pk, Term.objects.get(number=1), END)):
        assert [each.on(day) for day in seams] == [then[day][each.row.school_class] for day in seams]


class TestAChildThatCameBackBeforeTheTermWasFrozen:
    """Lost on 20 October, brought back on 10 November: October's page says that it was lost, and so does the award."""

    @pytest.fixture
    def autumn(self, scene, clock):
        clock.move_to(at(AFTER))
        leave = {"kind": EventKind.DROP_OUT, "happened_on": date(2026, 10, 20)}
        come = {"kind": EventKind.RETURN, "happened_on": date(2026, 11, 10), "school_class": scene.school_class}
        for event in (leave, come):
            enrolment.record_event(by=scene.clerk, student=scene.children[2], today=AFTER, **event)
        keep_scores(today=AFTER)
        return scene

    def page_of_months(self, bureau, school) -> list:
        page = client_of(bureau).get(reverse("scoring:school_month", args=[school.pk]), {"month": "2026-12"})
        return [(each.month.code, made) for each, made in page.context["trend"] if each.day <= END]

    def test_was_lost_in_its_month(self, autumn, bureau):
        row = frozen(autumn, bureau, principal_of(autumn))
        shown = client_of(bureau).get(reverse("scoring:freeze", args=[row.pk]))
        kept = [(month.month.code, made) for month, made in shown.context["sheet"].months]
        assert [code for code, made in kept if made.is_vetoed] == ["2026-10"]
        assert kept[:4] == self.page_of_months(bureau, autumn.school)[:4]
        assert "学校各月考核" in shown.content.decode()
        [note] = [note for note in frozen_scores_table(shown.context["sheet"]).notes if note.startswith("学校各月考核")]
        assert "；10月80分不合格（流失1/3人" in note

    def test_counts_so_for_the_award_frozen_or_not(self, autumn, bureau):
        term = Term.objects.get(number=1)
        before = school_terms([scores_now(autumn.school, term, AFTER)])
        row = frozen(autumn, bureau, principal_of(autumn))
        after = school_terms(frozen_scores(ScoreFreeze.objects.all()))
        months = [
            (f"{month.month.month}月", made.total, made.band) for month, made in sheet_of(row, "", today=AFTER).months
        ]
        assert list(after[0].months) == months == list(before[0].months)

    def test_is_amended_where_only_a_month_is_another(self, autumn, bureau):
        """The child was never away: the term's end says the same, October does not."""
        row = frozen(autumn, bureau, principal_of(autumn))
        back, gone = (autumn.children[2].events.get(kind=kind) for kind in ("return", "drop_out"))
        for event in (back, gone):
            corrections.void(by=autumn.clerk, event=event, reason="登记错了人", today=AFTER)
        amend(row, bureau, seen=0)
        first, latest = sheet_of(row, "0", today=AFTER).months, sheet_of(row, "", today=AFTER).months
        assert [made.is_vetoed for _, made in first] == [False, True, False, False, False]
        assert not any(made.is_vetoed for _, made in latest)
        [term] = school_terms(frozen_scores(ScoreFreeze.objects.all()))
        assert [made.band for _, made in latest] == [band for *_, band in term.months]


def test_what_was_frozen_before_months_were_kept_asks_to_be_amended(scored, bureau, head):
    frozen(scored, bureau, head)
    [scores] = frozen_scores(ScoreFreeze.objects.all())
    for each in scores.classes:
        del each.row.record["earlier"]
    [candidate] = school_candidates(school_terms([scores]), award_rule_in(2026))
    assert scores.lacks_months_for(AwardKind.SCHOOL)
    assert "band" not in [check.name for check in candidate.checks]


def test_months_of_a_term_are_those_it_has_days_in(scored):
    first, second = Term.objects.order_by("number")
    assert [each.month.month for each in months_of(first, END)] == [9, 10, 11, 12, 1]
    assert [each.month.month for each in months_of(second, second.end)] == [3, 4, 5, 6, 7]
    assert months_of(first, END)[-1].day == END

"""劝返漏斗: how many cases reached each step, how fast, what worked; against a slow and simple count."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from casework.funnel import BEFORE_RETURN, CaseSteps, Step, funnel_of
from casework.models import Case, CaseEvent, Contact, LegalStep
from casework.queries.funnel import funnels
from reports.queries.funnel import funnel_table
from students.models import AuditRow
from tests import cast
from tests.casework.away import officers, open_case
from tests.scene import MONDAY, at, client_of

__all__ = ["officers"]
DAY = timedelta(1)
days = st.integers(-5, 30).map(lambda shift: MONDAY + timedelta(shift))
steps = st.fixed_dictionaries(
    {step: st.lists(days, max_size=3) for step in BEFORE_RETURN} | {Step.RETURN: st.lists(days, max_size=1)}
)
worlds = st.lists(st.tuples(days, steps), max_size=12)


def told(opened_on, steps) -> CaseSteps:
    """A case opened on a day, told the days of its steps."""
    case = CaseSteps(opened_on, next(iter(steps.get(Step.RETURN, ())), None))
    for step in BEFORE_RETURN:
        for day in steps.get(step, ()):
            case.tell(step, day)
    return case


def line(funnel, step):
    return next(each for each in funnel.lines if each.step is step)


@given(worlds)
def test_it_counts_what_a_slow_count_counts(cases):
    funnel = funnel_of([told(*case) for case in cases])
    assert funnel.opened == len(cases)
    for step in Step:
        waits = []
        for opened_on, steps in cases:
            if steps[step]:
                first = sorted(steps[step])[0]
                waits.append(0 if first < opened_on else (first - opened_on).days)
        waits.sort()
        found = line(funnel, step)
        assert found.cases == len(waits)
        assert found.median_days == (waits[(len(waits) - 1) // 2] if waits else None)
    worked = dict.fromkeys(BEFORE_RETURN, 0)
    unaided = 0
    for _, steps in cases:
        if not steps[Step.RETURN]:
            continue
        day, best = steps[Step.RETURN][0], None
        while best is None and day >= MONDAY - timedelta(6):
            for step in BEFORE_RETURN:
                best = step if day in steps[step] else best
            day -= DAY
        if best:
            worked[best] += 1
        else:
            unaided += 1
    assert {step: line(funnel, step).worked for step in BEFORE_RETURN} == worked
    assert funnel.unaided == unaided


@pytest.mark.parametrize(("shift", "last"), [(-1, Step.VISIT), (0, Step.VISIT), (1, None)])
def test_only_what_came_by_the_day_of_the_return_has_worked(shift, last):
    assert told(MONDAY, {Step.VISIT: [MONDAY + timedelta(shift)], Step.RETURN: [MONDAY]}).worked is last


def test_of_two_steps_of_one_day_the_weightier_has_worked():
    given = {Step.CONTACT: [MONDAY], Step.ORDER: [MONDAY], Step.RETURN: [MONDAY]}
    assert told(MONDAY, given).worked is Step.ORDER


def test_no_case_gives_no_median():
    funnel = funnel_of([])
    assert (funnel.opened, funnel.returned, line(funnel, Step.VISIT).median_days) == (0, 0, None)


@pytest.fixture
def two(scene, officers):
    """Of two children one was rung, visited, urged and came back; the other was rung before its case was opened."""
    first, second = (open_case(child, day=MONDAY) for child in scene.children[:2])
    for case in (first, second):
        event = {"action": "note_absence", "day": MONDAY, "at": at(MONDAY), "to_stage": "absent"}
        CaseEvent.objects.create(case=case, **event)
    contacts = [(first, 0, "phone"), (first, 2, "home_visit"), (second, 0, "phone")]
    for case, shift, method in contacts:
        day = MONDAY + timedelta(shift)
        Contact.objects.create(student=case.student, day=day, method=method, result="谈了", recorded_at=at(day))
    LegalStep.objects.create(
        case=first, kind="urging_notice", authority="school", day=MONDAY + timedelta(4), recorded_at=at(MONDAY),
        recorded_by=officers["clerk"],
    )  # fmt: skip
    back = MONDAY + timedelta(5)
    CaseEvent.objects.create(case=first, action="note_return", day=back, at=at(back), to_stage="returned")
    Case.objects.filter(pk=first.pk).update(stage="returned", returned_on=back)
    return first, second


def test_the_facts_of_the_cases_are_found(two, officers):
    today = MONDAY + timedelta(9)
    whole, parts = funnels(cast.scope(officers["bureau"]), MONDAY, today, today=today)
    counted = {each.step: (each.cases, each.median_days, each.worked) for each in whole.funnel.lines}
    assert counted == {
        Step.CONTACT: (2, 0, 0),
        Step.VISIT: (1, 2, 0),
        Step.JOINT: (0, None, 0),
        Step.NOTICE: (1, 4, 1),
        Step.ORDER: (0, None, 0),
        Step.RETURN: (1, 5, None),
    }
    assert [part.name for part in parts] == ["东坪镇"]
    bureau = cast.scope(officers["bureau"])
    [school] = funnels(bureau, MONDAY, today, today=today, parts_are="school")[1]
    assert (school.name, school.funnel.lines) == ("东坪小学", whole.funnel.lines)


@pytest.mark.parametrize(("first", "last", "opened"), [(-7, -1, 0), (0, 0, 2), (1, 9, 0)])
def test_the_period_includes_both_its_days(two, officers, first, last, opened):
    period = MONDAY + timedelta(first), MONDAY + timedelta(last)
    whole, _ = funnels(cast.scope(officers["bureau"]), *period, today=MONDAY + timedelta(9))
    assert whole.funnel.opened == opened


def returns(officers, today) -> int:
    return funnels(cast.scope(officers["bureau"]), MONDAY, today, today=today)[0].funnel.returned


@pytest.mark.parametrize(
    ("after", "change", "returned"),
    [
        ([], {}, 1),
        ([("raise_concern", "watch")], {"stage": "watch"}, 1),
        ([("raise_concern", "watch"), ("note_absence", "absent")], {"stage": "absent"}, 0),
        ([("note_absence", "absent"), ("note_return", "returned")], {}, 1),
        ([("note_loss", "reported_lost")], {"stage": "reported_lost"}, 0),
        ([("note_loss", "reported_lost"), ("note_return", "returned")], {}, 1),
        ([("confirm_dropout", "dropped_out")], {"stage": "dropped_out"}, 0),
        ([("note_loss", "reported_lost"), ("undo_loss", "absent")], {"stage": "absent"}, 0),
        ([("close", "closed")], {"stage": "closed", "outcome": "settled"}, 1),
        ([("close", "closed")], {"stage": "closed", "outcome": "false_alarm"}, 0),
    ],
)
def test_a_return_holds_until_the_child_is_away_again(two, officers, after, change, returned):
    first, today = two[0], MONDAY + timedelta(9)
    for action, stage in after:
        CaseEvent.objects.create(case=first, action=action, day=today, at=at(today), to_stage=stage)
    if change.get("stage") == "closed":
        change = change | {"closed_on": today, "closed_at": at(today), "plan_step": "", "plan_on": None}
    Case.objects.filter(pk=first.pk).update(**change)
    assert returns(officers, today) == returned


def test_everybody_counts_the_children_they_oversee(two, officers):
    today = MONDAY + timedelta(9)
    opened = {
        who: funnels(cast.scope(officers[who]), MONDAY, today, today=today)[0].funnel.opened
        for who in ("clerk", "township", "bureau", "inspector", "far")
    }
    assert opened == {"clerk": 2, "township": 2, "bureau": 2, "inspector": 2, "far": 0}


@pytest.mark.parametrize("action", ["note_absence", "note_loss", "confirm_dropout"])
def test_a_case_that_began_as_a_concern_counts_once_the_child_was_away_or_lost(scene, officers, action):
    case = open_case(scene.children[0], stage="watch")
    CaseEvent.objects.create(case=case, action=action, day=MONDAY, at=at(MONDAY), to_stage="absent")
    ended = {"closed_on": MONDAY, "closed_at": at(MONDAY), "plan_step": "", "plan_on": None}
    Case.objects.update(stage="closed", outcome="suspended", **ended)
    assert funnels(cast.scope(officers["bureau"]), MONDAY, MONDAY, today=MONDAY)[0].funnel.opened == 1


def test_a_child_that_was_only_watched_is_not_counted(scene, officers):
    open_case(scene.children[0], stage="watch")
    whole, _ = funnels(cast.scope(officers["bureau"]), MONDAY, MONDAY, today=MONDAY)
    assert whole.funnel.opened == 0


class TestPage:
    def test_draws_the_chart_and_the_table(self, two, officers, clock):
        clock.move_to(at(MONDAY + timedelta(9)))
        page = client_of(officers["bureau"]).get("/funnel/").content.decode()
        assert "走到每一步的个案" in page
        assert "2026年9月1日至2026年9月16日建档的个案" in page

    def test_leaves_as_a_file_with_the_same_figures(self, two, officers, clock):
        clock.move_to(at(date(2026, 9, 30)))
        client, query = client_of(officers["bureau"]), "?by=school&first=2026-09-01&last=2026-09-30"
        page = client.get(f"/funnel/{query}")
        assert f"{reverse('reports:funnel_file')}{query}" in page.content.decode().replace("&amp;", "&")
        whole = page.context["whole"]
        table = funnel_table(
            whole, page.context["parts"], period=page.context["period"], parts_are="school", as_of=date(2026, 9, 30)
        )
        first, *told = [tuple(row.values()) for row in table.records()]
        assert first == ("合计", "建档", whole.funnel.opened, None, None)
        assert [row[1:] for row in told[:6]] == [
            (each.step.label, each.cases, each.median_days, each.worked) for each in whole.funnel.lines
        ]
        sent = client.post(reverse("reports:funnel_file") + query, {"format": ".xlsx"})
        assert b"".join(sent.streaming_content).startswith(b"PK")  # a workbook is a zip
        assert AuditRow.objects.get(action="table.export").subject == "reports.funnel"

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("first=2026-09-07&last=2026-09-01", "不能早于开始"),
            ("first=x&last=2026-09-01", "没有看懂"),
            ("first=2026-09-01&last=2026-12-01", "还没有到"),
            ("first=2001-09-01&last=2026-09-01", "最多看三年"),
            ("first=2026-09-01", "请填写结束日期"),
        ],
    )
    def test_a_period_that_cannot_be_is_answered_in_words(self, two, officers, query, said):
        html = client_of(officers["bureau"]).get(f"/funnel/?{query}").content.decode()
        assert said in html
        assert "时段没有看懂，没有换；下面是2026年9月1日至2026年9月7日" in html

    def test_of_such_a_period_there_is_no_file(self, two, officers):
        query = "first=2026-09-07&last=2026-09-01"
        address = f"{reverse('reports:funnel_file')}?{query}"
        for answer in (client_of(officers["bureau"]).get(address), client_of(officers["bureau"]).post(address)):
            assert answer.url == f"/funnel/?{query}"

    def test_costs_the_same_however_many_cases_there_are(self, two, officers, django_assert_max_num_queries):
        client = client_of(officers["bureau"])
        client.get("/funnel/")
        with django_assert_max_num_queries(14):
            client.get("/funnel/")


def test_the_first_school_day_is_the_default_before_september():
    from casework.queries.funnel import usual_period

    assert usual_period(date(2027, 8, 31)) == (date(2026, 9, 1), date(2027, 8, 31))
    assert usual_period(date(2027, 9, 1)) == (date(2027, 9, 1), date(2027, 9, 1))


class TestTheCasesBehindANumber:
    @pytest.fixture
    def bureau(self, two, officers, clock):
        clock.move_to(at(MONDAY + timedelta(9)))
        return client_of(officers["bureau"])

    def test_are_as_many_as_it_says(self, bureau):
        html = bureau.get("/funnel/", {"by": "school"}).content.decode().replace("&amp;", "&")
        found = re.findall(r'href="(/funnel/cases/[^"]+)">(\d+)<', html)
        assert {url.split("/")[3] for url, _ in found} == {"opened", "contact", "visit", "notice", "return"}
        assert any("worked=1" in url for url, _ in found)
        assert any("school=" in url for url, _ in found)
        for url, number in found:
            assert (url, bureau.get(url).context["page"].paginator.count) == (url, int(number))

    def test_say_after_how_many_days(self, bureau, two):
        html = bureau.get(reverse("casework:funnel_cases", args=["visit"])).content.decode()
        assert "2天以后" in html
        assert two[0].student.name in html
        assert two[1].student.name not in html

    def test_that_came_back_by_themselves_are_listed_too(self, bureau, two):
        Contact.objects.all().delete()
        LegalStep.objects.all().delete()
        html = bureau.get("/funnel/").content.decode()
        assert "/funnel/cases/unaided/" in html
        page = bureau.get(reverse("casework:funnel_cases", args=["unaided"]))
        assert [case.pk for _, case in page.context["rows"]] == [two[0].pk]

    @pytest.mark.parametrize("query", ["school=9999999999999999999999", "township=x", "first=x&last=y", "page=99"])
    def test_of_an_odd_address_are_some_or_none(self, bureau, query):
        assert bureau.get(f"{reverse('casework:funnel_cases', args=['opened'])}?{query}").status_code == 200

    def test_of_a_step_that_is_none_are_not_there(self, bureau):
        assert bureau.get(reverse("casework:funnel_cases", args=["nothing"])).status_code == 404

    def test_cost_the_same_however_many(self, bureau, two, scene, django_assert_num_queries):
        address = reverse("casework:funnel_cases", args=["opened"])
        bureau.get(address)
        with CaptureQueriesContext(connection) as few:
            bureau.get(address)
        case = open_case(scene.children[2], day=MONDAY)
        CaseEvent.objects.create(case=case, action="note_absence", day=MONDAY, at=at(MONDAY), to_stage="absent")
        with django_assert_num_queries(len(few)):
            assert len(bureau.get(address).context["rows"]) == 3

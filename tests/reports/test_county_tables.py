"""Tables beside the board: the month by sex, township and group; the last three years."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from reports.actions.figures import keep_figures
from reports.queries.rosters import ROSTERS
from reports.queries.three_years import disabled_entry_rate
from students.access import Scope
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Area, Campaign, Finding, FindingStep, Resident, Role, School, SpecialGroup, Student
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, clock, scene

__all__ = ["clock", "scene"]

NOVEMBER = date(2026, 11, 3)
COUNTY = Scope(county=True)
BASELINE = 18  # its place among the columns of the return


@pytest.fixture
def autumn(scene, clock):
    """A boy, two girls, of whom one is an orphan and drops out in October; another school far away."""
    clock.move_to(at(NOVEMBER))
    boy, girl, orphan = scene.children
    Student.objects.filter(pk=boy.pk).update(sex="男")
    Student.objects.filter(pk__in=[girl.pk, orphan.pk]).update(sex="女")
    SpecialGroup.objects.create(student=orphan, kind="orphan", since=MONDAY)
    cast.students(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))), "方远")
    gone = {"by": scene.clerk, "kind": EventKind.DROP_OUT, "happened_on": date(2026, 10, 9), "today": NOVEMBER}
    enrolment.record_event(student=orphan, **gone)
    keep_figures(today=NOVEMBER)
    return scene


@pytest.fixture
def bureau(autumn):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def rows_of(who, name: str, **query) -> dict[str, tuple]:
    """The first cell of each row of the file → the row."""
    address = reverse(f"reports:{name}_file", query=query)
    answer = client_of(who).post(address, {"format": ".xlsx"})
    [sheet] = load_workbook(BytesIO(answer.getvalue())).worksheets
    return {row[0]: row[1:] for row in sheet.iter_rows(min_row=5, values_only=True) if row[0]}


def page(who, name: str, **query) -> str:
    return client_of(who).get(reverse(f"reports:{name}"), query).content.decode()


class TestParts:
    @pytest.mark.parametrize(
        ("by", "baselines"),
        [("sex", {"男": 2, "女": 2, "合计": 4}), ("township", {"西岭镇": 1, "合计": 4}), ("group", {"孤儿": 1})],
    )
    def test_are_rows_with_the_columns_of_the_return(self, bureau, by, baselines):
        found = rows_of(bureau, "figure_parts", by=by, month="2026-10")
        assert {name: found[name][BASELINE] for name in baselines} == baselines

    def test_add_up_where_nobody_is_counted_twice(self, bureau):
        found = rows_of(bureau, "figure_parts", by="sex", month="2026-10")
        counts = zip(found["男"], found["女"], found["合计"], strict=True)
        assert all(his + hers == whole for his, hers, whole in counts if isinstance(whole, int))

    def test_of_groups_have_no_sum_and_say_why(self, bureau):
        text = page(bureau, "figure_parts", by="group", month="2026-10")
        assert "孤儿" in text
        assert "一名学生可以属于几个群体" in text
        assert "合计</th>" not in text

    def test_without_anybody_in_a_group_say_so(self, bureau):
        SpecialGroup.objects.all().delete()
        keep_figures(today=NOVEMBER)
        assert "没有登记" in page(bureau, "figure_parts", by="group")

    def test_of_nonsense_are_the_sexes(self, bureau):
        assert "sex=%E5%A5%B3" in page(bureau, "figure_parts", by="nonsense", month="nonsense")

    def test_cost_the_same_however_many_schools(self, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("reports:figure_parts"))
        with django_assert_num_queries(7):
            client.get(reverse("reports:figure_parts"))


class TestYears:
    def test_stand_with_the_targets_below(self, bureau):
        found = rows_of(bureau, "years")
        assert found["2026-2027学年"][0] == 0.25
        assert found["目标和参考线"][0] == "国家不超过0.6%，本县0%"
        assert found["目标和参考线"][7] == "97%以上"

    def test_of_which_nothing_is_known_are_dashes(self, bureau):
        assert rows_of(bureau, "years")["2026-2027学年"][2] == "—"

    def test_a_rate_opens_whom_it_is_lower_or_higher_for(self, bureau):
        client = client_of(bureau)
        shown = client.get(reverse("reports:years")).context["shown"]
        found = {(index, row[0].text): cell for row in shown.rows for index, cell in enumerate(row) if cell.url}
        assert {index for index, _ in found} >= {1, 2}
        for cell in found.values():
            assert client.get(cell.url).status_code == 200
        lost = found[1, "2026-2027学年"]
        assert client.get(lost.url).context["page"].paginator.count == 1

    def test_the_disabled_of_school_age_stand_by_name_as_of_the_month(self, autumn, bureau):
        child = autumn.children[0]
        SpecialGroup.objects.create(student=child, kind=SpecialGroup.Kind.DISABLED, since=MONDAY)
        client = client_of(bureau)
        context = client.get(reverse("reports:years")).context
        [url] = [row[8].url for row in context["shown"].rows if row[8].url]
        assert url.endswith(f"?day={context['table'].as_of}")
        assert [line.row.name for line in client.get(url).context["lines"]] == [child.name]
        assert [code for code, roster in ROSTERS.items() if roster.has_entry_rate] == ["school_age"]  # of all, not some

    def test_are_no_business_of_a_school(self, autumn):
        principal = cast.person("李青", role=Role.PRINCIPAL, school=autumn.school)
        assert client_of(principal).get(reverse("reports:years")).status_code == 403

    def test_cost_the_same_however_many_schools(self, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("reports:years"))
        with django_assert_num_queries(20):
            client.get(reverse("reports:years"))


@pytest.mark.parametrize(
    ("kind", "day", "rate"),
    [
        (None, NOVEMBER, "1/1"),
        (EventKind.SUSPEND, NOVEMBER, "1/1"),
        (EventKind.DROP_OUT, date(2026, 10, 8), "1/1"),
        (EventKind.DROP_OUT, date(2026, 10, 9), "0/1"),
        (EventKind.TRANSFER_OUT, NOVEMBER, "0/1"),
        (EventKind.DECEASE, NOVEMBER, "0/0"),
        (EventKind.GRADUATE, NOVEMBER, "0/1"),  # of primary school: it is due in a junior one
    ],
)
def test_a_disabled_child_is_in_school_or_counts_as_missing_unless_gone_in_order(scene, clock, kind, day, rate):
    clock.move_to(at(NOVEMBER))
    child = scene.children[0]
    Student.objects.filter(pk=child.pk).update(birth_date=date(2016, 5, 1))
    SpecialGroup.objects.create(student=child, kind="disabled", since=MONDAY)
    if kind:
        at_that = {"kind": kind, "happened_on": date(2026, 10, 9), "today": NOVEMBER}
        enrolment.record_event(by=scene.clerk, student=child, **at_that)
    found = disabled_entry_rate(COUNTY, day)
    assert f"{found.numerator}/{found.denominator}" == rate


class TestWhoseADisabledChildIs:
    """A disabled child of 东坪 who has been taken in by a school of 西岭."""

    @pytest.fixture
    def towns(self, scene, clock):
        clock.move_to(at(NOVEMBER))
        west = cast.township("西岭镇")
        to = cast.school_class(cast.school("西岭小学", township=west))
        child = scene.children[0]
        Student.objects.filter(pk=child.pk).update(birth_date=date(2016, 5, 1))
        SpecialGroup.objects.create(student=child, kind="disabled", since=MONDAY)
        out = {"kind": EventKind.TRANSFER_OUT, "happened_on": date(2026, 10, 8), "today": NOVEMBER}
        enrolment.record_event(by=scene.clerk, student=child, confirmed_on=date(2026, 10, 9), **out)
        taken = {"kind": EventKind.TRANSFER_IN, "happened_on": date(2026, 10, 9), "today": NOVEMBER}
        enrolment.record_event(by=scene.clerk, student=child, school_class=to, **taken)
        return scene.school.township, west

    def live(self, child, town, **found):
        village = Area.objects.create(code=f"{town.code[:9]}001", name="一村", level="village", parent=town)
        return Resident.objects.create(
            name=child.name, id_number=child.id_number, sex="男", birth_date=date(2016, 5, 1), village=village,
            township=town, student=child, match="id", matched_at=timezone.now(),
        )  # fmt: skip

    def children(self, towns, day=NOVEMBER):
        scopes = [*(Scope(townships=frozenset({town.pk})) for town in towns), COUNTY]
        return [disabled_entry_rate(scope, day).denominator for scope in scopes]

    def test_goes_by_the_latest_class_where_no_list_tells_where_it_lives(self, towns):
        assert self.children(towns) == [0, 1, 1]
        assert self.children(towns, date(2026, 10, 7)) == [1, 0, 1]

    def test_goes_by_where_it_lives(self, towns, scene):
        self.live(scene.children[0], towns[0])
        assert self.children(towns) == [1, 0, 1]
        assert disabled_entry_rate(Scope(townships=frozenset({towns[0].pk})), NOVEMBER).numerator == 1

    def test_who_has_moved_away_is_nobodys(self, towns, scene):
        resident = self.live(scene.children[0], towns[0])
        officer = cast.person("苏远", role=Role.BUREAU_OFFICER)
        campaign = Campaign.objects.create(
            season="autumn", year=2026, as_of=MONDAY, due_on=MONDAY, opened_at=timezone.now(), opened_by=officer
        )
        finding = Finding.objects.create(campaign=campaign, list="not_enrolled", resident=resident, township=towns[0])
        FindingStep.objects.create(
            finding=finding, state="not_resident", happened_on=date(2026, 10, 20), recorded_at=timezone.now(),
            recorded_by=officer,
        )  # fmt: skip
        assert self.children(towns, date(2026, 10, 19)) == [1, 0, 1]
        assert self.children(towns) == [0, 0, 0]

    def test_of_a_school_is_whoever_is_in_its_classes(self, towns, scene):
        self.live(scene.children[0], towns[0])
        schools = [School.objects.get(name=name) for name in ("东坪小学", "西岭小学")]
        found = [disabled_entry_rate(Scope(schools=frozenset({school.pk})), NOVEMBER) for school in schools]
        assert [rate.denominator for rate in found] == [0, 1]


@pytest.mark.parametrize("name", ["figure_parts", "years"])
def test_before_the_first_night_the_page_says_when_there_will_be_figures(scene, name):
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    assert "还没有数字" in page(bureau, name)
    assert client_of(bureau).get(reverse(f"reports:{name}_file")).status_code == 404


class TestTheBulletin:
    @pytest.fixture
    def late_morning(self, scene, clock):
        """Monday, eleven o'clock: the first child is away for the third day; another school has nothing to tell."""
        for day in (date(2026, 9, 3), FRIDAY, MONDAY):
            for slot in ("AM", "PM") if day < MONDAY else ("AM",):
                scene.take(day, slot, first="unexcused")
        cast.school("西岭小学", township=cast.township("西岭镇"))
        clock.move_to(at(MONDAY, 11))
        return cast.person("苏远", role=Role.BUREAU_OFFICER)

    def test_tells_of_schools_with_something_overdue_or_somebody_suspected(self, late_morning):
        found = rows_of(late_morning, "bulletin")
        _, due, missing, late, suspected, new = found["东坪小学"]
        assert (due, missing, suspected, new) == (1, 0, 1, 1)
        assert late >= 1
        assert "西岭小学" not in found

    def test_says_how_many_schools_have_nothing(self, late_morning):
        assert "其余1所学校点名齐全" in page(late_morning, "bulletin")

    def test_who_has_been_suspected_before_is_not_new(self, late_morning, scene, clock):
        scene.take(MONDAY, "PM", first="unexcused")
        scene.take(date(2026, 9, 8), "AM", first="unexcused")
        clock.move_to(at(date(2026, 9, 8), 11))
        *_, suspected, new = rows_of(late_morning, "bulletin")["东坪小学"]
        assert (suspected, new) == (1, 0)

    def test_every_number_opens_what_it_counts(self, late_morning):
        client = client_of(late_morning)
        shown = client.get(reverse("reports:bulletin")).context["shown"]
        heads = [header for header, _ in shown.heads]
        [row] = shown.rows
        found = {head: cell for head, cell in zip(heads, row, strict=True) if cell.url}
        assert {head: cell.text for head, cell in found.items() if cell.text == "0"} == {}
        assert found.keys() == {"应点节次", "逾期待办", "疑似辍学", "今天满3天"}
        for cell in (*row, *shown.total):
            assert not cell.url or client.get(cell.url).status_code == 200
        assert client.get(found["逾期待办"].url).context["page"].paginator.count == int(found["逾期待办"].text)
        assert client.get(found["疑似辍学"].url).context["page"].paginator.count == int(found["疑似辍学"].text)

    def test_of_a_day_on_which_all_is_well_says_so(self, scene, clock):
        clock.move_to(at(date(2026, 9, 5), 11))
        bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
        assert "没有要通报的" in page(bureau, "bulletin")

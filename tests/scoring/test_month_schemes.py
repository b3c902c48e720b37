"""学校考核办法 by form: made, tried on a kept month, adopted for a school year, taken back in time; its pages."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from scoring import presets
from scoring.actions import month_scheme_proposals as actions
from scoring.actions.scores import keep_scores
from scoring.actions.version_steps import SchemeRefused, SchemesChanged
from scoring.models import (
    KeptScore,
    SchemeAdoption,
    SchoolSchemeAdoption,
    SchoolSchemeProposal,
    StoredScheme,
    StoredSchoolScheme,
)
from scoring.presets import schemes_in, school_scheme_in
from scoring.scheme_reading import SchemeError
from students.models import AuditRow, Role
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of
from tests.scoring import versions
from tests.scoring.month_versions import SCHOOL_STANDARD, adopted, content, proposed
from tests.scoring.standard import STANDARD
from tests.scoring.versions import NEXT

State = SchoolSchemeProposal.State
HIGHER = {"bands": {"excellent": 96}}


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def month(scene, clock):
    """A week with one register left out: its school is given five points less than the base."""
    for day in (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), FRIDAY):
        for slot in ("AM", "PM"):
            if (day, slot) != (FRIDAY, "PM"):
                scene.take(day, slot)
    keep_scores(today=MONDAY)
    return scene


def again(made: SchoolSchemeProposal) -> SchoolSchemeProposal:
    return SchoolSchemeProposal.objects.select_related("scheme", "follows", "adoption").get(pk=made.pk)


def said(by, **more) -> dict[str, str]:
    """What is refused, by its place; nothing has been kept."""
    with pytest.raises(SchemeRefused) as refused:
        proposed(by, **more)
    assert not SchoolSchemeProposal.objects.exists()
    assert list(StoredSchoolScheme.objects.values_list("code", flat=True)) == ["school_standard"]
    return {reason.where: reason.words for reason in refused.value.reasons}


class TestAVersion:
    def test_is_tried_at_once_on_the_kept_month(self, month, bureau):
        made = proposed(bureau, each_class_point=10)
        assert (made.state, made.as_of) == (State.REHEARSED, date(2026, 9, 6))
        assert [made.outcome[name] for name in ("schools", "up", "down", "moved")] == [1, 0, 1, 0]
        [shown] = made.outcome["shown"]
        assert (shown["before"], shown["after"]) == ("97.5", "95.0")
        assert shown["words"] == ["点名由−2.5变为−5"]

    def test_says_which_schools_change_bands_from_what_to_what(self, month, bureau):
        made = proposed(bureau, bands={"excellent": 99, "good": 98})
        assert (made.outcome["moved"], made.outcome["bands"]["good"], made.outcome["bands"]["pass"]) == (
            1, [1, 0], [0, 1],
        )  # fmt: skip
        [shown] = made.outcome["shown"]
        assert shown["words"] == ["等级由良好变为合格"]  # not 优秀: an eighth of the registers is missing

    def test_changes_no_score_and_is_audited_without_names(self, month, bureau):
        before = list(KeptScore.objects.values())
        made = proposed(bureau, base=95)
        adopted(made, bureau)
        assert list(KeptScore.objects.values()) == before
        actions_taken = AuditRow.objects.filter(action__startswith="school_scheme.").order_by("pk")
        assert [(row.action, set(row.details)) for row in actions_taken] == [
            ("school_scheme.propose", {"scheme"}),
            ("school_scheme.adopt", {"proposal", "scheme"}),
        ]

    def test_asked_for_twice_is_one(self, month, bureau):
        first = proposed(bureau, base=95)
        assert proposed(bureau, base=95) == first
        actions.give_up(by=bureau, proposal=first)
        assert proposed(bureau, base=95) != first

    def test_outlives_a_reload_of_the_presets(self, month, bureau):
        adopted(proposed(bureau, base=95), bureau)
        before = list(StoredSchoolScheme.objects.order_by("pk").values()), list(SchoolSchemeAdoption.objects.values())
        presets.load_presets()
        after = list(StoredSchoolScheme.objects.order_by("pk").values()), list(SchoolSchemeAdoption.objects.values())
        assert after == before

    def test_without_any_kept_score_moves_nobody(self, scene, bureau):
        assert proposed(bureau, base=95).outcome["schools"] == 0


class TestWhatIsRefused:
    def test_bands_out_of_order_points_without_bounds_and_all_at_their_places(self, scene, bureau):
        found = said(bureau, bands={"good": 95}, highest=200, target_missed=5)
        assert set(found) == {"bands.good", "lowest", "target_missed"}
        assert found["bands.good"].startswith("等级的分数线应从优秀到合格依次降低：良好95分")
        assert found["lowest"].startswith("总分要有界限")

    def test_a_veto_below_the_target_of_its_classes(self, scene, bureau):
        assert said(bureau, veto_above=1.9) == {
            "veto_above": "学校一票否决的界线（1.9%）低于初中的目标（2%）：完成了目标的学校会被否决"
        }
        assert proposed(bureau, veto_above=2)

    def test_a_target_of_classes_above_the_veto_of_schools(self, scene, bureau):
        made = versions.content(wholes={"veto_above": 6})
        made["targets"]["junior"]["rate_below"] = 5
        with pytest.raises(SchemeRefused) as refused:
            versions.proposed(bureau, None, made=made)
        [reason] = refused.value.reasons
        assert reason.where == "targets.junior.rate_below"
        assert "学校一票否决的界线（4%）低于初中的目标（5%）" in reason.words

    def test_a_veto_that_has_fallen_below_the_target_since(self, scene, bureau):
        made = proposed(bureau, veto_above=2)
        raised = versions.content(wholes={"veto_above": 6})
        raised["targets"]["junior"]["rate_below"] = 3
        versions.adopted(versions.tried(bureau, made=raised), bureau)
        with pytest.raises(SchemeRefused, match="完成了目标的学校会被否决"):
            adopted(made, bureau)

    @pytest.mark.parametrize("name", ["absence", "unexcused_points", "attendance_rate"])
    def test_points_for_an_absence(self, scene, bureau, name):
        [words] = said(bureau, **{name: -5}).values()
        assert words.startswith("不能按缺勤本身扣分")

    def test_overlapping_periods(self, scene, bureau):
        adopted(proposed(bureau, base=95), bureau)
        with pytest.raises(SchemeRefused, match="一个学年只能有一个办法"):
            proposed(bureau, base=96)
        one = SchoolSchemeAdoption.objects.get(school_year=NEXT)
        with pytest.raises(IntegrityError), transaction.atomic():
            SchoolSchemeAdoption.objects.create(scheme=one.scheme, school_year=NEXT, adopted_at=one.adopted_at)

    def test_overlapping_periods_of_classes_by_the_database(self, scene, bureau):
        one = SchemeAdoption.objects.get(school=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            SchemeAdoption.objects.create(scheme=one.scheme, school_year=one.school_year, adopted_at=one.adopted_at)

    @pytest.mark.parametrize(("day", "ok"), [(date(2026, 9, 25), True), (date(2026, 9, 26), False)])
    def test_this_year_once_its_first_month_is_over(self, scene, bureau, clock, day, ok):
        clock.move_to(at(day))
        if ok:
            assert proposed(bureau, school_year=2026, today=day, base=95)
        else:
            assert "过了9月25日就不能再换" in said(bureau, school_year=2026, today=day, base=95)["school_year"]

    def test_registers_that_hardly_count(self, scene, bureau):
        assert "最高20%，不能是20.1%" in said(bureau, unregistered_above=20.1)["unregistered_above"]
        assert proposed(bureau, unregistered_above=20)

    def test_a_month_that_most_registers_may_be_missing_of(self, scene, bureau):
        assert "最高50%，不能是50.1%" in said(bureau, unfounded_above=50.1)["unfounded_above"]
        assert proposed(bureau, unfounded_above=30)

    def test_what_holds_already_and_what_was_opened_before_somebody_adopted(self, scene, bureau):
        assert "完全相同，不用改" in said(bureau)[""]
        seen = actions.standing()
        adopted(proposed(bureau, school_year=NEXT + 1, base=95), bureau)
        with pytest.raises(SchemesChanged, match="填写期间苏远采用了全县《新月考核办法》第1版"):
            proposed(bureau, seen=seen, base=96)


class TestTheStore:
    """Whatever way a scheme comes, the store reads it."""

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"bands": {"excellent": 80, "good": 90, "pass": 60}}, "依次降低"),
            ({"highest": 101}, "总分要有界限"),
            ({"absence": -1}, "不能按缺勤本身扣分"),
        ],
    )
    def test_keeps_no_scheme_for_schools_that_nobody_could_accept(self, db, changed, reason):
        with pytest.raises(SchemeError, match=reason):
            StoredSchoolScheme.objects.create(
                code="x", version=1, title="别的", content=SCHOOL_STANDARD | changed
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"veto_above": 1}, "完成了目标的班会被否决"),
            ({"lines": [row | {"floor": None} for row in STANDARD["lines"]]}, "分数要有界限"),
            ({"lines": [row | {"measure": "absence"} for row in STANDARD["lines"]]}, "不能按缺勤本身扣分"),
            ({"absences": -1}, "不能按缺勤本身扣分"),
        ],
    )
    def test_keeps_no_scheme_for_classes_either(self, db, changed, reason):
        with pytest.raises(SchemeError, match=reason):
            StoredScheme.objects.create(code="x", version=1, title="别的", content=STANDARD | changed)

    def test_never_changes_one(self, month, bureau):
        made = proposed(bureau, base=95)
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            StoredSchoolScheme.objects.filter(pk=made.scheme_id).update(title="别的")


class TestAdopting:
    def test_holds_from_its_school_year_on_and_twice_is_once(self, month, bureau):
        made = proposed(bureau, base=95)
        assert adopted(made, bureau) == adopted(made, bureau)
        assert {year: school_scheme_in(year).base for year in (2026, NEXT, NEXT + 1)} == {2026: 100, NEXT: 95, 2028: 95}
        assert schemes_in(NEXT).county.code == "class_standard"

    def test_only_what_was_shown(self, month, bureau):
        made = proposed(bureau, base=95)
        seen = made.mark
        keep_scores(today=date(2026, 9, 9))
        actions.rehearse_again(by=bureau, proposal=made, as_of=date(2026, 9, 8))
        with pytest.raises(SchemeRefused, match="不是刚才看到的样子"):
            actions.adopt(by=bureau, proposal=made, seen=seen, today=MONDAY)
        assert adopted(again(made), bureau)

    def test_not_once_others_were_adopted_since(self, month, bureau):
        made = proposed(bureau, base=95)
        adopted(proposed(bureau, school_year=NEXT + 1, base=96), bureau)
        with pytest.raises(SchemesChanged, match="请重新试算"):
            adopted(made, bureau)

    @pytest.mark.parametrize(("day", "ok"), [(date(2027, 9, 25), True), (date(2027, 9, 26), False)])
    def test_is_taken_back_until_the_first_month_is_over(self, month, bureau, day, ok):
        made = proposed(bureau, base=95)
        adopted(made, bureau)
        if ok:
            actions.withdraw(by=bureau, proposal=made, because="没有通过", today=day)
            actions.withdraw(by=bureau, proposal=made, because="再按一次", today=day)
            assert (again(made).state, again(made).withdrawn_because) == (State.WITHDRAWN, "没有通过")
            assert school_scheme_in(NEXT).base == 100
        else:
            with pytest.raises(SchemeRefused, match="没有撤回"):
                actions.withdraw(by=bureau, proposal=made, because="没有通过", today=day)

    def test_without_a_reason_is_refused_by_the_database(self, month, bureau):
        made = proposed(bureau, base=95)
        adopted(made, bureau)
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.withdraw(by=bureau, proposal=made, because="", today=MONDAY)

    @pytest.mark.parametrize("changed", [{"adoption": None}, {"adopted_by": None}])
    def test_nor_kept_as_adopted_by_nobody_or_as_nothing(self, month, bureau, changed):
        made = proposed(bureau, base=95)
        adopted(made, bureau)
        with pytest.raises(IntegrityError), transaction.atomic():
            SchoolSchemeProposal.objects.filter(pk=made.pk).update(**changed)


def typed(client, **changed) -> dict:
    """The form as it is opened, with some fields typed anew."""
    form = client.get(reverse("scoring:new_month_scheme")).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in fields.items() if value is not None} | changed


class TestThePages:
    def test_say_every_number_with_its_source_to_whoever_is_scored(self, month):
        page = client_of(month.teacher).get(reverse("scoring:month_scheme")).content.decode()
        for words in ("每月从100分起算", "优秀90分起，良好80分起，合格60分起", "辍学率超过4%的，一票否决", "改办法"):
            assert (words in page) is (words != "改办法"), words

    def test_a_version_goes_from_the_form_to_the_year_it_counts_for(self, month, bureau):
        client = client_of(bureau)
        sent = typed(client, each_class_point="10", school_year=str(NEXT), reason="县教发〔2026〕13号")
        refused = client.post(reverse("scoring:new_month_scheme"), sent)
        assert refused.status_code == 422  # the number needs its own source
        assert "班级得分的折合：数改了，请写明新的依据" in refused.content.decode()
        sent["each_class-source"] = "局务会议"
        made = client.post(reverse("scoring:new_month_scheme"), sent, follow=True)
        page = made.content.decode()
        assert "共1所学校：0所分数变高，1所变低，0所不变；没有学校的等级因此不同。" in page
        assert "点名由−2.5变为−5" in page
        row = SchoolSchemeProposal.objects.get()
        client.post(reverse("scoring:adopt_month_scheme", args=[row.pk]), {"seen": row.mark})
        page = client.get(reverse("scoring:month_scheme")).content.decode()
        assert "将要执行" in page
        assert "县教发〔2026〕13号" in page
        client.post(reverse("scoring:withdraw_month_scheme", args=[row.pk]), {"because": "局务会议没有通过"})
        page = client.get(reverse("scoring:month_scheme_proposal", args=[row.pk])).content.decode()
        assert "撤回原因：局务会议没有通过" in page

    def test_tell_every_refusal_at_its_field(self, month, bureau):
        client = client_of(bureau)
        sent = typed(client, **{
            "bands-good": "95", "bands-source": "局务会议", "veto_above": "1.5", "veto-source": "局务会议",
            "lowest": "100", "school_year": str(NEXT), "reason": "会议",
        })  # fmt: skip
        page = client.post(reverse("scoring:new_month_scheme"), sent)
        assert page.status_code == 422
        assert set(page.context["form"].errors) == {"bands-good", "bands-excellent", "bands-pass", "lowest"}
        assert not SchoolSchemeProposal.objects.exists()
        sent |= {"bands-good": "80", "lowest": "0"}
        page = client.post(reverse("scoring:new_month_scheme"), sent)
        assert list(page.context["form"].errors) == ["veto_above"]

    @pytest.mark.parametrize("typed_number", ["", "很多", "-5", "101", "0.25", "1e9", "NaN"])
    def test_take_no_number_that_is_none(self, month, bureau, typed_number):
        client = client_of(bureau)
        sent = typed(client, base=typed_number, school_year=str(NEXT), reason="会议")
        page = client.post(reverse("scoring:new_month_scheme"), sent)
        assert (page.status_code, list(page.context["form"].errors)) == (422, ["base"])

    def test_take_a_waiting_version_up_again(self, month, bureau):
        made, client = proposed(bureau, base=95), client_of(bureau)
        address = f"{reverse('scoring:new_month_scheme')}?instead={made.pk}"
        form = client.get(address).context["form"]
        assert (form["base"].value(), form["reason"].value()) == ("95", "县教发〔2026〕13号")
        sent = {name: form[name].value() for name in form.fields} | {"base": "96"}
        client.post(address, sent)
        assert [row.state for row in SchoolSchemeProposal.objects.order_by("pk")] == [State.GIVEN_UP, State.REHEARSED]

    def test_lay_two_versions_side_by_side(self, month, bureau):
        made = proposed(bureau, **HIGHER)
        adopted(made, bureau)
        before = StoredSchoolScheme.objects.get(code="school_standard").pk
        address = f"{reverse('scoring:month_scheme_comparison')}?before={before}&after={made.scheme_id}"
        compared = client_of(month.teacher).get(address).context["compared"]
        assert [(row.label, row.before, row.after) for row in compared.changed] == [
            ("优秀的分数线", "90分", "96分")
        ]  # fmt: skip
        assert len(compared.same) == 10

    def test_ask_the_same_number_of_queries_however_many_schools(self, month, bureau, django_assert_num_queries):
        address = reverse("scoring:month_scheme_proposal", args=[proposed(bureau, base=95).pk])
        client = client_of(bureau)
        client.get(address)
        with django_assert_num_queries(7):
            client.get(address)
        for number in range(3):
            cast.student(cast.school_class(cast.school(f"第{number}小学")))
        keep_scores(today=MONDAY)
        row = SchoolSchemeProposal.objects.get()
        actions.rehearse_again(by=bureau, proposal=row, as_of=row.as_of)
        with django_assert_num_queries(7):
            assert len(client.get(address).context["shown"].schools) == 4


def test_a_months_content_round_trips_through_the_form(month, bureau):
    client = client_of(bureau)
    sent = typed(client, base="95", title="甲", school_year=str(NEXT), reason="会议")
    client.post(reverse("scoring:new_month_scheme"), sent)
    kept = SchoolSchemeProposal.objects.get().scheme.content
    assert kept == content("甲", base=95) | {"code": "county_months", "source": "[S] 会议"}

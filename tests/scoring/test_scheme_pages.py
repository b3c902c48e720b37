"""The pages of 考核办法: what holds, the form line by line, what the trial found, letting it count, taking it back."""

import re

import pytest
from django.urls import reverse

from scoring.models import SchemeAdoption, SchemeProposal, StoredScheme
from students.models import Role
from tests import cast
from tests.scene import client_of
from tests.scoring.test_scheme_proposals import HARDER, STRICTER, bureau, late, principal
from tests.scoring.versions import NEXT, adopted, content, proposed, tried

__all__ = ["bureau", "late", "principal"]
COUNTY = reverse("scoring:new_county_scheme")


def words(response) -> str:
    return response.content.decode()


def sent(client, address, **changed) -> dict:
    """The fields of the form as the page gives them, some changed: ``late_report__open`` is ``late_report-open``."""
    form = client.get(address).context["form"]
    fields = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, "")}
    given = {name.replace("__", "-"): value for name, value in changed.items()}
    return fields | {"reason": "县教发〔2026〕12号", "school_year": str(NEXT)} | given


def errors_at(response) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


@pytest.fixture
def desk(bureau):
    return client_of(bureau)


@pytest.fixture
def office(principal):
    return client_of(principal)


@pytest.fixture
def own(scene):
    return reverse("scoring:new_school_scheme", args=[scene.school.pk])


class TestWhatHolds:
    def test_is_told_in_plain_words_with_sources(self, scene):
        page = words(client_of(scene.teacher).get(reverse("scoring:scheme"), follow=True))
        for said in (
            "2026-2027学年，系统自带《控辍保学班级责任考核办法》第1版", "本校没有自己的办法，按全县办法考核",
            '全天没有点名：</span><span class="nowrap">−1分', '缺一部分点名：</span><span class="nowrap">−0.5分',
            '全天没有点名：</span><span class="nowrap">−2分至−1分',
            "一学年最多扣10分", "一学年最多加10分", "班主任、任课教师",
            "没有流失学生", "辍学率低于2%", "辍学率超过4%，本班和任课教师不评先进", "超过5%的节次没有点名",
            "复学后到校满10个上课日才加分", "全县一样", "缺勤本身不扣分",
            "学校和教育局工作文件：坚持上、下午点名；系统默认：分值",
        ):  # fmt: skip
            assert said in page, said

    def test_has_no_bare_codes(self, desk):
        assert not re.findall(r"missed_roll_call|homeroom_teacher|\[S\]|\[D\]", words(desk.get(COUNTY[:-4])))

    def test_leads_whoever_has_one_school_to_it_and_everybody_else_to_the_countys(self, scene, desk, office):
        assert office.get(reverse("scoring:scheme")).url == reverse("scoring:school_scheme", args=[scene.school.pk])
        assert desk.get(reverse("scoring:scheme")).url == reverse("scoring:county_scheme")

    def test_offers_changes_to_those_who_may_only(self, scene, office, desk, own):
        page = reverse("scoring:school_scheme", args=[scene.school.pk])
        assert own in words(office.get(page))
        assert own not in words(desk.get(page))
        assert COUNTY in words(desk.get(reverse("scoring:county_scheme")))
        assert COUNTY not in words(office.get(reverse("scoring:county_scheme")))

    def test_names_the_schools_that_have_their_own(self, late, principal, desk):
        adopted(proposed(principal, late.school, school_year=2026, **STRICTER), principal)
        page = words(desk.get(reverse("scoring:county_scheme")))
        assert "有自己办法的学校" in page
        assert "按自己的办法" in page

    def test_says_where_a_schools_own_does_not_hold(self, late, principal, bureau, office):
        adopted(proposed(principal, late.school, school_year=2026, **STRICTER), principal)
        adopted(tried(bureau, school_year=2026, made=content(bounds={}, verified_return={"verified": 3})), bureau)
        page = words(office.get(reverse("scoring:school_scheme", args=[late.school.pk])))
        assert "本学年按全县办法：“及时报告：报告逾期未交”全县一样" in page
        assert "按全县办法：" in words(client_of(bureau).get(reverse("scoring:county_scheme")))

    def test_is_announced_on_the_page_of_scores(self, late, principal, bureau):
        adopted(tried(bureau, **HARDER), bureau)
        said = "2027-2028学年起按全县《新办法》第1版考核"
        scores = reverse("scoring:scores")
        assert said in words(client_of(late.teacher).get(scores))
        adopted(proposed(principal, late.school, made=content("本校办法", bounds={}, **STRICTER)), principal)
        page = words(client_of(late.teacher).get(scores))
        assert said not in page
        assert "2027-2028学年起按东坪小学《本校办法》第1版考核" in page


class TestComparing:
    def test_tells_every_number_that_differs_first(self, late, principal, office):
        made = proposed(principal, late.school, **STRICTER)
        adopted(made, principal)
        standard = StoredScheme.objects.get(code="class_standard")
        address = reverse("scoring:scheme_comparison")
        page = office.get(address, {"before": standard.pk, "after": made.scheme_id})
        [first] = page.context["compared"].changed
        assert (first.label, first.change, first.before, first.after) == (
            "及时报告：报告逾期未交", "改为", "−1分", "−2分",
        )  # fmt: skip
        assert "控辍目标：完成目标" in words(page)

    def test_no_two_versions_are_called_alike(self, late, principal, bureau, desk):
        name = StoredScheme.objects.get(code="class_standard").title
        adopted(tried(bureau, made=content(name, late_report={"open": -1.5})), bureau)
        adopted(proposed(principal, late.school, made=content(name, bounds={}, **STRICTER)), principal)
        page = desk.get(reverse("scoring:scheme_comparison"))
        offered = [label for _, label in page.context["form"].fields["before"].choices][1:]
        assert sorted(offered) == sorted(f"{whose}《{name}》第1版" for whose in ("系统自带", "全县", "东坪小学"))

    def test_of_no_such_version_says_so(self, office):
        page = office.get(reverse("scoring:scheme_comparison"), {"before": "0", "after": "999"})
        assert "没有这个版本，请重新选择" in words(page)


class TestAWholeChange:
    def test_of_a_school(self, late, office, own):
        shown = office.post(
            own, sent(office, own, title="东坪小学考核办法", late_report__open="2", late_report__source="校务会议"),
            follow=True,
        )  # fmt: skip
        for said in (
            "东坪小学《东坪小学考核办法》第1版", "东坪小学，2027-2028学年起，罗宁提出", "这是试算，还没有采用",
            "共1个班：0个班分数变高，0个班变低，1个班不变", "算到2026年9月6日", "县教发〔2026〕12号", "−2分",
        ):  # fmt: skip
            assert said in words(shown), said
        proposal = SchemeProposal.objects.get()
        assert proposal.scheme.code == f"school-{late.school.code}"
        assert proposal.scheme.content["lines"][3]["source"] == "[S] 校务会议"
        done = office.post(reverse("scoring:adopt_scheme", args=[proposal.pk]), {"seen": proposal.mark}, follow=True)
        assert "已由罗宁于2026年9月7日 7:40采用，2027-2028学年起执行" in words(done)
        page = words(office.get(reverse("scoring:school_scheme", args=[late.school.pk])))
        assert "将要执行" in page
        assert "县教发〔2026〕12号" in page

    def test_of_the_county_as_a_job(self, late, desk):
        shown = desk.post(
            COUNTY,
            sent(
                desk, COUNTY, late_contact__late="1", late_contact__source="会议纪要", missed_roll_call__some="1",
                missed_roll_call__source="会议纪要",
            ),
            follow=True,
        )  # fmt: skip
        assert "共1个班：0个班分数变高，1个班变低，0个班不变" in words(shown)
        assert "及时联系由−0.5变为−1" in words(shown)
        assert "平均由" in words(shown)
        proposal = SchemeProposal.objects.get()
        desk.post(reverse("scoring:adopt_scheme", args=[proposal.pk]), {"seen": proposal.mark})
        assert SchemeAdoption.objects.filter(school=None, school_year=NEXT, scheme=proposal.scheme).exists()
        back = reverse("scoring:withdraw_scheme", args=[proposal.pk])
        refused = desk.post(back, {"because": " "})
        assert refused.status_code == 422
        assert "请填写为什么撤回" in words(refused)
        assert "撤回原因：局务会没有通过" in words(desk.post(back, {"because": "局务会没有通过"}, follow=True))
        assert not SchemeAdoption.objects.filter(school_year=NEXT).exists()

    def test_keeps_every_number_that_nobody_touched(self, scene, desk):
        desk.post(COUNTY, sent(desk, COUNTY, verified_return__verified="4", verified_return__source="会议纪要"))
        made = SchemeProposal.objects.get().scheme.content
        standard = StoredScheme.objects.get(code="class_standard").content
        assert made["lines"][:4] == standard["lines"][:4]
        assert made["lines"][4] == standard["lines"][4] | {"points": {"verified": 4}, "source": "[S] 会议纪要"}
        for name in ("targets", "veto_above", "veto_source", "return_days", "bounds"):
            assert made[name] == standard[name], name

    def test_another_kind_of_target_and_other_people(self, scene, desk):
        changed = {"targets-primary-kind": "rate_below", "targets-primary-value": "0.6",
                   "targets-primary-source": "会议纪要", "missed_roll_call-source": "会议纪要",
                   "missed_roll_call-affects": ["homeroom_teacher", "subject_teacher"]}  # fmt: skip
        shown = desk.post(COUNTY, sent(desk, COUNTY) | changed, follow=True)
        assert "小学的辍学率目标" in words(shown)
        assert "班主任、任课教师" in words(shown)

    def test_can_be_revised_before_it_counts(self, late, office, own):
        office.post(own, sent(office, own, late_report__open="2", late_report__source="校务会议"))
        first = SchemeProposal.objects.get()
        again = f"{own}?instead={first.pk}"
        form = office.get(again).context["form"]
        assert (form["late_report-open"].value(), form["reason"].value()) == ("2", "县教发〔2026〕12号")
        office.post(again, sent(office, again, late_report__open="1.5", late_report__source="第二次校务会议"))
        states = list(SchemeProposal.objects.order_by("pk").values_list("state", flat=True))
        assert states == ["given_up", "rehearsed"]

    def test_back_to_the_countys(self, late, principal, office):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        address = reverse("scoring:return_school_scheme", args=[late.school.pk])
        assert address in words(office.get(reverse("scoring:school_scheme", args=[late.school.pk])))
        shown = office.post(address, sent(office, address, school_year=str(NEXT + 1)), follow=True)
        assert "全县办法" in words(shown)
        proposal = SchemeProposal.objects.first()
        done = office.post(reverse("scoring:adopt_scheme", args=[proposal.pk]), {"seen": proposal.mark}, follow=True)
        assert "已由罗宁" in words(done)


class TestRefusalsAtTheField:
    def test_a_year_that_has_a_version(self, late, principal, office, own):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        response = office.post(own, sent(office, own, late_report__open="1.5", late_report__source="校务会议"))
        assert response.status_code == 422
        assert "一个学年只能有一个办法" in errors_at(response)["school_year"][0]
        assert "2027-2028学年（已有办法）" in words(response)

    def test_a_year_that_is_not_offered(self, scene, office, own):
        assert errors_at(office.post(own, sent(office, own, school_year="2020"))) == {
            "school_year": ["请在列出的学年中选择"]
        }

    @pytest.mark.parametrize(
        ("field", "value", "where", "reason"),
        [
            ("veto_above", "1", "veto_above", "低于初中的目标（2%）：完成了目标的班会被否决"),
            ("late_report-floor", "", "late_report-floor", "没有扣分下限：分数要有界限"),
            ("verified_return-cap", "", "verified_return-cap", "没有加分上限：分数要有界限"),
            ("late_contact-late", "0.8", "missed_roll_call-some", "不点名不能比如实点名划算"),
            ("late_report-open", "0.4", "late_report-open", "补交不能比不交吃亏"),
            ("late_report-open", "3", "late_report-open-most", "本身不在学校可定的范围之内"),
            ("late_report-open-most", "", "late_report-open-most", "两格都填，或都不填"),
            ("late_report-open-least", "3", "late_report-open-most", "范围写反了"),
            ("return_days", "0", "return_days", "至少为1"),
            ("return_days", "2.5", "return_days", "应是0到100的整数"),
            ("return_days", "1000000000", "return_days", "应是0到100的整数"),
            (
                "unregistered_above",
                "20.1",
                "unregistered_above",
                "最高20%，不能是20.1%：定得再高",
            ),
            ("late_contact-late", "-1", "late_contact-late", "应是0到100的数，最多一位小数"),
            ("late_contact-late", "0.25", "late_contact-late", "最多一位小数"),
            ("late_contact-late", "一", "late_contact-late", "应是0到100的数"),
            ("late_contact-late", "", "late_contact-late", "请填写当天有联系或家访逾期，扣几分"),
            ("late_contact-affects", [], "late_contact-affects", "请选择考核谁"),
            ("late_contact-affects", ["principal"], "late_contact-affects", "请在列出的对象里选择"),
            ("targets-junior-value", "0", "targets-junior-value", "应在0%以上、100%以内"),
            ("targets-primary-value", "0.5", "targets-primary-value", "应是整数"),
            ("late_report-source", "", "late_report-source", "请填写依据"),
            ("title", "", "title", "请填写名称"),
            ("reason", "", "reason", "请填写为什么改"),
        ],
    )
    def test_what_nobody_could_accept(self, scene, desk, field, value, where, reason):
        response = desk.post(COUNTY, sent(desk, COUNTY) | _with_source(field) | {field: value})
        assert response.status_code == 422
        assert reason in " ".join(errors_at(response)[where])
        assert not SchemeProposal.objects.exists()

    def test_one_fault_that_two_checks_find_is_told_once(self, scene, desk):
        page = words(desk.post(COUNTY, sent(desk, COUNTY) | {"veto_above": "1e308"}))
        assert page.count('<a href="#id_veto_above">') == 1

    def test_a_number_that_is_changed_without_a_new_source(self, scene, desk, office, own):
        response = desk.post(COUNTY, sent(desk, COUNTY, verified_return__verified="4"))
        assert errors_at(response) == {"verified_return-source": ["劝返复学：数改了，请写明新的依据"]}
        response = office.post(own, sent(office, own, verified_return__verified="4"))
        assert errors_at(response) == {"verified_return-source": ["劝返复学：数改了，请写明新的依据"]}

    def test_a_schools_number_beyond_the_bounds(self, scene, office, own):
        response = office.post(own, sent(office, own, late_report__open="3", late_report__source="校务会议"))
        assert "应扣1到2分，不能扣3分" in errors_at(response)["late_report-open"][0]

    def test_somebody_elses_adoption_meanwhile_is_told_once(self, late, principal, office, own):
        fields = sent(office, own, late_report__open="1.5", late_report__source="校务会议")
        adopted(proposed(principal, late.school, school_year=NEXT + 1, **STRICTER), principal)
        response = office.post(own, fields)
        assert "填写期间罗宁采用了本校《新办法》第1版" in words(response)
        fields["seen"] = response.context["form"]["seen"].value()
        assert office.post(own, fields).status_code == 302

    def test_nothing_changed(self, scene, office, own):
        assert "完全相同，不用改" in words(office.post(own, sent(office, own)))


def _with_source(field: str) -> dict:
    """A new source for the group of a number that is changed."""
    key = field.rpartition("-")[0] if field.startswith("targets") else field.partition("-")[0]
    return {} if field in ("title", "reason") else {f"{key}-source": "会议纪要"}


class TestOneThatWaits:
    def test_is_shown_on_the_page_of_its_place(self, late, principal, office):
        proposed(principal, late.school, **STRICTER)
        page = words(office.get(reverse("scoring:school_scheme", args=[late.school.pk])))
        assert "罗宁提出的东坪小学《新办法》第1版（2027-2028学年起）还没有采用" in page

    def test_shows_how_far_its_trial_has_come(self, late, bureau, desk):
        made = proposed(bureau, None, **STRICTER)
        assert "排队等待" in words(desk.get(reverse("scoring:scheme_proposal", args=[made.pk])))
        assert "排队等待" in words(desk.get(reverse("scoring:scheme_progress", args=[made.pk])))

    def test_is_drawn_anew_once_it_has_been_tried(self, late, bureau, desk):
        made = tried(bureau, **STRICTER)
        assert desk.get(reverse("scoring:scheme_progress", args=[made.pk])).headers["HX-Refresh"] == "true"

    def test_is_tried_on_another_day(self, late, principal, office):
        made = proposed(principal, late.school, **HARDER)
        again = reverse("scoring:try_scheme", args=[made.pk])
        assert "已按选的日子重新试算" in words(office.post(again, {"as_of": "2026-09-06"}, follow=True))
        assert "请在列出的日子里选择" in words(office.post(again, {"as_of": "2020-09-06"}, follow=True))

    def test_is_given_up(self, late, principal, office):
        made = proposed(principal, late.school, **STRICTER)
        shown = office.post(reverse("scoring:give_up_scheme", args=[made.pk]), follow=True)
        assert "没有采用" in words(shown)

    def test_is_not_adopted_by_a_stale_page(self, late, principal, office):
        made = proposed(principal, late.school, **STRICTER)
        shown = office.post(reverse("scoring:adopt_scheme", args=[made.pk]), {"seen": "0"}, follow=True)
        assert "不是刚才看到的样子" in words(shown)
        assert not SchemeAdoption.objects.filter(school=late.school).exists()

    def test_names_the_schools_whose_own_would_fall(self, late, principal, bureau, desk):
        adopted(proposed(principal, late.school, **STRICTER), principal)
        made = tried(bureau, made=content(bounds={}, verified_return={"verified": 3}))
        page = words(desk.get(reverse("scoring:scheme_proposal", args=[made.pk])))
        assert "1所学校自己的办法不在这个版本留给学校的范围里，到时按全县办法：东坪小学" in page

    def test_of_the_county_is_not_seen_by_a_school(self, late, bureau, office):
        made = tried(bureau, **STRICTER)
        assert office.get(reverse("scoring:scheme_proposal", args=[made.pk])).status_code == 404


class TestWhatPagesCost:
    def test_the_countys_scheme(self, late, principal, bureau, desk, django_assert_num_queries):
        desk.get(reverse("scoring:county_scheme"))
        with django_assert_num_queries(8):
            desk.get(reverse("scoring:county_scheme"))
        for name in ("西岭小学", "南岭小学"):
            school = cast.school(name)
            head = cast.person(role=Role.PRINCIPAL, school=school)
            adopted(proposed(head, school, school_year=2026, **STRICTER), head)
        adopted(tried(bureau, **HARDER), bureau)
        with django_assert_num_queries(8):
            desk.get(reverse("scoring:county_scheme"))

    def test_a_proposal(self, late, principal, office, django_assert_num_queries):
        made = proposed(principal, late.school, **HARDER)
        office.get(reverse("scoring:scheme_proposal", args=[made.pk]))
        with django_assert_num_queries(5):
            office.get(reverse("scoring:scheme_proposal", args=[made.pk]))

    def test_the_form(self, late, office, own, django_assert_num_queries):
        office.get(own)
        with django_assert_num_queries(10):
            office.get(own)

"""Duties on the page (待办): what a card says, one call for several days, search, filters, why."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework import engine
from casework.models import Obligation
from casework.queries import duties
from students.actions import enrolment
from students.actions.followup import facts_changed
from students.enrolment import EventKind
from students.models import Enrolment, Guardian, Role, Student, Suspension
from tests import cast
from tests.scene import FRIDAY, MONDAY, PHONE, at, client_of, school_days

LIST = reverse("casework:duties")
HOME = reverse("home")


def sentences(html: str) -> list[str]:
    """Each card of a page: who, what and why in one sentence."""
    lines = re.findall(r'<p class="duty-line">(.*?)</p>', html, re.DOTALL)
    return [re.sub("<[^>]+>", "", line).strip() for line in lines]


@pytest.fixture
def page(scene):
    """The text of a page as the teacher sees it, or somebody else."""

    def page(address=LIST, by=None, **query) -> str:
        response = client_of(by or scene.teacher).get(address, query)
        assert response.status_code == 200
        return response.content.decode()

    return page


@pytest.fixture
def three_days_out(scene, clock):
    """高东 was absent on 2, 3 and 4 September; today is the Monday after."""
    for day in (2, 3, 4):
        scene.take(date(2026, 9, day), first="unexcused")


class TestACard:
    @pytest.mark.parametrize(
        ("taken", "sentence"),
        [
            ({"AM": "unexcused"}, "高东 今天上午旷课，请联系家长"),
            ({"PM": "unverified"}, "高东 今天下午待核实，请联系家长"),
            ({"AM": "unexcused", "PM": "unexcused"}, "高东 今天上午、下午旷课，请联系家长"),
            ({"AM": "unverified", "PM": "unexcused"}, "高东 今天上午待核实，下午旷课，请联系家长"),
        ],
    )
    def test_says_who_what_and_why(self, taken, sentence, scene, page):
        for slot, kind in taken.items():
            scene.take(MONDAY, slot, first=kind)
        assert sentences(page()) == [sentence]
        assert "今天内办结" in page()

    def test_of_yesterday_says_yesterday_and_how_late_it_is(self, scene, page, clock):
        scene.take(MONDAY, first="unexcused")
        clock.move_to(at(MONDAY + timedelta(days=1)))
        assert sentences(page()) == ["高东 昨天上午旷课，请联系家长"]
        assert "逾期1天" in page()
        assert "应于昨天办结" in page()

    def test_of_a_report_counts_the_days_and_says_since_when(self, three_days_out, page):
        assert "高东 连续缺课3天（9月2日起），请交《学生缺课报告》" in sentences(page())

    def test_of_a_report_tells_the_days_without_a_register(self, scene, page):
        for day in (1, 2, 4):
            scene.take(date(2026, 9, day), first="unexcused")
        assert "高东 连续缺课3天（9月1日起），另有1天未点名，请交《学生缺课报告》" in sentences(page())

    def test_shows_the_mothers_number_to_dial(self, scene, page):
        scene.take(MONDAY, first="unexcused")
        html = page()
        assert f'href="tel:{PHONE}"' in html
        assert "拨打母亲" in html

    def test_rings_the_guardian_and_whoever_has_a_number(self, scene, page):
        first, second, third = scene.children
        scene.take(MONDAY, first="unexcused", second="unexcused", third="unexcused")
        Guardian.objects.create(student=first, position=2, name="高父", relation="父亲", phone="13700000002")
        Guardian.objects.filter(student=second).update(phone="", is_guardian=True)
        Guardian.objects.create(student=second, position=2, name="袁奶奶", relation="奶奶", phone="13700000003")
        Guardian.objects.filter(student=third).update(is_guardian=False)
        Guardian.objects.create(
            student=third, position=2, name="胡父", relation="父亲", phone="13700000004", is_guardian=True
        )
        chosen = duties.guardians_of(Obligation.objects.for_duty_list())
        assert [chosen[child.pk].phone for child in scene.children] == [PHONE, "13700000003", "13700000004"]
        assert "tel:13700000003" in page()

    def test_without_a_number_the_record_is_the_first_action(self, scene, page):
        Guardian.objects.update(phone="")
        scene.take(MONDAY, first="unexcused")
        html = page()
        assert "tel:" not in html
        assert re.search(r'class="button button-primary"[^>]*>记录<', html)

    def test_writes_a_strange_name_as_it_is(self, scene, page):
        Student.objects.filter(pk=scene.children[0].pk).update(name="<b>古丽</b>·买买提")
        scene.take(MONDAY, first="unexcused")
        assert "<b>古丽</b>" not in page()
        assert "&lt;b&gt;古丽" in page()


class TestACardOfAPaper:
    """证明材料 and 休学期满 are done among the child's 学籍变动; a visit of the opening is recorded like any other."""

    @pytest.fixture
    def suspended(self, scene):
        child = scene.children[0]
        event = enrolment.record_event(
            by=scene.clerk, student=child, kind=EventKind.SUSPEND, happened_on=MONDAY, today=MONDAY
        )
        Suspension.objects.create(
            student=child, event=event, ground="illness", reason="养病", starts_on=MONDAY, ends_on=date(2026, 9, 30),
            requested_at=at(MONDAY), requested_by=scene.clerk, decision="approved", decided_at=at(MONDAY),
            decided_by=scene.clerk,
        )  # fmt: skip
        facts_changed(students={child.pk}, today=MONDAY, reason="批准休学")
        return child

    def test_says_what_is_owed_and_leads_to_the_changes_of_the_child(self, suspended, page):
        html = page()
        assert sentences(html) == [
            "高东 今天休学，请交《学生正常变动报告》",
            "高东 今天休学，请上传证明材料",
            "高东 休学到9月30日期满，请联系家长，办理复学或延期",
        ]
        assert html.count(reverse("students:changes_of", args=[suspended.pk])) == 2
        assert "上传证明" in html
        assert "办理复学" in html

    def test_why_it_is_owed_is_said_with_the_rule_and_the_same_button(self, suspended, page):
        for tier, words in (("change_evidence", "7天内办结"), ("suspension_end", "休学期满前30天")):
            html = page(reverse("casework:duty", args=[Obligation.objects.get(tier=tier).pk]))
            assert words in html
            assert reverse("students:changes_of", args=[suspended.pk]) in html
            assert "登记今天已交" not in html

    def test_a_paper_is_no_report_to_be_ticked_off(self, suspended, scene):
        duty = Obligation.objects.get(tier="change_evidence")
        assert client_of(scene.teacher).post(reverse("casework:report", args=[duty.pk])).status_code == 404

    def test_a_child_who_did_not_come_when_the_term_opened_is_visited(self, scene, page):
        for slot in ("AM", "PM"):
            scene.take(date(2026, 9, 1), slot, first="unexcused")
        assert "高东 9月1日开学没有到校，请家访" in sentences(page())
        duty = Obligation.objects.get(tier="opening_visit")
        assert duty.due_on == MONDAY
        client_of(scene.teacher).post(reverse("casework:contact", args=[duty.pk]), {"result": "已联系上，今天返校"})
        duty.refresh_from_db()
        assert duty.done_on == MONDAY

    @pytest.mark.parametrize("tier", ["change_evidence", "suspension_end", "opening_visit"])
    def test_the_list_can_be_narrowed_down_to_it(self, tier, suspended, page):
        assert len(sentences(page(tier=tier))) == (tier != "opening_visit")


class TestSeveralContactsOfOneChild:
    def test_are_one_card_since_one_call_settles_them(self, three_days_out, scene, page):
        scene.take(MONDAY, first="unexcused")
        contacts = [line for line in sentences(page()) if "请联系家长" in line]
        assert contacts == ["高东 今天上午旷课，还有9月2日、3日、4日未联系，请联系家长"]
        assert "逾期5天" in page()

    def test_are_counted_as_one(self, three_days_out, scene, page):
        own = Obligation.objects.visible_to(cast.scope(scene.teacher))
        assert own.undone_on(MONDAY).count() == 4
        assert duties.counts(own, MONDAY) == duties.Counts(undone=2, late=2)
        assert "共2件，其中逾期2件" in page(HOME)

    def test_of_another_child_stay_apart(self, scene, page):
        scene.take(FRIDAY, first="unexcused", second="unexcused")
        assert len(sentences(page())) == 2

    def test_of_a_child_who_moved_each_class_has_its_own(self, scene, page, clock):
        """The old class sees its days, the new one its own, and neither the other's."""
        child = scene.children[0]
        beside = cast.school_class(scene.school, "202302")
        neighbour = cast.person(role=Role.HOMEROOM_TEACHER, school_class=beside)
        scene.take(FRIDAY, first="unexcused")
        child.enrolments.update(until=MONDAY)
        Enrolment.objects.create(student=child, school_class=beside, standing="attending", since=MONDAY, spell=1)
        cast.take_register(neighbour, beside, MONDAY, child=(child, "unexcused"))
        assert sentences(page()) == ["高东 9月4日上午旷课，请联系家长"]
        assert sentences(page(by=neighbour)) == ["高东 今天上午旷课，请联系家长"]
        assert duties.counts(Obligation.objects.visible_to(cast.scope(neighbour)), MONDAY).undone == 1


class TestTheList:
    @pytest.fixture
    def busy(self, scene):
        """Three children with something to do each, of different days."""
        scene.take(FRIDAY - timedelta(days=1), second="unexcused")
        scene.take(FRIDAY, third="unexcused")
        scene.take(MONDAY, first="unexcused")

    def test_what_is_longest_overdue_stands_first(self, busy, page):
        assert [line.split()[0] for line in sentences(page())] == ["袁然远", "胡涛", "高东"]

    @pytest.mark.parametrize("q", ["胡", "胡涛", "ht", "HT", "hutao", "hut", " 胡涛 "])
    def test_is_searched_by_name_and_pinyin(self, q, busy, page):
        assert [line.split()[0] for line in sentences(page(q=q))] == ["胡涛"]

    def test_is_searched_by_the_last_digits_of_a_number(self, busy, scene, page):
        tail = scene.children[2].id_number[-6:]
        assert [line.split()[0] for line in sentences(page(q=tail))] == ["胡涛"]

    def test_tells_late_from_due(self, busy, page):
        assert [line.split()[0] for line in sentences(page(state="late"))] == ["袁然远", "胡涛"]

    def test_shows_what_is_done(self, busy, scene, page):
        duty = Obligation.objects.get(student=scene.children[0])
        client_of(scene.teacher).post(reverse("casework:contact", args=[duty.pk]), {"result": "已联系上，要请假"})
        assert [line.split()[0] for line in sentences(page(state="done"))] == ["高东"]
        assert "高东" not in "".join(sentences(page()))

    def test_shows_what_was_withdrawn(self, busy, scene, page):
        scene.take(MONDAY, version=1)
        assert [line.split()[0] for line in sentences(page(state="withdrawn"))] == ["高东"]

    def test_is_filtered_by_kind(self, three_days_out, page):
        assert sentences(page(tier="absence_report")) == ["高东 连续缺课3天（9月2日起），请交《学生缺课报告》"]
        assert len(sentences(page(tier="contact"))) == 1

    def test_is_filtered_by_class(self, busy, scene, page):
        beside = cast.school_class(scene.school, "202302")
        child = cast.student(beside, "任雪")
        cast.take_register(scene.clerk, beside, MONDAY, child=(child, "unexcused"))
        shown = sentences(page(by=scene.clerk, school_class=beside.pk))
        assert [line.split()[0] for line in shown] == ["任雪"]

    def test_offers_the_classes_of_one_school_only_once_it_is_chosen(self, busy, scene, page):
        other = cast.school("西岭小学", township=scene.school.township)
        beside = cast.school_class(other, "202302", name="西岭的班")
        cast.take_register(
            cast.person(role=Role.REGISTRY_CLERK, school=other),
            beside,
            MONDAY,
            child=(cast.student(beside, "任雪"), "unexcused"),
        )
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert "西岭的班</option>" not in page(by=bureau)
        chosen = page(by=bureau, school=other.pk)
        assert "西岭的班</option>" in chosen
        assert [line.split()[0] for line in sentences(chosen)] == ["任雪"]
        assert len(sentences(page(by=bureau, school=other.pk, school_class=beside.pk))) == 1

    def test_does_not_offer_the_classes_of_others(self, busy, scene, page):
        cast.school_class(cast.school("西岭小学"), name="别校的班")
        assert "别校的班" not in page(by=scene.clerk)

    @pytest.mark.parametrize(
        "query",
        [{"state": "x"}, {"tier": "x"}, {"school_class": "x"}, {"school_class": "99999"}, {"page": "-3"}, {"q": "\0"}],
        ids=str,
    )
    def test_a_filter_that_cannot_be_breaks_nothing(self, query, busy, page):
        assert len(sentences(page(**query))) == 3

    @pytest.mark.parametrize("q", ["%", "_", "'", "\\", "查无此人", "😀", "9" * 40])
    def test_a_search_without_a_hit_says_so(self, q, busy, page):
        html = page(q=q)
        assert sentences(html) == []
        assert "没有符合条件的待办" in html

    def test_is_divided_into_pages_that_keep_the_filter(self, scene, page):
        for number in range(40):
            cast.student(scene.school_class, f"学生{number:02}")
        children = {f"n{child.pk}": (child, "unexcused") for child in Student.objects.filter(name__startswith="学生")}
        cast.take_register(scene.teacher, scene.school_class, MONDAY, **children)
        first, second = page(q="学生"), page(q="学生", page=2)
        assert (len(sentences(first)), len(sentences(second))) == (30, 10)
        assert not set(sentences(first)) & set(sentences(second))
        assert "共 40 件" in first
        assert re.search(r'href="\?q=%E5%AD%A6%E7%94%9F&amp;page=2"', first)

    def test_without_anything_to_do_says_so(self, scene, page):
        assert "没有待办" in page()


class TestWhy:
    @pytest.fixture
    def why(self, three_days_out, page):
        report = Obligation.objects.get(tier="absence_report")
        return lambda by=None: page(reverse("casework:duty", args=[report.pk]), by=by)

    def test_names_the_rule_and_its_source(self, why):
        html = why()
        assert "按《标准规则》第2级" in html
        assert "学校和教育局工作文件" in html
        assert "[S]" not in html

    def test_leads_to_the_registers_behind_it(self, why):
        html = why()
        days = re.findall(r'<a href="/register/\d+/history/">(\S+) 上午</a>', html)
        assert days == ["9月2日", "9月3日", "9月4日"]

    def test_says_what_was_done_and_by_whom(self, why, scene):
        duty = Obligation.objects.filter(tier="contact").first()
        client_of(scene.clerk).post(reverse("casework:contact", args=[duty.pk]), {"result": "已联系上，不愿返校"})
        html = why()
        assert "已联系上，不愿返校" in html
        assert "何静" in html

    def test_of_what_was_withdrawn_says_why_and_offers_nothing(self, scene, page):
        scene.take(MONDAY, first="unexcused")
        scene.take(MONDAY, version=1)
        duty = Obligation.objects.get()
        html = page(reverse("casework:duty", args=[duty.pk]))
        assert "9月7日上午旷课改为出勤" in html
        assert "已撤销" in html
        assert "记录联系" not in html

    @pytest.mark.parametrize("rules", ["standard", "strict", "three_day"])
    def test_can_be_asked_of_every_duty_of_every_rule_set(self, rules, clock, page):
        school_class = cast.school_class(cast.school(rules=rules))
        teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=school_class)
        child = cast.student(school_class)
        clock.move_to(at(date(2026, 9, 21)))
        for day in school_days(cast.FIRST_DAY, 13):
            cast.take_register(teacher, school_class, day, today=date(2026, 9, 21), child=(child, "unexcused"))
        cast.take_register(teacher, school_class, date(2026, 9, 21))
        engine.escalate(through=date(2026, 9, 21))
        tiers = set()
        for duty in Obligation.objects.standing():
            html = page(reverse("casework:duty", args=[duty.pk]), by=teacher)
            assert "第" in html
            tiers.add(duty.tier)
        assert "return_report" in tiers
        assert len(tiers) >= 4


class TestPhones:
    """A guardian's number stands on the pages of those who have to dial it, and on no other."""

    def pages(self, person) -> str:
        client = client_of(person)
        addresses = [HOME, LIST, *(reverse("casework:duty", args=[duty.pk]) for duty in Obligation.objects.all())]
        return "".join(client.get(address).content.decode() for address in addresses)

    @pytest.mark.parametrize("role", [Role.HOMEROOM_TEACHER, Role.REGISTRY_CLERK, Role.PRINCIPAL, Role.DEPUTY_HEAD])
    def test_is_shown_to_those_who_answer_for_the_child(self, role, three_days_out, scene):
        scene.teacher.postings.all().delete()
        place = {"school_class": scene.school_class} if role == Role.HOMEROOM_TEACHER else {"school": scene.school}
        assert PHONE in self.pages(cast.person(role=role, **place))

    @pytest.mark.parametrize(
        "role",
        [Role.SUBJECT_TEACHER, Role.TOWNSHIP_OFFICER, Role.INSPECTOR, Role.BUREAU_OFFICER, Role.ADMINISTRATOR],
    )
    def test_is_hidden_from_those_who_do_not(self, role, three_days_out, scene):
        places = {
            Role.SUBJECT_TEACHER: {"school_class": scene.school_class},
            Role.TOWNSHIP_OFFICER: {"township": scene.school.township},
            Role.INSPECTOR: {"township": scene.school.township},
        }
        html = self.pages(cast.person(role=role, **places.get(role, {})))
        assert PHONE not in html
        assert "tel:" not in html
        assert ("高东" in html) == (role != Role.ADMINISTRATOR)

"""The pages of children given attention: proposing from the child and the class, deciding, the lists, the home page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import Watch
from students.models import Notice, Posting, Role, SpecialGroup
from tests import cast
from tests.casework.watching import TERM_END, confirmed, ended, proposed
from tests.scene import MONDAY, client_of

LIST, HOME = reverse("casework:watches"), reverse("home")


@pytest.fixture
def subject(scene):
    return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)


@pytest.fixture
def child(scene):
    return scene.children[0]


def address(name, *args) -> str:
    return reverse(f"casework:{name}", args=args)


def text(person, url, **asked) -> str:
    return client_of(person).get(url, asked).content.decode()


def names(person, **asked) -> list[str]:
    return [line.row.student.name for line in client_of(person).get(LIST, asked).context["lines"]]


class TestProposing:
    def send(self, person, child, **fields):
        told = {"kind": "wavering", "reason": "work", "grounds": "两次说要去广东打工"} | fields
        return client_of(person).post(address("propose_watch", child.pk), told)

    def test_begins_at_the_child_or_at_the_class(self, scene, subject, child):
        assert address("propose_watch", child.pk) in text(subject, address("child", child.pk))
        assert address("watch_class", scene.school_class.pk) in text(subject, LIST)
        assert address("propose_watch", child.pk) in text(subject, address("watch_class", scene.school_class.pk))

    def test_offers_the_list_of_the_likely_lost_to_whoever_may_open_it(self, scene, subject):
        assert address("likely_lost") in text(scene.teacher, LIST)
        assert address("likely_lost") not in text(subject, LIST)

    def test_leads_to_its_page(self, subject, child):
        response = self.send(subject, child)
        assert response.url == address("watch", Watch.objects.get().pk)
        page = text(subject, response.url)
        assert "等教务处或校领导确认" in page
        assert "两次说要去广东打工" in page

    def test_pressed_twice_is_one(self, subject, child):
        assert [self.send(subject, child).status_code for _ in range(2)] == [302, 302]
        assert Watch.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"kind": ""}, "请选择列为哪一类"),
            ({"kind": "orphan"}, "请在列出的选项中选择"),
            ({"grounds": "  "}, "请填写依据"),
            ({"grounds": "长" * 201}, "最多200字"),
            ({"reason": ""}, "列为动摇生要选原因"),
            ({"reason": "x"}, "请在列出的原因中选择"),
            ({"kind": "learning_difficulty"}, "只有动摇生写动摇的原因"),
        ],
    )
    def test_says_what_is_missing_and_keeps_what_was_written(self, subject, child, fields, words):
        response = self.send(subject, child, **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Watch.objects.exists()

    def test_calls_no_field_optional_that_is_asked_for(self, subject, child):
        assert "选填" not in text(subject, address("propose_watch", child.pk))

    def test_leaves_out_what_stands(self, scene, subject, child):
        row = proposed(scene.teacher, child)
        page = client_of(subject).get(address("propose_watch", child.pk))
        assert [kind for kind, _ in page.context["form"].fields["kind"].choices] == ["hardship", "learning_difficulty"]
        assert address("watch", row.pk) in page.content.decode()
        response = self.send(subject, child)
        assert response.status_code == 422
        assert "这名学生已列为“动摇生”" in response.content.decode()

    def test_is_taken_back_on_its_page(self, subject, child):
        row = proposed(subject, child)
        withdraw = address("withdraw_watch", row.pk)
        assert withdraw in text(subject, address("watch", row.pk))
        assert client_of(subject).post(withdraw).status_code == 302
        assert "已撤回" in text(subject, address("watch", row.pk))


class TestDeciding:
    def confirm(self, scene, row, **fields):
        told = {"version": 1, "responsible": scene.teacher.pk, "review_on": TERM_END.isoformat()} | fields
        return client_of(scene.clerk).post(address("confirm_watch", row.pk), told)

    def test_offers_the_class_teacher_and_the_end_of_the_term(self, scene, subject, child):
        row = proposed(subject, child)
        form = client_of(scene.clerk).get(address("confirm_watch", row.pk)).context["form"]
        assert (form["responsible"].value(), form["review_on"].value()) == (scene.teacher.pk, TERM_END)

    def test_leads_back_to_the_page_which_leads_to_the_case(self, scene, subject, child):
        row = proposed(subject, child)
        assert self.confirm(scene, row).url == address("watch", row.pk)
        page = client_of(scene.clerk).get(address("watch", row.pk))
        assert address("case", page.context["case"].pk) in page.content.decode()
        assert address("watch", row.pk) in text(scene.clerk, address("case", page.context["case"].pk))

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"responsible": ""}, "请选择责任人"),
            ({"responsible": "999999"}, "请在列出的人里选择"),
            ({"review_on": ""}, "请填写复核日期"),
            ({"review_on": "明天"}, "没有看懂"),
            ({"review_on": "2027-01-23"}, "最迟2027年1月22日"),
            ({"version": "7"}, "有了新的办理，没有保存"),
            ({"version": ""}, "提交的内容不完整"),
        ],
    )
    def test_says_what_is_wrong(self, scene, subject, child, fields, words):
        response = self.confirm(scene, proposed(subject, child), **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not SpecialGroup.objects.exists()

    def test_of_what_is_decided_shows_how_it_is_and_no_form(self, scene, subject, child):
        row = confirmed(scene.clerk, proposed(subject, child), scene.teacher)
        page = text(scene.clerk, address("confirm_watch", row.pk))
        assert "现在是“关注中”，不能确认。" in page
        assert '<form class="fields"' not in page

    def test_goes_through_review_and_change_of_person_to_the_end(self, scene, subject, child):
        row = confirmed(scene.clerk, proposed(subject, child), scene.teacher)
        client, day = client_of(scene.clerk), (TERM_END - timedelta(20)).isoformat()
        sent = {"version": 2, "responsible": subject.pk, "review_on": day, "note": "已谈话，情绪稳定"}
        assert client.post(address("review_watch", row.pk), sent).status_code == 302
        sent = {"version": 3, "responsible": scene.clerk.pk, "note": "任军病假"}
        assert client.post(address("assign_watch", row.pk), sent).status_code == 302
        sent = {"version": 4, "reason": "improved", "note": "安心在校"}
        assert client.post(address("end_watch", row.pk), sent).status_code == 302
        entries = client.get(address("watch", row.pk)).context["entries"]
        assert [entry["title"] for entry in entries] == ["结束关注", "更换责任人", "复核", "确认", "提出"]
        assert entries[2]["text"] == "已谈话，情绪稳定；责任人任军，2027年1月2日前复核"


class TestTheLists:
    @pytest.fixture
    def all_sorts(self, scene, subject):
        """One proposed, one confirmed with a review far off, one whose review was due, one ended."""
        first, second, third = scene.children
        proposed(subject, first)
        far = confirmed(scene.clerk, proposed(subject, second, "hardship"), scene.teacher)
        late = confirmed(scene.clerk, proposed(subject, third), scene.clerk)
        Watch.objects.filter(pk=late.pk).update(review_on=MONDAY - timedelta(1))
        ended(scene.clerk, confirmed(scene.clerk, proposed(subject, second), scene.teacher))
        return far, late

    def test_show_what_waits_first(self, all_sorts, scene):
        assert names(scene.clerk) == ["高东"]
        assert names(scene.clerk, tab="confirmed") == ["袁然远", "胡涛"]
        assert names(scene.clerk, tab="due") == ["胡涛"]
        assert names(scene.clerk, tab="closed") == ["袁然远"]
        page = client_of(scene.clerk).get(LIST, {"tab": "due"})
        assert [tab["count"] for tab in page.context["tabs"]] == [1, 2, 1, 1]
        assert "逾期" in page.content.decode()

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"kind": "hardship"}, ["袁然远"]),
            ({"q": "ht"}, ["胡涛"]),
            ({"q": "nobody"}, []),
            ({"care": "mine"}, ["胡涛"]),
            ({"care": "left"}, []),
            ({"kind": "x", "grade": "99", "care": "x"}, ["袁然远", "胡涛"]),
        ],
    )
    def test_are_narrowed_down(self, all_sorts, scene, asked, found):
        assert names(scene.clerk, tab="confirmed", **asked) == found

    def test_are_empty_with_the_next_step(self, scene):
        assert "在学生页点“提出关注”" in text(scene.clerk, LIST)
        assert "没有符合条件的学生" in text(scene.clerk, LIST, q="nobody")
        for tab, words in (("proposed", "没有等着确认的"), ("due", "没有要复核的"), ("closed", "还没有结束的")):
            assert words in text(scene.clerk, LIST, tab=tab)

    def test_say_whose_person_has_left(self, all_sorts, scene):
        Posting.objects.filter(person=scene.teacher).update(until=MONDAY)
        assert "已离任，请另定" in text(scene.clerk, LIST, tab="confirmed")
        assert names(scene.clerk, care="left", tab="confirmed") == ["袁然远"]

    def test_cost_as_many_queries_for_many_as_for_few(self, scene, subject, django_assert_num_queries):
        client = client_of(scene.clerk)
        confirmed(scene.clerk, proposed(subject, scene.children[0]), scene.teacher)
        client.get(LIST, {"tab": "confirmed"})
        for number in range(2):
            with django_assert_num_queries(9):
                client.get(LIST, {"tab": "confirmed"})
            if number == 0:
                for _ in range(10):
                    other = cast.student(scene.school_class, "任远")
                    confirmed(scene.clerk, proposed(subject, other, "hardship"), scene.teacher)

    def test_belong_to_the_school_and_those_above_it(self, all_sorts, scene):
        school, far = scene.school, cast.school("西岭小学", township=cast.township("西岭镇"))
        assert len(names(cast.person(role=Role.TOWNSHIP_OFFICER, township=school.township), tab="confirmed")) == 2
        assert len(names(cast.person(role=Role.BUREAU_OFFICER), tab="confirmed")) == 2
        assert names(cast.person(role=Role.REGISTRY_CLERK, school=far), tab="confirmed") == []


class TestTheHomePage:
    def test_says_what_waits(self, scene, subject):
        proposed(subject, scene.children[1])
        row = confirmed(scene.clerk, proposed(subject, scene.children[0]), scene.teacher)
        Watch.objects.filter(pk=row.pk).update(review_on=MONDAY - timedelta(1))
        assert "待确认1人，待复核1人（逾期1人）" in text(scene.clerk, HOME)
        assert "待复核1人（逾期1人），我负责1人" in text(scene.teacher, HOME)
        assert LIST in text(subject, HOME)

    def test_says_where_nothing_waits(self, scene):
        assert "没有要办的" in text(scene.clerk, HOME)

    def test_leads_from_a_notice_to_the_child(self, scene, subject, child):
        row = proposed(subject, child)
        assert "任军 7:40 提出把高东列为关注学生，请确认或退回。" in text(scene.clerk, HOME)
        latest = address("latest_watch", child.pk)
        assert latest in text(scene.clerk, HOME)
        assert client_of(scene.clerk).get(latest).url == address("watch", row.pk)
        confirmed(scene.clerk, row, scene.teacher)
        assert "提出把高东列为关注学生" not in text(scene.clerk, HOME)
        assert "何静 7:40 办理了高东的关注，请查看。" in text(scene.teacher, HOME)

    def test_leads_nowhere_where_there_is_nothing(self, scene, child):
        assert client_of(scene.clerk).get(address("latest_watch", child.pk)).status_code == 404

    def test_tells_of_a_review(self, scene, child):
        Notice.objects.create(
            person=scene.clerk, kind="watch_review", school_class=scene.school_class, day=TERM_END, student=child,
            sent_at="2026-09-07T00:00:00Z",
        )  # fmt: skip
        assert "高东的关注应在2027年1月22日前复核。" in text(scene.clerk, HOME)


class TestTheChildsPage:
    def test_shows_it_beside_the_groups_and_ends_it_nowhere_else(self, scene, subject, child):
        row = confirmed(scene.clerk, proposed(subject, child), scene.teacher)
        page = text(scene.teacher, address("child", child.pk))
        assert address("watch", row.pk) in page
        assert reverse("students:end_group", args=[child.pk, row.group_id]) not in page
        url = reverse("students:end_group", args=[child.pk, row.group_id])
        response = client_of(scene.teacher).post(url, {"until": MONDAY.isoformat()})
        assert response.status_code == 422
        assert "请教务处在“关注学生”里结束关注" in response.content.decode()

    def test_still_ends_a_group_that_nobody_proposed(self, scene, child):
        group = SpecialGroup.objects.create(student=child, kind="wavering", since=MONDAY)
        url = reverse("students:end_group", args=[child.pk, group.pk])
        assert url in text(scene.teacher, address("child", child.pk))
        assert client_of(scene.teacher).post(url, {"until": MONDAY.isoformat()}).status_code == 302

    def test_registers_these_kinds_by_a_proposal_only(self, scene, child):
        url = reverse("students:add_group", args=[child.pk])
        offered = {kind for kind, _ in client_of(scene.teacher).get(url).context["form"].fields["kind"].choices}
        assert not offered & SpecialGroup.PROPOSED
        response = client_of(scene.teacher).post(url, {"kind": "hardship", "since": MONDAY.isoformat()})
        assert response.status_code == 422

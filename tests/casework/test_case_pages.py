"""The page of a case 个案: who, how far, what next by whom and when; and what is done there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from casework import case_engine
from casework.actions import acts, cases, contacts
from casework.contacts import Account, ContactMethod, ContactOutcome
from casework.models import Case, CaseEvent, Closing
from casework.ruleset import Tier
from casework.stages import CaseAction, CaseOutcome
from casework.steps import CaseStep, Concern
from students.models import Certificate, Person, Posting, RegistryLine, Role
from tests import cast
from tests.scene import MONDAY, at, client_of, school_days
from tests.students.papers import picture


@pytest.fixture
def away(scene, clock):
    """The first child has been away for three school days from Monday on; the last of them is today."""
    for day in school_days(MONDAY, 3):
        clock.move_to(at(day))
        scene.take(day, first="unexcused")
    return Case.objects.get()


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def lost(away):
    Case.objects.update(stage="reported_lost", was_lost=True)
    return Case.objects.get()


def page_of(person, case):
    return client_of(person).get(reverse("casework:case", args=[case.pk]))


def text_of(response) -> str:
    return response.content.decode()


def send(by, name, case, **fields):
    return client_of(by).post(reverse(f"casework:{name}", args=[case.pk]), {"version": case.version, **fields})


def correct_registers(scene):
    """The three days on which the child was marked away were not its own."""
    for day in school_days(MONDAY, 3):
        scene.take(day, version=1)


@pytest.fixture
def reported(scene, away):
    """The 流失报告 is filed before it is owed: the child is known to have gone."""
    today = MONDAY + timedelta(2)
    return acts.file_report(by=scene.teacher, student=away.student, day=today, kind=Tier.LOSS_REPORT, today=today)


def close_as_mistaken(scene, case):
    """Somebody has worked on the case; then the registers are corrected, and the clerk closes it as 误报."""
    by = {"by": scene.clerk, "scope": cast.scope(scene.clerk), "today": MONDAY + timedelta(2)}
    visit = {"step": CaseStep.VISIT, "on": MONDAY + timedelta(4), "note": ""}
    case = cases.plan(case=case, version=case.version, **visit, **by)
    correct_registers(scene)
    case.refresh_from_db()
    return cases.close(case=case, outcome=CaseOutcome.FALSE_ALARM, note="点错了人", version=case.version, **by)


class TestThePage:
    def test_says_who_how_far_and_what_next_by_whom_and_when(self, scene, away):
        page = page_of(scene.teacher, away).context["page"]
        assert page.step.words == "联系家长"  # of Monday, overdue
        assert (page.step.who, page.step.on) == ("沈明（班主任）", MONDAY)
        assert page.days_out == "缺课3天（9月7日起）"
        assert [(step["label"], step["state"]) for step in page.track][:2] == [
            ("缺课", "current"),
            ("已报流失", "ahead"),
        ]
        assert {card.first.tier for card in page.cards} == {"contact", "absence_report"}

    @pytest.mark.parametrize(("who", "offered"), [("teacher", False), ("clerk", True)])
    def test_offers_a_hand_off_to_whoever_may_send_one(self, scene, away, who, offered):
        html = client_of(getattr(scene, who)).get(reverse("casework:case", args=[away.pk])).content.decode()
        assert (reverse("casework:send_hand_off", args=[away.pk]) in html) is offered

    def test_shows_its_history_with_the_engine_as_the_system(self, scene, away):
        cases.plan(
            by=scene.teacher, scope=cast.scope(scene.teacher), case=away, step=CaseStep.VISIT,
            on=MONDAY + timedelta(4), note="到家里谈", version=1, today=MONDAY + timedelta(2),
        )  # fmt: skip
        entries = page_of(scene.clerk, away).context["entries"]
        assert [entry["by"] for entry in entries] == ["沈明", "系统"]
        assert entries[0]["title"] == "安排下一步"
        assert entries[0]["text"] == "家访；9月11日前；到家里谈"
        assert entries[1]["title"] == "缺课建档"

    def test_says_from_where_to_where_it_moved_and_not_the_same_twice(self, scene, away):
        case_engine.move_one(away, CaseAction.NOTE_RETURN, by=None, day=MONDAY + timedelta(2), line=away.student.line)
        titles = [entry["title"] for entry in page_of(scene.clerk, away).context["entries"]]
        assert titles == ["返校：缺课 → 已复学", "缺课建档"]

    def test_costs_as_many_queries_for_a_long_history(self, scene, away, django_assert_num_queries):
        client, address = client_of(scene.clerk), reverse("casework:case", args=[away.pk])
        client.get(address)
        with django_assert_num_queries(22):
            client.get(address)
        for number in range(30):
            CaseEvent.objects.create(
                case=away, action="note", day=MONDAY, at=away.opened_at, by=scene.clerk, from_stage="absent",
                to_stage="absent", note=f"第{number}次",
            )  # fmt: skip
        with django_assert_num_queries(22):
            client.get(address)

    def test_of_a_closed_one_says_how_it_ended(self, scene, away):
        close_as_mistaken(scene, away)
        response = page_of(scene.clerk, away)
        assert response.context["page"].step is None
        assert "误报" in text_of(response)
        assert [action.label for action in response.context["page"].buttons] == ["重新打开"]

    def test_is_reached_from_the_child_its_duties_and_a_notice(self, scene, away):
        client, address = client_of(scene.teacher), reverse("casework:case", args=[away.pk])
        duty = scene.children[0].obligations.first()
        assert address in text_of(client.get(reverse("casework:child", args=[away.student_id])))
        assert address in text_of(client.get(reverse("casework:duty", args=[duty.pk])))
        assert client.get(reverse("casework:case_of", args=[away.student_id])).url == address
        other = reverse("casework:case_of", args=[scene.children[1].pk])
        assert client.get(other).url == reverse("casework:child", args=[scene.children[1].pk])


class TestWhoIsNext:
    def test_is_the_next_up_the_chain_where_nobody_holds_the_post(self, scene, away):
        Posting.objects.filter(role=Role.HOMEROOM_TEACHER).update(until=MONDAY + timedelta(2))
        assert page_of(scene.clerk, away).context["page"].step.who == "何静（暂无班主任，由教务处）"

    def test_is_the_bureau_in_the_end(self, scene, away, bureau):
        Posting.objects.exclude(person=bureau).update(until=MONDAY + timedelta(2))
        assert page_of(bureau, away).context["page"].step.who == "苏远（暂无班主任，由县教育局）"
        inspector = cast.person(role=Role.INSPECTOR)
        Person.objects.filter(pk=bureau.pk).update(is_active=False)
        assert page_of(inspector, away).context["page"].step.who == "暂无班主任，由县教育局"

    def test_is_the_substitute_while_there_is_one(self, scene, away):
        cast.post(
            cast.person("任军"), Role.HOMEROOM_TEACHER, school_class=scene.school_class, is_substitute=True,
            since=MONDAY, until=MONDAY + timedelta(5),
        )  # fmt: skip
        assert page_of(scene.clerk, away).context["page"].step.who == "任军（班主任）"

    def test_is_whoever_it_was_given_to_as_long_as_they_are_there(self, scene, away):
        send(scene.clerk, "assign_case", away, person=scene.clerk.pk, reason="班主任病假")
        assert page_of(scene.teacher, away).context["page"].step.who == "何静（交办：班主任病假）"
        Posting.objects.filter(person=scene.clerk).update(until=MONDAY + timedelta(2))
        assert page_of(scene.teacher, away).context["page"].step.who == "沈明（班主任，原承办人已离任）"

    def test_is_of_the_plan_where_that_comes_before_any_duty(self, scene, away):
        scene.children[0].obligations.update(done_on=MONDAY)
        step = page_of(scene.teacher, away).context["page"].step
        assert (step.words, step.on, step.duty) == ("家访", away.plan_on, None)


class TestWhatIsDone:
    def test_the_next_step_is_planned(self, scene, away):
        response = send(scene.teacher, "plan_case", away, step="persuade", on="2026-09-12", note="和校长一起去")
        assert response.url == reverse("casework:case", args=[away.pk])
        away.refresh_from_db()
        assert (away.plan_step, away.plan_on.isoformat(), away.plan_note) == ("persuade", "2026-09-12", "和校长一起去")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"step": "visit", "on": "2026-09-08"}, "已经过去"),
            ({"step": "visit", "on": "2099-01-01"}, "下一步最晚安排在10月9日"),
            ({"step": "nothing", "on": "2026-09-12"}, "请在列出的选项中选择"),
            ({"step": "visit", "on": "哪天"}, "没有看懂"),
            ({"step": "visit"}, "请填写最迟哪天"),
        ],
    )
    def test_what_cannot_be_is_said_and_what_was_typed_stays(self, scene, away, fields, words):
        response = send(scene.teacher, "plan_case", away, note="约好了", **fields)
        assert response.status_code == 422
        assert words in text_of(response)
        assert "约好了" in text_of(response)
        assert Case.objects.get().version == 1

    def test_the_form_says_how_late_it_may_be(self, scene, away):
        page = client_of(scene.teacher).get(reverse("casework:plan_case", args=[away.pk]))
        assert "最晚10月9日" in text_of(page)

    def test_it_is_taken_back_without_a_reason(self, scene, away):
        send(scene.clerk, "assign_case", away, person=scene.clerk.pk, reason="病假")
        away.refresh_from_db()
        assert send(scene.clerk, "assign_case", away, person="", reason="").status_code == 302
        assert Case.objects.get().assigned_to is None

    def test_nobody_takes_back_what_was_given_to_nobody(self, scene, away):
        response = send(scene.clerk, "assign_case", away, person="", reason="班主任病假")
        assert response.status_code == 422
        assert "没有交办：没有选人，这个个案现在也没有交给谁" in text_of(response)
        assert "班主任病假" in text_of(response)

    def test_it_is_taken_back_once_however_often_it_is_pressed(self, scene, away):
        send(scene.clerk, "assign_case", away, person=scene.clerk.pk, reason="病假")
        away.refresh_from_db()
        for _ in range(2):
            assert send(scene.clerk, "assign_case", away, person="", reason="").status_code == 302
        assert Case.objects.get().events.filter(action="unassign").count() == 1

    def test_an_old_page_is_told_what_is_new_and_can_be_sent_again(self, scene, away):
        send(scene.clerk, "plan_case", away, step="persuade", on="2026-09-12", note="教务处去")
        response = send(scene.teacher, "plan_case", away, step="visit", on="2026-09-11", note="我先去")
        assert response.status_code == 409
        assert "我先去" in text_of(response)
        assert [entry["text"] for entry in response.context["news"]] == ["劝返；9月12日前；教务处去"]
        assert Case.objects.get().plan_note == "教务处去"
        version = response.context["form"]["version"].value()
        away.version = version
        assert send(scene.teacher, "plan_case", away, step="visit", on="2026-09-11", note="我先去").status_code == 302
        assert Case.objects.get().plan_note == "我先去"

    def test_it_can_be_given_only_to_those_around_the_child(self, scene, away):
        stranger = cast.person("外人", role=Role.REGISTRY_CLERK, school=cast.school("西山小学"))
        response = send(scene.clerk, "assign_case", away, person=stranger.pk, reason="忙")
        assert response.status_code == 422
        assert "请在列出的人里选择" in text_of(response)
        people = [words for _, words in response.context["form"].fields["person"].choices]
        assert people == ["不交办，由班主任负责", "沈明（班主任）", "何静（教务处）"]

    def test_no_dropout_is_confirmed_that_was_not_reported(self, scene, away, bureau, reported):
        acts.cancel(by=scene.teacher, act=reported, today=MONDAY + timedelta(2))
        away.refresh_from_db()
        address = reverse("casework:confirm_dropout", args=[away.pk])
        assert "请学校签发《学生流失报告》以后再认定" in text_of(client_of(bureau).get(address))
        found = {"reason": "work", "whereabouts": "work_away", "note": "村委会证明", "happened_on": "2026-09-09"}
        response = send(bureau, "confirm_dropout", away, **found)
        assert response.status_code == 422
        assert "没有认定：这名学生没有有效的流失报告" in text_of(response)
        assert Case.objects.get().stage == "absent"

    @pytest.mark.usefixtures("reported")
    def test_the_dropout_is_confirmed_by_the_bureau(self, scene, away, bureau, clock):
        clock.move_to(at(MONDAY + timedelta(3)))
        away.refresh_from_db()
        found = {"reason": "work", "whereabouts": "work_away", "note": "村委会证明", "happened_on": "2026-09-10"}
        response = send(bureau, "confirm_dropout", away, **found)
        assert response.status_code == 302
        assert Case.objects.get().stage == "dropped_out"
        assert RegistryLine.objects.get(pk=away.student_id).standing == "dropped_out"

    @pytest.mark.usefixtures("reported")
    @pytest.mark.parametrize(("shift", "status"), [(-1, 422), (0, 422), (1, 302), (2, 302)])
    def test_nobody_drops_out_within_the_absence_that_was_reported(self, scene, away, bureau, clock, shift, status):
        found = {"reason": "work", "whereabouts": "work_away", "note": "村委会证明"}
        clock.move_to(at(MONDAY + timedelta(4)))
        away.refresh_from_db()
        day = MONDAY + timedelta(2 + shift)
        response = send(bureau, "confirm_dropout", away, happened_on=day.isoformat(), **found)
        assert response.status_code == status
        assert ("辍学日期最早是9月10日：流失报告报的缺课到9月9日" in text_of(response)) == (status == 422)

    @pytest.mark.parametrize(("days", "status"), [(-1, 302), (0, 302), (1, 422)])
    def test_a_promise_is_not_put_off(self, scene, away, days, status):
        promised = MONDAY + timedelta(7)
        account = Account(
            method=ContactMethod.PHONE, day=MONDAY + timedelta(2), outcome=ContactOutcome.PROMISED, talk="下周来",
            promised_on=promised,
        )  # fmt: skip
        contacts.record(
            by=scene.teacher, scope=cast.scope(scene.teacher), student=away.student, account=account,
            submission=uuid4(), today=MONDAY + timedelta(2),
        )  # fmt: skip
        on = (promised + timedelta(days)).isoformat()
        response = send(scene.teacher, "plan_case", Case.objects.get(), step="visit", on=on)
        assert response.status_code == status
        assert ("答应9月14日返校" in text_of(response)) == (status == 422)

    def test_a_lost_child_comes_off_the_list_only_with_a_paper(self, scene, lost, bureau):
        correct_registers(scene)
        how = {"outcome": "false_alarm", "note": "点名一直点错了人"}
        assert send(bureau, "close_case", lost, **how).status_code == 302  # on to the proposal
        response = send(bureau, "propose_closing", lost, **how)
        assert response.status_code == 422
        assert "请选择佐证材料的文件" in text_of(response)
        assert send(bureau, "propose_closing", lost, paper=picture("证明.jpg"), **how).status_code == 302
        second = client_of(cast.person(role=Role.BUREAU_OFFICER))
        second.post(reverse("casework:closing", args=[Closing.objects.get().pk]), {"do": "approve"})
        assert (Case.objects.get().stage, Certificate.objects.get().kind) == ("closed", "case")

    def test_an_absence_that_goes_on_is_no_false_alarm(self, scene, away):
        response = send(scene.clerk, "close_case", away, outcome="false_alarm", note="点错了人")
        assert response.status_code == 422
        assert "请先更正点名" in text_of(response)
        assert Case.objects.open().exists()

    def test_what_is_not_proven_is_not_offered_and_the_page_says_what_it_waits_for(self, scene, away):
        response = client_of(scene.clerk).get(reverse("casework:close_case", args=[away.pk]))
        assert [value for value, _ in response.context["form"].fields["outcome"].choices] == []
        assert "现在还不能办" in text_of(response)
        assert "转学（对方已接收）：转学要等" in text_of(response)

    def test_a_paper_is_kept_once(self, scene, away):
        for _ in range(2):
            assert send(scene.teacher, "add_case_paper", away, paper=picture("家访照片.jpg")).status_code == 302
        assert Certificate.objects.get().kind == "case"
        assert [event.action for event in CaseEvent.objects.order_by("pk")] == ["note_absence", "paper"]
        assert "家访照片.jpg" in text_of(page_of(scene.clerk, away))

    def test_what_is_no_picture_is_refused(self, scene, away):
        response = send(scene.teacher, "add_case_paper", away, paper=SimpleUploadedFile("假的.jpg", b"not a picture"))
        assert response.status_code == 422
        assert not Certificate.objects.exists()

    def test_a_closed_case_takes_nothing_more(self, scene, away):
        close_as_mistaken(scene, away)
        assert send(scene.teacher, "plan_case", away, step="visit", on="2026-09-12").status_code == 403
        assert send(scene.clerk, "close_case", away, outcome="false_alarm", note="再销").status_code == 422
        assert send(scene.clerk, "reopen_case", Case.objects.get(), note="又听说要走").status_code == 302
        assert Case.objects.get().stage == "watch"


def test_a_concern_raised_by_a_lesson_teacher_opens_no_page_for_them(scene):
    subject = cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
    case = cases.raise_concern(
        by=subject, scope=cast.scope(subject), student=scene.children[0], concern=Concern.WEARY, note="", today=MONDAY
    )
    assert page_of(subject, case).status_code == 403
    assert page_of(scene.teacher, case).context["page"].step.words == "回访"


class TestGivingACase:
    def test_to_whoever_has_it_anyway_is_refused(self, scene, away):
        response = send(scene.clerk, "assign_case", away, person=scene.teacher.pk, reason="同一个人")
        assert response.status_code == 422
        assert "沈明本来就是这个个案现在的负责人，不用交办，没有保存" in text_of(response)
        assert Case.objects.get().assigned_to is None

    def test_to_one_of_two_who_have_it_is_not(self, scene, away):
        cast.post(
            cast.person("任军"), Role.HOMEROOM_TEACHER, school_class=scene.school_class, is_substitute=True,
            since=MONDAY, until=MONDAY + timedelta(5),
        )  # fmt: skip
        assert send(scene.clerk, "assign_case", away, person=scene.teacher.pk, reason="更熟悉").status_code == 302

    def test_does_not_call_the_person_optional(self, scene, away):
        page = text_of(client_of(scene.clerk).get(reverse("casework:assign_case", args=[away.pk])))
        assert "选填" not in page.split("交给谁")[1].split("<select")[0]

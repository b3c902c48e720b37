"""日常预警 on the page: the class, the child, why; and taken back within a minute."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Case, CaseEvent, ConcernReport
from students.models import AuditRow, Notice, Role
from tests import cast
from tests.casework.away import open_case
from tests.scene import MONDAY, at, client_of, school_days


@pytest.fixture
def subject(scene):
    return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)


def tap(person, child, concern="weary", **fields):
    return client_of(person).post(reverse("casework:raise_concern", args=[child.pk]), {"concern": concern, **fields})


def take_back(person, concern=None):
    concern = concern or ConcernReport.objects.latest("pk")
    return client_of(person).post(reverse("casework:take_back_concern", args=[concern.pk]), follow=True)


class TestRaising:
    def test_the_same_again_is_one_and_another_note_is_not_swallowed(self, scene, subject):
        child = scene.children[1]
        assert [tap(subject, child, note="说不想读").status_code for _ in range(2)] == [302, 302]
        response = tap(subject, child, note="收拾了行李")
        assert response.status_code == 422
        html = response.content.decode()
        assert "任军今天已经报过这名学生“厌学”，说明是“说不想读”。这次写的没有保存" in html
        assert "收拾了行李" in html
        assert ConcernReport.objects.get().note == "说不想读"

    def test_a_lesson_teacher_goes_from_home_to_the_class_to_the_child(self, scene, subject):
        client, child = client_of(subject), scene.children[1]
        home = client.get(reverse("home")).content.decode()
        of_class = reverse("casework:concern_class", args=[scene.school_class.pk])
        of_child = reverse("casework:raise_concern", args=[child.pk])
        assert of_class in home
        assert of_child in client.get(of_class).content.decode()
        kinds = ["厌学", "拟外出务工", "拟婚嫁", "家庭变故", "同伴辍学", "已离校"]
        assert [label for _, label in client.get(of_child).context["kinds"]] == kinds

    def test_a_tap_opens_the_case_and_tells_the_homeroom_teacher(self, scene, subject):
        response = tap(subject, scene.children[1], note="说不想念了")
        assert response.url == reverse("home")
        assert (Case.objects.get().stage, ConcernReport.objects.get().note) == ("watch", "说不想念了")
        assert Notice.objects.get(kind="concern").person == scene.teacher
        told = client_of(scene.teacher).get(reverse("home")).content.decode()
        assert reverse("casework:case_of", args=[scene.children[1].pk]) in told

    @pytest.mark.parametrize("fields", [{}, {"concern": ""}, {"concern": "promised"}, {"concern": "x"}])
    def test_without_a_kind_that_is_offered_nothing_is_reported(self, scene, subject, fields):
        address = reverse("casework:raise_concern", args=[scene.children[1].pk])
        response = client_of(subject).post(address, {"note": "谈过", **fields})
        assert response.status_code == 422
        assert "谈过" in response.content.decode()
        assert not ConcernReport.objects.exists()

    def test_pressed_twice_is_one(self, scene, subject):
        for _ in range(2):
            assert tap(subject, scene.children[1]).status_code == 302
        assert ConcernReport.objects.count() == CaseEvent.objects.count() == 1


class TestTakingBack:
    def test_within_a_minute_ends_the_case_that_only_it_had_opened(self, scene, subject, clock):
        tap(subject, scene.children[1])
        clock.shift(timedelta(seconds=60))
        assert "已撤回预警" in take_back(subject).content.decode()
        case = Case.objects.get()
        assert (case.stage, case.outcome, ConcernReport.objects.get().cancelled_by) == (
            "closed",
            "false_alarm",
            subject,
        )
        assert not Notice.objects.filter(kind="concern").exists()
        assert AuditRow.objects.filter(action="case.concern_back").count() == 1

    def test_after_a_minute_is_too_late(self, scene, subject, clock):
        tap(subject, scene.children[1])
        clock.shift(timedelta(seconds=61))
        assert "已过一分钟" in take_back(subject).content.decode()
        assert Case.objects.get().is_open

    def test_twice_is_once(self, scene, subject):
        tap(subject, scene.children[1])
        take_back(subject)
        take_back(subject)
        assert CaseEvent.objects.filter(action="close").count() == 1

    def test_leaves_a_case_open_that_others_have_opened(self, scene, subject):
        tap(scene.teacher, scene.children[1], "marrying")
        tap(subject, scene.children[1])
        take_back(subject)
        assert Case.objects.get().is_open
        assert [event.action for event in CaseEvent.objects.order_by("pk")] == [
            "raise_concern",
            "concern",
            "concern_back",
        ]

    def test_leaves_a_case_open_in_which_something_has_been_done_since(self, scene, subject):
        tap(subject, scene.children[1])
        tap(scene.teacher, scene.children[1], "marrying")
        take_back(subject, ConcernReport.objects.get(kind="weary"))
        assert Case.objects.get().is_open

    def test_leaves_the_notice_while_another_concern_of_the_day_stands(self, scene, subject):
        tap(subject, scene.children[1])
        tap(subject, scene.children[1], "marrying")
        take_back(subject)
        assert Notice.objects.get(kind="concern").sent_by == subject
        take_back(subject, ConcernReport.objects.get(kind="weary"))
        assert not Notice.objects.filter(kind="concern").exists()

    def test_leaves_the_notice_to_whoever_else_has_raised_one(self, scene, subject):
        deputy = cast.person("马世明", role=Role.DEPUTY_HEAD, school=scene.school)
        tap(subject, scene.children[1])
        tap(scene.teacher, scene.children[1], "marrying")
        take_back(subject, ConcernReport.objects.get(kind="weary"))
        notice = Notice.objects.get(kind="concern")
        assert (notice.person, notice.sent_by) == (deputy, scene.teacher)

    def test_leaves_of_the_case_what_others_have_raised(self, scene, subject):
        tap(subject, scene.children[1])
        tap(scene.teacher, scene.children[1], "marrying")
        take_back(subject, ConcernReport.objects.get(kind="weary"))
        assert Case.objects.get().concern == "marrying"

    def test_leaves_nothing_of_it_in_a_case_that_was_open_before(self, scene, subject):
        open_case(scene.children[1])
        tap(subject, scene.children[1])
        take_back(subject)
        assert (Case.objects.get().is_open, Case.objects.get().concern) == (True, "")

    def test_leaves_what_else_names_the_case(self, scene, subject):
        open_case(scene.children[1], concern="promised")
        tap(subject, scene.children[1])
        take_back(subject)
        assert Case.objects.get().concern == "promised"

    def test_is_the_reporters_alone(self, scene, subject):
        tap(subject, scene.children[1])
        assert take_back(scene.teacher).status_code == 403

    def test_lets_the_same_be_said_again(self, scene, subject):
        tap(subject, scene.children[1])
        take_back(subject)
        tap(subject, scene.children[1])
        assert Case.objects.get().stage == "watch"


def test_a_day_of_school_later_the_same_concern_is_a_new_report(scene, subject, clock):
    tap(subject, scene.children[1])
    clock.move_to(at(school_days(MONDAY, 2)[-1]))
    tap(subject, scene.children[1])
    assert ConcernReport.objects.count() == 2
    assert Case.objects.count() == 1


class TestWhatBecameOfIt:
    """我报的预警: a lesson teacher sees that it was received and what became of it, and no more of the case."""

    def mine(self, person) -> str:
        return client_of(person).get(reverse("casework:my_concerns")).content.decode()

    def test_it_is_received_then_read_then_followed(self, scene, subject):
        assert "你还没有报过预警" in self.mine(subject)
        tap(subject, scene.children[1], note="说不想念了")
        page = self.mine(subject)
        for words in (scene.children[1].name, "厌学", "说不想念了", "已列入关注"):
            assert words in page
        assert scene.teacher.name not in page
        notice = Notice.objects.get(kind="concern", person=scene.teacher)
        client_of(scene.teacher).post(reverse("students:put_notice_aside", args=[notice.pk]))
        assert scene.teacher.name in self.mine(subject)

    @pytest.mark.parametrize(
        ("stage", "words"), [("absent", "学校在劝返"), ("returned", "孩子已返校"), ("dropped_out", "学校在劝返")]
    )
    def test_the_stage_is_told_in_plain_words(self, scene, subject, stage, words):
        tap(subject, scene.children[1])
        Case.objects.update(stage=stage, returned_on=scene.children[1].admitted_on, concern="weary")
        page = self.mine(subject)
        assert words in page
        assert reverse("casework:case", args=[Case.objects.get().pk]) not in page

    def test_one_that_was_taken_back_says_so(self, scene, subject):
        tap(subject, scene.children[1])
        take_back(subject)
        assert "你撤回了这条预警" in self.mine(subject)

    def test_others_do_not_see_it_nor_does_whoever_no_longer_teaches_the_class(self, scene, subject):
        tap(subject, scene.children[1])
        child = scene.children[1].name
        assert child not in self.mine(scene.teacher)
        subject.postings.update(school_class=cast.school_class(scene.school, "202401"))
        assert child not in self.mine(subject)

    def test_many_take_as_many_queries_as_one(self, scene, subject):
        counts = []
        for child, concern in ((scene.children[1], "weary"), (scene.children[0], "left"), (scene.children[2], "weary")):
            tap(subject, child, concern)
            with CaptureQueriesContext(connection) as asked:
                self.mine(subject)
            counts.append(len(asked))
        assert len(set(counts)) == 1

    def test_the_refusal_of_the_case_leads_there(self, scene, subject):
        tap(subject, scene.children[1])
        answer = client_of(subject).get(reverse("casework:case", args=[Case.objects.get().pk]))
        assert answer.status_code == 403
        assert "我报的预警" in answer.content.decode()


class TestOnTheRegister:
    def test_whoever_teaches_the_class_finds_the_way(self, scene, subject):
        of_class = reverse("casework:concern_class", args=[scene.school_class.pk])
        register = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
        for person in (scene.teacher, subject, scene.clerk):
            assert of_class in client_of(person).get(register).content.decode()
        bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
        assert of_class not in client_of(bureau).get(register).content.decode()
